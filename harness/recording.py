"""The run folder: what lies where, written so that a killed process leaves only whole or clearly unfinished parts.

    run.json                                       identity, plan, stacks (no secret), versions
    workload/<pack>-functional.jsonl               one item a line
    workload/<pack>-load-<level number>.jsonl
    recordings/<pack>/functional/<name>/           name: original-1, original-2, migrated-1
        transactions.jsonl state-before.jsonl state-after.jsonl invariants.json recording.json
    recordings/<pack>/error-handling/<stack>/      items.jsonl cases.jsonl state-after.jsonl recording.json
    recordings/<pack>/load/<position>-<stack>/     samples.parquet block.json invariants.json recording.json
    recordings/<pack>/capacity/<stack>/<step>/     like a load block, and its items.jsonl
    recordings/dbcompat/<stack>-<round>/           observations.jsonl recording.json
    readings/<stack>-<host>.jsonl  facts/<stack>.json
    result.json series.json report.html junit.xml manifest.json  dbcompat/<probe>.sql

A recording counts once its `recording.json` is there: it is written last, by rename. A folder without it is
unfinished work and is moved aside when the run is resumed. Not here: what the contents mean.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
from array import array
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from harness.cells import decode, decode_map, encode
from harness.errors import BadInput, DiskFull, RecordingBroken
from harness.model import CaseRecord, Item, ReplyKind, StepRecord, TableState, TransactionRecord
from harness.observation import Observation

SEAL = "recording.json"
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


@contextmanager
def disk(where: Path) -> Iterator[None]:
    """Turn a full disk into the fault that says so."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(
                f"磁盘已满，无法继续写入 {where}。",
                hint="清理磁盘后用 xinheng run --resume 继续；已完成的记录都在。",
            ) from error
        raise


def write_json(path: Path, value: Any) -> None:
    """Write atomically: the file is either the old one or the whole new one."""
    with disk(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_suffix(path.suffix + ".part")
        with half.open("w", encoding="utf-8") as out:
            json.dump(value, out, ensure_ascii=False, indent=1)
            out.flush()
            os.fsync(out.fileno())
        half.replace(path)


def read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RecordingBroken(
            f"{path} 不存在。", hint="这个目录不是完整的运行目录；请检查路径，或用 xinheng run --resume 补齐。"
        ) from None
    except ValueError as error:
        raise RecordingBroken(
            f"{path} 不是有效的 JSON（{error}）。", hint="文件已损坏；请用 xinheng verify 查看哪些文件被改动。"
        ) from None


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold a folder for this process, so that two runs never write into one. Raises BadInput while another holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    held = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BadInput(
                f"{folder} 正被另一个 xinheng 使用。", hint="请等它结束或先中断它，也可以换一个目录（--out）。"
            ) from None
        yield
    finally:
        os.close(held)


class Recording:
    """One recording's folder: open while being written, sealed when complete."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def sealed(self) -> bool:
        return (self.folder / SEAL).exists()

    def begin(self) -> None:
        """Make the folder; what an interrupted attempt left there is kept beside it."""
        if self.folder.exists():
            set_aside(self.folder)
        with disk(self.folder):
            self.folder.mkdir(parents=True)

    def seal(self, facts: Mapping[str, Any]) -> None:
        """State that everything is there. `facts` go into `recording.json`."""
        write_json(self.folder / SEAL, {"format": 1, **facts})

    def facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = read_json(self.folder / SEAL)
        return facts


def set_aside(folder: Path) -> Path:
    """Rename a folder to the first free `<name>.<n>`; the new path."""
    for n in range(1, 1_000):
        aside = folder.with_name(f"{folder.name}.{n}")
        if not aside.exists():
            shutil.move(folder, aside)
            return aside
    raise RecordingBroken(f"{folder} 旁边已有 999 份旧目录。", hint="请清理旧目录。")


def _write_lines(path: Path, lines: Iterable[Any]) -> int:
    count = 0
    with disk(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb", buffering=1 << 20) as out:
            for line in lines:
                out.write(_encode(line) + b"\n")
                count += 1
    return count


def _read_lines(path: Path) -> Iterator[Any]:
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    yield _decode(line)
                except msgspec.DecodeError as error:
                    raise RecordingBroken(
                        f"{path} 第 {number} 行无法读取（{error}）。", hint="请用 xinheng verify 查看。"
                    ) from None
    except FileNotFoundError:
        raise RecordingBroken(f"{path} 不存在。", hint="运行未完成；请用 xinheng run --resume 补齐。") from None


# --------------------------------------------------------------------------- workload


def write_items(path: Path, items: Iterable[Item]) -> int:
    """One item a line: [seq, user, due_ns, transaction, params]."""
    return _write_lines(
        path,
        (
            [i.seq, i.user, i.due_ns, i.transaction, {name: encode(value) for name, value in i.params.items()}]
            for i in items
        ),
    )


def read_items(path: Path) -> Iterator[Item]:
    return map(_item, _read_lines(path))


def _item(line: Any) -> Item:
    seq, user, due_ns, transaction, params = line
    return Item(seq=seq, user=user, due_ns=due_ns, transaction=transaction, params=decode_map(params))


class ItemsByUser:
    """The items of some users in the order of the file: the first ones held, the others read when they are asked for.

    Of those memory holds where each line begins and how long it is: twelve bytes for an item that takes a thousand.
    """

    def __init__(self, path: Path, users: Iterable[int], *, held: int = 50_000) -> None:
        self._held: dict[int, list[Item]] = {user: [] for user in users}
        self._lines = {user: (array("Q"), array("I")) for user in self._held}
        self._planned = 0
        self._file = os.open(path, os.O_RDONLY)
        with path.open("rb", buffering=1 << 20) as lines:
            offset = 0
            for line in lines:
                user = int(line[:32].split(b",", 2)[1])
                if user in self._held:
                    if self._planned < held:
                        self._held[user].append(_item(_decode(line)))
                    else:
                        offsets, lengths = self._lines[user]
                        offsets.append(offset)
                        lengths.append(len(line))
                    self._planned += 1
                offset += len(line)

    def __len__(self) -> int:
        """How many items there are for all of these users."""
        return self._planned

    def of(self, user: int) -> Iterator[Item]:
        yield from self._held[user]
        for offset, length in zip(*self._lines[user], strict=True):
            yield _item(_decode(os.pread(self._file, length, offset)))

    def close(self) -> None:
        os.close(self._file)


# --------------------------------------------------------------------------- functional pass


def transaction_line(record: TransactionRecord) -> bytes:
    """One observed transaction as a line of `transactions.jsonl`."""
    steps = [
        [
            s.statement,
            int(s.kind),
            s.error_class,
            s.affected,
            s.columns,
            [[encode(v) for v in row] for row in s.rows],
            s.message,
            *([encode(s.sent), s.status, encode(s.body), s.address] if s.sent else []),
        ]
        for s in record.steps
    ]
    return _encode([record.seq, record.transaction, int(record.outcome), record.reason, steps]) + b"\n"


def read_transactions(path: Path) -> Iterator[TransactionRecord]:
    for seq, transaction, outcome, reason, steps in _read_lines(path):
        yield TransactionRecord(
            seq=seq,
            transaction=transaction,
            outcome=ReplyKind(outcome),
            reason=reason,
            steps=tuple(
                StepRecord(
                    statement=statement,
                    kind=ReplyKind(kind),
                    error_class=error_class,
                    affected=affected,
                    columns=tuple(columns),
                    rows=tuple(tuple(decode(cell) for cell in row) for row in rows),
                    message=message,
                    **_of_a_message(*more),
                )
                for statement, kind, error_class, affected, columns, rows, message, *more in steps
            ),
        )


def _of_a_message(sent: Any = None, status: str = "", body: Any = None, address: str = "") -> dict[str, Any]:
    """What a step has beside the rest where it was a message."""
    return {"sent": decode(sent), "status": status, "body": decode(body), "address": address} if sent else {}


def write_state(path: Path, states: Iterable[TableState]) -> int:
    """Tables one after the other: a head line {table, key, columns, rows}, then one line per row."""

    def lines() -> Iterator[Any]:
        for state in states:
            head = {"table": state.table, "key": state.key, "columns": state.columns, "rows": len(state.rows)}
            yield head | {"open": True} if state.open else head
            for row in state.rows:
                yield [encode(v) for v in row]

    return _write_lines(path, lines())


def read_state(path: Path) -> dict[str, TableState]:
    states: dict[str, TableState] = {}
    lines = _read_lines(path)
    for head in lines:
        rows = tuple(tuple(decode(cell) for cell in next(lines)) for _ in range(head["rows"]))
        states[head["table"]] = TableState(
            table=head["table"],
            columns=tuple(head["columns"]),
            key=tuple(head["key"]),
            rows=rows,
            open=head.get("open", False),
        )
    return states


# --------------------------------------------------------------------------- error-handling battery


def case_line(case: CaseRecord) -> bytes:
    """One case as it went, as a line of `cases.jsonl`."""
    return _encode(case) + b"\n"


def read_cases(path: Path) -> list[CaseRecord]:
    """The cases of one stack in the order in which they were carried out."""
    return [msgspec.convert(line, CaseRecord) for line in _read_lines(path)]


# --------------------------------------------------------------------------- behaviour probes


def observation_line(observation: Observation) -> bytes:
    """One probe as observed, as a line of `observations.jsonl`."""
    return _encode(observation) + b"\n"


def read_observations(path: Path) -> dict[str, Observation]:
    """Probe → what was observed."""
    found = (msgspec.convert(line, Observation) for line in _read_lines(path))
    return {observation.probe: observation for observation in found}


def sealed_recordings(run_dir: Path) -> int:
    """How many complete recordings a run folder holds."""
    return len(list(run_dir.glob(f"recordings/**/{SEAL}")))
