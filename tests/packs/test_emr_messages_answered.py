"""The interfaces of the EMR on real databases, answered by the reference application: the same work on both stacks gets
the same replies and leaves the same data, what was sent is what is stored, and bad messages leave nothing behind.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.assess.carried import stored_fields
from harness.compare.functional import Comparison, Recordings, compare_pack
from harness.content.battery import Bad, Expect, battery
from harness.documents import Exchange, read_document
from harness.execute.battery_rows import RowCounts, growth
from harness.message import Message, Outgoing
from harness.model import ErrorClass, Item, Scale, StepRecord
from harness.ports import Driver
from harness.runfile import pack_as_dict
from harness.workload import Draw, functional
from scenarios.emr import PACK
from scenarios.emr.service import SERVICE
from scenarios.reference.desk import PackDesk, Sessions
from scenarios.reference.log import Log
from scenarios.reference.service import Answer
from tests.packs.answering import answering, sent_by, spoken
from tests.packs.handling import accepted, answered, declined
from tests.packs.replaying import Replayed, load, refused_as, replay, unexpected

WORLD = PACK.world(Scale(outpatients_per_day=20, days=1, seed=20260101))
INTERFACES = [interface.name for interface in PACK.interfaces]
BY_NAME = {t.name: t for t in PACK.transactions}
ITEMS = [  # probes and reports that need no interface: `test_emr_replay.py`
    item
    for item in functional(PACK, WORLD, count=200, seed=20260101, endpoints=INTERFACES)
    if BY_NAME[item.transaction].interfaces or (BY_NAME[item.transaction].weight and not BY_NAME[item.transaction].bulk)
]

# What an interface answers: HL7 table 0357, an HTTP status, an acknowledgement in a SOAP answer.
REFUSED_AS = {
    "probe_http_sign_twice": ErrorClass.OTHER,
    "probe_http_edit_archived": ErrorClass.OTHER,
    "probe_http_skipped_version": ErrorClass.OTHER,
    "probe_http_no_such_version": ErrorClass.UNKNOWN_OBJECT,
    "probe_http_negative_fee": ErrorClass.BAD_VALUE,
    "probe_http_archive_unsigned": ErrorClass.OTHER,
    "probe_soap_duplicate_document": ErrorClass.OTHER,
    "probe_soap_no_such_document": ErrorClass.OTHER,
    "probe_mllp_result_of_another": ErrorClass.BAD_VALUE,
    "probe_mllp_duplicate_document": ErrorClass.UNIQUE,
}


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("answered")


@pytest.fixture(scope="module")
def original(postgresql: Driver, scratch: Path) -> Replayed:
    with answering(PACK, postgresql, scratch / "original") as interfaces:
        return replay(PACK, WORLD, ITEMS, postgresql, scratch, interfaces)


@pytest.fixture(scope="module")
def migrated(seekdb: Driver, scratch: Path) -> Replayed:
    with answering(PACK, seekdb, scratch / "migrated") as interfaces:
        return replay(PACK, WORLD, ITEMS, seekdb, scratch, interfaces)


@pytest.fixture(scope="module")
def both(original: Replayed, migrated: Replayed) -> Recordings:
    """The original once: what moves by itself is only what the database stamps."""
    return Recordings(original_1=original.observed, original_2=original.observed, migrated=migrated.observed)


def exchanged(replayed: Replayed) -> Iterator[tuple[str, Message, StepRecord]]:
    """(transaction, message, step) of everything that went over an interface."""
    for record in replayed.observed.transactions:
        for step in record.steps:
            if step.statement in PACK.messages:
                yield record.transaction, PACK.messages[step.statement], step


@pytest.mark.parametrize("stack", ["original", "migrated"])
def test_the_pass_is_in_order(stack: str, request: pytest.FixtureRequest) -> None:
    replayed: Replayed = request.getfixturevalue(stack)
    assert unexpected(PACK, replayed) == []
    refused = {name: found for name, found in refused_as(PACK, replayed).items() if BY_NAME[name].interfaces}
    assert refused == {name: {error_class} for name, error_class in REFUSED_AS.items()}
    assert {message.name for _, message, _ in exchanged(replayed)} == set(PACK.messages)
    assert replayed.violated_before == replayed.violated_after == ()


def test_replies_and_stored_data_are_the_same_on_both(both: Recordings) -> None:
    result: Comparison = compare_pack("emr", ITEMS, both, PACK.rules, lambda rule: True, spoken(PACK))
    found = {(f.transaction, f.column) for f in result.findings if not f.explained_by}
    assert found <= {("table:emr_audit_log", "created_at")}


def test_what_was_sent_is_what_is_stored(both: Recordings) -> None:
    run = {"packs": {"emr": pack_as_dict(PACK, INTERFACES)}, "stacks": {}}
    stored = list(stored_fields(run, "emr", both))
    declared = {(name, carried.table) for name, message in PACK.messages.items() for carried in message.carried}
    assert {(each.message, each.table) for each in stored} == declared
    assert [each for each in stored if each.wrong or each.missing_rows or not each.checked] == []


@pytest.mark.parametrize("stack", ["original", "migrated"])
def test_the_traffic_is_as_the_interface_documents_say(stack: str, request: pytest.FixtureRequest) -> None:
    documents = {i.name: read_document(i.document.name, i.document.read_bytes()) for i in PACK.interfaces if i.document}
    for transaction, message, step in exchanged(request.getfixturevalue(stack)):
        exchange = Exchange(
            message=message.name,
            sends=message.content,
            content=message.content,
            charset="UTF-8",
            address=step.address,
            sent=step.sent,
            status=step.status,
            body=step.body,
        )
        document = documents[message.interface]
        assert document.reply(exchange) == (), (step.status, step.body.decode())
        if not BY_NAME[transaction].probe:
            assert document.request(exchange) == (), step.sent.decode()


# --------------------------------------------------------------------------- error handling


SENDERS = {  # message of the battery → the transaction that draws it
    "post_record": "http_create_record",
    "put_version": "http_save_version",
    "put_front_page": "http_front_page_save",
    "document_register": "soap_register",
    "oru_result_copy": "mllp_result_copy",
    "mdm_document": "mllp_document",
}


class Bench:
    """Handlers over a real desk, with good messages for them in plenty."""

    def __init__(self, desk: PackDesk, counts: RowCounts) -> None:
        self._desk = desk
        self._counts = counts
        self._drawing = Draw(world=WORLD, pools=PACK.pools(WORLD), rng=random.Random(1))

    def good(self, name: str) -> Outgoing:
        """The next good message of this name that the generated data allows."""
        params = BY_NAME[SENDERS[name]].draw(self._drawing)
        assert params is not None
        ((message, told),) = sent_by(PACK, Item(seq=1, transaction=SENDERS[name], params=params))
        return message.compose(charset="UTF-8", **told)

    def say(self, message: Message, good: Outgoing, body: bytes) -> tuple[Answer, dict[str, int]]:
        """What is answered, and which tables hold more rows after it."""
        before = self._counts.now()
        outgoing = Outgoing(body=body, path=good.path, method=good.method, headers=good.headers)
        answer = answered(SERVICE, message.interface, outgoing, self._desk)
        return answer, growth(before, self._counts.now())


@pytest.fixture(scope="module")
def bench(original: Replayed, postgresql: Driver, scratch: Path) -> Iterator[Bench]:
    load(PACK, WORLD, postgresql)
    with contextlib.ExitStack() as opened:
        log, sessions, counts = Log(scratch / "bench.log"), Sessions(postgresql), RowCounts(PACK, postgresql)
        for close in (log.close, sessions.drop, counts.close):
            opened.callback(close)
        yield Bench(PackDesk(PACK, sessions, log), counts)


@pytest.mark.parametrize("name", SENDERS)
def test_bad_messages_are_declined_and_leave_nothing_and_the_good_one_goes_through(bench: Bench, name: str) -> None:
    message, good = PACK.messages[name], bench.good(name)

    def made_of(outgoing: Outgoing) -> dict[str, Bad]:
        made = battery(outgoing.body, message.content, "UTF-8", message.battery)
        return {bad.name: bad for bad in made}

    made = made_of(good)
    for bad in tuple(made.values()):
        if bad.name not in made:  # the good message of now has nothing that this could be made of
            continue
        told = [bench.say(message, good, body) for body in made[bad.name].bodies]
        if bad.expect is Expect.ONCE:
            assert accepted(message, told[0][0])
            assert told[1][1] == {}
        for answer, grown in told:
            assert accepted(message, answer) or (declined(message, answer) and grown == {}), bad.name
            assert bad.expect is not Expect.DECLINED or declined(message, answer), bad.name
        if any(accepted(message, answer) for answer, _ in told):
            good = bench.good(name)
            made = made_of(good)
    answer, grown = bench.say(message, good, good.body)
    assert accepted(message, answer), answer.body.decode()
    assert grown
