"""What is special to SOAP: headers by version, faults, services of WS/T 501, and envelopes made from a WSDL."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from drivers.messages import driver_for
from drivers.messages.soap.envelopes import SOAP11, SOAP12, fault_in
from drivers.messages.soap.wsdl import envelope, operations
from drivers.messages.soap.wst501 import ActionService, document_in
from harness.errors import BadInput
from harness.message import MessageEndpoint, Outgoing
from harness.model import ErrorClass, Reply, ReplyKind
from tests.contract_messages.peers import service

WSDL = str(Path(__file__).with_name("lis.wsdl"))


def _envelope(content: str, namespace: str = SOAP11) -> bytes:
    return f'<e:Envelope xmlns:e="{namespace}"><e:Body>{content}</e:Body></e:Envelope>'.encode()


def _fault11(code: str) -> bytes:
    return _envelope(f"<e:Fault><faultcode>{code}</faultcode><faultstring>缺少\n病人</faultstring></e:Fault>")


def _fault12(code: str) -> bytes:
    reason = "<e:Reason><e:Text xml:lang='zh'>缺少 病人</e:Text></e:Reason>"
    return _envelope(f"<e:Fault><e:Code><e:Value>e:{code}</e:Value></e:Code>{reason}</e:Fault>", SOAP12)


def _asked(message: Outgoing, status: str, body: bytes) -> tuple[Reply, dict[str, Any]]:
    """The reply, and the request's environment as wsgiref saw it."""
    seen: dict[str, Any] = {}

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.update(environ, body=environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        start_response(status, [("Content-Type", "text/xml"), ("Content-Length", str(len(body)))])
        return [body]

    with service(application) as port:
        driver = driver_for(MessageEndpoint(kind="soap", url=f"http://127.0.0.1:{port}/lis"))
        with contextlib.closing(driver.connect()) as session:
            return session.send(message), seen


def test_headers_of_soap_11() -> None:
    sent = _envelope("<a/>")
    for action in ("urn:query", '"urn:query"'):
        reply, seen = _asked(Outgoing(body=sent, headers={"soapaction": action}), "200 OK", _envelope("<b/>"))
        assert reply.kind is ReplyKind.OK
        assert seen["CONTENT_TYPE"] == "text/xml; charset=UTF-8"
        assert seen["HTTP_SOAPACTION"] == '"urn:query"'
        assert seen["body"] == sent, "a stored envelope leaves as it is"


def test_headers_of_soap_12() -> None:
    message = Outgoing(body=_envelope("<a/>", SOAP12), headers={"SOAPAction": "urn:query"})
    _, seen = _asked(message, "200 OK", _envelope("<b/>", SOAP12))
    assert seen["CONTENT_TYPE"] == 'application/soap+xml; charset=UTF-8; action="urn:query"'
    assert "HTTP_SOAPACTION" not in seen


@pytest.mark.parametrize("status", ["500 Internal Server Error", "400 Bad Request", "200 OK"])
@pytest.mark.parametrize(
    ("body", "kind", "told"),
    [
        (_fault11("e:Client"), ReplyKind.REFUSED, "e:Client 缺少 病人"),
        (_fault11("Client.Authentication"), ReplyKind.REFUSED, "Client.Authentication"),
        (_fault11("e:MustUnderstand"), ReplyKind.REFUSED, "MustUnderstand"),
        (_fault11("e:Server"), ReplyKind.FAILED, "e:Server"),
        (_fault12("Sender"), ReplyKind.REFUSED, "e:Sender 缺少 病人"),
        (_fault12("Receiver"), ReplyKind.FAILED, "e:Receiver"),
    ],
)
def test_faults(status: str, body: bytes, kind: ReplyKind, told: str) -> None:
    reply, _ = _asked(Outgoing(body=_envelope("<a/>")), status, body)
    assert reply.kind is kind
    assert told in reply.message
    assert reply.body == body


def test_without_a_fault_the_status_decides() -> None:
    for status, kind in (
        ("500 No", ReplyKind.FAILED),
        ("401 Who", ReplyKind.REFUSED),
        ("504 Late", ReplyKind.TIMED_OUT),
    ):
        assert _asked(Outgoing(body=_envelope("<a/>")), status, b"<html/>")[0].kind is kind


def test_an_answer_that_is_no_envelope() -> None:
    reply, _ = _asked(Outgoing(body=_envelope("<a/>")), "200 OK", b"<html>login</html>")
    assert (reply.kind, reply.error_class) == (ReplyKind.FAILED, ErrorClass.PROTOCOL)
    one_way, _ = _asked(Outgoing(body=_envelope("<a/>")), "202 Accepted", b"")
    assert one_way.kind is ReplyKind.OK


def test_a_fault_that_cannot_be_read_is_none() -> None:
    assert fault_in(b"<Fault") is None
    assert fault_in(b"<?xml version='1.0' encoding='no-such'?><Fault/>") is None
    assert fault_in(_envelope("<Fault>only by name</Fault>")) is None


# ------------------------------------------------------------------ WS/T 501


def _acknowledgement(code: str) -> str:
    return f'<MCCI_IN000002UV01 xmlns="urn:hl7-org:v3"><acknowledgement typeCode="{code}"/></MCCI_IN000002UV01>'


@pytest.mark.parametrize(("code", "kind"), [("AA", ReplyKind.OK), ("AE", ReplyKind.REFUSED), ("AR", ReplyKind.REFUSED)])
@pytest.mark.parametrize("soap12", [False, True])
def test_an_action_and_a_document(code: str, kind: ReplyKind, soap12: bool) -> None:
    from xml.sax.saxutils import escape

    document = '<POOR_IN200901UV xmlns="urn:hl7-org:v3"><id>1 < 2 & 𠮷</id></POOR_IN200901UV>'
    answer = f"<r xmlns='urn:hl7-org:v3'><payload>{escape(_acknowledgement(code), {chr(34): '&quot;'})}</payload></r>"
    message = ActionService(soap12=soap12).call("LabOrderAdd", document, charset="GBK")
    reply, seen = _asked(message, "200 OK", _envelope(answer))
    assert reply.kind is kind
    assert document_in(reply.body) == _acknowledgement(code)
    assert ("soap+xml" in seen["CONTENT_TYPE"]) is soap12
    # Read back by somebody else's parser.
    from lxml import etree

    root = etree.fromstring(seen["body"])
    space = {"s": "urn:hl7-org:v3"}
    assert root.findtext(".//s:HIPMessageServer/s:action", namespaces=space) == "LabOrderAdd"
    assert root.findtext(".//s:HIPMessageServer/s:message", namespaces=space) == document


def test_what_is_no_document() -> None:
    assert document_in(_envelope("<r/>")) is None
    with pytest.raises(ValueError, match="XML"):
        document_in(b"<half")


# ------------------------------------------------------------------ WSDL


def test_operations_of_a_document() -> None:
    found = operations(WSDL)
    assert [(each.name, each.version, each.port) for each in found] == [
        ("HIPMessageServer", "1.1", "HIPServiceSoap"),
        ("HIPMessageServer", "1.2", "HIPServiceSoap12"),
    ]
    assert found[0].parameters == ("action", "message")
    assert found[0].action == "urn:hl7-org:v3:HIPMessageServer"
    assert found[0].address == "http://127.0.0.1/lis"


def test_an_envelope_from_a_document() -> None:
    for operation in operations(WSDL):
        message = envelope(WSDL, operation, {"action": "查询", "message": "<a/>"}, charset="GB18030")
        reply, seen = _asked(message, "200 OK", _envelope("<b/>"))
        assert reply.kind is ReplyKind.OK
        assert "查询".encode("gb18030") in seen["body"]
        assert ("soap+xml" in seen["CONTENT_TYPE"]) is (operation.version == "1.2")


def test_what_the_document_does_not_allow(tmp_path: Path) -> None:
    operation = operations(WSDL)[0]
    with pytest.raises(BadInput, match="HIPMessageServer") as caught:
        envelope(WSDL, operation, {"aktion": "x"})
    assert "action" in caught.value.hint
    broken = tmp_path / "broken.wsdl"
    broken.write_text("<definitions", encoding="ascii")
    for name in (str(broken), str(tmp_path / "absent.wsdl")):
        with pytest.raises(BadInput, match="wsdl") as caught:
            operations(name)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("module", "call"),
    [
        ("zeep", "from drivers.messages.soap.wsdl import operations; operations('x')"),
        (
            "pika",
            "import drivers.messages as d, harness.message as m; d.driver_for(m.MessageEndpoint(kind='amqp', url='amqp://h')).connect()",
        ),
    ],
)
def test_a_missing_package_is_named(module: str, call: str) -> None:
    code = (
        f"import sys; sys.modules[{module!r}] = None\nfrom harness.errors import DriverMissing\n"
        f"try:\n    {call}\nexcept DriverMissing as fault: print(fault)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=30)
    assert f"Python 包 {module}" in done.stdout, done.stderr
    assert "xinheng[interfaces]" in done.stdout
