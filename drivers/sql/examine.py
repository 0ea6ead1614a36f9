"""What `xinheng doctor` wants to know of an endpoint: asked question by question, each answer as the server gave it.

A question that a server does not understand is left out; nothing is guessed. Not here: what an answer means for a
hospital (`harness/doctor`).
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

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


def examination(facts: StackFacts, product: Product, ask: Ask) -> Examination:
    """Ask everything; `ask` answers None where the server does not."""
    grammar = product.grammar
    questions = {**grammar.facts, **{name: sql + grammar.one_row for name, sql in _TRIALS.items()}}
    answers = {name: ask(sql) for name, sql in questions.items() if name != "epoch"}
    privileges = {title: ask(sql) for title, sql in grammar.privileges.items()}
    fixed = [(each, ask(each.sql)) for each in product.fixed]
    return Examination(
        facts=facts,
        common={name: answer for name, answer in answers.items() if answer is not None},
        round_trip_ms=_round_trip_ms(ask, f"SELECT 1{grammar.one_row}"),
        clock_offset_s=_clock_offset_s(ask, grammar.facts.get("epoch", "")),
        privileges={title: _granted(answer) for title, answer in privileges.items() if answer is not None},
        fixed=tuple(
            FixedParameter(name=f.name, value=value, breaks=f.breaks) for f, value in fixed if value is not None
        ),
        quirks=tuple((quirk.id, quirk.says) for quirk in product.quirks),
        domestic=product.domestic,
    )


def _granted(answer: str) -> bool:
    return answer.lower() not in {"0", "f", "false", "n", "no", ""}


def _round_trip_ms(ask: Ask, sql: str) -> float:
    taken = []
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        ask(sql)
        taken.append(time.perf_counter() - began)
    return statistics.median(taken) * 1e3


def _clock_offset_s(ask: Ask, sql: str) -> float | None:
    """Server − this machine, by the middle of the quickest round trip (Cristian's method)."""
    best: tuple[float, float] | None = None
    for _ in range(_ROUNDS if sql else 0):
        before = time.time()
        answer = ask(sql)
        after = time.time()
        if answer is None:
            return None
        if best is None or after - before < best[0]:
            best = after - before, float(answer) - (before + after) / 2
    return best[1] if best else None
