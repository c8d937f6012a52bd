"""The facts of a position in words. No Qt."""

from __future__ import annotations

from collections.abc import Mapping

from surveyapp.domain.fields import SIGHTING
from surveyapp.domain.records import Record, Value
from surveyapp.words import tr


def fact_words(facts: Mapping[str, Value]) -> str:
    """``GPS, averaged · ±3.1 m · RTK fixed · 14 satellites · HDOP 0.8 · mean of 30 fixes``."""
    told = Record(SIGHTING.name, "", facts)
    accuracy = facts.get("accuracy_m")
    parts = [
        told.text("position_source") or tr("Origin not known"),
        tr("±{accuracy} m", accuracy=f"{accuracy:g}") if isinstance(accuracy, int | float) else tr("accuracy unknown"),
        told.text("fix_quality"),
    ]
    satellites, hdop, averaged = (facts.get(name) for name in ("satellites", "hdop", "samples_averaged"))
    if satellites is not None:
        parts.append(tr("{count} satellites", count=satellites))
    if hdop is not None:
        parts.append(tr("HDOP {hdop}", hdop=hdop))
    if averaged is not None:
        parts.append(tr("mean of {count} fixes", count=averaged))
    return " · ".join(part for part in parts if part)


def origin_words(facts: Mapping[str, Value]) -> str:
    """What the record says of the device, log or text that gave the point; empty for a point as typed."""
    text = facts.get("position_text")
    return "" if text is None or facts.get("position_source") == "typed" else str(text)


def place_words(place: Mapping[str, Value]) -> str:
    """``Khyber Pakhtunkhwa · Swat · sheet 43 B/5``; empty where none of it is known."""
    told = Record(SIGHTING.name, "", place)
    sheet = told.text("toposheet")
    parts = (told.text("province"), told.text("district"), tr("sheet {sheet}", sheet=sheet) if sheet else "")
    return " · ".join(part for part in parts if part)
