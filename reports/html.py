"""`report.html`: one file, no script, no outside request, in Chinese or English.

This module arranges a `Result` and its `Series` for the templates; wording is in `words.toml`, layout in `templates/`,
what makes the page inert in `page.py`. Not here: any figure that is not in the result.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from harness.data_result import TableState, Weight
from harness.load_result import TransactionCost
from harness.result import Judgement, Result, Series
from reports import behaviours, interfaces, marks, performance, text, view
from reports.diagrams import of_load
from reports.diagrams.of_load import Charts
from reports.files import write_whole
from reports.fitting import MOST, fitted
from reports.page import environment, whole
from reports.words import Words

SECTIONS = (
    "summary", "clauses", "systems", "function", "invariants", "interfaces", "consistency", "compatibility",
    "performance", "capacity", "resources", "generator", "method", "tools", "annex",
)  # fmt: skip
_KIND = {
    view.Conclusion.CONFORMS: "good", view.Conclusion.FAILS: "bad", view.Conclusion.PARTLY: "open",
    view.Conclusion.UNDECIDED: "open", view.Conclusion.UNTESTED: "void",
}  # fmt: skip
_ATTACHMENTS = (
    ("report.html", "report"), ("result.json", "result"), ("series.json", "series"), ("junit.xml", "junit"),
    ("manifest.json", "manifest"), ("run.json", "run"), ("facts/", "facts"), ("workload/", "workload"),
    ("recordings/", "recordings"), ("readings/", "readings"), ("interfaces/", "interfaces"), ("dbcompat/", "dbcompat"),
)  # fmt: skip


def render(result: Result, series: Series, lang: str = "zh", charts: Charts | None = None) -> str:
    """The whole page; `charts` that are drawn already need not be drawn again."""
    words = Words(lang)
    charts = charts or of_load.charts(result, series, words)
    whole_result, (result, series, left_out) = result, fitted(result, series)
    made = environment(words, result)
    made.filters.update(
        moment=_moment,
        evidence=view.evidence_link,
        differing=behaviours.differing,
        numbered=lambda behaviour: enumerate(behaviour.script, 1),
        script_path=behaviours.script_path,
    )
    return whole(
        made,
        "report.html.j2",
        foot=result.run_id,
        sections=[name for name in SECTIONS if _has(result, name)],
        **_summary(result),
        **_systems(result, words),
        **_function(result),
        **_invariants(result),
        **interfaces.arranged(result),
        **_behaviours(result),
        **performance.arranged(result, series, words, charts),
        **performance.doubts(whole_result),
        left_out=left_out,
        most=MOST,
        **performance.capacities(result, charts),
        **performance.generators(result),
        same=TableState.EQUAL,
        must=Weight.MUST,
        **_resources(result, words, charts),
        **_method(result),
    )


def _has(result: Result, section: str) -> bool:
    """Whether there is anything to say in a section that only some runs have."""
    return {
        "capacity": bool(result.capacities),
        "consistency": result.consistency is not None,
        "generator": bool(result.calibrations or any(b.generators for b in result.load)),
    }.get(section, True)


def write_html(path: Path, result: Result, series: Series, lang: str = "zh", charts: Charts | None = None) -> Path:
    return write_whole(path, render(result, series, lang, charts).encode("utf-8"))


def _moment(iso: str) -> str:
    try:
        return dt.datetime.fromisoformat(iso).strftime("%Y-%m-%d %H:%M:%S %z").strip()
    except ValueError:
        return text.one_line(iso)


# --------------------------------------------------------------------------- sections


def _summary(result: Result) -> dict[str, Any]:
    asked = [v for v in result.verdicts if v.asked]
    overall = view.conclusion(result.verdicts)
    attention = [
        v for kind in (Judgement.FAIL, Judgement.INCONCLUSIVE, Judgement.NOT_RUN) for v in asked if v.verdict is kind
    ]
    title = result.plan.get("title") or ""
    return {
        "stacks": view.STACKS,
        "answered": view.by_name(result),
        "packs": list(result.ledger),
        "plan_title": " · ".join(str(part) for part in (result.plan.get("name", "–"), title) if part),
        "overall": overall.value,
        "overall_kind": _KIND[overall],
        "asked": asked,
        "tally": [(kind.value, sum(v.verdict is kind for v in asked)) for kind in Judgement],
        "attention": attention,
        "main_verdicts": [v for v in result.verdicts if v.asked or v.verdict is not Judgement.NOT_RUN],
        "other_verdicts": [v for v in result.verdicts if not v.asked and v.verdict is Judgement.NOT_RUN],
        "attachments": _ATTACHMENTS,
    }


def _systems(result: Result, words: Words) -> dict[str, Any]:
    """Blocks of (heading, rows); a row is (label, one text per stack, whether the stacks contradict each other)."""
    stacks = [result.stacks[name] for name in view.by_name(result)]
    identity = [
        (words(f"system.{name}"), [str(getattr(s, attribute)) for s in stacks], False)
        for name, attribute in (
            ("name", "title"), ("product", "product"), ("version", "version"), ("banner", "banner"),
            ("driver", "driver"),
        )
    ]  # fmt: skip
    settings = view.side_by_side([s.settings for s in stacks])
    host = view.side_by_side([s.host for s in stacks])
    rows = [(key, texts, len(set(texts)) > 1) for key, texts in settings.common]
    if any(settings.one_sided):
        rows.append((words("system.one_sided"), ["\n".join(own) for own in settings.one_sided], False))
    facts = [(_host_label(key, words), texts, len(set(texts)) > 1) for key, texts in host.common]
    if any(host.one_sided):
        facts.append((words("system.one_sided"), ["\n".join(own) for own in host.one_sided], False))
    blocks = [("identity", identity), ("settings", rows), ("host", facts)]
    return {"system_rows": [(words(f"system.{name}"), kept) for name, kept in blocks if kept]}


def _host_label(key: str, words: Words) -> str:
    what = key.removeprefix("raw_")
    label = words.label("host", what)
    return label if what == key else words("system.raw", what=label)


def _function(result: Result) -> dict[str, Any]:
    groups = view.grouped(result.findings)
    both = (("transactions", result.ledger), ("rows", result.tables))
    return {
        "groups": groups,
        "explained_count": sum(map(len, groups.by_rule.values())),
        "ledger_keys": marks.LEDGER_KEYS,
        "ledgers": [(what, pack, one, marks.shares(one)) for what, kept in both for pack, one in kept.items()],
        "rules": [view.rule_row(rule) for rule in result.rules],
        "rule_reasons": {str(rule.get("id")): str(rule.get("reason", "")) for rule in result.rules},
    }


def _invariants(result: Result) -> dict[str, Any]:
    names = dict.fromkeys((i.pack, i.name, i.title) for i in result.invariants)
    rows = []
    for pack, name, title in names:
        cells = []
        for stack in view.STACKS:
            own = [i.holds for i in result.invariants if (i.pack, i.name, i.stack) == (pack, name, stack)]
            cells.append((sum(own), len(own)))
        rows.append((title, name, cells))
    return {"violated": [i for i in result.invariants if not i.holds], "invariant_rows": rows}


def _behaviours(result: Result) -> dict[str, Any]:
    return {
        "behaviour_groups": behaviours.grouped(result),
        "outcomes": [outcome.value for outcome in behaviours.OUTCOMES],
        "open_differences": behaviours.open_differences(result),
    }


def _resources(result: Result, words: Words, charts: Charts) -> dict[str, Any]:
    stacks = view.STACKS
    names = list(dict.fromkeys(name for s in stacks for name in result.readings.get(s, {})))
    summaries = {name: [result.readings.get(s, {}).get(name) for s in stacks] for name in names}
    details = []
    for name, cells in summaries.items():
        for key in dict.fromkeys(k for c in cells if c for k in c.details):
            details.append((f"{name}.{key}", [c.details.get(key) if c else None for c in cells]))
    return {
        "resource_rows": list(summaries.items()),
        "resource_details": details,
        "resource_charts": [Markup(drawing.svg) for drawing in charts.resources],
        "several_hosts": any(len(hosts) > 1 for hosts in result.host_readings.values()),
        "cost_rows": _costs(result),
        "cost_bases": list(dict.fromkeys(c.basis for c in result.costs if c.basis)),
        "architectures": {
            s: words("doc.list_sep").join(dict.fromkeys(c.architecture for c in result.costs if c.stack == s))
            for s in stacks
        },
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _CostRow:
    """What a transaction costs on either stack."""

    pack: str
    level: str
    transaction: str
    sides: tuple[TransactionCost | None, ...]

    @property
    def whole_mix(self) -> bool:
        return self.transaction == "*"


def _costs(result: Result) -> list[_CostRow]:
    by = {(c.pack, c.level, c.transaction, c.stack): c for c in result.costs}
    places = dict.fromkeys((c.pack, c.level, c.transaction) for c in result.costs)
    return [
        _CostRow(
            pack=pack, level=level, transaction=name, sides=tuple(by.get((pack, level, name, s)) for s in view.STACKS)
        )
        for pack, level, name in places
    ]


def _method(result: Result) -> dict[str, Any]:
    rows = []
    limits = result.plan.get("limits")
    for name, limit in limits.items() if isinstance(limits, Mapping) else ():
        if isinstance(limit, Mapping):
            rows.append((name, f"{limit.get('value', '–')}", str(limit.get("source", ""))))
    stated = result.plan.get("performance")
    if (margin := view.limit_of(result.plan, "ratio")) is not None and isinstance(stated, Mapping):
        rows.insert(0, ("margin", f"{margin:g}", str(stated.get("source", ""))))
    return {"limit_rows": rows, "plan_rows": view.flat(result.plan)}
