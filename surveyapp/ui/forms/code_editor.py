"""Editors of coded fields: buttons for a few terms, a list searched by typing for many."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPalette, QWheelEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QCompleter,
    QHBoxLayout,
    QListView,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from surveyapp.domain.fields import Field
from surveyapp.domain.records import Value
from surveyapp.domain.template import OfficeField, offered
from surveyapp.domain.vocabulary import Term, Vocabulary
from surveyapp.ui.forms.editor import Editor
from surveyapp.ui.forms.history_text import sentence_case
from surveyapp.ui.forms.look import FRAMELESS, small_button, target_px
from surveyapp.ui.forms.search import matching
from surveyapp.words import tr

Index = QModelIndex | QPersistentModelIndex
_SYNONYMS = Qt.ItemDataRole.UserRole


def term_label(term: Term) -> str:
    """Label of a term as a form shows it."""
    return sentence_case(tr(term.label))


class TermList(QAbstractListModel):
    """The terms that fit what is typed, the best first."""

    def __init__(self, vocabulary: Vocabulary, parent: QWidget) -> None:
        super().__init__(parent)
        self._vocabulary = vocabulary
        self.terms: list[Term] = list(vocabulary.terms)

    def narrow(self, typed: str) -> None:
        """Show what fits ``typed``."""
        self.beginResetModel()
        self.terms = matching(self._vocabulary, typed)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.terms)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        term = self.terms[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return term_label(term)
        if role == _SYNONYMS:
            return ", ".join(term.synonyms)
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{term.code}" if not term.uri else f"{term.code}\n{term.uri}"
        return None


class _TermDelegate(QStyledItemDelegate):
    """A term, and its synonyms in a softer ink where there is room."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(super().sizeHint(option, index).width(), target_px())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        synonyms = str(index.data(_SYNONYMS) or "")
        if not synonyms:
            return
        metrics = QFontMetrics(option.font)
        used = metrics.horizontalAdvance(str(index.data())) + 32
        room = option.rect.adjusted(used, 0, -10, 0)
        if room.width() < 40:
            return
        font = QFont(option.font)
        font.setPointSizeF(font.pointSizeF() * 0.9)
        painter.save()
        painter.setFont(font)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        role = QPalette.ColorRole.Text if selected else QPalette.ColorRole.PlaceholderText
        painter.setPen(option.palette.color(role))
        text = QFontMetrics(font).elidedText(synonyms, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)
        painter.restore()


class SearchCombo(QComboBox):
    """A combo box that is searched by typing label, code or synonym, in any script. ``picked`` when a term
    is chosen from a list; the wheel scrolls the form, never the choice."""

    picked = Signal()

    def __init__(self, vocabulary: Vocabulary, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.vocabulary = vocabulary
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setMaxVisibleItems(9)
        self.setMinimumContentsLength(4)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setModel(TermList(vocabulary, self))
        self.setItemDelegate(_TermDelegate(self))
        self.setCurrentIndex(-1)
        self.lineEdit().setPlaceholderText(tr("Type to search"))
        # It sits inside the box, which has the frame and the height.
        self.lineEdit().setStyleSheet(FRAMELESS)
        self._found = TermList(vocabulary, self)
        completer = QCompleter(self._found, self)
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        completer.setMaxVisibleItems(7)
        view = QListView()
        for shown in (view, self.view()):
            if isinstance(shown, QListView):
                shown.setUniformItemSizes(True)
        completer.setPopup(view)
        view.setItemDelegate(_TermDelegate(view))
        self.setCompleter(completer)
        self.lineEdit().textEdited.connect(self._narrow)
        completer.activated.connect(lambda _text: self.picked.emit())
        self.activated.connect(lambda _index: self.picked.emit())

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def term(self) -> Term | None:
        """The term that the text means: label, code or synonym, or the only one that fits it."""
        text = self.currentText().strip()
        if not text:
            return None
        found = self.vocabulary.find(text)
        if found is None:
            fitting = matching(self.vocabulary, text)
            found = fitting[0] if len(fitting) == 1 else None
        return found

    def settle(self) -> None:
        """Show the label of what was typed, once typing is over."""
        term = self.term()
        if term is not None and self.currentText() != term_label(term):
            self.setEditText(term_label(term))

    def _narrow(self, typed: str) -> None:
        self._found.narrow(typed)


class ListEditor(Editor):
    """A coded field with many terms; beside it, one press each, the terms that are likely here."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        listed = offered(field)
        assert listed is not None
        column = QWidget(self)
        rows = QVBoxLayout(column)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(2)
        self.combo = SearchCombo(listed, column)
        rows.addWidget(self.combo)
        self._chips = QWidget(column)
        self._chip_row = QHBoxLayout(self._chips)
        self._chip_row.setContentsMargins(0, 0, 0, 0)
        self._chip_row.setSpacing(2)
        self._chip_row.addStretch(1)
        self._chips.hide()
        rows.addWidget(self._chips)
        self.row_layout.addWidget(column)
        self.setFocusProxy(self.combo)
        self.combo.lineEdit().textEdited.connect(lambda _text: self.changed.emit())
        self.combo.picked.connect(self.changed)
        self.combo.lineEdit().editingFinished.connect(self._settle)

    def raw(self) -> str:
        return self.combo.currentText().strip()

    def set_raw(self, raw: str) -> None:
        if raw != self.raw():
            self.combo.setEditText(raw)
            self.combo.lineEdit().setCursorPosition(0)

    def suggest(self, codes: Iterable[str]) -> None:
        """Offer these codes as buttons while the field is empty or holds another of them."""
        while self._chip_row.count() > 1:
            taken = self._chip_row.takeAt(0).widget()
            if taken is not None:
                taken.hide()
                taken.deleteLater()
        vocabulary = self.combo.vocabulary
        terms = [term for term in map(vocabulary.term, codes) if term is not None]
        for place, term in enumerate(terms):
            chip = small_button(term_label(term), f"{tr(self.field.title)}: {term_label(term)}", self._chips)
            chip.clicked.connect(self._picker(term))
            self._chip_row.insertWidget(place, chip)
        self._chips.setVisible(bool(terms))

    def _picker(self, term: Term) -> Callable[[], None]:
        def pick() -> None:
            self.combo.setEditText(term_label(term))
            self.changed.emit()

        return pick

    def _show(self, value: Value) -> None:
        term = self.field.vocabulary.term(value) if self.field.vocabulary else None
        text = term_label(term) if term else "" if value is None else str(value)
        self.combo.setEditText(text)
        self.combo.lineEdit().setCursorPosition(0)

    def _read(self, raw: str) -> Value:
        term = self.combo.term()
        return term.code if term else super()._read(raw)

    def _settle(self) -> None:
        if self.raw() != self._loaded_raw:
            self.combo.settle()


class ButtonsEditor(Editor):
    """A coded field with few terms: one button each, side by side. Pressing the chosen one again empties the
    field, unless the table of fields has a default for it. A value that is in no list gets a button of its own."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        listed = offered(field)
        assert listed is not None
        self.row_layout.setSpacing(0)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._buttons: dict[str, QPushButton] = {}
        self._was: str = ""
        for term in listed.terms:
            self._add(term.code, term_label(term))
        self.setFocusProxy(next(iter(self._buttons.values())))

    def raw(self) -> str:
        return next((code for code, button in self._buttons.items() if button.isChecked()), "")

    def set_raw(self, raw: str) -> None:
        if raw and raw not in self._buttons:
            term = self.field.vocabulary.term(raw) if self.field.vocabulary else None
            self._add(raw, term_label(term) if term else raw)
        self._group.setExclusive(False)
        for code, button in self._buttons.items():
            button.setChecked(code == raw)
        self._group.setExclusive(True)
        self._was = raw
        self.setFocusProxy(self._buttons.get(raw) or next(iter(self._buttons.values())))

    def name_inputs(self, name: str, description: str) -> None:
        for button in self._buttons.values():
            button.setAccessibleName(f"{name}: {button.text()}")
            button.setAccessibleDescription(description)

    def button(self, code: str) -> QPushButton:
        """The button of a code."""
        return self._buttons[code]

    def _add(self, code: str, label: str) -> None:
        button = QPushButton(label, self)
        button.setCheckable(True)
        button.setAutoDefault(False)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._group.addButton(button)
        self._buttons[code] = button
        self.row_layout.addWidget(button, 1)
        button.clicked.connect(lambda _checked=False: self._pressed(code))

    def _pressed(self, code: str) -> None:
        of_table = self.field.default is not None and not isinstance(self.field, OfficeField)
        if code == self._was and not of_table:
            self.set_raw("")
        else:
            self._was = code
            self.setFocusProxy(self._buttons[code])
        self.changed.emit()
