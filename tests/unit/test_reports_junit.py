"""junit.xml and the console: the same verdicts for machines and for the last line of a terminal."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from rich.cells import cell_len
from rich.console import Console

from harness.result import Judgement, Result, Verdict
from reports import REPORT, junit, write_all
from reports.console import plain, print_result
from reports.words import Words
from tests.golden import fake_result


def tree(result: Result) -> Element:
    return ElementTree.fromstring(junit.render(result))


def case(root: Element, name: str) -> Element:
    (found,) = [c for c in root.iter("testcase") if name in c.attrib["name"]]
    return found


def with_verdict(verdict: Judgement, *, asked: bool) -> Result:
    one = Verdict(clause="PV-X-1", title="某条款", verdict=verdict, reason="因为", asked=asked)
    nothing: dict[str, Any] = dict.fromkeys(("findings", "invariants", "behaviours", "battery", "estimates"), ())
    return dataclasses.replace(fake_result.small(), verdicts=(one,), **nothing)


def test_each_verdict_has_its_mark() -> None:
    marks = {
        (Judgement.PASS, True): "system-out", (Judgement.PASS, False): "system-out",
        (Judgement.FAIL, True): "failure", (Judgement.FAIL, False): "failure",
        (Judgement.INCONCLUSIVE, True): "error", (Judgement.INCONCLUSIVE, False): "skipped",
        (Judgement.NOT_RUN, True): "skipped", (Judgement.NOT_RUN, False): "skipped",
    }  # fmt: skip
    found = {key: [e.tag for e in case(tree(with_verdict(key[0], asked=key[1])), "PV-X-1")] for key in marks}
    assert found == {key: [mark] for key, mark in marks.items()}


def test_the_totals_add_up() -> None:
    root = tree(fake_result.rich())
    result = fake_result.rich()
    assert int(root.attrib["tests"]) == len(list(root.iter("testcase"))) > 30
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(root.attrib[attribute]) == len(list(root.iter(tag)))
        assert sum(int(suite.attrib[attribute]) for suite in root) == int(root.attrib[attribute])
    unexplained = [f for f in result.findings if not f.explained_by and not f.consequence_of]
    violated = [i for i in result.invariants if not i.holds]
    failed = [v for v in result.verdicts if v.verdict is Judgement.FAIL]
    differing = [b for b in result.behaviours if b.outcome in ("different", "unsupported") and not b.accepted]
    handled = [case for case in result.battery if case.outcome != "alike"]
    slow = [e for e in result.estimates if e.verdict is Judgement.FAIL]
    assert slow
    expected = [*unexplained, *violated, *failed, *differing, *handled, *slow]
    assert int(root.attrib["failures"]) == len(expected)
    assert {"PV-FUNC", "PV-PERF", "his.findings", "his.invariants"} <= {suite.attrib["name"] for suite in root}


def test_a_finding_tells_its_story() -> None:
    failure = case(tree(fake_result.rich()), "F1 ").find("failure")
    assert failure is not None
    assert "128.49" in (failure.text or "")
    assert "F2" in (failure.text or "") and "F3" in (failure.text or "")


def test_an_agreeing_run_has_a_passed_case_for_its_findings() -> None:
    root = tree(with_verdict(Judgement.PASS, asked=True))
    assert root.attrib["failures"] == "0"
    assert len(case(root, "没有未解释的差异")) == 0


def test_a_red_build_names_what_got_slower() -> None:
    """One case per transaction and level: failure, error where it stayed open, skipped where it was not asked."""
    result = fake_result.rich()
    (suite,) = [s for s in tree(result) if s.attrib["name"] == "his.performance"]
    marks = {e.attrib["name"]: [child.tag for child in e] for e in suite.iter("testcase")}
    assert marks["患者检索（高峰）P95 响应时间"] == ["failure"]
    assert marks["收费结算（典型）P95 响应时间"] == ["error"]
    assert marks["预约挂号（高峰）P95 响应时间"] == ["skipped"]
    assert marks["建档（高峰）P95 响应时间"] == ["system-out"]
    unasked = tuple(dataclasses.replace(v, asked=False) for v in result.verdicts)
    root = tree(dataclasses.replace(result, verdicts=unasked))
    assert [child.tag for child in case(root, "收费结算（典型）")] == ["skipped"]


def test_hostile_text_is_well_formed_and_stays_text() -> None:
    root = tree(fake_result.hostile())
    assert not list(root.iter("script"))
    assert any("<script>" in (e.text or "") for e in root.iter("failure"))


# --------------------------------------------------------------------------- console


def printed(result: Result, *, terminal: bool, width: int = 100) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=terminal, color_system=None, legacy_windows=False)
    print_result(result, Path("out/demo") / REPORT, console=console)
    return out.getvalue()


def test_a_pipe_gets_one_whole_line_per_clause() -> None:
    result = fake_result.rich()
    lines = printed(result, terminal=False, width=40).splitlines()
    slow = [line for line in lines if line.startswith("✗ ")]
    assert len(slow) == sum(e.verdict is Judgement.FAIL for e in result.estimates) > 0
    assert all("患者检索" in line and "界限 1.2" in line for line in slow)
    borne = [line for line in lines if "最高可持续每秒" in line]
    assert len(borne) == len(result.capacities) > 0
    assert len(lines) == len(result.verdicts) + 4 + len(slow) + len(borne)
    assert all(v.reason in line for v, line in zip(result.verdicts, lines[1:], strict=False))
    assert lines[-2:] == ["总体结论：不符合", "报告：out/demo/report.html"]


def test_columns_line_up_under_chinese() -> None:
    lines = plain(fake_result.rich().verdicts, Words("zh"))
    reasons = ["理由", *(v.reason for v in fake_result.rich().verdicts)]
    starts = {cell_len(line[: line.rindex(reason)]) for line, reason in zip(lines, reasons, strict=True)}
    assert len(starts) == 1


def test_a_terminal_gets_a_table_no_wider_than_itself() -> None:
    for width in (60, 80, 140):
        shown = printed(fake_result.rich(), terminal=True, width=width)
        table = [line for line in shown.splitlines() if line[:1] in "┏┃┡│├└"]
        assert table and max(map(cell_len, table)) <= width
        assert "PV-COMP-2" in shown


def test_a_reason_is_neither_markup_nor_an_escape() -> None:
    reason = "[bold]x[/bold] \x1b[31m[/nonsense]"
    one = Verdict(clause="C", title="t", verdict=Judgement.PASS, reason=reason)
    result = dataclasses.replace(fake_result.small(), verdicts=(one,))
    for terminal in (True, False):
        shown = printed(result, terminal=terminal)
        assert "[bold]x[/bold]" in shown
        assert "\x1b[31m" not in shown


# --------------------------------------------------------------------------- all documents


def test_write_all_leaves_the_documents_and_the_scripts(tmp_path: Path) -> None:
    paths = write_all(tmp_path, fake_result.small(), fake_result.small_series(), "en")
    assert sorted(p for p in tmp_path.rglob("*") if p.is_file()) == sorted(paths)
    scripts = {"dbcompat/null_order_asc.sql", "dbcompat/for_update_skip_locked.sql"}
    documents = {"result.json", "series.json", "report.html", "tables.html", "junit.xml"}
    assert {str(p.relative_to(tmp_path)) for p in paths} == documents | scripts
    assert 'lang="en"' in (tmp_path / REPORT).read_text(encoding="utf-8")
