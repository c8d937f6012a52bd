"""What a format cannot hold, as data: shown by the window and the command line, and checked by the tests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

LOST, CHANGED = "lost", "changed"


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing that a format loses.

    ``what``: a sentence. ``how``: ``lost`` (the field comes back empty) or ``changed`` (it comes back otherwise).
    ``layers``, ``fields``, ``kinds``: of which layers, fields and kinds of fields; empty stands for all. The place of
    a record is the field ``geom``. A loss of the empty layer is about the file as a whole, and about no field.
    """

    what: str
    how: str = LOST
    layers: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()

    def covers(self, layer: str, field: str, kind: str) -> bool:
        """Whether it is about a field of a layer."""
        return (
            (not self.layers or layer in self.layers)
            and (not self.fields or field in self.fields)
            and (not self.kinds or kind in self.kinds)
        )


def declared(losses: Iterable[Loss], layer: str, field: str, kind: str) -> Loss | None:
    """The loss that says it of a field, one that names the field before others, or ``None``."""
    covering = [loss for loss in losses if loss.covers(layer, field, kind)]
    return next((loss for loss in covering if loss.fields), next(iter(covering), None))
