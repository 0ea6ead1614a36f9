"""Everything that was planted is reported under its class, and nothing else is: four pairs of real databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.servers import server_for
from harness.model import SqlEndpoint
from harness.result import Judgement
from tests.conftest import jar_folder
from tests.e2e.consistency.battery import tables
from tests.e2e.consistency.comparing import compared, fill, reported

pytestmark = pytest.mark.e2e

MARIADB = pytest.mark.needs_apt("mariadb-server-core")
H2 = pytest.mark.needs_apt("libh2-java")


def endpoint(product: str, role: str, servers: Path) -> SqlEndpoint:
    if product == "h2":
        return SqlEndpoint(
            url="jdbc:h2:mem:battery;DB_CLOSE_DELAY=-1", product="h2", user="sa", jdbc=True, jar=str(jar_folder())
        )
    known = server_for(product, servers / product / f"battery-{role}").start()
    return SqlEndpoint(url=known["url"], product=known["product"])


@pytest.mark.parametrize(
    ("original", "migrated"),
    [
        ("postgresql", "oceanbase"),
        pytest.param("postgresql", "mariadb", marks=MARIADB),
        pytest.param("mariadb", "oceanbase", marks=MARIADB),
        pytest.param("postgresql", "h2", marks=H2),
    ],
)
def test_every_planted_difference_under_its_class(original: str, migrated: str, servers: Path, tmp_path: Path) -> None:
    with_h2 = migrated == "h2"
    planted = list(tables(nan=original == "postgresql" and not with_h2, zone=not with_h2))
    sides = (
        fill(endpoint(original, "original", servers), planted, migrated=False),
        fill(endpoint(migrated, "migrated", servers), planted, migrated=True),
    )
    result = compared(*sides, tmp_path / "out")
    found = reported(result)
    assert {each.name: found.get(each.name) for each in planted} == {each.name: each.expected() for each in planted}
    assert result.judgement is Judgement.FAIL
    assert sum(plant.count for each in planted for plant in each.plants) >= 50
