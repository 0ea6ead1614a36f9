"""Functions and operators on text: joining, cutting, searching, replacing.

Not here: how text is stored and compared (`texts.py`).
"""

from __future__ import annotations

from harness.model import Group, Probe
from scenarios.dbcompat.scripts import table, tries

_JOINING = (
    Probe(
        id="concat_operator",
        title="|| 是连接还是逻辑或",
        group=Group.QUERY,
        source="BD-03",
        script=tries("SELECT 'a' || 'b' {dual}"),
        meaning="MySQL 系默认把 || 当逻辑或，不报错而返回 0：用 || 拼出的挂号单号、病人全名全部变成 0；"
        "改用 CONCAT，或在会话中设 PIPES_AS_CONCAT。",
    ),
    Probe(
        id="concat_operator_null",
        title="|| 遇到空值",
        group=Group.QUERY,
        source="BD-02",
        setup=table("id {int}, c {varchar}(20)", "1, NULL"),
        script=tries("SELECT '床号' || c FROM {t}"),
        meaning="Oracle 系把空值当空串拼接，别的产品整串变空：缺一项的地址、姓名整条消失；每一项先用 COALESCE 补空串。",
    ),
    Probe(
        id="concat_function_null",
        title="CONCAT 遇到空值",
        group=Group.QUERY,
        source="BD-02",
        script=tries("SELECT CONCAT('a', NULL) {dual}"),
        meaning="有的产品 CONCAT 跳过空值，有的整串变空：拼接的用法用量里只要缺一项就可能整条丢失；"
        "每一项用 COALESCE 包住。",
    ),
    Probe(
        id="concat_argument_counts",
        title="CONCAT 可带几个参数",
        group=Group.QUERY,
        source="BD-48",
        script=tries(
            "SELECT CONCAT('a') {dual}",
            "SELECT CONCAT('a', 'b') {dual}",
            "SELECT CONCAT('a', 'b', 'c', 'd') {dual}",
        ),
        meaning="Oracle、达梦、金仓同名函数参数个数不同，兼容模式还会用自己的 CONCAT 盖住系统的；"
        "拼接费用清单的语句会报“函数不存在”，须逐条试跑。",
    ),
)

_CUTTING = (
    Probe(
        id="substr_from_zero",
        title="SUBSTR 从 0 开始",
        group=Group.QUERY,
        source="issue list",
        script=tries("SELECT SUBSTR('abcdef', 0, 3) {dual}"),
        meaning="Oracle 把 0 当 1，MySQL 返回空串，PostgreSQL 少取一位：按位截身份证号、收费编码会错位；"
        "起点一律从 1 写起。",
    ),
    Probe(
        id="substr_negative",
        title="SUBSTR 起点为负数",
        group=Group.QUERY,
        source="issue list",
        script=tries("SELECT SUBSTR('abcdef', -2) {dual}"),
        meaning="取后几位（身份证末四位、流水号尾数）的写法在 PostgreSQL 系返回整串；改用 RIGHT 或按长度计算起点。",
    ),
    Probe(
        id="length_of_han",
        title="LENGTH 数字节还是数字符",
        group=Group.QUERY,
        source="BD-06",
        script=tries("SELECT LENGTH('诊断') {dual}"),
        meaning="MySQL 系 LENGTH 数字节，两个汉字得 6：校验姓名长度、分行打印处方的逻辑会全错；改用 CHAR_LENGTH。",
    ),
    Probe(
        id="char_length_function",
        title="CHAR_LENGTH 与 OCTET_LENGTH",
        group=Group.QUERY,
        source="BD-06",
        script=tries("SELECT CHAR_LENGTH('诊断') {dual}", "SELECT OCTET_LENGTH('诊断') {dual}"),
        meaning="标准长度函数不存在或单位不同，医保接口按字节数限长的校验会放过或误拦；逐条改为目标库的函数。",
    ),
    Probe(
        id="trim_functions",
        title="TRIM 去掉哪些空白",
        group=Group.QUERY,
        source="issue list",
        script=tries(
            "SELECT CONCAT(TRIM('  a '), '|') {dual}",
            "SELECT CONCAT(TRIM('　王'), '|') {dual}",
            "SELECT TRIM(LEADING '0' FROM '00123') {dual}",
        ),
        meaning="全角空格是否一并去掉不同，姓名前的全角空格会使同一病人查不到；入库前在程序里统一清洗。",
    ),
    Probe(
        id="ltrim_with_characters",
        title="LTRIM 带第二个参数",
        group=Group.QUERY,
        source="issue list",
        script=tries("SELECT LTRIM('00123', '0') {dual}"),
        meaning="用 LTRIM(病案号, '0') 去前导零的写法在 MySQL 系不被支持；改用 TRIM(LEADING '0' FROM …)。",
    ),
    Probe(
        id="lpad_han",
        title="LPAD 补齐汉字时按几列宽",
        group=Group.QUERY,
        source="issue list",
        script=tries("SELECT LPAD('王', 4, '*') {dual}"),
        meaning="Oracle 的 LPAD 把汉字算两列，别的产品算一列：套打发票和腕带上的姓名会错位或被截；"
        "打印排版改在程序里做。",
    ),
    Probe(
        id="lpad_number",
        title="LPAD 直接用于数字",
        group=Group.QUERY,
        source="issue list",
        script=tries("SELECT LPAD(7, 6, '0') {dual}"),
        meaning="用 LPAD(流水号, 6, '0') 生成挂号单号，类型严格的产品不认数字参数而报错；先 CAST 成文字。",
    ),
)

_SEARCHING = (
    Probe(
        id="instr_function",
        title="INSTR 函数",
        group=Group.QUERY,
        source="issue list",
        script=tries("SELECT INSTR('内科,外科', '外科') {dual}"),
        meaning="用 INSTR 判断科室是否在权限串里，PostgreSQL 系没有此函数；改用 POSITION 或另建权限表。",
    ),
    Probe(
        id="position_function",
        title="POSITION 函数",
        group=Group.QUERY,
        source="issue list",
        script=tries("SELECT POSITION('外科' IN '内科,外科') {dual}"),
        meaning="标准的 POSITION 在 Oracle、达梦部分模式下不可用，查找关键字的语句会报语法错；改用 INSTR。",
    ),
    Probe(
        id="regexp_like_function",
        title="REGEXP_LIKE 函数",
        group=Group.QUERY,
        source="BD-13",
        script=tries("SELECT COUNT(*) FROM (SELECT 'AB12' AS c {dual}) x WHERE REGEXP_LIKE(c, '^[A-Z]+[0-9]+$')"),
        meaning="校验条码、身份证号格式的正则函数不存在或写法不同，数据质检语句要按目标库改写。",
    ),
    Probe(
        id="regexp_operator",
        title="REGEXP 运算符",
        group=Group.QUERY,
        source="BD-13",
        script=tries("SELECT COUNT(*) FROM (SELECT 'AB12' AS c {dual}) x WHERE c REGEXP '^[A-Z]+[0-9]+$'"),
        meaning="MySQL 应用用 c REGEXP '…' 筛选编码，别的产品报语法错；改为目标库的正则函数。",
    ),
    Probe(
        id="regexp_tilde",
        title="~ 正则运算符",
        group=Group.QUERY,
        source="BD-13",
        script=tries("SELECT COUNT(*) FROM (SELECT 'AB12' AS c {dual}) x WHERE c ~ '^[A-Z]+[0-9]+$'"),
        meaning="PostgreSQL 应用用 ~ 校验编码格式，MySQL、Oracle 系不认；改为 REGEXP_LIKE 等函数。",
    ),
    Probe(
        id="regexp_replace_count",
        title="REGEXP_REPLACE 替换一处还是全部",
        group=Group.QUERY,
        source="BD-13",
        script=tries("SELECT REGEXP_REPLACE('a1b2c3', '[0-9]', '') {dual}"),
        meaning="PostgreSQL 系默认只替换第一处，Oracle、MySQL 系替换全部："
        "脱敏语句可能只遮住手机号的一位，属泄露隐私；写明 g 标志或次数。",
    ),
    Probe(
        id="regexp_dot_newline",
        title="正则的点号是否匹配换行",
        group=Group.QUERY,
        source="BD-13",
        script=tries("SELECT REGEXP_REPLACE(:text, 'a.b', 'X') {dual}"),
        params={"text": "a\nb"},
        meaning="多行的病程记录里，点号能否跨行匹配决定模板替换、关键词抽取的结果；用 [[:space:]] 等显式写法。",
    ),
    Probe(
        id="replace_function",
        title="REPLACE 换成空串或空值",
        group=Group.QUERY,
        source="BD-02",
        script=tries("SELECT REPLACE('a-b', '-', '') {dual}", "SELECT REPLACE('a-b', '-', NULL) {dual}"),
        meaning="替换值为空值时有的产品删去字符、有的整串变空：去横线后的电话、卡号可能整个丢失；"
        "第三个参数不要传空值。",
    ),
    Probe(
        id="upper_lower_letters",
        title="UPPER、LOWER 对重音和全角字母",
        group=Group.QUERY,
        source="issue list",
        script=tries("SELECT UPPER('é'), LOWER('É') {dual}", "SELECT UPPER('ａ') {dual}", "SELECT UPPER('ß') {dual}"),
        meaning="全角字母、外籍病人姓名中的重音字母能否转换取决于库的区域设置：统一大写后再比对姓名的逻辑会漏人。",
    ),
)

PROBES: tuple[Probe, ...] = (*_JOINING, *_CUTTING, *_SEARCHING)
