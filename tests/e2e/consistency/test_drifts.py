"""Schemas that drifted: each drift is told as what it is, of a faithful table nothing is."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.sql import driver_for
from harness.data_result import TablesSettings, Weight
from tests.e2e.consistency.comparing import compared
from tests.e2e.consistency.drifts import Drift, drifts, prepare
from tests.e2e.consistency.test_battery import H2, MARIADB, endpoint

pytestmark = pytest.mark.e2e

MINE = TablesSettings(original={}, migrated={}, tables=("drift_*",))


@pytest.mark.parametrize(
    ("original", "migrated"),
    [
        ("postgresql", "postgresql"),
        ("postgresql", "oceanbase"),
        pytest.param("postgresql", "mariadb", marks=MARIADB),
        pytest.param("mariadb", "oceanbase", marks=MARIADB),
        pytest.param("postgresql", "h2", marks=H2),
    ],
)
def test_every_drift_and_nothing_of_what_is_the_same(
    original: str, migrated: str, servers: Path, tmp_path: Path
) -> None:
    sides = driver_for(endpoint(original, "original", servers)), driver_for(endpoint(migrated, "migrated", servers))
    for side, driver in enumerate(sides):
        prepare(driver, migrated=bool(side))
    result = compared(*sides, tmp_path / "out", MINE)
    mine = [each for each in result.schema if (each.table or each.name).lower().startswith("drift")]
    told = {Drift(each.kind, each.table.lower(), each.name.lower()) for each in mine if each.weight is Weight.MUST}
    assert told == drifts(sides[0].family, sides[1].family)
    noted = {(each.kind, each.table) for each in mine if each.weight is Weight.NOTE}
    assert ("index_missing", "drift_visit") in noted
    assert {kind for kind, table in noted if table == "drift_kept"} <= {"index_extra"}
