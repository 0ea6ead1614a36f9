"""An XML text, SOAP included, with the documents that travel inside its texts. Not here: other contents."""

from __future__ import annotations

import copy
import functools
import re
from collections import Counter
from collections.abc import Callable, Iterator
from xml.etree import ElementTree as Etree

from harness.content import path as paths
from scenarios.reference.faults.message.json import JsonMessage
from scenarios.reference.faults.message.parts import Leaf, Message, Siblings, followed, nothing

_DECLARATION = re.compile(r"\s*<\?xml.*?\?>\s*", re.DOTALL)
_SOAP = ("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope")
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_PREFIXES = {
    "{http://www.w3.org/2001/XMLSchema-instance}": "xsi:",
    "{http://www.w3.org/XML/1998/namespace}": "xml:",
    "{http://www.w3.org/1999/xlink}": "xlink:",
}


class XmlMessage:
    """`Message` over an element tree. `around`: path of the text that the document stands in."""

    def __init__(self, text: str, around: str = "") -> None:
        found = _DECLARATION.match(text)
        self._declaration = found[0] if found else ""
        self._root = Etree.fromstring(text[len(self._declaration) :])
        self._around = around

    def text(self) -> str:
        return self._declaration + Etree.tostring(self._root, encoding="unicode")

    def add(self) -> str:
        holder, at = self._tops()[0]
        inner = next((found for found in _inner_documents(holder, at)), None)
        if inner is not None:
            element, message, _ = inner
            where = message.add()
            element.text = message.text()
            return where
        namespace = holder.tag.rpartition("}")[0]
        Etree.SubElement(holder, f"{namespace}}}extra" if namespace else "extra").text = "多余"
        return f"{at}/extra"

    def leaves(self) -> Iterator[Leaf]:
        for top, at in self._tops():
            yield from _leaves(top, at, nothing)

    def siblings(self) -> Iterator[Siblings]:
        for top, at in self._tops():
            yield from _siblings(top, at, nothing)

    def _tops(self) -> list[tuple[Etree.Element, str]]:
        """The elements that the harness begins its paths with: the root, or what stands in the body of an envelope."""
        for version in _SOAP:
            if self._root.tag == f"{{{version}}}Envelope":
                body = self._root.find(f"{{{version}}}Body")
                return [(each, paths.name(_local(each.tag))) for each in (body if body is not None else ())]
        return [(self._root, self._around + paths.name(_local(self._root.tag)))]


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _attribute(name: str) -> str:
    space, bracket, local = name.rpartition("}")
    return paths.name("@" + (_PREFIXES.get(space + bracket, space + bracket) + local if bracket else name))


def _placed(element: Etree.Element, at: str) -> Iterator[tuple[Etree.Element, str]]:
    counts = Counter(_local(child.tag) for child in element)
    seen: Counter[str] = Counter()
    for child in element:
        name = _local(child.tag)
        seen[name] += 1
        yield child, f"{at}/{paths.name(name)}" + (f"[{seen[name]}]" if counts[name] > 1 else "")


def _inner(text: str | None, at: str) -> Message | None:
    """The document that a text is."""
    text = (text or "").strip()
    try:
        if text.startswith("<") and text.endswith(">"):
            return XmlMessage(text, around=f"{at}/xml()/")
        if text[:1] + text[-1:] in ("{}", "[]"):
            return JsonMessage(text)
    except (Etree.ParseError, ValueError):
        pass  # a text that only begins like one
    return None


def _inner_documents(element: Etree.Element, at: str) -> Iterator[tuple[Etree.Element, Message, str]]:
    for each, where in (*_placed(element, at), (element, at)):
        if not len(each):
            found = _inner(each.text, where)
            if found is not None:
                yield each, found, where
        elif each is not element:
            yield from _inner_documents(each, where)


Settle = Callable[[], None]  # writes a changed inner document back into the text that it stands in


def _leaves(element: Etree.Element, at: str, settle: Settle) -> Iterator[Leaf]:
    for name in list(element.attrib):
        if not name.startswith(_XSI) and element.attrib[name]:
            yield Leaf(
                path=f"{at}/{_attribute(name)}",
                text=element.attrib[name],
                put=followed(functools.partial(element.set, name), settle),
                drop=followed(functools.partial(element.attrib.pop, name), settle),
                named=_local(name),
            )
    for child, where in list(_placed(element, at)):
        inner = None if len(child) else _inner(child.text, where)
        if inner is not None:
            write = functools.partial(_write_back, child, inner, settle)
            yield from (_settled(leaf, where, inner, write) for leaf in inner.leaves())
        elif len(child) or child.attrib:
            yield from _leaves(child, where, settle)
        if inner is None and not len(child) and (child.text or "").strip():
            yield Leaf(
                path=where,
                text=child.text or "",
                put=followed(functools.partial(setattr, child, "text"), settle),
                drop=followed(functools.partial(element.remove, child), settle),
                named=_local(child.tag),
                gone=at if len(element) == 1 else "",
            )


def _write_back(element: Etree.Element, inner: Message, settle: Settle) -> None:
    element.text = inner.text()
    settle()


def _under(where: str, path: str) -> str:
    """JSON inside a text begins with $ of its own."""
    return f"{where}/{path}" if path.startswith("$") else path


def _settled(leaf: Leaf, where: str, inner: Message, write: Settle) -> Leaf:
    return Leaf(
        path=_under(where, leaf.path),
        text=leaf.text,
        put=followed(leaf.put, write),
        drop=followed(leaf.drop, write),
        as_text=followed(leaf.as_text, write) if leaf.as_text else None,
        named=leaf.named,
        gone=_under(where, leaf.gone) if leaf.gone else "",
    )


def _siblings(element: Etree.Element, at: str, settle: Settle) -> Iterator[Siblings]:
    groups: dict[str, list[tuple[Etree.Element, str]]] = {}
    for child, where in _placed(element, at):
        groups.setdefault(child.tag, []).append((child, where))
    for same in groups.values():
        if len(same) > 1:
            yield _group(element, at, same, settle)
    for child, where in list(_placed(element, at)):
        inner = None if len(child) else _inner(child.text, where)
        if inner is not None:
            write = functools.partial(_write_back, child, inner, settle)
            yield from (_settled_group(group, where, write) for group in inner.siblings())
        else:
            yield from _siblings(child, where, settle)
    # Where nothing stands twice, whole parts of it are taken for a list of one.
    yield from (_group(element, at, same, settle) for same in groups.values() if len(same) == 1 and len(same[0][0]))


def _group(element: Etree.Element, at: str, same: list[tuple[Etree.Element, str]], settle: Settle) -> Siblings:
    places = [list(element).index(child) for child, _ in same]

    def drop(n: int) -> None:
        del element[places[n]]
        settle()

    def double(n: int) -> None:
        element.insert(places[n], copy.deepcopy(element[places[n]]))
        settle()

    def swap(one: int, other: int) -> None:
        first, second = element[places[one]], element[places[other]]
        element[places[one]], element[places[other]] = second, first
        settle()

    return Siblings(
        paths=tuple(where for _, where in same),
        drop=drop,
        double=double,
        swap=swap,
        same=lambda m, n: Etree.tostring(element[places[m]]) == Etree.tostring(element[places[n]]),
        gone=at if len(element) == 1 else "",
    )


def _settled_group(group: Siblings, where: str, write: Settle) -> Siblings:
    return Siblings(
        paths=tuple(_under(where, each) for each in group.paths),
        drop=followed(group.drop, write),
        double=followed(group.double, write),
        swap=followed(group.swap, write),
        same=group.same,
        gone=_under(where, group.gone) if group.gone else "",
    )
