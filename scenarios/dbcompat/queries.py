"""What a query returns: place of NULL, grouping, joins, sets, subqueries, hierarchies.

Not here: pages of a result (`paging.py`), single functions (`functions.py`), statements that change rows (`writes.py`).
"""

from __future__ import annotations

from harness.model import Group, Probe
from scenarios.dbcompat.scripts import table, tries

_WITH_NULL = table("id {int}, c {varchar}(10)", "1, NULL", "2, 'a'", "3, 'b'")
_FEES = table(
    "dept {varchar}(10), doctor {varchar}(10), fee {int}", "'内科', '王', 10", "'内科', '李', 20", "'外科', '张', 30"
)
_TWO = "\n".join(
    (
        table("id {int}, name {varchar}(10)", "1, '王'", "2, '李'", "3, '张'"),
        table("id {int}, fee {int}", "1, 10", "1, 20", "2, 5", "9, 7", name="{u}"),
    )
)
_TREE = table("id {int}, parent {int}", "1, NULL", "2, 1", "3, 2", "4, 1")

_NULL = (
    Probe(
        id="null_order_ascending",
        title="升序时空值的位置",
        group=Group.QUERY,
        source="BD-29",
        setup=_WITH_NULL,
        script="A: SELECT id FROM {t} ORDER BY c",
        meaning="空值排最前还是最后不同：按预约时间叫号、取“最早一条”的语句会先取到没有时间的病人；"
        "写明 NULLS LAST 或用 COALESCE 排序。",
    ),
    Probe(
        id="null_order_descending",
        title="降序时空值的位置",
        group=Group.QUERY,
        source="BD-29",
        setup=_WITH_NULL,
        script="A: SELECT id FROM {t} ORDER BY c DESC",
        meaning="降序取最近一次就诊时，空值排最前就会取到未就诊的记录；"
        "达梦默认升降序都把空值排最前，须核对 ORDER_BY_NULLS_FLAG。",
    ),
    Probe(
        id="nulls_first_clause",
        title="NULLS FIRST / NULLS LAST 写法",
        group=Group.QUERY,
        source="BD-29",
        setup=_WITH_NULL,
        script="A: SELECT id FROM {t} ORDER BY c NULLS FIRST, id",
        meaning="写明空值位置的子句在 MySQL 系报语法错，候诊队列的排序语句须改写为 CASE WHEN … IS NULL。",
    ),
    Probe(
        id="not_in_with_null",
        title="NOT IN 的子查询含空值",
        group=Group.QUERY,
        source="issue list",
        setup=_WITH_NULL,
        script=tries(
            "SELECT COUNT(*) FROM {t} WHERE id NOT IN (SELECT CASE WHEN c IS NULL THEN NULL ELSE id END FROM {t})",
            "SELECT COUNT(*) FROM {t} WHERE 1 <> ALL (SELECT CASE WHEN c IS NULL THEN NULL ELSE id END FROM {t})",
        ),
        meaning="标准行为是一行也没有；表现不同会使“未收费的医嘱”之类的反查结果改变，改用 NOT EXISTS 最稳妥。",
    ),
)

_GROUPING = (
    Probe(
        id="group_by_loose",
        title="查询列可否不在 GROUP BY 中",
        group=Group.QUERY,
        source="BD-44",
        setup=_FEES,
        script=tries("SELECT dept, doctor, SUM(fee) FROM {t} WHERE dept = '外科' GROUP BY dept"),
        meaning="宽松的库任取一行的医生名，严格的库报错：科室收入报表要么打不开、要么张冠李戴；"
        "把列补进 GROUP BY 或用聚合函数。",
    ),
    Probe(
        id="group_by_function_of_key",
        title="按主键分组后取其他列",
        group=Group.QUERY,
        source="BD-44",
        setup=table("id {int} PRIMARY KEY, name {varchar}(10)", "1, '王'"),
        script=tries("SELECT id, name, COUNT(*) FROM {t} GROUP BY id"),
        meaning="部分产品知道其余列由主键决定而放行，Oracle、达梦仍报错：病人费用汇总语句须把姓名等列补进 GROUP BY。",
    ),
    Probe(
        id="having_without_group",
        title="没有 GROUP BY 的 HAVING",
        group=Group.QUERY,
        source="BD-44",
        setup=_FEES,
        script=tries(
            "SELECT COUNT(*) FROM {t} HAVING COUNT(*) > 1", "SELECT dept FROM {t} HAVING fee > 10 ORDER BY dept"
        ),
        meaning="MySQL 允许 HAVING 直接过滤行或别名，别的产品报错；按金额过滤收费明细的语句须改用 WHERE。",
    ),
    Probe(
        id="alias_in_clauses",
        title="别名用于 GROUP BY、HAVING、WHERE",
        group=Group.QUERY,
        source="BD-44",
        setup=_FEES,
        script=tries(
            "SELECT UPPER(dept) AS d, SUM(fee) FROM {t} GROUP BY d ORDER BY d",
            "SELECT dept, SUM(fee) AS total FROM {t} GROUP BY dept HAVING total > 20 ORDER BY dept",
            "SELECT fee * 2 AS twice FROM {t} WHERE twice > 50",
        ),
        meaning="在分组和过滤里直接用别名只有部分产品允许，收入统计报表会报“列不存在”；把表达式原样写全。",
    ),
    Probe(
        id="order_by_position",
        title="按列序号排序和分组",
        group=Group.QUERY,
        source="BD-44",
        setup=_FEES,
        script=tries(
            "SELECT doctor, fee FROM {t} ORDER BY 2 DESC", "SELECT dept, COUNT(*) FROM {t} GROUP BY 1 ORDER BY 1"
        ),
        meaning="GROUP BY 1 在 Oracle、SQL Server 被当作常数而报错或并成一组，报表会变；写明列名。",
    ),
    Probe(
        id="distinct_order_by_other",
        title="DISTINCT 按未选出的列排序",
        group=Group.QUERY,
        source="BD-44",
        setup=_FEES,
        script=tries("SELECT DISTINCT dept FROM {t} WHERE dept = '内科' ORDER BY fee"),
        meaning="严格的库拒绝这种写法，宽松的库次序不定：下拉框里科室的次序或语句本身会出错；改为 GROUP BY 加 MIN。",
    ),
    Probe(
        id="duplicate_columns_in_subquery",
        title="子查询含同名列",
        group=Group.QUERY,
        source="BD-44",
        setup=_TWO,
        script=tries("SELECT COUNT(*) FROM (SELECT * FROM {t} a JOIN {u} b ON a.id = b.id) x"),
        meaning="子查询里有两列同名时 MySQL 系、达梦报“列重复”，用星号关联病人与费用的报表打不开；逐列写明并取别名。",
    ),
    Probe(
        id="rollup_and_grouping_sets",
        title="ROLLUP 与 GROUPING SETS",
        group=Group.QUERY,
        source="BD-44",
        setup=_FEES,
        script=tries(
            "SELECT COUNT(*) FROM (SELECT dept, SUM(fee) FROM {t} GROUP BY ROLLUP (dept)) x",
            "SELECT COUNT(*) FROM (SELECT dept, SUM(fee) FROM {t} GROUP BY dept WITH ROLLUP) x",
            "SELECT COUNT(*) FROM (SELECT dept, doctor, SUM(fee) FROM {t} GROUP BY GROUPING SETS ((dept), (doctor))) x",
        ),
        meaning="带小计、合计的收入报表靠这几种写法，各家支持的不同；不支持时改为多条 UNION ALL。",
    ),
    Probe(
        id="text_aggregation",
        title="把多行拼成一个文字",
        group=Group.QUERY,
        source="BD-43",
        setup=_FEES,
        script=tries(
            "SELECT STRING_AGG(doctor, ',' ORDER BY fee) FROM {t}",
            "SELECT LISTAGG(doctor, ',') WITHIN GROUP (ORDER BY fee) FROM {t}",
            "SELECT GROUP_CONCAT(doctor ORDER BY fee SEPARATOR ',') FROM {t}",
        ),
        meaning="处方用药、诊断列表常用这类函数拼成一行，三家写法互不相通；逐条改为目标库的函数并核对次序和长度上限。",
    ),
)

_JOINS = (
    Probe(
        id="outer_join_plus",
        title="(+) 外连接",
        group=Group.QUERY,
        source="BD-42",
        setup=_TWO,
        script=tries("SELECT COUNT(*) FROM {t} a, {u} b WHERE a.id = b.id (+)"),
        meaning="Oracle 老语句满是 (+)；不认的库报语法错，逐条改为 LEFT JOIN 并核对行数。",
    ),
    Probe(
        id="outer_join_plus_partly",
        title="多个条件只有一个带 (+)",
        group=Group.QUERY,
        source="BD-42",
        setup=_TWO,
        script=tries("SELECT COUNT(*) FROM {t} a, {u} b WHERE a.id = b.id (+) AND b.fee > 5"),
        meaning="openGauss 在条件漏写 (+) 时悄悄变成内连接而不提示：没有收费记录的病人会从清单里消失；改为 LEFT JOIN。",
    ),
    Probe(
        id="full_join",
        title="FULL JOIN 写法",
        group=Group.QUERY,
        source="issue list",
        setup=_TWO,
        script=tries("SELECT COUNT(*) FROM {t} a FULL JOIN {u} b ON a.id = b.id"),
        meaning="医保对账常用全连接找两边的差额，MySQL 系没有；改为左连接与右连接的 UNION。",
    ),
    Probe(
        id="lateral_join",
        title="LATERAL 取每人最近一条",
        group=Group.QUERY,
        source="issue list",
        setup=_TWO,
        script=tries(
            "SELECT a.id, x.fee FROM {t} a CROSS JOIN LATERAL (SELECT MAX(b.fee) AS fee FROM {u} b WHERE b.id ="
            " a.id) x ORDER BY a.id"
        ),
        meaning="取每个病人最近一次就诊的 LATERAL 写法，有的产品没有，有的（实测 seekdb）悄悄丢掉没有就诊记录的病人；"
        "改为标量子查询或窗口函数 ROW_NUMBER，并核对行数。",
    ),
)

_SETS = (
    Probe(
        id="except_intersect_minus",
        title="EXCEPT、INTERSECT、MINUS 函数",
        group=Group.QUERY,
        source="issue list",
        setup=_TWO,
        script=tries(
            "SELECT id FROM {t} EXCEPT SELECT id FROM {u}",
            "SELECT id FROM {t} INTERSECT SELECT id FROM {u} ORDER BY id",
            "SELECT id FROM {t} MINUS SELECT id FROM {u}",
        ),
        meaning="核对漏费常用差集，Oracle 写 MINUS、别家写 EXCEPT；不支持的产品改为 NOT EXISTS。",
    ),
    Probe(
        id="subquery_without_alias",
        title="FROM 中的子查询不取别名",
        group=Group.QUERY,
        source="issue list",
        setup=_TWO,
        script=tries("SELECT COUNT(*) FROM (SELECT id FROM {t})"),
        meaning="Oracle 语句里的子查询多半没有别名，MySQL 系要求必须有；给每个子查询补上别名。",
    ),
    Probe(
        id="limit_in_subquery",
        title="IN 子查询里用 LIMIT",
        group=Group.QUERY,
        source="issue list",
        setup=_TWO,
        script=tries("SELECT id FROM {t} WHERE id IN (SELECT id FROM {u} ORDER BY fee DESC LIMIT 1)"),
        meaning="MySQL 系不许在 IN 子查询里用 LIMIT，取费用最高病人的语句报错；再包一层子查询即可。",
    ),
    Probe(
        id="row_value_comparison",
        title="多列一起比较",
        group=Group.QUERY,
        source="issue list",
        setup=_TWO,
        script=tries(
            "SELECT COUNT(*) FROM {u} WHERE (id, fee) IN (SELECT id, MAX(fee) FROM {u} GROUP BY id)",
            "SELECT COUNT(*) FROM {u} WHERE (id, fee) > (1, 10)",
        ),
        meaning="按（病人，时间）取最近记录和游标式翻页的多列比较在 SQL Server、部分兼容模式上没有；改为逐列条件。",
    ),
    Probe(
        id="any_all_operators",
        title="ANY 与 ALL 遇到空集",
        group=Group.QUERY,
        source="issue list",
        setup=_TWO,
        script=tries(
            "SELECT COUNT(*) FROM {t} WHERE id > ALL (SELECT id FROM {u} WHERE fee > 1000)",
            "SELECT COUNT(*) FROM {t} WHERE id = ANY (SELECT id FROM {u})",
        ),
        meaning="空集上的 ALL 应为真；表现不同会使“高于所有已收费用”的判断改变，改用 NOT EXISTS 与 MAX。",
    ),
)

_HIERARCHY = (
    Probe(
        id="recursive_query",
        title="WITH RECURSIVE 递归查询",
        group=Group.QUERY,
        source="BD-43",
        setup=_TREE,
        script=tries(
            "WITH RECURSIVE r (id, depth) AS (SELECT id, 1 FROM {t} WHERE parent IS NULL UNION ALL "
            "SELECT c.id, r.depth + 1 FROM {t} c JOIN r ON c.parent = r.id) SELECT id, depth FROM r ORDER BY id"
        ),
        meaning="科室树、诊断编码树的递归查询写法不同（Oracle 不写 RECURSIVE），展不开就少了下级科室；"
        "逐条改写并核对层数。",
    ),
    Probe(
        id="recursive_without_word",
        title="不写 RECURSIVE 的递归 WITH",
        group=Group.QUERY,
        source="BD-43",
        setup=_TREE,
        script=tries(
            "WITH r (id, depth) AS (SELECT id, 1 FROM {t} WHERE parent IS NULL UNION ALL "
            "SELECT c.id, r.depth + 1 FROM {t} c JOIN r ON c.parent = r.id) SELECT id, depth FROM r ORDER BY id"
        ),
        meaning="Oracle、SQL Server 的递归查询不写 RECURSIVE，PostgreSQL、MySQL 系必须写；迁移时逐条补上。",
    ),
    Probe(
        id="connect_by",
        title="CONNECT BY 层次查询",
        group=Group.QUERY,
        source="BD-43",
        setup=_TREE,
        script=tries("SELECT id, LEVEL FROM {t} START WITH parent IS NULL CONNECT BY PRIOR id = parent ORDER BY id"),
        meaning="Oracle 的科室树、菜单树几乎都用 CONNECT BY，不支持的产品要改写为递归 WITH；先清点语句数量再排工期。",
    ),
    Probe(
        id="window_functions",
        title="窗口函数",
        group=Group.QUERY,
        source="issue list",
        setup=_FEES,
        script=tries(
            "SELECT doctor, ROW_NUMBER() OVER (PARTITION BY dept ORDER BY fee DESC) FROM {t} ORDER BY fee",
            "SELECT doctor, LAG(fee) OVER (ORDER BY fee) FROM {t} ORDER BY fee",
            "SELECT doctor, SUM(fee) OVER (ORDER BY fee ROWS 1 PRECEDING) FROM {t} ORDER BY fee",
        ),
        meaning="取每人最近一次、逐日累计、环比都靠窗口函数；不支持或框架缺省不同会使累计值算错，逐条核对。",
    ),
    Probe(
        id="windows_over_ties",
        title="并列值上的累计",
        group=Group.QUERY,
        source="issue list",
        setup=table("id {int}, fee {int}", "1, 10", "2, 10", "3, 20"),
        script=tries(
            "SELECT id, SUM(fee) OVER (ORDER BY fee) FROM {t} ORDER BY id",
            "SELECT id, RANK() OVER (ORDER BY fee), DENSE_RANK() OVER (ORDER BY fee) FROM {t} ORDER BY id",
        ),
        meaning="并列时累计应把同值的行一起计入；缺省框架不同会使逐笔累计费用对不上，写明 ROWS 框架并补唯一列排序。",
    ),
)

PROBES: tuple[Probe, ...] = (*_NULL, *_GROUPING, *_JOINS, *_SETS, *_HIERARCHY)
