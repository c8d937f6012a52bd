"""Choosing the gem: a large button for each, and a search over everything that people call them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from surveyapp.domain.fields import Field
from surveyapp.domain.gems import GEM_BY_CODE, OTHER_COLOUR, Gem
from surveyapp.domain.records import Value
from surveyapp.domain.template import offered
from surveyapp.domain.validation import parse_value
from surveyapp.errors import BadInput
from surveyapp.ui import theme
from surveyapp.ui.forms.editor import Editor
from surveyapp.ui.forms.look import ToneLabel, mixed, small_button, target_px
from surveyapp.ui.forms.search import rank
from surveyapp.ui.forms.text_editors import KEEPS_RETURN
from surveyapp.words import tr

_COLUMN_PX = 118
_MOST_COLUMNS = 9


class GemButton(QAbstractButton):
    """Icon, name and Urdu name of a gem; framed in the gem's colour when chosen."""

    def __init__(self, code: str, label: str, urdu: str, colour: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.code, self.urdu, self.colour = code, urdu, colour
        self.setText(label)
        self.setAccessibleName(tr("Gem: {gem}", gem=label))
        self.setToolTip(f"{label}  {urdu}".strip())
        self.setCheckable(True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(_COLUMN_PX, max(target_px() + 12, 2 * self.fontMetrics().height() + 12))

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = theme.current()
        night = colours.name == "night"
        tint = colours.accent if night else self.colour
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen, hot = self.isChecked(), self.underMouse() or self.isDown()
        share = 0.20 if chosen else 0.08 if hot else 0.0
        edge = mixed(tint if chosen else colours.accent if hot else colours.edge, colours.surface, 1.0)
        painter.setPen(QPen(edge, 2 if chosen else 1))
        painter.setBrush(mixed(tint, colours.surface, share))
        painter.drawRoundedRect(self.rect().adjusted(2, 2, -2, -2), 8, 8)
        if self.hasFocus():
            painter.setPen(QPen(mixed(colours.accent, colours.surface, 1.0), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 9, 9)
        self._draw_icon(painter)
        self._draw_words(painter, colours)

    def _placed(self, room: QRect) -> QRect:
        """The room as it lies where one reads from right to left."""
        return QStyle.visualRect(self.layoutDirection(), self.rect(), room)

    def _draw_icon(self, painter: QPainter) -> None:
        place = self._placed(QRect(9, (self.height() - 24) // 2, 24, 24))
        icon = theme.gem_icon(self.code)
        if not icon.isNull():
            icon.paint(painter, place)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mixed(self.colour, self.colour, 1.0))
        painter.drawEllipse(QPointF(place.center()), 9, 9)

    def _draw_words(self, painter: QPainter, colours: theme.Colours) -> None:
        room = self._placed(QRect(39, 4, self.width() - 43, self.height() - 8))
        font = QFont(self.font())
        font.setBold(self.isChecked())
        left = Qt.AlignmentFlag.AlignLeft
        upper = QRect(room.left(), room.top(), room.width(), room.height() // 2)
        lower = QRect(room.left(), upper.bottom(), room.width(), room.height() - upper.height())
        painter.setFont(font)
        painter.setPen(mixed(colours.text, colours.surface, 1.0))
        label = QFontMetrics(font).elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        if not self.urdu:
            painter.drawText(room, left | Qt.AlignmentFlag.AlignVCenter, label)
            return
        painter.drawText(upper, left | Qt.AlignmentFlag.AlignBottom, label)
        font.setBold(False)
        painter.setFont(font)
        painter.setPen(mixed(colours.muted, colours.surface, 1.0))
        painter.drawText(lower, left | Qt.AlignmentFlag.AlignVCenter, self.urdu)


class GemEditor(Editor):
    """The gem. Typing in the search narrows the buttons, Return takes the first; a stone that is in no list
    can be taken as it is typed. ``chosen`` carries the gem's code when a person chooses."""

    chosen = Signal(str)
    takes_pin = True

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        column = QWidget(self)
        rows = QVBoxLayout(column)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4)
        self.search = QLineEdit(column)
        self.search.setPlaceholderText(tr("Search: zamurrud, یاقوت, peridot …"))
        self.search.setAccessibleName(tr("Search gems"))
        self.search.setClearButtonEnabled(True)
        self.search.setProperty(KEEPS_RETURN, True)
        self.search.installEventFilter(self)
        self._grid_host = QWidget(column)
        self._grid = QGridLayout(self._grid_host)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(2)
        self._nothing = ToneLabel("", "muted", column)
        self._other = small_button("", parent=column)
        self._search_row = QHBoxLayout()
        self._search_row.setSpacing(2)
        self._search_row.addWidget(self.search)
        rows.addLayout(self._search_row)
        rows.addWidget(self._grid_host)
        rows.addWidget(self._nothing)
        rows.addWidget(self._other, 0, Qt.AlignmentFlag.AlignLeft)
        self.row_layout.addWidget(column)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._code = ""
        self.buttons: dict[str, GemButton] = {}
        self._listed = offered(field)
        for term in self._listed or ():
            gem = GEM_BY_CODE.get(term.code)
            self._add(term.code, term.label, gem.label_ur if gem else "", gem.colour if gem else OTHER_COLOUR)
        self._columns = 0
        self.setFocusProxy(self.search)
        self.search.textChanged.connect(self._narrow)
        self._other.clicked.connect(self._take_other)
        self._narrow("")

    @property
    def gem(self) -> Gem | None:
        """The chosen gem, if it is one of the table."""
        return GEM_BY_CODE.get(self._code)

    def take_pin(self, pin: QWidget) -> None:
        self._search_row.addWidget(pin)

    def raw(self) -> str:
        return self._code

    def set_raw(self, raw: str) -> None:
        self._code = raw
        if raw and raw not in self.buttons:
            known = GEM_BY_CODE.get(raw)  # of the table, and not among those that the office lists
            label = known.label if known else raw.replace("-", " ").capitalize()
            self._add(raw, label, known.label_ur if known else "", known.colour if known else OTHER_COLOUR)
        self._group.setExclusive(False)
        for code, button in self.buttons.items():
            button.setChecked(code == raw)
        self._group.setExclusive(True)
        self.search.clear()
        self._narrow("")

    def choose(self, code: str) -> None:
        """Take a gem, as a person does by pressing its button."""
        self.set_raw(code)
        self.changed.emit()
        self.chosen.emit(code)

    def shown_codes(self) -> list[str]:
        """Codes of the buttons that are shown now, in order."""
        return [code for code, button in self.buttons.items() if not button.isHidden()]

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._arrange()

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain and self.search.text().strip():
                self._take_first()
                return True
            if event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
            if event.key() == Qt.Key.Key_Down and self.shown_codes():
                self.buttons[self.shown_codes()[0]].setFocus(Qt.FocusReason.TabFocusReason)
                return True
        return super().eventFilter(watched, event)  # type: ignore[arg-type]

    def _read(self, raw: str) -> Value:
        return parse_value(self.field, raw)

    def _add(self, code: str, label: str, urdu: str, colour: str) -> None:
        button = GemButton(code, label, urdu, colour, self._grid_host)
        self.buttons[code] = button
        self._group.addButton(button)
        button.clicked.connect(lambda _checked=False: self.choose(code))
        self._columns = 0

    def _narrow(self, typed: str) -> None:
        fits = {code: rank(typed, self._words(code)) for code in self.buttons}
        for code, button in self.buttons.items():
            button.setVisible(fits[code] is not None)
        other = self._typed_other()
        nothing = bool(typed.strip()) and not any(fit is not None for fit in fits.values())
        self._nothing.say(tr("No gem of the list is called that.") if nothing else "")
        self._nothing.setVisible(nothing)
        self._other.setVisible(nothing and other is not None)
        self._other.setText(tr("Use “{stone}” as it is", stone=typed.strip()))
        self._columns = 0
        self._arrange()

    def _words(self, code: str) -> tuple[str, ...]:
        gem = GEM_BY_CODE.get(code)
        if gem is not None:
            return (gem.label, gem.label_ur, code, *gem.synonyms)
        term = self._listed.term(code) if self._listed else None
        return (code, self.buttons[code].text(), *(term.synonyms if term else ()))

    def _take_first(self) -> None:
        typed = self.search.text()
        shown = self.shown_codes()
        if shown:
            fits = {code: rank(typed, self._words(code)) for code in shown}
            code = min(shown, key=lambda c: 9 if fits[c] is None else int(fits[c] or 0))
            self.choose(code)
            self.buttons[code].setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._take_other()

    def _take_other(self) -> None:
        code = self._typed_other()
        if code is not None:
            self.choose(code)

    def _typed_other(self) -> str | None:
        """Code of a stone that is in no list, or ``None`` where what is typed cannot be one."""
        try:
            value = parse_value(self.field, self.search.text())
        except BadInput:
            return None
        return None if value is None else str(value)

    def _arrange(self) -> None:
        """Put the shown buttons into as many columns as fit."""
        columns = max(2, min(_MOST_COLUMNS, self.width() // _COLUMN_PX))
        if columns == self._columns:
            return
        self._columns = columns
        for button in self.buttons.values():
            self._grid.removeWidget(button)
        for place, code in enumerate(self.shown_codes()):
            self._grid.addWidget(self.buttons[code], place // columns, place % columns)
        for column in range(_MOST_COLUMNS):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
