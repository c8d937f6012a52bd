"""One box for a position: takes what people write, and shows what it understood.

It keeps the facts of a position honest. A point comes with the facts of how it was found (typed, tapped, by
GPS with its accuracy), and touching the text makes it a typed point that has no accuracy. Typing back what
stood there before brings the point back with its facts: a slip of a key costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from surveyapp.domain.fields import GEOMETRY, POSITION_FACTS
from surveyapp.domain.geometry import point_hex, point_of
from surveyapp.domain.records import Value
from surveyapp.errors import BadPosition, SurveyError
from surveyapp.ui import theme
from surveyapp.ui.forms.checks import BLOCKS, Finding
from surveyapp.ui.forms.field_row import TONES
from surveyapp.ui.forms.look import ToneLabel, small_button
from surveyapp.ui.forms.position_readout import PositionReadout
from surveyapp.ui.forms.position_tools import LookAround, Neighbourhood, PositionTools, Understood, standard_tools
from surveyapp.words import tr

_WGS84 = "EPSG:4326"
_MEASURED = ("gps", "gps-averaged", "imported", "photo")
"""Sources whose elevation belongs to the point; one that was typed beside a typed point stays."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A point, the text that stands for it, and its facts (``geom`` among them; empty for no point)."""

    text: str = ""
    facts: Mapping[str, Value] = field(default_factory=dict)
    elevation_m: float | None = None
    observed_at: Value = None
    notes: tuple[str, ...] = ()
    notation: str = ""


class PositionBox(QWidget):
    """``changed`` when the point or its facts change by a person's doing, ``mapTapRequested``,
    ``gpsRequested``, ``fixPressed(Fix)`` and ``sightingWanted(str)`` (the uuid of one at the same place) by its
    buttons."""

    changed = Signal()
    mapTapRequested = Signal()
    gpsRequested = Signal()
    fixPressed = Signal(object)
    sightingWanted = Signal(str)

    def __init__(self, tools: PositionTools | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tools = tools or standard_tools()
        self._look_around: LookAround = lambda _longitude, _latitude, _accuracy_m: Neighbourhood()
        self._anchor = Placed()
        self._now = Placed()
        self._left = Placed()
        self._trouble = ""
        self._suggestion: str | None = None
        self._finding: Finding | None = None
        self._typing = False
        self.gps_ready, self._gps_why = False, ""
        self.place: dict[str, Value] = {}
        """Province code and toposheet of the point, and its district where an office's map has it."""
        self.left_place: dict[str, Value] = {}
        """The same of the point that was there before."""
        self._lay_out()
        self.line.textEdited.connect(self._typed)
        self.line.editingFinished.connect(self._settle)
        self.swap_button.clicked.connect(self._take_suggestion)
        self.gps_button.clicked.connect(self._ask_gps)
        self.map_button.clicked.connect(self.mapTapRequested)
        self.fix_button.clicked.connect(self._mend)
        self.readout.sightingWanted.connect(self.sightingWanted)
        self.set_gps_ready(False, tr("No GPS is connected."))
        self._show()

    # --- what the form asks ----------------------------------------------------------------------------

    @property
    def position(self) -> tuple[float, float] | None:
        """(longitude, latitude) in WGS 84 degrees, or ``None``."""
        return point_of(self._now.facts.get(GEOMETRY))

    @property
    def trouble(self) -> str:
        """Why the text is no position, in a sentence; empty if it is one, or if there is none."""
        return self._trouble

    @property
    def elevation_m(self) -> float | None:
        """Elevation that came with the point, metres."""
        return self._now.elevation_m

    @property
    def left_elevation_m(self) -> float | None:
        """Elevation that came with the point that was there before."""
        return self._left.elevation_m

    @property
    def observed_at(self) -> Value:
        """Time of a live fix, by the receiver's clock."""
        return self._now.observed_at

    def facts(self) -> dict[str, Value]:
        """The point under ``geom`` and all its facts, ``None`` where there are none."""
        return {name: self._now.facts.get(name) for name in (GEOMETRY, *POSITION_FACTS)}

    def load(self, values: Mapping[str, Value]) -> None:
        """Show the point of a record or of defaults; silent."""
        facts = {n: values[n] for n in (GEOMETRY, *POSITION_FACTS) if values.get(n) is not None}
        point = point_of(facts.get(GEOMETRY))
        elevation = values.get("elevation_m")
        belongs = point is not None and facts.get("position_source") in _MEASURED
        text = ""
        if point is not None:
            typed = facts.get("position_text") if facts.get("position_source") == "typed" else None
            text = str(typed or self._tools.written(*point))
        owned = float(elevation) if belongs and isinstance(elevation, int | float) else None
        self._set_anchor(Placed(text, facts, owned))
        self._left = Placed()
        self.left_place = {}

    def use_gps(self, facts: Mapping[str, Value]) -> None:
        """Take a position of the GPS with all its facts (``longitude``, ``latitude``, ``elevation_m`` and
        ``observed_at`` may be among them)."""
        longitude, latitude = facts.get("longitude"), facts.get("latitude")
        assert isinstance(longitude, int | float)
        assert isinstance(latitude, int | float)
        elevation = facts.get("elevation_m")
        live = facts.get("position_source") in ("gps", "gps-averaged")
        self._leave()
        self._set_anchor(
            Placed(
                self._tools.written(longitude, latitude),
                {GEOMETRY: point_hex(longitude, latitude)} | {n: facts.get(n) for n in POSITION_FACTS},
                float(elevation) if isinstance(elevation, int | float) else None,
                facts.get("observed_at") if live else None,  # a recorded log's time is no time of this visit
            )
        )
        self.changed.emit()
        self._bring_card_up()

    def use_map(self, longitude: float, latitude: float) -> None:
        """Take a position that was tapped on the map: no accuracy, as nobody measured one."""
        self._leave()
        facts: dict[str, Value] = {
            GEOMETRY: point_hex(longitude, latitude),
            "position_source": "map-tap",
            "position_crs": _WGS84,
        }
        self._set_anchor(Placed(self._tools.written(longitude, latitude), facts))
        self.changed.emit()
        self._bring_card_up()

    def set_fact(self, name: str, value: Value) -> None:
        """Set one fact, as a fix does."""
        self._now = self._anchor = replace(self._now, facts={**self._now.facts, name: value})
        self._show()

    def set_gps_ready(self, ready: bool, why: str = "") -> None:
        """Whether "Use GPS" can give a position, and if not, why. The button stays: pressing it says why, and
        lets the window bring up the GPS."""
        self.gps_ready, self._gps_why = ready, why
        self.gps_button.setToolTip(tr("Take the position that the GPS gives now") if ready else why)

    def tell(self, finding: Finding | None) -> None:
        """Show a finding about the position; it stays soft while someone is still typing."""
        self._finding = finding
        soft = self._typing and bool(self._trouble)
        told = finding.message if finding else ""
        self.message.say(told, "muted" if soft or finding is None else TONES[finding.loudness])
        self.message.setVisible(bool(told))
        fix = finding.fix if finding else None
        self.fix_button.setVisible(fix is not None)
        self.fix_button.setText(fix.text if fix else "")
        self.swap_button.setVisible(self._suggestion is not None)
        self.swap_button.setText(tr("Swap: {position}", position=self._suggestion) if self._suggestion else "")
        invalid = finding is not None and finding.loudness == BLOCKS and not soft
        if bool(self.line.property("invalid")) != invalid:
            self.line.setProperty("invalid", invalid)
            self.line.style().unpolish(self.line)
            self.line.style().polish(self.line)

    def set_look_around(self, look: LookAround) -> None:
        """Who says what else the survey has at a place."""
        self._look_around = look
        self._show()

    def look_again(self) -> None:
        """The survey changed: what lies about the point may differ."""
        self._show()

    def draft(self) -> dict[str, Any]:
        """What stands in the box, as plain data."""
        return {
            "text": self.line.text(),
            "anchor": self._anchor.text,
            "facts": dict(self._anchor.facts),
            "elevation_m": self._anchor.elevation_m,
        }

    def restore(self, draft: Mapping[str, Any]) -> None:
        """Show what a draft kept; silent."""
        facts = {n: v for n, v in dict(draft.get("facts") or {}).items() if n in (GEOMETRY, *POSITION_FACTS)}
        elevation = draft.get("elevation_m")
        self._set_anchor(
            Placed(
                str(draft.get("anchor") or ""),
                facts,
                elevation if isinstance(elevation, int | float) else None,
            )
        )
        text = str(draft.get("text") or "")
        if text != self._anchor.text:
            self.line.setText(text)
            self._read(text)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._follow_theme()

    # --- inside ----------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.line = QLineEdit(self)
        self.line.setPlaceholderText(tr("34.7725N 72.3608E, 34°46'21\"N …, UTM, 43 B/5 …"))
        self.line.setAccessibleName(tr("Position"))
        self.line.setClearButtonEnabled(True)
        self.line.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.line.setToolTip(
            tr("Degrees, degrees and minutes, degrees minutes seconds, UTM, MGRS or a toposheet reference")
        )
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        self.gps_button = QPushButton(tr("Use GPS"), self)
        self.map_button = QPushButton(tr("Tap on map"), self)
        for button in (self.gps_button, self.map_button):
            button.setAutoDefault(False)
            buttons.addWidget(button, 1)
        self._follow_theme()
        told = QHBoxLayout()
        self.message = ToneLabel("", "warning", self)
        self.swap_button = small_button("", tr("Latitude and longitude the other way round"), self)
        self.fix_button = small_button("", parent=self)
        self.fix_button.hide()
        told.addWidget(self.message, 1)
        told.addWidget(self.fix_button)
        self.readout = PositionReadout(self)
        column.addWidget(self.line)
        column.addLayout(told)
        column.addWidget(self.swap_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(buttons)
        column.addWidget(self.readout)
        self.setFocusProxy(self.line)

    def _follow_theme(self) -> None:
        self.gps_button.setIcon(theme.icon("gps"))
        self.map_button.setIcon(theme.icon("map"))

    def _set_anchor(self, placed: Placed) -> None:
        self._anchor = self._now = placed
        self._trouble, self._suggestion, self._typing = "", None, False
        self.line.setText(placed.text)
        self.line.setCursorPosition(0)
        self._suggest_swap()
        self._show()

    def _leave(self) -> None:
        """Remember what held for the point that is about to be replaced."""
        self._left, self.left_place = self._now, dict(self.place)

    def _typed(self, text: str) -> None:
        self._typing = True
        if self._now.facts:
            self._leave()
        self._read(text)
        self.changed.emit()
        self._bring_card_up()

    def _bring_card_up(self) -> None:
        """What was understood is of use only where it is seen: scroll so that card and line are in view."""
        area: QWidget | None = self.parentWidget()
        while area is not None and not isinstance(area, QScrollArea):
            area = area.parentWidget()
        if isinstance(area, QScrollArea) and self.position is not None:
            # Once the card has grown to its words.
            QTimer.singleShot(0, self, lambda: _show_both(area, self.readout, self.line))

    def _read(self, text: str) -> None:
        """Understand what stands in the line."""
        self._trouble, self._suggestion = "", None
        plain = text.strip()
        if plain == self._anchor.text.strip():
            self._now = self._anchor
            self._suggest_swap()
        elif not plain:
            self._now = Placed()
        else:
            self._understand(plain)
        self._show()

    def _understand(self, plain: str) -> None:
        try:
            point: Understood = self._tools.parse(plain)
            facts: dict[str, Value] = {
                GEOMETRY: point_hex(point.longitude, point.latitude),
                "position_source": "typed",
                "position_text": plain,
                "position_crs": point.crs,
            }
        except BadPosition as error:
            self._now, self._trouble, self._suggestion = Placed(), str(error), error.suggestion
        except SurveyError as error:
            self._now, self._trouble = Placed(), str(error)
        else:
            self._now = Placed(plain, facts, notes=tuple(point.warnings), notation=point.notation)

    def _suggest_swap(self) -> None:
        """A stored or tapped point that lies where only swapped axes would put it."""
        source = self._now.facts.get("position_source")
        if self.position is not None and source in ("typed", "imported"):
            self._suggestion = self._tools.swapped(*self.position)

    def _mend(self) -> None:
        if self._finding is not None and self._finding.fix is not None:
            self.fixPressed.emit(self._finding.fix)

    def _take_suggestion(self) -> None:
        if self._suggestion is not None:
            self.line.setText(self._suggestion)
            self._typed(self._suggestion)
            self._settle()

    def _ask_gps(self) -> None:
        if not self.gps_ready:
            self.message.say(self._gps_why, "warning")
            self.message.setVisible(bool(self._gps_why))
        self.gpsRequested.emit()

    def _settle(self) -> None:
        self._typing = False
        self.tell(self._finding)

    def _show(self) -> None:
        point, facts = self.position, self._now.facts
        if point is None:
            self.place = {}
            self.readout.show_point((), {}, facts, ())
            return
        crs, accuracy = str(facts.get("position_crs") or _WGS84), facts.get("accuracy_m")
        around = self._look_around(*point, float(accuracy) if isinstance(accuracy, int | float) else None)
        self.place = dict(self._tools.place(*point))
        notes = self._now.notes or tuple(self._tools.notes(crs, *point))
        wrote = facts.get("position_source") == "typed" or crs != _WGS84
        self.readout.show_point(
            self._tools.describe(*point),
            self.place,
            facts,
            (*notes, *around.notes),
            read_as=self._tools.read_as(crs, self._now.notation, *point) if wrote else "",
            near=self._tools.near(*point),
            sighting=around.sighting,
            at=around.at,
        )


def _show_both(area: QScrollArea, card: QWidget, line: QWidget) -> None:
    area.ensureWidgetVisible(card, 0, 12)
    area.ensureWidgetVisible(line, 0, 12)
