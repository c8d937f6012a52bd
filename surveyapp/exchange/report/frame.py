"""The frame that all reports share: one HTML file that asks for nothing, with its style inside and no script."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from string import Template

from surveyapp.assets import resource_text
from surveyapp.exchange.report.markup import Html, joined
from surveyapp.words import tr

_RIGHT_TO_LEFT = ("ur", "ar", "fa", "ps", "sd")


@dataclass(frozen=True, slots=True)
class Look:
    """How a report looks: ``sheets`` are the style sheets of ``resources/report`` in their order, ``schemes`` the
    colour schemes that they know, ``running`` stands over every page on paper but the first, ``pictures`` allows
    pictures that lie in the page."""

    sheets: tuple[str, ...]
    schemes: str = "light"
    running: str = ""
    pictures: bool = False


def language() -> str:
    """Code of the language that the program speaks, such as ``en``."""
    return tr("en")  # a translation gives the code of its own language


def right_to_left() -> bool:
    """Whether it is written from right to left."""
    return language() in _RIGHT_TO_LEFT


def framed(look: Look, title: str, header: str, main: str, footer: str, *, lang: str = "") -> str:
    """The whole page; ``header``, ``main`` and ``footer`` are HTML or texts, ``lang`` is English if not given."""
    lang = lang or "en"
    style = "\n" + "\n".join(resource_text(f"report/{name}") for name in look.sheets)
    if look.running:
        style += _running(look.running, rtl=lang in _RIGHT_TO_LEFT)
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8", "replace")).digest()).decode()
    return Template(resource_text("report/page.html")).substitute(
        lang=lang,
        dir="rtl" if lang in _RIGHT_TO_LEFT else "ltr",
        policy=f"style-src 'sha256-{digest}'" + ("; img-src data:" if look.pictures else ""),
        schemes=look.schemes,
        style=Html(style),
        title=joined(title),
        header=joined(header),
        main=joined(main),
        footer=joined(footer),
    )


def _running(words: str, *, rtl: bool) -> str:
    """The style that puts a text over every page but the first."""
    place, text = "@top-right" if rtl else "@top-left", css_text(words)
    return f'\n@page {{ {place} {{ content: "{text}"; }} }}\n@page :first {{ {place} {{ content: none; }} }}\n'


def css_text(text: str) -> str:
    """A text as it may stand between quotes in a style sheet: whatever is not a plain letter, digit or space goes in by
    its number (CSS Syntax 3, 4.3.7), so that no text can end the string or the sheet."""
    plain = " ".join(text.split()).encode("utf-8", "replace").decode()
    return re.sub(r"[^A-Za-z0-9 ]", lambda found: f"\\{ord(found[0]):x} ", plain)
