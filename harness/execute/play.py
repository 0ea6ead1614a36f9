"""Plays a probe's script: each line in its session's thread, answers noted when they come, every wait bounded.

A line that another session keeps waiting is noted at its own place however late it is answered; after which line that
was depends on timing and is kept for people only. Not here: sessions and names (`lab.py`).
"""

from __future__ import annotations

import time
from concurrent.futures import wait
from dataclasses import replace
from typing import TYPE_CHECKING

from harness.errors import Fault
from harness.execute.directives import CHANGES, OPENS_NOTHING, work
from harness.execute.script import Line
from harness.execute.speaker import Answer, Speaker
from harness.model import Probe, ReplyKind
from harness.observation import LEFT_OUT, WAITED, Seen, canonical, said

if TYPE_CHECKING:
    from harness.execute.lab import Lab

STATEMENTS = 6  # so many statement time-outs, and a probe that is not through is given up
GRACE_S = 8.0  # a client-side time-out comes after the server's
# A line that may wait and has no answer by then is waiting. Well below PostgreSQL's deadlock_timeout of 1 s, so that in
# a script of crossing locks the session that waited first is the one that finds the deadlock.
KEPT_BACK_S = 0.5
RELEASE_S = 0.2  # how long an answer may take once it is let go
FAREWELL_S = 1.0

# What a client library raises beside its own tree; anything else is a defect of ours and ends the run.
_CLIENT_ERRORS = (ValueError, TypeError, ArithmeticError, OSError, RuntimeError)

_Open = tuple[int, Line, Answer]  # where an answer belongs, its line, the answer


class _Unfinished(Exception):
    """The probe cannot go on; why, in Chinese."""


class Play:
    """One probe while it runs."""

    def __init__(self, lab: Lab, probe: Probe, *, statement_s: float) -> None:
        self.seen: list[Seen] = []
        self._lab, self._probe = lab, probe
        self._params = {name: value() if callable(value) else value for name, value in probe.params.items()}
        self._speakers: dict[str, Speaker] = {}
        self._kept_back: dict[str, list[_Open]] = {}  # session → its open answers in order
        self._statement_s, self._answer_s = statement_s, statement_s + GRACE_S
        self._deadline = time.monotonic() + STATEMENTS * statement_s

    def through(self, script: list[tuple[Line, str]]) -> str:
        """All lines; why it went wrong, or ''."""
        try:
            for line, sql in script:
                if self._step(line, sql):
                    self._collect()
            for letter in tuple(self._kept_back):
                self._await(letter)
        except _Unfinished as reason:
            return str(reason)
        return ""

    def end(self) -> None:
        """Let go of all sessions; the server is asked to end those that are stuck."""
        for speaker in self._speakers.values():
            speaker.leave()
        stuck = [speaker for speaker in self._speakers.values() if not speaker.ended(FAREWELL_S)]
        for speaker in stuck:
            if speaker.server_id and self._lab.kill:
                self._lab.scratch.run(self._lab.kill.format(id=speaker.server_id))
        for speaker in stuck:
            speaker.ended(FAREWELL_S)

    # ------------------------------------------------------------------ lines

    def _step(self, line: Line, sql: str) -> bool:
        """Whether the line was answered: then it may have let go of others."""
        queued = line.session in self._kept_back
        if queued and not line.may_wait:
            self._await(line.session)  # a session answers one line after the other
            queued = False
        if not sql:
            self.seen.append(Seen(session=line.session, sql=line.text, text=LEFT_OUT))
            return False
        speaker = self._speaker(line)
        answer = speaker.ask(work(self._lab, line, sql, speaker, self._target(line), self._params))
        place = len(self.seen)
        bound = () if line.directive else self._bound(sql)
        self.seen.append(Seen(session=line.session, sql=sql, text="", bound=bound, prepares=line.prepares))
        if not queued and self._comes(answer, KEPT_BACK_S if line.may_wait else self._answer_s):
            # By the session's clock: this thread may itself have been kept from looking.
            self._note(place, line, answer, waited=line.may_wait and answer.seconds > KEPT_BACK_S)
            return True
        if not line.may_wait:
            raise _Unfinished(f"第 {line.number} 行在会话 {line.session} 中没有应答。")
        self._kept_back.setdefault(line.session, []).append((place, line, answer))
        return False

    def _speaker(self, line: Line) -> Speaker:
        """Who speaks this line, connected if the line wants a session."""
        speaker = self._speakers.get(line.session)
        if speaker is None:
            speaker = self._speakers[line.session] = Speaker(line.session)
        if speaker.session is None and line.directive not in OPENS_NOTHING:
            opened = speaker.ask(lambda: self._lab.open(speaker, statement_s=self._statement_s))
            where = f"第 {line.number} 行之前，会话 {line.session} "
            if not self._comes(opened, self._answer_s):
                raise _Unfinished(f"{where}没有连接上。")
            self._check(opened, where)
        return speaker

    def _target(self, line: Line) -> str:
        """What the server calls the session that a line kills."""
        killed = self._speakers.get(line.argument)
        return killed.server_id if killed is not None else ""

    def _bound(self, sql: str) -> tuple[tuple[str, str], ...]:
        named = [(name, value) for name, value in self._params.items() if f":{name}" in sql]
        return tuple((name, canonical(value)) for name, value in named)

    # ------------------------------------------------------------------ answers

    def _collect(self) -> None:
        """Note the answers that were kept back and have been let go by the line before."""
        if self._kept_back:
            wait([answer for queue in self._kept_back.values() for _, _, answer in queue], RELEASE_S)
        for letter, queue in tuple(self._kept_back.items()):
            if all(answer.done() for _, _, answer in queue):
                self._await(letter)

    def _await(self, letter: str) -> None:
        waited = False
        for place, line, answer in self._kept_back.pop(letter):
            if not self._comes(answer, self._answer_s):
                raise _Unfinished(f"第 {line.number} 行在会话 {letter} 中一直等待，没有应答。")
            waited = waited or answer.seconds > KEPT_BACK_S  # who stands behind a waiting one waits, too
            self._note(place, line, answer, waited=waited)

    def _note(self, place: int, line: Line, answer: Answer, *, waited: bool) -> None:
        self._check(answer, f"第 {line.number} 行：")
        reply = answer.result()
        changes = line.directive is None and bool(CHANGES.match(self.seen[place].sql))
        text = (WAITED if waited else "") + said(reply, changes=changes, kind_only=line.kind_only)
        self.seen[place] = replace(
            self.seen[place],
            text=text,
            error_class=reply.error_class.value,
            message=reply.message,
            came_after=len(self.seen) if waited else 0,
        )
        if line.prepares and reply.kind is not ReplyKind.OK:
            raise _Unfinished(f"准备的第 {line.number} 行失败（{text}）：{reply.message}")

    def _check(self, answer: Answer, where: str) -> None:
        """What a client library could not turn into a reply ends the probe; what is our own defect ends the run."""
        error = answer.exception()
        if isinstance(error, (Fault, *_CLIENT_ERRORS)):
            raise _Unfinished(f"{where}{type(error).__name__} {error}")
        if error is not None:
            raise error

    def _comes(self, answer: Answer, patience_s: float) -> bool:
        until = min(time.monotonic() + patience_s, self._deadline)
        while not answer.done() and time.monotonic() < until:
            if self._lab.stop.is_set():
                raise _Unfinished("已中断。")
            wait([answer], min(0.25, max(0.0, until - time.monotonic())))
        return answer.done()
