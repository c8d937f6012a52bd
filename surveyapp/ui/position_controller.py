"""Positions in the window: the receiver's commands, the rules that a position has to meet, the boundaries that places
are worked out from, and what the survey has round about the position in the form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject, QTimer

from surveyapp.domain.fields import GEOMETRY
from surveyapp.errors import BadInput
from surveyapp.geo.basemap import Province
from surveyapp.geo.neighbours import on_top, outside
from surveyapp.positioning.gate import Gate
from surveyapp.services import placing
from surveyapp.services import where as places
from surveyapp.ui.forms.position_tools import Neighbourhood
from surveyapp.ui.forms.position_words import area_notes
from surveyapp.ui.forms.track_words import length_words
from surveyapp.ui.itemmodels.roster import COLUMN_FIELDS, shown_text
from surveyapp.ui.layers_controller import LayersController
from surveyapp.ui.prompts import Choice
from surveyapp.ui.survey_controller import Columns
from surveyapp.words import tr

if TYPE_CHECKING:
    from surveyapp.geo.boundaries import Boundaries
    from surveyapp.geo.neighbours import Floats
    from surveyapp.geo.where import Where
    from surveyapp.services.placing import WorkedOut
    from surveyapp.ui.dialogs.gps_rules import PositionChoices
    from surveyapp.ui.surroundings import Surroundings

_SURVEYED = ("licence", "prospect", None)
"""Kinds of area within which a survey is made; a working or a deposit lies inside one and is no bound."""


class PositionController(QObject):
    """Ties receiver, position box, survey and settings together."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around.desk)
        self._around, self._survey, self._desk = around, around.survey, around.desk
        self._panel, self._box = around.gps.panel, around.desk.form.position_box
        self._settings = around.settings
        self._points: tuple[Floats, Floats, Floats] | None = None
        self._areas: list[tuple[str, Any]] = []
        self._area_count = -1
        self._licences: tuple[Province, ...] = ()
        self._office: Mapping[str, Any] = {}
        self._apply_rules()
        places.use(None)
        self._read_boundaries()
        self._box.set_look_around(self._look_around)
        self._box.sightingWanted.connect(lambda uuid: self._desk.canvas.zoom_to([uuid]))
        survey = self._survey
        survey.opened.connect(self._opened)
        survey.closed.connect(self._opened)
        for changed in (survey.filled, survey.completed, survey.followed):
            changed.connect(self._changed)
        survey.facts_changed.connect(self._follow_facts)
        if self._settings["gps.connect_at_start"] and self._settings["gps.source"]:
            QTimer.singleShot(0, self, self._connect_again)

    def handlers(self) -> dict[str, Callable[..., object]]:
        return {
            "gps.connect": self._toggle,
            "gps.use": self._use,
            "gps.average": self._average,
            "gps.rules": self.ask_rules,
            "places.again": self.work_out_again,
        }

    def restyle(self) -> None:
        """Nothing here has colours of its own."""

    def shutdown(self) -> None:
        """Nothing here has a thread of its own; the boundaries are this window's."""
        places.use(None)

    # -- the receiver ---------------------------------------------------------------------------------

    def _toggle(self) -> None:
        self._desk.bring_up("gps")
        self._panel.toggle_connection()

    def _use(self) -> None:
        """Take the position into the form; where there is none that may be used, show why."""
        if not self._panel.ready:
            self._desk.bring_up("gps")
        self._panel.offer()

    def _average(self) -> None:
        self._desk.bring_up("gps")
        self._panel.average()

    def _connect_again(self) -> None:
        if not self._panel.connected:
            self._panel.connect_source(self._settings["gps.source"])

    # -- rules ----------------------------------------------------------------------------------------

    def ask_rules(self) -> None:
        """Show what is asked of a position; what the office of the survey asks can be read and not changed."""
        from surveyapp.ui.dialogs.gps_rules import GpsRulesDialog, PositionChoices

        settings = self._settings
        choices = PositionChoices(
            rules=settings["gps.rules"],
            connect_at_start=settings["gps.connect_at_start"],
            track_distance_m=settings["track.distance_m"],
            boundaries=settings[places.SETTING],
            boundary_facts=settings[places.FACTS],
        )
        dialog = GpsRulesDialog(choices, self._office, self._around.prompts, self._around.window)
        dialog.accepted.connect(lambda: self._use_choices(dialog.choices()))
        dialog.open()

    def _use_choices(self, choices: PositionChoices) -> None:
        self._settings.update(
            {
                "gps.rules": dict(choices.rules),
                "gps.connect_at_start": choices.connect_at_start,
                "track.distance_m": choices.track_distance_m,
                places.SETTING: choices.boundaries,
                places.FACTS: dict(choices.boundary_facts),
            }
        )
        self._apply_rules()
        self._read_boundaries()
        layers = self._around.window.findChild(LayersController)
        if choices.show_boundaries and choices.boundaries and isinstance(layers, LayersController):
            layers.add([Path(choices.boundaries)])

    def _apply_rules(self) -> None:
        """The office's rules go before one's own."""
        try:
            gate = Gate.from_rules({**self._settings["gps.rules"], **self._office})
        except BadInput as error:
            told = error
            QTimer.singleShot(0, self, lambda: self._survey.failed.emit(told))  # once the window listens
            gate = Gate.from_rules(self._office)
        if gate != self._panel.gate:
            self._panel.set_gate(gate)

    def _take_office_rules(self) -> None:
        facts = self._survey.facts
        office: Mapping[str, Any] = facts.template.gate if facts is not None else {}
        if office != self._office:
            self._office = office
            self._apply_rules()

    # -- boundaries -----------------------------------------------------------------------------------

    def _read_boundaries(self) -> None:
        path, facts = self._settings[places.SETTING], self._settings[places.FACTS]
        if path:
            self._survey.tasks.run(lambda: places.load_as_told(path, facts), self._take_boundaries)
        else:
            self._take_boundaries(None)

    def _take_boundaries(self, boundaries: Boundaries | None) -> None:
        places.use(boundaries)
        self._box.look_again()

    def work_out_again(self) -> None:
        """Say how many sightings the boundaries in use place elsewhere, and change them if one wants it."""
        self._survey.ask_long(
            tr("Working out places"),
            lambda session, progress: placing.work_out_again(session, dry_run=True, progress=progress),
            self._offer_places,
        )

    def _offer_places(self, found: WorkedOut) -> None:
        told = "\n".join(found.lines())
        if not found.moved and not found.confirmed:
            self._around.prompts.tell(told, title=tr("Work out places again"))
            return
        choices = [Choice("again", tr("Work them out")), Choice("leave", tr("Leave them"))]
        question = tr("{found}\nThis is one step, which can be undone.", found=told)
        if self._around.prompts.choose(question, choices, title=tr("Work out places again")) == "again":
            self._survey.change(placing.work_out_again)

    # -- round about the position ---------------------------------------------------------------------

    def _opened(self) -> None:
        self._points, self._areas, self._licences, self._area_count = None, [], (), -1
        self._take_office_rules()
        self._follow_facts()
        self._box.look_again()

    def _changed(self, *_what: object) -> None:
        self._points = None
        self._box.look_again()

    def _follow_facts(self) -> None:
        """Rules may have come with a template, and areas may have come or gone."""
        self._take_office_rules()
        facts = self._survey.facts
        count = facts.counts.get("area", 0) if facts is not None else 0
        if facts is not None and count != self._area_count:
            self._area_count = count
            self._survey.ask(
                lambda session: session.file.columns("area", ["name", "kind", "licence_number", GEOMETRY]),
                self._take_areas,
            )

    def _take_areas(self, columns: Columns) -> None:
        import shapely

        rows = zip(columns["name"], columns["licence_number"], columns["kind"], columns[GEOMETRY], strict=True)
        known = [
            (str(name or number or ""), kind, shapely.from_wkb(geometry))
            for name, number, kind, geometry in rows
            if geometry is not None and kind in _SURVEYED
        ]
        self._areas = [(name, shape) for name, _kind, shape in known]
        self._licences = tuple(
            places.licence(name or tr("without a name"), shape)
            for name, kind, shape in known if kind == "licence" and not shape.is_empty
        )  # fmt: skip
        self._box.look_again()

    def _look_around(self, longitude: float, latitude: float, accuracy_m: float | None) -> Neighbourhood:
        if self._survey.facts is None:
            return Neighbourhood()
        uuid, told = self._same_place(longitude, latitude, accuracy_m)
        at = self._where(longitude, latitude, accuracy_m)
        notes = [note for note in (told, self._out_of_area(longitude, latitude), *area_notes(at)) if note]
        return Neighbourhood(tuple(notes), uuid, at)

    def _where(self, longitude: float, latitude: float, accuracy_m: float | None) -> Where:
        from surveyapp.geo.where import where

        return where(longitude, latitude, accuracy_m, places.in_use(), self._licences)

    def _same_place(self, longitude: float, latitude: float, accuracy_m: float | None) -> tuple[str, str]:
        """(uuid, sentence) of another sighting that the point lies on top of."""
        roster = self._survey.roster
        points = self._points
        if points is None:
            longitudes, latitudes, accuracies = (
                np.array(roster.column(name), float) for name in ("longitude", "latitude", "accuracy_m")
            )
            points = self._points = (longitudes, latitudes, accuracies)
        longitudes, latitudes, accuracies = points
        own = roster.row(self._desk.form.uuid)
        if own is not None:
            longitudes = longitudes.copy()
            longitudes[own] = np.nan
        found = on_top(longitude, latitude, accuracy_m, longitudes, latitudes, accuracies)
        if found is None:
            return "", ""
        place, metres = found
        uuid = roster.uuids[place]
        fields = ("gem", "locality", "observed_at")
        told = (shown_text(COLUMN_FIELDS[field], roster.value(uuid, field)) for field in fields)
        name = ", ".join(word for word in told if word)
        return uuid, tr(
            "Another sighting is {distance} away: {name}.", distance=length_words(metres), name=name or uuid
        )

    def _out_of_area(self, longitude: float, latitude: float) -> str:
        found = outside(longitude, latitude, [shape for _name, shape in self._areas])
        if found is None:
            return ""
        place, metres = found
        distance, name = length_words(metres), self._areas[place][0]
        if not name:
            return tr("{distance} outside the areas of this survey.", distance=distance)
        return tr("{distance} outside the areas of this survey; the nearest is {name}.", distance=distance, name=name)
