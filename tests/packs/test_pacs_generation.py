"""The generated imaging department: in order whatever the scale, the same for the same scale, of the promised size."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.message import Message
from harness.model import Item, Reply, ReplyKind, Scale
from harness.workload import functional
from scenarios.pacs import PACK, catalogue
from scenarios.pacs.exams import images_in, moment_of
from scenarios.pacs.images.study import from_dict
from scenarios.pacs.images.uids import ours
from scenarios.people import residents
from tests.packs.bookkeeping import structural

SCALES = st.builds(
    Scale,
    outpatients_per_day=st.integers(1, 60),
    days=st.integers(1, 4),
    seed=st.integers(0, 2**31),
    image_share=st.floats(0.01, 1.0),
)
SMOKE = Scale(outpatients_per_day=200, days=5, image_share=0.04)
MADE_LATER = {"ris_correction", "ris_export", "ris_migration_batch"}  # tables that only transactions fill
Tables = dict[str, list[tuple[object, ...]]]


def rows_of(scale: Scale) -> Tables:
    return {table: list(rows) for table, _, rows in PACK.rows(PACK.world(scale))}


@settings(max_examples=4, deadline=None)
@given(SCALES)
def test_every_department_is_in_order(scale: Scale) -> None:
    assert list(structural(PACK.metadata, rows_of(scale))) == []


def test_the_same_scale_gives_the_same_department_and_another_seed_another() -> None:
    scale = Scale(outpatients_per_day=8, days=2, seed=3)
    assert rows_of(scale) == rows_of(scale)
    assert PACK.pools(PACK.world(scale)) == PACK.pools(PACK.world(scale))
    assert rows_of(scale) != rows_of(Scale(outpatients_per_day=8, days=2, seed=4))


def test_the_default_hospital_has_the_size_it_promises() -> None:
    tables = rows_of(Scale())
    assert 10_000 < sum(map(len, tables.values())) < 20_000
    assert {name for name, rows in tables.items() if not rows} == MADE_LATER


def test_patients_are_the_residents_under_a_number_of_their_own() -> None:
    tables = rows_of(Scale(outpatients_per_day=10, days=1, seed=9))
    for row, (his_id, person) in zip(tables["ris_patient"], residents(9), strict=False):
        assert row[1:3] == (his_id, person.patient_name)
        assert str(row[0]).startswith("XH")
        letters, _, characters = str(row[3]).partition("=")
        assert characters.replace("^", "") == person.patient_name
        assert letters.replace("^", "").upper() == person.pinyin


def test_every_study_is_ours_and_can_be_described() -> None:
    world = PACK.world(Scale(outpatients_per_day=20, days=1))
    exams = [exam.study for name, pool in world.pools.items() if name not in ("alarm", "nearline") for exam in pool]
    for described in (*exams, *world.priors):
        study = from_dict(described)
        assert ours(study.uid)
        assert moment_of(described).date() <= dt.date(2026, 3, 2)
        assert len(study.accession) <= 16 >= len(study.station)
        assert catalogue.MODALITIES[study.modality].series == study.series


def test_a_share_of_the_images_is_a_share_of_the_volume() -> None:
    ct, mr, dx = (catalogue.MODALITIES[code] for code in ("CT", "MR", "DX"))
    assert [ct.images_of(share) for share in (1.0, 0.5, 0.04, 0.001)] == [300, 150, 12, 3]
    assert [mr.images_of(share) for share in (1.0, 0.04)] == [24, 1]
    assert dx.images_of(0.04) == dx.images_of(1.0) == 2


def test_the_archive_holds_a_few_small_studies_beforehand() -> None:
    assert PACK.archive is not None
    world = PACK.world(Scale())  # whatever the share
    objects = list(PACK.archive.objects(world))
    assert len(objects) == sum(map(images_in, world.priors)) < 20
    assert sum(len(each.dataset) for each in objects) < 8_000_000
    first, last = PACK.archive.dates(world)
    studied = {moment_of(study).date() for study in world.priors}
    assert first <= min(studied) <= max(studied) <= last
    assert PACK.archive.interface in {interface.name for interface in PACK.interfaces}


def test_a_trial_run_stays_within_its_bounds() -> None:
    """What is stored in one functional pass of the smoke plan."""
    interfaces = [interface.name for interface in PACK.interfaces]
    items = functional(PACK, PACK.world(SMOKE), count=400, seed=SMOKE.seed, endpoints=interfaces)
    sizes = [size for item in items for size in stored_by(item)]
    assert 150 < len(sizes) <= 250
    assert sum(sizes) < 80_000_000
    assert max(sizes) < 2_000_000


def stored_by(item: Item) -> list[int]:
    """The size of every object that a transaction stores; what it does afterwards in the database is left out."""
    transaction = next(t for t in PACK.transactions if t.name == item.transaction)
    storing = Storing()
    if transaction.interfaces:
        with contextlib.suppress(LookupError):
            transaction.act(storing, **item.params)
    return storing.sizes


class Storing:
    """A conversation that answers to messages only, each of which goes well."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def send(self, message: Message, /, **params: Any) -> Reply:
        outgoing = message.compose(charset="UTF-8", **params)
        if outgoing.method == "C-STORE" or message.name == "stow":
            self.sizes.append(len(outgoing.body))
        return Reply(ReplyKind.OK)

    def attempt(self, step: Any, /, **params: Any) -> Reply:
        return self.send(step, **params) if isinstance(step, Message) else self.row(step)

    def row(self, statement: Any, /, **params: Any) -> Any:
        raise LookupError(statement.name)

    change = row

    def refuse(self, reason: str) -> None:
        raise LookupError(reason)
