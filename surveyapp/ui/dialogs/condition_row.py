"""One condition of a filter, as it is put together: a field, how it is compared, and with what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
    QWidgetAction,
)

from surveyapp.domain.fields import CODE, DATE, DATETIME, Field
from surveyapp.domain.filters import (
    BETWEEN,
    EMPTY,
    FILLED,
    FILTER_FIELDS,
    HAS,
    IS,
    IS_NOT,
    OPERATORS,
    POSITION,
    WITHIN,
    Condition,
)
from surveyapp.domain.records import PAKISTAN, Value, moment_of
from surveyapp.domain.template import OWN
from surveyapp.domain.validation import parse_value
from surveyapp.domain.vocabulary import Vocabulary
from surveyapp.ui import theme
from surveyapp.ui.forms.code_editor import term_label
from surveyapp.ui.forms.look import IconButton, target_px
from surveyapp.ui.forms.moments import parse_local
from surveyapp.ui.forms.search import rank, term_words
from surveyapp.words import tr

_CODE = Qt.ItemDataRole.UserRole
_NOTHING, _TEXT, _CODES, _RANGE = range(4)


def operator_text(operator: str) -> str:
    """How a comparison is called in the list."""
    words = {
        IS: tr("is"),
        IS_NOT: tr("is not"),
        HAS: tr("contains"),
        BETWEEN: tr("is between"),
        EMPTY: tr("is empty"),
        FILLED: tr("is filled in"),
        WITHIN: tr("is in"),
    }
    return words[operator]


class CodePicker(QPushButton):
    """Several terms of a vocabulary, ticked in a list that opens below and is searched by typing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        self.list = QListWidget()
        self.list.setObjectName("terms")
        sheet = QWidget()
        inside = QVBoxLayout(sheet)
        inside.setContentsMargins(6, 6, 6, 6)
        inside.addWidget(self.search)
        inside.addWidget(self.list)
        self._sheet = QMenu(self)
        action = QWidgetAction(self._sheet)
        action.setDefaultWidget(sheet)
        self._sheet.addAction(action)
        self._vocabulary: Vocabulary | None = None
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAutoDefault(False)
        self.clicked.connect(self._open)
        self.search.textChanged.connect(self._narrow)
        self.list.itemChanged.connect(lambda _item: self._name())
        self.list.itemActivated.connect(self._turn)

    @property
    def codes(self) -> tuple[str, ...]:
        """The ticked codes, in the order of the vocabulary."""
        return tuple(item.data(_CODE) for item in self._items() if item.checkState() == Qt.CheckState.Checked)

    def offer(self, vocabulary: Vocabulary, chosen: Sequence[Value] = ()) -> None:
        """Offer the terms of this vocabulary."""
        self._vocabulary = vocabulary
        self.search.clear()
        self.search.setPlaceholderText(tr("Type to find"))
        self.list.clear()
        for term in vocabulary.terms:
            item = QListWidgetItem(term_label(term))
            item.setData(_CODE, term.code)
            item.setSizeHint(QSize(0, theme.row_height()))
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if term.code in chosen else Qt.CheckState.Unchecked)
            self.list.addItem(item)
        self.search.setVisible(self.list.count() > 9)
        self.list.setFixedSize(300, min(self.list.count(), 9) * theme.row_height() + 6)
        self._name()

    def _items(self) -> list[QListWidgetItem]:
        return [self.list.item(n) for n in range(self.list.count())]

    def _name(self) -> None:
        names = [item.text() for item in self._items() if item.checkState() == Qt.CheckState.Checked]
        self.setText(tr(" or ").join(names) if names else tr("Choose…"))
        self.setToolTip("\n".join(names))

    def _open(self) -> None:
        self._sheet.popup(self.mapToGlobal(QPoint(0, self.height())))
        (self.search if self.search.isVisibleTo(self._sheet) else self.list).setFocus()

    def _narrow(self, typed: str) -> None:
        if self._vocabulary is not None:
            for item, term in zip(self._items(), self._vocabulary.terms, strict=True):
                item.setHidden(rank(typed, term_words(term)) is None)

    def _turn(self, item: QListWidgetItem) -> None:
        """Return ticks, as the space bar does."""
        on = item.checkState() == Qt.CheckState.Checked
        item.setCheckState(Qt.CheckState.Unchecked if on else Qt.CheckState.Checked)


class ConditionRow(QWidget):
    """Puts one condition together; ``gone`` asks to be taken away."""

    gone = Signal()

    def __init__(
        self,
        condition: Condition | None = None,
        fields: Mapping[str, Field] = FILTER_FIELDS,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._fields = {name: about for name, about in fields.items() if name in FILTER_FIELDS or name.startswith(OWN)}
        # A box on the map, and what the open survey has no field for, can be taken away but not made otherwise.
        self._kept = condition if condition is not None and condition.about is None else None
        self.field = QComboBox()
        self.field.setAccessibleName(tr("Field"))
        self.operator = QComboBox()
        self.operator.setAccessibleName(tr("Comparison"))
        self.text = QLineEdit()
        self.codes = CodePicker()
        self.low, self.high = QLineEdit(), QLineEdit()
        self.values = QStackedWidget()
        for page in (QLabel(), self.text, self.codes, self._range_page()):
            self.values.addWidget(page)
        self.values.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        remove = IconButton("close", tr("Take this condition away"))
        remove.clicked.connect(self.gone)
        self.setMinimumHeight(target_px())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.field, 3)
        row.addWidget(self.operator, 2)
        row.addWidget(self.values, 5)
        row.addWidget(remove)
        for combo in (self.field, self.operator):
            combo.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._fill(condition)
        self.field.currentIndexChanged.connect(lambda _place: self._field_chosen())
        self.operator.currentIndexChanged.connect(lambda _place: self._show_values())

    @property
    def condition(self) -> Condition:
        """The condition as it stands; ``BadInput`` with one sentence where something is missing or wrong."""
        if self._kept is not None:
            return self._kept
        about, operator = self._about, str(self.operator.currentData())
        values: tuple[Value, ...] = ()
        if operator in (IS, IS_NOT):
            values = self.codes.codes
        elif operator == HAS:
            values = (self.text.text().strip(),)
        elif operator == BETWEEN:
            values = (_bound(about, self.low.text()), _bound(about, self.high.text()))
        return Condition(about.name, operator, values, about)

    @property
    def _about(self) -> Field:
        return self._fields[str(self.field.currentData())]

    def _range_page(self) -> QWidget:
        page = QWidget()
        inside = QHBoxLayout(page)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.low)
        inside.addWidget(QLabel(tr("and")))
        inside.addWidget(self.high)
        self.low.setAccessibleName(tr("Lowest"))
        self.high.setAccessibleName(tr("Highest"))
        return page

    def _fill(self, condition: Condition | None) -> None:
        if self._kept is not None:
            self._show_kept(self._kept)
            return
        for field in self._fields.values():
            self.field.addItem(field.label, field.name)
        if condition is not None:
            self.field.setCurrentIndex(self.field.findData(condition.field))
        self._offer_operators()
        if condition is None:
            return
        self.operator.setCurrentIndex(self.operator.findData(condition.operator))
        self._show_values()
        if condition.operator in (IS, IS_NOT):
            assert self._about.vocabulary is not None
            self.codes.offer(self._about.vocabulary, condition.values)
        elif condition.operator == HAS:
            self.text.setText(str(condition.values[0]))
        elif condition.operator == BETWEEN:
            for line, value in zip((self.low, self.high), condition.values, strict=True):
                line.setText("" if value is None else f"{value:g}" if isinstance(value, float) else str(value))

    def _show_kept(self, kept: Condition) -> None:
        self.field.addItem(kept.title)
        self.operator.addItem(operator_text(kept.operator))
        label = self.values.widget(_NOTHING)
        assert isinstance(label, QLabel)
        box = kept.field == POSITION
        label.setText(
            tr("the part of the map that was in view") if box else tr("this survey does not have the field")
        )
        self.field.setEnabled(False)
        self.operator.setEnabled(False)

    def _field_chosen(self) -> None:
        self.text.clear()
        self.low.clear()
        self.high.clear()
        self._offer_operators()

    def _offer_operators(self) -> None:
        blocked = self.operator.blockSignals(True)
        self.operator.clear()
        for operator in OPERATORS[self._about.kind]:
            self.operator.addItem(operator_text(operator), operator)
        self.operator.blockSignals(blocked)
        if self._about.kind == CODE:
            assert self._about.vocabulary is not None
            self.codes.offer(self._about.vocabulary)
        for line in (self.low, self.high):
            line.setPlaceholderText("2026-05-03" if self._about.kind in (DATE, DATETIME) else "")
        self._show_values()

    def _show_values(self) -> None:
        pages = {IS: _CODES, IS_NOT: _CODES, HAS: _TEXT, BETWEEN: _RANGE}
        self.values.setCurrentIndex(pages.get(str(self.operator.currentData()), _NOTHING))


def _bound(about: Field, text: str) -> Value:
    """One end of a range as it was typed; ``BadInput`` for what cannot be read."""
    if about.kind not in (DATE, DATETIME):
        return parse_value(replace(about, minimum=None, maximum=None), text)
    moment = moment_of(parse_local(text, tr(about.title)))
    return None if moment is None else moment.astimezone(PAKISTAN).date().isoformat()
