"""What must hold of records whatever happened: one query each, one row per violation, no row when all is well.

Asked of the loaded data, after the functional pass and after every load block, on each stack. Results, archive, front
page, quality control and documents: `invariants_shelf.py`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, func, or_, select

from harness.model import Invariant, Statement
from scenarios.emr import catalogue
from scenarios.emr import tables as t
from scenarios.emr.tables import DIGEST


def must_hold(name: str, title: str, query: Any) -> Invariant:
    return Invariant(name=name, title=title, query=Statement(name=f"invariant_{name}", body=query))


_record, _version, _signature, _visit = t.record.c, t.version.c, t.signature.c, t.visit.c

# --------------------------------------------------------------------------- 版本

_kept = (
    select(
        _version.record_id.label("owner"), func.count().label("versions"), func.max(_version.version_no).label("last")
    )
    .group_by(_version.record_id)
    .subquery("kept")
)
VERSIONS_COMPLETE = must_hold(
    "versions_complete",
    "版本号自 1 连续，最后一个就是当前版本",
    select(_record.record_id, _record.current_version, _kept.c.versions, _kept.c.last)
    .select_from(t.record.outerjoin(_kept, _kept.c.owner == _record.record_id))
    .where(
        or_(
            _record.current_version != func.coalesce(_kept.c.versions, 0),
            _record.current_version != func.coalesce(_kept.c.last, 0),
        )
    )
    .order_by(_record.record_id),
)
TEXT_COMPLETE = must_hold(
    "text_complete",
    "每个版本的正文一字不少：数据库数出的字数等于保存时的字数",
    select(_version.record_id, _version.version_no, _version.content_length)
    .where(_version.content_length != func.char_length(_version.content))
    .order_by(_version.record_id, _version.version_no),
)
_older = t.version.alias("older")
WRITTEN_IN_ORDER = must_hold(
    "written_in_order",
    "就诊 ≤ 创建病历 ≤ 各版本依次保存",
    select(_version.record_id, _version.version_no, _visit.admitted_at, _record.created_at, _version.saved_at)
    .select_from(
        t.version.join(t.record)
        .join(t.visit)
        .outerjoin(
            _older, and_(_older.c.record_id == _version.record_id, _older.c.version_no == _version.version_no - 1)
        )
    )
    .where(
        or_(
            _record.created_at < _visit.admitted_at,
            _version.saved_at < _record.created_at,
            _version.saved_at < _older.c.saved_at,
        )
    )
    .order_by(_version.record_id, _version.version_no),
)
REVISIONS_TRACED = must_hold(
    "revisions_traced",
    "修订留痕与所属版本的修改者、时间一致，首个版本没有修订",
    select(t.revision.c.record_id, t.revision.c.version_no, t.revision.c.section_code)
    .join_from(t.revision, t.version)
    .where(
        or_(
            t.revision.c.version_no == 1,
            t.revision.c.editor_id != _version.editor_id,
            t.revision.c.changed_at != _version.saved_at,
            and_(t.revision.c.change_kind == "ADD", t.revision.c.old_length != 0),
            and_(t.revision.c.change_kind == "REMOVE", t.revision.c.new_length != 0),
        )
    )
    .order_by(t.revision.c.record_id, t.revision.c.version_no, t.revision.c.section_code),
)
SEARCH_IS_CURRENT = must_hold(
    "search_is_current",
    "检索用的文字都取自当前版本，主诉与正文相同",
    select(t.section.c.record_id, t.section.c.section_code, t.section.c.version_no, _record.current_version)
    .join_from(t.section, t.record)
    .where(
        or_(
            t.section.c.version_no != _record.current_version,
            and_(
                t.section.c.section_code == catalogue.COMPLAINT,
                or_(_record.chief_complaint.is_(None), _record.chief_complaint != t.section.c.section_text),
            ),
        )
    )
    .order_by(t.section.c.record_id, t.section.c.section_code),
)
DRAFTS_OF_OPEN = must_hold(
    "drafts_of_open",
    "草稿与占用只属于还能写的病历，草稿不比当前版本新",
    select(t.draft.c.record_id, _record.status, t.draft.c.based_on)
    .join_from(t.draft, t.record)
    .where(or_(_record.status.in_(("ARCHIVED", "VOID")), t.draft.c.based_on > _record.current_version))
    .union_all(
        select(t.edit_lock.c.record_id, _record.status, _record.current_version)
        .join_from(t.edit_lock, t.record)
        .where(_record.status.in_(("ARCHIVED", "VOID")))
    ),
)

# --------------------------------------------------------------------------- 签名

_by_author = and_(
    _signature.record_id == _record.record_id,
    _signature.version_no == _record.current_version,
    _signature.role == "AUTHOR",
)
SIGNED_BY_AUTHOR = must_hold(
    "signed_by_author",
    "签过的当前版本恰好有作者的一个签名，草稿没有",
    select(_record.record_id, _record.status, func.count(_signature.signature_id).label("signatures"))
    .select_from(t.record.outerjoin(t.signature, _by_author))
    .group_by(_record.record_id, _record.status)
    .having(
        or_(
            and_(_record.status.in_(("SIGNED", "ARCHIVED")), func.count(_signature.signature_id) != 1),
            and_(_record.status == "DRAFT", func.count(_signature.signature_id) != 0),
        )
    )
    .order_by(_record.record_id),
)
SIGNED_DIGEST = must_hold(
    "signed_digest",
    "签名的摘要等于所签版本的摘要",
    select(_signature.signature_id, _signature.record_id, _signature.version_no)
    .join_from(t.signature, t.version)
    .where(
        or_(
            _signature.digest != _version.digest,
            func.char_length(_signature.digest) != DIGEST,
            _signature.saved_at != _version.saved_at,
        )
    )
    .order_by(_signature.signature_id),
)
SIGNED_BY_ENTITLED = must_hold(
    "signed_by_entitled",
    "作者签名的是作者本人，审签的是上级医师，证书是签名者的",
    select(_signature.signature_id, _signature.role, _signature.signer_id)
    .select_from(
        t.signature.join(t.record, _record.record_id == _signature.record_id).join(
            t.staff, t.staff.c.staff_id == _signature.signer_id
        )
    )
    .where(
        or_(
            and_(_signature.role == "AUTHOR", _signature.signer_id != _record.author_id),
            and_(_signature.role == "SENIOR", t.staff.c.is_senior != 1),
            _signature.certificate_no != t.staff.c.certificate_no,
        )
    )
    .order_by(_signature.signature_id),
)
_author = t.signature.alias("by_author")
SIGNED_IN_ORDER = must_hold(
    "signed_in_order",
    "保存 ≤ 作者签名 ≤ 上级审签，没有作者签名的不能审签",
    select(_signature.signature_id, _signature.saved_at, _author.c.signed_at.label("author_at"), _signature.signed_at)
    .select_from(
        t.signature.outerjoin(
            _author,
            and_(
                _author.c.record_id == _signature.record_id,
                _author.c.version_no == _signature.version_no,
                _author.c.role == "AUTHOR",
            ),
        )
    )
    .where(
        or_(
            _signature.signed_at < _signature.saved_at,
            and_(
                _signature.role == "SENIOR",
                or_(_author.c.signature_id.is_(None), _signature.signed_at < _author.c.signed_at),
            ),
        )
    )
    .order_by(_signature.signature_id),
)
_first = (
    select(_signature.record_id.label("owner"), func.min(_signature.signed_at).label("first_at"))
    .where(_signature.role == "AUTHOR")
    .group_by(_signature.record_id)
    .subquery("first_signed")
)
SIGNING_TIME = must_hold(
    "signing_time",
    "病历的签名时间是首次签名的时间，没签过的没有",
    select(_record.record_id, _record.status, _record.signed_at, _first.c.first_at)
    .select_from(t.record.outerjoin(_first, _first.c.owner == _record.record_id))
    .where(
        or_(
            _record.signed_at != _first.c.first_at,
            and_(_record.signed_at.is_(None), _first.c.first_at.is_not(None)),
            and_(_record.signed_at.is_not(None), _first.c.first_at.is_(None)),
        )
    )
    .order_by(_record.record_id),
)
VOID_EXPLAINED = must_hold(
    "void_explained",
    "作废的病历都写明原因与时间，没作废的都没有",
    select(_record.record_id, _record.status, _record.void_reason, _record.voided_at)
    .where(
        or_(
            and_(_record.status == "VOID", or_(_record.void_reason.is_(None), _record.voided_at.is_(None))),
            and_(_record.status != "VOID", or_(_record.void_reason.is_not(None), _record.voided_at.is_not(None))),
        )
    )
    .order_by(_record.record_id),
)
_log = t.audit_log.c
_traced = (
    select(_signature.signature_id.label("object_id"), _log.audit_id)
    .select_from(
        t.signature.outerjoin(
            t.audit_log,
            and_(
                _log.object_id == _signature.signature_id,
                _log.action.in_(("SIGN", "AMEND", "COUNTERSIGN")),
                _log.staff_id == _signature.signer_id,
            ),
        )
    )
    .union_all(
        select(_visit.visit_no, _log.audit_id)
        .select_from(
            t.visit.outerjoin(t.audit_log, and_(_log.object_id == _visit.visit_no, _log.action == "ARCHIVE"))
        )
        .where(_visit.status == "ARCHIVED")
    )
    .subquery("traced")
)  # fmt: skip
AUDITED = must_hold(
    "audited",
    "每次签名、归档恰好留痕一次",
    select(_traced.c.object_id, func.count(_traced.c.audit_id).label("traces"))
    .group_by(_traced.c.object_id)
    .having(func.count(_traced.c.audit_id) != 1)
    .order_by(_traced.c.object_id),
)

INVARIANTS: tuple[Invariant, ...] = (
    VERSIONS_COMPLETE,
    TEXT_COMPLETE,
    WRITTEN_IN_ORDER,
    REVISIONS_TRACED,
    SEARCH_IS_CURRENT,
    DRAFTS_OF_OPEN,
    SIGNED_BY_AUTHOR,
    SIGNED_DIGEST,
    SIGNED_BY_ENTITLED,
    SIGNED_IN_ORDER,
    SIGNING_TIME,
    VOID_EXPLAINED,
    AUDITED,
)
