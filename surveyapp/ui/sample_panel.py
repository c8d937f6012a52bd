"""The samples of a sighting: a tree of samples and their parts, and a form with the next free ID in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from surveyapp.domain.fields import SAMPLE
from surveyapp.domain.records import Record, Value
from surveyapp.domain.sample_ids import folded_id, id_warnings
from surveyapp.services.samples import IdFacts
from surveyapp.ui import theme
from surveyapp.ui.forms.checks import BLOCKS, WARNS, Finding
from surveyapp.ui.forms.form_body import FormBody
from surveyapp.ui.forms.history_text import isolated
from surveyapp.ui.forms.look import ToneLabel
from surveyapp.words import ntr, tr

_GROUP = "Sample"


class SamplePanel(QWidget):
    """Samples of the sighting on show.

    Signals: ``saveRequested(values, record, parent_uuid)`` (``record`` is ``None`` for a new one), ``deleteRequested
    (record)``, ``typed`` when what stands in the form changed, ``officerChosen(text)`` with the letters of this
    computer, ``labelsWanted``, ``findWanted``.
    """

    saveRequested = Signal(object, object, object)
    deleteRequested = Signal(object)
    typed = Signal()
    officerChosen = Signal(str)
    labelsWanted = Signal()
    findWanted = Signal()

    def __init__(self, officer: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("samples")
        self._records: dict[str, Record] = {}
        self._ids = IdFacts("", "", ())
        self._editing: Record | None = None
        self._parent: Record | None = None
        self._loaded: dict[str, str] = {}
        self._editable, self._why = False, ""
        self._busy = False
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(6)
        column.addLayout(self._head())
        column.addWidget(self._tree(), 1)
        column.addWidget(self._entry(officer), 2)
        column.addLayout(self._buttons())
        self._start(None)
        self.set_editable(False, "")
        self.restyle()

    # -- what the controller calls ----------------------------------------------------------------------

    @property
    def chosen(self) -> Record | None:
        """The sample that is in the form."""
        return self._editing

    def show_records(self, records: Sequence[Record], *, same: bool) -> None:
        """Show the samples of a sighting. ``same``: it was on show already, and what is typed stays."""
        self._records = {record.uuid: record for record in records}
        self._fill_tree()
        if not same:
            self._start(None)
        elif self._editing is not None:
            now = self._records.get(self._editing.uuid)
            if now is None or not self.content():
                self._show(now)
        self._mark()
        self._say_state()

    def set_ids(self, ids: IdFacts) -> None:
        """What new IDs are made from now. An ID that nobody touched becomes the next free one."""
        self._ids = ids
        if self._editing is None and self._raw_id() == self._loaded.get("sample_id"):
            self._suggest()
        self.letters.setPlaceholderText(ids.officer or tr("none"))
        self._look()

    def set_editable(self, editable: bool, why: str) -> None:
        """Whether samples can be added and changed, and if not, why."""
        self._editable, self._why = editable, why
        self.entry.setEnabled(editable)
        self._say_state()
        self._look()

    def set_busy(self, busy: bool) -> None:
        """A save is under way."""
        self._busy = busy
        self._look()

    def saved(self) -> None:
        """What stood in the form is saved: ready for the next sample of the same kind."""
        again = {} if self._editing is not None else {"sample_type": self.body.editor("sample_type").raw()}
        self._start(None)
        self.body.set_raws(again)
        self._look()

    def begin(self, *, part: bool = False) -> bool:
        """Let a new sample be typed, or a part of the chosen one; ``False`` if none is chosen or what is typed has to
        be saved first."""
        if (part and self._editing is None) or (self.content() and (part or self._editing is not None)):
            return False
        if part or self._editing is not None:
            self._start(self._editing if part else None)
            self.typed.emit()
        # As if Tab led there: what stands in the field is selected, and typing replaces it.
        self.body.editor("sample_type").input().setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def choose(self, uuid: str) -> None:
        """Put a sample into the form, unless something unsaved stands there."""
        record = self._records.get(uuid)
        if record is not None and not self.content():
            self._show(record)

    def content(self) -> dict[str, Any] | None:
        """What is typed and not saved, as plain data; ``None`` where nothing is."""
        raws = self.body.raws()
        same_type = {**raws, "sample_type": self._loaded.get("sample_type", "")} == self._loaded
        if raws == self._loaded or (self._editing is None and self._parent is None and same_type):
            return None  # a type alone, which stayed from the sample before, is nothing to lose
        editing = self._editing.uuid if self._editing is not None else None
        return {"raws": raws, "editing": editing, "parent": self._parent.uuid if self._parent is not None else None}

    def restore(self, content: Mapping[str, Any]) -> None:
        """Show what :meth:`content` gave, in this run or an earlier one."""
        record = self._records.get(str(content.get("editing")))
        if record is not None:
            self._show(record)
        else:
            self._start(self._records.get(str(content.get("parent"))))
        raws = content.get("raws")
        if isinstance(raws, Mapping):
            self.body.set_raws({str(name): str(raw) for name, raw in raws.items()})
        self._look()

    def restyle(self) -> None:
        """Colours or sizes changed."""
        self.labels_button.setIcon(theme.icon("label"))
        self.find_button.setIcon(theme.icon("search"))
        for item in self._items():
            item.setSizeHint(0, QSize(0, theme.row_height()))

    # -- parts ------------------------------------------------------------------------------------------

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.state = ToneLabel("", "muted", self)
        self.find_button = QPushButton(tr("Find…"), self)
        self.find_button.setToolTip(tr("Find a sample by typing its ID or scanning its label"))
        self.labels_button = QPushButton(tr("Labels…"), self)
        self.labels_button.setToolTip(tr("Make a PDF with labels and QR codes for sample bags"))
        row.addWidget(self.state, 1)
        for button, signal in ((self.find_button, self.findWanted), (self.labels_button, self.labelsWanted)):
            button.setAutoDefault(False)
            button.clicked.connect(signal)
            row.addWidget(button)
        return row

    def _tree(self) -> QTreeWidget:
        self.tree = QTreeWidget(self)
        self.tree.setObjectName("sample_tree")
        self.tree.setAccessibleName(tr("Samples of this sighting"))
        self.tree.setHeaderHidden(True)
        self.tree.setMinimumHeight(72)
        self.tree.setUniformRowHeights(True)
        self.tree.setIndentation(18)
        self.tree.itemSelectionChanged.connect(self._chosen_in_tree)
        self.tree.installEventFilter(self)
        return self.tree

    def _entry(self, officer: str) -> QScrollArea:
        self.entry = QFrame(self)
        self.entry.setProperty("card", True)
        column = QVBoxLayout(self.entry)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(4)
        self.heading = ToneLabel("", "", self.entry, bold=True)
        column.addWidget(self.heading)
        column.addWidget(self._fields())
        column.addWidget(self._letters(officer))
        column.addStretch(1)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self.entry)
        return area

    def _fields(self) -> FormBody:
        """All fields of a sample, from the field table."""
        self.body = FormBody(SAMPLE.fields, opened=(_GROUP,), parent=self.entry)
        self.body.sections[_GROUP].heading.hide()  # the card has a heading of its own
        layout = self.body.layout()
        assert layout is not None
        layout.setContentsMargins(0, 0, 0, 0)
        self.body.edited.connect(lambda _name: self._typed())
        return self.body

    def _letters(self, officer: str) -> QWidget:
        """IDs of two people of one team must differ, also on two laptops that never met."""
        self.letters_row = QWidget(self.entry)
        row = QHBoxLayout(self.letters_row)
        row.setContentsMargins(10, 0, 6, 4)
        label = QLabel(tr("Your letters in new IDs"))
        self.letters = QLineEdit(officer)
        self.letters.setObjectName("officer")
        self.letters.setMaxLength(12)
        self.letters.setFixedWidth(110)
        self.letters.setToolTip(tr("So that two people of one team never write the same ID; empty for your initials"))
        label.setBuddy(self.letters)
        self.letters.editingFinished.connect(lambda: self.officerChosen.emit(self.letters.text()))
        row.addWidget(label, 1)
        row.addWidget(self.letters)
        return self.letters_row

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.delete_button = QPushButton(tr("Delete"), self)
        self.part_button = QPushButton(tr("Add part"), self)
        self.part_button.setToolTip(tr("A new sample that was split off this one"))
        self.cancel_button = QPushButton(tr("Cancel"), self)
        self.save_button = QPushButton(self)
        self.save_button.setProperty("role", "primary")
        for button in (self.delete_button, self.part_button, self.cancel_button, self.save_button):
            button.setAutoDefault(False)
        self.delete_button.clicked.connect(self._delete)
        self.part_button.clicked.connect(lambda: self.begin(part=True))
        self.cancel_button.clicked.connect(self._cancel)
        self.save_button.clicked.connect(self._save)
        row.addWidget(self.delete_button)
        row.addWidget(self.part_button)
        row.addStretch(1)
        row.addWidget(self.cancel_button)
        row.addWidget(self.save_button)
        return row

    # -- what happens -----------------------------------------------------------------------------------

    def eventFilter(self, watched: Any, event: QEvent) -> bool:
        """Del in the tree deletes the chosen sample."""
        pressed = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress
        if watched is self.tree and pressed and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Delete:
            self._delete()
            return True
        return super().eventFilter(watched, event)

    def _fill_tree(self) -> None:
        """Parts under what they were split off; a part whose parent is not of this sighting stands by itself."""
        self.tree.blockSignals(True)
        self.tree.clear()
        made: dict[str, QTreeWidgetItem] = {}
        ordered = sorted(self._records.values(), key=lambda r: (folded_id(r.get("sample_id")), r.uuid))
        for record in ordered:
            item = QTreeWidgetItem([_line(record)])
            item.setData(0, Qt.ItemDataRole.UserRole, record.uuid)
            item.setToolTip(0, _line(record))
            item.setSizeHint(0, QSize(0, theme.row_height()))
            made[record.uuid] = item
        for record in ordered:
            above = made.get(self._parent_in_tree(record))
            if above is None:
                self.tree.addTopLevelItem(made[record.uuid])
            else:
                above.addChild(made[record.uuid])
        self.tree.expandAll()
        self.tree.setRootIsDecorated(any(item.childCount() for item in made.values()))
        self.tree.blockSignals(False)

    def _items(self) -> list[QTreeWidgetItem]:
        return self.tree.findItems("", Qt.MatchFlag.MatchContains | Qt.MatchFlag.MatchRecursive)

    def _parent_in_tree(self, record: Record) -> str:
        """The parent's uuid; empty where there is none here, or where parents go round in a circle (which only
        another program can have written)."""
        parent, seen = str(record.get("sample_uuid") or ""), {record.uuid}
        at = parent
        while at in self._records:
            if at in seen:
                return ""
            seen.add(at)
            at = str(self._records[at].get("sample_uuid") or "")
        return parent if parent in self._records else ""

    def _chosen_in_tree(self) -> None:
        items = self.tree.selectedItems()
        uuid = str(items[0].data(0, Qt.ItemDataRole.UserRole)) if items else ""
        if not uuid or (self._editing is not None and self._editing.uuid == uuid):
            return
        if self.content():
            self._mark()
            self.heading.say(tr("Save or cancel what you typed first."), "warning")
            return
        self._show(self._records[uuid])

    def _show(self, record: Record | None) -> None:
        """Put a saved sample into the form; ``None``: start a new one."""
        if record is None:
            self._start(None)
            return
        self._editing, self._parent = record, self._records.get(str(record.get("sample_uuid")))
        self.body.show_values(record.values)
        self._loaded = self.body.raws()
        self._mark()
        self._look()

    def _start(self, parent: Record | None) -> None:
        """Start a new sample, or a part of one."""
        self._editing, self._parent = None, parent
        self.body.show_values({})
        self._loaded = self.body.raws()
        self._suggest()
        if parent is not None:
            self.body.set_raws({"sample_type": str(parent.text("sample_type"))})
        self._mark()
        self._look()

    def _suggest(self) -> None:
        """Put the next free ID into the form."""
        parent = str(self._parent.get("sample_id") or "") if self._parent is not None else ""
        free = self._ids.suggested(parent) if parent or self._ids.prefix else ""
        self.body.set_raws({"sample_id": free})
        self._loaded = {**self._loaded, "sample_id": free}

    def _mark(self) -> None:
        """Show in the tree which one is in the form."""
        self.tree.blockSignals(True)
        self.tree.clearSelection()
        self.tree.setCurrentIndex(QModelIndex())
        if self._editing is not None:
            for item in self._items():
                if item.data(0, Qt.ItemDataRole.UserRole) == self._editing.uuid:
                    self.tree.setCurrentItem(item)
        self.tree.blockSignals(False)

    def _raw_id(self) -> str:
        return self.body.editor("sample_id").raw()

    def _typed(self) -> None:
        self._look()
        self.typed.emit()

    def _look(self) -> None:
        values, troubles = self.body.collect()
        found = [Finding(name, BLOCKS, said) for name, said in troubles.items()]
        found += [Finding("sample_id", WARNS, said) for said in self._id_warnings()][:1]
        self.body.tell(found, values)
        editing, unsaved = self._editing is not None, self.content() is not None
        self.heading.say(self._title(), "")
        self.save_button.setText(tr("Save changes") if editing else tr("Add sample"))
        has_id = bool(self._raw_id().strip())
        self.save_button.setEnabled(
            self._editable and not troubles and not self._busy and has_id and (unsaved or not editing)
        )
        self.cancel_button.setVisible(editing or unsaved)
        self.delete_button.setVisible(editing and self._editable)
        self.part_button.setVisible(editing and self._editable)
        self.letters_row.setVisible(not editing and self._parent is None)

    def _id_warnings(self) -> list[str]:
        own = str(self._editing.get("sample_id") or "") if self._editing is not None else ""
        parent = str(self._parent.get("sample_id") or "") if self._parent is not None else ""
        if not self._ids.prefix or not self._editable:
            return []
        return id_warnings(self._raw_id(), self._ids.others(own) if own else self._ids.taken, self._ids.prefix, parent)

    def _title(self) -> str:
        if self._editing is not None:
            return tr("Sample {id}", id=isolated(str(self._editing.get("sample_id") or tr("without ID"))))
        if self._parent is not None:
            return tr("Part of {id}", id=isolated(str(self._parent.get("sample_id") or "")))
        return tr("New sample")

    def _save(self) -> None:
        if self.save_button.isEnabled():
            values: dict[str, Value] = self.body.collect()[0]
            parent = self._parent.uuid if self._parent is not None and self._editing is None else None
            self.saveRequested.emit(values, self._editing, parent)

    def _cancel(self) -> None:
        self._start(None)
        self.typed.emit()

    def _delete(self) -> None:
        if self._editing is not None and self._editable and not self._busy:
            self.deleteRequested.emit(self._editing)

    def _say_state(self) -> None:
        count = len(self._records)
        told = ntr("{n} sample", "{n} samples", count) if count else tr("No samples yet")
        self.state.say(told if self._editable or not self._why else self._why)


def _line(record: Record) -> str:
    weight = record.get("weight_g")
    parts = [record.text("sample_type"), f"{weight:g} g" if isinstance(weight, int | float) else ""]
    name = str(record.get("sample_id") or tr("without ID"))
    rest = " · ".join(part for part in parts if part)
    return f"{isolated(name)}   {isolated(rest)}" if rest else isolated(name)
