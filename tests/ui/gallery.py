"""Every screen in every look, to be judged: ``python3 bootstrap.py screenshots --all [FOLDER]``.

A look is a theme, a language, touch or not, and a size of the window; each is taken of an empty survey, of a full one
and of one with very long texts. Beside the pictures lies one contact sheet for each look.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image, ImageDraw

ROOT = Path(__file__).parents[2]
_TABS = ("form", "photos", "history", "gps", "structure", "samples", "layers")
_DIALOGS = (
    "survey.new", "survey.export", "survey.merge", "survey.conflicts", "survey.template", "app.palette", "app.about",
    "view.columns", "edit.filters", "gps.rules", "map.snapshot", "sample.labels", "sample.find", "structure.stereonet",
)
_LONG = (
    "Upper terrace of the third side stream east of the old custom house, below the adit that the people of the "
    "village call the Englishman's, شاموزئی کی پرانی کان کے اوپر والا راستہ"
)


@dataclass(frozen=True, slots=True)
class Look:
    """How the window looks. ``theme`` is light, dark or night; ``language`` en or ur."""

    name: str
    theme: str = "light"
    language: str = "en"
    touch: bool = False
    width: int = 1366
    height: int = 768


LOOKS = (
    Look("light"), Look("dark", "dark"), Look("night", "night"), Look("urdu", language="ur"),
    Look("touch", touch=True), Look("night-touch-urdu", "night", "ur", touch=True),
    Look("large", width=2560, height=1440),
)


def take(folder: Path) -> Iterator[Path]:
    """Take every picture into ``folder``; yields the contact sheets as they are made."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="surveyapp-gallery-") as scratch:
        surveys = _surveys(Path(scratch))
        for look in LOOKS:
            pictures = [p for fill, path in surveys.items() for p in _window(look, fill, path, folder, Path(scratch))]
            yield _sheet(pictures, folder / f"sheet-{look.name}.png")


def _surveys(folder: Path) -> dict[str, Path]:
    """An empty survey, the sample as it is, and one in which everything is long."""
    from surveyapp.services.recording import new_survey
    from surveyapp.services.session import Session

    empty, full, long = (folder / f"{name}.gpkg" for name in ("empty", "full", "long"))
    new_survey(empty, "Upper valley", team="Team 1", surveyor="A. Surveyor").close()
    for path in (full, long):
        shutil.copyfile(ROOT / "sample_surveys" / "swat_emerald.gpkg", path)
    from surveyapp.domain.changes import ChangeSet, update

    with Session.open(long) as session:
        made = [update("sighting", r.uuid, {"locality": _LONG, "notes": _LONG * 4, "observer": _LONG[:80]})
                for r in session.file.records("sighting")]
        made += [update("survey", r.uuid, {"name": _LONG, "team": _LONG[:90]}) for r in session.file.surveys()]
        session.apply(ChangeSet(tuple(made), "Long texts"))
    return {"empty": empty, "full": full, "long": long}


def _window(look: Look, fill: str, survey: Path, folder: Path, scratch: Path) -> Iterator[Path]:
    from PySide6.QtWidgets import QApplication, QDialog

    from surveyapp.settings import Settings
    from surveyapp.ui.application import _open_in, make_application
    from surveyapp.ui.language import use_language
    from surveyapp.ui.main_window import MainWindow
    from surveyapp.ui.prompts import ScriptedPrompts

    application = make_application()
    settings = Settings(None)
    settings["appearance.language"] = look.language
    use_language(application, look.language)
    window = MainWindow(settings, scratch / "drafts", ScriptedPrompts())

    def grab(scene: str, widget: Any = None) -> Path:
        _rest(application, window)
        target = folder / f"{look.name}-{fill}-{scene}.png"
        (widget or window).grab().save(str(target))
        return target

    try:
        window.appearance.set_theme(look.theme)
        window.appearance.set_touch(look.touch)
        window.resize(look.width, look.height)
        window.show()
        if fill == "empty":
            yield grab("start")
        _open_in(application, window, survey)
        for tab in _TABS:
            window.desk.bring_up(tab)
            yield grab(tab)
        window.desk.bring_up("form")
        window.form_controller.new()
        yield grab("new")
        for action in _DIALOGS if fill != "empty" else ():
            window.action_set[action].trigger()
            _rest(application, window)
            for dialog in QApplication.topLevelWidgets():
                if isinstance(dialog, QDialog) and dialog.isVisible():
                    yield grab(action, dialog)
                    dialog.close()
        window.review.check()
        yield grab("check")
    finally:
        window.end()
        window.close()
        window.deleteLater()
        application.processEvents()


def _rest(application: Any, window: Any) -> None:
    """Wait until nothing moves any more."""
    from surveyapp.ui.application import _settle

    _settle(application, window)
    until = time.monotonic() + 0.15
    while time.monotonic() < until:
        application.processEvents()


def _sheet(pictures: list[Path], target: Path, columns: int = 5, width: int = 480) -> Path:
    """All pictures of a look on one sheet, each under its name."""
    height, line = width * 9 // 16, 18
    rows = -(-len(pictures) // columns)
    sheet = Image.new("RGB", (columns * width, rows * (height + line)), "white")
    draw = ImageDraw.Draw(sheet)
    for number, path in enumerate(pictures):
        left, top = number % columns * width, number // columns * (height + line)
        draw.text((left + 4, top + 3), path.stem, fill="black")
        with Image.open(path) as picture:
            small = picture.convert("RGB")
        small.thumbnail((width - 6, height))
        sheet.paste(small, (left + 3, top + line))
    sheet.save(target)
    return target
