"""The EMR pack as the harness sees it: puts tables, data, transactions, invariants and rules together."""

from __future__ import annotations

from harness.model import Pack
from scenarios.emr import (
    generate,
    invariants,
    invariants_shelf,
    statements,
    statements_lists,
    statements_quality,
    statements_shelf,
)
from scenarios.emr.interfaces import INTERFACES
from scenarios.emr.messages import MESSAGES
from scenarios.emr.rules import RULES
from scenarios.emr.tables import metadata
from scenarios.emr.transactions import TRANSACTIONS
from scenarios.system import System, statements_of

PACK: Pack = System(
    name="emr",
    title="电子病历 EMR",
    version="1.0",
    build=generate.build,
    metadata=metadata,
    statements=statements_of(statements, statements_shelf, statements_quality, statements_lists),
    transactions=TRANSACTIONS,
    invariants=(*invariants.INVARIANTS, *invariants_shelf.INVARIANTS),
    rules=RULES,
    interfaces=INTERFACES,
    messages=MESSAGES,
)
