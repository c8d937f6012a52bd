"""A browser for the session, and a page that is held to what a preview promises.

It runs on this machine, but is given no network at all; a page that asks for anything except its own file,
or writes an error to the console, fails its test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

from surveyapp.exchange.preview import PreviewData
from tests.browser.previews import build

_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
DESKTOP = {"width": 1366, "height": 768}

OpenPreview = Callable[..., Page]


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def faults() -> list[str]:
    """What went wrong on the test's pages. A test that provokes an error clears it."""
    return []


@pytest.fixture
def open_file(browser: Browser, faults: list[str]) -> Iterator[OpenPreview]:
    """``open_file(path, hash="", ready=True, before="", **context)``: a page that shows a preview.

    ``before`` is JavaScript that runs ahead of the page's own; ``context`` goes to Playwright's new context.
    """
    contexts: list[BrowserContext] = []

    def show(path: Path, *, fragment: str = "", ready: bool = True, before: str = "", **context: Any) -> Page:
        contexts.append(browser.new_context(**({"viewport": DESKTOP} | context)))
        page = contexts[-1].new_page()
        address = path.as_uri()
        page.route("**/*", lambda route: _only(route, address, faults))
        page.on("console", lambda line: faults.append(f"console {line.type}: {line.text}"))
        page.on("pageerror", lambda error: faults.append(f"error: {error}"))
        page.on("dialog", lambda dialog: faults.append(f"dialog: {dialog.message}"))
        page.on("popup", lambda popup: faults.append(f"window: {popup.url}"))
        if before:
            page.add_init_script(before)
        page.goto(address + fragment)
        if ready:
            page.wait_for_selector("html[data-ready]", state="attached")
        return page

    yield show
    for context in contexts:
        context.close()
    assert not faults, "the page was not quiet: " + "; ".join(faults)


def _only(route: Route, address: str, faults: list[str]) -> None:
    url = route.request.url
    if url.partition("#")[0] == address or url.startswith(("data:", "blob:")):
        route.continue_()
    else:
        faults.append(f"request: {url}")
        route.abort()


@pytest.fixture
def open_preview(open_file: OpenPreview, tmp_path: Path) -> OpenPreview:
    """``open_preview(data, options={}, **as open_file)``: builds a preview and shows it."""

    def show(data: PreviewData, options: dict[str, Any] | None = None, **how: Any) -> Page:
        return open_file(build(data, tmp_path / "preview.html", **(options or {})), **how)

    return show
