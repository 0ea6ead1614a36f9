"""Opens a java.sql.Connection within a given time, whatever the driver thinks of waiting.

Not here: what the connection is told then (`driver.py`).
"""

from __future__ import annotations

import threading
from functools import cache
from typing import Any

import jpype

from drivers.sql.jdbc.classes import known
from drivers.sql.jdbc.errors import SqlError

_THREAD = threading.local()


class _Last:
    """Goes when its thread ends. Java takes in every thread that calls it and would keep it for ever."""

    def __del__(self) -> None:
        jpype.java.lang.Thread.detach()


def opened(driver: Any, url: str, properties: Any, within_s: float) -> Any:
    """The java.sql.Connection, or None for a URL that the driver does not know.

    In a Java thread that is left behind when it takes too long: not every driver can be told how long to wait for a
    server that listens and says nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        _THREAD.last = _Last()
    java = jpype.java
    handles, callable_ = known(java.lang.invoke.MethodHandles), java.util.concurrent.Callable
    bound = handles.insertArguments(_connecting(), 0, jpype.JArray(java.lang.Object)([driver, url, properties]))
    proxies = known(java.lang.invoke.MethodHandleProxies)
    task = known(java.util.concurrent.FutureTask)(proxies.asInterfaceInstance(callable_, bound))
    thread = known(java.lang.Thread)(task, "xinheng-connect")
    thread.setDaemon(True)
    thread.start()
    try:
        return task.get(int(within_s * 1000), java.util.concurrent.TimeUnit.MILLISECONDS)
    except java.util.concurrent.ExecutionException as error:
        raise SqlError(error.getCause(), lost=False) from None
    except java.util.concurrent.TimeoutException:
        silence = known(java.net.SocketTimeoutException)(f"no answer within {within_s:g} s")
        raise SqlError(silence, lost=False) from None


@cache
def _connecting() -> Any:
    java = jpype.java
    kinds = jpype.JArray(java.lang.Class)([java.lang.String.class_, java.util.Properties.class_])
    kind = known(java.lang.invoke.MethodType).methodType(java.sql.Connection.class_, kinds)
    return known(known(java.lang.invoke.MethodHandles).publicLookup()).findVirtual(
        java.sql.Driver.class_, "connect", kind
    )
