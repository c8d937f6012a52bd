"""One field in the form: label, editor, pin, and beside it what is wrong and the press that mends it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from surveyapp.domain.fields import Field
from surveyapp.domain.fixes import Fix
from surveyapp.domain.records import Value
from surveyapp.ui.forms.checks import BLOCKS, NATIONAL, NEEDED, WARNS, Finding
from surveyapp.ui.forms.editor import Editor
from surveyapp.ui.forms.look import IconButton, ToneLabel, small_button
from surveyapp.words import tr

TONES = {BLOCKS: "danger", WARNS: "warning", NEEDED: "warning", NATIONAL: "muted"}
"""Tone in which a finding is told, by its loudness."""


class FieldRow(QWidget):
    """A field's row. ``fixPressed(Fix)`` when the mend is wanted, ``pinToggled(bool)`` by the pin."""

    fixPressed = Signal(object)
    pinToggled = Signal(bool)

    def __init__(self, field: Field, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field, self.editor = field, editor
        self._fix: Fix | None = None
        self._last: Value = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(self._label_line())
        column.addLayout(self._editor_line())
        column.addWidget(self._message_line())
        self.setToolTip(tr(field.help))

    def _label_line(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(6)
        self.label = QLabel(self.field.label, self)
        self.label.setBuddy(self.editor)
        self.need = ToneLabel(_need(self.field), "muted", self, wrap=False)
        font = self.need.font()
        font.setPointSizeF(font.pointSizeF() * 0.85)
        self.need.setFont(font)
        self.last_button = small_button("", tr("Fill in the last value again"), self)
        self.last_button.clicked.connect(self._use_last)
        self.last_button.hide()
        line.addWidget(self.label)
        line.addWidget(self.need)
        line.addStretch(1)
        return line

    def _editor_line(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(2)
        line.addWidget(self.editor, 1)
        self.pin = IconButton("pin", tr("Keep {field} for the next sighting", field=tr(self.field.title)), parent=self)
        self.pin.setCheckable(True)
        self.pin.setVisible(self.field.sticky)
        # Tab goes from field to field; the pin of the field that the keyboard is in has a shortcut (form.pin).
        self.pin.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.pin.toggled.connect(self._pin_changed)
        line.addWidget(self.last_button, 0, Qt.AlignmentFlag.AlignTop)
        if self.editor.takes_pin:
            self.editor.take_pin(self.pin)
        else:
            line.addWidget(self.pin, 0, Qt.AlignmentFlag.AlignTop)
        return line

    def _message_line(self) -> QWidget:
        self._told = QWidget(self)
        line = QHBoxLayout(self._told)
        line.setContentsMargins(0, 0, 0, 2)
        line.setSpacing(4)
        self.message = ToneLabel("", "warning", self._told)
        self.fix_button: QPushButton = small_button("", parent=self._told)
        self.fix_button.clicked.connect(self._mend)
        line.addWidget(self.message, 1)
        line.addWidget(self.fix_button)
        self._told.hide()
        return self._told

    def minimumSizeHint(self) -> QSize:
        return QSize(90, super().minimumSizeHint().height())

    def tell(self, finding: Finding | None, *, empty: bool) -> None:
        """Show a finding, or none. What is merely missing is told by the word beside the label, which turns
        to the colour of a warning, and takes no line of its own unless it can be filled in by a press."""
        self._fix = finding.fix if finding else None
        missing = finding is not None and finding.loudness in (NEEDED, NATIONAL)
        self.need.setVisible(empty and bool(self.need.text()))
        self.need.say(self.need.text(), TONES[finding.loudness] if finding and missing else "muted")
        self._told.setVisible(finding is not None and (not missing or self._fix is not None))
        self.message.say(finding.message if finding else "", TONES[finding.loudness] if finding else None)
        self.fix_button.setVisible(self._fix is not None)
        self.fix_button.setText(self._fix.text if self._fix else "")
        self.editor.set_invalid(finding is not None and finding.loudness == BLOCKS)

    def put_below(self, widget: QWidget) -> None:
        """Put a widget of the caller's under the editor and its message."""
        layout = self.layout()
        assert layout is not None
        layout.addWidget(widget)

    def set_pinned(self, pinned: bool) -> None:
        """Show the pin in or out; silent."""
        blocked = self.pin.blockSignals(True)
        self.pin.setChecked(pinned)
        self.pin.blockSignals(blocked)
        self._draw_pin(pinned)

    def offer_last(self, value: Value) -> None:
        """Offer the value of the sighting before; ``None`` for nothing to offer."""
        label = self.editor.told(value)
        self._last = value if label else None
        self.last_button.setText(f"↺ {label}" if len(label) <= 16 else f"↺ {label[:15]}…")
        self.last_button.setAccessibleName(tr("{field}: {value} again", field=tr(self.field.title), value=label))
        self.last_button.setVisible(self._last is not None)

    def _use_last(self) -> None:
        self.fixPressed.emit(Fix("", {self.field.name: self._last}))

    def _mend(self) -> None:
        if self._fix is not None:
            self.fixPressed.emit(self._fix)

    def _pin_changed(self, pinned: bool) -> None:
        self._draw_pin(pinned)
        self.pinToggled.emit(pinned)

    def _draw_pin(self, pinned: bool) -> None:
        self.pin.set_drawing("pinned" if pinned else "pin")
        if pinned:
            told = tr("{field} is filled in again for the next sighting; press to change that (Alt+P).",
                      field=tr(self.field.title))
        else:
            told = tr("{field} starts empty in the next sighting; press to change that (Alt+P).",
                      field=tr(self.field.title))
        self.pin.setToolTip(told)


def _need(field: Field) -> str:
    """Who needs the field, in a word or two."""
    return {0: "", 3: tr("national layer")}.get(field.level, tr("needed"))
