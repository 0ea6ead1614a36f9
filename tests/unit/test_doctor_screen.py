"""What the doctor shows: lines of both sides, a screen that fits 80 columns, and a JSON of one shape."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from harness.cli.doctor_screen import folded, show
from harness.doctor.advise import advise
from harness.doctor.document import document
from harness.doctor.examined import Examined
from harness.doctor.lines import NOTHING, lines
from tests.unit.doctor_sides import HERE, UNREACHED, machine, migrated, original


def screen(*sides: Examined, width: int = 80) -> str:
    out = io.StringIO()
    advice = advise(sides[0], sides[1] if len(sides) > 1 else None, HERE)
    show(sides, advice, Console(file=out, width=width))
    return out.getvalue()


def test_a_line_holds_a_value_per_side_and_says_where_they_differ() -> None:
    found = {line.title: line for line in lines([original(isolation="repeatable read"), migrated()])}
    assert found["默认隔离级别"].values == ("REPEATABLE READ", "READ COMMITTED")
    assert found["默认隔离级别"].differs
    assert not found["字符集"].differs
    assert found["锁等待上限"].values == ("50 秒", "50 秒")
    assert found["与 UTC 的时差"].values == ("UTC+08:00", "UTC+08:00")
    assert found["语句超时"].values == ("不限", "不限")


def test_what_one_side_cannot_tell_is_a_dash_and_what_none_can_is_left_out() -> None:
    silent = original(found=None, problems=(UNREACHED,), machines=())
    found = {line.title: line for line in lines([silent, migrated()])}
    assert found["字符集"].values == (NOTHING, "UTF8")
    assert not found["字符集"].differs
    assert not {line.title for line in lines([silent, replace(silent, side="migrated")])} & {"字符集", "CPU", "权限"}


def test_missing_rights_and_broken_agents_stand_in_the_table() -> None:
    side = migrated(privileges={"建表": False}, machines=(machine(problem=UNREACHED),))
    found = {line.title: line.values[1] for line in lines([original(), side])}
    assert found["权限"] == "缺：建表"
    assert "不可用" in found["探针"]


def test_the_screen_shows_banner_differences_and_advice() -> None:
    shown = screen(original(isolation="repeatable read", production=True), migrated())
    assert "KingbaseES V009" in shown
    assert "enable_ci = off" in shown.replace("\n", "")
    assert [line for line in shown.splitlines() if line.startswith("≠") and "默认隔离级别" in line]
    assert shown.index("阻断") < shown.index("注意") < shown.index("✗ 现在不能运行")
    assert "✓ 可以运行" in screen(original(), migrated())


@pytest.mark.parametrize("width", [60, 80, 200])
def test_no_line_is_wider_than_the_window_and_nothing_is_cut(width: int) -> None:
    long = "x" * 150
    shown = screen(original(data_directory=long, isolation="serializable"), migrated(production=True), width=width)
    assert all(cell_len(line) <= width for line in shown.splitlines())
    assert shown.count("x") >= 150
    assert "…" not in shown


@given(
    st.text(alphabet=st.sampled_from("汉字排，。：a1 （）-𠮷"), max_size=200), st.integers(min_value=8, max_value=40)
)
def test_folding_keeps_every_character_but_blanks_and_fits(text: str, width: int) -> None:
    found = folded(text, width)
    assert "".join("".join(found).split()) == "".join(text.split())
    assert all(cell_len(line) <= width for line in found)


def test_the_json_has_one_shape_whether_a_side_answers_or_not() -> None:
    both = (original(isolation="serializable"), migrated())
    broken = (original(found=None, problems=(UNREACHED,), machines=()), migrated())
    documents = [json.loads(json.dumps(document(sides, HERE, advise(*sides, HERE)))) for sides in (both, broken)]
    assert [each["ready"] for each in documents] == [True, False]
    assert set(documents[0]) == {"stacks", "here", "advice", "ready"}
    for role in ("original", "migrated"):
        assert set(documents[0]["stacks"][role]) == set(documents[1]["stacks"][role])
    assert documents[1]["stacks"]["original"]["answers"] is False
    assert documents[1]["stacks"]["original"]["problems"] == [{"says": UNREACHED.says, "todo": UNREACHED.todo}]
    (advice,) = documents[0]["advice"]
    assert (advice["id"], advice["severity"], advice["side"]) == ("isolation", "caution", "both")
    assert (advice["original"], advice["migrated"]) == ("SERIALIZABLE", "READ COMMITTED")
