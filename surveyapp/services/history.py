"""The history as people and programs read it: who changed which field from what to what."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from surveyapp.domain.fields import GEOMETRY, LAYER_BY_NAME
from surveyapp.domain.geometry import point_of
from surveyapp.domain.merge import Revision, record_state
from surveyapp.domain.records import Value


def entries(revisions: Iterable[Revision]) -> list[dict[str, Any]]:
    """One entry for each revision, in the order given, with the fields that it changed: ``changes`` is a list of
    ``{field, before, after}``."""
    known: dict[tuple[str, str], dict[str, Revision]] = {}
    told = []
    for revision in revisions:
        siblings = known.setdefault((revision.layer, revision.record), {})
        told.append({
            "revision": revision.revision, "layer": revision.layer, "record": revision.record,
            "operation": revision.operation, "author": revision.author, "device": revision.device, "at": revision.at,
            "initiator": revision.initiator, "change_set": revision.change_set, "parents": list(revision.parents),
            "changes": _changes(revision, siblings),
        })
        siblings[revision.revision] = revision
    return told


def _changes(revision: Revision, siblings: dict[str, Revision]) -> list[dict[str, Any]]:
    parents = [siblings[p] for p in revision.parents if p in siblings]
    if len(parents) == 1:
        before = dict(parents[0].body or {})
    elif parents:
        before = dict(record_state(siblings.values()).body or {})
    else:
        before = {}
    after = dict(revision.body or {})
    names = sorted(revision.changed - {"deleted"}) if revision.changed is not None else sorted({*before, *after})
    return [
        {"field": name, "before": _shown(name, before.get(name)), "after": _shown(name, after.get(name))}
        for name in names if before.get(name) != after.get(name) or revision.operation == "resolve"
    ]


def _shown(name: str, value: Value) -> Value:
    if name == GEOMETRY:
        point = point_of(value)
        return f"{point[1]:.6f} {point[0]:.6f}" if point else value
    return value


def lines(told: Iterable[dict[str, Any]]) -> list[str]:
    """Entries as lines for people."""
    found = []
    for entry in told:
        layer = LAYER_BY_NAME.get(entry["layer"])
        title = layer.title.lower() if layer else entry["layer"]
        how = f" ({entry['initiator']})" if entry["initiator"] else ""
        found.append(f"{entry['at'] or 'time unknown'}  {entry['author'] or 'unknown'}  {entry['operation']} {title} "
                     f"{entry['record']}{how}")
        found += [f"    {c['field']}: {c['before']!r} -> {c['after']!r}" for c in entry["changes"]]
    return found
