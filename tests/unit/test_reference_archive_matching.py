"""When the reference archive finds something: PS3.4 C.2.2.2, key by key."""

from __future__ import annotations

from typing import Any

import pytest

from scenarios.reference.archive.matching import date_range, is_open, matches, single

WANG = {"Alphabetic": "Wang^XiaoDong", "Ideographic": "王^小东"}


def name(alphabetic: str = "", ideographic: str = "") -> dict[str, str]:
    return {key: value for key, value in (("Alphabetic", alphabetic), ("Ideographic", ideographic)) if value}


@pytest.mark.parametrize(
    ("vr", "wanted", "found", "matching"),
    [
        ("PN", name("WANG^xiaodong"), WANG, True),
        ("PN", name("wang*"), WANG, True),
        ("PN", name("Wang^XiaoDong^"), WANG, True),  # empty components at the end say nothing
        ("PN", name("王*"), WANG, True),
        ("PN", name("王^小?"), WANG, True),
        ("PN", name("王^小"), WANG, False),
        ("PN", name("Wang*", "李*"), WANG, False),
        ("PN", name("", "王^小东"), WANG, True),
        ("LO", "XH*", "XH0001", True),
        ("LO", "xh*", "XH0001", False),
        ("LO", "XH000?", "XH0001", True),
        ("LO", "XH0001 ", "XH0001", True),
        ("LO", "a.c", "abc", False),
        ("DA", "20260302", "20260302", True),
        ("DA", "20260301-20260302", "20260302", True),
        ("DA", "20260303-", "20260302", False),
        ("DA", "-20260302", "20260302", True),
        ("TM", "1000-1059", "105930.5", True),
        ("TM", "1011", "101112", True),
        ("TM", "1012", "101112", False),
        ("IS", 7, 7.0, True),
        ("CS", "CT", "CT", True),
        ("CS", "CT", "MR", False),
    ],
)
def test_a_key_matches(vr: str, wanted: Any, found: Any, matching: bool) -> None:
    keys, candidate = {"00100010": {"vr": vr, "Value": [wanted]}}, {"00100010": {"vr": vr, "Value": [found]}}
    assert matches(keys, candidate) is matching


def test_an_empty_key_matches_everything_and_a_star_what_is_missing() -> None:
    for key in ({"vr": "LO"}, {"vr": "LO", "Value": [""]}, {"vr": "LO", "Value": ["*"]}, {"vr": "SQ", "Value": [{}]}):
        assert matches({"00081030": key}, {})
    assert not matches({"00081030": {"vr": "LO", "Value": ["头颅"]}}, {})


def test_one_of_several_is_enough() -> None:
    keys = {"0020000D": {"vr": "UI", "Value": ["1.2", "1.3"]}}
    assert matches(keys, {"0020000D": {"vr": "UI", "Value": ["1.3"]}})
    assert not matches(keys, {"0020000D": {"vr": "UI", "Value": ["1.30"]}})
    assert matches({"00080061": {"vr": "CS", "Value": ["MR"]}}, {"00080061": {"vr": "CS", "Value": ["CT", "MR"]}})


def test_a_sequence_matches_by_one_of_its_items() -> None:
    def steps(*stations: str) -> dict[str, Any]:
        return {"00400100": {"vr": "SQ", "Value": [{"00400001": {"vr": "AE", "Value": [each]}} for each in stations]}}

    assert matches(steps("CT2"), steps("CT1", "CT2"))
    assert not matches(steps("CT3"), steps("CT1", "CT2"))


def test_what_the_database_can_narrow_by() -> None:
    keys = {
        "00080020": {"vr": "DA", "Value": ["20260301-"]},
        "00100020": {"vr": "LO", "Value": ["XH0001"]},
        "00080050": {"vr": "SH", "Value": ["A*"]},
    }
    assert date_range(keys, "00080020") == ("20260301", "99999999")
    assert date_range({}, "00080020") is None
    assert (single(keys, "00100020"), single(keys, "00080050"), single(keys, "00080020")) == ("XH0001", "", "")
    assert [is_open(key) for key in keys.values()] == [True, False, True]
