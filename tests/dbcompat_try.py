"""Try probes on two servers: `python -m tests.dbcompat_try ORIGINAL_URL MIGRATED_URL [probe-id or group …]`.

A tool for writing probes: prints every line with both answers, differing ones marked. A password is taken from the
environment variables TRY_ORIGINAL_PASSWORD and TRY_MIGRATED_PASSWORD; a URL that begins with jdbc: wants
TRY_JAR and TRY_USER as well.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor

from drivers.sql import driver_for
from harness.execute.lab import Lab
from harness.execute.scratch import Scratch
from harness.model import Probe, SqlEndpoint
from harness.observation import Observation
from scenarios.dbcompat import PROBES


def endpoint(url: str, side: str) -> SqlEndpoint:
    variable = f"TRY_{side.upper()}_PASSWORD"
    jdbc = url.startswith("jdbc:")
    return SqlEndpoint(
        url=url,
        password_env=variable if variable in os.environ else "",
        jdbc=jdbc,
        jar=os.environ.get("TRY_JAR", "") if jdbc else "",
        user=os.environ.get("TRY_USER", "") if jdbc else "",
    )


def observe(url: str, side: str, probes: list[Probe]) -> list[Observation]:
    driver = driver_for(endpoint(url, side))
    scratch = Scratch(driver, f"xinheng_dbcompat_try{os.getpid()}_{side[0]}", title=side)
    scratch.make(probes, again=False)
    try:
        lab = Lab(driver, scratch)
        return [lab.observe(probe) for probe in probes]
    finally:
        scratch.clear()


def show(probe: Probe, a: Observation, b: Observation) -> bool:
    texts = [[s.text for s in o.seen] for o in (a, b)]
    same = texts[0] == texts[1] and not a.trouble and not b.trouble
    print(f"\n{'  same' if same else '≠ DIFF'}  {probe.id}  {probe.title}  ({a.seconds:.2f} s, {b.seconds:.2f} s)")
    for n in range(max(len(a.seen), len(b.seen))):
        left = a.seen[n] if n < len(a.seen) else None
        right = b.seen[n] if n < len(b.seen) else None
        line = left or right
        assert line is not None
        equal = left is not None and right is not None and left.text == right.text
        print(f"   {'  ' if equal else '≠ '}{line.session}: {right.sql if right else line.sql}"[:150])
        for name, seen in (("", left),) if equal else (("original ", left), ("migrated ", right)):
            if seen is not None:
                print(f"          {name}{seen.text}" + (f"   -- {seen.message[:140]}" if seen.message else ""))
    for name, o in (("original", a), ("migrated", b)):
        if o.trouble:
            print(f"     ! {name}: {o.trouble}")
    return same


def main() -> int:
    original, migrated, *wanted = sys.argv[1:]
    probes = [p for p in PROBES if not wanted or p.id in wanted or p.group.value in wanted]
    with ThreadPoolExecutor(2) as both:
        sides = [
            both.submit(observe, url, side, probes) for url, side in ((original, "original"), (migrated, "migrated"))
        ]
        left, right = (side.result() for side in sides)
    outcomes = [show(*trio) for trio in zip(probes, left, right, strict=True)]
    print(f"\n{len(outcomes)} probes, {outcomes.count(True)} same")
    return 0


if __name__ == "__main__":
    sys.exit(main())
