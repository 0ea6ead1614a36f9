"""The interface register: what each interface is, what answered there, and what its messages came to.

Not here: comparing replies (`compare/`), what was stored of a message (`carried.py`), verdicts.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from harness.compare.functional import Observed, Recordings
from harness.compare.replies import Spoken
from harness.content.how import How
from harness.interface_result import InterfaceUse, MessageUse
from harness.model import ReplyKind, Role, TransactionRecord
from harness.recording import read_json
from harness.runfile import how_of

_SAMPLE = re.compile(r"(?P<message>.+)-\d+-(?:sent|original|migrated)\.\w+")
_DICOM = ("dicom", "dicomweb")
_NONE: Mapping[str, tuple[int, int]] = MappingProxyType({})


def messages_of(run: Mapping[str, Any], pack: str) -> Mapping[str, Mapping[str, Any]]:
    """Message → what `run.json` says of it; a run of a version that knew no messages has none."""
    messages: Mapping[str, Mapping[str, Any]] = run["packs"][pack].get("messages", {})
    return messages


def charset_of(run: Mapping[str, Any], role: Role, interface: str) -> str:
    """What the recordings of one stack's messages are written in; UTF-8 where the stack has no such interface.

    Data sets of DICOM are recorded as JSON whatever they were written in, and that is UTF-8.
    """
    endpoint = _endpoint(run, role, interface)
    return "UTF-8" if endpoint.get("kind") in _DICOM else str(endpoint.get("charset", "UTF-8"))


def _endpoint(run: Mapping[str, Any], role: Role, interface: str) -> Mapping[str, Any]:
    endpoint: Mapping[str, Any] = run["stacks"].get(role.value, {}).get("endpoints", {}).get(interface, {})
    return endpoint


def spoken(run: Mapping[str, Any], pack: str) -> dict[str, Spoken]:
    """How the replies to each of a pack's messages are read and compared."""
    return {
        name: Spoken(
            content=message["content"],
            how=_how(run, message),
            charsets=(
                charset_of(run, Role.ORIGINAL, message["interface"]),
                charset_of(run, Role.MIGRATED, message["interface"]),
            ),
        )
        for name, message in messages_of(run, pack).items()
    }


def _how(run: Mapping[str, Any], message: Mapping[str, Any]) -> How:
    """As the pack declares; where the two archives are configured for other charsets, each may declare its own."""
    how = how_of(message)
    charsets = {_endpoint(run, role, message["interface"]).get("charset", "UTF-8") for role in Role}
    if message["content"] == "dicom" and len(charsets) > 1:
        return replace(how, volatile=(*how.volatile, "**.SpecificCharacterSet"))
    return how


def register(
    run_dir: Path,
    run: Mapping[str, Any],
    pack: str,
    recordings: Recordings | None = None,
    exchanges: Mapping[str, tuple[int, int]] = _NONE,
) -> Iterator[InterfaceUse]:
    """Every interface that a pack declares, whether it was used or not, with the replies as far as there are any.

    `exchanges`: message → how often both stacks were asked, and how often they answered alike.
    """
    declared = run["packs"][pack].get("interfaces", ())
    if not declared:
        return
    facts = _facts(run_dir)
    samples = _samples(run_dir, pack)
    original, migrated = (
        _counts(observed.transactions)
        for observed in ((recordings.original_1, recordings.migrated) if recordings else (Observed(), Observed()))
    )
    provoked = _provoked(run, pack, recordings.original_1.transactions if recordings else ())
    for interface in declared:
        name = interface["name"]
        yield InterfaceUse(
            pack=pack, name=name, title=interface["title"], kind=interface["kind"], peer=interface["peer"],
            version=interface["version"], used=interface["used"],
            document=interface["document"],
            original=facts.get("original", {}).get(name, {}), migrated=facts.get("migrated", {}).get(name, {}),
            messages=tuple(
                MessageUse(
                    name=key, title=message["title"],
                    sent=exchanges.get(key, (0, 0))[0], equal=exchanges.get(key, (0, 0))[1],
                    original=dict(original.get(key, {})), migrated=dict(migrated.get(key, {})),
                    provoked=provoked[key], samples=samples.get(key, {}),
                )
                for key, message in messages_of(run, pack).items()
                if message["interface"] == name
            ),
        )  # fmt: skip


def _facts(run_dir: Path) -> Mapping[str, Mapping[str, dict[str, str]]]:
    """Stack → interface → what answered."""
    path = run_dir / "facts" / "interfaces.json"
    return read_json(path) if path.exists() else {}


def _counts(transactions: Iterable[TransactionRecord]) -> Mapping[str, Mapping[str, int]]:
    """Message → reply kind → number."""
    counts: dict[str, Counter[str]] = {}
    for record in transactions:
        for step in record.steps:
            if step.sent:
                counts.setdefault(step.statement, Counter())[step.kind.label] += 1
    return counts


def _provoked(run: Mapping[str, Any], pack: str, transactions: Iterable[TransactionRecord]) -> Counter[str]:
    """Message → replies to probes that are failed or worse: an archive may well hang up on a broken image."""
    probes = {t["name"] for t in run["packs"][pack]["transactions"] if t["probe"]}
    steps = (step for record in transactions if record.transaction in probes for step in record.steps)
    return Counter(step.statement for step in steps if step.sent and step.kind > ReplyKind.REFUSED)


def _samples(run_dir: Path, pack: str) -> Mapping[str, dict[str, str]]:
    """Message → file below `interfaces/<pack>/` → SHA-256, of what the functional pass put there."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted((run_dir / "interfaces" / pack / "samples").glob("*")):
        match = _SAMPLE.fullmatch(path.name)
        if match:
            known = found.setdefault(match["message"], {})
            known[f"samples/{path.name}"] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found
