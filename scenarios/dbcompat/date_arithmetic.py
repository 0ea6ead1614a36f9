"""Reckoning with dates: differences, months, weeks, and the clock of a transaction.

Not here: what a column keeps (`dates.py`).
"""

from __future__ import annotations

from harness.model import Group, Probe
from scenarios.dbcompat.scripts import table, tried, tries

_TIMES = table("id {int}, d {datetime}")

_ARITHMETIC = (
    Probe(
        id="date_minus_date",
        title="两个日期直接相减",
        group=Group.QUERY,
        source="BD-26",
        script=tries("SELECT DATE '2026-03-01' - DATE '2026-02-27' {dual}"),
        meaning="PostgreSQL、Oracle 得天数 2，MySQL 系把日期当数字得 74 而不报错：住院天数、床位费会算错；"
        "改用 DATEDIFF 等函数。",
    ),
    Probe(
        id="date_plus_number",
        title="日期加整数",
        group=Group.QUERY,
        source="BD-26",
        script=tries("SELECT DATE '2026-01-31' + 1 {dual}"),
        meaning="MySQL 系得到数字 20260132 而不报错：次日医嘱、复诊日期会错成不存在的日子；改用 INTERVAL 写法。",
    ),
    Probe(
        id="datetime_minus_datetime",
        title="两个时间直接相减",
        group=Group.QUERY,
        source="BD-26",
        script=tries("SELECT TIMESTAMP '2026-01-05 09:00:00' - TIMESTAMP '2026-01-05 08:30:00' {dual}"),
        meaning="结果可能是间隔、天数小数或拼接数字之差（7000）：候诊时长、手术时长会算错；用目标库的时间差函数。",
    ),
    Probe(
        id="month_end_plus_month",
        title="月末加一个月",
        group=Group.QUERY,
        source="BD-26",
        script=tries(
            "SELECT EXTRACT(DAY FROM (DATE '2026-01-31' + INTERVAL '1' MONTH)) {dual}",
            "SELECT EXTRACT(DAY FROM (DATE '2024-02-29' + INTERVAL '12' MONTH)) {dual}",
        ),
        meaning="月末加月有的取当月最后一天，有的报错：长期医嘱、复查预约、账期计算会错到别的日子或失败；须逐处核对。",
    ),
    Probe(
        id="add_months_function",
        title="ADD_MONTHS 在月末",
        group=Group.QUERY,
        source="BD-26",
        script=tries("SELECT EXTRACT(DAY FROM ADD_MONTHS(DATE '2023-02-28', 12)) {dual}"),
        meaning="Oracle 把月末加到月末（2024-02-29），有的产品得 28 日，有的没有此函数：效期、账期差一天；"
        "须核对后改写。",
    ),
    Probe(
        id="date_plus_interval_type",
        title="日期加间隔的结果带不带时分秒",
        group=Group.QUERY,
        source="BD-26",
        script=tries("SELECT DATE '2026-01-31' + INTERVAL '1' DAY {dual}"),
        meaning="结果是日期还是时间戳不同，程序按固定类型读取或拼接文字会多出 00:00:00；用 CAST 定类型。",
    ),
    Probe(
        id="interval_mysql_words",
        title="不带引号的 INTERVAL 写法",
        group=Group.QUERY,
        source="BD-26",
        script=tries(
            "SELECT DATE '2026-01-31' + INTERVAL 1 DAY {dual}",
            "SELECT DATE_ADD(DATE '2026-01-31', INTERVAL 1 DAY) {dual}",
        ),
        meaning="MySQL 应用用 INTERVAL 1 DAY、DATE_ADD 算复诊日期，别的产品报语法错；逐条改写。",
    ),
    Probe(
        id="datediff_function",
        title="DATEDIFF 函数",
        group=Group.QUERY,
        source="BD-26",
        script=tries("SELECT DATEDIFF(DATE '2026-03-01', DATE '2026-02-27') {dual}"),
        meaning="DATEDIFF 只有部分产品有，参数个数和先后也不同（SQL Server 带单位、次序相反）："
        "住院天数可能变负或报错。",
    ),
    Probe(
        id="week_of_year",
        title="一年中的第几周",
        group=Group.QUERY,
        source="BD-26",
        script=tries("SELECT EXTRACT(WEEK FROM DATE '2027-01-01') {dual}"),
        meaning="周数有 ISO 与年初起算两种，跨年那周一边是 53、一边是 0：门诊周报、院感周报的归属会错；"
        "周次由程序计算。",
    ),
    Probe(
        id="day_of_week",
        title="星期几的编号",
        group=Group.QUERY,
        source="BD-26",
        script=tries("SELECT DAYOFWEEK(DATE '2026-01-05') {dual}"),
        meaning="星期编号从几开始各家不同，函数也不一定有：按星期排班、放号会整体错一天；改由程序计算星期。",
    ),
)

_CLOCK = (
    Probe(
        id="now_in_transaction",
        title="同一事务里当前时间是否走动",
        group=Group.QUERY,
        source="BD-28",
        setup=_TIMES,
        script="""
            A: INSERT INTO {t} VALUES (1, CURRENT_TIMESTAMP)
            A: IDLE 1
            A: INSERT INTO {t} VALUES (2, CURRENT_TIMESTAMP)
            A: SELECT COUNT(DISTINCT d) FROM {t}
        """,
        meaning="PostgreSQL 系事务内当前时间不动，别的产品每句都走："
        "同一事务写的几条记录先后分不清，或校验“晚于上一步”失败。",
    ),
    Probe(
        id="now_has_fraction",
        title="当前时间带不带小数秒",
        group=Group.QUERY,
        source="BD-28",
        setup=table("m {datetime}, s {datetime_s}", "CURRENT_TIMESTAMP, NULL"),
        script="""
            A: UPDATE {t} SET s = m
            A: SELECT CASE WHEN m = s THEN '只到秒' ELSE '带小数' END FROM {t}
        """,
        meaning="默认的当前时间只到秒时，同一秒内的医嘱、收费排不出先后，按时间取最新一条会取错；"
        "写 CURRENT_TIMESTAMP(6)。",
    ),
    Probe(
        id="today_functions",
        title="SYSDATE、NOW()、GETDATE() 函数",
        group=Group.QUERY,
        source="BD-43",
        script=tried(*(f"SELECT {now} {{dual}}" for now in ("SYSDATE", "NOW()", "GETDATE()", "CURDATE()"))),
        meaning="取当前时间的函数各家不同，挂号、收费语句几乎处处用到；"
        "应统一改为标准的 CURRENT_TIMESTAMP、CURRENT_DATE。",
    ),
)

PROBES: tuple[Probe, ...] = (*_ARITHMETIC, *_CLOCK)
