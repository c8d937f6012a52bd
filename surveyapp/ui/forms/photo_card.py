"""One photo of a sighting: its picture, its caption, and how its place and time agree with the sighting's."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from surveyapp.domain.records import Record, Value
from surveyapp.ui import theme
from surveyapp.ui.forms.images import picture, toned
from surveyapp.ui.forms.look import ElidedLabel, ToneLabel, small_button
from surveyapp.ui.forms.photo_facts import Fact, place_fact, time_fact
from surveyapp.words import tr

THUMBNAIL = QSize(116, 92)


class Thumbnail(QAbstractButton):
    """A small picture to press; until its bytes come, and where they are no picture, it says so."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Enlarge {name}", name=name))
        self.setToolTip(tr("Enlarge {name}", name=name))
        self.setFixedSize(THUMBNAIL)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._image = QImage()
        self._words = "…"

    def show_bytes(self, data: bytes | None) -> None:
        """Show the picture in ``data``."""
        ratio = self.devicePixelRatioF()
        self._image = picture(data, THUMBNAIL * ratio)
        self._image.setDevicePixelRatio(ratio)
        self._words = tr("Cannot be shown") if self._image.isNull() else ""
        self.update()

    @property
    def has_picture(self) -> bool:
        return not self._image.isNull()

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = theme.current()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(colours.raised))
        if self._image.isNull():
            painter.setPen(QColor(colours.muted))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(6, 6, -6, -6), flags, self._words)
        else:
            size = self._image.deviceIndependentSize().toSize()
            place = QRect(0, 0, size.width(), size.height())
            place.moveCenter(self.rect().center())
            painter.drawImage(place, toned(self._image))
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.accent), 3))
            painter.drawRect(self.rect().adjusted(1, 1, -2, -2))


class PhotoCard(QFrame):
    """``enlargeWanted``, ``sketchWanted`` and ``removeWanted`` by its buttons; ``captionEdited(text)`` when the caption
    was changed. ``drawn_on`` is the name of the photo that a sketch was drawn on."""

    enlargeWanted = Signal()
    sketchWanted = Signal()
    removeWanted = Signal()
    captionEdited = Signal(str)

    def __init__(self, photo: Record, parent: QWidget | None = None, *, drawn_on: str = "") -> None:
        super().__init__(parent)
        self.photo = photo
        self.setProperty("card", True)
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 6, 8, 6)
        row.setSpacing(10)
        self.thumbnail = Thumbnail(self.title, self)
        self.thumbnail.clicked.connect(self.enlargeWanted)
        words = QVBoxLayout()
        words.setSpacing(2)
        self.name = ElidedLabel(self)
        self.name.say(tr("Sketch on {name}", name=drawn_on) if drawn_on else self.file_name, "")
        self.place, self.time = ToneLabel("", "muted", self), ToneLabel("", "muted", self)
        self.caption = QLineEdit(str(photo.get("caption") or ""), self)
        self.caption.setPlaceholderText(tr("Caption"))
        self.caption.setAccessibleName(tr("Caption of {name}", name=self.file_name))
        self.caption.editingFinished.connect(self._caption_edited)
        self.sketch_button: QPushButton = small_button(tr("Sketch…"), tr("Draw on a copy of this photo"), self)
        self.remove_button: QPushButton = small_button(tr("Remove"), tr("Take this photo out of the sighting"), self)
        for label in (self.name, self.place, self.time):
            words.addWidget(label)
        words.addWidget(self.caption)
        words.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(0)
        buttons.addStretch(1)
        buttons.addWidget(self.sketch_button)
        buttons.addWidget(self.remove_button)
        words.addLayout(buttons)
        self.sketch_button.clicked.connect(self.sketchWanted)
        self.remove_button.clicked.connect(self.removeWanted)
        row.addWidget(self.thumbnail, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)

    @property
    def file_name(self) -> str:
        return str(self.photo.get("file_name") or tr("photo"))

    @property
    def title(self) -> str:
        """What the photo is called: its caption, else its file."""
        return str(self.photo.get("caption") or self.file_name)

    def take(self, photo: Record) -> None:
        """The same photo with other facts (its caption was changed); what is being typed stays."""
        if self.caption.text().strip() == str(self.photo.get("caption") or ""):
            self.caption.setText(str(photo.get("caption") or ""))
        self.photo = photo

    def set_editable(self, editable: bool) -> None:
        """Whether the photo can be removed, captioned and drawn on."""
        self.remove_button.setVisible(editable)
        self.sketch_button.setVisible(editable)
        self.caption.setReadOnly(not editable)
        self.caption.setVisible(editable or bool(self.caption.text()))

    def compare(self, sighting: Mapping[str, Value]) -> None:
        """Show how place and time agree with those of the sighting."""
        _tell(self.place, place_fact(self.photo, sighting))
        _tell(self.time, time_fact(self.photo, sighting))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.thumbnail.update()

    def _caption_edited(self) -> None:
        if self.caption.text().strip() != str(self.photo.get("caption") or ""):
            self.captionEdited.emit(self.caption.text().strip())


def _tell(label: ToneLabel, fact: Fact) -> None:
    label.say(f"⚠ {fact.text}" if fact.flagged else fact.text, "warning" if fact.flagged else "muted")
