"""Settings files: `stacks.toml` → `Stack`, `plan.toml` → `Plan`; the one door for everybody who needs either.

Every problem of a file is reported at once, a sentence each (`BadSettings`). Not here: what answers at an endpoint, or
whether a pack, rule or product that is named exists (whoever knows them says so).
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from harness import settings_stacks
from harness.errors import BadSettings, RecordingBroken
from harness.model import Role, Stack
from harness.settings_check import complaint, nearest, read_toml, validated
from harness.settings_plan import (
    PATTERNS,
    AcceptedBehaviour,
    BatteryPlan,
    CompatPlan,
    DataPlan,
    DurationLimit,
    FunctionalPlan,
    Level,
    LimitsPlan,
    LoadPlan,
    PerformancePlan,
    Plan,
    RulesPlan,
    ShareLimit,
    contradictions,
)

__all__ = [
    "AcceptedBehaviour",
    "BatteryPlan",
    "CompatPlan",
    "DataPlan",
    "DurationLimit",
    "FunctionalPlan",
    "Level",
    "LimitsPlan",
    "LoadPlan",
    "PerformancePlan",
    "Plan",
    "RulesPlan",
    "ShareLimit",
    "load_plan",
    "load_stacks",
    "plan_as_dict",
    "plan_from_dict",
    "read_stacks",
    "shipped_plans",
    "stack_as_dict",
]


def load_stacks(path: str | Path, *, environ: Mapping[str, str] | None = None) -> dict[Role, Stack]:
    """Both stacks of a file. Raises BadSettings; secrets are looked for in `environ` but not read into the result."""
    stacks, problems = read_stacks(path, environ=environ)
    if problems:
        raise complaint(str(path), problems)
    return stacks


def read_stacks(
    path: str | Path, *, environ: Mapping[str, str] | None = None
) -> tuple[dict[Role, Stack], list[tuple[str, str]]]:
    """Both stacks of a well-formed file, and what is wrong with what it says: (key path, sentence) for each problem."""
    path = Path(path)
    base = path.resolve().parent
    file = validated(settings_stacks.StacksFile, read_toml(path), file=str(path), patterns=settings_stacks.PATTERNS)
    problems = settings_stacks.problems(file, base=base, environ=os.environ if environ is None else environ)
    return {role: settings_stacks.as_stack(role, table, base=base) for role, table in file.tables()}, problems


def stack_as_dict(stack: Stack) -> dict[str, Any]:
    """A stack for the recording: JSON-able, names of secrets only."""
    content = asdict(stack)
    content["role"] = str(stack.role)
    content["sql"]["url"] = settings_stacks.without_secrets(stack.sql.url)
    content["hosts"] = list(content["hosts"])
    return content


def load_plan(name_or_path: str | Path, *, clauses: Collection[str] = (), probes: Collection[str] = ()) -> Plan:
    """A shipped plan by its name, or a plan file. Given the known `clauses` or compatibility `probes`, a plan that
    names another one is an error."""
    path = _plan_path(str(name_or_path))
    plan = validated(Plan, read_toml(path), file=str(path), patterns=PATTERNS)
    problems = contradictions(plan)
    problems += _unknown("clauses", "条款", plan.clauses, clauses)
    problems += _unknown("when.interfaces", "条款", plan.when.interfaces, clauses)
    problems += _unknown("when.journeys", "条款", plan.when.journeys, clauses)
    problems += _unknown("compat.accept", "兼容性用例", [each.probe for each in plan.compat.accept], probes)
    if problems:
        raise complaint(str(path), problems)
    return plan


def _unknown(key: str, what: str, named: Iterable[str], known: Collection[str]) -> list[tuple[str, str]]:
    """A sentence per name that is not known; none where nothing is known about the names."""
    found = []
    for name in named if known else ():
        if name not in known:
            meant = nearest(name, known)
            advice = f"是否想写 {meant}" if meant else f"可用的有 {_listed(known)}"
            found.append((key, f"没有{what} {name}，{advice}"))
    return found


def _listed(names: Collection[str]) -> str:
    shown = "、".join(list(names)[:30])
    return shown if len(names) <= 30 else f"{shown} 等 {len(names)} 个"


def shipped_plans() -> dict[str, Path]:
    """The plans that come with the harness, by name."""
    folder = Path(str(resources.files("harness"))) / "plans"
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def _plan_path(name: str) -> Path:
    shipped = shipped_plans()
    if name in shipped:
        return shipped[name]
    if name.endswith(".toml") or "/" in name or Path(name).exists():
        return Path(name)
    meant = nearest(name, shipped)
    advice = f"是否想写 {meant}" if meant else "请写内置方案的名称或 TOML 文件的路径"
    raise BadSettings(f"没有名为“{name}”的方案，{advice}；内置方案有 {'、'.join(shipped)}。")


def plan_as_dict(plan: Plan) -> dict[str, Any]:
    """The plan for `result.json`; `plan_from_dict` is the inverse, also after a trip through JSON."""
    content: dict[str, Any] = TypeAdapter(Plan).dump_python(plan, mode="json")
    return content


def plan_from_dict(content: Mapping[str, Any]) -> Plan:
    """The plan of a finished run, to judge it again."""
    try:
        return TypeAdapter(Plan).validate_json(TypeAdapter(dict[str, Any]).dump_json(dict(content)))
    except ValidationError as error:
        keys = "、".join(sorted({".".join(map(str, e["loc"])) for e in error.errors(include_url=False)}))
        raise RecordingBroken(
            f"记录中的方案无法读取（{keys}）。", hint="记录可能被改动过，或由不兼容的版本写成，请用写成它的版本打开。"
        ) from error
