"""Which kinds of difference between stored values a declared rule can explain, and which nobody may explain away. Pure.

A rule is named after the kind that it explains. Whether it was accepted is the plan's to say; a value that changed its
meaning (another number, another text, a value lost) has no rule.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from harness.data_result import Counts, TableState
from harness.normalise import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One way in which a migration may write the same value differently."""

    kind: Kind
    says: str  # in Chinese


RULES: Mapping[str, Rule] = {
    rule.kind.value: rule
    for rule in (
        Rule(kind=Kind.EMPTY_NULL, says="一侧为空串、另一侧为 NULL（如 Oracle 系产品把空串存成 NULL）"),
        Rule(kind=Kind.PADDING, says="只差尾部空格或补零（CHAR 与 VARCHAR、BINARY 与 VARBINARY 之间）"),
        Rule(kind=Kind.DECIMAL_SCALE, says="数值相同，小数位数不同（12.50 与 12.5）"),
        Rule(kind=Kind.DECIMAL_ROUNDING, says="按较少的小数位取舍后相同"),
        Rule(kind=Kind.TIME_PRECISION, says="同一时刻，秒的小数位被舍入或截去"),
        Rule(kind=Kind.TIME_ZONE, says="相差整刻钟、不超过 14 小时：时区不同"),
        Rule(kind=Kind.CASE, says="只差字母大小写"),
        Rule(kind=Kind.CHARSET, says="字符集转换造成：替换字符、自定义区（PUA）、误读的编码或组合形式"),
        Rule(kind=Kind.TYPE, says="同一个值，数据类型不同"),
    )
}


def divided(kinds: Mapping[str, int]) -> tuple[dict[str, int], dict[str, int]]:
    """Values by kind → those that a rule explains, and the others."""
    explained = {kind: n for kind, n in kinds.items() if kind in RULES}
    return explained, {kind: n for kind, n in kinds.items() if kind not in RULES}


def state_of(counts: Counts, accept: Collection[str]) -> TableState:
    """Where a table ends that was compared to its end."""
    if counts.missing or counts.extra or counts.unexplained_values:
        return TableState.DIFFERENT
    if not counts.explained:  # rows that differ without a value to show for it are not equal either
        return TableState.DIFFERENT if counts.different else TableState.EQUAL
    return TableState.BY_RULE if set(counts.explained) <= set(accept) else TableState.RULE_OPEN
