"""The first exchanges of every message as files a reader can open: what was sent, what either stack answered.

    interfaces/<pack>/samples/<message>-<n>-<sent|original|migrated>.<hl7|json|xml|txt>

Taken from the sealed recordings, so doing it again leaves the same files. Not here: comparing them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from harness.message import Message
from harness.model import Pack, StepRecord
from harness.recording import disk, read_transactions

SAMPLES = 3
_SUFFIX = {"hl7": "hl7", "json": "json", "xml": "xml", "cda": "xml", "soap": "xml"}


def keep_samples(run_dir: Path, pack: Pack) -> None:
    """As many as three exchanges of every message that both stacks were asked for."""
    if not pack.messages:
        return
    folder = run_dir / "interfaces" / pack.name / "samples"
    seen: Counter[str] = Counter()
    for original, migrated in _exchanges(run_dir / "recordings" / pack.name / "functional"):
        message = pack.messages[original.statement]
        if seen[message.name] < SAMPLES:
            seen[message.name] += 1
            _write(folder, f"{message.name}-{seen[message.name]}", message, (original, migrated))
        if len(seen) == len(pack.messages) and min(seen.values()) == SAMPLES:
            return


def _exchanges(recordings: Path) -> Iterator[tuple[StepRecord, StepRecord]]:
    """Each message of the original with the migrated stack's at the same place."""
    both = (read_transactions(recordings / name / "transactions.jsonl") for name in ("original-1", "migrated-1"))
    for one, other in zip(*both, strict=False):
        for left, right in zip(one.steps, other.steps, strict=False):
            if left.sent and right.sent and left.statement == right.statement:
                yield left, right


def _write(folder: Path, name: str, message: Message, sides: tuple[StepRecord, StepRecord]) -> None:
    original, migrated = sides
    parts = {
        "sent": (original.sent, message.sends or message.content),
        "original": (original.body, message.content),
        "migrated": (migrated.body, message.content),
    }
    with disk(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for part, (body, content) in parts.items():
            (folder / f"{name}-{part}.{_SUFFIX.get(content, 'txt')}").write_bytes(body)
