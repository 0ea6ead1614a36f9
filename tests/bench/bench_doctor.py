"""How long `xinheng doctor` takes on two stacks, the whole command, on PostgreSQL and seekdb: at most 5 s.

The median of some runs; the first, which reads the program from disk, is shown and does not count.
Run: python -m tests.bench.bench_doctor [runs]
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from drivers.servers import server_for
from tests.e2e.running import xinheng

LIMIT_S = 5.0
PRODUCTS = {"original": "postgresql", "migrated": "oceanbase"}


def took(stacks: Path) -> tuple[float, dict[str, float]]:
    """Seconds of one command, and of each database in it."""
    began = time.monotonic()
    process = xinheng("doctor", "--json", "--stacks", str(stacks), cwd=stacks.parent)
    out, complaints = process.communicate(timeout=60)
    seconds = time.monotonic() - began
    assert process.returncode == 0, complaints
    return seconds, {side: stack["seconds"] for side, stack in json.loads(out)["stacks"].items()}


def main(runs: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        servers = {side: server_for(product, Path(folder) / side) for side, product in PRODUCTS.items()}
        try:
            tables = []
            for side, server in servers.items():
                known = server.start()
                tables.append(f'[stacks.{side}.sql]\nurl = "{known["url"]}"\nproduct = "{known["product"]}"')
                tables.append(f'[[stacks.{side}.hosts]]\nname = "{side}"\npid_file = "{known["pid_file"]}"')
            stacks = Path(folder) / "stacks.toml"
            stacks.write_text("\n".join(tables), encoding="utf-8")
            first, _ = took(stacks)
            measured = [took(stacks) for _ in range(runs)]
        finally:
            for server in servers.values():
                server.discard()
    median = statistics.median(seconds for seconds, _ in measured)
    slowest = max(seconds for seconds, _ in measured)
    databases = {side: statistics.median(parts[side] for _, parts in measured) for side in PRODUCTS}
    shares = "，".join(f"{PRODUCTS[side]} {seconds:.2f} 秒" for side, seconds in databases.items())
    print(
        f"xinheng doctor 两侧：中位 {median:.2f} 秒，最慢 {slowest:.2f} 秒，首次 {first:.2f} 秒（上限 {LIMIT_S:g} 秒）"
    )
    print(f"其中数据库：{shares}")
    return int(median > LIMIT_S)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 7))
