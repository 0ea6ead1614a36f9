"""Loops over a result that run inside Java, put together from the JDK's own `java.lang.invoke` combinators.

A call from Python into Java costs about a microsecond whatever it does, so a call per value is what makes JayDeBeApi
slow. There is no Java compiler in a runtime and no jar of ours to carry; a composed method handle needs neither and is
compiled by the JVM like any code. Each handle fills a list with texts and joins it. Not here: what becomes of them.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from functools import cache, reduce
from typing import Any

import jpype

from drivers.sql.jdbc.classes import known

SEPARATOR = "\x1f"
NULL = f"\x1e{secrets.token_hex(8)}"  # stands for NULL; made anew in every process, so that no data can hold it


@cache
def description() -> Any:
    """(list, ResultSetMetaData) → text: java.sql.Types number, type name and label of every column, joined."""
    make = _Handles()
    java = jpype.java
    meta, integer, text, texts = java.sql.ResultSetMetaData, jpype.JInt, java.lang.String, java.util.ArrayList
    kind = make.method(meta, "getColumnType", integer, integer)
    shown = make.of.filterReturnValue(kind, make.static(text, "valueOf", text, integer))
    getters = [shown, *(make.method(meta, name, text, integer) for name in ("getColumnTypeName", "getColumnLabel"))]
    body = make.all([make.add(make.or_null(getter)) for getter in getters])  # (list, meta, column)
    from_one = make.of.filterArguments(
        body, 2, make.arguments(make.static(java.lang.Math, "incrementExact", integer, integer))
    )
    # A counted loop hands over its counter first: (counter, list, meta).
    order = make.type(None, integer, texts, meta)
    counted = make.of.permuteArguments(from_one, order, jpype.JArray(jpype.JInt)([1, 2, 0]))
    count = make.ignoring(make.method(meta, "getColumnCount", integer), 0, texts)
    loop = make.of.countedLoop(count, None, counted)
    return make.joined(loop)


@cache
def rows(width: int) -> Any:
    """(list, ResultSet, most) → UTF-8: the texts of at most `most` further rows of `width` columns, joined."""
    make = _Handles()
    java = jpype.java
    result, texts, steps, anything = java.sql.ResultSet, java.util.ArrayList, java.util.Iterator, java.lang.Object
    text, truth, integer = java.lang.String, jpype.JBoolean, jpype.JInt
    get = make.or_null(make.method(result, "getString", text, integer))
    row = make.all([make.of.insertArguments(make.add(get), 2, make.objects([integer(i)])) for i in range(1, width + 1)])
    step = make.method(steps, "next", anything).asType(make.type(None, steps))
    body = make.of.foldArguments(make.ignoring(row, 2, steps), make.ignoring(step, 0, texts, result))
    # An iterator of `most` steps bounds the loop: the combinators have no comparison of numbers.
    going = make.of.guardWithTest(
        make.ignoring(make.method(steps, "hasNext", truth), 0, texts, result),
        make.ignoring(make.ignoring(make.method(result, "next", truth), 0, texts), 2, steps),
        make.ignoring(make.of.constant(truth.class_, truth(False)), 0, texts, result, steps),
    )
    loop = make.of.whileLoop(None, going, body)
    copies = make.static(java.util.Collections, "nCopies", java.util.List, integer, anything)
    bounded = make.of.filterReturnValue(
        make.of.insertArguments(copies, 1, make.objects([None])), make.method(java.util.List, "iterator", steps)
    )
    joined = make.joined(make.of.filterArguments(loop, 2, make.arguments(bounded)))
    octets = make.method(text, "getBytes", jpype.JArray(jpype.JByte), java.nio.charset.Charset)
    utf_8 = make.of.insertArguments(octets, 1, make.objects([java.nio.charset.StandardCharsets.UTF_8]))
    whole = make.of.filterReturnValue(joined, utf_8)
    return make.of.explicitCastArguments(whole, whole.type().changeParameterType(2, jpype.JLong.class_))  # Python's int


class _Handles:
    """Shorthands over java.lang.invoke; a kind is a Java class or, for void, None."""

    def __init__(self) -> None:
        self.of = known(jpype.java.lang.invoke.MethodHandles)
        self._lookup = known(self.of.publicLookup())
        known(jpype.java.lang.invoke.MethodHandle)

    def type(self, *kinds: Any) -> Any:
        """A method type: result, then parameters."""
        first, *rest = (_class(kind) for kind in kinds)
        return known(jpype.java.lang.invoke.MethodType).methodType(first, jpype.JArray(jpype.java.lang.Class)(rest))

    def method(self, owner: Any, name: str, *kinds: Any) -> Any:
        return self._lookup.findVirtual(owner.class_, name, self.type(*kinds))

    def static(self, owner: Any, name: str, *kinds: Any) -> Any:
        return self._lookup.findStatic(owner.class_, name, self.type(*kinds))

    def ignoring(self, handle: Any, at: int, *kinds: Any) -> Any:
        """The handle with further parameters that it does not look at."""
        return self.of.dropArguments(handle, at, jpype.JArray(jpype.java.lang.Class)([_class(kind) for kind in kinds]))

    def or_null(self, getter: Any) -> Any:
        """The getter of a text, answering `NULL` for null."""
        anything = jpype.java.lang.Object
        either = self.static(jpype.java.util.Objects, "requireNonNullElse", anything, anything, anything)
        loose = getter.asType(getter.type().changeReturnType(anything.class_))
        return self.of.filterReturnValue(loose, self.of.insertArguments(either, 1, self.objects([NULL])))

    def add(self, getter: Any) -> Any:
        """(list, …): puts what the getter of … answers into the list."""
        texts, anything = jpype.java.util.ArrayList, jpype.java.lang.Object
        adding = self.method(texts, "add", jpype.JBoolean, anything).asType(self.type(None, texts, anything))
        return self.of.collectArguments(adding, 1, getter)

    def all(self, handles: Sequence[Any]) -> Any:
        """Void handles of the same parameters, one after the other."""
        return reduce(lambda later, earlier: self.of.foldArguments(later, earlier), reversed(handles))

    def joined(self, filling: Any) -> Any:
        """The void handle (list, …) between emptying the list and joining what is in it then."""
        java = jpype.java
        texts, text, sequence = java.util.ArrayList, java.lang.String, java.lang.CharSequence
        rest = list(filling.type().parameterList())[1:]
        join = self.static(text, "join", text, sequence, java.lang.Iterable)
        told = self.of.insertArguments(join, 0, self.objects([SEPARATOR])).asType(self.type(text, texts))
        clear = self.method(texts, "clear", None)
        whole = self.of.foldArguments(self.ignoring(told, 1, *rest), filling)
        return self.of.foldArguments(whole, self.ignoring(clear, 1, *rest))

    @staticmethod
    def objects(values: Sequence[Any]) -> Any:
        return jpype.JArray(jpype.java.lang.Object)(list(values))

    @staticmethod
    def arguments(handle: Any) -> Any:
        return jpype.JArray(jpype.java.lang.invoke.MethodHandle)([handle])


def _class(kind: Any) -> Any:
    return jpype.java.lang.Void.TYPE if kind is None else getattr(kind, "class_", kind)
