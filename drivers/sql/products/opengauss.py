"""openGauss. Accounts need an md5 password (password_encryption_type 0 or 1, then the password set anew): psycopg2
from PyPI does not know its sha256."""

from __future__ import annotations

from dataclasses import replace

from drivers.sql.families.opengauss import BASE
from drivers.sql.product import Banner, Jdbc

PRODUCT = replace(
    BASE,
    id="opengauss",
    title="openGauss",
    banners=(Banner(source="version", pattern=r"\(openGauss\S* (?P<version>\d[\w.]*)", name="openGauss"),),
    jdbc=Jdbc(
        classes=("org.opengauss.Driver",),
        url="jdbc:opengauss://{host}:{port}/{database}",
        jars=("opengauss-jdbc*.jar",),
    ),
)
