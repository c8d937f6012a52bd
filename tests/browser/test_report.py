"""The survey report in Chromium: it asks for nothing, shuts nobody out, and fits window, phone and paper."""

from __future__ import annotations

from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

import pytest

from surveyapp.services.session import Session
from surveyapp.services.survey_report import write_html
from tests.browser.conftest import OpenPreview
from tests.helpers.report_pages import in_dispute

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    with Session.open(in_dispute(folder / "merged.gpkg"), read_only=True) as session:
        write_html(session, folder / "report.html")
    return folder / "report.html"


def test_it_is_quiet_and_shuts_nobody_out(open_file: OpenPreview, report: Path) -> None:
    page = open_file(report, ready=False)
    assert page.locator("script, img, iframe, link").count() == 0
    assert page.evaluate("getComputedStyle(document.querySelector('.kicker')).color") == "rgb(11, 107, 87)"
    if find_spec("axe_playwright_python") is None:
        pytest.skip("axe-playwright-python is not on this machine")
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    # What is drawn inside a figure says nothing to a screen reader, which is given its title and description.
    found = page.evaluate("axe.run({exclude: [['svg.figure > *']]})")["violations"]
    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []


@pytest.mark.parametrize("window", [{}, PHONE], ids=["desk", "phone"])
def test_only_tables_scroll_sideways(open_file: OpenPreview, report: Path, window: dict[str, object]) -> None:
    page = open_file(report, ready=False, **window)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_paper(open_file: OpenPreview, report: Path) -> None:
    # A4 less its margins is 180 mm, 680 CSS pixels.
    page = open_file(report, ready=False, viewport={"width": 680, "height": 1000})
    page.emulate_media(media="print")
    wide = page.evaluate("""[...document.querySelectorAll('body *')].filter(one => !one.closest('svg'))
        .filter(one => one.getBoundingClientRect().right > innerWidth + 1).map(one => one.outerHTML.slice(0, 200))""")
    assert wide == []
    uncut = page.evaluate("""['figure', '.uncut', 'tr', '.sign-off'].map(
        name => getComputedStyle(document.querySelector(name)).breakInside)""")
    assert uncut == ["avoid"] * 4
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


def test_words_stay_inside_their_figures(open_file: OpenPreview, report: Path) -> None:
    page = open_file(report, ready=False)
    outside = page.evaluate("""[...document.querySelectorAll('svg.figure')].flatMap(figure => {
        const frame = figure.getBoundingClientRect();
        return [...figure.querySelectorAll('text')].filter(text => {
            const box = text.getBoundingClientRect();
            return box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1;
        }).map(text => text.textContent);
    })""")
    assert outside == []
