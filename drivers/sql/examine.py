"""What `xinheng doctor` wants to know of an endpoint: asked question by question, each answer as the server gave it.

A question that a server does not understand is left out; nothing is guessed. Not here: what an answer means for a
hospital (`harness/doctor`).
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import replace

from drivers.sql.grammar import Question
from drivers.sql.product import Product
from harness.result import Examination, FixedParameter, StackFacts

Ask = Callable[[str], str | None]

_ROUNDS = 5
# Rules of comparison, asked by trying: an instance may differ from its product's default. 1: the two are equal.
_TRIALS = {
    "case_insensitive": "SELECT CASE WHEN 'abc' = 'ABC' THEN 1 ELSE 0 END",
    "pads_blanks": "SELECT CASE WHEN 'a' = 'a ' THEN 1 ELSE 0 END",
    "empty_is_null": "SELECT CASE WHEN '' IS NULL THEN 1 ELSE 0 END",
}
_UNKNOWN = "?"


def examination(facts: StackFacts, product: Product, ask: Ask) -> Examination:
    """Ask everything; `ask` answers None where the server does not."""
    grammar = product.grammar
    common = {name: _first(ask, asked) for name, asked in grammar.facts.items() if name != "epoch"}
    privileges = {title: _first(ask, asked) for title, asked in grammar.privileges.items()}
    fixed = [(each, ask(each.sql)) for each in product.fixed]
    round_trip_ms = _round_trip_ms(ask, f"SELECT 1{grammar.one_row}")
    clock_offset_s = _clock_offset_s(ask, grammar.facts.get("epoch", ""))
    if grammar.as_stored:
        ask(grammar.as_stored)  # last: it changes the session
    common |= {name: ask(sql + grammar.one_row) for name, sql in _TRIALS.items() if name not in grammar.facts}
    told = " ".join(product.timeout)  # our own words to this session are not the server's
    return Examination(
        facts=replace(facts, settings={name: value for name, value in facts.settings.items() if name not in told}),
        common={name: answer for name, answer in common.items() if answer is not None},
        round_trip_ms=round_trip_ms,
        clock_offset_s=clock_offset_s,
        privileges={title: _granted(answer) for title, answer in privileges.items() if answer not in (None, _UNKNOWN)},
        fixed=tuple(
            FixedParameter(name=f.name, value=value, breaks=f.breaks) for f, value in fixed if value is not None
        ),
        quirks=tuple((quirk.id, quirk.says) for quirk in product.quirks),
        domestic=product.domestic,
    )


def _first(ask: Ask, asked: Question) -> str | None:
    """The answer to the first wording that the server understands."""
    wordings = (asked,) if isinstance(asked, str) else asked
    answers = (ask(sql) for sql in wordings if sql)
    return next((answer for answer in answers if answer is not None), None)


def _granted(answer: str | None) -> bool:
    return (answer or "").lower() not in {"0", "f", "false", "n", "no", ""}


def _round_trip_ms(ask: Ask, sql: str) -> float:
    taken = []
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        ask(sql)
        taken.append(time.perf_counter() - began)
    return statistics.median(taken) * 1e3


def _clock_offset_s(ask: Ask, asked: Question) -> float | None:
    """Server − this machine, by the middle of the quickest round trip (Cristian's method)."""
    best: tuple[float, float] | None = None
    for _ in range(_ROUNDS):
        before = time.time()
        answer = _first(ask, asked)
        after = time.time()
        if answer is None:
            return None
        if best is None or after - before < best[0]:
            best = after - before, float(answer) - (before + after) / 2
    return best[1] if best else None
