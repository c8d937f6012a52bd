"""Photos and history of the sighting on show, beside the form."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject

from surveyapp.ui.desk import Desk
from surveyapp.ui.forms.history_panel import HistoryPanel
from surveyapp.ui.forms.photo_strip import SUFFIXES, PhotoStrip
from surveyapp.ui.prompts import Prompts
from surveyapp.ui.survey_controller import Detail, SurveyController

_KINDS = f"Photos ({' '.join(f'*{suffix}' for suffix in SUFFIXES)});;All files (*)"


class RecordPanels(QObject):
    """Fills the panels from the :class:`Detail` that the form shows, and passes on what is asked for in them."""

    def __init__(self, desk: Desk, survey: SurveyController, prompts: Prompts) -> None:
        super().__init__(desk)
        self._desk, self._survey, self._prompts = desk, survey, prompts
        self._uuid: str | None = None
        self.photos = PhotoStrip(self.choose_photos)
        self.history = HistoryPanel()
        desk.add_tab("photos", self.photos, "Photos", "photo")
        desk.add_tab("history", self.history, "History", "history")
        self.photos.photosDropped.connect(self.attach)
        self.photos.photoRemoved.connect(survey.remove_photo)
        self.photos.imageWanted.connect(self._fetch)
        self.history.restoreRequested.connect(survey.restore)
        self.show_detail(None)

    def show_detail(self, detail: Detail | None) -> None:
        """Show what hangs on this sighting; ``None``: a new one, on which nothing can hang yet."""
        self._uuid = detail.record.uuid if detail else None
        photos = detail.photos if detail else ()
        self.photos.show_photos([(photo, None) for photo in photos], detail.record.values if detail else {})
        self.history.show_history(detail.history if detail else ())
        self.history.set_editable(self._survey.writable)
        if not self._survey.writable:
            self.photos.set_editable(False, "The survey is open for reading only.")
        elif detail is None:
            self.photos.set_editable(False, "Save the sighting first; then photos can be added.")
        else:
            self.photos.set_editable(True)
        self._desk.name_tab("photos", f"Photos ({len(photos)})" if photos else "Photos")

    def attach(self, paths: Sequence[Path]) -> None:
        """Put these photos into the sighting on show."""
        if self._uuid is not None and paths:
            self._survey.attach_photos(self._uuid, list(paths))
            self._desk.bring_up("photos")

    def ask_for_photos(self) -> None:
        """Ask for photos and put them into the sighting on show."""
        self.attach(self.choose_photos())

    def choose_photos(self) -> list[Path]:
        """Ask which photos."""
        folder = Path(self._survey.settings["files.photos"] or Path.home())
        chosen = self._prompts.open_files("Attach photos", folder, _KINDS, many=True)
        if chosen:
            self._survey.settings["files.photos"] = str(chosen[0].parent)
        return chosen

    def _fetch(self, uuid: str) -> None:
        self._survey.photo_data(uuid, lambda data: self.photos.set_image(uuid, data))
