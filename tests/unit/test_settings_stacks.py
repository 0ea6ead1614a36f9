"""`load_stacks`: what a good file becomes, and the sentence for everything that can be wrong with a file."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import pytest

from harness.errors import BadSettings
from harness.model import Host, Role, SqlEndpoint, Stack
from harness.settings import load_stacks, stack_as_dict
from harness.settings_stacks import HostTable, SqlTable, StackTable

GOOD = """
[stacks.original]
title = "原 HIS"
[stacks.original.sql]
url = "postgresql+psycopg2://xinheng@db1:5432/his"
password_env = "ORIGINAL_PASSWORD"
product = "postgresql"
[[stacks.original.hosts]]
name = "db1"
agent = "https://10.0.0.5:9461"
token_env = "AGENT_TOKEN"
[[stacks.original.hosts]]
name = "db2"
pid_file = "run/postmaster.pid"

[stacks.migrated]
title = "信创 HIS"
production = true
[stacks.migrated.sql]
url = "mysql+pymysql://xinheng@db3:2881/his"
"""
EXAMPLE = "postgresql+psycopg2://用户@主机:5432/库名"
SECRETS = {"ORIGINAL_PASSWORD": "s3cret", "AGENT_TOKEN": "t0ken"}


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "stacks.toml"
    path.write_text(text, encoding="utf-8")
    return path


def complaints(tmp_path: Path, text: str, environ: dict[str, str] | None = None) -> list[str]:
    """The sentences about a file, without the file name that each must begin with."""
    path = written(tmp_path, text)
    with pytest.raises(BadSettings) as caught:
        load_stacks(path, environ=SECRETS if environ is None else environ)
    assert caught.value.exit_code == 3
    lines = caught.value.message.splitlines()
    assert all(line.startswith(f"{path}：") and line.endswith("。") for line in lines)
    return [line.removeprefix(f"{path}：") for line in lines]


def only(tmp_path: Path, old: str, new: str) -> str:
    """The one sentence after one change of the good file."""
    assert old in GOOD
    (sentence,) = complaints(tmp_path, GOOD.replace(old, new, 1))
    return sentence


def test_a_good_file_becomes_both_stacks(tmp_path: Path) -> None:
    stacks = load_stacks(written(tmp_path, GOOD), environ=SECRETS)

    assert list(stacks) == [Role.ORIGINAL, Role.MIGRATED]
    assert stacks[Role.ORIGINAL] == Stack(
        role=Role.ORIGINAL,
        title="原 HIS",
        sql=SqlEndpoint(
            url="postgresql+psycopg2://xinheng@db1:5432/his", password_env="ORIGINAL_PASSWORD", product="postgresql"
        ),
        hosts=(
            Host(name="db1", agent="https://10.0.0.5:9461", token_env="AGENT_TOKEN"),
            Host(name="db2", pid_file=str(tmp_path / "run/postmaster.pid")),
        ),
    )
    assert stacks[Role.MIGRATED].production


def test_five_lines_are_enough(tmp_path: Path) -> None:
    text = """
[stacks.original.sql]
url = "postgresql+psycopg2://xinheng@db1/his"
[stacks.migrated.sql]
url = "mysql+pymysql://xinheng@db3:2881/his"
"""
    stacks = load_stacks(written(tmp_path, text), environ={})
    assert [(s.title, s.hosts, s.production) for s in stacks.values()] == [
        ("原系统", (), False),
        ("迁移后系统", (), False),
    ]


INTERFACES_ONLY = """
[stacks.original.endpoints.lis_hl7]
url = "mllp://lis1:6661"
[stacks.migrated.endpoints.lis_hl7]
url = "mllp://lis2:6661"
"""


def test_a_stack_of_interfaces_needs_no_database(tmp_path: Path) -> None:
    stacks = load_stacks(written(tmp_path, INTERFACES_ONLY), environ={})
    assert [s.sql for s in stacks.values()] == [SqlEndpoint(url="")] * 2
    assert stack_as_dict(stacks[Role.ORIGINAL])["sql"]["url"] == ""


def test_a_stack_with_neither_is_none(tmp_path: Path) -> None:
    text = INTERFACES_ONLY.replace('[stacks.migrated.endpoints.lis_hl7]\nurl = "mllp://lis2:6661"', "[stacks.migrated]")
    assert complaints(tmp_path, text) == [
        "stacks.migrated.sql：缺少这个键：数据库（sql）和接口（endpoints）至少要写出一种，请补上。"
    ]


def test_file_names_count_from_the_folder_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, GOOD)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")

    stacks = load_stacks("../stacks.toml", environ=SECRETS)

    assert stacks[Role.ORIGINAL].hosts[1].pid_file == str(tmp_path / "run/postmaster.pid")


def test_secrets_come_from_the_real_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SECRETS:
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(BadSettings, match="ORIGINAL_PASSWORD"):
        load_stacks(written(tmp_path, GOOD))


@pytest.mark.parametrize(
    ("table", "noun", "aside"),
    [(SqlTable, SqlEndpoint, set()), (HostTable, Host, set()), (StackTable, Stack, {"role"})],
)
def test_the_file_has_the_keys_of_the_model(table: type, noun: type, aside: set[str]) -> None:
    assert {f.name for f in fields(table)} == {f.name for f in fields(noun)} - aside


# --------------------------------------------------------------------------- the sentences


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('title = "原 HIS"', 'titel = "原 HIS"', "stacks.original.titel：没有这个键，是否想写 title。"),
        (
            "[stacks.original.sql]",
            "[stacks.original.mllp]\nport = 2575\n[stacks.original.sql]",
            "stacks.original.mllp：没有这个键，请删去；此处可用的键有 title、sql、endpoints、hosts、production。",
        ),
        (
            "production = true",
            'production = "yes"',
            "stacks.migrated.production：应为 true 或 false（不加引号），请改正。",
        ),
        ('name = "db2"', "name = 2", "stacks.original.hosts[第 2 项].name：应为文字（用双引号括起），请改正。"),
        ('url = "mysql+pymysql://xinheng@db3:2881/his"', 'url = ""', "stacks.migrated.sql.url：不能为空，请改正。"),
        ('url = "mysql+pymysql://xinheng@db3:2881/his"', "", "stacks.migrated.sql.url：缺少这个键，请补上。"),
        (
            'agent = "https://10.0.0.5:9461"',
            'agent = "http://10.0.0.5:9461"',
            "stacks.original.hosts[第 1 项].agent：写法不对，应为 local（本机探针），或不含口令的 https://主机:端口。",
        ),
        (
            'name = "db2"',
            'name = "db1"',
            "stacks.original.hosts[第 2 项].name：主机名“db1”与前面的主机重复，请改用不同的名称。",
        ),
        (
            'url = "mysql+pymysql://xinheng@db3:2881/his"',
            'url = "db3:2881/his"',
            f"stacks.migrated.sql.url：不是可以解析的数据库地址，请写成 {EXAMPLE} 的形式。",
        ),
        (
            'product = "postgresql"',
            'product = "postgresql"\njar = "driver.jar"\njdbc = true',
            "stacks.original.sql.jar：找不到文件或文件夹 driver.jar，请检查路径（相对路径从本文件所在的文件夹算起）。",
        ),
    ],
)
def test_one_sentence_says_what_is_wrong_and_what_to_write(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    assert only(tmp_path, old, new) == sentence


def test_a_jar_without_jdbc_is_a_misunderstanding(tmp_path: Path) -> None:
    (tmp_path / "driver.jar").touch()
    sentence = only(tmp_path, 'product = "postgresql"', 'jar = "driver.jar"')
    assert sentence == "stacks.original.sql.jar：只有 jdbc = true 时才用得到 jar，请加上 jdbc = true 或删去 jar。"


JDBC_LINES = 'url = "jdbc:dm://db3:5236"\nuser = "SYSDBA"\njar = "drivers/dm"'


def test_jdbc_in_the_url_is_enough_and_jars_count_from_the_folder_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "drivers/dm").mkdir(parents=True)
    text = GOOD.replace('url = "mysql+pymysql://xinheng@db3:2881/his"', JDBC_LINES)
    sql = load_stacks(written(tmp_path, text), environ=SECRETS)[Role.MIGRATED].sql
    assert sql == SqlEndpoint(url="jdbc:dm://db3:5236", user="SYSDBA", jdbc=True, jar=str(tmp_path / "drivers/dm"))


def test_jdbc_needs_a_jar(tmp_path: Path) -> None:
    sentence = only(tmp_path, 'url = "mysql+pymysql://xinheng@db3:2881/his"', 'url = "jdbc:dm://db3:5236"')
    assert sentence == (
        "stacks.migrated.sql.jar：经 JDBC 连接需要厂商的驱动，请用 jar 写出驱动 jar 或其所在文件夹的路径。"
    )


def test_the_user_of_another_url_stands_in_it(tmp_path: Path) -> None:
    sentence = only(tmp_path, 'product = "postgresql"', 'user = "xinheng"')
    assert sentence == (
        "stacks.original.sql.user：只有 jdbc: 开头的地址才用得到 user，请把用户名写进地址（用户@主机）并删去 user。"
    )


def test_every_problem_is_reported_at_once(tmp_path: Path) -> None:
    text = (
        GOOD.replace('title = "原 HIS"', "title = 1")
        .replace("production = true", "production = 1")
        .replace("url", "uri")
    )
    assert [c.partition("：")[0] for c in complaints(tmp_path, text)] == [
        "stacks.original.title",
        "stacks.original.sql.uri",
        "stacks.migrated.sql.uri",
        "stacks.migrated.production",
    ]


def test_both_stacks_must_be_there(tmp_path: Path) -> None:
    one = GOOD[: GOOD.index("[stacks.migrated]")]
    assert complaints(tmp_path, one) == ["stacks.migrated：缺少这个键，请补上。"]


def test_a_missing_secret_is_named_with_the_next_step(tmp_path: Path) -> None:
    (sentence,) = complaints(tmp_path, GOOD, environ={"AGENT_TOKEN": "t", "ORIGINAL_PASSWORD": ""})
    assert sentence == (
        "stacks.original.sql.password_env：环境变量 ORIGINAL_PASSWORD 没有设置，"
        "请先执行 export ORIGINAL_PASSWORD=…（密码不会写入任何记录）。"
    )
    (sentence,) = complaints(tmp_path, GOOD, environ={"ORIGINAL_PASSWORD": "p"})
    assert sentence.startswith("stacks.original.hosts[第 1 项].token_env：环境变量 AGENT_TOKEN 没有设置")


@pytest.mark.parametrize(
    "url",
    [
        "mysql+pymysql://xinheng:hunter2@db3:2881/his",
        "postgresql+psycopg2://db3/his?user=x&password=hunter2",
        "jdbc:dm://db3:5236?user=SYSDBA&PASSWORD=hunter2",
        "jdbc:oracle:thin:his/hunter2@db3:1521/orcl",
        "jdbc:mysql://xinheng:hunter2@db3:3306/his",
    ],
)
def test_a_password_in_the_address_is_refused_and_not_repeated(tmp_path: Path, url: str) -> None:
    (tmp_path / "driver.jar").touch()
    jar = '"\njar = "driver.jar' if url.startswith("jdbc:") else ""
    sentence = only(tmp_path, "mysql+pymysql://xinheng@db3:2881/his", url + jar)
    assert sentence == (
        "stacks.migrated.sql.url：地址里写有密码，请删去，把密码放进环境变量，并用 password_env 写出该变量的名称。"
    )


def test_a_password_in_place_of_a_variable_name_is_not_repeated(tmp_path: Path) -> None:
    sentence = only(tmp_path, 'password_env = "ORIGINAL_PASSWORD"', 'password_env = "hunter2!"')
    assert "环境变量的名称" in sentence
    assert "hunter2" not in sentence


@pytest.mark.parametrize(
    ("original", "migrated", "same"),
    [
        ("postgresql+psycopg2://a@db1:5432/his", "postgresql+psycopg2://b@db1/his?application_name=x", True),
        ("postgresql+psycopg2://a@localhost/his", "postgresql://a@127.0.0.1:5432/his", True),
        ("postgresql+psycopg2://a@/his?host=/run/pg", "postgresql+psycopg2://b@/his?host=/run/pg", True),
        ("mysql+pymysql://a@/his?unix_socket=/run/ob.sock", "mysql+pymysql://a@/his?unix_socket=/run/ob.sock", True),
        ("postgresql+psycopg2://a@localhost/his", 'jdbc:postgresql://127.0.0.1:5432/his?x=1"\njar = ".', True),
        ("postgresql+psycopg2://a@db1/his", 'jdbc:postgresql://db1:5433/his"\njar = ".', False),
        ("postgresql+psycopg2://a@db1/his", "postgresql+psycopg2://a@db1/his2", False),
        ("postgresql+psycopg2://a@db1/his", "postgresql+psycopg2://a@db2/his", False),
        ("postgresql+psycopg2://a@db1:5432/his", "postgresql+psycopg2://a@db1:5433/his", False),
        ("postgresql+psycopg2://a@/his?host=/run/pg1", "postgresql+psycopg2://a@/his?host=/run/pg2", False),
    ],
)
def test_a_system_is_never_compared_with_itself(tmp_path: Path, original: str, migrated: str, same: bool) -> None:
    text = GOOD.replace("postgresql+psycopg2://xinheng@db1:5432/his", original)
    text = text.replace("mysql+pymysql://xinheng@db3:2881/his", migrated)
    if same:
        (sentence,) = complaints(tmp_path, text)
        assert sentence == (
            "stacks.migrated.sql.url：与 stacks.original.sql.url 指向同一个数据库，"
            "等于拿系统与自己比较，请改为迁移后系统的地址。"
        )
    else:
        assert load_stacks(written(tmp_path, text), environ=SECRETS)


def test_the_recording_of_a_stack_holds_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    stack = load_stacks(written(tmp_path, GOOD))[Role.ORIGINAL]
    filed = json.dumps(stack_as_dict(stack), ensure_ascii=False)
    assert not any(secret in filed for secret in SECRETS.values())
    assert json.loads(filed)["sql"]["url"] == stack.sql.url


@pytest.mark.parametrize(
    "url",
    [
        "mysql+pymysql://u:hunter2@h/d",
        "postgresql://h/d?password=hunter2&x=1",
        "jdbc:oracle:thin:u/hunter2@h:1521/o",
        "jdbc:mysql://u:hunter2@h:3306/d",
    ],
)
def test_even_a_stack_that_no_file_described_is_recorded_without_password(url: str) -> None:
    stack = Stack(role=Role.ORIGINAL, title="x", sql=SqlEndpoint(url=url))
    filed = stack_as_dict(stack)["sql"]["url"]
    assert "hunter2" not in filed
    assert "***" in filed
