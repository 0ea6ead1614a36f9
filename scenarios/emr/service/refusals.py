"""What sort each of the record room's reasons is; `scenarios.refusals` says how a sort is told."""

from __future__ import annotations

from typing import Any

from scenarios import refusals
from scenarios.reference.service import Outcome
from scenarios.refusals import Sort

REASONS = {
    Sort.ABSENT: (
        "没有这位患者", "没有这次就诊", "没有这位职工", "没有这份病历", "没有这个版本", "没有这份文档", "没有这条缺陷",
        "没有可归档的病历", "首页还没填写", "没有这项结果，或不是这位患者的",
    ),
    Sort.TWICE: (
        "这位患者已建档", "这个版本已保存过", "这个版本已签过名，或签名早于书写", "缺陷已整改", "首页已审核",
        "文档标识重复，或没有这位患者、这次就诊、这种文档", "这些结果已收过", "这项结果已引用过，或引用早于报告",
    ),
    Sort.STATE: (
        "病历已归档", "病历已归档或作废", "病历已签名、归档或作废", "没有签名、已归档或作废", "没有这份病历或已签名",
        "没有这份病历或还没签名", "没有这份病历，或已归档、已作废", "作者还没有签名", "还没有保存过", "患者已离院",
        "他人正在编辑", "他人正在编辑，或没有这份病历", "没有占着这份病历", "没有这次就诊、还没离院或已归档",
        "没有这次就诊或还没出院", "还有未签名的病历", "还有上级医师未审签的病历", "还有未整改的缺陷",
        "病案首页还没审核", "还没有手术、出院或死亡，不能写这种文书", "正文与摘要不符", "文档与摘要不符",
        "版本号不连续",
    ),
    Sort.UNFIT: (
        "没有这种病历文书", "文书类型与就诊类别不符", "正文不是按章节书写的病历", "不是这份病历的作者",
        "只有作者本人能签名", "不是上级医师", "没有主要诊断", "各项费用之和不等于总费用",
        "没有主要诊断，或费用合计不符", "就诊与患者不符",
    ),
}  # fmt: skip
SORTS = {reason: sort for sort, reasons in REASONS.items() for reason in reasons}


def done(outcome: Outcome) -> Any:
    """What the business function returned. Raises `scenarios.refusals.Refused`."""
    return refusals.done(outcome, SORTS)
