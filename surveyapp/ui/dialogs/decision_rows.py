"""The list of decisions in the Review window, and what is told of the one with the cursor."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QFrame,
    QGridLayout,
    QLabel,
    QListView,
    QScrollArea,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from surveyapp.ui import theme
from surveyapp.ui.dialogs.base import role_label
from surveyapp.ui.dialogs.queue_list import ActButton
from surveyapp.ui.forms.look import text_direction
from surveyapp.ui.forms.moments import short
from surveyapp.ui.itemmodels.decision_list import TONE, DecisionList
from surveyapp.ui.itemmodels.decisions import Row
from surveyapp.ui.itemmodels.queue import SECOND_LINE
from surveyapp.ui.itemmodels.records import Index, Role
from surveyapp.words import tr

_PAD_PX = 10
_BOX_PX = 18


class TickedLines(QStyledItemDelegate):
    """A tick, and beside it the record in bold over verdict and state in its tone."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, max(2 * option.fontMetrics.lineSpacing() + 14, theme.row_height()))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.initStyleOption(option, index)
        option.text = ""
        option.features &= ~QStyleOptionViewItem.ViewItemFeature.HasCheckIndicator
        view = option.widget
        view.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, view)
        self._draw_tick(painter, option, index)
        colours = theme.current()
        room = option.rect.adjusted(_tick_room(), 6, -_PAD_PX, -6)
        room = QStyle.visualRect(option.direction, option.rect, room)
        ink = option.palette.color(QPalette.ColorRole.Text)
        painter.save()
        half = QRect(room.left(), room.top(), room.width(), room.height() // 2)
        _draw(painter, half, str(index.data(SECOND_LINE)), option.font, ink, bold=True)
        tone = {"danger": colours.danger, "warning": colours.warning, "good": colours.good}
        faint = QColor(tone.get(str(index.data(TONE)), colours.muted))
        _draw(painter, half.translated(0, half.height()), str(index.data()), option.font, faint, bold=False)
        painter.restore()

    def _draw_tick(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        state = index.data(Role.CheckStateRole)
        if state is None:
            return
        box = QStyleOptionViewItem(option)
        at = QRect(option.rect.left() + _PAD_PX, option.rect.center().y() - _BOX_PX // 2, _BOX_PX, _BOX_PX)
        box.rect = QStyle.visualRect(option.direction, option.rect, at)
        on = Qt.CheckState(state) == Qt.CheckState.Checked
        flags = QStyle.StateFlag.State_Enabled | (QStyle.StateFlag.State_On if on else QStyle.StateFlag.State_Off)
        box.state = flags
        style = option.widget.style()
        style.drawPrimitive(QStyle.PrimitiveElement.PE_IndicatorItemViewItemCheck, box, painter, option.widget)

    def editorEvent(self, event: QEvent, model: object, option: QStyleOptionViewItem, index: Index) -> bool:
        """A press anywhere beside the words, as high as the row, is meant for the tick; so is the space bar."""
        if isinstance(event, QMouseEvent):
            room = QRect(option.rect.left(), option.rect.top(), _tick_room(), option.rect.height())
            room = QStyle.visualRect(option.direction, option.rect, room)
            pressed = event.type() == QEvent.Type.MouseButtonRelease and event.button() == Qt.MouseButton.LeftButton
            if not pressed or not room.contains(event.position().toPoint()):
                return False
            return self._turn(index)
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Select) and self._turn(index)
        return False

    def _turn(self, index: Index) -> bool:
        state = index.data(Role.CheckStateRole)
        if state is None:
            return False
        on = Qt.CheckState(state) == Qt.CheckState.Checked
        turned = Qt.CheckState.Unchecked if on else Qt.CheckState.Checked
        model = index.model()
        assert isinstance(model, DecisionList)
        return model.setData(index, turned, Role.CheckStateRole)


def _draw(painter: QPainter, room: QRect, text: str, font: QFont, ink: QColor, *, bold: bool) -> None:
    chosen = QFont(font)
    chosen.setBold(bold)
    painter.setFont(chosen)
    painter.setPen(ink)
    shown = QFontMetrics(chosen).elidedText(text, Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, theme.leading() | Qt.AlignmentFlag.AlignVCenter, shown)


def _tick_room() -> int:
    """Px from the edge of a row to its words."""
    return max(_PAD_PX * 2 + _BOX_PX, theme.row_height())


class DecisionView(QListView):
    """The list; Space ticks."""

    def __init__(self, model: DecisionList, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("decisions")
        self.setAccessibleName(tr("Decisions"))
        self.setModel(model)
        self.setItemDelegate(TickedLines(self))
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(240)

    def keyboardSearch(self, search: str) -> None:
        """The space bar ticks; it begins no search."""


class DecisionDetail(QScrollArea):
    """What is told of one decision. ``tick_wanted`` and ``apply_wanted`` carry the new state; ``record_wanted`` the
    sighting to show in the window."""

    tick_wanted = Signal(bool)
    apply_wanted = Signal(bool)
    record_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._row: Row | None = None
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(14, 0, 10, 4)
        column.setSpacing(8)
        self.title = role_label("", "heading")
        self.facts = QGridLayout()
        self.facts.setHorizontalSpacing(14)
        self.facts.setVerticalSpacing(6)
        self.facts.setColumnStretch(1, 1)
        self.state = role_label("", "")
        self.state.setObjectName("state")
        self.changes = QGridLayout()
        self.changes.setHorizontalSpacing(14)
        self.changes.setVerticalSpacing(4)
        self.changes.setColumnStretch(1, 1)
        self.changes.setColumnStretch(2, 1)
        self.tick = QCheckBox(tr("Take this decision in"))
        self.tick.setObjectName("tick")
        self.apply = QCheckBox()
        self.apply.setObjectName("apply")
        self.apply.setToolTip(tr("Press {key}", key="Alt+A"))
        self.show_button = ActButton(tr("Show it in the window"), "show_record", tr("Press {key}", key="Alt+W"))
        self.show_button.setProperty("role", "flat")
        for part in (self.title, self.facts, self.state, self.changes, self.tick, self.apply):
            column.addLayout(part) if isinstance(part, QGridLayout) else column.addWidget(part)
        column.addWidget(self.show_button, 0, theme.leading())
        column.addStretch(1)
        self.setWidget(inside)
        self.tick.clicked.connect(self.tick_wanted)
        self.apply.clicked.connect(self.apply_wanted)
        self.show_button.clicked.connect(self._show_record)
        self.show_row(None, chosen=False, applied=False)

    @property
    def row(self) -> Row | None:
        """The one on show."""
        return self._row

    def show_row(self, row: Row | None, *, chosen: bool, applied: bool) -> None:
        """Show a decision, with its tick and whether it is to be applied all the same; ``None``: none."""
        fresh = row is not self._row
        self._row = row
        self.widget().setVisible(row is not None)
        if row is None:
            return
        if fresh:
            self.title.setText(row.caption)
            self._fill_facts(row)
            self._fill_changes(row)
            self.show_button.setVisible(row.decision.layer == "sighting" and bool(row.outcome.caption))
            self.verticalScrollBar().setValue(0)
        self.state.setText(row.sentence(apply=applied))
        theme.set_role(self.state, row.state(apply=applied)[1])
        self.tick.setVisible(row.takeable)
        self.tick.setChecked(chosen)
        self.apply.setVisible(row.asks_to_apply)
        self.apply.setText(
            tr("Take it in again, and apply it") if row.taken_back else tr("Apply it also though the record changed")
        )
        self.apply.setChecked(applied)

    def _show_record(self) -> None:
        if self._row is not None:
            self.record_wanted.emit(self._row.decision.record)

    def _fill_facts(self, row: Row) -> None:
        _empty(self.facts)
        made = row.decision
        for name, text in (
            (tr("Place"), row.where),
            (tr("Verdict"), row.verdict),
            (tr("Reason"), made.reason),
            (tr("Reviewer"), row.reviewer),
            (tr("Decided"), short(made.decided_at)),
        ):
            if text:
                line = self.facts.rowCount()
                self.facts.addWidget(_top(role_label(name, "muted")), line, 0)
                said = _top(role_label(text, ""))
                said.setLayoutDirection(text_direction(text) if name == tr("Reason") else self.layoutDirection())
                self.facts.addWidget(said, line, 1)

    def _fill_changes(self, row: Row) -> None:
        _empty(self.changes)
        if not row.changes:
            return
        head = self.changes.rowCount()
        for place, text in enumerate((tr("Changed field"), tr("The reviewer saw"), tr("It says now"))):
            self.changes.addWidget(role_label(text, "heading"), head, place)
        for change in row.changes:
            line = self.changes.rowCount()
            for place, text in enumerate((change.title, change.before or tr("empty"), change.after or tr("empty"))):
                self.changes.addWidget(_top(role_label(text, "muted" if place == 0 else "")), line, place)


def _top(label: QLabel) -> QLabel:
    label.setAlignment(theme.leading() | Qt.AlignmentFlag.AlignTop)
    return label


def _empty(grid: QGridLayout) -> None:
    while (item := grid.takeAt(0)) is not None:
        widget = item.widget()
        widget.hide()
        widget.deleteLater()
