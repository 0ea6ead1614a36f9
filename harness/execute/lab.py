"""One stack made ready for behaviour probes, and a probe observed on it. Leaves nothing behind and never hangs.

Not here: how a script is played (`play.py`), which probes run on which stacks (`compat_pass.py`), what two observations
mean together (`compare/behaviours.py`).
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterable, Iterator, Mapping

from harness.errors import BadInput, StackRefused
from harness.execute.play import Play
from harness.execute.scratch import Scratch, say
from harness.execute.script import filled, lines, own_names
from harness.execute.speaker import Speaker
from harness.model import Probe, Reply, ReplyKind
from harness.observation import Observation
from harness.ports import Driver

STATEMENT_S = 4.0  # what the server is told
BIG_STATEMENT_S = 30.0  # … where a probe sends big values

# Words that are for us and not for scripts.
_OURS = ("own_session", "kill", "scratch_", "session_setup", "autocommit_off")
_KINDS = r"table|view|sequence|function|procedure|type"
_CREATE = rf"create\s+(?:or\s+replace\s+)?(?:\w+\s+)*?({_KINDS})\s+(?:if\s+not\s+exists\s+)?(\S?(?:NAMES)\w*\S?)"


class Lab:
    """A stack with a place for our tables."""

    def __init__(self, driver: Driver, scratch: Scratch, stop: threading.Event | None = None) -> None:
        self.driver, self.scratch = driver, scratch
        self.stop = stop or threading.Event()
        words = driver.words()
        self.own_session, self.kill = words.get("own_session", ""), words.get("kill", "")
        self.prelude = [
            words.get("autocommit_off", ""),
            *(f"{line};" for line in words.get("session_setup", "").splitlines()),
        ]
        self._words = {name: text for name, text in words.items() if not name.startswith(_OURS)}

    def observe(self, probe: Probe) -> Observation:
        """Run a probe from its first line to its last."""
        began = time.monotonic()
        words = self._words_for(probe)
        try:
            script = [(line, filled(probe, line, words)) for line in lines(probe)]
        except BadInput as wrong:
            return Observation(probe=probe.id, seen=(), trouble=str(wrong))
        big = any(callable(value) for value in probe.params.values())
        play = Play(self, probe, statement_s=BIG_STATEMENT_S if big else STATEMENT_S)
        try:
            trouble = play.through(script)
        finally:
            play.end()
        observation = Observation(
            probe=probe.id, seen=tuple(play.seen), trouble=trouble, seconds=round(time.monotonic() - began, 3)
        )
        if not self.scratch.own_schema:
            self.forget(observation)
        return observation

    def forget(self, observation: Observation) -> None:
        """Remove what a probe made."""
        names = own_names(observation.probe).values()
        self.scratch.remove(_created(names, (seen.sql for seen in observation.seen)))

    def open(self, speaker: Speaker, *, plain: bool = False, statement_s: float = STATEMENT_S) -> Reply:
        """Give a speaker a new session at our place. For the speaker's own thread; raises like `Driver.connect`."""
        speaker.close()
        session = self.driver.connect(statement_timeout_s=statement_s, plain=plain)
        entered = self.scratch.enter(session)
        if entered.kind is not ReplyKind.OK:
            session.close()
            raise StackRefused(f"进不了临时模式 {self.scratch.name}：{entered.message}")
        own = say(self.driver, session, self.own_session) if self.own_session else Reply(ReplyKind.OK)
        session.commit()
        speaker.session, speaker.server_id = session, str(own.rows[0][0]) if own.rows else ""
        return Reply(ReplyKind.OK)

    def _words_for(self, probe: Probe) -> Mapping[str, str]:
        """The product's words and the probe's own names; a sequence in a word is the probe's `{v}`."""
        names = own_names(probe.id)
        return {word: text.replace("{sequence}", names["v"]) for word, text in self._words.items()} | names


def _created(names: Iterable[str], statements: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(kind, name as written) of every object of ours that the statements make."""
    pattern = re.compile(_CREATE.replace("NAMES", "|".join(names)), re.IGNORECASE)
    for sql in statements:
        yield from ((kind.upper(), name.rstrip("(")) for kind, name in pattern.findall(sql))
