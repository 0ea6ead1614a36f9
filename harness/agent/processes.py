"""Reads the process tree behind a pid file: a database server with all its children.

On Linux straight from /proc, because finding children through psutil opens every process of the host every second
(3 ms for 140 processes, measured); elsewhere through psutil. Not here: rates (`rates.py`).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import psutil

from harness.agent.reading import ProcessCount, TreeCount

Note = Callable[[str, str], None]  # key, sentence: said once per key

TITLE = 40  # characters
FDS_EVERY = 10  # seconds between two counts of open files where the kernel (before 6.2) makes us list them
GONE = (FileNotFoundError, ProcessLookupError)


def pid_in(pid_file: Path) -> int:
    """The pid in the first line of a file, 0 where there is none (PostgreSQL writes a negative one for single-user)."""
    try:
        with pid_file.open("rb") as file:
            pid = abs(int(file.readline(32)))
            return pid if pid < 1 << 31 else 0
    except (OSError, ValueError):
        return 0


class ProcessTree:
    """Follows the tree over a restart of its root. Not thread-safe."""

    def __init__(self, pid_file: Path, note: Note) -> None:
        self._pid_file = pid_file
        self._note = note
        self._read_tree = self._linux if sys.platform == "linux" and Path("/proc/self/stat").exists() else self._psutil
        self._root: tuple[int, int] | None = None
        self._restarts = 0
        self._members: dict[int, int] = {}  # pid → start time
        self._others: set[int] = set()  # pids known to be outside: parents only ever change towards init
        self._fds: dict[int, int | None] = {}
        self._idle: dict[int, tuple[bytes, ProcessCount]] = {}
        self._titles: dict[int, tuple[str, bool]] = {}  # and whether it was asked twice
        self._turn = 0

    def read(self) -> TreeCount:
        """The tree now. Never raises for processes that vanish or are not ours to read."""
        pid = pid_in(self._pid_file)
        processes = self._read_tree(pid) if pid else {}
        if not processes:
            return TreeCount(root=0, restarts=self._restarts)
        return TreeCount(root=pid, restarts=self._restarts, processes=processes)

    def _follow(self, root: tuple[int, int]) -> None:
        if root == self._root:
            return
        if self._root is not None:
            self._restarts += 1
        self._root = root
        self._members = {root[0]: root[1]}
        self._others = set()
        self._fds, self._idle, self._titles = {}, {}, {}
        self._turn = 0

    # ------------------------------------------------------------------ Linux

    def _linux(self, root: int) -> dict[int, ProcessCount]:
        stat = _stat(root)
        if stat is None or stat[0] == b"Z":
            return {}
        self._follow((root, int(stat[19])))
        self._find_members()
        counted = {}
        for pid, started in list(self._members.items()):
            found = self._unless_idle(pid)
            if found is None or found.started != started:
                for known in (self._members, self._fds, self._idle, self._titles):
                    known.pop(pid, None)  # ended; a new process with its number is looked at next time
            else:
                counted[pid] = found
        self._turn += 1
        return counted if root in counted else {}

    def _find_members(self) -> None:
        """Add new descendants. Only processes never seen before are opened."""
        alive = {int(name) for name in os.listdir("/proc") if name.isdigit()}
        self._others &= alive
        fresh = {}
        for pid in alive - self._others - self._members.keys():
            stat = _stat(pid)
            if stat is not None:
                fresh[pid] = (int(stat[1]), int(stat[19]))
        grown = True
        while grown:
            ours = {pid: started for pid, (parent, started) in fresh.items() if parent in self._members}
            grown = bool(ours)
            self._members.update(ours)
            fresh = {pid: known for pid, known in fresh.items() if pid not in ours}
        self._others.update(fresh)

    def _unless_idle(self, pid: int) -> ProcessCount | None:
        """As it was known where it has not run since: a server with a process per connection has many that wait.

        The kernel tells the time that a process ran, but only of its first thread.
        """
        try:
            ran = _read(f"/proc/{pid}/schedstat")
        except OSError:
            ran = b""
        known = self._idle.get(pid)
        if known is not None and ran and known[0] == ran:
            return known[1]
        found = self._count(pid)
        if found is not None and found.threads == 1 and ran.strip(b"0 \n"):  # all 0: the kernel keeps no count
            self._idle[pid] = (ran, found)
        else:
            self._idle.pop(pid, None)
        return found

    def _count(self, pid: int) -> ProcessCount | None:
        stat = _stat(pid)
        if stat is None:
            return None
        try:
            resident, shared = _read(f"/proc/{pid}/statm").split(b" ", 3)[1:3]
            written = self._io(pid)
            fds = self._open_files(pid)
            name = self._title(pid)
        except GONE:
            return None
        return ProcessCount(
            started=int(stat[19]),
            cpu_s=(int(stat[11]) + int(stat[12])) / _TICKS,
            waited_s=(int(stat[13]) + int(stat[14])) / _TICKS,
            rss=int(resident) * _PAGE,
            shared=int(shared) * _PAGE,
            threads=int(stat[17]),
            fds=fds,
            read_bytes=written[0],
            write_bytes=written[1],
            name=name,
        )

    def _title(self, pid: int) -> str:
        """What it is called; where it gave itself a longer title ("postgres: checkpointer"), that.

        Never the rest of a command line: passwords stand there. Asked again once, because a new child is still called
        as its parent was.
        """
        known, sure = self._titles.get(pid, ("", False))
        if sure:
            return known
        name = _read(f"/proc/{pid}/comm").decode(errors="replace").strip()
        title = _read(f"/proc/{pid}/cmdline").rstrip(b"\0 ").decode(errors="replace")
        if title.startswith(f"{name}: ") and "\0" not in title:
            name = title[:TITLE]
        self._titles[pid] = name, bool(known)
        return name

    def _io(self, pid: int) -> tuple[int, int] | tuple[None, None]:
        try:
            content = _read(f"/proc/{pid}/io")
        except PermissionError:
            self._note("io", "无权读取数据库进程的读写字节数（/proc/<pid>/io）；请以数据库用户或 root 运行探针。")
            return None, None
        found = dict(line.split(b": ", 1) for line in content.splitlines())
        return int(found[b"read_bytes"]), int(found[b"write_bytes"])

    def _open_files(self, pid: int) -> int | None:
        try:
            size = os.stat(f"/proc/{pid}/fd").st_size  # the number of open files since Linux 6.2, 0 before
            if size == 0 and (self._turn % FDS_EVERY == 0 or pid not in self._fds):
                self._fds[pid] = len(os.listdir(f"/proc/{pid}/fd"))
            return size or self._fds.get(pid)
        except PermissionError:
            self._note("fds", "无权统计数据库进程打开的文件数（/proc/<pid>/fd）；请以数据库用户或 root 运行探针。")
            return None

    # ------------------------------------------------------------------ elsewhere

    def _psutil(self, root: int) -> dict[int, ProcessCount]:
        try:
            main = psutil.Process(root)
            self._follow((root, int(main.create_time() * 1000)))
            family = [main, *main.children(recursive=True)]
        except psutil.Error:
            return {}
        counted = {}
        for process in family:
            found = self._portable(process)
            if found is not None:
                counted[process.pid] = found
        return counted if root in counted else {}

    def _portable(self, process: psutil.Process) -> ProcessCount | None:
        try:
            with process.oneshot():
                times, memory = process.cpu_times(), process.memory_info()
                started, threads = int(process.create_time() * 1000), process.num_threads()
                name = process.name()
        except psutil.Error:
            return None
        try:
            io = process.io_counters() if hasattr(process, "io_counters") else None
        except (psutil.Error, OSError):
            io = None
        return ProcessCount(
            started=started,
            cpu_s=times.user + times.system,
            waited_s=getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0),
            rss=memory.rss,
            shared=getattr(memory, "shared", 0),
            threads=threads,
            fds=None,
            read_bytes=None if io is None else io.read_bytes,
            write_bytes=None if io is None else io.write_bytes,
            name=name,
        )


_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def _read(path: str) -> bytes:
    handle = os.open(path, os.O_RDONLY)
    try:
        return os.read(handle, 4096)
    finally:
        os.close(handle)


def _stat(pid: int) -> list[bytes] | None:
    """The fields of /proc/<pid>/stat from the state on (man 5 proc numbers them from 3); None when it is gone."""
    try:
        content = _read(f"/proc/{pid}/stat")
    except OSError:
        return None
    return content[content.rindex(b")") + 2 :].split()
