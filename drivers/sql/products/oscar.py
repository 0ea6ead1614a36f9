"""神通 Oscar: by JDBC only.

Neither its banner nor its error codes could be verified: the banner is recognised by the product's name alone.
"""

from __future__ import annotations

from dataclasses import replace

from drivers.sql.families.oracle import BASE
from drivers.sql.product import Banner, Jdbc

PRODUCT = replace(
    BASE,
    id="oscar",
    title="神通 Oscar",
    default_port=2003,
    ask={"oscar": "SELECT version()"},
    banners=(Banner(source="oscar", pattern=r"oscar|shentong|神通", name="神通 Oscar"),),
    native=None,
    jdbc=Jdbc(
        classes=("com.oscar.Driver",),
        url="jdbc:oscar://{host}:{port}/{database}",
        jars=("oscarJDBC*.jar", "oscar*.jar"),
    ),
    setup=(),
    settings=(),
    domestic=True,
)
