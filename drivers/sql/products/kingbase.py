"""人大金仓 KingbaseES in PostgreSQL mode, and what all its modes share.

The mode is chosen when the instance is made and changes what SQL means, so each mode is a product of its own:
`kingbase_oracle`, `kingbase_mysql`, `kingbase_sqlserver`. The server tells which one it is.
"""

from __future__ import annotations

from dataclasses import replace

from drivers.sql.families.postgresql import BASE
from drivers.sql.product import Banner, Fixed, Jdbc, Native, Product, Quirk

_VERSION = r"(KingbaseES )?(?P<version>V\d\w+)"


def in_mode(mode: str, title: str) -> Product:
    """KingbaseES in one of its modes, as `database_mode` spells it."""
    return replace(
        PRODUCT,
        id=f"kingbase_{mode}",
        title=title,
        banners=(Banner(source="mode", pattern=rf"^{mode} {_VERSION}", name=title),),
    )


PRODUCT: Product = replace(
    BASE,
    id="kingbase",
    title="金仓 KingbaseES",
    default_port=54321,
    # database_mode is a setting that only KingbaseES has. Not written with ||, which is OR in its MySQL mode.
    ask={**BASE.ask, "mode": "SELECT concat(concat(current_setting('database_mode'), ' '), version())"},
    banners=(Banner(source="version", pattern=rf"^(KingbaseES|(?=V\d+R\d+C)) ?{_VERSION}", name="金仓 KingbaseES"),),
    native=Native(
        client="drivers.sql.psycopg2_driver:Psycopg2Driver", module="ksycopg2", package="ksycopg2", extra="kingbase"
    ),
    jdbc=Jdbc(
        classes=("com.kingbase8.Driver",),
        url="jdbc:kingbase8://{host}:{port}/{database}",
        jars=("kingbase8*.jar",),
    ),
    fixed=(
        Fixed(
            name="database_mode",
            sql="SHOW database_mode",
            breaks="初始化时选定的兼容模式决定 ''、||、整数除法等的含义，选错只能重新初始化实例。",
        ),
        Fixed(
            name="enable_ci",
            sql="SHOW enable_ci",
            breaks="决定值的比较是否区分大小写，初始化后不能改；与源库不同则查询和唯一索引的结果改变。",
        ),
    ),
    quirks=(
        *BASE.quirks,
        Quirk(id="BD-28", says="sysdate 不带时区，驱动可能按 UTC 解释，相差 8 小时。"),
        Quirk(id="BD-48", says="sys.concat 会遮住 pg_catalog.concat，参数个数不同时行为也不同。"),
    ),
    domestic=True,
)
