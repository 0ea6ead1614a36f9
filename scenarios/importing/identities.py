"""Who a captured message is about, replaced before anything touches the disk: names, numbers, telephones, addresses.

The same original always becomes the same invented one, so that what belonged together still does. What was replaced is
kept nowhere. Found by the place in the message (`places.py`), by pattern, and, once known, wherever else it stands.
A machine overlooks things: somebody has to look through the folder before it is handed on.
"""

from __future__ import annotations

import datetime as dt
import random
import re
from collections import Counter
from enum import StrEnum

from scenarios.people import GIVEN, SURNAMES, People, resident_id_valid


class Sort(StrEnum):
    """What is replaced, and the word for it."""

    NAME = "姓名"
    RESIDENT_ID = "身份证号"
    PHONE = "电话"
    ADDRESS = "地址"
    NUMBER = "患者编号"
    SECRET = "口令与令牌"


REMOVED = "removed"
_RESIDENT_ID = re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])")
_PHONE = re.compile(r"(?<![0-9A-Za-z.-])(?:(?:\+?86[- ]?)?1[3-9]\d{9}|0\d{2,3}-\d{7,8})(?![0-9A-Za-z.-])")
_HAN = re.compile("[\u3400-\u9fff\U00020000-\U000323af·]+")
_SURNAMES = tuple(surname for surname, _ in SURNAMES)
_GIVEN = tuple(name for names in GIVEN.values() for name, _ in names)
_DAY = dt.date(2026, 1, 1)  # nobody invented is born later


class Identities:
    """One import: what was found so far and what stands for it."""

    def __init__(self) -> None:
        self._rng = random.Random("identities")
        self._people = People(self._rng, today=_DAY)
        self._known: dict[tuple[Sort, str], str] = {}
        self._invented: set[str] = set()
        self.counts: Counter[str] = Counter()

    @property
    def different(self) -> int:
        """How many different values were replaced."""
        return len(self._known)

    def replaced(self, sort: Sort, value: str) -> str:
        """What stands for a value; blanks around it, and a value that is none, stay."""
        bare = value.strip()
        if not bare or bare == '""' or bare in self._invented:
            return value
        if sort is Sort.NUMBER and _RESIDENT_ID.fullmatch(bare):
            sort = Sort.RESIDENT_ID
        if (sort, bare) not in self._known:
            self._known[sort, bare] = self._new(sort, bare)
        self.counts[sort.value] += 1
        return value.replace(bare, self._known[sort, bare])

    def by_pattern(self, text: str) -> str:
        """Numbers that show what they are wherever they stand."""
        text = _RESIDENT_ID.sub(
            lambda found: (
                self.replaced(Sort.RESIDENT_ID, found[0]) if resident_id_valid(found[0].upper()) else found[0]
            ),
            text,
        )
        return _PHONE.sub(lambda found: self.replaced(Sort.PHONE, found[0]), text)

    def everywhere(self, text: str) -> str:
        """Names, telephones and resident ids that are known by now, in free text too: call it when all is read."""
        telling = [
            (original, new)
            for (sort, original), new in self._known.items()
            if sort in (Sort.NAME, Sort.PHONE, Sort.RESIDENT_ID, Sort.ADDRESS) and _tells(original)
        ]
        if not telling:
            return text
        news = dict(telling)
        longest_first = sorted(news, key=len, reverse=True)
        pattern = "|".join(
            re.escape(each) if _HAN.search(each) else rf"\b{re.escape(each)}\b" for each in longest_first
        )
        found = len(re.findall(pattern, text))
        if found:
            self.counts["正文中再次出现"] += found
        return re.sub(pattern, lambda one: news[one[0]], text)

    def _new(self, sort: Sort, value: str) -> str:
        new = self._invent(sort, value)
        while new in self._invented and sort is not Sort.SECRET:
            new = self._invent(sort, value)
        self._invented.add(new)
        return new

    def _invent(self, sort: Sort, value: str) -> str:
        person = self._people.person()
        if sort is Sort.NAME:
            name, pinyin = self._people.name(person.gender_code)
            return name if _HAN.search(value) else pinyin
        if sort is Sort.RESIDENT_ID:
            return person.resident_id
        if sort is Sort.PHONE:
            return f"12{self._rng.randrange(10**9):09d}"
        if sort is Sort.ADDRESS:
            return person.address or f"人民路{self._rng.randrange(1, 999)}号"
        if sort is Sort.SECRET:
            return REMOVED
        return "".join(self._same_shape(c) for c in value)

    def _same_shape(self, character: str) -> str:
        if character.isdigit():
            return str(self._rng.randrange(10))
        if character.isascii() and character.isalpha():
            return chr(self._rng.randrange(26) + (65 if character.isupper() else 97))
        return character


def looks_like_a_name(text: str) -> bool:
    """Two to four Chinese characters that begin with a surname."""
    bare = text.strip()
    return 2 <= len(bare) <= 4 and bool(_HAN.fullmatch(bare)) and bare.startswith(_SURNAMES)


def _tells(original: str) -> bool:
    """Whether it is long enough to be that person and not a word."""
    return len(original) >= (2 if _HAN.search(original) else 4)
