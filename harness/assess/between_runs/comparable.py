"""May two runs be held against each other? What must be the same, each difference in one sentence with what to do.

The same work: packs, data, load, and the workload itself, byte by byte. What only decides how a result is judged may
differ, and is shown. Not here: whether the folders are as they were sealed (the command line asks the manifest).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.errors import BadInput
from harness.run_comparison import Pair
from harness.runfile import parts_of
from harness.settings import Plan, plan_as_dict

_SAME_WORK = ("data", "functional", "load")
# How long and how carefully it was measured: more or less evidence of the same.
_EFFORT = frozenset({"load.rounds", "load.until_decided", "load.repeats", "load.calibrate", "load.processes"})
_SAME_QUESTION = frozenset({"performance.metric", "performance.confidence", "performance.min_samples"})
_TITLES = {
    "data": "数据规模或种子", "functional": "功能比对的笔数", "load": "负载", "performance": "性能判定的方法",
}  # fmt: skip
_AGAIN = "请用同一份方案重新运行其中一次"


def refuse_different(runs: tuple[Mapping[str, Any], Mapping[str, Any]], plans: tuple[Plan, Plan]) -> None:
    """Raises BadInput that names everything that keeps two runs from being compared."""
    problems = [*_packs(*runs), *_plans(*plans), *_nothing_in_common(*runs)]
    if problems:
        raise BadInput(
            "这两次运行做的不是同样的工作，不能比较：\n" + "\n".join(f"  · {each}" for each in problems),
            hint="只有判定的界限（performance.margin 等）可以不同；按上面逐条改后再比。",
        )


def refuse_different_work(a: Path, b: Path) -> None:
    """The workload files of both folders; one that only one run needed keeps nothing from being compared."""
    other = _digests(b / "workload")
    differing = [name for name, digest in _digests(a / "workload").items() if other.get(name, digest) != digest]
    if differing:
        raise BadInput(
            f"两次运行的负载文件不同：{'、'.join(differing)}。",
            hint="它们由场景包、数据规模和种子生成；请用同一版信衡、同一版场景包和同一份方案重新运行其中一次。",
        )


def told_differences(plans: tuple[Plan, Plan]) -> tuple[Pair, ...]:
    """What the plans say differently without making it different work."""
    a, b = (_flat(plan_as_dict(plan)) for plan in plans)
    return tuple(
        Pair(stack="", group="plan", name=key, a=a.get(key, ""), b=b.get(key, ""))
        for key in {**a, **b}
        if a.get(key) != b.get(key)
    )


def _packs(a: Mapping[str, Any], b: Mapping[str, Any]) -> Iterator[str]:
    if set(a["packs"]) != set(b["packs"]):
        yield (
            f"场景包不同：A 是 {_listed(a['packs'])}，B 是 {_listed(b['packs'])}；请用相同的 --packs 重新运行其中一次。"
        )
    for name in [name for name in a["packs"] if name in b["packs"]]:
        mine, theirs = a["packs"][name], b["packs"][name]
        if mine["version"] != theirs["version"]:
            yield (
                f"场景包 {name} 的版本不同：A 是 {mine['version']}，B 是 {theirs['version']}；"
                "请用同一版场景包重新运行其中一次。"
            )
        elif _names(mine) != _names(theirs):
            only = sorted(_names(mine) ^ _names(theirs))
            yield (
                f"场景包 {name} 的业务不同：只在一次运行中有 {_listed(only)}；"
                "请让两次运行的接口（stacks.toml 的 endpoints）相同。"
            )


def _names(pack: Mapping[str, Any]) -> set[str]:
    return {transaction["name"] for transaction in pack["transactions"]}


def _plans(a: Plan, b: Plan) -> Iterator[str]:
    mine, theirs = _flat(plan_as_dict(a)), _flat(plan_as_dict(b))
    for key in {**mine, **theirs}:
        section = key.partition(".")[0]
        same_work = section in _SAME_WORK and key not in _EFFORT and not key.endswith(".source")
        if (same_work or key in _SAME_QUESTION) and mine.get(key) != theirs.get(key):
            yield f"{_TITLES[section]}不同（{key}）：A 是 {_said(mine, key)}，B 是 {_said(theirs, key)}；{_AGAIN}。"


def _said(flat: Mapping[str, str], key: str) -> str:
    return flat.get(key) or "无"


def _nothing_in_common(a: Mapping[str, Any], b: Mapping[str, Any]) -> Iterator[str]:
    if not set(parts_of(a)) & set(parts_of(b)):
        yield (
            f"两次运行做的部分没有相同的：A 是 {_listed(parts_of(a))}，B 是 {_listed(parts_of(b))}；"
            "请用相同的 --only 重新运行其中一次。"
        )


def _listed(names: Any) -> str:
    return "、".join(str(name) for name in names) or "无"


def _flat(value: Any, path: str = "") -> dict[str, str]:
    """A nested plan as dotted keys; a list of tables counts its entries."""
    if isinstance(value, Mapping):
        parts = [_flat(inner, f"{path}.{key}" if path else str(key)) for key, inner in value.items()]
    elif isinstance(value, list | tuple) and any(isinstance(each, Mapping) for each in value):
        parts = [_flat(inner, f"{path}[{n}]") for n, inner in enumerate(value, 1)]
    elif isinstance(value, list | tuple):
        return {path: ", ".join(map(str, value))}
    else:
        return {path: str(value)}
    return {key: text for part in parts for key, text in part.items()}


def _digests(folder: Path) -> dict[str, str]:
    found = {}
    for path in sorted(folder.glob("*.jsonl")):
        with path.open("rb") as content:
            found[path.name] = hashlib.file_digest(content, "sha256").hexdigest()
    return found
