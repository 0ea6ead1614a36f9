"""What people write and choose in the laboratory: organisms, antibiotics, reasons, remarks, morphology, conclusions.

Organism and antibiotic codes are those of WHONET; the texts are invented.
"""

from __future__ import annotations

# 代码 名称 拉丁名
ORGANISMS = (
    ("eco", "大肠埃希菌", "Escherichia coli"),
    ("kpn", "肺炎克雷伯菌", "Klebsiella pneumoniae"),
    ("pae", "铜绿假单胞菌", "Pseudomonas aeruginosa"),
    ("aba", "鲍曼不动杆菌", "Acinetobacter baumannii"),
    ("sau", "金黄色葡萄球菌", "Staphylococcus aureus"),
    ("sep", "表皮葡萄球菌", "Staphylococcus epidermidis"),
    ("efa", "粪肠球菌", "Enterococcus faecalis"),
    ("efm", "屎肠球菌", "Enterococcus faecium"),
    ("spn", "肺炎链球菌", "Streptococcus pneumoniae"),
    ("cal", "白念珠菌", "Candida albicans"),
)

# 代码 名称 敏感、中介、耐药时的 MIC 写法
ANTIBIOTICS = (
    ("AMP", "氨苄西林", "≤2", "16", "≥32"),
    ("TZP", "哌拉西林/他唑巴坦", "≤4", "64", "≥128"),
    ("CRO", "头孢曲松", "≤0.25", "2", "≥64"),
    ("CAZ", "头孢他啶", "≤0.12", "8", "≥64"),
    ("FEP", "头孢吡肟", "≤0.12", "8", "≥32"),
    ("IPM", "亚胺培南", "≤0.25", "2", "≥16"),
    ("MEM", "美罗培南", "≤0.25", "2", "≥16"),
    ("AMK", "阿米卡星", "≤2", "32", "≥64"),
    ("GEN", "庆大霉素", "≤1", "8", "≥16"),
    ("LVX", "左氧氟沙星", "≤0.12", "1", "≥8"),
    ("SXT", "复方磺胺甲噁唑", "≤20", "80", "≥320"),
    ("PEN", "青霉素", "≤0.03", "0.5", "≥0.5"),
    ("OXA", "苯唑西林", "≤0.25", "2", "≥4"),
    ("ERY", "红霉素", "≤0.25", "2", "≥8"),
    ("CLI", "克林霉素", "≤0.25", "2", "≥8"),
    ("VAN", "万古霉素", "≤0.5", "4", "≥32"),
    ("LNZ", "利奈唑胺", "1", "4", "≥8"),
    ("FLU", "氟康唑", "≤0.5", "4", "≥8"),
    ("VOR", "伏立康唑", "≤0.12", "0.5", "≥1"),
)
_RODS = ("AMP", "TZP", "CRO", "CAZ", "FEP", "IPM", "MEM", "AMK", "GEN", "LVX", "SXT")
_COCCI = ("PEN", "OXA", "GEN", "LVX", "ERY", "CLI", "SXT", "VAN", "LNZ")
TESTED = {
    "eco": _RODS, "kpn": _RODS, "pae": _RODS[1:10], "aba": _RODS[1:], "sau": _COCCI, "sep": _COCCI,
    "efa": ("AMP", "PEN", "LVX", "VAN", "LNZ"), "efm": ("AMP", "PEN", "LVX", "VAN", "LNZ"),
    "spn": ("PEN", "CRO", "LVX", "ERY", "CLI", "VAN"), "cal": ("FLU", "VOR"),
}  # fmt: skip
ZONES = {"S": (20, 30), "I": (15, 17), "R": (6, 12)}  # 纸片法抑菌圈直径（mm）
PHENOTYPES = {"eco": "ESBL+", "kpn": "CRE", "sau": "MRSA", "aba": "CRAB", "efm": "VRE"}
COLONIES = ("≥10^5 CFU/mL", "10^4～10^5 CFU/mL", "<10^4 CFU/mL", "2+", "4+", "双瓶双侧报阳，12.5 h")
SMEARS = (
    "革兰阴性杆菌，散在或成堆分布；白细胞 >25/LP，上皮细胞 <10/LP，标本合格。",
    "革兰阳性球菌，葡萄状排列；可见白细胞内吞噬。",
    "见酵母样孢子及假菌丝；建议结合 1,3-β-D-葡聚糖检测。",
    None,
)
NO_GROWTH = ("经 5 天培养无细菌生长。", "经 48 h 培养无细菌生长。", "正常菌群生长，未检出致病菌。")

REJECTIONS = (
    ("溶血", "重度溶血，血红蛋白干扰明显，钾、LDH 等结果不可信。"),
    ("凝固", "抗凝不充分，见肉眼可见凝块；请颠倒混匀 5～8 次后送检。"),
    ("标本量不足", "血量不足采血管标示的 90%，抗凝比例失当。"),
    ("容器错误", None),
    ("标识不符", "条码与申请患者姓名不一致：条码“李𠮷”，申请“李吉”。"),
    ("脂血", "重度脂血，建议空腹 12 h 后重新采集。"),
)
CANCELLATIONS = ("患者要求", "重复开单", "医师停嘱", "患者未到")
NO_VALUE_NOTES = ("标本量不足，未测。", "脂血干扰，未测；建议空腹复查。", "仪器报警，待复检。")
RERUN_NOTES = (
    "已复查，结果一致。",
    "稀释 5 倍复检，结果已乘稀释倍数。",
    "已推片镜检复核：血小板聚集，更换枸橼酸钠管重测。",
)
REVIEW_CONCLUSIONS = (None, "请结合临床。", "已电话与临床沟通，建议 3 天后复查。", "溶血+，K、LDH 仅供参考。")
CHANNELS = ("电话", "系统弹窗", "短信")
LISTENERS = ("值班医师", "责任护士", "护士长", "住院总医师")
TREATMENTS = (
    "已通知主管医师，立即复测并对症处理。",
    "已予 10% 葡萄糖酸钙静推、胰岛素加葡萄糖静滴，心电监护，1 小时后复查血钾。",
    "已停用可疑药物，申请输注悬浮红细胞 2 U，密切观察生命体征；家属已告知并签字。",
)
CORRECTIONS = (
    "更换新开瓶质控品后重测在控；原质控品开瓶已超期。",
    "试剂批号更换后未定标：重新定标，两水平质控均在控，已评估失控前 40 份标本，差异均在允许总误差之内。",
    "冲洗样本针，保养光路后重测在控。",
)
CLINICAL = (
    None,
    "发热 3 天，咳嗽、咳痰",
    "体检",
    "术前检查，拟行“腹腔镜下胆囊切除术”",
    "胸痛 2 h，既往高血压、2 型糖尿病史，长期服用阿司匹林 100 mg qd；对青霉素过敏",
    "化疗后第 7 天，WBC 1.2×10⁹/L（外院），伴口腔黏膜炎 Ⅱ°",
)

# 报文里最易出错的字：HL7 的分隔符与转义符、XML 与 JSON 的记号、GBK 之外的字、四字节的字。
SIGNATURES = (
    "报告者：李𠮷  审核者：张𬭎",
    "ESBL^阳性 & CRE~阴性 | 方法 \\MIC\\；<0.25 μg/mL、“敏感”、'I'",
    "患者：欧阳㛃、䶮；随访电话见 HIS（内线 8#）。\n第二行\r\n第三行",
)

_MORPHOLOGY = (
    "红细胞：大小不等，中心淡染区扩大，可见少量靶形、椭圆形及泪滴形红细胞，未见有核红细胞。",
    "白细胞：中性分叶核粒细胞 58%，杆状核 9%，淋巴细胞 24%，单核细胞 7%，嗜酸性粒细胞 2%；部分胞质可见中毒颗粒。",
    "血小板：散在或小簇分布，形态大致正常，偶见大血小板（直径＞4 μm）。",
    "其他：未见寄生虫；未见原始细胞。",
    "意见：结合临床；必要时行骨髓细胞学检查。",
)


def morphology(paragraphs: int) -> str:
    """A report of the given length; the longest ones run to some thousands of characters."""
    return "\r\n".join(f"{n}. {_MORPHOLOGY[n % len(_MORPHOLOGY)]}" for n in range(1, paragraphs + 1))
