"""`evidence.html` and `evidence.csv`: where each statement of the documents comes from. Not here: finding it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from urllib.parse import quote

from harness.dossier import Dossier, Evidence
from reports.page import environment, whole
from reports.words import Words

PAGE, TABLE = "evidence.html", "evidence.csv"
MOST = 6000  # entries of the page, which has to open in any browser; the table holds all


def page(dossier: Dossier, words: Words) -> bytes:
    made = environment(words, dossier.result)
    found = list(dossier.evidence.values())
    return whole(
        made, "evidence.html.j2", foot=dossier.result.run_id, sections=["rows"], d=dossier, shown=found[:MOST],
        left=max(0, len(found) - MOST), link=lambda path: "../" + quote(path, errors="replace"),
    ).encode()  # fmt: skip


def table(found: Iterable[Evidence]) -> bytes:
    """With a byte order mark, for spreadsheets."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(("id", "file", "query", "rows", "count"))
    rows.writerows((e.id, e.path, e.query, e.rows, e.count) for e in found)
    return out.getvalue().encode("utf-8-sig", "backslashreplace")
