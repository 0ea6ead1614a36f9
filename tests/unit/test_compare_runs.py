"""Two run folders: refused where they did other work, and otherwise compared clause by clause, finding by finding."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.assess import assess
from harness.assess.between_runs import changes, compare_runs
from harness.data_result import Counts, TableResult, TablesResult, TablesSettings, TableState
from harness.errors import BadInput
from harness.judgement import Judgement
from harness.recording import read_json, write_json
from harness.result import Behaviour, BehaviourClass, Finding, Result, StackFacts
from harness.run_comparison import Change, Move
from tests.unit.test_assess import write_whole

Edit = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_whole(tmp_path_factory.mktemp("runs") / "a")


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_whole(tmp_path_factory.mktemp("runs") / "slow", slower=1.6)


@pytest.fixture(scope="module")
def torn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Slower, and every name that it returns is another."""
    return write_whole(tmp_path_factory.mktemp("runs") / "torn", slower=1.6, tail="x")


@pytest.fixture(scope="module")
def result(base: Path) -> Result:
    return assess(base)[0]


def edited(run: Path, to: Path, edit: Edit) -> Path:
    """A copy of which `run.json` says something else."""
    copy = Path(shutil.copytree(run, to))
    known = read_json(copy / "run.json")
    edit(known)
    write_json(copy / "run.json", known)
    return copy


# --------------------------------------------------------------------------- whole folders


def test_a_folder_against_itself_differs_in_nothing(base: Path) -> None:
    found = compare_runs(base, base)
    assert (found.conclusion, found.grounds) == (Judgement.PASS, ())
    assert {pair.differs for pair in found.identity} == {False}
    assert {verdict.move for verdict in found.verdicts} == {Move.SAME}
    assert len(found.levels) == 3
    for level in found.levels:
        assert all(time.direct.value == time.control.value == time.corrected.value == 1 for time in level.times)
        assert {time.change for time in level.times if time.judged} == {Change.NO_WORSE}


def test_what_got_slower_is_named(base: Path, slow: Path) -> None:
    found = compare_runs(base, slow)
    assert found.conclusion is Judgement.FAIL
    kinds = {ground.kind: ground for ground in found.grounds}
    assert set(kinds) == {"clause_worse", "slower"}
    assert kinds["clause_worse"].names == ("PV-PERF-1",)
    assert kinds["slower"].n == 9 and kinds["slower"].names[0] == "收费结算（低谷）"
    assert all(level.moved == () for level in found.levels)  # the original is the same in both


def test_what_returns_other_rows_does_not_count(base: Path, torn: Path) -> None:
    found = compare_runs(base, torn)
    kinds = {ground.kind: ground for ground in found.grounds}
    assert "PV-FUNC-1" in kinds["clause_worse"].names
    assert kinds["finding_new"].names == ("charge.name", "find.name", "daily.name")
    assert kinds["apart"].n == 9 and "slower" not in kinds
    assert {t.change for level in found.levels for t in level.times} == {Change.NOT_COUNTED}


def test_the_same_differences_in_both_runs_are_the_same_work(torn: Path) -> None:
    """Neither run agreed with its original, but both did just the same."""
    found = compare_runs(torn, torn, stack="original")
    assert (found.stack, found.other) == ("original", "migrated")
    assert {finding.move for finding in found.findings} == {Move.SAME}
    assert {t.change for level in found.levels for t in level.times if t.judged} == {Change.NO_WORSE}
    assert found.conclusion is Judgement.PASS


def test_without_functional_comparison_no_time_counts(base: Path, tmp_path: Path) -> None:
    bare = edited(base, tmp_path / "bare", lambda run: run.update(parts=["load"]))
    found = compare_runs(base, bare)
    assert found.conclusion is Judgement.INCONCLUSIVE
    assert {ground.kind for ground in found.grounds} == {"apart", "clause_untested"}


def test_a_level_without_blocks_is_said(base: Path, tmp_path: Path) -> None:
    cut = Path(shutil.copytree(base, tmp_path / "cut"))
    for block in (cut / "recordings/his/load").glob("*-migrated"):
        if int(block.name[:2]) <= 4:
            shutil.rmtree(block)
    found = compare_runs(base, cut)
    assert len(found.levels) == 2
    assert "unmeasured" in {ground.kind for ground in found.grounds}
    assert found.conclusion is not Judgement.PASS


# --------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (lambda run: run["packs"]["his"].update(version="2"), "场景包 his 的版本不同：A 是 1，B 是 2"),
        (lambda run: run["packs"]["his"]["transactions"].pop(), "业务不同：只在一次运行中有 daily"),
        (lambda run: run["packs"].update(lis=run["packs"]["his"]), "场景包不同：A 是 his，B 是 his、lis"),
        (lambda run: run["plan"]["data"].update(seed=7), "数据规模或种子不同（data.seed）：A 是 20260101，B 是 7"),
        (lambda run: run["plan"]["load"]["levels"][0].update(users=99), "负载不同（load.levels[1].users）"),
        (lambda run: run["plan"]["load"]["levels"].pop(), "负载不同"),
        (lambda run: run["plan"]["load"].update(seconds=9.0), "负载不同（load.seconds）：A 是 5.0，B 是 9.0"),
        (lambda run: run["plan"]["functional"].update(transactions=1), "功能比对的笔数不同"),
        (lambda run: run["plan"]["performance"].update(metric="p99"), "性能判定的方法不同（performance.metric）"),
        (lambda run: run.update(parts=["data"]), "做的部分没有相同的"),
    ],
)  # fmt: skip
def test_other_work_is_refused(base: Path, tmp_path: Path, edit: Edit, says: str) -> None:
    other = edited(base, tmp_path / "other", edit)
    with pytest.raises(BadInput) as refused:
        compare_runs(base, other)
    assert says in refused.value.message and refused.value.hint
    assert "请" in refused.value.message  # what to do stands beside every difference


def test_every_difference_is_named_at_once(base: Path, tmp_path: Path) -> None:
    def edit(run: dict[str, Any]) -> None:
        run["plan"]["data"]["seed"] = 7
        run["packs"]["his"]["version"] = "2"

    with pytest.raises(BadInput) as refused:
        compare_runs(base, edited(base, tmp_path / "other", edit))
    assert refused.value.message.count("·") == 2


def test_another_workload_file_is_refused(base: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(base, tmp_path / "other"))
    with (other / "workload/his-functional.jsonl").open("a") as lines:
        lines.write("\n")
    with pytest.raises(BadInput, match=r"his-functional\.jsonl"):
        compare_runs(base, other)


def test_another_margin_is_fine_and_said(base: Path, tmp_path: Path) -> None:
    def edit(run: dict[str, Any]) -> None:
        run["plan"]["performance"] |= {"margin": 0.1, "source": "合同"}
        run["plan"]["load"]["repeats"] = 9

    found = compare_runs(base, edited(base, tmp_path / "strict", edit))
    assert found.margin == 0.1 and found.limit == 1.1
    told = {pair.name: (pair.a, pair.b) for pair in found.identity if pair.group == "plan"}
    assert told["performance.margin"] == ("0.2", "0.1")
    assert set(told) == {"performance.margin", "performance.source", "load.repeats"}


# --------------------------------------------------------------------------- changes of a result


def finding(count: int = 1, **more: Any) -> Finding:
    known = {"id": "F1", "pack": "his", "transaction": "charge", "step": "s", "column": "c", "kind": "text"} | more
    return Finding(**known, count=count)


def moves(a: list[Finding], b: list[Finding], result: Result) -> list[tuple[Move, int, int]]:
    mine, theirs = replace(result, findings=tuple(a)), replace(result, findings=tuple(b))
    return [(each.move, each.count_a, each.count_b) for each in changes.findings(mine, theirs)]


def test_findings_are_matched_by_what_they_are_of(result: Result) -> None:
    assert moves([finding(3)], [finding(3, id="F9")], result) == [(Move.SAME, 3, 3)]
    assert moves([finding(3)], [finding(4)], result) == [(Move.CHANGED, 3, 4)]
    assert moves([], [finding(4)], result) == [(Move.NEW, 0, 4)]
    assert moves([finding(4)], [], result) == [(Move.GONE, 4, 0)]
    assert moves([finding(4)], [finding(4, column="d")], result) == [(Move.NEW, 0, 4), (Move.GONE, 4, 0)]
    assert moves([finding(4, explained_by="R1")], [finding(4)], result) == [(Move.CHANGED, 4, 4)]
    assert moves([finding(1), finding(2)], [finding(3)], result) == [(Move.SAME, 3, 3)]
    assert moves([finding(1, pack="lis")], [], result) == []  # compared in neither run


def test_a_transaction_with_other_differences_did_other_work(result: Result) -> None:
    a, b = (replace(result, findings=(finding(n),)) for n in (3, 4))
    assert changes.unexplained(a, "his", "charge") != changes.unexplained(b, "his", "charge")
    assert changes.unexplained(a, "his", "find") == {}


@pytest.mark.parametrize(
    ("a", "b", "move"),
    [
        (Judgement.PASS, Judgement.FAIL, Move.WORSE),
        (Judgement.PASS, Judgement.INCONCLUSIVE, Move.WORSE),
        (Judgement.INCONCLUSIVE, Judgement.FAIL, Move.WORSE),
        (Judgement.FAIL, Judgement.INCONCLUSIVE, Move.BETTER),
        (Judgement.PASS, Judgement.PASS, Move.SAME),
        (Judgement.PASS, Judgement.NOT_RUN, Move.UNTESTED),
        (Judgement.NOT_RUN, Judgement.FAIL, Move.UNTESTED),
    ],
)
def test_verdicts_move(result: Result, a: Judgement, b: Judgement, move: Move) -> None:
    def told(judgement: Judgement) -> Result:
        return replace(result, verdicts=(replace(result.verdicts[0], verdict=judgement),))

    (change,) = changes.verdicts(told(a), told(b))
    assert change.move is move


@pytest.mark.parametrize(
    ("a", "b", "accepted", "move"),
    [
        (BehaviourClass.SAME, BehaviourClass.DIFFERENT, "", Move.WORSE),
        (BehaviourClass.SAME, BehaviourClass.DIFFERENT, "无妨", Move.CHANGED),
        (BehaviourClass.UNSUPPORTED, BehaviourClass.SAME, "", Move.BETTER),
        (BehaviourClass.DIFFERENT, BehaviourClass.UNSUPPORTED, "", Move.CHANGED),
        (BehaviourClass.ERROR, BehaviourClass.ERROR, "", Move.SAME),
    ],
)
def test_behaviours_move(result: Result, a: BehaviourClass, b: BehaviourClass, accepted: str, move: Move) -> None:
    probe = Behaviour(id="p", title="p", group="query", source="BD-1", outcome=a, meaning="")
    before = replace(result, behaviours=(probe,))
    after = replace(result, behaviours=(replace(probe, outcome=b, accepted=accepted),))
    assert [each.move for each in changes.behaviours(before, after)] == [move]
    assert [each.move for each in changes.behaviours(before, replace(result, behaviours=()))] == [Move.UNTESTED]


def test_tables_move(result: Result) -> None:
    def told(state: TableState, n: int = 0) -> Result:
        counts = Counts(unexplained={"text": n} if n else {})
        table = TableResult(table="patient", state=state, counts=counts)
        settings = TablesSettings(original={}, migrated={})
        held = TablesResult(settings=settings, tables=(table,), schema=(), judgement=Judgement.PASS, reason="")
        return replace(result, consistency=held)

    def move(a: Result, b: Result) -> Move:
        return next(each.move for each in changes.tables(a, b))

    assert move(told(TableState.EQUAL), told(TableState.DIFFERENT, 2)) is Move.WORSE
    assert move(told(TableState.DIFFERENT, 2), told(TableState.BY_RULE)) is Move.BETTER
    assert move(told(TableState.DIFFERENT, 2), told(TableState.DIFFERENT, 3)) is Move.CHANGED
    assert move(told(TableState.EQUAL), told(TableState.BY_RULE)) is Move.CHANGED
    assert move(told(TableState.EQUAL), told(TableState.EQUAL)) is Move.SAME
    assert move(told(TableState.EQUAL), result) is Move.UNTESTED


@pytest.mark.parametrize(
    ("facts", "same"),
    [({}, True), ({"version": "2"}, False), ({"settings": {"时区": "UTC"}}, False),
     ({"host": {"cpu": "FT-2000"}}, False), ({"settings": {"数据目录": "/b"}}, True),
     ({"host": {"disk": "99 GiB"}}, True), ({"title": "新名"}, True)],
)  # fmt: skip
def test_another_system_is_no_control(result: Result, facts: dict[str, Any], same: bool) -> None:
    stacks = result.stacks | {"original": replace(result.stacks["original"], **facts)}
    pairs = tuple(changes.identity(result, replace(result, stacks=stacks)))
    assert changes.same_system(pairs, "original") is same
    assert changes.same_system(pairs, "migrated")


def test_a_run_without_facts_is_compared_all_the_same(result: Result) -> None:
    pairs = tuple(changes.identity(result, replace(result, stacks={})))
    product = next(pair for pair in pairs if (pair.stack, pair.name) == ("original", "product"))
    assert (product.a, product.b, product.differs) == ("PostgreSQL", "", True)
    assert isinstance(result.stacks["original"], StackFacts)


def test_resources_stand_side_by_side(result: Result) -> None:
    found = list(changes.readings(result, replace(result, readings={"original": result.readings["original"]})))
    assert {(r.stack, r.resource) for r in found} >= {("original", "cpu"), ("migrated", "memory")}
    assert all((r.a == r.b) is (r.stack == "original") for r in found)
    assert [c.a for c in changes.costs(result, result)] == list(result.costs)
