"""The observations of a probe (both stacks, and both again where they differed) → one `Behaviour`. Pure.

    same          every line was answered alike
    unsupported   where the original could, the migrated stack says that it has no such thing (syntax, unknown object)
    different     any other line was answered otherwise
    error         nothing is known: the probe could not be carried through on a side, a side contradicts itself, or a
                  connection was lost that nobody cut (and was not lost again when the probe was repeated)

A line that the *original* does not understand cannot be in use by the application, so whatever the migrated stack makes
of it is no difference. What follows from such a line does not count either: the rest of its transaction, and if that is
committed and the line would have changed something, the rest of the probe. Never excused is what the original did and
the migrated stack lacks. The same holds the other way round: what follows from a line that the migrated stack lacks
does not turn *unsupported* into *different*. Not here: what is accepted, and verdicts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.model import ErrorClass, Probe
from harness.observation import LEFT_OUT, OK, Observation, Seen, cuts_connection
from harness.result import Behaviour, BehaviourClass, Exchange

_HANDLES = re.compile(r"(create|drop|alter|rename)\b", re.IGNORECASE)
_OURS = re.compile(r"\bxhc_\w+", re.IGNORECASE)
_QUERY = re.compile(r"\(*\s*(select|show|values|with|explain|describe)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sides:
    """The observations of one probe."""

    original: Observation
    migrated: Observation
    original_again: Observation
    migrated_again: Observation


def behaviour(probe: Probe, sides: Sides, accepted: Mapping[str, str]) -> Behaviour:
    """What a probe shows; `accepted` is probe id → reason, and counts for what may be accepted only."""
    outcome, reason = _outcome(probe, sides)
    acceptable = outcome in (BehaviourClass.DIFFERENT, BehaviourClass.UNSUPPORTED)
    return Behaviour(
        id=probe.id,
        title=probe.title,
        group=probe.group.value,
        source=probe.source,
        outcome=outcome,
        meaning=probe.meaning,
        reason=reason,
        accepted=accepted.get(probe.id, "") if acceptable else "",
        script=tuple(_exchanges(sides.original.seen, sides.migrated.seen)),
    )


def _outcome(probe: Probe, sides: Sides) -> tuple[BehaviourClass, str]:
    unknown = _unknown(probe, sides)
    if unknown:
        return BehaviourClass.ERROR, unknown
    ours, theirs = sides.original.seen, sides.migrated.seen
    differing = {n for n, (a, b) in enumerate(zip(ours, theirs, strict=True)) if _differ(a, b)}
    if not differing:
        return BehaviourClass.SAME, ""
    lost = {n for n in differing if _lacks(theirs, n) and ours[n].text.startswith(OK)}
    counting = differing - _lacking(ours) | lost
    if not counting:
        lack = max(n for n in range(min(differing) + 1) if _lacks(ours, n))
        return BehaviourClass.SAME, (
            f"原系统没有第 {lack + 1} 步的写法（{ours[lack].text}），应用不可能用到；"
            f"迁移后系统的应答是 {theirs[lack].text}。"
        )
    if counting <= _lacking(theirs):
        return BehaviourClass.UNSUPPORTED, ""
    return BehaviourClass.DIFFERENT, ""


def _differ(a: Seen, b: Seen) -> bool:
    return a.text != b.text and LEFT_OUT not in (a.text, b.text)


def _unknown(probe: Probe, sides: Sides) -> str:
    """Why nothing is known, or ''."""
    excused = _lacking(sides.original.seen)
    sources = (("原系统", sides.original, sides.original_again), ("迁移后系统", sides.migrated, sides.migrated_again))
    for title, *both in sources:
        for observation in both:
            if observation.trouble:
                return f"{title}：{observation.trouble}"
        for n, (first, second) in enumerate(zip(*(each.seen for each in both), strict=True)):
            if first.text != second.text and n not in excused:
                return f"{title}两遍的应答不同（第 {n + 1} 步：{first.text}；{second.text}），行为本身不稳定。"
    if cuts_connection(probe):
        return ""
    for n, (a, b) in enumerate(zip(sides.original.seen, sides.migrated.seen, strict=True), 1):
        for title, seen, observation in (("原系统", a, sides.original), ("迁移后系统", b, sides.migrated)):
            if a.text != b.text and seen.error_class == ErrorClass.CONNECTION_LOST and not observation.repeated:
                return f"{title}在第 {n} 步断开了连接，重做时没有再现：{seen.message}"
    return ""


def _lacks(seen: Sequence[Seen], n: int) -> bool:
    """Whether the stack does not know what line `n` is about.

    An unknown object of ours that the script itself made, renamed or dropped is no lack: whether it is there is what
    the probe asks.
    """
    line = seen[n]
    if line.error_class == ErrorClass.UNKNOWN_OBJECT:
        handled = [s.sql for s in seen[:n] if not s.prepares and _HANDLES.match(s.sql) and s.text.startswith(OK)]
        return not any(name in sql for name in _OURS.findall(line.sql) for sql in handled)
    return line.error_class == ErrorClass.SYNTAX


def _lacking(seen: Sequence[Seen]) -> set[int]:
    """The lines that a side lacks, with those that only follow from them."""
    found: set[int] = set()
    spoilt: dict[str, bool] = {}  # session with an open transaction that lacks a line → whether it lacks a change
    for n, line in enumerate(seen):
        if _lacks(seen, n):
            found.add(n)
            spoilt[line.session] = spoilt.get(line.session, False) or not _QUERY.match(line.sql)
        elif line.session in spoilt:
            found.add(n)
            if line.sql == "COMMIT" and spoilt[line.session]:
                return found | set(range(n, len(seen)))
            if line.sql in ("COMMIT", "ROLLBACK"):
                del spoilt[line.session]
    return found


def _exchanges(ours: Sequence[Seen], theirs: Sequence[Seen]) -> Iterator[Exchange]:
    """Line by line; where one side was given up, its later lines are empty."""
    nothing = Seen(session="", sql="", text="")
    for n in range(max(len(ours), len(theirs))):
        a = ours[n] if n < len(ours) else nothing
        b = theirs[n] if n < len(theirs) else nothing
        sql = b.sql or a.sql
        yield Exchange(
            session=b.session or a.session,
            sql=sql,
            original=a.text,
            migrated=b.text,
            original_sql=a.sql if a.sql not in ("", sql) else "",
            original_said=a.message,
            migrated_said=b.message,
            bound=b.bound or a.bound,
        )
