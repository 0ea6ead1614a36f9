"""What kinds of records a hospital writes and what they consist of: types, sections, time limits, codes, quality rules.

Type and section codes are those of WS/T 500 (sections by LOINC). Change it to your hospital's own. Not here: sentences
(`catalogue_texts.py`).
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

HOSPITAL = ("320500000001", "信衡示范医院")  # 机构编号、名称；虚构

COMPLAINT, ILLNESS, PAST, DIAGNOSIS, COURSE = "10154-3", "10164-2", "11348-0", "29548-5", "8648-8"

# 章节编码 → 标题、进不进全文检索
SECTIONS: dict[str, tuple[str, bool]] = {
    COMPLAINT: ("主诉", True),
    ILLNESS: ("现病史", True),
    PAST: ("既往史", True),
    "29762-2": ("个人史", False),
    "10157-6": ("家族史", False),
    "8716-3": ("生命体征", False),
    "29545-1": ("体格检查", False),
    "30954-2": ("辅助检查", True),
    DIAGNOSIS: ("诊断", True),
    "18776-5": ("诊疗计划", False),
    "47519-4": ("手术操作", False),
    COURSE: ("住院过程", False),
    "11535-2": ("出院诊断", True),
    "46209-3": ("医嘱", False),
}


class RecordType(NamedTuple):
    """A kind of record: signed within `limit_hours` of what `clock_from` names."""

    code: str
    name: str
    visit_class: str
    clock_from: str
    limit_hours: int
    needs_senior: bool
    min_length: int  # 主诉与现病史合计字数
    sections: tuple[tuple[str, int], ...]  # 章节编码、约多少字


TYPES: dict[str, RecordType] = {
    t.code: t
    for t in (
        RecordType("C0002", "门急诊病历", "O", "VISIT", 24, False, 50, (
            (COMPLAINT, 0), (ILLNESS, 170), (PAST, 60), ("8716-3", 30), ("29545-1", 160), ("30954-2", 90),
            (DIAGNOSIS, 0), ("18776-5", 80),
        )),
        RecordType("C0034", "入院记录", "I", "ADMIT", 24, True, 100, (
            (COMPLAINT, 0), (ILLNESS, 900), (PAST, 380), ("29762-2", 260), ("10157-6", 140), ("8716-3", 60),
            ("29545-1", 1900), ("30954-2", 700), (DIAGNOSIS, 0), ("18776-5", 300),
        )),
        RecordType("C0037", "首次病程记录", "I", "ADMIT", 8, True, 0, (
            (COMPLAINT, 0), (ILLNESS, 700), ("29545-1", 900), (DIAGNOSIS, 0), ("18776-5", 800),
        )),
        RecordType("C0038", "日常病程记录", "I", "WRITING", 24, False, 0, (
            (COURSE, 1100), ("46209-3", 260),
        )),
        RecordType("C0009", "一般手术记录", "I", "OPERATION", 24, True, 0, (
            (DIAGNOSIS, 0), ("47519-4", 2400), ("46209-3", 160),
        )),
        RecordType("C0049", "出院记录", "I", "DISCHARGE", 24, True, 0, (
            (COMPLAINT, 0), (COURSE, 2600), ("30954-2", 800), ("11535-2", 0), ("46209-3", 400),
        )),
        RecordType("C0050", "死亡记录", "I", "DEATH", 24, True, 0, (
            (COMPLAINT, 0), (COURSE, 3200), ("11535-2", 0),
        )),
    )
}  # fmt: skip
OUTPATIENT, ADMISSION, FIRST_COURSE, COURSE_NOTE, OPERATION, DISCHARGE, DEATH = TYPES

# ICD-10 编码、名称
DIAGNOSES = (
    ("I10.x00", "原发性高血压"),
    ("E11.900", "2型糖尿病"),
    ("J18.900", "肺炎"),
    ("J44.100", "慢性阻塞性肺病急性加重"),
    ("I25.103", "冠状动脉粥样硬化性心脏病"),
    ("I63.900", "脑梗死"),
    ("K35.800", "急性阑尾炎"),
    ("K80.000", "胆囊结石伴急性胆囊炎"),
    ("K29.500", "慢性胃炎"),
    ("N39.000", "泌尿道感染"),
    ("M51.202", "腰椎间盘突出"),
    ("S82.800", "踝关节骨折"),
    ("J06.900", "急性上呼吸道感染"),
    ("D50.900", "缺铁性贫血"),
    ("N18.900", "慢性肾脏病"),
    ("E78.500", "高脂血症"),
    ("I48.x01", "心房颤动"),
    ("K92.200", "消化道出血"),
    ("C34.900", "支气管和肺恶性肿瘤"),
    ("O82.000", "经选择性剖宫产术的分娩"),
)
# ICD-9-CM-3 编码、名称、级别
OPERATIONS = (
    ("47.0100", "腹腔镜下阑尾切除术", 2),
    ("51.2300", "腹腔镜下胆囊切除术", 3),
    ("79.3603", "踝关节骨折切开复位内固定术", 3),
    ("80.5100", "腰椎间盘切除术", 4),
    ("36.0601", "冠状动脉药物涂层支架置入术", 4),
    ("74.1x01", "子宫下段横切口剖宫产术", 3),
)
# 主要诊断 → 分入的组与权重；没有列出的进 ZZ19
DRGS = {
    "K35.800": ("GD25", Decimal("0.8312")),
    "K80.000": ("HC25", Decimal("1.2045")),
    "J18.900": ("ES33", Decimal("0.7106")),
    "I63.900": ("BR23", Decimal("1.0530")),
    "I25.103": ("FM19", Decimal("2.3871")),
    "S82.800": ("IF39", Decimal("1.4208")),
    "J44.100": ("ET25", Decimal("0.9017")),
    "O82.000": ("OB19", Decimal("0.7650")),
}
NO_DRG = ("ZZ19", Decimal("0.5000"))
# 首页费用分类
FEES = (
    ("01", "一般医疗服务费"),
    ("02", "护理费"),
    ("03", "诊断费"),
    ("04", "治疗费"),
    ("05", "手术费"),
    ("06", "西药费"),
    ("07", "耗材费"),
    ("08", "其他费"),
)
SURGERY_FEE = "05"

# 名称、类别
DEPARTMENTS = (
    ("内科门诊", "CLINIC"),
    ("外科门诊", "CLINIC"),
    ("儿科门诊", "CLINIC"),
    ("妇产科门诊", "CLINIC"),
    ("急诊科", "CLINIC"),
    ("呼吸内科病区", "WARD"),
    ("心血管内科病区", "WARD"),
    ("普外科病区", "WARD"),
    ("骨科病区", "WARD"),
    ("重症医学科", "WARD"),
)


class QualityRule(NamedTuple):
    """What quality control looks at; those with a type are time limits of that type."""

    code: str
    name: str
    type_code: str | None
    limit_hours: int | None
    points: Decimal


QUALITY_RULES = (
    QualityRule("TL-ADMISSION", "入院记录 24 小时内完成", ADMISSION, 24, Decimal("5.0")),
    QualityRule("TL-FIRST", "首次病程记录 8 小时内完成", FIRST_COURSE, 8, Decimal("5.0")),
    QualityRule("TL-OPERATION", "手术记录 24 小时内完成", OPERATION, 24, Decimal("5.0")),
    QualityRule("TL-DISCHARGE", "出院记录 24 小时内完成", DISCHARGE, 24, Decimal("3.0")),
    QualityRule("TL-DEATH", "死亡记录 24 小时内完成", DEATH, 24, Decimal("5.0")),
    QualityRule("CT-SHORT", "主诉与现病史字数不足", None, None, Decimal("1.0")),
    QualityRule("CT-DIAGNOSIS", "没有诊断", None, None, Decimal("3.0")),
    QualityRule("SG-UNSIGNED", "离院后仍有未签名的病历", None, None, Decimal("2.0")),
    QualityRule("AR-LATE", "超过归档期限", None, None, Decimal("0.5")),
)

# 检验结果：组合、项目编码、名称、单位、参考范围、下限、上限、小数位（数值以末位为单位）
RESULTS = (
    ("血常规", "WBC", "白细胞计数", "10^9/L", "3.50～9.50", 350, 950, 2),
    ("血常规", "HGB", "血红蛋白", "g/L", "115～150", 115, 150, 0),
    ("血常规", "PLT", "血小板计数", "10^9/L", "125～350", 125, 350, 0),
    ("生化", "K", "钾", "mmol/L", "3.50～5.30", 350, 530, 2),
    ("生化", "CREA", "肌酐", "μmol/L", "41～81", 41, 81, 0),
    ("生化", "GLU", "葡萄糖", "mmol/L", "3.90～6.10", 390, 610, 2),
    ("心肌标志物", "CTNI", "肌钙蛋白Ⅰ", "ng/mL", "≤0.04", 0, 4, 2),
)
