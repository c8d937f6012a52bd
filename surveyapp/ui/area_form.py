"""The card in which an area is typed: its facts from the field table, and the corners of its outline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from surveyapp.domain.fields import AREA, GEOMETRY
from surveyapp.domain.records import Record, Value
from surveyapp.errors import BadInput
from surveyapp.geo.extents import area_m2, corners_of, outline_hex
from surveyapp.services.areas import LonLat, corners_text, parse_corners
from surveyapp.ui import theme
from surveyapp.ui.forms.checks import BLOCKS, NEEDED, Finding
from surveyapp.ui.forms.form_body import FormBody
from surveyapp.ui.forms.look import ToneLabel, mirrored
from surveyapp.ui.mapcanvas.graticule import area_text
from surveyapp.words import ntr, tr

_GROUP = "Area"
_WAIT_MS = 250
"""Corners are read this long after the last key."""
_LINES = 5


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the card: values, corners (``None``: the outline stays as it is), and why it cannot be saved."""

    values: Mapping[str, Value]
    corners: Sequence[LonLat] | None
    trouble: str


class AreaForm(QFrame):
    """A new area, or one of the file. ``edited`` when a person changes something, ``drawWanted`` for the button that
    draws the outline on the map."""

    edited = Signal()
    drawWanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self._record: Record | None = None
        self._loaded: dict[str, str] = {}
        self._loaded_corners = ""
        self._exact: tuple[str, list[LonLat]] = ("", [])
        column = QVBoxLayout(self)
        column.setContentsMargins(*mirrored(2, 8, 4, 8))
        column.setSpacing(4)
        self.heading = ToneLabel("", "", self, bold=True)
        self.heading.setContentsMargins(*mirrored(10, 0, 6, 0))  # where the fields begin
        column.addWidget(self.heading)
        self.body = FormBody(AREA.fields, opened=(_GROUP,), parent=self)
        self.body.sections[_GROUP].heading.hide()  # the card has a heading of its own
        layout = self.body.layout()
        assert layout is not None
        layout.setContentsMargins(0, 0, 0, 0)
        self.body.edited.connect(lambda _name: self._changed())
        column.addWidget(self._outline())
        column.addWidget(self.body)
        column.addStretch(1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_WAIT_MS)
        self._timer.timeout.connect(self._changed)

    def _outline(self) -> QWidget:
        box = QWidget(self)
        column = QVBoxLayout(box)
        column.setContentsMargins(*mirrored(10, 2, 6, 4))
        column.setSpacing(3)
        line = QHBoxLayout()
        label = ToneLabel(tr("Corners of the outline"), "", box, wrap=False)
        self.draw_button = QPushButton(tr("Draw on the map"), box)
        self.draw_button.setAutoDefault(False)
        self.draw_button.clicked.connect(self.drawWanted)
        line.addWidget(label, 1)
        line.addWidget(self.draw_button)
        self.corners = QPlainTextEdit(box)
        self.corners.setObjectName("corners")
        self.corners.setTabChangesFocus(True)
        self.corners.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.corners.setPlaceholderText(tr("One corner on each line, in any notation, such as\n34.7725N 72.3608E"))
        self.corners.setAccessibleName(tr("Corners of the outline"))
        self.corners.textChanged.connect(self._corners_typed)
        label.setBuddy(self.corners)
        self.outline_words = ToneLabel("", "muted", box)
        column.addLayout(line)
        column.addWidget(self.corners)
        column.addWidget(self.outline_words)
        return box

    # -- content ----------------------------------------------------------------------------------------

    @property
    def record(self) -> Record | None:
        """The area that is shown; ``None`` for a new one."""
        return self._record

    def show_record(self, record: Record | None) -> None:
        """Show an area of the file; ``None``: begin a new one."""
        self._record = record
        self.body.show_values(record.values if record is not None else {})
        corners = corners_of(record.get(GEOMETRY)) if record is not None else []
        self._set_corners(corners)
        self._loaded, self._loaded_corners = self.body.raws(), self.corners.toPlainText()
        self.look()

    def show_drawing(self, on: bool) -> None:
        """An outline is being drawn on the map, or no longer: the button ends it, for fingers that have no Enter."""
        self.draw_button.setText(tr("Outline is done") if on else tr("Draw on the map"))
        theme.set_role(self.draw_button, "primary" if on else "")

    def take_outline(self, corners: Sequence[LonLat]) -> None:
        """Put an outline that was drawn into the card."""
        self._set_corners(list(corners))
        self._changed()

    def _set_corners(self, corners: list[LonLat]) -> None:
        """Show corners, and remember them as exact as they are: the text has six decimals."""
        text = corners_text(corners)
        self._exact = (text, corners)
        self.corners.blockSignals(True)
        self.corners.setPlainText(text)
        self.corners.blockSignals(False)

    def content(self) -> dict[str, Any] | None:
        """What is typed and not saved, as plain data; ``None`` where nothing is."""
        raws, corners = self.body.raws(), self.corners.toPlainText()
        if raws == self._loaded and corners == self._loaded_corners:
            return None
        return {"raws": raws, "corners": corners, "editing": self._record.uuid if self._record is not None else None}

    def restore(self, content: Mapping[str, Any]) -> None:
        """Show what :meth:`content` gave, over the area that is shown."""
        raws = content.get("raws")
        if isinstance(raws, Mapping):
            self.body.set_raws({str(name): str(raw) for name, raw in raws.items()})
        self.corners.blockSignals(True)
        self.corners.setPlainText(str(content.get("corners") or ""))
        self.corners.blockSignals(False)
        self.look()

    def typed(self) -> Typed:
        """What stands in the card now."""
        values, troubles = self.body.collect()
        corners, trouble = self._read_corners()
        if troubles:
            trouble = next(iter(troubles.values()))
        elif not values.get("name"):
            trouble = trouble or tr("The area has no name; give it one.")
        return Typed(values, corners, trouble)

    def _read_corners(self) -> tuple[Sequence[LonLat] | None, str]:
        """The corners that are typed (``None``: those of the file), and what is wrong with them."""
        text = self.corners.toPlainText()
        if self._record is not None and text == self._loaded_corners:
            return None, ""
        if not text.strip():
            return None, tr("Draw the outline on the map, or type its corners.")
        try:
            corners = self._exact[1] if text == self._exact[0] else parse_corners(text)
            outline_hex(corners)
        except BadInput as error:
            return None, str(error)
        return corners, ""

    # -- what is shown ----------------------------------------------------------------------------------

    def look(self) -> Typed:
        """Say beside the fields what there is to say, and give what stands in the card."""
        typed = self.typed()
        values, troubles = self.body.collect()
        findings = [Finding(name, BLOCKS, sentence) for name, sentence in troubles.items()]
        findings += [Finding(field.name, NEEDED, "") for field in AREA.fields
                     if field.level and field.level <= 2 and values.get(field.name) is None]
        self.body.tell(findings, values)
        self._say_outline(typed)
        name = str(self._record.get("name") or "") if self._record is not None else ""
        self.heading.say(tr("New area") if self._record is None else name or tr("area without name"))
        self.fit()
        return typed

    def _say_outline(self, typed: Typed) -> None:
        corners, trouble = self._read_corners()
        if corners is not None:
            size = area_text(area_m2(outline_hex(corners)))
            self.outline_words.say(ntr("{n} corner, {area}", "{n} corners, {area}", len(corners), area=size), "muted")
        elif trouble:
            begun = bool(self.corners.toPlainText().strip())
            self.outline_words.say(trouble, "danger" if begun else "muted")
        elif self._record is not None:
            size = area_text(area_m2(self._record.get(GEOMETRY)))
            several = self._record.get(GEOMETRY) is not None and not self._loaded_corners
            self.outline_words.say(
                tr("{area}. The outline has parts or holes, so its corners cannot be typed; it can be drawn anew.",
                   area=size) if several else size, "muted")

    def fit(self) -> None:
        """A few lines of corners, whatever the size of the letters."""
        height = self.corners.fontMetrics().lineSpacing() * _LINES + 2 * self.corners.frameWidth() + 14
        self.corners.setFixedHeight(height + (theme.row_height() - 30) // 2)

    def _corners_typed(self) -> None:
        self._timer.start()
        self.edited.emit()

    def _changed(self) -> None:
        self._timer.stop()
        self.look()
        self.edited.emit()
