"""Every setting of the program, declared once: name, kind, default and what it is for.

A setting that is not declared here does not exist. Tests walk this table and check every default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from surveyapp.errors import BadInput

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
            raise BadInput(f"The setting {self.name} takes {_TAKES[self.kind]}, not {value!r}.")
        if self.choices and value not in self.choices:
            raise BadInput(f"The setting {self.name} is one of {', '.join(self.choices)}, not {value!r}.")
        if (self.minimum is not None and value < self.minimum) or (self.maximum is not None and value > self.maximum):
            raise BadInput(f"The setting {self.name} goes from {self.minimum} to {self.maximum}; {value} is outside.")
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
    Option("appearance.touch", "flag", False, "Larger buttons, rows and fields, for a finger."),
    Option("surveyor.name", "text", "", "Who is named as the author of what is saved, and as the observer."),
    Option("surveyor.team", "text", "", "The team that the last new survey was made for."),
    Option("surveyor.province", "text", "", "ISO 3166-2 code of the province of the last new survey."),
    Option("files.recent", "list", [], "Surveys that were open lately, the latest first."),
    Option("files.folder", "text", "", "The folder in which the last survey was made or opened."),
    Option("files.photos", "text", "", "The folder that photos were last attached from."),
    Option("files.exports", "text", "", "The folder that the last export or preview went to."),
    Option("table.columns", "list", [], "Columns of the table in order; empty for those of the field table."),
    Option("form.sticky", "map", {}, "Last values of the fields whose value is offered again."),
    Option("form.pinned", "list", [], "Fields whose last value is filled in for a new sighting."),
    Option("gps.source", "text", "", "The GPS source that was used last, as it was typed or chosen."),
    Option(
        "gps.accuracy_m",
        "integer",
        10,
        "A fix with a worse stated accuracy (metres) is warned about.",
        minimum=1,
        maximum=10_000,
    ),
    Option("export.format", "text", "gpkg", "The format of the last export."),
    Option("export.audience", "text", "office", "Whom the last export was for.", choices=("office", "public")),
    Option("window.geometry", "text", "", "Place and size of the window (Qt's own, base 64)."),
    Option("window.layout", "text", "", "Widths of the parts of the window (Qt's own, base 64)."),
)

OPTIONS: dict[str, Option] = {option.name: option for option in _OPTIONS}


def option_named(name: str) -> Option:
    """The setting of that name; raises ``BadInput`` naming the ones there are."""
    option = OPTIONS.get(name)
    if option is None:
        raise BadInput(f"There is no setting {name!r}; the settings are {', '.join(OPTIONS)}.")
    return option
