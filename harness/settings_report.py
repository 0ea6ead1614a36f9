"""`report.toml`: what no run can know and a report must say: names, numbers, people, dates, how problems were handled.

These dataclasses are the schema of the file. Everything may be missing: what is "" is printed as a blank to be filled
in by hand, never invented. Not here: any figure or verdict.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import ConfigDict

from harness.settings_check import complaint, read_toml, validated
from harness.settings_load import STRICT

NAME = "report.toml"


class Severity(enum.StrEnum):
    CRITICAL = "critical"  # data lost or wrong, or a transaction that cannot be done
    MAJOR = "major"  # a result, an answer or a time is not what it was
    MINOR = "minor"  # another form of the same thing


class Status(enum.StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    FIXED = "fixed"  # says a person; a later run has to show it


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One part of the system under test."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    name: str
    version: str = ""
    build: str = ""
    checksum: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class External:
    """A result that somebody else obtained: a scanner's report, a certificate of MLPS."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    clause: str
    title: str
    date: str = ""
    tool: str = ""
    conclusion: str = ""
    file: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """What has been done about a problem of the list; `id` is the problem's."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    id: str
    severity: Severity | None = None
    status: Literal["open", "accepted", "fixed"] | None = None
    owner: str = ""
    retest: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """The whole file."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    number: str = ""
    classification: str = ""
    hospital: str = ""
    client: str = ""
    client_contact: str = ""
    developer: str = ""
    test_unit: str = ""
    test_unit_address: str = ""
    standing: Literal["", "self", "third_party"] = ""
    place: str = ""
    system: str = ""
    version: str = ""
    registration: str = ""
    received: str = ""
    begun: str = ""
    ended: str = ""
    issued: str = ""
    compiled_by: str = ""
    tested_by: tuple[str, ...] = ()
    reviewed_by: str = ""
    approved_by: str = ""
    confirmed_by: str = ""
    data_origin: str = ""
    data_deidentified: str = ""
    basis: tuple[str, ...] = ()
    unlike_production: tuple[str, ...] = ()
    deviations: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    modules: tuple[Module, ...] = ()
    externals: tuple[External, ...] = ()
    problems: tuple[Handling, ...] = ()


def load_particulars(path: Path, *, clauses: tuple[str, ...] = ()) -> Particulars:
    """The file, or BadSettings with everything that is wrong with it. Dates are written as text or as TOML dates."""
    found = validated(Particulars, read_toml(path), file=str(path), patterns={})
    unknown = [
        (f"externals[第 {n} 项].clause", f"没有条款 {each.clause}，可写的有 {'、'.join(clauses)}")
        for n, each in enumerate(found.externals, 1)
        if clauses and each.clause not in clauses
    ]
    if unknown:
        raise complaint(str(path), unknown)
    return found
