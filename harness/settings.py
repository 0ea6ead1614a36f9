"""Settings files: `stacks.toml` → `Stack`, `plan.toml` → `Plan`; the one door for everybody who needs either.

Every problem of a file is reported at once, a sentence each (`BadSettings`). Not here: what answers at an endpoint, or
whether a pack, rule or product that is named exists (whoever knows them says so).
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
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
    "shipped_plans",
    "stack_as_dict",
]


def load_stacks(path: str | Path, *, environ: Mapping[str, str] | None = None) -> dict[Role, Stack]:
    """Both stacks of a file. Raises BadSettings; secrets are looked for in `environ` but not read into the result."""
    path = Path(path)
    base = path.resolve().parent
    file = validated(settings_stacks.StacksFile, read_toml(path), file=str(path), patterns=settings_stacks.PATTERNS)
    problems = settings_stacks.problems(file, base=base, environ=os.environ if environ is None else environ)
    if problems:
        raise complaint(str(path), problems)
    return {role: settings_stacks.as_stack(role, table, base=base) for role, table in file.tables()}


def stack_as_dict(stack: Stack) -> dict[str, Any]:
    """A stack for the recording: JSON-able, names of secrets only."""
    content = asdict(stack)
    content["role"] = str(stack.role)
    content["sql"]["url"] = settings_stacks.without_secrets(stack.sql.url)
    content["hosts"] = list(content["hosts"])
    return content


def load_plan(name_or_path: str | Path, *, clauses: Collection[str] = ()) -> Plan:
    """A shipped plan by its name, or a plan file. Given the known `clauses`, an unknown one in the plan is an error."""
    path = _plan_path(str(name_or_path))
    plan = validated(Plan, read_toml(path), file=str(path), patterns=PATTERNS)
    problems = contradictions(plan)
    for clause in plan.clauses if clauses else ():
        if clause not in clauses:
            meant = nearest(clause, clauses)
            advice = f"是否想写 {meant}" if meant else f"可用的有 {'、'.join(clauses)}"
            problems.append(("clauses", f"没有条款 {clause}，{advice}"))
    if problems:
        raise complaint(str(path), problems)
    return plan


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
