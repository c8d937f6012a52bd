"""What the findings of a check mean: the level that each kind stands in the way of, and a line for who first meets it.

What mends a kind, where one press can, is in :data:`surveyapp.domain.fixes.MENDED`; what else to do, each finding says
itself. Tests hold this table to what the checks give, code by code and level by level.
"""

from __future__ import annotations

from typing import NamedTuple

from surveyapp.words import mark


class Known(NamedTuple):
    """``level``: 1 opens and is sound, 2 complete for the team, 3 ready for the national layer; 0: as the field that is
    empty needs it."""

    level: int
    meaning: str


FINDINGS: dict[str, Known] = {
    "missing": Known(0, mark("A field that is empty and should not be.")),
    "integrity": Known(1, mark("The file is damaged; work goes on in a copy that is whole.")),
    "unrecorded": Known(1, mark("A row was changed behind the history's back.")),
    "photo-changed": Known(1, mark("A photo is not the one that was taken in.")),
    "no-geometry": Known(1, mark("A place that has no position.")),
    "bad-value": Known(1, mark("A value that its field does not take.")),
    "bad-spelling": Known(1, mark("A value that is written otherwise than the file keeps it.")),
    "orphan": Known(2, mark("A record that belongs to one that is not there.")),
    "bad-template": Known(2, mark("The office's template cannot be read.")),
    "no-survey": Known(2, mark("A sighting of no survey, in a file with several.")),
    "outside-list": Known(2, mark("A term that the office did not choose.")),
    "false-accuracy": Known(2, mark("A typed or tapped position with a receiver's accuracy.")),
    "future": Known(2, mark("A time that has not come yet.")),
    "outside-pakistan": Known(2, mark("A place outside the country.")),
    "same-sample-id": Known(2, mark("One ID on several samples.")),
    "status-not-allowed": Known(2, mark("A review status from someone who may not give it.")),
    "needs-work": Known(2, mark("A reviewer asked for something and has no answer yet.")),
    "odd-characters": Known(2, mark("Text with characters that cannot be seen.")),
    "tiny-outline": Known(2, mark("An outline around nothing.")),
    "bad-outline": Known(2, mark("An outline that crosses itself.")),
    "finished-before-start": Known(2, mark("An end before its beginning.")),
    "outside-survey-time": Known(2, mark("An observation outside the days of its survey.")),
    "recorded-twice": Known(2, mark("Two sightings of one gem on one spot in one minute.")),
    "model-bad": Known(2, mark("Inputs of a simulation that cannot be used.")),
    "figures-order": Known(2, mark("Low, best and high that are out of order.")),
    "grade-no-screen": Known(2, mark("A grade without its bottom screen.")),
    "unfc-bad": Known(2, mark("A UNFC class that there is none of.")),
    "conflict": Known(3, mark("People disagree on a field, and nobody has decided.")),
    "rejected": Known(3, mark("A row that no merge could take.")),
    "no-screen": Known(3, mark("An amount recovered without the bottom screen.")),
    "accuracy-unknown": Known(3, mark("A position that nobody knows the accuracy of.")),
    "accuracy-too-coarse": Known(3, mark("A position that is too poor for the scale of the map.")),
    "elevation-unlikely": Known(3, mark("A height that nobody works at.")),
    "mine-without-status": Known(3, mark("Worked ground without the status of its working.")),
    "gem-without-code": Known(3, mark("A gem that no national vocabulary has.")),
    "province-elsewhere": Known(3, mark("A province that the point rules out.")),
    "district-elsewhere": Known(3, mark("A district that the point rules out.")),
    "either-district": Known(3, mark("A point that may lie in either of two districts.")),
    "toposheet-elsewhere": Known(3, mark("A toposheet that the point does not lie on.")),
    "outside-licence": Known(3, mark("A sighting outside every licence of a survey that has some.")),
    "in-protected-area": Known(3, mark("A sighting in a protected area.")),
    "licences-overlap": Known(3, mark("Two licences on the same ground.")),
    "certificate-decimals": Known(3, mark("A weight on a certificate that is not to a hundredth of a carat.")),
    "certificate-early": Known(3, mark("A report older than the sample.")),
    "certificate-future": Known(3, mark("A report of a day that has not come yet.")),
    "certificate-gem": Known(3, mark("A report on another gem than the sighting's.")),
    "certificate-scan": Known(3, mark("A report whose scan is missing or another.")),
    "certificate-synthetic": Known(3, mark("A report that calls the stone synthetic.")),
    "certificate-twice": Known(3, mark("One report number of a laboratory on two certificates.")),
    "certificate-variety": Known(3, mark("A variety that its species does not have.")),
    "certificate-weight": Known(3, mark("A stone heavier than the sample that it is from.")),
    "treatment-contradiction": Known(3, mark("A treatment code and a result that contradict each other.")),
    "treatment-not-tested": Known(3, mark("A treatment code where treatment was not tested.")),
    "treatment-result": Known(3, mark("A treatment code without a result.")),
    "treatment-scale": Known(3, mark("A code that the laboratory's scale does not have.")),
    "treatment-scale-unknown": Known(3, mark("A code of a laboratory whose scale is not known here.")),
    "custody-start": Known(3, mark("A chain that does not begin with the collector.")),
    "custody-gap": Known(3, mark("A handover by someone who did not hold the sample.")),
    "custody-order": Known(3, mark("Handovers that were written down out of order.")),
    "custody-time": Known(3, mark("A handover at a time that cannot be.")),
    "custody-twice": Known(3, mark("One handover written down twice.")),
    "custody-seal": Known(3, mark("A seal that changed though nobody opened it.")),
    "custody-lost": Known(3, mark("A sample that was lost and handed on.")),
    "custody-split": Known(3, mark("A part that was split off by someone who did not hold the sample.")),
    "custody-edited": Known(3, mark("A handover that was changed after it was written down.")),
    "overlap": Known(3, mark("Estimates of one gem on shared ground; they are not added.")),
    "extent-changed": Known(3, mark("An outline that changed since the estimate was made.")),
    "model-not-reproduced": Known(3, mark("Figures that do not follow from the inputs of their simulation.")),
    "boundary-older": Known(3, mark("A place that was worked out from other boundaries than those in use.")),
    "figures-apart": Known(3, mark("Figures that do not give the carats when multiplied.")),
    "unfc-unexpected": Known(3, mark("A UNFC class that does not go with the category.")),
    "estimate-future": Known(3, mark("An estimate of a day that has not come yet.")),
    "category-no-method": Known(3, mark("A category without the method of the figures.")),
    "category-no-date": Known(3, mark("A category without the day that it holds for.")),
    "category-no-source": Known(3, mark("A category without the report or data that it rests on.")),
    "category-no-estimator": Known(3, mark("A category without a competent person.")),
    "category-no-figures": Known(3, mark("A category without carats.")),
    "category-no-sizes": Known(3, mark("A Resource without the sizes of the stones.")),
    "category-no-price": Known(3, mark("A Resource without a basis of its price.")),
    "category-no-recovery": Known(3, mark("A Reserve without the share of stones that the working gets out.")),
    "category-no-resource": Known(3, mark("A Reserve that is part of no compliant Resource.")),
}
"""Every code that ``check`` gives."""


def meaning(code: str) -> str:
    """What a code means, in English, to be translated; empty for a code that is not known."""
    return FINDINGS[code].meaning if code in FINDINGS else ""
