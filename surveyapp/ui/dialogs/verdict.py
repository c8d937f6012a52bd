"""Asks why a reviewer decides as they do, and about which field."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QGridLayout, QLabel, QPlainTextEdit, QWidget

from surveyapp.domain.fields import Field
from surveyapp.domain.reviewing import ACCEPTED, HAS_ISSUES, REJECTED
from surveyapp.ui.dialogs.base import Dialog
from surveyapp.ui.forms.look import CalmCombo, ToneLabel
from surveyapp.words import mark, ntr, tr

TITLES: dict[str, str] = {
    ACCEPTED: mark("Accept"),
    HAS_ISSUES: mark("Needs work"),
    REJECTED: mark("Reject"),
}


class VerdictDialog(Dialog):
    """``reason`` and ``field`` are the answer. A reason is needed for all but an acceptance; a field may be chosen
    where it is one sighting."""

    def __init__(
        self, verdict: str, count: int, caption: str, reviewer: str, fields: Sequence[Field],
        parent: QWidget | None = None,
    ) -> None:
        what = caption if count == 1 and caption else ntr("{n} sighting", "{n} sightings", count)
        kept = tr("It is kept as a review by {reviewer}, and travels with the file.", reviewer=reviewer)
        super().__init__(tr(TITLES[verdict]), kept, tr(TITLES[verdict]), parent)
        self.what = ToneLabel(what, "", bold=True)  # not in the heading: a name may take several lines
        self.body.addWidget(self.what)
        self._needs_reason = verdict != ACCEPTED
        self.field_box = CalmCombo()
        self.field_box.setObjectName("verdict_field")
        self.field_box.addItem(tr("The whole sighting"), "")
        for field in fields:
            self.field_box.addItem(field.label, field.name)
        self.reason_edit = QPlainTextEdit()
        self.reason_edit.setObjectName("verdict_reason")
        self.reason_edit.setTabChangesFocus(True)
        self.reason_edit.setPlaceholderText(
            tr("What is wrong, and what would mend it") if self._needs_reason
            else tr("Why, if there is anything to say")
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setColumnStretch(1, 1)
        about, why = QLabel(tr("About")), QLabel(tr("Reason"))
        about.setBuddy(self.field_box)
        why.setBuddy(self.reason_edit)
        if count == 1:
            grid.addWidget(about, 0, 0)
            grid.addWidget(self.field_box, 0, 1)
        else:
            self.field_box.setParent(self)
            self.field_box.hide()
        grid.addWidget(why, 1, 0)
        grid.addWidget(self.reason_edit, 1, 1)
        grid.setRowStretch(1, 1)
        self.body.addLayout(grid, 1)
        self.reason_edit.textChanged.connect(self._check)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self, self.main_button.click)
        self.resize(600, 380)
        self.reason_edit.setFocus()
        self._check()

    @property
    def reason(self) -> str:
        return self.reason_edit.toPlainText().strip()

    @property
    def field(self) -> str:
        """Name of the field that it is about; empty for the whole sighting."""
        return str(self.field_box.currentData() or "")

    def _check(self) -> None:
        lacks = self._needs_reason and not self.reason
        self.complain(tr("Say why, so that the geologist can act on it.") if lacks else "")
