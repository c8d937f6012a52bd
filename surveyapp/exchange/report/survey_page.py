"""The page of a survey report: what it is about, the map, and what was found. The rest is in ``survey_sections``."""

from __future__ import annotations

from surveyapp.exchange.report import charts
from surveyapp.exchange.report.charts import Axis, Part, Plot, Row
from surveyapp.exchange.report.drawing import FULL_WIDTH, HALF_WIDTH, HATCH, PAPER
from surveyapp.exchange.report.facts import (
    DAY,
    MONTH,
    WEEK,
    PlaceRow,
    Project,
    SurveyFacts,
    TimeBin,
    Timeline,
)
from surveyapp.exchange.report.frame import Look, framed, language, right_to_left
from surveyapp.exchange.report.map import MapPicture, survey_map
from surveyapp.exchange.report.markup import Column, Html, count_cell, file_name, isolated, joined, listed, tag
from surveyapp.exchange.report.parts import (
    Fact,
    Numbers,
    facts,
    figures,
    gem_sign,
    heading_cell,
    missing,
    note,
    row,
)
from surveyapp.exchange.report.phrases import (
    date_words,
    day_words,
    figure,
    known,
    label,
    moment_words,
    month_name,
)
from surveyapp.exchange.report.survey_sections import (
    conflicts_section,
    effort_section,
    estimates_section,
    issues_section,
    material_section,
    quality_section,
    status_parts,
    words_section,
)
from surveyapp.geo.basemap import basemap
from surveyapp.words import ntr, tr

SHEETS = ("page.css", "survey.css")
_FIND = "#4f5a61"


def survey_page(told: SurveyFacts) -> str:
    """The whole report, in the language of the program."""
    number = Numbers()
    running = " · ".join(part for part in (tr("Survey report"), told.title) if part)
    sections = [
        _summary(told), map_section(told, number), _found(told, number), _time(told, number),
        effort_section(told, number), quality_section(told, number), material_section(told, number),
        estimates_section(told, number), conflicts_section(told, number), issues_section(told, number),
        words_section(number), signatures(),
    ]
    footer = tr("Made by SurveyApp {version} on {when} Pakistan time. This page is one file and asks nothing of any "
                "network.", version=told.provenance.version, when=moment_words(told.provenance.made_at))
    return framed(
        Look(SHEETS, running=running), running, header_of(told, tr("Survey report")),
        Html("\n".join(part for part in sections if part)), footer, lang=language(),
    )


# --- head --------------------------------------------------------------------------------------------


def header_of(told: SurveyFacts, kind: str) -> Html:
    """What stands over the page: the kind of report and the office, the title, teams, provinces and dates."""
    offices = list(dict.fromkeys(one.organisation for one in told.projects if one.organisation))
    kicker = joined(kind, *([" · ", *listed(map(isolated, offices[:3]))] if offices else []))
    teams = list(dict.fromkeys(one.team for one in told.projects if one.team))
    provinces = list(dict.fromkeys(label("province", one.province) for one in told.projects if one.province))
    line = [isolated(part) for part in (", ".join(teams[:6]), ", ".join(provinces), _span(told)) if part]
    parts = [part for one in line for part in (joined(" · "), one)][1:]
    return joined(tag("p", kicker, class_="kicker"), tag("h1", isolated(told.title)),
                  tag("p", *parts, class_="under") if parts else "")


def _span(told: SurveyFacts) -> str:
    """From the first observation to the last."""
    days = [one.start for one in told.timeline.bins]
    if not days:
        return ""
    first, last = moment_words(told.first_at).partition(",")[0], moment_words(told.last_at).partition(",")[0]
    return first if first == last else tr("{first} to {last}", first=first, last=last)


def source_boxes(told: SurveyFacts) -> Html:
    """The survey in its own words, beside where the figures come from."""
    source = told.provenance
    about = [_project(one) for one in told.projects] if len(told.projects) == 1 else [_projects(told)]
    changed = tr("{when} by {who}", when=moment_words(source.changed_at), who=known(source.changed_by))
    made = tr("{when} by {who}", when=moment_words(source.made_at), who=known(source.made_by))
    origin = facts([
        Fact(tr("File"), joined(file_name(source.file), f" ({source.size_bytes / 1e6:,.1f} MB)")),
        Fact(tr("SHA-256"), tag("code", source.sha256)),
        Fact(tr("History"), ntr("{n:,} revision", "{n:,} revisions", source.revisions)
             + (" · " + ntr("{n} package merged in", "{n} packages merged in", source.packages)
                if source.packages else "")),
        Fact(tr("Last change"), changed if source.changed_at else tr("unknown")),
        Fact(tr("Report made"), made),
        Fact(tr("Program"), tr("SurveyApp {version}, schema {schema}", version=source.version,
                               schema=source.schema_version)),
    ])
    return tag("div", tag("div", tag("h2", tr("The survey")), *about),
               tag("div", tag("h2", tr("The source")), origin), class_="two")


def _summary(told: SurveyFacts) -> Html:
    warning = tag(
        "p", tr("A sighting is an occurrence: somebody saw a gem, or looked and found none. It is never a resource or "
                "a reserve, and nothing in this report adds sightings up into one."), class_="verdict",
    )
    office = note(tr("This report names people and exact positions. It is for the office, not for the public."))
    short = tag("div", tag("h2", tr("In short")), tag("ul", *(tag("li", words) for words in in_short(told))))
    return tag("section", source_boxes(told), _key_figures(told), short, warning, office, class_="front")


def _project(one: Project) -> Html:
    dates = " – ".join(date_words(day) for day in (one.started_on, one.finished_on) if day)
    rows = [
        Fact(tr("Organisation"), known(one.organisation)), Fact(tr("Team"), known(one.team)),
        Fact(tr("Surveyor in charge"), known(one.lead)), Fact(tr("Province"), label("province", one.province)),
        Fact(tr("Licence or permit"), known(one.licence)), Fact(tr("Dates"), known(dates)),
        Fact(tr("Purpose"), known(one.purpose)),
    ]
    return facts(rows)


def _projects(told: SurveyFacts) -> Html:
    """Several surveys of a merged file, in short."""
    if not told.projects:
        return missing(tr("The file has no record of a survey; nobody knows whose it is."))
    rows = [Fact(known(one.name), ", ".join(part for part in (one.team, one.lead) if part) or tr("unknown"))
            for one in told.projects[:12]]
    more = len(told.projects) - len(rows)
    return joined(facts(rows), note(tr("and {n} more", n=more)) if more > 0 else "")


def _key_figures(told: SurveyFacts) -> Html:
    walked = told.effort.total.km
    return figures([
        (tr("Sightings"), f"{told.sightings:,}", False),
        (tr("Finds"), f"{told.finds:,}", False),
        (tr("None found"), f"{told.absences:,}", False),
        (tr("Days in the field"), f"{told.effort.total.days:,}", False),
        (tr("km walked"), "–" if walked is None else figure(walked), False),
        (tr("Check level"), f"{told.level} / 3", told.level < 2),
        (tr("Disagreements"), f"{len(told.disagreements):,}", bool(told.disagreements)),
    ])


def in_short(told: SurveyFacts) -> list[str]:
    """The report in a few sentences."""
    if not told.sightings:
        return [tr("The file holds no sightings yet.")]
    gems = [f"{label('gem', one.gem)} ({one.finds:,})" for one in told.gems if one.finds]
    people = [one.observer for one in told.effort.rows if one.observer and one.finds + one.absences]
    words = [
        ntr("{n:,} sighting was recorded between {first} and {last}.",
            "{n:,} sightings were recorded between {first} and {last}.", told.sightings,
            first=known(moment_words(told.first_at)), last=known(moment_words(told.last_at))),
        ntr("{n:,} observer: {names}.", "{n:,} observers: {names}.", len(people),
            names=", ".join(people[:8]) + (" …" if len(people) > 8 else "")) if people
        else tr("Nobody is named as the observer."),
        tr("Finds: {gems}.", gems=", ".join(gems)) if gems else tr("No gem was found."),
        ntr("At {n:,} place somebody looked and found none.", "At {n:,} places somebody looked and found none.",
            told.absences) if told.absences
        else tr("No absence is recorded: nobody said where they looked and found none."),
    ]
    districts = [known(one.district) for one in told.places]
    if len(districts) <= 8:
        words.append(tr("Districts: {names}.", names=", ".join(dict.fromkeys(districts))))
    else:
        words.append(tr("The sightings lie in {n} districts.", n=len(districts)))
    if told.accuracy.median_m is not None:
        words.append(tr("{stated:,} positions state an accuracy, half of them {median} m or better; the accuracy of "
                        "{unknown:,} is unknown.", stated=told.accuracy.stated,
                        median=figure(told.accuracy.median_m), unknown=told.accuracy.unknown))
    else:
        words.append(tr("No position states an accuracy."))
    accepted = told.statuses.get("accepted", 0)
    words.append(tr("Reviewers have accepted {accepted:,} of {all:,} sightings.", accepted=accepted,
                    all=told.sightings))
    words.append(_standing(told))
    return words


def _standing(told: SurveyFacts) -> str:
    """What stands between the survey and the next level."""
    if told.level == 3:
        return tr("Nothing stands against handing it to the national layer.")
    against = sum(one.errors + one.warnings for one in told.levels if one.level == told.level + 1)
    return ntr("{n:,} finding stands between it and check level {level}.",
               "{n:,} findings stand between it and check level {level}.", against, level=told.level + 1)


# --- map ---------------------------------------------------------------------------------------------


def map_section(told: SurveyFacts, number: Numbers) -> Html:
    """The map, and what is not on it."""
    picture = survey_map(told.map, "map", tr("Map of the survey"))
    if picture is None:
        return number.section(tr("Map"), missing(
            tr("There is no map: no sighting, track or area has a position. Give the sightings positions.")))
    return number.section(tr("Map"), number.figure(picture.svg, _map_caption(picture)), _not_drawn(told, picture))


def _map_caption(picture: MapPicture) -> str:
    words = [tr("Sightings, tracks and areas of the survey. WGS 84, Lambert conformal conic; about {scale} on A4.",
                scale=f"1 : {picture.denominator:,.0f}")]
    if picture.hex_m is not None:
        size = f"{figure(picture.hex_m / 1000)} km" if picture.hex_m >= 1000 else f"{figure(picture.hex_m)} m"
        words.append(tr("There are too many sightings to draw each: the map counts them in hexagons {size} across, "
                        "whatever the gem; white ones hold absences only.", size=size))
    else:
        words.append(tr("A white sign with a stroke is an absence: somebody looked there and found none."))
    words.append(tr("Boundaries: {source}.", source=tr(basemap().attribution)))
    return " ".join(words)


def _not_drawn(told: SurveyFacts, picture: MapPicture) -> Html:
    words = []
    if told.map.placeless:
        words.append(ntr("{n} sighting has no position and is not on the map.",
                         "{n} sightings have no position and are not on the map.", told.map.placeless))
    if picture.outside:
        words.append(ntr("{n} sighting lies far outside Pakistan and is not on the map; mend its position.",
                         "{n} sightings lie far outside Pakistan and are not on the map; mend their positions.",
                         picture.outside))
    return note(" ".join(words)) if words else Html()


# --- what was found ----------------------------------------------------------------------------------


def _presence() -> list[Part]:
    return [Part(tr("finds"), _FIND), Part(tr("none found"), PAPER, HATCH)]


def _found(told: SurveyFacts, number: Numbers) -> Html:
    if not told.sightings:
        return number.section(tr("What was found"), missing(tr("The file holds no sightings yet.")))
    rows = [Row(label("gem", one.gem), (one.finds, one.absences), gem=one.gem) for one in told.gems[:30]]
    plot = Plot("gems", tr("Finds and absences by gem"), FULL_WIDTH, right_to_left())
    picture = number.figure(charts.bars(plot, rows, _presence(), Axis(tr("number of sightings"))),
                            tr("Finds and absences by gem."))
    return number.section(tr("What was found"), picture, _gem_table(told, number), place_table(told, number))


def _gem_table(told: SurveyFacts, number: Numbers) -> Html:
    parts = status_parts(told)
    columns: list[Column] = [tr("Gem"), (tr("Finds"), "number"), (tr("None found"), "number"), (tr("All"), "number"),
                             *((part.name, "number") for _code, part in parts)]
    body = [
        row(heading_cell(gem_sign(one.gem), isolated(label("gem", one.gem))), count_cell(one.finds),
            count_cell(one.absences), count_cell(one.sightings),
            *(count_cell(one.statuses.get(code, 0)) for code, _part in parts))
        for one in told.gems
    ]
    foot = row(heading_cell(tr("All")), count_cell(told.finds), count_cell(told.absences), count_cell(told.sightings),
               *(count_cell(told.statuses.get(code, 0)) for code, _part in parts))
    return number.table(tr("Sightings by gem, and how far their review has come"), columns, tag("tbody", *body),
                        tag("tfoot", foot), class_="gems")


def place_table(told: SurveyFacts, number: Numbers) -> Html:
    """Sightings by province and district."""
    columns: list[Column] = [tr("Province"), tr("District"), (tr("Finds"), "number"), (tr("None found"), "number"),
                             tr("Finds by gem")]
    bodies, before = [], None
    for one in told.places:
        name = label("province", one.province) if one.province != before else ""
        bodies.append(row(tag("td", name), heading_cell(isolated(known(one.district))), count_cell(one.finds),
                          count_cell(one.absences), tag("td", *_gem_counts(one))))
        before = one.province
    foot = row(tag("td", tr("All")), tag("td"), count_cell(told.finds), count_cell(told.absences), tag("td"))
    return joined(
        number.table(tr("Sightings by province and district, as the records name them"), columns,
                     tag("tbody", *bodies), tag("tfoot", foot)),
        note(tr("“Unknown” stands where a record names no district; the built-in outline knows provinces only.")),
    )


def _gem_counts(one: PlaceRow) -> list[Html]:
    told = [tag("span", gem_sign(gem), joined(f"{label('gem', gem)} {count:,}"), class_="gem")
            for gem, count in one.gems.items()]
    return told or [tag("span", tr("no finds"), class_="soft")]


# --- time --------------------------------------------------------------------------------------------


def _time(told: SurveyFacts, number: Numbers) -> Html:
    line = told.timeline
    if not line.bins:
        return number.section(tr("Over time"), missing(
            tr("No sighting says when it was made, so there is no timeline; fill “Observed at”.")))
    titles = {DAY: tr("Sightings by day"), WEEK: tr("Sightings by week"), MONTH: tr("Sightings by month")}
    title = titles.get(line.unit, tr("Sightings by year"))
    columns = [
        charts.Column((one.finds, one.absences), _tick(line, place), day_words(one.start))
        for place, one in enumerate(line.bins)
    ]
    across = tr("week, from its Monday") if line.unit == WEEK else tr("Pakistan time")
    width = FULL_WIDTH if len(columns) > 8 else HALF_WIDTH + 90
    picture = charts.timeline(Plot("time", title, width), columns, _presence(), across, tr("sightings"))
    words = []
    if line.undated:
        words.append(ntr("{n} sighting has no time.", "{n} sightings have no time.", line.undated))
    if line.earlier:
        words.append(ntr("{n} sighting is earlier than the plot shows.",
                         "{n} sightings are earlier than the plot shows.", line.earlier))
    return number.section(tr("Over time"), tag("div", number.figure(picture, title + "."), class_="narrow")
                          if width < FULL_WIDTH else number.figure(picture, title + "."),
                          note(" ".join(words)) if words else "")


def _tick(line: Timeline, place: int) -> str:
    """What stands under a bar: every so many, so that they do not touch; the year where it begins."""
    one: TimeBin = line.bins[place]
    every = max(1, -(-len(line.bins) // 12))
    if place % every:
        return ""
    year = str(one.start.year)
    if line.unit not in (DAY, WEEK, MONTH):
        return year
    first = place == 0 or line.bins[place - every].start.year != one.start.year
    told = month_name(one.start.month) if line.unit == MONTH else f"{one.start.day} {month_name(one.start.month)}"
    return f"{told} {year}" if first and line.unit == MONTH else told


# --- end ---------------------------------------------------------------------------------------------


def signatures() -> Html:
    """Lines to sign on."""
    lines = [tag("div", tag("span", name), class_="line") for name in (
        tr("Prepared by"), tr("Checked by"), tr("Date"))]
    return tag("section", tag("h2", tr("Signatures")), tag("div", *lines, class_="signatures"), class_="sign-off")
