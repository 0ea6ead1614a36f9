"""An OpenAPI document against exchanges: operations, parameters, bodies, statuses; documents that cannot be used."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.content.message_checks import Breach
from harness.documents import Exchange, InterfaceDocument, read_document
from harness.documents.references import from_yaml
from harness.errors import BadInput

YAML = r"""
openapi: 3.0.3
info: {title: 检验接口, version: "1"}
servers: [{url: "http://lis.example/lis"}]
paths:
  /orders/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: string, pattern: '^O\d+$'}}
    get:
      parameters:
        - {name: page, in: query, schema: {type: integer, minimum: 1}}
        - {name: state, in: query, required: true, schema: {type: array, items: {enum: [yes, 01]}}}
      responses:
        200: {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
        4XX: {$ref: '#/components/responses/Problem'}
    put:
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
      responses: {'204': {description: done}, default: {$ref: '#/components/responses/Problem'}}
  /orders/latest:
    get:
      responses: {'200': {description: ok, content: {'*/*': {schema: {type: array, items: {type: integer}}}}}}
components:
  responses:
    Problem: {description: no, content: {application/problem+json: {schema: {required: [title]}}}}
  schemas:
    Order:
      type: object
      required: [id, day]
      additionalProperties: false
      properties: {id: {type: string}, day: {type: string, format: date}, note: {type: string, nullable: true}}
"""
ORDER = {"id": "O1", "day": "2026-03-02"}
GET = "GET /orders/O1?state=yes"


@pytest.fixture(scope="module")
def document() -> InterfaceDocument:
    return read_document("lis_http.yaml", YAML.encode())


def exchange(
    address: str, *, sent: object = None, status: str = "200 application/json", body: object = ORDER
) -> Exchange:
    return Exchange(
        message="m", sends="json", content="json", charset="UTF-8", address=address, status=status,
        sent=address.encode() if sent is None else as_bytes(sent), body=as_bytes(body),
    )  # fmt: skip


def as_bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("address", "found"),
    [
        (GET, []),
        ("GET /lis/orders/O1?state=yes&state=01&page=2", []),
        ("GET orders/O1?state=yes", []),
        ("GET /orders/latest", []),
        ("GET /orders/X1?state=yes", [("path/id", Breach.FORMAT)]),
        ("GET /orders/O1", [("query/state", Breach.MISSING)]),
        ("GET /orders/O1?state=yes&page=0", [("query/page", Breach.RANGE)]),
        ("GET /orders/O1?state=yes&page=x", [("query/page", Breach.TYPE)]),
        ("GET /orders/O1?state=yes&state=1", [("query/state[1]", Breach.CODE)]),
        ("GET /orders/O1?state=yes&sort=1", [("query/sort", Breach.UNDECLARED)]),
        ("DELETE /orders/O1", None),
        ("GET /orders/O1/items", None),
        ("", None),
    ],
)
def test_where_a_request_goes(
    document: InterfaceDocument, address: str, found: list[tuple[str, Breach]] | None
) -> None:
    deviations = document.request(exchange(address))
    assert (deviations if deviations is None else [(d.path, d.breach) for d in deviations]) == found


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        (ORDER, []),
        (ORDER | {"note": None}, []),
        ({"id": "O1"}, [("$.day", Breach.MISSING)]),
        (ORDER | {"day": "20260302"}, [("$.day", Breach.FORMAT)]),
        (ORDER | {"more": 1}, [("$.more", Breach.UNDECLARED)]),
        (None, [("$", Breach.MISSING)]),
        (b'{"id":', [("!", Breach.UNREADABLE)]),
        ('{"id": "检验", "day": "2026-03-02"}'.encode("gbk"), [("!charset", Breach.UNREADABLE)]),
    ],
)
def test_what_a_request_brings(document: InterfaceDocument, sent: object, found: list[tuple[str, Breach]]) -> None:
    deviations = document.request(exchange("PUT /orders/O1", sent=sent))
    assert deviations is not None
    assert [(d.path, d.breach) for d in deviations] == found


@pytest.mark.parametrize(
    ("address", "status", "body", "found"),
    [
        (GET, "200 application/json", ORDER, []),
        (GET, "200 application/json; charset=utf-8", ORDER, []),
        (GET, "200 application/json", {"id": 1, "day": "2026-03-02"}, [("$.id", Breach.TYPE)]),
        (GET, "404 application/problem+json", {"title": "没有"}, []),
        (GET, "404 application/problem+json", {}, [("$.title", Breach.MISSING)]),
        (GET, "404 application/json", {}, [("!type", Breach.STATUS)]),
        (GET, "500 text/html", b"<p>", [("!status", Breach.STATUS)]),
        (GET, "200 application/json", b"", [("$", Breach.MISSING)]),
        ("GET /orders/latest", "200 application/json", [1, "2"], [("$[1]", Breach.TYPE)]),
        ("PUT /orders/O1", "204", b"", []),
        ("PUT /orders/O1", "204 application/json", {}, [("$", Breach.UNDECLARED)]),
        ("PUT /orders/O1", "409 application/problem+json", {}, [("$.title", Breach.MISSING)]),
        ("PUT /other", "200", b"", None),
    ],
)
def test_what_is_answered(
    document: InterfaceDocument, address: str, status: str, body: object, found: list[tuple[str, Breach]] | None
) -> None:
    deviations = document.reply(exchange(address, status=status, body=body))
    assert (deviations if deviations is None else [(d.path, d.breach) for d in deviations]) == found


def test_json_says_the_same_as_yaml() -> None:
    plain = json.dumps(from_yaml(YAML.encode()).root)
    same = read_document("lis_http.json", plain.encode())
    assert same.request(exchange(GET)) == ()


DEEP = "[" * 3_000
BOMB = "a: &a [x, x]\n" + "".join(
    f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefg", "bcdefgh", strict=True)
)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.yaml", "openapi: 3.0.3\npaths: {}\n", "没有一项操作"),
        ("a.yaml", "swagger: '2.0'\npaths: {}\n", "Swagger 2.0"),
        ("a.yaml", "openapi: 4.0.0\n", "openapi 的版本是“4.0.0”"),
        ("a.yaml", "- 1\n", "最外层不是一个对象"),
        ("a.yaml", "a: [1\nb: 2", "第 2 行第 2 个字符处不是 YAML"),
        ("a.yaml", "a: !!python/object:os.system x", "不是 YAML"),
        ("a.yaml", "a: &x\n  b: *x\n", "指回了自己"),
        ("a.yaml", BOMB, "展开后的值超过"),
        ("a.yaml", DEEP, "嵌套过深"),
        ("a.json", DEEP, "嵌套过深"),
        ("a.json", '{"openapi": ', "第 1 行第 13 个字符处不是 JSON"),
        ("a.json", '{"openapi": NaN}', "含 NaN"),
        ("a.txt", "", "格式不认识"),
        ("a.yaml", "openapi: 3.1.0\npaths: {orders: {get: {}}}", "paths/orders/get 不以 / 开头"),
        ("a.yaml", "openapi: 3.1.0\npaths: {/a: {get: {responses: {200: {$ref: '#/x'}}}}}", "引用的 #/x 不存在"),
        ("a.yaml", "openapi: 3.1.0\npaths: {$ref: '#/paths'}", "绕成了圈"),
        ("a.yaml", "openapi: 3.1.0\npaths: {'/{a}/{a}': {get: {}}}", "同一个参数出现了两次"),
    ],
)
def test_a_document_that_cannot_be_used_says_why_in_one_sentence(name: str, text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said) as told:
        read_document(name, text.encode())
    assert name in told.value.message
    assert told.value.hint
    assert "\n" not in told.value.message


def test_a_document_in_another_charset_is_refused() -> None:
    with pytest.raises(BadInput, match="不是 UTF-8"):
        read_document("a.yaml", "标题: 检验".encode("gbk"))


@settings(max_examples=150, deadline=None)
@given(
    address=st.text(max_size=40), sent=st.binary(max_size=60), status=st.text(max_size=20), body=st.binary(max_size=60)
)
def test_whatever_goes_over_the_line_gets_an_answer(
    document: InterfaceDocument, address: str, sent: bytes, status: str, body: bytes
) -> None:
    for where in (address, GET, "PUT /orders/O1"):
        one = replace(exchange(where), sent=sent, status=status, body=body)
        document.request(one)
        document.reply(one)
