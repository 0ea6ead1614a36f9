"""Functions and words of one product that applications got used to: NVL, DECODE, DUAL, JSON.

Not here: functions on text (`text_functions.py`) and on dates (`dates.py`).
"""

from __future__ import annotations

from harness.model import Group, Probe
from scenarios.dbcompat.scripts import table, tries

_ROW = table("id {int}, c {varchar}(20)", "1, NULL")


def _function(id: str, title: str, sql: str, meaning: str, *, source: str = "BD-43") -> Probe:
    setup = _ROW if "{t}" in sql else ""
    return Probe(id=id, title=title, group=Group.QUERY, source=source, setup=setup, script=tries(sql), meaning=meaning)


PROBES: tuple[Probe, ...] = (
    _function(
        "from_dual", "FROM DUAL 写法", "SELECT 1 FROM DUAL",
        "Oracle 应用取序列、取时间都写 FROM DUAL，没有这张表的产品全部报错；建一张同名的单行表或视图即可过渡。",
    ),
    _function(
        "nvl_function", "NVL 函数", "SELECT NVL(NULL, '无') {dual}",
        "Oracle 应用处处用 NVL，PostgreSQL 系没有：费用合计、姓名显示全部报错；统一改为标准的 COALESCE。",
    ),
    _function(
        "nvl2_function", "NVL2 函数", "SELECT NVL2(NULL, '有', '无') {dual}",
        "NVL2 只有 Oracle 系有，“是否已打印”一类的显示语句会报错；改为 CASE WHEN … IS NULL。",
    ),
    _function(
        "ifnull_function", "IFNULL 函数", "SELECT IFNULL(NULL, '无') {dual}",
        "MySQL 应用处处用 IFNULL，PostgreSQL、Oracle 系没有；统一改为标准的 COALESCE。",
    ),
    _function(
        "isnull_function", "ISNULL 两个参数", "SELECT ISNULL(NULL, '无') {dual}",
        "SQL Server 的 ISNULL 是取代空值，MySQL 的同名函数只判空、参数个数不同：逐条改为 COALESCE，勿靠同名。",
    ),
    _function(
        "coalesce_types", "COALESCE 参数类型不一", "SELECT COALESCE(c, 0) FROM {t}",
        "文字列补 0 在类型严格的产品上报错：费用、结果值的显示语句失败；补的值与列同类型（写 '0'）。", source="BD-24",
    ),
    _function(
        "decode_function", "DECODE 函数", "SELECT DECODE(1, 1, '门诊', 2, '住院', '其他') {dual}",
        "Oracle 应用用 DECODE 翻译状态，MySQL 的同名函数却是解密，别处没有；逐条改为 CASE。",
    ),
    _function(
        "decode_null", "DECODE 判断空值", "SELECT DECODE(NULL, NULL, '空', '非空') {dual}",
        "DECODE 认为两个空值相等，改写成 CASE c WHEN NULL 就永远不成立：未填状态会显示错；用 CASE WHEN c IS NULL。",
    ),
    _function(
        "if_function", "IF 函数", "SELECT IF(1 = 1, '是', '否') {dual}",
        "MySQL 应用的 IF() 在别的产品上不存在，统计异常结果的语句报错；改为 CASE WHEN。",
    ),
    _function(
        "cast_to_varchar", "CAST AS VARCHAR 写法", "SELECT CAST(12 AS VARCHAR(10)) {dual}",
        "MySQL 系的 CAST 不认 VARCHAR（须写 CHAR）：拼接病案号的语句会报错；逐条按目标库改写。",
    ),
    _function(
        "double_colon_cast", "双冒号类型转换", "SELECT 12::text {dual}",
        "PostgreSQL 应用处处写 id::text，别的产品报语法错；改为标准的 CAST(id AS …)。",
    ),
    _function(
        "cast_to_signed", "CAST AS SIGNED 写法", "SELECT CAST('12' AS SIGNED) {dual}",
        "MySQL 应用把文字编号转整数写 SIGNED，别处不认；改为 CAST(… AS INTEGER) 一类的写法。",
    ),
    _function(
        "convert_function", "CONVERT 函数", "SELECT CONVERT(VARCHAR(10), 12) {dual}",
        "SQL Server 的 CONVERT 类型在前，MySQL 的在后，同名不同义：日期、金额格式化语句须逐条改写。",
    ),
    _function(
        "boolean_literals", "WHERE TRUE 写法", "SELECT CASE WHEN TRUE THEN 1 ELSE 0 END {dual}",
        "Oracle、SQL Server 没有布尔字面值，动态拼接的 WHERE TRUE 报错；改为 WHERE 1 = 1。", source="issue list",
    ),
    _function(
        "null_safe_equal", "空值也算相等的比较",
        "SELECT CASE WHEN 1 IS NOT DISTINCT FROM NULL THEN 1 ELSE 0 END {dual}",
        "比较新旧病历内容时要把空值当相等，各家写法不同（<=>、IS NOT DISTINCT FROM）；"
        "改为显式判空。", source="issue list",
    ),
    _function(
        "values_as_table", "VALUES 作为表", "SELECT COUNT(*) FROM (VALUES (1), (2)) x",
        "把一组编号当临时表关联的写法在 MySQL、Oracle 系不被支持；改为 UNION ALL 或临时表。", source="issue list",
    ),
    _function(
        "json_value", "取 JSON 中的一项", "SELECT JSON_VALUE('{{\"age\": 63}}', '$.age') {dual}",
        "医保、互联网医院接口的报文以 JSON 存取，取值函数各家不同；复杂解析移到程序里做。", source="issue list",
    ),
    _function(
        "json_extract", "JSON_EXTRACT 函数", "SELECT JSON_EXTRACT('{{\"age\": 63}}', '$.age') {dual}",
        "MySQL 应用用 JSON_EXTRACT 取电子病历结构化字段，别处没有；"
        "改为目标库的函数或在程序里解析。", source="issue list",
    ),
    _function(
        "json_arrow", "->> 取 JSON 中的一项", "SELECT CAST('{{\"age\": 63}}' AS JSON) ->> 'age' {dual}",
        "->> 在 PostgreSQL 与 MySQL 中路径写法不同，别处没有：检查报告结构化字段会取成空值；统一在程序里解析。",
        source="issue list",
    ),
    _function(
        "user_pseudo_column", "USER 取当前用户", "SELECT CASE WHEN USER IS NULL THEN 0 ELSE 1 END {dual}",
        "Oracle、PostgreSQL 应用以 USER 取当前用户作审计，MySQL 系须写 USER()：收费审计字段会写不进去；"
        "改由程序传入操作员。", source="BD-48",
    ),
)  # fmt: skip
