"""A display of a run's events for people; it computes nothing. The log in the run folder is `event_log`."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import TracebackType

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from harness import events

_TITLES = {"original": "原系统", "migrated": "迁移后系统"}


class Display:
    """Progress on stderr: a live bar per stage on a terminal, one line per stage elsewhere.

    During a load block the figures so far stand below the bar, beside those of the other stack at the same level.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bars: Progress | None = None
        self._screen: Live | None = None
        self._seen: dict[tuple[str, str, str], events.Live] = {}  # pack, level, stack → the latest
        self._running: events.Live | None = None
        self._task: TaskID | None = None
        self._stage = ""
        self._began = 0.0
        self._spoken = 0.0
        self._total = 1.0
        self._passing = False

    def __enter__(self) -> Display:
        if self._console.is_terminal:
            self._bars = Progress(
                TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"),
                TimeElapsedColumn(), console=self._console,
            )  # fmt: skip
            self._screen = Live(console=self._console, get_renderable=self._drawn, refresh_per_second=4, transient=True)
            self._screen.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._close_stage(whole=error is None)
        if self._screen is not None:
            self._screen.stop()

    def __call__(self, event: events.Event) -> None:
        match event:
            case events.Stage(name=name, total=total, passing=passing):
                self._close_stage(whole=True)
                self._open_stage(name, total)
                self._passing = passing
            case events.Progress(done=done):
                self._advance(done)
            case events.Live():
                self._running = self._seen[event.pack, event.level, event.stack] = event
            case events.Began(run_dir=run_dir, kept=kept):
                known = f"，沿用已完成的记录 {kept} 份" if kept else ""
                self._console.print(f"运行目录 {run_dir}{known}", highlight=False)
            case events.Said(text=text):
                self._console.print(text, highlight=False, markup=False)
            case events.Note(text=text):
                self._console.print(f"注意：{text}", style="yellow", highlight=False)
            case _:
                pass

    def _open_stage(self, name: str, total: float) -> None:
        self._stage, self._began, self._spoken = name, time.monotonic(), time.monotonic()
        self._total = total
        self._running = None
        if self._bars is not None:
            self._task = self._bars.add_task(name, total=total)

    def _advance(self, done: float) -> None:
        if self._bars is not None and self._task is not None:
            self._bars.update(self._task, completed=done)
        elif not self._passing and time.monotonic() - self._spoken > 5:
            self._spoken = time.monotonic()
            figures = "  ".join(_figures(self._running)) if self._running else ""
            share = 100 * done / (self._total or 1)
            self._console.print(f"  … {self._stage} {share:.0f}%  {figures}".rstrip(), highlight=False)

    def _drawn(self) -> Group:
        """The bar of the stage, and below it the level that is running on both stacks."""
        parts: list[Progress | Table] = [self._bars] if self._bars is not None else []
        if self._running is not None:
            parts.append(_beside(self._running, self._seen))
        return Group(*parts)

    def _close_stage(self, *, whole: bool) -> None:
        if not self._stage:
            return
        took = time.monotonic() - self._began
        self._running = None
        if self._bars is not None and self._task is not None:
            self._bars.remove_task(self._task)
            self._task = None
        if not (self._passing and whole):
            mark = "✓" if whole else "✗"
            self._console.print(f"{mark} {self._stage}  {took:.1f} 秒", highlight=False)
        self._stage = ""


def _beside(now: events.Live, seen: Mapping[tuple[str, str, str], events.Live]) -> Table:
    """A line for each stack at this level: the running block, and what the other stack's latest came to."""
    table = Table.grid(padding=(0, 3))
    for stack, title in _TITLES.items():
        known = seen.get((now.pack, now.level, stack))
        if known is not None:
            when = "正在进行" if known is now else f"第 {known.position} 块"
            table.add_row(f"  {title}", when, *_figures(known), style="" if known is now else "dim")
    return table


def _figures(live: events.Live) -> tuple[str, ...]:
    return (
        f"吞吐 {live.per_s:.1f} 笔/s",
        f"P95 {live.p95_ms:.3g} ms",
        f"错误 {live.errors}",
        f"滞后 P99 {live.lag_p99_ms:.3g} ms",
    )
