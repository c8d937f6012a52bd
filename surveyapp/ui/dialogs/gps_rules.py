"""What is asked of a GPS position before it may be used, and the few other choices about positions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QFrame, QLineEdit, QScrollArea, QWidget

from surveyapp.domain.vocabulary import VOCABULARIES
from surveyapp.errors import BadFile, BadInput
from surveyapp.geo.boundaries import DISTRICT, Boundaries, built_in, text_columns
from surveyapp.positioning.averaging import DEFAULT_MIN_SAMPLES
from surveyapp.positioning.fix import DEFAULT_MAX_AGE_S
from surveyapp.positioning.gate import QUALITIES, Gate
from surveyapp.services.where import load_as_told
from surveyapp.ui.dialogs.base import Dialog, PathField, role_label
from surveyapp.ui.prompts import Prompts
from surveyapp.words import ntr, tr

_FARTHEST_M = 1000
"""Between two points of a track; as the setting has it."""


@dataclass(frozen=True, slots=True)
class PositionChoices:
    """``rules`` as :meth:`surveyapp.positioning.gate.Gate.from_rules` takes them; ``boundaries`` the path of an
    office's map file, or empty; ``boundary_facts`` what that file does not say itself
    (:func:`surveyapp.services.where.load_as_told`); ``show_boundaries``: put it on the map, too."""

    rules: Mapping[str, Any] = field(default_factory=dict)
    connect_at_start: bool = False
    track_distance_m: int = 0
    boundaries: str = ""
    boundary_facts: Mapping[str, Any] = field(default_factory=dict)
    show_boundaries: bool = False


class GpsRulesDialog(Dialog):
    """Asks for :class:`PositionChoices`. What the office of the survey asks (``office``) is shown and locked."""

    def __init__(
        self,
        choices: PositionChoices,
        office: Mapping[str, Any],
        prompts: Prompts,
        parent: QWidget | None = None,
    ) -> None:
        lead = (
            tr("What the office of this survey asks cannot be changed here; the other rules are yours.")
            if office
            else tr("A position that does not meet these rules is pointed out before it is used.")
        )
        super().__init__(tr("Position rules"), lead, tr("Use these rules"), parent)
        self._prompts, self._own, self._office = prompts, dict(choices.rules), dict(office)
        self._rules = {**self._own, **self._office}
        self._editors: dict[str, QLineEdit | QComboBox] = {}
        self._columns_of: Path | None = None
        page = QWidget()
        self._form = QFormLayout(page)
        self._form.setContentsMargins(0, 0, 8, 0)
        self._form.setVerticalSpacing(8)
        self._form.setHorizontalSpacing(14)
        self._lay_out(choices)
        scroll = QScrollArea()  # with large targets it is higher than the screen of a field laptop
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(page)
        self.body.addWidget(scroll, 1)
        self.resize(600, 640)
        self.boundaries.browse.connect(self._browse)
        self.boundaries.changed.connect(self._look)
        self.district_column.currentIndexChanged.connect(self._look)
        for editor in (*self._editors.values(), self.track_distance, self.boundary_accuracy):
            if isinstance(editor, QLineEdit):
                editor.textChanged.connect(self._look)
        self._look()

    def editor(self, rule: str) -> QLineEdit | QComboBox:
        """What a rule is set with."""
        return self._editors[rule]

    def choices(self) -> PositionChoices:
        """What was chosen; raises ``BadInput`` for text that is no number. Rules that the office set keep their own
        value from before."""
        rules = {}
        for name in dict.fromkeys((*self._editors, *self._own)):
            kept = name in self._office or name not in self._editors
            value = self._own.get(name) if kept else self._value(name)
            if value is not None:
                rules[name] = value
        Gate.from_rules(rules)
        distance = _number(self.track_distance.text()) or 0
        if not 0 <= distance <= _FARTHEST_M or distance != int(distance):
            raise BadInput(tr("A track has a point every 0 to {most} whole metres.", most=_FARTHEST_M))
        path = self.boundaries.path
        return PositionChoices(
            rules,
            self.connect_at_start.isChecked(),
            int(distance),
            "" if path is None else str(path),
            {} if path is None else self._boundary_facts(),
            path is not None and self.show_boundaries.isChecked(),
        )

    def _boundary_facts(self) -> dict[str, Any]:
        accuracy, column = _number(self.boundary_accuracy.text()), self.district_column.currentData()
        if accuracy is not None and accuracy < 0:
            raise BadInput(tr("The accuracy of boundaries is a number of metres, 0 or more."))
        told = {**self._told, "accuracy_m": accuracy, DISTRICT: column}
        return {name: value for name, value in told.items() if value is not None}

    # -- inside ---------------------------------------------------------------------------------------

    def _lay_out(self, choices: PositionChoices) -> None:
        vocabulary = VOCABULARIES["fix_quality"]
        self._line("max_accuracy_m", tr("Accuracy, at most (m)"), tr("not asked"))
        self._line("max_hdop", tr("HDOP, at most"), tr("not asked"))
        self._choice("min_mode", tr("Fix, at least"), [(tr("not asked"), None), (tr("2D"), 2), (tr("3D"), 3)])
        kinds = [(vocabulary.label(quality), quality) for quality in QUALITIES]
        self._choice("min_quality", tr("Kind of fix, at least"), [(tr("not asked"), None), *kinds])
        self._line("max_age_s", tr("Age, at most (s)"), tr("as usual: {number}", number=f"{DEFAULT_MAX_AGE_S:g}"))
        self._line("max_clock_difference_s", tr("Difference of clocks, at most (s)"), tr("not asked"))
        self._line(
            "min_samples", tr("Fixes in an average, at least"), tr("as usual: {number}", number=DEFAULT_MIN_SAMPLES)
        )
        verdicts = [(tr("say so, and let it be used"), None), (tr("do not let it be used"), True)]
        self._choice("blocks", tr("When a position fails"), verdicts)
        self._form.addRow(role_label(tr("Tracks and places"), "heading"))
        self.track_distance = QLineEdit(str(choices.track_distance_m))
        self._form.addRow(tr("A point of a track every (m)"), self.track_distance)
        self._lay_out_boundaries(choices)
        self.connect_at_start = QCheckBox(tr("Connect the GPS when the program starts"))
        self.connect_at_start.setChecked(choices.connect_at_start)
        self._form.addRow("", self.connect_at_start)

    def _lay_out_boundaries(self, choices: PositionChoices) -> None:
        self._told = dict(choices.boundary_facts)
        accuracy = self._told.get("accuracy_m")
        self.boundaries = PathField(Path(choices.boundaries) if choices.boundaries else None)
        self.boundaries.edit.setPlaceholderText(tr("none: provinces of the built-in map"))
        self._form.addRow(tr("Map file with boundaries"), self.boundaries)
        self.boundary_words = role_label("", "muted")
        self._form.addRow("", self.boundary_words)
        self.district_column = QComboBox()
        self.district_column.addItem(tr("as the file says"), None)
        if self._told.get(DISTRICT):
            self.district_column.addItem(str(self._told[DISTRICT]), self._told[DISTRICT])
            self.district_column.setCurrentIndex(1)
        self._form.addRow(tr("Column that names districts"), self.district_column)
        self.boundary_accuracy = QLineEdit(f"{accuracy:g}" if isinstance(accuracy, int | float) else "")
        self.boundary_accuracy.setPlaceholderText(tr("as the file says"))
        self._form.addRow(tr("Its lines are good to (m)"), self.boundary_accuracy)
        self.show_boundaries = QCheckBox(tr("Show these boundaries on the map"))
        self._form.addRow("", self.show_boundaries)

    def _line(self, name: str, title: str, empty: str) -> None:
        value = self._rules.get(name)
        line = QLineEdit(f"{value:g}" if isinstance(value, int | float) else "")
        line.setPlaceholderText(empty)
        self._add(name, title, line)

    def _choice(self, name: str, title: str, terms: list[tuple[str, Any]]) -> None:
        combo = QComboBox()
        for label, value in terms:
            combo.addItem(label, value)
        wanted = self._rules.get(name) or None
        combo.setCurrentIndex(max([value for _label, value in terms].index(wanted), 0) if wanted else 0)
        self._add(name, title, combo)

    def _add(self, name: str, title: str, editor: QLineEdit | QComboBox) -> None:
        locked = name in self._office
        editor.setEnabled(not locked)
        self._editors[name] = editor
        self._form.addRow(tr("{rule}, by the office", rule=title) if locked else title, editor)

    def _value(self, name: str) -> Any:
        editor = self._editors[name]
        return editor.currentData() if isinstance(editor, QComboBox) else _number(editor.text())

    def _browse(self) -> None:
        folder = self.boundaries.path.parent if self.boundaries.path else Path.home()
        chosen = self._prompts.open_files(
            tr("Map file with boundaries"),
            folder,
            tr("Boundaries (*.geojson *.json *.gpkg *.shp *.fgb *.kml);;All files (*)"),
        )
        if chosen:
            self.boundaries.set_path(chosen[0])

    def _look(self) -> None:
        trouble = said = ""
        path = self.boundaries.path
        for editor in (self.district_column, self.boundary_accuracy, self.show_boundaries):
            editor.setEnabled(path is not None)
        try:
            choices = self.choices()
            if path is not None:
                self._offer_columns(path)
                found = load_as_told(path, choices.boundary_facts)
                said = _boundary_words(found)
        except (BadFile, BadInput) as error:
            trouble = str(error)
        self.boundary_words.setText(said)
        self.boundary_words.setVisible(bool(said))
        self.complain(trouble)

    def _offer_columns(self, path: Path) -> None:
        """The columns of another file, with the one that was chosen if it has that, too."""
        if path == self._columns_of:
            return
        names = text_columns(path)
        self._columns_of, chosen = path, self.district_column.currentData()
        with QSignalBlocker(self.district_column):
            while self.district_column.count() > 1:
                self.district_column.removeItem(1)
            for name in names:
                self.district_column.addItem(name, name)
            self.district_column.setCurrentIndex(names.index(chosen) + 1 if chosen in names else 0)


def _boundary_words(found: Boundaries) -> str:
    """``Survey office 2026-03: 2 districts, 1 protected area; good to 200 m``."""
    own = () if found.provinces is built_in().provinces else found.provinces
    counts = [
        ntr("{n} province", "{n} provinces", len(own)) if own else "",
        ntr("{n} district", "{n} districts", len(found.districts)) if found.districts else "",
        ntr("{n} protected area", "{n} protected areas", len(found.protected)) if found.protected else "",
        ntr("{n} licence", "{n} licences", len(found.licences)) if found.licences else "",
    ]
    told = {"label": found.label, "counts": ", ".join(filter(None, counts))}
    if found.accuracy_m is None:
        return tr("{label}: {counts}; nobody says how good its lines are", **told)
    return tr("{label}: {counts}; good to {metres} m", **told, metres=f"{found.accuracy_m:g}")


def _number(text: str) -> int | float | None:
    """A number in any script's digits, with a point or a comma; ``None`` for nothing. Raises ``BadInput``."""
    plain = text.strip().replace(",", ".").replace("٫", ".")
    if not plain:
        return None
    try:
        value = float(plain)
    except ValueError:
        raise BadInput(tr("“{text}” is no number; type one, or leave the field empty.", text=text.strip())) from None
    return int(value) if value.is_integer() else value
