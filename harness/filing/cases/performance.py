"""Cases of the load pass: the judged percentile of each transaction, message and leg at each level."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from harness.dossier import Case, Subject
from harness.filing.cases.draft import Draft
from harness.filing.evidence import By, Reference
from harness.result import Estimate, Judgement, LoadBlock, Result

_CLAUSE = {"transaction": "PV-PERF-1a", "message": "PV-INTF-3", "leg": "XH-JOURNEY"}


def drafts(result: Result) -> Iterator[Draft]:
    blocks: dict[tuple[str, str], list[LoadBlock]] = defaultdict(list)
    for block in result.load:
        blocks[block.pack, block.level].append(block)
    for estimate in result.estimates:
        if estimate.verdict is not None or (estimate.excluded and estimate.metric == _judged(result)):
            yield _response(result, estimate, blocks)


def _judged(result: Result) -> str:
    return f"{result.plan.get('performance', {}).get('metric', 'p95')}_ratio"


def _response(result: Result, e: Estimate, blocks: Mapping[tuple[str, str], list[LoadBlock]]) -> Draft:
    name = e.transaction
    return Draft(
        case=Case(
            id="", kind="performance" if e.scope == "transaction" else "interface",
            clause=_CLAUSE.get(e.scope, "PV-PERF-1a"), pack=e.pack, subject=Subject.RESPONSE, name=name,
            title=_title(result, e), level=e.level, judgement=e.verdict or Judgement.NOT_RUN,
            figures={"metric": e.metric, "n": e.n, "original": e.original, "migrated": e.migrated, "ratio": e.value,
                     "low": e.low_adjusted or e.low, "high": e.high_adjusted or e.high},
            reason=e.excluded,
        ),
        references=_samples(e, blocks),
    )  # fmt: skip


def _title(result: Result, e: Estimate) -> str:
    messages = {m.name: m.title for i in result.interfaces if i.pack == e.pack for m in i.messages}
    return result.titles.get(e.transaction) or messages.get(e.transaction) or e.transaction


def _samples(e: Estimate, blocks: Mapping[tuple[str, str], list[LoadBlock]]) -> tuple[Reference, ...]:
    """A message is a step; a leg is a part of its transaction."""
    column = "step" if e.scope == "message" else "transaction"
    wanted = "" if e.transaction == "*" else f"{column}={e.transaction.partition('/')[0]}"
    return tuple(
        Reference(
            f"recordings/{b.pack}/load/{b.position:02d}-{b.stack}/samples.parquet", By.SAMPLES, wanted, shown=False
        )
        for b in blocks.get((e.pack, e.level), ())
    )
