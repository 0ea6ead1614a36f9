"""The kinds of difference in words: what each may do to a hospital's application, and where to look.

The kinds and their names stand in `normalise.py`, below everybody who names one. Not here: how a difference is found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.normalise import Kind

__all__ = ["KINDS", "Kind", "KindText", "meaning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KindText:
    """One kind for a reader."""

    effect: str  # what it may do to the application
    look_at: str  # what to look at


def _of(effect: str, look_at: str) -> KindText:
    return KindText(effect=effect, look_at=look_at)


KINDS: Mapping[Kind, KindText] = {
    Kind.EMPTY_NULL: _of(
        "用 IS NULL、= '' 或拼接判断“未填写”的程序会走到另一个分支，唯一约束和非空约束的效果也会不同。",
        "查看数据库的兼容模式与空串参数，以及程序中判断空值的写法。",
    ),
    Kind.PADDING: _of(
        "按长度、等值或 LIKE 比较编码的程序可能匹配不上，报文和打印会多出空格。",
        "查看该列是 CHAR 还是 VARCHAR，以及数据库的补空格与比较参数。",
    ),
    Kind.DECIMAL_SCALE: _of(
        "数值相等但小数位数不同：直接转成文字显示、拼报文或做签名的程序会得到不同的文字。",
        "查看列的精度定义、除法与聚合的结果精度，以及显示格式。",
    ),
    Kind.DECIMAL_ROUNDING: _of(
        "结果在较少的小数位上取舍（四舍五入或截断），相差不到末位一个单位：累加后可能差出一分钱。",
        "查看除法、平均值的结果精度与取整方式；金额应在语句中明确取整。",
    ),
    Kind.NUMBER: _of(
        "金额、数量或计数不一致，会直接影响收费、库存和统计。",
        "先看存储数据是否已不同，再看取整、整数除法、溢出与聚合的写法。",
    ),
    Kind.TIME: _of(
        "时间值不一致，会影响排序、统计归属日期和时效判断。",
        "查看时间由谁产生（程序、数据库函数或触发器），以及日期运算的写法。",
    ),
    Kind.TIME_ZONE: _of(
        "时间整体相差若干个整点或刻钟，医嘱执行时间、日结归属日期会错位。",
        "查看数据库、会话与驱动的时区设置，以及列类型是否带时区。",
    ),
    Kind.TIME_PRECISION: _of(
        "秒以下的部分被舍去或进位，或日期丢失了时分秒：同一秒内的先后次序和按时间等值的查询会受影响。",
        "查看时间列的精度定义，以及 DATE 是否含时分秒。",
    ),
    Kind.CASE: _of(
        "区分大小写比较编码、账号、拼音码的程序可能匹配不上。",
        "查看数据库的大小写与排序规则参数。",
    ),
    Kind.CHARSET: _of(
        "字符变成乱码、问号或私有码位，患者姓名等无法正确显示、检索和上报。",
        "查看库、连接与迁移工具的字符集，是否支持 GB18030-2022 与四字节字符。",
    ),
    Kind.TEXT: _of(
        "程序得到了另一段文字。",
        "先看存储数据是否已不同，再看生成这段文字的语句或函数。",
    ),
    Kind.BINARY: _of("图像、签名或附件的内容不一致。", "核对原始文件的摘要与迁移工具的处理方式。"),
    Kind.TYPE: _of(
        "程序拿到的数据类型变了，类型转换、序列化和比较可能出错。",
        "查看列类型的对应关系与驱动的类型映射。",
    ),
    Kind.NULL: _of("一侧有值而另一侧为空，或相反：信息丢失。", "先看存储数据，再看外连接、默认值与触发器。"),
    Kind.IDENTITY: _of(
        "同一条记录由数据库编出的号码不同（跳号）：用该号码排序、断号检查或对外引用的程序会受影响。",
        "查看自增列或序列的缓存与起始值；不允许断号的业务编号不应由它产生。",
    ),
    Kind.ROW_ORDER: _of(
        "列表、分页和“取第一行”的程序会得到不同的结果。",
        "查看语句是否写明了完整的 ORDER BY，以及中文的排序规则。",
    ),
    Kind.NULL_ORDER: _of(
        "空值排在最前还是最后不同，分页和“取第一行”的程序会得到不同的结果。",
        "在语句中写明 NULLS FIRST/LAST 或改用 COALESCE，或调整数据库的空值排序参数。",
    ),
    Kind.ROW_MISSING: _of(
        "迁移侧缺少记录：查询漏数据，或数据没有写入。", "先看存储数据，再看连接条件、过滤条件与事务是否提交。"
    ),
    Kind.ROW_EXTRA: _of(
        "迁移侧多出记录：重复业务或本应被拒绝的数据写入了。", "检查唯一约束与外键是否都已建立，再看连接条件。"
    ),
    Kind.ROW_COUNT: _of("返回或存储的行数不一致。", "先看存储数据，再看语句的过滤与连接条件。"),
    Kind.AFFECTED: _of(
        "用影响行数判断“是否抢到号源、是否扣到库存”的程序会走到另一个分支。",
        "查看更新语句的条件，以及产品按“匹配行”还是“改变行”计数。",
    ),
    Kind.ERROR_CLASS: _of(
        "迁移侧无法完成原系统能完成的语句，或报出另一类错误，业务中断或走到错误的处理分支。",
        "查看例子中产品的报错原文，核对对象、权限、语法与函数。",
    ),
    Kind.OUTCOME: _of(
        "一侧办理成功而另一侧拒绝：可能出现一号两卖、重复收费，或正常业务被拒。",
        "检查唯一、外键、检查约束是否齐全，以及业务规则读到的数据。",
    ),
    Kind.COLUMNS: _of("按列名或列号取值的程序会取错或报错。", "查看列名大小写、别名，以及表结构是否一致。"),
    Kind.FIELD_MISSING: _of(
        "对端按接口约定取不到这个字段、段或节点：显示空白、落库为空，必填时整条报文会被拒收。",
        "对照接口文档看该字段是否必填，再看生成应答的程序取数的语句与空值的处理。",
    ),
    Kind.FIELD_EXTRA: _of(
        "对端收到原来没有的字段、段或节点：严格按结构校验的对端会拒收，按位置取值的会取错，重复的条目会被重复处理。",
        "先看存储数据是否多出记录，再看生成应答的程序与接口文档的版本。",
    ),
    Kind.FIELD_ORDER: _of(
        "按次序处理或“取第一个”的对端会得到不同的结果，如以首条结果为准的显示和打印。",
        "查看取数语句是否写明了完整的 ORDER BY；次序本无意义的列表，可在场景包的报文中声明为无序。",
    ),
    Kind.UNREADABLE: _of(
        "对端无法解析这条应答，整次交互等于失败，通常会重发或报警。",
        "查看例子中的原因与样本原文：空应答、被截断、不是约定的格式，或出错页面代替了应答。",
    ),
    Kind.SILENT_LOSS: _of(
        "归档对存储应答了成功，事后却列不出、取不回这幅影像：发送方据此删除本地副本后，影像永久丢失。",
        "按影像的 SOP Instance UID 查归档的接收日志、落盘与索引事务；核实存储承诺（Storage Commitment）的应答。",
    ),
    Kind.STATUS: _of(
        "按状态码或内容类型判断成败的对端会走到另一个分支。",
        "查看应用服务器、网关或反向代理的配置，以及程序对各种结果返回的状态。",
    ),
}


def meaning(kind: Kind) -> str:
    """Effect and advice in one text, for a finding."""
    text = KINDS[kind]
    return text.effect + text.look_at
