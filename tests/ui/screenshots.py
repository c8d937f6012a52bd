"""Takes the pictures of README: ``python3 bootstrap.py screenshots [FOLDER]`` (by default resources/screenshots).
With ``--all FOLDER [LOOK …]`` it takes every screen in every look, or in these, instead (:mod:`tests.ui.gallery`).

Made from the sample surveys, offscreen, at 1366×768, the screen of the laptops in the field. The preview is taken in
Chromium, all network refused, where there is one.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from PIL import Image

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "resources" / "screenshots"
_NEAR_MINGORA = (72.39, 34.78, 72.44, 34.82)
"""West, south, east, north of what the picture of the map shows: close enough to see each sighting."""


def take_all(folder: Path) -> Iterator[Path]:
    """Write every picture into ``folder``; yields them as they are made."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from surveyapp.services.demo import run_demo

    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="surveyapp-pictures-") as scratch:
        made = Path(scratch) / "demo"
        list(run_demo(made, lambda _path, _out: []))
        raw = Path(scratch) / "raw"
        raw.mkdir()
        for picture in (*_windows(made, raw), *_preview(made / "national.html", raw)):
            yield _kept(picture, folder / picture.name)


def _kept(picture: Path, target: Path) -> Path:
    """The picture as small as PNG makes it without losing a colour: the gems are told apart by theirs."""
    with Image.open(picture) as image:
        image.convert("RGB").save(target, "PNG", optimize=True)
    return target


def _windows(made: Path, folder: Path) -> Iterator[Path]:
    from surveyapp.ui.application import shots

    yield from shots(made / "swat_emerald.gpkg", folder)
    yield from _parts(made / "national.gpkg", folder)


def _parts(survey: Path, folder: Path) -> Iterator[Path]:
    """The form and the map by themselves, large enough to read."""
    from PySide6.QtTest import QTest

    from surveyapp.settings import Settings
    from surveyapp.ui.application import _open_in, _settle, make_application
    from surveyapp.ui.main_window import MainWindow
    from surveyapp.ui.prompts import ScriptedPrompts

    application = make_application()
    with TemporaryDirectory(prefix="surveyapp-drafts-") as drafts:
        window = MainWindow(Settings(None), Path(drafts), ScriptedPrompts())
        try:
            window.appearance.set_theme("light")
            window.resize(1366, 1180)
            window.show()
            _open_in(application, window, survey)
            form = folder / "form.png"
            window.form.grab().save(str(form))
            yield form
            window.resize(1366, 768)
            _settle(application, window)
            window.canvas.zoom_to(_near(survey))
            QTest.qWait(1500)  # the map glides there
            _settle(application, window)
            chart = folder / "map.png"
            window.canvas.grab().save(str(chart))
            yield chart
        finally:
            window.end()
            window.close()
            window.deleteLater()
            application.processEvents()


def _near(survey: Path) -> list[str]:
    """The sightings near Mingora."""
    from surveyapp.storage.gpkg import SurveyFile

    west, south, east, north = _NEAR_MINGORA
    with SurveyFile.open(survey, read_only=True) as file:
        places = {record.uuid: record.position for record in file.records("sighting")}
    return [uuid for uuid, p in places.items() if p and west <= p[0] <= east and south <= p[1] <= north]


def _preview(page: Path, folder: Path) -> Iterator[Path]:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        sys.stderr.write("There is no Chromium, so preview.png stays as it is.\n")
        return
    from playwright.sync_api import sync_playwright

    target = folder / "preview.png"
    # Chromium's sandbox refuses root (CI, containers).
    arguments = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        context = browser.new_context(viewport={"width": 1366, "height": 768}, offline=True)
        tab = context.new_page()
        tab.goto(page.as_uri())
        tab.wait_for_load_state("load")
        tab.wait_for_timeout(1500)  # the map's own drawing has no event to wait for
        tab.screenshot(path=str(target))
        browser.close()
    yield target


def main() -> int:
    """Take the pictures and print where they are."""
    if sys.argv[1:2] == ["--all"]:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        from tests.ui.gallery import take

        chosen = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(gettempdir()) / "surveyapp-gallery"
        for sheet in take(chosen.absolute(), sys.argv[3:]):
            sys.stdout.write(f"{sheet}\n")
        return 0
    folder = Path(sys.argv[1]).absolute() if len(sys.argv) > 1 else FOLDER
    for picture in take_all(folder):
        sys.stdout.write(f"{picture}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
