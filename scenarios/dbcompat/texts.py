"""Text as it is stored and compared: empty and missing, blanks, length, case.

Not here: functions on text (`text_functions.py`), characters outside the everyday ones (`characters.py`).
"""

from __future__ import annotations

from harness.model import Group, Probe
from scenarios.dbcompat.scripts import table, tries

_NAMES = table("id {int}, c {varchar}(20)", "1, ''", "2, 'a'", "3, NULL")
_CASES = table("id {int}, c {varchar}(20)", "1, 'abc'", "2, 'ABC'", "3, 'b'")
_PADDED = table("id {int}, c {char}(10), v {varchar}(10)", "1, 'ab', 'ab'")

_EMPTY = (
    Probe(
        id="empty_string_is_null",
        title="空串入库后是不是空值",
        group=Group.STORAGE,
        source="BD-01",
        setup=_NAMES,
        script=tries("SELECT id FROM {t} WHERE c IS NULL ORDER BY id"),
        meaning="Oracle 系产品把 '' 存成 NULL：用 IS NULL 统计“未填过敏史”的病人数会变。"
        "凡区分“未填”和“填了空”的字段，判断条件要两种都写。",
    ),
    Probe(
        id="empty_string_matches",
        title="用 = '' 能否查到空串",
        group=Group.STORAGE,
        source="BD-01",
        setup=_NAMES,
        script=tries("SELECT id FROM {t} WHERE c = '' ORDER BY id", "SELECT id FROM {t} WHERE c <> '' ORDER BY id"),
        meaning="空串即空值的产品上 c = '' 和 c <> '' 都查不到任何行，"
        "按“医保卡号不为空串”筛选的病人会一个不剩；须改写为 IS NOT NULL。",
    ),
    Probe(
        id="empty_string_length",
        title="空串的长度",
        group=Group.STORAGE,
        source="BD-01",
        setup=_NAMES,
        script=tries("SELECT id, LENGTH(c) FROM {t} ORDER BY id"),
        meaning="长度从 0 变成空值后，“长度小于 1 则提示补录联系电话”之类的判断永远不成立；用 COALESCE 包住长度。",
    ),
    Probe(
        id="empty_string_in_not_null",
        title="空串能否存入非空列",
        group=Group.STORAGE,
        source="BD-01",
        setup=table("id {int}, c {varchar}(20) NOT NULL"),
        script="A: INSERT INTO {t} VALUES (1, '')",
        meaning="老系统常以空串占位非空列（如无医保号的自费病人），目标库若拒绝，建档和历史数据导入都会报错；"
        "须放开非空约束或改用约定的占位值。",
    ),
    Probe(
        id="empty_string_in_unique",
        title="唯一列中能否有两个空串",
        group=Group.STORAGE,
        source="BD-01",
        setup=table("id {int}, c {varchar}(20) UNIQUE", "1, ''"),
        script="A: INSERT INTO {t} VALUES (2, '')",
        meaning="以空串表示“没有社保卡”的唯一列，一边允许多行、一边第二行就冲突，第二个无卡病人无法建档；应改存 NULL。",
    ),
    Probe(
        id="blank_equals_empty",
        title="一个空格是否等于空串",
        group=Group.QUERY,
        source="BD-05",
        script=tries("SELECT CASE WHEN ' ' = '' THEN 1 ELSE 0 END {dual}"),
        meaning="空格等于空串时，录成空格的联系电话会被当作未填；反之则被当作已填。录入端应统一去空格后再存。",
    ),
)

_CHAR = (
    Probe(
        id="char_padding_returned",
        title="定长字符列取出时是否带补位空格",
        group=Group.STORAGE,
        source="BD-04",
        setup=_PADDED,
        script="A: SELECT c FROM {t}",
        meaning="科室代码等 CHAR 列取出来带不带尾部空格不一样：程序里拿它做键值查字典会查不到；"
        "改用 VARCHAR 或取出后去尾空格。",
    ),
    Probe(
        id="char_padding_length",
        title="定长字符列的长度是否计入补位空格",
        group=Group.QUERY,
        source="BD-04",
        setup=_PADDED,
        script="A: SELECT LENGTH(c) FROM {t}",
        meaning="LENGTH 返回实际长度还是定义长度不同，按长度校验卡号、条码位数的逻辑会误判；先 RTRIM 再求长度。",
    ),
    Probe(
        id="char_padding_concat",
        title="定长字符列拼接时补位空格去留",
        group=Group.QUERY,
        source="BD-04",
        setup=_PADDED,
        script="A: SELECT CONCAT(c, '|') FROM {t}",
        meaning="用 CHAR 列拼出的挂号单号、接口报文可能多出一串空格，打印、扫码、医保上传都会失败；拼接前先 RTRIM。",
    ),
    Probe(
        id="char_compared_with_blanks",
        title="定长字符列与带空格的值比较",
        group=Group.QUERY,
        source="BD-04",
        setup=_PADDED,
        script=tries(
            "SELECT COUNT(*) FROM {t} WHERE c = 'ab'",
            "SELECT COUNT(*) FROM {t} WHERE c = 'ab  '",
        ),
        meaning="同一个收费项目代码带不带空格能否查到不一样，查不到就会漏收费；比较两端统一去空格。",
    ),
    Probe(
        id="char_like",
        title="定长字符列用 LIKE 匹配整个值",
        group=Group.QUERY,
        source="BD-04",
        setup=_PADDED,
        script=tries("SELECT COUNT(*) FROM {t} WHERE c LIKE 'ab'", "SELECT COUNT(*) FROM {t} WHERE c LIKE '%b'"),
        meaning="补位空格参与 LIKE 匹配时，LIKE 'ab' 和以某尾号查病案号的 LIKE '%b' 都查不到；"
        "在模式末尾加 % 或先 RTRIM。",
    ),
    Probe(
        id="char_joined_to_varchar",
        title="定长列与变长列关联",
        group=Group.QUERY,
        source="BD-04",
        setup=_PADDED,
        script="A: SELECT COUNT(*) FROM {t} a JOIN {t} b ON a.c = b.v",
        meaning="CHAR 的科室代码关联 VARCHAR 的科室代码，一边连得上、一边一行都没有，报表会整段缺失；"
        "两表统一为 VARCHAR。",
    ),
    Probe(
        id="char_bound_parameter",
        title="定长列与绑定参数比较",
        group=Group.QUERY,
        source="BD-04",
        setup=_PADDED,
        script="A: SELECT COUNT(*) FROM {t} WHERE c = :code",
        params={"code": "ab"},
        meaning="字面值能查到而绑定参数查不到（参数按变长比较），程序里按代码取收费项目会落空；列改为 VARCHAR。",
    ),
)

_BLANKS = (
    Probe(
        id="trailing_blank_compare",
        title="变长列比较时是否忽略尾部空格",
        group=Group.QUERY,
        source="BD-05",
        setup=table("id {int}, c {varchar}(20)", "1, 'A'", "2, 'A '"),
        script="A: SELECT id FROM {t} WHERE c = 'A' ORDER BY id",
        meaning="忽略尾空格的产品查“张三”会连“张三 ”一起查出，反之漏掉：同名病人合并、医保对账的行数会变。"
        "达梦由建库参数 BLANK_PAD_MODE 决定，建后不能改。",
    ),
    Probe(
        id="trailing_blank_unique",
        title="唯一列是否把只差尾部空格的值判重",
        group=Group.STORAGE,
        source="BD-05",
        setup=table("id {int}, c {varchar}(20) UNIQUE", "1, 'A'"),
        script="A: INSERT INTO {t} VALUES (2, 'A ')",
        meaning="原库里并存的“A”和“A ”迁入时会报唯一冲突，或者原来拦得住的重复就诊卡号不再被拦；迁移前先清洗尾部空格。",
    ),
    Probe(
        id="trailing_blank_stored",
        title="变长列是否保留尾部空格",
        group=Group.STORAGE,
        source="BD-05",
        setup=table("id {int}, c {varchar}(20)", "1, 'A '"),
        script="A: SELECT c, LENGTH(c) FROM {t}",
        meaning="尾部空格被丢掉后，电子签名、病历正文的摘要值与原库不一致；凡要验签的文本须逐字节比对。",
    ),
)

_LENGTH = (
    Probe(
        id="varchar_length_unit",
        title="VARCHAR(6) 能否存六个汉字",
        group=Group.STORAGE,
        source="BD-06",
        setup=table("id {int}, c {varchar}(6)"),
        script="A: INSERT INTO {t} VALUES (1, '急性阑尾炎症')",
        meaning="长度按字节计的库里 VARCHAR(6) 只能存两个汉字，诊断名称、药品名称存不下；"
        "建库时选按字符计（达梦 LENGTH_IN_CHAR=1），或把列宽放大到三至四倍。",
    ),
    Probe(
        id="too_long_refused",
        title="超长文字是拒绝还是截断",
        group=Group.STORAGE,
        source="BD-06",
        setup=table("id {int}, c {varchar}(6)"),
        script="A: INSERT INTO {t} VALUES (1, 'abcdefg')",
        meaning="非严格模式会把超长的医嘱、主诉悄悄截断而不报错，丢的是病历内容；应设严格模式并核对迁入后的长度。",
    ),
    Probe(
        id="too_long_by_blanks",
        title="只超出尾部空格的文字能否存入",
        group=Group.STORAGE,
        source="BD-06",
        setup=table("id {int}, c {varchar}(6)"),
        script="A: INSERT INTO {t} VALUES (1, 'abcdef  ')\nA: SELECT c FROM {t}",
        meaning="从定长接口来的值常带尾空格，一边自动去掉、一边报超长：检验结果回传会整条失败；接口程序先去尾空格。",
    ),
)

_CASE = (
    Probe(
        id="value_case_equal",
        title="值比较是否区分大小写",
        group=Group.QUERY,
        source="BD-08",
        setup=_CASES,
        script="A: SELECT id FROM {t} WHERE c = 'abc' ORDER BY id",
        meaning="不区分大小写时，工号 zhangs 与 ZHANGS、批号 a1 与 A1 会被当成同一个；反之老系统随手输的小写查不到。"
        "统一用 UPPER 或选定区分大小写的排序规则。",
    ),
    Probe(
        id="value_case_unique",
        title="唯一列是否把只差大小写的值判重",
        group=Group.STORAGE,
        source="BD-08",
        setup=table("id {int}, c {varchar}(20) UNIQUE", "1, 'abc'"),
        script="A: INSERT INTO {t} VALUES (2, 'ABC')",
        meaning="大小写不同的登录名、批号在原库可并存，迁入时报唯一冲突而丢行（或反过来放进重复）；"
        "迁移前查出只差大小写的键。",
    ),
    Probe(
        id="value_case_order",
        title="排序时大小写字母的先后",
        group=Group.QUERY,
        source="BD-08",
        setup=table("c {varchar}(20)", "'a'", "'B'", "'c'"),
        script="A: SELECT c FROM {t} ORDER BY c",
        meaning="按代码排序的药品、项目清单次序会变，翻页和“取第一个”的结果随之改变；需要固定次序的地方另设排序号。",
    ),
    Probe(
        id="value_case_like",
        title="LIKE 是否区分大小写",
        group=Group.QUERY,
        source="BD-08",
        setup=_CASES,
        script="A: SELECT id FROM {t} WHERE c LIKE 'a%' ORDER BY id",
        meaning="用拼音首字母检索药品和病人时，大小写决定能否查到；检索列与输入统一转成大写。",
    ),
)

_LITERALS = (
    Probe(
        id="backslash_in_literal",
        title="字面值中的反斜杠是否转义",
        group=Group.QUERY,
        source="BD-13",
        script=tries(r"SELECT 'C:\new', LENGTH('C:\new') {dual}"),
        meaning="把反斜杠当转义的产品会把影像路径 \\\\pacs\\new 变成换行加 ew，文件打不开；路径一律用绑定参数传入。",
    ),
    Probe(
        id="like_backslash",
        title="LIKE 中反斜杠是否默认为转义符",
        group=Group.QUERY,
        source="BD-13",
        setup=table("id {int}, c {varchar}(20)", "1, 'a_1'", "2, 'ab1'"),
        script=r"A: SELECT id FROM {t} WHERE c LIKE 'a\_%' ORDER BY id",
        meaning="条码、批号含下划线时，转义不起作用就会查出无关的行或一行也查不到；统一写明 ESCAPE 子句。",
    ),
    Probe(
        id="double_quoted_text",
        title="双引号括起的是文字还是列名",
        group=Group.QUERY,
        source="BD-13",
        setup=table("id {int}, c {varchar}(20)", "1, 'x'"),
        script="A: SELECT COUNT(*) FROM {t} WHERE \"c\" = 'x'",
        meaning='MySQL 系默认把 "c" 当文字：'
        "WHERE \"status\" = '已收费' 不报错却永远不成立，费用查询悄悄落空；改用无引号列名。",
    ),
    Probe(
        id="national_literal",
        title="N'…' 字面值中的生僻字",
        group=Group.QUERY,
        source="BD-13",
        script=tries("SELECT N'王𠮷' {dual}"),
        meaning="SQL Server 应用惯写 N'姓名'；目标库不认此写法或把生僻字换成问号，姓名检索会失败；改用绑定参数。",
    ),
)

PROBES: tuple[Probe, ...] = (*_EMPTY, *_CHAR, *_BLANKS, *_LENGTH, *_CASE, *_LITERALS)
