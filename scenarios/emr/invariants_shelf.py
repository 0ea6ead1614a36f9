"""What must hold of results, archive, front page, quality control and documents; written like `invariants.py`."""

from __future__ import annotations

from sqlalchemy import and_, func, or_, select

from harness.model import Invariant
from scenarios.emr import tables as t
from scenarios.emr import tables_shelf as s
from scenarios.emr.invariants import must_hold

_record, _version, _visit = t.record.c, t.version.c, t.visit.c
_result, _quoted, _archive, _page, _document = s.result.c, s.quoted_result.c, s.archive.c, s.front_page.c, s.document.c

# --------------------------------------------------------------------------- 检验结果

RESULTS_IN_ORDER = must_hold(
    "results_in_order",
    "检验申请 < 采样 < 报告 ≤ 危急值处理",
    select(_result.filler_no, _result.analyte_code, _result.ordered_at, _result.collected_at, _result.reported_at)
    .where(
        or_(
            _result.collected_at <= _result.ordered_at,
            _result.reported_at <= _result.collected_at,
            _result.handled_at < _result.reported_at,
        )
    )
    .order_by(_result.filler_no, _result.analyte_code),
)
QUOTED_AS_REPORTED = must_hold(
    "quoted_as_reported",
    "引用的结果与副本一致，且是同一患者的",
    select(_quoted.record_id, _quoted.filler_no, _quoted.analyte_code, _quoted.value_text, _result.value_text)
    .select_from(
        s.quoted_result.join(s.result)
        .join(t.record, _record.record_id == _quoted.record_id)
        .join(t.visit, _visit.visit_no == _record.visit_no)
    )
    .where(
        or_(
            _quoted.value_text != _result.value_text,
            func.coalesce(_quoted.unit, "-") != func.coalesce(_result.unit, "-"),
            func.coalesce(_quoted.abnormal_flag, "-") != func.coalesce(_result.abnormal_flag, "-"),
            _quoted.reported_at != _result.reported_at,
            _visit.patient_id != _result.patient_id,
        )
    )
    .order_by(_quoted.record_id, _quoted.filler_no, _quoted.analyte_code),
)

# --------------------------------------------------------------------------- 归档

_of_visit = (
    select(
        _record.visit_no.label("owner"),
        func.count().label("records"),
        func.count(s.archived_record.c.record_id).label("shelved"),
    )
    .select_from(t.record.outerjoin(s.archived_record, s.archived_record.c.record_id == _record.record_id))
    .where(_record.status != "VOID")
    .group_by(_record.visit_no)
    .subquery("of_visit")
)
ARCHIVED_WHOLE = must_hold(
    "archived_whole",
    "归档的就诊，病历一份不少；没归档的一份也没有",
    select(_visit.visit_no, _visit.status, _archive.record_count, _of_visit.c.records, _of_visit.c.shelved)
    .select_from(
        t.visit.outerjoin(s.archive, _archive.visit_no == _visit.visit_no).outerjoin(
            _of_visit, _of_visit.c.owner == _visit.visit_no
        )
    )
    .where(
        or_(
            and_(
                _visit.status == "ARCHIVED",
                or_(
                    _archive.visit_no.is_(None),
                    _archive.record_count != func.coalesce(_of_visit.c.records, 0),
                    _archive.record_count != func.coalesce(_of_visit.c.shelved, 0),
                ),
            ),
            and_(
                _visit.status != "ARCHIVED",
                or_(_archive.visit_no.is_not(None), func.coalesce(_of_visit.c.shelved, 0) != 0),
            ),
        )
    )
    .order_by(_visit.visit_no),
)
ARCHIVED_IS_SIGNED = must_hold(
    "archived_is_signed",
    "归档的就诊只有已归档（或作废）的病历",
    select(_record.record_id, _record.status, _visit.status.label("visit_status"))
    .join_from(t.record, t.visit)
    .where(
        or_(
            and_(_visit.status == "ARCHIVED", _record.status.in_(("DRAFT", "SIGNED"))),
            and_(_visit.status != "ARCHIVED", _record.status == "ARCHIVED"),
        )
    )
    .order_by(_record.record_id),
)
_shelved = s.archived_record.c
ARCHIVED_UNCHANGED = must_hold(
    "archived_unchanged",
    "归档之后版本与摘要不再改变",
    select(_shelved.record_id, _shelved.version_no, _record.current_version)
    .select_from(
        s.archived_record.join(t.record, _record.record_id == _shelved.record_id).outerjoin(
            t.version, and_(_version.record_id == _shelved.record_id, _version.version_no == _shelved.version_no)
        )
    )
    .where(
        or_(
            _shelved.version_no != _record.current_version,
            _version.digest.is_(None),
            _version.digest != _shelved.digest,
        )
    )
    .order_by(_shelved.record_id),
)
_senior = t.signature.alias("by_senior")
ARCHIVED_COMPLETE = must_hold(
    "archived_complete",
    "归档的病历该审签的都已审签，住院的首页都已审核",
    select(_shelved.record_id.label("what"), _record.status)
    .select_from(
        s.archived_record.join(t.record, _record.record_id == _shelved.record_id)
        .join(t.record_type, t.record_type.c.type_code == _record.type_code)
        .outerjoin(
            _senior,
            and_(
                _senior.c.record_id == _shelved.record_id,
                _senior.c.version_no == _shelved.version_no,
                _senior.c.role == "SENIOR",
            ),
        )
    )
    .where(t.record_type.c.needs_senior == 1, _senior.c.signature_id.is_(None))
    .union_all(
        select(_visit.visit_no, _visit.status)
        .select_from(t.visit.outerjoin(s.front_page, _page.visit_no == _visit.visit_no))
        .where(
            _visit.status == "ARCHIVED",
            _visit.visit_class == "I",
            or_(_page.visit_no.is_(None), _page.status != "CHECKED"),
        )
    ),
)
ARCHIVED_IN_TIME = must_hold(
    "archived_in_time",
    "就诊 ≤ 离院 ≤ 归档，超过期限的都记为超时",
    select(_archive.visit_no, _visit.left_at, _visit.archive_by, _archive.archived_at, _archive.late)
    .join_from(s.archive, t.visit)
    .where(
        or_(
            _visit.left_at.is_(None),
            _archive.archived_at < _visit.left_at,
            _archive.keep_until <= _archive.archived_at,
            and_(_archive.archived_at > _visit.archive_by, _archive.late != 1),
            and_(_archive.archived_at <= _visit.archive_by, _archive.late != 0),
        )
    )
    .order_by(_archive.visit_no),
)

# --------------------------------------------------------------------------- 病案首页

_fees = (
    select(s.front_fee.c.visit_no.label("owner"), func.sum(s.front_fee.c.amount).label("total"))
    .group_by(s.front_fee.c.visit_no)
    .subquery("fees")
)
PAGE_ADDS_UP = must_hold(
    "page_adds_up",
    "首页总费用等于各项费用之和，审核过的都已分组",
    select(_page.visit_no, _page.total_fee, _fees.c.total, _page.status, _page.drg_code)
    .select_from(s.front_page.outerjoin(_fees, _fees.c.owner == _page.visit_no))
    .where(
        or_(
            _page.total_fee != func.coalesce(_fees.c.total, 0),
            and_(_page.status == "CHECKED", or_(_page.drg_code.is_(None), _page.checked_at.is_(None))),
            and_(_page.status != "CHECKED", or_(_page.drg_code.is_not(None), _page.checked_at.is_not(None))),
        )
    )
    .order_by(_page.visit_no),
)
_diagnosis = s.front_diagnosis.c
_counted = (
    select(
        _diagnosis.visit_no.label("owner"),
        func.count().label("diagnoses"),
        func.min(_diagnosis.seq_no).label("first"),
        func.max(_diagnosis.seq_no).label("last"),
    )
    .group_by(_diagnosis.visit_no)
    .subquery("counted")
)
PAGE_DIAGNOSES_ORDERED = must_hold(
    "page_diagnoses_ordered",
    "首页诊断自 1 连续编号，第一条且只有第一条是主要诊断",
    select(_page.visit_no, _counted.c.diagnoses, _counted.c.first, _counted.c.last, _diagnosis.seq_no)
    .select_from(
        s.front_page.outerjoin(_counted, _counted.c.owner == _page.visit_no).outerjoin(
            s.front_diagnosis,
            and_(
                _diagnosis.visit_no == _page.visit_no,
                or_(
                    and_(_diagnosis.seq_no == 1, _diagnosis.kind != "MAIN"),
                    and_(_diagnosis.seq_no != 1, _diagnosis.kind == "MAIN"),
                ),
            ),
        )
    )
    .where(
        or_(
            _counted.c.first.is_(None),
            _counted.c.first != 1,
            _counted.c.last != _counted.c.diagnoses,
            _diagnosis.seq_no.is_not(None),
        )
    )
    .order_by(_page.visit_no, _diagnosis.seq_no),
)

# --------------------------------------------------------------------------- 共享文档

_access = s.document_access.c
DOCUMENT_INTACT = must_hold(
    "document_intact",
    "共享文档一字不少，每次交出的摘要都等于注册的",
    select(_document.document_id, _document.content_length, _access.access_no)
    .select_from(
        s.document.outerjoin(
            s.document_access,
            and_(_access.document_id == _document.document_id, _access.digest != _document.digest),
        )
    )
    .where(or_(_document.content_length != func.char_length(_document.content), _access.access_no.is_not(None)))
    .order_by(_document.document_id, _access.access_no),
)
_seen = (
    select(
        _access.document_id.label("owner"),
        func.count(func.nullif(_access.action, "REGISTER")).label("retrieved"),
        func.count(func.nullif(_access.action, "RETRIEVE")).label("registered"),
    )
    .where(_access.document_id.is_not(None))
    .group_by(_access.document_id)
    .subquery("seen")
)
RETRIEVALS_COUNTED = must_hold(
    "retrievals_counted",
    "共享文档注册一次，调阅次数与登记相符",
    select(_document.document_id, _document.retrievals, _seen.c.retrieved, _seen.c.registered)
    .select_from(s.document.outerjoin(_seen, _seen.c.owner == _document.document_id))
    .where(
        or_(
            _seen.c.registered.is_(None),
            _seen.c.registered != 1,
            _document.retrievals != _seen.c.retrieved,
        )
    )
    .order_by(_document.document_id),
)
ONE_ACTIVE_DOCUMENT = must_hold(
    "one_active_document",
    "一份病历只有一份现行的共享文档",
    select(_document.record_id, func.count().label("active"))
    .where(_document.status == "ACTIVE", _document.record_id.is_not(None))
    .group_by(_document.record_id)
    .having(func.count() > 1)
    .order_by(_document.record_id),
)

# --------------------------------------------------------------------------- 质控

_defect, _scan = s.defect.c, s.quality_scan.c
_found = (
    select(_defect.batch_no.label("owner"), func.count().label("defects")).group_by(_defect.batch_no).subquery("found")
)
SCANS_COMPLETE = must_hold(
    "scans_complete",
    "每次扫描查到几条就记下几条缺陷",
    select(_scan.batch_no, _scan.defects, _found.c.defects.label("stored"))
    .select_from(s.quality_scan.outerjoin(_found, _found.c.owner == _scan.batch_no))
    .where(_scan.defects != func.coalesce(_found.c.defects, 0))
    .order_by(_scan.batch_no),
)
DEFECTS_EXPLAINED = must_hold(
    "defects_explained",
    "整改过的缺陷都写明何人、何时、怎样整改，没整改的都没有",
    select(_defect.defect_id, _defect.status, _defect.found_at, _defect.corrected_at)
    .where(
        or_(
            and_(
                _defect.status == "CORRECTED",
                or_(
                    _defect.corrected_at.is_(None),
                    _defect.corrector_id.is_(None),
                    _defect.correction.is_(None),
                    _defect.corrected_at < _defect.found_at,
                ),
            ),
            and_(_defect.status != "CORRECTED", _defect.corrected_at.is_not(None)),
        )
    )
    .order_by(_defect.defect_id),
)
CORRECTED_BEFORE_ARCHIVING = must_hold(
    "corrected_before_archiving",
    "归档之前查到的缺陷，归档时都已整改",
    select(_defect.defect_id, _defect.status, _defect.corrected_at, _archive.archived_at)
    .select_from(s.defect.join(s.archive, _archive.visit_no == _defect.visit_no))
    .where(
        _defect.found_at <= _archive.archived_at,
        or_(_defect.corrected_at.is_(None), _defect.corrected_at > _archive.archived_at),
    )
    .order_by(_defect.defect_id),
)

INVARIANTS: tuple[Invariant, ...] = (
    RESULTS_IN_ORDER,
    QUOTED_AS_REPORTED,
    ARCHIVED_WHOLE,
    ARCHIVED_IS_SIGNED,
    ARCHIVED_UNCHANGED,
    ARCHIVED_COMPLETE,
    ARCHIVED_IN_TIME,
    PAGE_ADDS_UP,
    PAGE_DIAGNOSES_ORDERED,
    DOCUMENT_INTACT,
    RETRIEVALS_COUNTED,
    ONE_ACTIVE_DOCUMENT,
    SCANS_COMPLETE,
    DEFECTS_EXPLAINED,
    CORRECTED_BEFORE_ARCHIVING,
)
