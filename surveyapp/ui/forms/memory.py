"""What the form remembers from one sighting to the next. No Qt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from surveyapp.domain.fields import SIGHTING
from surveyapp.domain.records import Value


@dataclass(slots=True)
class Memory:
    """``last`` holds the last value of each sticky field, ``pinned`` those filled in by themselves."""

    last: dict[str, Value] = field(default_factory=dict)
    pinned: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, last: Mapping[str, Value] | None, pinned: Iterable[str]) -> Memory:
        """From what settings kept; names that are no sticky fields are left out."""
        names = {f.name for f in SIGHTING.fields if f.sticky}
        return cls({n: v for n, v in (last or {}).items() if n in names}, set(pinned) & names)

    def learn(self, values: Mapping[str, Value]) -> None:
        """Take the filled sticky values of a sighting."""
        for known in SIGHTING.fields:
            if known.sticky and values.get(known.name) is not None:
                self.last[known.name] = values[known.name]

    def offer(self, name: str, *, empty: bool) -> Value:
        """The value to offer beside a field: the last one, where the field is empty and not pinned."""
        return self.last.get(name) if empty and name not in self.pinned else None

    def set_pinned(self, name: str, *, pinned: bool) -> None:
        """Pin a field, or take the pin out."""
        (self.pinned.add if pinned else self.pinned.discard)(name)
