"""OceanBase in Oracle mode (enterprise edition): MySQL's wire protocol with one more capability bit, Oracle's SQL."""

from __future__ import annotations

from dataclasses import replace

from drivers.sql.codes import MYSQL_ERRORS
from drivers.sql.families.oracle import BASE
from drivers.sql.product import Banner, Jdbc, Native, Quirk

# What the client library itself complains of, and OceanBase's own numbers that have no ORA-….
_CLIENT = {code: MYSQL_ERRORS[code] for code in ("0", "2002", "2003", "2006", "2013", "2014", "2027", "2055")}
_OWN = {"3024": BASE.errors["1013"], "4012": BASE.errors["1013"], "1045": BASE.errors["1017"]}

PRODUCT = replace(
    BASE,
    id="oceanbase_oracle",
    title="OceanBase（Oracle 模式）",
    default_port=2881,
    ask={"ob_version": "SELECT OB_VERSION() FROM dual"},  # a function only OceanBase has
    banners=(Banner(source="ob_version", pattern=r"^(?P<version>\d+\.\d[\d.]*)", name="OceanBase"),),
    errors={**BASE.errors, **_CLIENT, **_OWN},
    native=Native(
        client="drivers.sql.pyoceanbase_driver:PyoceanbaseDriver",
        module="pyoceanbase",
        package="pyoceanbase",
        extra="oceanbase",
    ),
    jdbc=Jdbc(
        classes=("com.oceanbase.jdbc.Driver", "com.alipay.oceanbase.jdbc.Driver"),
        url="jdbc:oceanbase:oracle://{host}:{port}/{database}",
        jars=("oceanbase-client*.jar",),
    ),
    timeout=("ALTER SESSION SET ob_query_timeout = {us}",),
    server_timeout=True,
    quirks=(
        Quirk(id="BD-01", says="长度为 0 的字符串就是 NULL，与 Oracle 一致。"),
        Quirk(id="BD-12", says="不支持 LONG、NCLOB 和 BFILE。"),
        Quirk(id="BD-49", says="没有 SELECT … FOR SHARE、条件编译和 ON COMMIT 物化视图，NOCOPY 的行为不同。"),
        Quirk(id="BD-62", says="隔离级别只有 READ COMMITTED 和 SERIALIZABLE。"),
        Quirk(id="BD-66", says="ob_query_timeout 默认 10 秒，耗时较长的报表会被中断。"),
    ),
    domestic=True,
)
