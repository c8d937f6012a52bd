"""Names of samples: ``SWAT1-ZK-26-007`` is the seventh that ZK of the team Swat 1 took in 2026, ``….1`` a part of it.

They are written on bags, so they are short, in capitals and digits, and made so that two teams, or two people of one
team with a laptop each, do not write the same. They are no key: two samples may bear one name (the program warns, and
``check`` lists them), because a file that refused the second could not be merged.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable

from surveyapp.words import tr

_LONGEST = 8
"""Characters of a prefix; a longer team's name is cut down to its initials."""
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)

_NO_GAPS = dict.fromkeys(map(ord, " \t\n\v\f\r\x1c\x1d\x1e\x1f-_/"))


def prefix_of(team: str, survey_uuid: str = "") -> str:
    """Prefix that a team's name gives: "Swat 1" is ``SWAT1``, "Geological Survey, Swat team 3" is ``GSST3``.

    A name without Latin letters gives four characters of the survey's uuid after a T, so that labels stay in letters
    that every scanner can type; without a uuid it gives ``T``.
    """
    words = _words(team)
    if not any(character.isalpha() for word in words for character in word):
        return f"T{survey_uuid.replace('-', '')[:4].upper()}"
    whole = "".join(words)
    return whole if len(whole) <= _LONGEST else _initials(words)[:_LONGEST]


def officer_code(name: str) -> str:
    """Initials of a person: "Zarmina Khan" is ``ZK``; empty for a name without Latin letters."""
    return _initials(word for word in _words(name) if word[0].isalpha())[:4]


def cleaned_code(text: str) -> str:
    """Letters and digits of a code that someone typed, in capitals, 12 at most."""
    return "".join(_words(text))[:12]


def series(prefix: str, officer: str, year: int) -> str:
    """What all IDs of one person's year begin with: ``SWAT1-ZK-26-``."""
    return "".join(f"{part}-" for part in (prefix, officer, f"{year % 100:02d}") if part)


def next_id(stem: str, taken: Iterable[object]) -> str:
    """The ID after the highest one of a series: ``next_id("SWAT1-26-", ["swat1-26-007"])`` is ``SWAT1-26-008``."""
    return f"{stem}{_highest(stem, taken) + 1:03d}"


def child_id(parent: str, taken: Iterable[object]) -> str:
    """ID of the next part of a sample: ``SWAT1-26-007.1``, then ``.2``; a part of that is ``.2.1``."""
    return f"{parent}.{_highest(f'{parent}.', taken) + 1}"


def same_id(one: object, other: object) -> bool:
    """Whether two IDs are the same to a person: capitals, spaces and kind of dash make no difference."""
    return bool(folded_id(one)) and folded_id(one) == folded_id(other)


def folded_id(text: object) -> str:
    """An ID as it is compared: without spaces and dashes, ASCII digits, lower case."""
    if not isinstance(text, str):
        return ""
    if text.isascii():  # nearly all are, and a search folds thousands at each key
        return text.translate(_NO_GAPS).lower()
    plain = unicodedata.normalize("NFKC", text)
    digits = "".join(str(unicodedata.digit(c)) if c.isdecimal() else c for c in plain)
    return re.sub(r"[\s\-_/–—−‐‑]", "", digits).casefold()


def id_warnings(
    sample_id: str, taken: Collection[object], prefix: str = "", parent: str = "", *, gone: Collection[object] = ()
) -> list[str]:
    """What a person should know about an ID before it is saved; none of it forbids it.

    ``taken`` are the IDs of the other samples, ``prefix`` the team's (empty: not asked), ``parent`` the ID of the
    sample that it is a part of, ``gone`` the IDs of samples that there are no more.
    """
    if not sample_id.strip():
        return [tr("The sample has no ID yet; give it one before it goes into a bag.")]
    found = []
    if any(same_id(sample_id, other) for other in taken):
        found.append(tr("Another sample bears this ID already; give each its own."))
    elif any(same_id(sample_id, other) for other in gone):
        found.append(tr("A sample that was deleted or renamed had this ID; its bag may still bear it."))
    if parent and not folded_id(sample_id).startswith(folded_id(parent)):
        found.append(tr("It does not begin with {parent}, the sample that it is a part of.", parent=parent))
    elif not parent and prefix and not folded_id(sample_id).startswith(folded_id(prefix)):
        found.append(tr("It does not begin with {prefix}, the prefix of this team.", prefix=prefix))
    if not sample_id.isascii():
        found.append(tr("It has letters that most scanners and label printers cannot write."))
    return found


def label_text(sample_id: str, uuid: str) -> str:
    """What the QR code of a label holds: ``SWAT1-26-007 6F9619FF-…``.

    Capitals, digits, dash and dot are the signs that a QR code packs most densely (ISO/IEC 18004, alphanumeric mode)
    and that any scanner can type. An ID of other letters stays off; the uuid finds the sample.
    """
    name = sample_id.strip().upper()
    return f"{name} {uuid.upper()}" if re.fullmatch(r"[0-9A-Z $%*+\-./:]+", name) else uuid.upper()


def scanned(text: str) -> tuple[str, str]:
    """ID and uuid (lower case) of a scanned label or of what someone typed; either may be empty."""
    found = _UUID.search(text)
    if found is None:
        return text.strip(), ""
    return f"{text[: found.start()]} {text[found.end() :]}".strip(), found[0].lower()


def _highest(stem: str, taken: Iterable[object]) -> int:
    """The highest number among the IDs that consist of the stem and a number."""
    start = folded_id(stem)
    rests = (folded_id(other)[len(start) :] for other in taken if folded_id(other).startswith(start))
    # Nine digits: a bar code that someone scanned into the field is no number to count on from.
    return max((int(rest) for rest in rests if rest.isdecimal() and len(rest) <= 9), default=0)


def _words(text: str) -> list[str]:
    """Words of Latin letters and digits in capitals, accents dropped."""
    plain = unicodedata.normalize("NFKD", text)
    digits = "".join(str(unicodedata.digit(c)) if c.isdecimal() else c for c in plain)
    ascii_only = "".join(c for c in digits if not unicodedata.combining(c))
    return [word.upper() for word in re.findall(r"[A-Za-z0-9]+", ascii_only)]


def _initials(words: Iterable[str]) -> str:
    """First letters; a number stays whole, as in team 12."""
    return "".join(word if word.isdecimal() else word[0] for word in words)
