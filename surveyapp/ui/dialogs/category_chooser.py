"""The categories of an estimate, each with what keeps it from being claimed."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QPushButton, QVBoxLayout, QWidget

from surveyapp.domain.estimate_rules import CATEGORIES, NON_COMPLIANT, rule_issues
from surveyapp.domain.fields import ESTIMATE
from surveyapp.domain.records import Record
from surveyapp.domain.unfc import EXPECTED_UNFC
from surveyapp.domain.vocabulary import VOCABULARIES
from surveyapp.ui.forms.look import ToneLabel
from surveyapp.words import tr


class CategoryChooser(QWidget):
    """Every category can be chosen, so that nothing jumps while one types; one that the rules do not allow says what
    it needs, and is lowered by the save. ``changed`` when a person chooses."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        self._group = QButtonGroup(self)
        self.buttons: dict[str, QPushButton] = {}
        self.reasons: dict[str, ToneLabel] = {}
        for category in CATEGORIES:
            button = QPushButton(VOCABULARIES["estimate_category"].label(category), self)
            button.setCheckable(True)
            button.setAutoDefault(False)
            reason = ToneLabel("", "muted", self)
            reason.setContentsMargins(8, 0, 8, 4)
            reason.hide()
            self._group.addButton(button)
            self.buttons[category], self.reasons[category] = button, reason
            column.addWidget(button)
            column.addWidget(reason)
            if expected := EXPECTED_UNFC.get(category):
                button.setToolTip(tr("UNFC 2019 class that is expected: {unfc}", unfc=expected))
        self.lacking: dict[str, str] = {}
        """What each category that is not allowed lacks, in words."""
        self.buttons[NON_COMPLIANT].setChecked(True)
        self._group.buttonClicked.connect(lambda _button: self.changed.emit())

    @property
    def category(self) -> str:
        """The category that is chosen."""
        return next(name for name, button in self.buttons.items() if button.isChecked())

    def choose(self, category: object) -> None:
        """Show a stored category; silent."""
        self.buttons[str(category) if category in self.buttons else NON_COMPLIANT].setChecked(True)

    def explain(self, record: Record, others: Iterable[Record]) -> None:
        """Say of each category what this estimate lacks for it."""
        known, before = list(others), ""
        self.lacking = {}
        for category, reason in self.reasons.items():
            needs = _needs(Record(record.layer, record.uuid, {**record.values, "category": category}), known)
            told = tr("needs: {things}", things=", ".join(needs)) if needs else ""
            if told:
                self.lacking[category] = told
            reason.say(tr("needs the same") if told and told == before else told,
                       "warning" if category == self.category else "muted")
            reason.setVisible(bool(told))
            self.buttons[category].setAccessibleDescription(told)
            before = told


def _needs(record: Record, others: Iterable[Record]) -> list[str]:
    titles = []
    for issue in rule_issues(record, others):
        if issue.code == "category-no-resource":
            titles.append(tr("the Resource that it is part of"))
        elif issue.code.startswith("category-"):
            field = ESTIMATE.field(str(issue.field))
            titles.append(tr(field.title) if field else str(issue.field))
    return titles
