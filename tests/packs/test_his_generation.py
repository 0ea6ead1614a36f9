"""The generated hospital: reproducible, and true to its own rules at every scale."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.model import Scale
from scenarios.his import PACK
from scenarios.people import check_digit, resident_id_valid
from tests.packs.bookkeeping import arithmetical, structural

SCALES = st.builds(
    Scale,
    outpatients_per_day=st.integers(1, 120),
    days=st.integers(1, 6),
    seed=st.integers(0, 2**31),
)


def rows_of(scale: Scale) -> dict[str, list[tuple[object, ...]]]:
    return {table: list(rows) for table, _, rows in PACK.rows(PACK.world(scale))}


@settings(max_examples=15, deadline=None)
@given(SCALES)
def test_every_hospital_is_in_order(scale: Scale) -> None:
    tables = rows_of(scale)
    assert [*structural(PACK.metadata, tables), *arithmetical(PACK.metadata, tables)] == []


@settings(max_examples=3, deadline=None)
@given(SCALES)
def test_the_same_scale_gives_the_same_hospital(scale: Scale) -> None:
    assert rows_of(scale) == rows_of(scale)
    assert PACK.pools(PACK.world(scale)) == PACK.pools(PACK.world(scale))


def test_another_seed_gives_another_hospital() -> None:
    assert rows_of(Scale(seed=1)) != rows_of(Scale(seed=2))


def test_the_default_hospital_has_the_size_it_promises() -> None:
    tables = rows_of(Scale())
    assert 30_000 < sum(map(len, tables.values())) < 45_000
    assert len(tables["patient"]) == 2000
    assert 200 <= len(tables["drug"]) <= 300
    kinds = {name for name, rows in tables.items() if not rows}
    assert kinds == {"bed_transfer"}  # nobody was moved before today


def test_residents_carry_valid_ids_and_newcomers_too() -> None:
    world = PACK.world(Scale())
    people = [person for _, person in world.persons] + list(PACK.pools(world)["newcomer"])
    assert all(resident_id_valid(person.resident_id) for person in people)
    assert len({person.resident_id for person in people}) == len(people)
    assert all(person.resident_id[6:14] == f"{person.birth_date:%Y%m%d}" for person in people)
    assert all((int(person.resident_id[16]) % 2 == 1) == (person.gender_code == "M") for person in people)


def test_the_check_digit_is_that_of_the_standard() -> None:
    # The two worked examples printed in GB 11643-1999.
    assert check_digit("11010519491231002") == "X"
    assert check_digit("44052418800101001") == "4"
    assert resident_id_valid("11010519491231002X")
    assert not resident_id_valid("110105194912310021")
    assert not resident_id_valid("110105194913310021")
    assert not resident_id_valid("1101051949123100")


def test_nobody_is_a_real_person() -> None:
    world = PACK.world(Scale())
    assert {person.resident_id[4:6] for _, person in world.persons} == {"99"}
    assert {person.phone[:2] for _, person in world.persons if person.phone} == {"12"}


def test_some_names_need_four_bytes() -> None:
    names = [person.patient_name for _, person in PACK.world(Scale()).persons]
    assert any(ord(character) > 0xFFFF for name in names for character in name)


def test_the_auditor_notices() -> None:
    """The checks above can fail."""
    tables = rows_of(Scale(outpatients_per_day=5, days=1))
    slot = tables["registration"][0][2]
    tables["registration"][1] = (*tables["registration"][1][:2], slot, slot, *tables["registration"][1][4:])
    tables["payment"].pop()
    tables["stock_batch"][0] = (*tables["stock_batch"][0][:4], -1, tables["stock_batch"][0][5])
    found = " | ".join([*structural(PACK.metadata, tables), *arithmetical(PACK.metadata, tables)])
    for sign in ("['active_slot_id'] not unique", "sold 2 times", "does not add up", "out of balance"):
        assert sign in found
