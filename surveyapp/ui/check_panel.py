"""The panel of a check: how far the survey is, what stands in the way of each level, and what mends it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from surveyapp.domain.findings import meaning
from surveyapp.domain.fixes import Fix, may_be_mended
from surveyapp.domain.validation import Issue
from surveyapp.ui import theme
from surveyapp.ui.dialogs.base import role_label
from surveyapp.ui.itemmodels.issues import IssueModel, Key, Kind, field_title
from surveyapp.words import ntr, tr

if TYPE_CHECKING:
    from surveyapp.services.checking import CheckResult

_TYPING_MS = 150
_LOW_ROW_PX = 40
_FEW = 40
"""So many findings are shown without their kinds being opened first."""


class IssueDetail(QScrollArea):
    """What is told of one finding, or of a kind of them, with the buttons that mend them."""

    go_wanted = Signal(object)
    mend_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._issue: Issue | None = None
        self._kind: Kind | None = None
        inside = QWidget()
        self.title = role_label("", "heading")
        self.about = role_label("", "muted")
        self.told = role_label("", "")
        self.go = QPushButton(tr("Go to it"))
        self.go.setObjectName("go_to_it")
        self.fix = QPushButton()
        self.fix.setObjectName("mend_one")
        self.fix.setProperty("role", "primary")
        self.fix_all = QPushButton()
        self.fix_all.setObjectName("mend_kind")
        self.by_hand = role_label("", "muted")
        column = QVBoxLayout(inside)
        column.setContentsMargins(14, 2, 10, 4)
        column.setSpacing(6)
        for part in (self.title, self.about):
            column.addWidget(part)
        for button in (self.fix, self.fix_all, self.go):
            column.addWidget(button, 0, theme.leading())
        for part in (self.by_hand, self.told):
            column.addWidget(part)
        column.addStretch(1)
        self.setWidget(inside)
        self.go.clicked.connect(lambda: self.go_wanted.emit(self._issue))
        self.fix.clicked.connect(lambda: self.mend_wanted.emit([self._issue]))
        self.fix_all.clicked.connect(self._mend_kind)
        self.show_issue(None, None, "")

    def show_issue(self, kind: Kind | None, issue: Issue | None, name: str) -> None:
        """Show a finding with its kind, a kind, or nothing. What mends it comes by :meth:`show_fixes`."""
        self._kind, self._issue = kind, issue
        self.widget().setVisible(kind is not None)
        if kind is None:
            return
        told = issue.message if issue else kind.title
        more = tr(meaning(kind.key[1])) if meaning(kind.key[1]) else ""
        self.title.setText(told)
        self.about.setText(" · ".join(part for part in (name, field_title(issue)) if part) if issue else
                           ntr("{count} finding", "{count} findings", len(kind.issues),
                               count=f"{len(kind.issues):,}"))
        self.told.setText(more if more != told else "")
        self.told.setVisible(bool(self.told.text()))
        self.go.setVisible(issue is not None and bool(issue.record))
        for widget in (self.fix, self.fix_all, self.by_hand):
            widget.hide()

    def _mend_kind(self) -> None:
        if self._kind is not None:
            self.mend_wanted.emit(list(self._kind.issues))

    def show_fixes(self, fix: Fix | None, count: int, *, writable: bool) -> None:
        """What mends the finding on show, and how many of its kind a press mends."""
        kind = self._kind
        if kind is None:
            return
        self.fix.setVisible(fix is not None)
        self.fix.setText(fix.text.replace("&", "&&") if fix else "")
        self.fix_all.setVisible(count > (fix is not None))
        whole = count == len(kind.issues)
        self.fix_all.setText(
            ntr("Mend {count} finding of this kind", "Mend all {count} findings of this kind", count,
                count=f"{count:,}") if whole else
            ntr("Mend the {count} of this kind that one press can", "Mend the {count} of this kind that one press can",
                count, count=f"{count:,}"))
        theme.set_role(self.fix_all, "primary" if fix is None else "")
        for button in (self.fix, self.fix_all):
            button.setEnabled(writable)
        self.by_hand.setText(
            tr("The survey is open for reading only.") if not writable and count
            else "" if count else tr("Only a person can mend this."))
        self.by_hand.setVisible(bool(self.by_hand.text()))


class CheckPanel(QWidget):
    """``issue_chosen`` carries the :class:`Issue` to go to, ``mend_wanted`` a list of them, ``fixes_wanted`` the one
    with the cursor (or ``None``) and its kind; ``again``, ``safe_wanted``, ``report_wanted`` and ``close_wanted`` are
    buttons."""

    issue_chosen = Signal(object)
    mend_wanted = Signal(object)
    fixes_wanted = Signal(object, object)
    again = Signal()
    safe_wanted = Signal()
    report_wanted = Signal()
    close_wanted = Signal()

    def __init__(self, caption: Callable[[str], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("check_panel")
        self._open: set[Key] = set()
        self._here: Issue | None = None
        self._writable = True
        self.model = IssueModel(caption, self)
        self._make_top()
        self._make_view()
        self.detail = IssueDetail()
        self.detail.setMinimumWidth(260)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.addWidget(self.view)
        self.split.addWidget(self.detail)
        self.split.setSizes([960, 380])
        self.split.setStretchFactor(0, 1)
        self.split.setChildrenCollapsible(False)
        self.empty = role_label("", "muted")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.split)
        self.pages.addWidget(self.empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 8, 6)
        column.addLayout(self.top)
        column.addWidget(self.pages, 1)
        self.detail.go_wanted.connect(self.issue_chosen)
        self.detail.mend_wanted.connect(self.mend_wanted)
        self.restyle()

    def _make_top(self) -> None:
        self.verdict = role_label("", "heading")
        self.verdict.setObjectName("verdict")
        self.search = QLineEdit()
        self.search.setObjectName("search_findings")
        self.search.setPlaceholderText(tr("Search the findings"))
        self.search.setAccessibleName(tr("Search the findings"))
        self.search.setClearButtonEnabled(True)
        self.search.setFixedWidth(200)
        self.mendable = QCheckBox(tr("Only what a press mends"))
        self.safe = QPushButton(tr("Mend what is safe"))
        self.safe.setToolTip(tr("Mend at once all that loses nothing; undo takes it back in one step"))
        self.report = QPushButton(tr("Report…"))
        self.report.setToolTip(tr("Write the findings as a page for whoever sent the survey"))
        self.refresh = QPushButton(tr("Check again"))
        self.close_button = QToolButton()
        self.close_button.setObjectName("close_check")
        self.close_button.setToolTip(tr("Close the list of findings"))
        self.close_button.setAccessibleName(tr("Close the list of findings"))
        self.close_button.setAutoRaise(True)
        self.top = QHBoxLayout()
        self.top.addWidget(self.verdict, 1)
        for part in (self.search, self.mendable, self.safe, self.report, self.refresh, self.close_button):
            self.top.addWidget(part)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)
        self._typing.timeout.connect(self._narrow)
        self.search.textChanged.connect(lambda _text: self._typing.start())
        self.mendable.toggled.connect(lambda _on: self._narrow())
        self.safe.clicked.connect(self.safe_wanted)
        self.report.clicked.connect(self.report_wanted)
        self.refresh.clicked.connect(self.again)
        self.close_button.clicked.connect(self.close_wanted)

    def _make_view(self) -> None:
        self.view = QTreeView()
        self.view.setObjectName("issues")
        self.view.setAccessibleName(tr("Findings"))
        self.view.setModel(self.model)
        self.view.setUniformRowHeights(True)  # or Qt measures ten thousand rows
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.view.setAllColumnsShowFocus(True)
        self.view.setExpandsOnDoubleClick(True)
        header = self.view.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for number, width in ((1, 90), (2, 220), (3, 120)):
            self.view.setColumnWidth(number, width)
        self.view.activated.connect(self._choose)
        self.view.doubleClicked.connect(self._choose)
        self.view.selectionModel().currentChanged.connect(lambda now, _before: self._look(now))
        self.view.expanded.connect(lambda index: self._note(index, opened=True))
        self.view.collapsed.connect(lambda index: self._note(index, opened=False))

    # -- what is shown --------------------------------------------------------------------------------

    def fill(self, result: CheckResult, names: Mapping[tuple[str, str], str], *, writable: bool) -> None:
        """Show the result of a check; ``names``: what people call records that are no sightings."""
        from surveyapp.services.checking import LEVEL_WORDS  # late, as all its rules come with it

        self._writable = writable
        count, level = len(result.issues), result.level
        found = (
            ntr("{count} finding", "{count} findings", count, count=f"{count:,}") if count else tr("nothing to mend")
        )
        words = [f"{tr(LEVEL_WORDS[level])}{tr('; ')}{found}{tr('.')}"]
        if result.partial:
            words.append(tr("Only what was edited since is checked anew."))
        self.verdict.setText(" ".join(words))
        theme.set_role(self.verdict, "good" if level == 3 else "danger" if level == 0 else "heading")
        self.safe.setEnabled(writable and any(may_be_mended(issue) for issue in result.issues))
        self.report.setEnabled(True)
        here, place = self._here, self._place()
        self.model.fill(result.issues, names)
        self._shown(here, place)

    def _narrow(self) -> None:
        self._typing.stop()
        here = self._here
        self.model.narrow(self.search.text(), only_mendable=self.mendable.isChecked())
        self._shown(here, 0)

    def _shown(self, here: Issue | None, place: int) -> None:
        """Open what was open, and put the cursor where it was."""
        narrowed = bool(self.search.text()) or self.mendable.isChecked()
        opened = set(self._open)
        few = self.model.shown <= _FEW
        for place_of_level in range(self.model.rowCount()):
            self.view.expand(self.model.level_index(place_of_level))
        for kind in self.model.kinds:
            if few or kind.key in opened:
                self.view.expand(self.model.kind_index(kind))
        self._open = opened
        self.empty.setText(
            tr("No finding holds these words.") if narrowed and self.model.shown == 0
            else tr("Nothing stands in the way: the survey is ready for the national layer."))
        theme.set_role(self.empty, "muted" if narrowed else "good")
        self.pages.setCurrentIndex(0 if self.model.shown else 1)
        index = self.model.find(here) if here is not None else QModelIndex()
        if here is not None and not index.isValid():
            index = self._near(place)
        if index.isValid():
            self.view.setCurrentIndex(index)
        else:
            self._look(QModelIndex())

    def _place(self) -> int:
        return self.view.currentIndex().row()

    def _near(self, place: int) -> QModelIndex:
        """The finding that took the place of one that was mended."""
        assert self._here is not None
        key = (self._here.level, self._here.code, self._here.layer, self._here.field or "")
        kind = next((one for one in self.model.kinds if one.key == key), None)
        if kind is None:
            return QModelIndex()
        return self.model.index(min(max(place, 0), len(kind.issues) - 1), 0, self.model.kind_index(kind))

    def _note(self, index: QModelIndex, *, opened: bool) -> None:
        kind = self.model.kind(index)
        if kind is not None:
            (self._open.add if opened else self._open.discard)(kind.key)

    def _look(self, index: QModelIndex) -> None:
        kind, issue = self.model.kind(index), self.model.issue(index)
        self._here = issue
        self.detail.show_issue(kind, issue, self.model.record_name(issue) if issue else "")
        if kind is not None:
            self.fixes_wanted.emit(issue, kind)

    def show_fixes(self, issue: Issue | None, kind: Kind, fix: Fix | None, count: int) -> None:
        """What mends the finding with the cursor, unless the cursor is elsewhere by now."""
        index = self.view.currentIndex()
        if self.model.issue(index) == issue and self.model.kind(index) is kind:
            self.detail.show_fixes(fix, count, writable=self._writable)

    def _choose(self, index: QModelIndex) -> None:
        # A double click is also an activation on some systems: going there twice does no harm.
        issue = self.model.issue(index)
        if issue is not None:
            self.issue_chosen.emit(issue)

    def restyle(self) -> None:
        """Theme or touch mode changed."""
        self.view.setIndentation(24)
        self.view.setStyleSheet(f"QTreeView::item {{ height: {theme.row_height()}px; }}")
        self.refresh.setIcon(theme.icon("check"))
        self.report.setIcon(theme.icon("report"))
        self.close_button.setIcon(theme.icon("close"))
        self.detail.go.setIcon(theme.icon("go-to"))
        self.view.setHeaderHidden(theme.row_height() > _LOW_ROW_PX)  # large rows leave no room for it


