"""Isolation: what sessions that overlap see of each other, anomaly by anomaly, at three levels.

A product may keep an anomaly away by making a session wait (`~`), by refusing (a serialization error, a deadlock), or
by an old snapshot; the script fixes the order of steps and the answers tell which. Not here: locks that an application
asks for (`locks.py`).
"""

from __future__ import annotations

from harness.model import Group, Probe

LEVELS = (("read_committed", "读已提交"), ("repeatable_read", "可重复读"), ("serializable", "可串行化"))

_SLOT = """\
CREATE TABLE {t} (id {int} PRIMARY KEY, n {int} NOT NULL)
INSERT INTO {t} (id, n) VALUES (1, 10)
"""
_PAIR = """\
CREATE TABLE {t} (id {int} PRIMARY KEY, n {int} NOT NULL)
INSERT INTO {t} (id, n) VALUES (1, 50)
INSERT INTO {t} (id, n) VALUES (2, 50)
"""


def _at_each_level(anomaly: str, title: str, setup: str, script: str, meaning: str) -> tuple[Probe, ...]:
    """`{level}` in the script is the word of the level."""
    return tuple(
        Probe(
            id=f"{anomaly}_{level}",
            title=f"{title}（{chinese}）",
            group=Group.TRANSACTION,
            source="BD-62",
            setup=setup,
            script=script.replace("{level}", f"{{{level}}}"),
            meaning=meaning,
        )
        for level, chinese in LEVELS
    )


def _single(probe_id: str, title: str, setup: str, script: str, meaning: str) -> Probe:
    return Probe(
        id=probe_id, title=title, group=Group.TRANSACTION, source="BD-62", setup=setup, script=script, meaning=meaning
    )


_ANOMALIES = (
    *_at_each_level(
        "dirty_read",
        "脏读：读到别人未提交的值，或为它等待",
        _SLOT,
        """
            A.: {level}
            B.: {level}
            A: UPDATE {t} SET n = 99 WHERE id = 1
            B~: SELECT n FROM {t} WHERE id = 1
            A: ROLLBACK
            B: COMMIT
        """,
        "查号源时读到随后被撤销的余号，或者查询被正在办理的窗口挡住。"
        "读要等写的产品上，报表会卡住挂号，反之亦然；请核对隔离级别与只读快照选项。",
    ),
    *_at_each_level(
        "dirty_write",
        "脏写：覆盖别人未提交的值",
        _SLOT,
        """
            A.: {level}
            B.: {level}
            A: UPDATE {t} SET n = 11 WHERE id = 1
            B~: UPDATE {t} SET n = 12 WHERE id = 1
            A: ROLLBACK
            B: COMMIT
            A: SELECT n FROM {t} WHERE id = 1
        """,
        "两个窗口同时改一张账单：一边排队，一边立刻报错或互相覆盖。请为此类错误写重试。",
    ),
    *_at_each_level(
        "non_repeatable_read",
        "不可重复读：同一事务两次读到不同的值",
        _SLOT,
        """
            A.: {level}
            B.: {level}
            A: SELECT n FROM {t} WHERE id = 1
            B~: UPDATE {t} SET n = 20 WHERE id = 1
            B~: COMMIT
            A: SELECT n FROM {t} WHERE id = 1
            A: COMMIT
            B: SELECT n FROM {t} WHERE id = 1
        """,
        "收费程序先查价、再按价计费，中间药品调价：一边两次一致，一边前后不同，一边让调价等待。"
        "请在一条语句里取价并计费，或对价格行加锁。",
    ),
    *_at_each_level(
        "phantom",
        "幻读：同一条件第二次多出一行",
        _SLOT,
        """
            A.: {level}
            B.: {level}
            A: SELECT count(*) FROM {t} WHERE n >= 10
            B~: INSERT INTO {t} (id, n) VALUES (2, 10)
            B~: COMMIT
            A: SELECT count(*) FROM {t} WHERE n >= 10
            A: COMMIT
            B: SELECT count(*) FROM {t} WHERE n >= 10
        """,
        "日结先数笔数、再算合计，中间来了新收费：笔数与合计对不上，或新收费被挡住。"
        "请在一条语句里同时取出，或用结账时点作条件。",
    ),
    *_at_each_level(
        "lost_update",
        "丢失更新：各自读出库存，减一后写回",
        _SLOT,
        """
            A.: {level}
            B.: {level}
            A: SELECT n FROM {t} WHERE id = 1
            B: SELECT n FROM {t} WHERE id = 1
            A~: UPDATE {t} SET n = 9 WHERE id = 1
            A~: COMMIT
            B~: UPDATE {t} SET n = 9 WHERE id = 1
            B: COMMIT
            A: SELECT n FROM {t} WHERE id = 1
        """,
        "两个药房窗口各发一盒，库存只减了一：一边悄悄丢失，一边报串行化错误或死锁而需要重试。"
        "请写成 SET n = n - 1 WHERE n >= 1，或先加锁再读。",
    ),
    *_at_each_level(
        "lost_update_locked",
        "先 FOR UPDATE 再减库存",
        _SLOT,
        """
            A.: {level}
            B.: {level}
            A: SELECT n FROM {t} WHERE id = 1 FOR UPDATE
            B~: SELECT n FROM {t} WHERE id = 1 FOR UPDATE
            A: UPDATE {t} SET n = 9 WHERE id = 1
            A: COMMIT
            B: UPDATE {t} SET n = 8 WHERE id = 1
            B: COMMIT
            A: SELECT n FROM {t} WHERE id = 1
        """,
        "加锁后读到的应是别人提交后的库存。若目标库等到锁后报串行化错误，原来从不失败的发药会偶发失败，请加重试。",
    ),
    *_at_each_level(
        "write_skew",
        "写偏斜：两位值班医生同时请假",
        """
            CREATE TABLE {t} (id {int} PRIMARY KEY, n {int} NOT NULL)
            INSERT INTO {t} (id, n) VALUES (1, 1)
            INSERT INTO {t} (id, n) VALUES (2, 1)
        """,
        """
            A.: {level}
            B.: {level}
            A: SELECT count(*) FROM {t} WHERE n = 1
            B: SELECT count(*) FROM {t} WHERE n = 1
            A~: UPDATE {t} SET n = 0 WHERE id = 1
            B~: UPDATE {t} SET n = 0 WHERE id = 2
            A: COMMIT
            B: COMMIT
            A: SELECT count(*) FROM {t} WHERE n = 1
        """,
        "各自看到还有两人值班，各自请假成功，结果无人值班。靠可串行化防住它的应用换库后会失守。"
        "请对整组值班记录先 FOR UPDATE。",
    ),
    *_at_each_level(
        "overbooking",
        "先数已挂号数、再插入：超挂",
        """
            CREATE TABLE {t} (id {int} PRIMARY KEY, slot {int} NOT NULL)
            INSERT INTO {t} (id, slot) VALUES (1, 7)
        """,
        """
            A.: {level}
            B.: {level}
            A: SELECT count(*) FROM {t} WHERE slot = 7
            B: SELECT count(*) FROM {t} WHERE slot = 7
            A~: INSERT INTO {t} (id, slot) VALUES (11, 7)
            B~: INSERT INTO {t} (id, slot) VALUES (12, 7)
            A: COMMIT
            B: COMMIT
            A: SELECT count(*) FROM {t} WHERE slot = 7
        """,
        "限号两个、已挂一个，两窗口都数到一再各插一条，结果三个。"
        "请在号源行上用 UPDATE … SET 余号 = 余号 - 1 WHERE 余号 > 0 占号。",
    ),
    *_at_each_level(
        "read_skew",
        "读偏斜：两次读之间发生一笔转账",
        _PAIR,
        """
            A.: {level}
            B.: {level}
            A: SELECT n FROM {t} WHERE id = 1
            B~: UPDATE {t} SET n = n - 10 WHERE id = 1
            B~: UPDATE {t} SET n = n + 10 WHERE id = 2
            B~: COMMIT
            A: SELECT n FROM {t} WHERE id = 2
            A: COMMIT
            B: SELECT id, n FROM {t} ORDER BY id
        """,
        "对账程序分两次读预交金与欠费，中间转了一笔，合计不平。请用一条语句取齐，或在可重复读的事务里对账。",
    ),
    *_at_each_level(
        "read_only_anomaly",
        "只读异常：三个会话，只读者看到不可能的状态",
        """
            CREATE TABLE {t} (id {int} PRIMARY KEY, n {int} NOT NULL)
            INSERT INTO {t} (id, n) VALUES (1, 0)
            INSERT INTO {t} (id, n) VALUES (2, 0)
        """,
        """
            A.: {level}
            B.: {level}
            C.: {level}
            A: SELECT id, n FROM {t} ORDER BY id
            B~: UPDATE {t} SET n = 20 WHERE id = 1
            B~: COMMIT
            C~: SELECT id, n FROM {t} ORDER BY id
            C~: COMMIT
            A~: UPDATE {t} SET n = -11 WHERE id = 2
            A: COMMIT
            B: COMMIT
            C: COMMIT
            A: SELECT id, n FROM {t} ORDER BY id
        """,
        "打印的对账单（存入已到、罚金未扣）与最终账目对不上任何先后次序。"
        "只有真正的可串行化会拒绝；请给对账单加结账时点。",
    ),
)

_VISIBILITY = (
    _single(
        "dirty_read_uncommitted",
        "读未提交：能否看到别人未提交的值",
        _SLOT,
        """
            B.: {read_uncommitted}
            A: UPDATE {t} SET n = 99 WHERE id = 1
            B~: SELECT n FROM {t} WHERE id = 1
            A: ROLLBACK
            B: COMMIT
        """,
        "大屏用“读未提交”避免卡顿：一边读到会被撤销的余号，一边其实读的是已提交的值。请改为读已提交。",
    ),
    _single(
        "snapshot_moment",
        "可重复读的快照从何时起：事务开始还是第一次读",
        _SLOT,
        """
            A.: {repeatable_read}
            B: UPDATE {t} SET n = 20 WHERE id = 1
            B: COMMIT
            A: SELECT n FROM {t} WHERE id = 1
        """,
        "开始事务后隔一会儿才读：读到的库存是开始时的还是读时的。请在事务开头先读一次，使快照时点明确。",
    ),
    _single(
        "snapshot_covers_all_tables",
        "可重复读的快照是否包括还没读过的表",
        f"{_SLOT}CREATE TABLE {{u}} (id {{int}} PRIMARY KEY)",
        """
            A.: {repeatable_read}
            A: SELECT n FROM {t} WHERE id = 1
            B: INSERT INTO {u} (id) VALUES (1)
            B: COMMIT
            A: SELECT count(*) FROM {u}
        """,
        "报表先读收费、再读退费，中间发生的退费是否计入两边不同，日报对不上。请在目标库上核对快照范围。",
    ),
    _single(
        "own_writes_visible",
        "自己未提交的改动：自己看得见，别人看不见",
        _SLOT,
        """
            A: INSERT INTO {t} (id, n) VALUES (2, 20)
            A: SELECT count(*) FROM {t}
            B~: SELECT count(*) FROM {t} WHERE n < 20
            A: COMMIT
            B: SELECT count(*) FROM {t}
        """,
        "录入后立即打印的单据读不到刚写的明细，或被别的窗口提前读到。请核对读写分离与隔离级别。",
    ),
    _single(
        "update_sees_rows_outside_snapshot",
        "可重复读下 UPDATE 是否改到快照里没有的行",
        _SLOT,
        """
            A.: {repeatable_read}
            A: SELECT count(*) FROM {t}
            B: INSERT INTO {t} (id, n) VALUES (2, 20)
            B: COMMIT
            A: UPDATE {t} SET n = n + 1
            A: SELECT id, n FROM {t} ORDER BY id
            A: COMMIT
            B: SELECT id, n FROM {t} ORDER BY id
        """,
        "先列出待结算明细、再整批标记已结算：中间新来的明细没有计入金额，却被标成已结算（MySQL 系）。"
        "请按取出的主键逐条更新。",
    ),
    _single(
        "update_of_changed_row",
        "可重复读下更新被别人改过的行",
        _SLOT,
        """
            A.: {repeatable_read}
            A: SELECT n FROM {t} WHERE id = 1
            B: UPDATE {t} SET n = 20 WHERE id = 1
            B: COMMIT
            A: UPDATE {t} SET n = n + 1 WHERE id = 1
            A: ROLLBACK
        """,
        "一边报串行化错误要求重试，一边悄悄在新值上更新。没有重试代码的应用会在目标库上偶发失败，请补上重试。",
    ),
    _single(
        "waiting_update_rechecks",
        "等到锁之后，UPDATE 按旧条件还是新数据挑行",
        """
            CREATE TABLE {t} (id {int} PRIMARY KEY, n {int} NOT NULL)
            INSERT INTO {t} (id, n) VALUES (1, 10)
            INSERT INTO {t} (id, n) VALUES (2, 10)
        """,
        """
            A: UPDATE {t} SET n = 20 WHERE id = 1
            A: INSERT INTO {t} (id, n) VALUES (3, 10)
            B~: UPDATE {t} SET n = 0 WHERE n = 10
            A: COMMIT
            B: COMMIT
            B: SELECT id, n FROM {t} ORDER BY id
        """,
        "整批过账的语句等了别人的锁：别人新加的一笔算不算进来，各产品不同，会漏过账。请先锁定批次头，再处理明细。",
    ),
    _single(
        "same_key_both_commit",
        "两个会话插入同一唯一值，先者提交",
        _SLOT,
        """
            A: INSERT INTO {t} (id, n) VALUES (7, 1)
            B~: INSERT INTO {t} (id, n) VALUES (7, 2)
            A: COMMIT
            B: ROLLBACK
            B: SELECT n FROM {t} WHERE id = 7
        """,
        "两窗口抢同一个号：后者应等待并收到“已被占”的拒绝；若等待方式或错误种类不同，界面会显示系统故障。"
        "请按错误种类给出提示。",
    ),
    _single(
        "same_key_first_rolls_back",
        "两个会话插入同一唯一值，先者回滚",
        _SLOT,
        """
            A: INSERT INTO {t} (id, n) VALUES (7, 1)
            B~: INSERT INTO {t} (id, n) VALUES (7, 2)
            A: ROLLBACK
            B: COMMIT
            B: SELECT n FROM {t} WHERE id = 7
        """,
        "先者放弃后，后者应占到号；若后者仍被拒绝，号源会空着。请为这种拒绝写一次重试。",
    ),
)

PROBES: tuple[Probe, ...] = (*_ANOMALIES, *_VISIBILITY)
