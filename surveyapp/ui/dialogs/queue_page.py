"""What both queues share: a list, what is to be decided, a small map, and one line on the keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from surveyapp.ui.dialogs.base import role_label
from surveyapp.ui.dialogs.mini_map import PlacePanel
from surveyapp.ui.dialogs.queue_list import ActButton, QueueList
from surveyapp.ui.itemmodels.places import Place
from surveyapp.ui.itemmodels.queue import QueueModel
from surveyapp.words import ntr, tr

_PATIENCE_MS = 150
"""What is read sooner than this replaces what is on show at once; else the old gives way to one line."""


class QueuePage(QWidget):
    """One queue. ``detail_wanted`` carries the item whose details are to be given to :meth:`show_detail`;
    ``settled`` the decisions; ``heading_changed`` what stands over the page; ``said`` what came of a press.

    Nothing can be decided about an item before its details are on show. ``before`` and ``after`` are what Tab reaches
    before and after the page.
    """

    detail_wanted = Signal(object)
    settled = Signal(object)
    heading_changed = Signal()
    said = Signal(str)
    keys = ""

    def __init__(self, model: QueueModel, *, writable: bool, nothing: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self.writable = writable
        self._nothing = nothing
        self._on_show = ""
        self._busy = False
        self.before: QWidget | None = None
        self.after: tuple[QWidget, ...] = ()
        self.list = QueueList(model)
        self.panel = QScrollArea()
        self.panel.setWidgetResizable(True)
        self.panel.setFrameShape(QFrame.Shape.NoFrame)
        self.panel.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.panel.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.place = PlacePanel()
        self.many = ManyBar()
        self.skip_button = ActButton(
            tr("Skip"), "skip", tr("Put it off: it comes back when the others are decided (Alt+S)")
        )
        self.hint = role_label("", "muted")
        self.hint.setObjectName("hint")
        self._slow = QTimer(self)
        self._slow.setSingleShot(True)
        self._slow.setInterval(_PATIENCE_MS)
        self._slow.timeout.connect(lambda: self._blank(tr("Reading…")))
        self._lay_out()
        self.list.selectionModel().currentChanged.connect(lambda *_: self._look())
        self.skip_button.clicked.connect(self.skip)
        self.many.confirmed.connect(self._settle_many)
        self.add_key("Alt+S", self.skip)
        self.add_key("Alt+M", self.place.map.setFocus)
        self.add_key("Alt+L", self.list.setFocus)
        QShortcut(QKeySequence("S"), self.list, self.skip, context=Qt.ShortcutContext.WidgetShortcut)

    # -- what a subclass says -------------------------------------------------------------------------

    def describe(self, item: Any, detail: Any, column: QVBoxLayout) -> None:
        """Fill the panel with an item."""
        raise NotImplementedError

    def place_of(self, item: Any, detail: Any) -> Place:
        """What the map shows of an item."""
        raise NotImplementedError

    def refresh_filters(self) -> None:
        """What waits has changed: offer what there is to choose from."""

    @property
    def heading(self) -> str:
        raise NotImplementedError

    # -- what waits -----------------------------------------------------------------------------------

    def fill(self, items: Sequence[Any], *, go_to: str = "") -> None:
        """Show what waits now. One's place in the queue is kept, or the item with the key ``go_to`` shown."""
        key, row = self._here()
        self._busy = False
        self._on_show = ""
        self.model.fill(items)
        self.refresh_filters()
        if go_to and self.model.row_of(go_to) < 0:
            self.show_all()
        self._settle_cursor(go_to or key, row)

    def show_all(self) -> None:
        """Take the filters off."""

    def show_filters(self, shown: bool) -> None:
        """Filters and ways to decide many at once are in the way where there is only one."""
        self.many.setVisible(shown)
        for number in range(self.filters.count()):
            widget = self.filters.itemAt(number).widget()
            if widget is not None:
                widget.setVisible(shown)

    def narrow(self, passes: Callable[[Any], bool]) -> None:
        """Show only what passes."""
        key, row = self._here()
        self.many.back()
        self.model.narrow(passes)
        self._settle_cursor(key, row)

    def skip(self) -> None:
        """Put off what is on show; the next one comes."""
        item = self.current
        if item is None:
            return
        row = self.list.current_row()
        self.model.skip(item.key)
        self._settle_cursor("", row)
        late = self.model.skipped
        self.said.emit(
            ntr(
                "Skipped; it comes back at the end of the queue.",
                "Skipped; {count} come back at the end of the queue.",
                late,
                count=f"{late:,}",
            )
        )

    @property
    def current(self) -> Any | None:
        """The item with the cursor."""
        return self.model.item(self.list.current_row())

    @property
    def on_show(self) -> str:
        """Key of the item whose details are on show; empty while they are read."""
        return self._on_show

    @property
    def ready(self) -> bool:
        """Whether what is on show can be decided."""
        item = self.current
        return self.writable and not self._busy and item is not None and item.key == self._on_show

    def show_detail(self, key: str, detail: Any) -> None:
        """The details of an item came; late ones, of another, are left aside."""
        item = self.current
        if item is None or item.key != key:
            return
        self._slow.stop()
        content, column = self._fresh()
        self.describe(item, detail, column)
        column.addStretch(1)
        self._put(content)
        self._show_parts(True)
        self.order_tabs()
        self.place.show_place(self.place_of(item, detail))
        self._on_show = key
        self._enable()

    def order_tabs(self) -> None:
        """Tab goes as one reads: filters, ways for many, list, what is to be decided, map, skip."""
        rows = (self.filters, self.many.ways)
        upper = [w for row in rows for n in range(row.count()) if (w := row.itemAt(n).widget()) is not None]
        wanted = [self.before, *upper, self.many.yes, self.many.no, self.list, *self.middle_part.findChildren(QWidget)]
        wanted += [self.place.map, *self.place.map.buttons.all, self.skip_button, *self.after]
        here = self.window()  # lists that pop up are windows of their own
        chain = [
            w for w in wanted if w is not None and w.window() is here and w.focusPolicy() & Qt.FocusPolicy.TabFocus
        ]
        for one, following in pairwise(chain):
            QWidget.setTabOrder(one, following)

    def release(self) -> None:
        """A decision was refused: it may be taken again."""
        self._busy = False
        self._enable()

    def add_key(self, keys: str, act: Callable[[], object]) -> None:
        """A key that works while this page is on show."""
        QShortcut(QKeySequence(keys), self, act)

    # -- inside ---------------------------------------------------------------------------------------

    def settle(self, decisions: list[Any]) -> None:
        """Hand decisions on; until the queue is filled again none is taken twice."""
        if decisions and not self._busy:
            self._keep_focus()
            self._busy = True
            self._enable()
            self.settled.emit(decisions)

    def _settle_many(self, decisions: object) -> None:
        if isinstance(decisions, list):
            self.settle(decisions)

    def _here(self) -> tuple[str, int]:
        item = self.current
        return (item.key if item is not None else ""), self.list.current_row()

    def _settle_cursor(self, key: str, row: int) -> None:
        """After a reset the cursor goes back to its item, or to what stands in its place now."""
        at = self.model.row_of(key) if key else -1
        last = self.list.count() - 1
        wanted = at if at >= 0 else min(max(row, 0), last)
        blocked = self.list.selectionModel().blockSignals(True)
        self.list.set_current_row(wanted)
        self.list.selectionModel().blockSignals(blocked)
        self.list.viewport().update()
        self._look()
        self.heading_changed.emit()

    def _look(self) -> None:
        """The cursor is on an item: ask for its details."""
        item = self.current
        self._enable()
        if item is None:
            self._slow.stop()
            self._on_show = ""
            hidden = len(self.model.items) > 0
            self._blank(tr("Nothing passes the filter.") if hidden else self._nothing, empty=not hidden)
            return
        if item.key != self._on_show:
            self._on_show = ""
            self._slow.start()
            self.detail_wanted.emit(item)

    def _blank(self, sentence: str, *, empty: bool = False) -> None:
        """One sentence in place of an item; ``empty``: nothing waits at all, so list and map say nothing either."""
        content, column = self._fresh()
        words = role_label(sentence, "muted")
        words.setObjectName("blank")
        if empty:
            words.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addStretch(1)
        column.addWidget(words)
        column.addStretch(1)
        self._put(content)
        self._show_parts(not empty)
        self.place.show_place(Place())

    def _show_parts(self, shown: bool) -> None:
        for part in (self.list, self.place, self.hint, self.skip_button):
            part.setVisible(shown)

    def _fresh(self) -> tuple[QWidget, QVBoxLayout]:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(10, 0, 10, 4)
        column.setSpacing(8)
        return content, column

    def _put(self, content: QWidget) -> None:
        self._keep_focus()
        self.panel.setWidget(content)
        self.panel.verticalScrollBar().setValue(0)

    def _keep_focus(self) -> None:
        """The keyboard goes to the list before what has it is switched off or replaced."""
        focus = QApplication.focusWidget()
        if focus is not None and (self.middle_part.isAncestorOf(focus) or self.many.isAncestorOf(focus)):
            self.list.setFocus()

    def _enable(self) -> None:
        self.panel.setEnabled(not self._busy)
        self.skip_button.setEnabled(not self._busy and self.list.count() > 1)
        self.many.setEnabled(self.writable and not self._busy)

    def _lay_out(self) -> None:
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.middle_part = QWidget()
        self.middle = QVBoxLayout(self.middle_part)
        self.middle.setContentsMargins(0, 0, 0, 0)
        self.middle.setSpacing(8)
        self.middle.addWidget(self.panel, 1)
        for part in (self.list, self.middle_part, self.place):
            self.split.addWidget(part)
        self.split.setStretchFactor(1, 1)
        self.split.setSizes([270, 560, 360])
        self.split.setChildrenCollapsible(False)
        self.split.setHandleWidth(3)
        self.filters = QHBoxLayout()
        self.filters.setSpacing(8)
        self.foot = QHBoxLayout()
        self.foot.setSpacing(8)
        self.foot.addWidget(self.hint, 1)
        self.foot.addWidget(self.skip_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 10, 0, 0)
        column.setSpacing(8)
        column.addLayout(self.filters)
        column.addWidget(self.many)
        column.addWidget(self.split, 1)
        column.addLayout(self.foot)
        self.hint.setText(tr(self.keys))


class ManyBar(QStackedWidget):
    """Deciding many at once: the ways to do it, and, after one was chosen, one line that says what it would do.

    ``confirmed`` carries the decisions that were agreed to.
    """

    confirmed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.lead = role_label("", "")
        self.lead.setWordWrap(False)
        self.lead.setObjectName("of_shown")
        ways = QWidget()
        self.ways = QHBoxLayout(ways)
        self.ways.setContentsMargins(0, 0, 0, 0)
        self.ways.setSpacing(8)
        self.ways.addWidget(self.lead)
        self.ways.addStretch(1)
        self.question = role_label("", "warning")
        self.question.setObjectName("question")
        self.yes = ActButton("", "many_yes", tr("Do it; Undo takes all of it back at once"))
        self.no = ActButton(tr("Not now"), "many_no", tr("Decide nothing (Esc)"))
        asked = QWidget()
        row = QHBoxLayout(asked)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.question, 1)
        row.addWidget(self.yes)
        row.addWidget(self.no)
        self.addWidget(ways)
        self.addWidget(asked)
        self._decisions: list[Any] = []
        self.yes.clicked.connect(self._agreed)
        self.no.clicked.connect(self.back)

    @property
    def asking(self) -> bool:
        """Whether the line with the question is on show."""
        return self.currentIndex() == 1

    def add_way(self, button: QWidget) -> None:
        """One more way to decide many."""
        self.ways.insertWidget(self.ways.count() - 1, button)

    def ask(self, sentence: str, decisions: Sequence[Any]) -> None:
        """Say what would be decided, and wait for a yes."""
        self._decisions = list(decisions)
        self.question.setText(sentence)
        self.yes.setText(tr("Decide {count}", count=f"{len(decisions):,}"))
        self.yes.setVisible(bool(decisions))
        self.setCurrentIndex(1)
        (self.yes if decisions else self.no).setFocus()

    def back(self) -> None:
        """To the ways again, deciding nothing."""
        self._decisions = []
        self.setCurrentIndex(0)

    def _agreed(self) -> None:
        decisions = self._decisions
        self.back()
        self.confirmed.emit(decisions)


class FilterBox(QComboBox):
    """One filter: everything, or one of what there is, each with its number."""

    def __init__(self, everything: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(name.replace("_", " "))
        self._everything = everything
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(16)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMaximumWidth(320)
        self.offer({})

    def offer(self, counts: dict[str, int]) -> None:
        """Offer these. What was chosen stays chosen while it is there."""
        chosen = self.chosen
        blocked = self.blockSignals(True)
        self.clear()
        self.addItem(self._everything, "")
        for text, count in counts.items():
            self.addItem(f"{text} ({count:,})", text)
        self.setCurrentIndex(max(self.findData(chosen), 0))
        self.blockSignals(blocked)

    @property
    def chosen(self) -> str:
        """What is chosen; empty for everything."""
        return str(self.currentData() or "")

    def reset(self) -> None:
        """Everything."""
        self.setCurrentIndex(0)
