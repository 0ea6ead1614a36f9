"""An auditor of generated records that knows only their rows and what the head of a record room would check.

Written apart from the pack's own invariants, in Python instead of SQL, so that the two check each other.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

from sqlalchemy import MetaData

from harness.model import Row

Read = Mapping[str, Sequence[Mapping[str, Any]]]
CDA = "{urn:hl7-org:v3}"


def archival(metadata: MetaData, tables: Mapping[str, Sequence[Row]]) -> Iterator[str]:
    """What the head of the record room would notice."""
    read = {
        name.removeprefix("emr_"): [
            dict(zip(metadata.tables[name].columns.keys(), row, strict=True)) for row in rows
        ]
        for name, rows in tables.items()
    }  # fmt: skip
    yield from _texts(read)
    yield from _signatures(read)
    yield from _results(read)
    yield from _shelves(read)
    yield from _pages(read)
    yield from _documents(read)
    yield from _defects(read)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _sections(text: str) -> dict[str, str]:
    root = ElementTree.fromstring(text)
    return {section.attrib["code"]: section.findtext("text") or "" for section in root.iter("section")}


def _texts(read: Read) -> Iterator[str]:
    versions: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for version in read["record_version"]:
        versions[version["record_id"]].append(version)
    revised = {(row["record_id"], row["version_no"], row["section_code"]) for row in read["revision"]}
    searched = {(row["record_id"], row["section_code"]): row["section_text"] for row in read["section"]}
    for record in read["record"]:
        name, mine = record["record_id"], versions[record["record_id"]]
        if [v["version_no"] for v in mine] != list(range(1, record["current_version"] + 1)):
            yield f"record {name} has gaps in its versions"
        before: dict[str, str] = {}
        for version in mine:
            text = version["content"]
            if version["digest"] != _digest(text) or version["content_length"] != len(text):
                yield f"version {name}/{version['version_no']} is not what was saved"
            now = _sections(text)
            changed = {code for code in {*now, *before} if now.get(code) != before.get(code)} if before else set()
            if changed != {code for record_id, no, code in revised if (record_id, no) == (name, version["version_no"])}:
                yield f"version {name}/{version['version_no']} changed without a trace"
            before = now
        lost = {code for (record_id, code) in searched if record_id == name and searched[name, code] != before[code]}
        if lost or (before.get("10154-3") != record["chief_complaint"]):
            yield f"record {name} cannot be found by {sorted(lost)}"
        times = [record["created_at"], *(v["saved_at"] for v in mine)]
        if times != sorted(times):
            yield f"record {name} was written backwards"


def _signatures(read: Read) -> Iterator[str]:
    digests = {(v["record_id"], v["version_no"]): v["digest"] for v in read["record_version"]}
    needs = {t["type_code"]: t["needs_senior"] for t in read["record_type"]}
    seniors = {row["staff_id"] for row in read["staff"] if row["is_senior"]}
    signers: dict[tuple[str, int], dict[str, str]] = defaultdict(dict)
    for row in read["signature"]:
        version = (row["record_id"], row["version_no"])
        signers[version][row["role"]] = row["signer_id"]
        if row["digest"] != digests[version]:
            yield f"signature {row['signature_id']} vouches for another text"
        if row["role"] == "SENIOR" and row["signer_id"] not in seniors:
            yield f"signature {row['signature_id']} is by nobody senior"
    for record in read["record"]:
        found = signers[record["record_id"], record["current_version"]]
        if (found.get("AUTHOR") == record["author_id"]) != (record["status"] in ("SIGNED", "ARCHIVED")):
            yield f"record {record['record_id']} is {record['status']} with signatures {found}"
        if record["status"] == "ARCHIVED" and needs[record["type_code"]] and "SENIOR" not in found:
            yield f"record {record['record_id']} was archived without a senior"
    traced = Counter(row["object_id"] for row in read["audit_log"])
    for row in read["signature"]:
        if traced[row["signature_id"]] != 1:
            yield f"signature {row['signature_id']} has {traced[row['signature_id']]} traces"


def _results(read: Read) -> Iterator[str]:
    known = {(row["filler_no"], row["analyte_code"]): row for row in read["result"]}
    for row in known.values():
        times = [row["ordered_at"], row["collected_at"], row["reported_at"], row["handled_at"] or row["reported_at"]]
        if times != sorted(times) or (row["handled_at"] is None) != (row["abnormal_flag"] != "HH"):
            yield f"result {row['filler_no']} came in the wrong order"
    for row in read["quoted_result"]:
        copy = known[row["filler_no"], row["analyte_code"]]
        if any(row[name] != copy[name] for name in ("value_text", "unit", "abnormal_flag", "reported_at")):
            yield f"record {row['record_id']} quotes something else"


def _shelves(read: Read) -> Iterator[str]:
    records: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for record in read["record"]:
        records[record["visit_no"]].append(record)
    shelved: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in read["archived_record"]:
        shelved[row["visit_no"]].append(row)
    archives = {row["visit_no"]: row for row in read["archive"]}
    for visit in read["visit"]:
        name, archive, mine = visit["visit_no"], archives.get(visit["visit_no"]), shelved[visit["visit_no"]]
        if (archive is None) != (visit["status"] != "ARCHIVED"):
            yield f"visit {name} is {visit['status']} with archive {archive}"
        if archive is None:
            continue
        if {row["record_id"] for row in mine} != {row["record_id"] for row in records[name]}:
            yield f"visit {name} lost records on the way to the shelf"
        digests = "".join(row["digest"] for row in sorted(mine, key=lambda row: row["record_id"]))
        if archive["seal"] != hashlib.sha256(digests.encode()).hexdigest():
            yield f"the seal of visit {name} is broken"
        if archive["late"] != (archive["archived_at"] > visit["archive_by"]):
            yield f"visit {name} was archived at {archive['archived_at']}, late {archive['late']}"


def _pages(read: Read) -> Iterator[str]:
    fees: dict[str, Decimal] = defaultdict(Decimal)
    for fee in read["front_fee"]:
        fees[fee["visit_no"]] += fee["amount"]
    kinds: dict[str, list[str]] = defaultdict(list)
    for row in read["front_diagnosis"]:
        kinds[row["visit_no"]].append(row["kind"])
    for page in read["front_page"]:
        name = page["visit_no"]
        if fees[name] != page["total_fee"] or not 0 <= page["own_fee"] <= page["total_fee"]:
            yield f"front page {name} does not add up"
        if kinds[name][0] != "MAIN" or "MAIN" in kinds[name][1:]:
            yield f"front page {name} has the diagnoses {kinds[name]}"


def _documents(read: Read) -> Iterator[str]:
    patients = {row["patient_id"]: row for row in read["patient"]}
    accesses = Counter((row["document_id"], row["action"]) for row in read["document_access"])
    for document in read["document"]:
        name, text = document["document_id"], document["content"]
        root = ElementTree.fromstring(text)
        person = root.findtext(f".//{CDA}patient/{CDA}name")
        if root.find(f"{CDA}id").attrib["extension"] != name or document["digest"] != _digest(text):  # type: ignore[union-attr]
            yield f"document {name} is another"
        if person != patients[document["patient_id"]]["patient_name"]:
            yield f"document {name} is about {person}"
        if accesses[name, "REGISTER"] != 1 or accesses[name, "RETRIEVE"] != document["retrievals"]:
            yield f"document {name} was looked at {accesses[name, 'RETRIEVE']} times"


def _defects(read: Read) -> Iterator[str]:
    found = Counter(row["batch_no"] for row in read["defect"])
    for scan in read["quality_scan"]:
        if found[scan["batch_no"]] != scan["defects"]:
            yield f"scan {scan['batch_no']} lost defects"
    for row in read["defect"]:
        done = (row["corrected_at"], row["corrector_id"], row["correction"])
        if (row["status"] == "CORRECTED") != (None not in done):
            yield f"defect {row['defect_id']} is {row['status']} with {done}"
