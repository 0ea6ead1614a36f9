"""MariaDB."""

from __future__ import annotations

from dataclasses import replace

from drivers.sql.families.mysql import BASE
from drivers.sql.product import Banner

PRODUCT = replace(
    BASE,
    id="mariadb",
    title="MariaDB",
    # 5.5.5- is what older MariaDB servers put before their version for replicating MySQL servers.
    banners=(Banner(source="version", pattern=r"^(5\.5\.5-)?(?P<version>\d+\.\d[\d.]*).*-MariaDB", name="MariaDB"),),
    timeout=("SET SESSION max_statement_time = {s}",),
    settings=(
        *BASE.settings,
        "innodb_lock_wait_timeout",
        "innodb_flush_log_at_trx_commit",
        "innodb_buffer_pool_size",
    ),
    server_timeout=True,
)
