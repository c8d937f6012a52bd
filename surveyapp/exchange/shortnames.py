"""Names of columns for formats that allow ten characters (dBASE, in a shapefile)."""

from __future__ import annotations

from collections.abc import Iterable

_LONGEST = 10


def short_names(names: Iterable[str]) -> dict[str, str]:
    """``{name: short name}`` for those that are too long: words cut evenly, all different, always the same.

    >>> short_names(["position_source"])
    {'position_source': 'posit_sour'}
    """
    names = tuple(names)
    used = {name for name in names if len(name) <= _LONGEST}
    made: dict[str, str] = {}
    for name in names:
        if len(name) > _LONGEST:
            short = _unused(_cut(name), used)
            used.add(short)
            made[name] = short
    return made


def _cut(name: str) -> str:
    words = name.split("_")
    while len("_".join(words)) > _LONGEST and max(map(len, words)) > 1:
        # The longest word gives a letter, the last one first.
        place = max(range(len(words)), key=lambda index: (len(words[index]), index))
        words[place] = words[place][:-1]
    return "_".join(words)[:_LONGEST]


def _unused(short: str, used: set[str]) -> str:
    number, candidate = 1, short
    while candidate in used:
        number += 1
        candidate = f"{short[: _LONGEST - len(str(number))]}{number}"
    return candidate
