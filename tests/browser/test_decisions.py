"""Decisions on the page: given on a card, for a set, taken back, and written as decisions.json."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from surveyapp.exchange.decisions import parse
from surveyapp.exchange.preview import HistorySummary, PreviewOptions, PreviewPackage
from surveyapp.geo.basemap import basemap_geojson
from tests.browser.conftest import OpenPreview
from tests.browser.previews import BUILT, columns, preview_data, revision_of, sighting, under_review, uuid_of
from tests.browser.test_preview import place_of
from tests.browser.test_preview_anywhere import HOSTILE, PHONE, RUN, barriers, needs_axe

BUILT_AT = datetime.fromisoformat(BUILT)
NAME = "localStorage.setItem('surveyapp.reviewer', 'Amir Zeb')"
"""A reviewer who has given the name before."""


def row_of(page: Page, number: int) -> Any:
    return page.locator(f".rows [data-uuid='{uuid_of(number)}']")


def decide(page: Page, number: int, verdict: str, reason: str = "", name: str = "") -> None:
    row_of(page, number).click()
    page.locator(f".verdicts button[data-verdict={verdict}]").click()
    if reason:
        page.locator(".verdict textarea").fill(reason)
    if name:
        page.locator(".verdict input[autocomplete=name]").fill(name)
    if reason or name:
        page.locator(".verdict .main").click()


def saved(page: Page, folder: Path) -> dict[str, Any]:
    """The file that the page gives to be saved."""
    page.locator("#decisions-open").click()
    with page.expect_download() as download:
        page.locator("#decisions-save").click()
    target = folder / download.value.suggested_filename
    download.value.save_as(target)
    page.locator("#decisions-close").click()
    text = target.read_text(encoding="utf-8")
    taken = parse(text)  # as the program takes it in
    file: dict[str, Any] = json.loads(text)
    assert [asdict(one) | {"decided_at": ""} for one in taken.decisions] == [
        one | {"decided_at": ""} for one in file["decisions"]
    ]
    return file


def checksum(file: dict[str, Any]) -> str:
    """As agreed with the program that takes the file in, computed independently of the page."""
    rest = {key: value for key, value in file.items() if key != "checksum"}
    text = json.dumps(rest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_verdict_asks_for_what_it_needs_and_is_written(open_preview: OpenPreview, tmp_path: Path) -> None:
    page = open_preview(under_review(), {"options": PreviewOptions(built_at=BUILT_AT)})
    row_of(page, 1).click()

    page.locator(".verdicts [data-verdict=has-issues]").click()
    page.locator(".verdict .main").click()
    expect(page.locator(".verdict .trouble")).to_contain_text("Write the reason")
    page.locator(".verdict textarea").fill('  کون سی رگ؟ "Which\\ vein"\u2028\t ')
    page.locator(".verdict .main").click()
    expect(page.locator(".verdict .trouble")).to_contain_text("Write your name")
    page.locator(".verdict input[autocomplete=name]").fill("Amir Zeb")
    page.locator(".verdict select").select_option("host_rock")
    page.locator(".verdict .main").click()

    expect(page.locator(".standing")).to_contain_text("Needs work about Host rock")
    expect(row_of(page, 1).locator(".chip")).to_have_text("Needs work")
    expect(page.locator("#decisions-count")).to_have_text("1")
    assert page.title().startswith("● ")
    file = saved(page, tmp_path)
    (decision,) = file.pop("decisions")
    assert decision.pop("decided_at") <= file["saved_at"]
    assert decision == {
        "layer": "sighting", "record": uuid_of(1), "revision": revision_of(1), "verdict": "has-issues",
        "field": "host_rock", "reason": 'کون سی رگ؟ "Which\\ vein"', "same_as": "",
    }  # fmt: skip
    assert (file["surveyapp_decisions"], file["surveys"], file["title"]) == (1, [uuid_of(900)], "Swat valley")
    assert (file["built_at"], file["reviewer"]) == (BUILT, "Amir Zeb")
    assert not page.title().startswith("●")


def test_the_checksum_is_that_of_python(open_preview: OpenPreview) -> None:
    page = open_preview(preview_data([]))
    for length in (0, 1, 54, 55, 56, 63, 64, 65, 119, 120, 1000):
        text = "".join(chr(0x20 + (n * 7919) % 0x7B0) for n in range(length)) + "😀" * (length % 3)
        assert page.evaluate("text => Survey.sha256(text)", text) == hashlib.sha256(text.encode()).hexdigest(), length
    file = {"b": [1, '\u007f\u0000\u001f\b\f\n\r\t"\\/\u2028é'], "a": {"z": "", "ä": 2}, "checksum": "x"}
    assert page.evaluate("file => Survey.checksum(file)", file) == checksum(file)
    halves = "['a\\ud83d b', '\\ude00c', '\\ud83d\\ud83d\\ude00', '\\ude00\\ude00']"
    whole = json.dumps(["a\ufffd b", "\ufffdc", "\ufffd😀", "\ufffd\ufffd"], ensure_ascii=False, separators=(",", ":"))
    assert page.evaluate(f"Survey.canonical({halves})") == whole
    page.evaluate("delete String.prototype.toWellFormed")
    assert page.evaluate(f"Survey.canonical({halves})") == whole


def test_keys_decide_and_lead_on(open_preview: OpenPreview) -> None:
    page = open_preview(under_review(4), before=NAME)
    row_of(page, 4).click()

    page.keyboard.press("a")
    expect(row_of(page, 4).locator(".chip")).to_have_text("Accepted")
    page.keyboard.press("j")
    expect(page.locator(".leaflet-popup h2")).to_have_text("Place 3")
    page.keyboard.press("r")
    expect(page.locator(".verdict textarea")).to_be_focused()
    page.keyboard.type("a n r j")  # letters in a text are letters
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(row_of(page, 3).locator(".chip")).to_have_text("Rejected")
    page.keyboard.press("j")
    expect(page.locator(".leaflet-popup h2")).to_have_text("Place 2")
    page.keyboard.press("Escape")
    page.keyboard.press("a")  # nothing is open
    expect(page.locator("#decisions-count")).to_have_text("2")


def test_undo_takes_back_and_removal_too(open_preview: OpenPreview, tmp_path: Path) -> None:
    page = open_preview(under_review(), before=NAME)
    decide(page, 2, "accepted")
    page.locator("#toast-undo").click()
    expect(page.locator("#decisions-count")).to_be_hidden()
    decide(page, 2, "accepted")
    decide(page, 2, "rejected", "No emerald")
    page.locator(".standing .link", has_text="Remove").click()
    expect(page.locator(".standing")).to_have_count(0)
    page.locator("#toast-undo").click()
    expect(page.locator(".standing")).to_contain_text("No emerald")
    page.locator("#decisions-open").click()
    page.locator("#decisions-undo").click()
    expect(page.locator("#decisions-list")).to_contain_text("Accepted")
    page.locator("#decisions-list .link", has_text="Change").click()
    expect(page.locator(".verdict form")).to_be_visible()
    page.locator(".verdict textarea").fill("Seen myself")
    page.locator(".verdict .main").click()
    assert [one["reason"] for one in saved(page, tmp_path)["decisions"]] == ["Seen myself"]


def test_the_same_as_is_found_by_nearness_by_word_and_by_pointing(open_preview: OpenPreview, tmp_path: Path) -> None:
    page = open_preview(under_review(), before=NAME)
    row_of(page, 2).click()
    page.locator(".verdicts [data-verdict=same-as]").click()
    page.locator(".verdict .main").click()
    expect(page.locator(".verdict .trouble")).to_contain_text("Choose the other sighting")
    picks = page.locator(".same-as .pick")
    expect(picks.first).to_contain_text("Place 1")
    expect(picks.first).to_contain_text("22.9")  # km, 0.25° at 34.5° N
    page.locator(".same-as input").fill("place 5")
    expect(picks).to_have_count(1)
    picks.click()
    page.locator(".verdict textarea").fill("Same pit")
    page.locator(".same-as .link", has_text="Choose another").click()
    page.locator(".same-as .link", has_text="Point at it").click()
    expect(page.locator("#picking")).to_be_visible()
    expect(page.locator(".leaflet-popup")).to_have_count(0)
    page.mouse.click(*place_of(page, 2))

    expect(page.locator(".leaflet-popup h2")).to_have_text("Place 2")
    expect(page.locator(".same-as")).to_contain_text("Place 3")
    expect(page.locator(".verdict textarea")).to_have_value("Same pit")
    page.locator(".verdict .main").click()
    (decision,) = saved(page, tmp_path)["decisions"]
    assert (decision["verdict"], decision["same_as"], decision["reason"]) == ("same-as", uuid_of(3), "Same pit")


def test_a_set_is_decided_after_its_count_was_shown(open_preview: OpenPreview, tmp_path: Path) -> None:
    page = open_preview(under_review(8), before=NAME)
    decide(page, 1, "accepted")
    page.locator("#search").fill("Place")
    page.locator("#filter-toggle").click()
    page.locator("[name=to]").fill("2026-11-13")
    expect(page.locator("#decide-set")).to_have_text("Decide for all 3 shown …")
    page.locator("#decide-set").click()
    expect(page.locator("#set-what")).to_have_text("One decision for 3 sightings")
    expect(page.locator("#set-had")).to_contain_text("1 of them have a decision")
    page.locator("#set-decide").click()
    expect(page.locator("#set-trouble")).to_have_text("Choose a verdict.")
    page.locator("#set-dialog [value=rejected]").check()
    page.locator("#set-decide").click()
    expect(page.locator("#set-trouble")).to_contain_text("Write the reason")
    page.locator("#set-reason").fill("Outside the licence")
    page.locator("#set-decide").click()
    expect(page.locator("#decisions-count")).to_have_text("3")
    page.locator("#toast-undo").click()
    expect(page.locator("#decisions-count")).to_have_text("1")

    page.locator("#clear").click()
    page.locator("#check-rows").click()
    for number in (6, 8):
        row_of(page, number).locator("input").check()
    expect(page.locator("#decide-set")).to_have_text("Decide for the 2 chosen …")
    page.locator("#decide-set").click()
    page.locator("#set-dialog [value=accepted]").check()
    page.locator("#set-decide").click()
    page.locator("[name=mine]").select_option("accepted")
    expect(page.locator("#found")).to_have_text("3 of 8 sightings")
    page.locator("[name=mine]").select_option("none")
    expect(page.locator("#found")).to_have_text("5 of 8 sightings")
    told = {one["record"]: (one["revision"], one["reason"]) for one in saved(page, tmp_path)["decisions"]}
    assert told == {uuid_of(n): (revision_of(n), "") for n in (1, 6, 8)}


def test_an_area_is_decided_on_and_earlier_reviews_are_read(open_preview: OpenPreview, tmp_path: Path) -> None:
    square = [[(71.0, 34.0), (72.0, 34.0), (72.0, 34.4), (71.0, 34.4), (71.0, 34.0)]]
    reviews = columns("review", [{
        "uuid": "r", "record_layer": "sighting", "record_uuid": uuid_of(2), "verdict": "has-issues",
        "reason": "Which vein?", "reviewer": "Amir Zeb", "answer": "The upper one",
    }])  # fmt: skip
    areas = columns("area", [{"uuid": uuid_of(50), "name": "Licence 7"}])
    data = under_review(
        2, layers={"area": areas, "review": reviews}, areas={uuid_of(50): square},
        revisions={"area": {uuid_of(50): "b" * 32 + "+" + "c" * 32}}, basemap=basemap_geojson(),
    )  # fmt: skip
    page = open_preview(data, before=NAME)
    row_of(page, 2).click()
    for text in ("Reviews (1)", "Needs work", "Which vein?", "The upper one"):
        expect(page.locator(".leaflet-popup .card")).to_contain_text(text)
    page.evaluate("uuid => Survey.review.page.openRecord('area', uuid)", uuid_of(50))
    expect(page.locator(".leaflet-popup h2")).to_have_text("Licence 7")
    expect(page.locator(".verdicts [data-verdict=same-as]")).to_have_count(0)
    page.locator(".verdicts [data-verdict=accepted]").click()
    (decision,) = saved(page, tmp_path)["decisions"]
    assert (decision["layer"], decision["record"]) == ("area", uuid_of(50))
    assert decision["revision"] == "b" * 32 + "+" + "c" * 32


def test_the_public_decides_nothing(open_preview: OpenPreview) -> None:
    page = open_preview(under_review(), {"audience": "public"})
    row_of(page, 1).click()
    expect(page.locator(".leaflet-popup .card")).to_be_visible()
    for locator in (".verdict", "#decisions-open", "#decide-set", "[name=mine]"):
        assert page.locator(locator).filter(visible=True).count() == 0, locator


def test_hostile_words_of_a_reviewer_are_only_words(open_preview: OpenPreview, tmp_path: Path) -> None:
    page = open_preview(under_review(len(HOSTILE), title=HOSTILE[1]))
    texts = [text.replace("\x00", "") for text in HOSTILE]
    decide(page, 1, "rejected", texts[0], texts[0])
    decide(page, 2, "has-issues", texts[1])
    page.evaluate(
        """texts => texts.forEach((reason, row) => row > 1 && Survey.review.decide(
            [Survey.subjectAt(row)], { verdict: "rejected", reason }))""",
        texts,
    )
    page.locator("#decisions-open").click()
    page.locator("#language").evaluate("button => button.click()")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.locator("#decisions-close").click()
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    file = saved(page, tmp_path)
    assert page.evaluate("window.ran") is None
    assert page.evaluate("document.querySelectorAll('iframe, object, embed, svg[onload], img[onerror]').length") == 0
    written = {text.strip(" \ufeff") for text in texts}
    assert {one["reason"] for one in file["decisions"]} == written
    assert file["reviewer"] == HOSTILE[0]
    assert RUN in file["title"]
    assert file["checksum"] == checksum(file)


def test_a_phone_decides_and_points(open_preview: OpenPreview) -> None:
    page = open_preview(under_review(), before=NAME, **PHONE)
    page.locator(".tabs [data-view=list]").tap()
    row_of(page, 5).tap()
    page.locator("#sheet [data-verdict=same-as]").tap()
    page.locator("#sheet .same-as > .link").tap()
    expect(page.locator("#sheet")).to_be_hidden()
    row_of(page, 4).tap()
    page.locator("#sheet .verdict .main").tap()
    expect(page.locator("#sheet .standing")).to_contain_text("Place 4")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("#sheet-close").tap()
    page.locator("#decisions-open").tap()
    expect(page.locator("#decisions-list li")).to_have_count(1)


def test_what_came_after_a_package_is_found(open_preview: OpenPreview) -> None:
    came = {1: (0, 0), 2: (0, 2), 3: (1, 1), 4: (2, 2)}
    history = {
        uuid_of(n): HistorySummary(
            revision_of(n), 1, "Gul", f"2026-11-0{n}T01:02:03.000Z", made_in=made, changed_in=last
        )
        for n, (made, last) in came.items()
    }
    packages = [PreviewPackage("a.gpkg", "Alpha", "2026-11-03T00:00:00.000Z"),
                PreviewPackage("b.gpkg", "Beta", "2026-11-04T00:00:00.000Z")]  # fmt: skip
    page = open_preview(preview_data([sighting(n) for n in came], history=history, packages=packages))
    page.locator("#filter-toggle").click()

    def shown() -> set[str]:
        uuids: list[str] = page.locator(".rows [role=row]").evaluate_all("all => all.map((one) => one.dataset.uuid)")
        return set(uuids)

    since = page.locator("[name=package]")
    since.select_option(label="2026-11-03 · a.gpkg · Alpha")
    assert shown() == {uuid_of(n) for n in (2, 3, 4)}
    since.select_option(label="2026-11-04 · b.gpkg · Beta")
    assert shown() == {uuid_of(n) for n in (2, 4)}
    since.select_option("")
    page.locator("[name=since]").fill("2026-11-03")
    assert shown() == {uuid_of(n) for n in (3, 4)}


@needs_axe
@pytest.mark.parametrize("how", ["dark", "phone"])
def test_deciding_shuts_nobody_out(open_preview: OpenPreview, how: str) -> None:
    context: dict[str, Any] = PHONE if how == "phone" else {"color_scheme": how}
    page = open_preview(under_review(), **context)
    if how == "phone":
        page.locator(".tabs [data-view=list]").tap()
    if how == "dark":
        page.locator("#language").click()
    decide(page, 1, "rejected", "No emerald", "Amir Zeb")
    page.locator(".verdicts button[data-verdict=same-as]").click()
    assert barriers(page, "body") == [], "a form"
    page.locator(".same-as > .link").click()
    assert barriers(page, "#picking") == [], "pointing"
    row_of(page, 3).click()
    page.locator(".verdict .main").click()
    page.locator("#decisions-open").click()
    assert barriers(page, "#decisions-dialog") == [], "the panel"
    page.locator("#decisions-close").click()
    if how == "phone":
        page.locator("#sheet-close").click()
    page.locator("#check-rows").click()
    page.locator("#decide-set").click()
    assert barriers(page, "#set-dialog") == [], "a set"
