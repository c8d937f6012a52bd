"""An estimate of an area: its inputs or its figures, the facts that it rests on, what comes out, and what it may be
called."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from surveyapp.domain.estimate_rules import rule_issues
from surveyapp.domain.estimation import DRAWS, FEWEST_DRAWS, Fault, Figures, Model
from surveyapp.domain.estimation_text import read_model
from surveyapp.domain.fields import ESTIMATE, GEOMETRY
from surveyapp.domain.records import Record, Value
from surveyapp.domain.validation import ERROR, Issue
from surveyapp.errors import BadInput
from surveyapp.geo.extents import area_m2
from surveyapp.services import estimates
from surveyapp.services.bulk_samples import Collected
from surveyapp.ui import theme
from surveyapp.ui.dialogs.base import scrolled
from surveyapp.ui.dialogs.category_chooser import CategoryChooser
from surveyapp.ui.dialogs.estimate_inputs import InputsPage, NumberEdit
from surveyapp.ui.dialogs.typed import TypedDialog
from surveyapp.ui.forms.checks import BLOCKS, NEEDED, WARNS, Finding
from surveyapp.ui.forms.form_body import FormBody
from surveyapp.ui.forms.look import ToneLabel
from surveyapp.ui.histogram import Histogram, figure_text
from surveyapp.ui.prompts import Prompts
from surveyapp.words import tr

FIGURES: Final = ("low_ct", "best_ct", "high_ct", "tonnage_t", "grade_ct_t", "bottom_screen_mm", "recovery")
FACTS: Final = ("gem", "method", "estimated_on", "estimator", "source", "size_distribution", "price_basis", "unfc",
                "notes")
_GROUP: Final = "Estimate"
_WAIT_MS: Final = 150
_MOST_DRAWS: Final = 100_000
"""In the window, where every key that is pressed works all of it out anew."""


class EstimateDialog(TypedDialog):
    """``saveRequested`` by its main button; it stays open until :meth:`saved`, so that a save that fails costs
    nothing. ``samplesWanted(gem, density_t_m3)``: answer by :meth:`take_samples`. ``others`` are the other estimates
    of the area."""

    samplesWanted = Signal(str, object)

    def __init__(
        self,
        area: Record,
        record: Record | None,
        others: Sequence[Record],
        prompts: Prompts,
        parent: QWidget | None = None,
        *,
        gem: str = "",
        writable: bool = True,
    ) -> None:
        name = str(area.get("name") or tr("area without name"))
        super().__init__(tr("Estimate of {name}", name=name), "", tr("Save estimate"), prompts, parent)
        self.heading.hide()  # the inputs need the room, and the window's title says it
        self.area, self.record, self._others = area, record, list(others)
        self._size_m2 = area_m2(area.get(GEOMETRY))
        self._writable = writable
        self._figures: Figures | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_WAIT_MS)
        self._timer.timeout.connect(self.look)
        row = QHBoxLayout()
        row.setSpacing(14)
        row.addWidget(self._left(), 3)
        row.addWidget(self._right(), 2)
        self.body.addLayout(row, 1)
        self._load(gem)
        self._loaded = self._content()
        self.resize(1080, 690)
        self.look()

    # -- what the controller calls ----------------------------------------------------------------------

    def values(self) -> dict[str, Value]:
        """The facts, the category, and figures that were typed."""
        told = dict(self.facts.collect()[0])
        if not self.simulated:
            told |= self.typed.collect()[0]
        return {**told, "category": self.categories.category}

    def model(self) -> Model | None:
        """The model of the inputs; ``None`` where the figures are typed."""
        return self._model()[0] if self.simulated else None

    @property
    def gem(self) -> str:
        return str(self.facts.collect()[0].get("gem") or "")

    @property
    def simulated(self) -> bool:
        """Whether the figures are worked out from the inputs."""
        return self.from_inputs.isChecked()

    def take_samples(self, found: Collected) -> None:
        """What the bulk samples of the gem in the area are."""
        self.inputs.take_samples(found)
        self._bring_offers_up()

    def _question(self) -> tuple[str, str]:
        return tr("Throw away what you typed of this estimate?"), tr("Estimate")

    def _would_lose(self) -> bool:
        return self._writable and super()._would_lose()

    # -- parts ------------------------------------------------------------------------------------------

    def _left(self) -> QTabWidget:
        self.tabs = QTabWidget(self)
        self.tabs.setDocumentMode(True)
        self.facts = self._form(FACTS)
        self.tabs.addTab(self._figures_page(), tr("Figures"))
        self.tabs.addTab(scrolled(self.facts), tr("What it rests on"))
        return self.tabs

    def _figures_page(self) -> QWidget:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 8, 0, 0)
        line = QHBoxLayout()
        self.from_inputs = QPushButton(tr("Work out from inputs"), page)
        self.from_report = QPushButton(tr("Type the figures"), page)
        self.from_report.setToolTip(tr("Figures of a report that somebody else worked out"))
        group = QButtonGroup(page)
        for button in (self.from_inputs, self.from_report):
            button.setCheckable(True)
            button.setAutoDefault(False)
            group.addButton(button)
            line.addWidget(button)
        line.addStretch(1)
        column.addLayout(line)
        self.inputs, self.typed = InputsPage(page), self._form(FIGURES)
        self.inputs.changed.connect(self._timer.start)
        self.inputs.samplesWanted.connect(self._ask_for_samples)
        self.ways = QStackedWidget(page)
        self._inputs_area = scrolled(self.inputs)
        self.ways.addWidget(self._inputs_area)
        self.ways.addWidget(scrolled(self.typed))
        column.addWidget(self.ways, 1)
        group.buttonClicked.connect(lambda _button: self._way_chosen())
        return page

    def _form(self, names: Sequence[str]) -> FormBody:
        fields = [field for name in names if (field := ESTIMATE.field(name)) is not None]
        body = FormBody(fields, opened=(_GROUP,), parent=self)
        body.sections[_GROUP].heading.hide()
        body.edited.connect(lambda _name: self._timer.start())
        return body

    def _right(self) -> QScrollArea:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 4, 6, 0)
        column.setSpacing(6)
        self.histogram = Histogram(page)
        self.figures_label = ToneLabel("", "", page, bold=True)
        self.means_label = ToneLabel("", "muted", page)
        self.categories = CategoryChooser(page)
        self.categories.changed.connect(self.look)
        heading = ToneLabel(tr("What it may be called"), "", page, bold=True)
        for widget in (self.histogram, self.figures_label, self.means_label):
            column.addWidget(widget)
        column.addLayout(self._drawing_line(page))
        column.addWidget(heading)
        column.addWidget(self.categories)
        column.addStretch(1)
        return scrolled(page)

    def _drawing_line(self, page: QWidget) -> QHBoxLayout:
        line = QHBoxLayout()
        self.seed, self.draws = NumberEdit(tr("Seed"), whole=True, parent=page), NumberEdit(
            tr("Draws"), whole=True, parent=page)
        self.drawing = QWidget(page)
        inner = QHBoxLayout(self.drawing)
        inner.setContentsMargins(0, 0, 0, 0)
        tips = (tr("The number that the draws begin with: the same seed gives the same figures everywhere"),
                tr("How many outcomes are drawn"))
        for title, edit, tip in zip((tr("Seed"), tr("Draws")), (self.seed, self.draws), tips, strict=True):
            label = ToneLabel(title, "", page, wrap=False)
            label.setBuddy(edit)
            edit.setFixedWidth(90)
            edit.setToolTip(tip)
            edit.textEdited.connect(lambda _text: self._timer.start())
            inner.addWidget(label)
            inner.addWidget(edit)
        self.another = QPushButton(tr("Another seed"), page)
        self.another.setAutoDefault(False)
        self.another.setToolTip(tr("Draw with other numbers, to see how much the figures depend on chance"))
        self.another.clicked.connect(self._another_seed)
        inner.addWidget(self.another)
        inner.addStretch(1)
        line.addWidget(self.drawing)
        return line

    # -- content ----------------------------------------------------------------------------------------

    def _load(self, gem: str) -> None:
        record = self.record
        known = dict(record.values) if record is not None else {
            "gem": gem or None, "estimated_on": date.today().isoformat()}  # noqa: DTZ011 (a day, as people write it)
        self.facts.show_values(known)
        self.typed.show_values(known)
        self.categories.choose(known.get("category"))
        model = read_model(known.get("model"))[0]
        if model is None:
            model = estimates.new_model(self.area, {}, seed=1, draws=DRAWS)
        self.inputs.show_inputs(model.inputs, model.bottom_screen_mm, model.grade_from)
        self.seed.setText(str(model.seed))
        self.draws.setText(str(model.draws))
        typed = record is not None and record.get("model") is None
        (self.from_report if typed else self.from_inputs).setChecked(True)
        self._show_way()
        if not self._writable:
            self.main_button.hide()
            self.cancel_button.setText(tr("Close"))

    def _content(self) -> Mapping[str, Any]:
        """All that a person can change."""
        return {
            "inputs": self.inputs.standing(), "seed": self.seed.text(), "draws": self.draws.text(),
            "facts": self.facts.raws(), "typed": self.typed.raws(), "simulated": self.simulated,
            "category": self.categories.category,
        }

    def _restore(self, content: Mapping[str, Any]) -> None:
        self.inputs.restore(content["inputs"])
        self.seed.setText(content["seed"])
        self.draws.setText(content["draws"])
        self.facts.set_raws(content["facts"])
        self.typed.set_raws(content["typed"])
        (self.from_inputs if content["simulated"] else self.from_report).setChecked(True)
        self.categories.choose(content["category"])
        self._show_way()

    def _model(self) -> tuple[Model | None, list[Fault]]:
        """The model that stands in the inputs, and what is no number."""
        given = self.inputs.given()
        found = [Fault(name, sentence) for name, sentence in given.troubles.items()]
        try:
            seed, draws = self.seed.number(), self.draws.number()
        except BadInput as error:
            return None, [*found, Fault("seed", str(error))]
        if draws is not None and not FEWEST_DRAWS <= draws <= _MOST_DRAWS:
            found.append(Fault("draws", tr("Draws: {fewest:,} to {most:,}.", fewest=FEWEST_DRAWS, most=_MOST_DRAWS)))
        if found:
            return None, found
        model = estimates.new_model(
            self.area, given.inputs, bottom_screen_mm=given.bottom_screen_mm, seed=int(seed or 0),
            draws=int(draws or DRAWS), grade_from=self.inputs.grade_from,
        )
        return model, []

    # -- what is shown ----------------------------------------------------------------------------------

    def look(self) -> None:
        """Work everything out anew and say what there is to say."""
        self._timer.stop()
        blocks = self._look_at_inputs() if self.simulated else self._look_at_typed()
        draft = self._draft()
        self.categories.explain(draft, self._others)
        issues = list(rule_issues(draft, self._others))
        findings = [_finding(issue) for issue in issues]
        facts, troubles = self.facts.collect()
        findings += [Finding(name, BLOCKS, sentence) for name, sentence in troubles.items()]
        findings += [Finding(name, NEEDED, "") for name in ("gem",) if facts.get(name) is None]
        findings.sort(key=lambda finding: (BLOCKS, WARNS, NEEDED).index(finding.loudness))
        self.facts.tell(findings, facts)
        self.typed.tell([*findings, *(Finding(name, BLOCKS, sentence) for name, sentence in
                                      self.typed.collect()[1].items())], self.typed.collect()[0])
        blocks = blocks or next((f.message for f in findings if f.loudness == BLOCKS), "")
        if not blocks and facts.get("gem") is None:
            blocks = tr("Choose the gem (under “What it rests on”).")
        lacking = self.categories.lacking.get(self.categories.category)
        theme.set_role(self.trouble, "danger" if blocks else "warning")
        if blocks or not lacking:
            self.complain(blocks)
        else:
            self.complain(tr("It will be saved as not compliant with a reporting code; {needs}.", needs=lacking),
                          blocks=False)

    def _look_at_inputs(self) -> str:
        """Draw the outcomes; what stands in the way, as one sentence."""
        model, found = self._model()
        self._figures = None
        if model is not None:
            done = estimates.simulate(model)
            found, self._figures = list(done.faults), done.figures
            if done.figures is not None:
                self.histogram.show_outcomes(done.carats, done.figures)
        for name, row in self.inputs.rows.items():
            # An input that nobody has come to yet is told below, not in red beside each of six rows.
            empty = not any(edit.text() for edit in row.edits) and row.kind != "bootstrap"
            row.tell("" if empty else next((fault.sentence for fault in found if fault.where == name), ""))
        if self._figures is None:
            self.histogram.say(tr("Fill in the inputs to see what comes out."))
        self._say_figures(self._figures)
        return found[0].sentence if found else ""

    def _look_at_typed(self) -> str:
        values, troubles = self.typed.collect()
        self._figures = None
        low, best, high = (values.get(name) for name in ("low_ct", "best_ct", "high_ct"))
        told = [tr("{name} {figure} ct", name=name, figure=figure_text(number)) for name, number in (
            (tr("low"), low), (tr("best"), best), (tr("high"), high)) if isinstance(number, int | float)]
        self.histogram.say(tr("Figures that are typed have no distribution to show."))
        self.figures_label.say(" · ".join(told))
        self.means_label.say("")
        return next(iter(troubles.values()), "")

    def _say_figures(self, made: Figures | None) -> None:
        if made is None:
            self.figures_label.say("")
            self.means_label.say(tr("The outline has {area} m².", area=f"{self._size_m2:,.0f}"))
            return
        self.figures_label.say(tr("Low {low} · best {best} · high {high} ct", low=figure_text(made.low_ct),
                                  best=figure_text(made.best_ct), high=figure_text(made.high_ct)))
        self.means_label.say(tr("On average {tonnes} t of {grade} ct/t, {recovery} % recovered",
                                tonnes=figure_text(made.tonnage_t), grade=figure_text(made.grade_ct_t),
                                recovery=figure_text(100 * made.recovery)))

    def _draft(self) -> Record:
        """The estimate as it would be saved, as far as it goes."""
        known: dict[str, Value] = dict.fromkeys(ESTIMATE.names)
        known |= {**self.values(), "area_uuid": self.area.uuid}
        if self.simulated:
            known |= self._figures.values() if self._figures is not None else {}
            known["bottom_screen_mm"] = self.inputs.given().bottom_screen_mm
        return Record(ESTIMATE.name, self.record.uuid if self.record is not None else "", known)

    def _way_chosen(self) -> None:
        """Figures that were worked out are what one begins to type from."""
        if not self.simulated and self._figures is not None and not any(self.typed.raws().values()):
            self.typed.show_values({**self._figures.values(), "bottom_screen_mm": self.inputs.given().bottom_screen_mm})
        self._show_way()
        self.look()

    def _show_way(self) -> None:
        self.ways.setCurrentIndex(0 if self.simulated else 1)
        self.drawing.setVisible(self.simulated)

    def _ask_for_samples(self, density_t_m3: object) -> None:
        if self.gem:
            self.samplesWanted.emit(self.gem, density_t_m3)
        else:
            self.inputs.ask_for_gem()
            self._bring_offers_up()

    def _bring_offers_up(self) -> None:
        """What samples say stands under the grade; the layout has to make room for it first."""
        QTimer.singleShot(0, self, lambda: self._inputs_area.ensureWidgetVisible(self.inputs.offers))

    def _another_seed(self) -> None:
        self.seed.setText(str(secrets.randbelow(10**6)))
        self.look()


def _finding(issue: Issue) -> Finding:
    """What keeps a category from being claimed lowers it; only what contradicts itself keeps the save back."""
    blocks = issue.severity == ERROR and issue.level <= 2
    return Finding(str(issue.field), BLOCKS if blocks else WARNS, issue.message)
