"""Statements that change rows: MERGE, RETURNING, updates of keys and across tables.

Not here: what they do to the transaction, and the rows that upserts affect (`transactions.py`).
"""

from __future__ import annotations

from harness.model import Group, Probe
from scenarios.dbcompat.scripts import table, tries

_PRICES = "\n".join(
    (
        table("id {int} PRIMARY KEY, price {int}", "1, 10", "2, 20"),
        table("id {int}, price {int}", "2, 25", "3, 30", name="{u}"),
    )
)
_DOUBLE = "\n".join(
    (
        table("id {int} PRIMARY KEY, price {int}", "1, 10"),
        table("id {int}, price {int}", "1, 11", "1, 12", name="{u}"),
    )
)
_PATIENTS = "\n".join(
    (
        table("id {int}, name {varchar}(10)", "1, '王'", "2, '李'", "3, '张'"),
        table("id {int}, fee {int}", "1, 10", "1, 20", "2, 5", "9, 7", name="{u}"),
    )
)
_MERGE = (
    "MERGE INTO {t} a USING {u} b ON (a.id = b.id) WHEN MATCHED THEN UPDATE SET price = b.price "
    "WHEN NOT MATCHED THEN INSERT (id, price) VALUES (b.id, b.price)"
)
_READ = "A: SELECT id, price FROM {t} ORDER BY id"

_UPSERTS = (
    Probe(
        id="merge_statement",
        title="MERGE 语句",
        group=Group.QUERY,
        source="BD-41",
        setup=_PRICES,
        script=f"A: {_MERGE}\n{_READ}",
        meaning="Oracle、SQL Server 应用用 MERGE 同步药品价格，MySQL 系没有；"
        "改为 INSERT … ON DUPLICATE KEY UPDATE 或先改后插。",
    ),
    Probe(
        id="merge_double_match",
        title="MERGE 一行被匹配两次",
        group=Group.QUERY,
        source="BD-41",
        setup=_DOUBLE,
        script=f"A.: {_MERGE}",
        meaning="来源有重复行时有的产品报错、有的任取一行：价格同步可能悄悄取了旧价；同步前对来源去重。",
    ),
    Probe(
        id="insert_ignore",
        title="INSERT IGNORE 语句",
        group=Group.QUERY,
        source="BD-41",
        setup=_PRICES,
        script=f"A: INSERT IGNORE INTO {{t}} (id, price) VALUES (2, 25)\n{_READ}",
        meaning="MySQL 应用用它跳过重复的检验结果，别处报语法错；改为先查后插或捕获唯一冲突。",
    ),
    Probe(
        id="insert_returning",
        title="INSERT … RETURNING 写法",
        group=Group.QUERY,
        source="issue list",
        setup=_PRICES,
        script="A: INSERT INTO {t} (id, price) VALUES (7, 70) RETURNING id",
        meaning="用 RETURNING 取新挂号单号的写法在 MySQL 没有，Oracle 须写 INTO；改用驱动的“返回自动键”接口。",
    ),
)

_UPDATES = (
    Probe(
        id="update_shifts_unique_key",
        title="整体加一时唯一键逐行还是最后检查",
        group=Group.QUERY,
        source="issue list",
        setup=table("id {int} PRIMARY KEY", "1", "2", "3"),
        script=tries("UPDATE {t} SET id = id + 1"),
        meaning="Oracle、SQL Server 语句结束才查唯一，MySQL、PostgreSQL 逐行检查而报冲突："
        "排队号整体顺延会失败；先改成负数再改回。",
    ),
    Probe(
        id="update_set_row",
        title="UPDATE 多列取自一个子查询",
        group=Group.QUERY,
        source="issue list",
        setup=_PRICES,
        script="A: UPDATE {t} SET (price) = (SELECT MAX(b.price) FROM {u} b WHERE b.id = {t}.id) WHERE id = 2\n"
        + _READ,
        meaning="Oracle 习惯 SET (列…) = (子查询)，MySQL 系报语法错；回写调价的语句拆成逐列赋值。",
    ),
    Probe(
        id="delete_order_of_parents",
        title="自引用外键一次删除父子",
        group=Group.QUERY,
        source="issue list",
        setup="CREATE TABLE {t} (id {int} PRIMARY KEY, parent {int}, FOREIGN KEY (parent) REFERENCES {t} (id))\n"
        "INSERT INTO {t} VALUES (1, NULL)\nINSERT INTO {t} VALUES (2, 1)\nINSERT INTO {t} VALUES (3, 2)",
        script=tries("DELETE FROM {t} WHERE id IN (1, 2, 3)"),
        meaning="逐行检查外键的产品会因先删父行而报错：删除整棵科室树、组套失败；按层从下往上删。",
    ),
)

_OVER_TABLES = (
    Probe(
        id="update_join_styles",
        title="带关联的 UPDATE",
        group=Group.QUERY,
        source="issue list",
        setup=_PATIENTS,
        script=tries(
            "UPDATE {t} SET name = '改' FROM {u} b WHERE {t}.id = b.id",
            "UPDATE {t} a JOIN {u} b ON a.id = b.id SET a.name = '改'",
            "UPDATE {t} SET name = (SELECT MAX('改') FROM {u} b WHERE b.id = {t}.id) WHERE id = 1",
        ),
        meaning="批量调价、回写状态的关联更新各家写法不同；统一改为子查询加 EXISTS 的标准写法，并核对影响行数。",
    ),
    Probe(
        id="delete_with_alias",
        title="带别名或关联的 DELETE",
        group=Group.QUERY,
        source="issue list",
        setup=_PATIENTS,
        script=tries(
            "DELETE FROM {t} a WHERE a.id = 1",
            "DELETE a FROM {t} a WHERE a.id = 1",
            "DELETE FROM {t} USING {u} WHERE {t}.id = {u}.id",
        ),
        meaning="清理作废处方明细的 DELETE 写法各家不同，报语法错事小，误解成删全表事大；改为 WHERE 子查询。",
    ),
    Probe(
        id="update_from_same_table",
        title="更新时子查询同一张表",
        group=Group.QUERY,
        source="issue list",
        setup=_PATIENTS,
        script=tries("UPDATE {t} SET name = '大' WHERE id = (SELECT MAX(id) FROM {t})"),
        meaning="MySQL 系不许更新时再查同一张表，取最大流水号再更新的语句报错；再包一层子查询或分两步做。",
    ),
)

PROBES: tuple[Probe, ...] = (*_UPSERTS, *_UPDATES, *_OVER_TABLES)
