"""Faults between the systems: late, lost, or more often than once. Not here: doing it (`reception.py`)."""

from __future__ import annotations

from scenarios.reference.faults.fault import Shows, TransportFault

TRANSPORT = (
    TransportFault(name="wire_slow", title="慢：多等 ms= 毫秒才答（缺省 200）", shows=Shows.TIME, milliseconds=200),
    TransportFault(name="wire_silent", title="收下而不答", shows=Shows.KIND, answers=0),
    TransportFault(name="wire_closed", title="处理之后、应答之前断开", shows=Shows.KIND, hangs_up=True),
    TransportFault(name="wire_lost", title="没有处理就断开", shows=Shows.KIND, deliveries=0, hangs_up=True),
    TransportFault(name="wire_delivered_twice", title="重复投递：同一报文处理两次，以后一次的应答为准",
                   shows=Shows.REPLY, needs="第二次应被拒绝或改变数据的报文", deliveries=2),
    TransportFault(name="wire_answered_twice", title="应答发出两次", shows=Shows.STATUS, answers=2),
)  # fmt: skip
