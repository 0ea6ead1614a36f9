"""What the laboratory does with a request over HTTP: a route each, the body read strictly, the business done at a desk.

201 where something was written down, 200 for what is looked at or moved on, 404, 409 or 422 with a problem where it is
refused. Reading: `rest_views.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from scenarios.lis.service import limits, rest_views
from scenarios.lis.service.refusals import done
from scenarios.lis.transactions.control import run_control
from scenarios.lis.transactions.critical import acknowledge_critical
from scenarios.lis.transactions.measuring import rerun
from scenarios.lis.transactions.requests import collect, receive, reject_specimen
from scenarios.lis.transactions.review import auto_review, publish, review
from scenarios.reference.service import Answer, Desk, Request
from scenarios.refusals import Refused
from scenarios.rest import Body, Problem, answer, read

Post = Callable[[Body, Desk], Any]


def handle(request: Request, desk: Desk) -> Answer:
    try:
        return _routed(request, desk)
    except Problem as problem:
        return problem.answer(request.charset)
    except Refused as refused:
        return Problem(refused.sort.status, refused.text).answer(request.charset)


def _routed(request: Request, desk: Desk) -> Answer:
    collection, _, key = request.path.strip("/").partition("/")
    posted, asked = _POSTS.get(collection), rest_views.VIEWS.get(collection)
    if request.method == "POST" and posted is not None and not key:
        body = read(request.body, request.charset, longest=limits.MOST_BYTES)
        status, post = posted
        return answer(post(body, desk), request.charset, status=status)
    if request.method == "GET" and asked is not None:
        return answer(asked(rest_views.Asked(key, request.query), desk), request.charset)
    if posted is None and asked is None:
        raise Problem(404, "没有这个地址")
    raise Problem(405, "这个地址不接受这种方法")


# --------------------------------------------------------------------------- 标本


def _collect(body: Body, desk: Desk) -> Any:
    specimens = body.items("specimens", most=20)
    volumes = tuple((one.text("specimen_id"), one.number("volume_ml", digits=4, places=2)) for one in specimens)
    order_no, nurse, at = body.text("order_no"), body.text("collector_id"), body.moment("at")
    labels = done(desk.carry_out(collect, order_no=order_no, volumes=volumes, collector_id=nurse, at=at))
    return {"order_no": order_no, "specimens": [rest_views.label(row) for row in labels]}


def _receive(body: Body, desk: Desk) -> Any:
    section_code, specimens = body.text("section_code"), body.texts("specimens", most=50)
    serials = done(
        desk.carry_out(
            receive,
            section_code=section_code,
            specimens=specimens,
            receiver_id=body.text("receiver_id"),
            at=body.moment("at"),
        )
    )
    received = [{"specimen_id": one, "serial_no": n} for one, n in zip(specimens, serials, strict=True)]
    return {"section_code": section_code, "received": received}


def _reject(body: Body, desk: Desk) -> Any:
    specimen_id = body.text("specimen_id")
    done(
        desk.carry_out(
            reject_specimen,
            specimen_id=specimen_id,
            reason=body.coded("reason", limits.REASONS),
            remark=body.maybe("remark", longest=limits.TEXT),
            staff_id=body.text("staff_id"),
            at=body.moment("at"),
        )
    )
    return {"specimen_id": specimen_id, "status": "REJECTED"}


# --------------------------------------------------------------------------- 审核与报告


def _rerun(body: Body, desk: Desk) -> Any:
    kind, text = body.coded("value_type", limits.VALUE_TYPES), body.text("value_text", longest=limits.VALUE)
    fits: re.Pattern[str] | None = {"NM": limits.NUMERIC, "SN": limits.BEYOND}.get(kind)
    if fits is not None and not fits.match(text):
        raise body.wrong("value_text", f"不是 {kind} 的写法")
    filler_no, analyte_code = body.text("filler_no"), body.text("analyte_code")
    runs = done(
        desk.carry_out(
            rerun,
            filler_no=filler_no,
            value=(analyte_code, kind, text, body.maybe("note", longest=limits.REPORT)),
            upload_id=body.text("upload_id"),
            operator_id=body.text("operator_id"),
            observed_at=body.instant("observed_at"),
        )
    )
    return {"filler_no": filler_no, "analyte_code": analyte_code, "runs": [rest_views.run(row) for row in runs]}


def _auto_review(body: Body, desk: Desk) -> Any:
    filler_no = body.text("filler_no")
    reason = done(desk.carry_out(auto_review, filler_no=filler_no, at=body.moment("at")))
    return {"filler_no": filler_no, "status": "REVIEWED" if reason is None else "HELD", "hold_reason": reason}


def _review(body: Body, desk: Desk) -> Any:
    filler_no = body.text("filler_no")
    done(desk.carry_out(review, filler_no=filler_no, reviewer_id=body.text("reviewer_id"), at=body.moment("at")))
    return {"filler_no": filler_no, "status": "REVIEWED"}


def _publish(body: Body, desk: Desk) -> Any:
    report_no, filler_no = body.text("report_no"), body.text("filler_no")
    minutes, late = done(
        desk.carry_out(
            publish,
            report_no=report_no,
            filler_no=filler_no,
            publisher_id=body.text("publisher_id"),
            conclusion=body.maybe("conclusion", longest=limits.TEXT),
            at=body.moment("at"),
        )
    )
    return {"report_no": report_no, "filler_no": filler_no, "turnaround_minutes": minutes, "late": late}


# --------------------------------------------------------------------------- 危急值与质控


def _acknowledge(body: Body, desk: Desk) -> Any:
    critical_id = body.text("critical_id", longest=limits.CRITICAL)
    done(
        desk.carry_out(
            acknowledge_critical,
            critical_id=critical_id,
            doctor_id=body.text("doctor_id"),
            treatment=body.text("treatment", longest=limits.TEXT),
            late_reason=body.maybe("late_reason", longest=limits.SHORT) or "",
            at=body.moment("at"),
        )
    )
    return {"critical_id": critical_id, "status": "ACKNOWLEDGED"}


def _run_control(body: Body, desk: Desk) -> Any:
    lot_id, values = body.text("lot_id"), body.texts("values", most=2, longest=limits.CONTROL_VALUE)
    if not all(limits.NUMERIC.match(value) for value in values):
        raise body.wrong("values", "不是数")
    points = done(
        desk.carry_out(
            run_control,
            lot_id=lot_id,
            values=values,
            correction=body.text("correction", longest=limits.TEXT),
            operator_id=body.text("operator_id"),
            measured_at=body.instant("measured_at"),
        )
    )
    return {"lot_id": lot_id, "points": [rest_views.point(row) for row in points]}


_POSTS: dict[str, tuple[int, Post]] = {
    "collections": (201, _collect),
    "receipts": (201, _receive),
    "rejections": (201, _reject),
    "reruns": (201, _rerun),
    "automatic-reviews": (200, _auto_review),
    "reviews": (200, _review),
    "reports": (201, _publish),
    "acknowledgements": (201, _acknowledge),
    "control-runs": (201, _run_control),
}
