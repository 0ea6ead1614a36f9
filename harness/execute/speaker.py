"""One session of a probe in a thread of its own, so that one may be kept waiting while another goes on.

Not here: what is said (`lab.py`).
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future

from harness.model import Reply, ReplyKind
from harness.ports import Session

Work = Callable[[], Reply]


class Answer(Future[Reply]):
    """A reply to come."""

    seconds = 0.0  # that it took, by the clock of the session's own thread


class Speaker:
    """A session letter of a script. Its session is touched by its own thread only."""

    def __init__(self, letter: str) -> None:
        self.session: Session | None = None
        self.server_id = ""  # what the server calls the session: one that is stuck is ended by it
        self._inbox: queue.SimpleQueue[tuple[Work, Answer] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name=f"session {letter}", daemon=True)
        self._thread.start()

    def ask(self, work: Work) -> Answer:
        """Have `work` done in the session's thread, after whatever it is still busy with."""
        answer = Answer()
        self._inbox.put((work, answer))
        return answer

    def close(self) -> Reply:
        """Let go of the session as an application does, without a word on the open transaction. For its own thread."""
        session, self.session, self.server_id = self.session, None, ""
        if session is not None:
            session.close()
        return Reply(ReplyKind.OK)

    def leave(self) -> None:
        """Roll back, close and end the thread, as soon as it is free."""
        self.ask(self._abandon)
        self._inbox.put(None)

    def ended(self, within_s: float) -> bool:
        """Whether the thread is over, after at most that long."""
        self._thread.join(within_s)
        return not self._thread.is_alive()

    def _abandon(self) -> Reply:
        if self.session is not None:
            self.session.rollback()
        return self.close()

    def _serve(self) -> None:
        while (job := self._inbox.get()) is not None:
            work, answer = job
            began = time.monotonic()
            try:
                reply = work()
                answer.seconds = time.monotonic() - began
                answer.set_result(reply)
            except BaseException as error:  # noqa: BLE001 - a thread that died silently would leave its waiters waiting
                answer.set_exception(error)
