"""The exception tree of the harness: a *fault* is our own error, never a bad answer of a tested system.

A bad answer of a tested system is a value (`Reply`, `Finding`); it is never raised. Every fault carries one
sentence saying what is wrong and where, and a hint saying what to do next. The command line is the only reader.

    Fault                 exit 4   the harness broke
    ├── BadInput          exit 3   a file, an option or an environment that the user must correct
    │   ├── BadSettings            stacks.toml or plan.toml
    │   ├── DriverMissing          a product's driver package is not installed
    │   ├── StackRefused           wrong password, unknown database, missing right
    │   ├── StackUnreachable       nothing answers, or something else does
    │   └── StackProtected         the stack is marked production, or holds data that is not ours
    ├── RecordingBroken   exit 4   a run folder that cannot be read as written
    ├── DiskFull          exit 4   nothing more can be recorded; what was recorded is kept
    └── Interrupted       exit 4   Ctrl-C or a signal; what was finished is kept
"""

from __future__ import annotations


class Fault(Exception):
    """Our own error: `message` says what and where, `hint` says what to do."""

    exit_code = 4

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class BadInput(Fault):
    """Something the user gave must be corrected before anything can run."""

    exit_code = 3


class BadSettings(BadInput):
    """A stacks or plan file is wrong."""


class DriverMissing(BadInput):
    """The Python package (or jar) that speaks to a product is not installed."""


class StackRefused(BadInput):
    """The endpoint answered and would not let us in (password, database name, right)."""


class StackUnreachable(BadInput):
    """Nothing answers at the endpoint, or not the product that was named."""


class StackProtected(BadInput):
    """We decline to write: the stack is marked production or holds data that we did not put there."""


class RecordingBroken(Fault):
    """A run folder is incomplete or damaged beyond what can be resumed."""


class DiskFull(Fault):
    """The recording cannot be continued; everything up to here is kept."""


class Interrupted(Fault):
    """The user or the system ended the run; every sealed recording is kept."""
