"""The journey pack: the systems stand side by side, one id and one clock run through a journey."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.cells import decode_map, encode
from harness.content.interface_table import read_table
from harness.content.message_checks import check
from harness.content.reading import fields
from harness.model import Params, Scale, Transaction
from harness.settings_plan import Level
from harness.workload import functional, load
from scenarios.journey import imaging, whole
from scenarios.journey.imaging import IMAGING
from scenarios.journey.messages import ADT_LABORATORY, ADT_RECORDS
from scenarios.journey.pack import PACK
from scenarios.journey.systems import SYSTEMS
from scenarios.journey.whole import JOURNEY
from scenarios.pacs.images.uids import ours

WORLD = PACK.world(Scale())
ITEMS = functional(PACK, WORLD, count=2000, seed=1, endpoints=[i.name for i in PACK.interfaces])
JOURNEYS = [item.params for item in ITEMS if item.transaction == JOURNEY.name]
IMAGED = [item.params for item in ITEMS if item.transaction == IMAGING.name]


def moments(value: Any) -> Iterator[dt.datetime]:
    if isinstance(value, dt.datetime):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ():
        yield from moments(inner)


def test_nothing_of_one_system_hides_another() -> None:
    assert len(PACK.metadata.tables) == sum(len(pack.metadata.tables) for pack in SYSTEMS.values())
    assert len(PACK.statements) == sum(len(pack.statements) for pack in SYSTEMS.values())
    assert len(PACK.invariants) == sum(len(pack.invariants) for pack in SYSTEMS.values())
    assert not set(PACK.messages) & set(PACK.statements)
    loaded = Counter(name for name, _, _ in PACK.rows(WORLD))
    assert set(loaded) == set(PACK.metadata.tables)
    assert max(loaded.values()) == 1


def test_a_journey_is_worth_what_it_says() -> None:
    """Under load there are fewer of it, by about the number of statements and messages that it consists of."""
    assert len(ITEMS) == pytest.approx(2000 / ((JOURNEY.size + IMAGING.size) / 2), abs=7)
    assert min(len(JOURNEYS), len(IMAGED)) > 5


def test_one_id_names_the_patient_everywhere() -> None:
    for params in JOURNEYS:
        patient_id, visit_no = params["his"]["patient"]["patient_id"], params["his"]["arrival"]["visit_id"]
        assert params["his"]["booking"]["patient_id"] == patient_id
        assert params["lis"]["patient"]["patient_id"] == params["emr"]["patient"]["patient_id"] == patient_id
        assert params["lis"]["order"]["order"]["patient_id"] == patient_id
        assert (
            params["emr"]["patient"]["visit"] | {"patient_id": patient_id, "visit_no": visit_no}
            == (params["emr"]["patient"]["visit"])
        )
        assert params["lis"]["order"]["order"]["visit_no"] == params["emr"]["archive"]["visit_no"] == visit_no
    everybody = {item.params["his"]["patient"]["patient_id"] for item in ITEMS}
    assert len(everybody) == len(ITEMS)


def test_the_images_are_of_the_same_patient() -> None:
    for params in IMAGED:
        his, ris, emr = params["his"], params["ris"], params["emr"]
        study = ris["begin"]["study"]
        assert ris["patient"]["his_patient_id"] == emr["patient"]["patient_id"] == his["patient"]["patient_id"]
        assert ris["order"]["order"]["patient_id"] == ris["patient"]["patient_id"] == study["patient_id"]
        assert ris["images"]["study"] == ris["publication"]["study"] == ris["end"]["study"] == study
        assert ris["patient"]["dicom_name"] == study["patient_name"]
        assert ris["worklist"]["AccessionNumber"] == study["accession"]
        assert emr["record"]["visit_no"] == emr["leaving"]["visit_no"] == his["arrival"]["visit_id"]
        assert ours(study["uid"])


def test_one_clock_runs_through_imaging() -> None:
    for params in IMAGED:
        his, ris, emr = params["his"], params["ris"], params["emr"]
        stages = [
            his["patient"], his["booking"], his["arrival"], his["prescription"], his["charge"], ris["booking"],
            ris["registration"]["at"], ris["begin"], ris["end"], ris["images"], ris["report"], ris["reviews"],
            ris["publication"], emr["record"], emr["version"], emr["signature"], emr["leaving"],
        ]  # fmt: skip
        latest = his["patient"]["at"]
        for stage in stages:
            found = max(moments(stage))
            assert found.replace(microsecond=0) >= latest.replace(microsecond=0)
            latest = found
        assert latest.date() == his["patient"]["at"].date()


def test_a_report_is_read_until_it_passes() -> None:
    passed = [[review["review"]["passed"] for _, review in params["ris"]["reviews"]] for params in IMAGED]
    assert all(verdicts == [0] * (len(verdicts) - 1) + [1] for verdicts in passed)


def test_one_clock_runs_through() -> None:
    """What rests on something else never happens before it."""
    for params in JOURNEYS:
        his, lis, emr = params["his"], params["lis"], params["emr"]
        stages = [
            his["patient"], his["booking"], his["arrival"], his["prescription"], his["charge"], lis["collection"],
            lis["receipts"], lis["uploads"], lis["reviews"], lis["reports"], emr["record"], emr["quotation"],
            emr["version"], emr["signature"], emr["leaving"], emr["archive"],
        ]  # fmt: skip
        latest = params["his"]["patient"]["at"]
        for stage in stages:
            found = list(moments(stage))
            # Tubes of several sections overtake each other on the way to the report.
            assert max(found) >= latest or stage in (lis["reviews"], lis["uploads"])
            latest = max(latest, *found)
        assert latest.date() == his["patient"]["at"].date()


def test_a_journey_survives_its_file() -> None:
    for params in (item.params for item in ITEMS):
        line = json.dumps({name: encode(value) for name, value in params.items()}, ensure_ascii=False)
        assert encode(decode_map(json.loads(line))) == encode(params)


@pytest.mark.parametrize(
    ("journey", "params", "messages"),
    [(JOURNEY, JOURNEYS[0], whole.MESSAGES), (IMAGING, IMAGED[0], imaging.MESSAGES)],
    ids=["whole", "imaging"],
)
def test_every_leg_is_gone_and_every_message_sent(journey: Transaction, params: Params, messages: Any) -> None:
    """A journey written down by a conversation that only notes what it is told."""
    gone: list[str] = []
    sent: set[str] = set()
    journey.act(NotingConversation(gone, sent, params["his"]["arrival"]["dept_id"]), **params)
    assert tuple(gone) == tuple(journey.legs)
    assert sent == set(messages)


class NotingConversation:
    """Answers as a system would in which everything goes well."""

    def __init__(self, legs: list[str], sent: set[str], dept_id: str) -> None:
        self._legs, self._sent = legs, sent
        self._rows = {**_ROWS, "his_booked_with": ("P", dept_id, "D")}

    def leg(self, name: str) -> None:
        self._legs.append(name)

    def send(self, message: Any, /, **params: Any) -> Any:
        outgoing = message.compose(charset="GB18030", **params)
        assert outgoing.body or outgoing.method == "GET"
        self._sent.add(message.name)
        return type("NotedReply", (), {"body": b'{"results": []}'})

    def change(self, statement: Any, /, **params: Any) -> int:
        return 1

    def attempt(self, statement: Any, /, **params: Any) -> Any:
        return type("NotedReply", (), {"kind": 0})

    def rows(self, statement: Any, /, **params: Any) -> list[Any]:
        return []

    def row(self, statement: Any, /, **params: Any) -> Any:
        return self._rows.get(statement.name)

    def refuse(self, reason: str) -> Any:
        raise AssertionError(reason)


_ROWS = {
    "his_slot_offer": (0, 0, 10),
    "his_counter": (1,),
    "his_doctor_of_visit": ("D",),
    "his_patient_of_prescription": ("P",),
    "emr_record_to_edit": ("DRAFT", 0, "A", None),
    "emr_result_to_quote": ("名", "1", "g", None, dt.datetime(2026, 3, 2)),
    "emr_visit_card": ("O", "OPEN", None, None, None, None, "P"),
    "pacs_item_card": ("名", "CT", "CHEST", 1),
    "pacs_last_queue_no": (1,),
    "pacs_order_to_archive": ("EXAMINED", "A^B=甲^乙"),
    "pacs_order_status": ("EXAMINED",),
    "pacs_reviewer_card": ("名", 1),
    "pacs_lock_report": ("SUBMITTED", 1, "S", "A"),
}


@pytest.mark.parametrize(
    ("message", "system", "document"),
    [(ADT_LABORATORY, "lis", "lis/interfaces/lis_hl7.csv"), (ADT_RECORDS, "emr", "emr/interfaces/emr_hl7.csv")],
)
def test_registrations_agree_with_the_interface_documents(message: Any, system: str, document: str) -> None:
    lines = read_table((Path("scenarios") / document).read_text(encoding="utf-8-sig"))
    table = [line for line in lines if not line.messages or "ADT^A04" in line.messages]
    for params in JOURNEYS:
        body = message.compose(charset="UTF-8", **params[system]["patient"]).body
        assert check(fields(body, "hl7", "UTF-8"), table) == ()


def test_under_load_no_two_journeys_meet() -> None:
    level = Level(name="x", users=10, rate_per_s=400)
    items = list(load(PACK, WORLD, level, seconds=6, seed="s", endpoints=[i.name for i in PACK.interfaces]))
    slots = [item.params["his"]["booking"]["slot_id"] for item in items]
    assert len(slots) == len(set(slots)) > 30
