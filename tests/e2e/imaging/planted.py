"""One healthy run, and the migrated half of it again with something wrong: what the report then says.

A run goes on where it left off, so that the original need not be recorded again. Not here: what can be wrong
(`defective.py`), what must be found (`test_planted.py`).
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from harness import pipeline
from harness.assess import assess
from harness.compare.silent_loss import acknowledged
from harness.events import Progress, Stage
from harness.model import Pack, Part, Role, Stack
from harness.recording import read_state, read_transactions
from harness.result import Finding, Result
from harness.settings import Plan
from tests.e2e.imaging.defective import Gates, Script, gates, wipe
from tests.e2e.imaging.hospital import plan, stack
from tests.e2e.imaging.orthancs import ARCHIVE, Orthanc
from tests.e2e.running import TOOLS

_PASS = Path("recordings") / "pacs" / "functional" / "migrated-1"
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """What is wrong, and what must be said of it: (kind, `table:…` or transaction, column) of a finding.

    `during`: from the first transaction to the last. `behind`: once they are through, before the archive is read.
    """

    during: Callable[[Site], AbstractContextManager[Any]] = lambda site: nullcontext()
    behind: Callable[[Site], object] = lambda site: None
    found: tuple[tuple[str, str, str], ...]


class Site:
    """The two stacks, of which the migrated one may go wrong, and the healthy run."""

    def __init__(self, stacks: Mapping[Role, Stack], pack: Pack, run_dir: Path) -> None:
        self._stacks, self._pack = stacks, pack
        self.run_dir = run_dir
        self.orthanc: Orthanc
        self.gates: Gates
        self.script: Script

    def healthy(self) -> Result:
        for _ in self._events(self.run_dir, plan()):
            pass
        return assess(self.run_dir)[0]

    def with_defects(self, run_dir: Path, *defects: Defect) -> Result:
        """All of them at once."""
        wipe(self.orthanc)  # what a defect before these hid from the harness
        shutil.copytree(self.run_dir, run_dir)
        shutil.rmtree(run_dir / _PASS)
        stage = Stage(name="", total=0)
        with contextlib.ExitStack() as wrong:
            for event in self._events(run_dir, plan()):
                match event:
                    case Stage():
                        stage = event
                        if _PASS.name in stage.name:
                            for defect in defects:
                                wrong.enter_context(defect.during(self))
                    case Progress(done=done) if _PASS.name in stage.name and done == stage.total:
                        wrong.close()
                        for defect in defects:
                            defect.behind(self)
        return assess(run_dir)[0]

    def under_load(self, run_dir: Path, chosen: Plan, wrong: AbstractContextManager[Any]) -> Result:
        """A short run of its own with a load pass; what is wrong is so for all of it."""
        wipe(self.orthanc)
        with wrong:
            for _ in self._events(run_dir, chosen, Part.LOAD):
                pass
        return assess(run_dir)[0]

    def _events(self, run_dir: Path, chosen: Plan, *more: Part) -> Iterator[Any]:
        return pipeline.run(
            run_dir,
            plan=chosen,
            stacks=self._stacks,
            packs=[self._pack],
            tools=TOOLS,
            parts=[Part.FUNCTIONAL, *more],
        )

    @cached_property
    def stored(self) -> list[Row]:
        """Every object that the healthy migrated archive was sent in its pass and still held at the end."""
        table = read_state(self.run_dir / _PASS / "state-after.jsonl")[ARCHIVE]
        sent = acknowledged(read_transactions(self.run_dir / _PASS / "transactions.jsonl"))
        rows = (dict(zip(table.columns, row, strict=True)) for row in table.rows)
        return [row for row in rows if row["SOPInstanceUID"] in sent and not row["(unreadable)"]]

    def object(self, wanted: Callable[[Row], object] = lambda row: True, skip: int = 0) -> Row:
        """One that answers to a description. `skip`: so that two defects do not meet in one."""
        return [row for row in self.stored if wanted(row)][skip]


def missed(findings: Sequence[Finding], defect: Defect) -> list[tuple[str, str, str]]:
    """What must be said of a defect and is not."""
    said = {(f.kind, f.transaction, f.column) for f in findings}
    return [wanted for wanted in defect.found if wanted not in said]


@contextlib.contextmanager
def site(
    archives: tuple[Orthanc, Orthanc], script: Script, home: Path, pack: Pack, *, counting: bool
) -> Iterator[Site]:
    """`counting`: the migrated archive may be told to take so many objects at once."""
    original, migrated = archives
    with (
        gates(migrated, counting=counting) as before_it,
        stack(Role.ORIGINAL, original, home / "original") as one,
        stack(Role.MIGRATED, migrated, home / "migrated", before_it.endpoints) as two,
    ):
        made = Site({Role.ORIGINAL: one, Role.MIGRATED: two}, pack, home / "run")
        made.orthanc, made.gates, made.script = migrated, before_it, script
        yield made
