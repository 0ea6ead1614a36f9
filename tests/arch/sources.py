"""The project's own files, read once for the tests of this folder."""

from __future__ import annotations

import ast
import functools
import os
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("harness", "drivers", "scenarios", "reports")
# What is made by tools or by runs, as in .gitignore.
MADE = {".git", ".venv", ".tox", "out", "wheels", "build", "dist", "__pycache__"}


@functools.cache
def project_files() -> tuple[Path, ...]:
    """Every file that belongs to the project, relative to its root."""
    found = []
    for folder, subfolders, names in os.walk(ROOT):
        subfolders[:] = [s for s in subfolders if s not in MADE and not s.endswith(("_cache", ".egg-info"))]
        if Path(folder) == ROOT:
            subfolders[:] = [s for s in subfolders if not s.startswith(".") or s == ".ci"]
        found += [Path(folder, name).relative_to(ROOT) for name in names if not name.endswith(".pyc")]
    return tuple(sorted(found))


@functools.cache
def python_files(*folders: str) -> tuple[Path, ...]:
    return tuple(path for path in project_files() if path.suffix == ".py" and path.parts[0] in folders)


@functools.cache
def text_of(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@functools.cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(text_of(path), filename=str(path))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def imported(path: Path) -> Iterator[str]:
    """Dotted names of everything that a file imports, at its top or later."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
