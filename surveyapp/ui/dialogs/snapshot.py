"""What a picture of the map for a report is to have."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QLineEdit, QWidget

from surveyapp.ui.dialogs.base import Dialog
from surveyapp.ui.mapcanvas.grids import GRIDS, GridName
from surveyapp.ui.mapcanvas.snapshot import Paper
from surveyapp.words import tr


@dataclass(frozen=True)
class Shape:
    """A size to choose: a page (PDF), or pixels of a PNG with how large its words are drawn."""

    key: str
    paper: Paper | None = None
    pixels: tuple[int, int] = (0, 0)
    ratio: float = 1.0

    @property
    def extension(self) -> str:
        return ".pdf" if self.paper is not None else ".png"


SHAPES: tuple[Shape, ...] = (
    Shape("png", pixels=(1600, 1100)),
    Shape("png-large", pixels=(3200, 2200), ratio=2.0),
    Shape("pdf-a4", Paper("A4", landscape=True)),
    Shape("pdf-a4-upright", Paper("A4", landscape=False)),
    Shape("pdf-a3", Paper("A3", landscape=True)),
    Shape("pdf-a3-upright", Paper("A3", landscape=False)),
)


def shape_text(shape: Shape) -> str:
    """How a size is called in the list."""
    if shape.paper is None:
        wide, high = shape.pixels
        words = tr("for print") if shape.ratio > 1 else tr("for a screen")
        return tr("PNG, {width} × {height} pixels, {use}", width=wide, height=high, use=words)
    name = shape.paper.size
    if shape.paper.landscape:
        return tr("PDF, {paper} on its side", paper=name)
    return tr("PDF, {paper} upright", paper=name)


def grid_text(name: GridName) -> str:
    """How a net is called."""
    words = {"degrees": tr("Degrees"), "utm": tr("Kilometres (UTM)"), "sheets": tr("Toposheets")}
    return words[name]


class SnapshotDialog(Dialog):
    """Title, size, legend and nets of a picture."""

    def __init__(self, title: str, key: str, grids: Collection[GridName], parent: QWidget | None = None) -> None:
        super().__init__(
            tr("Save picture"),
            tr("What the map shows now, light as paper, with scale, north arrow and its source."),
            tr("Save…"),
            parent,
        )
        self.title = QLineEdit(title)
        self.title.setObjectName("picture_title")
        self.title.setPlaceholderText(tr("No title"))
        self.size_box = QComboBox()
        self.size_box.setObjectName("picture_size")
        for shape in SHAPES:
            self.size_box.addItem(shape_text(shape), shape.key)
        self.size_box.setCurrentIndex(max(self.size_box.findData(key), 0))
        self.legend = QCheckBox(tr("Legend"))
        self.legend.setChecked(True)
        self.boxes: dict[GridName, QCheckBox] = {}
        form = QFormLayout()
        form.setSpacing(10)
        form.addRow(tr("Title"), self.title)
        form.addRow(tr("Size"), self.size_box)
        form.addRow("", self.legend)
        for number, name in enumerate(GRIDS):
            self.boxes[name] = QCheckBox(grid_text(name))
            self.boxes[name].setChecked(name in grids)
            form.addRow(tr("Nets") if number == 0 else "", self.boxes[name])
        self.body.addLayout(form)
        self.resize(520, self.sizeHint().height())

    @property
    def shape(self) -> Shape:
        """The chosen size."""
        return SHAPES[self.size_box.currentIndex()]

    @property
    def grids(self) -> frozenset[GridName]:
        """The chosen nets."""
        return frozenset(name for name, box in self.boxes.items() if box.isChecked())
