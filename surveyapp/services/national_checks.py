"""Level 3, beyond single records: would a geological survey's data manager take it without a phone call?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from surveyapp.domain.column_checks import Columns
from surveyapp.domain.fields import AREA, SIGHTING
from surveyapp.domain.gems import GEM_BY_CODE
from surveyapp.domain.progress import Progress
from surveyapp.domain.template import EMPTY, Template
from surveyapp.domain.validation import WARNING, Issue
from surveyapp.services import certificates, custody, estimates
from surveyapp.services.where import place_issues
from surveyapp.storage.gpkg import SurveyFile
from surveyapp.words import tr

LINE_MM = 0.5
"""Width of what can be told apart on a printed map; times the scale it is the accuracy that a position needs. The rule
of thumb of topographic mapping (0.5 mm at the scale of the map)."""


def national_issues(
    file: SurveyFile, columns: Columns, asked: Mapping[str, Template], progress: Progress | None = None
) -> Iterator[Issue]:
    """Positions that are not good enough for the map's scale or not possible, gems that no national vocabulary has,
    mines without a status, and the rules of certificates, custody and estimates. ``columns``: those of all sightings;
    ``asked``: the template of each survey."""
    yield from positions_and_gems(columns, asked)
    yield from _mines(file)
    yield from place_issues(file, columns=columns)
    yield from certificates.issues(file)
    yield from custody.issues(file)
    yield from estimates.estimate_issues(file, progress)


def _mines(file: SurveyFile) -> Iterator[Issue]:
    """Worked ground becomes a mine of the national layer, and EarthResourceML-Lite's MineView has to have a status."""
    for record in file.records(AREA.name):
        if record.get("kind") == "worked" and record.get("mine_status") is None:
            told = tr("Worked ground needs the status of its working; the national layer gets “unknown”.")
            yield Issue(WARNING, "mine-without-status", AREA.name, record.uuid, "mine_status", told, 3)


def positions_and_gems(columns: Columns, asked: Mapping[str, Template]) -> Iterator[Issue]:
    """Gems without a code, and positions of unknown accuracy or too poor for the scale of the map."""
    uuids = columns["uuid"]
    strange = {gem for gem in set(columns["gem"]) if gem is not None and gem not in GEM_BY_CODE}
    for row, gem in enumerate(columns["gem"]) if strange else ():
        if gem in strange:
            told = tr("{gem} is in no national or CGI vocabulary; the national layer gets it as “gemstone”.", gem=gem)
            yield Issue(WARNING, "gem-without-code", SIGHTING.name, uuids[row], "gem", told, 3)
    only = next(iter(asked.values())) if len(asked) == 1 else EMPTY
    scales = {survey: asked.get(str(survey), only).map_scale for survey in set(columns["survey_uuid"])}
    facts = zip(columns["accuracy_m"], columns["longitude"], columns["survey_uuid"], strict=True)
    for row, (accuracy, longitude, survey) in enumerate(facts):
        if longitude is None:
            continue
        needed_m = LINE_MM * scales[survey] / 1000
        if accuracy is None:
            told = tr("Nobody knows how good the position is; the map 1:{scale} needs {metres} m.",
                      scale=f"{scales[survey]:,}", metres=f"{needed_m:g}")
            yield Issue(WARNING, "accuracy-unknown", SIGHTING.name, uuids[row], "accuracy_m", told, 3)
        elif isinstance(accuracy, int | float) and accuracy > needed_m:
            told = tr("The position is good to {accuracy} m; the map 1:{scale} needs {metres} m.",
                      accuracy=f"{accuracy:g}", scale=f"{scales[survey]:,}", metres=f"{needed_m:g}")
            yield Issue(WARNING, "accuracy-too-coarse", SIGHTING.name, uuids[row], "accuracy_m", told, 3)
