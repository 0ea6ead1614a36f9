"""Numbers that the database hands out: identity columns and sequences under rollback, concurrency and explicit values.

Not here: the syntax of declaring an identity column, which is a word of each product (`{identity}`).
"""

from __future__ import annotations

from harness.model import Group, Probe

_IDENTITY = "CREATE TABLE {t} (id {identity}, n {int} NOT NULL, UNIQUE (n))"


def _number(probe_id: str, title: str, script: str, meaning: str, *, setup: str = _IDENTITY) -> Probe:
    return Probe(
        id=probe_id, title=title, group=Group.TRANSACTION, source="BD-65", setup=setup, script=script, meaning=meaning
    )


_COLUMNS = (
    _number(
        "identity_after_rollback",
        "自增列：回滚后是否跳号",
        """
            A: INSERT INTO {t} (n) VALUES (1)
            A: COMMIT
            A: INSERT INTO {t} (n) VALUES (2)
            A: ROLLBACK
            A: INSERT INTO {t} (n) VALUES (3)
            A: COMMIT
            A: SELECT id, n FROM {t} ORDER BY id
        """,
        "发票号、收据号若取自自增列，回滚会留下缺号。必须连号的号码请用单独的取号表并加锁。",
    ),
    _number(
        "identity_after_failed_insert",
        "自增列：插入被拒后是否跳号",
        """
            A: INSERT INTO {t} (n) VALUES (1)
            A: COMMIT
            A: INSERT INTO {t} (n) VALUES (1)
            A: ROLLBACK
            A: INSERT INTO {t} (n) VALUES (NULL)
            A: ROLLBACK
            A: INSERT INTO {t} (n) VALUES (2)
            A: COMMIT
            A: SELECT id, n FROM {t} ORDER BY id
        """,
        "被约束拒绝的插入也会消耗号码，各产品消耗的时机不同。必须连号的号码请用单独的取号表。",
    ),
    _number(
        "identity_after_explicit_value",
        "自增列：写入明确的值之后，下一个自动值",
        """
            A: INSERT INTO {t} (id, n) VALUES (1, 1)
            A: COMMIT
            A: INSERT INTO {t} (n) VALUES (2)
            A: COMMIT
            A: SELECT id, n FROM {t} ORDER BY id
        """,
        "迁移时带着旧编号装载数据：一边自动接着最大值往下发，一边从头发号而撞上主键，上线后第一笔挂号就失败。"
        "请在装载后把序列移到最大值之后。",
    ),
    _number(
        "identity_null_default_zero",
        "自增列：写入 DEFAULT、NULL、0",
        """
            A: INSERT INTO {t} (id, n) VALUES (DEFAULT, 1)
            A: COMMIT
            A: INSERT INTO {t} (id, n) VALUES (NULL, 2)
            A: ROLLBACK
            A: INSERT INTO {t} (id, n) VALUES (0, 3)
            A: COMMIT
            A: SELECT id, n FROM {t} ORDER BY id
        """,
        "程序给自增列传 NULL 或 0 表示“请发号”：一边发号，一边拒绝或真的存 0。请在插入语句里不写这一列。",
    ),
    _number(
        "identity_two_sessions",
        "自增列：两个会话交替插入",
        """
            A: INSERT INTO {t} (n) VALUES (1)
            B~: INSERT INTO {t} (n) VALUES (2)
            A: INSERT INTO {t} (n) VALUES (3)
            B: COMMIT
            A: COMMIT
            A: SELECT n FROM {t} ORDER BY id
            A: SELECT count(*), max(id) - min(id) FROM {t}
        """,
        "按自增编号判断先后（谁先挂号、断点续传）：有缓存的产品上后来者可能拿到更小的号，或者号码跳很远。"
        "请另存时间或排队序号。",
    ),
    _number(
        "identity_after_reconnect",
        "自增列：重连之后是否接续",
        """
            A: INSERT INTO {t} (n) VALUES (1)
            A: COMMIT
            A: CONNECT
            A: INSERT INTO {t} (n) VALUES (2)
            A: COMMIT
            A: SELECT id FROM {t} ORDER BY id
        """,
        "每个会话缓存一段号码的产品，重连后跳号。界面上按位数截取或推算编号的代码会出错，请勿推算。",
    ),
    _number(
        "identity_after_truncate",
        "自增列：TRUNCATE 之后从几开始",
        """
            A: INSERT INTO {t} (n) VALUES (1)
            A: COMMIT
            A.: TRUNCATE TABLE {t}
            A: COMMIT
            A: INSERT INTO {t} (n) VALUES (2)
            A: SELECT id FROM {t}
        """,
        "每日清空的排队表靠清空来重置号码：一边从 1 重新开始，一边接着发。请显式重置，或改为每日重算序号。",
    ),
    _number(
        "identity_after_delete",
        "自增列：全部删除之后从几开始",
        """
            A: INSERT INTO {t} (n) VALUES (1)
            A: COMMIT
            A: DELETE FROM {t}
            A: COMMIT
            A: INSERT INTO {t} (n) VALUES (2)
            A: SELECT id FROM {t}
        """,
        "删除后号码若被重用，作废的挂号编号会指向新患者。请不要重用编号。",
    ),
)

_LAST_VALUE = (
    _number(
        "last_insert_id",
        "LAST_INSERT_ID()：多行插入后是第一个还是最后一个",
        """
            A: INSERT INTO {t} (n) VALUES (1), (2), (3)
            A: SELECT LAST_INSERT_ID(){dual}
            B: SELECT LAST_INSERT_ID(){dual}
            A: SELECT min(id), max(id) FROM {t}
        """,
        "取回编号再写明细：取到的若是另一行或另一会话的编号，明细会挂到别人的处方上。"
        "请改用驱动的“取自增键”接口并逐行插入。",
    ),
    _number(
        "lastval",
        "lastval()（PostgreSQL 写法）",
        """
            A: INSERT INTO {t} (n) VALUES (1)
            A: SELECT lastval()
        """,
        "取回编号的函数在目标库上不存在。请改用驱动的“取自增键”接口。",
    ),
)

_SEQUENCES = (
    _number(
        "sequence_after_rollback",
        "序列：回滚后是否退回",
        """
            A.: CREATE SEQUENCE {v}
            A: COMMIT
            A: SELECT {next_value}{dual}
            A: ROLLBACK
            A: SELECT {next_value}{dual}
        """,
        "取号后业务失败：号码作废不退回，收据号出现缺口；目标库没有序列时取号语句报错。"
        "必须连号的号码请用单独的取号表。",
        setup="",
    ),
    _number(
        "sequence_with_cache",
        "序列 CACHE 20：两个会话轮流取值",
        """
            A.: CREATE SEQUENCE {v} CACHE 20
            A: COMMIT
            A: SELECT {next_value}{dual}
            B: SELECT {next_value}{dual}
            A: SELECT {next_value}{dual}
        """,
        "缓存按会话分段的产品上，后取的号可能更小，号码也不连续。按号码判断先后的代码会排错队，请另存时间。",
        setup="",
    ),
)

PROBES: tuple[Probe, ...] = (*_COLUMNS, *_LAST_VALUE, *_SEQUENCES)
