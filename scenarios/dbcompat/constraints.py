"""Constraints inside a transaction: when they are checked, what they do to rows that refer to each other, NULL.

Not here: what an error does to the transaction (`transactions.py`).
"""

from __future__ import annotations

from harness.model import Group, Probe

_TRANSACTION = Group.TRANSACTION


def _family(action: str) -> str:
    return f"""
        CREATE TABLE {{t}} (id {{int}} PRIMARY KEY)
        CREATE TABLE {{u}} (id {{int}} PRIMARY KEY, t_id {{int}}, FOREIGN KEY (t_id) REFERENCES {{t}} (id) {action})
        INSERT INTO {{t}} (id) VALUES (1)
        INSERT INTO {{u}} (id, t_id) VALUES (11, 1)
        INSERT INTO {{u}} (id, t_id) VALUES (12, 1)
    """


_REFERENCES = (
    Probe(
        id="delete_cascades",
        title="外键 ON DELETE CASCADE 与回滚",
        group=_TRANSACTION,
        source="issue list: foreign key",
        setup=_family("ON DELETE CASCADE"),
        script="""
            A: DELETE FROM {t} WHERE id = 1
            A: SELECT count(*) FROM {u}
            A: ROLLBACK
            A: SELECT count(*) FROM {u}
        """,
        meaning="作废处方时明细没有随之删除或回滚不回来，留下孤儿明细。请核对目标库是否真正执行外键动作。",
    ),
    Probe(
        id="delete_sets_null",
        title="外键 ON DELETE SET NULL",
        group=_TRANSACTION,
        source="issue list: foreign key",
        setup=_family("ON DELETE SET NULL"),
        script="""
            A: DELETE FROM {t} WHERE id = 1
            A: SELECT id, t_id FROM {u} ORDER BY id
        """,
        meaning="删除科室后医生的科室没有置空，或删除被拒绝。请核对目标库的外键动作，必要时由程序先更新。",
    ),
    Probe(
        id="delete_refused",
        title="有明细时删除主记录",
        group=_TRANSACTION,
        source="issue list: foreign key",
        setup=_family(""),
        script="""
            A: DELETE FROM {t} WHERE id = 1
            A: ROLLBACK
            A: INSERT INTO {u} (id, t_id) VALUES (13, 9)
            A: ROLLBACK
            A: SELECT count(*) FROM {t}
        """,
        meaning="目标库不检查外键（分布式或列存产品常见）时，删除患者会留下无主的费用。"
        "请由程序检查，或确认外键已启用。",
    ),
    Probe(
        id="deferred_foreign_key",
        title="外键延迟到提交时检查",
        group=_TRANSACTION,
        source="issue list: deferred constraints",
        setup="CREATE TABLE {t} (id {int} PRIMARY KEY)",
        script="""
            A.: CREATE TABLE {u} (id {int} PRIMARY KEY, t_id {int},
                FOREIGN KEY (t_id) REFERENCES {t} (id) DEFERRABLE INITIALLY DEFERRED)
            A: COMMIT
            A: INSERT INTO {u} (id, t_id) VALUES (11, 1)
            A: INSERT INTO {t} (id) VALUES (1)
            A: COMMIT
            A: INSERT INTO {u} (id, t_id) VALUES (12, 9)
            A: COMMIT
            A: SELECT count(*) FROM {u}
        """,
        meaning="先写明细后写主记录的接口程序依赖延迟检查，目标库没有时第一条就被拒。请调整写入次序。",
    ),
)

_CHECKS = (
    Probe(
        id="check_lets_null_pass",
        title="CHECK 约束遇到空值",
        group=_TRANSACTION,
        source="issue list: CHECK",
        setup="CREATE TABLE {t} (id {int} PRIMARY KEY, n {int}, CHECK (n > 0))",
        script="""
            A: INSERT INTO {t} (id, n) VALUES (1, NULL)
            A: COMMIT
            A: INSERT INTO {t} (id, n) VALUES (2, -1)
            A: ROLLBACK
            A: SELECT count(*) FROM {t}
        """,
        meaning="库存不得为负的 CHECK 在目标库上不起作用，负库存写得进去。请确认 CHECK 已启用，并在扣减语句里加条件。",
    ),
    Probe(
        id="unique_allows_nulls",
        title="唯一约束下的多个空值",
        group=_TRANSACTION,
        source="issue list: unique with NULL",
        setup="CREATE TABLE {t} (id {int} PRIMARY KEY, n {int}, UNIQUE (n))",
        script="""
            A: INSERT INTO {t} (id, n) VALUES (1, NULL)
            A: INSERT INTO {t} (id, n) VALUES (2, NULL)
            A: COMMIT
            A: SELECT count(*) FROM {t}
        """,
        meaning="身份证号列唯一但允许为空：一边只许一位无证患者建档（SQL Server）。请改用带条件的唯一索引或占位值。",
    ),
    Probe(
        id="unique_pair_with_null",
        title="两列唯一约束，其中一列为空",
        group=_TRANSACTION,
        source="issue list: unique with NULL",
        setup="CREATE TABLE {t} (id {int} PRIMARY KEY, a {int}, b {int}, UNIQUE (a, b))",
        script="""
            A: INSERT INTO {t} (id, a, b) VALUES (1, 1, NULL)
            A: INSERT INTO {t} (id, a, b) VALUES (2, 1, NULL)
            A: COMMIT
            A: SELECT count(*) FROM {t}
        """,
        meaning="（号源，取消标志）两列唯一，标志为空时：一边可以重复占号，一边不可以（Oracle 系）。"
        "请把空值改为明确的值。",
    ),
    Probe(
        id="unique_checked_per_row",
        title="一条 UPDATE 互换两个唯一值",
        group=_TRANSACTION,
        source="issue list: constraint timing",
        setup="""
            CREATE TABLE {t} (id {int} PRIMARY KEY, n {int}, UNIQUE (n))
            INSERT INTO {t} (id, n) VALUES (1, 1)
            INSERT INTO {t} (id, n) VALUES (2, 2)
        """,
        script="""
            A: UPDATE {t} SET n = 3 - n
            A: ROLLBACK
        """,
        meaning="对调两个候诊序号：一边语句结束才检查（成功），一边逐行检查（报重复）。请分三步借用一个临时值。",
    ),
)

PROBES: tuple[Probe, ...] = (*_REFERENCES, *_CHECKS)
