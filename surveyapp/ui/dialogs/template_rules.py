"""Pages of the template editor that are plain lists of rules: positions, photos and samples, review and the public."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from surveyapp.domain.template import GATE_LIMITS, MAP_SCALE, PREVIEW_PHOTOS_MB, PUBLIC_GRID_DEG, Template
from surveyapp.domain.vocabulary import VOCABULARIES
from surveyapp.positioning.averaging import DEFAULT_MIN_SAMPLES
from surveyapp.positioning.fix import DEFAULT_MAX_AGE_S
from surveyapp.positioning.gate import QUALITIES
from surveyapp.ui.dialogs.base import role_label, scrolled
from surveyapp.ui.dialogs.template_pages import (
    Choice,
    Page,
    Rows,
    Told,
    WordsLine,
    filled,
    number_of,
    number_text,
    trouble_of,
)
from surveyapp.words import tr


class _RulesPage(Page):
    """Editors by (part, name): ``{part: {name: value}}`` is what the JSON object says."""

    def __init__(self) -> None:
        super().__init__()
        self.editors: dict[tuple[str, str], QWidget] = {}
        inner = QWidget()
        self.rows = Rows(inner)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.addWidget(scrolled(inner))
        self._lay_out()

    def _lay_out(self) -> None:
        raise NotImplementedError

    def told(self) -> dict[str, Any]:
        found: dict[str, dict[str, Any]] = {}
        for (part, name), editor in self.editors.items():
            found.setdefault(part, {})[name] = self._value(editor)
        return filled({part: filled(values) for part, values in found.items()})

    def show_told(self, told: Told, template: Template) -> None:
        for (part, name), editor in self.editors.items():
            inside = told.get(part)
            self._show(editor, inside.get(name) if isinstance(inside, dict) else None)

    def look(self) -> str:
        troubles = []
        for (part, name), editor in self.editors.items():
            value = self._value(editor)
            said = trouble_of({part: {name: value}}, f"{part}: {name}") if value not in (None, "", []) else ""
            troubles.append(self.rows.say(f"{part}.{name}", said))
        return next(filter(None, troubles), "")

    def _heading(self, text: str) -> None:
        self.rows.addRow(role_label(text, "heading"))

    def _line(self, part: str, name: str, title: str, empty: str, help_text: str = "") -> None:
        line = QLineEdit()
        line.setPlaceholderText(empty)
        line.textEdited.connect(lambda _text: self.changed.emit())
        self._add(part, name, title, line, help_text)

    def _choice(self, part: str, name: str, title: str, terms: Sequence[tuple[Any, str]]) -> None:
        combo = Choice(terms)
        combo.activated.connect(lambda _row: self.changed.emit())
        self._add(part, name, title, combo)

    def _add(self, part: str, name: str, title: str, editor: QWidget, help_text: str = "") -> None:
        self.editors[part, name] = editor
        self.rows.add(f"{part}.{name}", title, editor, help_text)

    def _value(self, editor: QWidget) -> Any:
        if isinstance(editor, Choice):
            return editor.currentData()
        assert isinstance(editor, QLineEdit)
        return number_of(editor.text())

    def _show(self, editor: QWidget, value: Any) -> None:
        if isinstance(editor, Choice):
            editor.choose(value)
        elif isinstance(editor, QLineEdit):
            editor.setText(number_text(value))


class PositionsPage(_RulesPage):
    """What is asked of a GPS position before it may be used."""

    _says_no = False

    def _lay_out(self) -> None:
        kinds = VOCABULARIES["fix_quality"]
        not_asked = tr("not asked")
        usual = {"max_age_s": f"{DEFAULT_MAX_AGE_S:g}", "min_samples": str(DEFAULT_MIN_SAMPLES)}
        titles = {
            "max_accuracy_m": tr("Accuracy, at most (m)"),
            "max_hdop": tr("HDOP, at most"),
            "max_age_s": tr("Age, at most (s)"),
            "max_clock_difference_s": tr("Difference of clocks, at most (s)"),
            "min_samples": tr("Fixes in an average, at least"),
        }
        for name in GATE_LIMITS:
            if name == "min_mode":
                terms = [(None, not_asked), (2, tr("2D")), (3, tr("3D"))]
                self._choice("gps", name, tr("Fix, at least"), terms)
            else:
                empty = tr("as usual: {number}", number=usual[name]) if name in usual else not_asked
                self._line("gps", name, titles[name], empty)
        qualities = [(None, not_asked), *((quality, kinds.label(quality)) for quality in QUALITIES)]
        self._choice("gps", "min_quality", tr("Kind of fix, at least"), qualities)
        verdicts = [(None, tr("say so, and let it be used")), (True, tr("do not let it be used"))]
        self._choice("gps", "blocks", tr("When a position fails"), verdicts)

    def told(self) -> dict[str, Any]:
        found = super().told()
        if self._says_no and self.editors["gps", "blocks"].currentData() is None:  # type: ignore[attr-defined]
            found.setdefault("gps", {})["blocks"] = False
        return found

    def show_told(self, told: Told, template: Template) -> None:
        super().show_told(told, template)
        # “Does not block” may be said or left out; a template that nobody touched stays as it was written.
        gate = told.get("gps")
        self._says_no = isinstance(gate, dict) and gate.get("blocks") is False

    def _show(self, editor: QWidget, value: Any) -> None:
        super()._show(editor, None if value is False else value)


class FilesPage(_RulesPage):
    """What becomes of photos, and what sample numbers look like."""

    def _lay_out(self) -> None:
        self._line(
            "photos", "max_px", tr("Photos at most, wide or high (pixels)"), tr("as they are"),
            tr("Larger photos are made smaller when they are attached. What the original was is kept as its hash."),
        )
        self._line(
            "samples", "prefix", tr("Sample numbers begin with"), tr("from the name of the team"),
            tr("Such as SWT: the first sample of Zarmina Khan in 2026 is then SWT-ZK-26-001."),
        )

    def _value(self, editor: QWidget) -> Any:
        if editor is self.editors["samples", "prefix"]:
            assert isinstance(editor, QLineEdit)
            return editor.text().strip()
        return super()._value(editor)


class ReviewPage(_RulesPage):
    """Who may give which status, and what leaves the office."""

    def _lay_out(self) -> None:
        self._heading(tr("Who may give a sighting a status"))
        for term in VOCABULARIES["review_status"]:
            line = WordsLine()
            line.setPlaceholderText(tr("everybody"))
            line.setToolTip(tr("Names with semicolons between them; empty: everybody may"))
            line.textEdited.connect(lambda _text: self.changed.emit())
            self._add("may", term.code, tr(term.label), line)
        self._heading(tr("What the public gets"))
        self._line(
            "public", "grid_deg", tr("Positions for the public, rounded to (degrees)"),
            tr("as usual: {number}", number=f"{PUBLIC_GRID_DEG:g}"),
            tr("0.1 degrees are about 11 km; the exact place stays with the office."),
        )
        self._heading(tr("Previews and maps"))
        self._line(
            "preview", "photos_mb", tr("Photos in a preview, at most (MB)"),
            tr("as usual: {number}", number=f"{PREVIEW_PHOTOS_MB:g}"), tr("0 leaves all photos out."),
        )
        self._line(
            "map", "scale", tr("Scale of the map that this is for, 1 to"),
            tr("as usual: {number}", number=f"{MAP_SCALE:g}"),
        )

    def told(self) -> dict[str, Any]:
        found = super().told()
        may = found.pop("may", {})
        return {**found, **({"review": {"may": may}} if may else {})}

    def show_told(self, told: Told, template: Template) -> None:
        review = told.get("review")
        may = review.get("may") if isinstance(review, dict) else None
        super().show_told({**told, "may": may}, template)

    def look(self) -> str:
        troubles = []
        for (part, name), editor in self.editors.items():
            value = self._value(editor)
            if part == "may":
                said = trouble_of({"review": {"may": {name: value}}}, f"review: may: {name}") if value else ""
            else:
                said = trouble_of({part: {name: value}}, f"{part}: {name}") if value is not None else ""
            troubles.append(self.rows.say(f"{part}.{name}", said))
        return next(filter(None, troubles), "")

    def _value(self, editor: QWidget) -> Any:
        return editor.words if isinstance(editor, WordsLine) else super()._value(editor)

    def _show(self, editor: QWidget, value: Any) -> None:
        if isinstance(editor, WordsLine):
            editor.show_words(value if isinstance(value, list) else [])
        else:
            super()._show(editor, value)
