"""Whether a level has been measured enough: every transaction is decided, so further rounds would change nothing.

Asked by the load pass after every round, and answered with the same estimates, at the same spent error, as the final
assessment will compute from the run folder. Function is not known yet, so every transaction counts.
Not here: how the error is spent (`stats/looks.py`), or going on and stopping (`execute/load_pass.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from harness.assess.blocks import read_blocks
from harness.assess.estimating import PackLoad, comparisons_of, loaded_of, of_level
from harness.recording import read_json
from harness.result import Judgement
from harness.runfile import read_run
from harness.settings import Plan, plan_from_dict


def decided(run_dir: Path, pack: str, level_index: int) -> str:
    """Why the level may stop, in one Chinese sentence; "" where it must go on."""
    run = read_run(run_dir)
    plan = plan_from_dict(run["plan"])
    known = run["packs"][pack]
    level = plan.load.levels_of(pack)[level_index]
    blocks, _ = read_blocks(_load_folder(run_dir, pack), plan.limits, known, only=level.name)
    load = PackLoad(
        pack=pack,
        blocks=blocks,
        loaded=loaded_of(known),
        agreed=frozenset(loaded_of(known)),
        compared=True,
        comparisons=comparisons_of(run, plan),
    )
    verdicts = [e.verdict for e in of_level(load, plan, level) if e.verdict is not None]
    if not verdicts or Judgement.INCONCLUSIVE in verdicts:
        return ""
    passed = verdicts.count(Judgement.PASS)
    return f"{len(verdicts)} 项业务的响应时间都已判定（通过 {passed} 项，不通过 {len(verdicts) - passed} 项）。"


def stopped(run_dir: Path, plan: Plan, packs: Iterable[str]) -> dict[tuple[str, str], int]:
    """After how many rounds levels stopped early: (pack, level) → rounds."""
    found = {}
    for pack in packs:
        for number, level in enumerate(plan.load.levels_of(pack), start=1):
            path = _load_folder(run_dir, pack) / f"level-{number}.json"
            if path.exists():
                found[pack, level.name] = int(read_json(path)["stopped_after_round"]) + 1
    return found


def _load_folder(run_dir: Path, pack: str) -> Path:
    return run_dir / "recordings" / pack / "load"
