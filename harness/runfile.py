"""`run.json`: who ran what, with which plan, packs and versions; written first, read by everything downstream.

Not here: results. No secret reaches this file (`settings.stack_as_dict` names them only).
"""

from __future__ import annotations

import datetime as dt
import platform
import secrets
import sys
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import msgspec

from harness.content.how import How, usual
from harness.hospital_day import transactions_per_visit
from harness.message import Carried, Interface, Message, MessageEndpoint
from harness.model import Group, Host, Pack, Part, Probe, Role, SqlEndpoint, Stack
from harness.recording import read_json, write_json
from harness.settings import Plan, plan_as_dict, stack_as_dict
from harness.workload import reachable

RUN = "run.json"
_LIBRARIES = (
    "locust", "gevent", "psutil", "sqlalchemy", "psycopg2-binary", "pymysql", "numpy", "pyarrow", "matplotlib",
    "pandas",
)  # fmt: skip


@runtime_checkable
class DescribedByFiles(Protocol):
    """A pack that somebody keeps in a folder of their own: a later process finds it there, not by its name."""

    @property
    def folder(self) -> Path: ...


def known_as(pack: Pack) -> str:
    """What finds this pack again: its name, or its folder."""
    return str(pack.folder.resolve()) if isinstance(pack, DescribedByFiles) else pack.name


def versions() -> dict[str, str]:
    """Harness, Python and the libraries that a figure may depend on."""
    found = {"xinheng": _version("xinheng"), "python": platform.python_version(), "platform": platform.platform()}
    return found | {name: _version(name) for name in _LIBRARIES}


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "未安装"


def pack_as_dict(pack: Pack, endpoints: Collection[str] = ()) -> dict[str, Any]:
    """What the comparison needs to know of a pack without importing it. `endpoints`: the interfaces in use."""
    used = {t.name for t in reachable(pack, endpoints)}
    return {
        "title": pack.title,
        "version": pack.version,
        "known_as": known_as(pack),
        "rules": [asdict(rule) for rule in pack.rules],
        "transactions": [
            {
                "name": t.name,
                "title": t.title,
                "bulk": t.bulk,
                "probe": t.probe,
                "weight": t.weight,
                "interfaces": list(t.interfaces),
                "legs": dict(t.legs),
            }
            for t in pack.transactions
            if t.name in used
        ],
        "left_out": [t.name for t in pack.transactions if t.name not in used],
        "interfaces": [interface_as_dict(i) | {"used": i.name in endpoints} for i in pack.interfaces],
        "messages": {name: message_as_dict(message) for name, message in pack.messages.items()},
        "tables": [table.name for table in pack.metadata.sorted_tables],
        "workload": {"functional": 0, "load": []},
        "transactions_per_visit": transactions_per_visit(pack),
    }


def interface_as_dict(interface: Interface) -> dict[str, Any]:
    """`document` is the name of the copy in the run folder, below `interfaces/`."""
    document = interface.document.name if interface.document else ""
    return asdict(interface) | {"document": document, "battery": list(interface.battery)}


def message_as_dict(message: Message) -> dict[str, Any]:
    """How the replies to a message are compared, and where the system must have stored what it carried."""
    return {
        "title": message.title,
        "interface": message.interface,
        "content": message.content,
        "sends": message.sends or message.content,
        "how": msgspec.to_builtins(message.how or usual(message.content)),
        "carried": [asdict(each) for each in message.carried],
    }


def how_of(message: Mapping[str, Any]) -> How:
    return msgspec.convert(message["how"], How)


def carried_of(message: Mapping[str, Any]) -> tuple[Carried, ...]:
    return tuple(Carried(**each) for each in message["carried"])


def probe_as_dict(probe: Probe) -> dict[str, Any]:
    """What the comparison needs to know of a compatibility probe; its parameters stand in the recordings."""
    return {
        "id": probe.id, "title": probe.title, "group": probe.group.value, "source": probe.source,
        "setup": probe.setup, "script": probe.script, "meaning": probe.meaning,
    }  # fmt: skip


def parts_of(run: Mapping[str, Any]) -> tuple[Part, ...]:
    """What a run consists of; a run of a version that knew no parts had the first two."""
    return tuple(Part(part) for part in run.get("parts", (Part.FUNCTIONAL, Part.LOAD)))


def probes_of(run: Mapping[str, Any]) -> tuple[Probe, ...]:
    """The probes that a run was started with."""
    return tuple(Probe(**{**probe, "group": Group(probe["group"])}) for probe in run.get("probes", ()))


def describe(*, plan: Plan, stacks: Mapping[Role, Stack], packs: Iterable[Pack], packs_digest: str) -> dict[str, Any]:
    """The content of a new `run.json`."""
    now = dt.datetime.now().astimezone()
    return {
        "format": 1,
        "run_id": f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}",
        "created": now.isoformat(timespec="seconds"),
        "plan": plan_as_dict(plan),
        "stacks": {role.value: stack_as_dict(stack) for role, stack in stacks.items()},
        "packs": {pack.name: pack_as_dict(pack, used_endpoints(stacks.values())) for pack in packs},
        "packs_digest": packs_digest,
        "versions": versions(),
        "command": Path(sys.argv[0]).name,
        "epoch": {"wall": time.time(), "mono_ns": time.monotonic_ns()},
        "self_test": {},
        "shared_host": shared_host(stacks.values()),
    }


def used_endpoints(stacks: Iterable[Stack]) -> frozenset[str]:
    """The interfaces that all of these stacks answer for."""
    return frozenset.intersection(*(frozenset(stack.endpoints) for stack in stacks))


def shared_host(stacks: Iterable[Stack]) -> bool:
    """Whether a tested stack runs on the machine that generates the load: its resources then are not its own."""
    return any(host.agent == "local" for stack in stacks for host in stack.hosts)


def read_run(run_dir: Path) -> dict[str, Any]:
    run: dict[str, Any] = read_json(run_dir / RUN)
    return run


def write_run(run_dir: Path, run: Mapping[str, Any]) -> None:
    write_json(run_dir / RUN, run)


def stacks_of(run: Mapping[str, Any]) -> dict[Role, Stack]:
    """The stacks a run was started with, for resuming it; passwords come from the environment as before."""
    stacks = {}
    for name, content in run["stacks"].items():
        fields = dict(content)
        fields["role"] = Role(name)
        fields["sql"] = SqlEndpoint(**fields["sql"])
        fields["endpoints"] = {k: MessageEndpoint(**v) for k, v in fields.get("endpoints", {}).items()}
        fields["hosts"] = tuple(Host(**host) for host in fields["hosts"])
        stacks[Role(name)] = Stack(**fields)
    return stacks
