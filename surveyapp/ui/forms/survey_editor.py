"""The project of a sighting: which of the surveys in the file it belongs to."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QComboBox, QWidget

from surveyapp.domain.fields import REF, SIGHTING, Field
from surveyapp.domain.records import Value
from surveyapp.ui.forms.editor import Editor
from surveyapp.ui.forms.look import CalmCombo
from surveyapp.words import mark, tr

PROJECT = Field(
    "survey_uuid", REF, mark("Project"), group=SIGHTING.fields[0].group, refers="survey", level=2, sticky=True,
    help=mark("The survey that the sighting belongs to; the file holds several."),
)
"""Shown where a file holds several surveys; where it holds one, every sighting belongs to that."""


def with_project(asked: tuple[Field, ...]) -> tuple[Field, ...]:
    """The fields of a sighting with its project first: it decides what else the form asks."""
    return (PROJECT, *(known for known in asked if known.name != PROJECT.name))


class SurveyEditor(Editor):
    """A list of the surveys (``{uuid: name}``); one that is not in the file is shown as that, and stays."""

    def __init__(self, field: Field, surveys: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.combo = CalmCombo(self)
        self.combo.setPlaceholderText(tr("Choose the survey"))
        self.combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.combo.setMinimumContentsLength(4)
        for uuid, name in surveys.items():
            self.combo.addItem(name, uuid)
        self.combo.setCurrentIndex(-1)
        self._surveys = dict(surveys)
        self.row_layout.addWidget(self.combo)
        self.setFocusProxy(self.combo)
        self.combo.activated.connect(lambda _place: self.changed.emit())

    def told(self, value: Value) -> str:
        return self._surveys.get(str(value), "")

    def raw(self) -> str:
        return str(self.combo.currentData() or "")

    def set_raw(self, raw: str) -> None:
        place = self.combo.findData(raw) if raw else -1
        if raw and place < 0:
            self.combo.addItem(tr("A survey that is not in this file"), raw)
            place = self.combo.count() - 1
        self.combo.setCurrentIndex(place)

    def _read(self, raw: str) -> Value:
        return raw or None
