"""The facts of a position in words. No Qt."""

from __future__ import annotations

from collections.abc import Mapping

from surveyapp.domain.fields import SIGHTING
from surveyapp.domain.records import Record, Value


def fact_words(facts: Mapping[str, Value]) -> str:
    """``GPS, averaged · ±3.1 m · RTK fixed · 14 satellites · HDOP 0.8 · mean of 30 fixes``."""
    told = Record(SIGHTING.name, "", facts)
    accuracy = facts.get("accuracy_m")
    parts = [
        told.text("position_source") or "Origin not known",
        f"±{accuracy:g} m" if isinstance(accuracy, int | float) else "accuracy unknown",
        told.text("fix_quality"),
    ]
    for name, words in (
        ("satellites", "{} satellites"),
        ("hdop", "HDOP {}"),
        ("samples_averaged", "mean of {} fixes"),
    ):
        if facts.get(name) is not None:
            parts.append(words.format(facts[name]))
    return " · ".join(part for part in parts if part)


def origin_words(facts: Mapping[str, Value]) -> str:
    """What the record says of the device, log or text that gave the point; empty for a point as typed."""
    text = facts.get("position_text")
    return "" if text is None or facts.get("position_source") == "typed" else str(text)


def place_words(place: Mapping[str, Value]) -> str:
    """``Khyber Pakhtunkhwa · sheet 43 B/5``; empty where neither is known."""
    told = Record(SIGHTING.name, "", place)
    sheet = told.text("toposheet")
    return " · ".join(part for part in (told.text("province"), f"sheet {sheet}" if sheet else "") if part)
