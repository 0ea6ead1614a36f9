"""Every document of a dossier: all parts there, no empty chapter, every link of evidence leads somewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.dossier import KINDS, Dossier, Subject
from harness.settings_report import Handling, Particulars
from reports.chapters.documents import Pictures, documents
from reports.chapters.workbook import workbook
from reports.document.model import Document, Fields, Items, Table
from reports.words import LANGUAGES, Words, catalogue
from tests.unit.filing.samples import hostile, rich

PARTS = (
    "declaration", "summary", "basis", "systems", "environment", "tools", "data", "method", "execution", "results",
    "consistency", "problems", "limits", "series", "appendix", "signatures", "attachments",
)  # fmt: skip


@pytest.fixture(scope="module", params=["rich", "hostile"])
def dossier(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Dossier:
    make = {"rich": rich, "hostile": hostile}[request.param]
    return make(tmp_path_factory.mktemp("run"))


def made(dossier: Dossier, lang: str = "zh") -> list[Document]:
    return documents(dossier, Words(lang), Pictures())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_rows_fit_their_tables_and_no_chapter_is_empty(dossier: Dossier, lang: str) -> None:
    for document in made(dossier, lang):
        for chapter in document.chapters:
            assert chapter.blocks, (document.id, chapter.id)
            for block in chapter.blocks:
                if isinstance(block, Table):
                    assert {len(row) for row in block.rows} <= {len(block.columns)}, (document.id, block.caption)
                assert not isinstance(block, Items) or block.texts
    for sheet in workbook(dossier, Words(lang)).sheets:
        assert {len(row) for row in sheet.table.rows} <= {len(sheet.table.columns)}, sheet.title


def test_there_is_a_report_for_all_and_one_for_each_kind(dossier: Dossier) -> None:
    found = {document.id: document for document in made(dossier)}
    assert set(found) == {"evaluation", "plan", *KINDS}
    assert tuple(chapter.id for chapter in found["evaluation"].chapters) == PARTS
    assert len({document.title for document in found.values()}) == len(found)


def test_every_link_to_evidence_leads_to_some(dossier: Dossier) -> None:
    links = [
        cell.link.partition("#")[2]
        for document in made(dossier)
        for chapter in document.chapters
        for block in chapter.blocks
        if isinstance(block, Table)
        for row in block.rows
        for cell in row
        if cell.link.startswith("evidence.html#")
    ]
    assert links
    assert set(links) <= set(dossier.evidence)


def test_what_nobody_stated_is_a_blank_and_what_was_stated_is_printed(tmp_path: Path) -> None:
    bare = dict(_cover(rich(tmp_path)))
    assert bare[Words("zh")("cover.hospital")] == bare[Words("zh")("cover.issued")] == ""
    stated = Particulars(number="XX-2026-01", hospital="某医院", standing="self", compiled_by="张工")
    told = dict(_cover(rich(tmp_path, particulars=stated)))
    assert told[Words("zh")("cover.hospital")] == "某医院"
    assert made(rich(tmp_path, particulars=stated))[0].number == "XX-2026-01"


def _cover(dossier: Dossier) -> tuple[tuple[str, str], ...]:
    cover = made(dossier)[0].cover
    assert isinstance(cover, Fields)
    return cover.rows


def test_the_ledger_holds_every_case_and_every_problem(tmp_path: Path) -> None:
    dossier = rich(tmp_path)
    sheets = workbook(dossier, Words("zh")).sheets
    assert [row[0].text for row in sheets[0].table.rows] == [case.id for case in dossier.cases]
    assert [row[0].text for row in sheets[1].table.rows] == [problem.id for problem in dossier.problems]


def test_a_single_run_says_that_regular_tests_need_more(tmp_path: Path) -> None:
    alone, several = made(rich(tmp_path))[0], made(rich(tmp_path, earlier=2))[0]
    words = Words("zh")
    texts = [str(chapter) for document in (alone, several) for chapter in document.chapters if chapter.id == "series"]
    assert words("series.only") in texts[0]
    assert words("series.only") not in texts[1]
    assert "r0" in texts[1]


def test_every_subject_has_its_words() -> None:
    wanted = {f"{group}.{subject}" for group in ("subject", "purpose", "expected") for subject in Subject}
    assert wanted <= set(catalogue())
    assert {name for name in catalogue() if name.startswith(("subject.", "purpose.", "expected."))} == wanted


def test_points_are_for_testing_and_not_for_passing(tmp_path: Path) -> None:
    items = {item.id: item for item in rich(tmp_path).appendix}
    assert items["3-4-1"].obtained == 2 * len(items["3-4-1"].counted) <= 8
    assert "security" not in items["3-4-1"].counted
    assert items["3-3-1a"].obtained == 3


def test_a_problem_that_was_handled_and_is_gone_is_said(tmp_path: Path) -> None:
    stated = Particulars(problems=(Handling(id="P-00000000", status="fixed"),))
    chapters = {chapter.id: str(chapter) for chapter in made(rich(tmp_path, particulars=stated))[0].chapters}
    assert "P-00000000" in chapters["problems"]
    assert "P-00000000" not in str(made(rich(tmp_path))[0])
