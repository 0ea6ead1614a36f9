"""Cases of the interfaces: each message, what it stored, each bad message or broken line, each interface document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from harness.dossier import Case, Subject
from harness.filing.cases.draft import Draft, both, pointer
from harness.filing.evidence import By, Reference
from harness.interface_result import DocumentCheck, HandledCase, ImagesHeld, InterfaceUse, MessageUse, StoredFields
from harness.result import Judgement, Result

_OUTCOME = {
    "alike": Judgement.PASS, "unexpected": Judgement.PASS, "not run": Judgement.NOT_RUN,
}  # fmt: skip


def drafts(result: Result) -> Iterator[Draft]:
    titles = {(i.pack, m.name): m.title for i in result.interfaces for m in i.messages}
    unlike = {(f.pack, f.step) for f in result.findings if not f.explained_by}
    for interface in result.interfaces:
        for message in interface.messages:
            yield _message(interface, message, differs=(interface.pack, message.name) in unlike)
    stored: dict[tuple[str, str, str], list[StoredFields]] = defaultdict(list)
    for each in result.stored_fields:
        stored[each.pack, each.message, each.table].append(each)
    for (pack, name, _), sides in stored.items():
        yield _stored(sides, titles.get((pack, name), name))
    held: dict[tuple[str, str], list[ImagesHeld]] = defaultdict(list)
    for images in result.images:
        held[images.pack, images.modality].append(images)
    for both_sides in held.values():
        yield _images(both_sides)
    for case in result.battery:
        yield _handled(case, titles.get((case.pack, case.message), case.message or case.interface))
    for check in result.documents:
        yield _document(check, result)


def _message(interface: InterfaceUse, message: MessageUse, *, differs: bool) -> Draft:
    """What was refused by both, or not compared to the end, is open: nobody knows whether it works."""
    accepted = message.original.get("ok") and message.migrated.get("ok")
    if differs:
        judgement = Judgement.FAIL
    elif not message.sent:
        judgement = Judgement.NOT_RUN
    else:
        judgement = Judgement.PASS if accepted and message.equal == message.sent else Judgement.INCONCLUSIVE
    samples = [Reference(f"interfaces/{interface.pack}/{name}") for name in message.samples]
    return Draft(
        case=Case(
            id="", kind="interface", clause="PV-INTF-1", pack=interface.pack, subject=Subject.MESSAGE,
            name=message.name, title=f"{interface.title}：{message.title}", judgement=judgement,
            figures={"total": message.sent, "equal": message.equal, "protocol": interface.kind},
        ),
        references=(*samples, pointer(f"/interfaces/pack={interface.pack}/name={interface.name}")),
    )  # fmt: skip


def _stored(sides: list[StoredFields], title: str) -> Draft:
    one = sides[0]
    migrated = [s for s in sides if s.stack == "migrated"]
    checked, wrong = sum(s.checked for s in migrated), sum(s.wrong + s.missing_rows - s.alike for s in migrated)
    judgement = Judgement.FAIL if wrong > 0 else Judgement.PASS if checked else Judgement.NOT_RUN
    return Draft(
        case=Case(
            id="", kind="interface", clause="PV-INTF-2", pack=one.pack, subject=Subject.STORED, name=one.message,
            title=f"{title} → {one.table}", judgement=judgement, figures={"total": checked, "wrong": max(0, wrong)},
            reason="；".join(e for s in migrated if wrong > 0 for e in s.examples),
        ),
        references=both(one.pack, "state-after.jsonl", By.TABLE, one.table, shown=False),
    )  # fmt: skip


def _images(sides: list[ImagesHeld]) -> Draft:
    one = sides[0]
    lost = {s.stack: s.lost for s in sides}
    acknowledged = {s.stack: s.acknowledged for s in sides}
    judgement = Judgement.PASS if any(acknowledged.values()) else Judgement.NOT_RUN
    if lost.get("original"):
        judgement = Judgement.INCONCLUSIVE
    if lost.get("migrated", 0) > lost.get("original", 0):
        judgement = Judgement.FAIL
    return Draft(
        case=Case(
            id="", kind="interface", clause="PV-INTF-2", pack=one.pack, subject=Subject.IMAGES, name=one.modality,
            title=one.modality, judgement=judgement,
            figures={"acknowledged": acknowledged.get("migrated", 0), "lost": lost.get("migrated", 0)},
            reason="；".join(e for s in sides if s.stack == "migrated" for e in s.lost_examples),
        ),
        references=(pointer(f"/images/modality={one.modality}"),),
    )  # fmt: skip


def _handled(case: HandledCase, title: str) -> Draft:
    # Dirty or stuck without being worse: the original is no better, so nobody knows.
    judgement = Judgement.FAIL if case.worse else _OUTCOME.get(case.outcome, Judgement.INCONCLUSIVE)
    place = f"recordings/{case.pack}/error-handling"
    value = f"interface={case.interface};message={case.message};case={case.case}"
    shown = judgement in (Judgement.FAIL, Judgement.INCONCLUSIVE)
    return Draft(
        case=Case(
            id="", kind="interface", clause="PV-INTF-4", pack=case.pack, subject=Subject.BATTERY, name=case.case,
            title=f"{title}：{case.title}", judgement=judgement,
            figures={"original": case.original, "migrated": case.migrated, "expected": case.expected},
            reason=case.reason,
        ),
        references=tuple(
            Reference(f"{place}/{stack}/cases.jsonl", By.FIELD, value, shown) for stack in ("original", "migrated")
        ),
    )  # fmt: skip


def _document(check: DocumentCheck, result: Result) -> Draft:
    title = next((i.title for i in result.interfaces if (i.pack, i.name) == (check.pack, check.interface)), "")
    bad = [d for d in check.deviations if d.migrated]
    judgement = Judgement.FAIL if bad else Judgement.PASS if check.checked else Judgement.NOT_RUN
    if not bad and (check.trouble or check.unchecked):
        judgement = Judgement.INCONCLUSIVE
    return Draft(
        case=Case(
            id="", kind="interface", clause="PV-INTF-5", pack=check.pack, subject=Subject.DOCUMENT,
            name=check.interface, title=title or check.interface, judgement=judgement,
            figures={"total": check.checked, "wrong": len(bad), "document": check.document},
            reason=check.trouble,
        ),
        references=(
            *((Reference(f"interfaces/{check.document}"),) if check.document else ()),
            pointer(f"/documents/interface={check.interface}"),
        ),
    )  # fmt: skip
