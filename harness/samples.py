"""The samples of the load pass: the record that is appended while a block runs, and the columns it is sealed into.

One record per step, written when its transaction has ended, all steps of one transaction next to each other.
A record's clocks are nanoseconds since the block's epoch. The first step's `due` is the transaction's intended
time; a later step is due the moment the step before it was answered.

While a block runs each generator process k appends to `samples-<k>.bin` of its own. Sealing turns them into one
`samples.parquet`: the same columns and `process`, a process after the other, clocks as differences (about a third of
the size). Reading goes by batches of about a million records that never cut a transaction, so memory does not grow
with the length of a block. Not here: what samples mean (`folding.py`), percentiles (`stats.py`).
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from harness.errors import RecordingBroken
from harness.recording import disk

if TYPE_CHECKING:
    import pyarrow as pa

SAMPLE = np.dtype(
    [
        ("due", "<i8"),
        ("sent", "<i8"),
        ("answered", "<i8"),
        ("item", "<u4"),  # seq of the workload item
        ("user", "<u4"),
        ("transaction", "<u2"),  # index into the block's list of transaction names
        ("step", "<u2"),  # index into the block's list of statement names
        ("reply", "u1"),  # ReplyKind
        ("error", "u1"),  # index into the list of error classes
    ]
)
PACK = struct.Struct("<qqqIIHHBB").pack
assert SAMPLE.itemsize == struct.calcsize("<qqqIIHHBB")

READ = np.dtype([*SAMPLE.descr, ("process", "<u2")])
SEALED = "samples.parquet"
BATCH = 1 << 20  # records that are held at once

Rows = npt.NDArray[Any]
Columns = Mapping[str, npt.NDArray[Any]]  # one array per field of READ

_NEARLY_SORTED = ("due", "sent", "answered", "item")  # stored as differences; the others as dictionaries


def appended_by(folder: Path, process: int) -> Path:
    """Where generator process `process` appends while a block runs."""
    return folder / f"samples-{process}.bin"


def read_batches(folder: Path, *, rows: int = BATCH) -> Iterator[Columns]:
    """A block's samples, sealed or not, in pieces that never cut a transaction and hold one process each.

    Of files that were not sealed a record torn by a killed process is dropped.
    """
    if (folder / SEALED).exists():
        yield from _sealed_batches(folder / SEALED)
    else:
        for process, path in _appended(folder):
            yield from _appended_batches(path, process, rows)


def read_samples(folder: Path) -> Rows:
    """All samples of a block at once, dtype READ: for a look at a block that fits into memory."""
    batches = list(read_batches(folder))
    rows = np.empty(sum(len(batch["due"]) for batch in batches), dtype=READ)
    begin = 0
    for batch in batches:
        end = begin + len(batch["due"])
        for name in READ.names or ():
            rows[name][begin:end] = batch[name]
        begin = end
    return rows


def seal_samples(folder: Path, *, rows: int = BATCH) -> None:
    """Turn what the generator processes of a block appended into `samples.parquet`.

    A crash at any moment leaves either what was appended or the whole new file; sealing again goes on from there.
    """
    sealed = folder / SEALED
    appended = _appended(folder)
    if not sealed.exists() and appended:
        half = sealed.with_suffix(".part")
        with disk(sealed):
            _write(half, (batch for process, path in appended for batch in _appended_batches(path, process, rows)))
            half.replace(sealed)
            _settle(folder)
    for _, path in appended:
        path.unlink()


# --------------------------------------------------------------------------- what was appended


def _appended(folder: Path) -> list[tuple[int, Path]]:
    """(process, file) in order of processes."""
    files = [path for path in folder.glob("samples-*.bin") if path.stem.removeprefix("samples-").isdecimal()]
    return sorted((int(path.stem.removeprefix("samples-")), path) for path in files)


def _appended_batches(path: Path, process: int, rows: int) -> Iterator[Columns]:
    whole = path.stat().st_size // SAMPLE.itemsize
    begin = 0
    while begin < whole:
        read = np.fromfile(path, dtype=SAMPLE, count=min(rows, whole - begin), offset=begin * SAMPLE.itemsize)
        if begin + len(read) < whole:
            read = read[: _last_begin(read)]
        begin += len(read)
        columns: dict[str, npt.NDArray[Any]] = {name: read[name] for name in SAMPLE.names or ()}
        yield {**columns, "process": np.full(len(read), process, dtype=READ["process"])}


def _last_begin(read: Rows) -> int:
    """Where the last transaction begins; it may go on behind what was read."""
    changes = np.flatnonzero((read["item"][1:] != read["item"][:-1]) | (read["user"][1:] != read["user"][:-1]))
    return int(changes[-1]) + 1 if len(changes) else len(read)


# --------------------------------------------------------------------------- what is sealed


def _write(path: Path, batches: Iterator[Columns]) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    schema = pa.schema([pa.field(name, pa.from_numpy_dtype(READ[name]), nullable=False) for name in READ.names or ()])
    with (
        path.open("wb") as out,
        parquet.ParquetWriter(
            out,
            schema,
            compression="zstd",
            use_dictionary=[name for name in schema.names if name not in _NEARLY_SORTED],
            column_encoding=dict.fromkeys(_NEARLY_SORTED, "DELTA_BINARY_PACKED"),
        ) as writer,
    ):
        for batch in batches:
            arrays = [pa.array(np.ascontiguousarray(batch[name])) for name in schema.names]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema), row_group_size=len(arrays[0]))
    with path.open("rb") as written:
        os.fsync(written.fileno())


def _settle(folder: Path) -> None:
    """Make a rename last."""
    held = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)


def _sealed_batches(path: Path) -> Iterator[Columns]:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            for number in range(file.num_row_groups):
                yield _columns(file.read_row_group(number, columns=list(READ.names or ()), use_threads=False))
    except (pa.ArrowException, OSError, KeyError) as error:
        raise RecordingBroken(
            f"{path} 无法读取（{error}）。", hint="文件已损坏；请用 xinheng verify 查看哪些文件被改动。"
        ) from None


def _columns(table: pa.Table) -> Columns:
    return {name: table.column(name).to_numpy().astype(READ[name], copy=False) for name in READ.names or ()}
