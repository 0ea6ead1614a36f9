"""An object that the peer brought, in the pieces in which it came: they are put together when somebody reads it.

Not here: where it goes (`receiver.py`, `exchange.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from drivers.messages.dicom.association import Association
from drivers.messages.dicom.commands import Field, text
from drivers.messages.dicom.incoming import Incoming
from drivers.messages.dicom.wire import Piece
from harness.imaging import DicomObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What a C-STORE of the peer's brought."""

    sop_class: str
    sop_instance: str
    transfer_syntax: str
    pieces: Sequence[Piece]

    @classmethod
    def of(cls, association: Association, incoming: Incoming) -> Fetched:
        return cls(
            sop_class=text(incoming.command, Field.AFFECTED_CLASS),
            sop_instance=text(incoming.command, Field.AFFECTED_INSTANCE),
            transfer_syntax=association.syntax(incoming.context),
            pieces=incoming.pieces,
        )

    @property
    def size(self) -> int:
        return sum(map(len, self.pieces))

    def whole(self) -> DicomObject:
        return DicomObject(
            sop_class=self.sop_class,
            sop_instance=self.sop_instance,
            transfer_syntax=self.transfer_syntax,
            dataset=b"".join(self.pieces),
        )
