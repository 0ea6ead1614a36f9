"""A folder of HL7 v2 messages → a message of the pack for each MSH-9, with the captured ones as its variants.

MSH-10 becomes fresh in every sending, MSH-18 follows the endpoint; all other numbers stay as they were captured.
Acknowledgements are what the other side said and are left out. Not here: identities (`places.py`).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from harness.content import hl7
from harness.errors import BadInput
from scenarios.folder.described import InterfaceTable, MessageTable
from scenarios.folder.template import literal
from scenarios.importing.drafts import MOST_VARIANTS, Found, unique, variants
from scenarios.importing.identities import Identities
from scenarios.importing.places import cleaned

TITLES = {
    "ADT^A01": "入院登记", "ADT^A02": "转科", "ADT^A03": "出院登记", "ADT^A04": "门诊登记", "ADT^A08": "患者信息更新",
    "ADT^A11": "取消入院", "ADT^A13": "取消出院", "ADT^A28": "建立患者主索引", "ADT^A40": "患者合并",
    "ORM^O01": "医嘱申请", "OML^O21": "检验申请", "OMG^O19": "检查申请", "ORU^R01": "结果上传", "RDE^O11": "用药医嘱",
    "RDS^O13": "发药", "SIU^S12": "预约", "MDM^T02": "文档通知", "DFT^P03": "费用", "QBP^Q11": "结果查询",
}  # fmt: skip
_START = re.compile(r"(?:^|[\r\n\x0b])(?=MSH[^A-Za-z0-9\s])")


def found_in(folder: Path, name: str, who: Identities) -> Found:
    """Everything that the files of a folder hold. Raises BadInput where that is nothing."""
    if not folder.is_dir():
        raise BadInput(f"{folder} 不是文件夹。", hint="请给出放有 HL7 报文文件的文件夹。")
    groups: dict[str, list[str]] = defaultdict(list)
    versions: Counter[str] = Counter()
    answers, other = 0, []
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        texts = list(_messages(file.read_bytes()))
        if not texts:
            other.append(file.name)
        for text in texts:
            lines = hl7.lines_of(text)
            if any(line.startswith("MSA") for line in lines):
                answers += 1
                continue
            header = _fields(lines[0])
            versions[header[11]] += 1
            groups[_kind(header)].append(_fresh(literal(cleaned(text, "hl7", who), "hl7")))
    if not groups:
        raise BadInput(f"{folder} 中没有可以发送的 HL7 v2 报文。", hint="报文以 MSH 段开头；应答（含 MSA 段）不算。")
    interface = InterfaceTable(
        name=f"{name}_hl7"[:40], title="HL7 消息", kind="mllp", version=f"HL7 v{versions.most_common(1)[0][0]}"
    )
    messages: list[MessageTable] = []
    files: dict[str, str | bytes] = {}
    for kind, texts in sorted(groups.items()):
        called = unique(kind, [message.name for message in messages])
        place, own = variants(called, texts, "hl7")
        files |= own
        title = f"{TITLES.get(kind, '报文')}（{kind}）"
        messages.append(MessageTable(name=called, title=title, interface=interface.name, file=place))
    return Found(
        interfaces=(interface,), messages=tuple(messages), files=files, notes=tuple(_notes(answers, other, groups))
    )


def _messages(body: bytes) -> Iterator[str]:
    """The messages of a file, framed or not, in whatever charset they declare."""
    text, _ = hl7.decoded(body, "UTF-8")
    starts = [found.end() for found in _START.finditer(text)]
    for start, end in pairwise((*starts, len(text))):
        yield text[start:end].strip("\x0b\x1c\r\n")


def _fields(header: str) -> list[str]:
    """MSH with field n at place n - 1, long enough to be asked for MSH-18."""
    fields = header.split(header[3])
    return [*fields, *[""] * (18 - len(fields))]


def _kind(header: list[str]) -> str:
    """MSH-9 without the name of its structure."""
    return "^".join(header[8].split("^")[:2]).strip("^") or "unknown"


def _fresh(text: str) -> str:
    header, *rest = hl7.lines_of(text)
    fields = header.split(header[3])
    for place, placeholder in ((9, "{{control_id}}"), (17, "{{charset}}")):
        if place < len(fields) and fields[place]:
            fields[place] = placeholder
    return "".join(f"{line}\n" for line in (header[3].join(fields), *rest))


def _notes(answers: int, other: list[str], groups: dict[str, list[str]]) -> Iterator[str]:
    if answers:
        yield f"{answers} 条应答（含 MSA 段）没有收入"
    if other:
        yield f"{len(other)} 个文件里没有 HL7 报文，没有收入：{'、'.join(other[:3])}{'…' if len(other) > 3 else ''}"
    for kind, texts in groups.items():
        if len(set(texts)) > MOST_VARIANTS:
            yield f"{kind} 有 {len(set(texts))} 条，只收入前 {MOST_VARIANTS} 条"
