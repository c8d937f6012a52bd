"""The preview in a real browser, as a reviewer meets it: look, click, search, sort, filter."""

from __future__ import annotations

import io
import re
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from surveyapp.domain.fields import SIGHTING
from surveyapp.domain.gems import GEM_BY_CODE, GEMS
from surveyapp.domain.merge import Conflict, ConflictValue
from surveyapp.exchange.preview import HistorySummary, PreviewOptions
from surveyapp.geo.basemap import basemap_geojson
from tests.browser.conftest import OpenPreview
from tests.browser.previews import columns, jpeg, one_of_each_gem, photo, preview_data, sighting, uuid_of
from tests.unit.ground_files import tile_bytes, tile_of, write_mbtiles

Pixel = tuple[int, int, int]


def rgb(colour: str) -> Pixel:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def place_of(page: Page, row: int) -> tuple[float, float]:
    """Where on the page a sighting is drawn."""
    script = """row => {
        const at = map_survey.latLngToContainerPoint([
            Survey.sightings.value(row, "latitude"), Survey.sightings.value(row, "longitude")]);
        const box = map_survey.getContainer().getBoundingClientRect();
        return [box.x + at.x, box.y + at.y];
    }"""
    x, y = page.evaluate(script, row)
    return x, y


def pixel(page: Page, row: int) -> Pixel:
    x, y = place_of(page, row)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    found = picture.getpixel((round(x), round(y)))
    assert isinstance(found, tuple)
    return found[0], found[1], found[2]


def close_to(one: Pixel, other: Pixel) -> bool:
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) <= 6


def card(page: Page) -> str:
    return page.locator(".leaflet-popup .card").inner_text()


def test_every_gem_is_drawn_in_its_colour_and_counted(open_preview: OpenPreview) -> None:
    page = open_preview(preview_data(one_of_each_gem(), basemap=basemap_geojson()))

    for row, gem in enumerate(GEMS):
        assert close_to(pixel(page, row), rgb(gem.colour)), gem.code
        expect(page.locator("#legend-gems label", has_text=gem.label)).to_contain_text("1")
    expect(page.locator("#found")).to_have_text(f"{len(GEMS)} sightings")
    expect(page.locator(".rows [role=row]")).to_have_count(len(GEMS))
    expect(page.locator("h1")).to_have_text("Swat valley")
    expect(page.locator("#crowded")).to_be_hidden()


def test_an_absence_is_hollow(open_preview: OpenPreview) -> None:
    page = open_preview(preview_data([sighting(1, gem="ruby", presence="absent"), sighting(2, gem="ruby")]))

    assert pixel(page, 0) == (255, 255, 255)
    assert close_to(pixel(page, 1), rgb(GEM_BY_CODE["ruby"].colour))
    expect(page.locator("#legend-key")).to_contain_text("Visited, none found")


def test_a_click_shows_every_fact_with_its_origin(open_preview: OpenPreview) -> None:
    values = {
        field.name: field.vocabulary.codes[-1] if field.vocabulary else f"text of {field.name}"
        for field in SIGHTING
        if field.kind in {"text", "notes", "code"}
    }
    values |= {
        "gem": "peridot", "satellites": 11, "hdop": 0.9, "accuracy_m": 4.25, "elevation_m": 3120.5,
        "samples_averaged": 60, "stone_count": 17, "largest_mm": 8.5, "total_carats": 12.75,
        "processed_t": 1.5, "processed_m3": 0.75, "bottom_screen_mm": 2.0,
        "observed_at": "2026-11-03T04:05:06.789Z", "survey_uuid": "s1",
    }  # fmt: skip
    row = sighting(1, **values, lab_remark="a column of QGIS")
    history = {
        uuid_of(1): HistorySummary("r-17", 3, "Gul", "2026-11-04T01:02:03.000Z", "Office", "2026-11-05T01:02:03.000Z")
    }
    surveys = [{"uuid": "s1", "name": "Swat", "team": "Alpha party", "lead": "Gul Rahman"}]
    page = open_preview(preview_data([row], surveys=surveys, history=history))

    page.mouse.click(*place_of(page, 0))

    text = card(page)
    for field in SIGHTING:
        value = values.get(field.name)
        if field.kind in {"text", "notes"}:
            assert str(value) in text, field.name
        elif field.kind == "code" and field.name != "gem":
            assert field.vocabulary is not None
            assert field.vocabulary.label(value).lower() in text.lower(), field.name
        if field.kind in {"integer", "real"} and field.name != "accuracy_m":
            assert re.search(rf"{re.escape(field.label)}\s+{value:,g}", text), field.name
    for expected in (
        "Peridot", "34.500000° N, 71.250000° E", "Accuracy ± 4.25 m", "2026-11-03 04:05 UTC", "Alpha party",
        "Gul · 2026-11-04 01:02 UTC", "Last of 3 versions by", "Office · 2026-11-05", "r-17", uuid_of(1),
        "Columns added by others", "a column of QGIS",
    ):  # fmt: skip
        assert expected in text, expected
    assert page.evaluate("location.hash") == f"#{uuid_of(1)}"


def test_an_unknown_accuracy_is_called_unknown(open_preview: OpenPreview) -> None:
    page = open_preview(preview_data([sighting(1, position_source="typed")]))

    page.locator(".rows [role=row]").click()

    assert "Accuracy unknown" in card(page)
    assert "Position from: Typed" in card(page)
    expect(page.locator(".rows .c-accuracy")).to_have_text("unknown")


def test_photos_are_seen_small_and_large(open_preview: OpenPreview) -> None:
    photos = [
        photo(1, 2, jpeg("#884422"), caption="The pit", file_name="a.jpg"),
        photo(2, 2, jpeg("#224488"), caption="The stone"),
        photo(3, 2, b"no photo at all"),
    ]
    page = open_preview(preview_data([sighting(1), sighting(2)], photos=photos))
    expect(page.locator("#notice")).to_contain_text("1 photos cannot be shown")

    page.mouse.click(*place_of(page, 1))
    thumbs = page.locator(".thumb img")
    expect(thumbs).to_have_count(2)
    assert thumbs.evaluate_all("all => all.every((one) => one.complete && one.naturalWidth > 100)")
    assert "1 more not in this file" in card(page)

    thumbs.first.click()
    large = page.locator("#viewer-image")
    expect(large).to_be_visible()
    expect(page.locator("#viewer-caption")).to_have_text("The pit · a.jpg")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#viewer-caption")).to_have_text("The stone")
    page.keyboard.press("Escape")
    expect(large).to_be_hidden()
    expect(page.locator(".leaflet-popup")).to_be_visible()


def test_the_legend_switches_gems(open_preview: OpenPreview) -> None:
    page = open_preview(preview_data([sighting(1, gem="ruby"), sighting(2, gem="emerald"), sighting(3, gem="ruby")]))
    ruby = page.locator("#legend-gems label", has_text="Ruby")

    ruby.locator("input").uncheck()

    expect(page.locator("#found")).to_have_text("1 of 3 sightings")
    expect(page.locator(".rows [role=row]")).to_have_count(1)
    assert not close_to(pixel(page, 0), rgb(GEM_BY_CODE["ruby"].colour))
    expect(ruby).to_contain_text("2")

    page.locator("#clear").click()
    expect(ruby.locator("input")).to_be_checked()
    assert close_to(pixel(page, 0), rgb(GEM_BY_CODE["ruby"].colour))


def test_search_finds_words_in_any_script_and_by_any_name(open_preview: OpenPreview) -> None:
    page = open_preview(
        preview_data([
            sighting(1, gem="ruby", notes="سرخ پتھر، نالہ کے کنارے"),
            sighting(2, gem="emerald", host_rock="marble", locality="Mingora"),
            sighting(3, gem="topaz", locality="Mingora Élan"),
        ])
    )  # fmt: skip

    def finds(words: str, *expected: str) -> None:
        for text, uuids in (("", (one, two, three)), (words, expected)):
            page.locator("#search").fill(text)
            page.wait_for_function(
                """uuids => JSON.stringify(
                    [...document.querySelectorAll(".rows [role=row]")].map((row) => row.dataset.uuid).sort()
                ) === JSON.stringify(uuids)""",
                arg=list(uuids),
            )

    one, two, three = uuid_of(1), uuid_of(2), uuid_of(3)
    finds("نالہ", one)
    finds("یاقوت", one)
    finds("mingora", two, three)
    finds("mingora elan", three)
    finds("marble", two)
    finds("سنگ مرمر", two)
    finds(three[:13], three)
    finds("nothing of the kind")
    expect(page.locator("#empty-map")).to_be_visible()


def test_filters_narrow_the_list(open_preview: OpenPreview) -> None:
    rows = [
        sighting(1, observer="Gul", observed_at="2026-11-01T10:00:00.000Z", accuracy_m=3.0),
        sighting(2, observer="Amir", observed_at="2026-11-05T23:59:59.000Z", accuracy_m=50.0, review_status="accepted"),
        sighting(3, observer="Amir", observed_at="2026-11-09T10:00:00.000Z", presence="absent"),
    ]
    page = open_preview(preview_data(rows))
    page.locator("#filter-toggle").click()
    found = page.locator("#found")

    page.locator("[name=observer]").select_option("Amir")
    expect(found).to_have_text("2 of 3 sightings")
    page.locator("[name=to]").fill("2026-11-05")
    expect(found).to_have_text("1 of 3 sightings")
    expect(page.locator("#filter-count")).to_have_text("2")
    page.locator("#clear").click()
    page.locator("[name=accuracy]").select_option("unknown")
    expect(page.locator(".rows [role=row]")).to_have_attribute("data-uuid", uuid_of(3))
    page.locator("[name=accuracy]").select_option("5")
    expect(page.locator(".rows [role=row]")).to_have_attribute("data-uuid", uuid_of(1))
    page.locator("[name=accuracy]").select_option("")
    page.locator("[name=review_status]").select_option("accepted")
    expect(page.locator(".rows [role=row]")).to_have_attribute("data-uuid", uuid_of(2))
    page.locator("[name=review_status]").select_option("")
    page.locator("[name=presence]").select_option("absent")
    expect(page.locator(".rows [role=row]")).to_have_attribute("data-uuid", uuid_of(3))


def test_the_list_sorts_and_puts_nothing_last(open_preview: OpenPreview) -> None:
    rows = [
        sighting(1, accuracy_m=5.0),
        sighting(2, accuracy_m=None),
        sighting(3, accuracy_m=1.5),
        sighting(4, accuracy_m=12.0),
    ]
    page = open_preview(preview_data(rows))

    def order() -> list[str]:
        script = "all => all.sort((a, b) => a.dataset.at - b.dataset.at).map((one) => one.dataset.uuid)"
        uuids: list[str] = page.locator(".rows [role=row]").evaluate_all(script)
        return uuids

    head = page.locator(".head .c-accuracy")
    head.locator("button").click()
    assert order() == [uuid_of(n) for n in (3, 1, 4, 2)]
    expect(head).to_have_attribute("aria-sort", "ascending")
    head.locator("button").click()
    assert order() == [uuid_of(n) for n in (4, 1, 3, 2)]


def test_the_keyboard_alone_reads_a_record(open_preview: OpenPreview) -> None:
    page = open_preview(preview_data([sighting(n, observed_at=f"2026-11-0{n}T10:00:00.000Z") for n in range(1, 6)]))

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the link that skips the map
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    focused = "document.activeElement.dataset.uuid"
    assert page.evaluate(focused) == uuid_of(3)
    page.keyboard.press("Enter")
    expect(page.locator(".leaflet-popup h2")).to_be_focused()
    assert "Place 3" in card(page)
    page.keyboard.press("Escape")
    expect(page.locator(".leaflet-popup")).to_have_count(0)
    assert page.evaluate(focused) == uuid_of(3)
    page.keyboard.press("End")
    assert page.evaluate(focused) == uuid_of(1)


def test_a_link_with_a_uuid_opens_that_record(open_preview: OpenPreview) -> None:
    page = open_preview(preview_data([sighting(1), sighting(2)]), fragment="#" + uuid_of(2))
    assert "Place 2" in card(page)

    page.evaluate(f"location.hash = '{uuid_of(1)}'")
    expect(page.locator(".leaflet-popup h2")).to_have_text("Place 1")
    page.evaluate("location.hash = 'no-such-record'")
    expect(page.locator(".leaflet-popup h2")).to_have_text("Place 1")


def test_crowded_places_are_grouped_and_the_page_says_so(open_preview: OpenPreview) -> None:
    crowd = [sighting(n, longitude=72.0 + n % 20 * 0.001, latitude=34.0 + n // 20 * 0.001) for n in range(400)]
    together = [sighting(n, longitude=74.5, latitude=36.0, locality=f"Together {n}") for n in range(400, 430)]
    page = open_preview(preview_data(crowd + together))
    badge = page.locator("#crowded")
    expect(badge).to_contain_text("430 sightings drawn as")

    page.mouse.click(*place_of(page, 400))
    expect(badge).to_contain_text("30 sightings drawn as one group")
    page.mouse.click(*place_of(page, 400))
    picks = page.locator(".leaflet-popup .pick")
    expect(picks).to_have_count(30)
    picks.first.click()
    expect(page.locator(".leaflet-popup h2")).to_have_text("Together 400")


def test_layers_are_switched_and_shapes_opened(open_preview: OpenPreview) -> None:
    layers = {
        "track": columns("track", [{"uuid": "t", "name": "Ridge walk", "observer": "Gul"}]),
        "area": columns("area", [{"uuid": "a", "name": "Licence 7", "kind": "licence", "holder": "Swat Gems"}]),
        "estimate": columns("estimate", [{"uuid": "e", "area_uuid": "a", "gem": "emerald", "best_ct": 1200.0}]),
    }
    square = [[(71.0, 34.0), (72.0, 34.0), (72.0, 34.4), (71.0, 34.4), (71.0, 34.0)]]
    data = preview_data(
        [sighting(0), sighting(4)],
        layers=layers,
        tracks={"t": [[(71.1, 34.6), (71.9, 34.9)]]},
        areas={"a": square},
        basemap=basemap_geojson(),
    )
    page = open_preview(data)
    at = page.evaluate(
        """() => { const p = map_survey.latLngToContainerPoint([34.2, 71.5]);
        const box = map_survey.getContainer().getBoundingClientRect(); return [box.x + p.x, box.y + p.y]; }"""
    )
    page.mouse.click(*at)
    text = card(page)
    assert "Licence 7" in text
    assert "Swat Gems" in text
    assert "1,200" in text

    page.locator("#legend-layers label", has_text="Areas").locator("input").uncheck()
    page.keyboard.press("Escape")
    page.mouse.click(*at)
    expect(page.locator(".leaflet-popup")).to_have_count(0)
    page.locator("#legend-layers label", has_text="Sightings").locator("input").uncheck()
    assert not close_to(pixel(page, 0), rgb(GEM_BY_CODE["emerald"].colour))
    for name in ("Graticule", "Outline", "Density"):
        before = page.locator(".folium-map").screenshot()
        page.locator("#legend-layers label", has_text=name).locator("input").click()
        assert page.locator(".folium-map").screenshot() != before, name


def test_the_map_of_the_office_lies_under_the_points(open_preview: OpenPreview, tmp_path: Path) -> None:
    tiles = {(zoom, *tile_of(zoom, 71.0, 34.5)): tile_bytes((200, 40, 90)) for zoom in (6, 7)}
    path = write_mbtiles(tmp_path / "office.mbtiles", tiles, {"attribution": "<b>Survey</b> of Pakistan"})
    options = {"options": PreviewOptions(ground=path, ground_zooms=(6, 7))}
    page = open_preview(preview_data([sighting(0, gem="ruby"), sighting(1)], basemap=basemap_geojson()), options)
    page.wait_for_function("() => [...document.querySelectorAll('.leaflet-tile')].every((one) => one.complete)")

    expect(page.locator("#credit")).to_have_text("office · Survey of Pakistan")
    x, y = place_of(page, 0)
    around = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    beside = around.getpixel((round(x), round(y) - 40))
    assert isinstance(beside, tuple)
    assert close_to((beside[0], beside[1], beside[2]), (200, 40, 90))
    assert close_to(pixel(page, 0), rgb(GEM_BY_CODE["ruby"].colour))
    page.locator("#legend-layers label", has_text="Map of the office").locator("input").uncheck()
    expect(page.locator("#credit")).to_be_hidden()
    assert page.locator(".leaflet-tile").count() == 0


def test_children_and_conflicts_belong_to_the_card(open_preview: OpenPreview) -> None:
    layers = {
        "orientation": columns("orientation", [{"uuid": "o", "sighting_uuid": uuid_of(1), "structure": "foliation"}]),
        "sample": columns("sample", [{"uuid": "p", "sighting_uuid": uuid_of(1), "sample_id": "AL-7"}]),
        "certificate": columns("certificate", [
            {"uuid": "c", "sample_uuid": "p", "laboratory": "A laboratory", "treatment_result": "not-tested"}]),
    }  # fmt: skip
    sides = (
        ConflictValue("marble", "Gul", "2026-11-05T01:02:03.000Z", "r1"),
        ConflictValue(None, None, None, "r2"),
    )
    conflicts = [Conflict("k", "sighting", uuid_of(1), "host_rock", "schist", sides, "marble")]
    page = open_preview(preview_data([sighting(1), sighting(2)], layers=layers, conflicts=conflicts))

    page.locator(f"[data-uuid='{uuid_of(1)}']").click()
    text = card(page)
    for expected in (
        "Open conflicts", "Gul 2026-11-05 01:02", "Marble", "(empty)", "Schist", "Foliation", "AL-7",
        "A laboratory", "Not tested",
    ):  # fmt: skip
        assert expected in text, expected
    page.locator("#filter-toggle").click()
    page.locator("[name=conflicts]").check()
    expect(page.locator(".rows [role=row]")).to_have_count(1)


def test_a_distance_is_measured(open_preview: OpenPreview) -> None:
    page = open_preview(preview_data([sighting(1), sighting(2)]))

    page.locator("button[data-t-label=measure]").click()
    page.mouse.click(*place_of(page, 0))
    page.mouse.click(*place_of(page, 1))

    # 0.25° of longitude at 34.5° N on a sphere of 6371 km.
    label = page.locator(".measure-label").inner_text()
    assert abs(float(label.removesuffix(" km")) - 22.91) < 0.25
    expect(page.locator(".leaflet-popup")).to_have_count(0)


def test_sightings_without_a_position_are_in_the_list(open_preview: OpenPreview) -> None:
    page = open_preview(preview_data([sighting(1), sighting(2, longitude=None, latitude=None)]))

    expect(page.locator("#notice")).to_have_text("1 without a position are in the list only.")
    page.locator(f"[data-uuid='{uuid_of(2)}']").click()
    expect(page.locator("#sheet")).to_contain_text("No position recorded")
    page.locator("#sheet-close").click()
    expect(page.locator("#sheet")).to_be_hidden()


def test_an_empty_survey_opens_on_the_country(open_preview: OpenPreview) -> None:
    page = open_preview(preview_data([], basemap=basemap_geojson()))

    expect(page.locator("#found")).to_have_text("0 sightings")
    assert page.evaluate(
        "map_survey.getBounds().contains([30.2, 67.0]) && map_survey.getBounds().contains([35.9, 74.3])"
    )
