"""Work on both stacks at the same time: threads that say how far they are, and who listens to all of them.

Not here: what is done in a lane.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future

from harness.events import Event, Progress

Told = queue.SimpleQueue[Event | None]
Tell = Callable[[Event | None], None]  # None: one more piece of the stage is done


def listen(running: Sequence[Future[None]], told: Told) -> Iterator[Event]:
    """What the lanes say until the last one is through; the fault of one ends the others."""
    done = 0
    while True:
        ended = all(lane.done() for lane in running)  # asked first: what was told before that is still in the queue
        try:
            event = told.get(timeout=0.0 if ended else 0.2)
        except queue.Empty:
            for lane in running:
                if lane.done():
                    lane.result()
            if ended:
                return
            continue
        done += event is None
        yield event or Progress(done=done)
