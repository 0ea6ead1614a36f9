"""Processes and sockets of our own servers: found by pid file, recognised by command line, stopped for certain.

A pid alone proves nothing (numbers are used again): a process is ours when its command line carries the argument that
names our data folder. Not here: anything about one product.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import socket
import struct
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from harness.errors import BadInput, Fault

DATABASE = "hospital"  # created in every server of the simulation environment
_KILL_S = 10.0  # a killed process may still have to give back gigabytes
_SOCKET_PATH_LIMIT = 107  # sun_path, without its final zero byte


def read_pid(file: Path) -> int | None:
    """The number in the first line of a pid file."""
    try:
        return int(file.read_text().split(maxsplit=1)[0])
    except (OSError, ValueError, IndexError):
        return None


def is_ours(pid: int | None, argument: str) -> bool:
    """Whether a process lives and was started with `argument`."""
    if pid is None:
        return False
    try:
        process = psutil.Process(pid)
        return argument in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def lives(pid: int) -> bool:
    """Whether there is a process of this number, whoever's it is. A zombie lives no more: when it is buried is up to
    its parent, and the first process of a container may take seconds over it."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def terminate(pid: int, argument: str, *, patience_s: float) -> None:
    """SIGTERM, patience, SIGKILL; returns when the process is gone."""
    try:
        process = psutil.Process(pid)
        if argument not in process.cmdline():
            return
        process.terminate()
        if _ended(process, patience_s):
            return
        process.kill()
        if not _ended(process, _KILL_S):
            raise Fault(f"进程 {pid} 在强制结束之后仍未退出。", hint="请用 ps 查看它的状态。")
    except psutil.NoSuchProcess:
        return


def _ended(process: psutil.Process, patience_s: float) -> bool:
    """Whether a process ends in time."""
    deadline = time.monotonic() + patience_s
    while process.is_running() and lives(process.pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def listener(path: Path) -> int | None:
    """The pid of whoever listens on a Unix socket, asked from the kernel; None when nobody does."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(5)
        try:
            client.connect(str(path))
            raw = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        except OSError:
            return None
    pid, _, _ = struct.unpack("3i", raw)
    return int(pid)


def private_folder(path: Path) -> Path:
    """Make a folder that only its owner may enter."""
    path.mkdir(parents=True, exist_ok=True)
    if path.stat().st_uid == os.geteuid():
        path.chmod(0o700)
    return path


@contextlib.contextmanager
def alone(home: Path) -> Iterator[None]:
    """One start or stop of a server at a time, over all processes."""
    private_folder(home)
    with (home / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def own_temporary(home: Path, purpose: str, parent: Path | None = None, owner: int | None = None) -> Path:
    """A private folder outside `home` that belongs to it: same path every time, refused when it is not ours.

    `owner` is a further user whose folder counts as ours: the one that runs our server.
    """
    tag = hashlib.sha256(str(home).encode()).hexdigest()[:12]
    path = (parent or Path(tempfile.gettempdir())) / f"xinheng-{purpose}-{os.geteuid()}-{tag}"
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=0o700)
    found = path.lstat()
    # In a world-writable folder somebody may have made this name first.
    if path.is_symlink() or found.st_uid not in {os.geteuid(), owner} or found.st_mode & 0o077:
        raise BadInput(f"{path} 已存在且不属于当前用户，不能使用。", hint="请删除它，或把 TMPDIR 指到自己的目录。")
    return path


def fits_socket(path: Path) -> bool:
    """Whether a socket may have this path."""
    return len(os.fsencode(path)) <= _SOCKET_PATH_LIMIT


def reachable_socket(home: Path, folder: Path, name: str) -> Path:
    """A path of the socket that is short enough to connect to: itself, or through a short link."""
    direct = folder / name
    if fits_socket(direct):
        return direct
    link = own_temporary(home, "s") / "s"
    with contextlib.suppress(FileNotFoundError):
        link.unlink()
    link.symlink_to(folder)
    return link / name


def forget_socket(home: Path) -> None:
    """Remove the short link of `reachable_socket`, if there is one."""
    tag = hashlib.sha256(str(home).encode()).hexdigest()[:12]
    shutil.rmtree(Path(tempfile.gettempdir()) / f"xinheng-s-{os.geteuid()}-{tag}", ignore_errors=True)


def quiet_environment() -> dict[str, str]:
    """What a server inherits: no secret of ours, and no way out to a network."""
    nowhere = "http://127.0.0.1:9"  # port 9 discards; nothing listens there
    proxies = dict.fromkeys(
        ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), nowhere
    )
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TELEMETRY_ENABLED": "false", **proxies}


def tail(file: Path, lines: int = 3) -> str:
    """The last lines of a log, for the sentence of a fault."""
    try:
        text = file.read_text(errors="replace")
    except OSError:
        return ""
    return " / ".join(text.strip().splitlines()[-lines:])
