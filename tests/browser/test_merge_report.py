"""The report of a merge in Chromium: it asks for nothing, fits window, phone and paper, and shuts nobody out."""

from __future__ import annotations

from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

import pytest

from surveyapp.domain.changes import update
from surveyapp.domain.geometry import point_hex
from surveyapp.services.merge_report import write_report
from surveyapp.services.merging import merge
from surveyapp.storage.gpkg import SurveyFile
from tests.browser.conftest import OpenPreview
from tests.helpers.surveys import apply, edit, fork, remove, sighting, sql, survey_with, uuid_of

URDU = "گلگت بلتستان ٹیم"
EVIL = '</script><script>alert("1")</script><img src=x onerror=alert(1)>'
LONG = "Swat-and-Shangla-emerald-survey-" * 6
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
WINDOWS = {"light": {}, "dark": {"color_scheme": "dark"}, "phone": PHONE}


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """Everything that a report can hold, in texts that try to break it."""
    base = survey_with(tmp_path / "base.gpkg", [sighting(n, locality=LONG) for n in range(1, 6)])
    a, b = fork(base, f"a{'_long' * 20}.gpkg"), fork(base, "گلگت.gpkg")
    edit(a, 1, EVIL, notes=EVIL, locality="here")
    edit(b, 1, URDU, notes=f"{URDU} " * 30, locality=LONG + "b")
    apply(a, update("sighting", uuid_of(2), {"geom": point_hex(72.36, 34.77)}))
    apply(b, update("sighting", uuid_of(2), {"geom": point_hex(72.37, 34.78)}))
    remove(a, 3)
    edit(b, 3, URDU, notes="still there")
    for path in (a, b):
        sql(path, "CREATE TABLE parcels (code TEXT UNIQUE, owner TEXT)")
        sql(path, "INSERT INTO parcels VALUES ('P-1', ?)", path.name)
    c = tmp_path / "c.gpkg"
    SurveyFile.create(c, {"name": EVIL, "team": URDU, "lead": URDU}).close()
    out, html = tmp_path / "national.gpkg", tmp_path / "report.html"
    merge(out, [c], author=URDU)
    write_report(merge(out, [c, a, b], author=EVIL), html)
    return html


@pytest.mark.parametrize("window", WINDOWS)
def test_it_is_quiet_and_shuts_nobody_out(open_file: OpenPreview, report: Path, window: str) -> None:
    page = open_file(report, ready=False, **WINDOWS[window])
    assert page.title() == "Merge report: national.gpkg"
    assert page.locator("script, img, iframe, link").count() == 0
    if find_spec("axe_playwright_python") is None:
        pytest.skip("axe-playwright-python is not on this machine")
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run()")["violations"]
    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []


@pytest.mark.parametrize("window", WINDOWS)
def test_only_tables_scroll_sideways(open_file: OpenPreview, report: Path, window: str) -> None:
    page = open_file(report, ready=False, **WINDOWS[window])
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("table").count() == 6


def test_the_style_is_let_in_and_follows_the_system(open_file: OpenPreview, report: Path) -> None:
    def ground(**how: str) -> str:
        return str(open_file(report, ready=False, **how).evaluate("getComputedStyle(document.body).backgroundColor"))

    assert ground() == "rgb(243, 244, 241)"
    assert ground(color_scheme="dark") == "rgb(22, 26, 32)"


def test_numbers_stand_under_each_other(open_file: OpenPreview, report: Path) -> None:
    page = open_file(report, ready=False)
    edges = page.evaluate("""[...document.querySelectorAll('.counts')].map(table => [...table.rows].map(row =>
        Math.round([...row.cells].at(-1).getBoundingClientRect().right)))""")
    assert len(edges) == 2 and all(len(set(table)) == 1 for table in edges)
    looks = page.evaluate("""[...document.querySelectorAll('td.number')].map(cell => getComputedStyle(cell))
        .map(style => style.textAlign + ' ' + style.fontVariantNumeric)""")
    assert set(looks) == {"end tabular-nums"}


def test_urdu_runs_from_right_to_left_and_file_names_do_not(open_file: OpenPreview, report: Path) -> None:
    page = open_file(report, ready=False)
    ways = page.evaluate("""[...document.querySelectorAll('bdi')].map(text =>
        [text.textContent, getComputedStyle(text).direction])""")
    assert [URDU, "rtl"] in ways
    assert ["گلگت.gpkg", "ltr"] in ways


def test_links_lead_to_what_is_to_be_decided(open_file: OpenPreview, report: Path) -> None:
    page = open_file(report, ready=False)
    for link, heading in (("disagreements", "Open disagreements"), ("row", "Rows that could not be taken")):
        page.locator(".verdict a", has_text=link).click()
        page.wait_for_function(
            "text => document.querySelector(':target h2').textContent.startsWith(text)", arg=heading
        )


def test_paper(open_file: OpenPreview, report: Path, tmp_path: Path) -> None:
    page = open_file(report, ready=False, color_scheme="dark", viewport={"width": 696, "height": 1000})
    page.emulate_media(media="print", color_scheme="dark")
    # A4 less its margins is 184 mm, 696 CSS pixels: nothing is cut off at the right, and ink is dark on white.
    wide = page.evaluate("""[...document.querySelectorAll('body *')].filter(one => one.tagName !== 'CAPTION')
        .filter(one => one.getBoundingClientRect().right > innerWidth + 1).map(one => one.outerHTML)""")
    assert wide == []
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(31, 36, 40)"
    full = page.locator("code.full")
    assert full.first.is_visible() and len(full.first.inner_text()) == 64
    assert not page.locator("code.short").first.is_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('thead')).display") == "table-header-group"
    pdf = page.pdf(prefer_css_page_size=True)
    assert pdf.startswith(b"%PDF") and b"/MediaBox [0 0 594" in pdf
