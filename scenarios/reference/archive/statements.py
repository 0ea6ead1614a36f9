"""The SQL of the index. Not here: when each is asked (`index.py`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table, bindparam, delete, func, insert, select

from harness.model import Statement
from scenarios.reference.archive import tables as t

p = bindparam


def _add(table: Table) -> Statement:
    return Statement(name=f"add_{table.name}", body=insert(table).values({c.name: p(c.name) for c in table.columns}))


def _remove(table: Table) -> Statement:
    body = delete(table).where(table.c.study_uid == p("study_uid"))
    return Statement(name=f"remove_{table.name}", body=body)


def _studies(name: str, *where: Any) -> Statement:
    body = select(t.study.c.study_uid, t.study.c.attributes).where(*where)
    return Statement(name=f"studies_{name}", body=body)


ADD_PATIENT, ADD_STUDY, ADD_SERIES, ADD_INSTANCE = map(_add, (t.patient, t.study, t.series, t.instance))
REMOVE_STUDY, REMOVE_SERIES, REMOVE_INSTANCES = map(_remove, (t.study, t.series, t.instance))
REMOVE_INSTANCE = Statement(
    name="remove_instance", body=delete(t.instance).where(t.instance.c.instance_uid == p("instance_uid"))
)
REMOVE_PATIENT = Statement(
    name="remove_archive_patient", body=delete(t.patient).where(t.patient.c.patient_id == p("patient_id"))
)

PATIENT_KNOWN = Statement(
    name="patient_known", body=select(t.patient.c.patient_id).where(t.patient.c.patient_id == p("patient_id"))
)
SERIES_KNOWN = Statement(
    name="series_known", body=select(t.series.c.series_uid).where(t.series.c.series_uid == p("series_uid"))
)
INSTANCE_KNOWN = Statement(
    name="instance_known",
    body=select(t.instance.c.study_uid, t.instance.c.series_uid, t.instance.c.sop_class, t.instance.c.object_sha256)
    .where(t.instance.c.instance_uid == p("instance_uid")),
)  # fmt: skip

PATIENTS = Statement(name="patients", body=select(t.patient.c.patient_id, t.patient.c.attributes))
STUDIES = _studies("all")
STUDY = _studies("of_uid", t.study.c.study_uid == p("study_uid"))
STUDIES_OF_PATIENT = _studies("of_patient", t.study.c.patient_id == p("patient_id"))
STUDIES_OF_DATES = _studies("of_dates", t.study.c.study_date.between(p("first"), p("last")))
PATIENT_OF_STUDY = Statement(
    name="patient_of_study", body=select(t.study.c.patient_id).where(t.study.c.study_uid == p("study_uid"))
)
SERIES_OF_STUDY = Statement(
    name="series_of_study",
    body=select(t.series.c.series_uid, t.series.c.attributes).where(t.series.c.study_uid == p("study_uid")),
)
INSTANCES_OF_STUDY = Statement(
    name="instances_of_study",
    body=select(
        t.instance.c.instance_uid, t.instance.c.series_uid, t.instance.c.sop_class, t.instance.c.transfer_syntax,
        t.instance.c.attributes,
    ).where(t.instance.c.study_uid == p("study_uid")),
)  # fmt: skip
STUDY_OF_SERIES = Statement(
    name="study_of_series", body=select(t.series.c.study_uid).where(t.series.c.series_uid == p("series_uid"))
)
COUNTS_OF_STUDY = Statement(
    name="counts_of_study",
    body=select(t.instance.c.series_uid, t.instance.c.sop_class, func.count())
    .where(t.instance.c.study_uid == p("study_uid"))
    .group_by(t.instance.c.series_uid, t.instance.c.sop_class),
)

STATEMENTS: Mapping[str, Statement] = {
    found.name: found for found in list(vars().values()) if isinstance(found, Statement)
}
