"""Qt's model of the findings of a check: levels, in each the kinds of findings, in each the findings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, Qt
from PySide6.QtGui import QFont

from surveyapp.domain.fields import GEOMETRY, LAYER_BY_NAME
from surveyapp.domain.findings import meaning
from surveyapp.domain.fixes import may_be_mended
from surveyapp.domain.validation import ERROR, Issue
from surveyapp.ui import theme
from surveyapp.ui.itemmodels.records import Index, Role
from surveyapp.words import mark, tr

_HEADINGS = (mark("What"), mark("Findings"), mark("Field"), mark("Mending"))
_FIRST_KIND = 10
"""Ids of Qt's indexes: 0 for a level, the place of the level plus 1 for a kind, and from here the place of the kind
for a finding."""

Key = tuple[int, str, str, str]
"""Level, code, layer and field of a kind."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Findings that one sentence describes. ``level_place`` and ``row``: where it stands in the tree."""

    key: Key
    title: str
    issues: tuple[Issue, ...]
    mendable: bool
    level_place: int
    row: int


class IssueModel(QAbstractItemModel):
    """``caption`` names a sighting by its uuid, empty for one that is not known; records of other layers are named by
    what :meth:`fill` is given."""

    def __init__(self, caption: Callable[[str], str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._caption = caption
        self._names: Mapping[tuple[str, str], str] = {}
        self._all: Sequence[Issue] = ()
        self._words: list[str] = []
        self._only_mendable = False
        self._levels: list[tuple[int, list[int]]] = []
        self.kinds: list[Kind] = []

    # -- what is in it --------------------------------------------------------------------------------

    def fill(self, issues: Sequence[Issue], names: Mapping[tuple[str, str], str]) -> None:
        """Show these; ``names``: what people call records, by layer and uuid."""
        self._all, self._names = issues, names
        self._arrange()

    def narrow(self, text: str, *, only_mendable: bool) -> None:
        """Show only what holds these words, and only what a press may mend."""
        self._words, self._only_mendable = text.casefold().split(), only_mendable
        self._arrange()

    @property
    def shown(self) -> int:
        """How many findings are shown."""
        return sum(len(kind.issues) for kind in self.kinds)

    def kind(self, index: Index) -> Kind | None:
        """The kind at an index, or that its finding is of."""
        if not index.isValid() or index.internalId() == 0:
            return None
        if index.internalId() >= _FIRST_KIND:
            return self.kinds[index.internalId() - _FIRST_KIND]
        return self.kinds[self._levels[index.internalId() - 1][1][index.row()]]

    def issue(self, index: Index) -> Issue | None:
        """The finding at an index."""
        kind = self.kind(index)
        return kind.issues[index.row()] if kind and index.internalId() >= _FIRST_KIND else None

    def level_index(self, place: int) -> QModelIndex:
        return self.createIndex(place, 0, 0)

    def kind_index(self, kind: Kind) -> QModelIndex:
        return self.createIndex(kind.row, 0, kind.level_place + 1)

    def find(self, issue: Issue) -> QModelIndex:
        """Where a finding stands; an invalid index if it is not shown."""
        for number, kind in enumerate(self.kinds):
            if kind.key == _key(issue) and issue in kind.issues:
                return self.createIndex(kind.issues.index(issue), 0, _FIRST_KIND + number)
        return QModelIndex()

    def record_name(self, issue: Issue) -> str:
        """What people call the record of a finding."""
        if issue.record is None:
            return ""
        layer = LAYER_BY_NAME.get(issue.layer)
        name = self._caption(issue.record) if issue.layer == "sighting" else self._names.get(
            (issue.layer, issue.record), "")
        title = tr(layer.title) if layer else issue.layer
        if issue.layer == "sighting":
            return name or f"{title} {issue.record[:8]}"
        return f"{title} {name or issue.record[:8]}"

    def _arrange(self) -> None:
        self.beginResetModel()
        groups: dict[Key, list[Issue]] = defaultdict(list)
        for issue in self._all:
            if self._passes(issue):
                groups[_key(issue)].append(issue)
        ordered = sorted(groups, key=lambda key: (key[0], groups[key][0].severity != ERROR, -len(groups[key]), key))
        self._levels, self.kinds = [], []
        for key in ordered:
            if not self._levels or self._levels[-1][0] != key[0]:
                self._levels.append((key[0], []))
            inside, issues = self._levels[-1][1], groups[key]
            inside.append(len(self.kinds))
            mendable, place = any(may_be_mended(issue) for issue in issues), len(self._levels) - 1
            self.kinds.append(Kind(key, _title(issues), tuple(issues), mendable, place, len(inside) - 1))
        self.endResetModel()

    def _passes(self, issue: Issue) -> bool:
        if self._only_mendable and not may_be_mended(issue):
            return False
        if not self._words:
            return True
        text = f"{issue.message} {self.record_name(issue)} {field_title(issue)} {meaning(issue.code)}".casefold()
        return all(word in text for word in self._words)

    # -- Qt's side ------------------------------------------------------------------------------------

    def index(self, row: int, column: int, parent: Index | None = None) -> QModelIndex:
        if parent is None or not parent.isValid():
            return self.createIndex(row, column, 0)
        if parent.internalId() == 0:
            return self.createIndex(row, column, parent.row() + 1)
        return self.createIndex(row, column, _FIRST_KIND + self._levels[parent.internalId() - 1][1][parent.row()])

    def parent(self, index: Index | None = None) -> Any:
        if index is None:
            return QObject.parent(self)
        if not index.isValid() or index.internalId() == 0:
            return QModelIndex()
        if index.internalId() >= _FIRST_KIND:
            return self.kind_index(self.kinds[index.internalId() - _FIRST_KIND])
        return self.level_index(index.internalId() - 1)

    def rowCount(self, parent: Index | None = None) -> int:
        if parent is None or not parent.isValid():
            return len(self._levels)
        if parent.column() > 0 or parent.internalId() >= _FIRST_KIND:
            return 0
        if parent.internalId() == 0:
            return len(self._levels[parent.row()][1])
        kind = self.kind(parent)
        return len(kind.issues) if kind else 0

    def columnCount(self, _parent: Index | None = None) -> int:
        return len(_HEADINGS)

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        if not index.isValid():
            return None
        kind = self.kind(index)
        if kind is None:
            return self._of_level(index, role)
        issue = self.issue(index)
        if role in (Role.DisplayRole, Role.ToolTipRole, Role.AccessibleTextRole):
            return (self._of_kind(kind, index.column()) if issue is None
                    else self._of_issue(kind, issue, index.column()))
        if role == Role.DecorationRole and index.column() == 0 and issue is None:
            colours = theme.current()
            grave = kind.issues[0].severity == ERROR
            return theme.icon("conflict" if grave else "about", colours.danger if grave else colours.warning)
        return None

    def _of_level(self, index: Index, role: int) -> Any:
        level, inside = self._levels[index.row()]
        if role == Role.FontRole:
            font = QFont()
            font.setBold(True)
            return font
        if role not in (Role.DisplayRole, Role.ToolTipRole, Role.AccessibleTextRole):
            return None
        if index.column() == 0:
            from surveyapp.services.checking import LEVELS  # late, as all its rules come with it

            return tr("Level {n}: {what}", n=level, what=tr(LEVELS.get(level, "")))
        count = sum(len(self.kinds[number].issues) for number in inside)
        return f"{count:,}" if index.column() == 1 else ""

    def _of_kind(self, kind: Kind, column: int) -> str:
        layer = LAYER_BY_NAME.get(kind.key[2])
        where = tr(layer.plural) if layer else kind.key[2]
        field = field_title(kind.issues[0])
        return (kind.title, f"{len(kind.issues):,}", f"{where}: {field}" if field else where,
                tr("by one press") if kind.mendable else "")[column]

    def _of_issue(self, kind: Kind, issue: Issue, column: int) -> str:
        """Its record, and what is wrong with it where the title of its kind does not say so."""
        own = "" if issue.message == kind.title else issue.message
        named = " — ".join(part for part in (self.record_name(issue), own) if part) or issue.message
        return (named, "", field_title(issue), tr("by one press") if may_be_mended(issue) else "")[column]

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Role.DisplayRole:
            return tr(_HEADINGS[section])
        if role == Role.TextAlignmentRole:
            return theme.leading() | Qt.AlignmentFlag.AlignVCenter
        return None


def field_title(issue: Issue) -> str:
    """What people call the field of a finding."""
    layer = LAYER_BY_NAME.get(issue.layer)
    if issue.field is None or layer is None:
        return issue.field or ""
    if issue.field == GEOMETRY:
        return tr("Position") if layer.geometry == "POINT" else tr("Outline")
    field = layer.field(issue.field)
    return tr(field.title) if field else issue.field


def _key(issue: Issue) -> Key:
    return issue.level, issue.code, issue.layer, issue.field or ""


def _title(issues: Sequence[Issue]) -> str:
    """The sentence that all of them say, or what their code means."""
    first = issues[0].message
    if all(issue.message == first for issue in issues):
        return first
    return tr(meaning(issues[0].code)) if meaning(issues[0].code) else first
