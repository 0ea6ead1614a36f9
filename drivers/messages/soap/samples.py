"""A call of every operation of a WSDL, with values made from the types that the document gives, by zeep.

For making a pack from a document; what is sent in earnest is for people to fill in. Not here: sending.
"""

from __future__ import annotations

from typing import Any

from drivers.messages.soap.wsdl import Operation, envelope, operations, parameter_types
from harness.errors import BadInput
from harness.message import Outgoing

_DEEPEST = 6  # of a type that holds itself
_VALUES: dict[str, Any] = {
    "boolean": True,
    "date": "2026-01-05",
    "dateTime": "2026-01-05T08:30:00",
    "time": "08:30:00",
    "base64Binary": b"xinheng",
    **dict.fromkeys(
        ("int", "integer", "long", "short", "byte", "nonNegativeInteger", "positiveInteger", "unsignedInt"), 1
    ),
    **dict.fromkeys(("decimal", "float", "double"), 1),
}


def calls(wsdl: str) -> tuple[tuple[Operation, Outgoing | str], ...]:
    """Each operation with its envelope, or the reason why none could be made."""
    return tuple((operation, _call(wsdl, operation)) for operation in operations(wsdl))


def _call(wsdl: str, operation: Operation) -> Outgoing | str:
    parameters = {name: _value(kind, 0) for name, kind in parameter_types(wsdl, operation).items()}
    try:
        return envelope(wsdl, operation, {name: value for name, value in parameters.items() if value is not None})
    except BadInput as unfit:
        return unfit.message.rstrip("。")


def _value(element: Any, depth: int) -> Any:
    """A value that the element takes; a list where it takes several."""
    kind = element.type
    inside = getattr(kind, "elements", None)
    value: Any
    if inside:
        if depth > _DEEPEST:
            return None
        held = {name: _value(each, depth + 1) for name, each in inside if name != "_value_1"}
        value = {name: each for name, each in held.items() if each is not None}
    else:
        value = _plain(kind)
    return [value] if getattr(element, "accepts_multiple", False) else value


def _plain(kind: Any) -> Any:
    """By the built-in type that a simple type rests on."""
    for ancestor in type(kind).__mro__:
        name = getattr(getattr(ancestor, "_default_qname", None), "localname", "")
        if name in _VALUES:
            return _VALUES[name]
    return "示例"
