"""How gently the databases are treated: only in certain hours, and not while others keep them busy."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from harness.execute.tables.sides import Sides

_AGAIN_S = 1.0


@dataclass(slots=True, kw_only=True)
class Pace:
    """Asked before every question; waits where it must. `paused_s` is how long it did."""

    most_busy: int | None = None  # sessions of others at work on either side
    window: tuple[dt.time, dt.time] | None = None  # from, to; may run over midnight
    told: Callable[[str], None] = print
    paused_s: float = field(default=0.0, init=False)

    def wait(self, sides: Sides) -> None:
        began = time.monotonic()
        said = ""
        while (why := self._why(sides)) is not None:
            if why != said:
                self.told(why)
                said = why
            time.sleep(_AGAIN_S)
        if said:
            self.paused_s += time.monotonic() - began

    def _why(self, sides: Sides) -> str | None:
        if self.window is not None and not inside(dt.datetime.now().astimezone().time(), self.window):
            return f"不在允许的时段（{self.window[0]:%H:%M}—{self.window[1]:%H:%M}），暂停。"
        if self.most_busy is not None and (busy := sides.busy()) > self.most_busy:
            return f"数据库正忙（{busy} 个会话在执行，上限 {self.most_busy}），暂停。"
        return None


def inside(now: dt.time, window: tuple[dt.time, dt.time]) -> bool:
    """Whether a time of day lies in a window, which may run over midnight."""
    first, last = window
    return first <= now < last if first <= last else now >= first or now < last
