"""One map from a file in the list of layers, and the text that keeps it in the settings."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from surveyapp.errors import BadInput

GroundKind = Literal["tiles", "vector-tiles", "picture", "relief", "shapes"]
KINDS: tuple[GroundKind, ...] = get_args(GroundKind)
COLOURS = 6
"""How many colours of their own there are for layers of shapes."""


@dataclass(frozen=True)
class GroundLayer:
    """A layer of a file: ``layer`` is its table there (empty: the file is one layer).

    ``beside`` is the way to the file from the folder of the survey it was added to, with forward slashes, so
    that a stick with both works wherever it is put in; empty if the file was somewhere else. ``opacity`` is in
    percent. ``colour`` (0 to ``COLOURS`` - 1) is for shapes. ``one_band``: it may be shown as a picture or as
    relief.
    """

    path: Path
    kind: GroundKind
    title: str
    layer: str = ""
    shown: bool = True
    opacity: int = 100
    colour: int = 0
    one_band: bool = False
    beside: str = ""

    @property
    def key(self) -> tuple[Path, str]:
        """Which layer of which file it is: a list holds it once."""
        return self.path, self.layer

    @property
    def what(self) -> tuple[Path, str, str]:
        """What decides how its source is opened."""
        return self.path, self.layer, self.kind

    def text(self) -> str:
        """One line of JSON for the settings."""
        facts = {
            "path": str(self.path),
            "kind": self.kind,
            "title": self.title,
            "layer": self.layer,
            "shown": self.shown,
            "opacity": self.opacity,
            "colour": self.colour,
            "one_band": self.one_band,
            "beside": self.beside,
        }
        return json.dumps(facts, ensure_ascii=False)

    def found_from(self, folder: Path | None) -> GroundLayer:
        """This layer with its file where it is now: at its path, else beside the survey in ``folder``."""
        if self.beside and folder is not None and not self.path.is_file():
            moved = folder / self.beside
            if moved.is_file():
                return replace(self, path=moved)
        return self


def parse_layer(text: str) -> GroundLayer:
    """The layer of a line that :meth:`GroundLayer.text` wrote; raises ``BadInput`` for any other."""
    try:
        facts = json.loads(text)
    except ValueError as problem:
        raise BadInput("A map layer in the settings is not JSON; add the map again.") from problem
    if not isinstance(facts, dict) or facts.get("kind") not in KINDS or not _text(facts, "path"):
        raise BadInput("A map layer in the settings does not say which file it is; add the map again.")
    return GroundLayer(
        Path(_text(facts, "path")),
        facts["kind"],
        _text(facts, "title") or Path(_text(facts, "path")).stem,
        _text(facts, "layer"),
        facts.get("shown") is not False,
        _number(facts, "opacity", 100, 100),
        _number(facts, "colour", 0, COLOURS - 1),
        facts.get("one_band") is True,
        _text(facts, "beside"),
    )


def beside(path: Path, folder: Path | None) -> str:
    """The way to a file from a folder that it lies in or below; empty if it lies elsewhere."""
    if folder is None or not path.is_relative_to(folder):
        return ""
    return path.relative_to(folder).as_posix()


def _text(facts: dict[str, Any], name: str) -> str:
    value = facts.get(name)
    return value if isinstance(value, str) else ""


def _number(facts: dict[str, Any], name: str, otherwise: int, most: int) -> int:
    value = facts.get(name)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most:
        return value
    return otherwise
