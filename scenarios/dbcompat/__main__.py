"""`python -m scenarios.dbcompat`: how many probes there are, by group, file and row of the behaviour catalogue."""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter

from scenarios import dbcompat


def main() -> None:
    files = {
        name: getattr(importlib.import_module(f"{dbcompat.__name__}.{name}"), "PROBES", ())
        for _, name, _ in pkgutil.iter_modules(dbcompat.__path__)
        if name != "__main__"
    }
    for title, counts in (
        ("组", Counter(probe.group.value for probe in dbcompat.PROBES)),
        ("文件", Counter({name: len(probes) for name, probes in files.items() if probes})),
        ("出处", Counter(probe.source.partition(":")[0] for probe in dbcompat.PROBES)),
    ):
        print(f"{title}：", "，".join(f"{name} {count}" for name, count in sorted(counts.items())))
    print(f"合计：{len(dbcompat.PROBES)}")


if __name__ == "__main__":
    main()
