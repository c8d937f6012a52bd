"""Areas of the survey and the estimates under each: a tree, and the form or the facts of what is chosen in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from surveyapp.domain.records import Record
from surveyapp.domain.unfc import parse_unfc
from surveyapp.domain.vocabulary import VOCABULARIES
from surveyapp.errors import BadInput
from surveyapp.services.areas import Surveyed
from surveyapp.ui import theme
from surveyapp.ui.area_form import AreaForm
from surveyapp.ui.forms.history_text import isolated
from surveyapp.ui.forms.look import ToneLabel
from surveyapp.ui.histogram import figure_text
from surveyapp.ui.mapcanvas.graticule import area_text
from surveyapp.words import ntr, tr

_RIGHT_TO_LEFT = "\u200f"
"""Before words that all keep a direction of their own: their order follows it."""


class AreaPanel(QWidget):
    """All areas of the survey.

    Signals: ``saveRequested(values, corners, record)`` (``record`` is ``None`` for a new area, ``corners`` where the
    outline stays), ``deleteRequested(record)`` of an area or an estimate, ``drawWanted``, ``showWanted(record)`` to
    bring an area's outline into view, ``estimateWanted(area, record)`` (``None``: a new one), ``typed`` when what
    stands in the form changed.
    """

    saveRequested = Signal(object, object, object)
    deleteRequested = Signal(object)
    drawWanted = Signal()
    showWanted = Signal(object)
    estimateWanted = Signal(object, object)
    typed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("areas")
        self._areas: dict[str, Surveyed] = {}
        self._estimates: dict[str, Record] = {}
        self._estimate: Record | None = None
        self._editable, self._why, self._busy = False, "", False
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(6)
        column.addLayout(self._head())
        column.addWidget(self._tree(), 1)
        column.addWidget(self._cards(), 2)
        column.addLayout(self._buttons())
        self._start()
        self.set_editable(False, "")
        self.restyle()

    # -- what the controller calls ----------------------------------------------------------------------

    @property
    def chosen(self) -> Record | None:
        """The area that is in the form; ``None``: a new one."""
        return self.form.record

    @property
    def others(self) -> tuple[Record, ...]:
        """The estimates of the chosen area."""
        known = self._areas.get(self.form.record.uuid) if self.form.record is not None else None
        return known.estimates if known is not None else ()

    def show_areas(self, areas: Sequence[Surveyed]) -> None:
        """Show the areas of the survey; what is typed stays."""
        self._areas = {one.record.uuid: one for one in areas}
        self._estimates = {record.uuid: record for one in areas for record in one.estimates}
        self._fill_tree()
        editing, estimate = self.form.record, self._estimate
        if editing is not None and self.form.content() is None:
            known = self._areas.get(editing.uuid)
            self._estimate = self._estimates.get(estimate.uuid) if estimate is not None else None
            self.form.show_record(known.record if known is not None else None)
        self._mark()
        self._look()

    def set_editable(self, editable: bool, why: str) -> None:
        """Whether areas can be added and changed, and if not, why."""
        self._editable, self._why = editable, why
        self.form.setEnabled(editable)
        self._look()

    def set_busy(self, busy: bool) -> None:
        """A save is under way."""
        self._busy = busy
        self._look()

    def saved(self, uuid: str) -> None:
        """What stood in the form is saved: show it as it is in the file."""
        known = self._areas.get(uuid)
        self.form.show_record(known.record if known is not None else None)
        self._mark()
        self._look()

    def begin(self) -> bool:
        """Let a new area be typed; ``False`` if what is typed has to be saved first."""
        if self.form.content() is not None and self.form.record is not None:
            return False
        if self.form.record is not None or self._estimate is not None:
            self._start()
        self.form.body.editor("name").input().setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def choose(self, uuid: str) -> None:
        """Put an area into the form, or show an estimate, unless something unsaved stands there."""
        if self.form.content() is None:
            self._show(uuid)

    def take_outline(self, corners: Sequence[tuple[float, float]]) -> None:
        """An outline was drawn on the map."""
        self._estimate = None
        self.form.take_outline(corners)
        self._look()

    def content(self) -> dict[str, Any] | None:
        """What is typed and not saved, as plain data; ``None`` where nothing is."""
        return self.form.content()

    def restore(self, content: Mapping[str, Any]) -> None:
        """Show what :meth:`content` gave, in this run or an earlier one."""
        known = self._areas.get(str(content.get("editing")))
        self._estimate = None
        self.form.show_record(known.record if known is not None else None)
        self.form.restore(content)
        self._mark()
        self._look()

    def restyle(self) -> None:
        """Colours or sizes changed."""
        self.form.fit()
        for item in self.tree.findItems("", Qt.MatchFlag.MatchContains | Qt.MatchFlag.MatchRecursive):
            item.setSizeHint(0, QSize(0, theme.row_height()))

    # -- parts ------------------------------------------------------------------------------------------

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.state = ToneLabel("", "muted", self)
        self.new_button = QPushButton(tr("New area"), self)
        self.estimate_button = QPushButton(tr("Add estimate…"), self)
        self.estimate_button.setToolTip(tr("An estimate of the carats in the chosen area"))
        self.new_button.clicked.connect(self.begin)
        self.estimate_button.clicked.connect(self.begin_estimate)
        row.addWidget(self.state, 1)
        for button in (self.new_button, self.estimate_button):
            button.setAutoDefault(False)
            row.addWidget(button)
        return row

    def _tree(self) -> QTreeWidget:
        self.tree = QTreeWidget(self)
        self.tree.setObjectName("area_tree")
        self.tree.setAccessibleName(tr("Areas and their estimates"))
        self.tree.setHeaderHidden(True)
        self.tree.setMinimumHeight(72)
        self.tree.setUniformRowHeights(True)
        self.tree.setIndentation(18)
        self.tree.itemSelectionChanged.connect(self._chosen_in_tree)
        self.tree.itemActivated.connect(lambda _item, _column: self._open())
        self.tree.installEventFilter(self)
        return self.tree

    def _cards(self) -> QScrollArea:
        self.form = AreaForm(self)
        self.form.edited.connect(self._typed)
        self.form.drawWanted.connect(self.drawWanted)
        self.facts = QFrame(self)
        self.facts.setProperty("card", True)
        column = QVBoxLayout(self.facts)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(6)
        self.facts_heading = ToneLabel("", "", self.facts, bold=True)
        self.facts_figures, self.facts_rest = ToneLabel("", "", self.facts), ToneLabel("", "muted", self.facts)
        self.facts_again, self.facts_issues = ToneLabel("", "", self.facts), ToneLabel("", "warning", self.facts)
        for label in (self.facts_heading, self.facts_figures, self.facts_rest, self.facts_again, self.facts_issues):
            column.addWidget(label)
        column.addStretch(1)
        cards = QWidget(self)
        stack = QVBoxLayout(cards)
        stack.setContentsMargins(0, 0, 0, 0)
        stack.addWidget(self.form)
        stack.addWidget(self.facts)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(cards)
        return area

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.delete_button = QPushButton(tr("Delete"), self)
        self.show_button = QPushButton(tr("On the map"), self)
        self.show_button.setToolTip(tr("Move the map to this area"))
        self.cancel_button = QPushButton(tr("Cancel"), self)
        self.save_button = QPushButton(self)
        self.save_button.setProperty("role", "primary")
        for button in (self.delete_button, self.show_button, self.cancel_button, self.save_button):
            button.setAutoDefault(False)
        self.delete_button.clicked.connect(self._delete)
        self.show_button.clicked.connect(self._show_on_map)
        self.cancel_button.clicked.connect(self._cancel)
        self.save_button.clicked.connect(self._save)
        row.addWidget(self.delete_button)
        row.addWidget(self.show_button)
        row.addStretch(1)
        row.addWidget(self.cancel_button)
        row.addWidget(self.save_button)
        return row

    # -- the tree ---------------------------------------------------------------------------------------

    def eventFilter(self, watched: Any, event: QEvent) -> bool:
        """Del in the tree deletes what is chosen."""
        if watched is self.tree and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Delete:
                self._delete()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._open()
                return True
        return super().eventFilter(watched, event)

    def _fill_tree(self) -> None:
        self.tree.blockSignals(True)
        self.tree.clear()
        for one in self._areas.values():
            above = self._item(one.record.uuid, area_line(one))
            self.tree.addTopLevelItem(above)
            for record in one.estimates:
                above.addChild(self._item(record.uuid, estimate_line(record, one.estimates)))
        self.tree.expandAll()
        self.tree.setRootIsDecorated(bool(self._estimates))
        self.tree.blockSignals(False)

    def _item(self, uuid: str, text: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem([text])
        item.setData(0, Qt.ItemDataRole.UserRole, uuid)
        item.setToolTip(0, text)
        item.setSizeHint(0, QSize(0, theme.row_height()))
        return item

    def _chosen_in_tree(self) -> None:
        items = self.tree.selectedItems()
        uuid = str(items[0].data(0, Qt.ItemDataRole.UserRole)) if items else ""
        shown = self._estimate or self.form.record
        if not uuid or (shown is not None and shown.uuid == uuid):
            return
        if self.form.content() is not None:
            self._mark()
            self.form.heading.say(tr("Save or cancel what you typed first."), "warning")
            return
        self._show(uuid)

    def _show(self, uuid: str) -> None:
        """Show an area in the form, or an estimate's facts with its area behind them."""
        self._estimate = self._estimates.get(uuid)
        at = str(self._estimate.get("area_uuid")) if self._estimate is not None else uuid
        known = self._areas.get(at)
        self.form.show_record(known.record if known is not None else None)
        self._mark()
        self._look()

    def _start(self) -> None:
        self._estimate = None
        self.form.show_record(None)
        self._mark()
        self._look()

    def _mark(self) -> None:
        """Select in the tree what is shown under it."""
        shown = self._estimate or self.form.record
        self.tree.blockSignals(True)
        self.tree.clearSelection()
        for item in self.tree.findItems("", Qt.MatchFlag.MatchContains | Qt.MatchFlag.MatchRecursive):
            if shown is not None and item.data(0, Qt.ItemDataRole.UserRole) == shown.uuid:
                self.tree.setCurrentItem(item)
        self.tree.blockSignals(False)

    # -- what happens -----------------------------------------------------------------------------------

    def begin_estimate(self) -> bool:
        """Ask for an estimate of the chosen area; ``False`` if none is chosen, or it is not saved yet."""
        area = self.form.record
        if area is None or self.form.content() is not None or not self._editable:
            return False
        self.estimateWanted.emit(area, None)
        return True

    def _open(self) -> None:
        if self._estimate is not None and self.form.record is not None:
            self.estimateWanted.emit(self.form.record, self._estimate)

    def _typed(self) -> None:
        self._look()
        self.typed.emit()

    def _save(self) -> None:
        if self._estimate is not None:
            self._open()
            return
        typed = self.form.look()
        if not typed.trouble and self._editable and not self._busy:
            self.saveRequested.emit(typed.values, typed.corners, self.form.record)

    def _cancel(self) -> None:
        self._start()
        self.typed.emit()

    def _delete(self) -> None:
        shown = self._estimate or self.form.record
        if shown is not None and self._editable and not self._busy:
            self.deleteRequested.emit(shown)

    def _show_on_map(self) -> None:
        if self.form.record is not None:
            self.showWanted.emit(self.form.record)

    def _turn_to(self, card: QWidget) -> None:
        """Show one of the cards; the other one asks for no room (in a stack it would)."""
        self.form.setVisible(card is self.form)
        self.facts.setVisible(card is self.facts)

    def _look(self) -> None:
        """Buttons and words, from what is true now."""
        area, estimate = self.form.record, self._estimate
        changed = self.form.content() is not None
        self._turn_to(self.form if estimate is None else self.facts)
        if estimate is not None:
            self._say_facts(estimate)
        count = len(self._areas)
        told = ntr("{n} area", "{n} areas", count) if count else tr("No areas yet")
        self.state.say(told if self._editable or not self._why else self._why)
        self.new_button.setEnabled(self._editable and not self._busy)
        self.estimate_button.setEnabled(self._editable and area is not None and not changed)
        self.delete_button.setEnabled(self._editable and not self._busy and (estimate or area) is not None)
        self.show_button.setEnabled(area is not None)
        self.cancel_button.setEnabled(changed or area is not None)
        if estimate is not None:
            self.save_button.setText(tr("Open estimate…"))
            self.save_button.setEnabled(True)
            return
        self.save_button.setText(tr("Save area") if area is None else tr("Save changes"))
        self.save_button.setEnabled(self._editable and not self._busy and changed and not self.form.typed().trouble)

    def _say_facts(self, record: Record) -> None:
        from surveyapp.domain.estimate_rules import rule_issues

        fellows = [one for one in self.others if one.uuid != record.uuid]
        self.facts_heading.say(f"{record.text('gem').capitalize()} · {_category(record, fellows)}")
        self.facts_figures.say(figures_line(record))
        facts = [record.text("estimated_on"), record.text("estimator"), record.text("source"), _unfc(record)]
        rest = " · ".join(isolated(fact) for fact in facts if fact)
        self.facts_rest.say((_RIGHT_TO_LEFT if self.isRightToLeft() else "") + rest)
        told, tone = again_line(record)
        self.facts_again.say(told, tone)
        self.facts_issues.say("\n".join(f"• {issue.message}" for issue in rule_issues(record, fellows)))


def area_line(one: Surveyed) -> str:
    """An area in one line: name, kind, size."""
    size = area_text(one.area_m2) if one.area_m2 else ""
    rest = " · ".join(isolated(part) for part in (one.record.text("kind"), size) if part)
    name = one.name or tr("area without name")
    return f"{isolated(name)}   {rest}" if rest else isolated(name)


def estimate_line(record: Record, fellows: Sequence[Record]) -> str:
    """An estimate in one line: gem, what it may be called, best figure."""
    best = record.get("best_ct")
    figure = tr("{figure} ct", figure=figure_text(best)) if isinstance(best, int | float) else ""
    others = [one for one in fellows if one.uuid != record.uuid]
    parts = (record.text("gem").capitalize(), figure, _category(record, others))
    return " · ".join(isolated(part) for part in parts if part)


def figures_line(record: Record) -> str:
    """Low, best and high, so far as they are stated."""
    named = ((tr("low"), "low_ct"), (tr("best"), "best_ct"), (tr("high"), "high_ct"))
    told = [tr("{name} {figure} ct", name=name, figure=figure_text(value)) for name, field in named
            if isinstance(value := record.get(field), int | float)]
    return " · ".join(told) if told else tr("It states no carats.")


def again_line(record: Record) -> tuple[str, str]:
    """Whether the model of an estimate still gives its figures, and the tone to say it in."""
    from surveyapp.services.estimates import reproduce

    try:
        again = reproduce(record)
    except BadInput as error:
        return str(error), "danger"
    if again is None:
        return tr("Its figures were typed; there is no model to work them out again from."), "muted"
    if again.same:
        return tr("Worked out again from its inputs just now: the same figures."), "good"
    return " ".join(again.differences), "danger"


def _category(record: Record, fellows: Sequence[Record]) -> str:
    from surveyapp.domain.estimate_rules import compliant_category

    return VOCABULARIES["estimate_category"].label(compliant_category(record, fellows))


def _unfc(record: Record) -> str:
    """The UNFC class with its name; as it stands where it is none."""
    text = record.text("unfc")
    try:
        known = parse_unfc(text)
    except BadInput:
        return text
    return f"UNFC {known.text} {tr(known.class_name)}".strip()
