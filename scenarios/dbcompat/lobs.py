"""Large objects: empty ones, big ones, every byte, and what SQL may do with them.

The values are made when a probe runs, so that importing the suite costs nothing. Not here: short text (`texts.py`).
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from harness.model import Group, Probe
from scenarios.dbcompat.scripts import table, tries

MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Image:
    """So many bytes that no server can compress: an image, a scanned report."""

    size: int

    def __call__(self) -> bytes:
        return random.Random(self.size).randbytes(self.size)


@dataclass(frozen=True, slots=True)
class Record:
    """A text of Chinese characters, four-byte ones among them, of at least so many bytes in UTF-8: a medical record."""

    size: int

    def __call__(self) -> str:
        page = "".join(chr(0x4E00 + n * 7919 % 20900) for n in range(4096)) + "𠮷𬭎"
        return page * -(-self.size // len(page.encode()))


_TEXT = table("id {int}, c {text}", "1, '发热三天'", "2, '咳嗽'", "3, NULL")

_EMPTY = (
    Probe(
        id="empty_text_lob",
        title="空的大文本是不是空值",
        group=Group.STORAGE,
        source="BD-12",
        setup=table("id {int}, c {text}"),
        script="A: INSERT INTO {t} VALUES (1, :empty)\nA: SELECT COUNT(*) FROM {t} WHERE c IS NULL",
        params={"empty": ""},
        meaning="空的病程记录一边是空串、一边是 NULL：判断“尚未书写”的质控会误报或漏报；两种写法都要判断。",
    ),
    Probe(
        id="empty_binary_lob",
        title="零字节的二进制是不是空值",
        group=Group.STORAGE,
        source="BD-12",
        setup=table("id {int}, c {blob}"),
        script="A: INSERT INTO {t} VALUES (1, :empty)\nA: SELECT COUNT(*) FROM {t} WHERE c IS NULL",
        params={"empty": b""},
        meaning="零字节的附件一边是空值、一边不是，读取附件的程序会取空或抛错；读取前先判空。",
    ),
)

_ROUND_TRIPS = (
    Probe(
        id="lob_all_bytes",
        title="二进制的每一种字节",
        group=Group.STORAGE,
        source="BD-12",
        setup=table("id {int}, c {blob}"),
        script="A: INSERT INTO {t} VALUES (1, :content)\nA: SELECT c FROM {t}",
        params={"content": bytes(range(256))},
        meaning="个别字节（零、0x80 以上、反斜杠）被改动，影像、签名、扫描件就打不开或验签失败；检查驱动与转义设置。",
    ),
    *(
        Probe(
            id=f"lob_{kind}_{size}mb",
            title=f"{size} MB {what}的存取",
            group=Group.STORAGE,
            source="BD-12",
            setup=table(f"id {{int}}, c {{{word}}}"),
            script="A: INSERT INTO {t} VALUES (1, :content)\nA: SELECT c FROM {t}",
            params={"content": made(size * MEGABYTE)},
            meaning=f"{size} MB 的{what}存不进或摘要不一致，{use}会丢失或损坏；"
            "调大报文上限（如 max_allowed_packet），或改存文件并只在库中留路径。",
        )
        for kind, word, what, made, use in (
            ("binary", "blob", "二进制", Image, "影像关键帧、扫描的知情同意书"),
            ("text", "text", "文本", Record, "整份电子病历、结构化文书"),
        )
        for size in (5, 50)
    ),
    Probe(
        id="lob_text_parts",
        title="大文本取一段、改一段",
        group=Group.STORAGE,
        source="BD-12",
        setup=_TEXT,
        script="""
            A: UPDATE {t} SET c = CONCAT(SUBSTR(c, 1, 2), '五天') WHERE id = 1
            A: SELECT SUBSTR(c, 3, 2), c FROM {t} WHERE id = 1
        """,
        meaning="大文本上的取段、拼接函数不可用或按字节计算，修改病程片段会写坏整份病历；改在程序里拼好整体写回。",
    ),
)

_CONDITIONS = (
    Probe(
        id="lob_compared",
        title="大文本列能否用等号查询",
        group=Group.QUERY,
        source="BD-12",
        setup=_TEXT,
        script=tries("SELECT id FROM {t} WHERE c = '咳嗽'"),
        meaning="达梦、Oracle 的大文本列不能用等号比较，按主诉全文查找的语句会报错；改用 LIKE 或专用比较函数。",
    ),
    Probe(
        id="lob_like",
        title="大文本列能否用 LIKE 查询",
        group=Group.QUERY,
        source="BD-12",
        setup=_TEXT,
        script=tries("SELECT id FROM {t} WHERE c LIKE '%发热%' ORDER BY id"),
        meaning="病历全文检索常用 LIKE 查大文本，不支持或中文匹配出错会漏掉病例（如传染病筛查）；改用全文索引。",
    ),
    Probe(
        id="lob_ordered",
        title="大文本列能否排序、去重、分组",
        group=Group.QUERY,
        source="BD-12",
        setup=_TEXT,
        script=tries(
            "SELECT id FROM {t} WHERE c IS NOT NULL ORDER BY c, id",
            "SELECT COUNT(DISTINCT c) FROM {t}",
            "SELECT COUNT(*) FROM (SELECT c FROM {t} GROUP BY c) x",
        ),
        meaning="大文本列上的 ORDER BY、DISTINCT、GROUP BY 在 Oracle、达梦会报错，"
        "带 DISTINCT 的病历列表打不开；从语句中去掉该列。",
    ),
    Probe(
        id="lob_indexed",
        title="大文本列能否建索引",
        group=Group.STORAGE,
        source="BD-46",
        setup=_TEXT,
        script="A: CREATE INDEX {v} ON {t} (c)",
        meaning="原库在长文本列上建的索引在目标库建不起来，按该列检索会变成全表扫描；改建前缀索引或另设短列。",
    ),
    Probe(
        id="lob_unique",
        title="大文本列能否加唯一约束",
        group=Group.STORAGE,
        source="BD-46",
        script="A: CREATE TABLE {t} (c {text} UNIQUE)",
        meaning="以长文本列防重（如报文全文、外部单号）在目标库建不了表；改存摘要列并在摘要上加唯一约束。",
    ),
    Probe(
        id="lob_default",
        title="大文本列能否有默认值",
        group=Group.STORAGE,
        source="BD-12",
        script="A: CREATE TABLE {t} (id {int}, c {text} DEFAULT '无')",
        meaning="大文本列的默认值在部分产品上不被允许，建表脚本会失败或默认值丢失；改由程序写入默认文字。",
    ),
)

PROBES: tuple[Probe, ...] = (*_EMPTY, *_ROUND_TRIPS, *_CONDITIONS)
