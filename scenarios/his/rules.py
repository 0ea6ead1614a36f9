"""Which differences between products are known, judged harmless to this HIS, and therefore declared. Nothing else is.

Each was seen between PostgreSQL 18 and OceanBase seekdb 1.4, and each is as narrow as what was seen: one kind at one
place. BD numbers are those of the project's catalogue of behaviour differences between products.
"""

from __future__ import annotations

from harness.model import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        id="gender_padding",
        kind="padding",
        where="*.gender_code",
        reason="性别代码是定长 CHAR(2)：原系统取出时带尾部空格，迁移后取出时已去掉。程序比较前均去空格，不受影响。",
        source="BD-04 定长字符的尾空格；实测 PostgreSQL 18.6 与 OceanBase seekdb 1.4.0",
    ),
    Rule(
        id="pinyin_case",
        kind="row_extra",
        where="find_patient.patients_by_pinyin_as_typed",
        reason="迁移后的库默认不区分大小写，键入小写拼音也能查到大写存储的患者；候选人只多不少，由窗口人员核对后选定。",
        source="BD-08 字符值的大小写；实测 PostgreSQL 18.6 与 OceanBase seekdb 1.4.0",
    ),
    Rule(
        id="empty_beds_order",
        kind="null_order",
        where="ward_board.ward_beds",
        reason="空床没有入院时间：原系统把空值排在最后，迁移后排在最前。床位一览只供查看，在院患者之间的次序不变。",
        source="BD-29 空值的排序位置；实测 PostgreSQL 18.6 与 OceanBase seekdb 1.4.0",
    ),
    Rule(
        id="cancelled_is_decimal",
        kind="decimal_scale",
        where="daily_report.department_report.cancelled",
        reason="整数求和在原系统得整数，迁移后得小数位为 0 的定点数，数值相等。",
        source="实测 PostgreSQL 18.6 与 OceanBase seekdb 1.4.0",
    ),
    Rule(
        id="quantity_is_decimal",
        kind="decimal_scale",
        where="daily_report.top_drugs.quantity",
        reason="整数求和在原系统得整数，迁移后得小数位为 0 的定点数，数值相等。",
        source="实测 PostgreSQL 18.6 与 OceanBase seekdb 1.4.0",
    ),
    Rule(
        id="average_scale",
        kind="decimal_scale",
        where="daily_report.payment_report.average",
        reason="平均值除得尽时数值相等，只是小数位数不同：原系统给 16 位左右，迁移后给 6 位。报表显示时取两位。",
        source="BD-22 除法与平均值的小数位；实测 PostgreSQL 18.6 与 OceanBase seekdb 1.4.0",
    ),
    Rule(
        id="average_rounding",
        kind="decimal_rounding",
        where="daily_report.payment_report.average",
        reason="平均值除不尽时两边在不同的小数位取舍。报表显示时取两位；笔数与合计仍逐位比对，平均值由它们决定。",
        source="BD-22 除法与平均值的小数位；实测 PostgreSQL 18.6 与 OceanBase seekdb 1.4.0",
    ),
)
