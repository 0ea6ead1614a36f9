"""What of the pack lies in the archive beforehand: the prior studies, with which today's are compared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from harness.imaging import ArchiveUse, DicomObject
from scenarios.pacs import interfaces
from scenarios.pacs.images import encoded, pixels, uids
from scenarios.pacs.images.study import from_dict
from scenarios.pacs.world import BUSINESS_DAY, World


def prior_objects(world: World) -> Iterator[DicomObject]:
    for study in world.priors:
        yield from encoded.objects(from_dict(study))


def study_dates(world: World) -> tuple[dt.date, dt.date]:
    return BUSINESS_DAY - dt.timedelta(days=world.scale.days), BUSINESS_DAY


def draw_pictures(params: Mapping[str, Any]) -> None:
    """Those that the images of an item's study are made from; they are drawn once and kept."""
    if "study" in params:
        study = from_dict(params["study"])
        for image in range(1, min(study.images, pixels.DIFFERENT) + 1):
            pixels.picture(study, image)


ARCHIVE = ArchiveUse(
    interface=interfaces.ARCHIVE.name,
    ours=uids.ours,
    objects=prior_objects,
    dates=study_dates,
    prepare=draw_pictures,
)
