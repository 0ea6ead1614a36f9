"""report.html: complete, self-contained, inert whatever the tested systems returned, and alike in both languages."""

from __future__ import annotations

import base64
import dataclasses
import enum
import functools
import hashlib
import re
from pathlib import Path

import pytest

from harness.archive_result import ArchiveResult, Depth, State
from harness.errors import BadInput
from harness.normalise import Kind
from harness.result import Judgement, Result, Series
from reports import archives
from reports.html import SECTIONS, render
from reports.text import visible
from reports.words import Words, catalogue
from tests.golden import fake_archives, fake_result, page

REPORTS = Path(__file__).parents[2] / "reports"
CJK = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
NOTHING = Series(distributions=(), timelines=(), windows=())


@functools.cache
def html(name: str, lang: str = "zh") -> str:
    """Pages take a second each: made once."""
    results = {"rich": fake_result.rich, "hostile": fake_result.hostile}
    series = {"rich": fake_result.rich_series, "hostile": fake_result.hostile_series}
    return render(results[name](), series[name](), lang)


def test_a_calm_run_says_nothing_of_what_it_has_not() -> None:
    """Sections and headings without data do not stand there empty."""
    series = dataclasses.replace(fake_result.rich_series(), percentiles=(), heat_maps=(), distributions=())
    result = fake_result.calm()
    found = page.read(render(result, series))
    assert "capacity" not in found.values("id")
    assert "generator" in found.values("id")
    words = Words("zh")
    for key in ("performance.heat", "performance.percentiles", "resource.bottlenecks"):
        assert words(key) in parsed("rich").text
        assert f"### {words(key)}" not in found.text
    assert "不可信" not in found.text
    bare = dataclasses.replace(result, calibrations=(), load=())
    assert "generator" not in page.read(render(bare, NOTHING)).values("id")


def test_trouble_of_the_load_pass_is_told() -> None:
    result, text = fake_result.rich(), parsed("rich").text
    wanted = [gap.lost for gap in result.gaps] + [b.evidence for b in result.bottlenecks]
    wanted += [c.reason for c in result.calibrations if c.reason] + [c.limited_by for c in result.capacities]
    wanted += ["第 2 次执行", "略去开头 5.50 s", "✗不可信", "封闭模型", "x86_64", "aarch64"]
    assert [w for w in wanted if w not in text] == []
    assert text.count(result.gaps[0].lost) == 2, "among what weakens the measurement: on the cover and in the method"


@functools.cache
def parsed(name: str, lang: str = "zh") -> page.Page:
    return page.read(html(name, lang))


def empty() -> Result:
    """A run that ended before anything was compared."""
    return dataclasses.replace(
        fake_result.rich(), plan={}, ledger={}, tables={}, findings=(), noise={}, invariants=(), load=(), estimates=(),
        readings={}, verdicts=(), rules=(), titles={}, notes=(), harness={},
    )  # fmt: skip


def test_everything_of_the_result_is_on_the_page() -> None:
    text = parsed("rich").text
    result = fake_result.rich()
    wanted = [v.clause for v in result.verdicts] + [v.reason for v in result.verdicts] + list(result.notes)
    examples = [e for f in result.findings for e in f.examples]
    wanted += [f.id for f in result.findings] + [visible(v) for e in examples for v in (e.original, e.migrated)]
    wanted += (
        [s.banner for s in result.stacks.values()]
        + [r["id"] for r in result.rules]
        + [i.title for i in result.invariants]
    )
    wanted += list(result.titles.values()) + [b.invalid_reason for b in result.load] + list(result.noise["his"])
    assert [w for w in wanted if w not in text] == []


def test_every_section_is_reached_from_the_contents() -> None:
    found = parsed("rich")
    ids = found.values("id")
    assert len(ids) == len(set(ids))
    linked = {href[1:] for href in found.values("href") if href.startswith("#")}
    assert set(SECTIONS) <= linked
    assert linked <= set(ids)


def test_verdicts_are_words_and_never_a_bare_pass() -> None:
    text = parsed("rich").text
    for word in ("✓符合", "✗不符合", "?无法判定", "–未测"):
        assert word in text
    assert "通过" not in text


@pytest.mark.parametrize("name", ["rich", "hostile"])
def test_the_page_is_self_contained_and_inert(name: str) -> None:
    found = parsed(name)
    tags = {tag for tag, _ in found.elements}
    assert not tags & {"script", "iframe", "object", "embed", "link", "img", "form", "base", "image", "foreignobject"}
    assert not found.comments
    attributes = {attribute for _, attrs in found.elements for attribute in attrs}
    assert "style" not in attributes
    assert not [a for a in attributes if a.startswith("on")]
    assert [h for h in found.values("href") if not h.startswith(("#", "./"))] == []
    assert "src" not in attributes
    assert "url(" not in found.sheet
    assert not re.search(r"https?://", html(name))


@pytest.mark.parametrize("name", ["rich", "hostile"])
def test_the_policy_admits_this_style_sheet_and_nothing_else(name: str) -> None:
    found = parsed(name)
    policy = next(a["content"] for t, a in found.elements if t == "meta" and "http-equiv" in a) or ""
    digest = base64.b64encode(hashlib.sha256(found.sheet.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert [t for t, _ in found.elements].count("style") == 1


def test_hostile_text_is_shown_not_run() -> None:
    source, text = html("hostile"), parsed("hostile").text
    assert "<script" not in source
    assert "&lt;script&gt;alert" in source
    assert "<script>alert('x')</script>" in text
    assert "{{ 7*7 }}" in text, "template syntax in a value is text"
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e\ud800-\udfff]", source)
    assert "‹U+202E›" in text
    assert "‹U+001B›" in text


def test_a_run_number_cannot_leave_its_css_string() -> None:
    result = dataclasses.replace(fake_result.small(), run_id='a"; } body { display: none } /* \\')
    sheet = page.read(render(result, NOTHING)).sheet
    assert r'content: "a\22 \3b  \7d  body \7b  display: none \7d  \2f \2a  \5c "' in sheet


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_run_without_results_still_has_a_report(lang: str) -> None:
    text = page.read(render(empty(), NOTHING, lang)).text
    assert Words(lang)("conclusion.untested") in text
    assert Words(lang)("function.findings_none") in text


def test_one_sided_and_partial_results_are_drawn() -> None:
    result, series = fake_result.small(), fake_result.small_series()
    series = dataclasses.replace(
        series,
        distributions=tuple(d for d in series.distributions if d.stack == "original" or d.transaction != "book"),
        timelines=series.timelines[:1],
    )
    estimates = tuple(dataclasses.replace(e, low_adjusted=0.0, high_adjusted=0.0) for e in result.estimates)
    text = page.read(render(dataclasses.replace(result, estimates=estimates, plan={}), series)).text
    assert "本次方案没有给出比值的界限" in text


def test_the_page_is_small_and_always_the_same() -> None:
    assert len(html("rich").encode()) < 3_000_000
    once, again = (render(fake_result.small(), fake_result.small_series()) for _ in range(2))
    assert once == again


@pytest.mark.long
def test_a_wide_result_stays_small() -> None:
    result, series = fake_result.wide()
    assert len(render(result, series).encode()) < 3_000_000


def in_english(value: object) -> object:
    """A result whose own texts hold no Chinese."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changed = {f.name: in_english(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return dataclasses.replace(value, **changed)
    if isinstance(value, enum.Enum):
        return value
    if isinstance(value, str):
        return CJK.sub("x", value)
    if isinstance(value, tuple | list):
        return type(value)(in_english(v) for v in value)
    if isinstance(value, dict):
        return {in_english(k): in_english(v) for k, v in value.items()}
    return value


def test_the_english_report_says_everything_in_english() -> None:
    result, series = in_english(fake_result.small()), in_english(fake_result.small_series())
    assert isinstance(result, Result)
    assert isinstance(series, Series)
    source = render(result, series, "en")
    assert CJK.findall(source.replace(page.read(source).sheet, "")) == []


@pytest.mark.parametrize("depth", Depth)
def test_the_page_of_two_archives_says_everything_in_english(depth: Depth) -> None:
    result = in_english(fake_archives.result(depth))
    assert isinstance(result, ArchiveResult)
    source = archives.render(result, "en")
    assert CJK.findall(source.replace(page.read(source).sheet, "")) == []


def test_the_languages_have_the_same_structure() -> None:
    def shape(lang: str) -> list[str]:
        return [tag for tag, _ in parsed("rich", lang).elements if tag not in ("use", "path", "g", "defs", "rect")]

    assert shape("zh") == shape("en")


def test_an_estimate_without_a_value_is_no_zero() -> None:
    (line,) = [row for row in parsed("rich").text.splitlines() if "日终计费" in row and "样本不足（4/50）" in row]
    assert "0.000" not in line
    assert line.endswith("| – | – | | 4"), "neither ratio nor interval"


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(BadInput, match="fr"):
        Words("fr")


# --------------------------------------------------------------------------- the catalogue


def test_both_languages_fill_in_the_same_values() -> None:
    braces = re.compile(r"\{(\w*)\}")
    uneven = [key for key, (zh, en) in catalogue().items() if sorted(braces.findall(zh)) != sorted(braces.findall(en))]
    assert uneven == []


def test_no_word_is_missing_or_left_over() -> None:
    files = [path for ending in ("py", "j2", "typ", "js") for path in REPORTS.rglob(f"*.{ending}")]
    source = "\n".join(path.read_text(encoding="utf-8") for path in files)
    plain = set(re.findall(r"""(?:w|words)\(\s*f?["']([a-z]+\.[a-z_0-9]+)["'][,)]""", source))
    assert plain, "the pattern must find something"
    assert sorted(plain - set(catalogue())) == []
    # Some keys are put together: w('function.' ~ key), w.label('kind', …). Their parts must stand somewhere in quotes.
    names = set(re.findall(r"""["'](?:[a-z_]+\.)?([a-z0-9_ ]+)["']""", source))
    from_result = {"kind", "host", "reply", "error", "metric", "resource", "limit", "verdict", "group", "outcome"}
    from_result |= {
        "part",
        "handled",
        "answered",
        "agreement",
        "depth",
        "ended",
        "named",
        "table_state",
        "schema_weight",
        "check",
    }
    from_result |= {"loading", "used_up", "basis", "lost", "value", "host"}
    # … or from the dossier's enumerations.
    from_result |= {"area", "file", "subject", "purpose", "expected", "came_to", "severity", "status", "cover"}
    from_result |= {"declaration"}
    affixes = re.compile(r"^(sheet|role|risk)_|_(means|text|by)$")
    left_over = [
        key
        for key in catalogue()
        if key not in plain and key.split(".")[0] not in from_result and affixes.sub("", key.split(".")[1]) not in names
    ]
    assert left_over == []


def test_every_kind_of_difference_has_its_word() -> None:
    assert [kind for kind in Kind if f"kind.{kind}" not in catalogue()] == []


def test_every_name_of_an_archive_result_has_its_word() -> None:
    names = [f"ended.{state}" for state in State] + [f"depth.{depth}" for depth in Depth]
    names += [f"agreement.{judgement}" for judgement in Judgement]
    assert {name for name in catalogue() if name.startswith(("ended.", "depth.", "agreement."))} == set(names)


def test_templates_hold_no_words_of_their_own() -> None:
    for path in REPORTS.glob("templates/*"):
        assert CJK.findall(path.read_text(encoding="utf-8")) == [], path.name
