"""A hospital whose images lie in Orthanc and whose RIS is the reference application, as the two stacks of a run.

Not here: the archives themselves (`orthancs.py`), what is wrong with them (`defective.py`).
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import scenarios
from drivers.servers.program import ProgramServer
from harness.message import MessageEndpoint
from harness.model import Role, SqlEndpoint, Stack
from harness.settings import Plan
from tests.e2e.imaging.orthancs import Orthanc
from tests.e2e.running import small_plan

WORKLIST = "pacs_worklist"
ROOT = Path(scenarios.__path__[0]).parent


@contextlib.contextmanager
def stack(
    role: Role, orthanc: Orthanc, home: Path, through: Mapping[str, MessageEndpoint] | None = None
) -> Iterator[Stack]:
    """One with a RIS on the server that holds Orthanc's index, too. `through`: other ways to the archive."""
    application = ProgramServer(home, (sys.executable, "-m", "scenarios.reference", "--packs", "pacs"), roots=[ROOT])
    try:
        tables: Mapping[str, Any] = application.start(orthanc.sql)
        yield Stack(
            role=role,
            title=f"Orthanc、{orthanc.sql['product']}",
            sql=SqlEndpoint(url=orthanc.sql["url"], product=orthanc.sql["product"]),
            endpoints={WORKLIST: MessageEndpoint(**tables[WORKLIST]), **(through or orthanc.endpoints)},
        )
    finally:
        application.discard()


def plan() -> Plan:
    """Every transaction a few times, with few images."""
    small = small_plan()
    return replace(
        small,
        data=replace(small.data, outpatients_per_day=40, days=2, image_share=0.01),
        functional=replace(small.functional, transactions=1),
    )
