"""Queries: from the keys of an identifier to the patients, studies, series or images that match.

The database narrows by what is indexed, the rest is matched here. Not here: when a value matches (`matching.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scenarios.reference.archive.entry import ATTRIBUTES, KEYS, LEVELS, Model
from scenarios.reference.archive.index import Index, Listed
from scenarios.reference.archive.matching import date_range, is_open, matches, single

MODALITIES, CLASSES = "00080061", "00080062"
SERIES_IN_STUDY, IMAGES_IN_STUDY, IMAGES_IN_SERIES = "00201206", "00201208", "00201209"
_STUDY_DATE = "00080020"
_COUNTED = {"STUDY": (MODALITIES, CLASSES, SERIES_IN_STUDY, IMAGES_IN_STUDY), "SERIES": (IMAGES_IN_SERIES,)}


def supported(level: str) -> frozenset[str]:
    """Tags that can be asked for at a level."""
    from pydicom.datadict import tag_for_keyword

    upto = LEVELS[: LEVELS.index(level) + 1]
    tags = {f"{tag_for_keyword(name) or 0:08X}" for each in upto for name in ATTRIBUTES[each]}
    return frozenset(tags.union(_COUNTED.get(level, ())))


def found(index: Index, level: str, keys: Model) -> Iterator[Model]:
    """Every match. Keys that the archive does not support at the level match everything (PS3.4 C.2.2.1.3)."""
    known = supported(level)
    asked = {tag: key for tag, key in keys.items() if tag in known}
    counted = asked.keys() & {*_COUNTED.get(level, ())}
    for candidate in _candidates(index, level, asked):
        whole = candidate | (_counts(index, level, candidate) if counted else {})
        if matches(asked, whole):
            yield whole


def retrieved(index: Index, level: str, keys: Model) -> Sequence[tuple[str, str, str]]:
    """What the unique keys name, in the order of series and instance number: SOP instance, class, transfer syntax."""
    wanted = {tag: key for tag, key in keys.items() if tag in KEYS.values() and key.get("Value")}
    if level == "PATIENT":
        wanted.pop(KEYS["STUDY"], None)
    uids = {each: {str(uid) for uid in wanted.get(KEYS[each], {}).get("Value") or ()} for each in LEVELS}
    instances = []
    for study in _studies(index, wanted):
        patient = str((study.attributes.get(KEYS["PATIENT"], {}).get("Value") or [""])[0])
        if uids["PATIENT"] and patient not in uids["PATIENT"]:
            continue
        for each in index.instances(study.uid):
            if (not uids["SERIES"] or each.above in uids["SERIES"]) and (
                not uids["IMAGE"] or each.uid in uids["IMAGE"]
            ):
                instances.append((each.uid, each.sop_class, each.syntax))
    return instances


def _candidates(index: Index, level: str, keys: Model) -> Iterator[Model]:
    if level == "PATIENT":
        yield from (each.attributes for each in index.patients())
        return
    above = supported("STUDY")
    for study in _studies(index, keys):
        if level == "STUDY":
            yield study.attributes
            continue
        if not matches({tag: key for tag, key in keys.items() if tag in above}, study.attributes):
            continue
        series = {each.uid: study.attributes | each.attributes for each in index.series(study.uid)}
        if level == "SERIES":
            yield from series.values()
        else:
            yield from (
                series.get(each.above, study.attributes) | each.attributes for each in index.instances(study.uid)
            )


def _studies(index: Index, keys: Model) -> Sequence[Listed]:
    """As few as the index can tell."""
    uids = [str(uid) for uid in keys.get(KEYS["STUDY"], {}).get("Value") or () if uid]
    if not uids and (series := single(keys, KEYS["SERIES"])):
        uids = [index.study_of(series)]
    if not uids and (instance := single(keys, KEYS["IMAGE"])):
        known = index.known(instance)
        uids = [known.study if known else ""]
    if uids:
        return [each for uid in dict.fromkeys(uids) for each in index.studies(uid=uid) if uid]
    return index.studies(patient=single(keys, KEYS["PATIENT"]), dates=date_range(keys, _STUDY_DATE))


def _counts(index: Index, level: str, candidate: Model) -> Model:
    study = candidate[KEYS["STUDY"]]["Value"][0]
    counts = index.counts(study)
    if level == "SERIES":
        series = candidate[KEYS["SERIES"]]["Value"][0]
        return {IMAGES_IN_SERIES: _whole(sum(number for uid, _, number in counts if uid == series))}
    modalities = [
        value for each in index.series(study) for value in each.attributes.get("00080060", {}).get("Value", ())
    ]
    return {
        MODALITIES: {"vr": "CS", "Value": sorted(set(modalities))},
        CLASSES: {"vr": "UI", "Value": sorted({sop_class for _, sop_class, _ in counts})},
        SERIES_IN_STUDY: _whole(len({uid for uid, _, _ in counts})),
        IMAGES_IN_STUDY: _whole(sum(number for _, _, number in counts)),
    }


def _whole(number: int) -> dict[str, object]:
    return {"vr": "IS", "Value": [number]}


def asks_for_several(keys: Model) -> bool:
    """A wildcard or a range in any key."""
    return any(is_open(key) for key in keys.values())
