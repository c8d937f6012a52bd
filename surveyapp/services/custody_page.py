"""The page of one sample: where it is from, through whose hands it went, its parts and its certificates, each with the
revision that says so. Plain HTML without script, every text escaped; it names people, so it is for the office."""

from __future__ import annotations

import base64
import html
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from surveyapp import __version__
from surveyapp.domain import custody_rules
from surveyapp.domain.custody_rules import COLLECTED, HANDOVER, Step
from surveyapp.domain.fields import CERTIFICATE
from surveyapp.domain.merge import INSERT, Revision
from surveyapp.domain.records import Record, utc_text
from surveyapp.domain.sample_ids import label_text
from surveyapp.domain.validation import Issue
from surveyapp.errors import BadFile, BadInput
from surveyapp.exchange.report.frame import Look, framed, language, right_to_left
from surveyapp.exchange.report.markup import Column, Html, isolated, joined, tag
from surveyapp.exchange.report.parts import (
    Fact,
    Numbers,
    facts,
    gem_sign,
    heading_cell,
    missing,
    note,
    row,
)
from surveyapp.exchange.report.phrases import date_words, known, moment_words
from surveyapp.exchange.report.writing import put
from surveyapp.services import certificates, survey_report
from surveyapp.services.custody import Certified, Dossier, Holding, dossier
from surveyapp.services.labels import QUIET, qr_modules
from surveyapp.services.session import Session
from surveyapp.storage.gpkg import SurveyFile
from surveyapp.words import ntr, tr

_SHEETS = ("page.css", "survey.css", "chain.css")
_SCAN_PX = 700
_SHORT = 8
_COLUMNS = 5
_CERTIFICATE = (
    "species", "variety", "weight_ct", "shape_cut", "colour", "treatment_result", "treatment", "origin_opinion",
    "notes",
)


def write_html(session: Session, sample_uuid: str, out: Path) -> Dossier:
    """Write the page of a sample to ``out``; returns what it says. Raises a ``SurveyError`` with one sentence; what
    stood there stays then."""
    page, told = made(session, sample_uuid, out)
    put(out, page)
    return told


def made(session: Session, sample_uuid: str, out: Path) -> tuple[str, Dossier]:
    """(the page that is to go to ``out``, what it says). Writes nothing."""
    survey_report.check_place(session, out)
    told = dossier(session, sample_uuid)
    if told is None:
        raise BadInput(tr("There is no sample {name} in {file}; give its sample ID or its uuid.", name=sample_uuid,
                          file=session.file.path.name))
    return page_of(told, session.file.path.name, pictures(session.file, told)), told


def pictures(file: SurveyFile, told: Dossier) -> dict[str, bytes]:
    """Small JPEGs of the scans that are pictures, by the uuid of their photo; no bytes for a scan of which the file
    does not hold what was attached: the page says so."""
    from surveyapp.exchange.photos import thumbnail

    found = {}
    for scan in (one.scan for one in told.certificates if one.scan is not None):
        try:
            read = certificates.photo_scan(file, scan)
            if read.content_type in certificates.PICTURES:
                found[scan.uuid] = thumbnail(read.data, _SCAN_PX)
        except BadFile:
            found[scan.uuid] = b""
    return found


def page_of(told: Dossier, file_name: str, scans: Mapping[str, bytes] | None = None) -> str:
    """The whole page, in the language of the program."""
    number = Numbers()
    name = custody_rules.caption(told.sample)
    running = f"{tr('Chain of custody')} · {name}"
    sections = [
        _verdict(told), _about(told, number), _chain(told, number), _changed(told, number), _parts(told, number),
        _certificates(told, number, scans or {}), _next(number),
    ]
    footer = tr("Made by SurveyApp {version} from {file} on {when} Pakistan time. It names people, so it is for the "
                "office only.", version=__version__, file=file_name, when=moment_words(utc_text()))
    return framed(Look(_SHEETS, running=running, pictures=True), running, _head(told, name),
                  Html("\n".join(part for part in sections if part)), footer, lang=language())


# --- head --------------------------------------------------------------------------------------------


def _head(told: Dossier, name: str) -> Html:
    kind = told.sample.text("sample_type")
    under = [isolated(part) for part in (kind, told.place) if part]
    line = [part for one in under for part in (joined(" · "), one)][1:]
    words = tag("div", tag("p", tr("Chain of custody"), class_="kicker"), tag("h1", isolated(name)),
                tag("p", *line, class_="under") if line else "")
    return tag("div", words, _qr(label_text(str(told.sample.get("sample_id") or ""), told.sample.uuid)), class_="head")


def _qr(text: str) -> Html:
    """The code of the sample's label, as its bag has it."""
    modules = qr_modules(text)
    size = len(modules) + 2 * QUIET
    dark = "".join(
        f"M{x + QUIET} {y + QUIET}h1v1h-1z" for y, line in enumerate(modules) for x, on in enumerate(line) if on
    )
    ground = tag("rect", width=str(size), height=str(size), fill="#ffffff")
    return tag("svg", ground, tag("path", d=dark, fill="#000000"),
               viewBox=f"0 0 {size} {size}", class_="qr", role="img", shape_rendering="crispEdges",
               aria_label=tr("QR code of the sample's label"))


def _verdict(told: Dossier) -> Html:
    last = told.steps[-1] if told.steps else None
    lines = []
    if told.lost:
        lines.append(tr("The sample was lost at the last handover."))
    elif told.holder and last is not None:
        lines.append(tr("With {holder} since {when}.", holder=told.holder, when=moment_words(last.at) or tr("unknown")))
    else:
        lines.append(tr("It is not known who holds the sample."))
    gaps = told.gaps
    lines.append(ntr("The chain is broken in {n} place.", "The chain is broken in {n} places.", gaps) if gaps
                 else tr("The chain has no gap."))
    warns = bool(gaps) or told.lost or not told.holder
    return tag("div", *(tag("p", line) for line in lines), class_=f"verdict {'warn' if warns else 'good'}")


# --- sample and sighting -----------------------------------------------------------------------------


def _about(told: Dossier, number: Numbers) -> Html:
    sample = told.sample
    weight = sample.get("weight_g")
    rows = [
        Fact(tr("Sample ID"), custody_rules.caption(sample)), Fact(tr("Type"), known(sample.text("sample_type"))),
        Fact(tr("Weight"), f"{weight:g} g" if isinstance(weight, int | float) else tr("unknown")),
        Fact(tr("Collected"), _who_when(sample.text("collector"), moment_words(sample.get("collected_at")))),
        Fact(tr("IGSN"), sample.text("igsn")), Fact(tr("Description"), sample.text("description")),
        Fact(tr("Identity"), tag("code", sample.uuid)), Fact(tr("Recorded"), _said(told.history.get(sample.uuid, ()))),
    ]
    here = tag("div", tag("h3", tr("The sample")), facts(fact for fact in rows if fact.value))
    return number.section(tr("What it is and where it is from"), tag("div", here, _sighting(told), class_="two"))


def _sighting(told: Dossier) -> Html:
    sighting = told.sighting
    if sighting is None:
        return tag("div", tag("h3", tr("The sighting")), missing(tr("The sighting of this sample is not in the file.")))
    place = sighting.position
    accuracy = sighting.get("accuracy_m")
    where = "" if place is None else f"{place[1]:.5f}° N, {place[0]:.5f}° E"
    if where and isinstance(accuracy, int | float):
        where += f" ± {accuracy:g} m"
    gem = str(sighting.get("gem") or "")
    rows = [
        Fact(tr("Gem"), joined(gem_sign(gem), isolated(known(sighting.text("gem"))))),
        Fact(tr("Locality"), known(sighting.text("locality"))), Fact(tr("Position"), where or tr("unknown")),
        Fact(tr("Province"), known(sighting.text("province"))), Fact(tr("Expression"), sighting.text("expression")),
        Fact(tr("Observed"), _who_when(sighting.text("observer"), moment_words(sighting.get("observed_at")))),
        Fact(tr("Status"), sighting.text("review_status")), Fact(tr("Identity"), tag("code", sighting.uuid)),
        Fact(tr("Recorded"), _said(told.history.get(sighting.uuid, ()))),
    ]
    return tag("div", tag("h3", tr("The sighting")), facts(fact for fact in rows if fact.value))


def _who_when(who: str, when: str) -> Html:
    return joined(isolated(known(who)), ", ", isolated(known(when)))


def _said(revisions: Sequence[Revision]) -> Html:
    """Who wrote a record down, when, and in which revision; and who changed it last, if anybody did."""
    if not revisions:
        return joined(tr("not in the history"))
    first = next((r for r in revisions if r.operation == INSERT), revisions[0])
    lines = [_revision(first, "")]
    last = revisions[-1]
    if last is not first:
        lines.append(_revision(last, tr("changed:")))
    return joined(*(tag("span", line, class_="line") for line in lines))


def _revision(revision: Revision, lead: str) -> Html:
    how = tag("code", revision.revision[:_SHORT], title=revision.revision)
    words = joined(isolated(known(revision.author or "")), ", ", isolated(known(moment_words(revision.at))), " · ", how)
    return joined(f"{lead} ", words) if lead else words


# --- the chain ---------------------------------------------------------------------------------------


def _chain(told: Dossier, number: Numbers) -> Html:
    rows: list[Html] = []
    for place, step in enumerate(told.steps):
        rows += [tag("tr", tag("td", gap.message, colspan=str(_COLUMNS)), class_="gap") for gap in step.gaps]
        rows.append(_step(place + 1, step, told.history.get(step.record.uuid, ())))
    columns: list[Column] = [
        ("", "number"), (tr("When"), "moment"), tr("From, to"), (tr("Where, seal, condition"), "how"),
        (tr("Recorded"), "said"),
    ]
    head = number.table(tr("Every step from the ground to now; times are Pakistan's."), columns, tag("tbody", *rows),
                        class_="chain")
    before = [note(tr("Steps in grey are those of the sample that this part was split off."))] if any(
        not step.own for step in told.steps) else []
    return number.section(tr("Through whose hands it went"), head, *before, anchor="chain")


def _step(place: int, step: Step, revisions: Sequence[Revision]) -> Html:
    record = step.record
    cells = [
        tag("td", str(place), class_="number"), tag("td", isolated(moment_words(step.at) or tr("time unknown"))),
        tag("td", *_hands(step)), tag("td", *_how(step)), tag("td", _said(revisions), class_="said"),
    ]
    return tag("tr", *cells, class_="" if step.own else "before", id=record.uuid)


def _hands(step: Step) -> Iterable[str]:
    if step.kind == HANDOVER:
        giver, taker = step.record.text("from_party"), step.record.text("to_party")
        if custody_rules.same_party(giver, taker):
            return (tag("span", isolated(taker), class_="party"), tag("span", tr("corrects or seals anew"),
                                                                      class_="line soft"))
        arrow = " ← " if right_to_left() else " → "
        return (tag("span", isolated(known(giver)), class_="party"), tag("span", arrow),
                tag("span", isolated(known(taker)), class_="party"))
    words = tr("collected it") if step.kind == COLLECTED else tr("split it off")
    name = custody_rules.caption(step.record)
    return (tag("span", isolated(known(step.holder)), class_="party"), f" {words} ",
            tag("span", isolated(name), class_="line soft"))


def _how(step: Step) -> Iterable[str]:
    if step.kind != HANDOVER:
        return ()
    record = step.record
    seal, condition = record.text("seal_number"), record.text("condition")
    lines = [
        isolated(record.text("place")) if record.get("place") else "",
        joined(tr("Seal"), " ", isolated(seal)) if seal else joined(tr("No seal noted")),
        joined(tr("Condition"), " ", isolated(condition)) if condition else "",
        tag("i", isolated(record.text("notes"))) if record.get("notes") else "",
    ]
    return [tag("span", line, class_="line") for line in lines if line]


def _changed(told: Dossier, number: Numbers) -> Html:
    if not told.edited:
        return Html()
    rows = [tag("li", issue.message, " ", tag("code", str(issue.record)[:_SHORT], title=str(issue.record)))
            for issue in told.edited]
    return number.section(tr("Handovers that were changed afterwards"), tag("ul", *rows, class_="wrong"))


def _parts(told: Dossier, number: Numbers) -> Html:
    if not told.parts:
        return Html()
    rows = [row(heading_cell(isolated(part.name)), tag("td", isolated(part.sample.text("sample_type"))),
                tag("td", *_part(part)), tag("td", isolated(known(part.holder)))) for part in told.parts]
    columns = [tr("Part"), tr("Type"), tr("Split off"), tr("With")]
    table = number.table(tr("What was split off this sample; each has a chain of its own."), columns,
                         tag("tbody", *rows))
    return number.section(tr("Its parts"), table)


def _part(part: Holding) -> Iterable[str]:
    return (_who_when(part.sample.text("collector"), moment_words(part.sample.get("collected_at"))),)


# --- certificates ------------------------------------------------------------------------------------


def _certificates(told: Dossier, number: Numbers, scans: Mapping[str, bytes]) -> Html:
    if not told.certificates:
        return number.section(tr("What laboratories say"), missing(tr("No laboratory's report is recorded.")))
    told_of = [_certificate(one, told.history.get(one.record.uuid, ()), scans) for one in told.certificates]
    return number.section(
        tr("What laboratories say"), *told_of,
        note(tr("Treatment and origin are the laboratory's opinion. “Not tested” is not “none detected”.")),
    )


def _certificate(one: Certified, revisions: Sequence[Revision], scans: Mapping[str, bytes]) -> Html:
    record = one.record
    rows = [Fact(tr("Date"), date_words(str(record.get("reported_on") or "")))]
    rows += [Fact(_field_title(name), _value(record, name)) for name in _CERTIFICATE if record.get(name) is not None]
    rows += [Fact(tr("Measured"), _size(record)), Fact(tr("Recorded"), _said(revisions))]
    title = joined(isolated(known(record.text("laboratory"))), " ", isolated(known(record.text("report_number"))))
    body = [tag("h3", title), facts(fact for fact in rows if fact.value), _wrong(one.issues)]
    scan = _scan(one, scans)
    return tag("div", tag("div", *(part for part in body if part)), scan, class_="report" if scan else "report plain",
               id=record.uuid)


def _field_title(name: str) -> str:
    field = CERTIFICATE.field(name)
    return tr(field.title) if field is not None else name


def _value(record: Record, name: str) -> str:
    value = record.get(name)
    return f"{value:.2f} ct" if name == "weight_ct" and isinstance(value, int | float) else record.text(name)


def _size(record: Record) -> str:
    sides = [record.get(name) for name in ("length_mm", "width_mm", "depth_mm")]
    told = [f"{side:.2f}" for side in sides if isinstance(side, int | float)]
    return f"{' × '.join(told)} mm" if told else ""


def _wrong(issues: Sequence[Issue]) -> Html:
    return tag("ul", *(tag("li", issue.message) for issue in issues), class_="wrong") if issues else Html()


def _scan(one: Certified, scans: Mapping[str, bytes]) -> Html:
    scan = one.scan
    if scan is None:
        return Html()
    name = scan.text("file_name") or tr("scan")
    digest = str(scan.get("sha256") or "")
    words = tag("figcaption", isolated(name), " · SHA-256 ", tag("code", digest[:16], title=digest))
    small = scans.get(scan.uuid)
    if small is None:
        return tag("figure", words)
    if not small:
        return tag("figure", words, tag("p", tr("Its bytes are not those that were attached."), class_="wrong"))
    source = "data:image/jpeg;base64," + base64.b64encode(small).decode()
    # An img has no end tag.
    return tag("figure", Html(f'<img src="{source}" alt="{html.escape(tr("Scan of the report"))}">'), words)


# --- the next handover -------------------------------------------------------------------------------


def _next(number: Numbers) -> Html:
    """Lines to be filled in by hand where there is no computer."""
    columns = [tr("When"), tr("From (signature)"), tr("To (signature)"), tr("Where"), tr("Seal number")]
    empty = tag("tr", *(tag("td") for _ in columns), class_="next")
    return number.section(tr("The next handovers, by hand"), number.table(
        tr("Copy them into the survey afterwards."), columns, tag("tbody", empty, empty), class_="uncut"))


