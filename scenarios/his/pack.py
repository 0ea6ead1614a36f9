"""The HIS pack as the harness sees it: puts tables, data, transactions, invariants and rules together."""

from __future__ import annotations

from harness.model import Pack
from scenarios.his import generate, statements, statements_wards
from scenarios.his.invariants import INVARIANTS
from scenarios.his.rules import RULES
from scenarios.his.tables import metadata
from scenarios.his.transactions import TRANSACTIONS
from scenarios.system import System, statements_of

PACK: Pack = System(
    name="his",
    title="门诊住院 HIS",
    version="1.0",
    build=generate.build,
    metadata=metadata,
    statements=statements_of(statements, statements_wards),
    transactions=TRANSACTIONS,
    invariants=INVARIANTS,
    rules=RULES,
    visit="check_in",
    wards=frozenset({"admit", "place_order", "execute_order", "transfer_bed", "discharge", "ward_board"}),
)
