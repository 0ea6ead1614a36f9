"""Characters beyond the everyday ones: rare names, the 2022 edition of GB18030, look-alikes, order of Chinese.

A database that takes two rare characters for equal takes two patients for one. Not here: length, blanks (`texts.py`).
"""

from __future__ import annotations

from harness.model import Group, Probe
from scenarios.dbcompat.scripts import table, tries

# Both editions of GB18030 know these code points; the 2022 edition moved their codes here from the private use area.
NEW_2022 = "".join(map(chr, (*range(0xFE10, 0xFE1A), *range(0x9FB4, 0x9FBC), 0x1E3F)))
# Where Python's codec (2005 edition) and older products still put the same codes.
OLD_2005 = "".join(map(chr, (*range(0xE78D, 0xE797), 0xE81E, 0xE826, 0xE82B, 0xE82C, 0xE832, 0xE843, 0xE854, 0xE864)))

_EXTENSIONS = {
    "b": "\U00020000\U00020bb7\U0002a6d6",
    "c": "\U0002a700\U0002b734",
    "d": "\U0002b740\U0002b81d",
    "e": "\U0002b820\U0002cb4e\U0002cea1",
    "f": "\U0002ceb0\U0002ebe0",
    "g": "\U00030000\U0003134a",
}
_ONE = table("id {int}, name {varchar}(40)")
_STORE_AND_READ = "A: INSERT INTO {t} VALUES (1, :name)\nA: SELECT name FROM {t}"
_TWO_PATIENTS = table("id {int}, name {varchar}(40)", "1, '王𠮷'", "2, '王𬭎'", "3, '王㑇'", "4, '王䶮'")

_ROUND_TRIPS = (
    Probe(
        id="rare_name_bound",
        title="生僻字姓名经绑定参数存取",
        group=Group.STORAGE,
        source="BD-10",
        setup=_ONE,
        script=_STORE_AND_READ,
        params={"name": "𠮷𬭎㑇䶮"},
        meaning="生僻字存不进去或取出变问号，病人姓名与身份证、医保不符，无法实名就诊；"
        "库、连接、驱动三处都须是 UTF-8 或 GB18030-2022。",
    ),
    Probe(
        id="han_extensions",
        title="CJK 扩展 B 至 G 区汉字存取",
        group=Group.STORAGE,
        source="BD-10",
        setup=_ONE,
        script="\n".join(
            (
                *(f"A: INSERT INTO {{t}} VALUES ({n}, :{block})" for n, block in enumerate(_EXTENSIONS)),
                "A: SELECT id, name FROM {t} ORDER BY id",
            )
        ),
        params=_EXTENSIONS,
        meaning="公安人口库中的人名、地名用字不少在扩展 B 区以后，存取后改变就与身份证不符；"
        "须换用支持四字节字符的字符集。",
    ),
    Probe(
        id="gb18030_2022_characters",
        title="GB18030-2022 新定码位的字符存取",
        group=Group.STORAGE,
        source="BD-11",
        setup=_ONE,
        script=_STORE_AND_READ,
        params={"name": NEW_2022},
        meaning="2022 版把这些字从私用区移到正式码位；"
        "存取后若变成私用区码位，同一个姓名在两套系统里就不相等，须统一版本并转换存量。",
    ),
    Probe(
        id="gb18030_2005_private_use",
        title="旧版 GB18030 私用区字符存取",
        group=Group.STORAGE,
        source="BD-11",
        setup=_ONE,
        script=_STORE_AND_READ,
        params={"name": OLD_2005},
        meaning="老系统存下的是私用区码位（U+E78D 等），目标库若拒绝或改写，历史病案的姓名会变；"
        "迁移时按 20 对码位表转换并登记。",
    ),
    Probe(
        id="private_use_equals_new",
        title="同一字新旧码位是否相等",
        group=Group.QUERY,
        source="BD-11",
        setup=_ONE,
        script=tries("SELECT CASE WHEN '\ue81e' = '\u9fb4' THEN 1 ELSE 0 END {dual}"),
        meaning="新旧码位的同一个字在一边相等、另一边不等，姓名检索会漏人；存量数据须统一到新码位。",
    ),
    Probe(
        id="emoji_and_marks",
        title="表情符、组合附标与零宽字符存取",
        group=Group.STORAGE,
        source="BD-10",
        setup=_ONE,
        script=_STORE_AND_READ,
        params={"name": "😀👩‍⚕️e\u0301\u200b\ufeff"},
        meaning="互联网医院的咨询留言带表情和零宽字符，存不进去会使整条消息失败；字符集须为 utf8mb4 一类。",
    ),
    Probe(
        id="nul_character",
        title="文字中的 NUL 字符",
        group=Group.STORAGE,
        source="BD-10",
        setup=_ONE,
        script="A: INSERT INTO {t} VALUES (1, :name)",
        params={"name": "a\0b"},
        meaning="仪器接口偶尔传来夹带 NUL 的文字，PostgreSQL 系拒收、MySQL 系照存：检验结果可能回传失败；"
        "接口程序须先剔除。",
    ),
    Probe(
        id="noncharacter_ffff",
        title="U+FFFF 等非字符存取",
        group=Group.STORAGE,
        source="BD-10",
        setup=_ONE,
        script=_STORE_AND_READ,
        params={"name": "王\uffff"},
        meaning="乱码数据里会出现 U+FFFF，目标库若拒收，历史数据导入会中断在这一行；迁移前先扫描清洗。",
    ),
)

_EQUALITY = (
    Probe(
        id="different_rare_names_equal",
        title="不同的生僻字是否被当成相等",
        group=Group.QUERY,
        source="BD-10",
        setup=_TWO_PATIENTS,
        script="A: SELECT id FROM {t} WHERE name = '王𠮷' ORDER BY id",
        meaning="把不同的四字节字当成相等（如 utf8mb4_general_ci），查“王𠮷”会查出另一个病人“王𬭎”，直接危及病人安全；"
        "姓名列必须改用 _bin 或新的排序规则。",
    ),
    Probe(
        id="rare_names_unique",
        title="唯一列是否把不同的生僻字判重",
        group=Group.STORAGE,
        source="BD-10",
        setup=table("name {varchar}(40) UNIQUE", "'王𠮷'"),
        script="A: INSERT INTO {t} VALUES ('王𬭎')",
        meaning="不同的生僻字姓名、药材名撞上唯一约束，第二个病人建不了档；唯一列须用按码位比较的排序规则。",
    ),
    Probe(
        id="rare_names_grouped",
        title="按姓名去重计数时生僻字是否合并",
        group=Group.QUERY,
        source="BD-10",
        setup=_TWO_PATIENTS,
        script="A: SELECT COUNT(DISTINCT name) FROM {t}",
        meaning="按姓名归并病人主索引时，不同的人被合成一个，病历会串到别人名下；归并须按码位比较。",
    ),
    Probe(
        id="rare_names_in_index",
        title="经索引查找生僻字姓名",
        group=Group.QUERY,
        source="BD-10",
        setup=_TWO_PATIENTS + "\nCREATE INDEX {v} ON {t} (name)",
        script="A: SELECT id FROM {t} WHERE name IN ('王䶮', '王𬭎') ORDER BY id",
        meaning="经索引查生僻字姓名得到的行数与原库不同，候诊、取药叫错人；重建索引并改用按码位比较的排序规则。",
    ),
    Probe(
        id="rare_names_like",
        title="LIKE 检索生僻字",
        group=Group.QUERY,
        source="BD-10",
        setup=_TWO_PATIENTS,
        script=tries(
            "SELECT id FROM {t} WHERE name LIKE '%𬭎' ORDER BY id",
            "SELECT id FROM {t} WHERE name LIKE '王_' ORDER BY id",
        ),
        meaning="模糊检索把别的生僻字也算命中，或把四字节字算成两个字而漏掉；姓名检索须以目标库实测为准。",
    ),
    Probe(
        id="rare_character_length",
        title="四字节汉字的字符数",
        group=Group.QUERY,
        source="BD-10",
        script=tries("SELECT CHAR_LENGTH('王𠮷山') {dual}", "SELECT SUBSTR('王𠮷山', 3, 1) {dual}"),
        meaning="按 UTF-16 计数的产品把一个生僻字算两个，截姓名、取姓氏会切出半个字；截取姓名的代码须改在程序里做。",
    ),
    Probe(
        id="rare_character_in_width",
        title="VARCHAR(4) 能否存四个四字节汉字",
        group=Group.STORAGE,
        source="BD-10",
        setup=table("name {varchar}(4)"),
        script="A: INSERT INTO {t} VALUES ('𠮷𬭎𠀀𪛖')",
        meaning="列宽按字节或 UTF-16 计时，生僻字姓名会因“超长”存不进去；姓名列加宽到四倍。",
    ),
    Probe(
        id="full_width_equal",
        title="全角与半角字符是否相等",
        group=Group.QUERY,
        source="BD-08",
        script=tries(
            "SELECT CASE WHEN 'Ａ' = 'A' THEN 1 ELSE 0 END {dual}",
            "SELECT CASE WHEN '１' = '1' THEN 1 ELSE 0 END {dual}",
        ),
        meaning="中文输入法下录入的全角卡号、批号，一边查得到、一边查不到；录入端统一转半角并清洗存量。",
    ),
    Probe(
        id="accents_equal",
        title="带重音的字母与不带的是否相等",
        group=Group.QUERY,
        source="BD-08",
        script=tries(
            "SELECT CASE WHEN 'á' = 'a' THEN 1 ELSE 0 END {dual}",
            "SELECT CASE WHEN 'ü' = 'u' THEN 1 ELSE 0 END {dual}",
            "SELECT CASE WHEN 'ß' = 'ss' THEN 1 ELSE 0 END {dual}",
        ),
        meaning="吕（lü）与陆（lu）的拼音码、外籍病人的姓名被当成相等，检索会多出别人；"
        "姓名、拼音列用按码位比较的排序规则。",
    ),
    Probe(
        id="invisible_differences_equal",
        title="只差组合附标或零宽字符的文字是否相等",
        group=Group.QUERY,
        source="BD-10",
        script=tries(
            "SELECT CASE WHEN 'e\u0301' = 'é' THEN 1 ELSE 0 END {dual}",
            "SELECT CASE WHEN '王\u200b' = '王' THEN 1 ELSE 0 END {dual}",
        ),
        meaning="看着一样的姓名（两种编码写法、粘贴带来的零宽空格）在一边相等、一边不等，身份核对会失败；"
        "入库前统一做 NFC 规范化并剔除零宽字符。",
    ),
    Probe(
        id="compatibility_ideograph_equal",
        title="兼容汉字与正字是否相等",
        group=Group.QUERY,
        source="BD-10",
        script=tries("SELECT CASE WHEN '\uf92c' = '郎' THEN 1 ELSE 0 END {dual}"),
        meaning="GB18030 收有 U+F92C 这类兼容汉字，与正字“郎”在一边相等、一边不等，姓名比对和去重结果会变；"
        "迁移前统一到正字。",
    ),
)

_ORDER = (
    Probe(
        id="han_order",
        title="按姓名排序的次序",
        group=Group.QUERY,
        source="BD-09",
        setup=table("name {varchar}(20)", "'王'", "'李'", "'张'", "'阿'", "'重'"),
        script="A: SELECT name FROM {t} ORDER BY name",
        meaning="拼音、笔画、码位三种次序都有产品采用：病人名单、药品目录的排列与翻页会变；"
        "需要拼音序的地方另存拼音码排序。",
    ),
    Probe(
        id="han_range",
        title="按姓氏范围检索",
        group=Group.QUERY,
        source="BD-09",
        setup=table("name {varchar}(20)", "'王'", "'李'", "'张'", "'阿'", "'重'"),
        script="A: SELECT COUNT(*) FROM {t} WHERE name BETWEEN '李' AND '王'",
        meaning="范围条件用的也是排序规则，按姓氏分段分发任务、分段导数的语句会多取或漏取；改按主键分段。",
    ),
    Probe(
        id="mixed_order",
        title="数字、字母、汉字、符号的先后",
        group=Group.QUERY,
        source="BD-09",
        setup=table("c {varchar}(20)", "'王'", "'a'", "'1'", "'_'", "'-'"),
        script="A: SELECT c FROM {t} ORDER BY c",
        meaning="代码表里数字、字母、汉字混排时先后不同，取最大编号（ORDER BY … DESC 取一条）会取到别的行；"
        "编号列定为等长数字。",
    ),
)

PROBES: tuple[Probe, ...] = (*_ROUND_TRIPS, *_EQUALITY, *_ORDER)
