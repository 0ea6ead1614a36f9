"""Samples: what is appended comes back, sealed or not; a crash loses nothing but a torn record."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from harness.errors import RecordingBroken
from harness.samples import READ, SAMPLE, SEALED, appended_by, read_batches, read_samples, seal_samples

WHOLE_RANGE = st.integers(-(2**63), 2**63 - 1)


@st.composite
def blocks(draw: st.DrawFn) -> list[np.ndarray]:
    """What two processes appended: whole transactions of a few steps, with any value in any field."""
    processes = []
    for _ in range(2):
        steps = draw(st.lists(st.integers(1, 4), max_size=12))
        rows = np.zeros(sum(steps), dtype=SAMPLE)
        for name in SAMPLE.names:
            rows[name] = draw(hnp.arrays(SAMPLE[name], len(rows)))
        rows["item"] = np.repeat(np.arange(len(steps)), steps)
        rows["user"] = np.repeat(np.arange(len(steps)) % 3 + 70_000, steps)
        processes.append(rows)
    return processes


def append(folder: Path, processes: list[np.ndarray], torn: bytes = b"") -> np.ndarray:
    """Write what each process appended; what should be read."""
    folder.mkdir()
    expected = []
    for number, rows in enumerate(processes):
        appended_by(folder, number).write_bytes(rows.tobytes() + torn)
        read = np.zeros(len(rows), dtype=READ)
        for name in SAMPLE.names:
            read[name] = rows[name]
        read["process"] = number
        expected.append(read)
    return np.concatenate(expected)


@given(processes=blocks(), torn=st.binary(max_size=SAMPLE.itemsize - 1), rows=st.integers(5, 30))
def test_sealing_changes_nothing_but_a_torn_record(
    tmp_path_factory: pytest.TempPathFactory, processes: list[np.ndarray], torn: bytes, rows: int
) -> None:
    folder = tmp_path_factory.mktemp("block") / "01-original"
    expected = append(folder, processes, torn)
    assert np.array_equal(read_samples(folder), expected)
    seal_samples(folder, rows=rows)
    assert [path.name for path in folder.iterdir()] == [SEALED]
    assert np.array_equal(read_samples(folder), expected)


@given(processes=blocks(), rows=st.integers(5, 12), sealed=st.booleans())
def test_no_batch_cuts_a_transaction(
    tmp_path_factory: pytest.TempPathFactory, processes: list[np.ndarray], rows: int, sealed: bool
) -> None:
    folder = tmp_path_factory.mktemp("block") / "01-original"
    append(folder, processes)
    if sealed:
        seal_samples(folder, rows=rows)
    seen = [set(zip(b["process"].tolist(), b["item"].tolist(), strict=True)) for b in read_batches(folder, rows=rows)]
    assert sum(map(len, seen)) == len(set().union(*seen))


def test_sealing_goes_on_where_a_crash_left_it(tmp_path: Path) -> None:
    folder = tmp_path / "01-original"
    expected = append(folder, [np.ones(3, dtype=SAMPLE)])
    appended = appended_by(folder, 0).read_bytes()
    (folder / "samples.part").write_bytes(b"half")  # died while writing
    seal_samples(folder)
    appended_by(folder, 0).write_bytes(appended)  # died before what was appended was removed
    assert np.array_equal(read_samples(folder), expected)
    seal_samples(folder)
    assert not appended_by(folder, 0).exists()
    assert np.array_equal(read_samples(folder), expected)
    seal_samples(folder)


def test_no_file_is_no_samples(tmp_path: Path) -> None:
    seal_samples(tmp_path)
    assert not list(tmp_path.iterdir())
    assert len(read_samples(tmp_path)) == 0


def test_a_damaged_file_is_said_to_be_one(tmp_path: Path) -> None:
    appended_by(tmp_path, 0).write_bytes(np.ones(1000, dtype=SAMPLE).tobytes())
    seal_samples(tmp_path)
    whole = (tmp_path / SEALED).read_bytes()
    for broken in (whole[:-20], b"", whole[:100] + bytes(200) + whole[300:]):
        (tmp_path / SEALED).write_bytes(broken)
        with pytest.raises(RecordingBroken, match="无法读取"):
            read_samples(tmp_path)
