"""The engineering base agrees with itself: hooks, tasks, commands, pins and documents name things that exist."""

from __future__ import annotations

import configparser
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
import yaml

import scenarios
from harness.hospital_day import settled
from harness.settings import load_plan, load_stacks
from scenarios.dbcompat import PROBES
from tests.arch.sources import PACKAGES, ROOT, imported, project_files, python_files, text_of
from tests.conftest import apt_packages

# Named by the user's design card, though a release may not use each of them yet; fonts; what pydicom decodes with.
NEVER_IMPORTED = {"pandas", "paperang-p2-fonts-cjk", "python-gdcm"}


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def project() -> Any:
    return tomllib.loads(read("pyproject.toml"))["project"]


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", read("Makefile"), flags=re.MULTILINE))


def tox_tasks() -> dict[str, str]:
    """Task name → its section, with {a,b} names spelled out."""
    file = configparser.ConfigParser(interpolation=None)
    file.read_string(read("tox.ini"))
    tasks: dict[str, str] = {}
    for section in file.sections():
        names = section.partition("testenv:")[2].strip("{}")
        tasks |= dict.fromkeys(filter(None, names.split(",")), section)
    return tasks


def hooks() -> list[dict[str, Any]]:
    return [hook for repo in yaml.safe_load(read(".pre-commit-config.yaml"))["repos"] for hook in repo["hooks"]]


def test_every_hook_matches_a_file() -> None:
    names = [p.as_posix() for p in project_files()]
    idle = [hook["id"] for hook in hooks() if not any(re.search(hook["files"], name) for name in names)]
    assert hooks()
    assert not idle


def test_hooks_run_what_tox_runs() -> None:
    tasks = " ".join(read("tox.ini").split())
    called = {hook["id"]: re.sub(r"^\.venv/bin/(python -m )?", "", hook["entry"]) for hook in hooks()}
    foreign = {name: command for name, command in called.items() if command not in tasks}
    assert not foreign


def test_every_test_folder_is_a_task_and_the_other_way_round() -> None:
    folders = {p.parts[1] for p in python_files("tests") if len(p.parts) > 2 and p.name.startswith("test_")}
    by_folder = {name for name, section in tox_tasks().items() if "," in section}
    assert folders <= by_folder
    assert {"lint", "type", "test", "quick", "format", "long"} <= set(tox_tasks())


def test_make_calls_tasks_that_exist() -> None:
    called = {task for names in re.findall(r"\$\(TOX\) -e ([\w,-]+)", read("Makefile")) for task in names.split(",")}
    assert called
    assert called <= set(tox_tasks())


def test_ci_runs_make_test() -> None:
    assert re.findall(r"^make (\S+)$", read(".ci/run"), flags=re.MULTILINE) == ["test"]
    assert "test" in make_targets()


def test_readme_names_only_commands_that_exist() -> None:
    readme = read("README.md")
    shown = set(re.findall(r"\bmake ([a-z][a-z-]*)", readme))
    assert {"demo", "test"} <= shown, "README.md shows the two commands of a newcomer"
    assert shown <= make_targets()


def test_readme_names_only_subcommands_that_exist() -> None:
    cli = pytest.importorskip("harness.cli", reason="the command line is not written yet")
    from typer.main import get_command

    known = set(get_command(cli.app).commands)  # type: ignore[attr-defined]
    shown = set(re.findall(r"\bxinheng ([a-z]+)\b", read("README.md")))
    assert shown
    assert shown <= known


def readme_examples() -> list[str]:
    return re.findall(r"```toml\n(.*?)```", read("README.md"), flags=re.DOTALL)


def test_the_stacks_file_in_the_readme_loads(tmp_path: Path) -> None:
    examples = [text for text in readme_examples() if not re.search(r"\[(compat|load|consistency)\]", text)]
    stacks = tmp_path / "stacks.toml"
    stacks.write_text("\n".join(examples), encoding="utf-8")
    for file in re.findall(r'^(?:wsdl|ca) = "([^"]+)"', "\n".join(examples), flags=re.MULTILINE):
        (tmp_path / file).touch()
    named = re.findall(r'_env = "(\w+)"', "\n".join(examples))
    assert len(load_stacks(stacks, environ=dict.fromkeys(named, "x"))) == 2


def test_the_accepted_rules_in_the_readme_are_a_plan_s(tmp_path: Path) -> None:
    (example,) = [text for text in readme_examples() if "[consistency]" in text]
    plan = tmp_path / "plan.toml"
    plan.write_text(f"{read('harness/plans/smoke.toml')}\n{example}", encoding="utf-8")
    assert load_plan(str(plan)).consistency.reasons


def test_the_accepted_behaviours_in_the_readme_are_a_plan_s(tmp_path: Path) -> None:
    (example,) = [text for text in readme_examples() if "[compat]" in text]
    shipped = read("harness/plans/smoke.toml")
    plan = tmp_path / "plan.toml"
    plan.write_text(re.sub(r"^\[compat\]\n(^[^\[\n].*\n)*", example, shipped, flags=re.MULTILINE), encoding="utf-8")
    accepted = load_plan(plan, probes=[probe.id for probe in PROBES]).compat.accept
    assert len(accepted) == 1


def test_the_levels_in_the_readme_are_a_plan_s(tmp_path: Path) -> None:
    (example,) = [text for text in readme_examples() if "[load]" in text]
    shipped = re.sub(r"^levels = \[\n(.*\n)*?\]\n", "", read("harness/plans/smoke.toml"), flags=re.MULTILINE)
    plan = tmp_path / "plan.toml"
    plan.write_text(shipped.replace("[load]\n", example, 1), encoding="utf-8")
    settled_levels = settled(load_plan(plan), [scenarios.pack("his")]).load.levels
    assert len(settled_levels) == example.count("name = ") and all(level.rate_per_s > 0 for level in settled_levels)


def test_changelog_collects_what_is_not_released() -> None:
    assert re.search(r"^## .*Unreleased", read("CHANGELOG.md"), flags=re.MULTILINE)


def requirements() -> dict[str, list[str]]:
    extras = project()["optional-dependencies"]
    return {"": project()["dependencies"], **extras}


def test_every_requirement_is_pinned_exactly() -> None:
    loose = [r for group in requirements().values() for r in group if not re.fullmatch(r"[\w.-]+==[\w.]+", r)]
    assert not loose


def test_every_requirement_says_its_licence() -> None:
    lines = [line for line in read("pyproject.toml").splitlines() if re.search(r'"[\w.-]+==', line)]
    unexplained = [
        line.strip() for line in lines if not re.search(r"#.*\b(MIT|BSD|Apache|LGPL|GPL-2.0 with|MPL|PSF)", line)
    ]
    assert len(lines) > 20
    assert not unexplained


def test_pins_agree_with_the_constraints() -> None:
    def pins(lines: list[str]) -> dict[str, str]:
        found = (re.match(r"([\w.-]+)==([\w.]+)", line) for line in lines)
        return {m[1].lower().replace("_", "-"): m[2] for m in found if m}

    constraints = pins(read("constraints.txt").splitlines())
    for named in requirements().values():
        assert pins(named).items() <= constraints.items()


def test_third_party_imports_are_declared_and_used() -> None:
    def names(*groups: str) -> set[str]:
        return {r.split("==")[0].lower() for g in groups for r in requirements()[g]}

    owners = packages_distributions()
    used = {
        owner.lower()
        for p in python_files(*PACKAGES)
        for name in imported(p)
        if (top := name.split(".")[0]) not in {*PACKAGES, *sys.stdlib_module_names}
        for owner in owners.get(top, [top])
    }
    companions = {"pydantic_core", "pydantic-core", "jpype1"}  # come with the package they are the core of
    assert used - companions <= names("", "sim", "jdbc", "interfaces")
    loaded_by_name = " ".join(text_of(p) for p in python_files(*PACKAGES))
    unused = {n for n in names("") - used if not re.search(rf"[\"']{n.removesuffix('-binary')}[\"'.]", loaded_by_name)}
    assert unused <= NEVER_IMPORTED


def test_apt_packages_are_asked_for_by_a_test() -> None:
    asked = {
        package
        for p in python_files("tests")
        if p.parts[1] != "arch"
        for package in re.findall(r"needs_apt\(\s*\"([\w.-]+)\"", text_of(p))
        if p.name != "conftest.py"
    }
    assert asked == set(apt_packages())


def registry_hosts() -> set[str]:
    """Where pip on this machine looks besides the public index: nobody else's business."""
    run = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True, timeout=60
    )
    return set(re.findall(r"https?://(?:[^/@\s']*@)?([\w.-]+)", run.stdout)) - {"pypi.org"}


def test_no_file_names_this_machine() -> None:
    places = {str(ROOT)} if len(ROOT.parts) > 2 else set()
    private = re.compile(
        "|".join([*map(re.escape, places | registry_hosts()), r"(?<![\w.])/(?:root|home/\w+|tmp/\w+)/\w"])
    )
    found = {}
    for path in project_files():
        if path.suffix in {".png", ".ttf", ".ttc", ".jpg", ".pdf", ".docx"} or path.parts[:2] == ("tests", "arch"):
            continue
        match = private.search((ROOT / path).read_text(encoding="utf-8", errors="replace"))
        if match:
            found[str(path)] = match.group()
    assert not found
