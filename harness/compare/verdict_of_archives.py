"""Tallies of two archives → a judgement and the one sentence that a reader takes along. Not here: the tallies."""

from __future__ import annotations

from harness.archive_result import Depth, Sampling, State, Tally
from harness.result import Judgement

_BAD = (State.MISSING, State.EXTRA, State.DIFFERENT)


def concluded(depth: Depth, total: Tally, sampling: Sampling, unasked: list[str]) -> tuple[Judgement, str]:
    studies, objects = total.studies, total.objects
    if any(studies[state] or objects[state] for state in _BAD):
        told = "，".join(
            f"{state.label} {studies[state]:,} 项检查、{objects[state]:,} 幅影像"
            for state in _BAD
            if studies[state] or objects[state]
        )
        return Judgement.FAIL, f"两侧影像不一致：{told}。"
    if not sum(studies.values()):
        return Judgement.INCONCLUSIVE, "所选日期内两侧都没有列出检查，没有可比的内容。"
    if studies[State.ERROR] or objects[State.ERROR] or unasked:
        failed = f"{studies[State.ERROR]:,} 项检查、{objects[State.ERROR]:,} 幅影像未能比对"
        more = f"，{len(unasked)} 段日期没有问全" if unasked else ""
        return Judgement.INCONCLUSIVE, f"没有发现不一致，但{failed}{more}。"
    if depth is Depth.COUNTS:
        return Judgement.PASS, f"{sum(studies.values()):,} 项检查两侧都有，序列数与影像数一致；没有比对影像内容。"
    if not sampling.compared:
        return Judgement.INCONCLUSIVE, "没有一项检查被抽中，影像内容没有比对；请提高 --sample 或用 --full。"
    compared = f"取回比对 {sampling.compared:,} 项检查的 {sampling.objects:,} 幅影像，没有不同"
    return Judgement.PASS, f"{sum(studies.values()):,} 项检查两侧都有，影像一一对应；{compared}。"
