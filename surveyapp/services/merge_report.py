"""The report of a merge that people read: one HTML page that opens anywhere without a network, or the same as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from surveyapp.domain.fields import LAYER_BY_NAME
from surveyapp.domain.records import Record
from surveyapp.errors import BadInput, Refused
from surveyapp.exchange.report.writing import put
from surveyapp.services import conflicts, merging
from surveyapp.services.merge_page import Account, Dispute, page
from surveyapp.storage.gpkg import SurveyFile
from surveyapp.storage.merged import MergeReport
from surveyapp.words import tr

SUFFIXES = (".html", ".json")


def write_report(report: MergeReport, path: Path) -> None:
    """Write the report of a merge or dry run to ``path``: HTML or JSON, as its name ends. Raises ``BadInput`` for
    another ending, ``BadFile`` if it cannot be written (what stood there stays)."""
    write_reports(report, [path])


def write_reports(report: MergeReport, paths: Sequence[Path]) -> None:
    """As :func:`write_report`, to several places."""
    for path in paths:
        check_place(path)
    if not paths:
        return
    account = _account(report)
    for path in paths:
        if path.suffix.lower() == ".html":
            put(path, page(account))
        else:
            put(path, json.dumps(as_dict(account), ensure_ascii=False, indent=1))


def check_place(path: Path, surveys: Sequence[Path] = ()) -> None:
    """Refuse a place where no report can be written, before a long merge: another ending, no such folder, a folder,
    one of the ``surveys`` that are merged."""
    if path.suffix.lower() not in SUFFIXES:
        raise BadInput(tr("The report {name} should end in .html (to read) or .json (for programs).", name=path.name))
    if not path.parent.is_dir():
        raise BadInput(tr("There is no folder {parent} for the report; make it first.", parent=path.parent))
    if path.is_dir():
        raise BadInput(tr("{path} is a folder; give the report a name of its own.", path=path))
    if path.exists() and any(survey.exists() and path.samefile(survey) for survey in surveys):
        raise Refused(tr("{path} is one of the surveys; give the report another name.", path=path))


def as_dict(account: Account) -> dict[str, Any]:
    """The report as JSON holds it: what ``merge --json`` prints, and the open conflicts."""
    return {
        **merging.as_dict(account.report),
        "open_conflicts": [
            {"caption": d.caption, **conflicts.as_dict(d.conflict)} for d in account.disputes
        ],
    }


def caption_of(layer_name: str, uuid: str, record: Record | None) -> str:
    """What a record is called in lists: its gem and its name, else its layer and the start of its uuid."""
    layer = LAYER_BY_NAME[layer_name]
    words = [record.english(name) for name in ("gem", layer.caption) if name and layer.field(name)] if record else []
    return " · ".join(word for word in words if word) or f"{layer.title} {uuid[:8]}"


def _account(report: MergeReport) -> Account:
    disputes = [Dispute(c, caption_of(c.layer, c.record, record)) for c, record in report.disputes]
    return Account(report, disputes, _known(report))


def _known(report: MergeReport) -> dict[str, str]:
    """By whom the packages that were merged before were merged."""
    out = Path(report.out)
    if not any(merging.merged_before(package) for package in report.packages) or not out.exists():
        return {}
    with SurveyFile.open(out, read_only=True) as file:
        return {str(p["content"]): str(p["merged_by"]) for p in file.packages() if p["merged_by"]}
