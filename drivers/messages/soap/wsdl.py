"""What a WSDL offers, and an envelope for one of its operations, by zeep (extra `interfaces`).

For contract checks and for making messages before a run; never on the hot path. Not here: sending.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from drivers.messages.line import one_line
from harness.errors import BadInput, DriverMissing
from harness.message import Outgoing


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation as its document describes it."""

    name: str
    service: str
    port: str
    version: str  # 1.1 or 1.2
    action: str
    address: str
    parameters: tuple[str, ...]
    signature: str  # as zeep writes it, with types


def operations(wsdl: str) -> tuple[Operation, ...]:
    """All operations of the SOAP ports of a document, a file or an address, in its own order."""
    client = _client(wsdl)
    found = []
    for service in client.wsdl.services.values():
        for port in service.ports.values():
            version = {"Soap11Binding": "1.1", "Soap12Binding": "1.2"}.get(type(port.binding).__name__)
            if version is None:
                continue  # plain HTTP GET and POST
            found += [
                Operation(
                    name=each.name,
                    service=service.name,
                    port=port.name,
                    version=version,
                    action=each.soapaction or "",
                    address=port.binding_options.get("address", ""),
                    parameters=_parameters(each),
                    signature=each.input.signature(),
                )
                for each in port.binding.all().values()
            ]
    return tuple(found)


def envelope(wsdl: str, operation: Operation, parameters: Mapping[str, Any], *, charset: str = "UTF-8") -> Outgoing:
    """A message that calls `operation`. Raises BadInput for parameters that the document does not allow."""
    client = _client(wsdl)
    zeep, etree = _zeep(), importlib.import_module("lxml.etree")
    try:
        proxy = client.bind(operation.service, operation.port)
        built = client.create_message(proxy, operation.name, **parameters)
    except (zeep.exceptions.Error, TypeError, ValueError) as error:
        raise BadInput(
            f"接口文档 {wsdl} 不接受 {operation.name} 的这些参数：{one_line(error)}。",
            hint=f"文档写明的参数：{operation.signature}。",
        ) from None
    body = etree.tostring(built, xml_declaration=True, encoding=charset)
    return Outgoing(body=body, headers={"SOAPAction": operation.action})


def parameter_types(wsdl: str, operation: Operation) -> dict[str, Any]:
    """The elements of an operation's parameters as zeep knows them."""
    port = _client(wsdl).wsdl.services[operation.service].ports[operation.port]
    kind = getattr(port.binding.get(operation.name).input.body, "type", None)
    return dict(getattr(kind, "elements", ()))


def _parameters(operation: Any) -> tuple[str, ...]:
    body = operation.input.body
    kind = getattr(body, "type", None)
    return tuple(name for name, _ in getattr(kind, "elements", ()))


def _client(wsdl: str) -> Any:
    zeep = _zeep()
    failures = (
        zeep.exceptions.Error,
        importlib.import_module("lxml.etree").LxmlError,
        importlib.import_module("requests").RequestException,
        OSError,
    )
    try:
        return zeep.Client(wsdl, transport=zeep.Transport(timeout=10, operation_timeout=10))
    except failures as error:
        raise BadInput(f"接口文档 {wsdl} 读不出来：{one_line(error)}。", hint="请核对 wsdl 的文件名或地址。") from None


def _zeep() -> Any:
    try:
        zeep = importlib.import_module("zeep")
        importlib.import_module("zeep.exceptions")
    except ModuleNotFoundError:
        raise DriverMissing(
            "读 WSDL 需要 Python 包 zeep，当前环境没有安装。", hint="请执行 pip install 'xinheng[interfaces]'。"
        ) from None
    return zeep
