"""Service times that are a network stack's waiting and not the system's work: steps of 40 and 80 milliseconds.

A sender that holds back a small piece until the last one is acknowledged (Nagle, RFC 896), and a receiver that delays
its acknowledgement by 40 ms (Linux), wait for each other; once in each direction makes 80. Which of the two machines
does it, times alone do not tell. Pure. Not here: where the times come from, what a report does with the sentence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

LEAST = 20  # samples; fewer are an accident
SHARE = 0.6  # of the samples, for "most"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Where delayed acknowledgements leave their mark."""

    at_ms: float
    within_ms: float
    waits: str


STEPS = (
    Step(at_ms=40.0, within_ms=4.0, waits="一次"),
    Step(at_ms=80.0, within_ms=6.0, waits="两次"),
)


def stepped(service_times_ms: npt.NDArray[np.float64]) -> str:
    """One sentence for the report; "" where the times look like work."""
    if len(service_times_ms) < LEAST:
        return ""
    median = float(np.median(service_times_ms))
    for step in STEPS:
        if abs(median - step.at_ms) > step.within_ms:
            continue
        share = float(np.mean(np.abs(service_times_ms - step.at_ms) <= step.within_ms))
        if share >= SHARE:
            return (
                f"服务时间 P50 为 {median:.1f} ms，{share:.0%} 的样本落在 {step.at_ms:g}±{step.within_ms:g} ms："
                f"像是网络协议栈的等待（Nagle 算法与延迟确认相遇{step.waits}），不是系统处理的时间；"
                "请在两端设置 TCP_NODELAY 后重测，此前不宜引用这一数字。"
            )
    return ""
