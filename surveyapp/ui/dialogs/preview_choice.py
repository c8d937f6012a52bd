"""Asks for whom a preview is, where it goes, and whether a map of the office lies under its points."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QComboBox, QFormLayout, QHBoxLayout, QLabel, QLineEdit, QWidget

from surveyapp.services.previewing import Ground
from surveyapp.ui.dialogs.base import Dialog, FieldNote, PathField, centre_labels
from surveyapp.ui.dialogs.export import AUDIENCES
from surveyapp.ui.prompts import Choice, Prompts
from surveyapp.words import tr

ENDING = ".html"
MOST_MB = 500
ZOOMS = range(20)
_PIXEL_M = 156_543.03 * math.cos(math.radians(34))
"""Metres of a map's pixel at zoom 0 (Web Mercator, tiles of 256 pixels), at the latitude of Swat."""


@dataclass(frozen=True, slots=True)
class PreviewWish:
    """What the dialog gives back. ``ground.path`` is the office's map; ``with_map`` says whether it is wanted, so that
    zooms and size are remembered without one."""

    path: Path
    audience: str
    ground: Ground
    with_map: bool


class PreviewChoiceDialog(Dialog):
    """Asks for a :class:`PreviewWish` (``wish``), beginning with ``start``."""

    def __init__(self, prompts: Prompts, start: PreviewWish, parent: QWidget | None = None) -> None:
        lead = tr("One page with table, map and photos, for any browser and without a network.")
        super().__init__(tr("Preview"), lead, tr("Make the preview"), parent)
        self._prompts = prompts
        self.target = PathField(start.path)
        self.target.setObjectName("target")
        self.audience = QComboBox()
        self.audience.setObjectName("audience")
        for key, label, _note in AUDIENCES:
            self.audience.addItem(tr(label), key)
        self.audience.setCurrentIndex(max(self.audience.findData(start.audience), 0))
        self.audience_note = FieldNote()
        self.map = PathField(start.ground.path if start.with_map else None)
        self.map.setObjectName("map")
        self.map.edit.setPlaceholderText(tr("none: the outline of the country"))
        self.first, self.last = (_zooms(zoom) for zoom in start.ground.zooms)
        self.first.setAccessibleName(tr("First zoom"))
        self.last.setAccessibleName(tr("Last zoom"))
        self.zoom_note = FieldNote()
        self.most_mb = QLineEdit(f"{start.ground.limit_mb:g}")
        self.most_mb.setObjectName("most_mb")
        self._form = self._laid_out()
        self.body.addLayout(self._form)
        self.body.addStretch(1)
        self.setMinimumWidth(620)
        self.target.changed.connect(self._look)
        self.target.browse.connect(self._browse)
        self.map.changed.connect(self._look)
        self.map.browse.connect(self._browse_map)
        self.most_mb.textChanged.connect(self._look)
        for box in (self.audience, self.first, self.last):
            box.currentIndexChanged.connect(self._look)
        self._look()

    def _laid_out(self) -> QFormLayout:
        form = QFormLayout()
        form.setVerticalSpacing(8)
        form.setHorizontalSpacing(14)
        form.addRow(tr("&File"), self.target)
        form.addRow(tr("F&or"), self.audience)
        form.addRow("", self.audience_note)
        form.addRow(tr("&Map under the points"), self.map)
        self._zooms = QWidget()
        row = QHBoxLayout(self._zooms)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.first, 1)
        row.addWidget(QLabel(tr("to")))
        row.addWidget(self.last, 1)
        self._zooms.setFocusProxy(self.first)
        form.addRow(tr("&Zooms"), self._zooms)
        form.addRow("", self.zoom_note)
        form.addRow(tr("At most (M&B)"), self.most_mb)
        centre_labels(form)
        return form

    @property
    def wish(self) -> PreviewWish | None:
        """What was chosen; ``None`` while it cannot be done."""
        path, most_mb = self.target.path, self._most_mb
        if path is None or most_mb is None or self._fault():
            return None
        ground = Ground(self.map.path or Path(), (self.first.currentData(), self.last.currentData()), most_mb)
        return PreviewWish(path, self.audience.currentData(), ground, self.map.path is not None)

    def accept(self) -> None:
        path = self.target.path
        if path is not None and path.exists():
            told = tr("{name} exists already. Replace it?", name=path.name)
            replacing = Choice("replace", tr("Replace"), destructive=True)
            if self._prompts.choose(told, (replacing,), title=self.windowTitle()) != "replace":
                return
        super().accept()

    @property
    def _most_mb(self) -> float | None:
        """The most megabytes of the map; ``None`` for what is no whole number from 1 to 500."""
        text = self.most_mb.text().strip()
        return float(text) if text.isdecimal() and 1 <= int(text) <= MOST_MB else None

    def _fault(self) -> str:
        path, ground = self.target.path, self.map.path
        if path is None:
            return tr("Choose a file to write.")
        if not path.parent.is_dir():
            return tr("There is no folder {parent}; choose another.", parent=path.parent)
        if path.is_dir():
            return tr("{path} is a folder; give the preview a name of its own.", path=path)
        if ground is None:
            return ""
        if not ground.is_file():
            return tr("There is no map file {path}; choose another, or leave the field empty.", path=ground)
        if self.first.currentData() > self.last.currentData():
            return tr("The first zoom is the smaller one.")
        if self._most_mb is None:
            return tr("Give the most megabytes that the map may take: a whole number from 1 to {most}.", most=MOST_MB)
        return ""

    def _look(self) -> None:
        notes = {key: tr(note) for key, _label, note in AUDIENCES}
        self.audience_note.setText(notes[self.audience.currentData()])
        wanted = self.map.path is not None
        for row in (self._zooms, self.zoom_note, self.most_mb):
            self._form.setRowVisible(row, wanted)
        first, last = self.first.currentData(), self.last.currentData()
        self.zoom_note.setText(tr(
            "A pixel is about {far} at zoom {first} and {near} at zoom {last}. Each further zoom takes about four "
            "times the room.", first=first, last=last, far=_pixel(first), near=_pixel(last),
        ))
        self.complain(self._fault())
        self.grow()

    def _browse(self) -> None:
        chosen = self._prompts.save_file(
            tr("Preview"), self.target.path or Path.home(), tr("Page (*.html)"))
        if chosen is not None:
            self.target.set_path(chosen if chosen.suffix else chosen.with_suffix(ENDING))

    def _browse_map(self) -> None:
        folder = self.map.path.parent if self.map.path else Path.home()
        kinds = tr("Maps (*.mbtiles *.gpkg *.tif *.tiff)") + ";;" + tr("All files (*)")
        chosen = self._prompts.open_files(tr("Map under the points"), folder, kinds)
        if chosen:
            self.map.set_path(chosen[0])


def remembered(wish: PreviewWish) -> dict[str, object]:
    """The settings that the dialog begins with next time."""
    return {
        "export.audience": wish.audience,
        "files.exports": str(wish.path.parent),
        "preview.map": str(wish.ground.path) if wish.with_map else "",
        "preview.first_zoom": wish.ground.zooms[0],
        "preview.last_zoom": wish.ground.zooms[1],
        "preview.map_mb": round(wish.ground.limit_mb),
    }


def _zooms(chosen: int) -> QComboBox:
    box = QComboBox()
    for zoom in ZOOMS:
        box.addItem(str(zoom), zoom)
    box.setCurrentIndex(box.findData(chosen))
    return box


def _pixel(zoom: int) -> str:
    """Length of a map's pixel for people, to two digits: ``510 m``, ``2 km``."""
    metres = _PIXEL_M / 2**zoom
    metres = round(metres, 1 - math.floor(math.log10(metres)))
    return tr("{number} km", number=f"{metres / 1000:g}") if metres >= 1000 else tr("{number} m", number=f"{metres:g}")
