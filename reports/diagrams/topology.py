"""Both stacks side by side with what was asked of them in between, and what differs marked.

The layout is two lists of bands, one below the other: endpoints, which arrows reach from the middle, then hosts. What
is known of a stack is what answered (`StackFacts`, `InterfaceUse`), not what was configured.
Not here: where the facts come from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.result import Result
from reports.axes import COLOUR
from reports.diagrams.canvas import HEAD, SMALL, WIDTH, Box, Canvas, height_of, text_width, wrapped
from reports.diagrams.drawing import Drawing, table
from reports.diagrams.endpoints import DIFFERS, Endpoint, Fact, endpoints, facts, generator, hosts
from reports.svg import INK, MUTED, drawing
from reports.text import one_line
from reports.view import STACKS
from reports.words import Words

_SIDE, _GAP = 178.0, 24.0
_MIDDLE = WIDTH - 2 * _SIDE - 2 * _GAP
_PAD, _BETWEEN = 5.0, 3.5
_INNER = _SIDE - 4 * _PAD
_LEFT = {"original": 0.0, "migrated": WIDTH - _SIDE}
_TINT = {"original": "#f2f6fa", "migrated": "#fdf5ee"}
_CHIP_LINES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What is drawn, wrapped, with the height of every band."""

    heads: Mapping[str, tuple[str, ...]]
    generator: tuple[str, ...]
    bands: tuple[_Band, ...]
    facts: Mapping[str, tuple[tuple[str, ...], ...]]
    chips: Mapping[str, tuple[tuple[str, ...], ...]]

    @property
    def top(self) -> float:
        """Where the first band begins: below the headings of all three columns."""
        heads = [HEAD * 1.38 + height_of(lines) for lines in (*self.heads.values(), self.generator)]
        return max(heads) + 3 * _PAD

    @property
    def hosts_at(self) -> float:
        return self.top + sum(band.height + _BETWEEN for band in self.bands) + _PAD

    @property
    def chips_at(self) -> float:
        most = max(sum(height_of(lines, SMALL) for lines in own) for own in self.facts.values())
        return self.hosts_at + height_of(("",)) + most + _PAD

    @property
    def bottom(self) -> float:
        rows = max((len(own) + 1) // 2 for own in self.chips.values())
        return self.chips_at + height_of(("",)) + rows * (_chip_height() + 3) + _PAD


@dataclass(frozen=True, slots=True, kw_only=True)
class _Band:
    """One endpoint: what it is, and what answered on either side (none: nobody did)."""

    middle: tuple[str, ...]
    note: tuple[str, ...]
    sides: Mapping[str, tuple[str, ...]]
    answering: frozenset[str]  # stacks
    differs: bool

    @property
    def height(self) -> float:
        tallest = max(height_of(lines, SMALL) for lines in self.sides.values())
        return max(height_of(self.middle) + height_of(self.note, SMALL), tallest) + _PAD


def topology(result: Result, words: Words) -> Drawing:
    """What stood where in this run."""
    title = words("diagram.topology_title")
    rows = endpoints(result, words)
    known = facts(result, words)
    with drawing():
        svg = _drawn(_planned(result, rows, known, words), words).svg(name="topology", title=title)
    return Drawing(
        name="topology", title=title, svg=svg, alt=one_line(_said(result, rows, known, words)),
        csv=_table(result, rows, known, words),
    )  # fmt: skip


# --------------------------------------------------------------------------- layout


def _planned(result: Result, rows: Sequence[Endpoint], known: Sequence[Fact], words: Words) -> _Plan:
    return _Plan(
        heads={s: wrapped(_title(result, s, words), _SIDE - 2 * _PAD) for s in STACKS},
        generator=tuple(line for text in generator(result, words) for line in wrapped(text, _MIDDLE - 2 * _PAD)),
        bands=tuple(_band(row, words) for row in rows),
        facts={
            s: tuple(_fact(fact, s, words("doc.colon")) for fact in known if fact.texts.get(s))
            or (wrapped(words("diagram.no_facts"), _SIDE - 2 * _PAD, SMALL),)
            for s in STACKS
        },
        chips={s: tuple(wrapped(host, _chip_width() - 2 * _PAD, SMALL, most=_CHIP_LINES) for host in hosts(result, s))
               for s in STACKS},
    )  # fmt: skip


def _title(result: Result, stack: str, words: Words) -> str:
    return result.stacks[stack].title if stack in result.stacks else words("diagram.not_in_run")


def _band(row: Endpoint, words: Words) -> _Band:
    sign = f"{DIFFERS} " if row.differs else ""
    return _Band(
        middle=wrapped(sign + row.title, _MIDDLE - 2 * _PAD, most=2),
        note=wrapped(row.note, _MIDDLE - 2 * _PAD, SMALL, most=2),
        sides={
            s: tuple(line for text in row.answers.get(s, ()) for line in wrapped(text, _INNER, SMALL, most=2))
            or wrapped(words("diagram.nobody"), _INNER, SMALL)
            for s in STACKS
        },
        answering=frozenset(row.answers),
        differs=row.differs,
    )


def _fact(fact: Fact, stack: str, colon: str) -> tuple[str, ...]:
    sign = f"{DIFFERS} " if fact.differs else ""
    return wrapped(f"{sign}{fact.label}{colon}{fact.texts[stack]}", _SIDE - 2 * _PAD, SMALL, most=2)


def _chip_width() -> float:
    return (_SIDE - 3 * _PAD) / 2


def _chip_height() -> float:
    return height_of(("",) * _CHIP_LINES, SMALL) + 3


# --------------------------------------------------------------------------- drawing


def _drawn(plan: _Plan, words: Words) -> Canvas:
    canvas = Canvas(plan.bottom + 18)
    for stack in STACKS:
        _stack(canvas, plan, stack, words)
    middle = Box(x=_SIDE + _GAP, y=1, width=_MIDDLE, height=plan.hosts_at - _PAD)
    canvas.box(middle, fill="#f6f7f8", edge=INK)
    centre = middle.x + middle.width / 2
    y = canvas.lines((centre, _PAD), (words("diagram.generator"),), size=HEAD, align="center")
    canvas.lines((centre, y), plan.generator, align="center", colour=MUTED)
    y = plan.top
    for band in plan.bands:
        _draw_band(canvas, band, y)
        y += band.height + _BETWEEN
    _key(canvas, plan.bottom + 3, words)
    return canvas


def _stack(canvas: Canvas, plan: _Plan, stack: str, words: Words) -> None:
    """The frame of a stack with everything in it that no arrow reaches."""
    left, dashed = _LEFT[stack], stack == "migrated"
    frame = Box(x=left + 1, y=1, width=_SIDE - 2, height=plan.bottom - 2)
    canvas.box(frame, fill=_TINT[stack], edge=COLOUR[stack], line=1.3, dashed=dashed)
    text = left + _PAD
    y = canvas.lines((text, _PAD), (words(f"stack.{stack}"),), size=HEAD, colour=COLOUR[stack])
    canvas.lines((text, y), plan.heads[stack])
    canvas.line((text, plan.hosts_at - _PAD / 2), (left + _SIDE - _PAD, plan.hosts_at - _PAD / 2))
    y = canvas.lines((text, plan.hosts_at), (words("diagram.host_facts"),), colour=MUTED)
    for lines in plan.facts[stack]:
        y = canvas.lines((text, y), lines, size=SMALL)
    chips = plan.chips[stack]
    said = words("diagram.hosts", n=len(chips)) if chips else words("diagram.no_hosts")
    y = canvas.lines((text, plan.chips_at), (said,), colour=MUTED)
    for i, lines in enumerate(chips):
        box = Box(
            x=text + (i % 2) * (_chip_width() + _PAD), y=y + (i // 2) * (_chip_height() + 3) + 1,
            width=_chip_width(), height=_chip_height(),
        )  # fmt: skip
        canvas.box(box, fill="#ffffff")
        canvas.lines((box.x + _PAD / 2, box.middle - height_of(lines, SMALL) / 2), lines, size=SMALL)


def _draw_band(canvas: Canvas, band: _Band, y: float) -> None:
    middle = Box(x=_SIDE + _GAP + _PAD / 2, y=y, width=_MIDDLE - _PAD, height=band.height)
    canvas.box(middle, fill="#ffffff", line=0.5)
    centre = middle.x + middle.width / 2
    height = height_of(band.middle) + height_of(band.note, SMALL)
    below = canvas.lines((centre, middle.middle - height / 2), band.middle, align="center")
    canvas.lines((centre, below), band.note, size=SMALL, align="center", colour=MUTED)
    for stack in STACKS:
        lines, nobody = band.sides[stack], stack not in band.answering
        box = Box(x=_LEFT[stack] + _PAD, y=y, width=_SIDE - 2 * _PAD, height=band.height)
        canvas.box(box, fill="#ffffff", edge=INK, line=1.3 if band.differs else 0.6, dashed=nobody)
        place = (box.x + _PAD, box.middle - height_of(lines, SMALL) / 2)
        canvas.lines(place, lines, size=SMALL, colour=MUTED if nobody else INK)
        start = middle.x if stack == "original" else middle.right
        end = box.right if stack == "original" else box.x
        canvas.arrow((start, box.middle), (end, box.middle), dashed=nobody)


def _key(canvas: Canvas, y: float, words: Words) -> None:
    x = 2.0
    for text in (f"{DIFFERS} {words('diagram.differs')}", f"→ {words('diagram.same_load')}", words("diagram.dashed")):
        canvas.lines((x, y), (text,), size=SMALL, colour=MUTED)
        x += text_width(text, SMALL) + 18


# --------------------------------------------------------------------------- in words


def _said(result: Result, rows: Sequence[Endpoint], known: Sequence[Fact], words: Words) -> str:
    sep = words("doc.list_sep")

    def product(stack: str) -> str:
        facts_of = result.stacks.get(stack)
        return " ".join(filter(None, (facts_of.product, facts_of.version))) if facts_of else words("diagram.not_in_run")

    said = words(
        "diagram.topology_alt", original=product("original"), migrated=product("migrated"), interfaces=len(rows) - 1,
        original_hosts=len(hosts(result, "original")), migrated_hosts=len(hosts(result, "migrated")),
    )  # fmt: skip
    names = [*(row.title for row in rows if row.differs), *(fact.label for fact in known if fact.differs)]
    return said + (words("diagram.differing", names=sep.join(names)) if names else words("diagram.alike"))


def _table(result: Result, rows: Sequence[Endpoint], known: Sequence[Fact], words: Words) -> str:
    yes = words("diagram.yes")
    sep = words("doc.list_sep")
    lines = [
        *((words("diagram.endpoint"), row.title, *(sep.join(row.answers.get(s, ())) for s in STACKS),
           yes if row.differs else "") for row in rows),
        *((words("diagram.host_facts"), fact.label, *(fact.texts.get(s, "") for s in STACKS),
           yes if fact.differs else "") for fact in known),
        (words("diagram.host"), "", *(sep.join(hosts(result, s)) for s in STACKS), ""),
    ]  # fmt: skip
    heads = [words("diagram.what"), words("diagram.name"), *(words(f"stack.{s}") for s in STACKS)]
    return table([*heads, words("diagram.differs")], lines)
