"""What is asked of a GPS position before it may be used, and the few other choices about positions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QFrame, QLineEdit, QScrollArea, QWidget

from surveyapp.domain.vocabulary import VOCABULARIES
from surveyapp.errors import BadFile, BadInput
from surveyapp.geo.districts import load_districts
from surveyapp.positioning.averaging import DEFAULT_MIN_SAMPLES
from surveyapp.positioning.fix import DEFAULT_MAX_AGE_S
from surveyapp.positioning.gate import QUALITIES, Gate
from surveyapp.ui.dialogs.base import Dialog, PathField, role_label
from surveyapp.ui.prompts import Prompts
from surveyapp.words import tr

_FARTHEST_M = 1000
"""Between two points of a track; as the setting has it."""


@dataclass(frozen=True, slots=True)
class PositionChoices:
    """``rules`` as :meth:`surveyapp.positioning.gate.Gate.from_rules` takes them; ``districts`` the path of an
    office's map file, or empty."""

    rules: Mapping[str, Any] = field(default_factory=dict)
    connect_at_start: bool = False
    track_distance_m: int = 0
    districts: str = ""


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
        self.districts.browse.connect(self._browse)
        self.districts.changed.connect(self._look)
        for editor in (*self._editors.values(), self.track_distance):
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
        path = self.districts.path
        return PositionChoices(
            rules, self.connect_at_start.isChecked(), int(distance), "" if path is None else str(path)
        )

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
        self.districts = PathField(Path(choices.districts) if choices.districts else None)
        self.districts.edit.setPlaceholderText(tr("none: the district is typed"))
        self._form.addRow(tr("Map file with districts"), self.districts)
        self.connect_at_start = QCheckBox(tr("Connect the GPS when the program starts"))
        self.connect_at_start.setChecked(choices.connect_at_start)
        self._form.addRow("", self.connect_at_start)

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
        folder = self.districts.path.parent if self.districts.path else Path.home()
        chosen = self._prompts.open_files(
            tr("Map file with districts"), folder, tr("GeoJSON (*.geojson *.json);;All files (*)")
        )
        if chosen:
            self.districts.set_path(chosen[0])

    def _look(self) -> None:
        trouble = ""
        try:
            path = self.choices().districts
            if path:
                load_districts(path)
        except (BadFile, BadInput) as error:
            trouble = str(error)
        self.complain(trouble)


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
