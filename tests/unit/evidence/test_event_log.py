"""The event log: what lasts is kept as a chain; whatever is done to a line afterwards is found and the line named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness import events
from harness.event_log import NAME, START, EventLog, check, digest

LIVE = events.Live(
    pack="his", level="高峰", stack="original", position=9, done=5, per_s=141.0, p95_ms=20.8, lag_p99_ms=1.2, errors=0
)


def told(run_dir: Path, *texts: str, end: bool = True) -> list[events.Event]:
    """A run that says these things; what was said of the log itself."""
    heard: list[events.Event] = []
    log = EventLog(heard.append)
    log(events.Stage(name="生成", total=1))
    log(events.Began(run_dir=run_dir, kept=0))
    for text in texts:
        log(events.Note(text=text))
        log(LIVE)
    if end:
        log(events.Ended(run_dir=run_dir))
    return heard


def lines(run_dir: Path) -> list[bytes]:
    return (run_dir / NAME).read_bytes().splitlines(keepends=True)


def test_the_log_keeps_what_lasts_in_a_chain(tmp_path: Path) -> None:
    assert told(tmp_path, "甲", "乙") == []
    written = lines(tmp_path)
    fields = [json.loads(line) for line in written]
    assert [f["event"] for f in fields] == ["Stage", "Began", "Note", "Note", "Ended"]
    assert [f["line"] for f in fields] == [1, 2, 3, 4, 5]
    assert [f["before"] for f in fields] == [START, *(digest(line) for line in written[:-1])]
    chain = check(b"".join(written))
    assert (chain.lines, chain.head, chain.broken, chain.notes) == (5, digest(written[-1]), (), ())


def test_a_resumed_run_goes_on_with_the_chain(tmp_path: Path) -> None:
    told(tmp_path, "甲", end=False)
    assert "没有结束行" in check((tmp_path / NAME).read_bytes()).notes[0]
    told(tmp_path, "乙")
    chain = check((tmp_path / NAME).read_bytes())
    assert (chain.lines, chain.broken, chain.notes) == (7, (), ())


def test_half_a_line_is_taken_off_and_said(tmp_path: Path) -> None:
    told(tmp_path, "甲", end=False)
    with (tmp_path / NAME).open("ab") as file:
        file.write(b'{"line":4,"befo')
    assert "不完整" in check((tmp_path / NAME).read_bytes()).broken[0]
    (note,) = told(tmp_path, "乙")
    assert isinstance(note, events.Note) and "15 字节" in note.text
    content = (tmp_path / NAME).read_bytes()
    assert check(content).broken == ()
    assert "15 字节" in content.decode()


def test_a_log_without_a_chain_is_said_and_can_go_on(tmp_path: Path) -> None:
    old = b'{"wall":1.5,"event":"Stage"}\n{"wall":2.5,"event":"Began"}\n'
    assert check(old).broken == ()
    assert "旧版本" in check(old).notes[0]
    (tmp_path / NAME).write_bytes(old)
    told(tmp_path, "甲")
    assert check((tmp_path / NAME).read_bytes()).broken == ()
    assert check(b"".join(lines(tmp_path)[1:])).broken, "a line of the old part was taken away"


CHANGES = {
    "edited": (lambda x: [*x[:2], x[2].replace("乙".encode(), "丙".encode()), *x[3:]], "第 3 行在写下之后被改动"),
    "removed": (lambda x: [*x[:2], *x[3:]], "缺少第 3 行"),
    "two removed": (lambda x: [*x[:1], *x[3:]], "缺少第 2 行至第 3 行"),
    "first removed": (lambda x: x[1:], "缺少第 1 行"),
    "swapped": (lambda x: [x[0], x[2], x[1], *x[3:]], "第 2 行原是第 3 行"),
    "repeated": (lambda x: [*x[:3], x[2], *x[3:]], "第 4 行原是第 3 行"),
    "inserted": (lambda x: [*x[:2], b'{"wall":1,"event":"Note"}\n', *x[2:]], "第 3 行没有行号"),
    "broken": (lambda x: [*x[:2], b"\xff{\n", *x[3:]], "第 3 行不完整或无法读取"),
    "cut": (lambda x: [*x[:-1], x[-1][:-3]], "不完整"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_done_to_a_line_is_found_and_the_line_named(tmp_path: Path, name: str) -> None:
    change, expected = CHANGES[name]
    told(tmp_path, "乙", "丁", "戊")
    chain = check(b"".join(change(lines(tmp_path))))
    assert any(expected in sentence for sentence in chain.broken), chain.broken


def test_a_missing_end_is_said(tmp_path: Path) -> None:
    told(tmp_path, "甲", "乙")
    assert "没有结束行" in check(b"".join(lines(tmp_path)[:-1])).notes[0]


@given(st.binary(max_size=300))
def test_no_content_is_too_odd(content: bytes) -> None:
    chain = check(content)
    assert chain.lines == content.count(b"\n") + (not content.endswith(b"\n") and bool(content))


@given(st.data())
def test_no_flipped_byte_before_the_last_line_goes_unseen(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(SOME) - len(SOME.splitlines(keepends=True)[-1]) - 1))
    mask = data.draw(st.integers(1, 255))
    changed = bytearray(SOME)
    changed[place] ^= mask
    assert check(bytes(changed)).broken


def _some() -> bytes:
    content, before = b"", START
    for number, text in enumerate(("甲", "乙", "丙"), 1):
        fields = {"line": number, "before": before, "event": "Note", "text": text}
        line = json.dumps(fields, ensure_ascii=False).encode() + b"\n"
        content, before = content + line, digest(line)
    return content


SOME = _some()
