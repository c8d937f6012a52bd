"""The panel of a check: how far the survey is, and what stands in the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from surveyapp.domain.validation import Issue
from surveyapp.ui import theme
from surveyapp.ui.dialogs.base import role_label
from surveyapp.ui.itemmodels.issues import IssueModel
from surveyapp.words import mark, ntr, tr

LEVEL_WORDS = {
    0: mark("The file is not sound yet"),
    1: mark("Level 1: the file is sound; not complete for the team yet"),
    2: mark("Level 2: complete for the team; not ready for the national layer yet"),
    3: mark("Level 3: ready for the national layer"),
}


class CheckPanel(QWidget):
    """``issue_chosen`` carries the :class:`Issue` that was double-clicked; ``again`` asks for a new check."""

    issue_chosen = Signal(object)
    again = Signal()

    def __init__(self, caption: Callable[[str], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = IssueModel(caption, self)
        self.verdict = role_label("", "heading")
        self.verdict.setObjectName("verdict")
        self.refresh = QPushButton(tr("Check again"))
        self.refresh.clicked.connect(self.again)
        self.view = QTableView()
        self.view.setObjectName("issues")
        self.view.setModel(self.model)
        self.view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.view.setAlternatingRowColors(True)
        self.view.setShowGrid(False)
        self.view.setWordWrap(False)
        self.view.verticalHeader().hide()
        self.view.setTabKeyNavigation(False)
        header = self.view.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column, width in ((1, 220), (2, 150), (3, 150)):
            self.view.setColumnWidth(column, width)
        self.view.activated.connect(self._choose)
        self.view.doubleClicked.connect(self._choose)
        self._last: Issue | None = None
        top = QHBoxLayout()
        top.addWidget(self.verdict, 1)
        top.addWidget(self.refresh)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addLayout(top)
        layout.addWidget(self.view, 1)
        self.restyle()

    def fill(self, level: int, issues: Sequence[Issue]) -> None:
        """Show the result of a check."""
        count = len(issues)
        found = (
            ntr("{count} finding", "{count} findings", count, count=f"{count:,}") if count else tr("nothing to mend")
        )
        self.verdict.setText(f"{tr(LEVEL_WORDS[level])}{tr('; ')}{found}{tr('.')}")
        theme.set_role(self.verdict, "good" if level == 3 else "danger" if level == 0 else "heading")
        self.model.fill(issues)

    def restyle(self) -> None:
        """Theme or touch mode changed."""
        self.view.verticalHeader().setDefaultSectionSize(theme.row_height())
        self.refresh.setIcon(theme.icon("check"))

    def _choose(self, index: QModelIndex) -> None:
        # A double click is also an activation on some systems: going there twice does no harm.
        self.issue_chosen.emit(self.model.issue(index.row()))
