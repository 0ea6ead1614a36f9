"""The compatibility suite on the pairs of products that can be had here, against answers taken down by hand.

The answers below were asked of each server with its own bare client (psycopg2, PyMySQL, stock JayDeBeApi), not with the
suite. Long: every pair runs the whole suite.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.model import Role
from tests.conftest import jar_folder
from tests.e2e.running import stack_on, xinheng

pytestmark = [pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(400)]

_ROW = "ok 1 行: ({})"
_ABORTED = "failed aborted"
# probe → product → what its telling line answers; a product that was not asked by hand is left out
BY_HAND: dict[str, dict[str, str]] = {
    "different_rare_names_equal": {
        "postgresql": _ROW.format(1), "oceanbase": "ok 2 行: (1) (2)", "mariadb": "ok 2 行: (1) (2)",
    },
    "integer_division": {
        "postgresql": _ROW.format(0), "oceanbase": _ROW.format("0.5"), "mariadb": _ROW.format("0.5"),
    },
    "division_by_zero": {
        "postgresql": "failed division_by_zero", "oceanbase": _ROW.format("NULL"), "mariadb": _ROW.format("NULL"),
    },
    "concat_operator": {"postgresql": _ROW.format("'ab'"), "oceanbase": _ROW.format(0), "mariadb": _ROW.format(0)},
    "concat_function_null": {
        "postgresql": _ROW.format("'a'"), "oceanbase": _ROW.format("NULL"), "mariadb": _ROW.format("NULL"),
    },
    "length_of_han": {"postgresql": _ROW.format(2), "oceanbase": _ROW.format(6), "mariadb": _ROW.format(6)},
    "regexp_replace_count": {
        "postgresql": _ROW.format("'ab2c3'"), "oceanbase": _ROW.format("'abc'"), "mariadb": _ROW.format("'abc'"),
        "h2": _ROW.format("'abc'"),
    },
    "greatest_with_null": {
        "postgresql": _ROW.format(3), "oceanbase": _ROW.format("NULL"), "mariadb": _ROW.format("NULL"),
    },
    "week_of_year": {
        "postgresql": _ROW.format(53), "oceanbase": _ROW.format(0), "mariadb": _ROW.format(0), "h2": _ROW.format(1),
    },
    "word_equals_zero": {
        "postgresql": "refused bad_value", "oceanbase": _ROW.format(1), "mariadb": _ROW.format(1),
    },
    "null_order_ascending": {
        "postgresql": "ok 3 行: (2) (3) (1)", "oceanbase": "ok 3 行: (1) (2) (3)", "mariadb": "ok 3 行: (1) (2) (3)",
        "h2": "ok 3 行: (1) (2) (3)",
    },
    "substr_negative": {
        "postgresql": _ROW.format("'abcdef'"), "oceanbase": _ROW.format("'ef'"), "mariadb": _ROW.format("'ef'"),
        "h2": _ROW.format("'ef'"),
    },
    "blank_equals_empty": {"postgresql": _ROW.format(0), "oceanbase": _ROW.format(1), "mariadb": _ROW.format(1)},
    "accents_equal": {"postgresql": _ROW.format(0), "oceanbase": _ROW.format(1), "mariadb": _ROW.format(1)},
    "date_minus_date": {
        "postgresql": _ROW.format(2), "oceanbase": _ROW.format(74), "mariadb": _ROW.format(74),
        "h2": _ROW.format(r"'INTERVAL \'2\' DAY'"),
    },
    "date_plus_number": {
        "postgresql": _ROW.format("2026-02-01"), "oceanbase": _ROW.format(20260132), "mariadb": _ROW.format(20260132),
    },
    "update_shifts_unique_key": {
        "postgresql": "refused unique", "oceanbase": "ok 改 3 行", "mariadb": "refused unique", "h2": "ok 改 3 行",
    },
    "average_of_integers": {
        "postgresql": _ROW.format("1.6666666666666667"), "oceanbase": _ROW.format("1.6667"),
        "mariadb": _ROW.format("1.6667"),
    },
    "offset_fetch": {
        "postgresql": "ok 2 行: (3) (4)", "oceanbase": "failed syntax", "mariadb": "ok 2 行: (3) (4)",
    },
    "cast_to_varchar": {
        "postgresql": _ROW.format("'12'"), "oceanbase": "failed syntax", "mariadb": _ROW.format("'12'"),
    },
    "abort_after_error": {"postgresql": _ABORTED, "oceanbase": "ok 改 1 行", "mariadb": "ok 改 1 行"},
    "ddl_commits_create_table": {
        "postgresql": _ROW.format(1), "oceanbase": _ROW.format(2), "mariadb": _ROW.format(2), "h2": _ROW.format(2),
    },
    "comment_double_minus": {"postgresql": _ROW.format(5), "oceanbase": _ROW.format(6), "mariadb": _ROW.format(6)},
    "update_assignment_order": {
        "postgresql": _ROW.format("8, 7"), "oceanbase": _ROW.format("8, 8"), "mariadb": _ROW.format("8, 8"),
    },
    "unique_checked_per_row": {"postgresql": "refused unique", "oceanbase": "ok 改 2 行", "mariadb": "refused unique"},
    "write_skew_serializable": {
        "postgresql": "failed serialization", "oceanbase": _ROW.format(0), "mariadb": "failed deadlock",
    },
    "queue_no_double_take": {"postgresql": _ROW.format(2), "oceanbase": "ok 0 行", "mariadb": _ROW.format(2)},
    "alter_table_waits": {"postgresql": "等待 → ok", "oceanbase": "ok", "mariadb": "等待 → ok"},
    "identity_after_explicit_value": {
        "postgresql": "refused unique", "oceanbase": "ok 改 1 行", "mariadb": "ok 改 1 行",
    },
    "identity_after_truncate": {"postgresql": _ROW.format(2), "oceanbase": _ROW.format(1), "mariadb": _ROW.format(1)},
    "default_isolation": {"postgresql": _ROW.format(20), "oceanbase": _ROW.format(20), "mariadb": _ROW.format(10)},
}  # fmt: skip
PAIRS = (
    ("postgresql", "oceanbase"),
    ("postgresql", "mariadb"),
    ("postgresql", "h2"),
    ("mariadb", "oceanbase"),
)


def sql_table(product: str, role: Role, servers: Path) -> str:
    if product == "h2":
        known = {"url": "jdbc:h2:mem:pairs;DB_CLOSE_DELAY=-1", "user": "sa", "jar": str(jar_folder()), "product": "h2"}
    else:
        known = {"url": stack_on(role, product, servers).sql.url, "product": product}
    lines = "\n".join(f"{key} = {json.dumps(value)}" for key, value in known.items())
    return f"[stacks.{role}]\n[stacks.{role}.sql]\n{lines}\n"


@pytest.mark.needs_apt("mariadb-server-core", "libh2-java")
@pytest.mark.parametrize(("original", "migrated"), PAIRS)
def test_the_suite_finds_what_a_hand_found(original: str, migrated: str, servers: Path, tmp_path: Path) -> None:
    stacks = tmp_path / "stacks.toml"
    text = sql_table(original, Role.ORIGINAL, servers) + sql_table(migrated, Role.MIGRATED, servers)
    stacks.write_text(text, encoding="utf-8")
    out = tmp_path / "run"
    runner = xinheng("run", "--only", "db-compat", "--stacks", str(stacks), "--out", str(out), "--json", cwd=tmp_path)
    told, complaints = runner.communicate(timeout=380)
    assert runner.returncode == 1, complaints
    behaviours = {b["id"]: b for b in json.loads(told)["behaviours"]}
    assert not [b["id"] for b in behaviours.values() if b["outcome"] == "error"]
    for probe, by_hand in BY_HAND.items():
        if original not in by_hand or migrated not in by_hand:
            continue
        seen = behaviours[probe]
        alike = by_hand[original] == by_hand[migrated]
        assert (seen["outcome"] == "same") is alike, (probe, seen["script"])
        for side, product in (("original", original), ("migrated", migrated)):
            assert by_hand[product] in [line[side] for line in seen["script"]], (probe, product, seen["script"])
