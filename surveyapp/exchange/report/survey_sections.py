"""Sections of the survey report: effort, quality, photos and samples, estimates, what is open, what the words mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from surveyapp.domain.fields import LAYER_BY_NAME
from surveyapp.domain.validation import ERROR
from surveyapp.domain.vocabulary import VOCABULARIES
from surveyapp.exchange.report import charts
from surveyapp.exchange.report.charts import Axis, Part, Plot, Row
from surveyapp.exchange.report.disputes import Side, dispute_body
from surveyapp.exchange.report.drawing import ACCENT, CROSS_HATCH, FULL_WIDTH, HALF_WIDTH, HATCH, PAPER
from surveyapp.exchange.report.facts import (
    Accuracy,
    Bin,
    Disagreement,
    EstimateRow,
    IssueGroup,
    ObserverRow,
    SurveyFacts,
)
from surveyapp.exchange.report.frame import right_to_left
from surveyapp.exchange.report.markup import Column, Html, count_cell, isolated, joined, listed, soft, tag
from surveyapp.exchange.report.parts import Fact, Numbers, facts, heading_cell, missing, note, number_cell, pair, row
from surveyapp.exchange.report.phrases import date_words, day_words, figure, known, label, moment_words, share
from surveyapp.words import mark, ntr, tr

MOST_DISPUTES = 200

_STATUS_LOOK = {
    "draft": ("#eef0f1", ""), "submitted": ("#cdd5da", ""), "received": ("#9aa8b1", ""),
    "has-issues": ("#e8b453", ""), "accepted": ("#0b6b57", ""), "rejected": (PAPER, CROSS_HATCH),
}
_LEVELS = {
    1: mark("opens and is sound"), 2: mark("complete for the team"), 3: mark("ready for the national layer"),
}


def status_parts(told: SurveyFacts) -> list[tuple[str, Part]]:
    """The review statuses that occur, in the order of a review, each with its look."""
    order = VOCABULARIES["review_status"].codes
    codes = sorted(told.statuses, key=lambda code: (order.index(code) if code in order else len(order), code))
    names = [label("review_status", code) if code else tr("no status") for code in codes]
    looks = [_STATUS_LOOK.get(code, (PAPER, HATCH)) for code in codes]
    return [(code, Part(name, *look)) for code, name, look in zip(codes, names, looks, strict=True)]


# --- effort ------------------------------------------------------------------------------------------


def effort_section(told: SurveyFacts, number: Numbers) -> Html:
    """Who did what, and how far they walked for it."""
    effort = told.effort
    if not effort.rows:
        return number.section(tr("Effort"), missing(tr("There are no sightings and no tracks, so no effort is known.")))
    columns: list[Column] = [
        tr("Observer"), tr("First and last day"), (tr("Days"), "number"), (tr("Tracks"), "number"),
        (tr("km walked"), "number"), (tr("Finds"), "number"), (tr("None found"), "number"),
        (tr("Finds per 10 km"), "number"),
    ]
    body = [_observer(one, isolated(known(one.observer))) for one in effort.rows]
    foot = _observer(effort.total, joined(tr("All")))
    table = number.table(tr("What each observer did"), columns, tag("tbody", *body), tag("tfoot", foot))
    walkers = [one for one in effort.rows if one.per_10km is not None]
    picture = ""
    if len(walkers) > 1:
        rows = [Row(known(one.observer), (round(one.per_10km or 0, 2),)) for one in walkers[:30]]
        plot = Plot("rate", tr("Finds per 10 km walked"), FULL_WIDTH, right_to_left())
        axis = Axis(tr("finds per 10 km walked"), whole=False)
        picture = number.figure(charts.bars(plot, rows, [Part(tr("finds"), ACCENT)], axis),
                                tr("Finds per 10 km walked, of observers who recorded a track."))
    return number.section(tr("Effort"), table, note(*_effort_words(told)), picture)


def _observer(one: ObserverRow, name: Html) -> Html:
    first, last = day_words(one.first_day), day_words(one.last_day)
    dates = first if first == last else f"{first} – {last}"
    return row(
        heading_cell(name), tag("td", known(dates)), count_cell(one.days), count_cell(one.tracks),
        number_cell("–" if one.km is None else figure(one.km)), count_cell(one.finds), count_cell(one.absences),
        number_cell("–" if one.per_10km is None else figure(one.per_10km)),
    )


def _effort_words(told: SurveyFacts) -> list[str]:
    words = [tr("Lengths are geodesic, along the tracks that were recorded. A day counts when a sighting was made, or "
                "a track began or ended on it (Pakistan time); the last row counts each day once.")]
    if told.effort.total.km is None:
        words.append(tr("No track was recorded, so nobody can say how far people walked for these finds."))
    elif any(one.km is None for one in told.effort.rows):
        words.append(tr("A dash means that the person recorded no track; the rate of all is that of the people who "
                        "did."))
    if told.effort.shapeless_tracks:
        words.append(ntr("{n} track has no line and is not counted.", "{n} tracks have no line and are not counted.",
                         told.effort.shapeless_tracks))
    return [joined(*(f"{one} " for one in words))]


# --- quality -----------------------------------------------------------------------------------------


def quality_section(told: SurveyFacts, number: Numbers) -> Html:
    """How good positions and records are."""
    content = [_levels(told, number)]
    if told.sightings:
        content += [pair(_accuracy(told.accuracy, number), _sources(told, number)), _completeness(told, number),
                    _review(told, number)]
    return number.section(tr("Quality"), *content)


def _levels(told: SurveyFacts, number: Numbers) -> Html:
    columns: list[Column] = [tr("Check level"), tr("Reached"), (tr("Errors"), "number"), (tr("Warnings"), "number")]
    body = [
        row(heading_cell(joined(f"{one.level}  "), tr(_LEVELS.get(one.level, ""))),
            tag("td", tr("yes") if one.reached else tr("no"), class_="" if one.reached else "attention"),
            count_cell(one.errors), count_cell(one.warnings))
        for one in told.levels
    ]
    return joined(
        number.table(tr("Check levels, and what stands against each"), columns, tag("tbody", *body)),
        note(tr("A level is reached when nothing stands against it or a lower one.")),
    )


def _accuracy(accuracy: Accuracy, number: Numbers) -> Html:
    columns = [charts.Column((one.count,), _bin_label(one), _bin_words(one)) for one in accuracy.bins]
    columns.append(charts.Column((accuracy.unknown,), tr("unknown"), apart=True))
    plot = Plot("accuracy", tr("Accuracy of the positions"), HALF_WIDTH)
    picture = charts.histogram(plot, columns, Part(tr("sightings"), ACCENT), tr("stated accuracy, up to … m"),
                               tr("sightings"))
    words = [tr("Accuracy that the receiver stated (horizontal).")]
    if accuracy.median_m is not None:
        words.append(tr("Half are {median} m or better.", median=figure(accuracy.median_m)))
    if accuracy.unknown:
        words.append(ntr("{n:,} sighting states none: its accuracy is unknown, not good.",
                         "{n:,} sightings state none: their accuracy is unknown, not good.", accuracy.unknown))
    return number.figure(picture, " ".join(words))


def _bin_label(one: Bin) -> str:
    return f"{one.high_m:g}" if one.high_m is not None else f">{one.low_m:g}"


def _bin_words(one: Bin) -> str:
    if one.high_m is None:
        return tr("above {low:g} m", low=one.low_m)
    return tr("{low:g} to {high:g} m", low=one.low_m, high=one.high_m)


def _sources(told: SurveyFacts, number: Numbers) -> Html:
    order = VOCABULARIES["position_source"].codes
    codes = sorted(told.sources, key=lambda code: (order.index(code) if code in order else len(order), code))
    rows = [Row(label("position_source", code), (told.sources[code],),
                f"{told.sources[code]:,} ({share(told.sources[code], told.sightings)})") for code in codes]
    plot = Plot("sources", tr("Where the positions come from"), HALF_WIDTH, right_to_left())
    return number.figure(charts.bars(plot, rows, [Part(tr("sightings"), ACCENT)], Axis(tr("number of sightings"))),
                         tr("Where the positions come from."))


def _completeness(told: SurveyFacts, number: Numbers) -> Html:
    plots = []
    for level, title in ((2, tr("What the team needs (level 2)")), (3, tr("What the national layer needs (level 3)"))):
        fills = [one for one in told.completeness if one.level == level]
        if not fills:
            continue
        rows = [Row(tr(one.title), (100 * one.filled / one.asked if one.asked else 0,),
                    share(one.filled, one.asked) if one.filled == one.asked
                    else f"{share(one.filled, one.asked)} ({one.filled:,} / {one.asked:,})") for one in fills]
        plot = Plot(f"filled{level}", title, HALF_WIDTH, right_to_left())
        axis = Axis(tr("share filled"), most=100, unit="%")
        plots.append(number.figure(charts.bars(plot, rows, [Part(tr("filled"), ACCENT)], axis), title + "."))
    words = note(tr("An absence is not asked for what it cannot have, such as the host rock of the gem."))
    return joined(pair(*plots), words)


def _review(told: SurveyFacts, number: Numbers) -> Html:
    parts = status_parts(told)
    rows = [Row(label("gem", one.gem), tuple(one.statuses.get(code, 0) for code, _part in parts))
            for one in told.gems[:30]]
    plot = Plot("review", tr("Review standing by gem"), FULL_WIDTH, right_to_left(), key=True)
    picture = number.figure(charts.bars(plot, rows, [part for _code, part in parts], Axis(tr("number of sightings"))),
                            tr("How far the review of the sightings has come."))
    if not told.reviews:
        return joined(picture, note(tr("No reviewer has decided anything in this file yet.")))
    verdicts = [f"{label('verdict', code)} {count:,}" for code, count in sorted(told.reviews.items())]
    return joined(picture, note(tr("Reviewers' decisions in this file: {what}.", what=", ".join(verdicts))))


# --- photos and samples ------------------------------------------------------------------------------


def material_section(told: SurveyFacts, number: Numbers) -> Html:
    """Photos and samples, counted, and held against the sightings."""
    return number.section(tr("Photos and samples"), tag("div", _photos(told), _samples(told), class_="two"))


def _photos(told: SurveyFacts) -> Html:
    photos = told.photos
    if not photos.total:
        return tag("div", tag("h3", tr("Photos")), missing(tr("The file holds no photos.")))
    rows = [
        (tr("Photos"), photos.total), (tr("of sightings in the file"), photos.of_sightings),
        (tr("scans of certificates"), photos.of_certificates), (tr("drawn over (sketches)"), photos.sketches),
        (tr("of nothing in the file"), photos.astray), (tr("the same as another photo"), photos.same),
        (tr("Finds with a photo"), photos.finds_with), (tr("Finds without a photo"), photos.finds_without),
    ]
    return tag("div", tag("h3", tr("Photos")), _counts(rows, wrong={tr("of nothing in the file")}))


def _samples(told: SurveyFacts) -> Html:
    samples = told.samples
    if not samples.total:
        return tag("div", tag("h3", tr("Samples")), missing(tr("The file holds no samples.")))
    types = [(label("sample_type", code), count) for code, count in sorted(samples.types.items())]
    rows = [
        (tr("Samples"), samples.total), *types, (tr("of sightings in the file"), samples.of_sightings),
        (tr("of no sighting in the file"), samples.astray), (tr("without an ID"), samples.nameless),
        (tr("sharing an ID with another"), samples.same_name), (tr("handed over at least once"), samples.handed_over),
        (tr("with a laboratory's certificate"), samples.certified),
    ]
    wrong = {tr("of no sighting in the file"), tr("without an ID"), tr("sharing an ID with another")}
    held = tr("{handovers:,} handovers and {certificates:,} certificates are recorded.",
              handovers=samples.handovers, certificates=samples.certificates)
    return tag("div", tag("h3", tr("Samples")), _counts(rows, wrong=wrong), note(held))


def _counts(rows: Sequence[tuple[str, int]], *, wrong: set[str]) -> Html:
    """Names and numbers; those that should be 0 and are not are marked."""
    return tag("dl", *(
        tag("div", tag("dt", name), tag("dd", f"{count:,}"), class_="attention" if count and name in wrong else "")
        for name, count in rows if count or name not in wrong
    ), class_="counted")


# --- estimates ---------------------------------------------------------------------------------------


def estimates_section(told: SurveyFacts, number: Numbers) -> Html:
    """Areas, and estimates as their authors gave them: never added."""
    content: list[str] = []
    if told.areas:
        columns: list[Column] = [tr("Area"), tr("Kind"), (tr("Extent (ha)"), "number")]
        body = [row(heading_cell(isolated(known(one.name))), tag("td", label("area_kind", one.kind)),
                    number_cell("–" if one.hectares is None else figure(one.hectares))) for one in told.areas]
        content.append(number.table(tr("Outlines in the survey"), columns, tag("tbody", *body)))
    else:
        content.append(missing(tr("The survey outlines no area.")))
    if not told.estimates:
        content.append(missing(tr(
            "No estimate of a resource or reserve is recorded. One needs an outlined area, a method, a date, a source "
            "and a named competent person; sightings do not give one.")))
        return number.section(tr("Areas and estimates"), *content)
    headings: list[Column] = [
        tr("Area"), tr("Gem"), tr("Category"), tr("Estimate, method and source"), (tr("Low (ct)"), "number"),
        (tr("Best (ct)"), "number"), (tr("High (ct)"), "number"),
    ]
    rows = [_estimate(one) for one in told.estimates]
    content.append(number.table(tr("Estimates as recorded, each by itself"), headings, tag("tbody", *rows)))
    content.append(note(tr("Nothing here is added up. The category is the one that the record supports; low, best and "
                           "high are the P90, P50 and P10 of its author.")))
    return number.section(tr("Areas and estimates"), *content)


def _estimate(one: EstimateRow) -> Html:
    who = " · ".join(part for part in (one.estimator, date_words(one.estimated_on)) if part)
    lines = [tag("span", isolated(part), class_="line") for part in (known(who), one.method, one.source) if part]
    return row(
        heading_cell(isolated(known(one.area))), tag("td", label("gem", one.gem)),
        tag("td", label("estimate_category", one.category)), tag("td", *lines),
        *(number_cell("–" if value is None else figure(value)) for value in (one.low_ct, one.best_ct, one.high_ct)),
    )


# --- what is open ------------------------------------------------------------------------------------


def conflicts_section(told: SurveyFacts, number: Numbers) -> Html:
    """Open conflicts: both values, who, when."""
    disputes = told.disagreements
    if not disputes:
        return number.section(tr("Open disagreements"),
                              missing(tr("None: nobody disagrees about a value in this file.")))
    columns: list[Column] = [
        (tr("Record"), "record"), (tr("Field"), "field"), (tr("Before"), "before"), (tr("Side"), "side"), tr("Value"),
        (tr("Who"), "who"), (tr("When (Pakistan time)"), "moment"),
    ]
    bodies = [_dispute(one) for one in disputes[:MOST_DISPUTES]]
    caption = ntr("{n} value in which people disagree", "{n} values in which people disagree", len(disputes))
    more = len(disputes) - MOST_DISPUTES
    return number.section(
        tr("Open disagreements"), number.table(caption, columns, *bodies, class_="disputes"),
        note(tr("Every value is kept; the marked one holds until somebody decides.")),
        note(tr("{n:,} more are not shown here; the window and ‘surveyapp conflicts’ list them.", n=more))
        if more > 0 else "", anchor="conflicts",
    )


def _dispute(one: Disagreement) -> Html:
    layer = LAYER_BY_NAME[one.layer]
    record = [tag("strong", isolated(one.record.caption)),
              tag("span", f"{tr(layer.title)} ", tag("code", one.record.uuid[:8], title=one.record.uuid),
                  class_="line soft")]
    sides = [Side(each.side, _value(each.value), known(each.author), known(moment_words(each.at)), each.stands)
             for each in one.opinions]
    return dispute_body(record, one.field, _value(one.before), sides, tr("for now"))


def _value(words: str) -> Html:
    return isolated(words) if words else tag("i", tr("empty"), class_="soft")


def issues_section(told: SurveyFacts, number: Numbers) -> Html:
    """What the check found, in groups."""
    if not told.issues:
        return number.section(tr("Open issues"), missing(tr("None: the check found nothing.")))
    columns: list[Column] = [(tr("Level"), "number"), tr("What"), (tr("Count"), "number"), tr("Records")]
    body = [_group(one) for one in told.issues]
    named = sum(len(one.records) for one in told.issues)
    rest = told.findings - named
    caption = ntr("{n:,} finding of the check, by kind", "{n:,} findings of the check, by kind", told.findings)
    words = tr("{rest:,} findings are not named here; ‘surveyapp check’ lists them all.", rest=rest)
    return number.section(tr("Open issues"), number.table(caption, columns, tag("tbody", *body), class_="issues"),
                          note(words) if rest else "", anchor="issues")


def _group(one: IssueGroup) -> Html:
    layer, severity = LAYER_BY_NAME.get(one.layer), tr("error") if one.severity == ERROR else tr("warning")
    found = layer.field(one.field) if layer else None
    where = " · ".join(part for part in (tr(layer.plural) if layer else "", tr(found.title) if found else "") if part)
    words = tr("{message} (and others like it)", message=one.message) if one.varied else one.message
    names = listed(joined(isolated(each.caption), " ", tag("code", each.uuid[:8], title=each.uuid))
                   for each in one.records)
    if one.unnamed and one.records:
        names.append(joined(" ", soft(tr("and {n} more", n=f"{one.unnamed:,}"))))
    chip = tag("span", severity, class_="chip grave" if one.severity == ERROR else "chip")
    return row(
        tag("td", str(one.level), class_="number"),
        tag("td", chip, " ", isolated(words), tag("span", where, class_="line soft") if where else ""),
        count_cell(one.count), tag("td", *(names or [soft("–")])),
    )


# --- words -------------------------------------------------------------------------------------------

_WORDS: Mapping[str, str] = {
    mark("Sighting"): mark("One observation at one place: a find, or an absence."),
    mark("Absence"): mark("Somebody looked there and found none. It counts as much as a find."),
    mark("Unknown"): mark("The record does not say. It is not zero, and it is not good."),
    mark("Accuracy"): mark("The horizontal accuracy that the receiver stated. A typed or tapped position has none."),
    mark("Disagreement"): mark("Two people gave one field different values. Both are kept until somebody decides."),
}


def words_section(number: Numbers) -> Html:
    """What the report means by its words."""
    return number.section(tr("What the words mean"), facts(Fact(tr(name), tr(words)) for name, words in _WORDS.items()))
