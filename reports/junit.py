"""`junit.xml`: the verdicts for a build server, by the standard library's ElementTree.

    clause     pass          → passed
               fail          → failure
               inconclusive  → error    a build must not turn green on a question that stayed open …
                               skipped  … unless the plan does not ask for the clause
               not run       → skipped  with the reason
    finding    unexplained   → failure  one per root; what follows from it stands in its text
               otherwise     → nothing  (explained ones are counted in the report)
    invariant  violated      → failure  one per stack and moment; what holds passes
    behaviour  not the same  → failure  unless the plan accepts it
               unknown       → error
    estimate   fail          → failure  one case per transaction and level: a red build names what got slower
               inconclusive  → error    … unless the plan does not ask for PV-PERF-1
               kept out      → skipped  with the reason
    case       of error handling: not run → error, otherwise than alike → failure

One suite per group of clauses (PV-FUNC, PV-PERF …), one for the findings, one for the invariants and one for the
performance of each pack, one per group of the database compatibility suite, one per interface for the error-handling
battery.
Not here: figures that the result does not hold, and times, which belong to samples and not to clauses.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from harness.interface_result import HandledCase
from harness.result import Behaviour, BehaviourClass, Estimate, Finding, InvariantResult, Judgement, Result, Verdict
from reports import behaviours, interfaces, slower, view
from reports.files import write_whole
from reports.text import lines, one_line
from reports.words import Words


def render(result: Result, lang: str = "zh") -> bytes:
    """The document as UTF-8 with its declaration."""
    words = Words(lang)
    root = Element("testsuites", name="xinheng")
    groups: dict[str, list[Verdict]] = {}
    for verdict in result.verdicts:
        groups.setdefault(_group(verdict.clause), []).append(verdict)
    for group, verdicts in groups.items():
        _suite(root, group, result, (_clause(v, words) for v in verdicts))
    packs = dict.fromkeys([*result.ledger, *(f.pack for f in result.findings), *(i.pack for i in result.invariants)])
    causes = view.grouped(result.findings).unexplained
    for pack in packs:
        found = [c for c in causes if c.finding.pack == pack]
        _suite(root, f"{pack}.findings", result, _findings(pack, found, result, words))
        held = [i for i in result.invariants if i.pack == pack]
        if held:
            _suite(root, f"{pack}.invariants", result, (_invariant(i, words) for i in held))
    judged = view.judged_estimates(result)
    for pack in dict.fromkeys(e.pack for e in judged):
        own = (_estimate(e, result, words) for e in judged if e.pack == pack)
        _suite(root, f"{pack}.performance", result, own)
    for asked in behaviours.grouped(result):
        probes = (_behaviour(b, words) for b in (*asked.unsame, *asked.same))
        _suite(root, f"db-compat.{asked.name}", result, probes)
    for row in interfaces.battery(result):
        _suite(root, f"error-handling.{row.interface}", result, (_handled(case, words) for case in row.cases))
    _count(root, root.iter("testcase"))
    ElementTree.indent(root, " ")
    content: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


def write_junit(path: Path, result: Result, lang: str = "zh") -> Path:
    return write_whole(path, render(result, lang))


def _group(clause: str) -> str:
    """PV-FUNC-1a → PV-FUNC."""
    return clause.rpartition("-")[0] or clause


def _suite(root: Element, name: str, result: Result, cases: Iterable[Element]) -> None:
    suite = SubElement(root, "testsuite", name=one_line(name), timestamp=one_line(result.created))
    properties = SubElement(suite, "properties")
    SubElement(properties, "property", name="run_id", value=one_line(result.run_id))
    for stack in view.by_name(result):
        facts = result.stacks[stack]
        SubElement(properties, "property", name=one_line(stack), value=one_line(f"{facts.product} {facts.version}"))
    suite.extend(cases)
    _count(suite, suite.iter("testcase"))


def _count(element: Element, cases: Iterable[Element]) -> None:
    inside = list(cases)
    element.set("tests", str(len(inside)))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(attribute, str(sum(case.find(tag) is not None for case in inside)))


def _case(classname: str, name: str) -> Element:
    return Element("testcase", classname=one_line(classname), name=one_line(name))


def _clause(verdict: Verdict, words: Words) -> Element:
    case = _case(_group(verdict.clause), f"{verdict.clause} {verdict.title}")
    tag = {Judgement.FAIL: "failure", Judgement.INCONCLUSIVE: "error", Judgement.NOT_RUN: "skipped"}.get(
        verdict.verdict
    )
    if tag == "error" and not verdict.asked:
        tag = "skipped"
    if tag is not None:
        word = words(f"verdict.{verdict.verdict}")
        mark = SubElement(case, tag, message=one_line(f"{word}{words('doc.colon')}{verdict.reason}"))
        if tag != "skipped":
            mark.set("type", verdict.verdict.value)
            mark.text = lines("\n".join([verdict.reason, *verdict.evidence]))
    elif verdict.reason:
        SubElement(case, "system-out").text = lines(verdict.reason)
    return case


def _findings(pack: str, causes: list[view.Cause], result: Result, words: Words) -> Iterable[Element]:
    if not causes:
        yield _case(f"{pack}.findings", words("junit.no_finding"))
    for cause in causes:
        finding = cause.finding
        title = words.label("kind", finding.kind)
        case = _case(f"{pack}.findings", f"{finding.id} {title} · {_place(finding, result)}")
        mark = SubElement(case, "failure", type=one_line(finding.kind))
        mark.set("message", one_line(words("junit.finding", kind=title, n=finding.count)))
        mark.text = lines("\n".join(_story(cause, result, words)))
        yield case


def _place(finding: Finding, result: Result) -> str:
    name = result.titles.get(finding.transaction, finding.transaction)
    return " › ".join(part for part in (name, finding.step, finding.column) if part)


def _story(cause: view.Cause, result: Result, words: Words) -> Iterable[str]:
    """Meaning, examples, consequences: what an engineer reads in the build server without opening the report."""
    if cause.finding.meaning:
        yield cause.finding.meaning
    for example in cause.finding.examples:
        where = words("function.item", n=example.seq) if example.seq >= 0 else words("function.row")
        yield one_line(f"{where} {example.key}")
        yield one_line(f"  {words('stack.original')}{words('doc.colon')}{example.original}")
        yield one_line(f"  {words('stack.migrated')}{words('doc.colon')}{example.migrated}")
    for other in cause.consequences:
        kind = words("junit.finding", kind=words.label("kind", other.kind), n=other.count)
        yield one_line(f"{words('function.consequences')} {other.id} {_place(other, result)}{words('doc.colon')}{kind}")


def _invariant(invariant: InvariantResult, words: Words) -> Element:
    case = _case(
        f"{invariant.pack}.invariants", f"{invariant.name} {invariant.title} · {invariant.stack} · {invariant.when}"
    )
    if not invariant.holds:
        mark = SubElement(case, "failure", type="invariant")
        mark.set("message", words("junit.violated", n=invariant.violations))
        mark.text = lines("\n".join(invariant.examples))
    return case


def _estimate(estimate: Estimate, result: Result, words: Words) -> Element:
    case = _case(f"{estimate.pack}.performance", slower.place(estimate, result, words))
    told = one_line(slower.figures(estimate, result, words))
    asked = any(v.asked for v in result.verdicts if v.clause.startswith("PV-PERF-1"))
    if estimate.excluded or estimate.verdict is Judgement.NOT_RUN:
        SubElement(case, "skipped", message=one_line(estimate.excluded or told))
    elif estimate.verdict is Judgement.FAIL:
        SubElement(case, "failure", type="fail", message=told)
    elif estimate.verdict is Judgement.INCONCLUSIVE:
        word = one_line(f"{words('verdict.inconclusive')}{words('doc.colon')}{told}")
        SubElement(case, "error" if asked else "skipped", message=word)
    else:
        SubElement(case, "system-out").text = told
    return case


def _behaviour(behaviour: Behaviour, words: Words) -> Element:
    case = _case(f"db-compat.{behaviour.group}", f"{behaviour.id} {behaviour.title}")
    if behaviour.outcome is BehaviourClass.SAME or behaviour.accepted:
        return case
    kind = "error" if behaviour.outcome is BehaviourClass.ERROR else "failure"
    mark = SubElement(case, kind, type=behaviour.outcome)
    mark.set("message", one_line(behaviour.reason or words(f"outcome.{behaviour.outcome}")))
    told = [behaviour.meaning]
    for n, exchange in behaviours.differing(behaviour):
        told.append(f"{n} {exchange.session}: {exchange.sql}")
        told.append(f"  {words('stack.original')}{words('doc.colon')}{exchange.original}")
        told.append(f"  {words('stack.migrated')}{words('doc.colon')}{exchange.migrated}")
    mark.text = lines("\n".join(one_line(line) for line in told))
    return case


def _handled(handled: HandledCase, words: Words) -> Element:
    case = _case(f"error-handling.{handled.interface}", f"{handled.message} {handled.case} {handled.title}")
    if handled.outcome == interfaces.ALIKE:
        return case
    mark = SubElement(case, "error" if handled.outcome == "not run" else "failure", type=one_line(handled.outcome))
    mark.set("message", one_line(handled.reason or words.label("handled", handled.outcome)))
    mark.text = lines(
        "\n".join(
            f"{words(f'stack.{stack}')}{words('doc.colon')}{one_line(answer)} {dirty or ''}"
            for stack, answer, dirty in (
                ("original", handled.original, handled.original_dirty),
                ("migrated", handled.migrated, handled.migrated_dirty),
            )
        )
    )
    return case
