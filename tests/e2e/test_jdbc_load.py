"""A load block through JDBC, where a driver holds its thread: users are in flight together, clocks make sense."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy.engine import make_url

import scenarios
from drivers.sql import driver_for
from harness.execute.block import run_block
from harness.execute.block_spec import ANSWER_FILE, BlockSpec, endpoints_of
from harness.execute.site import mark_of
from harness.folding import fold
from harness.model import ReplyKind, Role, Scale, SqlEndpoint, Stack
from harness.recording import read_json, write_items
from harness.samples import read_samples
from harness.settings_plan import Level
from harness.workload import load
from tests.conftest import jar_folder
from tests.relay import relay

pytestmark = [pytest.mark.e2e, pytest.mark.needs_apt("libpostgresql-jdbc-java")]

_USERS, _SECONDS, _RATE = 20, 3.0, 60.0
_MS = 1_000_000


def test_users_of_a_driver_that_blocks(original: Stack, tmp_path: Path) -> None:
    url = make_url(original.sql.url)
    with relay(Path(str(url.query["host"])) / ".s.PGSQL.5432") as port:
        endpoint = SqlEndpoint(
            url=f"postgresql://{url.username}@127.0.0.1:{port}/{url.database}",
            product="postgresql",
            jdbc=True,
            jar=str(jar_folder()),
        )
        answer, samples = _block(Stack(role=Role.MIGRATED, title="jdbc", sql=endpoint), tmp_path)
    assert answer["self_test"]["in_flight"] == _USERS
    assert answer["planned"] > 0.8 * _SECONDS * _RATE
    assert (answer["done"], answer["not_sent"]) == (answer["planned"], 0)
    done = fold(samples)
    assert len(done.reply) == answer["done"]
    assert set(done.reply) <= {ReplyKind.OK, ReplyKind.REFUSED}
    assert np.all(samples["answered"] > samples["sent"])
    assert np.all(done.lag >= 0)
    assert np.percentile(done.lag, 50) < 20 * _MS
    # Taken in the thread, a step costs what it costs without a crowd; taken by the event loop it would carry its queue.
    assert np.percentile(samples["answered"] - samples["sent"], 50) < 50 * _MS
    overlapping = np.sum(done.sent[1:] < np.maximum.accumulate(done.answered)[:-1])
    assert overlapping > 0


def _block(stack: Stack, tmp_path: Path) -> tuple[dict[str, object], np.ndarray]:
    pack = scenarios.pack("his")
    world = pack.world(Scale(outpatients_per_day=60, days=2))
    driver = driver_for(stack.sql)
    driver.create(pack.metadata, mark=mark_of(pack))
    for table, columns, rows in pack.rows(world):
        driver.load(table, columns, rows)
    driver.finish_load(pack.metadata)
    items = list(load(pack, world, Level(name="x", users=_USERS, rate_per_s=_RATE), seconds=_SECONDS, seed="jdbc"))
    workload = tmp_path / "items"
    write_items(workload, items)
    spec = BlockSpec(
        pack=pack.name,
        known_as=pack.name,
        stack=stack.role.value,
        **endpoints_of(stack),
        level="x",
        level_number=1,
        position=1,
        users=_USERS,
        seconds=_SECONDS,
        warmup_s=0.0,
        workload=str(workload),
        folder=str(tmp_path),
    )
    began = time.monotonic()
    for _ in run_block(spec, locustfile=scenarios.locustfile(pack.name)):
        assert time.monotonic() - began < 60
    return read_json(tmp_path / ANSWER_FILE), read_samples(tmp_path)
