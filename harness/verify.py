"""Check a run folder or a package with nothing but itself: hashes, event log, signatures, timestamps, verdicts.

Verdicts are recomputed from the recordings; `differences` says where the filed result is not what follows from them.
Documents are written again and compared byte by byte, where the same versions are at hand (the caller hands in how).
Not here: reading a result from its file (the caller hands in how), a package's container (`evidence`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from harness import event_log, events
from harness.assess import assess
from harness.errors import BadInput, Fault
from harness.evidence import examining, sealing
from harness.evidence.description import our_version
from harness.evidence.examining import Demands, Examined
from harness.evidence.manifest import Mismatch
from harness.result import Result, Series
from harness.runfile import RUN, read_run

RESULT, SERIES = "result.json", "series.json"
# Whoever rewrites recordings and seals them again can make the assessment stumble in any of these ways.
_STUMBLES = (
    Fault, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RuntimeError, StopIteration, OSError,
    msgspec.MsgspecError,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten:
    """Documents that are not what the result is written as; and why nothing was compared, where that is so."""

    unlike: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """How a filed result and its series are read, and how documents are written again."""

    result: Callable[[Path], Result]
    series: Callable[[Path], Series]
    rewritten: Callable[[Path], Rewritten] = lambda run_dir: Rewritten()


@dataclass(slots=True)
class Verified:
    """What came of it: sentences that name file and item. Fine where nothing is wrong or unchecked."""

    wrong: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    proofs: list[str] = field(default_factory=list)  # signatures and timestamps that are right
    files: int = 0
    bytes: int = 0
    runs: int = 0


def verify_folder(run_dir: Path, readers: Readers, tell: Callable[[events.Event], None]) -> Verified:
    """A run folder."""
    verified = Verified()
    tell(events.Stage(name="核对摘要", total=1))
    wrong = sealing.check(run_dir)
    verified.wrong += map(str, wrong)
    if not any(each.kind == "manifest" for each in wrong):
        entries = sealing.read(run_dir)
        verified.files, verified.bytes = len(entries), sum(entry.bytes for entry in entries)
        tell(events.Stage(name="由记录重算判定", total=1))
        _run(verified, _Run(folder=run_dir, label="", changed=wrong), readers)
    return verified


def verify_package(package: Path, readers: Readers, demands: Demands, tell: Callable[[events.Event], None]) -> Verified:
    """A package; it is unpacked into a temporary folder that is removed whatever happens."""
    verified = Verified()
    with tempfile.TemporaryDirectory(prefix="xinheng-verify-") as unpacked:
        examined = examining.examine(package, Path(unpacked), demands, tell)
        _take_over(verified, examined)
        for folder in examined.runs:
            here = [
                Mismatch(path=each.path.removeprefix(f"{folder}/"), kind=each.kind, what=each.what)
                for each in examined.changed
                if each.path.startswith(f"{folder}/")
            ]
            tell(events.Stage(name=f"由记录重算判定 {folder}", total=1))
            _run(verified, _Run(folder=Path(unpacked, folder), label=f"{folder}/", changed=here), readers)
    return verified


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One place where what was filed does not follow from the recordings. `decisive`: a verdict says something else."""

    what: str
    decisive: bool = False


def differences(run_dir: Path, filed: Result, series: Series) -> list[Difference]:
    """One per clause and part that the recordings do not yield; empty when everything filed follows from them."""
    computed, drawn = assess(run_dir)
    found = list(_verdicts(computed, filed))
    ours, theirs = _plain(asdict(computed)), _plain(asdict(filed))
    del ours["verdicts"]
    places = [f"{RESULT}：{_where(part, ours[part], theirs[part])}" for part in ours if ours[part] != theirs[part]]
    if (mine := _plain(asdict(drawn))) != (filed_series := _plain(asdict(series))):
        places.append(f"{SERIES}：{_where('', mine, filed_series)}")
    return [*found, *(Difference(what=place) for place in places)]


# --------------------------------------------------------------------------- one run


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One run, what sentences call it, and which of its files are not as sealed."""

    folder: Path
    label: str
    changed: Sequence[Mismatch]


def _run(verified: Verified, run: _Run, readers: Readers) -> None:
    """Follow the log's chain and recompute, as far as the files are as sealed."""
    verified.runs += 1
    log = run.folder / event_log.NAME
    if log.is_file():
        chain = event_log.check(log.read_bytes())
        verified.wrong += [f"{run.label}{event_log.NAME}：{each}" for each in chain.broken]
        verified.notes += [f"{run.label}{event_log.NAME}：{each}" for each in chain.notes]
    if {each.path for each in run.changed} - {RESULT, SERIES}:
        verified.unchecked.append(f"{run.label or run.folder}：文件与封存时不一致，没有由记录重算判定。")
        return
    other_version = _other_version(run.folder)
    if other_version:
        verified.notes.append(run.label + other_version)
    try:
        filed, series = readers.result(run.folder / RESULT), readers.series(run.folder / SERIES)
    except BadInput as error:
        verified.unchecked.append(f"{run.label}{error}")
    except _STUMBLES as error:
        verified.wrong.append(f"{run.label}{RESULT} 或 {SERIES} 无法读取（{_said(error)}）。")
    else:
        recomputed = _recomputed(run.folder, filed, series)
        if not recomputed:
            _documents(verified, run, readers.rewritten)
        for each in recomputed:
            # Another version may word a reason otherwise or compute one figure more; a verdict it may not turn.
            tolerated = other_version and not each.decisive
            (verified.notes if tolerated else verified.wrong).append(run.label + each.what)


def _documents(verified: Verified, run: _Run, rewritten: Callable[[Path], Rewritten]) -> None:
    try:
        found = rewritten(run.folder)
    except _STUMBLES as error:
        found = Rewritten(unlike=(f"不能由记录重新写出文档（{_said(error)}）",))
    verified.wrong += [f"{run.label}{name}：与由记录重新写出的不同。" for name in found.unlike]
    if found.note:
        verified.notes.append(run.label + found.note)


def _recomputed(run_dir: Path, filed: Result, series: Series) -> list[Difference]:
    try:
        return differences(run_dir, filed, series)
    except _STUMBLES as error:
        what = f"{RESULT}：不能由记录重算判定（{_said(error)}）；记录与本版本不相容，或在封存之前被改动过。"
        return [Difference(what=what, decisive=True)]


def _other_version(run_dir: Path) -> str:
    """That another version made the run, where it is so."""
    try:
        made = str(read_run(run_dir)["versions"]["xinheng"])
    except _STUMBLES:
        return f"{RUN} 没有写明由哪个版本运行。"
    here = our_version()
    return f"{RUN}：由信衡 {made} 运行，本机为 {here}，判定按本机的规则重算。" if made != here else ""


def _said(error: BaseException) -> str:
    return error.message if isinstance(error, Fault) else f"{type(error).__name__}：{error}"


def _take_over(verified: Verified, examined: Examined) -> None:
    verified.wrong += examined.wrong
    verified.unchecked += examined.unchecked
    verified.notes += examined.notes
    verified.proofs += examined.proofs
    verified.files, verified.bytes = examined.files, examined.bytes


# --------------------------------------------------------------------------- two results


def _verdicts(computed: Result, filed: Result) -> Iterator[Difference]:
    """Clauses that say something else than they should."""
    stated = {verdict.clause: verdict for verdict in filed.verdicts}
    due = {verdict.clause: verdict for verdict in computed.verdicts}
    for clause in dict.fromkeys([*due, *stated]):
        says, should = stated.get(clause), due.get(clause)
        if says is None or should is None or says.verdict != should.verdict:
            said, computes = (each.verdict if each else "无" for each in (says, should))
            yield Difference(what=f"{RESULT}：{clause} 的判定写作“{said}”，由记录重算为“{computes}”", decisive=True)
        elif says != should and _plain(asdict(says)) != _plain(asdict(should)):
            place = _where("", _plain(asdict(should)), _plain(asdict(says)))
            yield Difference(what=f"{RESULT}：{clause} 的判定中 {place}")


def _where(path: str, ours: Any, theirs: Any) -> str:
    """The first place where two values differ, with what stands there and what should."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in dict.fromkeys([*ours, *theirs]):
            if ours.get(key) != theirs.get(key):
                return _where(f"{path}.{key}" if path else str(key), ours.get(key), theirs.get(key))
    if isinstance(ours, list) and isinstance(theirs, list):
        for number, (mine, other) in enumerate(zip(ours, theirs, strict=False)):
            if mine != other:
                return _where(f"{path}[{number}]", mine, other)
        return f"{path} 写有 {len(theirs)} 项，由记录重算为 {len(ours)} 项"
    return f"{path} 写作 {_short(theirs)}，由记录重算为 {_short(ours)}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _plain(value: Any) -> Any:
    """Tuples and lists compare equal: one of the two went through JSON."""
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value
