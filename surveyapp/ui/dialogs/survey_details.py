"""What a survey is called, whose it is, and what it is for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QWidget

from surveyapp.domain.fields import SURVEY
from surveyapp.domain.records import Record, Value
from surveyapp.ui import theme
from surveyapp.ui.dialogs.typed import TypedDialog, form_page
from surveyapp.ui.forms.checks import BLOCKS, NEEDED, Finding
from surveyapp.ui.forms.form_body import FormBody
from surveyapp.ui.prompts import Prompts
from surveyapp.words import tr

_GROUP = "Survey"


class SurveyDetailsDialog(TypedDialog):
    """``saveRequested`` by its main button; it stays open until :meth:`saved`. A file that was merged holds several
    ``surveys``: one of them is changed at a time."""

    def __init__(
        self, surveys: Sequence[Record], prompts: Prompts, parent: QWidget | None = None, *, writable: bool = True
    ) -> None:
        super().__init__(
            tr("Survey details"), tr("They stand in reports, exports and previews, and go with every merge."),
            tr("Save"), prompts, parent,
        )
        self._surveys = {one.uuid: one for one in surveys}
        self._writable = writable
        self.choice = QComboBox()
        self.choice.setObjectName("which_survey")
        self.choice.setAccessibleName(tr("Survey"))
        for one in surveys:
            self.choice.addItem(str(one.get("name") or tr("Survey without a name")), one.uuid)
        self.choice.setVisible(len(surveys) > 1)
        self.choice.activated.connect(lambda _place: self._turn_to(str(self.choice.currentData())))
        self.body.addWidget(self.choice)
        self.form = FormBody([field for field in SURVEY.fields if field.group], opened=(_GROUP,), parent=self)
        self.form.edited.connect(lambda _name: self.look())
        self.body.addWidget(form_page(self.form, _GROUP), 1)
        self.record = surveys[0]
        self._show(surveys[0])
        self.resize(520, 640)
        self.form.editor("name").input().setFocus(Qt.FocusReason.OtherFocusReason)
        if not writable:
            self.main_button.hide()
            self.cancel_button.setText(tr("Close"))

    # -- what the controller calls ----------------------------------------------------------------------

    def values(self) -> dict[str, Value]:
        """What stands in the form."""
        return self.form.collect()[0]

    def _question(self) -> tuple[str, str]:
        return tr("Throw away what you typed of this survey?"), tr("Survey details")

    def _would_lose(self) -> bool:
        return self._writable and super()._would_lose()

    def _content(self) -> Mapping[str, Any]:
        return {"survey": self.record.uuid, "raws": self.form.raws()}

    def _restore(self, content: Mapping[str, Any]) -> None:
        if content["survey"] in self._surveys:
            self._show(self._surveys[content["survey"]])
            self.form.set_raws(content["raws"])

    # -- what is shown ----------------------------------------------------------------------------------

    def _show(self, record: Record) -> None:
        self.record = record
        self.choice.setCurrentIndex(self.choice.findData(record.uuid))
        self.form.show_values(record.values)
        self._loaded = self._content()
        self.look()

    def _turn_to(self, uuid: str) -> None:
        """Show another survey; what was typed of this one is not taken along."""
        if not self._may_drop():
            self.choice.setCurrentIndex(self.choice.findData(self.record.uuid))
            return
        self._show(self._surveys[uuid])

    def look(self) -> None:
        """Say what is no value, and that a survey needs a name."""
        values, troubles = self.form.collect()
        findings = [Finding(name, BLOCKS, told) for name, told in troubles.items()]
        nameless = not values.get("name")
        findings += [Finding("name", NEEDED, "")] if nameless else []
        self.form.tell(findings, values)
        told = next(iter(troubles.values()), "")
        theme.set_role(self.trouble, "danger" if told else "muted")
        self.complain(told or (tr("Give the survey a name.") if nameless else ""))


