"""Transactions of one session: what an error, a DDL statement, a savepoint and a constraint do to the work before them.

Not here: what another session sees (`isolation.py`) or waits for (`locks.py`).
"""

from __future__ import annotations

from harness.model import Group, Probe

_TRANSACTION = Group.TRANSACTION
_KEYS = "CREATE TABLE {t} (id {int} PRIMARY KEY)"
_NUMBERS = "CREATE TABLE {t} (id {int} PRIMARY KEY, n {int})"
_ONE_ROW = """
    CREATE TABLE {t} (id {int} PRIMARY KEY, n {int})
    INSERT INTO {t} (id, n) VALUES (1, 10)
"""

_AFTER_ERROR = (
    Probe(
        id="abort_after_error",
        title="主键重复之后同一事务还能否继续",
        group=_TRANSACTION,
        source="BD-60",
        setup=_KEYS,
        script="""
            A: INSERT INTO {t} (id) VALUES (1)
            A: INSERT INTO {t} (id) VALUES (1)
            A: INSERT INTO {t} (id) VALUES (2)
            A: COMMIT
            A: SELECT id FROM {t} ORDER BY id
        """,
        meaning="“先插入，重复则更新”的收费代码：一边出错后继续并提交成功，一边整个事务作废，前面的明细全部丢失。"
        "请在可能失败的语句前设保存点，或改用 UPSERT / MERGE。",
    ),
    Probe(
        id="abort_after_failed_query",
        title="查询报错之后同一事务还能否提交",
        group=_TRANSACTION,
        source="BD-60",
        setup=_KEYS,
        script="""
            A: INSERT INTO {t} (id) VALUES (1)
            A: INSERT INTO {t} (id) VALUES (2)
            A.: SELECT (SELECT id FROM {t}){dual}
            A: COMMIT
            A: SELECT count(*) FROM {t}
        """,
        meaning="程序忽略某条查询的报错后照常提交：一边已录入的费用保住，一边被悄悄回滚。请检查吞掉 SQL 异常的代码。",
    ),
    Probe(
        id="savepoint_rescues_after_error",
        title="出错后回到保存点继续",
        group=_TRANSACTION,
        source="BD-60",
        setup=_KEYS,
        script="""
            A: INSERT INTO {t} (id) VALUES (1)
            A.: SAVEPOINT before_charge
            A: INSERT INTO {t} (id) VALUES (1)
            A.: ROLLBACK TO SAVEPOINT before_charge
            A: INSERT INTO {t} (id) VALUES (2)
            A: COMMIT
            A: SELECT id FROM {t} ORDER BY id
        """,
        meaning="批量收费时单笔失败、其余照收的写法在目标库上不成立。请核对保存点语法，或把每笔放进独立事务。",
    ),
    Probe(
        id="multi_row_insert_is_atomic",
        title="多行插入中一行不合格，照常提交：留下几行",
        group=_TRANSACTION,
        source="issue list: multi-row insert",
        setup=_KEYS,
        script="""
            A: INSERT INTO {t} (id) VALUES (1), (2), (1)
            A: COMMIT
            A: SELECT count(*) FROM {t}
        """,
        meaning="批量写入处方明细时一行重复，程序照常提交：一边提交也报错，一边提交成功却没有明细，或只留下前几行。"
        "请检查返回值，失败时整笔回滚。",
    ),
)


def _ddl(what: str, title: str, statement: str, looks: str, meaning: str) -> Probe:
    """A row is written, `statement` follows, everything is rolled back: what is left?"""
    return Probe(
        id=f"ddl_commits_{what}",
        title=title,
        group=_TRANSACTION,
        source="BD-61",
        setup=_ONE_ROW,
        script=f"""
            A: INSERT INTO {{t}} (id, n) VALUES (2, 20)
            A.: {statement}
            A: ROLLBACK
            {"A" if looks.startswith("SELECT") else "A."}: {looks}
        """,
        meaning=meaning,
    )


_COUNT = "SELECT count(*) FROM {t}"
_DDL = (
    _ddl(
        "create_table",
        "事务中建表后回滚：之前的插入还在吗",
        "CREATE TABLE {u} (id {int})",
        _COUNT,
        "月结程序在事务中建中间表：一边顺带提交了前面的改动，之后的回滚落空，账目留下半截。请把 DDL 移到事务之外。",
    ),
    _ddl(
        "create_table_itself",
        "事务中建表后回滚：能否再建同一张表",
        "CREATE TABLE {u} (id {int})",
        "CREATE TABLE {u} (id {int})",
        "升级脚本失败回滚后，一边建好的表还在，重跑时报“已存在”。请为升级脚本写明逐步的撤销办法。",
    ),
    _ddl(
        "create_index",
        "事务中建索引后回滚",
        "CREATE INDEX {t}_i ON {t} (n)",
        _COUNT,
        "维护脚本在事务里建索引，等于提交了未核对的改动。请在维护窗口单独执行 DDL。",
    ),
    _ddl(
        "alter_table",
        "事务中加列后回滚",
        "ALTER TABLE {t} ADD memo {varchar}(20)",
        _COUNT,
        "升级脚本“改表、改数据、出错回滚”：一边能完整撤销，一边只撤销最后一段，医院停在半升级状态。"
        "请先备份再分步升级。",
    ),
    _ddl(
        "truncate",
        "事务中 TRUNCATE 后回滚：数据回得来吗",
        "TRUNCATE TABLE {t}",
        "SELECT id FROM {t} ORDER BY id",
        "重算日报先清空再写入，中途失败回滚：一边旧数据恢复，一边永远丢失。请改用 DELETE，或写入新表后切换。",
    ),
    _ddl(
        "drop_table",
        "事务中删表后回滚：表名是否空了出来",
        "DROP TABLE {t}",
        "CREATE TABLE {t} (id {int})",
        "升级脚本在事务里删旧表，失败回滚时一边恢复，一边表已不在。请改名保留旧表，核对后再删。",
    ),
    _ddl(
        "even_when_refused",
        "事务中 DDL 失败：之前的插入是否已被提交",
        "CREATE TABLE {t} (id {int})",
        _COUNT,
        "建表语句虽然报“已存在”，前面的改动却已经提交，回滚无效。请不要在业务事务里试探性建表。",
    ),
)

_SAVEPOINTS = (
    Probe(
        id="savepoint_rollback",
        title="回滚到保存点",
        group=_TRANSACTION,
        source="issue list: savepoints",
        setup=_KEYS,
        script="""
            A: INSERT INTO {t} (id) VALUES (1)
            A.: SAVEPOINT item
            A: INSERT INTO {t} (id) VALUES (2)
            A.: ROLLBACK TO SAVEPOINT item
            A: INSERT INTO {t} (id) VALUES (3)
            A: COMMIT
            A: SELECT id FROM {t} ORDER BY id
        """,
        meaning="按明细撤销的收费事务多撤或少撤。请在目标库上核对保存点的语法和效果。",
    ),
    Probe(
        id="savepoint_same_name_twice",
        title="同名保存点设两次，回滚到哪一个",
        group=_TRANSACTION,
        source="issue list: savepoints",
        setup=_KEYS,
        script="""
            A.: SAVEPOINT item
            A: INSERT INTO {t} (id) VALUES (1)
            A.: SAVEPOINT item
            A: INSERT INTO {t} (id) VALUES (2)
            A.: ROLLBACK TO SAVEPOINT item
            A: SELECT id FROM {t} ORDER BY id
            A.: RELEASE SAVEPOINT item
            A.: ROLLBACK TO SAVEPOINT item
            A: COMMIT
            A: SELECT id FROM {t} ORDER BY id
        """,
        meaning="循环里反复用同一个保存点名：一边新的盖住旧的，释放后旧的又现身，一边旧的已删除。"
        "请给每次循环用不同的名字。",
    ),
    Probe(
        id="savepoint_release",
        title="释放保存点之后再回滚到它",
        group=_TRANSACTION,
        source="issue list: savepoints",
        setup=_KEYS,
        script="""
            A.: SAVEPOINT item
            A: INSERT INTO {t} (id) VALUES (1)
            A.: RELEASE SAVEPOINT item
            A.: ROLLBACK TO SAVEPOINT item
            A: ROLLBACK
        """,
        meaning="RELEASE SAVEPOINT 在有的产品上不存在（Oracle 系），框架的嵌套事务会报错。"
        "请核对所用框架对目标产品的方言支持。",
    ),
)

_WORK = (
    Probe(
        id="commit_without_work",
        title="没有改动时提交、连续回滚",
        group=_TRANSACTION,
        source="issue list: COMMIT without work",
        script="""
            A: COMMIT
            A: COMMIT
            A: ROLLBACK
            A: ROLLBACK
            A: SELECT 1{dual}
        """,
        meaning="空提交报错会让连接池或框架误判连接失效。请核对驱动版本。",
    ),
    Probe(
        id="affected_rows",
        title="影响行数：改成原值、改不到、删不到",
        group=_TRANSACTION,
        source="BD-67",
        setup=_ONE_ROW,
        script="""
            A: UPDATE {t} SET n = 10 WHERE id = 1
            A: UPDATE {t} SET n = 11 WHERE id = 9
            A: DELETE FROM {t} WHERE id = 9
            A: DELETE FROM {t}
        """,
        meaning="用“影响行数为 1”判断扣库存、占号是否成功：改成原值时一边返回 1，一边返回 0，成功被当作失败。"
        "请核对驱动的 useAffectedRows 一类选项，并用条件中的版本号判断。",
    ),
    Probe(
        id="upsert_on_duplicate_key",
        title="MySQL 写法 ON DUPLICATE KEY UPDATE 的影响行数",
        group=_TRANSACTION,
        source="BD-41",
        setup=_ONE_ROW,
        script="""
            A: INSERT INTO {t} (id, n) VALUES (2, 20) ON DUPLICATE KEY UPDATE n = 21
            A: INSERT INTO {t} (id, n) VALUES (1, 30) ON DUPLICATE KEY UPDATE n = 31
            A: INSERT INTO {t} (id, n) VALUES (1, 30) ON DUPLICATE KEY UPDATE n = 31
            A: SELECT id, n FROM {t} ORDER BY id
        """,
        meaning="库存“有则加、无则建”的语句在目标库上不存在，或影响行数（1、2、0）含义不同，程序判断失误。"
        "请改用 MERGE 并按结果判断。",
    ),
    Probe(
        id="upsert_on_conflict",
        title="PostgreSQL 写法 ON CONFLICT 的影响行数",
        group=_TRANSACTION,
        source="BD-41",
        setup=_ONE_ROW,
        script="""
            A: INSERT INTO {t} (id, n) VALUES (1, 30) ON CONFLICT (id) DO NOTHING
            A: INSERT INTO {t} (id, n) VALUES (1, 30) ON CONFLICT (id) DO UPDATE SET n = 31
            A: INSERT INTO {t} (id, n) VALUES (2, 20) ON CONFLICT (id) DO NOTHING
            A: SELECT id, n FROM {t} ORDER BY id
        """,
        meaning="库存“有则改、无则建”的语句在目标库上是语法错误。请改写为 ON DUPLICATE KEY UPDATE 或 MERGE。",
    ),
    Probe(
        id="replace_into",
        title="REPLACE INTO 的影响行数与未列出的列",
        group=_TRANSACTION,
        source="BD-41",
        setup=_ONE_ROW,
        script="""
            A: REPLACE INTO {t} (id) VALUES (1)
            A: REPLACE INTO {t} (id, n) VALUES (2, 20)
            A: SELECT id, n FROM {t} ORDER BY id
        """,
        meaning="REPLACE 是先删后插，未列出的列变空；目标库多半没有它。请改写为 UPDATE 加 INSERT 或 MERGE。",
    ),
    Probe(
        id="update_assignment_order",
        title="UPDATE 中互换两列：右边取旧值还是新值",
        group=_TRANSACTION,
        source="issue list: affected rows",
        setup="""
            CREATE TABLE {t} (id {int} PRIMARY KEY, old_bed {int}, new_bed {int})
            INSERT INTO {t} (id, old_bed, new_bed) VALUES (1, 7, 8)
        """,
        script="""
            A: UPDATE {t} SET old_bed = new_bed, new_bed = old_bed WHERE id = 1
            A: SELECT old_bed, new_bed FROM {t}
        """,
        meaning="换床、对调两个价格的语句：标准取旧值完成互换，MySQL 系从左到右取新值，两列悄悄变成一样。"
        "请先读出再分别写入。",
    ),
    Probe(
        id="large_rollback",
        title="两万行插入后回滚",
        group=_TRANSACTION,
        source="issue list: large transaction rollback",
        setup=f"""
            CREATE TABLE {{u}} (n {{int}} PRIMARY KEY)
            INSERT INTO {{u}} (n) {" UNION ALL ".join(f"SELECT {n}{{dual}}" for n in range(10))}
            CREATE TABLE {{t}} (id {{int}} PRIMARY KEY, n {{int}})
        """,
        script="""
            A: INSERT INTO {t} (id, n)
                SELECT a.n + 10 * b.n + 100 * c.n + 1000 * d.n, 1 FROM {u} a, {u} b, {u} c, {u} d
            A: INSERT INTO {t} (id, n) SELECT id + 10000, 2 FROM {t}
            A: SELECT count(*) FROM {t}
            A: ROLLBACK
            A: SELECT count(*) FROM {t}
        """,
        meaning="日结、医保对账等大事务超出目标库的事务大小或时间上限而失败，或回滚不彻底。"
        "请分批提交，并调整相应上限。",
    ),
    Probe(
        id="read_only_transaction",
        title="只读事务中写入",
        group=_TRANSACTION,
        source="issue list: SET TRANSACTION READ ONLY",
        setup=_KEYS,
        script="""
            A.: SET TRANSACTION READ ONLY
            A: INSERT INTO {t} (id) VALUES (1)
            A: ROLLBACK
            A: INSERT INTO {t} (id) VALUES (2)
            A: COMMIT
            A: SELECT id FROM {t}
        """,
        meaning="统计账号靠只读事务防止误写：目标库不认或不拦，报表程序可能改动业务数据。请改用只有查询权限的账号。",
    ),
    Probe(
        id="trigger_rolled_back_mysql",
        title="触发器的写入随事务回滚（MySQL 写法）",
        group=_TRANSACTION,
        source="BD-50",
        setup="""
            CREATE TABLE {t} (id {int} PRIMARY KEY)
            CREATE TABLE {u} (id {int})
        """,
        script="""
            A.: CREATE TRIGGER {t}_g AFTER INSERT ON {t} FOR EACH ROW INSERT INTO {u} (id) VALUES (NEW.id)
            A: COMMIT
            A: INSERT INTO {t} (id) VALUES (1)
            A: SELECT count(*) FROM {u}
            A: ROLLBACK
            A: SELECT count(*) FROM {u}
        """,
        meaning="靠触发器记审计、同步库存的功能在目标库上建不成或不随事务回滚。请按目标产品重写触发器并逐个测试。",
    ),
    Probe(
        id="trigger_rolled_back_postgresql",
        title="触发器的写入随事务回滚（PostgreSQL 写法）",
        group=_TRANSACTION,
        source="BD-50",
        setup="""
            CREATE TABLE {t} (id {int} PRIMARY KEY)
            CREATE TABLE {u} (id {int})
        """,
        script="""
            A.: CREATE FUNCTION {t}_f() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN INSERT INTO {u} (id) VALUES (NEW.id); RETURN NEW; END'
            A.: CREATE TRIGGER {t}_g AFTER INSERT ON {t} FOR EACH ROW EXECUTE FUNCTION {t}_f()
            A: COMMIT
            A: INSERT INTO {t} (id) VALUES (1)
            A: SELECT count(*) FROM {u}
            A: ROLLBACK
            A: SELECT count(*) FROM {u}
        """,
        meaning="PL/pgSQL 触发器在目标库上建不成，审计和库存同步会悄悄停掉。请按目标产品重写触发器并逐个测试。",
    ),
)

PROBES: tuple[Probe, ...] = (*_AFTER_ERROR, *_DDL, *_SAVEPOINTS, *_WORK)
