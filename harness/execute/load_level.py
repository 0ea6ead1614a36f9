"""One level of the load pass: where its blocks lie, and after which round it may stop. Not here: carrying them out.

Interleaving A B B A cancels a linear drift of the machine between the two sides; taking turns cancels faster ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.model import Role
from harness.recording import Recording, read_json, write_json
from harness.settings_load import Level, LoadPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class OneBlock:
    """A load block that is to be."""

    position: int
    role: Role
    recording: Recording


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelBlocks:
    """The blocks of a pack's level. Their positions are fixed, also where an earlier level stopped early."""

    run_dir: Path
    pack: str
    load: LoadPlan
    level: Level
    index: int
    decided: Callable[[str, int], str] | None = None  # (pack, level index) → why the level may stop, or ""

    def of(self, round_: int) -> list[list[OneBlock]]:
        """The blocks of a round in their order; those in one list run at the same time, one of each stack."""
        before = (self.index * self.load.rounds + round_) * self.load.blocks_a_round
        blocks = [
            OneBlock(position=position, role=role, recording=Recording(self._folder / f"{position:02d}-{role.value}"))
            for position, role in enumerate(self.load.roles, before + 1)
        ]
        together = 2 if self.load.at_once else 1
        return [blocks[first : first + together] for first in range(0, len(blocks), together)]

    @property
    def rounds(self) -> range:
        """The rounds that there are: a resumed run stops where the interrupted one decided to."""
        if self._stopped.exists():
            return range(int(read_json(self._stopped)["stopped_after_round"]) + 1)
        return range(self.load.rounds)

    def stop(self, round_: int) -> str:
        """Why the level stops after this round, or "". A round that others followed had not decided anything."""
        last = round_ + 1 == self.load.rounds
        if self.decided is None or not self.load.until_decided or last:
            return ""
        if any(block.recording.sealed for blocks in self.of(round_ + 1) for block in blocks):
            return ""
        because = self.decided(self.pack, self.index)
        if because:
            write_json(self._stopped, {"stopped_after_round": round_, "because": because})
        return because

    @property
    def _folder(self) -> Path:
        return self.run_dir / "recordings" / self.pack / "load"

    @property
    def _stopped(self) -> Path:
        return self._folder / f"level-{self.index + 1}.json"
