"""What the panels of measurements and samples share: a list of what is saved, a form below it, and buttons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from PySide6.QtCore import QModelIndex, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from surveyapp.domain.fields import Layer
from surveyapp.domain.records import Record, Value
from surveyapp.ui import theme
from surveyapp.ui.forms.checks import BLOCKS, Finding
from surveyapp.ui.forms.form_body import FormBody
from surveyapp.ui.forms.look import ToneLabel
from surveyapp.words import tr

_UUID = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class Typed:
    """What is to be saved: ``values`` by field, of ``record`` (``None``: of a new one). ``more`` is what the panel
    knows beside the fields."""

    values: Mapping[str, Value]
    record: Record | None
    more: Any = None


@dataclass(frozen=True, slots=True)
class Row:
    """A saved record in the list; ``above`` is the uuid of the one under which it hangs."""

    uuid: str
    text: str
    tip: str
    icon: QIcon = field(default_factory=QIcon)
    above: str = ""


class RecordList(QTreeWidget):
    """The saved records. ``wanted`` carries the uuid of the one that was chosen; Del asks for ``deleteWanted``."""

    wanted = Signal(str)
    deleteWanted = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setHeaderHidden(True)
        self.setMinimumHeight(72)
        self.setUniformRowHeights(True)
        self.setIndentation(18)
        self.setIconSize(QSize(22, 22))
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.itemSelectionChanged.connect(self._chosen)

    def fill(self, rows: Sequence[Row]) -> None:
        """Show these; one whose parent is not among them stands by itself."""
        with QSignalBlocker(self):
            self.clear()
            made: dict[str, QTreeWidgetItem] = {}
            for row in rows:
                item = QTreeWidgetItem([row.text])
                item.setData(0, _UUID, row.uuid)
                item.setToolTip(0, row.tip)
                item.setIcon(0, row.icon)
                item.setSizeHint(0, QSize(0, theme.row_height()))
                made[row.uuid] = item
            for row in rows:
                above = made.get(row.above)
                if above is None:
                    self.addTopLevelItem(made[row.uuid])
                else:
                    above.addChild(made[row.uuid])
            self.expandAll()
            self.setRootIsDecorated(any(item.childCount() for item in made.values()))

    def mark(self, uuid: str | None) -> None:
        """Show which one is in the form."""
        with QSignalBlocker(self):
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())
            for item in self.findItems("", Qt.MatchFlag.MatchContains | Qt.MatchFlag.MatchRecursive):
                if item.data(0, _UUID) == uuid:
                    self.setCurrentItem(item)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self.deleteWanted.emit()
        else:
            super().keyPressEvent(event)

    def _chosen(self) -> None:
        items = self.selectedItems()
        if items:
            self.wanted.emit(str(items[0].data(0, _UUID)))


class ChildPanel(QWidget):
    """Records that hang on the sighting on show.

    Signals: ``saveRequested(Typed)``, ``deleteRequested(record)``, ``typed`` when what stands in the form changed.
    A panel says in the methods below :meth:`_head` what is its own.
    """

    saveRequested = Signal(object)
    deleteRequested = Signal(object)
    typed = Signal()

    layer: ClassVar[Layer]
    group: ClassVar[str]
    """The section of the field table that stands open, without a heading: the card has one."""
    leave: ClassVar[tuple[str, ...]] = ()
    """Fields that the panel shows in another way."""
    repeated: ClassVar[tuple[str, ...]] = ()
    """Fields whose values stay for the next record at the same place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._records: dict[str, Record] = {}
        self._editing: Record | None = None
        self._loaded: dict[str, Any] = {}
        self._editable, self._why = False, ""
        self._busy = False
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(6)
        self.state = ToneLabel("", "muted", self)
        self.list = RecordList(self._list_name(), self)
        self.list.wanted.connect(self._choose)
        self.list.deleteWanted.connect(self._delete)
        column.addLayout(self._head())
        column.addWidget(self.list, 1)
        self._lower(column)
        self._start()
        self.set_editable(False, "")

    # -- what the controller calls ----------------------------------------------------------------------

    @property
    def chosen(self) -> Record | None:
        """The saved record that is in the form."""
        return self._editing

    def show_records(self, records: Sequence[Record], *, same: bool) -> None:
        """Show the records of a sighting. ``same``: it was on show already, and what is typed stays."""
        self._records = {record.uuid: record for record in sorted(records, key=self._order)}
        self._fill_list()
        if not same:
            self._start()
        elif self._editing is not None:
            now = self._records.get(self._editing.uuid)
            if now is None or not self.content():
                self._show(now)
        self._mark()
        self._say_state()

    def set_editable(self, editable: bool, why: str) -> None:
        """Whether records can be added and changed, and if not, why."""
        self._editable, self._why = editable, why
        self.entry.setEnabled(editable)
        self._say_state()
        self._look()

    def set_busy(self, busy: bool) -> None:
        """A save is under way."""
        self._busy = busy
        self._look()

    def saved(self) -> None:
        """What stood in the form is saved: ready for the next one of the same kind."""
        again = {name: self.body.editor(name).raw() for name in self.repeated} if self._editing is None else {}
        self._start()
        self.body.set_raws(again)
        self._look()

    def choose(self, uuid: str) -> None:
        """Put a saved record into the form, unless something unsaved stands there."""
        record = self._records.get(uuid)
        if record is not None and not self.content():
            self._show(record)

    def content(self) -> dict[str, Any] | None:
        """What is typed and not saved, as plain data; ``None`` where nothing is."""
        standing = self._standing()
        if standing == self._loaded or not self._matters(standing):
            return None
        return {**standing, "editing": self._editing.uuid if self._editing is not None else None}

    def restore(self, content: Mapping[str, Any]) -> None:
        """Show what :meth:`content` gave, in this run or an earlier one."""
        self._restore(content, self._records.get(str(content.get("editing"))))
        raws = content.get("raws")
        if isinstance(raws, Mapping):
            self.body.set_raws({str(name): str(raw) for name, raw in raws.items()})
        self._look()

    @property
    def in_hand(self) -> bool:
        """Whether the keyboard is in this panel."""
        focus = QApplication.focusWidget()
        return focus is not None and self.isAncestorOf(focus)

    def save(self) -> bool:
        """Ask for what stands in the form to be saved; ``False`` where it cannot be."""
        if not self.save_button.isEnabled():
            return False
        self.saveRequested.emit(self._typed_whole())
        return True

    def cancel(self) -> None:
        """Throw away what is typed and not saved."""
        self._start()
        self.typed.emit()

    def restyle(self) -> None:
        """Colours or sizes changed."""
        self._fill_list()
        self._mark()

    # -- what a panel says of its own -------------------------------------------------------------------

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(self.state, 1)
        return row

    def _list_name(self) -> str:
        raise NotImplementedError

    def _lower(self, column: QVBoxLayout) -> None:
        """Put the form and its buttons under the list."""
        column.addWidget(self._entry(), 2)
        column.addLayout(self._buttons())

    def _above(self, column: QVBoxLayout) -> None:
        """Put into the card what stands over the fields."""

    def _below(self, column: QVBoxLayout) -> None:
        """Put into the card what stands under the fields."""

    def _order(self, record: Record) -> Any:
        """By what the records are sorted."""
        raise NotImplementedError

    def _row(self, record: Record) -> Row:
        raise NotImplementedError

    def _count(self, count: int) -> str:
        """How many there are, in words."""
        raise NotImplementedError

    def _add_words(self) -> str:
        """What the button says that saves a new one."""
        raise NotImplementedError

    def _complain(self, sentence: str) -> None:
        """Say that something cannot be done now."""
        raise NotImplementedError

    def _standing(self) -> dict[str, Any]:
        """What stands in the form, as plain data."""
        return {"raws": self.body.raws()}

    def _matters(self, standing: Mapping[str, Any]) -> bool:
        """Whether it would be a loss."""
        return True

    def _empty(self) -> None:
        """Empty what stands beside the fields, for a new record."""

    def _fill(self, record: Record) -> None:
        """Show what a record has beside the fields."""

    def _restore(self, content: Mapping[str, Any], record: Record | None) -> None:
        """Show what a draft says beside the fields."""
        self._show(record)

    def _findings(self, troubles: Mapping[str, str]) -> list[Finding]:
        return [Finding(name, BLOCKS, said) for name, said in troubles.items()]

    def _complete(self) -> bool:
        """Whether it has what it cannot be saved without."""
        return True

    def _more(self) -> Any:
        """What is to be saved beside the fields."""
        return None

    def _after_look(self) -> None:
        """Show what follows from what stands in the form."""

    # -- parts ------------------------------------------------------------------------------------------

    def _entry(self) -> QScrollArea:
        self.entry = QFrame(self)
        self.entry.setProperty("card", True)
        column = QVBoxLayout(self.entry)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(6)
        self._above(column)
        self.body = FormBody(self.layer.fields, leave=self.leave, opened=(self.group,), parent=self.entry)
        self.body.sections[self.group].heading.hide()
        layout = self.body.layout()
        assert layout is not None
        layout.setContentsMargins(0, 0, 0, 0)
        self.body.edited.connect(lambda _name: self._typed())
        column.addWidget(self.body)
        self._below(column)
        column.addStretch(1)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self.entry)
        return area

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.delete_button = QPushButton(tr("Delete"), self)
        self.cancel_button = QPushButton(tr("Cancel"), self)
        self.save_button = QPushButton(self)
        self.save_button.setProperty("role", "primary")
        for button, act in (
            (self.delete_button, self._delete), (self.cancel_button, self.cancel), (self.save_button, self.save)
        ):
            button.setAutoDefault(False)
            button.clicked.connect(act)
        row.addWidget(self.delete_button)
        row.addStretch(1)
        row.addWidget(self.cancel_button)
        row.addWidget(self.save_button)
        return row

    # -- what happens -----------------------------------------------------------------------------------

    def _fill_list(self) -> None:
        self.list.fill([self._row(record) for record in self._records.values()])

    def _choose(self, uuid: str) -> None:
        if self._editing is not None and self._editing.uuid == uuid:
            return
        if self.content():
            self._mark()
            self._complain(tr("Save or cancel what you typed first."))
            return
        self._show(self._records[uuid])

    def _show(self, record: Record | None) -> None:
        """Put a saved record into the form; ``None``: start a new one."""
        if record is None:
            self._start()
            return
        self._editing = record
        self._fill(record)
        self.body.show_values(record.values)
        self._loaded = self._standing()
        self._mark()
        self._look()

    def _start(self) -> None:
        """Start a new record."""
        self._editing = None
        self.body.show_values({})
        self._empty()
        self._loaded = self._standing()
        self._mark()
        self._look()

    def _mark(self) -> None:
        self.list.mark(self._editing.uuid if self._editing is not None else None)

    def _typed(self) -> None:
        self._look()
        self.typed.emit()

    def _typed_whole(self) -> Typed:
        return Typed(self.body.collect()[0], self._editing, self._more())

    def _look(self) -> None:
        values, troubles = self.body.collect()
        self.body.tell(self._findings(troubles), values)
        editing, unsaved = self._editing is not None, self.content() is not None
        self.save_button.setText(tr("Save changes") if editing else self._add_words())
        free = self._editable and not self._busy
        self.save_button.setEnabled(free and not troubles and self._complete() and (unsaved or not editing))
        self.cancel_button.setVisible(editing or unsaved)
        self.delete_button.setVisible(editing and self._editable)
        self.delete_button.setEnabled(not self._busy)
        self._after_look()

    def _delete(self) -> None:
        if self._editing is not None and self._editable and not self._busy:
            self.deleteRequested.emit(self._editing)

    def _say_state(self) -> None:
        self.state.say(self._count(len(self._records)) if self._editable or not self._why else self._why)
