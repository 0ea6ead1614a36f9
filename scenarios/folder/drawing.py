"""Drawing what the placeholders of a transaction stand for: deterministic, like everything that is drawn.

Not here: filling it in (`sending.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.model import Drawing
from scenarios.folder.template import Placeholder

CONTROL_ID, CHARSET = Placeholder("control_id"), Placeholder("charset")
_CONTROL_PREFIX = "XH"


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """Where values come from: the lists of the pack, and the first day of the hospital's time."""

    lists: Mapping[str, Sequence[Mapping[str, str]]]  # file → its rows
    first_day: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """`Transaction.draw`: the values for the messages of one transaction."""

    supply: Supply
    shared: tuple[Placeholder, ...]  # one value for all messages of the transaction
    numbered: tuple[int, ...]  # the places of the messages that have a number of their own
    variants: tuple[tuple[int, int], ...]  # (place, number of bodies) of the messages that have several

    def __call__(self, drawing: Drawing) -> dict[str, Any]:
        values: dict[str, Any] = {}
        rows: dict[str, Mapping[str, str]] = {}
        moment = self._moment(drawing) if any(each.kind in _SHOWN for each in self.shared) else None
        for each in self.shared:
            if each.kind == "number":
                values[each.key] = _number(drawing, each.argument)
            elif moment is not None and each.kind in _SHOWN:
                values[each.key] = moment.strftime(_SHOWN[each.kind][each.argument == "iso"])
            else:
                file, _, column = each.argument.partition(":")
                if file not in rows:
                    rows[file] = drawing.rng.choice(self.supply.lists[file])
                values[each.key] = rows[file][column]
        for place in self.numbered:
            values[_control_id_at(place)] = drawing.number(_CONTROL_PREFIX)
        for place, number in self.variants:
            values[_variant_at(place)] = drawing.rng.randrange(number)
        return values

    def _moment(self, drawing: Drawing) -> dt.datetime:
        day = self.supply.first_day + dt.timedelta(days=drawing.rng.randrange(drawing.world.days))
        return dt.datetime.combine(day, dt.time()) + dt.timedelta(seconds=drawing.rng.randrange(24 * 3600))


def draw_for(supply: Supply, needs: Sequence[frozenset[Placeholder]], bodies: Sequence[int]) -> Draw:
    """The draw of a transaction whose messages have these placeholders, and so many bodies each."""
    shared = frozenset[Placeholder]().union(*needs) - {CONTROL_ID, CHARSET}
    numbered = tuple(place for place, own in enumerate(needs, 1) if CONTROL_ID in own)
    several = tuple((place, number) for place, number in enumerate(bodies, 1) if number > 1)
    return Draw(supply=supply, shared=tuple(sorted(shared)), numbered=numbered, variants=several)


_SHOWN = {"date": ("%Y%m%d", "%Y-%m-%d"), "datetime": ("%Y%m%d%H%M%S", "%Y-%m-%dT%H:%M:%S")}


def values_at(place: int, params: Mapping[str, Any]) -> dict[str, Any]:
    """What the message at this place of a transaction is made from."""
    own, variant = params.get(_control_id_at(place), ""), params.get(_variant_at(place), 0)
    return {**params, CONTROL_ID.key: own, "variant": variant}


def _control_id_at(place: int) -> str:
    return f"{CONTROL_ID.key}:{place}"


def _variant_at(place: int) -> str:
    return f"variant:{place}"


def _number(drawing: Drawing, prefix: str) -> str:
    number = drawing.number(prefix)
    return number.replace("W", "0") if prefix.isdigit() else number
