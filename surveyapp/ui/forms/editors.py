"""One editor for each kind of field, made from the one table of fields."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QSizePolicy, QWidget

from surveyapp.domain.fields import CODE, DATETIME, NOTES, REF, Field
from surveyapp.ui.forms.code_editor import ButtonsEditor, ListEditor
from surveyapp.ui.forms.editor import Editor
from surveyapp.ui.forms.gem_chooser import GemEditor
from surveyapp.ui.forms.moment_editor import MomentEditor
from surveyapp.ui.forms.survey_editor import SurveyEditor
from surveyapp.ui.forms.text_editors import LineEditor, NotesEditor
from surveyapp.words import tr

FEW_TERMS = 3
"""Vocabularies up to this long are buttons side by side, longer ones a list that is searched by typing: there one can
also type a term that the office did not choose to list."""


def make_editor(field: Field, parent: QWidget | None = None, *, surveys: Mapping[str, str] | None = None) -> Editor:
    """The editor for a field; ``surveys`` are those that a sighting may belong to, by uuid."""
    editor = _made(field, parent, surveys or {})
    editor.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    editor.name_inputs(field.label, tr(field.help))
    return editor


def _made(field: Field, parent: QWidget | None, surveys: Mapping[str, str]) -> Editor:
    if field.kind == REF and field.refers == "survey":
        return SurveyEditor(field, surveys, parent)
    if field.kind == CODE and field.vocabulary is not None:
        if field.vocabulary_name == "gem":
            return GemEditor(field, parent)
        few = len(field.vocabulary.terms) <= FEW_TERMS
        return ButtonsEditor(field, parent) if few else ListEditor(field, parent)
    if field.kind == NOTES:
        return NotesEditor(field, parent)
    if field.kind == DATETIME:
        return MomentEditor(field, parent)
    return LineEditor(field, parent)
