"""Load blocks whose users share sessions, or think after every answer, on a real PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from drivers.sql import driver_for
from harness.execute.block import run_block
from harness.execute.block_spec import ANSWER_FILE, BlockSpec, endpoints_of
from harness.execute.users import BACKLOG, BLOCK_OVER
from harness.folding import POOL, Folding, Transactions
from harness.model import Item, ReplyKind, Stack
from harness.recording import read_json, write_items
from harness.samples import Rows, read_samples
from tests.bench import locustfiles
from tests.bench.simple_packs import DRUG, POINT_SELECT

pytestmark = pytest.mark.e2e

USERS, SESSIONS = 8, 2
MS = 1_000_000


@pytest.fixture(scope="module")
def stack(original: Stack) -> Stack:
    driver = driver_for(original.sql)
    driver.create(POINT_SELECT.metadata, mark="pool")
    driver.load(DRUG.name, [c.name for c in DRUG.columns], ((i, "药", "1.00", 1) for i in range(100)))
    return original


def block(stack: Stack, folder: Path, items: list[Item], **how: Any) -> tuple[dict[str, Any], Rows, Transactions]:
    write_items(folder / "items", items)
    spec = BlockSpec(
        pack=POINT_SELECT.name, known_as=POINT_SELECT.name, stack=stack.role.value, **endpoints_of(stack), level="x",
        level_number=1, position=1, users=USERS, seconds=2.0, warmup_s=0.0, workload=str(folder / "items"),
        folder=str(folder), **how,
    )  # fmt: skip
    for _ in run_block(spec, locustfile=Path(locustfiles.__path__[0]) / "point_select.py"):
        pass
    answer, samples = read_json(folder / ANSWER_FILE), read_samples(folder)
    assert set(samples["reply"]) == {ReplyKind.OK}
    return answer, samples, Folding(answer["steps"]).fold(samples)


def every(step_ns: int, count: int) -> list[Item]:
    """Everybody does something at the same moments."""
    ids = {"ids": list(range(20))}
    return [
        Item(seq=1 + n * USERS + user, user=user, due_ns=step_ns * n, transaction="many", params=ids)
        for n in range(count)
        for user in range(USERS)
    ]


def test_eight_users_share_two_sessions(stack: Stack, tmp_path: Path) -> None:
    answer, samples, done = block(stack, tmp_path, every(100 * MS, 10), sessions=SESSIONS)
    assert (answer["done"], answer["not_sent"]) == (10 * USERS, 0)
    tested = answer["self_test"]
    assert (tested["users"], tested["in_flight"], tested["ok"]) == (USERS, SESSIONS, True)
    # From having a session to the commit, no more than two users are under way at any moment.
    waited = samples[samples["step"] == answer["steps"].index(POOL)]
    began, ended = waited["answered"], samples[samples["step"] == answer["steps"].index("commit")]["answered"]
    changes = sorted([*((t, 1) for t in began), *((t, -1) for t in ended)])
    assert max(np.cumsum([change for _, change in changes])) == SESSIONS
    # Six of eight wait, which is response time, and neither the server's service time nor lateness of ours.
    assert np.sum(done.pooled > MS // 10) > len(done.pooled) // 4
    assert np.all(done.service_ns + done.pooled + (done.sent - done.due) == done.response_ns)
    assert np.percentile(done.lag, 50) < 20 * MS


def test_users_who_think_begin_after_their_last_answer(stack: Stack, tmp_path: Path) -> None:
    thinking = 50 * MS
    items = [
        Item(seq=1 + n * USERS + user, user=user, due_ns=thinking, transaction="one", params={"id": n})
        for n in range(60)
        for user in range(USERS)
    ]
    answer, _, done = block(stack, tmp_path, items, model="closed")
    assert answer["unsent"] == {BLOCK_OVER: len(items) - answer["done"]}  # nobody is in arrears
    assert 10 * USERS < answer["done"] < 2000 // 50 * USERS  # a pause of 50 ms goes 40 times into the block at most
    for user in range(USERS):
        mine = done.user == user
        assert np.all(done.due[mine][1:] - done.answered[mine][:-1] == thinking)
        assert np.all(done.sent[mine] >= done.due[mine])
        assert done.due[mine][-1] < 2000 * MS


def test_what_a_backlog_leaves_unsent_is_counted_as_such(stack: Stack, tmp_path: Path) -> None:
    answer, _, done = block(stack, tmp_path, every(0, 3_000), grace_s=0.0)
    assert answer["unsent"] == {BACKLOG: answer["not_sent"]}
    assert answer["not_sent"] == 3_000 * USERS - len(done.due) > 0
