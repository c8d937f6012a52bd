"""What leaves the office for the public: the same rule for exports as for the preview."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from surveyapp.domain.fields import POSITION_FACTS
from surveyapp.domain.records import Value
from surveyapp.domain.template import PUBLIC_GRID_DEG
from surveyapp.domain.validation import layer_named
from surveyapp.exchange.exporters.files import Columns, Table

GRID_DEG = PUBLIC_GRID_DEG
"""Size of the cells to which positions are coarsened unless the office says otherwise; some 10 km."""


@dataclass(frozen=True, slots=True)
class Edition:
    """What the public may have. ``layers``: their columns; ``surveys``: their rows; ``note``: what was done, for the
    output; ``refused``: layers that stay in the office."""

    title: str
    layers: Mapping[str, dict[str, list[object]]]
    note: str
    surveys: Sequence[Mapping[str, Value]] = field(default=())
    refused: tuple[str, ...] = ()


def public_edition_of(
    layers: Mapping[str, Columns],
    *,
    title: str = "",
    surveys: Sequence[Mapping[str, Value]] = (),
    grid_deg: float = GRID_DEG,
) -> Edition:
    """Reduce layers to what the public may have.

    Positions become centres of cells of ``grid_deg`` degrees; fields that may not leave are dropped, and so is
    everything that could find the place again: how the position was got, elevation, toposheet. Texts that hold a
    coordinate or a person's name of any of these layers are withheld. Lines that are the secret themselves (tracks,
    areas), and layers that are not for the public at all, are refused. Raises ``BadInput`` for a bad grid.
    """
    from surveyapp.exchange.preview.audience import public_edition
    from surveyapp.exchange.preview.data import PreviewData

    given = {name: _with_degrees(Table.of(name, columns)) for name, columns in layers.items()}
    edition = public_edition(PreviewData(title=title or "Survey", layers=given, surveys=surveys), grid_deg)
    kept = {
        name: {column: list(values) for column, values in columns.items() if column not in POSITION_FACTS}
        for name, columns in edition.data.layers.items()
    }
    placed = any(layer_named(name).geometry for name in kept)
    cells = f"positions are the centres of cells of {grid_deg:g} degrees, " if placed else ""
    withheld = f", and {edition.withheld} texts that could give them away" if edition.withheld else ""
    note = f"Public edition: {cells}and persons, notes and how positions were got are left out{withheld}."
    refused = tuple(name for name in layers if name not in kept)
    return Edition(edition.data.title, kept, note, edition.data.surveys, refused)


def _with_degrees(table: Table) -> dict[str, Sequence[Value]]:
    """The columns of a table without its geometry, points as longitude and latitude."""
    given: dict[str, Sequence[Value]] = {name: table.columns[name] for name in table.names}
    if table.layer.geometry == "POINT":
        positions = table.positions()
        given["longitude"] = [None if place is None else place[0] for place in positions]
        given["latitude"] = [None if place is None else place[1] for place in positions]
    return given
