"""Storage commitment: asked for, accepted, reported on later, on the same association or one that the archive opens.

Not here: the receiving side (`receiver.py`).
"""

from __future__ import annotations

import time

from drivers.messages import replies
from drivers.messages.dicom import datasets
from drivers.messages.dicom.asked import Asked
from drivers.messages.dicom.association import Association, Ended
from drivers.messages.dicom.commands import RESPONSE, Field, Kind, number
from drivers.messages.dicom.exchange import Exchange, event_reply, serve
from drivers.messages.dicom.receiver import Event, Receiver, reported
from drivers.messages.dicom.wire import NotDicom
from harness.model import Reply, ReplyKind

_LOOK_S = 0.01


def asked(association: Association, wanted: Asked, exchange: Exchange, elsewhere: Receiver | None) -> Reply:
    """The archive's final word, or its refusal to take the request."""
    try:
        transaction = datasets.value(datasets.read(wanted.dataset, wanted.syntax), "TransactionUID")
    except NotDicom as error:
        return replies.unsendable(error)
    if elsewhere is not None:
        elsewhere.expect(transaction)
    try:
        reply = exchange.reply()
        if reply.kind is not ReplyKind.OK:
            return reply
        event = exchange.events.get(transaction) or _awaited(association, transaction, elsewhere)
    except TimeoutError:
        return replies.timed_out(association.timeout_s)
    finally:
        if elsewhere is not None:
            elsewhere.forget(transaction)
    return event_reply(event)


def _awaited(association: Association, transaction: str, elsewhere: Receiver | None) -> Event:
    """Raises TimeoutError, and what an association raises where nothing can come from elsewhere."""
    until = association.due()
    while time.monotonic() < until:
        if elsewhere is not None and (event := elsewhere.event(transaction)) is not None:
            return event
        try:
            incoming = association.receive(until if elsewhere is None else time.monotonic() + _LOOK_S)
        except TimeoutError:
            continue
        except Ended:
            if elsewhere is None:
                raise
            time.sleep(_LOOK_S)
            continue
        if number(incoming.command, Field.COMMAND) & RESPONSE:
            continue
        serve(association, incoming)
        if number(incoming.command, Field.COMMAND) == Kind.N_EVENT_REPORT:
            report = reported(association, incoming)
            if report is not None and report[0] == transaction:
                return report[1]
    raise TimeoutError
