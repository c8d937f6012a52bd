"""Every screen in every look, to be judged: ``python3 bootstrap.py screenshots --all [FOLDER]``.

A look is a theme, a language, touch or not, and a size of the window; each is taken of an empty survey, of a full one
and of one with very long texts. Beside the pictures lies one contact sheet for each look.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image, ImageDraw

from tests.ui.gallery_scenes import furnish, scenes

ROOT = Path(__file__).parents[2]
_REST_MS = 150
"""Before a picture is taken: what moves comes to rest."""
_TABS = ("form", "photos", "history", "gps", "structure", "samples", "layers")
_DIALOGS = (
    "survey.new", "survey.export", "survey.preview", "survey.report", "survey.merge", "survey.conflicts",
    "survey.duplicates", "survey.details", "survey.template", "app.palette", "app.about", "view.columns",
    "edit.filters", "sighting.together", "gps.rules", "map.snapshot", "photo.sketch", "photo.match", "photo.enlarge",
    "sample.labels", "sample.find", "structure.stereonet", "survey.import",
)
_CAMERA = (("IMG_0412.JPG", (72.40345, 34.79411)), ("IMG_0413.JPG", None), ("IMG_0414.JPG", (71.5, 36.9)))
"""Photos on a camera's card: name and position, as degrees of longitude and latitude."""
_ROWS = """Stone,Place,Lat,Lon,Rock,Remark
zamurrud,Charbagh,34.7810,72.3702,talc schist,ایک چھوٹی رگ
Emerald,Shamozai,34.7650N,72.3420E,schist,
Yaqut,Nowhere,94.1,72.3,marble,latitude is wrong
,Gujar Kili,34.80,72.40,quartz,no gem
"""
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


def take(folder: Path, names: Sequence[str] = ()) -> Iterator[Path]:
    """Take every picture into ``folder``, or those of the looks with these names; yields the contact sheets as they are
    made."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="surveyapp-gallery-") as scratch:
        surveys = _surveys(Path(scratch))
        _camera(Path(scratch))
        for look in LOOKS:
            if names and look.name not in names:
                continue
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
        made += [update("area", r.uuid, {"name": _LONG, "holder": _LONG}) for r in session.file.records("area")]
        session.apply(ChangeSet(tuple(made), "Long texts"))
    furnish(full, folder)
    furnish(long, folder, " — " + _LONG)
    return {"empty": empty, "full": full, "long": long}


def _camera(folder: Path) -> None:
    """Photos and a table that come from elsewhere."""
    (folder / "camera").mkdir()
    for number, (name, place) in enumerate(_CAMERA):
        picture = Image.new("RGB", (640, 480), (90 + 40 * number, 110, 90))
        exif = Image.Exif()
        exif[0x0132] = f"2025:09:15 12:1{number}:00"
        if place is not None:
            exif[0x8825] = {1: "N", 2: _dms(place[1]), 3: "E", 4: _dms(place[0])}
        picture.save(folder / "camera" / name, exif=exif)
    (folder / "finds.csv").write_text(_ROWS, encoding="utf-8")


def _dms(degrees: float) -> tuple[float, float, float]:
    minutes = degrees % 1 * 60
    return float(int(degrees)), float(int(minutes)), minutes % 1 * 60


def _window(look: Look, fill: str, survey: Path, folder: Path, scratch: Path) -> Iterator[Path]:
    from surveyapp.settings import Settings
    from surveyapp.ui.application import _open_in, make_application
    from surveyapp.ui.language import use_language
    from surveyapp.ui.main_window import MainWindow
    from surveyapp.ui.prompts import ScriptedPrompts

    application = make_application()
    settings = Settings(None)
    settings.update({
        "appearance.language": look.language, "appearance.theme": look.theme, "appearance.touch": look.touch,
    })
    use_language(application, look.language)
    window = MainWindow(settings, scratch / "drafts", ScriptedPrompts())

    def grab(scene: str, widget: Any = None) -> Path:
        _rest(application, window)
        target = folder / f"{look.name}-{fill}-{scene}.png"
        (widget or window).grab().save(str(target))
        return target

    try:
        window.resize(look.width, look.height)
        window.show()
        if fill == "empty":
            yield grab("start")
        _open_in(application, window, survey)
        _go_to_a_rich_one(window)
        yield grab("map", window.canvas)
        for tab in _TABS:
            window.desk.bring_up(tab)
            yield grab(tab)
        window.desk.bring_up("form")
        window.form_controller.new()
        yield grab("new")
        if fill != "empty":
            yield from _dialogs(application, window, scratch, grab)
            _go_to_a_rich_one(window)
            yield from scenes(window, partial(_rest, application, window), grab)
        if fill == "full":
            yield from _tour(window, scratch, grab)
        window.action_set["survey.check"].trigger()
        yield grab("check")
    finally:
        window.end()
        window.close()
        window.deleteLater()
        application.processEvents()


def _dialogs(application: Any, window: Any, scratch: Path, grab: Callable[..., Path]) -> Iterator[Path]:
    from PySide6.QtWidgets import QDialog

    for action in _DIALOGS:
        _go_to_a_rich_one(window)
        window.prompts.answers.clear()
        window.prompts.will_answer(scratch / "finds.csv" if action == "survey.import" else scratch / "camera")
        window.action_set[action].trigger()
        _rest(application, window)
        for dialog in application.topLevelWidgets():
            if isinstance(dialog, QDialog) and dialog.isVisible():
                yield grab(action, dialog)
                yield from _pages(dialog, partial(_grab_page, grab, action, dialog))
                dialog.close()


def _go_to_a_rich_one(window: Any) -> None:
    """Select a sighting with photos and measurements, where there is one, and look at it closely."""
    from surveyapp.storage.gpkg import SurveyFile

    with SurveyFile.open(window.survey.path, read_only=True) as file:
        measured = {record.get("sighting_uuid") for record in file.records("orientation")}
        rich = [str(record.get("sighting_uuid")) for record in file.records("photo")
                if record.get("sighting_uuid") in measured]
    window.survey.selection.set(rich[:1], "window")
    window.canvas.zoom_to(rich[:1])


def _pages(dialog: Any, grab: Callable[[str], Path]) -> Iterator[Path]:
    """The other pages of a dialog that has several."""
    from PySide6.QtWidgets import QTabWidget

    tabs = dialog.findChild(QTabWidget)
    for place in range(1, tabs.count() if tabs is not None else 0):
        tabs.setCurrentIndex(place)
        yield grab(str(place))


def _grab_page(grab: Callable[..., Path], action: str, dialog: Any, part: str) -> Path:
    return grab(f"{action}-{part}", dialog)


def _tour(window: Any, scratch: Path, grab: Callable[[str], Path]) -> Iterator[Path]:
    """The first steps of the guided survey, on a copy that is thrown away."""
    from unittest.mock import patch

    from surveyapp.services import demo

    with patch.object(demo, "_own_folder", return_value=scratch):
        window.action_set["app.tour"].trigger()
        yield grab("tour-1")
    from surveyapp.ui.tour.tour import TourController

    tour = window.findChild(TourController)
    for number in (2, 3):
        tour.overlay.card.skipWanted.emit()
        yield grab(f"tour-{number}")
    tour.leave()


def _rest(application: Any, window: Any) -> None:
    """Wait until nothing moves any more."""
    from PySide6.QtTest import QTest

    from surveyapp.ui.application import _settle

    _settle(application, window)
    QTest.qWait(_REST_MS)


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
