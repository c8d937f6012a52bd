"""The page of a merge report: plain HTML, no script, every text escaped."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import Template

from surveyapp import __version__
from surveyapp.assets import resource_text
from surveyapp.domain.fields import DATETIME, GEOMETRY, LAYER_BY_NAME
from surveyapp.domain.merge import DELETED, Conflict
from surveyapp.domain.records import Value
from surveyapp.services.conflicts import shown, side_name
from surveyapp.services.merging import (
    by_team,
    counted,
    given_twice,
    merged_before,
    moment_words,
    team_of,
)
from surveyapp.storage.merged import COUNTS, MergeReport, PackageReport

MOST_ROWS = 1000
"""Conflicts and rejected rows that the page lists; it says how many more there are, and the JSON has them all."""

_MOST_SURVEYS = 6
_MOST_CHARACTERS = 600  # of a rejected row
_SHORT_HASH = 12

_WORDS = {
    "new": "Records that the result did not hold before.",
    "same": "Records that it held already, just the same.",
    "updated": "Only the package had changed the record, so its version stands.",
    "combined": "Both sides had changed the record, in different fields; both changes stand.",
    "conflicting": "Both sides had changed the same field, or one had deleted what the other changed. Both values are "
                   "kept until somebody decides. Counted by record; one record may have several disagreements.",
    "deleted": "The package had deleted the record; its history is kept.",
    "rejected": "Rows of others' tables that a rule of the table forbids. They are kept in a list, with the reason.",
}


@dataclass(frozen=True, slots=True)
class Dispute:
    """An open conflict and what its record is called."""

    conflict: Conflict
    caption: str


@dataclass(frozen=True, slots=True)
class Account:
    """A merge report with what is read up for it: the open conflicts of the result, and by whom a package that was
    merged before was merged (by its content)."""

    report: MergeReport
    disputes: list[Dispute] = field(default_factory=list)
    merged_by: dict[str, str] = field(default_factory=dict)


Column = str | tuple[str, str]
"""Title of a column of a table, or title and class."""


class Html(str):
    """Text that is HTML already. Any other text is escaped where it goes into an element."""

    __slots__ = ()


def page(account: Account) -> str:
    """The whole page."""
    report = account.report
    style = "\n" + resource_text("report/page.css")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    heading = "What a merge would do" if report.dry_run else "Merge report"
    name = Path(report.out).name
    sections = [
        _about(report), _verdict(account), _totals(report), _packages(account), _teams(report), _disputes(account),
        _rejected(report), _notes(report), _held(report), _glossary(),
    ]
    return Template(resource_text("report/page.html")).substitute(
        policy=f"sha256-{digest}",
        style=style,
        title=_joined(f"{heading}: {name}"),
        heading=heading,
        subject=_joined("into ", _file_name(name), f" · {_when(report.at)}"),
        main="\n".join(section for section in sections if section),
        footer=_joined(f"Made by SurveyApp {__version__}. This page is one file and asks nothing of any network."),
    )


# --- elements -----------------------------------------------------------------------------------------


def _tag(name: str, *children: str, **attributes: str) -> Html:
    """An element; ``class_`` stands for ``class``, ``_`` for a hyphen. Children that are not HTML are escaped."""
    given = ((key.rstrip("_").replace("_", "-"), html.escape(value)) for key, value in attributes.items() if value)
    told = "".join(f' {key}="{value}"' for key, value in given)
    return Html(f"<{name}{told}>{_joined(*children)}</{name}>")


def _joined(*parts: str) -> Html:
    return Html("".join(part if isinstance(part, Html) else html.escape(part) for part in parts))


def _text(text: str, **attributes: str) -> Html:
    """What people or files are called: in any script, with a direction of its own."""
    return _tag("bdi", text, dir="auto", **attributes)


def _file_name(path: str, **attributes: str) -> Html:
    """The name ends in Latin letters, whatever it begins with."""
    return _tag("bdi", Path(path).name, dir="ltr", **attributes)


def _soft(*parts: str) -> Html:
    return _tag("span", *parts, class_="soft")


def _number(count: int, cell: str = "td") -> Html:
    return _tag(cell, f"{count:,}", class_="number zero" if not count else "number")


def _section(title: str, *content: str, anchor: str = "") -> Html:
    return _tag("section", _tag("h2", title), *content, id=anchor)


def _table(caption: str, columns: Sequence[Column], *bodies: str, class_: str = "") -> Html:
    """A table in a box that scrolls by itself where the window is narrow; a column is a title, or one with its
    class."""
    head = _tag("tr", *(
        _tag("th", c, scope="col") if isinstance(c, str) else _tag("th", c[0], scope="col", class_=c[1])
        for c in columns
    ))
    table = _tag("table", _tag("caption", caption), _tag("thead", head), *bodies, class_=class_)
    return _tag("div", table, class_="scroll", tabindex="0", role="region", aria_label=caption)


_COUNT_COLUMNS = [(name.capitalize(), "number") for name in COUNTS]


def _count_cells(counts: Mapping[str, int]) -> list[Html]:
    return [_number(counts[name]) for name in COUNTS]


# --- what it is ---------------------------------------------------------------------------------------


def _about(report: MergeReport) -> Html:
    teams = {team_of(package) for package in report.packages}
    what = "A dry run: nothing was written" if report.dry_run else "A merge"
    packages = counted(len(report.packages), "package", "packages")
    facts = [
        ("What", what),
        ("Result", _tag("bdi", report.out, dir="ltr")),
        ("When", _when(report.at)),
        ("By", _text(report.author)),
        ("Packages", f"{packages} of {counted(len(teams), 'team', 'teams')}"),
    ]
    return _tag("dl", *(_tag("div", _tag("dt", name), _tag("dd", value)) for name, value in facts), class_="facts")


def _when(at: str) -> str:
    return f"{moment_words(at)} Pakistan time"


def _verdict(account: Account) -> Html:
    """What to do now, in a sentence or three."""
    report = account.report
    name = _file_name(report.out)
    lines: list[Html] = []
    if not report.changed:
        lines.append(_joined(name, " holds all of it already; ",
                             "a merge would change nothing." if report.dry_run else "the merge changed nothing."))
    elif not report.dry_run:
        lines.append(_joined("The merge is done; the packages are as they were."))
    if report.conflicts:
        words = counted(report.conflicts, "disagreement", "disagreements")
        waits = "would wait" if report.dry_run else "waits" if report.conflicts == 1 else "wait"
        lines.append(_joined(_tag("a", words, href="#conflicts"), f" {waits} for a decision."))
    if report.rejected:
        lines.append(_joined(_tag("a", counted(len(report.rejected), "row", "rows"), href="#rejected"),
                             " could not be taken."))
    if not report.conflicts and not report.rejected:
        lines.append(_joined("Nothing needs a decision."))
    kind = "warn" if report.conflicts or report.rejected else "good"
    return _tag("div", *(_tag("p", line) for line in lines), class_=f"verdict {kind}")


def _totals(report: MergeReport) -> Html:
    """The sums of all packages, large."""
    totals = report.totals
    figures = []
    for name in COUNTS:
        number = _tag("dd", f"{totals[name]:,}", class_="" if totals[name] else "zero")
        look = "attention" if name in ("conflicting", "rejected") and totals[name] else ""
        figures.append(_tag("div", _tag("dt", name.capitalize()), number, class_=look))
    return _section("Records", _tag("dl", *figures, class_="figures"))


# --- packages and teams -------------------------------------------------------------------------------


def _packages(account: Account) -> Html:
    report = account.report
    rows = [
        _tag("tr", _tag("th", *_package(account, package), scope="row"), *_count_cells(package.counts))
        for package in report.packages
    ]
    foot = Html()
    if len(report.packages) > 1:
        foot = _tag("tfoot", _tag("tr", _tag("th", "All packages", scope="row"), *_count_cells(report.totals)))
    caption = "What each package brought" if not report.dry_run else "What each package would bring"
    return _section("By package", _table(caption, ["Package", *_COUNT_COLUMNS], _tag("tbody", *rows), foot,
                                         class_="counts"))


def _package(account: Account, package: PackageReport) -> list[Html]:
    surveys = [_text(name) for name in package.surveys[:_MOST_SURVEYS]]
    more = len(package.surveys) - len(surveys)
    told = _listed(surveys) + ([_joined(f" and {more} more")] if more > 0 else [])
    return [
        _tag("strong", _file_name(package.file, title=package.file)),
        _tag("span", _text(team_of(package)), *([_soft(" · ", *told)] if told else []), class_="line"),
        _tag("span", *_history(account, package), _soft(
            " · SHA-256 ", _tag("code", package.sha256[:_SHORT_HASH], class_="short", title=package.sha256),
            _tag("code", package.sha256, class_="full"),
        ), class_="line"),
    ]


def _listed(parts: Iterable[Html]) -> list[Html]:
    told: list[Html] = []
    for part in parts:
        told += [_joined(", "), part] if told else [part]
    return told


def _history(account: Account, package: PackageReport) -> list[Html]:
    """Whether the package was merged before."""
    twin = given_twice(account.report, package)
    if twin is not None:
        return [_tag("span", "given twice", class_="chip"), _joined(" the same as "), _file_name(twin.file)]
    if merged_before(package):
        author = account.merged_by.get(package.content)
        by = [_joined(" by "), _text(author)] if author else []
        return [_tag("span", "merged before", class_="chip"), _joined(f" on {_when(package.known_since or '')}"), *by]
    return [_tag("span", "not merged before", class_="chip fresh")]


def _teams(report: MergeReport) -> Html:
    teams = by_team(report)
    if len(report.packages) < 2:
        return Html()
    rows = [
        _tag("tr", _tag("th", _text(t.team), scope="row"), _number(t.packages), *_count_cells(t.counts)) for t in teams
    ]
    columns: list[Column] = ["Team", ("Packages", "number"), *_COUNT_COLUMNS]
    return _section("By team", _table("What the packages of each team add up to", columns, _tag("tbody", *rows),
                                      class_="counts"))


# --- what to decide -----------------------------------------------------------------------------------


def _disputes(account: Account) -> Html:
    report, disputes = account.report, account.disputes
    if not report.conflicts:
        return Html()
    name = Path(report.out).name
    notes = [_joined("Every value is kept; the one marked ", _for_now(), " holds until somebody decides.")]
    if not report.dry_run:
        command = _tag("code", f"surveyapp resolve {name} CONFLICT --side A", dir="ltr", class_="command")
        notes.append(_joined("Decide in the window, or on the command line, by the name of the conflict:", command))
    columns: list[Column] = [
        ("Record", "record"), ("Field", "field"), ("Before", "before"), ("Side", "side"), "Value", ("Who", "who"),
        ("When (Pakistan time)", "moment"),
    ]
    bodies = [_dispute(d) for d in disputes[:MOST_ROWS]]
    return _section(
        f"Open disagreements ({len(disputes):,})", *(_tag("p", note) for note in notes),
        _table("Fields in which people disagree", columns, *bodies, class_="disputes") if bodies else "",
        *_more(len(disputes) - MOST_ROWS), anchor="conflicts",
    )


def _dispute(dispute: Dispute) -> Html:
    conflict = dispute.conflict
    layer = LAYER_BY_NAME[conflict.layer]
    span = str(len(conflict.values))
    record = _tag(
        "th", _tag("strong", _text(dispute.caption)),
        _tag("span", f"{layer.title} ", _tag("code", conflict.record[:8], title=conflict.record), class_="line soft"),
        _tag("span", "conflict ", _tag("code", conflict.conflict[:8], title=conflict.conflict), class_="line soft"),
        scope="rowgroup", rowspan=span,
    )
    before = _tag("td", readable(conflict, conflict.ancestor), rowspan=span)
    rows = []
    for index, value in enumerate(conflict.values):
        first = [record, _tag("td", _text(field_label(conflict)), rowspan=span), before] if index == 0 else []
        stands = [" ", _for_now()] if _stands(conflict, value.value) else []
        rows.append(_tag(
            "tr", *first, _tag("td", side_name(index), class_="side"),
            _tag("td", readable(conflict, value.value), *stands, class_="value"),
            _tag("td", _text(value.author or "unknown")), _tag("td", moment_words(value.at) or "unknown"),
        ))
    return _tag("tbody", *rows)


def _for_now() -> Html:
    return _tag("span", "for now", class_="chip")


def _stands(conflict: Conflict, value: Value) -> bool:
    return value == conflict.chosen and isinstance(value, str) == isinstance(conflict.chosen, str)


def field_label(conflict: Conflict) -> str:
    """What the disputed field is called."""
    if conflict.field == DELETED:
        return "Deleted or kept"
    if conflict.field == GEOMETRY:
        return "Position" if LAYER_BY_NAME[conflict.layer].geometry == "POINT" else "Shape"
    found = LAYER_BY_NAME[conflict.layer].field(conflict.field)
    return found.title if found else conflict.field


def readable(conflict: Conflict, value: Value) -> Html:
    """A value as a person reads it: the label of a code, a number with its unit, Pakistan time, a position in
    degrees."""
    if conflict.field == DELETED:
        return _joined("deleted" if value else "kept")
    if value is None or value == "":
        return _tag("i", "empty", class_="soft")
    if conflict.field == GEOMETRY:
        point = shown(conflict, value)
        return _tag("bdi", str(point), dir="ltr") if point != value else _joined("a line or area")
    found = LAYER_BY_NAME[conflict.layer].field(conflict.field)
    if found is not None and found.vocabulary is not None:
        return _text(found.vocabulary.english(value))
    if found is not None and found.kind == DATETIME:
        return _joined(moment_words(value))
    text = f"{value:.15g}" if isinstance(value, float) else str(value)
    return _text(f"{text} {found.unit}" if found is not None and found.unit else text)


def _more(count: int) -> list[Html]:
    if count <= 0:
        return []
    return [_tag("p", f"{count:,} more are not shown here; the report as JSON has them all.")]


# --- what could not be taken, and what is there -------------------------------------------------------


def _rejected(report: MergeReport) -> Html:
    if not report.rejected:
        return Html()
    rows = [
        _tag("tr", _tag("td", _file_name(row["package"])), _tag("td", _text(str(row.get("layer", "")))),
             _tag("td", _text(reason_words(str(row.get("reason", ""))))), _tag("td", *_row_words(row.get("body"))))
        for row in report.rejected[:MOST_ROWS]
    ]
    return _section(
        f"Rows that could not be taken ({len(report.rejected):,})",
        _table("Rows that a rule of their table forbids", ["Package", "Table", "Why", "Row"], _tag("tbody", *rows),
               class_="rejected"),
        *_more(len(report.rejected) - MOST_ROWS), anchor="rejected",
    )


_RULES = (
    (re.compile(r"UNIQUE constraint failed: (.*)"), "another row has the same value of {} already"),
    (re.compile(r"NOT NULL constraint failed: (.*)"), "{} is empty, which the table does not allow"),
    (re.compile(r"CHECK constraint failed: (.*)", re.DOTALL), "it breaks a rule of the table: {}"),
)


def reason_words(reason: str) -> str:
    """SQLite's reason in words."""
    for pattern, words in _RULES:
        match = pattern.fullmatch(reason)
        if match:
            columns = ", ".join(name.strip().rpartition(".")[2] for name in match[1].split(","))
            return words.format(match[1] if "CHECK" in reason else columns)
    return reason


def _row_words(body: object) -> list[Html]:
    """A rejected row as ``name: value`` pairs."""
    try:
        values = json.loads(str(body))
    except ValueError:
        values = None
    if not isinstance(values, dict):
        return [_text(_cut(str(body or "")))]
    filled = [(name, value) for name, value in values.items() if value is not None]
    return [
        _tag("span", _soft(_text(name), ": "), _text(_cut(str(value))), class_="pair") for name, value in filled
    ]


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_CHARACTERS else text[:_MOST_CHARACTERS] + " …"


def _notes(report: MergeReport) -> Html:
    rows = [
        _tag("tr", _tag("th", _file_name(package.file), scope="row"), _tag("td", _text(note)))
        for package in report.packages for note in package.notes
    ]
    if not rows:
        return Html()
    return _section("Differences of structure", _table(
        "Fields and tables that others added", ["Package", "What was different"], _tag("tbody", *rows), class_="notes"
    ))


def _held(report: MergeReport) -> Html:
    rows = [
        _tag("tr", _tag("th", LAYER_BY_NAME[name].plural, scope="row"), _number(count))
        for name, count in report.records.items() if count
    ]
    if not rows:
        return Html()
    name = Path(report.out).name
    title = f"What {name} would hold" if report.dry_run else f"What {name} holds"
    total = _tag("tfoot", _tag("tr", _tag("th", "All", scope="row"), _number(sum(report.records.values()))))
    return _section(title, _table("Records of each kind", ["Kind", ("Records", "number")], _tag("tbody", *rows), total,
                                  class_="held"))


def _glossary() -> Html:
    words = [_tag("div", _tag("dt", name.capitalize()), _tag("dd", words)) for name, words in _WORDS.items()]
    return _section("What the words mean", _tag("dl", *words, class_="glossary"))
