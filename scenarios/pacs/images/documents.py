"""Documents about a study: its report as a structured report, and key object selections that reject images (IHE IOCM).

Content trees after PS3.3 C.17.3, templates 2000 and 2010 of PS3.16. Not here: images (`datasets.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydicom import uid
from pydicom.dataset import Dataset

from harness.imaging import DicomObject
from scenarios.pacs.images import datasets, encoded, modules, uids
from scenarios.pacs.images.modules import coded, described
from scenarios.pacs.images.study import Study

ENHANCED = "enhanced"
REJECTIONS: Mapping[str, tuple[str, str, str]] = {
    "quality": ("113001", "DCM", "Rejected for Quality Reasons"),
    "safety": ("113037", "DCM", "Rejected for Patient Safety Reasons"),
    "wrong_entry": ("113038", "DCM", "Incorrect Modality Worklist Entry"),
    "expired": ("113039", "DCM", "Data Retention Policy Expired"),
}
_REPORT_SERIES, _REJECTION_SERIES = 901, 902  # series numbers


def report(study: Study, text: Mapping[str, Any]) -> DicomObject:
    """A verified report of `text`: findings, conclusion, reporter, reviewer (PN), date, time, version, kind.

    A later version is an object of its own in the same series. `kind`: basic or enhanced.
    """
    version = int(text.get("version", 1))
    date, time = text.get("date", study.date), text.get("time", study.time)
    reviewer = described(
        VerifyingObserverName=text.get("reviewer", modules.RADIOLOGIST),
        VerifyingObserverIdentificationCodeSequence=[],
        VerifyingOrganization=modules.INSTITUTION,
        VerificationDateTime=f"{date}{time}",
    )
    findings = _text("121071", "Finding", str(text.get("findings", "")))
    conclusion = _text("121077", "Conclusion", str(text.get("conclusion", "")))
    content = [
        _item("HAS CONCEPT MOD", "CODE", coded("121049", "DCM", "Language of Content Item and Descendants"),
              ConceptCodeSequence=coded("zh-CN", "RFC5646", "中文（中国）")),
        _item("HAS OBS CONTEXT", "PNAME", coded("121008", "DCM", "Person Observer Name"),
              PersonName=text.get("reporter", modules.RADIOLOGIST)),
        _container(coded("121070", "DCM", "Findings"), [findings]),
        _container(coded("121076", "DCM", "Conclusions"), [conclusion]),
    ]  # fmt: skip
    return _document(
        study,
        number=(_REPORT_SERIES, version),
        sop_class=uid.EnhancedSRStorage if text.get("kind") == ENHANCED else uid.BasicTextSRStorage,
        modality="SR",
        own=described(
            ContentDate=date,
            ContentTime=time,
            CompletionFlag="COMPLETE",
            VerificationFlag="VERIFIED",
            VerifyingObserverSequence=reviewer,
            PerformedProcedureCodeSequence=modules.procedure(study),
            ReferencedRequestSequence=_request(study),
            CurrentRequestedProcedureEvidenceSequence=_evidence(study, [(1, 1)]),
            **_tree(coded("18748-4", "LN", "诊断影像报告"), content, template="2000"),
        ),
    )


def key_objects(study: Study, reason: str, images: Sequence[Sequence[int]], note: str = "") -> DicomObject:
    """A selection of images, each as (series, image), that must no longer be shown for this reason."""
    selected = [tuple(place) for place in images]
    content = [_text("113012", "Key Object Description", note)] if note else []
    content += [_item("CONTAINS", "IMAGE", None, ReferencedSOPSequence=_referenced(study, *at)) for at in selected]
    return _document(
        study,
        number=(_REJECTION_SERIES, 1 + list(REJECTIONS).index(reason)),
        sop_class=uid.KeyObjectSelectionDocumentStorage,
        modality="KO",
        own=described(
            ContentDate=study.date,
            ContentTime=study.time,
            ReferencedRequestSequence=_request(study),
            CurrentRequestedProcedureEvidenceSequence=_evidence(study, selected),
            **_tree(coded(*REJECTIONS[reason]), content, template="2010"),
        ),
    )


def _document(study: Study, *, number: tuple[int, int], sop_class: str, modality: str, own: Dataset) -> DicomObject:
    series, instance_number = number
    series_uid = uids.document_series_uid(study.uid, modality)
    instance = uids.instance_uid(series_uid, instance_number)
    text = {"SR": "诊断报告", "KO": "拒收说明"}[modality]
    whole = modules.merged(
        modules.common(study, sop_class=sop_class, instance=instance),
        modules.series(study, number=series, uid=series_uid, modality=modality, text=text),
        described(InstanceNumber=instance_number, ReferencedPerformedProcedureStepSequence=[]),
        own,
    )
    return DicomObject(
        sop_class=sop_class,
        sop_instance=instance,
        transfer_syntax=uid.ExplicitVRLittleEndian,
        dataset=encoded.encoded(whole),
    )


def _tree(title: Dataset, content: list[Dataset], *, template: str) -> dict[str, Any]:
    return {
        "ValueType": "CONTAINER",
        "ConceptNameCodeSequence": title,
        "ContinuityOfContent": "SEPARATE",
        "ContentTemplateSequence": described(MappingResource="DCMR", TemplateIdentifier=template),
        "ContentSequence": content,
    }


def _container(name: Dataset, content: list[Dataset]) -> Dataset:
    return _item("CONTAINS", "CONTAINER", name, ContinuityOfContent="SEPARATE", ContentSequence=content)


def _text(code: str, meaning: str, text: str) -> Dataset:
    return _item("CONTAINS", "TEXT", coded(code, "DCM", meaning), TextValue=text or "未见异常。")


def _item(relationship: str, kind: str, name: Dataset | None, **values: Any) -> Dataset:
    named = {} if name is None else {"ConceptNameCodeSequence": name}
    return described(RelationshipType=relationship, ValueType=kind, **named, **values)


def _request(study: Study) -> Dataset:
    requested = modules.requested(study)
    del requested.ScheduledProcedureStepID, requested.ScheduledProcedureStepDescription
    requested.StudyInstanceUID = study.uid
    requested.ReferencedStudySequence = []
    requested.PlacerOrderNumberImagingServiceRequest = study.accession
    requested.FillerOrderNumberImagingServiceRequest = study.accession
    return requested


def _evidence(study: Study, images: Iterable[Sequence[int]]) -> Dataset:
    """Which images a document speaks of, by series."""
    by_series: dict[int, list[Dataset]] = {}
    for series, image in images:
        by_series.setdefault(series, []).append(_referenced(study, series, image))
    return described(
        StudyInstanceUID=study.uid,
        ReferencedSeriesSequence=[
            described(SeriesInstanceUID=uids.series_uid(study.uid, series), ReferencedSOPSequence=referenced)
            for series, referenced in by_series.items()
        ],
    )


def _referenced(study: Study, series: int, image: int) -> Dataset:
    return described(
        ReferencedSOPClassUID=datasets.sop_class(study, image),
        ReferencedSOPInstanceUID=uids.instance_uid(uids.series_uid(study.uid, series), image),
    )
