"""Rules for common facts that differ between the two sides: a row each. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.doctor.advice import Advice, Severity
from harness.doctor.common import FACTS
from harness.doctor.examined import Examined


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """What to say when a common fact differs."""

    fact: str
    says: str
    breaks: str
    todo: str
    severity: Severity = Severity.CAUTION
    unless: str = ""  # another fact that says the same more plainly when it differs, too


PAIRS = (
    Pair(
        fact="utc_offset",
        says="两侧会话的默认时差不同",
        breaks="由数据库取当前时间的挂号、收费、医嘱时间会相差整小时，日结会归错日期",
        todo="把两侧数据库（及其操作系统）的时区设成一致，通常为 +08:00；信衡自己的会话总是设为 +08:00",
    ),
    Pair(
        fact="timezone",
        says="两侧时区的写法不同，当前时差相同",
        breaks="地区名（如 Asia/Shanghai）带有 1986–1991 年的夏令时，固定时差没有：带时区保存的出生时间可能差 1 小时",
        todo="抽查 1991 年以前的出生日期；能改时，两侧用同一种写法",
        severity=Severity.HINT,
        unless="utc_offset",
    ),
    Pair(
        fact="isolation",
        says="两侧的默认事务隔离级别不同",
        breaks="同一事务内两次读到的号源、库存、余额是否变化会不同；扣减库存的“先读后写”可能出现丢失更新或多出等待",
        todo="核对应用是否自行设置隔离级别；未设置的，在迁移后系统上设成与原系统一致，再看数据库兼容性套件的隔离异常结果",
    ),
    Pair(
        fact="charset",
        says="两侧的字符集不同",
        breaks="按字节限长的列装不下同样的汉字（GBK 2 字节，UTF-8 3 字节）；编码外的字会丢失或变成问号",
        todo="迁移前按最长真实值核对列宽；用生僻字姓名往返核对",
    ),
    Pair(
        fact="collation",
        says="两侧的排序规则不同",
        breaks="按姓名、药名排序的列表和分页次序会变，唯一索引对“相同”的判断也可能不同",
        todo="对依赖次序的查询写明 ORDER BY 的排序规则，或改用拼音码列排序；用兼容性套件核对中文排序",
    ),
    Pair(
        fact="case_insensitive",
        says="一侧比较文字时不分大小写，另一侧区分",
        breaks="登录名、拼音码、条码的查询会多出或查不到结果；唯一索引在一侧会拒绝另一侧接受的值",
        todo="把迁移后系统的排序规则设成与原系统一致，或在应用中统一大小写",
    ),
    Pair(
        fact="pads_blanks",
        says="一侧比较文字时忽略末尾空格，另一侧不忽略",
        breaks="带尾空格的编码（定长列导入的数据常见）在一侧查得到、另一侧查不到",
        todo="迁移时去掉编码列的尾空格，并核对以 CHAR 列连接的查询",
    ),
    Pair(
        fact="empty_is_null",
        says="一侧把空字符串当作 NULL，另一侧不是",
        breaks="IS NULL、= ''、非空约束和字符串拼接的结果会不同，“未填写”的判断会失灵",
        todo="查出应用中对空字符串的判断，统一成同时处理 '' 与 NULL",
    ),
    Pair(
        fact="identifier_case",
        says="两侧对表名大小写的处理不同",
        breaks="大小写不一致的 SQL 在一侧报“表不存在”",
        todo="统一 SQL 中表名、列名的大小写，不要用引号括住大小写混写的名称",
    ),
    Pair(
        fact="lock_timeout",
        says="两侧等待行锁的上限不同",
        breaks="窗口收费、发药遇到锁冲突时，一侧先报锁超时，另一侧还在等（“不限”则一直等）",
        todo="确认应用能处理锁超时错误并重试；需要时把上限设成一致",
    ),
    Pair(
        fact="statement_timeout",
        says="两侧的语句超时不同",
        breaks="月末报表、日结等长语句在限时短的一侧会被数据库中止",
        todo="按原系统最长的报表核对；把迁移后系统的限时放宽到它之上，或为报表会话单独设置",
    ),
    Pair(
        fact="sql_mode",
        says="两侧的 SQL 模式不同",
        breaks="超长、越界、零日期的值在一侧被拒绝、另一侧被截断后存入；GROUP BY 的严格程度也可能不同",
        todo="把迁移后系统的 sql_mode 设成与原系统一致",
    ),
    Pair(
        fact="compatible_mode",
        says="两侧的兼容模式不同",
        breaks="同一条 SQL 的函数、空值、除法和大小写行为随模式而变",
        todo="确认迁移后系统的模式与应用所写的 SQL 方言一致；多数产品的模式在建库后不能再改",
    ),
)


def of_both(original: Examined, migrated: Examined) -> Iterator[Advice]:
    """A fact that one side could not tell is not a difference."""
    different = {pair.fact for pair in PAIRS if differs(pair.fact, original, migrated)}
    for pair in PAIRS:
        if pair.fact not in different or pair.unless in different:
            continue
        shown = FACTS[pair.fact].shown
        yield Advice(
            id=pair.fact,
            severity=pair.severity,
            side="both",
            says=pair.says,
            original=shown(original.common(pair.fact) or ""),
            migrated=shown(migrated.common(pair.fact) or ""),
            breaks=pair.breaks,
            todo=pair.todo,
        )


def differs(fact: str, original: Examined, migrated: Examined) -> bool:
    """Whether both sides told a fact and told it differently."""
    one, other = original.common(fact), migrated.common(fact)
    return one is not None and other is not None and not FACTS[fact].same(one, other)
