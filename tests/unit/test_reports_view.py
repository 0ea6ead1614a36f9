"""How a result is arranged: grouping, wording over all clauses, links, figures and hidden characters."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.result import Distribution, Estimate, Finding, Judgement, Ledger, Verdict
from reports import marks, numbers, text, view
from reports.view import Conclusion, Standing
from tests.golden import fake_result

PASS, FAIL, OPEN, NOT_RUN = Judgement


def verdicts(*asked: Judgement, unasked: Judgement | None = None) -> list[Verdict]:
    made = [Verdict(clause=f"C{i}", title="", verdict=v, reason="") for i, v in enumerate(asked)]
    if unasked is not None:
        made.append(Verdict(clause="X", title="", verdict=unasked, reason="", asked=False))
    return made


@pytest.mark.parametrize(
    ("found", "wording"),
    [
        (verdicts(PASS, PASS), Conclusion.CONFORMS),
        (verdicts(PASS, FAIL, OPEN), Conclusion.FAILS),
        (verdicts(PASS, OPEN), Conclusion.PARTLY),
        (verdicts(PASS, NOT_RUN), Conclusion.PARTLY),
        (verdicts(OPEN, NOT_RUN), Conclusion.UNDECIDED),
        (verdicts(NOT_RUN), Conclusion.UNTESTED),
        (verdicts(), Conclusion.UNTESTED),
        (verdicts(PASS, unasked=FAIL), Conclusion.CONFORMS),
        (verdicts(NOT_RUN, unasked=PASS), Conclusion.UNTESTED),
    ],
)
def test_the_overall_wording(found: list[Verdict], wording: Conclusion) -> None:
    assert view.conclusion(found) is wording


# --------------------------------------------------------------------------- findings


def finding(fid: str, *, pack: str = "his", by: str = "", of: str = "") -> Finding:
    return Finding(
        id=fid,
        pack=pack,
        transaction="t",
        step="s",
        column="",
        kind="number",
        count=1,
        explained_by=by,
        consequence_of=of,
    )


def test_every_finding_is_shown_once_under_its_first_cause() -> None:
    found = [
        finding("F1"), finding("F2", of="F1"), finding("F3", of="F2"), finding("F4", by="R1"),
        finding("F5", by="noise"), finding("F1", pack="lis"), finding("F2", pack="lis", of="F1"),
    ]  # fmt: skip
    groups = view.grouped(found)
    shape = [(c.finding.pack, c.finding.id, [f.id for f in c.consequences]) for c in groups.unexplained]
    assert shape == [("his", "F1", ["F2", "F3"]), ("lis", "F1", ["F2"])]
    assert [c.finding.id for c in groups.by_rule["R1"]] == ["F4"]
    assert [c.finding.id for c in groups.noise] == ["F5"]


def test_a_finding_without_a_known_cause_stands_alone() -> None:
    found = [finding("F1", of="F2"), finding("F2", of="F1"), finding("F3", of="F99"), finding("F4", of="F4")]
    assert [c.finding.id for c in view.grouped(found).unexplained] == ["F1", "F2", "F3", "F4"]


@given(st.lists(st.tuples(st.integers(0, 8), st.sampled_from(["", "R", "noise"]))))
def test_no_finding_is_lost_by_grouping(drawn: list[tuple[int, str]]) -> None:
    found = [finding(f"F{i}", by=by, of=f"F{cause}") for i, (cause, by) in enumerate(drawn)]
    groups = view.grouped(found)
    causes = [*groups.unexplained, *(c for kept in groups.by_rule.values() for c in kept), *groups.noise]
    shown = [f.id for c in causes for f in (c.finding, *c.consequences)]
    assert sorted(shown) == sorted(f.id for f in found)


# --------------------------------------------------------------------------- performance


def estimate(low: float, high: float, **more: object) -> Estimate:
    base = Estimate(
        pack="his", transaction="t", level="l", metric="p95_ratio", value=1.0, low=low, high=high, n=1, method=""
    )
    return dataclasses.replace(base, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "standing"),
    [
        (estimate(0.9, 1.2), Standing.WITHIN),
        (estimate(0.9, 1.2000001), Standing.ACROSS),
        (estimate(1.2, 1.3), Standing.ACROSS),
        (estimate(1.21, 1.3), Standing.BEYOND),
        (estimate(0.9, 1.1, low_adjusted=0.8, high_adjusted=1.3), Standing.ACROSS),
        (estimate(0.9, 1.1, excluded="few samples"), Standing.NONE),
    ],
)
def test_where_an_interval_lies(one: Estimate, standing: Standing) -> None:
    assert view.limit_standing(one, 1.2) is standing
    assert view.limit_standing(one, None) is Standing.NONE


def test_the_limit_comes_from_the_plan() -> None:
    assert view.limit_of({"performance": {"margin": 0.2}}, "p95_ratio") == pytest.approx(1.2)
    assert view.limit_of({"performance": {"margin": 0.2}}, "throughput_ratio") is None
    assert view.limit_of({}, "p95_ratio") is None


def test_quantiles_are_looked_up_and_not_invented() -> None:
    one = Distribution(pack="", transaction="", level="", stack="", n=3, quantiles=(0.5, 0.95), milliseconds=(2.0, 7.0))
    assert view.at_quantile(one, 0.95) == 7.0
    assert view.at_quantile(one, 0.9) is None
    assert view.at_quantile(None, 0.5) is None


@given(st.floats(1e-6, 1e6), st.floats(1e-6, 1e6), st.floats(1e-6, 1e6))
def test_a_whisker_stays_in_its_cell(value: float, low: float, high: float) -> None:
    drawn = str(marks.whisker(estimate(low, high, value=value), 1.2, (0.5, 2.0)))
    xs = [float(part.split()[0].rstrip("V").split("H")[-1]) for part in drawn.split("M")[1:]]
    assert xs and all(0 <= x <= 210 for x in xs)
    assert "style=" not in drawn


def test_one_of_a_million_is_seen_in_the_ledger_bar() -> None:
    bar = str(marks.shares(Ledger(total=1_000_000, equal=999_999, equal_by_rule=0, different=1, error=0, not_run=0)))
    assert bar.count("<rect") == 3
    assert marks.shares(Ledger(total=0, equal=0, equal_by_rule=0, different=0, error=0, not_run=0)) == ""


# --------------------------------------------------------------------------- evidence and plan


@pytest.mark.parametrize(
    ("reference", "href"),
    [
        ("/findings/3", "#function"),
        ("/readings/migrated/cpu", "#resources"),
        ("result.json#/estimates", "#performance"),
        ("/unheard-of", ""),
        ("recordings/his/load/01-original/samples.parquet", "./recordings/his/load/01-original/samples.parquet"),
        ("recordings/低谷 1.json", "./recordings/%E4%BD%8E%E8%B0%B7%201.json"),
        ("javascript:alert(1)", "./javascript%3Aalert%281%29"),
        ("../../etc/passwd", ""),
        ("a/../../b", ""),
        ("//host/share", ""),
        ("a//b", ""),
        ("\\\\host\\share", ""),
        ("", ""),
    ],
)
def test_evidence_leads_into_the_run_folder_or_nowhere(reference: str, href: str) -> None:
    assert view.evidence_link(reference).href == href


def test_a_plan_is_laid_out_flat() -> None:
    plan = {
        "name": "x",
        "load": {"levels": [{"name": "a", "users": 1}, {"name": "b", "users": 2}]},
        "clauses": ["A", "B"],
    }
    assert view.flat(plan) == [
        ("name", "x"), ("load.levels[1].name", "a"), ("load.levels[1].users", "1"), ("load.levels[2].name", "b"),
        ("load.levels[2].users", "2"), ("clauses", "A, B"),
    ]  # fmt: skip


def test_settings_are_compared_only_where_both_sides_have_them() -> None:
    shown = view.side_by_side([{"zone": "+8", "fsync": "on"}, {"zone": "+0", "mode": "strict"}])
    assert shown.common == (("zone", ["+8", "+0"]),)
    assert shown.one_sided == (("fsync = on",), ("mode = strict",))


def test_transactions_keep_the_order_of_the_pack() -> None:
    assert view.in_order(["zz", "charge", "book", "charge"], fake_result.rich().titles) == ["book", "charge", "zz"]


# --------------------------------------------------------------------------- figures


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0123456, "0.0123"), (12.34, "12.3"), (1234.5, "1,234"), (999.96, "1,000"), (0.0, "0"), (None, "–"),
        (-4.56, "-4.56"), (float("nan"), "–"),
    ],
)  # fmt: skip
def test_three_significant_digits(value: float | None, shown: str) -> None:
    assert numbers.significant(value) == shown


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (3.2e6, "B/s", "3.05 MiB/s"), (512.0, "B", "512 B"), (41.27, "%", "41.3%"), (162.0, "% of one core", "162.0%"),
        (310.0, "MiB", "310 MiB"), (2.0, "", "2.00"),
    ],
)  # fmt: skip
def test_figures_carry_their_unit(value: float, unit: str, shown: str) -> None:
    assert numbers.measured(value, unit) == shown


def test_ratios_line_up() -> None:
    shown = [numbers.ratio(v) for v in (1, 1.0984, 12.54, 1_495_426.4, 0.0004)]
    assert shown == ["1.000", "1.098", "12.5", ">1000", "<0.001"]
    assert numbers.percent(0.9834) == "98.3%"


# --------------------------------------------------------------------------- hidden characters


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("  a b ", "␣␣a b␣"), ("'ab  '", "'ab␣␣'"), ("'ab '", "'ab␣'"), ("x='a ', y=' b'", "x='a␣', y=' b'"),
        ("['a', 'b']", "['a', 'b']"), ("a\tb\r\nc", "a⇥b‹U+000D›↵c"), ("a\u00a0b", "a‹U+00A0›b"),
        ("\u202eabc", "‹U+202E›abc"), ("张𠮷生", "张𠮷‹U+20BB7›生"), ("\ue863", "\ue863‹U+E863›"), ("王小明", "王小明"),
    ],
)  # fmt: skip
def test_hidden_differences_become_visible(value: str, shown: str) -> None:
    assert text.visible(value) == shown


@given(st.text())
def test_whatever_came_back_can_be_printed(value: str) -> None:
    for made in (text.one_line(value), text.visible(value)):
        made.encode("utf-8")
        assert made.isprintable() or not set(made) & set("\x00\x1b\n\r\u202e\ufeff")
    assert "\n" not in text.one_line(value)
    assert text.lines("a\nb\tc\x1b") == "a\nb\tc‹U+001B›"
