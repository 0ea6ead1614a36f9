"""The interfaces of the PACS on real databases, answered by the reference application: the same work on both stacks
gets the same replies and leaves the same data and the same objects, Chinese comes back to the character, and what
equipment tells of a step is what is stored.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.assess.carried import stored_fields
from harness.compare.functional import Recordings, compare_pack
from harness.content.battery import Expect
from harness.content.dicom.spoiling import SPOILS
from harness.model import Item, ReplyKind, Scale
from harness.ports import Archive, ArchiveDriver, Driver
from harness.runfile import pack_as_dict
from harness.workload import functional
from scenarios.pacs import PACK
from scenarios.pacs.exams import images_in
from tests.packs.answering import Interfaces, answering, spoken
from tests.packs.replaying import Replayed, load, replay

WORLD = PACK.world(Scale(outpatients_per_day=20, days=1, seed=20260101, image_share=0.01))
INTERFACES = [interface.name for interface in PACK.interfaces]
BY_NAME = {t.name: t for t in PACK.transactions}
OFTEN = ("probe_chinese", "probe_bad")  # probes whose draws take turns at something


def _frugal(items: list[Item]) -> list[Item]:
    """Probes once: nothing later rests on what they do. Those of the database alone: `test_pacs_replay.py`."""
    seen: Counter[str] = Counter()
    kept = []
    for item in items:
        transaction = BY_NAME[item.transaction]
        seen[item.transaction] += 1
        most = 3 if item.transaction.startswith(OFTEN) else 1
        if not transaction.probe or (transaction.interfaces and seen[item.transaction] <= most):
            kept.append(item)
    return kept


ITEMS = _frugal(functional(PACK, WORLD, count=200, seed=20260101, endpoints=INTERFACES))

# Both at once every day: `tests/e2e/imaging`, with real archives.
STACKS = ("original", pytest.param("migrated", marks=pytest.mark.long))

# What the RIS answers, as PS3.7 annex C says it; what the archive declines is asked below.
REFUSED_BY_RIS = {
    "probe_mpps_begin_twice": "0111H",
    "probe_mpps_begin_unknown": "0106H",
    "probe_mpps_end_unknown": "0112H",
    "probe_mpps_end_twice": "0110H",
}


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("answered")


@contextlib.contextmanager
def reading(interfaces: Interfaces) -> Iterator[Archive]:
    assert PACK.archive is not None
    driver = interfaces[PACK.archive.interface]
    assert isinstance(driver, ArchiveDriver)
    archive = driver.archive()
    try:
        yield archive
    finally:
        archive.close()


def answered(driver: Driver, home: Path, charset: str) -> tuple[Replayed, dict[str, int]]:
    """A pass, and how many objects of each of our studies lie in the archive after it."""
    assert PACK.archive is not None
    load(PACK, WORLD, driver)
    with answering(PACK, driver, home, charset) as interfaces:
        with reading(interfaces) as archive:
            assert {archive.store(item).kind for item in PACK.archive.objects(WORLD)} == {ReplyKind.OK}
        replayed = replay(PACK, WORLD, ITEMS, driver, home, interfaces)
        with reading(interfaces) as archive:
            kept = {held.study: sum(1 for _ in archive.instances(held.study)) for held in archive.studies()}
    return replayed, {study: count for study, count in kept.items() if PACK.archive.ours(study)}


@pytest.fixture(scope="module")
def original(postgresql: Driver, scratch: Path) -> tuple[Replayed, dict[str, int]]:
    return answered(postgresql, scratch / "original", "GB18030")


@pytest.fixture(scope="module")
def migrated(seekdb: Driver, scratch: Path) -> tuple[Replayed, dict[str, int]]:
    return answered(seekdb, scratch / "migrated", "UTF-8")


@pytest.fixture(scope="module")
def both(original: tuple[Replayed, dict[str, int]], migrated: tuple[Replayed, dict[str, int]]) -> Recordings:
    """The original once: what moves by itself is only what the database stamps."""
    observed = original[0].observed
    return Recordings(original_1=observed, original_2=observed, migrated=migrated[0].observed)


@pytest.mark.parametrize("stack", STACKS)
def test_the_pass_is_in_order(stack: str, request: pytest.FixtureRequest) -> None:
    """Everything that is no probe works, and so does every case of Chinese; every message is sent."""
    replayed: Replayed = request.getfixturevalue(stack)[0]
    records = replayed.observed.transactions
    wrong = [r for r in records if r.outcome and (not BY_NAME[r.transaction].probe or "chinese" in r.transaction)]
    assert wrong == []
    assert {record.transaction for record in records} == {item.transaction for item in ITEMS}
    used = {step.statement for record in records for step in record.steps}
    assert used >= set(PACK.messages)
    assert replayed.violated_before == replayed.violated_after == ()


@pytest.mark.parametrize("stack", STACKS)
def test_the_ris_declines_steps_out_of_order(stack: str, request: pytest.FixtureRequest) -> None:
    replayed: Replayed = request.getfixturevalue(stack)[0]
    said = {
        record.transaction: next(step.message for step in record.steps if step.kind and step.message)
        for record in replayed.observed.transactions
        if record.transaction in REFUSED_BY_RIS
    }
    assert {name: text.partition(" ")[0] for name, text in said.items()} == REFUSED_BY_RIS


@pytest.mark.parametrize("stack", STACKS)
def test_the_archive_takes_no_object_that_cannot_be_told_from_others(
    stack: str, request: pytest.FixtureRequest
) -> None:
    spoils = {item.seq: item.params["spoil"] for item in ITEMS if item.transaction.startswith("probe_bad")}
    assert set(spoils.values()) == set(SPOILS)
    records = request.getfixturevalue(stack)[0].observed.transactions
    taken = {spoils[record.seq] for record in records if record.seq in spoils and not record.outcome}
    declined = {name for name, spoil in SPOILS.items() if spoil.expected is Expect.DECLINED}
    assert not taken & declined


@pytest.mark.parametrize("stack", STACKS)
def test_what_the_ris_believes_is_what_the_archive_holds(stack: str, request: pytest.FixtureRequest) -> None:
    """Every study on-line with as many images as were counted, none that was removed, beside reports and the like."""
    replayed, kept = request.getfixturevalue(stack)
    state = replayed.observed.after["ris_study"]
    at = state.columns.index
    rows = [(row[at("study_uid")], row[at("place")], row[at("image_count")]) for row in state.rows]
    online = {uid: count for uid, place, count in rows if place == "ONLINE"}
    removed = {uid for uid, place, _ in rows if place == "REMOVED"}
    assert len(online) > 12
    assert len(removed) == 3
    assert not removed & set(kept)
    assert {uid: kept.get(uid, 0) >= count for uid, count in online.items()} == dict.fromkeys(online, True)
    more = ("reject_images", "publish_and_store")  # leave documents beside the images
    documents = {item.params["study"]["uid"] for item in ITEMS if item.transaction in more}
    resent = [item.params["study"] for item in ITEMS if item.transaction == "resend_study"]
    for study in resent:
        if study["uid"] not in documents | removed:
            assert kept[study["uid"]] == images_in(study)


@pytest.mark.long
def test_replies_data_and_objects_are_the_same_on_both(
    both: Recordings, original: tuple[Replayed, dict[str, int]], migrated: tuple[Replayed, dict[str, int]]
) -> None:
    """Though one stack answers in GB18030 and the other in UTF-8: that it says so is the only difference there is."""
    result = compare_pack("pacs", ITEMS, both, PACK.rules, lambda rule: True, spoken(PACK))
    unexplained = [f for f in result.findings if not f.explained_by]
    assert {f.column for f in unexplained if f.step in PACK.messages} == {"$[*].SpecificCharacterSet"}
    assert {f.column for f in unexplained if f.step not in PACK.messages} <= {"created_at"}
    assert original[1] == migrated[1]


@pytest.mark.long
def test_what_equipment_told_is_what_is_stored(both: Recordings) -> None:
    run = {"packs": {"pacs": pack_as_dict(PACK, INTERFACES)}, "stacks": {}}
    stored = list(stored_fields(run, "pacs", both))
    declared = {(name, carried.table) for name, message in PACK.messages.items() for carried in message.carried}
    assert {(each.message, each.table) for each in stored} == declared
    assert {table for _, table in declared} == {"ris_performed_step", "ris_performed_series"}
    assert [each for each in stored if each.wrong or each.missing_rows or not each.checked] == []
