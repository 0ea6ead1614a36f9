"""The database compatibility suite as written: well-formed, complete, understood by every family of products."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections import Counter
from pathlib import Path

import pytest

import drivers.sql.families
from drivers.sql.registry import PRODUCTS, product
from harness.execute.script import OWN_NAMES, filled, lines
from harness.model import Group, Probe
from scenarios import dbcompat
from scenarios.dbcompat import PROBES

FOLDER = Path(dbcompat.__file__).parent
README = (FOLDER / "README.md").read_text()
TOPICS = {
    name: tuple(getattr(importlib.import_module(f"{dbcompat.__name__}.{name}"), "PROBES", ()))
    for _, name, _ in pkgutil.iter_modules([str(FOLDER)])
}
# Rows of the behaviour catalogue about storage and queries; gaps in the numbers are the catalogue's.
ROWS = {f"BD-{n:02d}" for n in (*range(1, 14), *range(20, 30), *range(40, 51))}
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_WORD = re.compile(r"(?<!\{)\{(\w+)\}")


def words(probe: Probe) -> set[str]:
    return set(_WORD.findall(probe.setup + probe.script)) - set(OWN_NAMES)


def vocabularies() -> dict[str, set[str]]:
    """What each family and each product understands, where anything is declared at all."""
    families = {
        f"family {name}": getattr(importlib.import_module(f"{drivers.sql.families.__name__}.{name}"), "GRAMMAR", None)
        for _, name, _ in pkgutil.iter_modules(drivers.sql.families.__path__)
    }
    grammars = {**families, **{f"product {name}": product(name).grammar for name in PRODUCTS}}
    return {name: set(grammar.words) for name, grammar in grammars.items() if grammar is not None and grammar.words}


VOCABULARIES = vocabularies()


def test_ids_are_unique_and_snake_case() -> None:
    assert [name for name, times in Counter(probe.id for probe in PROBES).items() if times > 1] == []
    assert [probe.id for probe in PROBES if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", probe.id)] == []


def test_every_topic_is_in_the_suite() -> None:
    assert sorted(probe.id for topic in TOPICS.values() for probe in topic) == sorted(probe.id for probe in PROBES)


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.id)
def test_probe_is_well_formed(probe: Probe) -> None:
    """Every line parses, every brace is a word, every parameter is used; people are told what a difference means."""
    known = dict.fromkeys(words(probe) | set(OWN_NAMES), "x")
    text = " ".join(filled(probe, line, known) for line in lines(probe))
    unused = [name for name in probe.params if not re.search(rf":{name}\b", text)]
    assert unused == []
    assert _CHINESE.search(probe.title)
    assert len(probe.meaning) >= 15 and len(_CHINESE.findall(probe.meaning)) >= 10
    assert probe.source
    assert probe.group in Group


def test_every_row_of_the_catalogue_is_asked() -> None:
    assert ROWS - {probe.source for probe in PROBES} == set()


def test_no_probe_asks_what_another_asks() -> None:
    """The same setup and script under two names would count one difference twice."""
    asked = [(probe.setup, probe.script, sorted(probe.params.items(), key=str)) for probe in PROBES]
    assert [probe.id for probe, question in zip(PROBES, asked, strict=True) if asked.count(question) > 1] == []


def test_meanings_are_written_for_each_probe() -> None:
    """But for the transactions: an anomaly means the same at each isolation level."""
    said = Counter(probe.meaning for probe in PROBES if probe.group in (Group.STORAGE, Group.QUERY))
    assert [text for text, times in said.items() if times > 1] == []


@pytest.mark.parametrize(("who", "understands"), VOCABULARIES.items(), ids=list(VOCABULARIES))
def test_words_are_understood_everywhere(who: str, understands: set[str]) -> None:
    missing = set().union(*map(words, PROBES)) - understands
    assert missing == set(), f"{who} has no words for {sorted(missing)}"


def test_big_values_are_made_when_a_probe_runs() -> None:
    lazy = [value for probe in PROBES for value in probe.params.values() if callable(value)]
    made = [value() for value in lazy if value.size <= 5 << 20]
    assert made and all(len(value if isinstance(value, bytes) else value.encode()) >= 5 << 20 for value in made)
    assert [value() for value in lazy if value.size <= 5 << 20] == made, "the same on both stacks"
    eager = [value for probe in PROBES for value in probe.params.values() if isinstance(value, str | bytes)]
    assert max(map(len, eager)) < 2_000_000


def test_readme_names_every_topic_and_no_other() -> None:
    named = set(re.findall(r"^\| `(\w+)\.py` \|", README, re.MULTILINE))
    assert named == {name for name, probes in TOPICS.items() if probes}


def test_readme_states_no_counts() -> None:
    """Numbers of probes are shown by the suite itself; typed ones would be wrong after the next probe."""
    assert re.findall(r"\d+ ?(?:probes|个用例|用例)", README) == []


def test_readme_example_is_a_probe() -> None:
    block = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert block
    made: dict[str, object] = {}
    exec(block[1], made)
    example = made["EXAMPLE"]
    assert isinstance(example, Probe) and len(lines(example)) == 4
