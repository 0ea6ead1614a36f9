"""The tables in a pack's README say what its code says; no file of a pack reads a clock."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import scenarios
from harness.model import Pack


@pytest.fixture
def folder(pack: Pack) -> Path:
    return scenarios.locustfile(pack.name).parent


class Readme:
    """The README of a folder, by its headings."""

    def __init__(self, folder: Path) -> None:
        self.text = (folder / "README.md").read_text(encoding="utf-8")

    def section(self, title: str) -> list[list[str]]:
        """The cells of the table under a heading."""
        body = re.search(rf"^## {title}.*?\n(.*?)(?=^## |\Z)", self.text, flags=re.MULTILINE | re.DOTALL)
        assert body, f"README.md has no section {title}"
        lines = [line for line in body[1].splitlines() if line.startswith("|")][2:]
        return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]


@pytest.fixture
def readme(folder: Path) -> Readme:
    return Readme(folder)


def test_tables(pack: Pack, readme: Readme) -> None:
    named = {name for row in readme.section("表") for name in re.findall(r"[a-z_]+", row[1])}
    assert named == set(pack.metadata.tables)


def test_transactions(pack: Pack, readme: Readme) -> None:
    shown = [(name, title, float(weight)) for name, title, weight, *_ in readme.section("业务交易")]
    assert shown == [(t.name, t.title, t.weight) for t in pack.transactions if not t.probe]


def test_probes(pack: Pack, readme: Readme) -> None:
    shown = [(name, title) for name, title, *_ in readme.section("探测")]
    assert shown == [(t.name, t.title.removeprefix("探测：")) for t in pack.transactions if t.probe]


def test_invariants(pack: Pack, readme: Readme) -> None:
    assert [tuple(row) for row in readme.section("不变量")] == [(i.name, i.title) for i in pack.invariants]


def test_rules(pack: Pack, readme: Readme) -> None:
    assert [tuple(row[:4]) for row in readme.section("规则")] == [(r.id, r.kind, r.where, r.source) for r in pack.rules]


def test_the_counts_in_the_first_paragraph(pack: Pack, readme: Readme) -> None:
    probes = sum(t.probe for t in pack.transactions)
    counts = (len(pack.metadata.tables), len(pack.transactions) - probes, probes, len(pack.invariants))
    assert "{} 张表、{} 种业务交易、{} 种探测、{} 条不变量".format(*counts) in readme.text


def test_files(folder: Path, readme: Readme) -> None:
    there = {str(p.relative_to(folder)) for p in folder.rglob("*.py") if p.name != "__init__.py"}
    shown = {name for row in readme.section("文件") for name in re.findall(r"[a-z0-9_/]+\.py", row[0])}
    assert shown == there


def test_nothing_reads_a_clock_or_unseeded_chance(folder: Path) -> None:
    forbidden = re.compile(r"\b(now|today|utcnow|time\.time|SystemRandom|uuid|os\.urandom)\(|random\.(random|choice)\(")
    found = {p.name: m.group() for p in folder.rglob("*.py") if (m := forbidden.search(p.read_text(encoding="utf-8")))}
    assert not found
