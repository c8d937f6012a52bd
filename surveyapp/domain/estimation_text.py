"""The model of an estimate as JSON, which is kept with it: read without trusting a word of it."""

from __future__ import annotations

import json
import math
from typing import Any, Final

from surveyapp.domain.estimation import INPUT_BY_NAME, MOST_SAMPLES, SHAPE_BY_KIND, Distribution, Fault, Model, faults
from surveyapp.errors import BadInput
from surveyapp.words import tr

FORMAT: Final = "surveyapp-estimate"
VERSION: Final = 1
"""A newer one is refused, so that its figures are not worked out again by other rules."""

_LONGEST: Final = 1_000_000


def model_text(model: Model) -> str:
    """The model as JSON, the same text for the same model."""
    told: dict[str, Any] = {
        "format": FORMAT, "version": VERSION, "program": model.program, "seed": model.seed, "draws": model.draws,
        "area_m2": float(model.area_m2),
        "bottom_screen_mm": None if model.bottom_screen_mm is None else float(model.bottom_screen_mm),
        "grade_from": list(model.grade_from),
        "inputs": {name: _told(model.inputs[name]) for name in INPUT_BY_NAME if name in model.inputs},
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _told(distribution: Distribution) -> dict[str, Any]:
    lists = {name: list(numbers) for name, numbers in distribution.lists.items()}
    return {"kind": distribution.kind, **distribution.numbers, **lists}


def parse_model(text: object) -> Model:
    """The model that JSON text states. Raises ``BadInput`` with one sentence for each fault; nothing but numbers is
    taken for a number."""
    model, found = read_model(text)
    if model is None or found:
        raise BadInput(" ".join(fault.sentence for fault in found))
    return model


def read_model(text: object) -> tuple[Model | None, list[Fault]]:
    """The model that JSON text states, and what is wrong with it; ``None`` where it cannot be read at all."""
    try:
        return _read(text)
    except _Unread as problem:
        return None, [problem.fault]


class _Unread(Exception):
    """A model that cannot be read, and why."""

    def __init__(self, where: str, sentence: str) -> None:
        super().__init__(sentence)
        self.fault = Fault(where, sentence)


def _read(text: object) -> tuple[Model, list[Fault]]:
    given = _json(text)
    if given.get("format") != FORMAT:
        raise _Unread("", tr('The model does not say "format": "{format}"; it was written by another program.',
                             format=FORMAT))
    version = given.get("version")
    if isinstance(version, bool) or version != VERSION:
        raise _Unread("", tr("The model is of version {version}; this program reads version {known}.", version=version,
                             known=VERSION))
    inputs = given.get("inputs")
    if not isinstance(inputs, dict):
        raise _Unread("inputs", tr('The model has no "inputs".'))
    found: list[Fault] = []
    known = {name: made for name, told in inputs.items() if (made := _distribution(name, told, found)) is not None}
    screen = given.get("bottom_screen_mm")
    model = Model(
        area_m2=_number("area_m2", given.get("area_m2"), found),
        inputs=known,
        bottom_screen_mm=None if screen is None else _number("bottom_screen_mm", screen, found),
        seed=_whole("seed", given.get("seed"), found),
        draws=_whole("draws", given.get("draws"), found),
        program=str(given.get("program") or "")[:100],
        grade_from=_names(given.get("grade_from")),
    )
    told = {fault.where for fault in found}
    return model, found + [fault for fault in faults(model) if fault.where not in told]


def _json(text: object) -> dict[str, Any]:
    if not isinstance(text, str) or not text.strip():
        raise _Unread("", tr("There is no model."))
    if len(text) > _LONGEST:
        raise _Unread("", tr("The model is longer than {most:,} characters; it is none of ours.", most=_LONGEST))
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        raise _Unread("", tr("The model is not JSON; make the estimate again.")) from None
    if not isinstance(given, dict):
        raise _Unread("", tr("The model is not a JSON object; make the estimate again."))
    return given


def _distribution(name: object, told: object, found: list[Fault]) -> Distribution | None:
    """One input as stated; what cannot be a number goes to ``found``. Unknown inputs are told by :func:`faults`."""
    where = str(name)
    if not isinstance(told, dict) or not isinstance(told.get("kind"), str):
        found.append(Fault(where, tr('{input}: "kind" must say the distribution.', input=where)))
        return None
    kind = told["kind"]
    shape = SHAPE_BY_KIND.get(kind)
    if shape is None:
        return Distribution(kind)
    if extra := sorted(set(told) - {"kind", *shape.numbers}):
        found.append(Fault(where, tr("{input}: {kind} takes {known}, not {extra}.", input=where, kind=kind,
                                     known=", ".join(shape.numbers), extra=", ".join(extra))))
    given = {number: told[number] for number in shape.numbers if number in told}
    if not shape.lists:
        return Distribution(kind, {n: _number(where, value, found, n) for n, value in given.items()})
    lists = {}
    for number, values in given.items():
        if not isinstance(values, list) or len(values) > MOST_SAMPLES:
            found.append(Fault(where, tr("{input}: {number} must be a list of numbers.", input=where, number=number)))
            return None
        lists[number] = tuple(_number(where, value, found, number) for value in values)
    return Distribution(kind, {}, lists)


def _number(where: str, value: object, found: list[Fault], part: str = "") -> float:
    """A finite JSON number; anything else goes to ``found``, and 0 stands in for it."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return float(value)
    except OverflowError:
        pass  # a whole number of more digits than a float has: told like any other that is none
    found.append(Fault(where, tr("{input} must be a number.", input=f"{where}: {part}" if part else where)))
    return 0.0


def _whole(where: str, value: object, found: list[Fault]) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    found.append(Fault(where, tr("{input} must be a whole number.", input=where)))
    return 0


def _names(value: object) -> tuple[str, ...]:
    return tuple(str(name) for name in value if isinstance(name, str)) if isinstance(value, list) else ()
