"""Interfaces of a run assessed from its folder alone: the register, samples, and what was sent against what was stored.

A laboratory of one interface whose stacks write different charsets; results are uploaded with a list of values each.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from harness.assess import assess
from harness.assess.carried import stored_fields
from harness.compare.functional import Observed, Recordings
from harness.execute.exchanges import keep_samples
from harness.message import Carried, Interface, Message, Outgoing
from harness.model import Item, Part, ReplyKind, StepRecord, TableState, Transaction, TransactionRecord
from harness.recording import Recording, transaction_line, write_items, write_json, write_state
from harness.result import Judgement, Result, StackFacts
from harness.runfile import pack_as_dict, write_run
from harness.settings import load_plan, plan_as_dict
from tests.unit.fakes import FakePack

OK, REFUSED = ReplyKind.OK, ReplyKind.REFUSED
PLAN = load_plan("smoke")
CHARSETS = {"original": "GB18030", "migrated": "UTF-8"}
VALUES = (("WBC", "5.60"), ("HGB", "131"), ("TXT", "红细胞大小正常𠮷"))
COUNT = 8


def oru(*, charset: str, specimen: str, patient: str, name: str) -> Outgoing:
    obx = "".join(f"OBX|{n}|NM|{code}^x||{value}||||||F\r" for n, (code, value) in enumerate(VALUES, 1))
    text = (
        f"MSH|^~\\&|A|B|LIS|D|20260302083000||ORU^R01|{specimen}|P|2.5.1||||||{charset}\r"
        f"PID|1||{patient}||{name}\rOBR|1||{specimen}||||20260302080000+0800\r{obx}"
    )
    return Outgoing(body=text.encode(charset))


def ack(stack: str, run: int, specimen: str, code: str = "AA") -> bytes:
    head = f"MSH|^~\\&|LIS|D|A|B|202603020830{run:02d}||ACK|{run}{specimen}|P|2.5.1||||||{CHARSETS[stack]}"
    return f"{head}\rMSA|{code}|{specimen}|已接收\r".encode(CHARSETS[stack])


UPLOAD = Message(
    name="results_oru", title="仪器结果上传", interface="lis_hl7", content="hl7", compose=oru,
    carried=(
        Carried(
            table="lis_specimen", key={"specimen_no": "OBR.3"},
            columns={"patient_id": "PID.3", "patient_name": "PID.5", "sampled_at": "OBR.7"},
        ),
        Carried(
            table="lis_result", each="OBX", key={"specimen_no": "OBR.3", "set_id": "OBX[*].1"},
            columns={"item": "OBX[*].3.1", "value": "OBX[*].5"},
        ),
    ),
)  # fmt: skip
FIND = Message(name="find_report", title="报告查询", interface="lis_hl7", content="hl7", compose=oru)
HL7 = Interface(name="lis_hl7", title="检验申请与结果", kind="mllp", peer="检验仪器", version="HL7 v2.5.1")
SOAP = Interface(name="lis_soap", title="报告服务", kind="soap", peer="自助机", version="WS/T 501—2016")


class Laboratory(FakePack):
    """A pack with one interface."""

    name = "lis"
    interfaces = (HL7,)
    messages: Mapping[str, Message] = {"results_oru": UPLOAD}
    transactions = (Transaction(name="upload", title="结果上传", draw=dict, act=dict, interfaces=("lis_hl7",)),)


ITEMS = [
    Item(seq=n, transaction="upload", params={"specimen": f"S{n:06d}", "patient": f"P{n:06d}", "name": f"张{n}"})
    for n in range(1, COUNT + 1)
]


@dataclass
class Played:
    """What one stack recorded; a test changes some of it."""

    records: list[TransactionRecord]
    specimens: list[list[Any]]
    results: list[list[Any]]

    def after(self) -> dict[str, TableState]:
        return {
            s.table: s
            for s in (
                table("lis_specimen", "specimen_no patient_id patient_name sampled_at", 1, self.specimens),
                table("lis_result", "specimen_no set_id item value", 2, self.results),
            )
        }


def table(name: str, columns: str, keys: int, rows: Sequence[Sequence[Any]]) -> TableState:
    names = tuple(columns.split())
    return TableState(table=name, columns=names, key=names[:keys], rows=tuple(map(tuple, rows)))


def played(stack: str, run: int) -> Played:
    records, specimens, results = [], [], []
    for item in ITEMS:
        p: dict[str, Any] = dict(item.params)
        sent = oru(charset=CHARSETS[stack], **p).body
        step = StepRecord(
            statement="results_oru",
            kind=OK,
            error_class="",
            affected=-1,
            sent=sent,
            body=ack(stack, run, p["specimen"]),
        )
        end = StepRecord(statement="commit", kind=OK, error_class="", affected=-1)
        records.append(TransactionRecord(seq=item.seq, transaction="upload", outcome=OK, reason="", steps=(step, end)))
        at = dt.datetime.fromisoformat("2026-03-02T08:00:00")
        specimens.append([p["specimen"], p["patient"], p["name"], at])
        results += [[p["specimen"], n, code, value] for n, (code, value) in enumerate(VALUES, 1)]
    return Played(records=records, specimens=specimens, results=results)


def write_recording(run: Path, name: str, made: Played) -> None:
    recording = Recording(run / "recordings/lis/functional" / name)
    recording.begin()
    with (recording.folder / "transactions.jsonl").open("wb") as out:
        out.writelines(map(transaction_line, made.records))
    empty = [replace(state, rows=()) for state in made.after().values()]
    write_state(recording.folder / "state-before.jsonl", empty)
    write_state(recording.folder / "state-after.jsonl", made.after().values())
    write_json(recording.folder / "invariants.json", [])
    recording.seal({"kind": "functional"})


def write_whole(run: Path, *, pack: FakePack | None = None, parts: Sequence[Part] = (Part.FUNCTIONAL,)) -> Path:
    pack = pack or Laboratory()
    write_run(
        run,
        {
            "format": 1, "run_id": "r1", "created": "2026-11-22T08:00:00+08:00", "plan": plan_as_dict(PLAN),
            "stacks": {
                stack: {"title": stack, "hosts": [], "endpoints": {"lis_hl7": {"kind": "mllp", "charset": charset}}}
                for stack, charset in CHARSETS.items()
            },
            "packs": {"lis": pack_as_dict(pack, {"lis_hl7"})}, "versions": {}, "self_test": {}, "shared_host": False,
            "epoch": {"wall": 0.0, "mono_ns": 0}, "parts": list(parts), "probes": [],
        },
    )  # fmt: skip
    write_items(run / "workload/lis-functional.jsonl", ITEMS)
    for stack in CHARSETS:
        facts = StackFacts(title=stack, product="P", product_id="p", version="1", banner="b")
        write_json(run / "facts" / f"{stack}.json", asdict(facts))
    write_json(run / "facts/interfaces.json", {s: {"lis_hl7": {"charset": c}} for s, c in CHARSETS.items()})
    write_recording(run, "original-1", played("original", 1))
    write_recording(run, "original-2", played("original", 2))
    write_recording(run, "migrated-1", played("migrated", 3))
    keep_samples(run, pack)
    return run


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_whole(tmp_path_factory.mktemp("interfaces") / "run")


@pytest.fixture
def run(healthy: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(healthy, tmp_path / "run"))


def verdict(result: Result, clause: str) -> tuple[Judgement, str]:
    return next((v.verdict, v.reason) for v in result.verdicts if v.clause == clause)


# --------------------------------------------------------------------------- a whole run


def test_two_stacks_of_different_charsets_agree(healthy: Path) -> None:
    result, _ = assess(healthy)
    assert result.findings == ()
    assert verdict(result, "PV-INTF-1")[0] is Judgement.PASS, verdict(result, "PV-INTF-1")
    assert verdict(result, "PV-INTF-2")[0] is Judgement.PASS, verdict(result, "PV-INTF-2")
    (use,) = result.interfaces
    assert (use.pack, use.name, use.peer, use.used) == ("lis", "lis_hl7", "检验仪器", True)
    assert (use.original, use.migrated) == ({"charset": "GB18030"}, {"charset": "UTF-8"})
    (message,) = use.messages
    assert (message.sent, message.equal, message.original, message.migrated) == (COUNT, COUNT, {"ok": 8}, {"ok": 8})
    assert {(s.table, s.stack, s.checked, s.wrong) for s in result.stored_fields} == {
        (table, stack, checked, 0)
        for table, checked in (("lis_result", COUNT * 3 * 2), ("lis_specimen", COUNT * 3))
        for stack in CHARSETS
    }


def test_samples_are_files_as_they_were_exchanged(healthy: Path) -> None:
    (message,) = assess(healthy)[0].interfaces[0].messages
    assert sorted(message.samples) == [
        f"samples/results_oru-{n}-{part}.hl7" for n in (1, 2, 3) for part in ("migrated", "original", "sent")
    ]
    for name, digest in message.samples.items():
        assert hashlib.sha256((healthy / "interfaces/lis" / name).read_bytes()).hexdigest() == digest
    assert (healthy / "interfaces/lis/samples/results_oru-1-sent.hl7").read_bytes().startswith(b"MSH|")
    assert "已接收" in (healthy / "interfaces/lis/samples/results_oru-3-original.hl7").read_bytes().decode("gb18030")


def test_without_its_recordings_nothing_is_claimed(run: Path) -> None:
    shutil.rmtree(run / "recordings/lis/functional/migrated-1")
    result, _ = assess(run)
    assert verdict(result, "PV-INTF-1")[0] is Judgement.INCONCLUSIVE
    assert verdict(result, "PV-INTF-2")[0] is Judgement.NOT_RUN
    shutil.rmtree(run / "recordings")
    shutil.rmtree(run / "workload")
    result, _ = assess(run)
    assert verdict(result, "PV-INTF-1")[0] is Judgement.INCONCLUSIVE
    assert [use.used for use in result.interfaces] == [True]


def test_noise_unknown_is_no_pass(run: Path) -> None:
    shutil.rmtree(run / "recordings/lis/functional/original-2")
    assert verdict(assess(run)[0], "PV-INTF-1")[0] is Judgement.INCONCLUSIVE


def test_a_message_that_nobody_sent_and_an_interface_without_endpoint(tmp_path: Path) -> None:
    class More(Laboratory):
        interfaces = (HL7, SOAP)
        messages: Mapping[str, Message] = {"results_oru": UPLOAD, "find_report": FIND}

    found, reason = verdict(assess(write_whole(tmp_path / "run", pack=More()))[0], "PV-INTF-1")
    assert found is Judgement.INCONCLUSIVE
    assert "报告查询" in reason and "报告服务" in reason


def test_the_register_does_not_need_the_functional_pass(tmp_path: Path) -> None:
    result, _ = assess(write_whole(tmp_path / "run", parts=(Part.LOAD,)))
    assert [use.name for use in result.interfaces] == ["lis_hl7"]
    assert verdict(result, "PV-INTF-1")[0] is Judgement.NOT_RUN
    assert result.interfaces[0].messages[0].sent == 0


def test_a_wrong_reply_fails_with_its_path(run: Path) -> None:
    made = played("migrated", 3)
    wrong = [
        replace(r, steps=(replace(r.steps[0], body=r.steps[0].body.replace("已接收".encode(), b"OK")), r.steps[1]))
        for r in made.records
    ]
    write_recording(run, "migrated-1", replace(made, records=wrong))
    found, reason = verdict(assess(run)[0], "PV-INTF-1")
    assert found is Judgement.FAIL and "仪器结果上传 MSA.3（文字不同 8 处）" in reason


# --------------------------------------------------------------------------- sent against stored


def changed(edits: Mapping[str, Callable[[Played], None]]) -> list[tuple[int, int, int, int]]:
    """(checked, wrong, missing rows, alike) of the migrated stack, specimens before results. `edits`: by stack."""
    sides = {stack: played(stack, 1) for stack in CHARSETS}
    for stack, edit in edits.items():
        edit(sides[stack])
    original, migrated = (
        Observed(transactions=tuple(sides[stack].records), after=sides[stack].after()) for stack in CHARSETS
    )
    known = {
        "stacks": {s: {"endpoints": {"lis_hl7": {"charset": c}}} for s, c in CHARSETS.items()},
        "packs": {"lis": pack_as_dict(Laboratory(), {"lis_hl7"})},
    }
    recordings = Recordings(original_1=original, original_2=original, migrated=migrated)
    found = [s for s in stored_fields(known, "lis", recordings) if s.stack == "migrated"]
    return [(s.checked, s.wrong, s.missing_rows, s.alike) for s in reversed(found)]


SPECIMENS, RESULTS = (COUNT * 3, 0, 0, 0), (COUNT * 6, 0, 0, 0)


def value(row: int, column: int, new: Any) -> Callable[[Played], None]:
    return lambda made: made.results[row].__setitem__(column, new)


def name_of(row: int, new: Any) -> Callable[[Played], None]:
    return lambda made: made.specimens[row].__setitem__(2, new)


def drop_result(made: Played) -> None:
    del made.results[4]


def drop_specimens(made: Played) -> None:
    made.specimens.clear()


def numbers(made: Played) -> None:
    """The key is a number here, and the value one of another scale."""
    made.results = [[row[0], Decimal(row[1]), *row[2:]] for row in made.results]


def pad(made: Played) -> None:
    """The key is CHAR."""
    made.specimens = [[f"{row[0]}   ", *row[1:]] for row in made.specimens]


BOTH = ("original", "migrated")


@pytest.mark.parametrize(
    ("edit", "stacks", "specimens", "results"),
    [
        (value(1, 3, "131"), BOTH, SPECIMENS, RESULTS),
        (value(1, 3, "132"), ("migrated",), SPECIMENS, (COUNT * 6, 1, 0, 0)),
        (value(1, 3, "132"), ("original",), SPECIMENS, RESULTS),
        (value(1, 3, "132"), BOTH, SPECIMENS, (COUNT * 6, 1, 0, 1)),
        (value(2, 3, "红细胞大小正常?"), ("migrated",), SPECIMENS, (COUNT * 6, 1, 0, 0)),
        (value(2, 3, None), ("migrated",), SPECIMENS, (COUNT * 6, 1, 0, 0)),
        (name_of(3, "张"), ("migrated",), (COUNT * 3, 1, 0, 0), RESULTS),
        (drop_result, ("migrated",), SPECIMENS, (COUNT * 6 - 2, 0, 1, 0)),
        (drop_result, BOTH, SPECIMENS, (COUNT * 6 - 2, 0, 1, 1)),
        (drop_specimens, ("migrated",), (0, 0, COUNT, 0), RESULTS),
        (numbers, ("migrated",), SPECIMENS, RESULTS),
        (pad, ("migrated",), SPECIMENS, RESULTS),
    ],
)
def test_what_was_stored_of_what_was_sent(
    edit: Callable[[Played], None], stacks: tuple[str, ...], specimens: tuple[int, ...], results: tuple[int, ...]
) -> None:
    assert changed(dict.fromkeys(stacks, edit)) == [specimens, results]


def test_the_same_place_stored_wrong_in_another_way_is_not_alike() -> None:
    edits = {"original": value(1, 3, "133"), "migrated": value(1, 3, "132")}
    assert changed(edits) == [SPECIMENS, (COUNT * 6, 1, 0, 0)]


def test_what_was_refused_need_not_be_stored() -> None:
    def refuse(made: Played) -> None:
        first = made.records[0]
        made.records[0] = replace(first, steps=(replace(first.steps[0], kind=REFUSED), first.steps[1]))
        del made.specimens[0], made.results[:3]

    assert changed(dict.fromkeys(BOTH, refuse)) == [(COUNT * 3 - 3, 0, 0, 0), (COUNT * 6 - 6, 0, 0, 0)]


def test_a_table_that_was_not_read_holds_nothing() -> None:
    def nothing(made: Played) -> None:
        made.after = dict

    assert changed({"migrated": nothing}) == [(0, 0, COUNT, 0), (0, 0, COUNT * 3, 0)]
