"""Sizes that keep the code readable, one word per concept, and a docstring at every door."""

from __future__ import annotations

import ast
import io
import tokenize

from tests.arch.sources import PACKAGES, functions, project_files, python_files, text_of, tree_of

FILE_LINES, FUNCTION_LINES, PARAMETERS = 400, 60, 6

# Synonyms of the vocabulary (harness/README.md): the word that is meant stands beside.
BANNED = {
    "latency": "service_time or response_time",
    "latencies": "service_times or response_times",
    "query_time": "service_time",
    "elapsed_time": "service_time or response_time",
    "adapter": "driver",
    "connector": "driver",
    "source_db": "original",
    "target_db": "migrated",
    "legacy": "original",
    "sut": "stack",
    "discrepancy": "finding",
    "mismatches": "findings",
    "p_value": "estimate with an interval",
    "test_case": "transaction",
    "testcase": "transaction",
}


def test_files_fit_on_a_few_screens() -> None:
    long = {str(p): n for p in python_files(*PACKAGES, "tests") if (n := len(text_of(p).splitlines())) > FILE_LINES}
    assert not long


def test_functions_fit_on_one_screen() -> None:
    long = {
        f"{p}:{f.lineno} {f.name}": n
        for p in python_files(*PACKAGES, "tests")
        for f in functions(p)
        if (n := (f.end_lineno or f.lineno) - f.lineno + 1) > FUNCTION_LINES
    }
    assert not long


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    given = function.args
    names = [a.arg for a in [*given.posonlyargs, *given.args, *given.kwonlyargs]]
    return len(names) - (names[:1] in (["self"], ["cls"]))


def test_functions_take_few_parameters() -> None:
    # The options of a sub-command are a user interface, not a call.
    checked = [p for p in python_files(*PACKAGES) if not str(p).startswith("harness/cli/")]
    many = {f"{p}:{f.lineno} {f.name}": n for p in checked for f in functions(p) if (n := parameters(f)) > PARAMETERS}
    assert not many


def synonyms(source: str) -> set[str]:
    """Banned words used as, or as part of, a name."""
    names = {t.string for t in tokenize.generate_tokens(io.StringIO(source).readline) if t.type == tokenize.NAME}
    return {
        f"{name}: say {meant}" for name in names for word, meant in BANNED.items() if f"_{word}_" in f"_{name.lower()}_"
    }


def test_one_word_per_concept() -> None:
    found = {f"{p}: {s}" for p in python_files(*PACKAGES) for s in synonyms(text_of(p))}
    assert not found


def test_a_synonym_would_be_seen() -> None:
    assert synonyms("max_latency = 1\nlateness = 2\n") == {"max_latency: say service_time or response_time"}


def test_no_domain_name_starts_with_test() -> None:
    found = {
        f"{p}: {node.name}"
        for p in python_files(*PACKAGES)
        for node in ast.walk(tree_of(p))
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test")
    }
    assert not found


def test_every_module_says_what_it_is_for() -> None:
    silent = {
        str(p) for p in python_files(*PACKAGES, "tests") if text_of(p).strip() and not ast.get_docstring(tree_of(p))
    }
    assert not silent


def test_the_tests_of_this_folder_see_the_project() -> None:
    seen = {str(p) for p in project_files()}
    assert {"pyproject.toml", "harness/model.py", ".ci/run", "tests/arch/test_budget.py"} <= seen
