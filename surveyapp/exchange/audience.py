"""What leaves the office for the public: the same rule for exports as for the preview."""

from __future__ import annotations

from surveyapp.domain.fields import POSITION_FACTS
from surveyapp.domain.validation import layer_named
from surveyapp.errors import Refused
from surveyapp.exchange.exporters.files import Columns, Table
from surveyapp.words import tr

GRID_DEG = 0.1
"""Size of the cells to which positions are coarsened unless the office says otherwise; some 10 km."""


def coarsen(columns: Columns, layer: str, grid_deg: float = GRID_DEG) -> tuple[dict[str, list[object]], str]:
    """(columns that the public may have, a sentence for the output that says what was done).

    Positions become centres of cells of ``grid_deg`` degrees; fields that may not leave are dropped, and so
    is everything that could find the place again: how the position was got, elevation, toposheet. Texts
    that hold a coordinate or a person's name are withheld. Raises ``Refused`` for layers whose lines are
    the secret itself (tracks, areas) or that are not for the public at all, ``BadInput`` for a bad grid.
    """
    from surveyapp.exchange.preview.audience import public_edition
    from surveyapp.exchange.preview.data import PreviewData

    definition = layer_named(layer)
    table = Table.of(layer, columns)
    given = {name: columns[name] for name in table.names}
    if definition.geometry == "POINT":
        positions = table.positions()
        given["longitude"] = [None if place is None else place[0] for place in positions]
        given["latitude"] = [None if place is None else place[1] for place in positions]
    edition = public_edition(PreviewData(title=definition.title, layers={layer: given}), grid_deg)
    if layer not in edition.data.layers:
        raise Refused(tr("{plural} are not for the public; export another layer.", plural=tr(definition.plural)))
    kept = {name: list(values) for name, values in edition.data.layers[layer].items() if name not in POSITION_FACTS}
    cells = f"positions are the centres of cells of {grid_deg:g} degrees, " if definition.geometry else ""
    withheld = f", and {edition.withheld} texts that could give them away" if edition.withheld else ""
    return kept, (f"Public edition: {cells}and persons, notes and how positions were got are left out{withheld}.")
