"""What a part of the window finds around it, and what the window asks of a part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from PySide6.QtWidgets import QWidget

from surveyapp.settings import Settings
from surveyapp.ui.desk import Desk
from surveyapp.ui.form_controller import FormController
from surveyapp.ui.gps_controller import GpsController
from surveyapp.ui.map_link import MapLink
from surveyapp.ui.prompts import Prompts
from surveyapp.ui.survey_controller import SurveyController


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a part finds in the window: ``window`` is the parent of its dialogs; map, table and form are the desk's;
    ``drafts`` is the folder of what was begun and not saved."""

    window: QWidget
    survey: SurveyController
    desk: Desk
    form_controller: FormController
    map_link: MapLink
    prompts: Prompts
    settings: Settings
    gps: GpsController
    drafts: Path


class Part(Protocol):
    """A controller with its panels and dialogs. It is made before the actions are, and asked once what they do."""

    def handlers(self) -> dict[str, Callable[..., object]]:
        """What each of its actions does, by the action's id."""

    def restyle(self) -> None:
        """Colours or sizes changed."""

    def shutdown(self) -> None:
        """The window closes: end threads and files that are the part's own."""
