"""Latitude and longitude as people write them: degrees, degrees and minutes, or with seconds.

Works on the plain text of :mod:`surveyapp.geo.position_text`; knows nothing of datums or places.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace

from surveyapp.errors import BadPosition
from surveyapp.geo.position_text import quoted
from surveyapp.words import tr

_TOKEN = re.compile(
    r"""(?P<number>\d+(?:\.\d*)?|\.\d+)
      | (?P<axis>LAT|LON)
      | (?P<letter>[NSEW])
      | (?P<unit>[°'"DM])
      | (?P<sign>[-+])
      | (?P<join>[:=])
      | (?P<separator>[,;/|&()])
      | (?P<space>[ .]+)""",
    re.VERBOSE,
)
_UNIT_PLACES = {"°": 0, "D": 0, "'": 1, "M": 1, '"': 2}
_UNIT_NAMES = ("degrees", "minutes", "seconds")
_PACKED = {"NS": {4: 2, 6: 2}, "EW": {4: 2, 5: 3, 6: 2, 7: 3}}
"""Digits before the point to digits of degrees, for DDMM, DDDMM, DDMMSS and DDDMMSS (ISO 6709, NMEA 0183)."""


@dataclass(frozen=True)
class Token:
    """A piece of plain text: number, axis, letter, unit, sign, join (a hyphen between numbers), separator."""

    kind: str
    text: str
    spaced: bool = False  # Whether a space stands before it.


@dataclass(frozen=True)
class Angle:
    """One angle as typed. ``parts`` are degrees, minutes, seconds; ``first`` is 1 without degrees."""

    parts: tuple[float, ...]
    decimals: int
    negative: bool
    letter: str
    text: str
    first: int = 0

    @property
    def degrees(self) -> float:
        """Signed value in degrees."""
        size = math.fsum(part / 60 ** (self.first + place) for place, part in enumerate(self.parts))
        return -size if self.negative else size

    @property
    def half_step(self) -> float:
        """Half of the last digit typed, in degrees: how far rounding may have moved the value."""
        return 0.5 / 10.0**self.decimals / 60.0 ** (self.first + len(self.parts) - 1)

    @property
    def notation(self) -> str:
        """DD, DDM or DMS."""
        return ("DD", "DDM", "DMS")[self.first + len(self.parts) - 1]


@dataclass(frozen=True)
class AnglePair:
    """Two angles; ``explicit`` is true when letters or words, not their order, say which is which."""

    latitude: Angle
    longitude: Angle
    explicit: bool

    @property
    def notation(self) -> str:
        """The finer of the two notations."""
        return max(self.latitude.notation, self.longitude.notation, key=("DD", "DDM", "DMS").index)


def parse_angles(plain: str, *, shown: str = "", longitude_first: bool = False) -> AnglePair:
    """Latitude and longitude from plain text; raises ``BadPosition`` with what is wrong in it.

    Two angles without letters are latitude, then longitude, unless ``longitude_first``. Messages quote
    ``shown``, the text as it was typed.
    """
    shown = shown or plain
    tokens = _tokens(_with_decimal_points(_iso_6709(plain)), shown)
    if sum(token.kind == "number" for token in tokens) < 2:
        raise BadPosition(tr("{quoted} is not a position; type a latitude and a longitude.", quoted=quoted(shown)))
    first, second, explicit = _split(tokens, shown)
    one, two = _angle(first, shown), _angle(second, shown)
    named = _axis_of(first, shown), _axis_of(second, shown)
    axis = named[0] or _other(named[1]) or ("EW" if longitude_first else "NS")
    if named[1] == axis:
        raise BadPosition(
            tr("{quoted} gives the same axis twice; type one latitude and one longitude.", quoted=quoted(shown))
        )
    latitude, longitude = (one, two) if axis == "NS" else (two, one)
    return AnglePair(_unpacked(latitude, "NS", shown), _unpacked(longitude, "EW", shown), explicit)


def split_by_letters(tokens: list[Token], shown: str) -> tuple[list[Token], list[Token]]:
    """Two groups of tokens, each with its one letter, from letters that all lead or all follow.

    Raises ``BadPosition`` when two letters do not divide the text into two parts.
    """
    i, j = (place for place, token in enumerate(tokens) if token.kind == "letter")
    head, middle, tail = tokens[:i], tokens[i + 1 : j], tokens[j + 1 :]
    if _has_number(head) and _has_number(middle) and not _has_number(tail):
        return [*head, tokens[i]], [*middle, tokens[j]]
    if _has_number(middle) and _has_number(tail) and not _has_number(head):
        return [tokens[i], *middle], [tokens[j], *tail]
    if _has_number(head) and _has_number(tail) and not _has_number(middle):
        return [*head, tokens[i]], [tokens[j], *tail]
    raise BadPosition(
        tr("{quoted} cannot be divided into two coordinates; put a letter after each.", quoted=quoted(shown))
    )


def _iso_6709(plain: str) -> str:
    """ISO 6709 text (+34.7725-072.3608/) with a space before the second sign, which is no hyphen."""
    return re.sub(r"^([-+]\d+\.?\d*)([-+]\d+\.?\d*)/?$", r"\1 \2", plain)


def _with_decimal_points(plain: str) -> str:
    """Decimal commas as points, where no reading of the commas as separators is possible.

    That is: there is no point in the text, and two numbers hold exactly one comma each.
    """
    chains = re.findall(r"\d+(?:,\d+)+", plain)
    if "." in plain or len(chains) != 2 or any(chain.count(",") != 1 for chain in chains):
        return plain
    return re.sub(r"(?<=\d),(?=\d)", ".", plain)


def _tokens(text: str, shown: str) -> list[Token]:
    tokens: list[Token] = []
    place, spaced = 0, True
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise BadPosition(
                tr(
                    "{quoted} is not a position: {part} cannot be read.",
                    quoted=quoted(shown),
                    part=quoted(text[place:]),
                )
            )
        kind, piece = str(found.lastgroup), found.group()
        place = found.end()
        if kind == "sign" and piece == "-":
            # A hyphen after a number, or with spaces on both sides, only joins: 34-46-21N.
            follows = bool(tokens) and tokens[-1].kind in ("number", "unit")
            if follows and (not spaced or text[place : place + 1] == " "):
                kind = "join"
        if kind != "space":
            tokens.append(Token(kind, piece, spaced))
        spaced = kind == "space"
    return _with_seconds(tokens, shown)


def _with_seconds(tokens: list[Token], shown: str) -> list[Token]:
    """The S of 34D46M21S as the sign for seconds, where it cannot be the south."""
    marked = list(tokens)
    others = {token.text for token in tokens if token.kind == "letter" and token.text != "S"}
    for place, token in enumerate(tokens):
        before = tokens[max(0, place - 2) : place]
        if token.text != "S" or [one.kind for one in before] != ["unit", "number"] or before[0].text != "M":
            continue
        if others and "N" not in others and sum(one.text == "S" for one in tokens) == 1:
            raise BadPosition(
                tr("In {quoted} the S may mean seconds or south; write N or S after the seconds.", quoted=quoted(shown))
            )
        marked[place] = Token("unit", '"')
    return marked


def _split(tokens: list[Token], shown: str) -> tuple[list[Token], list[Token], bool]:
    """Two groups of tokens, one for each angle, and whether letters or words name their axes."""
    if any(token.kind == "axis" for token in tokens):
        return *_split_by_words(tokens, shown), True
    letters = [place for place, token in enumerate(tokens) if token.kind == "letter"]
    if len(letters) > 2:
        raise BadPosition(
            tr("{quoted} has more than two compass letters; type one latitude and longitude.", quoted=quoted(shown))
        )
    if letters == [0, len(tokens) - 1]:  # N34.77 72.36E
        first, second = _split_bare(tokens[1:-1], shown)
        return [tokens[0], *first], [*second, tokens[-1]], True
    if len(letters) == 2:
        return *split_by_letters(tokens, shown), True
    if len(letters) == 1:
        place = letters[0]
        head, tail = tokens[:place], tokens[place + 1 :]
        if _has_number(head) and _has_number(tail):
            return *_split_at_letter(head, tokens[place], tail, shown), True
        first, second = _split_bare([*head, *tail], shown)
        return ([tokens[place], *first], second, True) if tail else (first, [*second, tokens[place]], True)
    return *_split_bare(tokens, shown), False


def _split_at_letter(
    head: list[Token], letter: Token, tail: list[Token], shown: str
) -> tuple[list[Token], list[Token]]:
    """Give the only letter to the number that it touches: 34.77N 72.36, or 34.77 E72.36."""
    touches_next = not tail[0].spaced and tail[0].kind != "separator"
    if not letter.spaced and not touches_next:
        return [*head, letter], tail
    if letter.spaced and touches_next:
        return head, [letter, *tail]
    raise BadPosition(
        tr("In {quoted} it is not clear which number the {text} belongs to.", quoted=quoted(shown), text=letter.text)
    )


def _split_by_words(tokens: list[Token], shown: str) -> tuple[list[Token], list[Token]]:
    places = [place for place, token in enumerate(tokens) if token.kind == "axis"]
    if len(places) != 2:
        raise BadPosition(tr("{quoted} needs both words, latitude and longitude, or none.", quoted=quoted(shown)))
    i, j = places
    head, middle, tail = tokens[:i], tokens[i + 1 : j], tokens[j + 1 :]
    if not _has_number(head) and _has_number(middle) and _has_number(tail):
        return [tokens[i], *middle], [tokens[j], *tail]
    if _has_number(head) and _has_number(middle) and not _has_number(tail):
        return [*head, tokens[i]], [*middle, tokens[j]]
    if not _has_number(head) and not _has_number(middle) and not any(one.kind == "letter" for one in tail):
        first, second = _split_bare(tail, shown)  # A heading: "Lat/Long 34.77, 72.36".
        return [tokens[i], *first], [tokens[j], *second]
    raise BadPosition(tr("{quoted} cannot be divided into a latitude and a longitude.", quoted=quoted(shown)))


def _split_bare(tokens: list[Token], shown: str) -> tuple[list[Token], list[Token]]:
    """Split where no letter says where: at the one separator, the second degree sign, or in the middle."""
    tokens = _trimmed(tokens)
    for wanted in ("separator", "sign", "degree", "number"):
        starts = _second_starts(tokens, wanted)
        if len(starts) == 1:
            return tokens[: starts[0]], tokens[starts[0] :]
    raise BadPosition(
        tr(
            "{quoted} cannot be divided into a latitude and a longitude; type both, followed by N and E.",
            quoted=quoted(shown),
        )
    )


def _second_starts(tokens: list[Token], wanted: str) -> list[int]:
    """Places where the second angle may start by one kind of hint; exactly one is a clear answer."""
    if wanted == "separator":
        return [place for place, token in enumerate(tokens) if token.kind == "separator"]
    if wanted == "sign":
        return [place for place, token in enumerate(tokens) if token.kind == "sign" and place > 0]
    if wanted == "degree":
        marks = [place for place, token in enumerate(tokens) if token.text in ("°", "D")]
        return [marks[1] - 1] if len(marks) == 2 and tokens[marks[1] - 1].kind == "number" else []
    numbers = [place for place, token in enumerate(tokens) if token.kind == "number"]
    loose = [place for place in numbers[1:] if tokens[place - 1].kind != "join"]
    if len(loose) == 1:
        return loose
    return [numbers[len(numbers) // 2]] if len(numbers) in (4, 6) and len(loose) == len(numbers) - 1 else []


def _angle(tokens: list[Token], shown: str) -> Angle:
    tokens = _trimmed([token for token in tokens if token.kind not in ("axis", "separator")])
    letters = [token.text for token in tokens if token.kind == "letter"]
    if len(letters) > 1 or any(token.kind == "letter" for token in tokens[1:-1]):
        raise BadPosition(tr("{quoted} has a compass letter in the middle of a coordinate.", quoted=quoted(shown)))
    tokens = [token for token in tokens if token.kind != "letter"]
    signs = [place for place, token in enumerate(tokens) if token.kind == "sign"]
    if any(place > 0 for place in signs):
        raise BadPosition(tr("{quoted} has a sign in the middle of a coordinate.", quoted=quoted(shown)))
    signed = tokens[0].text if signs else ""
    if signed == "-" and letters:
        raise BadPosition(
            tr("{quoted} has both a minus sign and a compass letter; use one of them.", quoted=quoted(shown))
        )
    numbers, first = _numbers(tokens[len(signs) :], shown)
    if not numbers:
        raise BadPosition(tr("{quoted} is not a position; type a latitude and a longitude.", quoted=quoted(shown)))
    if len(numbers) > 3 - first:
        raise BadPosition(
            tr("{quoted} has more than degrees, minutes and seconds in one coordinate.", quoted=quoted(shown))
        )
    if any("." in number for number in numbers[:-1]):
        raise BadPosition(tr("In {quoted} only the last part of a coordinate can have decimals.", quoted=quoted(shown)))
    parts = tuple(float(number) for number in numbers)
    for place, part in enumerate(parts, start=first):
        if place > 0 and part >= 60:
            raise BadPosition(
                tr(
                    "In {quoted} {unit} of {part:g} are impossible; they end at 60.",
                    quoted=quoted(shown),
                    unit=_UNIT_NAMES[place],
                    part=part,
                )
            )
    letter = letters[0] if letters else ""
    text = " ".join(token.text for token in tokens[len(signs) :]).replace(" °", "°").replace(" '", "'")
    decimals = len(numbers[-1].partition(".")[2])
    return Angle(
        parts, decimals, signed == "-" or letter in ("S", "W"), letter, text.replace(' "', '"'), first
    )


def _numbers(tokens: list[Token], shown: str) -> tuple[list[str], int]:
    """The numbers of one angle, and the place (0 degrees, 1 minutes) of the first."""
    numbers: list[str] = []
    first = 0
    for place, token in enumerate(tokens):
        if token.kind == "number":
            numbers.append(token.text)
        elif token.kind == "unit":
            if not numbers or tokens[place - 1].kind != "number":
                raise BadPosition(
                    tr("{quoted} has a {text} without a number before it.", quoted=quoted(shown), text=token.text)
                )
            if len(numbers) == 1:
                first = _UNIT_PLACES[token.text]
            if first == 2 or _UNIT_PLACES[token.text] != first + len(numbers) - 1:
                raise BadPosition(
                    tr("{quoted} does not go degrees, minutes, seconds in that order.", quoted=quoted(shown))
                )
    return numbers, first


def _unpacked(angle: Angle, axis: str, shown: str) -> Angle:
    """An angle such as 3446.35N or 0722139E (degrees and minutes run together) taken apart."""
    whole = angle.text.partition(".")[0]
    split = _PACKED[axis].get(len(whole))
    if not angle.letter or split is None or not re.fullmatch(r"\d+(?:\.\d*)?", angle.text):
        return angle
    pieces = [whole[:split], *(whole[place : place + 2] for place in range(split, len(whole), 2))]
    pieces[-1] += angle.text[len(whole) :]
    apart = _angle([Token("number", piece) for piece in pieces], shown)
    return replace(apart, negative=angle.negative, letter=angle.letter, text=angle.text)


def _trimmed(tokens: list[Token]) -> list[Token]:
    """Without separators and joins at either end."""
    start, end = 0, len(tokens)
    while start < end and tokens[start].kind in ("separator", "join"):
        start += 1
    while end > start and tokens[end - 1].kind in ("separator", "join"):
        end -= 1
    return tokens[start:end]


def _has_number(tokens: list[Token]) -> bool:
    return any(token.kind == "number" for token in tokens)


def _axis_of(tokens: list[Token], shown: str) -> str:
    """The axis, NS or EW, by the letter and word in a group; empty without either."""
    named = {"LAT": "NS", "LON": "EW", "N": "NS", "S": "NS", "E": "EW", "W": "EW"}
    axes = {named[token.text] for token in tokens if token.kind in ("axis", "letter")}
    if len(axes) > 1:
        raise BadPosition(
            tr("In {quoted} a word and a letter disagree about latitude and longitude.", quoted=quoted(shown))
        )
    return axes.pop() if axes else ""


def _other(axis: str) -> str:
    return {"NS": "EW", "EW": "NS"}.get(axis, "")
