"""A run folder → its result and its series: everything right of *recordings*, recomputed from files alone.

The same folder always gives the same result, on this machine or another, so `xinheng verify` can check a verdict
offline. A recording that is missing weakens the result and is said so; it never stops the assessment.
Not here: executing anything, documents.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec

from harness.assess.at_load import percentiles_at_load
from harness.assess.battery import Battery, read_battery
from harness.assess.blocks import Block, read_blocks
from harness.assess.calibrations import calibrations
from harness.assess.capacity import capacities
from harness.assess.carried import stored_fields
from harness.assess.compat import Compat, read_compat
from harness.assess.consistency import of_run
from harness.assess.decide import stopped
from harness.assess.documents import check_documents
from harness.assess.estimating import (
    ALL,
    PackLoad,
    comparisons_of,
    distributions,
    estimates,
    loaded_of,
    self_tests,
    untested,
)
from harness.assess.exchanges import Exchanges, exchanges
from harness.assess.heat import heat_maps
from harness.assess.images import images_held
from harness.assess.interfaces import register, spoken
from harness.assess.ledgers import by_table, by_transaction, provoking
from harness.assess.resources import STACKS, TITLES, Resources, resources
from harness.assess.states import StateFile
from harness.assess.steps import leg_name
from harness.assess.weaknesses import weaknesses
from harness.compare.functional import Comparison, Observed, Recordings, compare_pack
from harness.data_result import TablesResult
from harness.interface_result import DocumentCheck, ImagesHeld, InterfaceUse, StoredFields
from harness.judge import Material, PackMaterial, judge
from harness.load_result import Capacity, HeatMap, PercentileAtLoad
from harness.model import Item, Part, Rule
from harness.recording import Recording, read_items, read_json, read_transactions
from harness.result import (
    FORMAT,
    Distribution,
    Estimate,
    Finding,
    InvariantResult,
    Result,
    Series,
    StackFacts,
    Window,
)
from harness.runfile import parts_of, read_run
from harness.settings import Plan, plan_from_dict

PASSES = {"original_1": "original-1", "original_2": "original-2", "migrated": "migrated-1"}


@dataclass(slots=True)
class _Found:
    """What the assessment has gathered so far."""

    run_dir: Path
    run: Mapping[str, Any]
    plan: Plan
    notes: list[str] = field(default_factory=list)
    comparisons: dict[str, Comparison] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    invariants: list[InvariantResult] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    estimates: list[Estimate] = field(default_factory=list)
    distributions: list[Distribution] = field(default_factory=list)
    percentiles: list[PercentileAtLoad] = field(default_factory=list)
    heat_maps: list[HeatMap] = field(default_factory=list)
    resources: Resources = field(default_factory=Resources)
    compat: Compat = field(default_factory=Compat)
    interfaces: list[InterfaceUse] = field(default_factory=list)
    stored_fields: list[StoredFields] = field(default_factory=list)
    images: list[ImagesHeld] = field(default_factory=list)
    exchanges: Exchanges = field(default_factory=Exchanges)
    documents: tuple[DocumentCheck, ...] = ()
    battery: Battery = field(default_factory=Battery)
    capacities: tuple[Capacity, ...] = ()
    consistency: TablesResult | None = None


def assess(run_dir: Path, rules: Mapping[str, Sequence[Rule]] | None = None) -> tuple[Result, Series]:
    """Assess a run. `rules` replaces the declared rules of packs; by default those of `run.json` apply."""
    run = read_run(run_dir)
    found = _Found(run_dir, run, plan_from_dict(run["plan"]))
    declared = _declared(run) | {pack: tuple(given) for pack, given in (rules or {}).items()}
    stacks = _facts(found)
    _gather(found, declared, stacks)
    material = _material(found, stacks)
    found.notes += weaknesses(material)
    result = Result(
        format=FORMAT,
        run_id=run["run_id"],
        created=run["created"],
        harness=dict(run["versions"]),
        plan=dict(run["plan"]),
        stacks=stacks,
        ledger={pack: c.ledger for pack, c in found.comparisons.items()},
        tables={pack: c.tables for pack, c in found.comparisons.items()},
        by_transaction=by_transaction(found.comparisons, run["packs"]),
        by_table=by_table(found.comparisons),
        findings=tuple(found.findings),
        noise={pack: c.noise for pack, c in found.comparisons.items()},
        invariants=tuple(found.invariants),
        load=tuple(block.summary for block in found.blocks),
        estimates=tuple(found.estimates),
        readings=found.resources.readings,
        host_readings=found.resources.host_readings,
        calibrations=calibrations(run_dir),
        gaps=found.resources.gaps,
        costs=found.resources.costs,
        bottlenecks=found.resources.bottlenecks,
        verdicts=judge(material),
        rules=_rules(found, declared),
        titles={name: title for pack in run["packs"].values() for name, title in _titles(pack).items()},
        pack_titles={name: str(pack["title"]) for name, pack in run["packs"].items()},
        notes=tuple(dict.fromkeys(found.notes)),
        behaviours=found.compat.behaviours,
        interfaces=tuple(found.interfaces),
        stored_fields=tuple(found.stored_fields),
        exchange_times=found.exchanges.times,
        journey_legs=found.exchanges.legs,
        documents=found.documents,
        battery=found.battery.cases,
        images=tuple(found.images),
        capacities=found.capacities,
        consistency=found.consistency,
        prelude=found.compat.prelude,
    )
    return result, _series(found)


def _gather(found: _Found, declared: Mapping[str, Sequence[Rule]], stacks: Mapping[str, StackFacts]) -> None:
    """Part by part, what the recordings say."""
    run, run_dir = found.run, found.run_dir
    parts = parts_of(run)
    for pack in run["packs"]:
        if Part.FUNCTIONAL in parts:
            _functional(found, pack, declared[pack])
        else:
            found.interfaces += register(run_dir, run, pack)
        if Part.LOAD in parts:
            _load(found, pack)
    if Part.LOAD in parts:
        found.exchanges = exchanges(run, found.blocks, found.comparisons, found.plan)
        found.estimates += found.exchanges.estimates
        found.notes += found.exchanges.notes
    if Part.COMPAT in parts:
        found.compat = read_compat(run_dir, run, found.plan.compat.reasons)
        found.notes += found.compat.notes
    if Part.FUNCTIONAL in parts:
        found.documents = check_documents(run_dir, run)
    if Part.BATTERY in parts:
        found.battery = read_battery(run_dir, run, declared, found.plan.rules.accepts)
        found.notes += found.battery.notes
    if Part.DATA in parts:
        found.consistency = of_run(run_dir)
    if Part.CAPACITY in parts:
        found.capacities = capacities(run_dir, run, found.plan)
    found.resources = resources(run_dir, run, found.blocks, stacks, found.plan.limits)
    found.notes += found.resources.notes


def _declared(run: Mapping[str, Any]) -> dict[str, tuple[Rule, ...]]:
    return {pack: tuple(Rule(**rule) for rule in known["rules"]) for pack, known in run["packs"].items()}


def _facts(found: _Found) -> dict[str, StackFacts]:
    stacks = {}
    for stack in STACKS:
        path = found.run_dir / "facts" / f"{stack}.json"
        if path.exists():
            stacks[stack] = msgspec.convert(read_json(path), StackFacts)
        else:
            found.notes.append(f"没有{TITLES[stack]}的识别记录。")
    return stacks


# --------------------------------------------------------------------------- functional pass


def _functional(found: _Found, pack: str, rules: Sequence[Rule]) -> None:
    items = _items(found, pack)
    recordings = Recordings(**{part: _observed(found, pack, name) for part, name in PASSES.items()})
    found.stored_fields += stored_fields(found.run, pack, recordings)
    found.images += images_held(pack, recordings)
    if not items:
        found.interfaces += register(found.run_dir, found.run, pack, recordings)
        return
    messages = spoken(found.run, pack)
    compared = compare_pack(pack, items, recordings, rules, found.plan.rules.accepts, messages)
    found.comparisons[pack] = compared
    found.interfaces += register(found.run_dir, found.run, pack, recordings, compared.exchanges)
    found.findings += _numbered(compared.findings, after=len(found.findings))
    titles = {t["name"]: t["title"] for t in found.run["packs"][pack]["transactions"]}
    found.notes += [
        f"“{titles.get(name, name)}”有 {count} 笔在两边以同样的错误失败：结果一致，但没有得到验证。"
        for name, count in sorted(compared.failed_alike.items())
    ]


def _items(found: _Found, pack: str) -> list[Item]:
    path = found.run_dir / "workload" / f"{pack}-functional.jsonl"
    if not path.exists():
        found.notes.append(f"没有 {pack} 的功能比对负载文件，功能没有比对。")
        return []
    return list(read_items(path))


def _observed(found: _Found, pack: str, name: str) -> Observed:
    recording = Recording(found.run_dir / "recordings" / pack / "functional" / name)
    if not recording.sealed:
        found.notes.append(f"{pack} 的功能比对记录 {name} 缺失或没有完成。")
        return Observed()
    folder = recording.folder
    if name != PASSES["original_2"]:
        _invariants(found, folder, "original" if name.startswith("original") else "migrated", "functional")
    before = StateFile(folder / "state-before.jsonl")
    return Observed(
        transactions=tuple(read_transactions(folder / "transactions.jsonl")),
        before=before,
        after=StateFile(folder / "state-after.jsonl"),
        key_columns=before.key_columns,
    )


def _invariants(found: _Found, folder: Path, stack: str, when: str) -> None:
    path = folder / "invariants.json"
    if not path.exists():
        found.notes.append(f"{folder.name} 没有业务不变量的检查记录。")
        return
    found.invariants += [
        InvariantResult(
            pack=known["pack"], name=known["name"], title=known["title"], stack=stack, when=when,
            holds=known["holds"], violations=known["violations"], examples=tuple(known["examples"]),
        )
        for known in read_json(path)
    ]  # fmt: skip


def _numbered(findings: Sequence[Finding], *, after: int) -> list[Finding]:
    """Ids count over all packs."""

    def shifted(finding_id: str) -> str:
        return f"F{int(finding_id[1:]) + after}" if finding_id else ""

    return [replace(f, id=shifted(f.id), consequence_of=shifted(f.consequence_of)) for f in findings]


def _rules(found: _Found, declared: Mapping[str, Sequence[Rule]]) -> tuple[dict[str, Any], ...]:
    return tuple(
        {
            "pack": pack,
            **asdict(rule),
            "accepted": found.plan.rules.accepts(rule.id),
            "count": found.comparisons[pack].rule_counts.get(rule.id, 0) if pack in found.comparisons else 0,
        }
        for pack, rules in declared.items()
        for rule in rules
    )


# --------------------------------------------------------------------------- load pass


def _load(found: _Found, pack: str) -> None:
    folder = found.run_dir / "recordings" / pack / "load"
    blocks, notes = read_blocks(folder, found.plan.limits, found.run["packs"][pack])
    found.notes += notes
    for block in blocks:
        _invariants(found, folder / block.folder, block.summary.stack, block.folder)
    found.blocks += blocks
    if not blocks:
        return
    compared = found.comparisons.get(pack)
    load = PackLoad(
        pack=pack,
        blocks=blocks,
        loaded=loaded_of(found.run["packs"][pack]),
        agreed=compared.agreed if compared else frozenset(),
        compared=compared is not None and compared.ledger.total > compared.ledger.not_run,
        comparisons=comparisons_of(found.run, found.plan),
    )
    found.estimates += estimates(load, found.plan)
    found.distributions += distributions(load, found.plan)
    found.percentiles += percentiles_at_load(load, found.plan)
    found.heat_maps += heat_maps(pack, [b.strip for b in blocks if b.summary.valid], int(found.run["epoch"]["mono_ns"]))


# --------------------------------------------------------------------------- judging and drawing


def _material(found: _Found, stacks: Mapping[str, StackFacts]) -> Material:
    tested = {**{s: bool(t.get("ok")) for s, t in found.run.get("self_test", {}).items()}, **self_tests(found.blocks)}
    return Material(
        plan=found.plan,
        stacks=stacks,
        packs={pack: _pack_material(found, pack) for pack in found.run["packs"]},
        findings=tuple(found.findings),
        invariants=tuple(found.invariants),
        load=tuple(block.summary for block in found.blocks),
        estimates=tuple(found.estimates),
        readings=found.resources.readings,
        gaps=found.resources.gaps,
        bottlenecks=found.resources.bottlenecks,
        self_test=tested,
        untested=untested(found.blocks),
        shared_host=found.run.get("shared_host"),
        behaviours=found.compat.behaviours,
        interfaces=tuple(found.interfaces),
        stored_fields=tuple(found.stored_fields),
        exchange_times=found.exchanges.times,
        documents=found.documents,
        battery=found.battery.cases,
        images=tuple(found.images),
        capacities=found.capacities,
        consistency=found.consistency,
        parts=frozenset(parts_of(found.run)),
        stopped=stopped(found.run_dir, found.plan, found.run["packs"]),
    )


def _pack_material(found: _Found, pack: str) -> PackMaterial:
    known = found.run["packs"][pack]
    compared = found.comparisons.get(pack)
    failed = compared.failed_alike if compared else {}
    return PackMaterial(
        title=known["title"],
        loaded=loaded_of(known),
        bulk=frozenset(t["name"] for t in known["transactions"] if t["bulk"]),
        titles=_titles(known),
        ledger=compared.ledger if compared else None,
        tables=compared.tables if compared else None,
        noise_known=compared.noise_known if compared else False,
        agreed=compared.agreed if compared else frozenset(),
        failed_alike=sum(n for name, n in failed.items() if name not in provoking(known)),
        journeys={t["name"]: t["legs"] for t in known["transactions"] if t.get("legs")},
    )


def _titles(known: Mapping[str, Any]) -> dict[str, str]:
    """Of a pack's transactions and of the legs of its journeys."""
    titles = {t["name"]: t["title"] for t in known["transactions"]}
    legs = {leg_name(t["name"], leg): title for t in known["transactions"] for leg, title in t.get("legs", {}).items()}
    return titles | legs | {ALL: "全部业务"}


def _series(found: _Found) -> Series:
    epoch = int(found.run["epoch"]["mono_ns"])
    return Series(
        distributions=tuple(found.distributions),
        percentiles=tuple(found.percentiles),
        heat_maps=tuple(found.heat_maps),
        timelines=found.resources.timelines,
        windows=tuple(
            Window(
                stack=b.summary.stack, level=b.summary.level,
                start=(b.window[0] - epoch) / 1e9, end=(b.window[1] - epoch) / 1e9,
            )
            for b in found.blocks
        ),
    )  # fmt: skip
