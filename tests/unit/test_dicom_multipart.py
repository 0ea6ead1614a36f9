"""Bodies of many parts: whatever way they arrive in pieces, the same parts come out, and nothing else."""

from __future__ import annotations

import email
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.content import dicom_multipart
from harness.content.dicom_multipart import DICOM, Malformed, Parts, build

# What looks like the end of a part, so that it stands inside parts again and again.
TRICKY = (b"\r\n", b"--", b"\r\n--b", b"\r\n--boundary-", b"\r\n--boundary x\r\n", b"\r\n--boundar", b"\r", b"\n", b"x")
DATA = st.lists(st.sampled_from(TRICKY) | st.binary(max_size=5), max_size=12).map(b"".join)
KIND = 'multipart/related; type="application/dicom"; boundary=boundary'


def read(content_type: str, body: bytes, cuts: list[int] | None = None) -> tuple[list[bytes], bool]:
    """The parts' data, and whether the end was there."""
    parts = Parts(content_type)
    places = sorted({0, len(body), *(cut % (len(body) + 1) for cut in cuts or ())})
    found = [part.data for start, end in pairwise(places) for part in parts.take(bytearray(body[start:end]))]
    return found + [part.data for part in parts.finish()], parts.ended


def written(parts: list[bytes], lengths: list[str]) -> bytes:
    """Written here and not by what is tested; each part with its own idea of its length."""
    heads = [f"Content-Length: {told}\r\n" if told else "" for told in lengths]
    pieces = [b"--boundary\r\n" + h.encode() + b"X: y\r\n\r\n" + p for h, p in zip(heads, parts, strict=True)]
    return b"\r\n".join([*pieces, b"--boundary--"])


def innocent(data: bytes) -> bool:
    return b"\r\n--boundary" not in b"\r\n" + data


@given(st.lists(DATA, max_size=5), st.lists(st.integers(0, 10_000), max_size=20))
def test_what_is_built_is_read(parts: list[bytes], cuts: list[int]) -> None:
    assert read(*build(parts), cuts) == (parts, True)


@given(st.lists(st.tuples(DATA.filter(innocent), st.sampled_from("-+=o")), min_size=1), st.lists(st.integers(0, 9999)))
def test_a_length_is_believed_only_where_it_fits(told: list[tuple[bytes, str]], cuts: list[int]) -> None:
    parts = [data for data, _ in told]
    lengths = {"-": lambda n: "", "=": str, "+": lambda n: str(n + 7), "o": lambda n: str(max(0, n - 2))}
    body = written(parts, [lengths[how](len(data)) for data, how in told])
    assert read(KIND, body, cuts) == (parts, True)


@given(DATA, st.lists(st.integers(0, 9999)))
def test_a_told_length_makes_a_delimiter_inside_to_data(data: bytes, cuts: list[int]) -> None:
    parts = [data + b"\r\n--boundary\r\n\r\ninside", b"next"]
    assert read(KIND, written(parts, [str(len(part)) for part in parts]), cuts) == (parts, True)


@given(st.lists(DATA.filter(innocent), min_size=1), st.integers(0, 10_000))
def test_a_body_that_breaks_off_has_no_end(parts: list[bytes], cut: int) -> None:
    body = written(parts, [str(len(part)) for part in parts])
    found, ended = read(KIND, body[: cut % (len(body) - 1)])
    assert not ended
    assert found == parts[: len(found)]


@given(st.binary(), st.text())
def test_anything_ends_in_parts_or_in_a_reason(body: bytes, content_type: str) -> None:
    for kind in (KIND, content_type):
        try:
            read(kind, body)
        except Malformed as error:
            assert str(error)


def test_an_independent_reader_agrees() -> None:
    parts = [b"DICM\x01", b"", b"a\r\nb"]
    kind, body = build(parts)
    message = email.message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    assert [each.get_payload(decode=True) for each in message.get_payload()] == parts
    assert {each.get_content_type() for each in message.get_payload()} == {DICOM}


def test_a_boundary_is_in_no_part() -> None:
    kind, body = build([b"x"])
    assert read(*build([body, kind.encode()])) == ([body, kind.encode()], True)
    assert build([b"x"]) == build([b"x"])


def test_what_surrounds_the_parts_is_no_part() -> None:
    picture = b"\r\n--boundary\t\r\nContent-Type: image/jpeg\r\n\r\nb"
    body = b"preamble\r\n--boundary  \r\n\r\na" + picture + b"\r\n--boundary--\r\nepilogue"
    parts = Parts(KIND)
    assert [(part.content_type, part.data) for part in parts.take(body)] == [(DICOM, b"a"), ("image/jpeg", b"b")]
    assert list(parts.take(b"\r\n--boundary\r\n\r\nlate\r\n--boundary--")) == []


@pytest.mark.parametrize("kind", ["multipart/related", "multipart/related; boundary=", "x; boundary"])
def test_without_a_boundary_there_are_no_parts(kind: str) -> None:
    with pytest.raises(Malformed):
        Parts(kind)


def test_nothing_grows_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dicom_multipart, "LARGEST", 1 << 20)
    endless_head = Parts(KIND)
    with pytest.raises(Malformed):
        list(endless_head.take(b"--boundary\r\n" + b"x" * (1 << 17)))
    endless_part = Parts(KIND)
    with pytest.raises(Malformed):
        list(endless_part.take(b"--boundary\r\n\r\n" + b"x" * (1 << 21)))
    boasting = Parts(KIND)
    with pytest.raises(Malformed):
        list(boasting.take(b"--boundary\r\nContent-Length: 99999999999\r\n\r\nx"))
