"""What a stacks file says: where the two systems answer, and the name (never the value) of each secret.

The dataclasses below are the shape of the file; `as_stack` turns them into the `Stack` of `model.py`. Not here: whether
anything answers, or which product a URL scheme means (the drivers know).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from harness.message import MessageEndpoint
from harness.model import Host, Role, SqlEndpoint, Stack
from harness.settings_plan import STRICT, Text

ENV_NAME = r"^([A-Za-z_][A-Za-z0-9_]*)?$"
AGENT = r"^(local|https://[^\s/@]+/?)$"
AE_TITLE = r"^[!-\[\]-~]([ -\[\]-~]{0,14}[!-\[\]-~])?$"  # PS3.5 6.2: 16 characters, no backslash
LISTENS = r"^([^\s:/]+:\d{1,5})?$"
REMOVAL = r"^((dicomweb|orthanc):https?://\S+|command:\S.*)?$"
HOST_NAME = r"^[^\s/\\]{1,64}$"
INTERFACE = r"^[a-z][a-z0-9_]{0,39}$"
MESSAGES = r"^(mllps?|https?|amqps?|dicoms?)://[^\s/]+(/\S*)?$"
OVER_HTTP = (("soap", "http"), ("dicomweb", "http"))  # kinds that the address does not tell
PATTERNS = {
    AE_TITLE: "DICOM 应用实体名称（AE Title）：1 至 16 个 ASCII 字符，不含反斜杠",
    LISTENS: "本机接收影像的地址，如 10.0.0.9:11112",
    REMOVAL: "删除测试影像的办法：dicomweb:http://…、orthanc:http://… 或 command:程序",
    HOST_NAME: "不含空白和斜杠的名称，最长 64 个字",
    ENV_NAME: "环境变量的名称（字母、数字、下划线）；密码或令牌本身不写进文件",
    INTERFACE: "接口的名称：小写字母开头，只含小写字母、数字、下划线",
    MESSAGES: " mllp://主机:端口、http://主机:端口/路径、amqp://用户@主机/虚拟主机 这样的地址（加密的加 s：mllps）",
    AGENT: " local（本机探针），或不含口令的 https://主机:端口",
}

TITLES = {Role.ORIGINAL: "原系统", Role.MIGRATED: "迁移后系统"}  # where the file gives none

EnvName = Annotated[str, Field(pattern=ENV_NAME)]
Problem = tuple[str, str]

JDBC = "jdbc:"
_JDBC_PLACE = re.compile(
    r"jdbc:(?P<name>\w+):(?:\w+:)*//(?P<host>[^/:;?]+)(?::(?P<port>\d+))?(?:/(?P<database>[^?;]*))?"
)
_DEFAULT_PORTS = {"postgresql": 5432, "mysql": 3306}
_SECRET_PARAMETERS = re.compile(r"[?&;](password|passwd|pwd|passfile)=", re.IGNORECASE)
_ORACLE_STYLE = re.compile(r":[^/@:\s]+/[^/@\s]+@")  # jdbc:oracle:thin:user/password@…
_USER_INFO = re.compile(r"//[^/@:\s]*:[^/@\s]+@")  # jdbc:mysql://user:password@…


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlTable:
    """`[stacks.X.sql]`."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    url: Text
    password_env: EnvName = ""
    product: str = ""
    jdbc: bool = False
    jar: str = ""
    user: str = ""

    @property
    def by_jdbc(self) -> bool:
        """A URL that begins with jdbc: says so by itself."""
        return self.jdbc or self.url.startswith(JDBC)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointTable:
    """`[stacks.X.endpoints.<interface>]`."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    url: Annotated[str, Field(pattern=MESSAGES)]
    kind: Literal["", "mllp", "http", "soap", "amqp", "dicom", "dicomweb"] = ""  # where the address does not say it
    charset: Text = "UTF-8"
    persistent: bool = True
    timeout_s: Annotated[float, Field(gt=0, le=3600)] = 30.0
    user: str = ""
    password_env: EnvName = ""
    token_env: EnvName = ""
    ca: str = ""
    wsdl: str = ""
    called: Annotated[str, Field(pattern=AE_TITLE)] = "ANY-SCP"
    calling: Annotated[str, Field(pattern=AE_TITLE)] = "XINHENG"
    receive_at: Annotated[str, Field(pattern=LISTENS)] = ""
    removal: Annotated[str, Field(pattern=REMOVAL)] = ""

    @property
    def means(self) -> str:
        """The kind that is written, or that the address and the documents say."""
        scheme = self.url.partition(":")[0].removesuffix("s")
        return self.kind or ("soap" if self.wsdl else scheme)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostTable:
    """`[[stacks.X.hosts]]`."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    name: Annotated[str, Field(pattern=HOST_NAME)]
    agent: Annotated[str, Field(pattern=AGENT)] = "local"
    token_env: EnvName = ""
    pid_file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StackTable:
    """`[stacks.X]`."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    title: str = ""
    sql: SqlTable | None = None  # may be missing where there are endpoints
    endpoints: dict[Annotated[str, Field(pattern=INTERFACE)], EndpointTable] = field(default_factory=dict)
    hosts: tuple[HostTable, ...] = ()
    production: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BothStacks:
    """`[stacks]`."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    original: StackTable
    migrated: StackTable


@dataclass(frozen=True, slots=True, kw_only=True)
class StacksFile:
    """The whole file."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    stacks: BothStacks

    def tables(self) -> Iterator[tuple[Role, StackTable]]:
        yield Role.ORIGINAL, self.stacks.original
        yield Role.MIGRATED, self.stacks.migrated


def as_stack(role: Role, table: StackTable, *, base: Path) -> Stack:
    """The model's `Stack`; file names in it are relative to the folder of the stacks file, `base`."""

    def located(name: str) -> str:
        return str(base / name) if name else ""

    sql = table.sql or SqlTable(url="")
    return Stack(
        role=role,
        title=table.title or TITLES[role],
        production=table.production,
        sql=SqlEndpoint(
            url=sql.url,
            password_env=sql.password_env,
            product=sql.product,
            jdbc=sql.by_jdbc,
            jar=located(sql.jar),
            user=sql.user,
        ),
        endpoints={
            name: MessageEndpoint(
                kind=e.means,
                url=e.url,
                charset=e.charset,
                persistent=e.persistent,
                timeout_s=e.timeout_s,
                user=e.user,
                password_env=e.password_env,
                token_env=e.token_env,
                ca=located(e.ca),
                wsdl=located(e.wsdl),
                called=e.called,
                calling=e.calling,
                receive_at=e.receive_at,
                removal=e.removal,
            )
            for name, e in table.endpoints.items()
        },
        hosts=tuple(
            Host(name=h.name, agent=h.agent, token_env=h.token_env, pid_file=located(h.pid_file)) for h in table.hosts
        ),
    )


def problems(file: StacksFile, *, base: Path, environ: Mapping[str, str]) -> list[Problem]:
    """Everything that the schema cannot know, as (key path, sentence)."""
    found: list[Problem] = []
    for role, table in file.tables():
        at = f"stacks.{role}"
        if table.sql is not None:
            found += _endpoint_problems(f"{at}.sql", table.sql, base=base, environ=environ)
        elif not table.endpoints:
            found.append((f"{at}.sql", "缺少这个键：数据库（sql）和接口（endpoints）至少要写出一种，请补上"))
        for name, endpoint in table.endpoints.items():
            found += _interface_problems(f"{at}.endpoints.{name}", endpoint, base=base, environ=environ)
        names = [host.name for host in table.hosts]
        for n, host in enumerate(table.hosts, start=1):
            here = f"{at}.hosts[第 {n} 项]"
            if names.index(host.name) < n - 1:
                found.append((f"{here}.name", f"主机名“{host.name}”与前面的主机重复，请改用不同的名称"))
            found += _secret_problems(f"{here}.token_env", host.token_env, environ, what="令牌")
    for name in sorted(set(file.stacks.original.endpoints) & set(file.stacks.migrated.endpoints)):
        if file.stacks.original.endpoints[name].url == file.stacks.migrated.endpoints[name].url:
            found.append(
                (
                    f"stacks.migrated.endpoints.{name}.url",
                    "与原系统的同名接口是同一个地址，等于拿系统与自己比较，请改为迁移后系统的地址",
                )
            )
    places = [place(table.sql) if table.sql else "" for _, table in file.tables()]
    if places[0] and places[0] == places[1]:
        found.append(
            (
                "stacks.migrated.sql.url",
                "与 stacks.original.sql.url 指向同一个数据库，等于拿系统与自己比较，请改为迁移后系统的地址",
            )
        )
    return found


def _endpoint_problems(at: str, sql: SqlTable, *, base: Path, environ: Mapping[str, str]) -> list[Problem]:
    found = _secret_problems(f"{at}.password_env", sql.password_env, environ, what="密码")
    if holds_password(sql.url):
        found.append(
            (
                f"{at}.url",
                "地址里写有密码，请删去，把密码放进环境变量，并用 password_env 写出该变量的名称",
            )
        )
    elif not place(sql):
        example = "postgresql+psycopg2://用户@主机:5432/库名"
        found.append((f"{at}.url", f"不是可以解析的数据库地址，请写成 {example} 的形式"))
    if sql.jar and not sql.by_jdbc:
        found.append((f"{at}.jar", "只有 jdbc = true 时才用得到 jar，请加上 jdbc = true 或删去 jar"))
    if sql.jar and not (base / sql.jar).exists():
        found.append((f"{at}.jar", f"找不到文件或文件夹 {sql.jar}，请检查路径（相对路径从本文件所在的文件夹算起）"))
    if sql.by_jdbc and not sql.jar:
        found.append((f"{at}.jar", "经 JDBC 连接需要厂商的驱动，请用 jar 写出驱动 jar 或其所在文件夹的路径"))
    if sql.user and not sql.url.startswith(JDBC):
        found.append((f"{at}.user", "只有 jdbc: 开头的地址才用得到 user，请把用户名写进地址（用户@主机）并删去 user"))
    return found


def _interface_problems(
    at: str, endpoint: EndpointTable, *, base: Path, environ: Mapping[str, str]
) -> Iterator[Problem]:
    yield from _secret_problems(f"{at}.password_env", endpoint.password_env, environ, what="密码")
    yield from _secret_problems(f"{at}.token_env", endpoint.token_env, environ, what="令牌")
    if _USER_INFO.search(endpoint.url):
        yield f"{at}.url", "地址里写有密码，请删去，把密码放进环境变量，并用 password_env 写出该变量的名称"
    scheme = endpoint.url.partition(":")[0].removesuffix("s")
    if endpoint.means != scheme and (endpoint.means, scheme) not in OVER_HTTP:
        yield f"{at}.kind", f"{scheme} 地址上不会有 {endpoint.means} 接口，请改正 kind 或 url"
    for key, file in (("ca", endpoint.ca), ("wsdl", endpoint.wsdl)):
        if file and not (base / file).is_file():
            yield f"{at}.{key}", f"找不到文件 {file}，请检查路径（相对路径从本文件所在的文件夹算起）"


def _secret_problems(at: str, name: str, environ: Mapping[str, str], *, what: str) -> list[Problem]:
    if name and not environ.get(name):
        return [(at, f"环境变量 {name} 没有设置，请先执行 export {name}=…（{what}不会写入任何记录）")]
    return []


def parsed(url: str) -> URL | None:
    """The URL in SQLAlchemy's reading, which is the drivers' reading too, or None."""
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        return None


def holds_password(url: str) -> bool:
    """Whether a secret stands in the URL, in whichever place."""
    if _SECRET_PARAMETERS.search(url):
        return True
    if url.startswith(JDBC):
        return bool(_ORACLE_STYLE.search(url) or _USER_INFO.search(url))
    known = parsed(url)
    return known is not None and known.password is not None


def place(sql: SqlTable) -> str:
    """Which database a URL means, whoever logs in and by whichever client; '' where it cannot be parsed."""
    if sql.url.startswith(JDBC):
        return _jdbc_place(sql.url)
    url = parsed(sql.url)
    if url is None or not (url.host or url.query or url.database):
        return ""
    socket = url.query.get("host") or url.query.get("unix_socket") or ""
    family = url.get_backend_name()
    port = url.port or url.query.get("port") or _DEFAULT_PORTS.get(family)
    return f"{family}|{socket or _same_host(url.host or '')}|{port}|{url.database}"


def _jdbc_place(url: str) -> str:
    found = _JDBC_PLACE.match(url)
    if found is None:
        return url.lower()
    name = found["name"].lower()
    port = found["port"] or _DEFAULT_PORTS.get(name)
    return f"{name}|{_same_host(found['host'])}|{port}|{found['database']}"


def _same_host(host: str) -> str:
    return {"localhost": "127.0.0.1", "::1": "127.0.0.1"}.get(host, host)


def without_secrets(url: str) -> str:
    """The URL for recordings and reports; a file that `load_stacks` accepted has nothing to hide here."""
    known = parsed(url)
    if known is not None and known.password is not None:
        url = known.render_as_string(hide_password=True)
    url = re.sub(r"([?&;](?:password|passwd|pwd|passfile)=)[^&;]*", r"\1***", url, flags=re.IGNORECASE)
    return _USER_INFO.sub("//***@", _ORACLE_STYLE.sub(":***@", url)) if url.startswith(JDBC) else url
