"""A line over the map that takes a position as people write it, or the number of a toposheet, and goes there."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout

from surveyapp.errors import BadPosition
from surveyapp.geo.ground.model import world_box
from surveyapp.geo.toposheets import sheet_box
from surveyapp.ui.forms.look import IconButton, ToneLabel
from surveyapp.ui.forms.position_tools import PositionTools
from surveyapp.ui.mapcanvas.canvas import MapCanvas
from surveyapp.words import tr

_TYPING_MS = 250
_WIDEST = 520
_EDGE = 12


class GoToBar(QFrame):
    """Lies over the upper edge of the map while it is open. Return goes to the position, Escape closes it."""

    def __init__(self, canvas: MapCanvas, tools: PositionTools) -> None:
        super().__init__(canvas)
        self.setProperty("card", True)
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
        self._canvas, self._tools = canvas, tools
        self.line = QLineEdit()
        self.line.setObjectName("go_to")
        self.line.setPlaceholderText(tr("Degrees, UTM, MGRS or a toposheet reference"))
        self.line.setClearButtonEnabled(True)
        self.line.setAccessibleName(tr("Go to a position"))
        self.said = ToneLabel()
        self.button = QPushButton(tr("Go"))
        self.button.setAutoDefault(False)
        close = IconButton("close", tr("Close"))
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.line, 1)
        row.addWidget(self.button)
        row.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 8, 8)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addWidget(self.said)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_TYPING_MS)
        self._timer.timeout.connect(self._tell)
        self.line.textChanged.connect(lambda _text: self._timer.start())
        self.line.returnPressed.connect(self.go)
        self.button.clicked.connect(self.go)
        close.clicked.connect(self.leave)
        self.line.installEventFilter(self)
        canvas.installEventFilter(self)
        self.hide()

    def open(self) -> None:
        """Show the line, ready to be typed into."""
        self._tell()
        self._place()
        self.show()
        self.raise_()
        self.line.setFocus()
        self.line.selectAll()

    def go(self) -> None:
        """Bring the typed position to the middle of the map and mark it, or show the whole of a toposheet, or say why
        neither can be."""
        self._timer.stop()
        text = self.line.text().strip()
        if not text:
            return
        if (sheet := sheet_box(text)) is not None:
            self._canvas.show_box(world_box(*sheet[1]))
            self._tell()
            return
        try:
            found = self._tools.parse(text)
        except BadPosition as error:
            self._say(str(error), "danger")
            return
        self._canvas.go_to(found.longitude, found.latitude)
        self._tell()

    def leave(self) -> None:
        """Close the line; the mark stays until Escape is pressed on the map."""
        self.hide()
        self._canvas.setFocus()

    def _tell(self) -> None:
        """What is understood so far; a half-typed position is no mistake yet."""
        text = self.line.text().strip()
        if not text:
            self._say(tr("For example 34.7725N 72.3608E, 43S 258000 3850000 or 43 B/5 46.35N 21.65E"), "muted")
            return
        if (sheet := sheet_box(text)) is not None:
            self._say(tr("The whole of sheet {sheet}", sheet=sheet[0]), "muted")
            return
        try:
            found = self._tools.parse(text)
        except BadPosition as error:
            self._say(str(error), "muted")
            return
        words = [shown for _notation, shown in self._tools.describe(found.longitude, found.latitude)]
        self._say("   ".join([*words[:2], *found.warnings]), "warning" if found.warnings else "muted")

    def _say(self, text: str, tone: str) -> None:
        self.said.say(text, tone)
        self._place()

    def _place(self) -> None:
        width = min(self._canvas.width() - 2 * _EDGE, _WIDEST)
        self.setFixedWidth(width)
        self.setFixedHeight(self.layout().totalHeightForWidth(width))
        self.move((self._canvas.width() - width) // 2, _EDGE)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What the line leaves over is not for the map below, which would move or open a sighting."""
        event.accept()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._canvas and event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        if watched is self.line and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self.leave()
                return True
        return super().eventFilter(watched, event)
