"""What a status code of DICOM means (PS3.7 annex C, the services of PS3.4): a word, a kind, a class, a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.messages.dicom.commands import Kind
from harness.model import ErrorClass, ReplyKind

SUCCESS, WARNING, FAILURE, CANCEL = "success", "warning", "failure", "cancel"
PENDING_LOST = "pending-lost"  # some of the answer came, its end did not
NOT_ACCEPTED = "not-accepted"  # the peer does not want this class or transfer syntax at all
REJECTED = "rejected"  # nor any association
PENDING = frozenset({0xFF00, 0xFF01})


@dataclass(frozen=True, slots=True)
class Meaning:
    """Of one code."""

    word: str
    kind: ReplyKind
    error_class: ErrorClass
    text: str


def _refused(error_class: ErrorClass, text: str) -> Meaning:
    return Meaning(FAILURE, ReplyKind.REFUSED, error_class, text)


def _failed(error_class: ErrorClass, text: str) -> Meaning:
    return Meaning(FAILURE, ReplyKind.FAILED, error_class, text)


def _warned(text: str) -> Meaning:
    return Meaning(WARNING, ReplyKind.OK, ErrorClass.NONE, text)


_CODES = {
    0x0000: Meaning(SUCCESS, ReplyKind.OK, ErrorClass.NONE, "成功"),
    0x0001: _warned("可选属性不被支持"),
    0x0105: _refused(ErrorClass.UNKNOWN_OBJECT, "没有这样的属性"),
    0x0106: _refused(ErrorClass.BAD_VALUE, "属性值无效"),
    0x0107: _warned("部分属性未被接受"),
    0x0110: _failed(ErrorClass.OTHER, "处理失败"),
    0x0111: _refused(ErrorClass.UNIQUE, "实例重复"),
    0x0112: _refused(ErrorClass.FOREIGN_KEY, "没有这样的实例"),
    0x0113: _refused(ErrorClass.UNKNOWN_OBJECT, "没有这样的事件类型"),
    0x0114: _refused(ErrorClass.BAD_VALUE, "参数不被支持"),
    0x0115: _refused(ErrorClass.BAD_VALUE, "参数值无效"),
    0x0116: _warned("属性值超出范围"),
    0x0117: _refused(ErrorClass.BAD_VALUE, "实例标识无效"),
    0x0118: _refused(ErrorClass.UNKNOWN_OBJECT, "没有这样的 SOP 类"),
    0x0119: _refused(ErrorClass.BAD_VALUE, "实例与 SOP 类不符"),
    0x0120: _refused(ErrorClass.NOT_NULL, "缺少属性"),
    0x0121: _refused(ErrorClass.NOT_NULL, "缺少属性值"),
    0x0122: _refused(ErrorClass.UNKNOWN_OBJECT, "不支持该 SOP 类"),
    0x0123: _refused(ErrorClass.UNKNOWN_OBJECT, "没有这样的动作"),
    0x0124: _refused(ErrorClass.PRIVILEGE, "没有权限"),
    0x0210: _refused(ErrorClass.UNIQUE, "重复的调用"),
    0x0211: _refused(ErrorClass.UNKNOWN_OBJECT, "不认识的操作"),
    0x0212: _refused(ErrorClass.SYNTAX, "参数有误"),
    0x0213: _failed(ErrorClass.RESOURCES, "资源不足"),
    0xA801: _refused(ErrorClass.UNKNOWN_OBJECT, "不认识移动的目的地"),
    0xFE00: Meaning(CANCEL, ReplyKind.REFUSED, ErrorClass.ABORTED, "已取消"),
}
_RANGES = (
    (0xA700, 0xA7FF, _failed(ErrorClass.RESOURCES, "资源不足")),
    (0xA900, 0xA9FF, _refused(ErrorClass.BAD_VALUE, "数据集与 SOP 类不符")),
    (0xB000, 0xBFFF, _warned("有保留地完成")),
    (0xC000, 0xCFFF, _refused(ErrorClass.OTHER, "无法理解或无法处理")),
)
_UNKNOWN = _failed(ErrorClass.OTHER, "没有定义的状态码")
_NOT_UNDERSTOOD = _refused(ErrorClass.SYNTAX, "无法理解所存的对象")
_CLOSED = _refused(ErrorClass.OTHER, "执行步骤已经结束，不能再改")  # PS3.4 F.7.2: 0110 is what says so
_PARTLY = _warned("部分子操作没有成功")


def meaning(code: int, service: Kind) -> Meaning:
    """What it says as the answer of one service."""
    if service is Kind.N_SET and code == 0x0110:
        return _CLOSED
    known = _CODES.get(code)
    if known is not None:
        return known
    if service in (Kind.C_GET, Kind.C_MOVE) and code == 0xB000:
        return _PARTLY
    if service is Kind.C_STORE and 0xC000 <= code <= 0xCFFF:
        return _NOT_UNDERSTOOD
    return next((each for first, last, each in _RANGES if first <= code <= last), _UNKNOWN)


COMMITTED = Meaning(SUCCESS, ReplyKind.OK, ErrorClass.NONE, "全部承诺保存")
NOT_COMMITTED = _refused(ErrorClass.OTHER, "部分影像没有得到保存承诺")
