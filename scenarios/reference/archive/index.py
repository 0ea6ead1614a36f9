"""The index in the stack's database: add an object, list what there is, take a study away.

Each method is one database transaction. Not here: what matches (`matching.py`), the objects (`files.py`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from gevent.lock import BoundedSemaphore

from harness.errors import Fault
from harness.model import Conversation, ReplyKind
from scenarios.reference.archive import statements as s
from scenarios.reference.archive.entry import Entry, Model
from scenarios.reference.service import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One patient, study, series or instance, and the attributes of its own level."""

    uid: str
    attributes: Model
    above: str = ""  # the series of an instance
    sop_class: str = ""
    syntax: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An instance that is there already."""

    study: str
    series: str
    sop_class: str
    sha256: str


class Index:
    """What the archive holds, as the database says."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._creating = BoundedSemaphore(1)  # two associations may bring the first images of a study at once

    def known(self, instance: str) -> Known | None:
        known: Known | None = self._do(_known, instance=instance)
        return known

    def add(self, entry: Entry) -> None:
        """An instance that is not known yet."""
        if not self._do(_add_instance, entry=entry):
            with self._creating:
                self._do(_add_upper, entry=entry)
            self._do(_add_instance, entry=entry)

    def patients(self) -> Sequence[Listed]:
        return self._listed(lambda talk: talk.rows(s.PATIENTS))

    def studies(self, *, uid: str = "", patient: str = "", dates: tuple[str, str] | None = None) -> Sequence[Listed]:
        """Of one UID, of one patient, of a range of dates or all: the first that is given."""

        def ask(talk: Conversation) -> Any:
            if uid:
                return talk.rows(s.STUDY, study_uid=uid)
            if patient:
                return talk.rows(s.STUDIES_OF_PATIENT, patient_id=patient)
            if dates:
                return talk.rows(s.STUDIES_OF_DATES, first=dates[0], last=dates[1])
            return talk.rows(s.STUDIES)

        return self._listed(ask)

    def study_of(self, series: str) -> str:
        row = self._do(lambda talk: talk.row(s.STUDY_OF_SERIES, series_uid=series))
        return row[0] if row else ""

    def series(self, study: str) -> Sequence[Listed]:
        return self._listed(lambda talk: talk.rows(s.SERIES_OF_STUDY, study_uid=study))

    def instances(self, study: str) -> Sequence[Listed]:
        rows = self._do(lambda talk: talk.rows(s.INSTANCES_OF_STUDY, study_uid=study))
        listed = (
            Listed(uid=uid, above=series, sop_class=sop_class, syntax=syntax, attributes=json.loads(attributes))
            for uid, series, sop_class, syntax, attributes in rows
        )
        return sorted(listed, key=lambda each: (each.above, _number(each), each.uid))

    def counts(self, study: str) -> Sequence[tuple[str, str, int]]:
        """(series, SOP class, how many)"""
        rows: Sequence[tuple[str, str, int]] = self._do(lambda talk: talk.rows(s.COUNTS_OF_STUDY, study_uid=study))
        return rows

    def remove(self, study: str) -> bool:
        """Whether there was such a study."""
        with self._creating:
            return bool(self._do(_remove, study=study))

    def forget(self, instance: str) -> None:
        self._do(lambda talk: talk.change(s.REMOVE_INSTANCE, instance_uid=instance))

    def _listed(self, ask: Callable[[Conversation], Any]) -> Sequence[Listed]:
        rows = self._do(ask)
        return sorted((Listed(uid=row[0], attributes=json.loads(row[1])) for row in rows), key=lambda each: each.uid)

    def _do(self, act: Callable[..., Any], **params: Any) -> Any:
        outcome = self._desk.carry_out(act, **params)
        if outcome.kind is not ReplyKind.OK:
            raise Fault(f"影像索引所在的数据库没有完成操作：{outcome.reason}", hint="请查看参考应用的日志。")
        return outcome.value


def _number(listed: Listed) -> float:
    values = listed.attributes.get("00200013", {}).get("Value") or [0]
    return float(values[0]) if isinstance(values[0], int | float) else 0.0


def _add_upper(talk: Conversation, *, entry: Entry) -> None:
    levels = entry.levels
    if talk.row(s.PATIENT_KNOWN, patient_id=entry.patient) is None:
        talk.change(
            s.ADD_PATIENT,
            patient_id=entry.patient,
            patient_name=_name(levels["PATIENT"])[:200],
            attributes=_json(levels["PATIENT"]),
        )
    if not talk.rows(s.STUDY, study_uid=entry.study):
        talk.change(
            s.ADD_STUDY,
            study_uid=entry.study,
            patient_id=entry.patient,
            study_date=entry.study_date,
            accession_number=_first(levels["STUDY"], "00080050")[:64],
            attributes=_json(levels["PATIENT"] | levels["STUDY"]),
        )
    if talk.row(s.SERIES_KNOWN, series_uid=entry.series) is None:
        talk.change(
            s.ADD_SERIES,
            series_uid=entry.series,
            study_uid=entry.study,
            modality=_first(levels["SERIES"], "00080060")[:16],
            attributes=_json(levels["SERIES"]),
        )


def _add_instance(talk: Conversation, *, entry: Entry) -> bool:
    """Whether there is a series to put it into."""
    if talk.row(s.SERIES_KNOWN, series_uid=entry.series) is None:
        return False
    number = _first(entry.levels["IMAGE"], "00200013")
    talk.change(
        s.ADD_INSTANCE,
        instance_uid=entry.instance,
        series_uid=entry.series,
        study_uid=entry.study,
        sop_class=entry.sop_class,
        transfer_syntax=entry.syntax,
        instance_number=int(number) if number.isdecimal() and len(number) < 10 else None,
        object_bytes=entry.size,
        object_sha256=entry.sha256,
        attributes=_json(entry.levels["IMAGE"]),
    )
    return True


def _known(talk: Conversation, *, instance: str) -> Known | None:
    row = talk.row(s.INSTANCE_KNOWN, instance_uid=instance)
    return None if row is None else Known(study=row[0], series=row[1], sop_class=row[2], sha256=row[3])


def _remove(talk: Conversation, *, study: str) -> bool:
    row = talk.row(s.PATIENT_OF_STUDY, study_uid=study)
    for statement in (s.REMOVE_INSTANCES, s.REMOVE_SERIES, s.REMOVE_STUDY):
        talk.change(statement, study_uid=study)
    if row is not None and not talk.rows(s.STUDIES_OF_PATIENT, patient_id=row[0]):
        talk.change(s.REMOVE_PATIENT, patient_id=row[0])
    return row is not None


def _first(model: Model, tag: str) -> str:
    values = model.get(tag, {}).get("Value") or [""]
    return str(values[0])


def _name(model: Model) -> str:
    values = model.get("00100010", {}).get("Value") or [{}]
    return "=".join(filter(None, values[0].values())) if isinstance(values[0], dict) else str(values[0])


def _json(model: Model) -> str:
    return json.dumps(model, ensure_ascii=False, separators=(",", ":"))
