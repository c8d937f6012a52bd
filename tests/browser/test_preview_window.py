"""The preview in the program's own window: locked, and a reviewer's decisions still get out of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("PySide6.QtWebEngineWidgets", exc_type=ImportError)

from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from surveyapp.ui.dialogs.preview import PreviewWindow
from surveyapp.ui.prompts import ScriptedPrompts
from tests.browser.previews import build, jpeg, photo, under_review, uuid_of

pytestmark = pytest.mark.qt_log_ignore("RHI|Vulkan|GBM|QRhi|GL|EGL", extend=True)


def ask(qtbot: QtBot, window: PreviewWindow, script: str) -> Any:
    """What a script in the page gives."""
    found: list[Any] = []
    window.view.page().runJavaScript(f"JSON.stringify({script})", found.append)
    qtbot.waitUntil(lambda: bool(found))
    return json.loads(found[0]) if found[0] else None


def test_decisions_leave_the_locked_window_as_a_file(qtbot: QtBot, tmp_path: Path) -> None:
    page = build(under_review(photos=[photo(1, 1, jpeg())]), tmp_path / "p.html")
    prompts = ScriptedPrompts()
    window = PreviewWindow(page, prompts)
    with qtbot.waitSignal(window.view.loadFinished, timeout=30_000):
        window.show()
    qtbot.waitUntil(lambda: ask(qtbot, window, "Boolean(document.documentElement.dataset.ready)") is True)
    ask(qtbot, window, f"[Survey.review.reviewer = 'Amir', Survey.review.page.openRecord('sighting', '{uuid_of(1)}'),"
        "Survey.review.current.choose('accepted'), 1]")  # fmt: skip
    qtbot.waitUntil(lambda: window.view.title().startswith("● "))
    assert "only until it is closed" in ask(qtbot, window, "document.getElementById('decisions-trouble').textContent")

    # The person declines: the page knows that nothing was saved.
    prompts.will_answer(None)
    ask(qtbot, window, "[Survey.review.panel.save(), 1]")
    qtbot.waitUntil(lambda: "Save decisions" in prompts.said[-1:])
    qtbot.waitUntil(lambda: ask(qtbot, window, "Survey.review.decisions.unsaved") == 1)

    # Closing asks, and a person who says no keeps the window.
    prompts.will_answer(None)
    window.close()
    assert "not saved to a file yet" in prompts.said[-1]
    assert window.isVisible()

    target = tmp_path / "mine.json"
    prompts.will_answer(target)
    with qtbot.waitSignal(window.decisions_saved, timeout=20_000) as done:
        ask(qtbot, window, "[Survey.review.panel.save(), 1]")
    assert done.args == [target]
    file = json.loads(target.read_text(encoding="utf-8"))
    assert [one["record"] for one in file["decisions"]] == [uuid_of(1)]
    qtbot.waitUntil(lambda: not window.view.title().startswith("●"))

    # Paper is a PDF.
    pdf = tmp_path / "p.pdf"
    prompts.will_answer(pdf)
    with qtbot.waitSignal(window.view.page().pdfPrintingFinished, timeout=20_000) as printed:
        ask(qtbot, window, "[window.print(), 1]")
    assert printed.args == [str(pdf), True]
    assert pdf.read_bytes().startswith(b"%PDF")

    # Opened again by the program's own dialog for files.
    prompts.will_answer([target])
    assert window.view.page().chooseFiles(window.view.page().FileSelectionMode.FileSelectOpen, [], []) == [str(target)]
    assert window.blocked == [], "a preview asks for nothing"
    window.close()
    qtbot.waitUntil(lambda: not isValid(window))
    assert not prompts.answers
