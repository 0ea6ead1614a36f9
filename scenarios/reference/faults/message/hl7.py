"""An HL7 v2 message as segments of fields. Not here: other contents."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterator

from harness.content import hl7 as grammar
from scenarios.reference.faults.message.parts import Leaf, Siblings

_NEVER = {"MSH": {1, 2, 7, 9, 10, 18}, "MSA": {1, 2}}  # what holds the message together, or moves by itself
_EMPTY = '""'


class Hl7Message:
    """`Message` over lines; only the delimiters that everybody uses."""

    def __init__(self, text: str) -> None:
        self._lines = [line.split("|") for line in grammar.lines_of(text)]

    def text(self) -> str:
        return "".join(f"{'|'.join(line)}\r" for line in self._lines)

    def add(self) -> str:
        self._lines.append(["ZXX", "1", "多余"])
        return "ZXX"

    def leaves(self) -> Iterator[Leaf]:
        names = self._names()
        stamps = [line for line in self._lines if line[0] in _NEVER]
        for line in (*(each for each in self._lines if each[0] not in _NEVER), *reversed(stamps)):
            header = line[0] in grammar.HEADERS
            for at, field in enumerate(line[1:], 1):
                number = at + header
                if field and number not in _NEVER.get(line[0], ()):
                    yield from self._values(line, at, f"{self._name(line, names)}.{number}")

    def siblings(self) -> Iterator[Siblings]:
        counts = self._names()
        places = {name: [n for n, line in enumerate(self._lines) if line[0] == name] for name in counts}
        for name, count in counts.items():
            if count > 1:
                yield self._group(tuple(f"{name}[{n}]" for n in range(1, count + 1)), places[name])
        for name in reversed(counts):
            if counts[name] == 1 and name not in _NEVER:
                yield self._group((name,), places[name])

    def _group(self, paths: tuple[str, ...], places: list[int]) -> Siblings:
        lines = self._lines

        def swap(one: int, other: int) -> None:
            lines[places[one]], lines[places[other]] = lines[places[other]], lines[places[one]]

        return Siblings(
            paths=paths,
            drop=lambda n: lines.__delitem__(places[n]),
            double=lambda n: lines.insert(places[n], list(lines[places[n]])),
            swap=swap,
            same=lambda m, n: lines[places[m]] == lines[places[n]],
        )

    def _names(self) -> Counter[str]:
        return Counter(line[0] for line in self._lines)  # in the order of the message

    def _name(self, line: list[str], counts: Counter[str]) -> str:
        if counts[line[0]] == 1:
            return line[0]
        same = [each for each in self._lines if each[0] == line[0]]
        return f"{line[0]}[{next(n for n, each in enumerate(same, 1) if each is line)}]"

    def _values(self, line: list[str], at: int, path: str) -> Iterator[Leaf]:
        repetitions = line[at].split("~")
        for r, repetition in enumerate(repetitions):
            components = repetition.split("^")
            for c, component in enumerate(components):
                if not component:
                    continue
                where = path + (f"[{r + 1}]" if len(repetitions) > 1 else "")
                yield Leaf(
                    path=f"{where}.{c + 1}" if len(components) > 1 else where,
                    text=grammar.unescaped(component),
                    put=functools.partial(_put, line, at, (r, c)),
                    drop=functools.partial(_write, line, at, (r, c), ""),
                    named="code" if len(components) > 1 and c == 0 else "",
                    stamp=line[0] in _NEVER,
                )


def _put(line: list[str], at: int, place: tuple[int, int], text: str) -> None:
    _write(line, at, place, grammar.escaped(text) or _EMPTY)


def _write(line: list[str], at: int, place: tuple[int, int], raw: str) -> None:
    repetitions = [repetition.split("^") for repetition in line[at].split("~")]
    repetitions[place[0]][place[1]] = raw
    line[at] = "~".join("^".join(components) for components in repetitions)
