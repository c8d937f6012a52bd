"""The window in which one draws on a copy of a photo."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import QBuffer, QIODevice, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QImageWriter, QKeySequence, QPainter, QPixmap, QShortcut
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLineEdit, QPushButton, QToolButton, QWidget

from surveyapp.ui import theme
from surveyapp.ui.dialogs.typed import TypedDialog
from surveyapp.ui.forms.look import IconButton, target_px
from surveyapp.ui.forms.sketch_canvas import ARROW, LINE, PEN, SCALE, TEXT, SketchCanvas
from surveyapp.ui.prompts import Prompts
from surveyapp.words import tr

_COLOURS = ("#e02020", "#ffd400", "#0a5fd0", "#ffffff", "#000000")
_WIDTHS = (0.0025, 0.005)
_QUALITY = 92


class SketchDialog(TypedDialog):
    """``saveRequested`` by its main button; it stays open until :meth:`saved`, so that a save that fails costs no
    drawing. ``caption`` is the line with the sketch's caption."""

    def __init__(self, name: str, data: bytes | None, prompts: Prompts, parent: QWidget | None = None) -> None:
        super().__init__(tr("Sketch on {name}", name=name), "", tr("Save sketch"), prompts, parent)
        self.cancel_button.setText(tr("Cancel"))
        self.heading.hide()  # the picture needs the room, and the window's title says it
        self.canvas = SketchCanvas(data, self)
        self.caption = QLineEdit(self)
        self.caption.setPlaceholderText(tr("Caption of the sketch"))
        self.caption.setAccessibleName(tr("Caption of the sketch"))
        self.body.addWidget(self._tools())
        self.body.addWidget(self.canvas, 1)
        self.body.addWidget(self.caption)
        self.canvas.changed.connect(self.look)
        self.canvas.wordsWanted.connect(self._ask_words)
        standard = QKeySequence.StandardKey
        for keys, act in ((standard.Undo, self.canvas.undo), (standard.Redo, self.canvas.redo)):
            QShortcut(QKeySequence(keys), self).activated.connect(act)
        self.resize(1060, 690)
        self._choose_tool(PEN)
        self._loaded = self._content()
        self.look()
        self.canvas.setFocus()

    def data(self) -> bytes:
        """The sketch as JPEG."""
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        writer = QImageWriter(buffer, b"jpeg")
        writer.setQuality(_QUALITY)
        writer.write(self.canvas.rendered())
        return bytes(buffer.data().data())

    def look(self) -> None:
        """There is something to save once anything is drawn."""
        sketch = self.canvas.sketch
        self.main_button.setEnabled(bool(sketch.marks))
        self.undo_button.setEnabled(bool(sketch.marks))
        self.redo_button.setEnabled(bool(sketch.undone))

    def _question(self) -> tuple[str, str]:
        return tr("Throw this drawing away?"), tr("Sketch")

    def _content(self) -> Mapping[str, Any]:
        return {"marks": self.canvas.sketch.plain(), "caption": self.caption.text()}

    def _restore(self, content: Mapping[str, Any]) -> None:
        self.canvas.sketch.restore(content["marks"])
        self.caption.setText(content["caption"])
        self.canvas.update()

    # --- parts -----------------------------------------------------------------------------------------

    def _tools(self) -> QFrame:
        bar = QFrame(self)
        row = QHBoxLayout(bar)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self.tools: dict[str, QPushButton] = {}
        group = QButtonGroup(bar)
        for tool, text, tip in (
            (PEN, tr("Pen"), tr("Draw freely")),
            (LINE, tr("Line"), tr("Drag a straight line, such as a contact or a fault")),
            (ARROW, tr("Arrow"), tr("Drag towards what is meant")),
            (TEXT, tr("Words"), tr("Put the words at the place that is pressed")),
            (SCALE, tr("Scale bar"), tr("Drag along something of known length, and type the length beside")),
        ):
            button = QPushButton(text, bar)
            button.setCheckable(True)
            button.setAutoDefault(False)
            button.setToolTip(tip)
            button.clicked.connect(partial(self._choose_tool, tool))
            group.addButton(button)
            self.tools[tool] = button
            row.addWidget(button)
        self.words = QLineEdit(bar)
        self.words.textChanged.connect(self._take_words)
        row.addWidget(self.words, 1)
        self.colours = [self._colour_button(colour, bar) for colour in _COLOURS]
        shades = QButtonGroup(bar)
        for swatch in self.colours:
            shades.addButton(swatch)
            row.addWidget(swatch)
        self.colours[0].setChecked(True)
        self.thick = QPushButton(tr("Thick"), bar)
        self.thick.setCheckable(True)
        self.thick.setAutoDefault(False)
        self.thick.toggled.connect(self._choose_width)
        self._choose_width(False)
        row.addWidget(self.thick)
        self.undo_button = IconButton("undo", tr("Undo"), tr("Take the last mark back (Ctrl+Z)"), bar)
        self.redo_button = IconButton("redo", tr("Redo"), tr("Draw it again (Ctrl+Shift+Z)"), bar)
        self.undo_button.clicked.connect(self.canvas.undo)
        self.redo_button.clicked.connect(self.canvas.redo)
        row.addWidget(self.undo_button)
        row.addWidget(self.redo_button)
        return bar

    def _colour_button(self, colour: str, parent: QWidget) -> QToolButton:
        names = {_COLOURS[0]: tr("Red"), _COLOURS[1]: tr("Yellow"), _COLOURS[2]: tr("Blue"), _COLOURS[3]: tr("White"),
                 _COLOURS[4]: tr("Black")}
        button = QToolButton(parent)
        button.setCheckable(True)
        button.setAccessibleName(names[colour])
        button.setToolTip(names[colour])
        button.setIcon(_swatch(colour))
        button.setIconSize(QSize(20, 20))
        button.setFixedSize(target_px(), target_px())
        button.clicked.connect(lambda: setattr(self.canvas, "colour", colour))
        return button

    # --- what is chosen --------------------------------------------------------------------------------

    def _choose_tool(self, tool: str) -> None:
        self.canvas.tool = tool
        self.tools[tool].setChecked(True)
        self.words.setEnabled(tool in (TEXT, SCALE))
        self.words.setPlaceholderText(
            tr("Length, such as 30 cm") if tool == SCALE else tr("Words, then press the place") if tool == TEXT else ""
        )
        if tool in (TEXT, SCALE):
            self.words.setFocus()

    def _choose_width(self, thick: bool) -> None:
        self.canvas.width_share = _WIDTHS[int(thick)]

    def _take_words(self, words: str) -> None:
        self.canvas.words = words
        self.complain("")
        self.look()

    def _ask_words(self) -> None:
        self.complain(tr("Type the length first.") if self.canvas.tool == SCALE else tr("Type the words first."))
        self.words.setFocus()


def _swatch(colour: str) -> QIcon:
    pixmap = QPixmap(40, 40)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QColor(theme.current().muted))
    painter.setBrush(QColor(colour))
    painter.drawEllipse(4, 4, 32, 32)
    painter.end()
    return QIcon(pixmap)
