"""reladiff on the tables of `bench_tables`: run by an interpreter that has it. Prints seconds and differing rows."""

import json
import sys
import time

import reladiff


def main() -> None:
    one, other, table, columns = json.loads(sys.argv[1])
    began = time.perf_counter()
    sides = [
        reladiff.TableSegment(reladiff.connect(side, 1), (table,), ("id",), extra_columns=tuple(columns))
        for side in (one, other)
    ]
    found = sum(1 for _ in reladiff.diff_tables(*sides, algorithm=reladiff.Algorithm.HASHDIFF, threaded=True))
    print(json.dumps({"seconds": time.perf_counter() - began, "different": found // 2}))


main()
