"""Before a load block: whether its sessions are truly in flight together. Not here: what happens in the block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import gevent

from harness.errors import Fault
from harness.execute.no_database import WHY_UNTESTED, NoDatabase
from harness.execute.users import User
from harness.pacer import NS
from harness.ports import Driver

SLEEP_S = 0.1
SHARE = 0.8  # of the sessions must be in flight together
ROUNDS = 3  # the best counts: a busy machine may delay one


def self_test(users: Sequence[User], driver: Driver) -> dict[str, Any]:
    """Whether N sessions are truly in flight at once: all users send a statement that makes the server sleep 100 ms.

    A C driver without its wait callback sends the second statement only after the first was answered, and every
    response time looks healthy; only this catches it. Judged by what was sent before the first answer, not by the rate:
    a server may rightly work on fewer statements than there are sessions (OceanBase has a limited set of workers), and
    that is its own property, kept as `achieved` against `ideal` statements/s. Where users share sessions, so many are
    to be in flight and not one more. Interfaces have no message that makes them sleep; they are not tested.
    """
    if isinstance(driver, NoDatabase):
        return {"users": len(users), "ok": False, "not_done": WHY_UNTESTED}
    statement = driver.sleep(SLEEP_S)
    wanted = min(len(users), users[0].sessions or len(users))
    best: dict[str, Any] = {"in_flight": 0}
    for _ in range(ROUNDS):
        asked = [gevent.spawn(user.time_one, statement) for user in users]
        gevent.joinall(asked, raise_error=True)
        clocks = [greenlet.value for greenlet in asked]
        first_answer = min(answered for _, answered in clocks)
        seconds = (max(answered for _, answered in clocks) - min(sent for sent, _ in clocks)) / NS
        in_flight = sum(sent < first_answer for sent, _ in clocks)
        if in_flight >= best["in_flight"]:
            best = {"in_flight": in_flight, "achieved": len(users) / seconds}
        if in_flight >= wanted:
            break
    ok = SHARE * wanted <= best["in_flight"] <= wanted
    return {"users": len(users), "sessions": wanted, "ideal": wanted / SLEEP_S, **best, "ok": ok}


def refuse_serial(tested: Mapping[str, Any]) -> None:
    """End the run when the self-test shows users waiting for each other inside the generator."""
    if tested["ok"] or "not_done" in tested:
        return
    if tested["in_flight"] > tested["sessions"]:
        raise Fault(
            f"并发自检未通过：{tested['users']} 个用户共用 {tested['sessions']} 个会话，"
            f"却有 {tested['in_flight']} 个请求同时在途。",
            hint="连接池没有起作用，请把运行目录交给信衡的维护者。",
        )
    raise Fault(
        f"并发自检未通过：{tested['sessions']} 个会话中只有 {tested['in_flight']} 个请求真正同时在途。",
        hint="驱动没有真正并发，继续运行会得到看似正常的错误结论；请检查驱动的协程回调。",
    )
