"""The client of an agent on another host (`serve.py`): brings its readings into a local file of the same format.

Times are shifted to our monotonic clock, so that readings and samples share one axis; the header of the file says by
how much and how sure we are. A broken link loses nothing: the agent keeps what was not fetched.
Not here: the connection and the arithmetic of clocks (`link.py`).
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from pathlib import Path
from typing import Any

from harness.agent.collector import FileSink
from harness.agent.link import BROKEN, CLOCK_TRIES, Clock, Link, better, look, unreachable
from harness.agent.reading import FORMAT, KIND, encode_line
from harness.errors import DiskFull, Fault
from harness.model import Host

PULL_EVERY_S = 5.0
SILENT_S = 20.0  # a longer silence is noted


class RemoteAgent:
    """One remote host; see `agents.Agent`."""

    def __init__(self, host: Host, out: Path, *, pull_every_s: float = PULL_EVERY_S) -> None:
        self.host = host
        self._out = out
        self._pull_every_s = pull_every_s
        self._link = Link(host)
        self._clocks: dict[str, Clock] = {}  # one per boot of the host
        self._boot = ""  # of the lines that come next
        self._spool = ""
        self._next = 0
        self._sink: FileSink | None = None
        self._thread: threading.Thread | None = None
        self._ended = threading.Event()
        self._answered = 0.0
        self._failure = ""

    def start(self) -> None:
        """Estimate the clock, remember where the readings stand, and begin to fetch what comes."""
        if self._thread is not None and self._thread.is_alive():
            return  # it keeps asking by itself
        state = self._first_answer()
        if self._spool != state["spool"]:  # else: go on where we stopped, nothing is lost
            self._spool, self._next, self._boot = state["spool"], int(state["end"]), state["boot"]
        self._out.parent.mkdir(parents=True, exist_ok=True)
        if self._sink is not None:
            self._sink.close()
        self._sink = FileSink(self._out)
        self._write_header(state)
        self._ended.clear()
        self._failure = ""
        self._answered = time.monotonic()
        self._thread = threading.Thread(target=self._run, name=f"agent {self.host.name}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Fetch what is still there, then end."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._link.close()
        if self._sink is not None:
            self._sink.close()
            self._sink = None

    def alive(self) -> bool:
        """We keep asking. A broken link does not end that: the agent stores, and we fetch when it is back."""
        return self._thread is not None and self._thread.is_alive()

    def reachable(self) -> bool:
        """Answers came lately."""
        return self.alive() and time.monotonic() - self._answered < SILENT_S

    def last_words(self) -> str:
        """Why it is not alive, for the note in the result."""
        return self._failure

    def facts(self) -> dict[str, str]:
        """Of that host, as its agent sees them. On a connection of its own: the other belongs to the thread."""
        return {str(k): str(v) for k, v in look(self.host)[0]["facts"].items()}

    def machine(self) -> str:
        """The one that the agent runs on."""
        return look(self.host)[1].boot

    def _first_answer(self) -> dict[str, Any]:
        try:
            for _ in range(CLOCK_TRIES):
                _, state, clock = self._link.get("/v1/facts")
                known = self._clocks.get(clock.boot)
                if known is None or clock.uncertainty_ns < known.uncertainty_ns:
                    self._clocks[clock.boot] = clock
        except BROKEN as error:
            raise unreachable(self.host, error) from None
        if state["failure"]:
            raise Fault(
                f"主机 {self.host.name} 的探针已停止记录：{state['failure']}。", hint="请在该主机上重新启动探针。"
            )
        return state

    # ------------------------------------------------------------------ in the thread

    def _run(self) -> None:
        ended = False
        while not ended:
            ended = self._ended.wait(self._pull_every_s)
            try:
                while self._pull():
                    pass
                self._heard()
            except BROKEN as error:
                if ended:
                    self._failure = f"结束时探针没有应答（{error}），最后的读数没有取回"
            except Fault as error:  # the token is refused, our disk is full: asking again does not help
                self._failure = str(error)
                ended = True
        if self._failure:
            with contextlib.suppress(DiskFull):  # it may be the failure itself
                self._note(self._failure)

    def _heard(self) -> None:
        silent = time.monotonic() - self._answered
        if silent >= SILENT_S:
            self._note(f"与探针失联 {silent:.0f} 秒；其间的读数由探针保存，恢复后已取回。")
        self._answered = time.monotonic()

    def _note(self, sentence: str) -> None:
        self._append({"note": sentence, "wall": round(time.time(), 3), "mono_ns": time.monotonic_ns()})

    def _pull(self) -> bool:
        """Fetch once; True when there may be more."""
        body, state, clock = self._link.get(f"/v1/readings?after={self._next}")
        self._clocks[clock.boot] = better(self._clocks.get(clock.boot), clock)
        if state["spool"] != self._spool:
            self._spool, self._next = state["spool"], 0
            self._note("探针的缓存被换过，换之前没有取回的读数丢失。")
            return True
        if state["start"] != self._next:
            self._note("探针的缓存已满，最早的读数在取回之前被丢弃。")
        for line in body.splitlines():
            self._take(line, state)
        self._next = int(state["next"])
        if state["failure"]:
            raise Fault(f"主机 {self.host.name} 的探针已停止记录：{state['failure']}。")
        return self._next < int(state["end"]) and bool(body)

    def _take(self, line: bytes, state: dict[str, Any]) -> None:
        try:
            content = json.loads(line)
        except ValueError:
            return  # torn when the agent died; a header follows
        if "kind" in content:
            self._boot = content["boot"]
            self._write_header(state)
            return
        clock = self._clocks.get(self._boot)
        if clock is None:
            return  # written between two boots that we both missed: its place on our axis is unknown
        content["mono_ns"] += clock.mono_ns
        self._append(content)

    def _write_header(self, state: dict[str, Any]) -> None:
        clock = self._clocks[state["boot"]]
        self._append(
            {
                "kind": KIND,
                "format": FORMAT,
                "host": self.host.name,
                "machine": state["machine"],
                "agent": self.host.agent,
                "wall": round(time.time(), 6),
                "mono_ns": time.monotonic_ns(),
                "clock": {  # mono_ns of the readings is shifted already; add wall_shift_s to their wall times
                    "mono_shift_ns": clock.mono_ns,
                    "wall_shift_s": round(clock.wall_s, 6),
                    "uncertainty_ms": round(clock.uncertainty_ns / 1e6, 3),
                },
            }
        )

    def _append(self, content: dict[str, Any]) -> None:
        assert self._sink is not None
        try:
            self._sink.write(encode_line(content))
        except OSError as error:
            raise DiskFull(
                f"读数无法写入 {self._out}：{error.strerror or error}。", hint="请清理磁盘后继续；已取回的读数都在。"
            ) from None
