"""A probe's script becomes lines, or the sentence that says which line of which probe is wrong."""

from __future__ import annotations

import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import BadInput
from harness.execute.script import Directive, Line, filled, lines, own_names
from harness.model import Group, Probe

PROBE = Probe(id="one", title="一", group=Group.QUERY, source="BD-00", script="A: SELECT 1", meaning="无")


def parsed(script: str, setup: str = "") -> tuple[Line, ...]:
    return lines(replace(PROBE, script=script, setup=setup))


def test_a_script_is_read_line_by_line() -> None:
    found = parsed("A: SELECT 1;\n\n  B~: UPDATE {t} SET n = 1\nC~.: DELETE FROM {t}\nA.: INSERT INTO {t} VALUES (1)")
    assert [(line.number, line.session, line.text, line.may_wait, line.kind_only) for line in found] == [
        (1, "A", "SELECT 1", False, False),
        (3, "B", "UPDATE {t} SET n = 1", True, False),
        (4, "C", "DELETE FROM {t}", True, True),
        (5, "A", "INSERT INTO {t} VALUES (1)", False, True),
    ]
    assert not any(line.prepares or line.directive for line in found)


def test_a_step_goes_on_further_in() -> None:
    (first, second) = parsed("""
        A: INSERT INTO {t}
           SELECT 1
        B: SELECT 2
    """)
    assert first.text == "INSERT INTO {t} SELECT 1"
    assert second.session == "B"


def test_setup_is_session_a_and_committed() -> None:
    found = parsed("B: SELECT 1", setup="CREATE TABLE {t} (n INT)\n    A: INSERT INTO {t} VALUES (1)\nCOMMIT")
    assert [(line.session, line.text, line.prepares) for line in found] == [
        ("A", "CREATE TABLE {t} (n INT)", True),
        ("A", "INSERT INTO {t} VALUES (1)", True),
        ("A", "COMMIT", True),
        ("A", "COMMIT", True),
        ("B", "SELECT 1", False),
    ]


@pytest.mark.parametrize(
    ("text", "directive", "argument"),
    [
        ("COMMIT", Directive.COMMIT, ""),
        ("ROLLBACK;", Directive.ROLLBACK, ""),
        ("ROLLBACK TO SAVEPOINT s", None, ""),
        ("CONNECT", Directive.CONNECT, ""),
        ("CONNECT PLAIN", Directive.CONNECT, "PLAIN"),
        ("CLOSE", Directive.CLOSE, ""),
        ("CLOSE c1", None, ""),
        ("KILL B", Directive.KILL, "B"),
        ("IDLE 2.5", Directive.IDLE, "2.5"),
        ("POOL 20", Directive.POOL, "20"),
        ("commit", None, ""),
    ],
)
def test_directives(text: str, directive: Directive | None, argument: str) -> None:
    (line,) = parsed(f"A: {text}")
    assert (line.directive, line.argument) == (directive, argument)


@pytest.mark.parametrize(
    ("script", "setup", "said"),
    [
        ("", "", "没有一行脚本"),
        ("SELECT 1", "", "script 第 1 行没有写明会话"),
        ("A: SELECT 1\nD: SELECT 2", "", "script 第 2 行的会话 D 不存在"),
        ("A: SELECT 1\nSELECT 2", "", "script 第 2 行没有写明会话"),
        ("A~~: SELECT 1", "", "记号不对"),
        ("A: ;", "", "第 1 行是空的"),
        ("A: KILL 7", "", "指令写法不对"),
        ("A: IDLE", "", "指令写法不对"),
        ("A: POOL many", "", "指令写法不对"),
        ("A: CONNECT FAST", "", "指令写法不对"),
        ("A: SELECT 1", "B: CREATE TABLE {t} (n INT)", "setup 第 1 行的会话 B 不存在"),
        ("A: SELECT 1", "A~: CREATE TABLE {t} (n INT)", "setup 第 1 行会话后的记号不对"),
    ],
)
def test_a_wrong_line_is_named(script: str, setup: str, said: str) -> None:
    with pytest.raises(BadInput) as wrong:
        parsed(script, setup)
    assert "用例 one" in wrong.value.message and said in wrong.value.message
    assert wrong.value.hint


PIECES = st.sampled_from(
    ["A", "B", "D", ": ", "~", ".", "\n", "  ", "{t}", "SELECT 1", "KILL B", "COMMIT", ";", "时", "'"]
)
TEXTS = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=14).map("".join), st.just("A: ").flatmap(
    lambda head: st.text(max_size=40).map(lambda rest: head + rest)
))  # fmt: skip


@given(script=TEXTS, setup=TEXTS)
def test_any_text_is_lines_or_a_sentence(script: str, setup: str) -> None:
    """What a tired author may type: never another exception, and no line is made up."""
    try:
        found = parsed(script, setup)
    except BadInput as wrong:
        assert "用例 one" in wrong.message
        return
    spoken = [line for line in found if not line.prepares]
    assert 1 <= len(spoken) <= len(script.splitlines())
    assert all(line.session in "ABC" and line.text for line in found)
    assert [line.number for line in spoken] == sorted({line.number for line in spoken})
    assert all(line.session == "A" for line in found if line.prepares)


# --------------------------------------------------------------------------- words

WORDS = {"varchar": "VARCHAR2", "dual": " FROM dual", "t": "xhc_one_t", "none": ""}


def said(text: str) -> str:
    return filled(PROBE, Line(number=3, session="A", text=text), WORDS)


def test_words_in_braces_are_the_products() -> None:
    assert said("CREATE TABLE {t} (c {varchar}(10))") == "CREATE TABLE xhc_one_t (c VARCHAR2(10))"
    assert said("SELECT '{{}}'{dual}") == "SELECT '{}' FROM dual"
    assert said("{none}") == ""


@pytest.mark.parametrize("text", ["SELECT {unknown}", "SELECT '{'", "SELECT '}'", "SELECT {a b}"])
def test_an_unknown_word_is_named(text: str) -> None:
    with pytest.raises(BadInput, match="用例 one 第 3 行"):
        said(text)


def test_names_are_short_different_and_stable() -> None:
    ids = ["".join(string.ascii_lowercase[(n * 7 + i) % 26] for i in range(n)) for n in range(1, 60)]
    ids += [f"{'a' * 30}{n}" for n in range(20)]
    names = [name for probe_id in ids for name in own_names(probe_id).values()]
    assert len(set(names)) == len(names) == 3 * len(ids)
    assert max(map(len, names)) <= 30
    assert own_names("null_order_asc")["t"] == "xhc_null_order_asc_t"
