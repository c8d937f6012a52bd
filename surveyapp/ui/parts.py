"""The parts that bring actions of their own into the window, one line each."""

from __future__ import annotations

from surveyapp.ui.area_controller import AreaController
from surveyapp.ui.check_controller import CheckController
from surveyapp.ui.custody_controller import CustodyController
from surveyapp.ui.find_controller import FindController
from surveyapp.ui.glass_controller import GlassController
from surveyapp.ui.layers_controller import LayersController
from surveyapp.ui.map_controller import MapController
from surveyapp.ui.photo_controller import PhotoController
from surveyapp.ui.position_controller import PositionController
from surveyapp.ui.report_controller import ReportController
from surveyapp.ui.review_desk_controller import ReviewDeskController
from surveyapp.ui.sample_controller import SampleController
from surveyapp.ui.seal_controller import SealController
from surveyapp.ui.structure_controller import StructureController
from surveyapp.ui.surroundings import Part, Surroundings
from surveyapp.ui.survey_details_controller import SurveyDetailsController
from surveyapp.ui.template_controller import TemplateController
from surveyapp.ui.tour.tour import TourController
from surveyapp.ui.track_controller import TrackController


def make_parts(around: Surroundings) -> list[Part]:
    """Every part, in the order in which their tabs stand."""
    return [
        around.form_controller,
        TemplateController(around),
        SurveyDetailsController(around),
        PhotoController(around),
        StructureController(around),
        *_of_samples(around),
        AreaController(around),
        PositionController(around),
        TrackController(around),
        TourController(around),
        FindController(around),
        MapController(around),
        LayersController(around),
        GlassController(around),
        SealController(around),
        ReportController(around),
        ReviewDeskController(around),
        CheckController(around),
    ]


def _of_samples(around: Surroundings) -> list[Part]:
    """The panel of samples, and the page of custody in it."""
    samples = SampleController(around)
    return [samples, CustodyController(around, samples.panel)]
