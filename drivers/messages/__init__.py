"""Finds the driver of a message interface: `driver_for(endpoint)`. Not here: how any of them speaks."""

from __future__ import annotations

import difflib
import importlib
from typing import TYPE_CHECKING

from harness.errors import BadInput

if TYPE_CHECKING:
    from harness.message import MessageEndpoint
    from harness.ports import MessageDriver

DRIVERS = {
    "mllp": "drivers.messages.mllp.driver:MllpDriver",
    "http": "drivers.messages.http.driver:HttpDriver",
    "soap": "drivers.messages.soap.driver:SoapDriver",
    "amqp": "drivers.messages.amqp.driver:AmqpDriver",
    "dicom": "drivers.messages.dicom.driver:DicomDriver",
    "dicomweb": "drivers.messages.dicomweb.driver:DicomwebDriver",
}


def driver_for(endpoint: MessageEndpoint) -> MessageDriver:
    """The driver of an endpoint. Nothing is connected yet."""
    path = DRIVERS.get(endpoint.kind)
    if path is None:
        near = difflib.get_close_matches(endpoint.kind, DRIVERS, n=1)
        told = f"是否想写“{near[0]}”？" if near else ""
        raise BadInput(f"不认识的接口种类“{endpoint.kind}”。", hint=f"{told}可用：{'、'.join(DRIVERS)}。")
    module, _, name = path.partition(":")
    driver: MessageDriver = getattr(importlib.import_module(module), name)(endpoint)
    return driver
