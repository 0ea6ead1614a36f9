"""A reference leads to the very rows: found again in files of every shape that a run folder has."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from harness.filing.evidence import By, Reference, resolved
from harness.recording import Recording
from tests.unit.test_assess import write_block

NAMES = st.sampled_from(["book", "charge", "dispense", "check_in"])


def write(path: Path, *lines: object) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines))
    return path.name


@given(names=st.lists(NAMES, min_size=1, max_size=40))
def test_rows_of_a_transaction_are_exactly_its_rows(tmp_path_factory: object, names: list[str]) -> None:
    folder: Path = tmp_path_factory.mktemp("run")  # type: ignore[attr-defined]
    write(folder / "transactions.jsonl", *([seq, name, 0, "", []] for seq, name in enumerate(names, 1)))
    write(folder / "workload" / "w.jsonl", *([seq, 1, 0, name, {"a": 1}] for seq, name in enumerate(names, 1)))
    wanted = sorted(set(names))
    references = [
        Reference(path, By.TRANSACTION, n) for n in wanted for path in ("transactions.jsonl", "workload/w.jsonl")
    ]
    found = resolved(folder, references)
    for reference, evidence in found.items():
        own = [number for number, name in enumerate(names, 1) if name == reference.value]
        assert evidence.count == len(own)
        assert int(evidence.rows.split(",")[0].split("–")[0].split(" ")[0]) == own[0]
        assert all(f'"{reference.value}"' in line for line in evidence.excerpt)


def test_an_item_is_found_by_its_number_wherever_it_stands(tmp_path: Path) -> None:
    write(tmp_path / "t.jsonl", [7, "book"], [17, "charge"], [1, "book"], [177, "charge"])
    (seventeen, both) = (Reference("t.jsonl", By.SEQ, "17"), Reference("t.jsonl", By.SEQ, "1,177"))
    found = resolved(tmp_path, [seventeen, both])
    assert (found[seventeen].rows, found[seventeen].excerpt) == ("2", ('[17,"charge"]',))
    assert (found[both].rows, found[both].count) == ("3–4", 2)


def test_rows_of_a_table_stand_below_its_head(tmp_path: Path) -> None:
    write(
        tmp_path / "state.jsonl",
        {"table": "patient", "rows": 3}, ["P1", "甲"], ["P2", "乙"], ["P20", "丙"], {"table": "empty", "rows": 0},
        {"table": "charge", "rows": 1}, ["P1", 3],
    )  # fmt: skip
    whole, one, other = (Reference("state.jsonl", By.TABLE, v) for v in ("patient", "patient;P2", "charge"))
    found = resolved(tmp_path, [whole, one, other])
    assert [found[r].rows for r in (whole, one, other)] == ["2–4", "3", "7"]
    assert found[one].excerpt == ('["P2","乙"]',)


def test_fields_pointers_and_files_that_are_gone(tmp_path: Path) -> None:
    write(tmp_path / "cases.jsonl", {"case": "good", "message": "a"}, {"case": "good", "message": "b"})
    document = {"findings": [{"id": "F1", "n": 1}, {"id": "F2", "n": 2}], "a/b": {"c": 3}}
    by_field = Reference("cases.jsonl", By.FIELD, "message=b;case=good")
    by_id, deep, none = (Reference("result.json", By.POINTER, p) for p in ("/findings/id=F2", "/a~1b/c", "/nothing/0"))
    gone = Reference("recordings/x.jsonl", By.SEQ, "1")
    found = resolved(tmp_path, [by_field, by_id, deep, none, gone], json.dumps(document).encode())
    assert found[by_field].rows == "2"
    assert found[by_id].excerpt == ('{"id": "F2", "n": 2}',)
    assert found[deep].excerpt == ("3",)
    assert (found[none].count, found[gone].count) == (0, 0)
    assert [evidence.id for evidence in found.values()] == ["E1", "E2", "E3", "E4", "E5"]


def test_samples_are_counted_by_their_own_transaction_or_step(tmp_path: Path) -> None:
    write_block(tmp_path, 1, "original", 0, n=900)
    path = "recordings/his/load/01-original/samples.parquet"
    facts = Recording(tmp_path / "recordings/his/load/01-original").facts()
    first, (select, *_) = facts["transactions"][0], facts["steps"]
    asked = {
        "": 1800, f"transaction={first}": 600, f"step={select}": 900, "transaction=unknown": 0, "step=unknown": 0,
    }  # fmt: skip
    references = {value: Reference(path, By.SAMPLES, value) for value in asked}
    found = resolved(tmp_path, references.values())
    assert {value: found[reference].count for value, reference in references.items()} == asked
    assert found[references[f"transaction={first}"]].query == f"transaction = {first}"
