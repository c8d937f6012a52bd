"""The page of a merge report: plain HTML, no script, every text escaped."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from surveyapp import __version__
from surveyapp.domain.fields import DATETIME, GEOMETRY, LAYER_BY_NAME
from surveyapp.domain.merge import DELETED, Conflict
from surveyapp.domain.records import Value
from surveyapp.exchange.report.disputes import Side, dispute_body
from surveyapp.exchange.report.frame import Look, framed
from surveyapp.exchange.report.markup import (
    Column,
    Html,
    count_cell,
    file_name,
    isolated,
    joined,
    listed,
    section,
    soft,
    table,
    tag,
)
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
_LOOK = Look(("page.css", "dark.css"), schemes="light dark")

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


def page(account: Account) -> str:
    """The whole page."""
    report = account.report
    heading = "What a merge would do" if report.dry_run else "Merge report"
    name = Path(report.out).name
    sections = [
        _about(report), _verdict(account), _totals(report), _packages(account), _teams(report), _disputes(account),
        _rejected(report), _notes(report), _held(report), _glossary(),
    ]
    header = joined(tag("h1", heading), "\n", tag("p", "into ", file_name(name), f" · {_when(report.at)}"))
    return framed(
        _LOOK, f"{heading}: {name}", header, Html("\n".join(part for part in sections if part)),
        f"Made by SurveyApp {__version__}. This page is one file and asks nothing of any network.",
    )


_COUNT_COLUMNS = [(name.capitalize(), "number") for name in COUNTS]


def _count_cells(counts: Mapping[str, int]) -> list[Html]:
    return [count_cell(counts[name]) for name in COUNTS]


# --- what it is ---------------------------------------------------------------------------------------


def _about(report: MergeReport) -> Html:
    teams = {team_of(package) for package in report.packages}
    what = "A dry run: nothing was written" if report.dry_run else "A merge"
    packages = counted(len(report.packages), "package", "packages")
    facts = [
        ("What", what),
        ("Result", tag("bdi", report.out, dir="ltr")),
        ("When", _when(report.at)),
        ("By", isolated(report.author)),
        ("Packages", f"{packages} of {counted(len(teams), 'team', 'teams')}"),
    ]
    return tag("dl", *(tag("div", tag("dt", name), tag("dd", value)) for name, value in facts), class_="facts")


def _when(at: str) -> str:
    return f"{moment_words(at)} Pakistan time"


def _verdict(account: Account) -> Html:
    """What to do now, in a sentence or three."""
    report = account.report
    name = file_name(report.out)
    lines: list[Html] = []
    if not report.changed:
        lines.append(joined(name, " holds all of it already; ",
                             "a merge would change nothing." if report.dry_run else "the merge changed nothing."))
    elif not report.dry_run:
        lines.append(joined("The merge is done; the packages are as they were."))
    if report.conflicts:
        words = counted(report.conflicts, "disagreement", "disagreements")
        waits = "would wait" if report.dry_run else "waits" if report.conflicts == 1 else "wait"
        lines.append(joined(tag("a", words, href="#conflicts"), f" {waits} for a decision."))
    if report.rejected:
        lines.append(joined(tag("a", counted(len(report.rejected), "row", "rows"), href="#rejected"),
                             " could not be taken."))
    if not report.conflicts and not report.rejected:
        lines.append(joined("Nothing needs a decision."))
    kind = "warn" if report.conflicts or report.rejected else "good"
    return tag("div", *(tag("p", line) for line in lines), class_=f"verdict {kind}")


def _totals(report: MergeReport) -> Html:
    """The sums of all packages, large."""
    totals = report.totals
    figures = []
    for name in COUNTS:
        number = tag("dd", f"{totals[name]:,}", class_="" if totals[name] else "zero")
        look = "attention" if name in ("conflicting", "rejected") and totals[name] else ""
        figures.append(tag("div", tag("dt", name.capitalize()), number, class_=look))
    return section("Records", tag("dl", *figures, class_="figures"))


# --- packages and teams -------------------------------------------------------------------------------


def _packages(account: Account) -> Html:
    report = account.report
    rows = [
        tag("tr", tag("th", *_package(account, package), scope="row"), *_count_cells(package.counts))
        for package in report.packages
    ]
    foot = Html()
    if len(report.packages) > 1:
        foot = tag("tfoot", tag("tr", tag("th", "All packages", scope="row"), *_count_cells(report.totals)))
    caption = "What each package brought" if not report.dry_run else "What each package would bring"
    return section("By package", table(caption, ["Package", *_COUNT_COLUMNS], tag("tbody", *rows), foot,
                                         class_="counts"))


def _package(account: Account, package: PackageReport) -> list[Html]:
    surveys = [isolated(name) for name in package.surveys[:_MOST_SURVEYS]]
    more = len(package.surveys) - len(surveys)
    told = listed(surveys) + ([joined(f" and {more} more")] if more > 0 else [])
    return [
        tag("strong", file_name(package.file, title=package.file)),
        tag("span", isolated(team_of(package)), *([soft(" · ", *told)] if told else []), class_="line"),
        tag("span", *_history(account, package), soft(
            " · SHA-256 ", tag("code", package.sha256[:_SHORT_HASH], class_="short", title=package.sha256),
            tag("code", package.sha256, class_="full"),
        ), class_="line"),
    ]


def _history(account: Account, package: PackageReport) -> list[Html]:
    """Whether the package was merged before."""
    twin = given_twice(account.report, package)
    if twin is not None:
        return [tag("span", "given twice", class_="chip"), joined(" the same as "), file_name(twin.file)]
    if merged_before(package):
        author = account.merged_by.get(package.content)
        by = [joined(" by "), isolated(author)] if author else []
        return [tag("span", "merged before", class_="chip"), joined(f" on {_when(package.known_since or '')}"), *by]
    return [tag("span", "not merged before", class_="chip fresh")]


def _teams(report: MergeReport) -> Html:
    teams = by_team(report)
    if len(report.packages) < 2:
        return Html()
    rows = [
        tag("tr", tag("th", isolated(t.team), scope="row"), count_cell(t.packages), *_count_cells(t.counts))
        for t in teams
    ]
    columns: list[Column] = ["Team", ("Packages", "number"), *_COUNT_COLUMNS]
    return section("By team", table("What the packages of each team add up to", columns, tag("tbody", *rows),
                                      class_="counts"))


# --- what to decide -----------------------------------------------------------------------------------


def _disputes(account: Account) -> Html:
    report, disputes = account.report, account.disputes
    if not report.conflicts:
        return Html()
    name = Path(report.out).name
    notes = [joined("Every value is kept; the one marked ", _for_now(), " holds until somebody decides.")]
    if not report.dry_run:
        command = tag("code", f"surveyapp resolve {name} CONFLICT --side A", dir="ltr", class_="command")
        notes.append(joined("Decide in the window, or on the command line, by the name of the conflict:", command))
    columns: list[Column] = [
        ("Record", "record"), ("Field", "field"), ("Before", "before"), ("Side", "side"), "Value", ("Who", "who"),
        ("When (Pakistan time)", "moment"),
    ]
    bodies = [_dispute(d) for d in disputes[:MOST_ROWS]]
    return section(
        f"Open disagreements ({len(disputes):,})", *(tag("p", note) for note in notes),
        table("Fields in which people disagree", columns, *bodies, class_="disputes") if bodies else "",
        *_more(len(disputes) - MOST_ROWS), anchor="conflicts",
    )


def _dispute(dispute: Dispute) -> Html:
    conflict = dispute.conflict
    layer = LAYER_BY_NAME[conflict.layer]
    record = [
        tag("strong", isolated(dispute.caption)),
        tag("span", f"{layer.title} ", tag("code", conflict.record[:8], title=conflict.record), class_="line soft"),
        tag("span", "conflict ", tag("code", conflict.conflict[:8], title=conflict.conflict), class_="line soft"),
    ]
    sides = [
        Side(side_name(place), readable(conflict, one.value), one.author or "unknown",
             moment_words(one.at) or "unknown", _stands(conflict, one.value))
        for place, one in enumerate(conflict.values)
    ]
    return dispute_body(record, field_label(conflict), readable(conflict, conflict.ancestor), sides, "for now")


def _for_now() -> Html:
    return tag("span", "for now", class_="chip")


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
        return joined("deleted" if value else "kept")
    if value is None or value == "":
        return tag("i", "empty", class_="soft")
    if conflict.field == GEOMETRY:
        point = shown(conflict, value)
        return tag("bdi", str(point), dir="ltr") if point != value else joined("a line or area")
    found = LAYER_BY_NAME[conflict.layer].field(conflict.field)
    if found is not None and found.vocabulary is not None:
        return isolated(found.vocabulary.english(value))
    if found is not None and found.kind == DATETIME:
        return joined(moment_words(value))
    text = f"{value:.15g}" if isinstance(value, float) else str(value)
    return isolated(f"{text} {found.unit}" if found is not None and found.unit else text)


def _more(count: int) -> list[Html]:
    if count <= 0:
        return []
    return [tag("p", f"{count:,} more are not shown here; the report as JSON has them all.")]


# --- what could not be taken, and what is there -------------------------------------------------------


def _rejected(report: MergeReport) -> Html:
    if not report.rejected:
        return Html()
    rows = [
        tag("tr", tag("td", file_name(row["package"])), tag("td", isolated(str(row.get("layer", "")))),
             tag("td", isolated(reason_words(str(row.get("reason", ""))))), tag("td", *_row_words(row.get("body"))))
        for row in report.rejected[:MOST_ROWS]
    ]
    return section(
        f"Rows that could not be taken ({len(report.rejected):,})",
        table("Rows that a rule of their table forbids", ["Package", "Table", "Why", "Row"], tag("tbody", *rows),
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
        return [isolated(_cut(str(body or "")))]
    filled = [(name, value) for name, value in values.items() if value is not None]
    return [
        tag("span", soft(isolated(name), ": "), isolated(_cut(str(value))), class_="pair") for name, value in filled
    ]


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_CHARACTERS else text[:_MOST_CHARACTERS] + " …"


def _notes(report: MergeReport) -> Html:
    rows = [
        tag("tr", tag("th", file_name(package.file), scope="row"), tag("td", isolated(note)))
        for package in report.packages for note in package.notes
    ]
    if not rows:
        return Html()
    return section("Differences of structure", table(
        "Fields and tables that others added", ["Package", "What was different"], tag("tbody", *rows), class_="notes"
    ))


def _held(report: MergeReport) -> Html:
    rows = [
        tag("tr", tag("th", LAYER_BY_NAME[name].plural, scope="row"), count_cell(count))
        for name, count in report.records.items() if count
    ]
    if not rows:
        return Html()
    name = Path(report.out).name
    title = f"What {name} would hold" if report.dry_run else f"What {name} holds"
    total = tag("tfoot", tag("tr", tag("th", "All", scope="row"), count_cell(sum(report.records.values()))))
    return section(title, table("Records of each kind", ["Kind", ("Records", "number")], tag("tbody", *rows), total,
                                  class_="held"))


def _glossary() -> Html:
    words = [tag("div", tag("dt", name.capitalize()), tag("dd", words)) for name, words in _WORDS.items()]
    return section("What the words mean", tag("dl", *words, class_="glossary"))
