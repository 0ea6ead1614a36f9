"""Locks: who waits for whom, how a wait ends, and the words with which an application asks for a lock.

Not here: what sessions see of each other without asking for locks (`isolation.py`).
"""

from __future__ import annotations

from harness.model import Group, Probe

_ROW = """\
CREATE TABLE {t} (id {int} PRIMARY KEY, n {int} NOT NULL)
INSERT INTO {t} (id, n) VALUES (1, 10)
"""
_ROWS = f"""{_ROW}
INSERT INTO {{t}} (id, n) VALUES (2, 20)
INSERT INTO {{t}} (id, n) VALUES (3, 30)
"""
_AND_ANOTHER = f"""{_ROW}
CREATE TABLE {{u}} (id {{int}} PRIMARY KEY)
"""
_AND_A_CHILD = f"""{_ROW}
CREATE TABLE {{u}} (id {{int}} PRIMARY KEY, t_id {{int}}, FOREIGN KEY (t_id) REFERENCES {{t}} (id))
"""


def _lock(probe_id: str, title: str, source: str, setup: str, script: str, meaning: str) -> Probe:
    return Probe(
        id=probe_id, title=title, group=Group.TRANSACTION, source=source, setup=setup, script=script, meaning=meaning
    )


_WAITING = (
    _lock(
        "second_update_waits",
        "后改者等待，先者提交后接着改",
        "BD-63",
        _ROW,
        """
            A: UPDATE {t} SET n = n - 1 WHERE id = 1
            B~: UPDATE {t} SET n = n - 1 WHERE id = 1
            A: COMMIT
            B: COMMIT
            B: SELECT n FROM {t} WHERE id = 1
        """,
        "两个窗口同时扣同一药品：后者应排队并在新库存上扣减。若后者直接报错，请在程序里加重试。",
    ),
    _lock(
        "lock_timeout",
        "锁等待超时：应答、事务是否还在、之前的改动是否保留",
        "BD-63",
        _AND_ANOTHER,
        """
            B.: {lock_timeout_1s}
            B: COMMIT
            A: UPDATE {t} SET n = 11 WHERE id = 1
            B: INSERT INTO {u} (id) VALUES (1)
            B~: UPDATE {t} SET n = 12 WHERE id = 1
            B: SELECT count(*) FROM {u}
            B: COMMIT
            A: ROLLBACK
            A: SELECT count(*) FROM {u}
        """,
        "等锁超时后：一边只撤销这一句，继续提交会留下半笔业务；一边整个事务作废。请在捕获锁超时后一律回滚整笔再重试。",
    ),
    _lock(
        "statement_timeout",
        "语句超时之后：事务是否还在、之前的改动是否保留",
        "BD-66",
        _AND_ANOTHER,
        """
            A: UPDATE {t} SET n = 11 WHERE id = 1
            B: INSERT INTO {u} (id) VALUES (1)
            B~: UPDATE {t} SET n = 12 WHERE id = 1
            B: SELECT count(*) FROM {u}
            B: COMMIT
            A: ROLLBACK
            A: SELECT count(*) FROM {u}
        """,
        "语句被服务器按时限终止后（OceanBase 默认 10 秒），程序继续提交会留下半笔业务或丢掉整笔。"
        "请在超时后一律回滚，并为长报表单独放宽时限。",
    ),
    # PostgreSQL looks for a deadlock once, after a second of waiting. A has looked before B closes the circle, so it is
    # always B that finds it.
    _lock(
        "deadlock",
        "死锁：谁被牺牲、以什么错误、另一方是否完成",
        "BD-63",
        _ROWS,
        """
            A: UPDATE {t} SET n = 11 WHERE id = 1
            B: UPDATE {t} SET n = 22 WHERE id = 2
            A~: UPDATE {t} SET n = 12 WHERE id = 2
            C: IDLE 1.2
            B~: UPDATE {t} SET n = 21 WHERE id = 1
            A: COMMIT
            B: COMMIT
            A: SELECT id, n FROM {t} ORDER BY id
        """,
        "两张处方以相反次序扣两种药：目标库报的错误种类不同，或要等到超时才发现，牺牲者之前的改动也可能仍在。"
        "请按固定次序加锁，并对死锁与锁超时都回滚重试。",
    ),
    _lock(
        "child_insert_while_parent_changes",
        "主记录正被修改时插入明细",
        "BD-63",
        _AND_A_CHILD,
        """
            A: UPDATE {t} SET n = 11 WHERE id = 1
            B~: INSERT INTO {u} (id, t_id) VALUES (1, 1)
            A: COMMIT
            B: COMMIT
            B: SELECT count(*) FROM {u}
        """,
        "护士站改住院记录时，药房给同一住院号记账：一边互不影响，一边要等前者提交。"
        "长事务会拖住整条流程，请缩短主表上的事务。",
    ),
    _lock(
        "update_by_unindexed_column",
        "按无索引的列更新不同的行",
        "BD-63",
        _ROWS,
        """
            A.: {repeatable_read}
            B.: {repeatable_read}
            A: UPDATE {t} SET n = 11 WHERE n = 10
            B~: UPDATE {t} SET n = 21 WHERE n = 20
            A: COMMIT
            B: COMMIT
        """,
        "条件列没有索引时，一边只锁命中的行，一边锁住整张表，所有窗口排队。请为更新条件建索引。",
    ),
    _lock(
        "absent_row_locked_then_inserted",
        "FOR UPDATE 查不到行再插入：别人能否抢先插入",
        "BD-63",
        _ROW,
        """
            A.: {repeatable_read}
            B.: {repeatable_read}
            A: SELECT id FROM {t} WHERE id = 5 FOR UPDATE
            B~: INSERT INTO {t} (id, n) VALUES (5, 2)
            B~: COMMIT
            A: INSERT INTO {t} (id, n) VALUES (5, 1)
            A: COMMIT
            B: SELECT n FROM {t} WHERE id = 5
        """,
        "“查无此患者则建档”：有间隙锁的产品让后来者等待，没有的产品让先查者撞上重复。"
        "请用唯一约束并处理重复，不要依赖间隙锁。",
    ),
    _lock(
        "lock_table",
        "LOCK TABLE … IN EXCLUSIVE MODE：锁整张表",
        "BD-68",
        _ROW,
        """
            A.: LOCK TABLE {t} IN EXCLUSIVE MODE
            B~.: LOCK TABLE {t} IN EXCLUSIVE MODE
            B~: UPDATE {t} SET n = 11 WHERE id = 1
            A: COMMIT
            B: COMMIT
        """,
        "结账时锁整张表的语句在目标库上不存在或锁不住，结账期间仍有新收费写入。请改用状态标志或按批次号结账。",
    ),
    _lock(
        "alter_table_waits",
        "有未结束的查询事务时改表",
        "BD-61",
        _ROW,
        """
            A: SELECT n FROM {t}
            B~.: ALTER TABLE {t} ADD memo {varchar}(20)
            A: COMMIT
            B: COMMIT
            A: SELECT count(*) FROM {t} WHERE memo IS NULL
        """,
        "白天加列：一边等所有查询事务结束（并挡住后面的查询），一边立即完成。请在停诊窗口改表，并先设锁等待上限。",
    ),
    _lock(
        "xa_transaction",
        "XA START：分布式事务（MySQL 写法）",
        "BD-68",
        _ROW,
        """
            A.: XA START 'xhc1'
            A: INSERT INTO {t} (id, n) VALUES (2, 20)
            A.: XA END 'xhc1'
            A.: XA ROLLBACK 'xhc1'
            A: SELECT count(*) FROM {t}
        """,
        "中间件用 XA 让收费与医保同时成功：目标库不支持时部署即失败。请改用本地消息表或补偿流程。",
    ),
)

_ASKED = (
    _lock(
        "for_update",
        "FOR UPDATE：挡住修改，不挡普通读",
        "BD-64",
        _ROW,
        """
            A: SELECT n FROM {t} WHERE id = 1 FOR UPDATE
            C~: SELECT n FROM {t} WHERE id = 1
            B~: UPDATE {t} SET n = 11 WHERE id = 1
            A: COMMIT
            B: COMMIT
            C: COMMIT
        """,
        "收费前锁账单的语句没有锁住，或连别人查询也挡住。请在目标库上核对 FOR UPDATE 的效果。",
    ),
    _lock(
        "for_update_nowait",
        "FOR UPDATE NOWAIT：立即报错，之后事务是否还在",
        "BD-64",
        _AND_ANOTHER,
        """
            A: SELECT n FROM {t} WHERE id = 1 FOR UPDATE
            B: INSERT INTO {u} (id) VALUES (1)
            B~: SELECT n FROM {t} WHERE id = 1 FOR UPDATE NOWAIT
            B: COMMIT
            A: COMMIT
            A: SELECT count(*) FROM {u}
        """,
        "“该账单正在别处办理”的提示靠 NOWAIT：目标库不认、仍然等待，或报错后整个事务作废。请核对错误种类，提示后回滚。",
    ),
    _lock(
        "skip_locked",
        "FOR UPDATE SKIP LOCKED：跳过别人锁住的行",
        "BD-64",
        _ROWS,
        """
            A: SELECT id FROM {t} WHERE id = 1 FOR UPDATE
            B~: SELECT id FROM {t} ORDER BY id FOR UPDATE SKIP LOCKED
            B: COMMIT
            A: COMMIT
        """,
        "叫号程序跳过别的诊室已取的号：目标库不支持时报错或排队等待。请改用“抢占标志”的 UPDATE 并看影响行数。",
    ),
    _lock(
        "queue_no_double_take",
        "两个窗口按 LIMIT 1 + SKIP LOCKED 取号：不重复",
        "BD-64",
        _ROWS,
        """
            A: SELECT id FROM {t} WHERE n > 0 ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
            B~: SELECT id FROM {t} WHERE n > 0 ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
            A: UPDATE {t} SET n = 0 WHERE id = 1
            A: COMMIT
            B: UPDATE {t} SET n = 0 WHERE id = 2
            B: COMMIT
            A: SELECT id, n FROM {t} ORDER BY id
        """,
        "两个发药窗口取到同一张处方会重复发药，取不到则处方积压。请在目标库上以真实并发验证取号语句。",
    ),
    _lock(
        "for_share",
        "FOR SHARE：共享锁相容，挡住修改",
        "BD-64",
        _ROW,
        """
            A: SELECT n FROM {t} WHERE id = 1 FOR SHARE
            B~: SELECT n FROM {t} WHERE id = 1 FOR SHARE
            B~: UPDATE {t} SET n = 11 WHERE id = 1
            A: COMMIT
            B: COMMIT
        """,
        "核对价格时防止调价的共享锁在目标库上是语法错误或被当作独占锁。请改用 FOR UPDATE 或版本号。",
    ),
    _lock(
        "lock_in_share_mode",
        "LOCK IN SHARE MODE（MySQL 写法）",
        "BD-64",
        _ROW,
        """
            A: SELECT n FROM {t} WHERE id = 1 LOCK IN SHARE MODE
            B~: SELECT n FROM {t} WHERE id = 1 LOCK IN SHARE MODE
            B~: UPDATE {t} SET n = 11 WHERE id = 1
            A: COMMIT
            B: COMMIT
        """,
        "MySQL 的共享锁写法：目标库不认、不加锁，或被当作独占锁使查询排队。请改用 FOR UPDATE 或版本号。",
    ),
    _lock(
        "for_update_wait_1",
        "FOR UPDATE WAIT 1：等一秒后报错",
        "BD-64",
        _ROW,
        """
            A: SELECT n FROM {t} WHERE id = 1 FOR UPDATE
            B~: SELECT n FROM {t} WHERE id = 1 FOR UPDATE WAIT 1
            B: ROLLBACK
            A: COMMIT
        """,
        "Oracle 写法的限时加锁：目标库是语法错误，或一直等到全局超时。请改为先设会话的锁等待上限再 FOR UPDATE。",
    ),
    _lock(
        "for_update_of",
        "FOR UPDATE OF：联表时只锁指名的表",
        "BD-64",
        f"{_AND_ANOTHER}INSERT INTO {{u}} (id) VALUES (1)",
        """
            A: SELECT x.n FROM {t} x JOIN {u} y ON y.id = x.id FOR UPDATE OF x
            B~: SELECT x.n FROM {t} x JOIN {u} y ON y.id = x.id FOR UPDATE OF y
            B~: SELECT x.n FROM {t} x JOIN {u} y ON y.id = x.id FOR UPDATE OF x
            A: COMMIT
            B: COMMIT
        """,
        "联表查询只想锁账单，不想锁字典表：目标库不认 OF，或把两张表都锁住，字典维护被挡。请分两条语句加锁。",
    ),
)

PROBES: tuple[Probe, ...] = (*_WAITING, *_ASKED)
