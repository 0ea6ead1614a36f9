"""The recordings of the error-handling battery → its cases as both stacks handled them, and the data they leave.

Not here: what two records mean together (`compare/handled.py`), the verdict (`judge/error_handling.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.assess.states import StateFile
from harness.compare.handled import handled
from harness.compare.leftovers import leftovers
from harness.compare.stored import Observed
from harness.interface_result import HandledCase
from harness.model import Part, Role, Rule
from harness.recording import Recording, read_cases
from harness.result import Finding

EVERYWHERE = "全部接口"
_STATE = "state-after.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery:
    """What the battery yields."""

    cases: tuple[HandledCase, ...] = ()
    notes: tuple[str, ...] = ()


def read_battery(
    run_dir: Path,
    run: Mapping[str, Any],
    rules: Mapping[str, Sequence[Rule]],
    accepts: Callable[[str], bool] = lambda rule_id: False,
) -> Battery:
    """All packs whose interfaces are in use and have a battery. `rules`: what a pack declares, accepted by the plan."""
    cases: list[HandledCase] = []
    notes: list[str] = []
    for pack, known in run["packs"].items():
        wanted = [(i["name"], name) for i in known.get("interfaces", ()) if i["used"] for name in i["battery"]]
        if not wanted:
            continue
        folder = run_dir / "recordings" / pack / Part.BATTERY
        sides = [Recording(folder / role.value) for role in Role]
        if not all(side.sealed for side in sides):
            notes.append(f"{known['title']}的接口异常用例没有做完。")
            cases += [_unfinished(pack, interface, message) for interface, message in wanted]
            continue
        cases += handled(pack, *(read_cases(side.folder / "cases.jsonl") for side in sides))
        if not known["tables"]:
            cases.append(_stored(pack, "not run", "没有可查的数据库，不知道是否留下脏数据。"))
            continue
        found = leftovers(
            pack,
            [StateFile(side.folder / _STATE) for side in sides],
            _twice(run_dir, pack),
            rules.get(pack, ()),
            accepts,
        )
        cases.append(_of_findings(pack, found))
    return Battery(cases=tuple(cases), notes=tuple(notes))


def _twice(run_dir: Path, pack: str) -> tuple[Observed, Observed] | None:
    """The functional pass on the original, twice: what moves between the two moves here, too."""
    both = [Recording(run_dir / "recordings" / pack / "functional" / f"original-{n}") for n in (1, 2)]
    if not all(recording.sealed for recording in both):
        return None
    first, second = (Observed(after=StateFile(recording.folder / _STATE)) for recording in both)
    return first, second


def _of_findings(pack: str, found: Sequence[Finding]) -> HandledCase:
    if not found:
        return _stored(pack, "alike", "")
    shown = "、".join(f"{f.transaction.removeprefix('table:')}.{f.column or '行'} {f.count} 处" for f in found[:4])
    more = f" 等 {len(found)} 类" if len(found) > 4 else ""
    return _stored(pack, "different", f"全部用例之后，两侧存储的数据不同：{shown}{more}。")


def _stored(pack: str, outcome: str, reason: str) -> HandledCase:
    return HandledCase(
        pack=pack,
        interface=EVERYWHERE,
        message="",
        case="stored_state",
        title="全部用例之后存储的数据",
        expected="两侧相同",
        original="",
        migrated="",
        outcome=outcome,
        reason=reason,
    )


def _unfinished(pack: str, interface: str, message: str) -> HandledCase:
    return HandledCase(
        pack=pack,
        interface=interface,
        message=message,
        case="",
        title="全部用例",
        expected="",
        original="",
        migrated="",
        outcome="not run",
        reason="用例没有做完，请用 xinheng run --resume 继续。",
    )
