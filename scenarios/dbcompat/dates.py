"""Dates and times: what a column keeps, and how text becomes a date.

Not here: reckoning with dates (`date_arithmetic.py`), the time zone that a session is told (`connection.py`).
"""

from __future__ import annotations

import datetime as dt

from harness.model import Group, Probe
from scenarios.dbcompat.scripts import table, tries

_DAY = {"day": dt.date(2026, 1, 5)}
_DATE = table("d {date}", ":day")
_TIMES = table("id {int}, d {datetime}")

_STORED = (
    Probe(
        id="date_keeps_time",
        title="日期列是否保留时分秒",
        group=Group.STORAGE,
        source="BD-25",
        setup=table("d {date}"),
        script="A: INSERT INTO {t} VALUES (TIMESTAMP '2024-02-29 23:59:58')\nA: SELECT d FROM {t}",
        meaning="Oracle 的 DATE 带时分秒，迁到只存日期的列后医嘱、收费时间全变成零点；这类列须改为时间戳类型。",
    ),
    Probe(
        id="date_bound_with_time",
        title="带时分秒的参数存入日期列",
        group=Group.STORAGE,
        source="BD-25",
        setup=table("d {date}"),
        script="A: INSERT INTO {t} VALUES (:moment)\nA: SELECT d FROM {t}",
        params={"moment": dt.datetime(2024, 2, 29, 23, 59, 58)},
        meaning="程序以时间戳参数写日期列，时分秒被保留、丢弃或被拒：就诊时间会丢失；列类型改为时间戳。",
    ),
    Probe(
        id="datetime_microseconds",
        title="微秒是否原样保留",
        group=Group.STORAGE,
        source="BD-28",
        setup=_TIMES,
        script="A: INSERT INTO {t} VALUES (1, :moment)\nA: SELECT d FROM {t}",
        params={"moment": dt.datetime(2026, 1, 5, 8, 30, 44, 4920)},
        meaning="微秒被舍入或前导零丢失（.004920 变 .4920）会使医嘱先后颠倒、乐观锁的时间戳对不上；核对列精度与驱动。",
    ),
    Probe(
        id="datetime_seventh_digit",
        title="第七位小数怎样取舍",
        group=Group.STORAGE,
        source="BD-28",
        setup=_TIMES,
        script="""
            A: INSERT INTO {t} VALUES (1, TIMESTAMP '2026-01-05 08:30:00.1234567')
            A: INSERT INTO {t} VALUES (2, TIMESTAMP '2026-01-05 23:59:59.9999996')
            A: SELECT id, d FROM {t} ORDER BY id
        """,
        meaning="七位小数一边进位、一边截断，23:59:59.9999996 可能进到第二天，日结归到次日；程序只传六位以内。",
    ),
    Probe(
        id="datetime_to_seconds",
        title="只到秒的列怎样取舍小数",
        group=Group.STORAGE,
        source="BD-28",
        setup=table("id {int}, d {datetime_s}"),
        script="""
            A: INSERT INTO {t} VALUES (1, TIMESTAMP '2026-01-05 08:30:00.600000')
            A: INSERT INTO {t} VALUES (2, TIMESTAMP '2026-01-05 23:59:59.500000')
            A: SELECT id, d FROM {t} ORDER BY id
        """,
        meaning="小数秒一边进位、一边截断：跨零点的收费会算到前一天或后一天，班次结账相差一笔；写入前由程序截到秒。",
    ),
    Probe(
        id="extreme_dates",
        title="0001-01-01 与 9999-12-31",
        group=Group.STORAGE,
        source="BD-27",
        setup=table("id {int}, d {date}, m {datetime}"),
        script="""
            A: INSERT INTO {t} VALUES (1, DATE '0001-01-01', TIMESTAMP '1000-01-01 00:00:00')
            A: INSERT INTO {t} VALUES (2, DATE '9999-12-31', TIMESTAMP '9999-12-31 23:59:59')
            A: SELECT id, d, m FROM {t} ORDER BY id
        """,
        meaning="长期有效的医嘱、价格常以 9999-12-31 作终止日；存不进或读不出时，有效期判断全部出错。",
    ),
    Probe(
        id="zero_date",
        title="零日期 0000-00-00",
        group=Group.STORAGE,
        source="BD-27",
        setup=table("d {date}"),
        script=tries("INSERT INTO {t} VALUES ('0000-00-00')", "INSERT INTO {t} VALUES ('2026-01-00')"),
        meaning="MySQL 老数据常有 0000-00-00 表示未填，多数产品拒收，导入会中断；迁移前查出并改为 NULL。",
    ),
    Probe(
        id="impossible_date",
        title="不存在的日期是否拒收",
        group=Group.STORAGE,
        source="BD-27",
        setup=table("d {date}"),
        script=tries("INSERT INTO {t} VALUES ('2026-02-30')", "INSERT INTO {t} VALUES ('2026-13-01')"),
        meaning="不存在的出生日期应被拒收；若被改成零日期或顺延，身份信息就悄悄错了，须启用严格模式。",
    ),
    Probe(
        id="summer_time_1986",
        title="1986 年夏令时起始时刻",
        group=Group.STORAGE,
        source="BD-28",
        setup=_TIMES,
        script="""
            A: INSERT INTO {t} VALUES (1, :midnight)
            A: INSERT INTO {t} VALUES (2, :night)
            A: SELECT id, d FROM {t} ORDER BY id
        """,
        params={"midnight": dt.datetime(1986, 5, 4, 0, 30), "night": dt.datetime(1986, 5, 4, 2, 30)},
        meaning="1986 至 1991 年中国实行夏令时，起始那一小时在 Asia/Shanghai 不存在（新旧时区数据分别为 2 时和 0 时）："
        "那时出生的病人，出生时刻经驱动换算会偏一小时；出生日期用纯日期，会话时区固定为 +08:00。",
    ),
    Probe(
        id="zone_in_text",
        title="文字时间所带的时区是否生效",
        group=Group.STORAGE,
        source="BD-28",
        setup=_TIMES,
        script="A: INSERT INTO {t} VALUES (1, '2026-01-05 08:30:00+09:00')\nA: SELECT d FROM {t}",
        meaning="设备报文的时间带 +09:00，一边换算、一边忽略、一边拒收，检查时间会差一小时；"
        "由接口程序先换算成本地时间。",
    ),
    Probe(
        id="time_24_hours",
        title="时间列的 24:00:00",
        group=Group.STORAGE,
        source="BD-27",
        script="""
            A: CREATE TABLE {t} (t TIME)
            A: COMMIT
            A.: INSERT INTO {t} VALUES ('24:00:00')
            A: ROLLBACK
            A.: INSERT INTO {t} VALUES ('25:00:00')
        """,
        meaning="排班结束时间写 24:00:00，一边照存、一边拒收或变成零点，夜班号源会排不出；改存 23:59:59 或次日零点。",
    ),
)

_TEXT = (
    Probe(
        id="date_text_formats",
        title="哪些写法的文字能与日期比较",
        group=Group.QUERY,
        source="BD-24",
        setup=_DATE,
        params=_DAY,
        script=tries(
            "SELECT COUNT(*) FROM {t} WHERE d = '2026-01-05'",
            "SELECT COUNT(*) FROM {t} WHERE d = '2026-1-5'",
            "SELECT COUNT(*) FROM {t} WHERE d = '20260105'",
            "SELECT COUNT(*) FROM {t} WHERE d = '2026/01/05'",
        ),
        meaning="各家认的日期写法不同（达梦不收 20260105），按日期查挂号、费用的语句会报错或查不到；"
        "统一用绑定的日期参数。",
    ),
    Probe(
        id="date_text_two_digit_year",
        title="两位年份的文字日期",
        group=Group.QUERY,
        source="BD-24",
        setup=_DATE,
        params=_DAY,
        script=tries("SELECT COUNT(*) FROM {t} WHERE d = '26-01-05'", "SELECT COUNT(*) FROM {t} WHERE d < '05-01-26'"),
        meaning="26-01-05 一边当 2026 年 1 月 5 日，一边报错或当成别的日子：老接口传来的日期会错；一律写四位年份。",
    ),
    Probe(
        id="date_text_garbage",
        title="不是日期的文字与日期比较",
        group=Group.QUERY,
        source="BD-24",
        setup=_DATE,
        params=_DAY,
        script=tries("SELECT COUNT(*) FROM {t} WHERE d = ''", "SELECT COUNT(*) FROM {t} WHERE d < 'abc'"),
        meaning="空的查询条件拼成 d = ''，一边报错、一边当作没有匹配：界面会报错或漏显；拼条件前先判空。",
    ),
    Probe(
        id="day_bounds",
        title="按天取数的上下界",
        group=Group.QUERY,
        source="BD-25",
        setup=table(
            "id {int}, d {datetime}",
            "1, :first",
            "2, :last",
            "3, :next",
        ),
        script=tries(
            "SELECT id FROM {t} WHERE d BETWEEN '2026-01-05' AND '2026-01-06' ORDER BY id",
            "SELECT id FROM {t} WHERE d BETWEEN '2026-01-05 00:00:00' AND '2026-01-05 23:59:59' ORDER BY id",
        ),
        params={
            "first": dt.datetime(2026, 1, 5),
            "last": dt.datetime(2026, 1, 5, 23, 59, 59, 500_000),
            "next": dt.datetime(2026, 1, 6),
        },
        meaning="日结按 23:59:59 截止会漏掉最后半秒的收费，不同产品漏的行还不同；改用大于等于当天零点且小于次日零点。",
    ),
    Probe(
        id="datetime_as_text",
        title="日期时间转成文字的样子",
        group=Group.QUERY,
        source="BD-28",
        setup=table("d {date}, m {datetime}", ":day, :moment"),
        script=tries("SELECT CONCAT('', d) FROM {t}", "SELECT CONCAT('', m) FROM {t}"),
        params={**_DAY, "moment": dt.datetime(2026, 1, 5, 8, 30)},
        meaning="直接拼进文字的日期格式不同（有无微秒、年月次序），拼出的单号、报文和打印件会变；"
        "一律用格式化函数写明样式。",
    ),
    Probe(
        id="to_char_date",
        title="TO_CHAR、TO_DATE 函数",
        group=Group.QUERY,
        source="BD-43",
        setup=_DATE,
        params=_DAY,
        script=tries(
            "SELECT TO_CHAR(d, 'YYYY-MM-DD') FROM {t}",
            "SELECT COUNT(*) FROM {t} WHERE d = TO_DATE('2026-01-05', 'YYYY-MM-DD')",
        ),
        meaning="Oracle、PostgreSQL 应用到处用 TO_CHAR、TO_DATE，MySQL 系没有：按日期取号、统计的语句要逐条改写。",
    ),
    Probe(
        id="date_format_function",
        title="DATE_FORMAT 函数",
        group=Group.QUERY,
        source="BD-43",
        setup=_DATE,
        params=_DAY,
        script=tries("SELECT DATE_FORMAT(d, '%Y-%m-%d') FROM {t}"),
        meaning="MySQL 应用用 DATE_FORMAT 输出报表日期，别的产品没有此函数或格式符不同；"
        "改为 TO_CHAR 或在程序里格式化。",
    ),
)

PROBES: tuple[Probe, ...] = (*_STORED, *_TEXT)
