"""How a result is arranged on paper: grouping, order and links. Nothing here is measured or estimated.

The two readings of given figures are `conclusion` (the overall wording over the clauses the plan asks for) and
`limit_standing` (where an interval lies in relation to the limit it was judged by). Not here: words, HTML.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from harness.result import Distribution, Estimate, Finding, Judgement, LoadBlock, Result, Verdict

NOISE = "noise"
TRANSACTION = "transaction"  # what an estimate is of; those of messages and legs stand with the interfaces
STACKS = ("original", "migrated")
_SECTIONS = {
    "verdicts": "clauses",
    "stacks": "systems",
    "ledger": "function",
    "tables": "function",
    "findings": "function",
    "noise": "function",
    "rules": "function",
    "invariants": "invariants",
    "behaviours": "compatibility",
    "consistency": "consistency",
    "interfaces": "interfaces",
    "stored_fields": "interfaces",
    "exchange_times": "interfaces",
    "documents": "interfaces",
    "battery": "interfaces",
    "load": "performance",
    "estimates": "performance",
    "capacities": "capacity",
    "readings": "resources",
    "costs": "resources",
    "bottlenecks": "resources",
    "calibrations": "generator",
    "gaps": "method",
    "plan": "method",
    "notes": "method",
    "harness": "tools",
}


class Conclusion(enum.StrEnum):
    """The overall wording: never a bare 通过."""

    CONFORMS = "conforms"  # every clause asked for: pass
    FAILS = "fails"  # at least one clause asked for: fail
    PARTLY = "partly"  # some pass, none fails, the rest is undecided or not run
    UNDECIDED = "undecided"  # none passes or fails, at least one was examined
    UNTESTED = "untested"  # nothing that was asked for has run


def conclusion(verdicts: Sequence[Verdict]) -> Conclusion:
    found = {v.verdict for v in verdicts if v.asked}
    if Judgement.FAIL in found:
        return Conclusion.FAILS
    if Judgement.PASS in found:
        return Conclusion.CONFORMS if found == {Judgement.PASS} else Conclusion.PARTLY
    return Conclusion.UNDECIDED if Judgement.INCONCLUSIVE in found else Conclusion.UNTESTED


# --------------------------------------------------------------------------- findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A finding with those that follow from it."""

    finding: Finding
    consequences: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingGroups:
    """All findings of a run in reading order."""

    unexplained: tuple[Cause, ...]
    by_rule: Mapping[str, tuple[Cause, ...]]
    noise: tuple[Cause, ...]


def grouped(findings: Sequence[Finding]) -> FindingGroups:
    """Unexplained first, each with its consequences; then those a rule explains, by rule; then noise."""
    known = {(f.pack, f.id): f for f in findings}  # ids count within a pack
    under: dict[tuple[str, str], list[Finding]] = {}
    roots = []
    for finding in findings:
        root = _root(finding, known)
        if root is finding:
            roots.append(finding)
        else:
            under.setdefault((root.pack, root.id), []).append(finding)
    causes = [Cause(finding=f, consequences=tuple(under.get((f.pack, f.id), ()))) for f in roots]
    by_rule: dict[str, tuple[Cause, ...]] = {}
    for cause in causes:
        rule = cause.finding.explained_by
        if rule not in ("", NOISE):
            by_rule[rule] = (*by_rule.get(rule, ()), cause)
    return FindingGroups(
        unexplained=tuple(c for c in causes if not c.finding.explained_by),
        by_rule=by_rule,
        noise=tuple(c for c in causes if c.finding.explained_by == NOISE),
    )


def _root(finding: Finding, known: Mapping[tuple[str, str], Finding]) -> Finding:
    """The first cause; a finding whose cause is unknown, or which causes itself, stands alone."""
    seen = {finding.id}
    at = finding
    while (above := known.get((at.pack, at.consequence_of))) is not None:
        if above.id in seen:
            return finding
        seen.add(above.id)
        at = above
    return at


# --------------------------------------------------------------------------- performance


class Standing(enum.StrEnum):
    """Where an interval lies: what the picture of it shows, in a word."""

    WITHIN = "within"
    ACROSS = "across"
    BEYOND = "beyond"
    NONE = "none"  # no limit, or the estimate does not count


def main_metric(plan: Mapping[str, Any]) -> str:
    """The ratio that the plan judges by."""
    performance = plan.get("performance")
    metric = performance.get("metric", "p95") if isinstance(performance, Mapping) else "p95"
    return f"{metric}_ratio"


def limit_of(plan: Mapping[str, Any], metric: str) -> float | None:
    """The ratio that a time metric may not exceed, by the plan; throughput has no limit of its own."""
    performance = plan.get("performance")
    margin = performance.get("margin") if isinstance(performance, Mapping) else None
    if not isinstance(margin, int | float) or metric.startswith("throughput"):
        return None
    return 1.0 + float(margin)


def judged_interval(estimate: Estimate) -> tuple[float, float]:
    """The interval after correction where there is one."""
    if estimate.low_adjusted or estimate.high_adjusted:
        return estimate.low_adjusted, estimate.high_adjusted
    return estimate.low, estimate.high


def limit_standing(estimate: Estimate, limit: float | None) -> Standing:
    if limit is None or estimate.excluded:
        return Standing.NONE
    low, high = judged_interval(estimate)
    if high <= limit:
        return Standing.WITHIN
    return Standing.BEYOND if low > limit else Standing.ACROSS


def judged_estimates(result: Result) -> list[Estimate]:
    """Those that bear a verdict, and those of the judged metric that were kept out, in the order of the result."""
    main = main_metric(result.plan)
    return [e for e in result.estimates if e.verdict is not None or (e.metric == main and e.excluded)]


def block_folder(block: LoadBlock) -> str:
    """How recordings and heat maps name a block of a pack."""
    return f"{block.position:02d}-{block.stack}"


def at_quantile(distribution: Distribution | None, quantile: float) -> float | None:
    """The stored value at exactly this quantile, or None: nothing is interpolated."""
    if distribution is None:
        return None
    for at, ms in zip(distribution.quantiles, distribution.milliseconds, strict=True):
        if abs(at - quantile) < 1e-9:
            return ms
    return None


def pack_title(result: Result, pack: str) -> str:
    """The pack's name for people; the id where a result of an older format does not know it."""
    return result.pack_titles.get(pack, pack)


def in_order(names: Sequence[str], titles: Mapping[str, str]) -> list[str]:
    """Transactions in the order of the pack (that of `titles`), unknown ones last."""
    place = {name: i for i, name in enumerate(titles)}
    return sorted(dict.fromkeys(names), key=lambda name: place.get(name, len(place)))


# --------------------------------------------------------------------------- evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A piece of evidence as shown; `href` is empty where the text is not a safe relative path."""

    text: str
    href: str


def evidence_link(reference: str) -> Link:
    """A JSON pointer leads to its section of the page, a path to the file beside it; nothing leaves the run folder."""
    pointer = reference.removeprefix("result.json#")
    if pointer.startswith("/"):
        section = _SECTIONS.get(pointer.split("/")[1], "")
        return Link(text=f"result.json#{pointer}", href=f"#{section}" if section else "")
    parts = reference.split("/")
    if not reference or ".." in parts or "" in parts or "\\" in reference:
        return Link(text=reference, href="")
    return Link(text=reference, href="./" + quote(reference, errors="replace"))


def flat(value: Any, path: str = "") -> list[tuple[str, str]]:
    """A nested plan as (dotted key, text) rows."""
    if isinstance(value, Mapping):
        return [row for key, inner in value.items() for row in flat(inner, f"{path}.{key}" if path else str(key))]
    if isinstance(value, list | tuple) and any(isinstance(v, Mapping) for v in value):
        return [row for i, inner in enumerate(value, 1) for row in flat(inner, f"{path}[{i}]")]
    if isinstance(value, list | tuple):
        return [(path, ", ".join(map(str, value)))]
    return [(path, str(value))]


def by_name(result: Result) -> list[str]:
    """The stacks that answered, original first."""
    return [stack for stack in STACKS if stack in result.stacks]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """A declared rule as printed."""

    id: str
    kind: str
    where: str
    reason: str
    source: str
    used: str
    accepted: bool  # by the plan; a rule that is not explains nothing


def rule_row(rule: Mapping[str, Any]) -> RuleRow:
    used = rule.get("count")
    return RuleRow(
        **{key: str(rule.get(key, "")) for key in ("id", "kind", "where", "reason", "source")},
        used=f"{used:,}" if isinstance(used, int) else "–",
        accepted=rule.get("accepted", True) is not False,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SideBySide:
    """Named texts of several stacks: what all of them state, and what only some do (products name settings apart)."""

    common: tuple[tuple[str, list[str]], ...]
    one_sided: tuple[tuple[str, ...], ...]  # per stack: "name = text"


def side_by_side(stated: Sequence[Mapping[str, str]]) -> SideBySide:
    keys = dict.fromkeys(key for texts in stated for key in texts)
    shared = [key for key in keys if all(key in texts for texts in stated)]
    return SideBySide(
        common=tuple((key, [texts[key] for texts in stated]) for key in shared),
        one_sided=tuple(
            tuple(f"{key} = {text}" for key, text in texts.items() if key not in shared) for texts in stated
        ),
    )
