"""崖山 YashanDB: by JDBC only, its Python module needs a client of the vendor on the host.

Port and classes are documented; grammar and error codes are taken to be Oracle's, not verified.
"""

from __future__ import annotations

from dataclasses import replace

from drivers.sql.families.oracle import BASE
from drivers.sql.product import Banner, Jdbc

PRODUCT = replace(
    BASE,
    id="yashandb",
    title="崖山 YashanDB",
    default_port=1688,
    # Its version says "Enterprise Edition Release 23.3.1.100 …" without the product's name; Oracle's is digits only.
    ask={"yashandb": "SELECT version FROM v$instance"},
    banners=(
        Banner(source="yashandb", pattern=r"^\w+ Edition Release (?P<version>\d[\d.]*)", name="YashanDB"),
        Banner(source="yashandb", pattern=r"yashandb", name="YashanDB"),
    ),
    native=None,
    jdbc=Jdbc(
        classes=("com.yashandb.jdbc.Driver",),
        url="jdbc:yasdb://{host}:{port}/{database}",
        jars=("yasdb-jdbc*.jar", "yashandb-jdbc*.jar"),
    ),
    setup=(),
    settings=(),
    domestic=True,
)
