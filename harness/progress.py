"""Listeners of a run's events: a display for people and a log for the run folder. They compute nothing."""

from __future__ import annotations

import time
from pathlib import Path
from types import TracebackType

import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from harness import events


class Display:
    """Progress on stderr: a live bar per stage on a terminal, one line per stage elsewhere."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live: Progress | None = None
        self._task: TaskID | None = None
        self._stage = ""
        self._began = 0.0
        self._spoken = 0.0
        self._total = 1.0

    def __enter__(self) -> Display:
        if self._console.is_terminal:
            self._live = Progress(
                TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"),
                TimeElapsedColumn(), console=self._console,
            )  # fmt: skip
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._close_stage(whole=error is None)
        if self._live is not None:
            self._live.stop()

    def __call__(self, event: events.Event) -> None:
        match event:
            case events.Stage(name=name, total=total):
                self._close_stage(whole=True)
                self._open_stage(name, total)
            case events.Progress(done=done):
                self._advance(done)
            case events.Began(run_dir=run_dir, kept=kept):
                known = f"，沿用已完成的记录 {kept} 份" if kept else ""
                self._console.print(f"运行目录 {run_dir}{known}", highlight=False)
            case events.Note(text=text):
                self._console.print(f"注意：{text}", style="yellow", highlight=False)
            case _:
                pass

    def _open_stage(self, name: str, total: float) -> None:
        self._stage, self._began, self._spoken = name, time.monotonic(), time.monotonic()
        self._total = total
        if self._live is not None:
            self._task = self._live.add_task(name, total=total)

    def _advance(self, done: float) -> None:
        if self._live is not None and self._task is not None:
            self._live.update(self._task, completed=done)
        elif time.monotonic() - self._spoken > 5:
            self._spoken = time.monotonic()
            self._console.print(f"  … {self._stage} {100 * done / (self._total or 1):.0f}%", highlight=False)

    def _close_stage(self, *, whole: bool) -> None:
        if not self._stage:
            return
        took = time.monotonic() - self._began
        if self._live is not None and self._task is not None:
            self._live.remove_task(self._task)
            self._task = None
        mark = "✓" if whole else "✗"
        self._console.print(f"{mark} {self._stage}  {took:.1f} 秒", highlight=False)
        self._stage = ""


class EventLog:
    """`events.jsonl` in the run folder: every event but progress, with the time it was heard."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self._path: Path | None = None

    def __call__(self, event: events.Event) -> None:
        if isinstance(event, events.Progress):
            return
        fields = {name: str(getattr(event, name)) for name in event.__dataclass_fields__}
        line = msgspec.json.encode({"wall": time.time(), "event": type(event).__name__, **fields}) + b"\n"
        if isinstance(event, events.Began):
            self._path = event.run_dir / "events.jsonl"
        if self._path is None:
            self._lines.append(line)  # the folder does not exist yet
            return
        with self._path.open("ab") as file:
            file.writelines([*self._lines, line])
        self._lines.clear()
