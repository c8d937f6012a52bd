"""The facts of a position in words. No Qt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from surveyapp.domain.fields import SIGHTING
from surveyapp.domain.records import Record, Value
from surveyapp.ui.forms.track_words import length_words
from surveyapp.words import tr

if TYPE_CHECKING:
    from surveyapp.geo.where import Held, Where


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


def doubt_words(at: Where) -> str:
    """``Swat, or Shangla (boundary 400 m away, position ±5 m, boundary ±5 km)``: which other province or district the
    point may lie in, and the sheet beyond an edge. Empty where nothing is in doubt."""
    held = ((at.province, at.province_accuracy_m), (at.district, at.boundary_accuracy_m))
    told = [words for one, accuracy_m in held if (words := _either_words(one, at.accuracy_m, accuracy_m))]
    if at.toposheet and at.next_sheets:
        told.append(tr("Sheet {sheet}, or {others}", sheet=at.toposheet, others=_listed(at.next_sheets)))
    return " · ".join(told)


def _either_words(held: Held, own_m: float | None, boundary_m: float | None) -> str:
    if held.certain:
        return ""
    facts = [
        tr("boundary {distance} away", distance=length_words(held.others[0][1] if held.others else held.edge_m or 0.0)),
        tr("position {accuracy}", accuracy=_within(own_m)),
        tr("boundary {accuracy}", accuracy=_within(boundary_m)),
    ]
    others = _listed([name for name, _metres in held.others])
    told = {"name": held.name, "others": others, "facts": ", ".join(facts)}
    if held.name and others:
        return tr("{name}, or {others} ({facts})", **told)
    if held.name:
        return tr("{name}, or outside it ({facts})", **told)
    return tr("Perhaps {others} ({facts})", **told)


def _within(metres: float | None) -> str:
    return tr("of unknown accuracy") if metres is None else f"±{length_words(metres)}"


def _listed(names: Sequence[str]) -> str:
    return tr(" or ").join(names)


def area_notes(at: Where) -> Iterator[str]:
    """What a person should know of the licences and protected areas at a point, in sentences."""
    if len(at.licences) > 1:
        yield tr("Here licences overlap: {names}.", names=tr(" and ").join(at.licences))
    for name, metres in at.maybe:
        yield tr("It may lie in the licence {name}, {distance} away.", name=name, distance=length_words(metres))
    for name in at.protected:
        yield tr("It lies in the protected area {name}.", name=name)
    for name, metres in at.maybe_protected:
        yield tr("It may lie in the protected area {name}, {distance} away.", name=name, distance=length_words(metres))
