"""The dictionaries of the laboratory: sections, analysers, analytes, panels. Edit the tables below to resemble yours.

Adult reference ranges are those in common use in China; analyser names are invented. Organisms, antibiotics and the
texts that people write: `catalogue_texts.py`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

CHILD_DAYS = 14 * 365
FOREVER_DAYS = 150 * 365

# 代码 名称；最后两组没有仪器：形态学手工录入，微生物出培养报告
SECTIONS = (
    ("HEM", "临床血液"), ("BIO", "临床生化"), ("IMM", "临床免疫"), ("COA", "血栓与止血"), ("URI", "临床尿液"),
    ("MOR", "形态学"), ("MIC", "微生物"),
)  # fmt: skip
MANUAL, MICROBIOLOGY = "MOR", "MIC"

# 专业组 仪器名称 MSH-3
ANALYSERS = (
    ("HEM", "血液分析流水线 1 号", "HEM-LINE-1"),
    ("HEM", "血液分析流水线 2 号", "HEM-LINE-2"),
    ("BIO", "全自动生化分析仪 1 号", "CHEM-A"),
    ("BIO", "全自动生化分析仪 2 号", "CHEM-B"),
    ("IMM", "化学发光免疫分析仪", "CLIA-1"),
    ("COA", "全自动凝血分析仪", "COAG-1"),
    ("URI", "尿液干化学分析仪", "URI-1"),
)

# 代码|名称|单位|小数位|参考范围|危急低限|危急高限|检出限
# 参考范围：缺省为所有人；M 男、F 女为成人，C 为 14 岁以下。检出限以下报“<检出限”。
_NUMERIC = """
WBC|白细胞计数|10^9/L|2|3.50-9.50 C 4.30-11.30|1.50|30.00|
RBC|红细胞计数|10^12/L|2|M 4.30-5.80 F 3.80-5.10 C 4.00-5.50|||
HGB|血红蛋白|g/L|0|M 130-175 F 115-150 C 110-160|50|220|
HCT|红细胞压积|L/L|3|M 0.400-0.500 F 0.350-0.450 C 0.330-0.450|||
MCV|平均红细胞体积|fL|1|82.0-100.0|||
MCH|平均红细胞血红蛋白量|pg|1|27.0-34.0|||
MCHC|平均红细胞血红蛋白浓度|g/L|0|316-354|||
PLT|血小板计数|10^9/L|0|125-350|30|1000|
NEUT%|中性粒细胞百分数|%|1|40.0-75.0|||
LYMPH%|淋巴细胞百分数|%|1|20.0-50.0|||
MONO%|单核细胞百分数|%|1|3.0-10.0|||
EOS%|嗜酸性粒细胞百分数|%|1|0.4-8.0|||
BASO%|嗜碱性粒细胞百分数|%|1|0.0-1.0|||
NEUT#|中性粒细胞绝对值|10^9/L|2|1.80-6.30|0.50||
LYMPH#|淋巴细胞绝对值|10^9/L|2|1.10-3.20|||
MONO#|单核细胞绝对值|10^9/L|2|0.10-0.60|||
RET#|网织红细胞绝对值|10^9/L|1|24.0-84.0|||
RET%|网织红细胞比例|‰|1|5.0-15.0|||
ESR|红细胞沉降率|mm/h|0|M 0-15 F 0-20 C 0-10|||
CRP|C反应蛋白|mg/L|2|0.00-10.00|||0.50
SAA|血清淀粉样蛋白A|mg/L|1|0.0-10.0|||
ALT|丙氨酸氨基转移酶|U/L|1|M 9.0-50.0 F 7.0-40.0 C 7.0-45.0||1000.0|
AST|天门冬氨酸氨基转移酶|U/L|1|M 15.0-40.0 F 13.0-35.0 C 14.0-60.0|||
TP|总蛋白|g/L|1|65.0-85.0|||
ALB|白蛋白|g/L|1|40.0-55.0|||
TBIL|总胆红素|μmol/L|2|0.00-23.00||340.00|
DBIL|直接胆红素|μmol/L|2|0.00-8.00|||
ALP|碱性磷酸酶|U/L|0|M 45-125 F 35-135 C 60-400|||
GGT|γ-谷氨酰转肽酶|U/L|0|M 10-60 F 7-45 C 5-40|||
UREA|尿素|mmol/L|2|3.10-8.00||36.00|
CREA|肌酐|μmol/L|1|M 57.0-97.0 F 41.0-73.0 C 20.0-62.0||650.0|
UA|尿酸|μmol/L|0|M 208-428 F 155-357 C 120-360|||
CYSC|胱抑素C|mg/L|2|0.51-1.09|||
K|钾|mmol/L|2|3.50-5.30|2.80|6.20|
NA|钠|mmol/L|1|137.0-147.0|120.0|160.0|
CL|氯|mmol/L|1|99.0-110.0|80.0|125.0|
CA|钙|mmol/L|2|2.11-2.52|1.60|3.50|
P|无机磷|mmol/L|2|0.85-1.51|||
MG|镁|mmol/L|2|0.75-1.02|||
TC|总胆固醇|mmol/L|2|2.80-5.20|||
TG|甘油三酯|mmol/L|2|0.45-1.70|||
HDL-C|高密度脂蛋白胆固醇|mmol/L|2|1.04-1.55|||
LDL-C|低密度脂蛋白胆固醇|mmol/L|2|1.90-3.40|||
GLU|葡萄糖|mmol/L|2|3.90-6.10|2.50|25.00|
HBA1C|糖化血红蛋白|%|1|4.0-6.0|||
CK|肌酸激酶|U/L|0|M 50-310 F 40-200 C 45-300|||
CK-MB|肌酸激酶同工酶|U/L|1|0.0-24.0|||
LDH|乳酸脱氢酶|U/L|0|120-250|||
CTNI|肌钙蛋白I|ng/mL|3|0.000-0.040||0.500|0.010
BNP|B型利钠肽|pg/mL|1|0.0-100.0|||5.0
PCT|降钙素原|ng/mL|3|0.000-0.050|||0.020
TSH|促甲状腺激素|mIU/L|3|0.350-4.940|||
FT3|游离三碘甲状腺原氨酸|pmol/L|2|2.43-6.01|||
FT4|游离甲状腺素|pmol/L|2|9.01-19.05|||
AFP|甲胎蛋白|ng/mL|2|0.00-7.00|||
CEA|癌胚抗原|ng/mL|2|0.00-5.00|||
CA199|糖类抗原19-9|U/mL|2|0.00-37.00|||2.00
HBSAB|乙型肝炎表面抗体|mIU/mL|2|0.00-10.00|||2.00
PT|凝血酶原时间|s|1|9.4-12.5||40.0|
INR|国际标准化比值||2|0.80-1.20||5.00|
APTT|活化部分凝血活酶时间|s|1|25.1-36.5||100.0|
FIB|纤维蛋白原|g/L|2|2.00-4.00|1.00||
TT|凝血酶时间|s|1|10.3-16.6|||
D-DIMER|D-二聚体|μg/mL|2|0.00-0.55|||
USG|尿比重||3|1.003-1.030|||
UPH|尿酸碱度||1|4.5-8.0|||
"""

# 代码|名称|参考值|正常的写法|异常的写法；正常的写法都以参考值开头
_TEXTUAL = """
HBSAG|乙型肝炎表面抗原|阴性|阴性(-)|阳性(+)
HCVAB|丙型肝炎抗体|阴性|阴性(-)|阳性(+),灰区,建议复查
HIVAB|人类免疫缺陷病毒抗原抗体|阴性|阴性(-)|待复查
TPAB|梅毒螺旋体特异性抗体|阴性|阴性(-)|阳性(+)
ULEU|尿白细胞酯酶|阴性|阴性(-)|1+,2+,3+
UNIT|尿亚硝酸盐|阴性|阴性(-)|阳性(+)
UPRO|尿蛋白|阴性|阴性(-)|±,1+ (0.3g/L),2+ (1.0g/L)
UGLU|尿葡萄糖|阴性|阴性(-)|1+ (5.5mmol/L),3+ (28mmol/L)
UKET|尿酮体|阴性|阴性(-)|±,2+ (4.0mmol/L)
UBLD|尿隐血|阴性|阴性(-)|±,2+,3+ (≥250/μL)
SRBC|镜检红细胞|0-|0-1/HP,0-3/HP,0-2/HP|5-8/HP,满视野/HP
SWBC|镜检白细胞|0-|0-2/HP,0-5/HP|10-15/HP,≥50/HP
SCAST|管型|未见|未见|颗粒管型 1-2/LP
FCOL|粪便颜色|黄|黄褐色,黄色|柏油样,陶土色,鲜红色
FOB|粪便隐血|阴性|阴性(-)|阳性(+)
FEGG|寄生虫卵|未找到|未找到|找到蛔虫卵
"""

# 代码|名称：长文，一律人工审核
_NARRATIVE = """
MORPH|外周血细胞形态
CULT|培养与药敏
"""

# 代码|名称|专业组|标本|容器|签收到发布的时限（分钟）|项目
_PANELS = """
CBC|血细胞分析|HEM|全血|紫帽抗凝管|30|WBC RBC HGB HCT MCV MCH MCHC PLT NEUT% LYMPH% MONO% EOS% BASO% NEUT# LYMPH# MONO#
INFL|炎症二项|HEM|全血|紫帽抗凝管|30|CRP SAA
RETIC|网织红细胞计数|HEM|全血|紫帽抗凝管|60|RET# RET%
ESR|红细胞沉降率|HEM|全血|黑帽枸橼酸钠管|90|ESR
LIVER|肝功能|BIO|血清|黄帽促凝管|120|ALT AST TP ALB TBIL DBIL ALP GGT
RENAL|肾功能|BIO|血清|黄帽促凝管|120|UREA CREA UA CYSC
LYTE|电解质|BIO|血清|黄帽促凝管|60|K NA CL CA P MG
LIPID|血脂|BIO|血清|黄帽促凝管|120|TC TG HDL-C LDL-C
SUGAR|空腹血糖|BIO|血浆|灰帽氟化钠管|60|GLU
HBA1C|糖化血红蛋白|BIO|全血|紫帽抗凝管|240|HBA1C
ENZYME|心肌酶谱|BIO|血清|黄帽促凝管|60|CK CK-MB LDH
CARDIAC|心肌损伤标志物|IMM|血浆|绿帽肝素管|30|CTNI BNP
PCT|降钙素原|IMM|血浆|绿帽肝素管|60|PCT
THYROID|甲状腺功能|IMM|血清|黄帽促凝管|360|TSH FT3 FT4
TUMOUR|肿瘤标志物|IMM|血清|黄帽促凝管|360|AFP CEA CA199
INFECT|输血前检查|IMM|血清|黄帽促凝管|360|HBSAG HBSAB HCVAB HIVAB TPAB
COAG|凝血功能|COA|血浆|蓝帽枸橼酸钠管|60|PT INR APTT FIB TT D-DIMER
URINE|尿液分析|URI|尿液|尿管|30|USG UPH ULEU UNIT UPRO UGLU UKET UBLD
SEDIM|尿沉渣镜检|MOR|尿液|尿管|60|SRBC SWBC SCAST
STOOL|粪便常规|MOR|粪便|采便管|60|FCOL FOB FEGG
MORPH|外周血细胞形态|MOR|全血|紫帽抗凝管|480|MORPH
CULTB|血培养及药敏|MIC|全血|血培养瓶|7200|CULT
CULTU|尿培养及药敏|MIC|尿液|无菌杯|4320|CULT
CULTS|痰培养及药敏|MIC|痰液|无菌杯|4320|CULT
"""

# 医师常开的组合，前面的更常见
PACKAGES = tuple(
    tuple(line.split())
    for line in """
CBC INFL
CBC
URINE SEDIM
CBC LIVER RENAL LYTE
LIVER RENAL LIPID SUGAR
CBC COAG LIVER RENAL
COAG INFECT CBC
ENZYME CARDIAC LYTE
THYROID
URINE SEDIM STOOL
TUMOUR LIVER
CBC INFL PCT CULTB
HBA1C SUGAR LIPID RENAL
URINE CULTU
CBC RETIC ESR MORPH
CBC CULTS
""".strip().splitlines()
)


class Range(NamedTuple):
    """A reference range in units of the last decimal place."""

    gender: str | None
    age_from: int
    age_to: int
    low: int
    high: int


class Analyte(NamedTuple):
    """One analyte; numbers in units of its last decimal place, so that generation stays with integers."""

    code: str
    name: str
    value_type: str  # NM · ST · FT
    unit: str | None = None
    decimals: int = 0
    ranges: tuple[Range, ...] = ()
    critical_low: int | None = None
    critical_high: int | None = None
    floor: int | None = None  # what is below is reported as “<floor”
    reference: str = ""
    normal: tuple[str, ...] = ()
    abnormal: tuple[str, ...] = ()

    @property
    def lowest(self) -> int:
        return min(r.low for r in self.ranges)

    @property
    def highest(self) -> int:
        return max(r.high for r in self.ranges)

    @property
    def auto(self) -> tuple[int, int]:
        """What may pass without a person: a quarter of the width beyond the widest range on either side."""
        margin = (self.highest - self.lowest) // 4 + 1
        return max(self.lowest - margin, 0), self.highest + margin

    def shown(self, units: int) -> str:
        """As the analyser writes it: the zeros at the end belong to it."""
        return str(Decimal(units).scaleb(-self.decimals))


class Panel(NamedTuple):
    """What can be ordered: analytes measured from one container in one section."""

    code: str
    name: str
    section: str
    specimen_type: str
    container: str
    limit_minutes: int
    analytes: tuple[Analyte, ...]

    @property
    def always_held(self) -> bool:
        """Whether a person must read it whatever it says."""
        return any(a.value_type == "FT" for a in self.analytes)


_AGES = {
    "": (None, 0, FOREVER_DAYS),
    "M": ("M", CHILD_DAYS, FOREVER_DAYS),
    "F": ("F", CHILD_DAYS, FOREVER_DAYS),
    "C": (None, 0, CHILD_DAYS),
}


def _ranges(text: str, decimals: int) -> tuple[Range, ...]:
    words = text.split()
    pairs = [("", words.pop(0))] if words[0] not in _AGES else []
    pairs += list(zip(words[::2], words[1::2], strict=True))
    with_child = any(who == "C" for who, _ in pairs)
    found = []
    for who, limits in pairs:
        gender, begins, ends = _AGES[who]
        low, high = (_units(part, decimals) for part in limits.split("-"))
        found.append(Range(gender, CHILD_DAYS if not who and with_child else begins, ends, low, high))
    return tuple(found)


def _units(text: str, decimals: int) -> int:
    return int(Decimal(text).scaleb(decimals))


def _analytes() -> dict[str, Analyte]:
    found: dict[str, Analyte] = {}
    for line in _NUMERIC.strip().splitlines():
        code, name, unit, places, ranges, *rest = line.split("|")
        decimals = int(places)
        low, high, floor = (_units(part, decimals) if part else None for part in rest)
        found[code] = Analyte(
            code=code, name=name, value_type="NM", unit=unit or None, decimals=decimals,
            ranges=_ranges(ranges, decimals), critical_low=low, critical_high=high, floor=floor,
        )  # fmt: skip
    for line in _TEXTUAL.strip().splitlines():
        code, name, reference, normal, abnormal = line.split("|")
        found[code] = Analyte(
            code=code, name=name, value_type="ST",
            reference=reference, normal=tuple(normal.split(",")), abnormal=tuple(abnormal.split(",")),
        )  # fmt: skip
    for line in _NARRATIVE.strip().splitlines():
        code, name = line.split("|")
        found[code] = Analyte(code=code, name=name, value_type="FT")
    return found


def _panels() -> dict[str, Panel]:
    found: dict[str, Panel] = {}
    for line in _PANELS.strip().splitlines():
        code, name, section, specimen_type, container, limit, codes = line.split("|")
        analytes = tuple(ANALYTES[analyte] for analyte in codes.split())
        found[code] = Panel(code, name, section, specimen_type, container, int(limit), analytes)
    return found


ANALYTES = _analytes()
PANELS = _panels()


class TubePlan(NamedTuple):
    """One container of a package: the panels that share it."""

    section: str
    specimen_type: str
    container: str
    panels: tuple[str, ...]


def _tubes(package: tuple[str, ...]) -> tuple[TubePlan, ...]:
    """Panels of the same section and container share a tube, as barcode printing merges them."""
    shared: dict[tuple[str, str, str], list[str]] = {}
    for code in package:
        panel = PANELS[code]
        shared.setdefault((panel.section, panel.specimen_type, panel.container), []).append(code)
    return tuple(TubePlan(*where, tuple(codes)) for where, codes in shared.items())


TUBES = tuple(_tubes(package) for package in PACKAGES)
