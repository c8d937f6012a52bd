"""What the form remembers from one sighting to the next. No Qt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from surveyapp.domain.fields import SIGHTING, Field
from surveyapp.domain.records import Value
from surveyapp.domain.template import OWN


@dataclass(slots=True)
class Memory:
    """``last`` holds the last value of each sticky field, ``pinned`` those filled in by themselves."""

    last: dict[str, Value] = field(default_factory=dict)
    pinned: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, last: Mapping[str, Value] | None, pinned: Iterable[str]) -> Memory:
        """From what settings kept; names that can be no sticky fields are left out. Fields of an office's own are
        kept, though the survey that is open may not have them."""
        return cls({n: v for n, v in (last or {}).items() if _may_stick(n)}, {n for n in pinned if _may_stick(n)})

    def learn(self, values: Mapping[str, Value], asked: Iterable[Field] = SIGHTING.fields) -> None:
        """Take the filled sticky values of a sighting."""
        for known in asked:
            if known.sticky and values.get(known.name) is not None:
                self.last[known.name] = values[known.name]

    def offer(self, name: str, *, empty: bool) -> Value:
        """The value to offer beside a field: the last one, where the field is empty and not pinned."""
        return self.last.get(name) if empty and name not in self.pinned else None

    def set_pinned(self, name: str, *, pinned: bool) -> None:
        """Pin a field, or take the pin out."""
        (self.pinned.add if pinned else self.pinned.discard)(name)


def _may_stick(name: str) -> bool:
    known = SIGHTING.field(name)
    return name == "survey_uuid" or name.startswith(OWN) or (known is not None and known.sticky)
