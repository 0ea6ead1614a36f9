"""A timer of the kernel as a file: exact to the microsecond where a poll's time-out counts in milliseconds.

Linux only. Python has it from 3.13 on (`os.timerfd_create`); until then it is asked of the C library. Not here: who
waits for what (`execute/clocks.py`).
"""

from __future__ import annotations

import ctypes
import os

_NS = 1_000_000_000
_CLOCK_MONOTONIC = 1
_NONBLOCK_CLOEXEC = os.O_NONBLOCK | os.O_CLOEXEC
_ABSOLUTE = 1  # TFD_TIMER_ABSTIME


class _Moment(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


class _Setting(ctypes.Structure):
    _fields_ = (("interval", _Moment), ("value", _Moment))


class KernelTimer:
    """A timerfd on the monotonic clock: a file that becomes readable at the moment that was set. Raises OSError."""

    def __init__(self) -> None:
        # Not CDLL, which lets go of the interpreter during the call: another thread may keep it for milliseconds.
        libc = ctypes.PyDLL(None, use_errno=True)
        try:
            create, self._settime = libc.timerfd_create, libc.timerfd_settime
        except AttributeError:
            raise OSError("no timerfd here") from None
        self._fd = create(_CLOCK_MONOTONIC, _NONBLOCK_CLOEXEC)
        if self._fd < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")
        self._setting = _Setting()
        self._at = ctypes.byref(self._setting)

    def fileno(self) -> int:
        return int(self._fd)

    def set(self, moment_ns: int) -> None:
        """Readable from a moment on, and not before; 0: never."""
        value = self._setting.value
        value.seconds, value.nanoseconds = divmod(moment_ns, _NS)
        if self._settime(self._fd, _ABSOLUTE, self._at, None):
            raise OSError(ctypes.get_errno(), "timerfd_settime")

    def close(self) -> None:
        os.close(self._fd)
