"""Invented persons: names with pinyin, resident ids with a valid check digit (GB 11643), telephone numbers.

Nobody here can be real: county number 99 is not assigned in any city, and no mobile number begins with 12.
"""

from __future__ import annotations

import datetime as dt
import itertools
import random
from collections.abc import Iterator
from typing import NamedTuple

# 字 + 拼音。姓氏按人口多少排，前面的更常被抽到。
_SURNAMES = """
王WANG 李LI 张ZHANG 刘LIU 陈CHEN 杨YANG 黄HUANG 赵ZHAO 吴WU 周ZHOU 徐XU 孙SUN 马MA 朱ZHU 胡HU 郭GUO 何HE 林LIN
高GAO 罗LUO 郑ZHENG 梁LIANG 谢XIE 宋SONG 唐TANG 许XU 韩HAN 邓DENG 冯FENG 曹CAO 彭PENG 曾ZENG 肖XIAO 田TIAN
董DONG 潘PAN 袁YUAN 蔡CAI 蒋JIANG 余YU 于YU 杜DU 叶YE 程CHENG 魏WEI 苏SU 吕LV 丁DING 任REN 卢LU 姚YAO 沈SHEN
钟ZHONG 姜JIANG 崔CUI 谭TAN 陆LU 范FAN 汪WANG 廖LIAO 石SHI 金JIN 韦WEI 贾JIA 夏XIA 付FU 方FANG 邹ZOU 熊XIONG
白BAI 孟MENG 秦QIN 邱QIU 侯HOU 江JIANG 尹YIN 薛XUE 闫YAN 段DUAN 雷LEI 龙LONG 史SHI 陶TAO 贺HE 顾GU 毛MAO 郝HAO
龚GONG 邵SHAO 万WAN 钱QIAN 严YAN 覃QIN 武WU 戴DAI 莫MO 孔KONG 向XIANG 汤TANG 单SHAN 仇QIU 区OU 欧阳OUYANG
上官SHANGGUAN 司马SIMA 诸葛ZHUGE
"""
_MALE = """
伟WEI 强QIANG 磊LEI 军JUN 勇YONG 杰JIE 涛TAO 明MING 超CHAO 刚GANG 平PING 辉HUI 鹏PENG 华HUA 飞FEI 鑫XIN 波BO
斌BIN 宇YU 浩HAO 凯KAI 健JIAN 俊JUN 帆FAN 帅SHUAI 旭XU 宁NING 龙LONG 林LIN 阳YANG 建国JIANGUO 志强ZHIQIANG
国庆GUOQING 文博WENBO 子轩ZIXUAN 浩然HAORAN 宇航YUHANG 俊杰JUNJIE 明哲MINGZHE 海涛HAITAO 德胜DESHENG 永福YONGFU
学文XUEWEN 立新LIXIN 振华ZHENHUA 家豪JIAHAO 天佑TIANYOU 一鸣YIMING 思远SIYUAN 晓东XIAODONG 卫东WEIDONG
少华SHAOHUA 喆ZHE 堃KUN 昊HAO 煜YU 懿YI 龑YAN 彧YU 珺JUN
"""
_FEMALE = """
芳FANG 娜NA 敏MIN 静JING 丽LI 艳YAN 娟JUAN 霞XIA 燕YAN 玲LING 丹DAN 萍PING 红HONG 玉YU 雪XUE 梅MEI 莉LI 洁JIE
颖YING 琳LIN 婷TING 慧HUI 莹YING 晶JING 欣XIN 倩QIAN 蕾LEI 薇WEI 悦YUE 秀英XIUYING 桂兰GUILAN 淑珍SHUZHEN
秀兰XIULAN 玉梅YUMEI 小红XIAOHONG 雨桐YUTONG 欣怡XINYI 梓涵ZIHAN 诗涵SHIHAN 佳怡JIAYI 晓燕XIAOYAN 丽华LIHUA
美玲MEILING 思琪SIQI 若曦RUOXI 海燕HAIYAN 春梅CHUNMEI 凤英FENGYING 月娥YUEE 惠芳HUIFANG 嘉欣JIAXIN 雅婷YATING
梦瑶MENGYAO 婧JING 媛YUAN 璐LU 嫣YAN 祎YI
"""
# GBK 之外、GB18030-2022 之内的人名用字（含四字节汉字）：迁移后必须原样存取。
_RARE = "䶮YAN 㛃JIE 䴖JING 𠮷JI 𬭎HONG 𬍛WEI 𫖯FU 𬸪YI"

_COUNTIES = ("320599", "320199", "310199", "330199", "340199", "370199", "410199", "420199", "510199", "110199")
_ROADS = "人民路 解放路 中山路 建设路 新华街 和平里 长江路 观前街 学士街 平江路 文化巷 光明新村 桃花坞 劳动路".split()
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_ALLERGIES = ("青霉素过敏", "头孢类过敏", "磺胺类过敏", "海鲜过敏；花粉过敏", "碘造影剂过敏，既往有皮疹")
_FIRST_BIRTH = dt.date(1936, 1, 1).toordinal()
_ALL_BORN = dt.date(2025, 1, 1)  # before any history that is generated, however many days it has


class Person(NamedTuple):
    """Somebody who is, or may become, a patient."""

    resident_id: str
    patient_name: str
    pinyin: str
    gender_code: str
    birth_date: dt.date
    phone: str | None
    address: str | None
    allergy: str | None


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    """王WANG → (王, WANG)."""
    found = []
    for word in text.split():
        han = "".join(c for c in word if not c.isascii())
        found.append((han, word[len(han) :]))
    return tuple(found)


SURNAMES = _pairs(_SURNAMES)
GIVEN = {"M": _pairs(_MALE), "F": _pairs(_FEMALE)}
RARE = _pairs(_RARE)


def check_digit(first17: str) -> str:
    """The 18th place of a resident id: ISO 7064 MOD 11-2 over the first 17."""
    return _CHECK[sum(weight * (ord(digit) - 48) for weight, digit in zip(_WEIGHTS, first17, strict=True)) % 11]


def resident_id_valid(resident_id: str) -> bool:
    """Whether length, digits, birth date and check digit are right."""
    body = resident_id[:17]
    if len(resident_id) != 18 or not body.isdigit():
        return False
    try:
        dt.date(int(body[6:10]), int(body[10:12]), int(body[12:14]))
    except ValueError:
        return False
    return check_digit(body) == resident_id[17]


class People:
    """An endless, seeded supply of different persons."""

    def __init__(self, rng: random.Random, *, today: dt.date) -> None:
        self._rng = rng
        self._days = today.toordinal() - _FIRST_BIRTH
        self._used: set[str] = set()

    def name(self, gender: str) -> tuple[str, str]:
        """A name and its pinyin; about one in 300 carries a rare character."""
        uniform = self._rng.random
        surname = SURNAMES[int(uniform() ** 2 * len(SURNAMES))]
        rare = uniform() < 1 / 300
        pool = RARE if rare else GIVEN[gender]
        given = pool[int(uniform() * len(pool))]
        return surname[0] + given[0], surname[1] + given[1]

    def person(self) -> Person:
        """Somebody not drawn before."""
        uniform = self._rng.random
        gender = "M" if uniform() < 0.49 else "F"
        born = dt.date.fromordinal(_FIRST_BIRTH + int(uniform() * self._days))
        county = _COUNTIES[int(uniform() * len(_COUNTIES))]
        body = ""
        while not body or body in self._used:
            order = int(uniform() * 499) * 2 + (1 if gender == "M" else 2)  # 顺序码：男单女双
            body = f"{county}{born:%Y%m%d}{order:03d}"
        self._used.add(body)
        name, pinyin = self.name(gender)
        road = _ROADS[int(uniform() * len(_ROADS))]
        number = int(uniform() * 1e9)
        return Person(
            resident_id=body + check_digit(body),
            patient_name=name,
            pinyin=pinyin,
            gender_code=gender,
            birth_date=born,
            phone=f"12{number:09d}" if number % 20 else None,
            address=f"{road}{number % 997 + 1}号{number % 31 + 1}幢{number % 6 + 1}0{number % 4 + 1}室"
            if number % 10
            else None,
            allergy=_ALLERGIES[number % len(_ALLERGIES)] if number % 8 == 1 else None,
        )


def residents(seed: int) -> Iterator[tuple[str, Person]]:
    """Everybody who may become a patient of the hospital of this seed, with the patient id: the same in every pack."""
    people = People(random.Random(f"{seed}/residents"), today=_ALL_BORN)
    for n in itertools.count(1):
        yield f"P{n:08d}", people.person()
