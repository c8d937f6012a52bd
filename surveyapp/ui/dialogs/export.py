"""Export: the format, which records and layers, for whom, and where to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QFrame,
    QGridLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QSizePolicy,
    QWidget,
)

from surveyapp.ui import theme
from surveyapp.ui.dialogs.base import Dialog, FieldNote, PathField, centre_labels
from surveyapp.ui.prompts import Choice, Prompts
from surveyapp.words import mark, tr

AUDIENCES = (
    ("office", mark("Office"), mark("Everything, at full precision.")),
    (
        "public",
        mark("Public"),
        mark("Positions coarsened; names, notes and photos that may not leave the office are left out."),
    ),
)


WHICH = ("every", "shown", "selected")
"""Every record, the sightings that the table shows, or those that are selected (with what hangs on them)."""
_IN_A_ROW = 4
_LINES = 5
"""Lines of what is lost that are seen at a time."""
_AS_FORMAT, _ALL, _SOME = "", "all", "some"


@dataclass(frozen=True, slots=True)
class FormatChoice:
    """A format one may export to; ``losses`` say what it cannot hold, as sentences, ``any_crs`` whether it can be in
    another reference system than WGS 84, ``held`` which layers it can hold (empty: any)."""

    key: str
    label: str
    extension: str
    losses: tuple[str, ...] = ()
    any_crs: bool = False
    held: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ExportWish:
    """What the dialog gives back. ``layers`` is empty for those that one file of the format holds, ``("all",)`` for
    all; ``crs`` (EPSG:n) is ``None`` for WGS 84; ``which`` is one of :data:`WHICH`."""

    path: Path
    format: str
    audience: str
    layers: tuple[str, ...] = ()
    crs: str | None = None
    which: str = WHICH[0]


class LayerBoxes(QWidget):
    """A box to tick for each layer, the sightings ticked; those that a format cannot hold are not offered."""

    changed = Signal()

    def __init__(self, layers: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self.boxes: dict[str, QCheckBox] = {}
        for name, plural in layers:
            box = QCheckBox(plural)
            box.setObjectName(f"layer_{name}")
            box.setChecked(name == "sighting")
            box.toggled.connect(self.changed)
            self.boxes[name] = box
        self.offer(self.boxes)

    def offer(self, names: Collection[str]) -> None:
        """Show these layers and no others, side by side."""
        for box in self.boxes.values():
            self._grid.removeWidget(box)
        offered = [name for name in self.boxes if name in names]
        for place, name in enumerate(offered):
            self._grid.addWidget(self.boxes[name], place // _IN_A_ROW, place % _IN_A_ROW)
        for name, box in self.boxes.items():
            box.setVisible(name in offered)

    @property
    def ticked(self) -> tuple[str, ...]:
        """Names of the layers that are offered and ticked."""
        return tuple(name for name, box in self.boxes.items() if box.isVisibleTo(self) and box.isChecked())


class ExportDialog(Dialog):
    """Asks for an :class:`ExportWish` (``wish``). ``layers``: (name, title) of those that hold something; ``counts``:
    how many sightings the table shows, where it is less than all, and how many are selected; ``start``: format,
    audience and file to begin with."""

    def __init__(
        self,
        prompts: Prompts,
        formats: Sequence[FormatChoice],
        layers: Sequence[tuple[str, str]],
        start: ExportWish,
        *,
        counts: tuple[int | None, int] = (None, 0),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(tr("Export"), "", tr("Export"), parent)
        self._prompts = prompts
        self._formats = {choice.key: choice for choice in formats}
        self.format = QComboBox()
        self.format.setObjectName("format")
        for choice in formats:
            self.format.addItem(choice.label, choice.key)
        self.format.setCurrentIndex(max(self.format.findData(start.format), 0))
        self.format_note = FieldNote()
        self.losses = _scrolled(self.format_note)
        self.which = _made_which(counts)
        self.audience = QComboBox()
        self.audience.setObjectName("audience")
        for key, label, _note in AUDIENCES:
            self.audience.addItem(tr(label), key)
        self.audience.setCurrentIndex(max(self.audience.findData(start.audience), 0))
        self.audience_note = FieldNote()
        self.layer = QComboBox()
        self.layer.setObjectName("layer")
        for text, key in ((tr("As the format has them"), _AS_FORMAT), (tr("All layers"), _ALL),
                          (tr("Choose layers…"), _SOME)):
            self.layer.addItem(text, key)
        self.layers = LayerBoxes(layers)
        self.crs = QLineEdit()
        self.crs.setObjectName("crs")
        self.crs.setPlaceholderText(tr("WGS 84 (EPSG:4326)"))
        self.target = PathField(start.path)
        self.target.setObjectName("target")
        self._form = self._laid_out(bool(layers))
        self.body.addLayout(self._form)
        self.body.addStretch(1)
        self.setMinimumWidth(620)
        self.format.currentIndexChanged.connect(self._other_format)
        self.audience.currentIndexChanged.connect(self._look)
        self.layer.currentIndexChanged.connect(self._look)
        self.layers.changed.connect(self._look)
        self.target.changed.connect(self._look)
        self.target.browse.connect(self._browse)
        self._other_format()
        self.resize(640, 520)

    def _laid_out(self, has_layers: bool) -> QFormLayout:
        form = QFormLayout()
        form.setVerticalSpacing(8)
        form.setHorizontalSpacing(14)
        form.addRow(tr("&Format"), self.format)
        form.addRow("", self.losses)
        form.addRow(tr("&Sightings"), self.which)
        form.addRow(tr("F&or"), self.audience)
        form.addRow("", self.audience_note)
        form.addRow(tr("&Layers"), self.layer)
        form.addRow("", self.layers)
        form.addRow(tr("&Reference system"), self.crs)
        form.addRow(tr("&File"), self.target)
        centre_labels(form)
        form.setRowVisible(self.layer, has_layers)
        form.setRowVisible(self.which, self.which.count() > 1)
        return form

    @property
    def wish(self) -> ExportWish | None:
        """What was chosen; ``None`` while it cannot be done."""
        path = self.target.path
        if path is None or self._fault():
            return None
        return ExportWish(
            path,
            self._chosen.key,
            self.audience.currentData(),
            self._asked,
            (self.crs.text().strip() or None) if self._chosen.any_crs else None,
            self.which.currentData(),
        )

    def accept(self) -> None:
        path = self.target.path
        if path is not None and path.exists():
            answer = self._prompts.choose(
                tr("{name} exists already. Replace it?", name=path.name),
                (Choice("replace", tr("Replace"), destructive=True),),
                title=self.windowTitle(),
            )
            if answer != "replace":
                return
        super().accept()

    @property
    def _chosen(self) -> FormatChoice:
        return self._formats[self.format.currentData()]

    @property
    def _asked(self) -> tuple[str, ...]:
        """The layers to export, as :class:`ExportWish` has them."""
        how = self.layer.currentData()
        if how == _SOME:
            return self.layers.ticked
        return (_ALL,) if how == _ALL else ()

    def _fault(self) -> str:
        path = self.target.path
        if self.layer.currentData() == _SOME and not self._asked:
            return tr("Choose at least one layer.")
        if path is None:
            return tr("Choose a file to write.")
        if not path.parent.is_dir():
            return tr("There is no folder {parent}; choose another.", parent=path.parent)
        return ""

    def _other_format(self) -> None:
        path = self.target.path
        if path is not None:
            self.target.set_path(path.with_suffix(self._chosen.extension))
        losses = self._chosen.losses
        told = "\n".join(f"• {sentence}" for sentence in losses)
        self.format_note.setText(tr("It cannot hold everything:") + "\n" + told if losses else "")
        self._form.setRowVisible(self.losses, bool(losses))
        self._form.setRowVisible(self.crs, self._chosen.any_crs)
        self.layers.offer(self._chosen.held or self.layers.boxes)
        self._look()

    def _look(self) -> None:
        notes = {key: tr(note) for key, _label, note in AUDIENCES}
        self.audience_note.setText(notes[self.audience.currentData()])
        self._form.setRowVisible(self.layers, self.layer.currentData() == _SOME)
        self.complain(self._fault())

    def _browse(self) -> None:
        kinds = f"{self._chosen.label} (*{self._chosen.extension})"
        chosen = self._prompts.save_file(tr("Export to"), self.target.path or Path.home(), kinds)
        if chosen is not None:
            self.target.set_path(chosen if chosen.suffix else chosen.with_suffix(self._chosen.extension))


def _made_which(counts: tuple[int | None, int]) -> QComboBox:
    """The records to choose from; only all of them where nothing is filtered or selected."""
    shown, selected = counts
    box = QComboBox()
    box.setObjectName("which")
    box.addItem(tr("All"), WHICH[0])
    if shown is not None:
        box.addItem(tr("Those that the table shows ({count})", count=f"{shown:,}"), WHICH[1])
    if selected:
        box.addItem(tr("Those that are selected ({count})", count=f"{selected:,}"), WHICH[2])
    return box


def _scrolled(label: QLabel) -> QScrollArea:
    """A label of many lines in a place of a few."""
    area = QScrollArea()
    area.setObjectName("losses")
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFixedHeight(_LINES * label.fontMetrics().lineSpacing())
    label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.MinimumExpanding)
    label.setAlignment(theme.leading() | Qt.AlignmentFlag.AlignTop)
    area.setWidget(label)
    return area
