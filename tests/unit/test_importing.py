"""From HL7 files, a HAR, an OpenAPI document, a WSDL to a pack that can be read: what is sent, what is left out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from drivers.messages.soap.samples import calls
from harness.errors import BadInput
from scenarios.folder.pack import FolderPack
from scenarios.folder.reading import read
from scenarios.folder.writing import write
from scenarios.importing import har, hl7_messages, openapi, soap
from scenarios.importing.drafts import Found, draft
from scenarios.importing.identities import Identities

WSDL = Path(__file__).parents[1] / "contract_messages/lis.wsdl"
ORDER = "MSH|^~\\&|HIS|H|LIS|H|20260301||ORM^O01^ORM_O01|M1|P|2.5.1||||||GBK\rORC|NW|ORD1\rNTE|1||血常规 {{date}}\r"


def imported(folder: Path, found_in: Callable[[Identities], Found]) -> tuple[FolderPack, Found]:
    """The pack as it is read again from the disk."""
    who = Identities()
    found = found_in(who)
    write(folder, draft("x", "导入", found, who))
    return read(folder), found


def composed(pack: FolderPack, message: str, charset: str = "UTF-8", **values: Any) -> Any:
    return pack.messages[message].compose(charset=charset, **values)


# --------------------------------------------------------------------------- HL7


def test_hl7_messages_are_grouped_and_keep_all_but_their_own_number(tmp_path: Path) -> None:
    files = tmp_path / "files"
    (files / "deeper").mkdir(parents=True)
    framed = b"".join(b"\x0b" + text.encode("gbk") + b"\x1c\r" for text in (ORDER, ORDER.replace("ORD1", "ORD2")))
    (files / "deeper/orders.bin").write_bytes(framed)
    (files / "again.hl7").write_text(ORDER.replace("GBK", "UNICODE UTF-8").replace("\r", "\n"), encoding="utf-8")
    (files / "ack.hl7").write_text("MSH|^~\\&|||||||ACK|1|P|2.4\rMSA|AA|M1\r", encoding="utf-8")
    (files / "notes.txt").write_text("MSH 段的说明", encoding="utf-8")

    pack, found = imported(tmp_path / "pack", lambda who: hl7_messages.found_in(files, "x", who))

    (interface,) = pack.interfaces
    assert (interface.name, interface.kind, interface.version) == ("x_hl7", "mllp", "HL7 v2.5.1")
    assert list(pack.messages) == ["orm_o01"]
    bodies = {composed(pack, "orm_o01", "GBK", variant=n, control_id="NEW").body.decode("gbk") for n in range(2)}
    expected = ORDER.replace("|M1|", "|NEW|").replace("{{date", "\\X7B\\{date")
    assert bodies == {expected, expected.replace("ORD1", "ORD2")}
    assert found.notes == ("1 条应答（含 MSA 段）没有收入", "1 个文件里没有 HL7 报文，没有收入：notes.txt")


def test_a_folder_without_hl7_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("nothing", encoding="utf-8")
    with pytest.raises(BadInput, match="没有可以发送的 HL7"):
        hl7_messages.found_in(tmp_path, "x", Identities())


# --------------------------------------------------------------------------- HAR


def entry(method: str, url: str, *, status: int = 200, kind: str = "application/json", **asked: Any) -> dict[str, Any]:
    headers = [{"name": name, "value": value} for name, value in asked.pop("headers", {}).items()]
    request = {"method": method, "url": url, "headers": headers, **asked}
    return {"request": request, "response": {"status": status, "content": {"mimeType": kind}}}


def har_file(folder: Path, *entries: dict[str, Any]) -> Path:
    (folder / "web.har").write_text(json.dumps({"log": {"entries": entries}}), encoding="utf-8")
    return folder / "web.har"


def test_a_har_keeps_what_the_application_was_asked_and_drops_what_lets_somebody_in(tmp_path: Path) -> None:
    posted = {"mimeType": "application/json; charset=utf-8", "text": '{"order": "A1", "price": 1.10, "token": "t0"}'}
    headers = {
        "Cookie": "JSESSIONID=s3cret", "Authorization": "Bearer s3cret", "X-Auth-Token": "s3cret", ":authority": "lis",
        "Host": "lis", "Content-Length": "9", "Connection": "keep-alive", "X-Dept": "03",
        "Content-Type": "application/json",
    }  # fmt: skip
    file = har_file(
        tmp_path,
        entry("GET", "http://lis:8080/index.js", kind="application/javascript"),
        entry("OPTIONS", "http://lis:8080/api/orders"),
        entry("POST", "http://lis:8080/api/orders", headers=headers, postData=posted),
        entry("POST", "http://lis:8080/api/orders", headers=headers, postData=posted),
        entry("GET", "http://lis:8080/api/orders?no=A1&access_token=s3cret", kind="text/xml"),
        entry("GET", "http://lis:8080/api/none", status=404),
        entry("GET", "http://lis:8080/api/down", status=502),
        entry("GET", "http://other/api/x"),
    )
    pack, found = imported(tmp_path / "pack", lambda who: har.found_in(file, "x", who))

    assert [(i.name, i.title) for i in pack.interfaces] == [("x_http", "lis:8080"), ("x_http_2", "other")]
    assert found.addresses == {"x_http": "http://lis:8080", "x_http_2": "http://other"}
    assert list(pack.messages) == ["post_api_orders", "get_api_orders", "get_api_none", "get_api_x"]
    sent = composed(pack, "post_api_orders")
    assert json.loads(sent.body) == {"order": "A1", "price": 1.1, "token": "removed"}
    assert b"1.10" in sent.body
    assert sent.headers == {"Content-Type": "application/json", "X-Dept": "03"}
    asked = composed(pack, "get_api_orders")
    assert (asked.method, asked.path, asked.body) == ("GET", "/api/orders?no=A1&access_token=removed", b"")
    assert pack.messages["get_api_orders"].content == "xml"
    assert [t.name for t in pack.transactions if t.probe] == ["get_api_none"]
    assert "静态资源，没有收入 1 个" in found.notes
    written = "".join(f.read_text(encoding="utf-8") for f in (tmp_path / "pack").rglob("*") if f.is_file())
    assert "s3cret" not in written


def test_what_is_no_har_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.har").write_text("{}", encoding="utf-8")
    with pytest.raises(BadInput, match="不是 HAR 文件"):
        har.found_in(tmp_path / "x.har", "x", Identities())


# --------------------------------------------------------------------------- OpenAPI

OPENAPI = """
openapi: 3.1.0
info: {title: 检验, version: "2"}
servers: [{url: https://lis.invalid/api}]
paths:
  /orders/{no}:
    parameters: [{name: no, in: path, required: true, schema: {type: string, default: A/1}}]
    get:
      parameters:
        - {name: full, in: query, required: true, schema: {type: boolean}}
        - {name: page, in: query, schema: {type: integer}}
        - {name: X-Dept, in: header, required: true, example: "03", schema: {type: string}}
      responses: {"200": {description: x, content: {application/xml: {}}}}
    put:
      operationId: replaceOrder
      requestBody: {$ref: "#/components/requestBodies/Order"}
      responses: {"200": {description: x, content: {application/json: {}}}}
  /upload:
    post: {requestBody: {content: {multipart/form-data: {}}}, responses: {}}
components:
  requestBodies: {Order: {content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}}
  schemas:
    Order:
      allOf:
        - {type: object, properties: {no: {type: string, readOnly: true}, day: {type: string, format: date}}}
        - type: object
          properties:
            kind: {enum: [stat, routine]}
            items: {type: array, minItems: 2, items: {$ref: "#/components/schemas/Item"}}
            parent: {$ref: "#/components/schemas/Order"}
            note: {type: [string, "null"], minLength: 4, maxLength: 6}
    Item: {type: object, properties: {code: {type: string, examples: [GLU]}, price: {type: number, minimum: 2.5}}}
"""


def test_an_openapi_document_gives_a_message_for_each_operation(tmp_path: Path) -> None:
    (tmp_path / "lis.yaml").write_text(OPENAPI, encoding="utf-8")
    pack, found = imported(tmp_path / "pack", lambda who: openapi.found_in(tmp_path / "lis.yaml", "x", who))

    (interface,) = pack.interfaces
    assert (interface.version, interface.document) == ("REST 2", tmp_path / "pack/interfaces/lis.yaml")
    assert found.addresses == {"x_http": "https://lis.invalid/api"}
    assert list(pack.messages) == ["get_orders_no", "replace_order", "post_upload"]
    asked = composed(pack, "get_orders_no")
    assert (asked.method, asked.path, asked.headers) == ("GET", "/orders/A%2F1?full=true", {"X-Dept": "03"})
    assert pack.messages["get_orders_no"].content == "xml"
    sent = json.loads(composed(pack, "replace_order").body)
    item = {"code": "GLU", "price": 2.5}
    assert {key: sent[key] for key in ("day", "kind", "items", "note")} == {
        "day": "2026-01-05",
        "kind": "stat",
        "items": [item, item],
        "note": "示例一一",
    }
    assert "no" not in sent
    assert found.notes == ("POST /upload 的请求体是 multipart/form-data，请自行补上报文文件",)


def test_swagger_2_and_what_is_no_document_are_refused(tmp_path: Path) -> None:
    for text, says in (
        ("swagger: '2.0'", "不是 OpenAPI 3"),
        ("a: [", "不是 YAML"),
        ("openapi: 3.0.0", "没有写任何操作"),
    ):
        (tmp_path / "x.yaml").write_text(text, encoding="utf-8")
        with pytest.raises(BadInput, match=says):
            openapi.found_in(tmp_path / "x.yaml", "x", Identities())


# --------------------------------------------------------------------------- WSDL


def test_a_wsdl_gives_an_envelope_for_each_operation_in_the_endpoint_s_charset(tmp_path: Path) -> None:
    pack, _ = imported(tmp_path / "pack", lambda who: soap.found_in(WSDL, "x", who, calls))
    (message,) = pack.messages.values()
    sent = composed(pack, message.name, "GBK")
    assert (pack.interfaces[0].kind, message.content) == ("soap", "soap")
    assert sent.body.decode("gbk").startswith("<?xml version='1.0' encoding=\"GBK\"?>")
    assert "HIPMessageServer" in sent.headers["SOAPAction"]
    assert "<ns0:action>示例</ns0:action>" in sent.body.decode("gbk")


TYPES = """<?xml version="1.0"?>
<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:t="urn:t"
 xmlns:x="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:t">
<types><x:schema targetNamespace="urn:t" elementFormDefault="qualified">
<x:element name="Add"><x:complexType><x:sequence>
 <x:element name="on" type="x:date"/><x:element name="n" type="x:int"/>
 <x:element name="line" maxOccurs="unbounded"><x:complexType><x:sequence>
  <x:element name="code" type="x:string"/><x:element name="price" type="x:decimal"/></x:sequence></x:complexType>
 </x:element></x:sequence></x:complexType></x:element>
<x:element name="AddResponse" type="x:string"/></x:schema></types>
<message name="In"><part name="p" element="t:Add"/></message>
<message name="Out"><part name="p" element="t:AddResponse"/></message>
<portType name="P"><operation name="Add"><input message="t:In"/><output message="t:Out"/></operation></portType>
<binding name="B" type="t:P"><s:binding transport="http://schemas.xmlsoap.org/soap/http"/><operation name="Add">
<s:operation soapAction="add"/><input><s:body use="literal"/></input><output><s:body use="literal"/></output>
</operation></binding>
<service name="S"><port name="Q" binding="t:B"><s:address location="http://lis.invalid/ws"/></port></service>
</definitions>"""


def test_values_are_made_from_the_types_of_a_wsdl(tmp_path: Path) -> None:
    (tmp_path / "t.wsdl").write_text(TYPES, encoding="utf-8")
    pack, found = imported(tmp_path / "pack", lambda who: soap.found_in(tmp_path / "t.wsdl", "x", who, calls))
    body = composed(pack, "add").body.decode()
    assert "<ns0:on>2026-01-05</ns0:on><ns0:n>1</ns0:n>" in body
    assert "<ns0:line><ns0:code>示例</ns0:code><ns0:price>1</ns0:price></ns0:line>" in body
    assert found.addresses == {"x_soap": "http://lis.invalid/ws"}
