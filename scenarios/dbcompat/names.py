"""Names of columns and tables: case, quoting, reserved words, length; and how long an indexed value may be.

Not here: what kinds of objects there are (`objects.py`).
"""

from __future__ import annotations

from collections.abc import Iterable

from harness.model import Group, Probe
from scenarios.dbcompat.scripts import table, tried

_ID = table("id {int}", "1")
_PSEUDO_COLUMNS = ("rowid", "rownum", "level", "trxid", "sysdate", "uid")
_PLAIN_WORDS = ("date", "user", "comment", "size", "number", "type", "status", "value", "result", "timestamp", "name")
_KEYWORDS = ("key", "index", "range", "interval", "option", "condition", "usage", "limit", "offset", "end", "check")
_NEWER_WORDS = ("rank", "groups", "system", "lead", "window", "row_number", "cube", "recursive", "virtual", "lateral")
# Characters that no compression can shorten below what an index page takes.
_LONGEST = "".join(chr(0x4E00 + n * 7919 % 20900) for n in range(1000))


def _added(names: Iterable[str]) -> str:
    """Columns added one by one: a table for each would cost a hundred tables on a slow server."""
    return tried(*(f"ALTER TABLE {{t}} ADD {name} {{int}}" for name in names))


def _long_name(length: int) -> str:
    return "c" * length


_CASE = (
    Probe(
        id="unquoted_name_case",
        title="不加引号的列名是否区分大小写",
        group=Group.QUERY,
        source="BD-07",
        setup=table("PatientName {varchar}(20)", "'王'"),
        script="A: SELECT patientname FROM {t} WHERE PATIENTNAME = '王'",
        meaning="程序里列名大小写写法不一，区分大小写的库会报“列不存在”；建库时选不区分大小写，或统一列名写法。",
    ),
    Probe(
        id="unquoted_name_quoted_lower",
        title="不加引号建的列能否以小写加引号引用",
        group=Group.QUERY,
        source="BD-07",
        setup=table("PatientName {varchar}(20)", "'王'"),
        script="A: SELECT COUNT(*) FROM {t} WHERE \"patientname\" = '王'",
        meaning="无引号的名字在 Oracle、达梦折成大写，在 PostgreSQL 系折成小写："
        "ORM 生成的带引号列名会找不到列；统一关闭自动加引号。",
    ),
    Probe(
        id="quoted_mixed_case_name",
        title="加双引号的大小写混合列名",
        group=Group.STORAGE,
        source="BD-07",
        script="""
            A: CREATE TABLE {t} ("Ab" {int})
            A: COMMIT
            A: SELECT "Ab" FROM {t}
            A: ROLLBACK
            A: SELECT ab FROM {t}
        """,
        meaning="老系统用双引号建的混合大小写列，目标库不认双引号或要求处处加引号，收费、医嘱语句会报列不存在；"
        "迁移时统一改成小写。",
    ),
    Probe(
        id="backquoted_name",
        title="反引号括起的名字",
        group=Group.QUERY,
        source="BD-43",
        setup=_ID,
        script="A: SELECT `id` FROM {t}",
        meaning="MySQL 应用（及其 ORM）处处写反引号，别的产品报语法错；须改方言配置或批量去掉反引号。",
    ),
    Probe(
        id="bracketed_name",
        title="方括号括起的名字",
        group=Group.QUERY,
        source="BD-43",
        setup=_ID,
        script="A: SELECT [id] FROM {t}",
        meaning="SQL Server 应用处处写方括号，别的产品报语法错；HIS 中的存储过程和报表语句须批量改写。",
    ),
    Probe(
        id="alias_case",
        title="表别名是否区分大小写",
        group=Group.QUERY,
        source="BD-07",
        setup=_ID,
        script="A: SELECT P.id FROM {t} p",
        meaning="MySQL 在 Linux 上区分别名和表名的大小写，Windows 上写的 P.姓名 会报“表不存在”；"
        "建库时设 lower_case_table_names=1。",
    ),
    Probe(
        id="han_names",
        title="中文的列名和别名",
        group=Group.STORAGE,
        source="BD-45",
        script="""
            A: CREATE TABLE {t} (姓名 {varchar}(20), 年龄 {int})
            A: COMMIT
            A: SELECT 姓名 AS 病人姓名 FROM {t} WHERE 年龄 > 60
        """,
        meaning="报表、医保接口常用中文列名和别名，不加引号不被接受时语句全部报错；列名改为英文，别名加引号。",
    ),
)

_WORDS = tuple(
    Probe(
        id=f"column_named_{kind}",
        title=f"列名用{title}（{'、'.join(words)}）",
        group=Group.STORAGE,
        source="BD-47",
        setup=_ID,
        script=_added(words),
        meaning=f"与目标库的{title}同名的列建不了表或查询出错，{example}；迁移前扫描全部列名，改名或加引号。",
    )
    for kind, title, words, example in (
        ("as_pseudo_columns", "伪列名", _PSEUDO_COLUMNS, "如费用表的 level（级别）、接口表的 rowid"),
        ("with_plain_words", "常用词", _PLAIN_WORDS, "如就诊表的 date、检验表的 result 和 comment"),
        ("with_keywords", "关键字", _KEYWORDS, "如检验表的 range（参考范围）、药品表的 usage（用法）"),
        ("with_newer_words", "较新的保留字", _NEWER_WORDS, "如医生表的 rank（职称）、套餐表的 groups"),
    )
)

_LENGTH = (
    Probe(
        id="name_length",
        title="列名最长多少字符",
        group=Group.STORAGE,
        source="BD-45",
        setup=_ID,
        script=_added(map(_long_name, (30, 31, 63, 64, 65, 128, 129))),
        meaning="超长的名字被拒绝或被悄悄截断；由工具生成的长列名、约束名会建不起来，迁移前扫描超限的名字并改短。",
    ),
    Probe(
        id="long_names_collide",
        title="只在第 64 个字符不同的两个列名",
        group=Group.STORAGE,
        source="BD-45",
        script=f"A: CREATE TABLE {{t}} ({_long_name(63)}a {{int}}, {_long_name(63)}b {{int}})",
        meaning="名字被截断的库里，前 63 个字符相同的两个列变成同名而报错，或者两个对象互相覆盖；改名后再迁。",
    ),
    Probe(
        id="han_name_length",
        title="三十个汉字的列名",
        group=Group.STORAGE,
        source="BD-45",
        script=f"A: CREATE TABLE {{t}} ({'名' * 30}一 {{int}}, {'名' * 30}二 {{int}})",
        meaning="名字长度按字节计时，21 个汉字以上就被截断而撞名：中文列名的统计中间表会建不起来；列名改短或改英文。",
    ),
)

_INDEX_KEYS = (
    Probe(
        id="index_on_wide_column",
        title="在 VARCHAR(1000) 上建唯一索引",
        group=Group.STORAGE,
        source="BD-46",
        setup=table("c {varchar}(1000)"),
        script="A: CREATE UNIQUE INDEX {v} ON {t} (c)",
        meaning="索引键上限（如 3072 字节）按列的最大宽度算，宽列索引建不起来，按诊断名称、地址检索变慢；"
        "缩窄列或建前缀索引。",
    ),
    Probe(
        id="index_longest_value",
        title="最长的值能否进索引",
        group=Group.STORAGE,
        source="BD-46",
        setup=table("c {varchar}(1000)"),
        params={"value": _LONGEST},
        script="""
            A.: CREATE INDEX {v} ON {t} (c)
            A: COMMIT
            A: INSERT INTO {t} VALUES (:value)
        """,
        meaning="索引建得起来，到写入最长的值时才报“索引行太大”，那一条病历就存不进去；"
        "把每个索引列的最长真实值插一遍。",
    ),
    Probe(
        id="index_many_columns",
        title="17 列的联合索引",
        group=Group.STORAGE,
        source="BD-46",
        setup=table(", ".join(f"c{n} {{int}}" for n in range(17))),
        script=f"A: CREATE INDEX {{v}} ON {{t}} ({', '.join(f'c{n}' for n in range(17))})",
        meaning="联合索引的列数上限各家不同（MySQL 系 16 列），统计宽表的联合索引建不起来；删去后面的列。",
    ),
    Probe(
        id="row_with_wide_columns",
        title="四个 VARCHAR(8000) 同在一行",
        group=Group.STORAGE,
        source="BD-46",
        params={"value": _LONGEST * 8},
        script="""
            A: CREATE TABLE {t} (a {varchar}(8000), b {varchar}(8000), c {varchar}(8000), d {varchar}(8000))
            A: COMMIT
            A.: INSERT INTO {t} VALUES (:value, :value, :value, :value)
        """,
        meaning="行长有上限的库（达梦随页大小、MySQL 系 65535 字节）建不了这样的病历表，或写满时才报错；"
        "把长列改为大文本类型。",
    ),
    Probe(
        id="descending_index",
        title="降序索引与函数索引",
        group=Group.STORAGE,
        source="BD-49",
        setup=table("id {int}, c {varchar}(20)"),
        script=tried("CREATE INDEX {v} ON {t} (id DESC)", "CREATE INDEX {u} ON {t} (UPPER(c))"),
        meaning="按 UPPER(拼音码) 检索病人靠函数索引，建不起来就变成全表扫描；改为另设一个已转大写的列并建普通索引。",
    ),
)

PROBES: tuple[Probe, ...] = (*_CASE, *_WORDS, *_LENGTH, *_INDEX_KEYS)
