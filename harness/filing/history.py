"""The runs of a series: when each was done, what it came to, and what changed since the one before.

Clauses that ask for something 定期 cannot be shown by one run. Not here: statistics between runs (`xinheng compare`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from harness.dossier import RunSeen
from harness.result import Result

_VERSIONS = ("xinheng", "python", "platform", "locust", "sqlalchemy")
_PLAN = ("name", "clauses", "data", "functional", "load", "performance", "limits", "rules", "compat")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A run with what is compared of it."""

    folder: str
    result: Result
    problems: tuple[str, ...] = ()


def runs(known: Sequence[Known]) -> tuple[RunSeen, ...]:
    """In the order of their dates, each beside the one before."""
    ordered = sorted(known, key=lambda each: each.result.created)
    seen = [_seen(each) for each in ordered]
    return tuple(
        seen[n] if n == 0 else replace(seen[n], changed=tuple(_changes(ordered[n - 1], ordered[n])))
        for n in range(len(ordered))
    )


def _seen(known: Known) -> RunSeen:
    result = known.result
    return RunSeen(
        folder=known.folder,
        run_id=result.run_id,
        created=result.created,
        plan=str(result.plan.get("name", "")),
        versions={name: result.harness[name] for name in _VERSIONS if name in result.harness},
        products=_products(result),
        verdicts={verdict.clause: verdict.verdict for verdict in result.verdicts},
        problems=known.problems,
    )


def _products(result: Result) -> dict[str, str]:
    return {stack: f"{facts.product} {facts.version}".strip() for stack, facts in result.stacks.items()}


def _changes(before: Known, now: Known) -> Iterator[tuple[str, str, str]]:
    """(what, then, now): products, hosts, settings, tools, plan, verdicts, problems."""
    yield from _differing("stack", _products(before.result), _products(now.result))
    for stack in now.result.stacks:
        if stack in before.result.stacks:
            was, facts = before.result.stacks[stack], now.result.stacks[stack]
            yield from _differing(stack, was.host | was.settings, facts.host | facts.settings, skip="raw_")
    yield from _differing("tool", before.result.harness, now.result.harness)
    yield from _differing("plan", _plan(before.result), _plan(now.result))
    yield from _differing("clause", _verdicts(before.result), _verdicts(now.result))
    gone, new = set(before.problems) - set(now.problems), set(now.problems) - set(before.problems)
    if gone or new:
        yield ("problems", ", ".join(sorted(gone)), ", ".join(sorted(new)))


def _differing(
    what: str, before: Mapping[str, str], now: Mapping[str, str], skip: str = "\0"
) -> Iterator[tuple[str, str, str]]:
    for name in dict.fromkeys((*before, *now)):
        then, today = before.get(name, ""), now.get(name, "")
        if then != today and not name.startswith(skip):
            yield (f"{what}.{name}", then, today)


def _plan(result: Result) -> dict[str, str]:
    return {key: str(result.plan[key]) for key in _PLAN if key in result.plan}


def _verdicts(result: Result) -> dict[str, str]:
    return {verdict.clause: verdict.verdict.value for verdict in result.verdicts}
