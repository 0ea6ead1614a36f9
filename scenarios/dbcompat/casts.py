"""What happens between types: numbers against text, conditions as numbers, branches of different types.

Not here: text against dates (`dates.py`), explicit conversions (`functions.py`).
"""

from __future__ import annotations

from harness.model import Group, Probe
from scenarios.dbcompat.scripts import table, tries

_INTS = table("a {int}, b {int}", "7, 2")
_TEXT_KEY = table("id {int}, c {varchar}(20)", "1, '123'", "2, '00123'")

PROBES: tuple[Probe, ...] = (
    Probe(
        id="text_equals_number",
        title="文字字面值与数字比较",
        group=Group.QUERY,
        source="BD-24",
        script=tries(
            "SELECT CASE WHEN '1' = 1 THEN 1 ELSE 0 END {dual}", "SELECT CASE WHEN '1.1' > 1 THEN 1 ELSE 0 END {dual}"
        ),
        meaning="'1.1' > 1 有的产品报错、有的得真：参考范围判断检验结果高低的语句会失败；比较前显式 CAST。",
    ),
    Probe(
        id="word_equals_zero",
        title="非数字文字与 0 比较",
        group=Group.QUERY,
        source="BD-24",
        script=tries("SELECT CASE WHEN 'abc' = 0 THEN 1 ELSE 0 END {dual}"),
        meaning="MySQL 系把 'abc' 当 0：WHERE 文字列 = 0 会查出几乎所有行，误更新就是事故；条件中的类型必须写对。",
    ),
    Probe(
        id="text_column_equals_number",
        title="文字列与数字比较",
        group=Group.QUERY,
        source="BD-24",
        setup=_TEXT_KEY,
        script=tries("SELECT id FROM {t} WHERE c = 123 ORDER BY id"),
        meaning="病案号列是文字而条件写成数字：一边报错，一边把 00123 与 123 当同一人查出来；条件一律加引号。",
    ),
    Probe(
        id="number_column_equals_text",
        title="数字列与文字比较",
        group=Group.QUERY,
        source="BD-24",
        setup=table("n {int}", "123"),
        script=tries("SELECT COUNT(*) FROM {t} WHERE n = '123'", "SELECT COUNT(*) FROM {t} WHERE n = '123a'"),
        meaning="数字条件带了字母时，一边报错、一边取前面的数字照样命中：输错的卡号会打开别人的病历；输入须先校验。",
    ),
    Probe(
        id="number_column_equals_empty",
        title="数字列与空串比较",
        group=Group.QUERY,
        source="BD-24",
        setup=table("n {int}", "0"),
        script=tries("SELECT COUNT(*) FROM {t} WHERE n = ''"),
        meaning="未填条件时 n = '' 一边报错、一边等于 0 而命中：空查询条件会查出编号为 0 的记录；拼条件前先判空。",
    ),
    Probe(
        id="text_into_integer",
        title="带空格、指数、字母的文字存入整数列",
        group=Group.STORAGE,
        source="BD-24",
        setup=table("n {int}"),
        script=tries(
            "INSERT INTO {t} VALUES (' 12 ')",
            "INSERT INTO {t} VALUES ('1e3')",
            "INSERT INTO {t} VALUES ('12abc')",
            "INSERT INTO {t} VALUES ('1.6')",
        ),
        meaning="接口传来的文字数值一边拒收、一边照存（1e3 成 1000，1.6 成 2），数量可能存错；入库前由程序转换。",
    ),
    Probe(
        id="empty_text_into_integer",
        title="空串存入整数列",
        group=Group.STORAGE,
        source="BD-24",
        setup=table("n {int}"),
        script="A: INSERT INTO {t} VALUES ('')",
        meaning="界面未填的年龄、数量以空串传来，有的产品存 0、有的存空值、有的报错；程序须把空串转成 NULL。",
    ),
    Probe(
        id="boolean_into_number",
        title="TRUE 能否存入数字列",
        group=Group.STORAGE,
        source="issue list",
        setup=table("flag {tinyint}"),
        script="A: INSERT INTO {t} VALUES (TRUE)",
        meaning="停用、作废标志列以 TRUE 写入，类型严格的产品会拒绝；统一写 1 和 0。",
    ),
    Probe(
        id="number_as_condition",
        title="数字列直接作条件",
        group=Group.QUERY,
        source="issue list",
        setup=table("id {int}, flag {tinyint}", "1, 1", "2, 0"),
        script=tries("SELECT id FROM {t} WHERE flag", "SELECT id FROM {t} WHERE NOT flag = 1"),
        meaning="WHERE 停用标志 这种省略写法只有 MySQL 系认，别处报错；写全 flag = 1。",
    ),
    Probe(
        id="condition_as_column",
        title="条件表达式能否作为查询列",
        group=Group.QUERY,
        source="issue list",
        setup=_INTS,
        script=tries("SELECT SUM(a > b) FROM {t}"),
        meaning="MySQL 应用用 SUM(条件) 统计异常结果数，PostgreSQL、Oracle 系报错；"
        "改为 SUM(CASE WHEN … THEN 1 ELSE 0 END)。",
    ),
    Probe(
        id="union_of_types",
        title="UNION 两边类型不同",
        group=Group.QUERY,
        source="BD-24",
        script=tries("SELECT COUNT(*) FROM (SELECT 1 AS c {dual} UNION SELECT 'a' AS c {dual}) x"),
        meaning="合并医嘱与费用的 UNION 一边是数字、一边是文字，严格的产品报错；两边 CAST 成同一类型。",
    ),
    Probe(
        id="case_of_types",
        title="CASE 各分支类型不同",
        group=Group.QUERY,
        source="BD-24",
        setup=_INTS,
        script=tries("SELECT CASE WHEN a > b THEN a ELSE '无' END FROM {t}"),
        meaning="CASE 里混用数字与文字，严格的产品报错：“无结果时显示‘无’”的查询要把数字先 CAST 成文字。",
    ),
    Probe(
        id="count_is_integer",
        title="COUNT、SUM 的结果",
        group=Group.QUERY,
        source="BD-67",
        setup=_INTS,
        script=tries("SELECT COUNT(*), SUM(a), MAX(b) FROM {t}"),
        meaning="计数与求和返回的类型或写法不同，程序按固定类型取值会出错；取值时按通用数字类型转换。",
    ),
    Probe(
        id="to_char_number",
        title="TO_CHAR 格式化金额",
        group=Group.QUERY,
        source="BD-43",
        script=tries("SELECT TO_CHAR(1234.5, 'FM9999.00') {dual}", "SELECT FORMAT(1234.5, 2) {dual}"),
        meaning="格式化金额的函数各家不同：发票、费用清单的打印语句须改写，或把格式化移到程序里。",
    ),
)
