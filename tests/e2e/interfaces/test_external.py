"""Systems that nobody here wrote are imported, driven and compared by configuration alone; no database anywhere."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hl7
import pytest

from harness.cli import main
from tests.contract_messages.peers import independent_mllp
from tests.e2e.interfaces.external import openapi_server, stacks_file

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[3]
REAL_NAME, REAL_PHONE = "张晓梅", "13812345678"
ORDER = (
    "MSH|^~\\&|HIS|H1|LIS|H1|20260301083000||ORM^O01^ORM_O01|{id}|P|2.5.1||||||GBK\r"
    f"PID|1||10023456^^^HIS^PI||{REAL_NAME}||19800101|F|||平江路88号||{REAL_PHONE}\r"
    "ORC|NW|{order}\rOBR|1|{order}||BLD001^血常规^L\r"
    f"NTE|1||{REAL_NAME}家属来电 {REAL_PHONE}\r"
)
UPDATE = f"MSH|^~\\&|HIS|H1|LIS|H1|20260301||ADT^A08|U1|P|2.5.1\nPID|1||10023456||{REAL_NAME}\nPV1|1|O\n"
ANSWER = "MSH|^~\\&|LIS|H1|HIS|H1|20260301||ACK|77|P|2.5.1\rMSA|AA|M1\r"


Command = Callable[..., tuple[int, Any]]


@pytest.fixture
def done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Command]:
    """Runs a command where the test's files are: exit code and JSON, or what it complained of."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))  # for load processes
    before = [(number, signal.getsignal(number)) for number in (signal.SIGTERM, signal.SIGINT)]

    def run(*arguments: str) -> tuple[int, Any]:
        capsys.readouterr()
        code = main([*arguments, "--json"])
        out, err = capsys.readouterr()
        return code, json.loads(out) if out else err

    yield run
    for number, handler in before:
        signal.signal(number, handler)


@pytest.fixture
def captured(tmp_path: Path) -> Path:
    """HL7 as interface engines leave it: framed or not, GBK or UTF-8, whatever ends the segments."""
    folder = tmp_path / "captured"
    folder.mkdir()
    orders = [ORDER.format(id=f"M{n}", order=f"ORD{n}").encode("gbk") for n in (1, 2)]
    (folder / "orders.dat").write_bytes(b"".join(b"\x0b" + order + b"\x1c\r" for order in orders))
    (folder / "update.hl7").write_text(UPDATE, encoding="utf-8")
    (folder / "answer.hl7").write_text(ANSWER, encoding="utf-8")
    return folder


def verdicts(result: dict[str, Any]) -> dict[str, str]:
    return {verdict["clause"]: verdict["verdict"] for verdict in result["verdicts"]}


def all_equal(ledger: dict[str, int]) -> bool:
    return 0 < ledger["total"] == ledger["equal"]


def test_captured_hl7_against_an_mllp_server(
    done: Command, captured: Path, tmp_path: Path, plan_without_data: Path
) -> None:
    code, told = done("pack", "import", "--hl7", "captured", "--out", "orders")
    assert code == 0
    assert told["messages"] == ["adt_a08", "orm_o01"]
    assert told["replaced"]["姓名"] == 3
    written = "".join(file.read_text(encoding="utf-8") for file in (tmp_path / "orders").rglob("*") if file.is_file())
    assert REAL_NAME not in written
    assert REAL_PHONE not in written

    run = ("run", "--packs", "orders", "--plan", str(plan_without_data))
    with independent_mllp() as one, independent_mllp() as other:
        urls = {"original": f"mllp://127.0.0.1:{one}", "migrated": f"mllp://127.0.0.1:{other}"}
        stacks = stacks_file(tmp_path / "stacks.toml", "orders_hl7", urls)
        code, result = done(*run, "--stacks", str(stacks), "--only", "functional,load", "--out", "alike")
    assert all_equal(result["ledger"]["orders"])
    assert result["findings"] == []
    judged = verdicts(result)
    assert judged["PV-INTF-1"] == "pass"
    assert judged["PV-FUNC-1"] == "inconclusive"  # nothing is known of what was stored
    assert judged["PV-COMP-2"] == "not run"
    concurrency = next(v for v in result["verdicts"] if v["clause"] == "PV-PERF-3")
    assert concurrency["verdict"] == "inconclusive"
    assert "并发自检没有做（技术栈没有写数据库地址" in concurrency["reason"]
    assert [block["done"] for block in result["load"]] == [block["planned"] for block in result["load"]]
    assert [block["errors"] for block in result["load"]] == [0, 0]


def test_an_mllp_server_that_answers_otherwise_is_a_finding_with_its_path(
    done: Command, captured: Path, tmp_path: Path, plan_without_data: Path
) -> None:
    def otherwise(message: hl7.Message) -> hl7.Message:
        return message.create_ack(application="LIS2")

    done("pack", "import", "--hl7", "captured", "--out", "orders")
    with independent_mllp() as one, independent_mllp(otherwise) as other:
        urls = {"original": f"mllp://127.0.0.1:{one}", "migrated": f"mllp://127.0.0.1:{other}"}
        stacks = stacks_file(tmp_path / "stacks.toml", "orders_hl7", urls)
        code, result = done(
            "run", "--packs", "orders", "--plan", str(plan_without_data), "--stacks", str(stacks),
            "--only", "functional", "--out", "otherwise",
        )  # fmt: skip
    assert code == 1
    assert {finding["column"] for finding in result["findings"]} == {"MSH.3"}
    assert verdicts(result)["PV-INTF-1"] == "fail"


def test_an_openapi_document_against_an_http_server(done: Command, tmp_path: Path, plan_without_data: Path) -> None:
    agreed = Path(__file__).with_name("fhir.yaml").read_text(encoding="utf-8")
    documents = {"original": agreed, "migrated": agreed, "otherwise": agreed.replace("value: 4.20", "value: 4.25")}
    for name, text in documents.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    code, told = done("pack", "import", "--openapi", "original.yaml", "--out", "fhir")
    assert (code, len(told["messages"])) == (0, 3)

    results = {}
    with (
        openapi_server(tmp_path / "original.yaml") as one,
        openapi_server(tmp_path / "migrated.yaml") as same,
        openapi_server(tmp_path / "otherwise.yaml") as different,
    ):
        for name, other in (("alike", same), ("different", different)):
            urls = {"original": f"http://127.0.0.1:{one}", "migrated": f"http://127.0.0.1:{other}"}
            stacks = stacks_file(tmp_path / f"{name}.toml", "fhir_http", urls)
            results[name] = done(
                "run", "--packs", "fhir", "--plan", str(plan_without_data), "--stacks", str(stacks),
                "--only", "functional", "--out", name,
            )  # fmt: skip
    code, alike = results["alike"]
    assert code == 2
    assert all_equal(alike["ledger"]["fhir"])
    assert verdicts(alike)["PV-INTF-1"] == "pass"
    code, different = results["different"]
    assert code == 1
    assert [(f["step"], f["column"]) for f in different["findings"]] == [
        ("search_observation", "$.entry[*].resource.valueQuantity.value")
    ]


def test_the_sample_pack_runs_as_it_is(done: Command, tmp_path: Path, plan_without_data: Path) -> None:
    code, _ = done("pack", "new", "adt")
    assert code == 0
    stacks = tmp_path / "adt/stacks.toml"
    with independent_mllp() as one, independent_mllp() as other:
        ports = iter((one, other))
        text = re.sub(r"mllp://127.0.0.1:\d+", lambda _: f"mllp://127.0.0.1:{next(ports)}", stacks.read_text("utf-8"))
        stacks.write_text(text, encoding="utf-8")
        code, result = done(
            "run", "--packs", "adt", "--plan", str(plan_without_data), "--stacks", str(stacks),
            "--only", "functional", "--out", "run",
        )  # fmt: skip
        by_hand = subprocess.run(
            [
                sys.executable, "-m", "locust", "-f", str(ROOT / "scenarios/folder/locustfile.py"),
                "--pack", "adt", "--stacks", str(stacks), "--stack", "migrated", "--headless", "-u", "2", "-r", "2",
                "-t", "2s", "--out", "by-hand",
            ],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        (tmp_path / "adt/patients.csv").write_text("name,birth,sex\n测试丁,19700101,M\n", encoding="utf-8")
        refusal, told = done("run", "--resume", "run")
    assert (code, all_equal(result["ledger"]["adt"])) == (2, True)
    assert (refusal, "另一版场景包" in told) == (3, True)
    assert by_hand.returncode == 0, by_hand.stderr
    assert (tmp_path / "by-hand/recordings/adt/load/01-migrated/samples.parquet").stat().st_size > 0
