"""Java classes are made known to Python one thread at a time, before anything is called on them.

JPype makes its picture of a Java class when a class is first met, and other threads can see it a moment before it is
whole. Where a call meets such a half-made class among the parameters of the method it is to choose, the process ends
(SIGSEGV in JPype 1.7.1; seen under load on a machine that stood still now and then). So whatever we call with arguments
is passed through `known` first. The waiting is Java's: in load processes Python's locks are gevent's, which no other
thread may wait for. Not here: what is called.
"""

from __future__ import annotations

from typing import Any

import jpype

_KNOWN: set[Any] = set()


def known(thing: Any) -> Any:
    """`thing`, a Java class or object, once Python knows the parameter types of all its methods and constructors."""
    kind = thing if isinstance(thing, jpype.JClass) else type(thing)
    if kind not in _KNOWN:
        with jpype.synchronized(jpype.java.lang.Void.class_):  # an object that nobody else has a reason to lock
            _learn(kind)
            _KNOWN.add(kind)
    return thing


def _learn(kind: Any) -> None:
    java = kind.class_
    for called in (*java.getMethods(), *java.getConstructors()):
        for each in called.getParameterTypes():
            picture = jpype.JClass(each)
            while picture._hints is None:  # another thread, to which such an object was returned, is about to finish it
                jpype.java.lang.Thread.yield_()
