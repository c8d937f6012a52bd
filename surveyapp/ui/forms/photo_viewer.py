"""A photo as large as its window."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from surveyapp.ui import theme
from surveyapp.ui.forms.images import picture, toned
from surveyapp.ui.forms.look import IconButton, ToneLabel
from surveyapp.words import tr

_AGAIN_MS = 150
"""A window that is being resized reads the photo again only once it rests."""


class _Canvas(QWidget):
    """The picture, with the ground of the window around it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.image = QImage()
        self.words = tr("Loading …")
        self.setMinimumSize(240, 160)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), QColor(theme.current().window))
        if self.image.isNull():
            painter.setPen(QColor(theme.current().muted))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.words)
            return
        size = self.image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect(0, 0, size.width(), size.height())
        place.moveCenter(self.rect().center())
        painter.drawImage(place, toned(self.image))


class PhotoViewer(QDialog):
    """``turned(step)`` asks for the photo after (1) or before (-1) this one."""

    turned = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.uuid = ""
        self._data: bytes | None = None
        self.canvas = _Canvas(self)
        self._facts = ToneLabel("", "", self)
        self.before_button = IconButton("previous", tr("Photo before"), tr("Photo before (Left)"), self)
        self.after_button = IconButton("next", tr("Photo after"), tr("Photo after (Right)"), self)
        self.close_button = QPushButton(tr("Close"), self)
        row = QHBoxLayout()
        row.setContentsMargins(10, 6, 10, 8)
        row.addWidget(self._facts, 1)
        for button in (self.before_button, self.after_button, self.close_button):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.canvas, 1)
        column.addLayout(row)
        self.resize(1000, 680)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._read)
        self.before_button.clicked.connect(lambda: self.turned.emit(-1))
        self.after_button.clicked.connect(lambda: self.turned.emit(1))
        self.close_button.clicked.connect(self.accept)

    def show_photo(self, uuid: str, name: str, facts: str, *, many: bool) -> None:
        """Name the photo whose bytes come next."""
        self.uuid, self._data = uuid, None
        self.setWindowTitle(name)
        self._facts.say(f"{name} · {facts}")
        self.canvas.image, self.canvas.words = QImage(), tr("Loading …")
        self.canvas.update()
        self.before_button.setVisible(many)
        self.after_button.setVisible(many)

    def show_bytes(self, data: bytes | None) -> None:
        """Show the picture in ``data``."""
        self._data = data
        self._read()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        back, on = (Qt.Key.Key_Left, Qt.Key.Key_Up), (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Space)
        step = -1 if event.key() in back else 1 if event.key() in on else 0
        if step:
            self.turned.emit(step)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._timer.start(_AGAIN_MS)

    def _read(self) -> None:
        if self._data is None:
            return
        ratio = self.devicePixelRatioF()
        size = QSize(round(self.canvas.width() * ratio), round(self.canvas.height() * ratio))
        self.canvas.image = picture(self._data, size)
        self.canvas.words = tr("This photo cannot be shown: its bytes are damaged or too large.")
        self.canvas.update()
