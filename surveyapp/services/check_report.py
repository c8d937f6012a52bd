"""The page of a check, for the sender of a survey: what stands in the way of each level, and what to do about it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from surveyapp import __version__
from surveyapp.domain.fields import LAYER_BY_NAME
from surveyapp.domain.findings import meaning
from surveyapp.domain.fixes import may_be_mended
from surveyapp.domain.records import Record, utc_text
from surveyapp.domain.validation import ERROR, Issue
from surveyapp.errors import BadInput, Refused
from surveyapp.exchange.exporters.files import replacing
from surveyapp.exchange.report.frame import Look, framed, language
from surveyapp.exchange.report.markup import Html, file_name, isolated, joined, section, soft, table, tag
from surveyapp.exchange.report.parts import Fact, facts, missing, note, row
from surveyapp.exchange.report.phrases import moment_words
from surveyapp.services.checking import LEVEL_WORDS, LEVELS, CheckResult
from surveyapp.services.mending import fixes
from surveyapp.storage.gpkg import SurveyFile
from surveyapp.words import ntr, tr

MOST_LOOKED_AT = 1000
"""Findings of one code that are tried for a fix."""
MOST_RECORDS = 200
"""Records that the page names of one kind of finding; it says how many more there are."""


def write_check_report(file: SurveyFile, result: CheckResult, out: Path) -> None:
    """Write the page beside and swap it in. Raises ``BadInput`` for another ending than .html."""
    if out.suffix.casefold() not in (".html", ".htm"):
        raise BadInput(tr("{name} should end in .html.", name=out.name))
    if out.exists() and out.samefile(file.path):
        raise Refused(tr("{out} is the survey itself; choose a name that ends in .html.", out=out))
    page = check_page(file, result)
    with replacing(out) as beside:
        beside.write_text(page, "utf-8", errors="replace")


def check_page(file: SurveyFile, result: CheckResult) -> str:
    """The whole page, in the language of the program."""
    by_level: dict[int, dict[_Key, list[Issue]]] = defaultdict(lambda: defaultdict(list))
    for issue in result.issues:
        by_level[issue.level][issue.code, issue.layer, issue.field or ""].append(issue)
    names = record_names(file, _named(result.issues))
    parts = [
        section(tr("Level {n}: {what}", n=level, what=tr(what)), *_level(file, by_level[level], names))
        for level, what in LEVELS.items()
    ]
    header = tag("div", tag("h1", joined(tr("Check of {name}", name=""), file_name(str(file.path)))),
                 tag("p", tr(LEVEL_WORDS[result.level]), class_="lead"))
    return framed(Look(("page.css", "dark.css", "check.css"), schemes="light dark"),
                  tr("Check of {name}", name=file.path.name), header,
                  joined(_summary(file, result), *parts), _footer(), lang=language())


_Key = tuple[str, str, str]
"""Code, layer and field of a kind of findings."""


def _summary(file: SurveyFile, result: CheckResult) -> Html:
    warnings = len(result.issues) - result.errors
    surveys = ", ".join(str(s.get("name") or "") for s in file.surveys())
    found = Counter(issue.level for issue in result.issues)
    steps = [
        tag("li", tag("b", tr("Level {n}: {what}", n=level, what=tr(what))),
            ntr("{count} finding", "{count} findings", found[level], count=f"{found[level]:,}") if found[level]
            else tr("reached") if level <= result.level else tr("nothing of its own stands in the way"),
            class_="" if found[level] else "done")
        for level, what in LEVELS.items()
    ]
    what = tr("Begin with level 1. Open the survey in the program and press Check (F8): it goes to each record, and "
              "mends by one press what it can. Then check again and send the survey anew.")
    todo = [tag("p", what, class_="what")] if result.issues else []
    return section(tr("In short"), facts([
        Fact(tr("Survey"), surveys or file.path.stem),
        Fact(tr("Findings"), tr(", ").join([
            ntr("{count} error", "{count} errors", result.errors, count=f"{result.errors:,}"),
            ntr("{count} warning", "{count} warnings", warnings, count=f"{warnings:,}"),
        ])),
        Fact(tr("Checked"), moment_words(utc_text())),
    ]), tag("ol", *steps, class_="steps"), *todo)


def _level(file: SurveyFile, kinds: Mapping[_Key, list[Issue]], names: Mapping[tuple[str, str], str]) -> Iterator[Html]:
    if not kinds:
        yield missing(tr("Nothing stands in the way of this level."))
    ordered = sorted(kinds, key=lambda kind: (kinds[kind][0].severity != ERROR, -len(kinds[kind]), kind))
    for kind in ordered:
        yield _kind(kind, kinds[kind], names, _can_mend(file, kinds[kind]))


def _can_mend(file: SurveyFile, issues: Sequence[Issue]) -> int:
    """How many findings of a kind a press mends. Of very many some are tried, and all are counted if one of them can be
    mended."""
    asked = [issue for issue in issues if may_be_mended(issue)]
    tried = sum(fix is not None for _issue, fix in fixes(file, asked[:MOST_LOOKED_AT]))
    return tried if len(asked) <= MOST_LOOKED_AT or not tried else len(asked)


def _kind(kind: _Key, found: Sequence[Issue], names: Mapping[tuple[str, str], str], can_mend: int) -> Html:
    code, layer, field = kind
    first = found[0].message
    alike = all(issue.message == first for issue in found)
    title = first if alike or not meaning(code) else tr(meaning(code))
    grave = found[0].severity == ERROR
    about = [
        ntr("{count} finding", "{count} findings", len(found), count=f"{len(found):,}"), *_place(layer, field),
        *([ntr("the program can mend {count}: press Mend in the window, or run ‘check --fix’",
               "the program can mend {count}: press Mend in the window, or run ‘check --fix’", can_mend,
               count=f"{can_mend:,}")] if can_mend else []),
    ]
    shown = found[:MOST_RECORDS]
    rest = len(found) - len(shown)
    more = [note(tr("and {n} more", n=f"{rest:,}"))] if rest > 0 else []
    chip = tag("span", tr("error") if grave else tr("warning"), class_="chip")
    return tag("div", tag("h3", isolated(title), " ", chip), tag("p", " · ".join(about), class_="where"),
               _records(shown, names) if alike else _rows(title, shown, names), *more,
               class_="kind grave" if grave else "kind")


def _place(layer: str, field: str) -> list[str]:
    definition = LAYER_BY_NAME.get(layer)
    known = definition.field(field) if definition else None
    return [part for part in (tr(definition.plural) if definition else "", tr(known.title) if known else "") if part]


def _records(found: Sequence[Issue], names: Mapping[tuple[str, str], str]) -> Html:
    """Records of which the title says all there is to say."""
    if not any(issue.record for issue in found):
        return Html("")
    return tag("ul", *(tag("li", _record(issue, names)) for issue in found), class_="records")


def _rows(title: str, found: Sequence[Issue], names: Mapping[tuple[str, str], str]) -> Html:
    """Records with what is wrong with each."""
    rows = [row(tag("td", _record(issue, names)), tag("td", isolated(issue.message))) for issue in found]
    return table(title, [tr("Record"), tr("What to mend")], tag("tbody", *rows))


def _record(issue: Issue, names: Mapping[tuple[str, str], str]) -> Html:
    if not issue.record:
        return soft("–")
    name = names.get((issue.layer, issue.record), "")
    return joined(isolated(name), " " if name else "", tag("code", issue.record[:8], title=issue.record))


def _named(issues: Iterable[Issue]) -> Iterator[Issue]:
    """The findings whose records the page names."""
    seen: Counter[tuple[int, str, str, str]] = Counter()
    for issue in issues:
        kind = (issue.level, issue.code, issue.layer, issue.field or "")
        seen[kind] += 1
        if seen[kind] <= MOST_RECORDS:
            yield issue


def record_names(file: SurveyFile, issues: Iterable[Issue]) -> dict[tuple[str, str], str]:
    """What people call the records that findings are about, by layer and uuid."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for issue in issues:
        if issue.record and issue.layer in LAYER_BY_NAME:
            wanted[issue.layer].add(issue.record)
    return {
        (layer, record.uuid): _caption(record)
        for layer, uuids in wanted.items()
        for record in file.records(layer, uuids)
    }


def _caption(record: Record) -> str:
    caption = record.text(record.definition.caption) if record.definition.caption else ""
    gem = record.text("gem") if record.layer in ("sighting", "estimate") else ""
    return ", ".join(part for part in (gem, caption) if part)


def _footer() -> Html:
    return tag("p", tr("Made by SurveyApp {version}. A sighting is an occurrence, never a reserve.",
                       version=__version__), class_="soft")
