"""`python -m harness.cli` is `xinheng`."""

from harness.cli import entry

entry()
