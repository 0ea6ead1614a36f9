"""SOAP of the laboratory in the manner of WS/T 501: reading a report, telling of a critical value.

Not here: what the laboratory makes of it (`service/soap.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from harness.content.battery import Knowledge
from harness.message import Carried, Message, Outgoing
from scenarios.lis.interfaces import SOAP
from scenarios.soap import call, element

REPORT_QUERY, CRITICAL_NOTICE = "LabReportQuery", "CriticalValueNotice"
_DOCUMENT = "HIPMessageServer/message/xml()"

# --------------------------------------------------------------------------- 报告调阅


def _report_query(*, charset: str, filler_no: str) -> Outgoing:
    document = element("labReportQuery", (element("fillerNo", filler_no),))
    return call(REPORT_QUERY, document, charset=charset)


SOAP_REPORT = Message(
    name="soap_report", title="报告调阅", interface=SOAP.name, content="soap", compose=_report_query
)  # fmt: skip

# --------------------------------------------------------------------------- 危急值通知


def _critical_notice(
    *, charset: str, critical_id: str, attempts: Sequence[Sequence[Any]], notifier_id: str, late_reason: str
) -> Outgoing:
    inner = (
        element("criticalId", critical_id),
        element("notifierId", notifier_id),
        *_attempts(attempts),
        element("lateReason", late_reason),
    )
    return call(CRITICAL_NOTICE, element("criticalValueNotice", inner), charset=charset)


def _attempts(attempts: Sequence[Sequence[Any]]) -> Iterator[str]:
    """Each call; what nobody said is no element."""
    at: dt.datetime
    for number, (channel, listener, read_back, at) in enumerate(attempts, 1):
        said = [element(name, text) for name, text in (("listener", listener), ("readBack", read_back)) if text]
        inner = (element("number", number), element("channel", channel), *said, element("notifiedAt", at))
        yield element("attempt", inner)


_NOTICE = f"{_DOCUMENT}/criticalValueNotice"
SOAP_CRITICAL_NOTICE = Message(
    name="soap_critical_notice",
    title="危急值通知",
    interface=SOAP.name,
    content="soap",
    compose=_critical_notice,
    carried=(
        Carried(
            table="lis_critical_notice",
            key={"critical_id": f"{_NOTICE}/criticalId", "attempt_no": f"{_NOTICE}/attempt[*]/number"},
            columns={
                "channel": f"{_NOTICE}/attempt[*]/channel", "listener": f"{_NOTICE}/attempt[*]/listener",
                "read_back": f"{_NOTICE}/attempt[*]/readBack", "notified_at": f"{_NOTICE}/attempt[*]/notifiedAt",
                "notifier_id": f"{_NOTICE}/notifierId",
            },
            each=f"{_NOTICE}/attempt",
        ),
    ),
    battery=Knowledge(
        mandatory=("Body/HIPMessageServer/action", "Body/HIPMessageServer/message"),
        coded=("Body/HIPMessageServer/action",),
        free_text="Body/HIPMessageServer/message",
        identity="",
    ),
)  # fmt: skip
