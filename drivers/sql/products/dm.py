"""达梦 DM8.

The error codes were read from the message table inside the vendor's own client library (libdmdpi of dmPython 2.6.1);
only -2501, a wrong password, is from users' reports.
Everything else is from documents: no DM server was at hand.
"""

from __future__ import annotations

from dataclasses import replace

from drivers.sql.families.oracle import BASE, GRAMMAR
from drivers.sql.product import Banner, Fixed, Jdbc, Native, Product, Quirk
from harness.model import ErrorClass as E


def _codes(*spans: range | int) -> tuple[str, ...]:
    return tuple(str(code) for span in spans for code in ([span] if isinstance(span, int) else span))


_ERRORS: dict[str, E] = {
    **dict.fromkeys(_codes(-6602, -6608, -6610, -6611, -6612), E.UNIQUE),
    **dict.fromkeys(_codes(-6606, -6607, -6628), E.FOREIGN_KEY),
    **dict.fromkeys(_codes(-6601, -6605, -6609), E.NOT_NULL),
    **dict.fromkeys(_codes(-6603, -6604, -6614), E.CHECK),
    **dict.fromkeys(_codes(-6108, -6124, -6169, -70005), E.TOO_LONG),
    **dict.fromkeys(
        _codes(-6102, -6121, -6122, -6164, -6165, -6170, -6173, -7069, -7070), E.NUMERIC_OVERFLOW),
    "-6103": E.DIVISION_BY_ZERO,
    **dict.fromkeys(
        _codes(-6101, -6104, -6105, -6111, -6112, -6115, -6118, -6119, -6120, -6123, range(-6140, -6126), -6146, -6147,
               -6151, -70008, -70011, -70013, -70015, -70016), E.BAD_VALUE),
    **dict.fromkeys(_codes(-6403, -6405), E.DEADLOCK),
    **dict.fromkeys(_codes(-6402, -6407, -6409, -6503, -6509), E.LOCK_TIMEOUT),
    **dict.fromkeys(_codes(-6527, -6543), E.SERIALIZATION),
    **dict.fromkeys(_codes(-574, -604, -608, -6515, -7049), E.STATEMENT_TIMEOUT),
    **dict.fromkeys(_codes(-6507, -6508, -6512), E.ABORTED),
    **dict.fromkeys(_codes(-535, -573, -615, -708, -710, -6506, -6540), E.READ_ONLY),
    **dict.fromkeys(_codes(-2003, -2004, -2006, -2007), E.SYNTAX),
    **dict.fromkeys(
        _codes(range(-2111, -2100), -2115, -2117, -2118, -2119, -2123, -2130, -2139, -2198, -2200, -2201, -2207, -2208,
               -2220, -3610, -6815, -7001, range(-7022, -7014), -7040, -7044, -7086, -7117, -7149), E.UNKNOWN_OBJECT),
    **dict.fromkeys(
        _codes(-200, -607, -2501, range(-5599, -5500), range(-5605, -5600), -5617, -5661, -5669, -5671, -6015, -70096),
        E.PRIVILEGE),
    **dict.fromkeys(
        _codes(-522, -536, -605, -610, -6003, -6004, -6007, -6010, -6011, -6012, -6013, -6021, -6029, -6032, -6852,
               -70019, -70025, -70028, -70065, -70066), E.CONNECTION_LOST),
    **dict.fromkeys(
        _codes(range(-505, -500), -511, -512, -513, -523, -524, -529, -531, -544, -549, -554, -555, -560, -561, -562,
               -564, -601, -602, -606, -609, -6001, -6002, -6413, -6414, -6415, -6511, -7161, -70017), E.RESOURCES),
}  # fmt: skip

# Names that differ from Oracle's; the catalogue views that Oracle's grammar asks are there.
_GRAMMAR = replace(
    GRAMMAR,
    tables="SELECT lower(table_name) FROM all_tables WHERE owner = SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA')",
    drop="DROP TABLE {table} CASCADE",
    analyze="",
    sleep="",
    own_session="SELECT SESSID()",
    kill="CALL SP_CLOSE_SESSION({id})",
    facts={
        "charset": "SELECT CASE SF_GET_UNICODE_FLAG() WHEN '1' THEN 'UTF-8' WHEN '0' THEN 'GB18030' ELSE 'EUC-KR' END",
        "identifier_case": "SELECT CASE SF_GET_CASE_SENSITIVE_FLAG() WHEN 1 THEN 'upper' ELSE 'insensitive' END",
        "compatible_mode": "SELECT value FROM v$parameter WHERE name = 'COMPATIBLE_MODE'",
        "isolation": "SELECT CASE isolation WHEN 0 THEN 'READ UNCOMMITTED' WHEN 1 THEN 'READ COMMITTED' "
        "ELSE 'SERIALIZABLE' END FROM v$trx WHERE id = (SELECT trx_id FROM v$sessions WHERE sess_id = SESSID())",
        "max_connections": "SELECT value FROM v$parameter WHERE name = 'MAX_SESSIONS'",
    },
    parameters="",  # v$parameter is not everybody's to read
    words={
        **GRAMMAR.words,
        "int": "INT",
        "bigint": "BIGINT",
        "tinyint": "SMALLINT",
        "double": "DOUBLE",
        "identity": "INT IDENTITY PRIMARY KEY",
    },
)


def _parameter(name: str, breaks: str) -> Fixed:
    return Fixed(name=name, sql=f"SELECT value FROM v$parameter WHERE name = '{name}'", breaks=breaks)


PRODUCT: Product = replace(
    BASE,
    id="dm",
    title="达梦 DM8",
    default_port=5236,
    grammar=_GRAMMAR,
    ask={"version": "SELECT banner FROM v$version", "id_code": "SELECT id_code"},
    banners=(Banner(source="version", pattern=r"^DM Database Server (x?64 )?V(?P<version>\d[\w.]*)", name="达梦 DM"),),
    errors=_ERRORS,
    native=Native(
        client="drivers.sql.dmpython_driver:DmPythonDriver", module="dmPython", package="dmPython", extra="dm"
    ),
    jdbc=Jdbc(classes=("dm.jdbc.driver.DmDriver",), url="jdbc:dm://{host}:{port}", jars=("DmJdbcDriver*.jar",)),
    setup=("SET TIME ZONE '+08:00'",),  # not verified
    settings=(),
    fixed=(
        Fixed(
            name="PAGE_SIZE",
            sql="SELECT PAGE()",
            breaks="页大小限制一行和一列的最大长度：8 K 页的 VARCHAR 只能到约 3900 字节。",
        ),
        Fixed(
            name="CASE_SENSITIVE",
            sql="SELECT SF_GET_CASE_SENSITIVE_FLAG()",
            breaks="决定标识符和值比较是否区分大小写；与源库不同时对象名找不到，或 'abc' = 'ABC' 的结果改变。",
        ),
        Fixed(
            name="CHARSET",
            sql="SELECT SF_GET_UNICODE_FLAG()",
            breaks="字符集不能表示的生僻字会丢失；汉字所占字节数也随之不同。",
        ),
        _parameter("LENGTH_IN_CHAR", "0 表示 VARCHAR(n) 按字节计长，n 个汉字放不进原来按字符计长的列。"),
        _parameter("BLANK_PAD_MODE", "0 表示比较时忽略尾随空格，源库中 'A' 与 'A ' 两行在唯一索引上会冲突。"),
    ),
    quirks=(
        Quirk(id="BD-01", says="COMPATIBLE_MODE=0 时 '' 不是 NULL；设为 2 才与 Oracle 一致。"),
        Quirk(id="BD-05", says="BLANK_PAD_MODE=0（默认，建库后不能改）时 'x' = 'x ' 成立，唯一索引会冲突。"),
        Quirk(id="BD-06", says="LENGTH_IN_CHAR=0（默认，建库后不能改）时 VARCHAR(n) 按字节计长。"),
        Quirk(id="BD-07", says="默认区分大小写，未加引号的名字存成大写，加引号的小写名查不到。"),
        Quirk(id="BD-12", says="大字段不能用于 ORDER BY、DISTINCT 和等值比较。"),
        Quirk(id="BD-20", says="CALC_AS_DECIMAL=0（默认）时 1/2 得 0；Oracle 得 0.5。"),
        Quirk(id="BD-27", says="不接受 0000-00-00 之类的零日期，紧凑写法的日期文本可能报 -6118。"),
        Quirk(id="BD-29", says="ORDER_BY_NULLS_FLAG=0（默认）时 NULL 无论升序降序都排在最前。"),
        Quirk(id="BD-41", says="没有 ON DUPLICATE KEY 和 REPLACE，须改写为 MERGE。"),
        Quirk(id="BD-44", says="派生表里有重名列会报 -2112，除非 ERROR_COMPATIBLE_FLAG=1。"),
        Quirk(id="BD-47", says="ROWID、ROWNUM、TRXID 是伪列名，不能直接作列名。"),
        Quirk(id="BD-61", says="DDL 隐式提交事务。"),
    ),
    lacks=frozenset({"server_sleep", "transactional_ddl"}),  # no verified statement that waits
    domestic=True,
)
