"""What the topology shows, as texts: endpoints with what answered on either stack, facts of the hosts, the generator.

Not here: where any of it is drawn.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.interface_result import InterfaceUse
from harness.result import Result
from reports.view import STACKS, pack_title
from reports.words import Words

DIFFERS = "≠"
_FACTS = ("hostname", "cpu", "cores", "architecture", "os", "memory_mib")
_ADDRESS = re.compile(r"://|^\S+:\d+$")  # two stacks never share an address: it is shown, not compared

_SHOWN = ("protocol", "charset", "answers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One service of both stacks; `answers` by stack, without those that have none."""

    title: str
    note: str
    answers: Mapping[str, tuple[str, ...]]
    differs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact by stack."""

    label: str
    texts: Mapping[str, str]
    differs: bool


def endpoints(result: Result, words: Words) -> tuple[Endpoint, ...]:
    """The database first, then every interface once, however many packs use it."""
    databases = {
        stack: tuple(filter(None, (f"{facts.product} {facts.version}".strip(), facts.driver)))
        for stack, facts in result.stacks.items()
        if facts.product
    }
    database = Endpoint(
        title=words("diagram.database"),
        note="",
        answers=databases,
        differs=_differ([said[0] for said in databases.values()]),
    )
    by_name: dict[str, list[InterfaceUse]] = {}
    for use in result.interfaces:
        by_name.setdefault(use.name, []).append(use)
    return (database, *(_interface(uses, result, words) for uses in by_name.values()))


def _interface(uses: Sequence[InterfaceUse], result: Result, words: Words) -> Endpoint:
    one = uses[0]
    packs = words("doc.list_sep").join(dict.fromkeys(pack_title(result, use.pack) for use in uses))
    said = {"original": one.original, "migrated": one.migrated}
    answers = {stack: found for stack in STACKS if (found := _answered(said[stack]))}
    apart = _apart([said[stack] for stack in answers])
    hidden = ", ".join(key for key in apart if key not in _SHOWN)
    return Endpoint(
        title=one.title or one.name,
        note=" · ".join(filter(None, (one.version or one.kind, packs, hidden and f"{DIFFERS} {hidden}"))),
        answers=answers,
        differs=bool(apart) or 0 < len(answers) < len(STACKS),
    )


def _apart(sides: Sequence[Mapping[str, str]]) -> list[str]:
    """Names of what is said otherwise on another side, addresses apart."""
    keys = dict.fromkeys(key for side in sides for key in side)
    return [
        key for key in keys
        if _differ([side.get(key) for side in sides]) and not all(_ADDRESS.search(side.get(key, "")) for side in sides)
    ]  # fmt: skip


def _answered(said: Mapping[str, str]) -> tuple[str, ...]:
    """Protocol and character set on one line, who answered on the next."""
    first = " · ".join(filter(None, (said.get("protocol"), said.get("charset"))))
    return tuple(filter(None, (first, said.get("answers"))))


def _differ(sides: Sequence[object]) -> bool:
    return any(side != sides[0] for side in sides[1:])


def facts(result: Result, words: Words) -> tuple[Fact, ...]:
    """Those of `_FACTS` that any stack states."""
    found = []
    for key in _FACTS:
        texts = {stack: text for stack, stated in result.stacks.items() if (text := stated.host.get(key))}
        if texts:
            differs = key != "hostname" and _differ(list(texts.values()))
            found.append(Fact(label=words.label("host", key), texts=texts, differs=differs))
    return tuple(found)


def hosts(result: Result, stack: str) -> tuple[str, ...]:
    """Hosts of the stack that an agent read."""
    return tuple(result.host_readings.get(stack, {}))


def generator(result: Result, words: Words) -> tuple[str, ...]:
    """Where the load came from, what made it, and whether it was calibrated."""
    processes = [process for block in result.load for process in block.generators]
    machines = words("doc.list_sep").join(dict.fromkeys(p.host for p in processes if p.host))
    version, python = result.harness.get("xinheng", ""), result.harness.get("python", "")
    lines = [machines, words("diagram.made_by", version=version, python=python)]
    if result.calibrations:
        held = sum(one.holds for one in result.calibrations)
        lines.append(words("diagram.calibrated", held=held, n=len(result.calibrations)))
    return tuple(filter(None, lines))
