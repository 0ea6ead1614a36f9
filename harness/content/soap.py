"""SOAP 1.1 and 1.2: the envelope taken off, and a document that travels inside a text read as one (WS/T 501 style).

Not here: WSDL, sending.
"""

from __future__ import annotations

from harness.content import jsontext, xmltext
from harness.content.tree import Document, Node, Shape, Unreadable, child, document

_VERSIONS = {
    "http://schemas.xmlsoap.org/soap/envelope/": "1.1",
    "http://www.w3.org/2003/05/soap-envelope": "1.2",
}
_FAULT = {  # either version's words → ours
    "/faultcode": ("/code",),
    "/faultstring": ("/reason",),
    "/detail": ("/detail",),
    "/Code": ("/code", "/Value"),
    "/Reason": ("/reason", "/Text"),
    "/Detail": ("/detail",),
}
_DEEPEST = 3  # documents within documents


def read(body: bytes, assumed: str) -> Document:
    text, flaw = xmltext.decoded(body, assumed)
    root = xmltext.parse(text)
    namespace = child(root, xmltext.NAMESPACE)
    version = _VERSIONS.get(str(namespace.value)) if namespace else None
    if root.step != "Envelope" or version is None:
        raise Unreadable("不是 SOAP：根元素不是 SOAP 1.1 或 1.2 的 Envelope")
    found = [Node("@soap", version)]
    for part in root.children:
        if part.step == "/Header":
            found.append(part._replace(step="Header", children=_without_namespace(part.children)))
        elif part.step == "/Body":
            found.extend(_payload(inner) for inner in part.children)
    return document("soap", found, flaw)


def _payload(node: Node) -> Node:
    node = _fault(node) if node.step == "/Fault" else node
    return _opened(node._replace(step=node.step.removeprefix("/")), 0)


def _without_namespace(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    return tuple(node for node in nodes if node.step != xmltext.NAMESPACE)


def _fault(node: Node) -> Node:
    """A fault in the words of neither version."""
    found = []
    for part in node.children:
        step, *within = _FAULT.get(part.step, (part.step,))
        inner = child(part, *within) or part
        value = inner.value
        if step == "/code" and isinstance(value, str):
            value = value.rpartition(":")[2]  # a qualified name: its prefix does not matter
        children = inner.children if step == "/detail" else ()
        found.append(Node(step, value, children) if part.step in _FAULT else part)
    return Node(node.step, Shape.PARTS, tuple(found))


def _opened(node: Node, depth: int) -> Node:
    """The node with every text that is a document of its own read as one."""
    inner = _document(node.value) if isinstance(node.value, str) and depth < _DEEPEST else None
    if inner is not None:
        return Node(node.step, Shape.PARTS, (*node.children, _opened(inner, depth + 1)))
    if not node.children:
        return node
    return node._replace(children=tuple(_opened(part, depth) for part in node.children))


def _document(text: str) -> Node | None:
    text = text.strip()
    try:
        if text.startswith("<") and text.endswith(">"):
            root = xmltext.parse(text)
            return Node("/xml()", Shape.PARTS, (root._replace(step=f"/{root.step}"),))
        if text[:1] + text[-1:] in ("{}", "[]"):
            return jsontext.parse(text, step="/$")
    except Unreadable:
        pass  # then it is a text that happens to begin like a document
    return None
