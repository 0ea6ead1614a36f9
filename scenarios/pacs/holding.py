"""What of the pack lies in the archive beforehand: the prior studies, with which today's are compared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from harness.imaging import ArchiveUse, DicomObject
from scenarios.pacs import interfaces
from scenarios.pacs.images import encoded, uids
from scenarios.pacs.images.study import from_dict
from scenarios.pacs.world import BUSINESS_DAY, World


def prior_objects(world: World) -> Iterator[DicomObject]:
    for study in world.priors:
        yield from encoded.objects(from_dict(study))


def study_dates(world: World) -> tuple[dt.date, dt.date]:
    return BUSINESS_DAY - dt.timedelta(days=world.scale.days), BUSINESS_DAY


ARCHIVE = ArchiveUse(interface=interfaces.ARCHIVE.name, ours=uids.ours, objects=prior_objects, dates=study_dates)
