"""The inputs of a simulation: for each a distribution and its numbers, and for the grade what bulk samples say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from surveyapp.domain.bulk_grade import FEWEST, Grade, LeftOut, grade_of, spread_of, value_of
from surveyapp.domain.estimation import INPUTS, NUMBER_TITLES, SHAPE_BY_KIND, SHAPES, Distribution, Input
from surveyapp.domain.fields import INTEGER, REAL, Field
from surveyapp.domain.validation import parse_value
from surveyapp.errors import BadInput
from surveyapp.services.bulk_samples import Collected
from surveyapp.ui.forms.editor import shown
from surveyapp.ui.forms.look import CalmCombo, ToneLabel, small_button
from surveyapp.words import ntr, tr

_WIDEST = 4
"""A distribution has at most so many numbers."""


class NumberEdit(QLineEdit):
    """A line for one number, in any digits; ``number()`` raises ``BadInput`` with one sentence."""

    def __init__(self, title: str, *, whole: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._field = Field("number", INTEGER if whole else REAL, title)
        self.setAccessibleName(tr(title))

    def rename(self, title: str, of: str) -> None:
        """The number that it takes now, and what it is a number of."""
        self._field = Field("number", REAL, title)
        self.setAccessibleName(f"{of}: {tr(title)}")

    def number(self) -> float | None:
        """The number, ``None`` if nothing is typed."""
        value = parse_value(self._field, self.text())
        return None if value is None else float(value)


class InputRow(QWidget):
    """One input: its distribution and numbers. ``changed`` when a person changes it."""

    changed = Signal()

    def __init__(self, asked: Input, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.asked = asked
        self._sampled: Distribution | None = None
        self.setToolTip(tr(asked.help))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(2)
        column.addLayout(self._head())
        column.addLayout(self._numbers())
        self.message = ToneLabel("", "danger", self)
        self.message.hide()
        column.addWidget(self.message)
        self._show_kind()

    def _head(self) -> QHBoxLayout:
        line = QHBoxLayout()
        label = ToneLabel(self.asked.label, "", self, wrap=False)
        self.shape = CalmCombo(self)
        for shape in SHAPES:
            if not shape.lists and (self.asked.most != 1 or not shape.kind.startswith("lognormal")):
                self._offer(shape.kind)
        label.setBuddy(self.shape)
        self.shape.setAccessibleName(tr("Distribution of {input}", input=tr(self.asked.title)))
        self.shape.currentIndexChanged.connect(lambda _place: self._kind_chosen())
        line.addWidget(label, 1)
        line.addWidget(self.shape)
        return line

    def _offer(self, kind: str) -> None:
        shape = SHAPE_BY_KIND[kind]
        self.shape.addItem(tr(shape.title), kind)
        self.shape.setItemData(self.shape.count() - 1, tr(shape.help), Qt.ItemDataRole.ToolTipRole)

    def _numbers(self) -> QGridLayout:
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(0)
        self.edits: list[NumberEdit] = []
        self._captions: list[ToneLabel] = []
        for place in range(_WIDEST):
            self._grid.setColumnStretch(place, 1)
            caption, edit = ToneLabel("", "muted", self, wrap=False), NumberEdit("", parent=self)
            font = caption.font()
            font.setPointSizeF(font.pointSizeF() * 0.85)
            caption.setFont(font)
            edit.setMinimumWidth(60)
            edit.textEdited.connect(lambda _text: self.changed.emit())
            self._grid.addWidget(caption, 0, place)
            self._grid.addWidget(edit, 1, place)
            self._captions.append(caption)
            self.edits.append(edit)
        self.sampled_label = ToneLabel("", "", self)
        self._grid.addWidget(self.sampled_label, 2, 0, 1, _WIDEST)
        return self._grid

    @property
    def kind(self) -> str:
        return str(self.shape.currentData())

    def distribution(self) -> Distribution:
        """What is stated; numbers that are not there are left out. Raises ``BadInput`` for text that is none."""
        if self.kind == "bootstrap" and self._sampled is not None:
            return self._sampled
        numbers = {}
        for name, edit in zip(SHAPE_BY_KIND[self.kind].numbers, self.edits, strict=False):
            number = edit.number()
            if number is not None:
                numbers[name] = number
        return Distribution(self.kind, numbers)

    def show_distribution(self, distribution: Distribution) -> None:
        """Show what a model states; silent."""
        blocked = self.blockSignals(True)
        self.shape.blockSignals(True)
        if distribution.kind == "bootstrap":
            self._sampled = distribution
            if self.shape.findData("bootstrap") < 0:
                self._offer("bootstrap")
        self.shape.setCurrentIndex(max(0, self.shape.findData(distribution.kind)))
        for edit, name in zip(self.edits, SHAPE_BY_KIND[distribution.kind].numbers, strict=False):
            edit.setText(shown(distribution.numbers.get(name)))
        self.shape.blockSignals(False)
        self._show_kind()
        self.blockSignals(blocked)

    def standing(self) -> dict[str, Any]:
        """What stands in it, as it was typed; plain data."""
        lists = self._sampled.lists if self._sampled is not None and self.kind == self._sampled.kind else {}
        return {"kind": self.kind, "texts": [edit.text() for edit in self.edits],
                "lists": {name: list(numbers) for name, numbers in lists.items()}}

    def restore(self, standing: Mapping[str, Any]) -> None:
        """Put back what stood in it; silent."""
        lists = {name: tuple(numbers) for name, numbers in standing["lists"].items()}
        self.show_distribution(Distribution(standing["kind"], lists=lists))
        for edit, text in zip(self.edits, standing["texts"], strict=True):
            edit.setText(text)

    def tell(self, sentence: str, tone: str = "danger") -> None:
        """Say what is wrong with it; empty: nothing."""
        self.message.say(sentence, tone)
        self.message.setVisible(bool(sentence))

    def _kind_chosen(self) -> None:
        """One value becomes the middle of what is asked next, so that nobody types it twice."""
        known = next((edit.text() for edit in self.edits if edit.text()), "")
        self._show_kind()
        names = SHAPE_BY_KIND[self.kind].numbers
        middle = next((name for name in ("mode", "mean", "value") if name in names), "")
        for name, edit in zip(names, self.edits, strict=False):
            edit.setText(known if name == middle else "")
        self.changed.emit()

    def _show_kind(self) -> None:
        shape = SHAPE_BY_KIND[self.kind]
        for place, (caption, edit) in enumerate(zip(self._captions, self.edits, strict=True)):
            used = not shape.lists and place < len(shape.numbers)
            caption.setVisible(used)
            edit.setVisible(used)
            if used:
                title = NUMBER_TITLES[shape.numbers[place]]
                caption.say(tr(title))
                edit.rename(title, tr(self.asked.title))
        self.sampled_label.setVisible(shape.lists)
        if shape.lists and self._sampled is not None:
            carats, tonnes = (self._sampled.lists[name] for name in ("carats", "tonnes"))
            self.sampled_label.say(ntr(
                "{n} sample drawn again: {tonnes:.4g} t, {carats:.4g} ct", "{n} samples drawn again: {tonnes:.4g} t, "
                "{carats:.4g} ct", len(carats), tonnes=sum(tonnes), carats=sum(carats),
            ))


@dataclass(frozen=True, slots=True)
class Given:
    """What stands in the inputs: distributions, the screen, and a sentence for each that is no number."""

    inputs: Mapping[str, Distribution]
    bottom_screen_mm: float | None
    troubles: Mapping[str, str]


class InputsPage(QWidget):
    """All inputs. ``changed`` when a person changes one; ``samplesWanted(density)`` for the button that fills the
    grade (the density of what was processed in t/m³, ``None`` if it is not stated)."""

    changed = Signal()
    samplesWanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = {asked.name: InputRow(asked, self) for asked in INPUTS}
        self.grade_from: tuple[str, ...] = ()
        self.screen_edit = NumberEdit(tr("Bottom screen"), parent=self)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(6)
        for name, row in self.rows.items():
            column.addWidget(row)
            row.changed.connect(self.changed)
            if name == "grade_ct_t":
                row.changed.connect(self._typed_grade)
                column.addLayout(self._grade_line())
                column.addWidget(self._sample_words())
        column.addStretch(1)

    def _grade_line(self) -> QHBoxLayout:
        line = QHBoxLayout()
        label = ToneLabel(tr("Bottom screen (mm)"), "", self, wrap=False)
        label.setBuddy(self.screen_edit)
        self.screen_edit.setFixedWidth(80)
        self.screen_edit.textEdited.connect(lambda _text: self.changed.emit())
        self.samples_button = QPushButton(tr("From bulk samples"), self)
        self.samples_button.setAutoDefault(False)
        self.samples_button.setToolTip(tr("Fill the grade from the bulk samples of this gem in the area"))
        self.samples_button.clicked.connect(lambda: self.samplesWanted.emit(self._density()))
        line.addWidget(label)
        line.addWidget(self.screen_edit)
        line.addStretch(1)
        line.addWidget(self.samples_button)
        return line

    def _sample_words(self) -> QWidget:
        self.offers = QWidget(self)
        self._offer_column = QVBoxLayout(self.offers)
        self._offer_column.setContentsMargins(0, 0, 0, 4)
        self._offer_column.setSpacing(2)
        self.offers.hide()
        return self.offers

    def given(self) -> Given:
        """What stands in the inputs now."""
        inputs: dict[str, Distribution] = {}
        troubles: dict[str, str] = {}
        for name, row in self.rows.items():
            try:
                inputs[name] = row.distribution()
            except BadInput as error:
                troubles[name] = str(error)
        screen = None
        try:
            screen = self.screen_edit.number()
        except BadInput as error:
            troubles["bottom_screen_mm"] = str(error)
        return Given(inputs, screen, troubles)

    def show_inputs(
        self, inputs: Mapping[str, Distribution], screen_mm: float | None, grade_from: Iterable[str]
    ) -> None:
        """Show what a model states; silent."""
        for name, distribution in inputs.items():
            if name in self.rows:
                self.rows[name].show_distribution(distribution)
        self.screen_edit.setText(shown(screen_mm))
        self.grade_from = tuple(grade_from)

    def standing(self) -> dict[str, Any]:
        """All that stands in it, as it was typed; plain data."""
        return {"rows": {name: row.standing() for name, row in self.rows.items()},
                "screen": self.screen_edit.text(), "grade_from": list(self.grade_from)}

    def restore(self, standing: Mapping[str, Any]) -> None:
        """Put back what stood in it; silent."""
        for name, row in standing["rows"].items():
            if name in self.rows:
                self.rows[name].restore(row)
        self.screen_edit.setText(standing["screen"])
        self.grade_from = tuple(standing["grade_from"])

    def ask_for_gem(self) -> None:
        """Samples are of a gem, and none is chosen yet."""
        self._clear_offers()
        self._say(tr("Choose the gem first (under “What it rests on”)."), "warning")
        self.offers.show()

    def take_samples(self, found: Collected) -> None:
        """Say what the samples of each screen give; with one screen it is filled in at once, with more one chooses."""
        self._clear_offers()
        groups = [grade_of(members) for members in found.screens.values()]
        if not groups:
            self._say(tr("No bulk sample of this gem in the area gives a grade."), "warning")
        elif len(groups) > 1:
            self._say(tr("The samples were screened differently, and cannot be put together. Choose a screen:"))
            for grade in groups:
                button = small_button(grade.words(), parent=self.offers)
                button.clicked.connect(lambda _on=False, grade=grade: self.use_grade(grade))
                self._offer_column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        else:
            self.use_grade(groups[0])
        if found.left_out:
            self._say_left_out(found.left_out)
        self.offers.show()

    def use_grade(self, grade: Grade) -> None:
        """Fill grade and bottom screen with what samples of one screen say."""
        value, warning = value_of(grade)
        row = self.rows["grade_ct_t"]
        row.show_distribution(spread_of(grade) if grade.count >= FEWEST else value)
        self.screen_edit.setText(shown(grade.screen_mm))
        self.grade_from = tuple(result.uuid for result in grade.results)
        self._clear_offers()
        self._say(grade.words())
        if warning:
            self._say(warning, "warning")
        self.offers.show()
        self.changed.emit()

    def _say(self, sentence: str, tone: str = "muted") -> None:
        self._offer_column.addWidget(ToneLabel(sentence, tone, self.offers))

    def _say_left_out(self, left: Iterable[LeftOut]) -> None:
        told = list(left)
        self._say(ntr("{n} record is left out.", "{n} records are left out.", len(told)))
        self._offer_column.itemAt(self._offer_column.count() - 1).widget().setToolTip(
            "\n".join(f"{one.name or one.uuid}: {one.reason}" for one in told))

    def _clear_offers(self) -> None:
        while (item := self._offer_column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()

    def _typed_grade(self) -> None:
        """A grade that a person changed does not rest on the samples any more."""
        if self.rows["grade_ct_t"].kind != "bootstrap":
            self.grade_from = ()

    def _density(self) -> float | None:
        """The density that is stated as one value: with a spread, samples in m³ would not have one weight."""
        try:
            stated = self.rows["density_t_m3"].distribution()
        except BadInput:
            return None
        return stated.numbers.get("value") if stated.kind == "constant" else None
