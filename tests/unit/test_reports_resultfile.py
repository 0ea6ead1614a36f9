"""result.json and series.json: the same result gives the same bytes, both ways, and the published schema holds."""

from __future__ import annotations

import copy
import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from harness import data_result, interface_result, load_result
from harness import result as nouns
from harness.errors import BadInput, Fault, RecordingBroken
from harness.result import Result, Series
from reports import resultfile
from tests.golden import fake_result

MODULES = (nouns, interface_result, load_result, data_result)
RESULTS: dict[str, Callable[[], Result]] = {
    "rich": fake_result.rich,
    "small": fake_result.small,
    "hostile": fake_result.hostile,
}


def checker(name: str = "result") -> jsonschema.Draft202012Validator:
    schema = resultfile.schema(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_survives_its_file(name: str, tmp_path: Path) -> None:
    result = RESULTS[name]()
    path = resultfile.write_result(tmp_path / "result.json", result)
    assert resultfile.read_result(path) == result
    assert resultfile.dump(resultfile.read_result(path)) == path.read_bytes()
    assert [p.name for p in tmp_path.iterdir()] == ["result.json"]


@pytest.mark.parametrize("make", [fake_result.rich_series, fake_result.hostile_series])
def test_a_series_survives_its_file(make: Callable[[], Series], tmp_path: Path) -> None:
    series = make()
    path = resultfile.write_series(tmp_path / "series.json", series)
    assert resultfile.read_series(path) == series


@pytest.mark.parametrize("name", ["rich", "small"])
def test_the_file_fulfils_the_schema(name: str) -> None:
    checker().validate(json.loads(resultfile.dump(RESULTS[name]())))


def test_the_series_file_fulfils_its_schema() -> None:
    checker("series").validate(json.loads(resultfile.dump(fake_result.rich_series())))


def described(schema: dict[str, Any]) -> list[set[str]]:
    """The property sets of every object that the schema closes."""
    parts = [schema, *schema["$defs"].values()]
    return [set(part["properties"]) for part in parts if "properties" in part and "additionalProperties" in part]


@pytest.mark.parametrize(("name", "root"), [("result", "Result"), ("series", "Series")])
def test_the_schema_names_every_field_and_no_other(name: str, root: str) -> None:
    series = {"Series", "Distribution", "Timeline", "Window", "PercentileAtLoad", "HeatMap"}
    elsewhere = {"Examination", "FixedParameter"}  # what `xinheng doctor` shows
    elsewhere |= {
        "Databases",
        "StretchLine",
        "RoundLine",
        "TableLine",
        "Catalogue",
        "Answers",
    }  # recordings of a comparison of tables
    wanted = [
        {f.name for f in dataclasses.fields(noun)}
        for noun in {n for module in MODULES for n in vars(module).values() if isinstance(n, type)}
        if dataclasses.is_dataclass(noun) and noun.__name__ not in elsewhere
        if (noun.__name__ in series) == (root == "Series")
    ]
    assert len(wanted) >= 4
    assert sorted(map(sorted, described(resultfile.schema(name)))) == sorted(map(sorted, wanted))


def test_the_promised_fields_are_there() -> None:
    """What issue 2 lists for result.json."""
    found = json.loads(resultfile.dump(fake_result.rich()))
    promised = {
        "findings": "pack transaction kind count explained_by examples",
        "invariants": "pack name stack holds",
        "load": "stack pack level users throughput_per_s errors lag_p99_ms generator_cpu valid",
        "estimates": "pack transaction metric value low high n method",
        "verdicts": "clause title verdict reason evidence",
    }
    for key, fields in promised.items():
        assert set(fields.split()) <= set(found[key][0]), key
    for stack in ("original", "migrated"):
        assert {"product", "version", "banner"} <= set(found["stacks"][stack])
        assert {"cpu", "memory", "disk", "network"} <= set(found["readings"][stack])
    assert {"total", "equal", "equal_by_rule", "different", "error", "not_run"} == set(found["ledger"]["his"])


def _drop_a_verdict_word(found: dict[str, Any]) -> None:
    found["verdicts"][0]["verdict"] = "maybe"


def _add_an_unknown_key(found: dict[str, Any]) -> None:
    found["findings"][0]["severity"] = "high"


def _show_four_examples(found: dict[str, Any]) -> None:
    found["findings"][0]["examples"] *= 4


def _lose_a_stack(found: dict[str, Any]) -> None:
    del found["stacks"]["migrated"]


def _cover_too_much(found: dict[str, Any]) -> None:
    found["readings"]["original"]["cpu"]["coverage"] = 1.2


@pytest.mark.parametrize(
    "change", [_drop_a_verdict_word, _add_an_unknown_key, _show_four_examples, _lose_a_stack, _cover_too_much]
)
def test_the_schema_refuses(change: Callable[[dict[str, Any]], None]) -> None:
    found = json.loads(resultfile.dump(fake_result.rich()))
    changed = copy.deepcopy(found)
    change(changed)
    with pytest.raises(jsonschema.ValidationError):
        checker().validate(changed)


def test_what_json_cannot_hold_is_a_fault_not_a_file(tmp_path: Path) -> None:
    estimate = dataclasses.replace(fake_result.rich().estimates[0], high=float("inf"))
    with pytest.raises(Fault, match="JSON"):
        resultfile.write_result(tmp_path / "r.json", dataclasses.replace(fake_result.small(), estimates=(estimate,)))
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_another_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    path.write_bytes(resultfile.dump(dataclasses.replace(fake_result.small(), format=99)))
    with pytest.raises(BadInput, match="99"):
        resultfile.read_result(path)


@pytest.mark.parametrize("content", [b"", b"{", b'{"format": 1}', b'{"format": 1, "run_id": 7}', b"\xff\xfe", b"[]"])
def test_a_broken_file_is_named(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    path.write_bytes(content)
    with pytest.raises(Fault, match=r"result\.json"):
        resultfile.read_result(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordingBroken, match=r"series\.json"):
        resultfile.read_series(tmp_path / "series.json")


def test_an_old_file_stays_until_the_new_one_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = resultfile.write_result(tmp_path / "result.json", fake_result.small())
    before = path.read_bytes()

    def crash(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", crash)
    with pytest.raises(KeyboardInterrupt):
        resultfile.write_result(path, fake_result.rich())
    assert path.read_bytes() == before
