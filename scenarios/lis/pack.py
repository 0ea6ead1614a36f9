"""The LIS pack as the harness sees it: puts tables, data, transactions, invariants and rules together."""

from __future__ import annotations

from harness.model import Pack
from scenarios.lis import (
    generate,
    invariants,
    invariants_bench,
    statements,
    statements_bench,
    statements_lists,
    statements_results,
)
from scenarios.lis.interfaces import INTERFACES
from scenarios.lis.messages import MESSAGES
from scenarios.lis.rules import RULES
from scenarios.lis.tables import metadata
from scenarios.lis.transactions import TRANSACTIONS
from scenarios.system import System, statements_of

PACK: Pack = System(
    name="lis",
    title="检验 LIS",
    version="1.0",
    build=generate.build,
    metadata=metadata,
    statements=statements_of(statements, statements_results, statements_bench, statements_lists),
    transactions=TRANSACTIONS,
    invariants=(*invariants.INVARIANTS, *invariants_bench.INVARIANTS),
    rules=RULES,
    interfaces=INTERFACES,
    messages=MESSAGES,
)
