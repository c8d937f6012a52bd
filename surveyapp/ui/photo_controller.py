"""Photos in the window: dropped anywhere, from the camera's folder, matched to sightings, and drawn on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLabel
from shiboken6 import isValid

from surveyapp.domain.fields import GEOMETRY
from surveyapp.domain.geometry import point_hex
from surveyapp.domain.progress import Progress
from surveyapp.domain.records import Record, Value
from surveyapp.services import photos as photo_files
from surveyapp.services.photos import Attached, Found
from surveyapp.services.session import Session
from surveyapp.ui.camera_folder import CameraFolder
from surveyapp.ui.forms.photo_strip import files_in, pictures_among
from surveyapp.ui.itemmodels.roster import COLUMN_FIELDS, shown_text
from surveyapp.ui.kept_dialog import KeptDialog
from surveyapp.ui.record_panels import RecordPanels
from surveyapp.words import ntr, tr

if TYPE_CHECKING:
    from surveyapp.exchange.photo_match import Match
    from surveyapp.ui.surroundings import Surroundings


class PhotoController(QObject):
    """Brings photos to the sightings that they belong to. The panel itself is filled by :class:`RecordPanels`."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around.window)
        self._around, self._survey, self._settings = around, around.survey, around.settings
        panels = around.desk.findChild(RecordPanels)
        assert isinstance(panels, RecordPanels)  # the window makes it with its desk
        self.panels = panels
        self.camera = CameraFolder(self)
        self._arrived: list[Path] = []
        self._hint = QLabel(around.window)
        self._hint.setObjectName("toast")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._hint.hide()
        around.window.setAcceptDrops(True)
        around.window.installEventFilter(self)
        strip = self.panels.photos
        strip.sketchWanted.connect(self._sketch)
        strip.arrivals.matchWanted.connect(lambda: self.match(self._take_arrived()))
        strip.arrivals.hereWanted.connect(lambda: self.panels.attach(self._take_arrived()))
        strip.arrivals.laterWanted.connect(self._take_arrived)
        strip.taking.watchWanted.connect(self.watch)
        self.camera.arrived.connect(self._arrive)
        self._survey.opened.connect(self._opened)
        self._survey.closed.connect(self._closed)
        self.sketching = KeptDialog(around, "sketches", self)

    def handlers(self) -> dict[str, Callable[..., object]]:
        """What each action does."""
        return {"photo.match": self.match_folder, "photo.watch": self.watch, "photo.sketch": self.sketch}

    def restyle(self) -> None:
        """Colours or sizes changed."""
        for card in self.panels.photos.cards:
            card.thumbnail.update()

    def shutdown(self) -> None:
        """The window closes: what is drawn is kept."""
        self.sketching.end()
        self.camera.stop()

    # -- matching -------------------------------------------------------------------------------------

    def match_folder(self) -> None:
        """Ask for a folder and find the sightings of the photos in it."""
        start = Path(self._settings["photo.folder"] or self._settings["files.photos"] or Path.home())
        folder = self._around.prompts.folder(tr("Folder with photos"), start)
        if folder is None:
            return
        self._settings["photo.folder"] = str(folder)
        found = photo_files.pictures_in(folder)
        if found:
            self.match(found)
        else:
            self._around.prompts.tell(tr("There are no photos in {folder}.", folder=folder))

    def match(self, paths: Sequence[Path]) -> None:
        """Find the sightings of these photos, and ask before anything is attached."""
        wanted = list(paths)
        if wanted and self._survey.writable:
            self._survey.tasks.run_long(
                ntr("Reading {n} photo", "Reading {n} photos", len(wanted)),
                lambda progress: photo_files.look_at(wanted, progress),
                self._looked,
                self._survey.failed.emit,
                beside=True,
            )

    def _looked(self, came: tuple[list[Found], list[str]]) -> None:
        found, troubles = came
        if not found:
            self.panels.tell_attached(Attached(troubles=tuple(troubles)))
            return
        self._survey.ask(lambda session: photo_files.match(session, found), lambda answer: self._ask(came, answer))

    def _ask(self, came: tuple[list[Found], list[str]], answer: tuple[list[Match], set[str]]) -> None:
        from surveyapp.ui.dialogs.photo_match import PhotoMatchDialog

        found, troubles = came
        dialog = PhotoMatchDialog(
            found, troubles, self._caption, self._facts, self._survey.selection.current, self._around.window
        )

        def refill(new: tuple[list[Match], set[str]]) -> None:
            if isValid(dialog):  # it may have been closed meanwhile
                dialog.fill(*new)

        def again(ahead_s: float) -> None:
            self._survey.ask(lambda session: photo_files.match(session, found, ahead_s), refill)

        dialog.rematchWanted.connect(again)
        dialog.accepted.connect(
            lambda: self._attach(dialog.chosen(), dialog.new_here(), {"gem": dialog.new_gem}, dialog.ahead_s)
        )
        dialog.fill(*answer)
        dialog.open()

    def _attach(
        self, pairs: list[tuple[Path, str]], new: list[Found], given: Mapping[str, Value], ahead_s: float
    ) -> None:
        """Attach photos to the sightings that are there, and make sightings where the others were taken."""
        from surveyapp.services import import_photos

        own_px = self._settings["photo.max_px"]

        def work(session: Session, progress: Progress) -> Attached:
            came = photo_files.attach_matched(session, pairs, own_px, progress)
            made = import_photos.add_here(session, new, given, ahead_s, own_px, progress)[1]
            return Attached(came.uuids + made.uuids, came.doubles + made.doubles, came.troubles + made.troubles)

        count = len(pairs) + len(new)
        self._survey.ask_long(
            ntr("Attaching {n} photo", "Attaching {n} photos", count), work, self.panels.tell_attached
        )

    def _caption(self, uuid: str) -> str:
        """What a sighting is called in a list."""
        roster = self._survey.roster
        if roster.row(uuid) is None:
            return ""
        words = [shown_text(COLUMN_FIELDS[name], roster.value(uuid, name)) for name in ("gem", "locality")]
        return " · ".join(word for word in words if word)

    def _facts(self, uuid: str) -> Mapping[str, Value]:
        """What the differences are told against."""
        roster = self._survey.roster
        if roster.row(uuid) is None:
            return {}
        place = roster.position(uuid)
        told = {name: roster.value(uuid, name) for name in ("accuracy_m", "observed_at")}
        return {**told, GEOMETRY: point_hex(*place) if place else None}

    # -- the camera's folder --------------------------------------------------------------------------

    def watch(self) -> None:
        """Watch a folder for new photos, or stop it."""
        if self.camera.folder is not None:
            self.camera.stop()
            self._settings["photo.watch"] = False
            self._take_arrived()
        else:
            start = Path(self._settings["photo.folder"] or self._settings["files.photos"] or Path.home())
            folder = self._around.prompts.folder(tr("Folder of the camera"), start)
            if folder is None:
                return
            self._settings.update({"photo.folder": str(folder), "photo.watch": True})
            self.camera.watch(folder)
            self._around.desk.bring_up("photos")
        self._show_watch()

    def _opened(self) -> None:
        self._take_arrived()
        if self._settings["photo.watch"] and self._settings["photo.folder"] and self._survey.writable:
            if self.camera.folder is None:
                self.camera.watch(Path(self._settings["photo.folder"]))
        else:
            self.camera.stop()
        self._show_watch()

    def _closed(self) -> None:
        self.camera.stop()
        self._take_arrived()
        self._show_watch()

    def _show_watch(self) -> None:
        folder = self.camera.folder
        self.panels.photos.taking.show_watch("" if folder is None else folder.name or str(folder))

    def _arrive(self, paths: list[Path]) -> None:
        self._arrived += paths
        count, folder = len(self._arrived), self.camera.folder
        self.panels.photos.arrivals.offer(count, "" if folder is None else folder.name or str(folder))
        self._around.desk.toast.say(ntr("{n} new photo from the camera; see Photos.",
                                        "{n} new photos from the camera; see Photos.", count))

    def _take_arrived(self) -> list[Path]:
        """The photos that are on offer; they are offered no more."""
        taken, self._arrived = self._arrived, []
        self.panels.photos.arrivals.offer(0, "")
        return taken

    # -- dropping -------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if watched is not self._around.window or not self._survey.writable:
            return super().eventFilter(watched, event)
        if kind == QEvent.Type.DragEnter and isinstance(event, QDragEnterEvent):
            paths = pictures_among(files_in(event.mimeData()))
            if paths:
                self._show_hint(len(paths))
                event.acceptProposedAction()
                return True
        elif kind == QEvent.Type.DragLeave:
            self._hint.hide()
        elif kind == QEvent.Type.Drop and isinstance(event, QDropEvent):
            self._hint.hide()
            paths = pictures_among(files_in(event.mimeData()))
            if paths:
                event.acceptProposedAction()
                self.drop(paths)
                return True
        return super().eventFilter(watched, event)

    def drop(self, paths: Sequence[Path]) -> None:
        """Photos were dropped on the window: into the sighting on show, or, where none is, to be matched."""
        if self.panels.uuid is not None:
            self.panels.attach(paths)
        else:
            self.match(paths)

    def _show_hint(self, count: int) -> None:
        if self.panels.uuid is None:
            told = ntr("Drop it to find its sighting", "Drop {n} photos to find their sightings", count)
        else:
            caption = self._caption(self.panels.uuid) or tr("the sighting on show")
            told = ntr("Drop it to attach it to {sighting}", "Drop {n} photos to attach them to {sighting}", count,
                       sighting=caption)
        self._hint.setText(told)
        self._hint.setMargin(16)
        self._hint.adjustSize()
        window = self._around.window
        self._hint.move((window.width() - self._hint.width()) // 2, window.height() // 2 - self._hint.height())
        self._hint.show()
        self._hint.raise_()

    # -- sketches -------------------------------------------------------------------------------------

    def sketch(self) -> None:
        """Draw on the photo that has the keyboard, else on the first one of the sighting on show."""
        cards = self.panels.photos.cards
        self._around.desk.bring_up("photos")
        if not cards:
            self._around.desk.toast.say(tr("Add a photo first; then it can be drawn on."))
            return
        focus = QApplication.focusWidget()
        focused = [one for one in cards if focus is not None and one.isAncestorOf(focus)]
        self._sketch((focused or cards)[0].photo.uuid)

    def _sketch(self, uuid: str) -> None:
        photo = next((one.photo for one in self.panels.photos.cards if one.photo.uuid == uuid), None)
        if photo is not None:
            self._survey.photo_data(uuid, lambda data: self._draw(photo, data))

    def _draw(self, photo: Record, data: bytes | None) -> None:
        from surveyapp.ui.dialogs.sketch import SketchDialog

        name = str(photo.get("file_name") or tr("photo"))
        dialog = SketchDialog(name, data, self._around.prompts, self._around.window)
        if dialog.canvas.base.isNull():
            dialog.deleteLater()
            self._around.prompts.warn(tr("This photo cannot be drawn on: its bytes are damaged or too large."))
            return

        def save() -> None:
            drawn, caption = dialog.data(), dialog.caption.text()
            self.sketching.change(dialog, lambda session: photo_files.add_sketch(session, photo, drawn, caption))

        dialog.saveRequested.connect(save)
        self.sketching.open(dialog, photo.uuid)


