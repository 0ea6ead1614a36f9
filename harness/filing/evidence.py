"""A statement → the rows of the recordings that it comes from, found again in the files of the run folder.

Every file is read once, whatever number of statements refer to it. Rows are counted from 1, as every editor does.
Not here: which statement refers to what (`cases.py`, `problems.py`).
"""

from __future__ import annotations

import enum
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow.parquet as pq

from harness.dossier import Evidence
from harness.errors import RecordingBroken
from harness.recording import Recording

EXCERPT = 3  # rows shown
LINE = 300  # characters of a row shown
_FIRST_ROWS = 12  # row numbers told one by one; of more, the first and the last


class By(enum.StrEnum):
    """How rows are found in a file."""

    WHOLE = "whole"
    SEQ = "seq"  # items of a workload, by number
    TRANSACTION = "transaction"
    TABLE = "table"  # rows of a table in a state file
    FIELD = "field"  # lines whose JSON object holds key=value pairs
    SAMPLES = "samples"  # of a transaction or a step in a Parquet file, as `transaction=name` or `step=name`
    POINTER = "pointer"  # a part of result.json


@dataclass(frozen=True, slots=True)
class Reference:
    """Rows of a file: `value` is a comma list of numbers, a name, `key=value;key=value`, or a JSON pointer."""

    path: str
    by: By = By.WHOLE
    value: str = ""
    shown: bool = field(default=True, compare=False)  # whether some rows are wanted, not only their numbers

    @property
    def query(self) -> str:
        match self.by:
            case By.WHOLE:
                return ""
            case By.POINTER:
                return self.value
            case By.FIELD | By.SAMPLES:
                return self.value.replace(";", "; ").replace("=", " = ")
            case _:
                return f"{self.by} = {self.value}"


@dataclass(slots=True)
class _Rows:
    """What was found for one reference."""

    numbers: list[int] = field(default_factory=list)
    count: int = 0
    last: int = 0
    excerpt: list[str] = field(default_factory=list)

    def add(self, number: int, line: bytes) -> None:
        self.count += 1
        self.last = number
        if len(self.numbers) < _FIRST_ROWS:
            self.numbers.append(number)
        if len(self.excerpt) < EXCERPT:
            self.excerpt.append(_shortened(line))

    @property
    def told(self) -> str:
        if self.count == 1:
            return str(self.numbers[0])
        if self.last - self.numbers[0] + 1 == self.count:
            return f"{self.numbers[0]}–{self.last}"
        if self.count <= _FIRST_ROWS:
            return ", ".join(map(str, self.numbers))
        return f"{self.numbers[0]} … {self.last}"


def resolved(run_dir: Path, references: Iterable[Reference], result: bytes = b"{}") -> dict[Reference, Evidence]:
    """Every reference with its rows, numbered in the order given; `result` is what `result.json` will hold."""
    ordered = list(dict.fromkeys(references))
    by_file: dict[str, list[Reference]] = defaultdict(list)
    for reference in ordered:
        by_file[reference.path].append(reference)
    found: dict[Reference, _Rows] = {}
    pointed: _Pointed | None = None
    for path, wanted in by_file.items():
        pointing = [each for each in wanted if each.by is By.POINTER]
        if pointing:
            pointed = pointed or _Pointed(json.loads(result))
            found |= {each: pointed.rows(each.value) for each in pointing}
        found |= _in_file(run_dir / path, [each for each in wanted if each.by not in (By.POINTER, By.WHOLE)])
    return {
        reference: _evidence(number, reference, found.get(reference, _Rows()))
        for number, reference in enumerate(ordered, 1)
    }


def _evidence(number: int, reference: Reference, rows: _Rows) -> Evidence:
    return Evidence(
        id=f"E{number}",
        path=reference.path,
        query=reference.query,
        rows=rows.told if rows.numbers else "",
        count=rows.count,
        excerpt=tuple(rows.excerpt) if reference.shown else (),
    )


# --------------------------------------------------------------------------- finding rows


def _in_file(path: Path, wanted: list[Reference]) -> dict[Reference, _Rows]:
    if not wanted or not path.is_file():
        return {}
    if path.suffix == ".parquet":
        return _in_samples(path, wanted)
    found = {reference: _Rows() for reference in wanted}
    takers = [_TAKERS[by](path, each) for by in By if (each := [r for r in wanted if r.by is by]) and by in _TAKERS]
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            for taker in takers:
                for reference in taker(line):
                    found[reference].add(number, line)
    return found


Taker = Callable[[bytes], Iterable[Reference]]  # a line → whose it is


def _by_seq(_: Path, wanted: list[Reference]) -> Taker:
    owners: dict[bytes, list[Reference]] = defaultdict(list)
    for reference in wanted:
        for seq in reference.value.split(","):
            owners[seq.encode()].append(reference)

    def take(line: bytes) -> Iterable[Reference]:
        return owners.get(line[1:24].partition(b",")[0], ())

    return take


def _by_transaction(path: Path, wanted: list[Reference]) -> Taker:
    """The name stands second in a recording's line and fourth in a workload's."""
    owners = {reference.value.encode(): reference for reference in wanted}
    place = 3 if path.parent.name == "workload" else 1

    def take(line: bytes) -> Iterable[Reference]:
        parts = line[:200].split(b",", place + 1)
        owner = owners.get(parts[place].strip(b'"')) if len(parts) > place else None
        return () if owner is None else (owner,)

    return take


def _by_table(path: Path, wanted: list[Reference]) -> Taker:
    """Rows stand below a head that says how many. `table`, or `table;a cell's text` for rows with that cell."""
    owners: dict[str, list[tuple[Reference, bytes]]] = defaultdict(list)
    for reference in wanted:
        table, _, cell = reference.value.partition(";")
        owners[table].append((reference, msgspec.json.encode(cell) if cell else b""))
    left, present = 0, list[tuple[Reference, bytes]]()

    def take(line: bytes) -> Iterator[Reference]:
        nonlocal left, present
        if left == 0:
            try:
                head = msgspec.json.decode(line)
                left, present = int(head["rows"]), owners.get(str(head["table"]), [])
            except (msgspec.DecodeError, KeyError, TypeError, ValueError) as error:
                raise RecordingBroken(f"{path} 无法读取（{error}）。", hint="请用 xinheng verify 查看。") from None
            return
        left -= 1
        for reference, cell in present:
            if cell in line:
                yield reference

    return take


def _by_field(_: Path, wanted: list[Reference]) -> Taker:
    """Grouped by their keys, so that a line is looked up and not compared with each."""
    groups: dict[tuple[str, ...], dict[tuple[str, ...], Reference]] = defaultdict(dict)
    for reference in wanted:
        pairs = dict(pair.partition("=")[::2] for pair in reference.value.split(";"))
        groups[tuple(pairs)][tuple(pairs.values())] = reference

    def take(line: bytes) -> Iterator[Reference]:
        found = msgspec.json.decode(line)
        for keys, owners in groups.items():
            owner = owners.get(tuple(str(found.get(key, "")) for key in keys))
            if owner is not None:
                yield owner

    return take


_TAKERS: Mapping[By, Callable[[Path, list[Reference]], Taker]] = {
    By.SEQ: _by_seq, By.TRANSACTION: _by_transaction, By.TABLE: _by_table, By.FIELD: _by_field,
}  # fmt: skip


def _in_samples(path: Path, wanted: list[Reference]) -> dict[Reference, _Rows]:
    """Only how many there are. Names stand as numbers in the file, by the lists of the block's facts."""
    facts = Recording(path.parent).facts()
    asked = {each: each.value.partition("=")[::2] for each in wanted}
    counts = {
        column: np.bincount(pq.read_table(path, columns=[column])[column].to_numpy())
        for column in dict.fromkeys(column for column, _ in asked.values() if column)
    }
    whole = pq.ParquetFile(path).metadata.num_rows

    def rows(column: str, name: str) -> int:
        if not column:
            return int(whole)
        names = list(facts[f"{column}s"])
        number = names.index(name) if name in names else len(counts[column])
        return int(counts[column][number]) if number < len(counts[column]) else 0

    return {reference: _Rows(count=rows(*pair)) for reference, pair in asked.items()}


class _Pointed:
    """Parts of a document by RFC 6901, and `/list/key=value` for the entries of a list that hold that value."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self._entries: dict[tuple[int, str], dict[str, list[Any]]] = {}  # a list and a key → value → entries

    def rows(self, pointer: str) -> _Rows:
        at = self._document
        for part in pointer.split("/")[1:]:
            at = self._step(at, part)
        entries = at if isinstance(at, list) else [] if at is None else [at]
        shown = [_shortened(json.dumps(each, ensure_ascii=False).encode()) for each in entries[:EXCERPT]]
        return _Rows(count=len(entries), excerpt=shown)

    def _step(self, at: Any, part: str) -> Any:
        name, equals, value = part.partition("=")
        if isinstance(at, list) and equals:
            return self._by(at, name).get(value, [])
        if isinstance(at, list):
            return at[int(part)] if part.isdigit() and int(part) < len(at) else None
        return at.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(at, dict) else None

    def _by(self, entries: list[Any], name: str) -> dict[str, list[Any]]:
        """Lists of the document are looked up again and again: a result may hold tens of thousands of findings."""
        known = self._entries.get((id(entries), name))
        if known is None:
            known = self._entries[id(entries), name] = defaultdict(list)
            for each in entries:
                if isinstance(each, dict):
                    known[str(each.get(name))].append(each)
        return known


def _shortened(line: bytes) -> str:
    text = line.decode("utf-8", "replace").rstrip("\n")
    return text if len(text) <= LINE else text[:LINE] + "…"
