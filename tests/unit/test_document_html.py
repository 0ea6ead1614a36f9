"""The page of a document: complete, in order, inert whatever a system returned, and whole without its script."""

from __future__ import annotations

import base64
import dataclasses
import functools
import hashlib
import itertools
import re
from pathlib import Path

import pytest

from reports.document import html
from reports.document.model import Cell, Chapter, Code, Column, Document, Heading, Paragraph, Table
from reports.words import Words
from tests.golden import page
from tests.unit import documents

OTHERS = (("功能验证报告", "function.html"), ("性能验证报告 <b>", "performance.html"))
SCRIPT_OF_PAGE = Path(html.__file__).parents[1] / "templates" / "document.js"
LATER_THAN_2017 = r"\?\.|\?\?|replaceAll|\.flat\(|flatMap|matchAll|\.at\(|catch \{|\*\*=|\{ ?\.\.\.|#\w+ ?=|async \*"


@functools.cache
def source(lang: str = "zh", number: str = "XH-2026-0001") -> str:
    return html.write(documents.document(lang, number), Words(lang), OTHERS).decode()


@functools.cache
def parsed(lang: str = "zh") -> page.Page:
    """Everything but the script, which a reader does not meet."""
    return page.read(re.sub(r"<script>.*?</script>", "", source(lang), flags=re.DOTALL))


def made(*blocks: object, **changes: object) -> str:
    chapter = Chapter(id="only", title="唯一一章", blocks=blocks)  # type: ignore[arg-type]
    document: Document = dataclasses.replace(documents.document(), chapters=(chapter,), **changes)  # type: ignore[arg-type]
    return html.write(document, Words("zh")).decode()


def test_every_text_of_the_document_is_on_the_page() -> None:
    text = parsed().text
    for wanted in (
        "信创改造评估验证报告", "表 1 用例与结果", "图 2 响应时间随负载的变化", "TC-0300", "以下空白", "被测方确认",
        documents.UNBROKEN, documents.MARKUP, documents.SCRIPT, documents.FORMULA, "功能验证报告", "1.1.1 更深一层",
    ):  # fmt: skip
        assert wanted in text
    assert "SELECT p.name, sum(c.amount)&#10;  FROM charge c&#10;\tJOIN" in source()


def test_blank_lines_of_raw_text_stay() -> None:
    assert "a&#10;&#10;&#10;  b" in made(Code(text="a\n\n\n  b"))


def test_headings_are_numbered_and_skip_no_level() -> None:
    levels = [int(tag[1]) for tag, _ in parsed().elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    assert '<h3><span class="nr">1.1</span> deep</h3>' in made(Heading(text="deep", level=3))


def test_tables_say_what_they_are() -> None:
    elements = parsed().elements
    count = [tag for tag, _ in elements].count
    assert count("table") == count("caption") == count("thead") == 3
    assert all(attrs.get("scope") == "col" for tag, attrs in elements if tag == "th")
    shares = [float((attrs["width"] or "").rstrip("%")) for tag, attrs in elements if tag == "col"][:5]
    assert sum(shares) == pytest.approx(100, abs=0.1)


def test_links_lead_to_what_is_there() -> None:
    found = parsed()
    ids = found.values("id")
    assert len(ids) == len(set(ids))
    inside = {href[1:] for href in found.values("href") if href.startswith("#")}
    assert inside <= set(ids)
    assert {"summary", "results", "issues", "sign"} <= inside
    outside = {href for href in found.values("href") if not href.startswith("#")}
    assert outside == {"function.html", "performance.html", "./result.json", "./result.json#TC", "./data/response.csv"}
    for link in ("javascript:alert(1)", "https://example.org", "//host", "/etc/passwd", "#gone"):
        assert f'href="{link}' not in made(Paragraph(text="x", link=link))


def test_nothing_of_the_document_acts() -> None:
    found = parsed()
    tags = {tag for tag, _ in found.elements}
    assert not tags & {"script", "iframe", "object", "embed", "link", "img", "form", "base", "b"}
    attributes = {name for _, attrs in found.elements for name in attrs}
    assert not [name for name in attributes if name.startswith("on") or name in ("style", "src")]
    assert source().count("<script") == 1
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e\u200f\ud800-\udfff]", source())
    assert "‹U+202E›txt.exe‹U+200F›" in found.text
    assert not re.search(r"(?:src|href|action)=\"?https?://", source())


def test_the_policy_admits_this_sheet_and_this_script_and_nothing_else() -> None:
    found = parsed()
    script = re.search(r"<script>(.*?)</script>", source(), flags=re.DOTALL)
    assert script is not None
    digests = [base64.b64encode(hashlib.sha256(x.encode()).digest()).decode() for x in (script[1], found.sheet)]
    policy = next(a["content"] for t, a in found.elements if t == "meta" and "http-equiv" in a)
    assert policy == (
        f"default-src 'none'; script-src 'sha256-{digests[0]}'; style-src 'sha256-{digests[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )


def test_the_script_is_understood_by_browsers_of_2018_and_says_nothing_itself() -> None:
    code = SCRIPT_OF_PAGE.read_text(encoding="utf-8")
    assert re.findall(LATER_THAN_2017, code) == []
    assert "innerHTML" not in code
    assert code.isascii()


def test_a_tone_is_a_sign_and_a_word() -> None:
    assert "✗不符合" in parsed().text
    assert re.search('<td class="centre bad"><span class="sign" aria-hidden="true">✗</span>不符合</td>', source())


def test_what_is_missing_is_a_visible_blank() -> None:
    assert parsed().text.count("（待填写）") == 2 + 2 + 4 * 3, "cover, fields, signatures"
    assert source(number="").count("（待填写）") == 2 + 2 + 4 * 3 + 2


def test_the_number_is_at_the_head_of_every_printed_page() -> None:
    sheet = page.read(
        re.sub(r"<script>.*?</script>", "", made(number='信评〔2026〕"1"\\ </style>'), flags=re.DOTALL)
    ).sheet
    assert '@top-left { content: "信评\\3014 2026\\3015 \\22 1\\22 \\5c  \\3c \\2f style\\3e  \\b7  信创改造' in sheet


def test_english_has_no_chinese_words_of_ours() -> None:
    bare = dataclasses.replace(
        documents.document("en"), title="T", subtitle="", classification="", chapters=(), end="End",
        cover=documents.document().cover.__class__(rows=(("A", ""),)),
    )  # fmt: skip
    assert not re.search("[\u3400-\u9fff]", html.write(bare, Words("en")).decode())


def test_a_long_table_is_small_and_quick() -> None:
    row = tuple(Cell("值" * 10) for _ in range(5))
    columns = tuple(Column(str(n)) for n in range(5))
    whole = made(Table(caption="长", columns=columns, rows=(row,) * 5000))
    assert len(whole.encode()) < 5_000_000 / 2
