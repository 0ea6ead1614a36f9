"""A document and a workbook with every kind of block, for the tests of all writers: long, wide, blank and hostile.

Not here: anything that a real run says.
"""

from __future__ import annotations

import functools
import io

from PIL import Image, ImageDraw

from reports.document.model import (
    Align,
    Cell,
    Chapter,
    Code,
    Column,
    Document,
    Fields,
    Figure,
    Heading,
    Items,
    Paragraph,
    Sheet,
    Signatures,
    Table,
    Tone,
    Workbook,
)

ROWS = 300
SCRIPT = "<script>alert(1)</script>&amp;\"'"
CONTROL = "零\x00字节\x1b[31m红\x07"
RARE = "患者𠮷田\ue123"
REVERSED = "\u202etxt.exe\u200f"
SURROGATE = "半个\ud83d字"
HOSTILE = (SCRIPT, CONTROL, RARE, REVERSED, SURROGATE)
MARKUP = '*强* _下划_ #import "x" $a$ @ref `raw` \\ {{正文}} {% x %} = 标题 - 项 + 项'
FORMULA = '=HYPERLINK("http://x","y")'
UNBROKEN = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" * 2
SQL = "SELECT p.name, sum(c.amount)\n  FROM charge c\n\tJOIN patient p ON p.id = c.patient_id\n WHERE c.amount > 0;"
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 160" width="400" height="160">'
    '<rect x="20" y="30" width="160" height="110" fill="#1b5e95"/>'
    '<path d="M200 140L380 20" stroke="#c4560a" stroke-width="4" fill="none"/></svg>'
)
TONES = tuple(Tone)


@functools.cache
def png() -> bytes:
    """The picture of `SVG` in dots."""
    image = Image.new("RGB", (800, 320), "white")
    drawing = ImageDraw.Draw(image)
    drawing.rectangle((40, 60, 360, 280), fill="#1b5e95")
    drawing.line((400, 280, 760, 40), fill="#c4560a", width=8)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def long_table(rows: int = ROWS, anchor: str = "cases") -> Table:
    """Five columns: a link, a sentence, a figure, a verdict, raw text."""
    columns = (
        Column("编号", 0.8), Column("用例", 3.0), Column("P95（ms）", 1.0, Align.RIGHT),
        Column("判定", 1.0, Align.CENTRE), Column("应答原文", 2.0),
    )  # fmt: skip
    verdicts = ((Tone.GOOD, "符合"), (Tone.BAD, "不符合"), (Tone.OPEN, "无法判定"), (Tone.VOID, "未测"))
    return Table(
        caption="用例与结果",
        columns=columns,
        anchor=anchor,
        rows=tuple(
            (
                Cell(f"TC-{n:04d}", link="./result.json#TC"),
                Cell(f"门诊收费第 {n} 笔，核对金额、发票与库存，{HOSTILE[n % len(HOSTILE)]}"),
                Cell(f"{n * 1.5:,.1f}"),
                Cell(verdicts[n % 4][1], tone=verdicts[n % 4][0]),
                Cell(f"ORA-{n:05d}: unique\nconstraint violated", code=True),
            )
            for n in range(1, rows + 1)
        ),
    )


def wide_table() -> Table:
    """Fourteen columns, long words without blanks."""
    columns = tuple(Column(f"第{n}列指标", 2.0 if n == 1 else 1.0) for n in range(14))
    row = tuple(Cell(UNBROKEN[:64] if n == 1 else f"值{n}-{FORMULA[:9]}") for n in range(14))
    return Table(caption="两侧参数逐项对照", columns=columns, rows=(row,) * 6, wide=True, anchor="settings")


def figure(width: float = 1.0) -> Figure:
    return Figure(
        caption="响应时间随负载的变化", alt=f"柱与线 {SCRIPT}", svg=SVG, png=png(), width=width,
        data="./data/response.csv",
    )  # fmt: skip


def chapters() -> tuple[Chapter, ...]:
    return (
        Chapter(
            id="summary",
            title="概要与结论",
            blocks=(
                Paragraph(text="方案要求的 12 项条款中，10 项符合。" * 4),
                *(Paragraph(text=f"提示：{tone.value} 的说明文字。", tone=tone) for tone in TONES[1:]),
                Paragraph(text="原始记录见此处", link="./result.json"),
                Paragraph(text="注：本表数字均取自 result.json。", small=True),
                Heading(text="条目", anchor="items"),
                Items(texts=("第一条", f"第二条 {SCRIPT}", "第三条")),
                Items(texts=("先停服务", "再备份", MARKUP), numbered=True),
                Items(texts=("另起编号", "继续"), numbered=True),
                Heading(text=f"更深一层 {SCRIPT}", level=3, anchor="deeper"),
                Fields(rows=(("测试单位", "某某医院信息中心"), ("登记号", ""), ("测试人员", ""), ("备注", RARE))),
            ),
        ),
        Chapter(
            id="results",
            title="分项结果",
            blocks=(
                Heading(text="全部用例"),
                long_table(),
                Paragraph(text="注：共 300 例。", small=True),
                Heading(text="逐项对照"),
                wide_table(),
                Paragraph(text="横排表之后的正文。"),
                figure(),
                figure(0.5),
            ),
        ),
        Chapter(
            id="issues",
            title=f"问题清单 {REVERSED}",
            blocks=(
                *(Paragraph(text=text) for text in (*HOSTILE, MARKUP, FORMULA, UNBROKEN)),
                Code(text=SQL),
                Code(text=f"{CONTROL}\n{UNBROKEN}\n\n    缩进 {RARE}"),
                Table(caption="没有行的表", columns=(Column("项"), Column("值")), rows=()),
            ),
        ),
        Chapter(
            id="sign",
            title="签字页",
            blocks=(Signatures(roles=("编制", "审核", "批准", "被测方确认"), lines=("签字", "日期", "盖章")),),
        ),
    )


def document(lang: str = "zh", number: str = "XH-2026-0001") -> Document:
    """Every kind of block, hostile strings in every place that takes text."""
    return Document(
        id="evaluation",
        title="信创改造评估验证报告",
        subtitle=f"门诊收费系统 {SCRIPT}",
        number=number,
        classification="内部",
        cover=Fields(
            rows=(
                ("报告编号", number), ("被测系统", f"门诊收费系统 V3.2 {CONTROL}"), ("委托单位", ""),
                ("测试单位", "某某医院信息中心"), ("测试日期", "2026-11-20 至 2026-11-22"), ("报告日期", ""),
            )
        ),
        chapters=chapters(),
        lang=lang,
        run_id="20261120-080000-abcd",
        end="以下空白",
    )  # fmt: skip


def workbook(rows: int = ROWS) -> Workbook:
    """Formulas, control characters, more text than a cell may hold, names that no sheet may have."""
    hostile = Table(
        caption="危险内容",
        columns=(Column("文本", 3.0), Column("数", 1.0, Align.RIGHT), Column("判定"), Column("原文", 2.0)),
        rows=tuple(
            (Cell(text), Cell("-12.5"), Cell("不符合", Tone.BAD), Cell(text, code=True))
            for text in (*HOSTILE, FORMULA, "+1+1", "-2+3", "@SUM(A1)", "\tx", "x" * 40_000, "https://x.example/a")
        ),
    )
    return Workbook(
        id="cases",
        title="测试台账",
        lang="zh",
        sheets=(
            Sheet(title="用例", table=long_table(rows), notes=("每行一个用例。", f"说明 {SCRIPT}")),
            Sheet(title="危险[内容]:*?/\\" + "很长的名称" * 8, table=hostile),
            Sheet(title="用例", table=wide_table()),
            Sheet(title="History", table=Table(caption="空表", columns=(Column("项"),), rows=())),
        ),
    )
