"""The arrows of the architecture, and the purity of what must be pure."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

from tests.arch.sources import PACKAGES, ROOT, functions, imported, python_files, tree_of

# No clock, no chance, no I/O: what these modules answer follows from what they are given.
PURE = (
    "harness/pacer.py",
    "harness/normalise.py",
    "harness/content/",
    "harness/stats/",
    "harness/warmup.py",
    "harness/compare/",
    "harness/judge/",
    *(
        f"harness/doctor/{rules}.py"
        for rules in ("advise", "common", "databases", "document", "lines", "machines", "pairs")
    ),
)
IMPURE_MODULES = {"logging", "os", "random", "secrets", "socket", "subprocess", "threading", "time", "uuid"}

# Where everything may be caught: the command line turns a bug into exit code 4.
MAY_CATCH_ALL = "harness/cli/"
# And the one thread guard: a thread that dies silently would leave its waiters waiting.
THREAD_GUARDS = {("harness/execute/speaker.py", "_serve")}


def test_import_contracts_hold(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    assert lint_imports(no_cache=True) == 0, capsys.readouterr().out


def test_pure_core_is_pure() -> None:
    pure = [p for p in python_files("harness") if str(p).startswith(PURE)]
    assert pure
    impure = {f"{p} imports {name}" for p in pure for name in imported(p) if name.split(".")[0] in IMPURE_MODULES}
    assert not impure
    opening = {
        f"{p}:{node.lineno} opens a file"
        for p in pure
        for node in ast.walk(tree_of(p))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open"
    }
    assert not opening


def catches_everything(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(kind, ast.Name) and kind.id in {"Exception", "BaseException"} for kind in kinds)


def catch_alls(path: Path) -> set[tuple[str, str]]:
    return {
        (str(path), function.name)
        for function in functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.ExceptHandler) and catches_everything(node)
    }


def test_nothing_catches_everything() -> None:
    found = {place for p in python_files(*PACKAGES) if not str(p).startswith(MAY_CATCH_ALL) for place in catch_alls(p)}
    assert found == THREAD_GUARDS


def test_a_catch_all_would_be_seen() -> None:
    handlers = [
        node
        for node in ast.walk(
            ast.parse("try: f()\nexcept (ValueError, Exception): pass\ntry: f()\nexcept KeyError: pass")
        )
        if isinstance(node, ast.ExceptHandler)
    ]
    assert [catches_everything(h) for h in handlers] == [True, False]
