"""Measurements as geologists write them, read and written: "045/30 SE", "N45E 30SE", "30→135".

What letters say is held against the strike: a plane cannot dip along its own strike. Which two plain numbers mean
what depends on the house (strike and dip, or dip direction and dip), so the caller says it, and every reading tells
how it was taken.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from surveyapp.domain.orientation import (
    LINE,
    PLANE,
    Line,
    Measure,
    Plane,
    apart,
    compass_point,
    plane_of_dip,
    turned,
)
from surveyapp.errors import BadInput
from surveyapp.words import tr

STRIKE, DIRECTION = "strike", "dip-direction"
"""What the azimuth of two plain numbers is: the strike by the right-hand rule, or the direction of dip."""

_POINT_NAMES = ("N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW")
_AZIMUTH_OF = {name: 22.5 * place for place, name in enumerate(_POINT_NAMES)}
_ALONG_DEG = 22.5
"""Letters of eight points are true to this much; nearer to the strike than this they name its own direction."""

_NUMBER = r"\d{1,3}(?:\.\d+)?"
_QUADRANT = rf"[NS]\s*{_NUMBER}\s*[EW]"
_BEARING = rf"(?:{_QUADRANT}|{_NUMBER}|N\s*-\s*S|S\s*-\s*N|E\s*-\s*W|W\s*-\s*E)"
_GAP = r"\s*[\s/,;-]\s*"
_POINT = r"[NESW]{1,3}"
_WITH_LETTERS = re.compile(rf"({_QUADRANT}(?:{_GAP}|\s*)|{_BEARING}{_GAP})({_NUMBER})[\s/,;-]*(?:TO\s+)?({_POINT})")
_ARROW = re.compile(rf"({_NUMBER})\s*>\s*({_BEARING}|{_POINT})")
_PAIR = re.compile(rf"({_BEARING}){_GAP}({_BEARING})")
_UPRIGHT = re.compile(rf"(?:VERTICAL{_GAP}({_BEARING})|({_BEARING}){_GAP}(?:VERTICAL|V))")
_WORD = re.compile(
    rf"(DIP\s*DIRECTION|DIP\s*DIR|DIP\s*AZIMUTH|DD|STRIKE|DIP|TREND|PLUNGE)\s*[:=]?\s*({_BEARING}|{_POINT})"
    rf"(?:\s*(?:TO\s+)?({_POINT})(?![A-Z]))?"
)
_SIGNS = {ord(s): " " for s in "°º˚⁰'’"} | {ord(s): "-" for s in "−–—"} | {ord(s): ">" for s in "→➔⇒"}
_SIGNS |= {ord("٫"): ".", ord("،"): ","}


class BadMeasurement(BadInput):
    """Text that is no measurement, or one that contradicts itself; ``suggestions`` are texts that would do."""

    def __init__(self, message: str, suggestions: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.suggestions = suggestions


@dataclass(frozen=True, slots=True)
class Reading:
    """A measurement with how it was read, as a sentence; ``changed`` where the typed strike was turned round."""

    measure: Measure
    how: str
    changed: bool = False

    @property
    def kind(self) -> str:
        return PLANE if isinstance(self.measure, Plane) else LINE


def read_measurement(text: str, kind: str = PLANE, numbers: str = STRIKE) -> Reading:
    """The measurement that ``text`` means. ``kind`` (plane or line) and ``numbers`` (:data:`STRIKE` or
    :data:`DIRECTION`) settle what two plain numbers leave open; words such as "plunge" overrule ``kind``.

    Raises ``BadMeasurement`` with one sentence.
    """
    plain = _plain(text)
    if not plain:
        raise BadMeasurement(tr("Type a measurement such as 045/30 SE or 30→135."))
    if _WORD.search(plain):
        return _worded(plain)
    if plain == "HORIZONTAL" and kind == PLANE:
        return Reading(Plane(0.0, 0.0), tr("A horizontal plane."))
    for shape, reader in (
        (_UPRIGHT, _upright), (_WITH_LETTERS, _lettered), (_ARROW, _arrow), (_PAIR, _pair),
    ):
        found = shape.fullmatch(plain)
        if found is not None:
            reading: Reading = reader(found, kind, numbers)
            return reading
    raise BadMeasurement(_not_understood(text))


def _plain(text: str) -> str:
    """Capitals, ASCII digits and one sign each for arrow and dash."""
    folded = text.replace("->", ">").replace("=>", ">").translate(_SIGNS)
    digits = "".join(str(unicodedata.digit(c)) if c.isdecimal() else c for c in folded)
    return re.sub(r"\s+", " ", digits.upper()).strip()


def _not_understood(text: str) -> str:
    return tr(
        "{text} is no measurement that can be read; write strike/dip as 045/30 SE, dip and direction as 30→135.",
        text=f"“{text.strip()[:40]}”",
    )


# --- the shapes --------------------------------------------------------------------------------------------


def _lettered(found: re.Match[str], kind: str, numbers: str) -> Reading:
    """Strike, dip and the side to which it dips."""
    del numbers
    if kind == LINE:
        raise BadMeasurement(tr("Letters after the second number are for planes; write a line as trend/plunge 135/30."))
    return _strike_dip(_azimuth(found[1]), _steepness(found[2], tr("Dip")), found[3])


def _arrow(found: re.Match[str], kind: str, numbers: str) -> Reading:
    del numbers
    azimuth = _AZIMUTH_OF.get(found[2])
    if azimuth is None:
        azimuth = _azimuth(found[2])
    if kind == LINE:
        return Reading(Line(azimuth, _steepness(found[1], tr("Plunge"))), tr("Read as plunge → trend."))
    return Reading(plane_of_dip(azimuth, _steepness(found[1], tr("Dip"))), tr("Read as dip → dip direction."))


def _upright(found: re.Match[str], kind: str, numbers: str) -> Reading:
    del numbers
    if kind == LINE:
        raise BadMeasurement(tr("A vertical line has no trend; write it as 000/90."))
    return Reading(Plane(_azimuth(found[1] or found[2]), 90.0), tr("A vertical plane; read as its strike."))


def _pair(found: re.Match[str], kind: str, numbers: str) -> Reading:
    """Two numbers: the steep one is known by its size, else by how many digits it is written with."""
    first, second = found[1], found[2]
    if _is_azimuth(first) and _is_azimuth(second):
        raise BadMeasurement(tr("Both numbers are azimuths; one of them has to be an angle from 0 to 90."))
    steep_first = _is_azimuth(second) or (_digits(second) == 3 and _digits(first) < 3)
    azimuth = _azimuth(second if steep_first else first)
    steep = first if steep_first else second
    if kind == LINE:
        plunge = _steepness(steep, tr("Plunge"))
        how = tr("Read as plunge/trend.") if steep_first else tr("Read as trend/plunge.")
        return Reading(Line(azimuth, plunge), how)
    dip = _steepness(steep, tr("Dip"))
    if steep_first:
        return Reading(plane_of_dip(azimuth, dip), tr("Read as dip/dip direction."))
    if numbers == DIRECTION and not first.startswith(("N", "S", "E", "W")):
        return Reading(plane_of_dip(azimuth, dip), tr("Read as dip direction/dip."))
    return Reading(Plane(azimuth, dip), tr("Read as strike/dip, dipping to the right of the strike."))


def _worded(plain: str) -> Reading:
    """Numbers that are named: strike 045 dip 30 SE, dip direction 135 dip 30, plunge 30 trend 135."""
    named: dict[str, str] = {}
    letters: dict[str, str] = {}
    for word, number, point in _WORD.findall(plain):
        name = "DIRECTION" if word.startswith("DIP ") or word in ("DD", "DIPDIR", "DIPDIRECTION") else word
        named[name], letters[name] = number, point
    if re.sub(r"[\s/,;-]", "", _WORD.sub("", plain)):
        raise BadMeasurement(_not_understood(plain))
    match sorted(named):
        case ["DIP", "STRIKE"]:
            dip = _steepness(named["DIP"], tr("Dip"))
            return _strike_dip(_azimuth(named["STRIKE"]), dip, letters["DIP"])
        case ["DIP", "DIRECTION"]:
            dip = _steepness(named["DIP"], tr("Dip"))
            return Reading(plane_of_dip(_azimuth(named["DIRECTION"]), dip), tr("Read as dip direction and dip."))
        case ["PLUNGE", "TREND"]:
            line = Line(_azimuth(named["TREND"]), _steepness(named["PLUNGE"], tr("Plunge")))
            return Reading(line, tr("Read as trend and plunge."))
    raise BadMeasurement(tr("A plane needs strike and dip, or dip direction and dip; a line needs trend and plunge."))


def _strike_dip(strike: float, dip: float, point: str) -> Reading:
    """A strike with the side that the letters name: they decide which way along the strike one looks."""
    if not point:
        return Reading(Plane(strike, dip), tr("Read as strike/dip, dipping to the right of the strike."))
    towards = _AZIMUTH_OF.get(point)
    if towards is None:
        raise BadMeasurement(tr("{letters} is no direction; use letters such as SE.", letters=point))
    plane = Plane(strike, dip)
    if dip == 0:
        return Reading(plane, tr("A horizontal plane."))
    off = apart(towards, plane.dip_direction_deg)
    if min(off, 180 - off) > 90 - _ALONG_DEG:
        sides = [compass_point(strike + 90), compass_point(strike - 90)]
        texts = tuple(f"{azimuth_text(strike)}/{angle_text(dip)} {side}" for side in sides)
        raise BadMeasurement(
            tr(
                "A plane that strikes {strike}° does not dip {letters}, along the strike; it dips {one} or {other}.",
                strike=azimuth_text(strike), letters=point, one=sides[0], other=sides[1],
            ),
            texts,
        )
    if off <= 90:
        return Reading(plane, tr("Read as strike/dip."))
    turned_round = turned(strike + 180)
    return Reading(
        Plane(turned_round, dip),
        tr("Strike turned round to {strike}°, so that the plane dips to the right of it.",
           strike=azimuth_text(turned_round)),
        changed=True,
    )


# --- numbers -----------------------------------------------------------------------------------------------


def _azimuth(text: str) -> float:
    """Azimuth of digits, of a quadrant bearing (N45E) or of a pair of points (N-S)."""
    bare = re.sub(r"[\s/,;]", "", text).strip("-")
    quadrant = re.fullmatch(rf"([NS])({_NUMBER})([EW])", bare)
    if quadrant is not None:
        angle = float(quadrant[2])
        if angle > 90:
            raise BadMeasurement(tr("{text}: the angle between two letters goes from 0 to 90.", text=bare))
        signed = angle if quadrant[3] == "E" else -angle
        return turned(signed if quadrant[1] == "N" else 180 - signed)
    if bare in ("N-S", "S-N"):
        return 0.0
    if bare in ("E-W", "W-E"):
        return 90.0
    if bare in _AZIMUTH_OF:
        return _AZIMUTH_OF[bare]
    if not re.fullmatch(_NUMBER, bare):
        raise BadMeasurement(_not_understood(text))
    azimuth = float(bare)
    if azimuth > 360:
        raise BadMeasurement(tr("{text} is no azimuth; it goes from 0 to 360.", text=bare))
    return turned(azimuth)


def _steepness(text: str, what: str) -> float:
    if not re.fullmatch(_NUMBER, text) or float(text) > 90:
        raise BadMeasurement(tr("{what}: {text} is out of range; it goes from 0 to 90.", what=what, text=text))
    return float(text)


def _is_azimuth(text: str) -> bool:
    return not re.fullmatch(_NUMBER, text) or float(text) > 90


def _digits(text: str) -> int:
    return len(text.partition(".")[0])


# --- writing -----------------------------------------------------------------------------------------------


def measure_text(measure: Measure) -> str:
    """As it is written in the field, to a tenth of a degree: "045/30 SE" or, for a line, "30→135"."""
    if isinstance(measure, Line):
        return f"{angle_text(measure.plunge_deg)}→{azimuth_text(measure.trend_deg)}"
    # The letters belong to the strike as it is written, so that what is written reads back.
    side = compass_point(float(azimuth_text(measure.strike_deg)) + 90)
    return f"{azimuth_text(measure.strike_deg)}/{angle_text(measure.dip_deg)} {side}"


def azimuth_text(azimuth_deg: float) -> str:
    """Three digits, and a tenth where there is one: "045", "045.5"."""
    tenths = round(azimuth_deg * 10) % 3600
    return f"{tenths // 10:03d}" + (f".{tenths % 10}" if tenths % 10 else "")


def angle_text(angle_deg: float) -> str:
    """Two digits, and a tenth where there is one: "05", "30.5"."""
    tenths = round(angle_deg * 10)
    return f"{tenths // 10:02d}" + (f".{tenths % 10}" if tenths % 10 else "")
