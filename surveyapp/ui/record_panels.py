"""Photos and history of the sighting on show, beside the form."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject

from surveyapp.domain.records import Record
from surveyapp.services import photos as photo_files
from surveyapp.services.photos import SUFFIXES, Attached
from surveyapp.ui.desk import Desk
from surveyapp.ui.forms.history_panel import HistoryPanel
from surveyapp.ui.forms.photo_strip import PhotoStrip
from surveyapp.ui.prompts import Prompts
from surveyapp.ui.survey_controller import Detail, SurveyController
from surveyapp.words import ntr, tr

_TOLD = 3
"""So many files that were not taken are named; of more there is only the number."""


class RecordPanels(QObject):
    """Fills the panels from the :class:`Detail` that the form shows, and passes on what is asked for in them."""

    def __init__(self, desk: Desk, survey: SurveyController, prompts: Prompts) -> None:
        super().__init__(desk)
        self._desk, self._survey, self._prompts = desk, survey, prompts
        self.uuid: str | None = None
        self.photos = PhotoStrip(self.choose_photos)
        self.history = HistoryPanel()
        desk.add_tab("photos", self.photos, tr("Photos"), "photo")
        desk.add_tab("history", self.history, tr("History"), "history")
        self.photos.photosDropped.connect(self.attach)
        self.photos.photoRemoved.connect(survey.remove_photo)
        self.photos.captionEdited.connect(self._caption)
        self.photos.imageWanted.connect(self._fetch)
        self.photos.taking.sizeChosen.connect(lambda px: survey.settings.update({"photo.max_px": px}))
        self.history.restoreRequested.connect(survey.restore)
        self.show_detail(None)

    def show_detail(self, detail: Detail | None) -> None:
        """Show what hangs on this sighting; ``None``: a new one, on which nothing can hang yet."""
        self.uuid = detail.record.uuid if detail else None
        photos = in_order(detail.photos) if detail else []
        self.photos.show_photos([(photo, None) for photo in photos], detail.record.values if detail else {})
        self.history.show_history(detail.history if detail else (), self._desk.form.asked)
        self.history.set_editable(self._survey.writable)
        facts = self._survey.facts
        office_px = facts.template.photo_max_px if facts else None
        self.photos.taking.show_size(self._survey.settings["photo.max_px"], office_px)
        if not self._survey.writable:
            self.photos.set_editable(False, tr("The survey is open for reading only."))
        elif detail is None:
            self.photos.set_editable(False, tr("Save the sighting first; then photos can be added."))
        else:
            self.photos.set_editable(True)
        self.photos.arrivals.here_button.setEnabled(self.uuid is not None and self._survey.writable)
        title = tr("Photos ({count})", count=len(photos)) if photos else tr("Photos")
        self._desk.name_tab("photos", title)

    def attach(self, paths: Sequence[Path]) -> None:
        """Put these photos into the sighting on show, each once; say which were not taken, and why."""
        uuid, chosen, own_px = self.uuid, list(paths), self._survey.settings["photo.max_px"]
        if uuid is None or not chosen:
            return
        self._desk.bring_up("photos")
        self._survey.change(
            lambda session: photo_files.attach(session, uuid, chosen, own_max_px=own_px, lenient=True),
            self.tell_attached,
            label=ntr("Attaching {n} photo", "Attaching {n} photos", len(chosen)),
        )

    def tell_attached(self, came: Attached) -> None:
        """Say what was not taken; what was is told by the save."""
        if came.troubles:
            told = list(came.troubles[:_TOLD])
            more = len(came.troubles) - len(told)
            if more:
                told.append(ntr("{n} more file was not taken.", "{n} more files were not taken.", more))
            self._prompts.warn("\n".join(told), title=tr("Not attached"), details="\n".join(came.troubles[_TOLD:]))
        elif came.doubles and not came.uuids:
            self._desk.toast.say(ntr(
                "This sighting has that photo already.", "This sighting has these {n} photos already.",
                len(came.doubles),
            ))
        elif came.doubles:
            self._desk.toast.say(ntr(
                "{n} photo was there already and is not attached again.",
                "{n} photos were there already and are not attached again.", len(came.doubles),
            ))

    def ask_for_photos(self) -> None:
        """Ask for photos and put them into the sighting on show."""
        self.attach(self.choose_photos())

    def choose_photos(self) -> list[Path]:
        """Ask which photos."""
        folder = Path(self._survey.settings["files.photos"] or Path.home())
        kinds = " ".join(f"*{suffix} *{suffix.upper()}" for suffix in SUFFIXES)
        shown = tr("Photos ({kinds});;All files (*)", kinds=kinds)
        chosen = self._prompts.open_files(tr("Attach photos"), folder, shown, many=True)
        if chosen:
            self._survey.settings["files.photos"] = str(chosen[0].parent)
        return chosen

    def _caption(self, uuid: str, caption: str) -> None:
        photo = next((card.photo for card in self.photos.cards if card.photo.uuid == uuid), None)
        if photo is not None:
            self._survey.change(lambda session: photo_files.set_caption(session, photo, caption))

    def _fetch(self, uuid: str) -> None:
        self._survey.photo_data(uuid, lambda data: self.photos.set_image(uuid, data))


def in_order(photos: Sequence[Record]) -> list[Record]:
    """Photos as they were taken, each followed by the sketches on it."""

    def taken(photo: Record) -> tuple[str, str, str]:
        when = photo.get("taken_at") or photo.get("camera_time") or "~"
        return str(when), str(photo.get("file_name") or ""), photo.uuid

    have = {photo.uuid for photo in photos}
    ordered: list[Record] = []

    def add(photo: Record) -> None:
        ordered.append(photo)
        for sketch in sorted((one for one in photos if one.get("sketch_of") == photo.uuid), key=taken):
            if sketch not in ordered:
                add(sketch)

    for photo in sorted((one for one in photos if one.get("sketch_of") not in have), key=taken):
        add(photo)
    # Two sketches of each other can only come from another program; they are shown all the same.
    return ordered + [photo for photo in photos if photo not in ordered]
