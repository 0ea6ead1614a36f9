"""Kinds of objects an application brings along: views, generated columns, triggers, procedures, partitions.

In the words of the product that the application comes from. Not here: names (`names.py`), sequences (`sequences.py`).
"""

from __future__ import annotations

from harness.model import Group, Probe
from scenarios.dbcompat.scripts import table, tries

_FEES = table("id {int}, fee {int}", "1, 10", "2, 20")
_SIGNED = """
    CREATE TABLE {t} (id {int}, note {varchar}(20))
    CREATE TABLE {u} (id {int})
"""

_VIEWS = (
    Probe(
        id="view_updatable",
        title="通过视图更新",
        group=Group.STORAGE,
        source="BD-49",
        setup=_FEES,
        script="""
            A: CREATE VIEW {v} AS SELECT id, fee FROM {t} WHERE fee < 15
            A: COMMIT
            A: UPDATE {v} SET fee = 11 WHERE id = 1
            A: SELECT fee FROM {t} WHERE id = 1
        """,
        meaning="接口程序常通过视图回写状态，TiDB 等视图只读，医保结算状态写不回去；改为直接更新基表。",
    ),
    Probe(
        id="view_check_option",
        title="视图的 WITH CHECK OPTION",
        group=Group.STORAGE,
        source="BD-49",
        setup=_FEES,
        script="""
            A: CREATE VIEW {v} AS SELECT id, fee FROM {t} WHERE fee < 15 WITH CHECK OPTION
            A: COMMIT
            A.: UPDATE {v} SET fee = 99 WHERE id = 1
        """,
        meaning="视图应拦住越出范围的写入；不支持或不检查时，限本科室的视图会写进别科的数据，须在程序里校验。",
    ),
    Probe(
        id="view_follows_table",
        title="基表加列后视图是否照常可用",
        group=Group.STORAGE,
        source="BD-49",
        setup=_FEES,
        script="""
            A: CREATE VIEW {v} AS SELECT * FROM {t}
            A: COMMIT
            A: ALTER TABLE {t} ADD c {int}
            A: COMMIT
            A: SELECT * FROM {v} ORDER BY id
        """,
        meaning="加列后星号视图的列数不同或失效，取数接口按列序读取会错位；视图逐列写明，改表后重建。",
    ),
    Probe(
        id="materialized_view",
        title="物化视图",
        group=Group.STORAGE,
        source="BD-49",
        setup=_FEES,
        script="A: CREATE MATERIALIZED VIEW {v} AS SELECT SUM(fee) AS total FROM {t}",
        meaning="决策报表靠物化视图提速，没有它就要改成定时汇总表，并重做刷新任务。",
    ),
    Probe(
        id="create_table_as_select",
        title="CREATE TABLE … AS SELECT 语句",
        group=Group.STORAGE,
        source="BD-49",
        setup=_FEES,
        script="A: CREATE TABLE {u} AS SELECT id, fee FROM {t}\nA: COMMIT\nA: SELECT id, fee FROM {u} ORDER BY id",
        meaning="月结备份、数据订正常用 CTAS 留底，不支持时要先建表再 INSERT … SELECT；注意它不带走约束和默认值。",
    ),
    Probe(
        id="global_temporary_table",
        title="全局临时表",
        group=Group.STORAGE,
        source="BD-49",
        script="""
            A: CREATE GLOBAL TEMPORARY TABLE {t} (id {int}) ON COMMIT DELETE ROWS
            A: INSERT INTO {t} VALUES (1)
            A: COMMIT
            A: SELECT COUNT(*) FROM {t}
        """,
        meaning="Oracle 老报表依赖全局临时表，各家支持不一，提交后该空不空会把别人的中间结果算进来；改为会话临时表。",
    ),
    Probe(
        id="partitioned_table",
        title="按范围分区的表",
        group=Group.STORAGE,
        source="BD-49",
        script="A: CREATE TABLE {t} (id {int}) PARTITION BY RANGE (id) (PARTITION p1 VALUES LESS THAN (100),"
        " PARTITION p2 VALUES LESS THAN (MAXVALUE))",
        meaning="收费明细、日志按月分区，语法不通就建不了表，历史数据清理方案要重做；按目标库的分区语法改写。",
    ),
)

_COLUMNS = (
    Probe(
        id="generated_column",
        title="生成列",
        group=Group.STORAGE,
        source="issue list",
        script="""
            A: CREATE TABLE {t} (qty {int}, price {int}, amount {int} GENERATED ALWAYS AS (qty * price) STORED)
            A: COMMIT
            A: INSERT INTO {t} (qty, price) VALUES (3, 7)
            A: SELECT amount FROM {t}
        """,
        meaning="金额由数量乘单价自动生成，关键字（STORED、VIRTUAL）或支持与否不同会使建表失败；改为程序计算后写入。",
    ),
    Probe(
        id="check_constraint",
        title="CHECK 约束是否生效",
        group=Group.STORAGE,
        source="BD-49",
        setup="CREATE TABLE {t} (fee {int} CHECK (fee >= 0))",
        script="A: INSERT INTO {t} VALUES (-1)",
        meaning="有的产品接受 CHECK 语法却不检查，负的收费金额就能入库；须实测，不生效的改由触发器或程序校验。",
    ),
    Probe(
        id="comment_on_column",
        title="COMMENT ON 注释",
        group=Group.STORAGE,
        source="BD-49",
        setup=_FEES,
        script=tries("COMMENT ON COLUMN {t}.fee IS '收费金额'"),
        meaning="数据字典靠列注释生成，MySQL 系写法不同，照搬的脚本会报错或注释丢失；按目标库语法补写。",
    ),
    Probe(
        id="rename_and_change_column",
        title="改列名、改列类型",
        group=Group.STORAGE,
        source="BD-49",
        setup=_FEES,
        script=tries(
            "ALTER TABLE {t} RENAME COLUMN fee TO amount",
            "ALTER TABLE {t} MODIFY id {bigint}",
            "ALTER TABLE {t} ALTER COLUMN id TYPE {bigint}",
        ),
        meaning="升级脚本里改列的语法各家不同，医院侧的版本升级会停在这一步；为目标库另备一套升级脚本。",
    ),
)

_CODE = (
    Probe(
        id="trigger_of_mysql",
        title="MySQL 写法的触发器",
        group=Group.STORAGE,
        source="BD-50",
        setup=_SIGNED,
        script="""
            A: CREATE TRIGGER {v} BEFORE INSERT ON {t} FOR EACH ROW SET NEW.note = '已审核'
            A: COMMIT
            A: INSERT INTO {t} (id) VALUES (1)
            A: SELECT note FROM {t}
        """,
        meaning="老系统用触发器补写审核标志、日志，语法不通或不支持（TiDB）时业务规则就悄悄没有了；"
        "清点触发器逐个改写。",
    ),
    Probe(
        id="triggers_fire_in_order",
        title="同类触发器的先后（MySQL 写法）",
        group=Group.STORAGE,
        source="BD-50",
        setup=_SIGNED,
        script="""
            A: CREATE TRIGGER {v} BEFORE INSERT ON {t} FOR EACH ROW SET NEW.note = CONCAT(COALESCE(NEW.note, ''), '先')
            A: CREATE TRIGGER {u} BEFORE INSERT ON {t} FOR EACH ROW SET NEW.note = CONCAT(COALESCE(NEW.note, ''), '后')
            A: COMMIT
            A: INSERT INTO {t} (id) VALUES (1)
            A: SELECT note FROM {t}
        """,
        meaning="同类触发器按建立先后还是按名字次序执行不同，先校验后记账的次序会颠倒；合并成一个触发器。",
    ),
    Probe(
        id="trigger_of_postgresql",
        title="PostgreSQL 写法的触发器",
        group=Group.STORAGE,
        source="BD-50",
        setup=_SIGNED,
        script="""
            A: CREATE FUNCTION {v}() RETURNS trigger AS
               $$ BEGIN NEW.note = '已审核'; RETURN NEW; END $$ LANGUAGE plpgsql
            A: CREATE TRIGGER {v} BEFORE INSERT ON {t} FOR EACH ROW EXECUTE FUNCTION {v}()
            A: COMMIT
            A: INSERT INTO {t} (id) VALUES (1)
            A: SELECT note FROM {t}
        """,
        meaning="PostgreSQL 的触发器由函数实现，迁到别的产品必须重写；自动补写的审核、费用标志在改写前全部缺失。",
    ),
    Probe(
        id="trigger_of_oracle",
        title="Oracle 写法的触发器",
        group=Group.STORAGE,
        source="BD-50",
        setup=_SIGNED,
        script="""
            A: CREATE TRIGGER {v} BEFORE INSERT ON {t} FOR EACH ROW BEGIN \\:NEW.note \\:= '已审核'; END;;
            A: COMMIT
            A: INSERT INTO {t} (id) VALUES (1)
            A: SELECT note FROM {t}
        """,
        meaning="Oracle 触发器迁到兼容模式多半可用，别处须重写；迁移后逐个触发一次，核对补写的值。",
    ),
    Probe(
        id="procedure_of_mysql",
        title="MySQL 写法的存储过程",
        group=Group.STORAGE,
        source="BD-50",
        setup=_SIGNED,
        script="""
            A: CREATE PROCEDURE {v}(IN p INT) BEGIN INSERT INTO {t} (id) VALUES (p); END
            A: COMMIT
            A: CALL {v}(7)
            A: SELECT id FROM {t}
        """,
        meaning="结账、分摊等逻辑写在存储过程里，语法不通就要重写，是工期的大头；先清点过程数量和行数。",
    ),
    Probe(
        id="procedure_of_postgresql",
        title="PostgreSQL 写法的存储过程",
        group=Group.STORAGE,
        source="BD-50",
        setup=_SIGNED,
        script="""
            A: CREATE PROCEDURE {v}(p INT) LANGUAGE plpgsql AS $$ BEGIN INSERT INTO {t} (id) VALUES (p); END $$
            A: COMMIT
            A: CALL {v}(7)
            A: SELECT id FROM {t}
        """,
        meaning="PL/pgSQL 过程在 MySQL、Oracle 系上都要重写；结账、分摊类过程须逐个比对输入输出。",
    ),
    Probe(
        id="procedure_of_oracle",
        title="Oracle 写法的存储过程",
        group=Group.STORAGE,
        source="BD-50",
        setup=_SIGNED,
        script="""
            A: CREATE OR REPLACE PROCEDURE {v}(p IN NUMBER) AS BEGIN INSERT INTO {t} (id) VALUES (p); END;;
            A: COMMIT
            A: CALL {v}(7)
            A: SELECT id FROM {t}
        """,
        meaning="Oracle 过程里的包、自治事务、异常名迁移后行为常变；用录得的参数逐个调用，比对结果与改动的行。",
    ),
    Probe(
        id="select_into_without_rows",
        title="SELECT INTO 查不到行（PL/pgSQL）",
        group=Group.QUERY,
        source="BD-50",
        setup=_SIGNED,
        script="A.: DO $$ DECLARE n INT; BEGIN SELECT id INTO n FROM {t}; END $$",
        meaning="Oracle 查不到行会抛 NO_DATA_FOUND，PL/pgSQL 不抛："
        "依赖该异常判断“病人不存在”的过程会继续往下走；加 STRICT。",
    ),
    Probe(
        id="anonymous_block",
        title="Oracle 匿名块",
        group=Group.QUERY,
        source="BD-50",
        setup=_SIGNED,
        script="A: BEGIN INSERT INTO {t} (id) VALUES (1); END;;\nA: ROLLBACK\nA: SELECT COUNT(*) FROM {t}",
        meaning="程序里直接发匿名块做批量记账，不支持的产品报语法错；BEGIN 还可能被当成开启事务，须改为逐条语句。",
    ),
)

PROBES: tuple[Probe, ...] = (*_VIEWS, *_COLUMNS, *_CODE)
