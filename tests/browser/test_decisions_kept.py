"""Decisions that outlive the page: in the browser's storage, and in a file that is opened again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from surveyapp.exchange.preview import PreviewOptions
from tests.browser.conftest import DESKTOP, OpenPreview
from tests.browser.previews import build, revision_of, under_review, uuid_of
from tests.browser.test_decisions import BUILT_AT, NAME, checksum, decide, row_of, saved
from tests.browser.test_preview_anywhere import HOSTILE

REFUSED = """Object.defineProperty(window, 'localStorage', {
    get() { throw new DOMException('refused', 'SecurityError'); } })"""
FULL = r"""Storage.prototype.setItem = function (key) {
    if (/decisions\.[0-9a-f]{8}/.test(key)) throw new DOMException('full', 'QuotaExceededError'); }"""


@dataclass
class Browsing:
    """A page that is opened again and again, as a reviewer does. One page and no script ahead of its own: what
    another page, or such a script, does with the storage can reach Chromium's next page too late. ``asked`` are the
    questions before it was left."""

    page: Page
    path: Path
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("dialog", self._leave)

    def _leave(self, dialog: Dialog) -> None:
        self.asked.append(dialog.type)
        dialog.accept()

    def open(self, edition: int = 0) -> Page:
        """The preview of an edition of the survey, in place of the one before."""
        build(under_review(4, edition=edition), self.path, options=PreviewOptions(built_at=BUILT_AT))
        self.page.goto(self.path.as_uri())
        self.page.wait_for_selector("html[data-ready]", state="attached")
        self.page.evaluate("Survey.review.reviewer = 'Amir Zeb'")
        return self.page


@pytest.fixture
def browsing(browser: Browser, tmp_path: Path) -> Iterator[Browsing]:
    context = browser.new_context(viewport=DESKTOP)
    yield Browsing(context.new_page(), tmp_path / "preview.html")
    context.close()


def test_decisions_are_there_again(browsing: Browsing) -> None:
    page = browsing.open()
    decide(page, 2, "rejected", "No emerald")
    page = browsing.open()
    expect(page.locator("#toast-text")).to_contain_text("1 decisions that you made here before are back")
    row_of(page, 2).click()
    expect(page.locator(".standing")).to_contain_text("No emerald")


def test_what_another_tab_does_is_known_here(browsing: Browsing) -> None:
    page = browsing.open()
    decide(page, 1, "accepted")
    decide(page, 2, "accepted")
    told = """([key, text]) => window.dispatchEvent(new StorageEvent("storage", { key, newValue: text }))"""
    key, text = page.evaluate("[Survey.review.keeping.key, localStorage.getItem(Survey.review.keeping.key)]")
    decide(page, 2, "rejected", "No emerald")
    page.evaluate(told, [key, text])
    expect(row_of(page, 2).locator(".chip")).to_have_text("Accepted")
    page.evaluate(told, ["surveyapp.decisions.of.another", None])
    expect(page.locator("#decisions-count")).to_have_text("2")
    page.evaluate(told, [key, None])
    expect(page.locator("#decisions-count")).to_be_hidden()
    # What came from there is not written back: it could overwrite what was added there meanwhile.
    assert "rejected" in page.evaluate("localStorage.getItem(Survey.review.keeping.key)")


def test_a_newer_preview_offers_them_and_marks_what_changed(browsing: Browsing, tmp_path: Path) -> None:
    page = browsing.open()
    decide(page, 1, "accepted")
    decide(page, 2, "accepted")

    page = browsing.open(edition=1)
    expect(page.locator("#kept")).to_contain_text("This browser kept 2 decisions from another preview")
    page.locator("#kept button", has_text="Not now").click()
    expect(page.locator("#kept")).to_be_hidden()
    page = browsing.open(edition=1)
    page.locator("#kept button", has_text="Take them over").click()
    expect(page.locator("#decisions-said")).to_contain_text("1 are about records that have changed since")
    expect(page.locator("#decisions-list .stale")).to_have_count(1)
    page.locator("#decisions-close").click()
    told = {one["record"]: one["revision"] for one in saved(page, tmp_path)["decisions"]}
    assert told == {uuid_of(1): revision_of(1), uuid_of(2): revision_of(2)}, "a verdict is on what was seen"
    row_of(page, 1).click()
    page.locator(".verdict .stale .link").click()
    expect(page.locator(".verdict .stale")).to_have_count(0)
    told = {one["record"]: one["revision"] for one in saved(page, tmp_path)["decisions"]}
    assert told == {uuid_of(1): revision_of(1001), uuid_of(2): revision_of(2)}

    page = browsing.open()
    expect(page.locator("#kept")).to_contain_text("kept 2 decisions")  # now those of the newer one
    page.locator("#kept button", has_text="Forget them").click()
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.includes('decisions'))") == []


def test_leaving_with_unsaved_decisions_is_warned_of(browsing: Browsing, tmp_path: Path) -> None:
    page = browsing.open()
    browsing.open()
    assert browsing.asked == []
    decide(page, 1, "accepted")
    browsing.open()
    assert browsing.asked == ["beforeunload"]
    saved(page, tmp_path)
    browsing.open()
    assert browsing.asked == ["beforeunload"]


def test_a_browser_that_keeps_nothing_is_told_of(open_preview: OpenPreview) -> None:
    page = open_preview(under_review(), before=REFUSED)
    expect(page.locator("#notice")).to_contain_text("keeps nothing for this page")
    decide(page, 1, "rejected", "No emerald", "Amir Zeb")
    decide(page, 2, "accepted")  # the name is remembered as long as the page is open
    page.locator("#decisions-open").click()
    expect(page.locator("#decisions-trouble")).to_contain_text("keeps nothing for this page")
    expect(page.locator("#decisions-list li")).to_have_count(2)


def test_a_full_storage_is_told_of_and_loses_nothing(open_preview: OpenPreview) -> None:
    page = open_preview(under_review(), before=FULL)
    decide(page, 1, "rejected", "No emerald", "Amir Zeb")
    page.locator("#decisions-open").click()
    expect(page.locator("#decisions-trouble")).to_contain_text("storage is full")
    expect(page.locator("#decisions-list")).to_contain_text("No emerald")


def test_what_others_left_in_the_storage_breaks_nothing(open_preview: OpenPreview) -> None:
    junk = ["nonsense", "null", "[]", json.dumps({"surveys": [uuid_of(900)], "decisions": [None, 3, {"layer": 1}]})]
    keep = "localStorage.setItem('surveyapp.decisions.x{}', {});"
    before = "".join(keep.format(n, json.dumps(text)) for n, text in enumerate(junk))
    page = open_preview(under_review(), before=before)
    expect(page.locator("#kept")).to_be_hidden()


# --- a file, opened again ---------------------------------------------------------------------------------


def a_file(**changes: Any) -> dict[str, Any]:
    decision = {
        "layer": "sighting", "record": uuid_of(2), "revision": revision_of(2), "verdict": "rejected", "field": "",
        "reason": "From the file", "same_as": "", "decided_at": "2026-11-24T05:06:07.089Z",
    }  # fmt: skip
    file = {"surveyapp_decisions": 1, "surveys": [uuid_of(900)], "title": "Swat valley", "built_at": "x",
            "reviewer": "Amir Zeb", "saved_at": "x", "decisions": [decision]} | changes  # fmt: skip
    return file | {"checksum": checksum(file)}


def read(page: Page, content: str) -> None:
    if not page.locator("#decisions-dialog").is_visible():
        page.locator("#decisions-open").click()
    page.locator("#decisions-said").evaluate("one => (one.textContent = '')")
    page.locator("#decisions-file").set_input_files(
        {"name": "d.json", "mimeType": "application/json", "buffer": content.encode("utf-8", "surrogatepass")}
    )


def test_a_file_is_opened_again_to_go_on(open_preview: OpenPreview, tmp_path: Path) -> None:
    page = open_preview(under_review(), before=NAME)
    decide(page, 3, "accepted")
    read(page, json.dumps(a_file()))
    expect(page.locator("#decisions-said")).to_have_text("1 decisions taken from the file.")
    expect(page.locator("#decisions-list li")).to_have_count(2)

    # What was decided later stands; what is of no use here is counted or shown as it is.
    gone, broken = a_file()["decisions"][0] | {"record": uuid_of(77)}, {"layer": "sighting", "verdict": "burn it"}
    old = a_file()["decisions"][0] | {"decided_at": "2020-01-01T00:00:00.000Z", "reason": "Older"}
    read(page, json.dumps(a_file(decisions=[old, gone, broken])))
    expect(page.locator("#decisions-said")).to_have_text("1 decisions taken from the file; 1 could not be read.")
    expect(page.locator("#decisions-list")).to_contain_text("Not in this file.")
    expect(page.locator("#decisions-list")).not_to_contain_text("Older")

    read(page, json.dumps(a_file(reviewer="Shireen")))
    expect(page.locator("#ask-text")).to_contain_text("by Shireen")
    page.locator("#ask-dialog [value=no]").click()
    page.locator("#decisions-close").click()
    assert len(saved(page, tmp_path)["decisions"]) == 3


def test_a_file_that_cannot_be_taken_says_why(open_preview: OpenPreview) -> None:
    page = open_preview(under_review(), before=NAME)
    for content, told in (
        ("", "not a file of decisions"),
        ("[]", "not a file of decisions"),
        ("null", "not a file of decisions"),
        ('{"surveyapp_decisions": "1", "decisions": []}', "not a file of decisions"),
        (json.dumps(a_file(surveyapp_decisions=2)), "newer preview"),
        (json.dumps(a_file() | {"title": "Hunza"}), "its checksum is wrong"),
        (json.dumps(a_file(surveys=["another"])), "about another survey"),
    ):
        read(page, content)
        expect(page.locator("#decisions-said")).to_contain_text(told)
    expect(page.locator("#decisions-count")).to_be_hidden()


def test_hostile_words_in_a_file_are_only_words(open_preview: OpenPreview) -> None:
    page = open_preview(under_review(3), before="localStorage.clear()")
    plain = a_file()["decisions"][0] | {"record": uuid_of(1), "verdict": "same-as"}
    decisions = [
        plain | {"field": text, "reason": text + " x" * (500_000 * (number == 0)), "same_as": text, "revision": text}
        for number, text in enumerate(HOSTILE)
    ]
    file = a_file(decisions=decisions, reviewer=HOSTILE[0], title=HOSTILE[1])
    read(page, json.dumps(file, ensure_ascii=False))
    expect(page.locator("#decisions-said")).to_contain_text(f"{len(HOSTILE)} decisions taken")
    expect(page.locator("#reviewer")).to_have_value(HOSTILE[0])
    page.locator("#decisions-close").click()
    row_of(page, 1).click()
    expect(page.locator(".standing li")).to_have_count(len(HOSTILE))
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("window.ran") is None
