"""The preview on other screens, in Urdu, in the dark, on paper, in old browsers, and with hostile content."""

from __future__ import annotations

from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from surveyapp.domain.fields import SIGHTING
from surveyapp.domain.merge import Conflict, ConflictValue
from surveyapp.exchange.preview import PreviewOptions
from surveyapp.geo.basemap import basemap_geojson
from tests.browser.conftest import OpenPreview
from tests.browser.previews import build, columns, jpeg, photo, preview_data, sighting, uuid_of

PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
needs_axe = pytest.mark.skipif(
    find_spec("axe_playwright_python") is None, reason="axe-playwright-python is not on this machine"
)
RUN = "window.ran = true"
HOSTILE = (
    f"<script>{RUN}</script>",
    f"</script><script>{RUN}</script>",
    f"<img src=x onerror='{RUN}'>",
    f"${{{RUN}}} `${{{RUN}}}` {{{{7*7}}}} {{% raw %}}",
    f"\"'><svg onload=\"{RUN}\">",
    "<!--survey data--><!--policy--><!--survey photos-->",
    "javascript:" + RUN,
    "\u202egnp.exe\u2066 \u0000\u2028 😀 \ufeff",
    '=HYPERLINK("http://example.org","x")',
)  # fmt: skip


def phone_row(page: Page) -> None:
    page.locator(".tabs [data-view=list]").tap()
    page.locator(".rows [role=row]").first.tap()


@pytest.mark.parametrize("text", HOSTILE)
def test_text_is_never_more_than_text(open_preview: OpenPreview, text: str) -> None:
    stored = text.replace("\x00", "")
    values = {field.name: stored for field in SIGHTING if field.kind not in {"ref", "code"}}
    values |= {"gem": stored, "host_rock": stored, "review_status": stored, stored or "x": stored}
    sides = (ConflictValue(stored, stored, stored, stored), ConflictValue(stored, stored, stored, stored))
    data = preview_data(
        [sighting(1, **values), sighting(2)],
        title=stored,
        surveys=[{"uuid": "s", "name": stored, "team": stored, "lead": stored}],
        photos=[photo(1, 1, jpeg(), caption=stored, file_name=stored)],
        conflicts=[Conflict(stored, "sighting", uuid_of(1), "notes", stored, sides, stored)],
        layers={"area": columns("area", [{"uuid": "a", "name": stored, "holder": stored}])},
        areas={"a": [[(71.0, 34.0), (72.0, 34.0), (72.0, 34.4), (71.0, 34.0)]]},
    )
    page = open_preview(data)

    assert page.title().split() == stored.split()
    page.locator(f"[data-uuid='{uuid_of(1)}']").click()
    notes = page.locator(".leaflet-popup .card").evaluate(
        "(card, text) => [...card.querySelectorAll('dd bdi')].filter((one) => one.textContent === text).length", stored
    )
    assert notes > 10
    page.locator(".thumb").click()
    page.keyboard.press("Escape")
    page.locator("#filter-toggle").click()
    page.locator("#search").fill(stored[:20])
    page.locator("#info").click()
    page.locator("#about-close").click()
    page.locator("#language").click()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("window.ran") is None
    assert page.evaluate("document.querySelectorAll('body script:not([type])').length") == 1
    assert page.evaluate("document.querySelectorAll('iframe, object, embed, base, link, form[action]').length") == 0


def test_half_a_character_does_not_break_the_page(open_preview: OpenPreview) -> None:
    half = "stone \ud83d here"
    page = open_preview(preview_data([sighting(1, locality=half)], title=half))

    page.locator(".rows [role=row]").click()
    expect(page.locator(".leaflet-popup h2")).to_have_text("stone ? here")


def test_a_note_of_a_megabyte_is_cut_until_asked_for(open_preview: OpenPreview) -> None:
    note = "لمبا نوٹ " * 120_000
    page = open_preview(preview_data([sighting(1, notes=note, locality="x" * 100_000), sighting(2)]))

    page.locator(f"[data-uuid='{uuid_of(1)}']").click()
    assert len(page.locator(".leaflet-popup .card").inner_text()) < 10_000
    page.locator(".leaflet-popup .card .whole").click()
    page.locator(".leaflet-popup .chunk").first.wait_for()
    shown = page.locator(".leaflet-popup .chunk").evaluate_all("all => all.map((one) => one.textContent).join('')")
    assert shown == note


def test_values_of_the_wrong_type_are_shown_as_they_are(open_preview: OpenPreview) -> None:
    rows = [
        sighting(1, accuracy_m="about ten", observed_at="last week", stone_count=2.5, satellites=b"\x00\x01"),
        sighting(2, accuracy_m=3, observed_at="2026-11-05T01:02:03.000Z", stone_count=2**60),
    ]
    page = open_preview(preview_data(rows))

    page.locator(f"[data-uuid='{uuid_of(1)}']").click()
    text = page.locator(".leaflet-popup .card").inner_text()
    for expected in ("about ten", "last week", "2.5", "(2 bytes)"):
        assert expected in text
    page.locator(f"[data-uuid='{uuid_of(2)}']").click()
    expect(page.locator(".leaflet-popup h2")).to_have_text("Place 2")
    assert str(2**60) in page.locator(".leaflet-popup .card").inner_text()


def test_urdu_turns_the_page_round(open_preview: OpenPreview) -> None:
    rows = [sighting(1, gem="ruby", accuracy_m=4.5, observed_at="2026-11-05T01:02:03.000Z"), sighting(2)]
    page = open_preview(preview_data(rows, basemap=basemap_geojson()))

    page.locator("#language").click()

    root = page.locator("html")
    expect(root).to_have_attribute("dir", "rtl")
    expect(root).to_have_attribute("lang", "ur")
    expect(page.locator("#legend-gems")).to_contain_text("یاقوت")
    expect(page.locator("#legend-gems")).not_to_contain_text("Ruby")
    page.locator(f"[data-uuid='{uuid_of(1)}']").click()
    expect(page.locator(".leaflet-popup .card")).to_contain_text("درستی ± ")
    expect(page.locator(".leaflet-popup .card")).to_contain_text("وقت مشاہدہ")
    map_box = page.locator("#map-side").bounding_box()
    list_box = page.locator("#list-side").bounding_box()
    assert map_box is not None
    assert list_box is not None
    assert list_box["x"] < map_box["x"]
    page.locator("#language").click()
    expect(root).to_have_attribute("dir", "ltr")


def test_the_dark_follows_the_system_until_chosen(open_preview: OpenPreview) -> None:
    page = open_preview(preview_data([sighting(1)], basemap=basemap_geojson()), color_scheme="dark")
    root = page.locator("html")
    expect(root).to_have_attribute("data-theme", "dark")
    dark = page.locator(".folium-map").screenshot()

    page.locator("#theme").click()
    expect(root).to_have_attribute("data-theme", "light")
    assert page.locator(".folium-map").screenshot() != dark
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    expect(root).to_have_attribute("data-theme", "light")


def test_a_phone_shows_one_side_at_a_time(open_preview: OpenPreview) -> None:
    page = open_preview(preview_data([sighting(n) for n in range(1, 40)], title="A long title " * 9), **PHONE)
    expect(page.locator("#list-side")).to_be_hidden()
    expect(page.locator("#legend")).not_to_have_attribute("open", "")

    phone_row(page)

    expect(page.locator("#map-side")).to_be_hidden()
    expect(page.locator("#sheet .card")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("#sheet-close").tap()
    page.locator(".tabs [data-view=map]").tap()
    expect(page.locator(".folium-map")).to_be_visible()
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, .leaflet-bar a, summary')]
        .filter((one) => one.offsetWidth && Math.min(one.offsetHeight, one.offsetWidth) < 34)
        .map((one) => one.outerHTML.slice(0, 80))"""
    )
    assert small == []


def test_a_narrow_window_is_followed(open_preview: OpenPreview) -> None:
    page = open_preview(preview_data([sighting(1), sighting(2)]))
    page.locator(f"[data-uuid='{uuid_of(1)}']").click()

    page.set_viewport_size({"width": 500, "height": 800})
    expect(page.locator(".leaflet-popup")).to_have_count(0)
    phone = page.locator(".tabs [data-view=list]")
    phone.click()
    page.locator(f"[data-uuid='{uuid_of(2)}']").click()
    expect(page.locator("#sheet .card")).to_be_visible()


def test_paper_gets_the_map_and_the_list(open_preview: OpenPreview) -> None:
    page = open_preview(preview_data([sighting(n) for n in range(1, 1102)]), color_scheme="dark")

    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("#print-list tbody tr")).to_have_count(1000)
    expect(page.locator("#print-list")).to_contain_text("and 101 more")
    expect(page.locator("#list-side")).to_be_hidden()
    colours = page.locator("#print-map canvas").evaluate(
        """(canvas) => new Set(new Uint32Array(
            canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size"""
    )
    assert colours > 50
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(page.locator("#print-list tr")).to_have_count(0)
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_an_older_browser_unpacks_by_itself(open_preview: OpenPreview) -> None:
    rows = [sighting(n, notes=f"note {n} " * 20 if n % 3 else None) for n in range(3000)]
    old = """
        delete window.DecompressionStream;
        delete Uint8Array.fromBase64;
        Object.defineProperty(window, "localStorage", { get() { throw new Error("refused"); } });
    """
    page = open_preview(preview_data(rows), before=old)

    expect(page.locator("#found")).to_have_text("3,000 sightings")
    assert page.evaluate("row => Survey.sightings.value(row, 'notes')", 2000) == rows[2000]["notes"]


def test_a_damaged_file_says_so(tmp_path: Path, open_file: OpenPreview, faults: list[str]) -> None:
    path = build(preview_data([sighting(1)]), tmp_path / "preview.html")
    html = path.read_text()
    at = html.index('id="survey-data">') + 40
    path.write_text(html[:at] + html[at + 40 :])

    page = open_file(path, ready=False)

    expect(page.locator("#notice")).to_contain_text("The records in this file cannot be shown")
    assert len(faults) == 1
    faults.clear()


def test_the_policy_of_the_page_stops_what_it_did_not_bring(open_preview: OpenPreview, faults: list[str]) -> None:
    page = open_preview(preview_data([sighting(1)]))
    page.evaluate(
        """() => {
            const script = document.createElement('script');
            script.textContent = 'window.ran = true';
            document.body.append(script);
            new Image().src = 'https://example.org/x.png';
            fetch('https://example.org/').catch(() => {});
        }"""
    )
    page.wait_for_timeout(200)
    assert page.evaluate("window.ran") is None
    for directive in ("script-src", "img-src", "connect-src"):
        assert any("Content Security Policy" in line and directive in line for line in faults), directive
    assert not [line for line in faults if line.startswith("request")]
    faults.clear()


def test_the_public_edition_says_what_it_is(open_preview: OpenPreview) -> None:
    rows = [sighting(1, longitude=72.36077, latitude=34.77254, observer="Gul Rahman", accuracy_m=4.0)]
    options = {"audience": "public", "options": PreviewOptions(grid_deg=0.2)}
    page = open_preview(preview_data(rows), options)

    expect(page.locator("#notice")).to_contain_text("Public edition: positions are rounded to cells of 0.2°")
    page.locator(".rows [role=row]").click()
    text = page.locator(".leaflet-popup .card").inner_text()
    assert "34.700000° N, 72.300000° E" in text
    assert "Somewhere in a cell of 0.2°" in text
    assert "Gul" not in page.content()
    assert page.evaluate("map_survey.getMaxZoom()") == 12


def test_nothing_moves_for_those_who_asked_for_that(open_preview: OpenPreview) -> None:
    page = open_preview(preview_data([sighting(1), sighting(2)]), reduced_motion="reduce")
    assert page.evaluate("[map_survey.options.zoomAnimation, map_survey.options.fadeAnimation]") == [False, False]


@needs_axe
@pytest.mark.parametrize("where", ["desktop", "record", "dark", "urdu", "phone", "phone record", "about"])
def test_nothing_shuts_anybody_out(open_preview: OpenPreview, where: str) -> None:
    rows = [
        sighting(n, accuracy_m=3.0, observer="Gul", presence="absent" if n == 3 else "present") for n in range(1, 9)
    ]
    data = preview_data(
        rows, photos=[photo(1, 1, jpeg())], basemap=basemap_geojson(), surveys=[{"uuid": "s", "team": "Alpha"}]
    )
    how = PHONE if where.startswith("phone") else {"color_scheme": "dark"} if where == "dark" else {}
    page = open_preview(data, **how)
    if where in {"record", "dark", "urdu"}:
        page.locator("#filter-toggle").click()
        page.locator(f"[data-uuid='{uuid_of(1)}']").click()
    if where == "urdu":
        page.locator("#language").click()
    if where == "phone record":
        phone_row(page)
    if where == "about":
        page.locator("#info").click()
    assert barriers(page) == []


def barriers(page: Page, where: str = "html") -> list[Any]:
    """What axe-core finds on the page, or a part of it, as it is."""
    page.wait_for_function("() => document.getAnimations().length === 0")
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("where => axe.run(where)", where)["violations"]
    return [(one["id"], [node["target"] for node in one["nodes"]]) for one in found]
