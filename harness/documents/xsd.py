"""XML Schema without files or network: the schemas of one document assembled, and elements held against them.

lxml validates; here its findings become deviations with the paths that everything else has. Not here: WSDL, SOAP.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from lxml import etree

from harness.content import path as paths
from harness.content.message_checks import Breach, Deviation
from harness.errors import BadInput

XSD = "http://www.w3.org/2001/XMLSchema"
_INLINE = "inline:"
_LONGEST_SHOWN = 80

Element = Any  # lxml's elements carry no types

_EXPECTED = re.compile(r"Expected is (?:one of )?\( (.*?) \)")
_ATTRIBUTE = re.compile(r"Element '[^']*', attribute '(?:\{[^}]*\})?([^']*)'")
_QUOTED = re.compile(r"'([^']*)'\)?\.?$")
_SET = re.compile(r"set \{(.*)\}\.?$", re.DOTALL)

# libxml2's name of a finding → ours, and what the document asks for ({} is the value it states)
_FINDINGS: Mapping[str, tuple[Breach, str]] = {
    "CVC_MAXLENGTH_VALID": (Breach.TOO_LONG, "最多 {} 个字符"),
    "CVC_MINLENGTH_VALID": (Breach.RANGE, "至少 {} 个字符"),
    "CVC_LENGTH_VALID": (Breach.RANGE, "应为 {} 个字符"),
    "CVC_MAXINCLUSIVE_VALID": (Breach.RANGE, "不大于 {}"),
    "CVC_MININCLUSIVE_VALID": (Breach.RANGE, "不小于 {}"),
    "CVC_MAXEXCLUSIVE_VALID": (Breach.RANGE, "小于 {}"),
    "CVC_MINEXCLUSIVE_VALID": (Breach.RANGE, "大于 {}"),
    "CVC_TOTALDIGITS_VALID": (Breach.RANGE, "最多 {} 位数字"),
    "CVC_FRACTIONDIGITS_VALID": (Breach.RANGE, "最多 {} 位小数"),
    "CVC_ENUMERATION_VALID": (Breach.CODE, "应为 {} 之一"),
    "CVC_PATTERN_VALID": (Breach.FORMAT, "应符合 {}"),
    "CVC_DATATYPE_VALID_1_2_1": (Breach.TYPE, "类型 {}"),
    "CVC_DATATYPE_VALID_1_2_2": (Breach.TYPE, "类型 {}"),
    "CVC_DATATYPE_VALID_1_2_3": (Breach.TYPE, "类型 {}"),
    "CVC_COMPLEX_TYPE_3_2_1": (Breach.UNDECLARED, "文档中没有此属性"),
    "CVC_COMPLEX_TYPE_3_2_2": (Breach.UNDECLARED, "文档中没有此属性"),
    "CVC_COMPLEX_TYPE_4": (Breach.MISSING, "必填"),
}


def parsed(text: bytes | str) -> Element:
    """The root element. No entity is expanded and nothing is fetched; a DOCTYPE is refused. Raises ValueError."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(text, parser)
    except etree.XMLSyntaxError as wrong:
        raise ValueError(f"不是 XML：第 {wrong.lineno} 行有误") from None
    if root.getroottree().docinfo.doctype:
        raise ValueError("含 DOCTYPE 声明：不展开实体，拒绝读取")
    return root


def qualified(element: Element, name: str) -> str:
    """prefix:name as {namespace}name, by the prefixes that hold at an element."""
    prefix, _, local = name.rpartition(":")
    return f"{{{element.nsmap.get(prefix or None, '')}}}{local}"


def local_name(element: Element) -> str:
    return str(etree.QName(element).localname)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of an rpc message."""

    name: str
    type: str  # {namespace}name


class _Inline(etree.Resolver):  # type: ignore[misc]  # lxml carries no types
    """Answers for the places that the schemas of a document stand at, and for no other."""

    def __init__(self, texts: Mapping[str, bytes]) -> None:
        super().__init__()
        self._texts = texts

    def resolve(self, url: str, _: object, context: Any) -> Any:
        return self.resolve_string(self._texts.get(url, b""), context)


class XmlSchemas:
    """The schemas of a document as one."""

    def __init__(self, schemas: Sequence[Element], wrappers: Mapping[str, Sequence[Part]]) -> None:
        every = [*map(_with_its_prefixes, schemas), *(_wrapper(tag, parts) for tag, parts in wrappers.items())]
        places: dict[str, list[int]] = {}
        for number, schema in enumerate(every):
            places.setdefault(schema.get("targetNamespace", ""), []).append(number)
        for schema in every:
            _point_inwards(schema, places)
        texts = {f"{_INLINE}{number}": etree.tostring(schema) for number, schema in enumerate(every)}
        texts |= {f"{_INLINE}{namespace}": _gathered(namespace, numbers) for namespace, numbers in places.items()}
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        parser.resolvers.add(_Inline(texts))
        try:
            self._schema = etree.XMLSchema(etree.fromstring(_gateway(places), parser))
        except etree.XMLSchemaParseError as wrong:
            first = wrong.error_log[0].message if len(wrong.error_log) else wrong
            raise BadInput(f"其中的 XSD 有误：{first}", hint="请用 XSD 工具检查后再用。") from None
        self._declared = {
            f"{{{schema.get('targetNamespace', '')}}}{element.get('name')}"
            for schema in every
            for element in schema.findall(f"{{{XSD}}}element")
        }

    def declares(self, tag: str) -> bool:
        """Whether there is a global element of that name."""
        return (tag if tag.startswith("{") else f"{{}}{tag}") in self._declared

    def check(self, element: Element, around: str) -> Iterator[Deviation]:
        """What an element has against its declaration; paths begin with `around`."""
        if self._schema.validate(element):
            return
        errors = list(self._schema.error_log)
        facets = {error.path for error in errors if "_VALID" in error.type_name and "DATATYPE" not in error.type_name}
        for error in errors:
            if "DATATYPE" not in error.type_name or error.path not in facets:  # said more exactly by the facet
                yield _deviation(error, _found_at(element, error.path), element, around)


# --------------------------------------------------------------------------- assembling


def _with_its_prefixes(schema: Element) -> Element:
    """A copy that stands alone: types are named by prefixes that may be declared anywhere around it."""
    alone = etree.Element(schema.tag, dict(schema.attrib), nsmap=schema.nsmap)
    alone.extend(map(deepcopy, schema))
    return alone


def _point_inwards(schema: Element, places: Mapping[str, object]) -> None:
    """Imports of namespaces that stand in the document lead there; whatever leads outside is refused."""
    outside = [one for kind in ("include", "redefine", "override") for one in schema.findall(f"{{{XSD}}}{kind}")]
    for one in schema.findall(f"{{{XSD}}}import"):
        namespace = one.get("namespace", "")
        if namespace in places:
            one.set("schemaLocation", f"{_INLINE}{namespace}")
        else:
            outside.append(one)
    if outside:
        where = outside[0].get("schemaLocation") or outside[0].get("namespace")
        raise BadInput(
            f"其中的 XSD 引用了文档以外的 {where}，信衡不读取其他文件或网址。",
            hint="请把被引用的 XSD 写进同一个文件的 types 里。",
        )


def _gathered(namespace: str, numbers: Sequence[int]) -> bytes:
    """One schema for a namespace, however many the document has for it."""
    whole = etree.Element(f"{{{XSD}}}schema", nsmap={"xs": XSD})
    if namespace:
        whole.set("targetNamespace", namespace)
    for number in numbers:
        etree.SubElement(whole, f"{{{XSD}}}include", schemaLocation=f"{_INLINE}{number}")
    return bytes(etree.tostring(whole))


def _gateway(namespaces: Mapping[str, object]) -> bytes:
    """A schema that only imports all others; it needs a namespace of its own to import the one without."""
    whole = etree.Element(f"{{{XSD}}}schema", nsmap={"xs": XSD}, targetNamespace="urn:xinheng:documents")
    for namespace in namespaces:
        one = etree.SubElement(whole, f"{{{XSD}}}import", schemaLocation=f"{_INLINE}{namespace}")
        if namespace:
            one.set("namespace", namespace)
    return bytes(etree.tostring(whole))


def _wrapper(tag: str, parts: Sequence[Part]) -> Element:
    """The schema of an rpc message's root element, which WSDL describes by its parts."""
    name = etree.QName(tag)
    spaces = dict.fromkeys(etree.QName(part.type).namespace for part in parts)
    prefixes = {namespace: f"t{number}" for number, namespace in enumerate(spaces) if namespace not in (XSD, None)}
    schema = etree.Element(f"{{{XSD}}}schema", nsmap={"xs": XSD, **{p: ns for ns, p in prefixes.items()}})
    if name.namespace:
        schema.set("targetNamespace", name.namespace)
    for namespace in prefixes:
        etree.SubElement(schema, f"{{{XSD}}}import", namespace=namespace)
    element = etree.SubElement(schema, f"{{{XSD}}}element", name=name.localname)
    sequence = etree.SubElement(etree.SubElement(element, f"{{{XSD}}}complexType"), f"{{{XSD}}}sequence")
    for part in parts:
        type_ = etree.QName(part.type)
        prefix = "xs" if type_.namespace == XSD else prefixes.get(type_.namespace, "")
        etree.SubElement(
            sequence, f"{{{XSD}}}element", name=part.name, type=f"{prefix}:{type_.localname}".lstrip(":"), minOccurs="0"
        )
    return schema


# --------------------------------------------------------------------------- findings


def _found_at(root: Element, where: str) -> Element:
    """The element that libxml2 means by /*/ns:item[2]/*[3]: a * counts all elements, a name those of that name."""
    at = root
    for step in where.split("/")[2:]:
        found = re.fullmatch(r"(?:([^:\[]+):)?([^:\[]+)(?:\[(\d+)\])?", step)
        if found is None:
            return at
        prefix, name, index = found[1], found[2], int(found[3] or 1)
        fitting = [
            child
            for child in at.iterchildren(etree.Element)
            if name == "*" or (local_name(child) == name and child.prefix == prefix)
        ]
        if index > len(fitting):
            return at
        at = fitting[index - 1]
    return at


def name_at(element: Element, root: Element) -> str:
    """The path of an element below and with `root`; an index where several of its name stand together."""
    steps: list[str] = []
    while True:
        parent = element.getparent() if element is not root else None
        alike = [] if parent is None else [c for c in parent.iterchildren(etree.Element) if _same_name(c, element)]
        index = f"[{alike.index(element) + 1}]" if len(alike) > 1 else ""
        steps.append(paths.name(local_name(element)) + index)
        if parent is None:
            return "/".join(reversed(steps))
        element = parent


def _same_name(a: Element, b: Element) -> bool:
    return local_name(a) == local_name(b)


def _deviation(error: Any, element: Element, root: Element, around: str) -> Deviation:
    """One finding of libxml2 in our words."""
    kind = error.type_name.removeprefix("SCHEMAV_")
    where = around + name_at(element, root)
    if kind == "ELEMENT_CONTENT":
        return _of_content(error.message, element, where)
    breach, asked = _FINDINGS.get(kind, (Breach.STRUCTURE, "结构应符合 XSD"))
    stated = _SET.search(error.message) or _QUOTED.search(error.message)
    found = element.text or ""
    attribute = _ATTRIBUTE.match(error.message)
    if attribute or breach is Breach.MISSING:
        name = attribute[1] if attribute else _quoted_first(error.message)
        where += f"/{paths.name('@' + name)}"
        found = element.get(name, "") if attribute else ""
    value = stated[1].replace("'", "").replace(", ", "、") if stated else ""
    return Deviation(path=where, breach=breach, found=found.strip()[:_LONGEST_SHOWN], asked=asked.format(value).strip())


def _quoted_first(message: str) -> str:
    """The attribute that "The attribute 'x' is required but missing" names."""
    found = re.search(r"attribute '(?:\{[^}]*\})?([^']*)'", message)
    return found[1] if found else "?"


def _of_content(message: str, element: Element, where: str) -> Deviation:
    """An element that is not expected, or one that is and does not come: which of the two is the fault's name."""
    listed = _EXPECTED.search(message)
    wanted = [re.sub(r"^\{[^}]*\}|^##.*", "", name) for name in listed[1].split(", ")] if listed else []
    beside = {local_name(one) for one in element.itersiblings(etree.Element, preceding=True)}
    beside |= {local_name(one) for one in element.itersiblings(etree.Element)} | {local_name(element), ""}
    below = "Missing child" in message
    if below or (len(wanted) == 1 and wanted[0] not in beside):
        holder = where if below else where.rpartition("/")[0]
        missing = f"{holder}/{paths.name(wanted[0])}" if len(wanted) == 1 else holder
        asked = "必填" if len(wanted) == 1 else f"应有 {'、'.join(wanted)} 之一"
        return Deviation(path=missing, breach=Breach.MISSING, found="", asked=asked)
    asked = f"此处应为 {'、'.join(wanted)}" if wanted else "文档中没有此元素"
    found = (element.text or "").strip()[:_LONGEST_SHOWN]
    return Deviation(path=where, breach=Breach.UNDECLARED, found=found, asked=asked)
