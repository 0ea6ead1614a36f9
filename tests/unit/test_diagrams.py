"""Diagrams: what is said fits where it stands, colour is never needed, files are inert and the same every time."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageColor

from harness.interface_result import InterfaceUse
from harness.result import Judgement, Result
from reports.diagrams import canvas, clauses, drawing, endpoints, parity, series, topology
from reports.diagrams.canvas import LOOK, Canvas, text_width, wrapped
from reports.diagrams.drawing import Drawing
from reports.diagrams.series import RunOfSeries
from reports.svg import standalone
from reports.text import one_line
from reports.words import LANGUAGES, Words
from tests.golden import fake_result

ZH = Words("zh")
RICH = fake_result.rich()
PASS, FAIL, OPEN, VOID = Judgement
KINDS = {"function": "功能", "interface": "接口", "performance": "性能"}
SYSTEMS = {"his": "医院信息系统", "lis": "检验信息系统"}
JUDGED = {("his", "function"): FAIL, ("his", "interface"): PASS, ("lis", "function"): OPEN}
RUNS = (
    RunOfSeries(label="首次", date="2026-01-11", verdicts={"A": PASS, "B": FAIL}),
    RunOfSeries(label="复测", date="2026-04-11", verdicts={"A": PASS, "B": PASS, "C": OPEN}),
)
TITLES = {"A": "功能测试", "B": "接口测试", "C": "稳定性"}
NAMES = ("parity", "clauses", "series", "topology")


def drawn(name: str, words: Words = ZH) -> Drawing:
    match name:
        case "parity":
            return parity.parity(JUDGED, SYSTEMS, KINDS, words)
        case "clauses":
            return clauses.clauses({"功能": [PASS, FAIL, VOID], "接口": [PASS, OPEN]}, words)
        case "series":
            return series.series(RUNS, TITLES, words)
        case _:
            return topology.topology(RICH, words)


def rows_of(made: Drawing) -> list[list[str]]:
    assert made.csv.startswith("\ufeff")
    return list(csv.reader(io.StringIO(made.csv.removeprefix("\ufeff"))))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_diagram_is_the_same_every_time_and_inert(name: str, lang: str) -> None:
    made, again = drawn(name, Words(lang)), drawn(name, Words(lang))
    assert (made.svg, made.csv, made.alt) == (again.svg, again.csv, again.alt)
    assert "style" not in made.svg and "http" not in made.svg and "<text" not in made.svg
    ids = re.findall(r'\bid="([^"]+)"', made.svg)
    assert len(ids) == len(set(ids)) and all(i.startswith(f"{name}-") for i in ids)
    assert set(re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', made.svg)) <= {(i, "") for i in ids} | {
        ("", i) for i in ids
    }
    assert made.alt.strip() and made.title
    assert len({len(row) for row in rows_of(made)}) == 1, "every row has a cell for every column"


def test_a_png_has_few_colours_a_white_page_and_nothing_about_its_making() -> None:
    made = drawn("parity")
    png = made.png()
    assert png == made.png()
    assert [name for name in (b"tEXt", b"iTXt", b"zTXt", b"tIME", b"eXIf") if name in png] == []
    with Image.open(io.BytesIO(png)) as image:
        assert (image.mode, image.width) == ("P", 1300)
        seen = image.convert("RGB")
        assert seen.getpixel((2, 2)) == (255, 255, 255)
        colours = {colour for _, colour in seen.getcolors(100_000)}
    assert any(r > 120 and g < 60 and b < 70 for r, g, b in colours), "what does not conform is drawn"


def test_a_file_of_its_own_has_name_space_and_size() -> None:
    root = ElementTree.fromstring(drawn("series").file)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    box = root.attrib["viewBox"].split()
    assert (root.attrib["width"], root.attrib["height"]) == (f"{float(box[2]):g}pt", f"{float(box[3]):g}pt")
    with pytest.raises(ValueError, match="view box"):
        standalone("<svg></svg>")


def test_a_tall_picture_is_set_smaller() -> None:
    assert drawn("parity").width == 1.0
    tall = dataclasses.replace(drawn("parity"), svg='<svg viewBox="0 0 500 1300"></svg>')
    assert tall.width == pytest.approx(0.5)


# --------------------------------------------------------------------------- CSV


@given(st.lists(st.lists(st.text(max_size=12), min_size=2, max_size=2), max_size=6))
def test_a_text_comes_back_from_csv_and_is_never_a_formula(texts: list[list[str]]) -> None:
    made = drawing.table(["a", "b"], texts)
    made.encode("utf-8")
    back = list(csv.reader(io.StringIO(made.removeprefix("\ufeff"))))[1:]
    cells = [cell for row in back for cell in row]
    assert not [cell for cell in cells if cell.strip() and cell.strip()[0] in "=+-@＝＋－＠"]
    wanted = [one_line(text) for row in texts for text in row]
    assert [c if c == w else c.removeprefix("'") for c, w in zip(cells, wanted, strict=True)] == wanted


def test_numbers_stay_numbers() -> None:
    text = drawing.table(["x"], [[-1.5], [3], [None], ["-1.5"], ["=1+1"], [1 / 3]])
    assert text == "\ufeffx\r\n-1.5\r\n3\r\n\"\"\r\n'-1.5\r\n'=1+1\r\n0.3333333333\r\n"


# --------------------------------------------------------------------------- text that fits


@given(st.text(alphabet="信衡系统，。、（）ab cdEFG12-_", max_size=60), st.floats(30, 200), st.integers(1, 4))
def test_lines_are_never_wider_than_their_place(text: str, width: float, most: int) -> None:
    lines = wrapped(text, width, 8.0, most=most)
    assert len(lines) <= most
    assert all(text_width(line, 8.0) <= width + 1e-6 for line in lines)
    whole, said = re.sub(r"\s", "", text), re.sub(r"\s", "", "".join(lines))
    assert said == whole or (said.endswith("…") and whole.startswith(said[:-1]))


def test_widths_are_those_of_what_is_drawn() -> None:
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    from reports.svg import font_file

    font = FontProperties(fname=font_file())
    for text in ("迁移后系统（仿真）", "PostgreSQL 18.6 on x86_64", "信衡 0.1.0，Python 3.11"):
        extent = TextPath((0, 0), text, size=8, prop=font).get_extents()
        assert text_width(text, 8.0) == pytest.approx(extent.x1, abs=3.5)  # the last glyph's own margin


@contextmanager
def recorded() -> Iterator[list[tuple[float, float, float, float]]]:
    """Where every line of text stood that was drawn: left, top, right, bottom."""
    found: list[tuple[float, float, float, float]] = []
    original = Canvas.lines

    def lines(self: Canvas, at: tuple[float, float], texts: Any, **look: Any) -> float:
        size, (x, y) = look.get("size", canvas.BODY), at
        for text in texts:
            width = text_width(text, size)
            left = x - {"left": 0, "center": width / 2, "right": width}[look.get("align", "left")]
            found.append((left, y, left + width, y + size * 1.2))
            y += size * 1.38
        return original(self, at, texts, **look)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Canvas, "lines", lines)
        yield found


def clashes(found: list[tuple[float, float, float, float]]) -> list[tuple[int, int]]:
    return [
        (i, j)
        for i, a in enumerate(found)
        for j, b in enumerate(found[:i])
        if a[0] < b[2] - 0.1 and b[0] < a[2] - 0.1 and a[1] < b[3] - 0.1 and b[1] < a[3] - 0.1
    ]


def interface(n: int, title: str, *, there: bool) -> InterfaceUse:
    said = {"protocol": "MLLP", "charset": "UTF-8", "answers": f"10.0.0.{n}:6661"}
    return InterfaceUse(
        pack="lis", name=f"i{n}", title=title, kind="mllp", peer="", version="HL7 v2.5.1", used=there, document="",
        original=said, migrated=said if there else {},
    )  # fmt: skip


NAME = st.text(alphabet="第三人民医院核心数据库集群abc-_. 0123", min_size=1, max_size=90)


@settings(max_examples=20, deadline=None)
@given(st.lists(NAME, max_size=8, unique=True), st.lists(st.tuples(NAME, st.booleans()), max_size=12), NAME)
def test_nothing_in_the_topology_overlaps_or_is_cut_off(
    hosts: list[str], interfaces: list[tuple[str, bool]], title: str
) -> None:
    result = dataclasses.replace(
        RICH,
        stacks={s: dataclasses.replace(f, title=title, version=title) for s, f in RICH.stacks.items()},
        host_readings={"original": {host: {} for host in hosts}, "migrated": {"db": {}}},
        interfaces=tuple(interface(n, t, there=there) for n, (t, there) in enumerate(interfaces)),
    )
    known = endpoints.facts(result, ZH)
    with recorded() as found:
        plan = topology._planned(result, endpoints.endpoints(result, ZH), known, ZH)
        topology._drawn(plan, ZH)
    assert clashes(found) == []
    assert all(left >= 0 and right <= canvas.WIDTH and top >= 0 for left, top, right, _ in found)
    assert max(bottom for *_, bottom in found) <= plan.bottom + 18


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_no_words_of_a_diagram_overlap(name: str, lang: str) -> None:
    with recorded() as found:
        made = drawn(name, Words(lang))
    height = float(re.search(r'viewBox="0 0 \S+ ([\d.]+)"', made.svg)[1])  # type: ignore[index]
    assert found and clashes(found) == []
    assert all(a >= -0.1 and b >= 0 and c <= canvas.WIDTH + 0.1 and d <= height for a, b, c, d in found)


# --------------------------------------------------------------------------- what they say


def test_judgements_differ_without_colour() -> None:
    assert len({look.sign for look in LOOK.values()}) == len(Judgement)

    def grey(colour: str) -> int:
        r, g, b = ImageColor.getrgb(colour)[:3]
        return round((0.3 * r + 0.59 * g + 0.11 * b) / 60)

    assert len({(look.hatch, grey(look.strip)) for look in LOOK.values()}) == len(Judgement)
    assert all(canvas.drawable(look.sign) == look.sign for look in LOOK.values()), "the font holds every sign"


def test_the_matrix_says_not_run_where_nothing_ran() -> None:
    made = drawn("parity")
    assert rows_of(made) == [
        ["系统", "功能", "接口", "性能"],
        ["医院信息系统", "不符合", "符合", "未测"],
        ["检验信息系统", "无法判定", "未测", "未测"],
    ]
    assert "符合 1 格，不符合 1 格，无法判定 1 格，未测 3 格" in made.alt
    assert made.alt.endswith("不符合：医院信息系统 · 功能。")


def test_tested_and_conforming_are_counted_apart() -> None:
    made = drawn("clauses")
    assert rows_of(made) == [
        ["类别", "条款", "已测", "符合", "不符合", "无法判定", "未测"],
        ["功能", "3", "2", "1", "1", "0", "1"],
        ["接口", "2", "2", "1", "0", "1", "0"],
        ["合计", "5", "4", "2", "1", "1", "1"],
    ]
    assert "共 5 项，已测 4 项，其中符合 2 项，不符合 1 项" in made.alt


def test_many_clauses_still_have_room() -> None:
    made = clauses.clauses({"功能": [PASS] * 149 + [FAIL]}, ZH)
    starts = [float(x) for x in re.findall(r'<path d="M (\d+\.?\d*) ', made.svg)]
    assert max(starts) <= canvas.WIDTH
    bars = [made.svg.count(f'fill="{LOOK[judgement].strip}"') for judgement in (PASS, FAIL)]
    assert bars == [2, 2], "one bar each, and one square each in the key"


def test_a_series_tells_what_changed() -> None:
    made = drawn("series")
    assert "与上一次不同：B、C。" in made.alt
    assert rows_of(made)[2] == ["B", "接口测试", "不符合", "符合"]
    assert rows_of(made)[3] == ["C", "稳定性", "未测", "无法判定"]
    assert series.series((), TITLES, ZH).alt == "没有可列出的运行。"


def test_a_long_series_draws_the_newest_runs_and_lists_all() -> None:
    runs = [
        RunOfSeries(label="", date=f"2026-01-{d:02d}", verdicts={"A": FAIL if d < 15 else PASS}) for d in range(1, 31)
    ]
    made = series.series(runs, {"A": "功能测试"}, ZH)
    assert len(rows_of(made)[0]) == 32
    shown = int(re.search(r"最近 (\d+) 次", made.alt)[1])  # type: ignore[index]
    assert 5 <= shown < 30


def test_the_topology_marks_what_differs_but_not_addresses() -> None:
    base = fake_result.rich()
    alike = interface(1, "甲", there=True)
    moved = dataclasses.replace(alike, name="i2", title="乙", migrated={**alike.original, "answers": "mllp://b:1"})
    other = dataclasses.replace(alike, name="i3", title="丙", migrated={**alike.original, "charset": "GB18030"})
    hidden = dataclasses.replace(alike, name="i4", title="丁", migrated={**alike.original, "services": "C-ECHO"})
    again = dataclasses.replace(alike, pack="his")
    uses = (alike, moved, other, hidden, interface(5, "戊", there=False), again)
    rows = endpoints.endpoints(dataclasses.replace(base, interfaces=uses), ZH)
    assert [(row.title, row.differs) for row in rows] == [
        ("数据库", True), ("甲", False), ("乙", False), ("丙", True), ("丁", True), ("戊", True),
    ]  # fmt: skip
    assert "≠ services" in rows[4].note
    assert set(rows[5].answers) == {"original"}


def test_one_stack_alone_can_be_drawn() -> None:
    base = fake_result.rich()
    made = topology.topology(dataclasses.replace(base, stacks={"migrated": base.stacks["migrated"]}), ZH)
    assert "原系统 本次运行没有这套技术栈" in made.alt


def test_hostile_names_are_drawn_as_what_they_are() -> None:
    result: Result = fake_result.hostile()
    made = topology.topology(result, ZH)
    made.alt.encode("utf-8")
    made.csv.encode("utf-8")
    ElementTree.fromstring(made.file)
    assert one_line(made.alt) == made.alt
    assert "<script" not in made.svg
