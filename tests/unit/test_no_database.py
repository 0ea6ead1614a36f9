"""Stacks without a database: who may run on them, what of a run is left out, and what stays undecided."""

from __future__ import annotations

import pytest

from harness.errors import BadInput, Fault
from harness.execute.no_database import NoDatabase, or_no_database
from harness.execute.site import possible_parts, refuse_unreachable, refuse_without_database
from harness.message import Interface, MessageEndpoint
from harness.model import Part, Role, SqlEndpoint, Stack
from harness.ports import Driver
from harness.runfile import stacks_of
from harness.settings import stack_as_dict
from tests.unit.fakes import TAKE, FakePack

ENDPOINT = MessageEndpoint(kind="mllp", url="mllp://lis:6661")
WITHOUT = Stack(role=Role.MIGRATED, title="x", endpoints={"fake_hl7": ENDPOINT})
WITH = Stack(role=Role.ORIGINAL, title="y", sql=SqlEndpoint(url="postgresql+psycopg2://x@db/his"))
BOTH = {Role.ORIGINAL: WITH, Role.MIGRATED: WITHOUT}


def known(endpoint: SqlEndpoint) -> Driver:
    raise AssertionError(endpoint)


def test_only_a_stack_without_address_has_no_database() -> None:
    driver_for = or_no_database(known)
    driver = driver_for(WITHOUT.sql)
    assert (driver.identify().product_id, driver.identify().version) == ("", "")
    assert list(driver.state(None)) == []
    with pytest.raises(AssertionError):
        driver_for(WITH.sql)


def test_whoever_asks_it_is_told_so() -> None:
    with pytest.raises(Fault, match="没有写数据库地址"):
        NoDatabase().render(TAKE)


def test_a_pack_with_tables_is_refused_in_one_sentence() -> None:
    with pytest.raises(BadInput) as caught:
        refuse_without_database(BOTH, [FakePack()])
    assert caught.value.message == "迁移后系统没有写数据库地址，场景包 fake 有自己的表，不能在它上面运行。"
    assert "[stacks.migrated.sql]" in caught.value.hint
    refuse_without_database({Role.ORIGINAL: WITH}, [FakePack()])


def test_a_pack_whose_interfaces_have_no_address_is_refused() -> None:
    class Reached(FakePack):
        interfaces = (Interface(name="fake_hl7", title="x", kind="mllp", peer="", version=""),)
        transactions = tuple(
            type(t)(name=t.name, title=t.title, draw=t.draw, act=t.act, weight=t.weight, interfaces=("fake_hl7",))
            for t in FakePack.transactions
        )

    refuse_unreachable({"fake_hl7"}, [Reached()])
    with pytest.raises(BadInput, match="它要用的接口是 fake_hl7，技术栈文件里有地址的是 fake_hl"):
        refuse_unreachable({"fake_hl"}, [Reached()])


def test_the_compatibility_suite_is_left_out_unless_it_is_named() -> None:
    planned = (Part.FUNCTIONAL, Part.COMPAT)
    assert possible_parts(BOTH, planned=planned, named=()) == (Part.FUNCTIONAL,)
    assert possible_parts({Role.ORIGINAL: WITH}, planned=planned, named=()) == planned
    with pytest.raises(BadInput, match="不能执行"):
        possible_parts(BOTH, planned=planned, named=(Part.COMPAT,))


def test_a_recorded_run_is_resumed_without_it() -> None:
    run = {"stacks": {role.value: stack_as_dict(stack) for role, stack in BOTH.items()}}
    assert stacks_of(run) == BOTH
