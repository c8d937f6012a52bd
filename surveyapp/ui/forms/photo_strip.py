"""The photos of a sighting: what they show, and whether they were taken there and then."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from surveyapp.domain.records import Record, Value
from surveyapp.services.photos import REFUSED_SUFFIXES, SUFFIXES
from surveyapp.ui import theme
from surveyapp.ui.forms.look import ToneLabel
from surveyapp.ui.forms.photo_bars import ArrivalBar, TakingBar
from surveyapp.ui.forms.photo_card import PhotoCard
from surveyapp.ui.forms.photo_viewer import PhotoViewer
from surveyapp.words import ntr, tr

Loader = Callable[[], bytes | None]


class PhotoStrip(QWidget):
    """Photos are given by :meth:`show_photos` with a callable that gives their bytes at once, or with
    ``None``: then ``imageWanted(uuid)`` asks for them, and :meth:`set_image` takes them when they come.

    Signals: ``photosDropped(list[Path])`` of files dropped or chosen, ``photoRemoved(uuid)``,
    ``sketchWanted(uuid)``, ``captionEdited(uuid, text)``, ``imageWanted(uuid)``.
    """

    photosDropped = Signal(object)
    photoRemoved = Signal(str)
    sketchWanted = Signal(str)
    captionEdited = Signal(str, str)
    imageWanted = Signal(str)

    def __init__(self, choose_files: Callable[[], Sequence[Path]] | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choose = choose_files or self._ask_files
        self._cards: dict[str, PhotoCard] = {}
        self._loaders: dict[str, Loader | None] = {}
        self._waiting: deque[str] = deque()
        self._sighting: Mapping[str, Value] = {}
        self._viewer: PhotoViewer | None = None
        self._hot = False
        self.setAcceptDrops(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(6)
        self.arrivals, self.taking = ArrivalBar(self), TakingBar(self)
        column.addWidget(self._head())
        column.addWidget(self.arrivals)
        column.addWidget(self._card_area(), 1)
        column.addWidget(self.taking)
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._load_next)
        self.set_editable(True)

    # --- what the window calls -------------------------------------------------------------------------

    def show_photos(self, photos: Sequence[tuple[Record, Loader | None]], sighting: Mapping[str, Value]) -> None:
        """Show these photos beside the values of their sighting. Pictures that are shown already stay."""
        self._sighting = sighting
        wanted = {record.uuid for record, _ in photos}
        for uuid in [uuid for uuid in self._cards if uuid not in wanted]:
            self._drop_card(uuid)
        self._loaders = {record.uuid: loader for record, loader in photos}
        names = {record.uuid: str(record.get("file_name") or tr("photo")) for record, _ in photos}
        for place, (record, _) in enumerate(photos):
            if record.uuid in self._cards and _same_picture(self._cards[record.uuid].photo, record):
                self._cards[record.uuid].take(record)
            else:
                of = record.get("sketch_of")
                self._make_card(record, names.get(str(of), tr("a photo that is not here")) if of else "")
            card = self._cards[record.uuid]
            self._column.removeWidget(card)
            self._column.insertWidget(place, card)
        self.compare(sighting)
        self._say_state()

    def compare(self, sighting: Mapping[str, Value]) -> None:
        """The sighting's position or time changed: compare again."""
        self._sighting = sighting
        for card in self._cards.values():
            card.compare(sighting)

    def set_image(self, uuid: str, data: bytes | None) -> None:
        """The bytes that :attr:`imageWanted` asked for."""
        if uuid in self._cards:
            self._cards[uuid].thumbnail.show_bytes(data)
        if self._viewer is not None and self._viewer.uuid == uuid:
            self._viewer.show_bytes(data)

    def set_editable(self, editable: bool, why: str = "") -> None:
        """Whether photos can be added and removed, and if not, why."""
        self._editable, self._why = editable, why
        self.setAcceptDrops(editable)
        self.add_button.setEnabled(editable)
        for card in self._cards.values():
            card.set_editable(editable)
        self._say_state()

    def enlarge(self, uuid: str) -> None:
        """Show a photo as large as the screen allows."""
        if self._viewer is None:
            self._viewer = PhotoViewer(self)
            self._viewer.turned.connect(self._turn)
            self._viewer.finished.connect(self._viewer_closed)
        card = self._cards[uuid]
        self._viewer.show_photo(
            uuid, card.title, f"{card.place.text()} · {card.time.text()}", many=len(self._cards) > 1
        )
        self._fetch(uuid)
        self._viewer.show()
        self._viewer.activateWindow()

    @property
    def cards(self) -> list[PhotoCard]:
        """The cards in the order in which they are shown."""
        return [self._cards[uuid] for uuid in self._loaders]

    @property
    def viewer(self) -> PhotoViewer | None:
        """The large view, while it is open."""
        return self._viewer

    # --- dropping --------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if files_in(event.mimeData()):
            self._set_hot(True)
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._set_hot(False)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self._set_hot(False)
        files = files_in(event.mimeData())
        paths = pictures_among(files)
        if files:
            event.acceptProposedAction()
        if paths:
            self.photosDropped.emit(paths)
        elif files:
            self._state.say(tr("{name} is no photo.", name=files[0].name), "warning")

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._hot:
            colours = theme.current()
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(colours.accent), 2, Qt.PenStyle.DashLine))
            painter.setBrush(QColor(colours.accent_soft))
            painter.drawRoundedRect(self.rect().adjusted(3, 3, -3, -3), 10, 10)

    # --- inside ----------------------------------------------------------------------------------------

    def _head(self) -> QFrame:
        head = QFrame(self)
        row = QHBoxLayout(head)
        row.setContentsMargins(0, 0, 0, 0)
        self._state = ToneLabel("", "muted", head)
        self.add_button = QPushButton(tr("Add photos…"), head)
        self.add_button.setAutoDefault(False)
        self.add_button.clicked.connect(self._add)
        row.addWidget(self._state, 1)
        row.addWidget(self.add_button)
        return head

    def _card_area(self) -> QScrollArea:
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._host = QWidget()
        self._column = QVBoxLayout(self._host)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addStretch(1)
        area.setWidget(self._host)
        # The ground shows through, for the mark that tells where photos may be dropped.
        self._host.setAutoFillBackground(False)
        area.viewport().setAutoFillBackground(False)
        return area

    def _make_card(self, record: Record, drawn_on: str) -> None:
        self._drop_card(record.uuid)
        card = PhotoCard(record, self._host, drawn_on=drawn_on)
        card.set_editable(self._editable)
        card.removeWanted.connect(lambda: self.photoRemoved.emit(record.uuid))
        card.sketchWanted.connect(lambda: self.sketchWanted.emit(record.uuid))
        card.captionEdited.connect(lambda text: self.captionEdited.emit(record.uuid, text))
        card.enlargeWanted.connect(lambda: self.enlarge(record.uuid))
        self._cards[record.uuid] = card
        self._waiting.append(record.uuid)
        self._timer.start()

    def _drop_card(self, uuid: str) -> None:
        card = self._cards.pop(uuid, None)
        if card is not None:
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()

    def _load_next(self) -> None:
        """One picture each time Qt has nothing else to do, so that the form never waits for photos."""
        if self._waiting:
            self._fetch(self._waiting.popleft())
        if not self._waiting:
            self._timer.stop()

    def _fetch(self, uuid: str) -> None:
        if uuid not in self._cards:
            return
        loader = self._loaders.get(uuid)
        if loader is None:
            self.imageWanted.emit(uuid)
        else:
            self.set_image(uuid, loader())

    def _turn(self, step: int) -> None:
        order = list(self._loaders)
        if self._viewer is not None and self._viewer.uuid in order:
            self.enlarge(order[(order.index(self._viewer.uuid) + step) % len(order)])

    def _viewer_closed(self) -> None:
        if self._viewer is not None:
            self._viewer.deleteLater()
            self._viewer = None

    def _add(self) -> None:
        paths = list(self._choose())
        if paths:
            self.photosDropped.emit(paths)

    def _ask_files(self) -> list[Path]:
        kinds = " ".join(f"*{suffix} *{suffix.upper()}" for suffix in SUFFIXES)
        shown = tr("Photos ({kinds});;All files (*)", kinds=kinds)
        names, _kind = QFileDialog.getOpenFileNames(self, tr("Add photos"), "", shown)
        return [Path(name) for name in names]

    def _say_state(self) -> None:
        count = len(self._cards)
        told = ntr("{n} photo", "{n} photos", count) if count else tr("No photos yet; drop them anywhere")
        self._state.say(told if self._editable else self._why or told, "muted")

    def _set_hot(self, hot: bool) -> None:
        self._hot = hot
        self.update()


def _same_picture(one: Record, other: Record) -> bool:
    """Whether two states of a photo's record differ in nothing but words."""
    words = {"caption"}
    return {n: v for n, v in one.values.items() if n not in words} == {
        n: v for n, v in other.values.items() if n not in words
    }


def files_in(mime: QMimeData) -> list[Path]:
    """Local files that are dragged."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]


def pictures_among(paths: Sequence[Path]) -> list[Path]:
    """Files that are photos by their name, also of kinds that are not kept: reading one says why."""
    return [path for path in paths if path.suffix.lower() in (*SUFFIXES, *REFUSED_SUFFIXES)]
