"""Elements of the pages that people read and print: plain HTML, every text escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from pathlib import PurePath

Column = str | tuple[str, str]
"""Title of a column of a table, or title and class."""


class Html(str):
    """Text that is HTML already. Any other text is escaped where it goes into an element."""

    __slots__ = ()


def tag(name: str, *children: str, **attributes: str) -> Html:
    """An element; ``class_`` stands for ``class``, ``_`` for a hyphen. Children that are not HTML are escaped."""
    given = ((key.rstrip("_").replace("_", "-"), html.escape(value)) for key, value in attributes.items() if value)
    told = "".join(f' {key}="{value}"' for key, value in given)
    return Html(f"<{name}{told}>{joined(*children)}</{name}>")


def joined(*parts: str) -> Html:
    """Texts and elements one after the other, the texts escaped."""
    return Html("".join(part if isinstance(part, Html) else html.escape(part) for part in parts))


def isolated(text: str, **attributes: str) -> Html:
    """What people or files are called: in any script, with a direction of its own."""
    return tag("bdi", text, dir="auto", **attributes)


def file_name(path: str, **attributes: str) -> Html:
    """The name ends in Latin letters, whatever it begins with."""
    return tag("bdi", PurePath(path).name, dir="ltr", **attributes)


def soft(*parts: str) -> Html:
    """What matters less."""
    return tag("span", *parts, class_="soft")


def count_cell(count: int, cell: str = "td") -> Html:
    """A cell with a whole number; nothing is paler than something."""
    return tag(cell, f"{count:,}", class_="number zero" if not count else "number")


def listed(parts: Iterable[Html]) -> list[Html]:
    """The parts with commas between them."""
    told: list[Html] = []
    for part in parts:
        told += [joined(", "), part] if told else [part]
    return told


def section(title: str, *content: str, anchor: str = "") -> Html:
    """A part of the page under a heading."""
    return tag("section", tag("h2", title), *content, id=anchor)


def table(caption: str, columns: Sequence[Column], *bodies: str, class_: str = "") -> Html:
    """A table in a box that scrolls by itself where the window is narrow; a column is a title, or one with its
    class."""
    head = tag("tr", *(
        tag("th", c, scope="col") if isinstance(c, str) else tag("th", c[0], scope="col", class_=c[1])
        for c in columns
    ))
    inner = tag("table", tag("caption", caption), tag("thead", head), *bodies, class_=class_)
    return tag("div", inner, class_="scroll", tabindex="0", role="region", aria_label=caption)
