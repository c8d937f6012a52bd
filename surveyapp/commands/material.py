"""What is worked out and handed on: estimates, handovers, certificates."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from surveyapp.commands.shared import (
    DONE,
    FINDINGS,
    as_json_option,
    as_listed,
    assignments,
    file_argument,
    opened,
    pdf_of,
    print_json,
    set_option,
)


@click.command()
@file_argument
@click.argument("area", metavar="AREA_UUID")
@click.option("--gem", required=True, help="Gem that is estimated.")
@click.option("--model", "model", type=click.Path(path_type=Path), metavar="M.json", help="Inputs to work it out from.")
@set_option
@as_json_option
def estimate(file: Path, area: str, gem: str, model: Path | None, sets: Sequence[str], as_json: bool) -> int:
    """Add an estimate of an area to FILE and print its figures."""
    from surveyapp.services.estimates import add_estimate, lines

    with opened(file) as session:
        saved = add_estimate(session, area, {**assignments(sets), "gem": gem}, model)
        record = session.file.get("estimate", saved.uuid)
        if as_json:
            print_json({**(as_listed(record) or {}), "lowered": saved.lowered or None})
        elif record is not None:
            print("\n".join(lines(record, saved)))
    return FINDINGS if saved.lowered or saved.issues else DONE


@click.command()
@file_argument
@click.argument("samples", nargs=-1, required=True, metavar="SAMPLE...")
@click.option("--from", "from_party", required=True, metavar="A", help="Who gives the samples: person, office.")
@click.option("--to", "to_party", required=True, metavar="B", help="Who takes them.")
@click.option("--at", "handed_over_at", metavar="TIME", help="When, such as 2026-11-24T09:30+05:00; else now.")
@click.option("--place", help="Where.")
@click.option("--seal", "seal_number", metavar="N", help="Number on the seal.")
@click.option("--condition", help="State of bag and seal: intact, opened, damaged or lost.")
@click.option("--notes", help="Anything else that both sides should remember.")
@as_json_option
def handover(file: Path, samples: Sequence[str], as_json: bool, **values: Any) -> int:
    """Write into FILE that samples (by sample ID or uuid) changed hands together."""
    from surveyapp.services.custody import find_samples, hand_over
    from surveyapp.services.recording import assigned

    given = assigned("custody", {name: value for name, value in values.items() if value is not None})
    with opened(file) as session:
        done = hand_over(session, [record.uuid for record in find_samples(session, samples)], given)
        records = [as_listed(record) for record in session.file.records("custody", done.uuids)]
    told = [issue.message for issue in done.issues]
    if as_json:
        print_json({"handovers": records, "findings": told})
    else:
        print("\n".join([*done.uuids, *(f"finding: {sentence}" for sentence in told)]))
    return FINDINGS if told else DONE


@click.command()
@file_argument
@click.argument("sample")
@click.option("--laboratory", required=True, metavar="L", help="Laboratory, as it stands on the report.")
@click.option("--report", "report_number", required=True, metavar="N", help="Number of the report.")
@set_option
@click.option("--scan", type=click.Path(path_type=Path), metavar="FILE", help="Its scan: JPEG, PNG or PDF.")
@as_json_option
def certify(file: Path, sample: str, laboratory: str, report_number: str, sets: Sequence[str], scan: Path | None,
            as_json: bool) -> int:
    """Add a laboratory's report on a SAMPLE (by sample ID or uuid) to FILE."""
    from surveyapp.services.certificates import add_certificate, issues_of
    from surveyapp.services.custody import find_samples
    from surveyapp.services.recording import assigned

    named = {"laboratory": laboratory, "report_number": report_number}
    values = assigned("certificate", {**assignments(sets), **named})
    with opened(file) as session:
        uuid = add_certificate(session, find_samples(session, [sample])[0].uuid, values, scan)
        told = [issue.message for issue in issues_of(session, uuid)]
        if as_json:
            print_json({**(as_listed(session.file.get("certificate", uuid)) or {}), "findings": told})
        else:
            print("\n".join([uuid, *(f"finding: {sentence}" for sentence in told)]))
    return FINDINGS if told else DONE


@click.command()
@file_argument
@click.argument("sample")
@click.argument("out", type=click.Path(path_type=Path), metavar="OUT.html|OUT.pdf")
def chain(file: Path, sample: str, out: Path) -> int:
    """Write the page of a SAMPLE of FILE: whose hands it went through, its parts and its certificates."""
    from surveyapp.exchange.report.writing import put
    from surveyapp.services import custody_page
    from surveyapp.services.custody import find_samples

    with opened(file, read_only=True) as session:
        page, told = custody_page.made(session, find_samples(session, [sample])[0].uuid, out)
    put(out, pdf_of(page) if out.suffix.lower() == ".pdf" else page)
    print(out)
    return FINDINGS if told.gaps else DONE


COMMANDS = (estimate, handover, certify, chain)
