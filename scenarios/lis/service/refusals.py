"""How the laboratory's refusals are told by each protocol: not there, not at this point, not fit.

Only the laboratory's own words go out; what a database says of a constraint is told in general words, since it differs
between products and is nobody else's business.
"""

from __future__ import annotations

import enum
from typing import Any

from harness.model import ReplyKind
from scenarios.lis.transactions.common import UNKNOWN_CODE
from scenarios.lis.transactions.patients import REGISTERED
from scenarios.reference.service import Outcome


class Sort(enum.Enum):
    """What sort of refusal it is: its HTTP status, and its condition in HL7 table 0357."""

    ABSENT = 404, "204"
    STATE = 409, "204"  # there is no condition for what comes too late or too early
    TWICE = 409, "205"
    UNFIT = 422, "103"
    BUSY = 503, "206"
    BROKEN = 500, "207"

    @property
    def status(self) -> int:
        return self.value[0]

    @property
    def condition(self) -> str:
        return self.value[1]


SORTS = {
    Sort.ABSENT: (
        "没有这位患者", "没有这个条码", "没有这个专业组", "没有登记这个危急值", "没有这个质控批号", "报告未发布",
    ),
    Sort.TWICE: (
        "这位患者已登记", "申请号已登记", "条码已用过", "执行方编号已用过", "这次上传已收过", "这次重做已收过",
        "这份培养报告已收过", "报告号已用过", "这次质控已收过", "已通知", REGISTERED,
    ),
    Sort.STATE: (
        "申请不存在或已撤销", "已有标本采集，不能撤销", "条码不存在、已采集或已作废", "条码不存在、未采集或已退单",
        "标本未采集、已签收或已退单", "标本未退单", "退回的标本已重新采集过", "标本未签收或已归档", "孔位已占用",
        "标本未签收或已退单", "项目不在这管标本上或已有结果", "没有可重做的结果，或报告已审核", "没有结果",
        "结果未上传或已审核", "不在待人工审核的状态", "报告未审核或已发布", "项目没有标本", "尚未通知或已回执",
    ),
    Sort.UNFIT: (
        "姓名与患者号不符", "项目与容器不符", "仪器报来项目字典中没有的结果", "项目字典中没有这个项目", UNKNOWN_CODE,
    ),
}  # fmt: skip
_BY_REASON = {reason: sort for sort, reasons in SORTS.items() for reason in reasons}
_NOT_FIT = "内容不合规，没有保存"
_NOT_NOW = "系统忙，请稍后重发"
_BROKEN = "系统内部错误，没有保存"


class Refused(Exception):
    """The business was refused or could not be done."""

    def __init__(self, sort: Sort, text: str) -> None:
        super().__init__(text)
        self.sort, self.text = sort, text


def done(outcome: Outcome) -> Any:
    """What the business function returned. Raises `Refused`."""
    if outcome.kind is ReplyKind.OK:
        return outcome.value
    if outcome.kind is ReplyKind.REFUSED:
        known = _BY_REASON.get(outcome.reason)
        raise Refused(Sort.UNFIT, _NOT_FIT) if known is None else Refused(known, outcome.reason)
    raise Refused(Sort.BROKEN, _BROKEN) if outcome.kind is ReplyKind.FAILED else Refused(Sort.BUSY, _NOT_NOW)
