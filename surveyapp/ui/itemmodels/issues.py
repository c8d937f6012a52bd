"""Qt's model of the findings of a check."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QObject, Qt

from surveyapp.domain.fields import GEOMETRY, LAYER_BY_NAME
from surveyapp.domain.validation import ERROR, Issue
from surveyapp.ui import theme
from surveyapp.ui.itemmodels.records import Index, Role
from surveyapp.words import mark, tr

_HEADINGS = (mark("What"), mark("Record"), mark("Field"), mark("Needed for"))
_LEVELS = {1: mark("a sound file"), 2: mark("the team"), 3: mark("the national layer")}


class IssueModel(QAbstractTableModel):
    """Findings, the gravest first. ``caption`` names a record by its uuid, empty for one that is not known."""

    def __init__(self, caption: Callable[[str], str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._caption = caption
        self._issues: list[Issue] = []

    def fill(self, issues: Sequence[Issue]) -> None:
        """Show these."""
        self.beginResetModel()
        self._issues = sorted(issues, key=lambda issue: (issue.severity != ERROR, issue.level))
        self.endResetModel()

    def issue(self, row: int) -> Issue:
        return self._issues[row]

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._issues)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(_HEADINGS)

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        issue = self._issues[index.row()]
        if role in (Role.DisplayRole, Role.ToolTipRole):
            return (issue.message, self._record(issue), _field(issue), tr(_LEVELS.get(issue.level, "")))[index.column()]
        if role == Role.DecorationRole and index.column() == 0:
            colours = theme.current()
            grave = issue.severity == ERROR
            return theme.icon("conflict" if grave else "about", colours.danger if grave else colours.warning)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Role.DisplayRole:
            return tr(_HEADINGS[section])
        if role == Role.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def _record(self, issue: Issue) -> str:
        if issue.record is None:
            return ""
        layer = LAYER_BY_NAME.get(issue.layer)
        name = self._caption(issue.record) if issue.layer == "sighting" else ""
        return name or f"{tr(layer.title) if layer else issue.layer} {issue.record[:8]}"


def _field(issue: Issue) -> str:
    layer = LAYER_BY_NAME.get(issue.layer)
    if issue.field is None or layer is None:
        return issue.field or ""
    if issue.field == GEOMETRY:
        return tr("Position")
    field = layer.field(issue.field)
    return tr(field.title) if field else issue.field
