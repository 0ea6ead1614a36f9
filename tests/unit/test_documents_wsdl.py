"""A WSDL with its schemas inline against SOAP exchanges, in both styles; and documents that cannot be used."""

from __future__ import annotations

import pytest

from harness.content.message_checks import Breach
from harness.documents import Exchange, InterfaceDocument, read_document
from harness.errors import BadInput

WSDL = """<?xml version="1.0" encoding="UTF-8"?>
<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
  xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:lis" xmlns:c="urn:codes" targetNamespace="urn:lis">
<wsdl:types>
<xs:schema targetNamespace="urn:codes"><xs:simpleType name="Sex"><xs:restriction base="xs:string">
  <xs:enumeration value="M"/><xs:enumeration value="F"/></xs:restriction></xs:simpleType></xs:schema>
<xs:schema targetNamespace="urn:lis" elementFormDefault="qualified"><xs:import namespace="urn:codes"/>
  <xs:element name="Get"><xs:complexType><xs:sequence><xs:element name="action" type="xs:string"/>
    <xs:element name="payload" type="xs:string"/></xs:sequence>
    <xs:attribute name="version" use="required"/></xs:complexType></xs:element>
  <xs:element name="GetResponse"><xs:complexType><xs:sequence>
    <xs:element name="item" maxOccurs="unbounded"><xs:complexType><xs:sequence>
      <xs:element name="code"><xs:simpleType><xs:restriction base="xs:string"><xs:maxLength value="3"/>
        </xs:restriction></xs:simpleType></xs:element>
      <xs:element name="sex" type="c:Sex"/><xs:element name="day" type="xs:date"/>
      <xs:element name="price" minOccurs="0"><xs:simpleType><xs:restriction base="xs:decimal">
        <xs:fractionDigits value="2"/><xs:maxInclusive value="100"/></xs:restriction></xs:simpleType></xs:element>
    </xs:sequence></xs:complexType></xs:element></xs:sequence></xs:complexType></xs:element>
  <xs:element name="Refused"><xs:complexType><xs:sequence><xs:element name="number" type="xs:int"/></xs:sequence>
    </xs:complexType></xs:element></xs:schema>
<xs:schema><xs:element name="report"><xs:complexType><xs:sequence><xs:element name="id" type="xs:int"/></xs:sequence>
  </xs:complexType></xs:element></xs:schema>
</wsdl:types>
<wsdl:message name="in"><wsdl:part name="p" element="t:Get"/></wsdl:message>
<wsdl:message name="out"><wsdl:part name="p" element="t:GetResponse"/></wsdl:message>
<wsdl:message name="rin"><wsdl:part name="sex" type="c:Sex"/></wsdl:message>
<wsdl:message name="rout"><wsdl:part name="n" type="xs:int"/></wsdl:message>
<wsdl:portType name="P">
  <wsdl:operation name="Get"><wsdl:input message="t:in"/><wsdl:output message="t:out"/></wsdl:operation>
  <wsdl:operation name="Count"><wsdl:input message="t:rin"/><wsdl:output message="t:rout"/></wsdl:operation>
</wsdl:portType>
<wsdl:binding name="B" type="t:P"><soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
  <wsdl:operation name="Get"><soap:operation style="document"/><wsdl:input><soap:body use="literal"/></wsdl:input>
    <wsdl:output><soap:body use="literal"/></wsdl:output></wsdl:operation>
  <wsdl:operation name="Count"><soap:operation style="rpc"/>
    <wsdl:input><soap:body use="literal" namespace="urn:lis"/></wsdl:input>
    <wsdl:output><soap:body use="literal" namespace="urn:lis"/></wsdl:output></wsdl:operation>
</wsdl:binding></wsdl:definitions>"""
ITEM = "<t:item><t:code>HGB</t:code><t:sex>M</t:sex><t:day>2026-03-02</t:day></t:item>"
ASKED = (
    '<Get xmlns="urn:lis" version="1"><action>查询</action><payload>'
    "&lt;?xml version='1.0'?&gt;&lt;report&gt;&lt;id&gt;1&lt;/id&gt;&lt;/report&gt;</payload></Get>"
)
ANSWER = f'<t:GetResponse xmlns:t="urn:lis">{ITEM}{ITEM}</t:GetResponse>'
COUNT = '<l:Count xmlns:l="urn:lis"><sex>F</sex></l:Count>'
SPACES = {"1.1": "http://schemas.xmlsoap.org/soap/envelope/", "1.2": "http://www.w3.org/2003/05/soap-envelope"}


@pytest.fixture(scope="module")
def document() -> InterfaceDocument:
    return read_document("lis_soap.wsdl", WSDL.encode())


def envelope(inside: str, version: str = "1.1", charset: str = "GBK") -> bytes:
    body = f'<s:Envelope xmlns:s="{SPACES[version]}"><s:Body>{inside}</s:Body></s:Envelope>'
    return f'<?xml version="1.0" encoding="{charset}"?>{body}'.encode(charset)


def found(document: InterfaceDocument, asked: bytes, answer: bytes) -> list[list[tuple[str, Breach]] | None]:
    exchange = Exchange(message="get", sends="soap", content="soap", charset="UTF-8", sent=asked, body=answer)
    both = document.request(exchange), document.reply(exchange)
    return [None if one is None else [(d.path, d.breach) for d in one] for one in both]


@pytest.mark.parametrize("version", SPACES)
def test_what_agrees_has_nothing_against_it(document: InterfaceDocument, version: str) -> None:
    assert found(document, envelope(ASKED, version), envelope(ANSWER, version)) == [[], []]
    answer = '<l:CountResponse xmlns:l="urn:lis"><n>3</n></l:CountResponse>'
    assert found(document, envelope(COUNT, version), envelope(answer, version)) == [[], []]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (' version="1"', "", ("Get/@version", Breach.MISSING)),
        (' version="1"', ' version="1" mode="x"', ("Get/@mode", Breach.UNDECLARED)),
        ("<action>查询</action>", "", ("Get/action", Breach.MISSING)),
        ("</action>", "</action><new>1</new>", ("Get/new", Breach.UNDECLARED)),
        ("id&gt;1", "id&gt;x", ("Get/payload/xml()/report/id", Breach.TYPE)),
        ("id&gt;", "no&gt;", ("Get/payload/xml()/report/id", Breach.MISSING)),
    ],
)
def test_what_a_request_may_have_against_the_schema(
    document: InterfaceDocument, old: str, new: str, expected: tuple[str, Breach]
) -> None:
    assert found(document, envelope(ASKED.replace(old, new)), envelope(ANSWER)) == [[expected], []]


@pytest.mark.parametrize(
    ("old", "new", "expected", "asked"),
    [
        ("HGB", "HGBX", ("GetResponse/item[1]/code", Breach.TOO_LONG), "最多 3 个字符"),
        (">M<", ">X<", ("GetResponse/item[1]/sex", Breach.CODE), "应为 M、F 之一"),
        ("<t:sex>M</t:sex>", "", ("GetResponse/item[1]/sex", Breach.MISSING), "必填"),
        ("<t:day>2026-03-02</t:day>", "", ("GetResponse/item[1]/day", Breach.MISSING), "必填"),
        ("2026-03-02", "20260302", ("GetResponse/item[1]/day", Breach.TYPE), "类型 xs:date"),
        ("</t:day>", "</t:day><t:price>1.234</t:price>", ("GetResponse/item[1]/price", Breach.RANGE), "最多 2 位小数"),
        ("</t:day>", "</t:day><t:price>101</t:price>", ("GetResponse/item[1]/price", Breach.RANGE), "不大于 100"),
        (ITEM * 2, "", ("GetResponse/item", Breach.MISSING), "必填"),
    ],
)
def test_what_an_answer_may_have_against_the_schema(
    document: InterfaceDocument, old: str, new: str, expected: tuple[str, Breach], asked: str
) -> None:
    answer = envelope(ANSWER.replace(old, new, 1))
    exchange = Exchange(message="m", sends="soap", content="soap", charset="GBK", sent=envelope(ASKED), body=answer)
    deviations = document.reply(exchange)
    assert deviations is not None
    assert [(d.path, d.breach, d.asked) for d in deviations] == [(*expected, asked)]


def test_an_rpc_message_is_described_by_its_parts(document: InterfaceDocument) -> None:
    wrong = envelope(COUNT.replace(">F<", ">X<"))
    assert found(document, wrong, envelope(ANSWER)) == [
        [("Count/sex", Breach.CODE)],
        [("GetResponse", Breach.STRUCTURE)],
    ]


def test_what_is_no_operation_is_not_spoken_of(document: InterfaceDocument) -> None:
    assert found(document, envelope('<Other xmlns="urn:lis"/>'), envelope(ANSWER)) == [None, None]


def test_a_fault_is_held_against_the_schema_where_its_detail_is_declared(document: InterfaceDocument) -> None:
    fault = "<s:Fault><faultcode>s:Client</faultcode><faultstring>x</faultstring>{}</s:Fault>"
    assert found(document, envelope(ASKED), envelope(fault.format(""))) == [[], []]
    detail = '<detail><Refused xmlns="urn:lis"><number>x</number></Refused></detail>'
    assert found(document, envelope(ASKED), envelope(fault.format(detail))) == [
        [],
        [("Fault/detail/Refused/number", Breach.TYPE)],
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<a", b"<a/>", b"\xff\xfe", b"<a>" * 300 + b"</a>" * 300,
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///nowhere">]><a>&b;</a>', envelope(""),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_a_deviation(document: InterfaceDocument, body: bytes) -> None:
    assert found(document, body, envelope(ANSWER)) == [[("!", Breach.UNREADABLE)], None]
    assert found(document, envelope(ASKED), body or b" ") == [[], [("!", Breach.UNREADABLE)]]


def test_a_wrong_charset_is_a_deviation_and_no_more(document: InterfaceDocument) -> None:
    lying = envelope(ASKED, charset="GBK").replace(b'"GBK"', b'"UTF-8"')
    assert found(document, lying, envelope(ANSWER)) == [[("!charset", Breach.UNREADABLE)], []]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "<wsdl:types>",
            '<wsdl:import namespace="urn:x" location="http://x/y.wsdl"/><wsdl:types>',
            "引用了另一个 WSDL",
        ),
        ('<xs:import namespace="urn:codes"/>', '<xs:include schemaLocation="a.xsd"/>', "文档以外的 a.xsd"),
        ('<xs:import namespace="urn:codes"/>', '<xs:import namespace="urn:far"/>', "文档以外的 urn:far"),
        ('type="c:Sex"/><xs:element name="day"', 'type="c:Nobody"/><xs:element name="day"', "XSD 有误"),
        ('message="t:in"', 'message="t:gone"', "t:gone 没有定义"),
        ('<wsdl:operation name="Get"><soap', '<wsdl:operation name="Got"><soap', "操作 Got 在 portType 里没有"),
        ("http://schemas.xmlsoap.org/wsdl/soap/", "urn:other", "没有一项绑定到 SOAP"),
        ("</wsdl:definitions>", "", "不是 XML"),
        ("<wsdl:definitions", "<!DOCTYPE x><wsdl:definitions", "DOCTYPE"),
        ('"http://schemas.xmlsoap.org/wsdl/"', '"http://www.w3.org/ns/wsdl"', "不是 WSDL 1.1"),
    ],
)
def test_a_document_that_cannot_be_used_says_why(old: str, new: str, said: str) -> None:
    assert WSDL.count(old) >= 1
    with pytest.raises(BadInput, match=said) as told:
        read_document("lis_soap.wsdl", WSDL.replace(old, new).encode())
    assert told.value.hint
