"""Settings: declared options (:mod:`.options`) and the file that keeps what differs (:mod:`.store`)."""

from __future__ import annotations

from surveyapp.settings.options import OPTIONS, Option
from surveyapp.settings.store import Settings

__all__ = ["OPTIONS", "Option", "Settings"]
