"""华为 GaussDB. As with openGauss, psycopg2 needs an account with an md5 password; else by JDBC."""

from __future__ import annotations

from dataclasses import replace

from drivers.sql.families.opengauss import BASE
from drivers.sql.product import Banner, Jdbc, Quirk

PRODUCT = replace(
    BASE,
    id="gaussdb",
    title="华为 GaussDB",
    default_port=8000,
    banners=(Banner(source="version", pattern=r"\(GaussDB Kernel (?P<version>\w[\w.]*)", name="GaussDB"),),
    jdbc=Jdbc(
        classes=("com.huawei.gaussdb.jdbc.Driver",),
        url="jdbc:gaussdb://{host}:{port}/{database}",
        jars=("gaussdbjdbc*.jar", "gaussdb*.jar"),
    ),
    quirks=(
        *BASE.quirks,
        Quirk(
            id="BD-43",
            says="A 模式认 dual、nvl、sysdate、rownum，不认反引号和 ifnull；M 模式正相反，且没有 BYTEA 和 serial。",
        ),
    ),
)
