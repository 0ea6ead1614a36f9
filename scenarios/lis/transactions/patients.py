"""患者登记：由 HIS 以 ADT^A04 送来，此后才能为其开申请。检验科自己不登记患者，所以这里没有业务交易。"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.model import Conversation
from scenarios.lis import statements as sql
from scenarios.lis.transactions.common import register

REGISTERED = "这位患者已登记"


def register_patient(tx: Conversation, *, patient: Mapping[str, Any]) -> None:
    register(tx, sql.ADD_PATIENT, REGISTERED, **patient)
