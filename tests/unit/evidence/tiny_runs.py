"""Small sealed run folders and packages for the tests of the evidence: real recordings, written by hand, no server."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness import events
from harness.assess import assess
from harness.event_log import EventLog
from harness.evidence import packing, sealing
from harness.evidence.examining import Demands
from harness.verify import Readers, Verified, verify_folder, verify_package
from reports import resultfile
from tests.unit.test_assess import write_whole

READERS = Readers(result=resultfile.read_result, series=resultfile.read_series)


def nobody(_: events.Event) -> None:
    """Hears nothing."""


def sealed_run(folder: Path, *, version: str = "", **changes: Any) -> Path:
    """A run with log, result and series. `changes` go into `run.json`."""
    write_whole(folder, n=40)
    for block in sorted((folder / "recordings/his/load").iterdir())[2:]:
        shutil.rmtree(block)
    (folder / "interfaces").mkdir()
    (folder / "interfaces" / "样例.hl7").write_text("MSH|^~\\&|XINHENG\r", encoding="utf-8")
    run = json.loads((folder / "run.json").read_bytes())
    run |= changes
    if version:
        run["versions"] = {"xinheng": version}
    (folder / "run.json").write_text(json.dumps(run, ensure_ascii=False), encoding="utf-8")
    log = EventLog(nobody)
    log(events.Stage(name="生成", total=1))
    log(events.Began(run_dir=folder, kept=0))
    for number in range(3):
        log(events.Note(text=f"第 {number} 条"))
    log(events.Ended(run_dir=folder))
    conclude(folder)
    return folder


def conclude(folder: Path) -> None:
    result, series = assess(folder)
    resultfile.write_result(folder / "result.json", result)
    resultfile.write_series(folder / "series.json", series)
    sealing.seal(folder)


def packed(*run_dirs: Path, out: Path, **more: Any) -> Path:
    order = packing.Order(run_dirs=run_dirs, out=out, environ={})
    packing.pack(replace(order, **more), nobody)
    return out


def verified(path: Path, **demands: Any) -> Verified:
    if path.is_dir():
        return verify_folder(path, READERS, nobody)
    return verify_package(path, READERS, Demands(**demands), nobody)


def edit_json(path: Path, change: Mapping[str, Any]) -> None:
    content = json.loads(path.read_bytes())
    content |= change
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
