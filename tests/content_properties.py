"""What must hold of reading and comparing for every message there can be; run by pytest shortly and by the fuzz program
for as long as it is told to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st

from harness.content import hl7
from harness.content.acknowledgement import hl7_ack
from harness.content.bodies import of_bodies
from harness.content.differences import Change, differences
from harness.content.how import How, Keyed, usual
from harness.content.noise import noise
from harness.content.path import bare, general, pattern
from harness.content.reading import READERS, fields
from harness.content.tree import Shape
from tests.content_messages import CHARSETS, VALUES, bodies, hl7_messages, related

HOWS = (
    usual("hl7"),
    How(),
    How(volatile=("OBX.3",), ignored=("NTE",), unordered=("OBX", "$", "$.items", "order/item")),
    How(keyed=(Keyed(items="OBX", key=".1"), Keyed(items="$", key=".a"))),
)
_MIRROR = {Change.MISSING: Change.EXTRA, Change.EXTRA: Change.MISSING}


def read_anything(content: str, body: bytes, charset: str) -> None:
    """Whatever arrives is a document, and everything in it can be written to a file; a reason stands alone."""
    found = fields(body, content, charset)
    seen = list(found.fields())
    for field in seen:
        field.path.encode()
        if not isinstance(field.value, Shape):
            str(field.value).encode()
    assert not found.unreadable or [field.path for field in seen] == ["!"]
    assert len({field.path for field in seen}) == len(seen), "two values under one path"
    hl7_ack(body, charset)


def know_itself(content: str, body: bytes) -> None:
    """A message does not differ from itself, and its paths are patterns that mean themselves."""
    found = fields(body, content)
    for how in HOWS:
        assert differences(found, fields(body, content), how) == ()
    assert not noise(found, fields(body, content), How()).paths
    for field in list(found.fields())[:40]:
        path = field.path
        assert general(general(path)) == general(path)
        assert bare(general(path)) == bare(path) == bare(bare(path))
        for wanted in (path, general(path)):
            assert pattern(wanted).means(path), (wanted, path)
            assert pattern(wanted).covers(path), (wanted, path)


def mirror(content: str, pair: tuple[bytes, bytes], how: How) -> None:
    """Asked the other way round, as much differs, and what was missing is extra."""
    a, b = (fields(body, content) for body in pair)
    there, back = differences(a, b, how), differences(b, a, how)
    assert Counter(d.change for d in there) == Counter(_MIRROR.get(d.change, d.change) for d in back)
    if how == How():
        if content not in ("json", "soap"):  # where the order of keys means nothing
            assert bool(there) == (a.root != b.root)
        left = noise(a, b, how).left(there)
        assert {d.change for d in left} <= {Change.CHARSET, Change.UNREADABLE}, "noise excuses what it was learned from"


def short_cut(pair: tuple[bytes, bytes], how: How) -> None:
    """The short cut finds what reading both messages whole finds."""
    whole = differences(fields(pair[0], "hl7"), fields(pair[1], "hl7"), how)
    assert of_bodies(*pair, "hl7", "UTF-8", how) == whole


def escape_and_back(text: str, delimiters: hl7.Delimiters) -> None:
    """What is written with escape sequences is read as it was."""
    there = hl7.escaped(text, delimiters)
    assert hl7.unescaped(there, delimiters) == text
    assert not set(there) & {delimiters.field, delimiters.component, delimiters.repetition, "\r", "\n"}


def _contents(strategy: Callable[[str], st.SearchStrategy[Any]]) -> st.SearchStrategy[tuple[str, Any]]:
    return st.sampled_from(sorted(READERS)).flatmap(lambda name: st.tuples(st.just(name), strategy(name)))


DELIMITERS = st.sampled_from([hl7.STANDARD, hl7.Delimiters(field="#", component="@", repetition="*", escape="!")])
# Name → (what must hold, what it is given).
PROPERTIES: Mapping[str, tuple[Callable[..., None], st.SearchStrategy[tuple[Any, ...]]]] = {
    "read_anything": (
        lambda case, charset: read_anything(*case, charset),
        st.tuples(_contents(bodies), st.sampled_from(CHARSETS)),
    ),
    "know_itself": (know_itself, _contents(lambda name: st.one_of(bodies(name), related(name).map(lambda p: p[0])))),
    "mirror": (lambda case, how: mirror(*case, how), st.tuples(_contents(related), st.sampled_from(HOWS))),
    "short_cut": (
        short_cut,
        st.tuples(st.tuples(hl7_messages(), hl7_messages()), st.sampled_from(HOWS)),
    ),
    "escape_and_back": (escape_and_back, st.tuples(VALUES, DELIMITERS)),
}
