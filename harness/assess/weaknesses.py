"""What weakens the measurement, said before anybody quotes a figure. Not here: verdicts (`judge/`)."""

from __future__ import annotations

from harness.judge import Material
from harness.judge.material import STACK_TITLES
from harness.model import Part


def weaknesses(m: Material) -> list[str]:
    """In plain sentences."""
    notes = []
    if m.shared_host:
        notes.append("压测机与被测系统在同一台主机上：资源读数含压测机自身的消耗，绝对数值不能当作生产环境的能力。")
    silent = [STACK_TITLES[s] for s, r in m.readings.items() if "network" in r and r["network"].maximum == 0]
    if silent:
        notes.append(
            f"{'、'.join(silent)}的主机在负载期间没有任何网络流量（含回环）：端点经本机套接字应答，网络带宽没有受到检验。"
        )
    invalid = sum(1 for b in m.load if not b.valid)
    if invalid:
        notes.append(f"{invalid} 个负载块因压测机自身的原因无效，没有计入性能估计。")
    if Part.LOAD not in m.parts:
        return notes
    missing = m.blocks_missing()
    if not m.load:
        notes.append("没有负载测试的记录，性能没有评估。")
    elif missing:
        notes.append(f"负载块不齐：{'、'.join(missing)}。")
    judged = [e for e in m.estimates if e.scope == "transaction" and e.metric != "p50_ratio"]
    thin = sum(1 for e in judged if e.excluded.startswith("样本不足"))
    if thin:
        notes.append(f"{thin} 项估计的样本少于方案要求的 {m.plan.performance.min_samples} 个，没有给出区间。")
    few = [known.title for pack, known in m.packs.items() if len(m.plan.load.levels_of(pack)) < 3]
    if few:
        notes.append(f"{'、'.join(few)}的负载少于三级，看不出响应时间随负载的变化。")
    return notes
