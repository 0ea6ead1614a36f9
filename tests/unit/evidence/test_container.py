"""The container: the same bytes for the same inputs, every byte accounted for, and nothing that it says is trusted."""

from __future__ import annotations

import hashlib
import io
import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.errors import RecordingBroken
from harness.evidence import container
from harness.evidence.container import COMMENT_LENGTH, DATE, MODE, Member, seal_of
from harness.evidence.manifest import Entry
from harness.evidence.opening import DAMAGED, Opened, is_container

MEMBERS = (
    Member(name="b/数据.json", content=b'{"a": 1}' * 400),
    Member(name="a.txt", content=b"x"),
    Member(name="c.png", content=bytes(range(256))),
    Member(name="empty", content=b""),
)


def written(*members: Member) -> bytes:
    out = io.BytesIO()
    container.write(out, members or MEMBERS, lambda _: None)
    return out.getvalue()


def opened(content: bytes) -> Opened:
    return Opened(Path("x.zip"), io.BytesIO(content))


def resealed(content: bytes) -> bytes:
    """As somebody would do it who knows how a container is sealed."""
    out = io.BytesIO(content)
    length = len(content) - COMMENT_LENGTH
    seal = seal_of(out, length)
    return content[:length] + seal


def test_the_same_inputs_give_the_same_bytes_in_any_order_at_any_time(tmp_path: Path) -> None:
    whole = written()
    assert written(*reversed(MEMBERS)) == whole
    (tmp_path / "x").write_bytes(b"x")
    os.utime(tmp_path / "x", (0, 10**9))
    entry = Entry(path="a.txt", bytes=1, sha256=hashlib.sha256(b"x").hexdigest(), sm3="")
    from_file = Member(name="a.txt", source=tmp_path / "x", entry=entry)
    assert written(MEMBERS[0], from_file, *MEMBERS[2:]) == whole


def test_any_program_can_unpack_it() -> None:
    with zipfile.ZipFile(io.BytesIO(written())) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == sorted(m.name for m in MEMBERS)
        assert {i.filename: i.compress_type for i in archive.infolist()}["c.png"] == zipfile.ZIP_STORED
        assert {m.name: archive.read(m.name) for m in MEMBERS} == {m.name: m.content for m in MEMBERS}


def test_an_intact_one_opens_and_unpacks(tmp_path: Path) -> None:
    found = opened(written())
    assert (found.wrong, found.names) == ([], sorted(m.name for m in MEMBERS))
    sizes = {m.name: len(m.content) for m in MEMBERS}
    assert found.extract(tmp_path, sizes, lambda _: None) == {}
    assert {m.name: (tmp_path / m.name).read_bytes() for m in MEMBERS} == {m.name: m.content for m in MEMBERS}


def test_every_flipped_byte_is_seen() -> None:
    whole = written()
    for place in range(len(whole)):
        for mask in (0x01, 0x80):
            changed = bytearray(whole)
            changed[place] ^= mask
            assert opened(bytes(changed)).wrong, place


def test_what_was_written_by_another_program_is_said() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "x")
    assert any("xinheng package" in sentence for sentence in opened(out.getvalue()).wrong)


def made_with(change: Callable[[zipfile.ZipFile, zipfile.ZipInfo], None]) -> list[str]:
    """A container whose maker knows how to seal it, with one member as he likes it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("a.txt", DATE)
        info.create_system, info.external_attr = 3, MODE
        change(archive, info)
        archive.comment = bytes(COMMENT_LENGTH)
    return opened(resealed(out.getvalue())).wrong


def named(name: str) -> Callable[[zipfile.ZipFile, zipfile.ZipInfo], None]:
    def change(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        info.filename = info.orig_filename = name
        archive.writestr(info, b"x")

    return change


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x", "a//b", "./a", "a\\..\\b", "d/", "C:\\x"])
def test_no_path_leads_out(name: str) -> None:
    assert made_with(named(name)), name


def test_links_other_methods_and_other_dates_are_refused() -> None:
    def link(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")

    def lzma(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        archive.writestr(info, b"x", zipfile.ZIP_LZMA)

    def dated(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        info.date_time = (2026, 1, 1, 0, 0, 0)
        archive.writestr(info, b"x")

    assert "不是普通文件" in made_with(link)[0]
    assert "压缩" in made_with(lzma)[0]
    assert "日期" in made_with(dated)[0]
    assert made_with(named("a.txt")) == []


def test_two_members_of_one_name_are_refused() -> None:
    def twice(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        archive.writestr(info, b"x")
        archive.NameToInfo.clear()  # so that zipfile does not warn
        archive.writestr(info, b"y")

    assert any("出现两次" in s or "重叠" in s for s in made_with(twice))


def test_nothing_hides_before_between_or_after() -> None:
    whole = written()
    at = whole.index(b"PK\1\2")
    assert opened(resealed(b"#!/bin/sh\n" + whole)).wrong
    end = bytearray(whole[:at] + b"hidden" + whole[at:])
    directory = struct.unpack_from("<I", end, len(end) - COMMENT_LENGTH - 6)[0]
    struct.pack_into("<I", end, len(end) - COMMENT_LENGTH - 6, directory + 6)
    assert "目录之间" in opened(resealed(bytes(end))).wrong[0]
    assert opened(whole + b"x").wrong
    assert opened(whole[:-1]).wrong


def test_a_member_larger_than_it_may_be_stops_at_the_limit(tmp_path: Path) -> None:
    bomb = written(Member(name="bomb", content=bytes(50 << 20)))
    assert len(bomb) < 200_000
    passed: list[int] = []
    wrong = opened(bomb).extract(tmp_path, {"bomb": 1000}, passed.append)
    assert "超过清单" in wrong["bomb"]
    assert sum(passed) <= 1000 and (tmp_path / "bomb").stat().st_size <= 1000
    assert opened(bomb).small("bomb") is None


def test_paths_that_get_in_each_other_s_way_are_named(tmp_path: Path) -> None:
    found = opened(written(Member(name="a", content=b"x"), Member(name="a/b", content=b"x")))
    assert list(found.extract(tmp_path, {"a": 1, "a/b": 1}, lambda _: None)) == ["a/b"]


def test_damaged_data_names_its_member(tmp_path: Path) -> None:
    whole = bytearray(written())
    at = whole.index("b/数据.json".encode()) + len("b/数据.json".encode())
    whole[at + 5] ^= 0xFF
    wrong = opened(bytes(whole)).extract(tmp_path, {m.name: len(m.content) for m in MEMBERS}, lambda _: None)
    assert wrong == {"b/数据.json": DAMAGED} or "超过" in wrong["b/数据.json"]


def test_a_file_that_changes_while_it_is_packed_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"new")
    entry = Entry(path="x", bytes=3, sha256=hashlib.sha256(b"old").hexdigest(), sm3="")
    with pytest.raises(RecordingBroken, match="被改动"):
        written(Member(name="x", source=tmp_path / "x", entry=entry))


def test_what_is_a_container(tmp_path: Path) -> None:
    path = tmp_path / "x"
    for content, expected in ((written(), True), (b"\0" + written()[1:], True), (b"", False), (b"text" * 100, False)):
        path.write_bytes(content)
        assert is_container(path) == expected
