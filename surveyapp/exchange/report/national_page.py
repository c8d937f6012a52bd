"""The page of the national report. Every sum links to the estimates that it rests on; Reserves, Resources and estimates
that comply with no reporting code stand apart, and nothing is added across gems or categories."""

from __future__ import annotations

from collections.abc import Sequence

from surveyapp.domain.estimate_rules import RESERVES, RESOURCES
from surveyapp.exchange.report import charts
from surveyapp.exchange.report.charts import Axis, Plot, Range
from surveyapp.exchange.report.drawing import FULL_WIDTH
from surveyapp.exchange.report.frame import Look, framed, language, right_to_left
from surveyapp.exchange.report.markup import Column, Html, count_cell, isolated, joined, listed, soft, tag
from surveyapp.exchange.report.national_facts import (
    ADDED,
    LEFT_OUT,
    OVERLAPS,
    SUPERSEDED,
    Evidence,
    NationalFacts,
    SumRow,
)
from surveyapp.exchange.report.parts import Numbers, figures, gem_name, heading_cell, missing, note, number_cell, row
from surveyapp.exchange.report.phrases import date_words, figure, known, label, moment_words
from surveyapp.exchange.report.raster import heat_figure
from surveyapp.exchange.report.survey_page import (
    SHEETS,
    header_of,
    map_section,
    place_table,
    signatures,
    source_boxes,
)
from surveyapp.exchange.report.survey_sections import conflicts_section
from surveyapp.words import mark, ntr, tr

_BY = {
    "nation": (mark("In the whole file"), ""),
    "province": (mark("By province"), mark("Province")),
    "district": (mark("By district"), mark("District")),
    "deposit": (mark("By deposit"), mark("Deposit")),
}
_FATES = {
    ADDED: mark("added"), SUPERSEDED: mark("superseded"), OVERLAPS: mark("not added: overlaps"),
    LEFT_OUT: mark("not added"),
}
_MOST_RANGES = 14


def national_page(told: NationalFacts) -> str:
    """The whole report, in the language of the program."""
    number = Numbers()
    running = " · ".join(part for part in (tr("National report"), told.survey.title) if part)
    rest = [one.category for one in told.sums.get("nation", ()) if one.category not in (*RESERVES, *RESOURCES)]
    sections = [
        _front(told), map_section(told.survey, number),
        _sums(told, number, tr("Ore Reserves"), RESERVES, none=tr(
            "No estimate in the file supports an Ore Reserve. A Reserve is the part of a compliant Resource that is "
            "worth mining, with a method, a date, a source, a named competent person, and a recovery.")),
        _sums(told, number, tr("Mineral Resources"), RESOURCES, none=tr(
            "No estimate in the file supports a Mineral Resource. A Resource needs an outlined area, a method, a date, "
            "a source, a named competent person, the sizes of the stones, and a basis for their price.")),
        _sums(told, number, tr("Estimates that comply with no reporting code"), tuple(dict.fromkeys(rest)),
              none=tr("There are none.")),
        _not_added(told, number), _occurrences(told, number), _prospectivity(told, number),
        conflicts_section(told.survey, number), _appendix(told, number), signatures(),
    ]
    footer = tr("Made by SurveyApp {version} on {when} Pakistan time. This page is one file and asks nothing of any "
                "network.", version=told.survey.provenance.version, when=moment_words(told.survey.provenance.made_at))
    header = header_of(told.survey, tr("National report"))
    return framed(Look(SHEETS, running=running, pictures=True), running, header,
                  Html("\n".join(part for part in sections if part)), footer, lang=language())


# --- front -------------------------------------------------------------------------------------------


def _front(told: NationalFacts) -> Html:
    rows = [
        (tr("Sightings"), f"{told.survey.sightings:,}", False), (tr("Finds"), f"{told.survey.finds:,}", False),
        (tr("None found"), f"{told.survey.absences:,}", False),
        (tr("Areas"), f"{len(told.survey.areas):,}", False), (tr("Estimates"), f"{len(told.evidence):,}", False),
        (tr("Check level"), f"{told.survey.level} / 3", told.survey.level < 3),
        (tr("Disagreements"), f"{len(told.survey.disagreements):,}", bool(told.survey.disagreements)),
    ]
    rules = tag("ul", *(tag("li", words) for words in told.words))
    warning = tag("p", tr("Sightings are occurrences. They are counted, never turned into carats or tonnes: a Resource "
                          "or a Reserve comes from an estimate of an outlined area and from nothing else."),
                  class_="verdict")
    return tag("section", source_boxes(told.survey), figures(rows), warning,
               tag("div", tag("h2", tr("How the figures are made")), rules), class_="front")


# --- sums --------------------------------------------------------------------------------------------


def _sums(told: NationalFacts, number: Numbers, title: str, categories: Sequence[str], *, none: str) -> Html:
    tables: list[str] = []
    for by, (caption, place) in _BY.items():
        rows = [one for one in told.sums.get(by, ()) if one.category in categories]
        if rows:
            tables.append(_sum_table(number, tr(caption), tr(place) if place else "", rows))
    if not tables:
        return number.section(title, missing(none))
    simulated = any(one.independent for rows in told.sums.values() for one in rows if one.category in categories)
    words = [tr("Carats: sums of the single P90, P50 and P10.")]
    if simulated:
        words.append(tr("Below in grey, the simulated sum, which takes the areas to be independent."))
    words.append(tr("A dash means that one of the estimates does not state it. E numbers lead to the appendix."))
    return number.section(title, *tables, note(" ".join(words)), *_range_figures(told, number, categories))


def _sum_table(number: Numbers, caption: str, place: str, rows: Sequence[SumRow]) -> Html:
    columns: list[Column] = [
        *([place] if place else []), tr("Gem"), tr("Category"), (tr("Areas"), "number"), (tr("Tonnes"), "number"),
        (tr("Low (ct)"), "number"), (tr("Best (ct)"), "number"), (tr("High (ct)"), "number"), tr("Rests on"),
    ]
    body = [
        row(
            *([heading_cell(isolated(one.place))] if place else []),
            tag("td", gem_name(one.gem)), tag("td", label("estimate_category", one.category)),
            count_cell(one.areas), _plain(one.tonnage_t),
            *(_carats(value, one.independent[n] if one.independent else None)
              for n, value in enumerate((one.low_ct, one.best_ct if one.refs else None, one.high_ct))),
            tag("td", *_refs(one)),
        )
        for one in rows
    ]
    return number.table(caption, columns, tag("tbody", *body), class_="sums")


def _plain(value: float | None) -> Html:
    return number_cell("–" if value is None else figure(value))


def _carats(value: float | None, simulated: float | None) -> Html:
    told = [joined("–" if value is None else figure(value))]
    if simulated is not None:
        told.append(tag("span", figure(simulated), class_="line soft"))
    return tag("td", *told, class_="number")


def _refs(one: SumRow) -> list[Html]:
    told = listed(tag("a", ref, href=f"#{ref}") for ref in one.refs)
    if one.not_added:
        told += [soft(" ", tr("not added:"), " ", *listed(tag("a", ref, href=f"#{ref}") for ref in one.not_added))]
    return told


def _range_figures(told: NationalFacts, number: Numbers, categories: Sequence[str]) -> list[Html]:
    """Ranges by deposit, a figure for each gem and category: no two of them may be read against each other."""
    rows = [one for one in told.sums.get("deposit", ()) if one.category in categories and one.refs]
    made = []
    for gem, category in dict.fromkeys((one.gem, one.category) for one in rows):
        ranges = [Range(one.place, one.low_ct, one.best_ct, one.high_ct, gem) for one in rows
                  if (one.gem, one.category) == (gem, category)]
        words = tr("{gem}, {category}: low (P90), best (P50) and high (P10) by deposit.", gem=label("gem", gem),
                   category=label("estimate_category", category))
        more = len(ranges) - _MOST_RANGES
        plot = Plot(f"range-{gem}-{category}".replace(" ", "-"), words, FULL_WIDTH, right_to_left())
        picture = charts.ranges(plot, sorted(ranges, key=lambda one: -one.best)[:_MOST_RANGES],
                                Axis(tr("carats"), whole=False, unit="ct"))
        made.append(number.figure(picture, words, *([tr("and {n} more", n=more)] if more > 0 else [])))
    return made


def _not_added(told: NationalFacts, number: Numbers) -> Html:
    out = [one for one in told.evidence if one.fate != ADDED]
    if not out:
        return number.section(tr("Not added"), missing(
            tr("Every estimate is in the sums above.") if told.evidence else tr("The file holds no estimates.")))
    columns: list[Column] = [tr("Estimate"), tr("Area"), tr("Gem"), tr("Category"), tr("Why it is not added")]
    body = [row(tag("td", tag("a", one.ref, href=f"#{one.ref}")), heading_cell(isolated(known(one.area))),
                tag("td", gem_name(one.gem)), tag("td", label("estimate_category", one.category)),
                tag("td", isolated(one.why or tr(_FATES[one.fate])))) for one in out]
    lines = [note(isolated(words)) for words in told.overlaps]
    table = number.table(tr("Estimates that are in no sum"), columns, tag("tbody", *body))
    return number.section(tr("Not added"), table, *lines)


# --- sightings ---------------------------------------------------------------------------------------


def _occurrences(told: NationalFacts, number: Numbers) -> Html:
    if not told.survey.sightings:
        return number.section(tr("Occurrences"), missing(tr("The file holds no sightings yet.")))
    return number.section(tr("Occurrences"), place_table(told.survey, number), note(
        tr("Counts of sightings. They say where a gem was seen, not how much of it there is.")))


def _prospectivity(told: NationalFacts, number: Numbers) -> Html:
    title = tr("Finds for the looking that was done")
    content: list[str] = []
    drawn = [(surface, heat_figure(surface, f"heat{place}")) for place, surface in enumerate(told.surfaces)]
    if any(picture is not None for _surface, picture in drawn):
        content.append(tag("p", *(f"{words} " for words in told.surfaces[0].general), class_="verdict"))
    for surface, picture in drawn:
        if picture is None:
            content.append(note(tr("{title}: too little looking to show anything.", title=surface.title)))
            continue
        words = [f"{surface.title}.", *surface.words]
        if picture.cropped:
            words.append(tr("The picture shows the ground with finds; ground without one that was looked at lies "
                            "outside of it as well."))
        content.append(number.figure(picture.svg, " ".join(words)))
    content += [note(isolated(words)) for words in told.no_surface]
    if not content:
        return number.section(title, missing(tr(
            "No gem has finds enough, with positions, to show where they were made for the looking that was done.")))
    return number.section(title, *content)


# --- appendix ----------------------------------------------------------------------------------------


def _appendix(told: NationalFacts, number: Numbers) -> Html:
    if not told.evidence:
        return Html()
    columns: list[Column] = [tr("Estimate"), tr("Area, gem, category"), tr("By whom, when, how, from what"),
                             (tr("Low, best, high (ct)"), "number"), tr("In the sums")]
    body = [_record(one) for one in told.evidence]
    caption = ntr("{n} estimate that this report rests on", "{n} estimates that this report rests on",
                  len(told.evidence))
    return number.section(tr("Appendix: the records"), number.table(caption, columns, tag("tbody", *body),
                                                                    class_="records"), note(tr(
        "The first code under each number is the uuid of the estimate, the second that of its area; with them, the "
        "window and ‘surveyapp list FILE --layer estimate’ show the record and its history.")), anchor="records")


def _record(one: Evidence) -> Html:
    lowered = one.claimed and one.claimed != one.category
    category = [tag("span", label("estimate_category", one.category), class_="line")]
    if lowered:
        claimed = tr("claimed as {category}, which the record does not support",
                     category=label("estimate_category", one.claimed))
        category.append(tag("span", claimed, class_="line soft"))
    if one.unfc:
        category.append(tag("span", f"UNFC {one.unfc}", class_="line"))
    who = " · ".join(part for part in (known(one.estimator), date_words(one.estimated_on)) if part)
    lines = [who, tr("Method: {text}", text=known(one.method)), tr("Source: {text}", text=known(one.source))]
    carats = [tag("span", "–" if value is None else figure(value), class_="line")
              for value in (one.low_ct, one.best_ct, one.high_ct)]
    return tag(
        "tr", tag("th", tag("b", one.ref), *(tag("code", uuid, class_="line") for uuid in (one.uuid, one.area_uuid)),
                  scope="row"),
        tag("td", tag("strong", isolated(known(one.area)), class_="line"),
            tag("span", gem_name(one.gem), class_="line"), *category),
        tag("td", *(tag("span", isolated(line), class_="line") for line in lines)),
        tag("td", *carats, class_="number"), tag("td", tr(_FATES[one.fate])), id=one.ref,
    )
