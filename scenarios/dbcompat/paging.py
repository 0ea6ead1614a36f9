"""The first rows and the next ones: LIMIT, FETCH, TOP, ROWNUM, and pages over ties.

Not here: the order itself (`queries.py`, `characters.py`).
"""

from __future__ import annotations

from harness.model import Group, Probe
from scenarios.dbcompat.scripts import table, tries

_SIX = table("id {int}, c {int}", *(f"{n}, {value}" for n, value in enumerate((30, 10, 20, 10, 20, 10), 1)))

PROBES: tuple[Probe, ...] = (
    Probe(
        id="limit_offset",
        title="LIMIT 与 OFFSET",
        group=Group.QUERY,
        source="BD-40",
        setup=_SIX,
        script=tries("SELECT id FROM {t} ORDER BY id LIMIT 2 OFFSET 2"),
        meaning="MySQL、PostgreSQL 应用的分页写法，Oracle、SQL Server 不认：挂号列表翻页全部报错；"
        "改用 OFFSET … FETCH 或窗口函数。",
    ),
    Probe(
        id="limit_with_comma",
        title="LIMIT 起点, 行数",
        group=Group.QUERY,
        source="BD-40",
        setup=_SIX,
        script=tries("SELECT id FROM {t} ORDER BY id LIMIT 2, 2"),
        meaning="MySQL 的逗号写法别处不认，PostgreSQL 系报错：检验列表翻页失败；改写为 LIMIT 2 OFFSET 2。",
    ),
    Probe(
        id="offset_fetch",
        title="OFFSET … FETCH 写法",
        group=Group.QUERY,
        source="BD-40",
        setup=_SIX,
        script=tries("SELECT id FROM {t} ORDER BY id OFFSET 2 ROWS FETCH NEXT 2 ROWS ONLY"),
        meaning="Oracle 12c、SQL Server 应用的标准分页写法，部分 MySQL 系产品不认；翻页组件的方言要改为 LIMIT。",
    ),
    Probe(
        id="select_top",
        title="SELECT TOP n 语句",
        group=Group.QUERY,
        source="BD-40",
        setup=_SIX,
        script=tries("SELECT TOP 2 id FROM {t} ORDER BY id"),
        meaning="SQL Server 应用处处写 TOP，多数产品报语法错；逐条改为 LIMIT 或 FETCH FIRST。",
    ),
    Probe(
        id="rownum_limit",
        title="ROWNUM 取前几行",
        group=Group.QUERY,
        source="BD-40",
        setup=_SIX,
        script=tries("SELECT COUNT(*) FROM {t} WHERE ROWNUM <= 2"),
        meaning="Oracle 应用的取前几行写法，MySQL、PostgreSQL 系不认：“取一条号源”的语句报错；"
        "改为 LIMIT 或 FETCH FIRST。",
    ),
    Probe(
        id="rownum_before_order",
        title="ROWNUM 在排序之前还是之后编号",
        group=Group.QUERY,
        source="BD-40",
        setup=_SIX,
        script=tries("SELECT MIN(id) FROM (SELECT id FROM {t} WHERE ROWNUM <= 1 ORDER BY id DESC) x"),
        meaning="Oracle 先编号后排序，个别兼容实现先排序后编号：“取最早一条”会取到不同的病人；包一层子查询写清先后。",
    ),
    Probe(
        id="pages_without_gaps",
        title="三页合起来是否不重不漏",
        group=Group.QUERY,
        source="BD-40",
        setup=_SIX,
        script=tries(*(f"SELECT id FROM {{t}} ORDER BY c, id LIMIT 2 OFFSET {skip}" for skip in (0, 2, 4))),
        meaning="有唯一列兜底的翻页应不重不漏；不同则收费清单、对账文件会重行或缺行，须查排序规则与空值位置。",
    ),
    Probe(
        id="pages_over_ties",
        title="并列行翻页是否不重不漏",
        group=Group.QUERY,
        source="BD-40",
        setup=_SIX,
        script=tries(
            "SELECT COUNT(DISTINCT id) FROM (SELECT id FROM (SELECT id FROM {t} ORDER BY c LIMIT 3 OFFSET 0) x "
            "UNION ALL SELECT id FROM (SELECT id FROM {t} ORDER BY c LIMIT 3 OFFSET 3) y) z"
        ),
        meaning="只按费用排序而无唯一列时，两页可能重复同一病人又漏掉另一人；分页排序一律补上主键。",
    ),
    Probe(
        id="limit_null_order",
        title="有空值时取前一条",
        group=Group.QUERY,
        source="BD-29",
        setup=table("id {int}, due {int}", "1, NULL", "2, 5", "3, 9"),
        script=tries("SELECT id FROM {t} ORDER BY due LIMIT 1", "SELECT id FROM {t} ORDER BY due DESC LIMIT 1"),
        meaning="取“最早到期的一条”时空值排最前就会取到未定日期的记录：叫号、发药会选错人；条件中先排除空值。",
    ),
    Probe(
        id="limit_on_update",
        title="UPDATE、DELETE 带 LIMIT",
        group=Group.QUERY,
        source="BD-40",
        setup=_SIX,
        script=tries("UPDATE {t} SET c = 0 ORDER BY id LIMIT 2", "DELETE FROM {t} ORDER BY id LIMIT 2"),
        meaning="MySQL 应用用 UPDATE … LIMIT 1 抢号源、分批清理日志，别处报语法错；改为按主键子查询更新。",
    ),
    Probe(
        id="limit_bound",
        title="LIMIT 用绑定参数",
        group=Group.QUERY,
        source="BD-40",
        setup=_SIX,
        script=tries("SELECT id FROM {t} ORDER BY id LIMIT :rows OFFSET :skip"),
        params={"rows": 2, "skip": 1},
        meaning="翻页组件把行数作为参数传入，不允许绑定或当成文字时翻页报错；升级驱动或改为拼接数字。",
    ),
)
