"""`dbcompat/<probe>.sql`: a behaviour that is not the same, as a script that an engineer can hand to a vendor.

In the migrated product's words, both answers as comments below each statement. A script of one session runs as it is in
the product's own client; of several sessions, the letters say which window a statement belongs to. Everything that came
from a server stands in comments and on one line. Not here: what a behaviour means.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from harness.result import Behaviour, Exchange, Result
from reports.behaviours import REPRODUCED, script_path
from reports.files import write_whole
from reports.text import one_line
from reports.words import Words

FOLDER = "dbcompat"

_DIRECTIVE = re.compile(r"(CONNECT( PLAIN)?|CLOSE|KILL [A-Z]|IDLE [\d.]+|POOL \d+)$")
_MADE = re.compile(r"create\s+(?:\w+\s+)*?(table|view|sequence)\s+(\w+)", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d( [\d:.+-]+)?|[\d:.]+")
_PLAIN_TEXT = re.compile(r"'[^'\\]*'")


def write_scripts(run_dir: Path, result: Result, lang: str = "zh") -> list[Path]:
    """One script per behaviour that is different or unsupported; those of an earlier assessment are removed."""
    shutil.rmtree(run_dir / FOLDER, ignore_errors=True)
    unsame = [b for b in result.behaviours if b.outcome in REPRODUCED and re.fullmatch(r"\w+", b.id)]
    return [write_whole(run_dir / script_path(b), script(b, result, lang).encode()) for b in unsame]


def script(behaviour: Behaviour, result: Result, lang: str = "zh") -> str:
    """The text of one script."""
    words = Words(lang)
    lines = [*_head(behaviour, result, words), *(one_line(line) for line in result.prelude)]
    sessions = {exchange.session for exchange in behaviour.script}
    session = ""
    for exchange in behaviour.script:
        if exchange.session != session:
            session = exchange.session
            lines += ["", f"-- {words('reproduction.session', session=one_line(session))}"]
        lines += _step(exchange, words)
    if len(sessions) == 1:
        lines += ["", f"-- {words('reproduction.clean')}", "ROLLBACK;", *_drops(behaviour)]
    return "\n".join(lines) + "\n"


def _head(behaviour: Behaviour, result: Result, words: Words) -> Iterator[str]:
    def said(label: str, text: str) -> str:
        return f"-- {label}{words('doc.colon')}{one_line(text)}"

    yield f"-- {one_line(behaviour.title)} ({one_line(behaviour.id)}, {one_line(behaviour.source)})"
    for name, facts in result.stacks.items():
        yield said(words.label("stack", name), f"{facts.product} {facts.version}")
    yield said(words("behaviour.outcome"), words(f"outcome.{behaviour.outcome}"))
    yield said(words("behaviour.meaning"), behaviour.meaning)
    if behaviour.accepted:
        yield said(words("behaviour.accepted"), behaviour.accepted)
    yield f"-- {words('reproduction.how')}"


def _step(exchange: Exchange, words: Words) -> Iterator[str]:
    sql = one_line(exchange.sql)
    if _DIRECTIVE.match(sql):
        yield f"-- [{sql}] {words('reproduction.directive')}"
    else:
        yield from _statement(sql, exchange, words)
    yield f"-- {words('stack.original')}{words('doc.colon')}{_answer(exchange.original, exchange.original_said)}"
    yield f"-- {words('stack.migrated')}{words('doc.colon')}{_answer(exchange.migrated, exchange.migrated_said)}"
    if exchange.original_sql:
        yield f"-- {words('reproduction.original_sql')}{words('doc.colon')}{one_line(exchange.original_sql)}"


def _statement(sql: str, exchange: Exchange, words: Words) -> Iterator[str]:
    """The statement with its parameters as literals; it is commented out where a parameter cannot be written as one."""
    left_out = []
    for name, value in exchange.bound:
        literal = _literal(value)
        yield f"-- :{one_line(name)} = {one_line(value)}  ({words('reproduction.bound')})"
        if literal is None:
            left_out.append(name)
        else:
            sql = re.sub(rf"(?<![:\w]):{re.escape(name)}\b", literal.replace("\\", r"\\"), sql)
    if left_out:
        yield f"-- {words('reproduction.left_out')}"
    ending = "\n;" if "--" in sql or "#" in sql else ";"  # a comment would swallow it
    yield f"-- {sql};" if left_out else sql + ending


def _literal(canonical: str) -> str | None:
    if canonical == "NULL" or _NUMBER.fullmatch(canonical) or _PLAIN_TEXT.fullmatch(canonical):
        return one_line(canonical)
    return f"'{canonical}'" if _MOMENT.fullmatch(canonical) else None


def _answer(text: str, said: str) -> str:
    return one_line(f"{text} [{said}]" if said else text or "–")


def _drops(behaviour: Behaviour) -> Iterator[str]:
    made = dict.fromkeys((kind.upper(), name) for e in behaviour.script for kind, name in _MADE.findall(e.sql))
    for kind, name in reversed(made):
        yield f"DROP {kind} IF EXISTS {name};"
    yield "COMMIT;"
