"""What the pages of reports are put together from: numbered figures and tables, lists of facts, rows of cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from surveyapp.exchange.report.markup import Column, Html, isolated, joined, table, tag
from surveyapp.exchange.report.phrases import label
from surveyapp.exchange.report.symbols import sign
from surveyapp.words import tr

_UNCUT_ROWS = 14


class Numbers:
    """Numbers the sections, figures and tables of one page, in the order in which they are made."""

    def __init__(self) -> None:
        self._sections = self._figures = self._tables = 0

    def section(self, title: str, *content: str, anchor: str = "") -> Html:
        """A numbered section."""
        self._sections += 1
        return tag("section", tag("h2", f"{self._sections}  {title}"), *(part for part in content if part), id=anchor)

    def figure(self, picture: str, caption: str, *more: str) -> Html:
        """A picture with its number and caption under it."""
        self._figures += 1
        label = tag("b", tr("Figure {n}.", n=self._figures))
        told = [joined(" ", part) for part in more]
        return tag("figure", Html(picture), tag("figcaption", label, " ", caption, *told))

    def table(self, caption: str, columns: Sequence[Column], *bodies: str, class_: str = "") -> Html:
        """A table with its number and caption over it. A short one is not cut at the end of a sheet."""
        self._tables += 1
        short = sum(body.count("<tr") for body in bodies) <= _UNCUT_ROWS
        return table(tr("Table {n}. {caption}", n=self._tables, caption=caption), columns, *bodies,
                     class_=f"ruled {'uncut ' if short else ''}{class_}".strip())


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and what it is; text is isolated in its direction, HTML stands as it is."""

    name: str
    value: str


def facts(rows: Iterable[Fact]) -> Html:
    """A list of names and values."""
    return tag("dl", *(
        tag("div", tag("dt", row.name), tag("dd", row.value if isinstance(row.value, Html) else isolated(row.value)))
        for row in rows
    ), class_="facts")


def figures(rows: Iterable[tuple[str, str, bool]]) -> Html:
    """Large numbers: (name, number, whether it calls for attention)."""
    return tag("dl", *(
        tag("div", tag("dt", name), tag("dd", isolated(number)), class_="attention" if urgent else "")
        for name, number, urgent in rows
    ), class_="figures")


def heading_cell(*content: str) -> Html:
    """The first cell of a row."""
    return tag("th", *content, scope="row")


def number_cell(text: str) -> Html:
    """A cell with a number that is worded already."""
    return tag("td", text, class_="number zero" if text in ("–", "0") else "number")


def row(*cells: str) -> Html:
    """A row of a table."""
    return tag("tr", *cells)


def note(*words: str) -> Html:
    """A remark under a figure or table."""
    return tag("p", *words, class_="note")


def missing(words: str) -> Html:
    """What a section says that has nothing to show."""
    return tag("p", words, class_="missing")


def gem_sign(gem: str) -> Html:
    """The sign of a gem as large as a letter."""
    return tag("svg", sign(gem, 5), viewBox="-7.5 -7.5 15 15", class_="sign", aria_hidden="true")


def gem_name(gem: str) -> Html:
    """The sign of a gem and its name, on one line."""
    return tag("span", gem_sign(gem), label("gem", gem), class_="gem")


def pair(*content: str) -> Html:
    """Two figures beside each other, where there is room."""
    return tag("div", *content, class_="side-by-side")
