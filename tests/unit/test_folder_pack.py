"""Packs that are described by files: what is sent and what is drawn."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

import scenarios
from harness.errors import BadInput
from harness.model import Pack, Scale
from harness.runfile import known_as
from harness.settings_check import validated
from harness.settings_plan import Level
from harness.workload import functional, load
from scenarios.folder.described import PATTERNS, PackFile
from scenarios.folder.skeleton import HEADING, skeleton
from scenarios.folder.writing import write

SENT = (
    "MSH|^~\\&|HIS|H|LIS|H|{{datetime}}||ORM^O01|{{control_id}}|P|2.5.1||||||{{charset}}\n"
    "PID|||{{number:P}}||{{pick:p.csv:name}}\n"
)
PACK = """
name = "orders"
title = "申请"
[[interface]]
name = "orders_hl7"
title = "申请"
kind = "mllp"
[[interface]]
name = "orders_http"
title = "查询"
kind = "http"
[[message]]
name = "order"
title = "申请"
interface = "orders_hl7"
file = "order.hl7"
[[message]]
name = "ask"
title = "查询"
interface = "orders_http"
file = "ask.json"
path = "/patients/{{number:P}}?name={{pick:p.csv:name}}"
[message.headers]
"X-Day" = "{{date:iso}}"
[message.how]
volatile = ["$.at"]
numbers = [{ where = "$.price", most = 0.01 }]
"""
FILES = {
    "pack.toml": PACK,
    "order.hl7": SENT,
    "ask.json": '{"id": "{{number:P}}", "n": {{number:9}}, "name": "{{pick:p.csv:name}}", "at": "{{datetime:iso}}"}',
    "p.csv": 'name,sex\n"张|三&""四""",F\n李五,M\n',
}
BOTH = ("orders_hl7", "orders_http")


def laid(folder: Path, **changed: str | None) -> Path:
    """The pack in a folder; `changed` by file with _ for the dot."""
    files = FILES | {name.replace("__", "."): text for name, text in changed.items() if text is not None}
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def composed(pack: Pack, message: str, charset: str = "UTF-8", **values: Any) -> Any:
    known = {
        "datetime": "20260105083000", "datetime:iso": "2026-01-05T08:30:00", "date:iso": "2026-01-05",
        "number:P": "PW1", "number:9": "9001", "control_id": "XH1", "pick:p.csv:name": '张|三&"四"',
    }  # fmt: skip
    return pack.messages[message].compose(charset=charset, **(known | values))


# --------------------------------------------------------------------------- what is sent


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_hl7_ends_its_segments_with_cr_whatever_the_file_has(tmp_path: Path, end: str) -> None:
    laid(tmp_path)
    (tmp_path / "order.hl7").write_bytes(SENT.replace("\n", end).encode())
    body = composed(scenarios.pack(str(tmp_path)), "order", "GBK").body.decode("gbk")
    assert body == (
        "MSH|^~\\&|HIS|H|LIS|H|20260105083000||ORM^O01|XH1|P|2.5.1||||||GBK\r"
        'PID|||PW1||张\\F\\三\\T\\"四"\r'
    )  # fmt: skip


def test_what_is_filled_in_is_escaped_as_its_place_wants_it(tmp_path: Path) -> None:
    sent = composed(scenarios.pack(str(laid(tmp_path))), "ask")
    assert json.loads(sent.body) == {"id": "PW1", "n": 9001, "name": '张|三&"四"', "at": "2026-01-05T08:30:00"}
    assert sent.path == "/patients/PW1?name=%E5%BC%A0%7C%E4%B8%89%26%22%E5%9B%9B%22"
    assert sent.headers == {"X-Day": "2026-01-05"}


def test_xml_declares_and_carries_the_charset_of_the_endpoint(tmp_path: Path) -> None:
    xml = '<?xml version="1.0" encoding="{{charset}}"?><a n="{{pick:p.csv:name}}">{{pick:p.csv:name}} 𠮷</a>'
    pack = scenarios.pack(
        str(
            laid(
                tmp_path,
                ask__json=xml,
                pack__toml=PACK.replace("[message.headers]", 'sends = "xml"\n[message.headers]'),
            )
        )
    )
    body = composed(pack, "ask", "GBK").body.decode("gbk")
    escaped = "张|三&amp;&quot;四&quot;"
    assert body == f'<?xml version="1.0" encoding="GBK"?><a n="{escaped}">{escaped} &#134071;</a>'


def test_how_is_added_to_what_is_usual(tmp_path: Path) -> None:
    pack = scenarios.pack(str(laid(tmp_path)))
    assert pack.messages["order"].how.volatile[0] == "MSH.7"
    assert pack.messages["ask"].how.volatile == ("$.at",)
    assert str(pack.messages["ask"].how.numbers[0].most) == "0.01"


# --------------------------------------------------------------------------- what is drawn


def test_everything_fresh_is_new_and_the_same_for_both_stacks(tmp_path: Path) -> None:
    pack = scenarios.pack(str(laid(tmp_path)))
    first, again = (functional(pack, pack.world(Scale()), count=40, seed=1, endpoints=BOTH) for _ in range(2))
    assert first == again
    assert {item.transaction for item in first} == {"order", "ask"}
    orders = [item.params for item in first if item.transaction == "order"]
    assert len({params["control_id:1"] for params in orders}) == len(orders)
    assert {params["pick:p.csv:name"] for params in orders} == {'张|三&"四"', "李五"}
    assert all(params["datetime"].startswith("202601") for params in orders)
    level = Level(name="x", users=3, rate_per_s=50.0)
    under_load = list(load(pack, Scale(), level, seconds=2, seed="x", endpoints=BOTH))
    numbers = [item.params["number:P"] for item in under_load]
    assert len(set(numbers)) == len(numbers) > 50
    assert all(item.params["number:9"].isdigit() for item in under_load if item.transaction == "ask")


def test_messages_of_a_transaction_share_numbers_and_row_but_not_the_control_id(tmp_path: Path) -> None:
    together = f'{PACK}\n[[transaction]]\nname = "both"\ntitle = "两条"\nmessages = ["order", "order"]\n'
    pack = scenarios.pack(str(laid(tmp_path, pack__toml=together)))
    assert [t.name for t in pack.transactions] == ["both", "ask"]
    sent: list[bytes] = []

    class Listening:
        def send(self, message: Any, /, **params: Any) -> None:
            sent.append(message.compose(charset="UTF-8", **params).body)

    (item, *_) = [i for i in functional(pack, Scale(), count=9, seed=1, endpoints=BOTH) if i.transaction == "both"]
    pack.transactions[0].act(Listening(), **item.params)
    one, other = (body.decode().split("\r") for body in sent)
    assert one[1:] == other[1:]
    assert (one[0].split("|")[9], other[0].split("|")[9]) == (item.params["control_id:1"], item.params["control_id:2"])


def test_one_of_several_files_is_drawn(tmp_path: Path) -> None:
    laid(tmp_path, pack__toml=PACK.replace('"order.hl7"', '"orders"'))
    (tmp_path / "orders").mkdir()
    for name in ("1.hl7", "2.hl7", ".hidden"):
        (tmp_path / "orders" / name).write_text(f"{SENT}NTE|{name}\n", encoding="utf-8")
    pack = scenarios.pack(str(tmp_path))
    drawn = {
        i.params["variant:1"]
        for i in functional(pack, Scale(), count=40, seed=1, endpoints=BOTH)
        if i.transaction == "order"
    }
    assert drawn == {0, 1}
    assert composed(pack, "order", variant=1).body.endswith(b"NTE|2.hl7\r")


def test_what_ought_to_be_refused_runs_last_and_never_under_load(tmp_path: Path) -> None:
    text = PACK.replace('file = "ask.json"', 'file = "ask.json"\nexpect = "refused"')
    pack = scenarios.pack(str(laid(tmp_path, pack__toml=text, ask__json="not {{number:P}} json {{number:9}}")))
    (refused,) = [t for t in pack.transactions if t.name == "ask"]
    assert (refused.probe, refused.weight) == (True, 0.0)


def test_a_later_process_finds_the_same_pack_in_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(laid(tmp_path / "here").parent)
    pack = scenarios.pack("here")
    assert known_as(pack) == str(tmp_path / "here")
    assert known_as(scenarios.pack("his")) == "his"
    assert scenarios.locustfile(pack.name).parts[-2:] == ("folder", "locustfile.py")
    (tmp_path / "here/p.csv").write_text("name\n王六\n", encoding="utf-8")
    assert scenarios.pack("here").version != pack.version


def test_the_sample_is_a_pack(tmp_path: Path) -> None:
    write(tmp_path / "adt", skeleton("adt", "入出转"), heading=HEADING)
    pack = scenarios.pack(str(tmp_path / "adt"))
    assert [(t.name, t.probe) for t in pack.transactions] == [("stay", False), ("unknown_type", True)]
    with pytest.raises(BadInput, match="已存在"):
        write(tmp_path / "adt", skeleton("adt", "入出转"))


def test_the_example_in_the_readme_is_a_pack_file() -> None:
    readme = Path(scenarios.locustfile("x")).with_name("README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", readme, flags=re.DOTALL)
    described = validated(PackFile, tomllib.loads(example), file="README.md", patterns=PATTERNS)
    shown = {re.sub(r":.*", "", mark) for mark in re.findall(r"`\{\{([^}]+)\}\}`", readme)}
    assert shown == {"control_id", "number", "pick", "date", "datetime", "charset"}
    assert described.message[0].battery is not None
