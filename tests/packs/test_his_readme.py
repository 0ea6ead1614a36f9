"""The tables in the pack's README say what the code says; no file of the pack reads a clock."""

from __future__ import annotations

import re
from pathlib import Path

import scenarios.his
from scenarios.his import PACK

FOLDER = Path(scenarios.his.__file__).parent
README = (FOLDER / "README.md").read_text(encoding="utf-8")


def section(title: str) -> list[list[str]]:
    """The cells of the table under a heading."""
    body = re.search(rf"^## {title}.*?\n(.*?)(?=^## |\Z)", README, flags=re.MULTILINE | re.DOTALL)
    assert body, f"README.md has no section {title}"
    lines = [line for line in body[1].splitlines() if line.startswith("|")][2:]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]


def test_tables() -> None:
    named = {name for row in section("表") for name in re.findall(r"[a-z_]+", row[1])}
    assert named == set(PACK.metadata.tables)


def test_transactions() -> None:
    shown = [(name, title, float(weight)) for name, title, weight, *_ in section("业务交易")]
    assert shown == [(t.name, t.title, t.weight) for t in PACK.transactions if not t.probe]


def test_probes() -> None:
    shown = [(name, title) for name, title, *_ in section("探测")]
    assert shown == [(t.name, t.title.removeprefix("探测：")) for t in PACK.transactions if t.probe]


def test_invariants() -> None:
    assert [tuple(row[:2]) for row in section("不变量")] == [(i.name, i.title) for i in PACK.invariants]


def test_rules() -> None:
    assert [tuple(row[:4]) for row in section("规则")] == [(r.id, r.kind, r.where, r.source) for r in PACK.rules]


def test_files() -> None:
    there = {str(p.relative_to(FOLDER)) for p in FOLDER.rglob("*.py")} - {"__init__.py", "transactions/__init__.py"}
    shown = {name for row in section("文件") for name in re.findall(r"[a-z_/]+\.py", row[0])}
    assert shown == there


def test_nothing_reads_a_clock_or_unseeded_chance() -> None:
    forbidden = re.compile(r"\b(now|today|utcnow|time\.time|SystemRandom|uuid|os\.urandom)\(|random\.(random|choice)\(")
    found = {p.name: m.group() for p in FOLDER.rglob("*.py") if (m := forbidden.search(p.read_text(encoding="utf-8")))}
    assert not found
