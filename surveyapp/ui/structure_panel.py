"""The measurements of a sighting: a list, one line that takes a measurement as people write it, and the compass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from surveyapp.domain.fields import ORIENTATION
from surveyapp.domain.orientation import LINE, PLANE, Measure, Plane
from surveyapp.domain.orientation_text import DIRECTION, STRIKE, BadMeasurement, measure_text, read_measurement
from surveyapp.domain.records import Record, Value
from surveyapp.services.structures import ANGLES, measure_in
from surveyapp.ui import theme
from surveyapp.ui.compass_dial import CompassDial, describe, symbol
from surveyapp.ui.forms.checks import BLOCKS, Finding
from surveyapp.ui.forms.form_body import FormBody
from surveyapp.ui.forms.history_text import isolated
from surveyapp.ui.forms.look import ToneLabel, small_button
from surveyapp.ui.forms.text_editors import KEEPS_RETURN
from surveyapp.words import ntr, tr

_GROUP = "Structure"
_SYMBOL_PX = 22
_REPEATED = ("structure", "method", "observer")
"""What stays for the next measurement at the same place: only notes and time are of one alone."""


class StructurePanel(QWidget):
    """Measurements of the sighting on show.

    Signals: ``saveRequested(measure, values, record)`` (``record`` is ``None`` for a new one), ``deleteRequested
    (record)``, ``typed`` when what stands in the entry changed, ``numbersChosen(text)`` when the person said what two
    plain numbers mean, ``netWanted``.
    """

    saveRequested = Signal(object, object, object)
    deleteRequested = Signal(object)
    typed = Signal()
    numbersChosen = Signal(str)
    netWanted = Signal()

    def __init__(self, numbers: str = STRIKE, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("structure")
        self._records: tuple[Record, ...] = ()
        self._editing: Record | None = None
        self._loaded_text = ""
        self._editable, self._why = False, ""
        self._busy = False
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(6)
        column.addLayout(self._head())
        column.addWidget(self._list(), 1)
        column.addWidget(self._entry(numbers), 2)
        column.addLayout(self._buttons())
        self._clear()
        self.set_editable(False, "")

    # -- what the controller calls ----------------------------------------------------------------------

    @property
    def kind(self) -> str:
        """Plane or line, as the buttons say."""
        return LINE if self.line_button.isChecked() else PLANE

    @property
    def measure(self) -> Measure | None:
        """The measurement that stands in the entry; ``None`` while it is none."""
        return self.dial.measure

    def show_records(self, records: Sequence[Record], *, same: bool) -> None:
        """Show the measurements of a sighting. ``same``: it was on show already, and what is typed stays."""
        self._records = tuple(sorted(records, key=lambda r: (str(r.get("observed_at") or ""), r.uuid)))
        self.list.blockSignals(True)
        self.list.clear()
        for record in self._records:
            self.list.addItem(self._item(record))
        self.list.blockSignals(False)
        if not same:
            self._clear()
        elif self._editing is not None:
            now = next((r for r in self._records if r.uuid == self._editing.uuid), None)
            if now is None or not self.content():
                self._edit(now)
        self._say_state()

    def set_editable(self, editable: bool, why: str) -> None:
        """Whether measurements can be added and changed, and if not, why."""
        self._editable, self._why = editable, why
        self.entry.setEnabled(editable)
        self._say_state()
        self._look()

    def set_busy(self, busy: bool) -> None:
        """A save is under way."""
        self._busy = busy
        self._look()

    def saved(self) -> None:
        """What stood in the entry is saved: ready for the next one, of the same structure."""
        again = {name: self.body.editor(name).raw() for name in _REPEATED} if self._editing is None else {}
        kind = self.kind
        self._clear()
        (self.line_button if kind == LINE else self.plane_button).setChecked(True)
        self.body.set_raws(again)
        self._look()
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def begin(self) -> None:
        """Let a new measurement be typed."""
        if self._editing is not None and not self.content():
            self._clear()
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        self.edit.selectAll()

    def content(self) -> dict[str, Any] | None:
        """What is typed and not saved, as plain data; ``None`` where nothing is."""
        raws = self.body.raws()
        loaded = self._loaded_raws
        if self.edit.text().strip() == self._loaded_text and raws == loaded and self.kind == self._loaded_kind:
            return None
        if self._editing is None and not self.edit.text().strip() and not raws.get("notes"):
            return None  # a structure chosen and nothing measured is nothing to lose
        editing = self._editing.uuid if self._editing is not None else None
        return {"text": self.edit.text(), "kind": self.kind, "raws": raws, "editing": editing}

    def restore(self, content: Mapping[str, Any]) -> None:
        """Show what :meth:`content` gave, in this run or an earlier one."""
        record = next((r for r in self._records if r.uuid == content.get("editing")), None)
        self._edit(record)
        (self.line_button if content.get("kind") == LINE else self.plane_button).setChecked(True)
        raws = content.get("raws")
        if isinstance(raws, Mapping):
            self.body.set_raws({str(name): str(raw) for name, raw in raws.items()})
        self.edit.setText(str(content.get("text") or ""))
        self._look()

    def restyle(self) -> None:
        """Colours or sizes changed."""
        for row, record in enumerate(self._records):
            self.list.item(row).setIcon(_icon(record))
            self.list.item(row).setSizeHint(QSize(0, theme.row_height()))
        self.net_button.setIcon(theme.icon("stereonet"))
        self.dial.update()

    # -- parts ------------------------------------------------------------------------------------------

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.state = ToneLabel("", "muted", self)
        self.net_button = QPushButton(tr("Stereonet…"), self)
        self.net_button.setAutoDefault(False)
        self.net_button.setToolTip(tr("All measurements of the survey in one net"))
        self.net_button.clicked.connect(self.netWanted)
        row.addWidget(self.state, 1)
        row.addWidget(self.net_button)
        return row

    def _list(self) -> QListWidget:
        self.list = QListWidget(self)
        self.list.setObjectName("measurements")
        self.list.setAccessibleName(tr("Measurements of this sighting"))
        self.list.setIconSize(QSize(_SYMBOL_PX, _SYMBOL_PX))
        self.list.setMinimumHeight(72)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.itemSelectionChanged.connect(self._chosen)
        self.list.installEventFilter(self)
        return self.list

    def _entry(self, numbers: str) -> QScrollArea:
        self.entry = QFrame(self)
        self.entry.setProperty("card", True)
        column = QVBoxLayout(self.entry)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(6)
        top = QHBoxLayout()
        left = QVBoxLayout()
        left.setSpacing(4)
        left.addLayout(self._kinds())
        left.addWidget(self._line())
        left.addWidget(self._numbers(numbers))
        left.addWidget(self._told())
        left.addStretch(1)
        self.dial = CompassDial(self.entry)
        top.addLayout(left, 1)
        top.addWidget(self.dial, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(top)
        column.addWidget(self._fields())
        column.addStretch(1)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self.entry)
        return area

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
        self.edit.returnPressed.connect(self._save)
        return self.edit

    def _numbers(self, numbers: str) -> QComboBox:
        self.numbers = QComboBox(self.entry)
        self.numbers.setAccessibleName(tr("What two plain numbers mean"))
        self.numbers.setToolTip(tr("What two plain numbers such as 135/30 mean; letters and arrows always speak for "
                                   "themselves"))
        self.numbers.addItem(tr("135/30 is strike/dip"), STRIKE)
        self.numbers.addItem(tr("135/30 is direction/dip"), DIRECTION)
        self.numbers.setCurrentIndex(max(self.numbers.findData(numbers), 0))
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

    def _fields(self) -> FormBody:
        """Structure, method and the rest, from the field table; the angles have the line above."""
        self.body = FormBody(ORIENTATION.fields, leave=(*ANGLES, "kind"), opened=(_GROUP,), parent=self.entry)
        self.body.sections[_GROUP].heading.hide()  # the tab is called so already
        layout = self.body.layout()
        assert layout is not None
        layout.setContentsMargins(0, 0, 0, 0)
        self.body.edited.connect(lambda _name: self._typed())
        return self.body

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.delete_button = QPushButton(tr("Delete"), self)
        self.cancel_button = QPushButton(tr("Cancel"), self)
        self.save_button = QPushButton(self)
        self.save_button.setProperty("role", "primary")
        for button in (self.delete_button, self.cancel_button, self.save_button):
            button.setAutoDefault(False)
        self.delete_button.clicked.connect(self._delete)
        self.cancel_button.clicked.connect(self._cancel)
        self.save_button.clicked.connect(self._save)
        row.addWidget(self.delete_button)
        row.addStretch(1)
        row.addWidget(self.cancel_button)
        row.addWidget(self.save_button)
        return row

    # -- what happens -----------------------------------------------------------------------------------

    def eventFilter(self, watched: Any, event: QEvent) -> bool:
        """Del in the list deletes the chosen measurement."""
        pressed = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress
        if watched is self.list and pressed and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Delete:
            self._delete()
            return True
        return super().eventFilter(watched, event)

    def _item(self, record: Record) -> QListWidgetItem:
        measure = measure_in(record)
        parts = [record.text("structure").capitalize() or tr("Structure not said"), record.text("notes")]
        parts = [part for part in parts if part]
        text = measure_text(measure) if measure is not None else tr("no angles")
        item = QListWidgetItem(_icon(record), f"{isolated(text)}   {isolated(' · '.join(parts))}")
        item.setData(Qt.ItemDataRole.UserRole, record.uuid)
        item.setSizeHint(QSize(0, theme.row_height()))
        item.setToolTip(" · ".join([describe(measure) if measure is not None else text, *parts]))
        return item

    def _chosen(self) -> None:
        item = self.list.currentItem() if self.list.selectedItems() else None
        uuid = item.data(Qt.ItemDataRole.UserRole) if item is not None else None
        if uuid is None or (self._editing is not None and uuid == self._editing.uuid):
            return
        if self.content():
            self._mark(self._editing)
            self.how.say(tr("Save or cancel what you typed first."), "warning")
            return
        self._edit(next(record for record in self._records if record.uuid == uuid))

    def _edit(self, record: Record | None) -> None:
        """Show a saved measurement in the entry; ``None``: an empty one."""
        if record is None:
            self._clear()
            return
        self._editing = record
        measure = measure_in(record)
        is_line = record.get("kind") == LINE or (measure is not None and not isinstance(measure, Plane))
        (self.line_button if is_line else self.plane_button).setChecked(True)
        self.edit.setText(measure_text(measure) if measure is not None else "")
        self.body.show_values(record.values)
        self._remember()
        self._mark(record)
        self._look()

    def _clear(self) -> None:
        self._editing = None
        self.edit.clear()
        self.body.show_values({})
        if not (self.plane_button.isChecked() or self.line_button.isChecked()):
            self.plane_button.setChecked(True)
        self._remember()
        self._mark(None)
        self._look()

    def _remember(self) -> None:
        self._loaded_text, self._loaded_kind = self.edit.text().strip(), self.kind
        self._loaded_raws = self.body.raws()

    def _mark(self, record: Record | None) -> None:
        """Show in the list which one is in the entry."""
        self.list.blockSignals(True)
        self.list.clearSelection()
        for row, known in enumerate(self._records):
            if record is not None and known.uuid == record.uuid:
                self.list.setCurrentRow(row)
        if record is None:
            self.list.setCurrentRow(-1)
        self.list.blockSignals(False)

    def _show_kind(self) -> None:
        plane = self.kind == PLANE
        self.edit.setPlaceholderText(tr("045/30 SE") if plane else tr("30→135"))
        self.numbers.setVisible(plane)

    def _numbers_chosen(self) -> None:
        self.numbersChosen.emit(str(self.numbers.currentData()))
        self._typed()

    def _typed(self) -> None:
        self._look()
        self.typed.emit()

    def _look(self) -> None:
        """Say what the typed text means, or what is wrong with it."""
        self._drop_ways()
        text = self.edit.text().strip()
        measure, meaning, how, tone = None, "", "", "muted"
        if text and text == self._loaded_text and self._editing is not None and self.kind == self._loaded_kind:
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
        self._look_at_buttons()

    def _look_at_buttons(self) -> None:
        values, troubles = self.body.collect()
        self.body.tell([Finding(name, BLOCKS, said) for name, said in troubles.items()], values)
        editing = self._editing is not None
        unsaved = self.content() is not None
        self.save_button.setText(tr("Save changes") if editing else tr("Add measurement"))
        self.save_button.setEnabled(
            self._editable and self.measure is not None and not troubles and not self._busy and (unsaved or not editing)
        )
        self.cancel_button.setVisible(editing or unsaved)
        self.delete_button.setVisible(editing and self._editable)
        self.delete_button.setEnabled(not self._busy)

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

    def _save(self) -> None:
        measure = self.measure
        if measure is None or not self.save_button.isEnabled():
            return
        values: dict[str, Value] = self.body.collect()[0]
        self.saveRequested.emit(measure, values, self._editing)

    def _cancel(self) -> None:
        self._clear()
        self.typed.emit()
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _delete(self) -> None:
        if self._editing is not None and self._editable and not self._busy:
            self.deleteRequested.emit(self._editing)

    def _say_state(self) -> None:
        count = len(self._records)
        told = ntr("{n} measurement", "{n} measurements", count) if count else tr("No measurements yet")
        self.state.say(told if self._editable or not self._why else self._why)


def _icon(record: Record) -> QIcon:
    measure = measure_in(record)
    return QIcon(symbol(measure, theme.current().text, _SYMBOL_PX)) if measure is not None else QIcon()
