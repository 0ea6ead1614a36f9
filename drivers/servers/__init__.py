"""Servers of the simulation environment, each beside its product: `server_for(product_id, home)`.

Not here: which servers make an environment, and the stacks file (`harness/sim`).
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import BadInput

if TYPE_CHECKING:
    from harness.ports import Server

# One line per product whose server comes as a Python wheel or a Debian package.
SERVERS: dict[str, str] = {
    "postgresql": "drivers.servers.postgresql:PostgresqlServer",
    "oceanbase": "drivers.servers.oceanbase:SeekdbServer",
    "mariadb": "drivers.servers.mariadb:MariadbServer",
}


def server_for(product_id: str, home: Path) -> Server:
    """The server of a product, its data under `home`. Nothing is started yet."""
    path = SERVERS.get(product_id)
    if path is None:
        raise BadInput(f"仿真环境里没有“{product_id}”。", hint=f"可选：{'、'.join(SERVERS)}。")
    module, _, kind = path.partition(":")
    server: Server = getattr(importlib.import_module(module), kind)(home)
    return server
