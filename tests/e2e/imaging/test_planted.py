"""Orthanc on PostgreSQL against Orthanc on MariaDB: nothing wrong, nothing found; and every planted defect is.

Not here: how they are planted (`defective.py`), one object against another (`test_corpus.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import scenarios
from harness import workload
from harness.model import Role
from harness.result import Judgement, Result
from harness.settings import Plan
from tests.e2e.imaging import defective
from tests.e2e.imaging.defective import Script
from tests.e2e.imaging.hospital import plan
from tests.e2e.imaging.orthancs import ARCHIVE, NEEDED, Orthanc
from tests.e2e.imaging.planted import Defect, Site, missed, site
from tests.e2e.running import roots

pytestmark = [pytest.mark.e2e, *NEEDED, pytest.mark.timeout(600)]

PACK: Any = scenarios.pack("pacs")
OBJECTS, STUDIES = f"table:{ARCHIVE}", f"table:{ARCHIVE}_studies"
PRIVATE = "(0009,01)[XINHENG PACS TEST]"
SLOW_S = 0.15


def uid(row: Mapping[str, Any]) -> str:
    return str(row["SOPInstanceUID"])


def in_utf8(row: Mapping[str, Any]) -> bool:
    return row["SpecificCharacterSet"] == "ISO_IR 192" and row["Modality"] == "MR"


def with_private(row: Mapping[str, Any]) -> bool:
    return bool(row[PRIVATE])


def another_day(here: Site) -> None:
    """Within the days that the harness looks at."""
    study = here.object(lambda row: row["StudyDate"] > "20260228", skip=-1)
    defective.retell(here.orthanc, study["StudyInstanceUID"], (0x0008, 0x0020), "20260228")


DEFECTS = {
    "an object removed behind its back": Defect(
        behind=lambda here: defective.remove(here.orthanc, uid(here.object(in_utf8))),
        found=(("silent_loss", OBJECTS, ""),),
    ),
    "an attribute changed in the index": Defect(behind=another_day, found=(("text", STUDIES, "StudyDate"),)),
    "a wrong character set": Defect(
        behind=lambda here: defective.change(here.orthanc, uid(here.object(in_utf8, skip=1)), defective.in_latin),
        found=(("charset", OBJECTS, "PatientName"), ("text", OBJECTS, "SpecificCharacterSet")),
    ),
    "a private attribute dropped": Defect(
        behind=lambda here: defective.change(
            here.orthanc, uid(here.object(with_private, skip=-2)), defective.without_private
        ),
        found=(("null", OBJECTS, PRIVATE),),
    ),
    "a removal that is confirmed and not carried out": Defect(
        during=lambda here: here.gates.deaf_to_removals(), found=(("row_extra", OBJECTS, ""),)
    ),
}
FORGETFUL = Defect(during=lambda here: here.script.told("forgetful"), found=(("silent_loss", OBJECTS, ""),))


@pytest.fixture(scope="module")
def here(
    on_postgresql: Orthanc, on_mariadb: Orthanc, script: Script, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """With every transaction of the pack, once."""
    archives, home = (on_postgresql, on_mariadb), tmp_path_factory.mktemp("hospital")
    with pytest.MonkeyPatch.context() as changed, site(archives, script, home, PACK, counting=False) as made:
        changed.setattr(workload, "EACH_AT_LEAST", 1)
        yield made


@pytest.fixture(scope="module")
def healthy(here: Site) -> Result:
    return here.healthy()


def verdict(result: Result, clause: str) -> Judgement:
    return next(v.verdict for v in result.verdicts if v.clause == clause)


def assert_nothing_found(result: Result) -> None:
    assert [f for f in result.findings if f.explained_by != "noise"] == []
    ledger = result.ledger["pacs"]
    assert ledger.total == ledger.equal + ledger.equal_by_rule
    assert [each for each in result.images if each.lost or each.twice] == []
    assert {each.modality for each in result.images} >= {"CT", "MR", "DX", "CR", "US", "SR", "KO"}
    assert all(each.holds for each in result.invariants)


def test_where_nothing_is_wrong_nothing_is_found(healthy: Result) -> None:
    assert_nothing_found(healthy)
    assert healthy.ledger["pacs"].total > 100


def test_every_defect_is_found_with_its_kind(healthy: Result, here: Site, tmp_path: Path) -> None:
    """All at once, each with other objects."""
    result = here.with_defects(tmp_path / "run", *DEFECTS.values())
    unexplained = [f for f in result.findings if not f.explained_by]
    assert {name: lacking for name, defect in DEFECTS.items() if (lacking := missed(unexplained, defect))} == {}
    assert sum(each.lost for each in result.images if each.stack == Role.MIGRATED.value) == 1
    assert verdict(result, "PV-FUNC-1") is Judgement.FAIL


@pytest.mark.long
@pytest.mark.parametrize("name", [*DEFECTS, "objects that are confirmed and not stored"])
def test_a_defect_alone_is_found_with_its_kind(name: str, healthy: Result, here: Site, tmp_path: Path) -> None:
    defect = DEFECTS.get(name, FORGETFUL)
    result = here.with_defects(tmp_path / "run", defect)
    assert missed([f for f in result.findings if not f.explained_by], defect) == []
    assert roots(result)
    assert verdict(result, "PV-FUNC-1") is Judgement.FAIL


@pytest.mark.long
def test_where_nothing_is_wrong_nothing_is_found_again_and_again(
    on_postgresql: Orthanc, on_mariadb: Orthanc, script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every transaction several times, each time with other patients, names and bad objects."""
    monkeypatch.setattr(workload, "EACH_AT_LEAST", 6)
    with site((on_postgresql, on_mariadb), script, tmp_path, PACK, counting=False) as whole:
        assert_nothing_found(whole.healthy())


@pytest.fixture
def storing(on_postgresql: Orthanc, on_mariadb: Orthanc, script: Script, tmp_path: Path) -> Iterator[Site]:
    """Ultrasound images alone, for load."""
    alone = replace(PACK, transactions=tuple(t for t in PACK.transactions if t.name == "archive_us"))
    with site((on_postgresql, on_mariadb), script, tmp_path / "hospital", alone, counting=True) as made:
        yield made


def loaded(users: int, rate_per_s: float) -> Plan:
    """A generator that a busy machine delays still counts: what is planted is much longer than that."""
    small = plan()
    level = replace(small.load.levels[0], users=users, rate_per_s=rate_per_s, packs=("pacs",))
    late = replace(small.limits.lag_p99_ms, value=5000.0)
    cpu = replace(small.limits.generator_cpu, value=1.0)
    return replace(
        small,
        load=replace(small.load, seconds=5.0, warmup_seconds=0.5, levels=(level,)),
        limits=replace(small.limits, lag_p99_ms=late, generator_cpu=cpu),
    )


@pytest.mark.long
def test_slow_storing_shows_in_the_times_of_its_message(storing: Site, tmp_path: Path) -> None:
    result = storing.under_load(tmp_path / "run", loaded(2, 6.0), storing.script.told(f"slow {SLOW_S}"))
    assert roots(result) == []
    times = {(each.message, each.stack): each.p50 for each in result.exchange_times if each.count}
    assert times["c_store_image", "migrated"] > times["c_store_image", "original"] + 1000 * SLOW_S / 2


@pytest.mark.long
def test_refusals_at_four_parallel_senders_fail_the_load(storing: Site, tmp_path: Path) -> None:
    """One sender at a time, as in the functional pass, meets none."""
    with storing.script.told(f"slow {SLOW_S}"):  # so that there are always several at once
        result = storing.under_load(tmp_path / "run", loaded(8, 16.0), storing.gates.at_most(3))
    assert roots(result) == []
    assert storing.gates.dicom.refused
    errors = {block.stack: block.errors for block in result.load}
    assert errors["original"] == 0 < errors["migrated"]
    assert verdict(result, "PV-PERF-3") is Judgement.FAIL
