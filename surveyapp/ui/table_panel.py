"""The table of sightings with its search box and count."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QLocale, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QStyledItemDelegate,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from surveyapp.domain.filters import Condition, Filter
from surveyapp.ui import theme
from surveyapp.ui.filter_bar import FilterBar
from surveyapp.ui.forms.look import target_px, text_direction
from surveyapp.ui.itemmodels.finder import Finder
from surveyapp.ui.itemmodels.records import RecordModel
from surveyapp.ui.itemmodels.roster import Delta, Roster
from surveyapp.ui.selection import Selection
from surveyapp.words import ntr, tr

_WIDTHS = {"gem": 120, "locality": 170, "observed_at": 150, "host_rock": 140, "observer": 130, "notes": 240}
_OTHER_WIDTH = 110
_TYPING_MS = 120
"""A search starts this long after the last key, so that typing stays smooth with many records."""


class TablePanel(QWidget):
    """Follows roster and selection. ``activated`` carries the uuid of a row that was double-clicked or entered;
    ``columns_wanted`` asks for the dialog of columns.
    """

    activated = Signal(str)
    columns_wanted = Signal()

    def __init__(self, roster: Roster, selection: Selection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._selection = selection
        self._roster = roster
        self._generation = roster.generation
        self.model = RecordModel(roster, self)
        self.search = QLineEdit()
        self.search.setObjectName("search")
        self.search.setPlaceholderText(tr("Search words, numbers and dates"))
        self.search.setClearButtonEnabled(True)
        self.finder = Finder(roster, self)
        self.bar = FilterBar()
        self.filter_button = _button("filter", tr("Filter the table and the map by conditions"))
        self.filter_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.filter_button.setCheckable(True)
        self.columns_button = _button("columns", tr("Choose the columns of the table"))
        self.columns_button.clicked.connect(self.columns_wanted)
        self.count = QLabel()
        self.count.setObjectName("count")
        self.count.setProperty("role", "muted")
        self.view = self._made_view()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_TYPING_MS)
        self._timer.timeout.connect(self.find_now)
        self.search.textChanged.connect(lambda _text: self._timer.start())
        self.search.returnPressed.connect(self._to_first)
        top = QHBoxLayout()
        top.setContentsMargins(8, 8, 8, 6)
        top.setSpacing(4)
        top.addWidget(self.search, 1)
        top.addWidget(self.filter_button)
        top.addWidget(self.columns_button)
        bottom = QHBoxLayout()
        bottom.setContentsMargins(10, 4, 8, 4)
        bottom.addWidget(self.count, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(self.bar)
        layout.addWidget(self.view, 1)
        layout.addLayout(bottom)
        selection.changed.connect(self._selected)
        self.bar.changed.connect(lambda _conditions: self.find_now())
        self.finder.found.connect(self._found)
        self.finder.busy_changed.connect(lambda _busy: self._say_count())
        self.restyle()
        self.set_columns(())

    # -- following ----------------------------------------------------------------------------------

    def reload(self) -> None:
        """The roster was filled anew. Nothing is done where it was not: its other columns are told to
        :meth:`came`."""
        if self._roster.generation == self._generation:
            return
        self._generation = self._roster.generation
        columns = self.model.columns
        self.model.refresh()  # first: what is told to the finder may ask for rows
        if self.model.columns != columns:
            self._set_widths()
        self._know_conditions()
        self.finder.renew()
        self._after_reset()

    def came(self, names: Sequence[str]) -> None:
        """Columns of the roster have come."""
        self.finder.came()
        if not self.model.came(names):
            self._say_count()

    def follow(self, delta: Delta) -> None:
        """The roster followed a change set."""
        self.finder.follow(delta)
        self.model.follow(delta)
        self._after_reset()

    def set_columns(self, names: Sequence[str]) -> None:
        """Show these columns; none means the usual ones."""
        self.model.set_columns(names)
        self._set_widths()
        self._after_reset()

    def _set_widths(self) -> None:
        for place, name in enumerate(self.model.columns):
            self.view.setColumnWidth(place, _WIDTHS.get(name, _OTHER_WIDTH))

    def restyle(self) -> None:
        """Theme or touch mode changed."""
        for button in (self.filter_button, self.columns_button):
            button.setIcon(theme.icon(str(button.property("icon_name"))))
            button.setIconSize(QSize(1, 1) * (target_px() // 2))
            button.setMinimumSize(target_px(), target_px())
        self.view.verticalHeader().setDefaultSectionSize(theme.row_height())
        self.view.horizontalHeader().setFixedHeight(theme.row_height() + 2)

    def use_actions(self, actions: Sequence[QAction]) -> None:
        """Offer these on a right click; their shortcuts work while the table has the focus."""
        self.view.addActions(list(actions))
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    # -- intents ------------------------------------------------------------------------------------

    def find_now(self) -> None:
        """Look for what stands in the search box and in the conditions."""
        self._timer.stop()
        self.finder.ask(self.search.text(), self.bar.conditions)
        self.mark_filter()

    def mark_filter(self) -> None:
        """Let the filter button show whether conditions are on."""
        self.filter_button.setChecked(bool(self.bar.conditions))

    def use_filter(self, wanted: Filter) -> None:
        """Show only what meets a filter."""
        wanted = wanted.known_by(self._roster.fields)
        self.search.setText(wanted.words)
        self.bar.show_conditions(wanted.conditions)
        self.find_now()

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The conditions that are on."""
        return self.bar.conditions

    @property
    def filtered(self) -> bool:
        """Whether words or conditions leave anything out."""
        return bool(self.search.text().strip() or self.bar.conditions)

    def step(self, by: int) -> None:
        """Select the record ``by`` rows further down, stopping at the ends."""
        rows = self.model.rowCount()
        if not rows:
            return
        current = self._selection.current
        place = self.model.place_of(current) if current is not None else None
        target = (0 if by > 0 else rows - 1) if place is None else min(max(place + by, 0), rows - 1)
        self._selection.set([self.model.uuid_at(target)], "window")

    # -- inside -------------------------------------------------------------------------------------

    def _know_conditions(self) -> None:
        """Another survey may have fields of the same name that are called otherwise."""
        known = Filter("", "", self.bar.conditions).known_by(self._roster.fields).conditions
        if [one.about for one in known] != [one.about for one in self.bar.conditions]:
            self.bar.show_conditions(known)
            self.finder.know(known)

    def _made_view(self) -> QTableView:
        view = QTableView()
        view.setObjectName("records")
        view.setModel(self.model)
        view.setItemDelegate(InOrder(view))
        view.setAlternatingRowColors(True)
        view.setShowGrid(False)
        view.setWordWrap(False)
        view.setIconSize(QSize(18, 18))
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setTabKeyNavigation(False)
        view.verticalHeader().hide()
        view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = view.horizontalHeader()
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        view.setSortingEnabled(True)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(lambda _at: self.columns_wanted.emit())
        view.selectionModel().selectionChanged.connect(self._chosen_here)
        view.activated.connect(lambda index: self.activated.emit(self.model.uuid_at(index.row())))
        self.model.modelReset.connect(self._after_reset)
        return view

    def _after_reset(self) -> None:
        self._say_count()
        self._selected("window")

    def _found(self, found: frozenset[str] | None) -> None:
        self.model.show_only(found)
        self._after_reset()

    def _say_count(self) -> None:
        shown, there = self.model.rowCount(), len(self._roster)
        if self.model.sort_waits:
            self.count.setText(tr("Sorting {count} sightings…", count=f"{there:,}"))
        elif self.finder.busy:
            self.count.setText(tr("Searching {count} sightings…", count=f"{there:,}"))
        elif shown != there:
            self.count.setText(tr("{shown} of {there} sightings", shown=f"{shown:,}", there=f"{there:,}"))
        else:
            self.count.setText(ntr("{count} sighting", "{count} sightings", there, count=f"{there:,}"))

    def _chosen_here(self, *_: object) -> None:
        # Ranges, and not an index for each row: everything may be selected.
        ranges = self.view.selectionModel().selection()
        parts = [ranges.at(number) for number in range(ranges.count())]
        rows = sorted({row for part in parts for row in range(part.top(), part.bottom() + 1)})
        current = self.view.currentIndex()
        uuids = [self.model.uuid_at(row) for row in rows]
        chosen = self.model.uuid_at(current.row()) if current.isValid() else None
        self._selection.set(uuids, "table", chosen)

    def _selected(self, origin: str) -> None:
        if origin == "table":
            return
        places = sorted(place for place in map(self.model.place_of, self._selection.uuids) if place is not None)
        chooser = self.view.selectionModel()
        blocked = chooser.blockSignals(True)
        flags = QItemSelectionModel.SelectionFlag
        chooser.select(self._ranges(places), flags.ClearAndSelect | flags.Rows)
        current = self._selection.current
        place = self.model.place_of(current) if current is not None else None
        if place is not None:
            # The column that is on view where a row begins, so that the table does not move sideways.
            begins = self.view.viewport().width() - 1 if self.view.isRightToLeft() else 0
            index = self.model.index(place, max(self.view.columnAt(begins), 0))
            chooser.setCurrentIndex(index, flags.NoUpdate)
            self.view.scrollTo(index)
        chooser.blockSignals(blocked)
        self.view.viewport().update()

    def _ranges(self, places: list[int]) -> QItemSelection:
        """Neighbouring rows as one range: a lasso over a hundred thousand stays quick."""
        found, last = QItemSelection(), self.model.columnCount() - 1
        start = 0
        for n, place in enumerate(places):
            if n + 1 == len(places) or places[n + 1] != place + 1:
                found.select(self.model.index(places[start], 0), self.model.index(place, last))
                start = n + 1
        return found

    def _to_first(self) -> None:
        self.find_now()
        if self.model.rowCount():
            self._selection.set([self.model.uuid_at(0)], "window")
            self.view.setFocus()


class InOrder(QStyledItemDelegate):
    """Shows text that runs the other way than the window between marks (FSI and PDI of Unicode's UAX 9) that keep
    its parts in order: in Urdu ``15 Apr 2025, 09:10`` would be shown as ``p 2025, 09:10 15``.
    """

    def displayText(self, value: object, locale: QLocale | QLocale.Language) -> str:
        text = super().displayText(value, locale)
        if not text or text_direction(text) == QGuiApplication.layoutDirection():
            return text
        return f"\u2068{text}\u2069"


def _button(icon: str, name: str) -> QToolButton:
    button = QToolButton()
    button.setProperty("icon_name", icon)
    button.setToolTip(name)
    button.setAccessibleName(name)
    return button
