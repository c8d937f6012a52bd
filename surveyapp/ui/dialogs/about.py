"""About: version, what it is built with, and where it keeps what."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import QFormLayout, QLabel, QWidget

from surveyapp import __version__
from surveyapp.ui.dialogs.base import Dialog, card, role_label
from surveyapp.words import tr

_PARTS = ("geopandas", "shapely", "pyproj", "pyogrio", "rasterio", "folium", "Pillow")


class AboutDialog(Dialog):
    """``places`` names files and folders that a person may want to find."""

    def __init__(self, places: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(
            f"SurveyApp {__version__}",
            tr(
                "Record gem deposit sightings offline, merge them, and hand them to reviewers. It never opens a "
                "network connection by itself. A sighting is an occurrence, never a reserve."
            ),
            tr("Close"),
            parent,
        )
        self.cancel_button.hide()
        frame = card()
        form = QFormLayout(frame)
        form.setContentsMargins(14, 12, 14, 12)
        form.addRow(tr("Built with"), role_label(_built_with(), "muted"))
        form.addRow(
            tr("Basemap"),
            role_label(tr("Natural Earth, public domain; for orientation, and no authority on boundaries"), "muted"),
        )
        for title, place in places.items():
            label = QLabel(place)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setWordWrap(True)
            form.addRow(title, label)
        self.body.addWidget(frame)
        self.body.addStretch(1)
        self.resize(620, 380)


def _built_with() -> str:
    found = [f"Python {platform.python_version()}", f"Qt {qVersion()}"]
    for part in _PARTS:
        try:
            found.append(f"{part} {version(part)}")
        except PackageNotFoundError:
            found.append(tr("{part} (not installed)", part=part))
    return ", ".join(found)
