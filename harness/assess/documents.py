"""The recorded traffic of the functional pass against the interface documents of the run folder → deviations.

Not here: the documents themselves (`documents/`), what deviations mean for a clause (`judge/documents.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.assess.interfaces import charset_of
from harness.content.message_checks import Deviation
from harness.content.path import general
from harness.documents import Exchange, InterfaceDocument, read_document
from harness.documents.exchange import Deviations
from harness.errors import BadInput
from harness.interface_result import DocumentCheck, DocumentDeviation
from harness.message import SURPLUS
from harness.model import Role, StepRecord
from harness.recording import Recording, read_transactions

PASSES = {"original": "original-1", "migrated": "migrated-1"}
REQUEST, REPLY = "request", "reply"
_MOST = 500  # ways in which one interface may depart; whatever comes after them is one more
_REST = "…"

_Place = tuple[str, str, str, str]  # message, part, general path, breach
_HTTP_ERRORS = ("4", "5")  # a field table says what is answered, not how it is said that there is no answer


def check_documents(run_dir: Path, run: Mapping[str, Any]) -> tuple[DocumentCheck, ...]:
    """One check per interface that both stacks answer for, whether it has a document or not."""
    return tuple(check for pack in run["packs"] for check in _of_pack(run_dir, run, pack))


def _of_pack(run_dir: Path, run: Mapping[str, Any], pack: str) -> Iterator[DocumentCheck]:
    known = run["packs"][pack]
    used = [interface for interface in known.get("interfaces", ()) if interface["used"]]
    traffic = {interface["name"]: _Traffic(run_dir, pack, interface) for interface in used}
    probes = {t["name"] for t in known["transactions"] if t["probe"]}
    for stack, name in PASSES.items() if traffic else ():
        recording = Recording(run_dir / "recordings" / pack / "functional" / name)
        if not recording.sealed:
            continue
        for record in read_transactions(recording.folder / "transactions.jsonl"):
            for step in record.steps:
                message = known["messages"].get(step.statement) if step.sent else None
                if message is not None and message["interface"] in traffic:
                    charset = charset_of(run, Role(stack), message["interface"])
                    wrong_on_purpose = record.transaction in probes
                    traffic[message["interface"]].saw(stack, _exchange(step, message, charset), wrong_on_purpose)
    for one in traffic.values():
        yield one.check()


def _exchange(step: StepRecord, message: Mapping[str, Any], charset: str) -> Exchange:
    return Exchange(
        message=step.statement,
        sends=message["sends"],
        content=message["content"],
        charset=charset,
        address=step.address,
        sent=step.sent,
        status=step.status.removesuffix(SURPLUS),
        body=step.body,
    )


class _Traffic:
    """What went over one interface, held against its document as it goes by."""

    def __init__(self, run_dir: Path, pack: str, interface: Mapping[str, Any]) -> None:
        self._pack, self._name, self._file = pack, interface["name"], interface["document"]
        self._trouble = ""
        self._document = self._read(run_dir / "interfaces" / pack / self._file) if self._file else None
        self._spoken_of: Counter[bool] = Counter()
        self._counts: dict[_Place, Counter[str]] = {}
        self._first: dict[_Place, Deviation] = {}

    def _read(self, path: Path) -> InterfaceDocument | None:
        try:
            return read_document(path.name, path.read_bytes())
        except FileNotFoundError:
            self._trouble = f"运行目录中没有接口文档 {path.name}。"
        except BadInput as wrong:
            self._trouble = str(wrong)
        return None

    def saw(self, stack: str, exchange: Exchange, wrong_on_purpose: bool) -> None:
        """One exchange. What a probe sends is meant to be wrong; what is answered is not."""
        only_bodies = self._document is not None and self._document.only_bodies
        if not wrong_on_purpose and not (only_bodies and exchange.sent == exchange.address.encode()):
            self._note(stack, exchange, REQUEST, self._document.request(exchange) if self._document else None)
        if only_bodies:
            answered = bool(exchange.body) and not exchange.status.startswith(_HTTP_ERRORS)
        else:
            answered = bool(exchange.body or exchange.status)
        if answered:
            self._note(stack, exchange, REPLY, self._document.reply(exchange) if self._document else None)

    def _note(self, stack: str, exchange: Exchange, part: str, found: Deviations | None) -> None:
        self._spoken_of[found is not None] += 1
        places: dict[_Place, Deviation] = {}
        for deviation in found or ():
            places.setdefault((exchange.message, part, general(deviation.path), deviation.breach.value), deviation)
        for place, deviation in places.items():
            if place not in self._counts and len(self._counts) >= _MOST:
                place = (exchange.message, part, _REST, deviation.breach.value)
            self._counts.setdefault(place, Counter())[stack] += 1
            self._first.setdefault(place, deviation)

    def check(self) -> DocumentCheck:
        return DocumentCheck(
            pack=self._pack,
            interface=self._name,
            document=f"{self._pack}/{self._file}" if self._file else "",
            checked=self._spoken_of[True],
            unchecked=self._spoken_of[False],
            trouble=self._trouble,
            deviations=tuple(self._deviations()),
        )

    def _deviations(self) -> Iterator[DocumentDeviation]:
        for (message, part, path, breach), counts in sorted(self._counts.items()):
            first = self._first[message, part, path, breach]
            yield DocumentDeviation(
                pack=self._pack, interface=self._name, message=message, part=part, path=path, breach=breach,
                asked=first.asked, original=counts["original"], migrated=counts["migrated"],
                example=f"{first.path}：{first.found}" if first.found else first.path,
            )  # fmt: skip
