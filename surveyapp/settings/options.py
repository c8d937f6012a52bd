"""Every setting of the program, declared once: name, kind, default and what it is for.

A setting that is not declared here does not exist. Tests walk this table and check every default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from surveyapp.errors import BadInput
from surveyapp.words import tr

Kind = Literal["text", "flag", "integer", "list", "map"]


@dataclass(frozen=True, slots=True)
class Option:
    """One setting. ``kind``: text, flag (true or false), integer, list (of text) or map (of text to a plain
    value). ``choices`` limits a text; ``minimum`` and ``maximum`` (inclusive) limit an integer.
    """

    name: str
    kind: Kind
    default: Any
    help: str
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None

    def checked(self, value: Any) -> Any:
        """``value`` if the setting can hold it; raises ``BadInput`` with one sentence otherwise."""
        if not _FITS[self.kind](value):
            raise BadInput(
                tr(
                    "The setting {name} takes {kind}, not {value!r}.",
                    name=self.name,
                    kind=_TAKES[self.kind],
                    value=value,
                )
            )
        if self.choices and value not in self.choices:
            raise BadInput(
                tr(
                    "The setting {name} is one of {what}, not {value!r}.",
                    name=self.name,
                    what=", ".join(self.choices),
                    value=value,
                )
            )
        if (self.minimum is not None and value < self.minimum) or (self.maximum is not None and value > self.maximum):
            raise BadInput(
                tr(
                    "The setting {name} goes from {minimum} to {maximum}; {value} is outside.",
                    name=self.name,
                    minimum=self.minimum,
                    maximum=self.maximum,
                    value=value,
                )
            )
        return value


def _plain(value: object) -> bool:
    return value is None or isinstance(value, str | int | float)


_FITS = {
    "text": lambda v: isinstance(v, str),
    "flag": lambda v: isinstance(v, bool),
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "list": lambda v: isinstance(v, list) and all(isinstance(part, str) for part in v),
    "map": lambda v: isinstance(v, Mapping) and all(isinstance(k, str) and _plain(w) for k, w in v.items()),
}
_TAKES = {
    "text": "text",
    "flag": "true or false",
    "integer": "a whole number",
    "list": "a list of texts",
    "map": "names with plain values",
}

_OPTIONS = (
    Option(
        "appearance.theme",
        "text",
        "system",
        "Light, dark, red on black for the night, or as the system is.",
        choices=("system", "light", "dark", "night"),
    ),
    Option(
        "appearance.language",
        "text",
        "system",
        "English or Urdu, or as the system is.",
        choices=("system", "en", "ur"),
    ),
    Option("appearance.touch", "flag", False, "Larger buttons, rows and fields, for a finger."),
    Option("surveyor.name", "text", "", "Who is named as the author of what is saved, and as the observer."),
    Option("surveyor.team", "text", "", "The team that the last new survey was made for."),
    Option("surveyor.province", "text", "", "ISO 3166-2 code of the province of the last new survey."),
    Option("files.recent", "list", [], "Surveys that were open lately, the latest first."),
    Option("files.folder", "text", "", "The folder in which the last survey was made or opened."),
    Option("files.photos", "text", "", "The folder that photos were last attached from."),
    Option("files.exports", "text", "", "The folder that the last export or preview went to."),
    Option("table.columns", "list", [], "Columns of the table in order; empty for those of the field table."),
    Option("table.filters", "list", [], "Saved filters of the table, each as one line of JSON."),
    Option("form.sticky", "map", {}, "Last values of the fields whose value is offered again."),
    Option("form.pinned", "list", [], "Fields whose last value is filled in for a new sighting."),
    Option(
        "map.style",
        "text",
        "gem",
        "By what the map colours sightings.",
        choices=("gem", "status", "confidence", "age"),
    ),
    Option(
        "map.crowding",
        "text",
        "clusters",
        "What the map draws where sightings cannot be told apart.",
        choices=("clusters", "density", "points"),
    ),
    Option("map.grids", "list", ["degrees"], "Nets that the map draws: degrees, utm, sheets."),
    Option("map.layers", "list", [], "Maps from files on the map, the lowest first, each as one line of JSON."),
    Option(
        "map.hidden", "list", [],
        "What the map leaves out of its own: tracks, areas, structures, outline, places, legend.",
    ),
    Option("files.maps", "text", "", "The folder that a map was last added from."),
    Option("map.picture", "text", "png", "Size of the last picture of the map."),
    Option("gps.source", "text", "", "The GPS source that was used last, as it was typed or chosen."),
    Option("gps.connect_at_start", "flag", False, "Connect the GPS source that was used last when the program starts."),
    Option(
        "gps.rules",
        "map",
        {"max_accuracy_m": 10},
        "What is asked of a GPS position (max_accuracy_m, max_hdop, min_mode, max_age_s, min_quality, min_samples, "
        "max_clock_difference_s, blocks), where the survey's office asks nothing else.",
    ),
    Option(
        "track.distance_m",
        "integer",
        2,
        "A point of a track that is nearer to the one before (metres) is left out.",
        minimum=0,
        maximum=1000,
    ),
    Option(
        "files.boundaries", "text", "",
        "An office's own map file (GeoJSON, GeoPackage …) whose provinces, districts and protected areas are used.",
    ),
    Option(
        "files.boundary_facts", "map", {},
        "What that file does not say itself: accuracy_m, and the columns that name a district, province, protected "
        "area or licence.",
    ),
    Option("tour.done", "flag", False, "Whether the guided first survey was done to its end."),
    Option(
        "structure.numbers",
        "text",
        "strike",
        "Whether two plain numbers such as 135/30 are strike and dip or dip direction and dip.",
        choices=("strike", "dip-direction"),
    ),
    Option("sample.officer", "text", "", "Letters in the IDs of samples taken on this computer; empty for initials."),
    Option("sample.sheet", "text", "24", "The sheet of labels that was printed last, by the labels on it."),
    Option("sample.label_place", "flag", True, "Whether gem and locality are printed on labels of samples."),
    Option(
        "photo.max_px",
        "integer",
        0,
        "Longest side in px to which photos are reduced where the survey's office says nothing; 0 keeps them as taken.",
        minimum=0,
        maximum=20_000,
    ),
    Option("photo.folder", "text", "", "The folder of the camera: watched, and searched for photos last."),
    Option("photo.watch", "flag", False, "Whether that folder is watched for new photos."),
    Option("import.mappings", "map", {}, "Mappings used for imports, by their columns, each as one line of JSON."),
    Option("export.format", "text", "gpkg", "The format of the last export."),
    Option("export.audience", "text", "office", "Whom the last export was for.", choices=("office", "public")),
    Option("preview.map", "text", "", "The map under the points of the last preview; empty for none."),
    Option("preview.first_zoom", "integer", 8, "The farthest zoom of that map.", minimum=0, maximum=19),
    Option("preview.last_zoom", "integer", 12, "The nearest zoom of that map.", minimum=0, maximum=19),
    Option("preview.map_mb", "integer", 20, "The most that map may take in a preview, in MB.", minimum=1, maximum=500),
    Option("window.geometry", "text", "", "Place and size of the window (Qt's own, base 64)."),
    Option("window.layout", "text", "", "Widths of the parts of the window (Qt's own, base 64)."),
)

RENAMED = {"files.districts": "files.boundaries"}
"""Settings of earlier versions to what they are called now."""

OPTIONS: dict[str, Option] = {option.name: option for option in _OPTIONS}


def option_named(name: str) -> Option:
    """The setting of that name; raises ``BadInput`` naming the ones there are."""
    option = OPTIONS.get(name)
    if option is None:
        raise BadInput(tr("There is no setting {name!r}; the settings are {what}.", name=name, what=", ".join(OPTIONS)))
    return option
