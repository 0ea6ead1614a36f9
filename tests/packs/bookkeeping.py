"""An auditor of generated rows that knows only the table definitions and a hospital's arithmetic.

Written apart from the pack's own invariants, in Python instead of SQL, so that the two check each other.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import MetaData, String, Table

from harness.model import Row

Tables = Mapping[str, Sequence[Row]]
ZERO = Decimal("0.00")


def structural(metadata: MetaData, tables: Tables) -> Iterator[str]:
    """What a database with these constraints would refuse."""
    for table in metadata.sorted_tables:
        rows = tables[table.name]
        at = {column.name: n for n, column in enumerate(table.columns)}
        unique = [[c.name for c in table.primary_key]] + [
            [c.name for c in i.columns] for i in table.indexes if i.unique
        ]
        for names in unique:
            values = [tuple(row[at[name]] for name in names) for row in rows]
            known = [value for value in values if None not in value]
            if len(set(known)) != len(known):
                yield f"{table.name}: {names} not unique"
        yield from _cells(table, rows, at)
        for key in table.foreign_keys:
            parent = key.column.table
            place = list(parent.columns).index(key.column)
            there = {row[place] for row in tables[parent.name]} | {None}
            lost = {row[at[key.parent.name]] for row in rows} - there
            if lost:
                yield f"{table.name}.{key.parent.name}: {sorted(lost)[:3]} not in {parent.name}"


def _cells(table: Table, rows: Sequence[Row], at: Mapping[str, int]) -> Iterator[str]:
    for column in table.columns:
        values = [row[at[column.name]] for row in rows]
        if not column.nullable and None in values:
            yield f"{table.name}.{column.name} is empty"
        length = column.type.length if isinstance(column.type, String) else None
        if length and any(value is not None and len(value) > length for value in values):
            yield f"{table.name}.{column.name} longer than {length}"


def arithmetical(metadata: MetaData, tables: Tables) -> Iterator[str]:
    """What an accountant would notice."""
    read = {name: [dict(zip(metadata.tables[name].columns.keys(), row, strict=True)) for row in rows]
            for name, rows in tables.items()}  # fmt: skip
    yield from _slots_and_beds(read)
    yield from _stock(read)
    yield from _money(read)
    yield from _numbers(read)


def _sums(rows: Sequence[Mapping[str, Any]], key: str, value: str) -> dict[Any, Any]:
    totals: dict[Any, Any] = defaultdict(lambda: ZERO)
    for row in rows:
        totals[row[key]] += row[value]
    return totals


def _slots_and_beds(read: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[str]:
    sold = Counter(r["slot_id"] for r in read["registration"] if r["status"] != "CANCELLED")
    yield from (f"slot {slot} sold {n} times" for slot, n in sold.items() if n > 1)
    for row in read["registration"]:
        if row["active_slot_id"] != (None if row["status"] == "CANCELLED" else row["slot_id"]):
            yield f"registration {row['registration_id']} holds the wrong slot"
    lying = Counter(r["bed_id"] for r in read["admission"] if r["status"] == "IN")
    yield from (f"bed {bed} has {n} patients" for bed, n in lying.items() if n > 1)


def _stock(read: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[str]:
    gone = _sums(read["dispensing"], "batch_id", "quantity")
    for batch in read["stock_batch"]:
        if not 0 <= batch["quantity"] == batch["initial_quantity"] - gone[batch["batch_id"]]:
            yield f"batch {batch['batch_id']} is out of balance"


def _money(read: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[str]:
    items = _sums(read["charge_item"], "charge_id", "amount")
    paid = _sums(read["payment"], "charge_id", "amount")
    back = _sums(read["refund"], "charge_id", "amount")
    for charge in read["charge"]:
        name, amount, status = charge["charge_id"], charge["amount"], charge["status"]
        expected = (amount, ZERO if status == "OPEN" else amount, amount if status == "REFUNDED" else ZERO)
        if (items[name], paid[name], back[name]) != expected:
            yield f"charge {name} ({status}) does not add up"
    for item in read["charge_item"]:
        exact = item["quantity"] * item["unit_price"]
        if exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP) != item["amount"]:
            yield f"charge item {item['charge_id']}/{item['line_no']} is miscalculated"
    stays = _sums([c for c in read["charge"] if c["admission_id"]], "admission_id", "amount")
    for bill in read["settlement"]:
        if (
            bill["total_amount"] != stays[bill["admission_id"]]
            or bill["balance"] != bill["total_amount"] - bill["deposit"]
        ):
            yield f"settlement {bill['settlement_id']} does not add up"


def _numbers(read: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[str]:
    given: dict[str, list[int]] = defaultdict(list)
    for row in read["invoice"]:
        given[row["window_id"]].append(row["invoice_no"])
    for row in read["visit"]:
        given[f"Q-{row['dept_id']}"].append(row["queue_no"])
    for counter in read["number_counter"]:
        if sorted(given[counter["counter_id"]]) != list(range(1, counter["last_number"] + 1)):
            yield f"counter {counter['counter_id']} has gaps"
