"""Values as text, the same on every machine: what identities are made of hangs on it."""

from __future__ import annotations

from surveyapp.domain.records import Value


def text_of(value: Value) -> str:
    """A value as text, the same on every machine."""
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)
