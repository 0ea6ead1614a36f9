"""The reference server's loop: reads requests, keeps each for its time, answers, and remembers how long it really took.

One process, one thread, epoll and a kernel timer; its garbage collector is off. A service time runs from the moment in
which the last of a request had arrived at this system to the one in which its answer is handed to it, so whatever a
client measures beyond it is the way there and back, and the client itself. Not here: protocols, or being started.
"""

from __future__ import annotations

import heapq
import math
import os
import random
import select
import socket
import sys
import time
from array import array
from collections.abc import Callable
from itertools import count

from drivers import kernel_time
from drivers.calibration.dialect import DRAWN, NAME, UNNUMBERED, Asked, Dialect
from harness.timerfd import KernelTimer

_BACKLOG = 4096
_CHUNK = 1 << 16

Connection = tuple[socket.socket, Dialect]
Answer = tuple[int, int, Connection, int, Asked]  # due, order, to whom, received, what


class Server:
    """Answers on a port of the loopback interface until its standard input ends."""

    def __init__(self, dialect: Callable[[], Dialect], *, median_ms: float, sigma: float, seed: int) -> None:
        self._dialect = dialect
        self._mu, self._sigma = math.log(median_ms * 1e6), sigma  # lognormal; sigma 0: constant
        self._random = random.Random(seed)
        self._records = array("q")  # number, received, answered; and again
        self._connections: dict[int, Connection] = {}
        self._answers: list[Answer] = []
        self._order = count()
        self._frozen = (0, 0)
        self._kernel_time = kernel_time.KernelTime()
        self._commands = b""
        self._timer = KernelTimer()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG)
        self._poll = select.epoll()
        for readable in (self._timer, self._listener, sys.stdin):
            self._poll.register(readable.fileno(), select.EPOLLIN)

    def serve(self) -> None:
        self._tell(b"%d\n" % self._listener.getsockname()[1])
        timer, listener, stdin = self._timer.fileno(), self._listener.fileno(), sys.stdin.fileno()
        while True:
            for fileno, _ in self._poll.poll():
                if fileno == timer:
                    self._answer_due()
                elif fileno == listener:
                    self._accept()
                elif fileno != stdin:
                    self._read(fileno)
                elif not self._told(os.read(stdin, _CHUNK)):
                    return

    # ------------------------------------------------------------------ requests

    def _accept(self) -> None:
        opened, _ = self._listener.accept()
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        kernel_time.wanted(opened)
        dialect = self._dialect()
        self._connections[opened.fileno()] = opened, dialect
        self._poll.register(opened.fileno(), select.EPOLLIN)
        if greeting := dialect.greeting():
            opened.send(greeting)

    def _read(self, fileno: int) -> None:
        connection = opened, dialect = self._connections[fileno]
        try:
            data, notes, _, _ = opened.recvmsg(_CHUNK, kernel_time.ROOM)
            requests = dialect.take(data) if data else None
        except OSError:
            requests = None
        except ValueError as error:
            sys.stderr.write(f"{NAME}: {error}\n")
            requests = None
        if requests is None:
            self._hang_up(fileno)
            return
        received = self._kernel_time.of(notes)
        for asked in requests:
            takes = self._drawn_ns() if asked.takes_ns == DRAWN else asked.takes_ns
            if takes < 0:
                opened.send(asked.answer)
            else:
                self._keep((received + takes, next(self._order), connection, received, asked))

    def _drawn_ns(self) -> int:
        return int(self._random.lognormvariate(self._mu, self._sigma))

    def _hang_up(self, fileno: int) -> None:
        opened, _ = self._connections.pop(fileno)
        self._poll.unregister(fileno)
        opened.close()

    # ------------------------------------------------------------------ answers

    def _keep(self, answer: Answer) -> None:
        heapq.heappush(self._answers, answer)
        if self._answers[0] is answer:
            self._timer.set(self._released(answer[0]))

    def _released(self, moment_ns: int) -> int:
        """When what is due at a moment may leave."""
        begins, ends = self._frozen
        return ends if begins <= moment_ns < ends else moment_ns

    def _answer_due(self) -> None:
        answers, now = self._answers, time.monotonic_ns()
        while answers and self._released(answers[0][0]) <= now:
            _, _, (opened, _), received, asked = heapq.heappop(answers)
            answered = time.monotonic_ns()
            try:
                opened.send(asked.answer)
            except OSError:  # hung up meanwhile, which the poll will tell, or has told
                continue
            if asked.number != UNNUMBERED:
                self._records.extend((asked.number, received, answered))
        self._timer.set(self._released(answers[0][0]) if answers else 0)

    # ------------------------------------------------------------------ commands

    def _told(self, data: bytes) -> bool:
        *lines, self._commands = (self._commands + data).split(b"\n")
        for line in lines:
            word, *values = line.split()
            if word == b"freeze":
                begins, lasts = map(int, values)
                self._frozen = begins, begins + lasts
            elif word == b"records":
                told = self._records.tobytes()
                self._records = array("q")
                self._tell(b"%d\n" % len(told) + told)
        return bool(data)

    @staticmethod
    def _tell(told: bytes) -> None:
        sys.stdout.buffer.write(told)
        sys.stdout.buffer.flush()
