"""The PACS pack as the harness sees it: puts tables, data, transactions, messages, archive and invariants together."""

from __future__ import annotations

from harness.model import Pack
from scenarios.pacs import (
    generate,
    invariants,
    invariants_reports,
    statements,
    statements_lists,
    statements_reports,
)
from scenarios.pacs.holding import ARCHIVE
from scenarios.pacs.interfaces import INTERFACES
from scenarios.pacs.messages import MESSAGES
from scenarios.pacs.rules import RULES
from scenarios.pacs.tables import metadata
from scenarios.pacs.transactions import TRANSACTIONS
from scenarios.system import System, statements_of

PACK: Pack = System(
    name="pacs",
    title="影像归档 PACS 与 RIS",
    version="1.0",
    build=generate.build,
    metadata=metadata,
    statements=statements_of(statements, statements_reports, statements_lists),
    transactions=TRANSACTIONS,
    invariants=(*invariants.INVARIANTS, *invariants_reports.INVARIANTS),
    rules=RULES,
    interfaces=INTERFACES,
    messages=MESSAGES,
    archive=ARCHIVE,
)
