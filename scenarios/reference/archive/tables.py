"""The tables of the index: the archive's own and no pack's. No pass empties them, no check reads them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from scenarios.columns import named_metadata

MARK = "xinheng:archive"

# Compared by code point: where case or width do not count, two patients would become one.
_ID = String(64).with_variant(String(64, collation="utf8mb4_bin"), "mysql", "mariadb")
_UID = String(64)

metadata = named_metadata()

patient = Table(
    "archive_patient",
    metadata,
    Column("patient_id", _ID, primary_key=True),
    Column("patient_name", String(200)),
    Column("attributes", Text, nullable=False),  # DICOM JSON of the level's attributes, as in the next three
)

study = Table(
    "archive_study",
    metadata,
    Column("study_uid", _UID, primary_key=True),
    Column("patient_id", _ID, nullable=False),
    Column("study_date", String(8), nullable=False),
    Column("accession_number", String(64)),
    Column("attributes", Text, nullable=False),
    Index("ix_archive_study_patient", "patient_id"),
    Index("ix_archive_study_date", "study_date"),
)

series = Table(
    "archive_series",
    metadata,
    Column("series_uid", _UID, primary_key=True),
    Column("study_uid", _UID, nullable=False),
    Column("modality", String(16)),
    Column("attributes", Text, nullable=False),
    Index("ix_archive_series_study", "study_uid"),
)

instance = Table(
    "archive_instance",
    metadata,
    Column("instance_uid", _UID, primary_key=True),
    Column("series_uid", _UID, nullable=False),
    Column("study_uid", _UID, nullable=False),
    Column("sop_class", _UID, nullable=False),
    Column("transfer_syntax", _UID, nullable=False),
    Column("instance_number", Integer),
    Column("object_bytes", BigInteger, nullable=False),
    Column("object_sha256", String(64), nullable=False),
    Column("attributes", Text, nullable=False),
    Index("ix_archive_instance_study", "study_uid"),
)
