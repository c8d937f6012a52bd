"""The pictures of every screen in every look are taken by one command."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from tests.ui import gallery, gallery_scenes


def test_a_look_is_taken_of_each_survey(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gallery, "LOOKS", (gallery.Look("dark", "dark"),))
    monkeypatch.setattr(gallery, "_TABS", ("form",))
    monkeypatch.setattr(gallery, "_REST_MS", 20)
    monkeypatch.setattr(gallery, "_DIALOGS", ("app.about",))
    monkeypatch.setattr(gallery_scenes, "SCENES", ("custody",))
    (sheet,) = gallery.take(tmp_path)
    scenes = {path.stem for path in tmp_path.glob("dark-*.png")}
    assert {"dark-empty-start", "dark-full-form", "dark-full-app.about", "dark-long-new", "dark-empty-check",
            "dark-full-custody", "dark-long-certificate-scan"} <= scenes
    with Image.open(tmp_path / "dark-long-form.png") as picture:
        assert picture.size == (1366, 768)
    assert sheet.exists()
