"""Made-up results for developing and testing the documents. Nothing here was measured.

`rich` looks like a whole HIS run (every verdict, kind of finding and validity), `small` is what the goldens store,
`hostile` carries strings that try to break out of every document. `wide` has the size of a run of a million samples.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import random
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from harness.result import (
    FORMAT,
    Distribution,
    Estimate,
    InvariantResult,
    Judgement,
    LoadBlock,
    ReadingSummary,
    Result,
    Series,
    Timeline,
    Window,
)
from tests.golden import fake_ledgers, fake_load
from tests.golden.fake_consistency import consistency

LEVELS = {"低谷": 8, "典型": 32, "高峰": 96}
QUANTILES = tuple([i / 100 for i in range(1, 100)] + [0.995, 0.999, 1.0])
_BASE_MS = {"daily_report": 160.0, "day_end_billing": 420.0, "search_patient": 3.2, "discharge": 21.0, "charge": 14.0}
_SPEED = {"search_patient": 1.55, "daily_report": 0.62, "book": 1.19, "charge": 1.23, "day_end_billing": 0.8}


@functools.cache
def _texts() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def _names() -> list[str]:
    return list(_texts()["titles"])


def rich() -> Result:
    """A full-looking run in which every kind of statement occurs."""
    made = {
        "format": FORMAT,
        "invariants": _invariants(),
        "load": _blocks(),
        "estimates": (*_estimates(), *_of_interfaces()),
        "readings": {"original": _readings(1.0), "migrated": _readings(1.35)},
        "host_readings": {
            "original": {"db1": _readings(1.0)},
            "migrated": {"db2": _readings(1.35), "db3": _readings(0.4)},
        },
        "calibrations": fake_load.calibrations(LEVELS, troubled=True),
        "gaps": fake_load.gaps(),
        "costs": fake_load.costs(_names(), LEVELS),
        "bottlenecks": fake_load.bottlenecks(),
        "capacities": fake_load.capacities(),
        "consistency": consistency(),
        "by_transaction": fake_ledgers.by_transaction(_names()),
        "by_table": fake_ledgers.by_table(),
    }
    return msgspec.convert({**_texts(), **made}, Result)


def calm() -> Result:
    """A run without trouble, without a capacity search: the generator was well, every ratio holds, nothing got lost."""
    whole = rich()
    return dataclasses.replace(
        whole,
        load=tuple(
            dataclasses.replace(
                b, valid=True, invalid_reason="", errors=0, not_run=0, attempt=1,
                generators=fake_load.generators(b.position, b.users, spoilt=False),
            )
            for b in whole.load
        ),
        estimates=tuple(
            dataclasses.replace(e, excluded="", blocks_needed=0, verdict=e.verdict and Judgement.PASS)
            for e in whole.estimates
        ),
        calibrations=fake_load.calibrations(LEVELS, troubled=False), gaps=(), bottlenecks=(), capacities=(), notes=(),
        consistency=None,
    )  # fmt: skip


def rich_series(*, points: int = 600) -> Series:
    """What the charts of `rich` draw; `points` seconds of readings."""
    rng = random.Random(7)
    distributions = tuple(
        Distribution(
            pack="his", transaction=name, level=level, stack=stack, n=_samples(name, level),
            quantiles=QUANTILES, milliseconds=_milliseconds(name, level, stack, rng),
        )
        for level in LEVELS
        for name in _names()
        for stack in ("original", "migrated")
    )  # fmt: skip
    windows = []
    width = points / 14
    for i in range(12):
        stack = "original" if i % 4 in (0, 3) else "migrated"
        start = width * (1.5 + i)
        windows.append(Window(stack=stack, level=list(LEVELS)[i // 4], start=start, end=start + width * 0.86))
    return Series(
        distributions=distributions,
        timelines=tuple(
            dataclasses.replace(_timeline(stack, windows, points, rng), host=host)
            for stack, host in (("original", "db1"), ("migrated", "db2"), ("migrated", "db3"))
        ),
        windows=tuple(windows),
        percentiles=fake_load.percentiles(_names(), LEVELS, _BASE_MS),
        heat_maps=fake_load.heat_maps(_blocks(), windows),
    )


def small() -> Result:
    """Few enough values that a stored document can be read by a person; one of each verdict."""
    whole = rich()
    kept = {"PV-FUNC-1", "PV-PERF-1", "PV-PERF-2", "PV-SEC-1"}
    findings = tuple(f for f in whole.findings if f.id in ("F1", "F2", "F5", "F9"))
    return dataclasses.replace(
        whole,
        harness={"xinheng": "0.1.0", "python": "3.11.7"},
        findings=findings,
        invariants=whole.invariants[:2] + tuple(i for i in whole.invariants if not i.holds),
        load=tuple(b for b in whole.load if b.position in (1, 2, 11)),
        estimates=tuple(
            e for e in whole.estimates if e.level == "典型" and e.transaction in ("book", "charge", "prescribe")
        ),
        readings={s: {k: v for k, v in r.items() if k in ("cpu", "memory")} for s, r in whole.readings.items()},
        host_readings={
            s: {host: {"cpu": r["cpu"]} for host, r in hosts.items()} for s, hosts in whole.host_readings.items()
        },
        by_transaction=tuple(each for each in whole.by_transaction if each.name in ("book", "charge")),
        verdicts=tuple(v for v in whole.verdicts if v.clause in kept),
        titles={k: v for k, v in whole.titles.items() if k in ("book", "charge", "prescribe")},
        calibrations=whole.calibrations[1:],
        costs=tuple(c for c in whole.costs if c.transaction in ("*", "charge") and c.level in ("*", "高峰")),
        capacities=tuple(dataclasses.replace(c, steps=c.steps[2:5]) for c in whole.capacities),
        notes=whole.notes[:1],
    )


def small_series() -> Series:
    whole = rich_series(points=60)
    own = [d for d in whole.distributions if d.level == "典型" and d.transaction in ("book", "charge", "prescribe")]
    points = [p for p in whole.percentiles if p.metric == "p95" and p.transaction in ("book", "charge", "prescribe")]
    maps = [dataclasses.replace(m, t=m.t[::30], counts=m.counts[::30], blocks=m.blocks[::30]) for m in whole.heat_maps]
    return dataclasses.replace(whole, distributions=tuple(own), percentiles=tuple(points), heat_maps=tuple(maps))


NASTY = "<script>alert('x')</script>\"'&amp;]]><!--{{ 7*7 }}\x00\x1b[31m\u202e\ud800$x^2$𠮷"


def hostile() -> Result:
    """`small` with the same nasty text in every string a document may print, dict keys included."""
    poisoned: Result = _poison(small())
    return dataclasses.replace(poisoned, created=NASTY)


def hostile_series() -> Series:
    poisoned: Series = _poison(small_series())
    return poisoned


def wide(*, transactions: int = 40, findings: int = 300, points: int = 6 * 3600) -> tuple[Result, Series]:
    """What a run of a million samples leaves: many classes, hours of readings."""
    names = {f"transaction_{i:02d}": f"业务交易{i}" for i in range(transactions)}
    base, series = rich(), rich_series(points=points)
    more = tuple(
        dataclasses.replace(base.findings[i % len(base.findings)], id=f"F{i}", consequence_of="")
        for i in range(findings)
    )
    estimates = tuple(
        dataclasses.replace(e, transaction=name) for e in base.estimates if e.transaction == "book" for name in names
    )
    spread = tuple(
        dataclasses.replace(d, transaction=name, n=1_000_000 // transactions)
        for d in series.distributions
        if d.transaction == "book"
        for name in names
    )
    result = dataclasses.replace(base, findings=more, estimates=estimates, titles=names)
    return result, dataclasses.replace(series, distributions=spread)


# --------------------------------------------------------------------------- parts


def _poison(value: Any, at: str = "") -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        keep = {
            "judgement",
            "state",
            "weight",
            "check",
            "stack",
            "metric",
            "unit",
            "verdict",
            "when",
            "created",
            "explained_by",
            "consequence_of",
            "outcome",
            "scope",
            "block",
            "blocks",
        }
        changed = {
            f.name: _poison(getattr(value, f.name), f.name) for f in dataclasses.fields(value) if f.name not in keep
        }
        return dataclasses.replace(value, **changed)
    if isinstance(value, str):
        return value + NASTY
    if isinstance(value, tuple):
        return tuple(_poison(v) for v in value)
    if isinstance(value, dict):
        fixed = at in ("stacks", "readings", "host_readings", "titles", "plan", "values", "rules")
        return {k if fixed else k + NASTY: _poison(v, "plan" if at == "plan" else "") for k, v in value.items()}
    return value


def _invariants() -> tuple[InvariantResult, ...]:
    known = {
        "slot_once": "同一号源只售出一次", "stock": "库存 = 期初 − 发出，且不为负", "payments": "收款等于应收",
        "invoices": "发票号唯一且连续", "bed_once": "一张床位只有一名患者",
    }  # fmt: skip
    found = []
    for name, title in known.items():
        for stack in ("original", "migrated"):
            for when in ("functional", "1", "2"):
                bad = name == "slot_once" and stack == "migrated" and when != "1"
                found.append(
                    InvariantResult(
                        pack="his", name=name, title=title, stack=stack, when=when, holds=not bad,
                        violations=9 if bad else 0,
                        examples=("slot_id=S00412 patients=P000871,P000120",) if bad else (),
                    )
                )  # fmt: skip
    return tuple(found)


def _samples(name: str, level: str) -> int:
    return 40 if name == "day_end_billing" else LEVELS[level] * 13 + len(name)


def _milliseconds(name: str, level: str, stack: str, rng: random.Random) -> tuple[float, ...]:
    centre = _BASE_MS.get(name, 6.0 + len(name) * 0.4) * (1 + LEVELS[level] / 120)
    if stack == "migrated":
        centre *= _SPEED.get(name, 1.06)
    spread = 0.42 + (0.25 if level == "高峰" else 0)
    values = [centre * math.exp(spread * 1.7 * math.log(q / (1.0005 - q)) / 2.6) for q in QUANTILES]
    return tuple(round(v * (1 + rng.uniform(0, 0.002)), 4) for v in sorted(values))


def _estimates() -> tuple[Estimate, ...]:
    rng = random.Random(3)
    found = []
    for level, users in LEVELS.items():
        for name in _names():
            value = _SPEED.get(name, 1.06) * rng.uniform(0.97, 1.03)
            half = 0.5 / math.sqrt(users) * (3 if name == "day_end_billing" else 1)
            base = _BASE_MS.get(name, 9.0) * 2.3
            excluded = "功能不一致，不参与比较" if name in ("book", "dispense") else ""
            if name == "day_end_billing" and level == "低谷":
                found.append(_too_few(name, level))
                continue
            across = value * (1 + half * 0.9) > 1.2 >= value * (1 - half * 0.9)
            for metric, factor in (("p95_ratio", 1.0), ("p50_ratio", 0.4)):
                found.append(
                    Estimate(
                        pack="his", transaction=name, level=level, metric=metric, value=round(value, 4),
                        low=round(value * (1 - half * 0.6), 4), high=round(value * (1 + half * 0.6), 4),
                        low_adjusted=round(value * (1 - half * 0.9), 4),
                        high_adjusted=round(value * (1 + half * 0.9), 4),
                        n=_samples(name, level), method="按负载块自助法（4 负载块，2000 次重抽），Holm 校正",
                        original=round(base * factor, 3), migrated=round(base * factor * value, 3),
                        excluded=excluded, blocks_needed=6 if across and not excluded and metric == "p95_ratio" else 0,
                        verdict=_verdict(value, half * 0.9) if metric == "p95_ratio" and not excluded else None,
                    )
                )  # fmt: skip
    return tuple(found)


def _verdict(value: float, half: float) -> Judgement:
    if value * (1 + half) <= 1.2:
        return Judgement.PASS
    return Judgement.FAIL if value * (1 - half) > 1.2 else Judgement.INCONCLUSIVE


def _of_interfaces() -> tuple[Estimate, ...]:
    """One message and one leg of a journey."""
    common = {"level": "典型", "metric": "p95_ratio", "n": 604, "method": "按负载块自助法"}
    figures = {"value": 1.3, "low": 1.1, "high": 1.5, "low_adjusted": 1.05, "high_adjusted": 1.62}
    of_message = {"pack": "lis", "transaction": "results_oru", "scope": "message", "original": 15.8, "migrated": 20.6}
    of_leg = {"pack": "journey", "transaction": "journey/charge", "scope": "leg", "original": 31.0, "migrated": 40.2}
    return Estimate(**common, **figures, **of_message), Estimate(**common, **figures, **of_leg)


def _too_few(name: str, level: str) -> Estimate:
    """What the judge gets where there are not enough samples: no value at all."""
    return Estimate(
        pack="his", transaction=name, level=level, metric="p95_ratio", value=0.0, low=0.0, high=0.0, n=4,
        method="", excluded="样本不足（4/50）", blocks_needed=12,
    )  # fmt: skip


def _blocks() -> tuple[LoadBlock, ...]:
    found = []
    for i in range(12):
        level = list(LEVELS)[i // 4]
        stack = "original" if i % 4 in (0, 3) else "migrated"
        users = LEVELS[level]
        planned = int(users * 1.5 * 40)
        invalid = i == 10
        rate = (
            users
            * 1.5
            * (0.985 if stack == "original" else 0.962)
            * (0.86 if level == "高峰" and stack == "migrated" else 1)
        )
        done = min(planned, int(rate * 40) + 12)
        errors = 0 if stack == "original" or users < 90 else 14 + i
        found.append(
            LoadBlock(
                stack=stack, pack="his", level=level, position=i + 1, users=users, seconds=40.0, planned=planned,
                done=done, not_run=planned - done, throughput_per_s=round(rate - errors / 40 - i * 0.07, 3),
                errors=errors, refused=21 + i * 3, lag_p99_ms=1.2 + i * 0.31 if not invalid else 48.7,
                generator_cpu=0.12 + users / 200 + (0.4 if invalid else 0), valid=not invalid,
                invalid_reason="压测机 CPU 100.0% 超过限值 80%，滞后 P99 48.7 ms 超过限值 20 ms" if invalid else "",
                replies={"ok": done - errors - 21 - i * 3, "refused": 21 + i * 3, "failed": errors},
                error_classes={"lock_timeout": errors - 2, "deadlock": 2} if errors else {},
                kind="peak" if level == "高峰" else "load", model="closed" if level == "低谷" else "open",
                rate_per_s=users * 1.5, warmup_s=5.0 + 0.5 * (i % 3), attempt=2 if i in (9, 10) else 1,
                generators=fake_load.generators(i + 1, users, spoilt=invalid),
            )
        )  # fmt: skip
    return tuple(found)


def _readings(factor: float) -> dict[str, ReadingSummary]:
    def one(mean: float, unit: str, **details: float) -> ReadingSummary:
        return ReadingSummary(
            mean=mean * factor,
            p95=mean * factor * 1.3,
            maximum=mean * factor * 1.42,
            unit=unit,
            n=472,
            coverage=0.983,
            details=details,
        )

    return {
        "cpu": one(41.3, "%", iowait=2.1, core_max=77.0),
        "memory": one(31.0, "%"),
        "disk": one(3.2e6, "B/s", write=2.9e6, read=0.3e6),
        "network": one(0.9e6, "B/s"),
        "process_cpu": one(62.0, "% of one core"),
        "process_memory": one(310.0, "MiB"),
    }


def _timeline(stack: str, windows: list[Window], points: int, rng: random.Random) -> Timeline:
    level_load = {"低谷": 0.25, "典型": 0.5, "高峰": 0.85}

    def load(t: int) -> float:
        for w in windows:
            if w.start <= t < w.end:
                return level_load[w.level] * (1.0 if w.stack == stack else 0.55)
        return 0.04

    def wave(scale: float, base: float = 0.0) -> tuple[float, ...]:
        return tuple(round(base + scale * load(t) * rng.uniform(0.82, 1.15), 3) for t in range(points))

    slow = 1.0 if stack == "original" else 1.12
    return Timeline(
        stack=stack,
        t=tuple(float(t) for t in range(points)),
        values={
            "throughput": wave(150 / slow, -5.0), "cpu": wave(88 * slow), "iowait": wave(9 * slow),
            "steal": wave(3 * slow), "process_cpu": wave(150 * slow),
            "memory": wave(6, 28 * slow),
            "process_memory": tuple(210 * slow + 40 * min(1.0, t / points * 2) for t in range(points)),
            "disk_read": wave(0.8e6), "disk_write": wave(6e6 * slow),
            "net_recv": wave(1.5e6), "net_sent": wave(2.4e6),
        },
    )  # fmt: skip
