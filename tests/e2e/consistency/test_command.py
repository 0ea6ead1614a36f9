"""`xinheng data` from end to end: what it says, what it leaves, how it goes on after a kill, and that it only reads."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from sqlalchemy.engine import make_url

from drivers.servers import server_for
from drivers.sql import driver_for
from harness.model import SqlEndpoint
from tests.e2e.consistency.battery import Planted, tables
from tests.e2e.consistency.comparing import fill

pytestmark = pytest.mark.e2e

MANY = 400_000
STACKS = """
[stacks.original]
title = "原"
[stacks.original.sql]
url = "{original}"
product = "postgresql"
[stacks.migrated]
title = "新"
[stacks.migrated.sql]
url = "{migrated}"
product = "postgresql"
"""


def many() -> list[Planted]:
    """A table of several stretches, with a difference in the first and in the last."""
    known = {each.name: each for each in tables(nan=False, zone=False)}
    return [known["money"], known["keyless"], known["untouched"]]


@pytest.fixture(scope="module")
def endpoints(servers: Path) -> dict[str, SqlEndpoint]:
    found = {}
    for side in ("original", "migrated"):
        known = server_for("postgresql", servers / "postgresql" / f"data-{side}").start()
        found[side] = SqlEndpoint(url=known["url"], product=known["product"])
        fill(found[side], many(), migrated=side == "migrated")
        run_sql(found[side], "CREATE TABLE long_one AS SELECT n AS id, md5(n::text) AS name, n * 0.01 AS fee "
                f"FROM generate_series(1, {MANY}) n", "ALTER TABLE long_one ADD PRIMARY KEY (id)")  # fmt: skip
    run_sql(found["migrated"], f"UPDATE long_one SET fee = fee + 1 WHERE id IN (1, 2, {MANY})")
    return found


def run_sql(endpoint: SqlEndpoint, *statements: str) -> None:
    url = make_url(endpoint.url)
    connection = psycopg2.connect(user=url.username, dbname=url.database, host=url.query["host"])
    with connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connection.close()


@pytest.fixture
def stacks(tmp_path: Path, endpoints: dict[str, SqlEndpoint]) -> Path:
    path = tmp_path / "stacks.toml"
    path.write_text(STACKS.format(**{side: endpoint.url for side, endpoint in endpoints.items()}))
    return path


def xinheng(*arguments: object, **how: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "harness.cli", "data", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **how)


def comparable(document: dict[str, Any]) -> dict[str, Any]:
    """Without what depends on the clock."""
    for table in document["tables"]:
        table.pop("seconds")
    return document


def test_the_document_names_every_table_and_the_exit_code_says_what_it_came_to(stacks: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = xinheng("--stacks", stacks, "--exclude", "xinheng_mark", "--out", out, "--json")
    assert done.returncode == 1, done.stderr
    document = json.loads(done.stdout)
    assert document["verdict"] == "fail"
    by = {table["table"]: table for table in document["tables"]}
    assert set(by) == {"money", "keyless", "untouched", "long_one", "xinheng_mark"}
    assert by["xinheng_mark"]["state"] == "left_out"
    assert by["untouched"]["state"] == "equal" and by["untouched"]["unexplained"] == 0
    long_one = by["long_one"]
    assert (long_one["rows_original"], long_one["rows_migrated"], long_one["different"]) == (MANY, MANY, 3)
    assert long_one["unexplained_kinds"] == {"number": 3}
    assert by["keyless"]["explained"] == {"padding": 1} and by["keyless"]["missing"] == 2
    values = (out / "differences" / "long_one.values.csv").read_text().splitlines()
    assert values[0] == '"kind","column","original","migrated","key:id"'
    assert sorted(values[1:])[0] == '"number","fee","0.01","1.01","1"'
    repair = (out / "repair" / "long_one.migrated.sql").read_text(encoding="utf-8")
    assert 'UPDATE "long_one" SET "fee" = 0.01 WHERE "id" = 1;' in repair
    page = (out / "tables.html").read_text(encoding="utf-8")
    assert "long_one" in page and "数值不同" in page and "http://" not in page


def test_equal_tables_pass_and_a_wrong_pattern_is_refused(stacks: Path, tmp_path: Path) -> None:
    done = xinheng("--stacks", stacks, "--tables", "untouched", "--out", tmp_path / "a")
    assert done.returncode == 0 and "一致：1 张表，300 行" in done.stdout
    wrong = xinheng("--stacks", stacks, "--tables", "nowhere_*", "--out", tmp_path / "b")
    assert wrong.returncode == 3 and "没有一张表符合要求" in wrong.stderr
    mixed = xinheng("--stacks", stacks, "--interface", "pacs_archive")
    assert mixed.returncode == 3 and "--interface 只与 --pacs 同用" in mixed.stderr


def test_killed_and_resumed_it_comes_to_the_same(stacks: Path, tmp_path: Path) -> None:
    whole = comparable(json.loads(xinheng("--stacks", stacks, "--out", tmp_path / "whole", "--json").stdout))
    out = tmp_path / "killed"
    command = [sys.executable, "-m", "harness.cli", "data", "--stacks", str(stacks), "--out", str(out)]
    for _ in range(2):  # in the first table that is begun, and again
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        log, before = out / "comparison.jsonl", len(_lines(out))
        while process.poll() is None and len(_lines(out)) == before:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert log.exists()
        with log.open("ab") as file:
            file.write(b'{"s": {"table": "half a li')
        with (out / "differences" / "long_one.values.csv").open("ab") as file:
            file.write(b'"number","fee","1","2","999"\n')
        command = [*command[:-2], "--resume", str(out)]
    again = xinheng("--stacks", stacks, "--resume", out, "--json")
    assert comparable(json.loads(again.stdout)) == whole
    lists = [
        sorted((tmp_path / name / "differences" / "long_one.values.csv").read_text().splitlines())
        for name in ("whole", "killed")
    ]
    assert lists[0] == lists[1]
    other = xinheng("--stacks", stacks, "--resume", out, "--tables", "money")
    assert other.returncode == 3 and "别的设置" in other.stderr


def _lines(out: Path) -> list[str]:
    path = out / "comparison.jsonl"
    return path.read_text().splitlines() if path.exists() else []


def test_a_role_that_may_only_read_is_enough(stacks: Path, endpoints: dict[str, SqlEndpoint], tmp_path: Path) -> None:
    text = stacks.read_text()
    for side, endpoint in endpoints.items():
        run_sql(
            endpoint, f"DROP ROLE IF EXISTS reader_{side}", f"CREATE ROLE reader_{side} LOGIN",
            f"GRANT pg_read_all_data TO reader_{side}",
            f"ALTER ROLE reader_{side} SET default_transaction_read_only = on",
        )  # fmt: skip
        text = text.replace(endpoint.url, endpoint.url.replace("postgres@", f"reader_{side}@"))
    stacks.write_text(text)
    done = xinheng("--stacks", stacks, "--out", tmp_path / "out", env={**os.environ})
    assert done.returncode == 1, done.stderr
    assert "long_one" in done.stdout


def test_a_table_that_may_not_be_read_is_named_and_the_others_are_compared(
    stacks: Path, endpoints: dict[str, SqlEndpoint], tmp_path: Path
) -> None:
    url = endpoints["migrated"].url
    run_sql(
        endpoints["migrated"], "DROP ROLE IF EXISTS half", "CREATE ROLE half LOGIN",
        "GRANT SELECT ON long_one, untouched TO half",
    )  # fmt: skip
    stacks.write_text(stacks.read_text().replace(url, url.replace("postgres@", "half@")))
    done = xinheng("--stacks", stacks, "--tables", "money,untouched", "--out", tmp_path / "out", "--json")
    run_sql(endpoints["migrated"], "DROP OWNED BY half", "DROP ROLE half")
    document = json.loads(done.stdout)
    states = {table["table"]: table["state"] for table in document["tables"] if table["state"] != "left_out"}
    assert states == {"money": "error", "untouched": "equal"}
    assert (document["verdict"], done.returncode) == ("inconclusive", 2)
    (money,) = (table for table in document["tables"] if table["table"] == "money")
    assert "permission denied" in money["trouble"]


def test_the_reader_itself_refuses_to_write(endpoints: dict[str, SqlEndpoint]) -> None:
    reader = driver_for(endpoints["original"]).table_reader()
    with pytest.raises(Exception, match="read-only"):
        reader._run("DELETE FROM money")  # type: ignore[attr-defined]
    reader.close()


def test_what_replication_still_owes_settles(stacks: Path, endpoints: dict[str, SqlEndpoint], tmp_path: Path) -> None:
    """Two of three rows arrive late; the third never does."""
    out = tmp_path / "out"
    asked = ["data", "--stacks", stacks, "--tables", "long_one", "--settle", "8s", "--out", out, "--json"]
    with subprocess.Popen(
        [sys.executable, "-m", "harness.cli", *map(str, asked)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        log = out / "comparison.jsonl"
        while running.poll() is None and not (log.exists() and b'{"t":{"table":"long_one"' in log.read_bytes()):
            time.sleep(0.05)
        run_sql(endpoints["migrated"], f"UPDATE long_one SET fee = fee - 1 WHERE id IN (1, {MANY})")
        said, _ = running.communicate()
    run_sql(endpoints["migrated"], f"UPDATE long_one SET fee = fee + 1 WHERE id IN (1, {MANY})")
    document = json.loads(said)
    (table,) = (each for each in document["tables"] if each["table"] == "long_one")
    assert (table["state"], table["different"], running.returncode) == ("different", 1, 1)
    assert (table["rounds"][0]["rows"], table["rounds"][-1]["rows"]) == (3, 1)
    assert all(each["at"] for each in table["rounds"][1:])
    assert (out / "differences" / "long_one.values.csv").read_text().count("\n") == 2  # a heading, a value
    assert [e["key"] for e in table["examples"]] == ["2"]
