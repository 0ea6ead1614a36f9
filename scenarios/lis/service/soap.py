"""What the laboratory does with a SOAP call in the manner of WS/T 501: the action says which document it brings.

A call that is none gets a fault, one whose document or business will not do an acknowledgement with AE.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from scenarios import soap
from scenarios.lis.messages.soap import CRITICAL_NOTICE, REPORT_QUERY
from scenarios.lis.service import limits, reports
from scenarios.lis.service.refusals import done
from scenarios.lis.transactions.critical import notify_critical
from scenarios.lis.transactions.review import Report, view_report
from scenarios.reference.service import Answer, Desk, Request
from scenarios.refusals import Refused, Sort
from scenarios.soap import Element, Unfit, acknowledgement, element

Take = Callable[[Element, Desk], str]  # what stands behind the acknowledgement


def handle(request: Request, desk: Desk) -> Answer:
    try:
        call = soap.read(request.body, request.charset, longest=limits.MOST_BYTES)
        inner = (acknowledgement("AA"), _taken(call, desk))
    except soap.Fault as fault:
        return fault.answer(request.charset)
    except Unfit as unfit:
        inner = (acknowledgement("AE", str(unfit)), "")
    except Refused as refused:
        if refused.sort in (Sort.BUSY, Sort.BROKEN):
            return soap.Fault(refused.text, code="Server").answer(request.charset)
        inner = (acknowledgement("AE", refused.text), "")
    return soap.answer(element("response", inner), request.charset)


def _taken(call: soap.Call, desk: Desk) -> str:
    found = _ACTIONS.get(call.action)
    if found is None:
        raise Unfit("没有这种 action")
    name, take = found
    if call.root.name != name:
        raise Unfit(f"文档的根元素应为 {name}")
    return take(call.root, desk)


# --------------------------------------------------------------------------- 报告调阅


def _report(root: Element, desk: Desk) -> str:
    filler_no = root.text("fillerNo")
    report: Report = done(desk.carry_out(view_report, filler_no=filler_no))
    inner = [element("fillerNo", filler_no), *_elements(reports.head(report))]
    inner += [element("result", _elements(line)) for line in reports.lines(report)]
    culture = reports.culture(report)
    if culture is not None:
        tested = (element("susceptibility", _elements(one)) for one in reports.susceptibilities(report))
        inner.append(element("culture", (*_elements(dict(culture)), *tested)))
    return element("labReport", inner)


def _elements(named: dict[str, Any]) -> Iterator[str]:
    """An element for everything that is there: report_no becomes reportNo."""
    for name, value in named.items():
        if value is not None:
            first, *others = name.split("_")
            yield element(first + "".join(map(str.capitalize, others)), value)


# --------------------------------------------------------------------------- 危急值通知


def _notice(root: Element, desk: Desk) -> str:
    calls = root.all("attempt")
    if not 0 < len(calls) <= 10:
        raise Unfit("attempt 应有 1 到 10 个")
    attempts = tuple(_attempt(one, number) for number, one in enumerate(calls, 1))
    critical_id = root.text("criticalId", longest=limits.CRITICAL)
    done(
        desk.carry_out(
            notify_critical,
            critical_id=critical_id,
            attempts=attempts,
            notifier_id=root.text("notifierId"),
            late_reason=root.maybe("lateReason", longest=limits.SHORT) or "",
        )
    )
    return element("criticalId", critical_id)


def _attempt(one: Element, number: int) -> tuple[Any, ...]:
    if one.text("number") != str(number):
        raise Unfit("attempt/number 应从 1 起连续")
    return (
        one.coded("channel", limits.CHANNELS),
        one.maybe("listener", longest=40),
        one.maybe("readBack", longest=limits.SHORT),
        one.moment("notifiedAt"),
    )


_ACTIONS: dict[str, tuple[str, Take]] = {
    REPORT_QUERY: ("labReportQuery", _report),
    CRITICAL_NOTICE: ("criticalValueNotice", _notice),
}
