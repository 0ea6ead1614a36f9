"""经 HTTP 与 SOAP 的业务：标本流转、审核发布、报告与趋势、危急值、质控。

每种都与 SQL 的同名业务用同一个抽取：参数相同，只是换一条路走，出入的池也相同。
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from harness.message import Message
from harness.model import Conversation, Drawing, Transaction
from scenarios.lis.interfaces import HTTP, SOAP
from scenarios.lis.messages import rest, soap
from scenarios.lis.transactions import control, critical, measuring, requests, review

Draw = Callable[[Drawing], dict[str, Any] | None]


def sending(message: Message) -> Callable[..., None]:
    """业务就是发这一条报文。"""

    def act(tx: Conversation, **params: Any) -> None:
        tx.send(message, **params)

    return act


def _by_http(name: str, message: Message, draw: Draw, weight: float) -> Transaction:
    return Transaction(
        name=f"{name}_by_http",
        title=f"{message.title}（HTTP）",
        draw=draw,
        act=sending(message),
        weight=weight,
        interfaces=(HTTP.name,),
    )


def _by_soap(name: str, message: Message, draw: Draw, weight: float) -> Transaction:
    return Transaction(
        name=f"{name}_by_soap",
        title=f"{message.title}（SOAP）",
        draw=draw,
        act=sending(message),
        weight=weight,
        interfaces=(SOAP.name,),
    )


TRANSACTIONS = (
    _by_http("collect", rest.POST_COLLECTION, requests.draw_collect, 1.85),
    _by_http("receive", rest.POST_RECEIPT, requests.draw_receive, 1.5),
    _by_http("reject", rest.POST_REJECTION, requests.draw_reject_specimen, 0.15),
    _by_http("track", rest.GET_SPECIMEN, requests.draw_track_specimen, 1.5),
    _by_http("rerun", rest.POST_RERUN, measuring.draw_rerun, 0.2),
    _by_http("auto_review", rest.POST_AUTO_REVIEW, review.draw_auto_review, 3.2),
    _by_http("review", rest.POST_REVIEW, review.draw_review, 1.25),
    _by_http("publish", rest.POST_REPORT, review.draw_publish, 3),
    _by_http("report", rest.GET_REPORT, review.draw_view_report, 2),
    _by_http("trend", rest.GET_TREND, review.draw_result_trend, 1.5),
    _by_http("criticals", rest.GET_CRITICALS, critical.draw_critical_board, 0.5),
    _by_http("acknowledge", rest.POST_ACKNOWLEDGEMENT, critical.draw_acknowledge_critical, 0.15),
    _by_http("control", rest.POST_CONTROL_RUN, control.draw_run_control, 0.75),
    _by_soap("report", soap.SOAP_REPORT, review.draw_view_report, 1),
    _by_soap("notify", soap.SOAP_CRITICAL_NOTICE, critical.draw_notify_critical, 0.15),
)
