"""Whether a column holds all that its counterpart held: lengths, digits, ranges. Pure.

What holds less loses or refuses values, at the latest when an application writes one that is not there yet; what holds
more is noted. Not here: whether the two are of one class (`schemas.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

from harness.catalogue import Column, TypeClass
from harness.data_result import Weight

Said = tuple[str, Weight, str]  # kind, weight, what it means

_BYTES_A_CHARACTER = 4  # of UTF-8, at most


def sizes(a: Column, b: Column) -> Iterator[Said]:
    """What the migrated column `b` holds less or more than the original `a`, of one class or of two that are alike."""
    yield from _length(a, b)
    if a.holds is not None:
        yield from _whole_numbers(a, b)
    elif b.type_class is TypeClass.DECIMAL:
        yield from _decimals(a, b)
    elif a.type_class is b.type_class is TypeClass.FLOAT:
        yield from _floats(a, b)
    elif a.scale is not None and b.scale is not None and a.type_class is not TypeClass.DECIMAL and a.scale > b.scale:
        yield "precision", Weight.MUST, "秒的小数位变少，时间会被舍入"


def _length(a: Column, b: Column) -> Iterator[Said]:
    if _characters(a) > _characters(b):
        yield "length", Weight.MUST, "迁移后容纳得更少，长的内容会被截断或拒绝"
    elif a.length is not None and b.length is not None and _characters(a) < _characters(b):
        yield "length", Weight.NOTE, "迁移后容纳得更多"


def _characters(column: Column) -> float:
    """How many characters are sure to fit."""
    if column.length is None:
        return float("inf")
    binary = column.type_class in (TypeClass.BINARY, TypeClass.LONG_BINARY)
    return column.length / _BYTES_A_CHARACTER if column.unit == "bytes" and not binary else float(column.length)


def _whole_numbers(a: Column, b: Column) -> Iterator[Said]:
    least, greatest = a.holds or (0, 0)
    if b.holds is not None:
        low, high = b.holds
    elif b.type_class is TypeClass.DECIMAL and b.precision:
        high = 10 ** (b.precision - (b.scale or 0)) - 1
        low = -high
    else:
        return
    if low > least or high < greatest:
        yield "precision", Weight.MUST, "整数范围变小，大的编号或数值会被拒绝"
    elif b.holds is not None and b.holds != a.holds:
        yield "precision", Weight.NOTE, "整数范围变大"


def _decimals(a: Column, b: Column) -> Iterator[Said]:
    if not b.precision:  # not declared, or 0 where a product means as many as it can
        return
    if a.precision is None:
        if a.type_class is TypeClass.DECIMAL:
            yield "precision", Weight.MUST, "原系统不限精度，迁移后有限"
        return
    whole = a.precision - (a.scale or 0) > b.precision - (b.scale or 0)
    if whole or (a.scale or 0) > (b.scale or 0):
        yield "precision", Weight.MUST, "整数位或小数位变少，数值会被拒绝或舍入"
    elif (a.precision, a.scale) != (b.precision, b.scale):
        yield "precision", Weight.NOTE, "位数变多"


def _floats(a: Column, b: Column) -> Iterator[Said]:
    if a.precision is None or b.precision is None or a.precision == b.precision:
        return
    if a.precision > b.precision:
        yield "precision", Weight.MUST, "浮点数的有效位变少，数值会被舍入"
    else:
        yield "precision", Weight.NOTE, "浮点数的有效位变多"
