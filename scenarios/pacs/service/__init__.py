"""The RIS's part of the reference application: the worklist and the performed steps. The archive answers for itself."""

from __future__ import annotations

from scenarios.pacs.interfaces import WORKLIST
from scenarios.pacs.pack import PACK
from scenarios.pacs.service import worklist
from scenarios.reference.service import Service

SERVICE = Service(pack=PACK, handlers={WORKLIST.name: worklist.handle})
