"""What the imaging department examines, where, and in which words: to be adapted to one's own hospital.

The numbers of studies per modality are assumptions (README), since no source states them for a hospital as such.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple


class Modality(NamedTuple):
    """One kind of equipment. `images` are those of a series at full size, of which a scale takes a share."""

    code: str
    title: str
    per_hundred: float  # studies a day per hundred outpatients
    series: int
    images: int
    fewest: int
    whole: bool  # the number of images never changes with the scale
    rooms: int

    def images_of(self, share: float) -> int:
        """Images of a series at this share of the usual number."""
        return self.images if self.whole else max(self.fewest, round(self.images * share))


class Item(NamedTuple):
    """检查项目。"""

    code: str
    name: str
    modality: str
    body_part: str  # DICOM defined term
    price: Decimal


MODALITIES = {
    each.code: each
    for each in (
        Modality("CT", "CT", 6.0, 1, 300, 3, False, 2),
        Modality("MR", "磁共振", 2.0, 8, 24, 1, False, 1),
        Modality("DX", "数字 X 线", 5.0, 1, 2, 2, True, 2),
        Modality("US", "超声", 8.0, 1, 1, 1, True, 3),
        Modality("CR", "床旁 X 线", 1.0, 1, 1, 1, True, 1),
    )
}


def _items(*lines: tuple[str, str, str, str, str]) -> dict[str, Item]:
    return {code: Item(code, name, modality, part, Decimal(price)) for code, name, modality, part, price in lines}


ITEMS = _items(
    ("CT01", "头颅CT平扫", "CT", "HEAD", "180.00"),
    ("CT02", "胸部CT平扫", "CT", "CHEST", "220.00"),
    ("CT03", "上腹部CT平扫+增强", "CT", "ABDOMEN", "480.50"),
    ("CT04", "冠状动脉CTA", "CT", "HEART", "960.00"),
    ("MR01", "颅脑MRI平扫", "MR", "BRAIN", "420.00"),
    ("MR02", "腰椎MRI平扫", "MR", "LSPINE", "420.00"),
    ("MR03", "膝关节MRI平扫（左）", "MR", "KNEE", "396.40"),
    ("DX01", "胸部正侧位", "DX", "CHEST", "75.00"),
    ("DX02", "腰椎正侧位", "DX", "LSPINE", "88.00"),
    ("DX03", "骨盆正位、髋关节侧位", "DX", "PELVIS", "92.60"),
    ("US01", "腹部彩超（肝胆胰脾肾）", "US", "ABDOMEN", "130.00"),
    ("US02", "甲状腺彩超", "US", "THYROID", "98.00"),
    ("US03", "心脏彩超", "US", "HEART", "210.00"),
    ("CR01", "床旁胸片", "CR", "CHEST", "65.00"),
)

DEPARTMENTS = ("急诊科", "呼吸内科", "神经内科", "骨科", "普外科", "心血管内科", "体检中心", "重症医学科")
REFERRERS = ("Chen^JianGuo=陈^建国", "Zhao^Min=赵^敏", "Ouyang^XiaoYan=欧阳^晓燕", "Li^Ji=李^𠮷")
DIAGNOSES = (
    "咳嗽、胸痛3天", "头晕待查", "外伤后疼痛2 h", "体检", "术后复查", "腹痛待查；胆囊结石？", "腰痛伴左下肢放射痛",
)  # fmt: skip

# (修饰词, 所见, 印象, 阳性)
WORDINGS: dict[str, tuple[tuple[str, str, int], ...]] = {
    "CT": (
        ("扫描范围内未见异常密度影，各组织界面清晰，邻近骨质完整。", "平扫未见明显异常。", 0),
        ("右肺上叶见磨玻璃结节，大小约6 mm×5 mm，边界尚清；余肺纹理清晰。", "右肺上叶小结节，建议6个月后复查。", 1),
        ("左侧基底节区见小片状低密度影，CT值约18 HU。\n脑室系统不扩大，中线居中。", "左侧基底节区腔隙性梗死灶。", 1),
    ),
    "MR": (
        ("各序列信号均匀，未见占位，增强未做。", "平扫未见明显异常。", 0),
        ("L4/5椎间盘向后突出，T2WI信号减低，硬膜囊受压。", "L4/5椎间盘突出，请结合临床。", 1),
    ),
    "DX": (
        ("两肺野清晰，心影不大，双膈面光整，肋膈角锐利。", "心肺膈未见明显异常。", 0),
        ("右侧第5肋腋段骨皮质不连续，对位尚可。", "右侧第5肋骨折。", 1),
    ),
    "US": (
        ("肝脏大小正常，包膜光整，回声均匀；胆囊壁光滑。", "未见明显异常声像。", 0),
        ("胆囊内见强回声团，大小约1.2 cm，后伴声影，可随体位移动。", "胆囊结石。", 1),
    ),
    "CR": (
        ("两肺纹理增多，右下肺见斑片状模糊影；气管插管末端位于隆突上3 cm。", "右下肺炎症，插管位置可。", 1),
        ("床旁仰卧位，两肺未见实变影。", "未见明显实变。", 0),
    ),
}
ADDITIONS = (
    "对比前片，大致同前。",
    "较前片略吸收。",
    "患者姓名用字（䶮、𬭎）以身份证为准。",
    "检查时体位欠佳，供参考。",
)
OPINIONS = ("同意", "描述补充病灶大小后再交", "同意；印象分条书写为宜")
CRITICALS = ("急性脑出血", "张力性气胸", "主动脉夹层可疑", "肺动脉栓塞可疑")
CORRECTIONS = ("登记时姓名同音字有误，经核对身份证更正", "左右侧标记错误", "患者取错号，影像归属有误")
DISCONTINUED = "患者不能配合，检查中止"
