"""Rules for databases that are more than a fact that differs. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from harness.doctor.advice import Advice, Severity
from harness.doctor.common import is_yes, number
from harness.doctor.examined import Examined, Here
from harness.result import Examination

WIDEST = 4  # bytes of a rare Chinese character in UTF-8 and GB18030
NARROW = {  # names, for servers that do not say how wide their characters are
    "gbk", "zhs16gbk", "cp936", "gb2312", "euccn", "utf8mb3", "sqlascii", "ascii", "us7ascii", "latin1", "we8iso8859p1",
}  # fmt: skip
CLOCK_S = 1.0  # further apart, the times in two databases do not fit each other
NEAR_MS, MUCH_FURTHER = 1.0, 3.0  # when one side's way is so much longer that it shows in response times


def of_one(side: Examined, here: Here) -> Iterator[Advice]:
    """What can be said of one side alone."""
    for problem in side.problems:
        yield Advice(
            id="unreachable", severity=Severity.BLOCK, side=side.side, says=problem.says.rstrip("。"), todo=problem.todo
        )
    if not side.url:
        yield Advice(
            id="no_database",
            severity=Severity.HINT,
            side=side.side,
            says="没有写数据库地址（sql）：没有检查数据库，只能运行没有表的场景包",
            breaks="不比对存储的数据，各遍之间不能恢复数据，并发自检做不了：存储与并发的条款无法判定",
            todo="能连到数据库时，请写出 [stacks.….sql]",
        )
    if side.production:
        yield Advice(
            id="production",
            severity=Severity.BLOCK,
            side=side.side,
            says="标记为生产环境（production = true），信衡拒绝写入和加压",
            breaks="误在生产库上建表、改数据、加压，会影响正在就诊的患者",
            todo="请改用仿真测试环境；确认不是生产环境后，再把 production 改为 false",
        )
    if side.found is not None:
        yield from _rights(side, side.found)
        yield from _state(side)
        yield from _charset(side)
        yield from _clock(side, side.found)
        yield from _connections(side, here)


def _rights(side: Examined, found: Examination) -> Iterator[Advice]:
    missing = [title for title, granted in found.privileges.items() if not granted]
    if missing:
        yield Advice(
            id="privileges",
            severity=Severity.BLOCK,
            side=side.side,
            says=f"所用账号没有这些权限：{'、'.join(missing)}",
            breaks="场景包的表建不出来，或装不进数据",
            todo="请数据库管理员授权，或换用测试库的属主账号",
        )
    if side.common("creates_schemas") is not None and not is_yes(side.common("creates_schemas")):
        yield Advice(
            id="creates_schemas",
            severity=Severity.CAUTION,
            side=side.side,
            says="所用账号不能建临时的库或模式",
            breaks="数据库兼容性套件（db-compat）没有自己的地方可用",
            todo="做兼容性验证前，请管理员授予建库（模式）的权限",
        )


def _state(side: Examined) -> Iterator[Advice]:
    if is_yes(side.common("read_only")):
        yield Advice(
            id="read_only",
            severity=Severity.BLOCK,
            side=side.side,
            says="数据库处于只读状态（备库，或只读参数已打开）",
            breaks="建表、装载数据和一切业务交易都会失败",
            todo="请连接主库，或关闭只读参数",
        )
    if loses := side.common("loses_commits"):
        yield Advice(
            id="loses_commits",
            severity=Severity.CAUTION,
            side=side.side,
            says=f"断电时可能丢失已提交的交易（{loses}）",
            breaks="收费、发药等已提交的记录可能丢失；且不落盘的提交快得多，性能对比不公平",
            todo="正式验证前恢复为落盘提交，两侧设成同样的级别",
        )


def _charset(side: Examined) -> Iterator[Advice]:
    charset, width = side.common("charset") or "", number(side.common("charset_bytes"))
    narrow = width < WIDEST if width is not None else charset.lower().replace("_", "").replace("-", "") in NARROW
    if narrow:
        yield Advice(
            id="charset_narrow",
            severity=Severity.HINT if side.side == "original" else Severity.CAUTION,
            side=side.side,
            says=f"字符集 {charset} 存不下四字节汉字（GB 18030 生僻字，如 𠮷、𬭎）",
            breaks="含生僻字的患者姓名、地址存不进去或变成问号",
            todo="请用 UTF-8（utf8mb4）或 GB18030 建库；多数产品建库后不能再改",
        )


def _clock(side: Examined, found: Examination) -> Iterator[Advice]:
    offset = found.clock_offset_s
    if offset is not None and abs(offset) > CLOCK_S:
        yield Advice(
            id="clock",
            severity=Severity.CAUTION,
            side=side.side,
            says=f"数据库的时钟比本机{ahead(offset)}",
            breaks="数据库写下的时间与本机记录的时间对不上，两侧的时间字段会被判为差异",
            todo="在该服务器和本机上启用同一个时间源（NTP/chrony）",
        )


def ahead(offset_s: float) -> str:
    """快 3.0 秒."""
    return f"{'快' if offset_s > 0 else '慢'} {abs(offset_s):.1f} 秒"


def _connections(side: Examined, here: Here) -> Iterator[Advice]:
    allowed = number(side.common("max_connections"))
    if allowed is not None and here.users > allowed:
        yield Advice(
            id="max_connections",
            severity=Severity.BLOCK,
            side=side.side,
            says=f"可用连接数 {allowed:.0f} 少于方案的最多用户数 {here.users}",
            breaks="加压时一部分用户连不上，测到的是连接失败而不是性能",
            todo="请调大数据库的最大连接数，或在方案中减少 users",
        )


def of_both(original: Examined, migrated: Examined) -> Iterator[Advice]:
    """What shows only when both sides are known."""
    one, other = original.found, migrated.found
    if original.jdbc != migrated.jdbc:
        yield Advice(
            id="ways_in",
            severity=Severity.CAUTION,
            side="both",
            says="一侧经 JDBC 连接，另一侧用 Python 原生驱动",
            original="JDBC" if original.jdbc else "原生驱动",
            migrated="JDBC" if migrated.jdbc else "原生驱动",
            breaks="响应时间里含有两种驱动自身的差别，性能对比不纯粹",
            todo="性能验证时两侧都用 jdbc = true；医院的应用是 Java 时尤其如此",
        )
    if one is None or other is None:
        return
    here, there = original.common("instance"), migrated.common("instance")
    if here is not None and here == there:
        yield Advice(
            id="same_database",
            severity=Severity.BLOCK,
            side="both",
            says="两侧连到的是同一个数据库",
            original=original.url,
            migrated=migrated.url,
            breaks="等于拿系统与自己比较，而且装载数据时互相覆盖",
            todo="请核对 stacks.toml 中两侧的地址",
        )
    if one.facts.product_id == other.facts.product_id and one.facts.version != other.facts.version:
        yield Advice(
            id="version",
            severity=Severity.CAUTION,
            side="both",
            says=f"两侧都是 {one.facts.product}，版本不同",
            original=one.facts.version,
            migrated=other.facts.version,
            breaks="版本之间的默认参数、优化器和函数行为不尽相同，测到的差异未必来自迁移",
            todo="只想比较硬件和操作系统时，请用相同版本；确为升级时，请对照厂商的升级说明",
        )
    yield from _distance(one, other)


def _distance(one: Examination, other: Examination) -> Iterator[Advice]:
    near, far = sorted((one.round_trip_ms, other.round_trip_ms))
    if far - near > NEAR_MS and far > MUCH_FURTHER * near:
        yield Advice(
            id="distance",
            severity=Severity.CAUTION,
            side="both",
            says="从本机到两侧的往返时间相差很大",
            original=f"{one.round_trip_ms:.2f} ms",
            migrated=f"{other.round_trip_ms:.2f} ms",
            breaks="每条语句都带着这段路程，远的一侧会显得更慢",
            todo="请把信衡放到与两侧距离相当的位置，例如同一机房的同一交换机下",
        )
