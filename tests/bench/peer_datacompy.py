"""datacompy with Polars on the tables of `bench_tables`: run by an interpreter that has it, psycopg2 and PyMySQL.

Prints seconds, of which so many to fetch, MB and differing rows.
"""

import json
import resource
import sys
import time

import datacompy
import polars as pl


def connected(side):
    arguments = {name: value for name, value in side.items() if name != "driver"}
    if side["driver"] == "mysql":
        import pymysql

        return pymysql.connect(**arguments)
    import psycopg2

    return psycopg2.connect(**arguments)


def main() -> None:
    one, other, table, columns = json.loads(sys.argv[1])
    query = f"SELECT id, {', '.join(columns)} FROM {table}"
    began = time.perf_counter()
    frames = []
    for side in (one, other):
        with connected(side) as connection, connection.cursor() as cursor:
            cursor.execute(query)
            rows = cursor.fetchall()
            frames.append(pl.DataFrame(rows, schema=["id", *columns], orient="row", infer_schema_length=None))
            del rows
    fetched = time.perf_counter() - began
    compared = datacompy.PolarsCompare(*frames, join_columns="id")
    different = compared.count_matching_rows()
    seconds = time.perf_counter() - began
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "fetched": fetched, "megabytes": megabytes,
                      "different": frames[0].height - different}))  # fmt: skip


main()
