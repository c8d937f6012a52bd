"""The measurements of a sighting: a list, one line that takes a measurement as people write it, and the compass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from surveyapp.domain.fields import ORIENTATION
from surveyapp.domain.orientation import LINE, PLANE, Measure, Plane
from surveyapp.domain.orientation_text import DIRECTION, STRIKE, BadMeasurement, measure_text, read_measurement
from surveyapp.domain.records import Record
from surveyapp.services.structures import ANGLES, measure_in
from surveyapp.ui import theme
from surveyapp.ui.child_panel import ChildPanel, Row
from surveyapp.ui.compass_dial import CompassDial, describe, symbol
from surveyapp.ui.forms.history_text import isolated, sentence_case
from surveyapp.ui.forms.look import ToneLabel, small_button
from surveyapp.ui.forms.text_editors import KEEPS_RETURN
from surveyapp.words import ntr, tr

_SYMBOL_PX = 22


class StructurePanel(ChildPanel):
    """Measurements of the sighting on show. Beside the signals of every such panel: ``numbersChosen(text)`` when the
    person said what two plain numbers mean, ``netWanted``. What is to be saved says the measurement.
    """

    numbersChosen = Signal(str)
    netWanted = Signal()

    layer = ORIENTATION
    group = "Structure"
    leave = (*ANGLES, "kind")
    repeated = ("structure", "method", "observer")

    def __init__(self, numbers: str = STRIKE, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("structure")
        self.numbers.setCurrentIndex(max(self.numbers.findData(numbers), 0))
        self.restyle()

    # -- what the controller calls ----------------------------------------------------------------------

    @property
    def kind(self) -> str:
        """Plane or line, as the buttons say."""
        return LINE if self.line_button.isChecked() else PLANE

    @property
    def measure(self) -> Measure | None:
        """The measurement that stands in the entry; ``None`` while it is none."""
        return self.dial.measure

    def saved(self) -> None:
        kind = self.kind
        super().saved()
        self._set_kind(kind)
        self._loaded = {**self._loaded, "kind": kind}
        self._look()
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def begin(self) -> None:
        """Let a new measurement be typed."""
        if self._editing is not None and not self.content():
            self._start()
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        self.edit.selectAll()

    def cancel(self) -> None:
        super().cancel()
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def restyle(self) -> None:
        super().restyle()
        self.net_button.setIcon(theme.icon("stereonet"))
        self.dial.update()

    # -- parts ------------------------------------------------------------------------------------------

    def _head(self) -> QHBoxLayout:
        row = super()._head()
        self.net_button = QPushButton(tr("Stereonet…"), self)
        self.net_button.setAutoDefault(False)
        self.net_button.setToolTip(tr("All measurements of the survey in one net"))
        self.net_button.clicked.connect(self.netWanted)
        row.addWidget(self.net_button)
        return row

    def _above(self, column: QVBoxLayout) -> None:
        top = QHBoxLayout()
        left = QVBoxLayout()
        left.setSpacing(4)
        left.addLayout(self._kinds())
        left.addWidget(self._line())
        left.addWidget(self._numbers())
        left.addWidget(self._told())
        left.addStretch(1)
        self.dial = CompassDial(self.entry)
        top.addLayout(left, 1)
        top.addWidget(self.dial, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(top)

    def _kinds(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(0)
        self.plane_button, self.line_button = QPushButton(tr("Plane")), QPushButton(tr("Line"))
        self._group = QButtonGroup(self)
        for button, tip in (
            (self.plane_button, tr("Bedding, foliation, vein, joint, fault: strike and dip")),
            (self.line_button, tr("Fold axis, lineation, slickenline: trend and plunge")),
        ):
            button.setCheckable(True)
            button.setAutoDefault(False)
            button.setToolTip(tip)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            self._group.addButton(button)
            row.addWidget(button)
            button.toggled.connect(lambda on: self._show_kind() if on else None)
            button.clicked.connect(lambda _on: self._typed())
        return row

    def _line(self) -> QLineEdit:
        self.edit = QLineEdit(self.entry)
        self.edit.setObjectName("measurement")
        self.edit.setAccessibleName(tr("Measurement"))
        self.edit.setProperty(KEEPS_RETURN, True)
        self.edit.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.edit.textEdited.connect(lambda _text: self._typed())
        self.edit.returnPressed.connect(self.save)
        return self.edit

    def _numbers(self) -> QComboBox:
        self.numbers = QComboBox(self.entry)
        self.numbers.setAccessibleName(tr("What two plain numbers mean"))
        self.numbers.setToolTip(tr("What two plain numbers such as 135/30 mean; letters and arrows always speak for "
                                   "themselves"))
        self.numbers.addItem(tr("135/30 is strike/dip"), STRIKE)
        self.numbers.addItem(tr("135/30 is direction/dip"), DIRECTION)
        self.numbers.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.numbers.setMinimumContentsLength(8)
        self.numbers.activated.connect(lambda _index: self._numbers_chosen())
        return self.numbers

    def _told(self) -> QWidget:
        told = QWidget(self.entry)
        column = QVBoxLayout(told)
        column.setContentsMargins(0, 2, 0, 0)
        column.setSpacing(2)
        self.meaning = ToneLabel("", "", told, bold=True)
        self.how = ToneLabel("", "muted", told)
        self._ways = QHBoxLayout()
        self._ways.setSpacing(2)
        column.addWidget(self.meaning)
        column.addWidget(self.how)
        column.addLayout(self._ways)
        return told

    # -- of its own -------------------------------------------------------------------------------------

    def _list_name(self) -> str:
        return tr("Measurements of this sighting")

    def _order(self, record: Record) -> tuple[str, str]:
        return str(record.get("observed_at") or ""), record.uuid

    def _row(self, record: Record) -> Row:
        measure = measure_in(record)
        parts = [sentence_case(record.text("structure")) or tr("Structure not said"), record.text("notes")]
        parts = [part for part in parts if part]
        text = measure_text(measure) if measure is not None else tr("no angles")
        tip = " · ".join([describe(measure) if measure is not None else text, *parts])
        return Row(record.uuid, f"{isolated(text)}   {isolated(' · '.join(parts))}", tip, _icon(record))

    def _count(self, count: int) -> str:
        return ntr("{n} measurement", "{n} measurements", count) if count else tr("No measurements yet")

    def _add_words(self) -> str:
        return tr("Add measurement")

    def _complain(self, sentence: str) -> None:
        self.how.say(sentence, "warning")
        self.how.show()

    def _standing(self) -> dict[str, Any]:
        return {**super()._standing(), "text": self.edit.text().strip(), "kind": self.kind}

    def _matters(self, standing: Mapping[str, Any]) -> bool:
        """A structure chosen and nothing measured is nothing to lose."""
        return self._editing is not None or bool(standing["text"] or standing["raws"].get("notes"))

    def _empty(self) -> None:
        self.edit.clear()
        if not (self.plane_button.isChecked() or self.line_button.isChecked()):
            self.plane_button.setChecked(True)

    def _fill(self, record: Record) -> None:
        measure = measure_in(record)
        is_line = record.get("kind") == LINE or (measure is not None and not isinstance(measure, Plane))
        self._set_kind(LINE if is_line else PLANE)
        self.edit.setText(measure_text(measure) if measure is not None else "")

    def _restore(self, content: Mapping[str, Any], record: Record | None) -> None:
        super()._restore(content, record)
        self._set_kind(LINE if content.get("kind") == LINE else PLANE)
        self.edit.setText(str(content.get("text") or ""))

    def _complete(self) -> bool:
        return self.measure is not None

    def _more(self) -> Measure | None:
        return self.measure

    # -- what happens -----------------------------------------------------------------------------------

    def _set_kind(self, kind: str) -> None:
        (self.line_button if kind == LINE else self.plane_button).setChecked(True)

    def _show_kind(self) -> None:
        plane = self.kind == PLANE
        self.edit.setPlaceholderText(tr("045/30 SE") if plane else tr("30→135"))
        self.numbers.setVisible(plane)

    def _numbers_chosen(self) -> None:
        self.numbersChosen.emit(str(self.numbers.currentData()))
        self._typed()

    def _look(self) -> None:
        self._read()
        super()._look()

    def _read(self) -> None:
        """Say what the typed text means, or what is wrong with it."""
        self._drop_ways()
        text = self.edit.text().strip()
        measure, meaning, how, tone = None, "", "", "muted"
        untouched = text == self._loaded.get("text") and self.kind == self._loaded.get("kind")
        if text and self._editing is not None and untouched:
            measure = measure_in(self._editing)  # every digit of it
        elif text:
            try:
                reading = read_measurement(text, self.kind, str(self.numbers.currentData()))
            except BadMeasurement as error:
                how, tone = str(error), "danger"
                self._offer(error.suggestions)
            else:
                measure, how = reading.measure, reading.how
                tone = "warning" if reading.changed else "muted"
        else:
            how = tr("Such as 045/30 SE, N45E 30SE or 30→135") if self.kind == PLANE else tr("Such as 30→135 or 135/30")
        if measure is not None:
            meaning = describe(measure)
        self.dial.show_measure(measure)
        self.meaning.say(meaning)
        self.meaning.setVisible(bool(meaning))
        self.how.say(how, tone)
        self.how.setVisible(bool(how))
        self._invalid(tone == "danger")

    def _invalid(self, invalid: bool) -> None:
        if bool(self.edit.property("invalid")) != invalid:
            self.edit.setProperty("invalid", invalid)
            self.edit.style().unpolish(self.edit)
            self.edit.style().polish(self.edit)

    def _offer(self, texts: Sequence[str]) -> None:
        for text in texts:
            button = small_button(text, tr("Take this reading"), self.entry)
            button.clicked.connect(lambda _on=False, text=text: self._take(text))
            self._ways.addWidget(button)
        if texts:
            self._ways.addStretch(1)

    def _drop_ways(self) -> None:
        while (item := self._ways.takeAt(0)) is not None:
            button = item.widget()
            if button is not None:
                button.hide()
                button.deleteLater()

    def _take(self, text: str) -> None:
        self.edit.setText(text)
        self._typed()
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)


def _icon(record: Record) -> QIcon:
    measure = measure_in(record)
    return QIcon(symbol(measure, theme.current().text, _SYMBOL_PX)) if measure is not None else QIcon()
