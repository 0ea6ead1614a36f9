"""Which differences between products are known, judged harmless to this LIS, and therefore declared. Nothing else is.

Each was seen between PostgreSQL 18 and OceanBase seekdb 1.4, and each is as narrow as what was seen: one kind at one
place. BD numbers are those of the project's catalogue of behaviour differences between products.
"""

from __future__ import annotations

from harness.model import Rule

_SEEN = "实测 PostgreSQL 18.6 与 OceanBase seekdb 1.4.0"
_SCALE = "平均值除得尽时数值相等，只是小数位数不同。"
_ROUNDING = "平均值除不尽时两边在不同的小数位取舍。"
_TREND = "趋势图上的平均线按项目的小数位显示；逐次结果仍逐位比对。"
_MINUTES = "日报显示到 0.1 分钟；份数、最快、最慢与超时份数仍逐一比对。"
_VALUES = "日报中的均值只用来看趋势，按项目的小数位显示；结果数、异常数仍逐一比对。"

RULES: tuple[Rule, ...] = (
    Rule(
        id="gender_padding",
        kind="padding",
        where="*.gender_code",
        reason="性别代码是定长 CHAR(2)：原系统取出时带尾部空格，迁移后取出时已去掉。取参考范围前已去空格，不受影响。",
        source=f"BD-04 定长字符的尾空格；{_SEEN}",
    ),
    *(
        Rule(
            id=f"{name}_{kind.removeprefix('decimal_')}",
            kind=kind,
            where=f"{where}.average",
            reason=f"{what}{why}",
            source=f"BD-22 除法与平均值的小数位；{_SEEN}",
        )
        for name, where, why in (
            ("trend_average", "result_trend.trend_summary", _TREND),
            ("turnaround_average", "laboratory_report.turnaround_report", _MINUTES),
            ("analyte_average", "laboratory_report.abnormal_report", _VALUES),
        )
        for kind, what in (("decimal_scale", _SCALE), ("decimal_rounding", _ROUNDING))
    ),
)
