"""`report.html`: one file, no script, no outside request, in Chinese or English.

This module arranges a `Result` and its `Series` for the templates; wording is in `words.toml`, layout in `templates/`,
what makes the page inert in `page.py`. Not here: any figure that is not in the result.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from harness.result import Estimate, Judgement, Result, Series
from reports import behaviours, charts, interfaces, marks, text, view
from reports.files import write_whole
from reports.page import environment, whole
from reports.words import Words

SECTIONS = (
    "summary", "clauses", "systems", "function", "invariants", "interfaces", "compatibility", "performance",
    "resources", "method", "tools", "annex",
)  # fmt: skip
QUANTILES = (50, 90, 95, 99)
_KIND = {
    view.Conclusion.CONFORMS: "good", view.Conclusion.FAILS: "bad", view.Conclusion.PARTLY: "open",
    view.Conclusion.UNDECIDED: "open", view.Conclusion.UNTESTED: "void",
}  # fmt: skip
_ATTACHMENTS = (
    ("report.html", "report"), ("result.json", "result"), ("series.json", "series"), ("junit.xml", "junit"),
    ("manifest.json", "manifest"), ("run.json", "run"), ("facts/", "facts"), ("workload/", "workload"),
    ("recordings/", "recordings"), ("readings/", "readings"), ("interfaces/", "interfaces"), ("dbcompat/", "dbcompat"),
)  # fmt: skip


def render(result: Result, series: Series, lang: str = "zh") -> str:
    """The whole page."""
    words = Words(lang)
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
        sections=SECTIONS,
        **_summary(result),
        **_systems(result, words),
        **_function(result),
        **_invariants(result),
        **interfaces.arranged(result),
        **_behaviours(result),
        **_performance(result, series, words),
        **_resources(result, series, words),
        **_method(result),
    )


def write_html(path: Path, result: Result, series: Series, lang: str = "zh") -> Path:
    return write_whole(path, render(result, series, lang).encode("utf-8"))


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One estimate of a table."""

    estimate: Estimate
    standing: view.Standing
    whisker: Markup

    @property
    def known(self) -> bool:
        """Too few samples leave an estimate without a value."""
        return self.estimate.value > 0

    @property
    def adjusted(self) -> bool:
        return bool(self.estimate.low_adjusted or self.estimate.high_adjusted)


def _performance(result: Result, series: Series, words: Words) -> dict[str, Any]:
    performance = result.plan.get("performance")
    stated: Mapping[str, Any] = performance if isinstance(performance, Mapping) else {}
    main = view.main_metric(result.plan)
    own = [estimate for estimate in result.estimates if estimate.scope == view.TRANSACTION]
    confidence = f"{float(stated.get('confidence', 0.95)) * 100:g}%"
    groups: dict[tuple[str, str], list[Estimate]] = {}
    for estimate in own:
        groups.setdefault((estimate.metric, estimate.pack), []).append(estimate)
    keys = sorted(groups, key=lambda key: key[0] != main)  # the metric that is judged comes first
    metrics = [_metric(result, groups[key], key, main, words) for key in keys]
    judged = [r for m in metrics if m["main"] for _, _, rows in m["levels"] for r in rows]
    return {
        "limit": view.limit_of(result.plan, main),
        "limit_source": str(stated.get("source", "")),
        "confidence": confidence,
        "main_metric_name": words.label("metric", main),
        "metrics": metrics,
        "judged": sum(r.standing is not view.Standing.NONE for r in judged),
        "doubtful": sum(r.standing in (view.Standing.ACROSS, view.Standing.BEYOND) for r in judged),
        "distributions": _distributions(result, series, words),
        "quantiles": QUANTILES,
        "throughputs": _throughputs(result, words),
        "methods": list(dict.fromkeys(e.method for e in own if e.method)),
    }


def _metric(result: Result, own: Sequence[Estimate], key: tuple[str, str], main: str, words: Words) -> dict[str, Any]:
    metric, pack = key
    limit = view.limit_of(result.plan, metric) if metric == main else None
    order = {name: i for i, name in enumerate(view.in_order([e.transaction for e in own], result.titles))}
    own = sorted(own, key=lambda e: order[e.transaction])
    users = {b.level: b.users for b in result.load if b.pack == pack}
    levels = sorted(dict.fromkeys(e.level for e in own), key=lambda level: users.get(level, 0))
    valued = tuple(e for e in own if e.value > 0)
    drawn_levels = tuple(level for level in levels if any(e.level == level for e in valued))
    shown = charts.Forest(estimates=valued, levels=drawn_levels, limit=limit, titles=result.titles)
    tables = []
    for level in levels:
        rows = [e for e in own if e.level == level]
        bounds = charts.ratio_range(rows, limit)
        drawn = [
            _Row(estimate=e, standing=view.limit_standing(e, limit), whisker=marks.whisker(e, limit, bounds))
            for e in rows
        ]
        tables.append((level, users.get(level, 0), drawn))
    several = len(result.ledger) > 1
    return {
        "metric": metric,
        "pack": pack,
        "several_packs": several,
        "main": metric == main,
        "caption": f"{pack} · {words.label('metric', metric)}" if several else words.label("metric", metric),
        "forest": Markup(charts.forest(shown, words, name=f"ratio-{_slug(pack)}")) if metric == main and valued else "",
        "levels": tables,
    }


def _distributions(result: Result, series: Series, words: Words) -> list[dict[str, Any]]:
    """One figure and one table per pack and level; the highest level of each pack stands open."""
    users = {(b.pack, b.level): b.users for b in result.load}
    places = sorted(dict.fromkeys((d.pack, d.level) for d in series.distributions), key=lambda p: users.get(p, 0))
    highest = dict(places)  # the last of each pack
    found = []
    for number, (pack, level) in enumerate(reversed(places)):
        own = [d for d in series.distributions if (d.pack, d.level) == (pack, level)]
        order = view.in_order([d.transaction for d in own], result.titles)
        own.sort(key=lambda d: order.index(d.transaction))
        by = {(d.transaction, d.stack): d for d in own}
        found.append(
            {
                "caption": f"{pack} · {level}" if len(result.ledger) > 1 else level,
                "open": highest[pack] == level,
                "svg": Markup(charts.response_times(own, result.titles, words, name=f"times-{number}")),
                "rows": [
                    (name, [view.at_quantile(by.get((name, s)), q / 100) for q in QUANTILES for s in view.STACKS])
                    for name in order
                ],
            }
        )
    return found


def _throughputs(result: Result, words: Words) -> list[dict[str, Any]]:
    packs = list(dict.fromkeys(b.pack for b in result.load))
    return [
        {
            "caption": pack if len(packs) > 1 else "",
            "svg": Markup(charts.throughput([b for b in result.load if b.pack == pack], words, name=f"load-{n}")),
        }
        for n, pack in enumerate(packs)
    ]


def _resources(result: Result, series: Series, words: Words) -> dict[str, Any]:
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
        "resource_chart": Markup(charts.resources(series, words, name="resources")),
    }


def _method(result: Result) -> dict[str, Any]:
    rows = []
    limits = result.plan.get("limits")
    for name, limit in limits.items() if isinstance(limits, Mapping) else ():
        if isinstance(limit, Mapping):
            rows.append((name, f"{limit.get('value', '–')}", str(limit.get("source", ""))))
    performance = result.plan.get("performance")
    if (margin := view.limit_of(result.plan, "ratio")) is not None and isinstance(performance, Mapping):
        rows.insert(0, ("margin", f"{margin:g}", str(performance.get("source", ""))))
    return {"limit_rows": rows, "plan_rows": view.flat(result.plan)}


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()) or "x"
