"""What sort each of the laboratory's reasons is; `scenarios.refusals` says how a sort is told."""

from __future__ import annotations

from typing import Any

from scenarios import refusals
from scenarios.lis.transactions.common import UNKNOWN_CODE
from scenarios.lis.transactions.patients import REGISTERED
from scenarios.reference.service import Outcome
from scenarios.refusals import Sort

SORTS = {
    Sort.ABSENT: (
        "没有这位患者", "没有这个条码", "没有这个专业组", "没有登记这个危急值", "没有这个质控批号", "报告未发布",
    ),
    Sort.TWICE: (
        "申请号已登记", "条码已用过", "执行方编号已用过", "这次上传已收过", "这次重做已收过",
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


def done(outcome: Outcome) -> Any:
    """What the business function returned. Raises `scenarios.refusals.Refused`."""
    return refusals.done(outcome, _BY_REASON)
