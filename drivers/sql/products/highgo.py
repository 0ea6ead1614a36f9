"""瀚高 HighGo. The text of its banner could not be verified: its name is looked for, and the three administrators that
its security edition has."""

from __future__ import annotations

from dataclasses import replace

from drivers.sql.families.postgresql import BASE
from drivers.sql.product import Banner, Jdbc

PRODUCT = replace(
    BASE,
    id="highgo",
    title="瀚高 HighGo",
    default_port=5866,
    ask={
        **BASE.ask,
        "administrators": "SELECT string_agg(rolname, ' ' ORDER BY rolname) FROM pg_roles "
        "WHERE rolname IN ('sysdba', 'syssao', 'syssso')",
    },
    banners=(
        Banner(source="version", pattern=r"highgo\D*(?P<version>\d[\d.]*)?", name="HighGo"),
        Banner(source="administrators", pattern=r"^sysdba syssao syssso$", name="HighGo"),
    ),
    jdbc=Jdbc(
        classes=("com.highgo.jdbc.Driver",),
        url="jdbc:highgo://{host}:{port}/{database}",
        jars=("hgdb*.jar", "highgo*.jar"),
    ),
    domestic=True,
)
