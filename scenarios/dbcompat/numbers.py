"""Numbers: division, rounding and ranges.

Not here: numbers against text (`casts.py`), sequences and identity columns (`sequences.py`).
"""

from __future__ import annotations

from harness.model import Group, Probe
from scenarios.dbcompat.scripts import table, tries

_INTS = table("a {int}, b {int}", "7, 2")

_DIVISION = (
    Probe(
        id="integer_division",
        title="整数相除是否取整",
        group=Group.QUERY,
        source="BD-20",
        script=tries("SELECT 1/2 {dual}", "SELECT -7/2 {dual}", "SELECT 7/2*2 {dual}"),
        meaning="1/2 一边得 0、一边得 0.5：人均费用、药品拆零单价会算错；"
        "除法两边显式 CAST 成 DECIMAL，取整用 FLOOR 或 TRUNC。",
    ),
    Probe(
        id="integer_column_division",
        title="整数列相除是否取整",
        group=Group.QUERY,
        source="BD-20",
        setup=_INTS,
        script="A: SELECT a/b FROM {t}",
        meaning="床位使用率、均次费用等报表用整数列相除，结果可能全变成 0 或多出小数；分子先乘 1.0 并用 ROUND 定位数。",
    ),
    Probe(
        id="division_scale",
        title="小数相除保留几位",
        group=Group.QUERY,
        source="BD-22",
        script=tries("SELECT 1.00/3 {dual}", "SELECT 10.00/3*3 {dual}"),
        meaning="商的位数不同（MySQL 系多 4 位，其他十几位），分摊费用再求和会差一分；先 ROUND 到约定位数再参与运算。",
    ),
    Probe(
        id="division_by_zero",
        title="除以零报错还是得空值",
        group=Group.QUERY,
        source="BD-23",
        setup=_INTS,
        script=tries("SELECT 1/0 {dual}", "SELECT a/(b - 2) FROM {t}"),
        meaning="一边报错、一边悄悄得空值：分母为零的比率报表可能整张失败，也可能把空值当正常值；分母用 NULLIF(x, 0)。",
    ),
    Probe(
        id="modulo_negative",
        title="负数取余",
        group=Group.QUERY,
        source="issue list",
        script=tries("SELECT MOD(-7, 3) {dual}", "SELECT MOD(7, -3) {dual}"),
        meaning="按余数分表、算校验位的代码遇到负数得到不同的余数；取余前先保证非负。",
    ),
    Probe(
        id="modulo_zero",
        title="对零取余",
        group=Group.QUERY,
        source="issue list",
        script=tries("SELECT MOD(5, 0) {dual}"),
        meaning="报错、空值、原数三种答案都有；轮转分诊以诊室数取余时，诊室数为零会使挂号失败或分错，须先判断。",
    ),
    Probe(
        id="percent_operator",
        title="% 取余运算符",
        group=Group.QUERY,
        source="issue list",
        script=tries("SELECT -7 % 3 {dual}"),
        meaning="Oracle 不认 % 运算符，含它的校验位、分组语句会报语法错；改用 MOD 函数。",
    ),
)

_ROUNDING = (
    Probe(
        id="round_decimal_half",
        title="小数 ROUND 遇到五",
        group=Group.QUERY,
        source="BD-21",
        script=tries("SELECT ROUND(2.345, 2), ROUND(2.5), ROUND(-2.5), ROUND(1.005, 2) {dual}"),
        meaning="四舍五入与银行家舍入相差一分钱，收费明细合计与总额对不上；金额统一在一处按约定方式取舍。",
    ),
    Probe(
        id="round_double_half",
        title="浮点数 ROUND 遇到五",
        group=Group.QUERY,
        source="BD-21",
        setup=table("id {int}, d {double}", "1, 0.5", "2, 2.5", "3, -2.5"),
        script="A: SELECT id, ROUND(d) FROM {t} ORDER BY id",
        meaning="浮点列上 2.5 取整可能得 2 也可能得 3，用药剂量换算会差一个单位；剂量、金额列一律用 DECIMAL。",
    ),
    Probe(
        id="decimal_insert_rounding",
        title="多余小数位入库时怎样取舍",
        group=Group.STORAGE,
        source="BD-21",
        setup=table("id {int}, d {decimal}(10, 2)"),
        script="""
            A: INSERT INTO {t} VALUES (1, 1.005)
            A: INSERT INTO {t} VALUES (2, -2.675)
            A: INSERT INTO {t} VALUES (3, 0.994)
            A: SELECT id, d FROM {t} ORDER BY id
        """,
        meaning="单价乘数量的结果入库时被四舍五入、截断或拒绝，每笔费用可能差一分，月结对不上；入库前先 ROUND 到分。",
    ),
    Probe(
        id="decimal_into_integer",
        title="小数存入整数列怎样取舍",
        group=Group.STORAGE,
        source="BD-21",
        setup=table("id {int}, n {int}"),
        script="""
            A: INSERT INTO {t} VALUES (1, 2.5)
            A: INSERT INTO {t} VALUES (2, -2.5)
            A: INSERT INTO {t} VALUES (3, 3.4)
            A: SELECT id, n FROM {t} ORDER BY id
        """,
        meaning="发药数量 2.5 存入整数列会变成 2 或 3，或被拒绝；凡可能带小数的数量列改为 DECIMAL。",
    ),
    Probe(
        id="truncate_function",
        title="TRUNC 与 TRUNCATE",
        group=Group.QUERY,
        source="issue list",
        script=tries("SELECT TRUNC(2.567, 2) {dual}", "SELECT TRUNCATE(2.567, 2) {dual}"),
        meaning="截尾函数两家名字不同，减免金额截到分的语句会报函数不存在；逐条换成目标库的名字。",
    ),
    Probe(
        id="average_of_integers",
        title="整数列求平均的小数位",
        group=Group.QUERY,
        source="BD-22",
        setup=table("n {int}", "1", "2", "2"),
        script="A: SELECT AVG(n) FROM {t}",
        meaning="平均住院日一边保留四位、一边十几位，有的产品直接取整；统计上报前用 ROUND 定到约定位数。",
    ),
    Probe(
        id="decimal_sum_exact",
        title="小数相加是否精确",
        group=Group.QUERY,
        source="BD-21",
        script=tries("SELECT CASE WHEN 0.1 + 0.2 = 0.3 THEN 1 ELSE 0 END {dual}"),
        meaning="小数字面值若按浮点计算，0.1+0.2 不等于 0.3，费用校验会误报不平；金额用 DECIMAL 列或显式 CAST。",
    ),
    Probe(
        id="double_sum",
        title="浮点列相加的结果",
        group=Group.QUERY,
        source="BD-21",
        setup=table("a {double}, b {double}", "0.1, 0.2"),
        script="A: SELECT a + b, CASE WHEN a + b = 0.3 THEN 1 ELSE 0 END FROM {t}",
        meaning="浮点金额相加后比较，一边相等、一边不等，收费平衡校验结果会变；金额列改 DECIMAL。",
    ),
    Probe(
        id="decimal_as_text",
        title="小数转成文字的写法",
        group=Group.QUERY,
        source="BD-22",
        setup=table("d {decimal}(10, 2)", "1.50"),
        script=tries("SELECT CONCAT('', 0.12) {dual}", "SELECT CONCAT('', d) FROM {t}"),
        meaning="0.12 写成 .12、1.50 写成 1.5 时，票据、医保报文里的金额格式不合规会被退回；输出金额一律用格式化函数。",
    ),
    Probe(
        id="double_as_text",
        title="浮点数转成文字的写法",
        group=Group.QUERY,
        source="BD-22",
        setup=table("id {int}, d {double}", "1, 0.1", "2, 123456789.5", "3, 100000000000000000000"),
        script="A: SELECT id, CONCAT('', d) FROM {t} ORDER BY id",
        meaning="检验结果值转文字时位数和科学计数法的写法不同，报告单上的数字会变样；结果值以文字原样存储。",
    ),
)

_LIMITS = (
    Probe(
        id="integer_overflow_insert",
        title="超出整数列范围的值",
        group=Group.STORAGE,
        source="BD-23",
        setup=table("n {int}, s {tinyint}, d {decimal}(5, 2)"),
        script=tries(
            "INSERT INTO {t} (n) VALUES (2147483648)",
            "INSERT INTO {t} (s) VALUES (40000)",
            "INSERT INTO {t} (d) VALUES (12345)",
        ),
        meaning="非严格模式会把超范围的数悄悄截到上限而不报错，金额、流水号就成了错值；设严格模式，列宽留足。",
    ),
    Probe(
        id="integer_arithmetic_overflow",
        title="整数运算超出列的范围",
        group=Group.QUERY,
        source="BD-23",
        setup=table("a {int}", "2147483647"),
        script=tries("SELECT a + 1 FROM {t}", "SELECT a * a FROM {t}"),
        meaning="一边报溢出、一边自动变宽，也有产品回绕成负数：流水号加一、金额以分相乘时会出错；"
        "运算前 CAST 成 BIGINT。",
    ),
    Probe(
        id="sum_beyond_integer",
        title="整数列求和超出整数范围",
        group=Group.QUERY,
        source="BD-23",
        setup=table("n {int}", "2147483647", "2147483647"),
        script="A: SELECT SUM(n) FROM {t}",
        meaning="以分为单位累计的全年收入会超出四字节整数，个别兼容模式会回绕成负数；求和前 CAST 成 DECIMAL。",
    ),
    Probe(
        id="bigint_limits",
        title="BIGINT 的两端",
        group=Group.STORAGE,
        source="BD-23",
        setup=table("id {int}, n {bigint}", "1, 9223372036854775807", "2, -9223372036854775807"),
        script=tries("SELECT id, n FROM {t} ORDER BY id", "SELECT n + 1 FROM {t} WHERE id = 1"),
        meaning="影像实例号、雪花流水号接近 BIGINT 上限，取出后失真或加一溢出的表现不同；编号列用文字或 DECIMAL(20)。",
    ),
    Probe(
        id="decimal_38_digits_read",
        title="高精度小数读回是否逐位相同",
        group=Group.STORAGE,
        source="BD-23",
        setup=table("d {decimal}(38, 10)", "1234567890123456789012345678.1234567891"),
        script="A: SELECT CONCAT('', d) FROM {t}",
        meaning="38 位小数读回后末位改变，说明途中经过浮点；成本核算类数据须以文字逐位比对。",
    ),
    Probe(
        id="double_extremes",
        title="双精度的极值",
        group=Group.STORAGE,
        source="BD-23",
        setup=table("id {int}, d {double}", "1, 1.7976931348623157E308", "2, 2.2250738585072014E-308"),
        script="A: SELECT id, d FROM {t} ORDER BY id",
        meaning="极大极小值存取失真或被拒，说明双精度不是 IEEE 754，设备采集的原始值须改用文字保存。",
    ),
    Probe(
        id="not_a_number",
        title="NaN 与无穷大能否存入",
        group=Group.STORAGE,
        source="BD-23",
        setup=table("d {double}"),
        script=tries("INSERT INTO {t} VALUES (:nan)", "INSERT INTO {t} VALUES (:infinity)"),
        params={"nan": float("nan"), "infinity": float("inf")},
        meaning="监护仪、检验设备偶尔给出 NaN，一边照存、一边拒收，采集程序会断在这一条；入库前转成空值并另记原因。",
    ),
    Probe(
        id="greatest_with_null",
        title="GREATEST、LEAST 遇到空值",
        group=Group.QUERY,
        source="issue list",
        script=tries("SELECT GREATEST(1, NULL, 3) {dual}", "SELECT LEAST(1, NULL, 3) {dual}"),
        meaning="一边忽略空值、一边整体得空值：取最高收费标准、最近就诊日的语句会得到空；参数先用 COALESCE。",
    ),
    Probe(
        id="aggregates_of_nothing",
        title="没有行时的合计",
        group=Group.QUERY,
        source="BD-67",
        setup=table("n {int}"),
        script="A: SELECT SUM(n), COUNT(n), COUNT(*), MAX(n) FROM {t}",
        meaning="无记录时合计应为空值、计数应为 0；表现不同会使“本日无收费”的报表出错，合计用 COALESCE 包住。",
    ),
)

PROBES: tuple[Probe, ...] = (*_DIVISION, *_ROUNDING, *_LIMITS)
