"""Before a level: how well the generator measures at its load, and how many processes it needs for it.

The generator is held against a server of known service times, at the level's rate of steps and with its users, through
the real driver where the reference server speaks its protocol and over HTTP where it does not. What it then gets wrong
it would get wrong against a real stack, too. Every attempt is kept; the last one says how many processes the level has.
Not here: the load itself (`calibration_load.py`), the arithmetic of the errors (`calibration_errors.py`).
"""

from __future__ import annotations

import math
import shutil
from collections import Counter
from collections.abc import Generator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from harness.events import Event, Note, Progress, Stage
from harness.execute.block_spec import ANSWER_FILE
from harness.execute.calibration_errors import PERCENTILES, Compared, compared, errors
from harness.execute.calibration_load import ASK, FAMILIES, HTTP, WARM_UP_S, CalibrationLoad, carry_out, questions
from harness.execute.calibration_load import PACK as CALIBRATION
from harness.execute.site import Job
from harness.execute.spoilt import lag_p99_ms
from harness.load_result import Calibration
from harness.model import Pack
from harness.ports import Waiting
from harness.recording import read_items, read_json, read_transactions, write_json
from harness.samples import read_samples
from harness.settings_load import Level
from harness.settings_plan import LimitsPlan
from harness.workload import begun_per_s

SECONDS = 3.0
SERVICE_LIMIT, RESPONSE_LIMIT = 0.03, 0.05
ENOUGH_BEYOND = 10  # samples beyond a percentile, for it to be judged and not only told
MEDIAN_MS = 8.0
BUSY = 0.4  # of the users at most, so that the reference server is no queue that no real stack would be
TRIES = 2  # with one number of processes: something else on the machine may spoil a few seconds
_MEAN_PER_MEDIAN = math.exp(0.6**2 / 2)
_OWN_STEPS = {"commit", "rollback"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ToCalibrate:
    """A level of a pack, and what its transactions are made of."""

    pack: str
    level: Level
    families: tuple[str, ...]  # what the drivers of the stacks speak
    steps: float  # of a transaction, on average
    most: int  # processes at most


def to_calibrate(job: Job, pack: Pack, level: Level, workload: Path, most: int) -> ToCalibrate:
    families = {family_of(pack, driver.family, driver.waiting) for driver in job.drivers.values()}
    steps = steps_on_average(job.run_dir / "recordings" / pack.name / "functional", workload, pack)
    begun = replace(level, rate_per_s=begun_per_s(pack, level, job.endpoints))
    return ToCalibrate(pack=pack.name, level=begun, families=tuple(sorted(families)), steps=steps, most=most)


def family_of(pack: Pack, spoken: str, waiting: Waiting) -> str:
    """What the reference server speaks to the generator in the place of a pack's stack."""
    return spoken if pack.statements and waiting is Waiting.GREEN and spoken in FAMILIES else HTTP


def steps_on_average(functional: Path, workload: Path, pack: Pack) -> float:
    """Statements and messages of a transaction as the level mixes them, counted in a functional recording."""
    carried_out: Counter[str] = Counter()
    steps: Counter[str] = Counter()
    for path in sorted(functional.glob("*/transactions.jsonl"))[:1]:
        for record in read_transactions(path):
            carried_out[record.transaction] += 1
            steps[record.transaction] += sum(step.statement not in _OWN_STEPS for step in record.steps)
    mix = Counter(item.transaction for item in read_items(workload))
    known = {name: n for name, n in mix.items() if carried_out[name]}
    if not known:  # no functional pass: as many as the pack has for each of its transactions
        return max(1.0, (len(pack.statements) + len(pack.messages)) / len(pack.transactions))
    return max(1.0, sum(n * steps[name] / carried_out[name] for name, n in known.items()) / sum(known.values()))


def calibrate(job: Job, what: ToCalibrate) -> Generator[Event, None, int]:
    """Returns the number of processes for the level. What was found out before, in this run, is used again."""
    reference, planned = job.tools.reference_server, job.plan.load.processes
    processes = min(planned or 1, what.most)
    if reference is None or not job.plan.load.calibrate:
        return processes
    found: list[Calibration] = []
    for family in what.families:
        tries = Counter[int]()
        while True:
            load = _load(what, family, processes)
            tries[processes] += 1
            found.append(_known(job.run_dir, what, load) or (yield from _measured(job, what, load)))
            more = processes if planned else processes_needed(found[-1], job.plan.limits, what.most)
            if found[-1].holds or (more == processes and tries[processes] == TRIES):
                break
            processes = more
        write_json(calibration_file(job.run_dir, what.pack, what.level.name), [asdict(each) for each in found])
        if not found[-1].holds:
            yield Note(text=f"压测机校准（{what.level.name}，{family}）未通过：{found[-1].reason}。")
    return processes


def calibration_file(run_dir: Path, pack: str, level: str) -> Path:
    return run_dir / "recordings" / pack / "calibration" / f"{level}.json"


def processes_needed(calibration: Calibration, limits: LimitsPlan, most: int) -> int:
    """From the CPU that was taken; one more where a busy process made errors: its answers wait for each other."""
    limit = limits.generator_cpu.value
    needed = math.ceil(calibration.cpu * calibration.processes / limit)
    if not calibration.holds and calibration.cpu > limit / 2:
        needed = max(needed, calibration.processes + 1)
    return min(most, max(needed, calibration.processes))


def _load(what: ToCalibrate, family: str, processes: int) -> CalibrationLoad:
    level = what.level
    rate = level.rate_per_s * max(level.shape, default=1.0)
    return CalibrationLoad(
        family=family, rate_per_s=rate, steps=what.steps, users=level.users, seconds=SECONDS, processes=processes
    )


def median_ms(load: CalibrationLoad) -> float:
    """Of the reference server: shorter where the users would not be free often enough."""
    return min(MEDIAN_MS, BUSY * load.users / load.steps_per_s / _MEAN_PER_MEDIAN * 1e3)


def _known(run_dir: Path, what: ToCalibrate, load: CalibrationLoad) -> Calibration | None:
    """The same measurement, made for another pack or level, or before the run was interrupted."""
    for path in sorted(run_dir.glob("recordings/*/calibration/*.json")):
        for told in read_json(path):
            calibration = Calibration(**told)
            same = (calibration.family, calibration.users, calibration.processes) == (
                load.family, load.users, load.processes
            )  # fmt: skip
            if same and math.isclose(calibration.rate_per_s, load.steps_per_s, rel_tol=0.05):
                return replace(calibration, pack=what.pack, level=what.level.name)
    return None


def concluded(
    what: ToCalibrate, load: CalibrationLoad, found: Compared, *, cpu: float, lag_ms: float, limits: LimitsPlan
) -> Calibration:
    """Whether the generator is good enough at this load. A percentile with too few samples beyond it is told, too."""
    service, response = errors(found.service, found.service_known), errors(found.response, found.response_known)
    reasons = [
        f"{title} {name.upper()} 误差 {error[name]:+.1%}，超过 {limit:.0%}"
        for title, error, limit, n in (
            ("服务时间", service, SERVICE_LIMIT, len(found.service)),
            ("响应时间", response, RESPONSE_LIMIT, len(found.response)),
        )
        for name, share in PERCENTILES.items()
        if abs(error[name]) > limit and n * (1 - share) >= ENOUGH_BEYOND
    ]
    if cpu > limits.generator_cpu.value:
        reasons.append(f"压测进程占用 CPU {cpu:.0%}，超过 {limits.generator_cpu.value:.0%}")
    if lag_ms > limits.lag_p99_ms.value:
        reasons.append(f"压测机滞后 P99 {lag_ms:.1f} ms，超过 {limits.lag_p99_ms.value:g} ms")
    return Calibration(
        pack=what.pack,
        level=what.level.name,
        family=load.family,
        rate_per_s=load.steps_per_s,
        users=load.users,
        processes=load.processes,
        n=len(found.service),
        service_error=dict(service),
        response_error=dict(response),
        cpu=cpu,
        holds=not reasons,
        reason="；".join(reasons),
    )


def _measured(job: Job, what: ToCalibrate, load: CalibrationLoad) -> Generator[Event, None, Calibration]:
    reference = job.tools.reference_server
    assert reference is not None
    processes = f"，{load.processes} 个压测进程" if load.processes > 1 else ""
    yield Stage(name=f"校准压测机：{what.level.name}，{load.family}，{load.users} 用户{processes}", total=load.seconds)
    folder = calibration_file(job.run_dir, what.pack, f"{what.level.name}-{load.family}-{load.processes}").with_suffix(
        ""
    )
    if folder.exists():
        shutil.rmtree(folder)  # of a run that was interrupted
    items = questions(load)
    with reference(load.family, median_ms(load)) as server:
        block = carry_out(load, items, url=server.url, folder=folder, locustfile=job.tools.locustfile(CALIBRATION))
        for gone in block:
            yield Progress(done=min(gone, load.seconds))
        records = server.records()
    answer = read_json(folder / ANSWER_FILE)
    found = compared(items, read_samples(folder), records, step=answer["steps"].index(ASK), warm_up_s=WARM_UP_S)
    calibration = concluded(
        what, load, found, cpu=answer["generator"]["cpu"], lag_ms=lag_p99_ms(folder), limits=job.plan.limits
    )
    shutil.rmtree(folder)
    return calibration
