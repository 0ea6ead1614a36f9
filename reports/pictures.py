"""Which picture stands where in the documents, each with its figures as a CSV beside them. Not here: drawing any."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from harness.dossier import KINDS, Dossier
from harness.result import Judgement
from reports.chapters.documents import Pictures
from reports.chapters.pen import day
from reports.diagrams import clauses, parity, series, topology
from reports.diagrams.drawing import Drawing
from reports.diagrams.of_load import Charts
from reports.document.model import Figure
from reports.words import Words

DATA = "data"  # folder of the CSVs, beside the documents
_RESPECTS = (*KINDS[:3], "resources", "data", *KINDS[3:])


def drawn(dossier: Dossier, words: Words, charts: Charts) -> Mapping[str, Sequence[Drawing]]:
    """Place → its pictures; a place without any is absent."""
    found: dict[str, Sequence[Drawing]] = {
        "summary": [_clauses(dossier, words), _parity(dossier, words)],
        "environment": [topology.topology(dossier.result, words)],
        "performance": charts.all,
    }
    if len(dossier.runs) > 1:
        seen = [
            series.RunOfSeries(label=run.run_id, date=day(run.created)[:10], verdicts=run.verdicts)
            for run in dossier.runs
        ]
        found["series"] = [series.series(seen, {c.id: c.title for c in dossier.clauses}, words)]
    return found


def _clauses(dossier: Dossier, words: Words) -> Drawing:
    kinds = dossier.kind_of
    by_kind: dict[str, list[Judgement]] = defaultdict(list)
    for kind in KINDS:
        own = [v.verdict for v in dossier.result.verdicts if kinds.get(v.clause) == kind]
        by_kind[words(f"area.{kind}")] += own
    return clauses.clauses(by_kind, words)


def _parity(dossier: Dossier, words: Words) -> Drawing:
    titles = dict(dossier.result.pack_titles)
    if any(not pack for pack, _ in dossier.parity):
        titles[""] = words("filed.whole")
    return parity.parity(dossier.parity, titles, {kind: words(f"area.{kind}") for kind in _RESPECTS}, words)


def figures(drawings: Mapping[str, Sequence[Drawing]], *, with_png: bool) -> Pictures:
    """As the documents hold them. PNG is rendered only for those that need it, on all cores."""
    every = [drawing for own in drawings.values() for drawing in own]
    with ThreadPoolExecutor() as threads:
        pngs = dict(zip((d.name for d in every), threads.map(Drawing.png, every), strict=True)) if with_png else {}

    def of(place: str) -> list[Figure]:
        return [_figure(drawing, pngs.get(drawing.name, b"")) for drawing in drawings.get(place, ())]

    return Pictures(
        summary=of("summary"), environment=of("environment"), series=of("series"),
        kinds={"performance": of("performance")},
    )  # fmt: skip


def _figure(drawing: Drawing, png: bytes) -> Figure:
    return Figure(
        caption=drawing.title, alt=drawing.alt, svg=drawing.svg, png=png, width=drawing.width,
        data=f"{DATA}/{drawing.name}.csv",
    )  # fmt: skip


def data_files(drawings: Mapping[str, Sequence[Drawing]]) -> Iterable[tuple[str, bytes]]:
    """(path beside the documents, content) of every picture."""
    for each in drawings.values():
        for drawing in each:
            yield f"{DATA}/{drawing.name}.csv", drawing.csv.encode("utf-8", "backslashreplace")
