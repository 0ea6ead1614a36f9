"""`load_plan`: the shipped plans, the way a plan travels through `result.json`, and every sentence about a bad one."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, fields, replace
from pathlib import Path

import pytest

from harness.errors import BadSettings, RecordingBroken
from harness.model import Part, Role, Scale
from harness.settings import Level, LoadPlan, Plan, load_plan, plan_as_dict, plan_from_dict, shipped_plans

SMOKE = shipped_plans()["smoke"].read_text(encoding="utf-8")


def complaints(tmp_path: Path, text: str, *, clauses: tuple[str, ...] = (), probes: tuple[str, ...] = ()) -> list[str]:
    path = tmp_path / "plan.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadSettings) as caught:
        load_plan(path, clauses=clauses, probes=probes)
    lines = caught.value.message.splitlines()
    assert all(line.startswith(f"{path}：") and line.endswith("。") for line in lines)
    return [line.removeprefix(f"{path}：") for line in lines]


def smoke_with(old: str, new: str) -> str:
    assert old in SMOKE
    return SMOKE.replace(old, new, 1)


@pytest.mark.parametrize("name", ["smoke", "nightly", "acceptance"])
def test_shipped_plans_load_and_carry_their_own_name(name: str) -> None:
    plan = load_plan(name)
    assert plan.name == name
    assert len(plan.load.levels) >= 3, "the norm asks for different loads"
    assert all(limit["source"] for limit in plan_as_dict(plan)["limits"].values())


def test_smoke_is_short_and_complete() -> None:
    plan = load_plan("smoke")
    packs = ("his", "lis", "emr", "pacs", "journey")
    assert plan.load.seconds * sum(4 * len(plan.load.levels_of(pack)) for pack in packs) <= 140
    assert plan.load.roles == (Role.ORIGINAL, Role.MIGRATED, Role.MIGRATED, Role.ORIGINAL)
    assert plan.load.measured_seconds == 4
    assert {"PV-FUNC-1", "PV-PERF-1", "PV-PERF-2", "PV-PERF-3", "PV-COMP-2"} == set(plan.clauses)
    assert {f"PV-INTF-{n}" for n in range(1, 6)} == set(plan.when.interfaces)
    assert plan.data.scale == Scale(outpatients_per_day=200, days=5, seed=20260101, image_share=0.04)


@pytest.mark.parametrize("name", ["smoke", "nightly", "acceptance"])
def test_a_plan_survives_result_json(name: str) -> None:
    plan = load_plan(name)
    assert plan_from_dict(json.loads(json.dumps(plan_as_dict(plan)))) == plan
    assert plan_from_dict(plan_as_dict(plan)) == plan


def test_a_plan_cannot_be_changed_after_the_run_began() -> None:
    with pytest.raises(FrozenInstanceError):
        load_plan("smoke").performance.margin = 9.9  # type: ignore[misc]


def test_a_damaged_recorded_plan_is_a_broken_recording() -> None:
    content = plan_as_dict(load_plan("smoke"))
    content["performance"]["margin"] = "0.2"
    with pytest.raises(RecordingBroken, match=r"performance\.margin"):
        plan_from_dict(content)


def test_rules_are_accepted_by_id_or_all() -> None:
    plan = load_plan("smoke")
    assert plan.rules.accepts("HIS-R1")
    only_one = replace(plan.rules, accept=("HIS-R2",))
    assert (only_one.accepts("HIS-R1"), only_one.accepts("HIS-R2")) == (False, True)


# --------------------------------------------------------------------------- the sentences


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("confidence = 0.95", "confidance = 0.95", "performance.confidance：没有这个键，是否想写 confidence。"),
        ("warmup_seconds", "warm_up_seconds", "load.warm_up_seconds：没有这个键，是否想写 warmup_seconds。"),
        (
            "[functional]",
            "[functional]\ncolour = 1",
            "functional.colour：没有这个键，请删去；此处可用的键有 transactions。",
        ),
        (
            "users = 16",
            "users = 16, xyz = 1",
            "load.levels[第 2 项].xyz：没有这个键，请删去；此处可用的键有 "
            + "、".join(field.name for field in fields(Level))
            + "。",
        ),
        ("transactions = 400", 'transactions = "400"', "functional.transactions：应为整数（不加引号），请改正。"),
        ("transactions = 400", "transactions = 0", "functional.transactions：应不小于 1，请改正。"),
        ("rate_per_s = 70.0", 'rate_per_s = "40"', "load.levels[第 2 项].rate_per_s：应为数字（不加引号），请改正。"),
        ("rate_per_s = 70.0", "rate_per_s = 0", "load.levels[第 2 项].rate_per_s：应大于 0，请改正。"),
        ("seconds = 5.0", "seconds = inf", "load.seconds：应为有限的数字，不能是 nan 或 inf，请改正。"),
        ("confidence = 0.95", "confidence = 1.0", "performance.confidence：应小于 1，请改正。"),
        ("margin = 0.20", "margin = 20", "performance.margin：应不大于 10，请改正。"),
        (
            'metric = "p95"',
            'metric = "p96"',
            "performance.metric：不在可选值之内，应为 'p50'、'p90'、'p95'、'p99' 之一。",
        ),
        ('mode = "load"', 'mode = "skip"', "data.mode：不在可选值之内，应为 'load'、'keep' 之一。"),
        ('accept = ["*"]', 'accept = "*"', "rules.accept：应为数组，写成 [ … ]，请改正。"),
        ("[rules]", "[[rules]]", "rules：应为一节键值，写成 [节名] 或 { 键 = 值 }，请改正。"),
        (
            'order = "ABBA"',
            'order = "ABC"',
            "load.order：写法不对，应为由 A（原系统）和 B（迁移后系统）组成的顺序，如 ABBA。",
        ),
        (
            'name = "smoke"',
            'name = "Smoke 1"',
            "name：写法不对，应为小写字母、数字、短横线或下划线组成的名称，最长 32 个字。",
        ),
        (
            'name = "高峰"',
            'name = "a/b"',
            "load.levels[第 3 项].name：写法不对，应为不含空白和斜杠的名称，最长 16 个字。",
        ),
        ("seed = 20260101", "seed = -1", "data.seed：应不小于 0，请改正。"),
        ("days = 5", "", "data.days：缺少这个键，请补上。"),
        (
            "rate_per_s = 70.0",
            "outpatient_per_day = 70",
            "load.levels[第 2 项].outpatient_per_day：没有这个键，是否想写 outpatients_per_day。",
        ),
        (
            "[performance]",
            "[load.day]\nhourly = [1, 2, 3]\n\n[performance]",
            "load.day.hourly：至少要有 24 项，请改正。",
        ),
    ],
)
def test_one_sentence_says_what_is_wrong(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    assert complaints(tmp_path, smoke_with(old, new)) == [sentence]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            'order = "ABBA"',
            'order = "ABA"',
            "load.order：A（原系统）与 B（迁移后系统）的块数不相等，两边样本不对等，请写成 ABBA 这样的对称顺序。",
        ),
        (
            "warmup_seconds = 1.0",
            "warmup_seconds = 5.0",
            "load.warmup_seconds：预热时间不短于整块时间，没有可测的部分，请让 warmup_seconds 小于 seconds。",
        ),
        ('name = "高峰"', 'name = "典型"', "load.levels：“典型”出现了不止一次，请只保留一个。"),
        ('"PV-PERF-3"', '"PV-PERF-2"', "clauses：“PV-PERF-2”出现了不止一次，请只保留一个。"),
        ('accept = ["*"]', 'accept = ["*", "R1"]', "rules.accept：“*”已表示接受全部规则，请不要再与规则编号混写。"),
        (
            ", rate_per_s = 70.0",
            "",
            (
                "load.levels[第 2 项]：没有写负载，请写 rate_per_s（每秒交易数）或 outpatients_per_day（日门诊量），"
                '或写 model = "closed" 与 users、think_s。'
            ),
        ),
        (
            "rate_per_s = 70.0",
            "rate_per_s = 70.0, outpatients_per_day = 3000",
            (
                "load.levels[第 2 项]：负载只能用一种方式写，"
                "请在 rate_per_s（每秒交易数）与 outpatients_per_day（日门诊量）中只留一个。"
            ),
        ),
        (
            "rate_per_s = 70.0",
            'rate_per_s = 70.0, model = "closed"',
            "load.levels[第 2 项].rate_per_s：封闭模型的负载由 users 与 think_s 决定，请删去这个键，或去掉 model。",
        ),
        (
            "users = 16, rate_per_s = 70.0",
            'model = "closed"',
            (
                'load.levels[第 2 项].users：封闭模型（model = "closed"）须写 users（用户数），'
                "think_s 为每次应答后的思考秒数。"
            ),
        ),
        (
            "rate_per_s = 70.0",
            "outpatients_per_day = 3000, inpatient_beds = 500",
            (
                "load.levels[第 2 项].inpatient_beds：还须在 [load.day] 中写 transactions_per_bed_day（每床日的交易数）"
                "与 source（出处）。"
            ),
        ),
        (
            "[performance]",
            "[load.day]\ntransactions_per_visit = 9.0\n\n[performance]",
            "load.day.source：写了本院的数字，请同时写明出处，例如“2025 年 9 月挂号日志”。",
        ),
        (
            'order = "ABBA"',
            'order = "AABB"\nparallel = true',
            "load.order：两侧同时施压（parallel）时，每两块须各属一侧，请写成 ABBA 或 ABAB。",
        ),
        (
            'order = "ABBA"',
            'order = "ABBA"\nparallel = true\nturn_seconds = 1.0',
            "load.parallel：与 turn_seconds（两侧轮流）不能同用，请删去一个。",
        ),
        (
            "[rules]",
            "[capacity]\nwarmup_seconds = 15.0\n\n[rules]",
            "capacity.warmup_seconds：预热时间不短于一步的时间，请让 warmup_seconds 小于 step_seconds。",
        ),
    ],
)
def test_contradictions_are_named(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    assert complaints(tmp_path, smoke_with(old, new)) == [sentence]


def test_empty_lists_are_named(tmp_path: Path) -> None:
    start, end = SMOKE.index("clauses = ["), SMOKE.index("[data]")
    assert complaints(tmp_path, SMOKE[:start] + "clauses = []\n" + SMOKE[end:]) == ["clauses：至少要有 1 项，请改正。"]


def test_an_empty_source_is_named(tmp_path: Path) -> None:
    start = SMOKE.index("[limits]")
    text = SMOKE[:start] + SMOKE[start:].replace('source = "信衡的测量质量要求：压测机发出请求的滞后"', 'source = ""')
    assert complaints(tmp_path, text) == ["limits.lag_p99_ms.source：不能为空，请改正。"]


def test_an_unknown_clause_names_the_nearest(tmp_path: Path) -> None:
    text = smoke_with('"PV-COMP-2"', '"PV-COMP-22", "ISO-1"')
    known = ("PV-FUNC-1", "PV-PERF-1", "PV-PERF-2", "PV-PERF-3", "PV-COMP-2")
    known += (*load_plan("smoke").when.interfaces, *load_plan("smoke").when.journeys)
    assert complaints(tmp_path, text, clauses=known) == [
        "clauses：没有条款 PV-COMP-22，是否想写 PV-COMP-2。",
        "clauses：没有条款 ISO-1，可用的有 {}。".format("、".join(known)),
    ]
    assert load_plan("smoke", clauses=known)


def test_every_problem_is_reported_at_once(tmp_path: Path) -> None:
    text = smoke_with("days = 5", "dais = 5").replace("margin = 0.20", "margin = 0").replace("users = 8", 'users = "8"')
    assert [c.partition("：")[0] for c in complaints(tmp_path, text)] == [
        "data.dais",
        "load.levels[第 1 项].users",
        "performance.margin",
    ]


def test_an_unknown_plan_name_names_the_nearest() -> None:
    with pytest.raises(BadSettings) as caught:
        load_plan("nightley")
    assert caught.value.message == (
        "没有名为“nightley”的方案，是否想写 nightly；内置方案有 acceptance、nightly、smoke。"
    )
    with pytest.raises(BadSettings, match="请写内置方案的名称或 TOML 文件的路径"):
        load_plan("zzz")


def test_unreadable_files_say_why(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes('name = "门诊"'.encode("gb18030"))
    (tmp_path / "syntax.toml").write_text('name = "smoke\n', encoding="utf-8")
    for name, reason in {
        "missing.toml": "文件不存在",
        "": "这是一个文件夹",
        "latin.toml": "不是 UTF-8 编码",
        "syntax.toml": "不是合法的 TOML（.*line 1",
    }.items():
        with pytest.raises(BadSettings, match=reason):
            load_plan(tmp_path / name)


def test_no_plan_outlives_its_blocks() -> None:
    # A block's samples begin after the warm-up: none of the shipped plans measures less than it warms up.
    loads: list[LoadPlan] = [load_plan(name).load for name in shipped_plans()]
    assert all(load.measured_seconds > load.warmup_seconds for load in loads)
    assert isinstance(load_plan(shipped_plans()["smoke"]), Plan)


# --------------------------------------------------------------------------- compatibility suite

ACCEPTED = 'accept = [{ probe = "null_order_asc", reason = "报表都写明了次序" }]'


def with_accept(tmp_path: Path, accept: str) -> Path:
    path = tmp_path / "plan.toml"
    head, _, _ = SMOKE.partition("[compat]")
    path.write_text(f"{head}[compat]\nrun = true\n{accept}\n", encoding="utf-8")
    return path


def test_an_accepted_behaviour_has_its_reason(tmp_path: Path) -> None:
    plan = load_plan(with_accept(tmp_path, ACCEPTED), probes=["null_order_asc"])
    assert plan.compat.reasons == {"null_order_asc": "报表都写明了次序"}
    assert plan.parts == (Part.FUNCTIONAL, Part.LOAD, Part.COMPAT)
    assert plan_from_dict(json.loads(json.dumps(plan_as_dict(plan)))) == plan


def test_a_plan_says_itself_whether_the_suite_runs(tmp_path: Path) -> None:
    plan = with_accept(tmp_path, "")
    plan.write_text(plan.read_text(encoding="utf-8").replace("run = true", "run = false"), encoding="utf-8")
    assert load_plan(plan).parts == (Part.FUNCTIONAL, Part.LOAD)
    plan.write_text(SMOKE.partition("[compat]")[0], encoding="utf-8")
    assert load_plan(plan).parts == (Part.FUNCTIONAL, Part.LOAD)


@pytest.mark.parametrize(
    ("accept", "said"),
    [
        ('accept = [{ probe = "nul_order", reason = "x" }]', "：没有兼容性用例 nul_order，是否想写 null_order_asc。"),
        ('accept = [{ probe = "zzz", reason = "x" }]', "：没有兼容性用例 zzz，可用的有 null_order_asc、text_pad。"),
        ('accept = [{ probe = "text_pad" }]', "[第 1 项].reason：缺少这个键，请补上。"),
        ('accept = [{ probe = "text_pad", reason = "" }]', "[第 1 项].reason：不能为空，请改正。"),
        ('accept = ["text_pad"]', "[第 1 项]：应为一节键值，写成 [节名] 或 { 键 = 值 }，请改正。"),
        (f"{ACCEPTED[:-1]}, {ACCEPTED[10:]}", "：“null_order_asc”出现了不止一次，请只保留一个。"),
    ],
)  # fmt: skip
def test_a_wrong_acceptance_is_a_sentence(tmp_path: Path, accept: str, said: str) -> None:
    text = with_accept(tmp_path, accept).read_text(encoding="utf-8")
    assert complaints(tmp_path, text, probes=("null_order_asc", "text_pad")) == [f"compat.accept{said}"]
