"""MySQL itself."""

from __future__ import annotations

from dataclasses import replace

from drivers.sql.families.mysql import BASE
from drivers.sql.product import Banner

_IMITATORS = r"(?!.*(mariadb|oceanbase|tidb|txsql|tddl|x-cluster|goldendb|gbase|polardb))"

PRODUCT = replace(
    BASE,
    id="mysql",
    title="MySQL",
    banners=(Banner(source="version", pattern=rf"^{_IMITATORS}(?P<version>\d+\.\d[\d.]*)", name="MySQL"),),
    settings=(
        *BASE.settings,
        "innodb_lock_wait_timeout",
        "innodb_flush_log_at_trx_commit",
        "innodb_buffer_pool_size",
    ),
)
