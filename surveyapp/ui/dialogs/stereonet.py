"""The stereonet of a survey: the net, what of it is shown, what it says, and a picture of it for a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QImage, QPainter
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from surveyapp.domain.orientation import EQUAL_ANGLE, EQUAL_AREA, Plane, Spread, plane_of_pole
from surveyapp.domain.orientation_text import measure_text
from surveyapp.domain.vocabulary import VOCABULARIES
from surveyapp.errors import SurveyError
from surveyapp.services.structures import Measured
from surveyapp.settings import Settings
from surveyapp.ui import theme
from surveyapp.ui.compass_dial import describe
from surveyapp.ui.dialogs.base import role_label
from surveyapp.ui.forms.look import ToneLabel
from surveyapp.ui.mapcanvas.snapshot import save_png
from surveyapp.ui.pdf_pages import MM_PER_INCH, font_of_mm, write_pdf
from surveyapp.ui.prompts import Prompts
from surveyapp.ui.stereonet import Plot, Stereonet, draw_mark, draw_net, inks, mark_picture
from surveyapp.words import ntr, tr

_PICTURE_DPI = 200


class StereonetWindow(QDialog):
    """Stays open beside the window. ``sightingWanted(uuid)`` asks it to show a sighting."""

    sightingWanted = Signal(str)

    def __init__(self, prompts: Prompts, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("stereonet")
        self._prompts, self._settings = prompts, settings
        self._measured: tuple[Measured, ...] = ()
        self._hidden: set[str] = set()
        self._title = ""
        self.net = Stereonet()
        self.net.picked.connect(self._picked)
        self.net.activated.connect(lambda _uuid: self._go())
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 12, 16, 12)
        row.setSpacing(12)
        row.addWidget(self.net, 1)
        row.addWidget(self._side())
        self.setWindowTitle(tr("Stereonet"))
        self.resize(900, 620)
        self.restyle()
        self._show()

    # -- what the controller calls ----------------------------------------------------------------------

    def fill(self, measured: Sequence[Measured], title: str) -> None:
        """Show the measurements of the survey of this name."""
        self._measured, self._title = tuple(measured), title
        self._fill_legend()
        self._show()

    def restyle(self) -> None:
        """Colours or sizes changed."""
        self.save_button.setIcon(theme.icon("save"))
        self._fill_legend()
        self.net.update()

    # -- parts ------------------------------------------------------------------------------------------

    def _side(self) -> QWidget:
        side = QWidget()
        side.setFixedWidth(290)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.heading = role_label("", "heading")
        self.projection = QComboBox()
        self.projection.setAccessibleName(tr("Net"))
        self.projection.addItem(tr("Equal area (Schmidt)"), EQUAL_AREA)
        self.projection.addItem(tr("Equal angle (Wulff)"), EQUAL_ANGLE)
        self.poles = QCheckBox(tr("Planes as poles"))
        self.circles = QCheckBox(tr("Planes as great circles"))
        self.means = QCheckBox(tr("Mean and scatter"))
        self.means.setToolTip(_key())
        self.poles.setChecked(True)
        self.means.setChecked(True)
        self.legend = QListWidget()
        self.legend.setObjectName("structures")
        self.legend.setAccessibleName(tr("Structures shown"))
        self.legend.setIconSize(QSize(18, 18))
        self.figures = ToneLabel("", "")
        self.figures.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.one = ToneLabel("", "muted")
        self.go_button = QPushButton(tr("Show its sighting"))
        self.save_button = QPushButton(tr("Save picture…"))
        self.close_button = QPushButton(tr("Close"))
        for button in (self.go_button, self.save_button, self.close_button):
            button.setAutoDefault(False)
        column.addWidget(self.heading)
        for part in (self.projection, self.poles, self.circles, self.means):
            column.addWidget(part)
        column.addWidget(self.legend, 1)
        column.addWidget(self.figures)
        column.addWidget(self.one)
        column.addWidget(self.go_button)
        buttons = QHBoxLayout()
        buttons.addWidget(self.save_button, 1)
        buttons.addWidget(self.close_button)
        column.addLayout(buttons)
        self.projection.currentIndexChanged.connect(lambda _index: self._show())
        for box in (self.poles, self.circles, self.means):
            box.toggled.connect(lambda _on: self._show())
        self.legend.itemChanged.connect(self._toggled)
        self.go_button.clicked.connect(self._go)
        self.save_button.clicked.connect(self._save)
        self.close_button.clicked.connect(self.close)
        return side

    def _fill_legend(self) -> None:
        counts = Counter(one.structure for one in self._measured)
        filled = {one.structure: isinstance(one.measure, Plane) for one in self._measured}
        known = [code for code in VOCABULARIES["structure"].codes if code in counts]
        others = sorted(counts.keys() - set(known))
        self.legend.blockSignals(True)
        self.legend.clear()
        for code in (*known, *others):
            picture = mark_picture(code, theme.current(), filled=filled[code])
            item = QListWidgetItem(QIcon(picture), f"{_structure(code)} ({counts[code]})")
            item.setData(Qt.ItemDataRole.UserRole, code)
            item.setSizeHint(QSize(0, theme.row_height()))
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Unchecked if code in self._hidden else Qt.CheckState.Checked)
            self.legend.addItem(item)
        self.legend.blockSignals(False)

    # -- what happens -----------------------------------------------------------------------------------

    def _toggled(self, item: QListWidgetItem) -> None:
        code = str(item.data(Qt.ItemDataRole.UserRole))
        if item.checkState() == Qt.CheckState.Checked:
            self._hidden.discard(code)
        else:
            self._hidden.add(code)
        self._show()

    def _show(self) -> None:
        shown = tuple(one for one in self._measured if one.structure not in self._hidden)
        chosen = self.net.plot.chosen if any(one.record.uuid == self.net.plot.chosen for one in shown) else ""
        plot = Plot(
            shown,
            str(self.projection.currentData()),
            self.poles.isChecked(),
            self.circles.isChecked(),
            self.means.isChecked(),
            chosen,
        )
        self.net.show_plot(plot)
        self.heading.setText(ntr("{n} measurement", "{n} measurements", len(self._measured)))
        self.figures.say("\n".join(figures(plot)) if plot.means else "")
        self.save_button.setEnabled(bool(shown))
        self._picked(chosen)

    def _picked(self, uuid: str) -> None:
        one = self._chosen(uuid)
        if one is None:
            some = tr("Click a point to see which measurement it is.")
            none = tr("No measurements yet: add them in the tab “Structure” of a sighting.")
            self.one.say(some if self._measured else none)
        else:
            told = [describe(one.measure), _structure(one.structure), one.place]
            self.one.say("\n".join(part for part in told if part))
        self.go_button.setEnabled(one is not None and bool(one.sighting))

    def _chosen(self, uuid: str) -> Measured | None:
        return next((one for one in self._measured if one.record.uuid == uuid), None)

    def _go(self) -> None:
        one = self._chosen(self.net.plot.chosen)
        if one is not None and one.sighting:
            self.sightingWanted.emit(one.sighting)

    def _save(self) -> None:
        folder = Path(self._settings["files.exports"] or self._settings["files.folder"] or Path.home())
        path = self._prompts.save_file(
            tr("Save the stereonet"), folder / "stereonet.pdf", tr("PDF (*.pdf);;Picture (*.png)")
        )
        if path is None:
            return
        self._settings["files.exports"] = str(path.parent)
        try:
            self.save_to(path)
        except SurveyError as error:
            self._prompts.warn(str(error))

    def save_to(self, path: Path) -> None:
        """Write the net with title, legend and figures: as PNG where the name ends so, else as PDF on A4. Always dark
        on light, for paper. Raises ``BadFile`` where it cannot be written."""
        plot = self.net.plot
        if path.suffix.lower() != ".png":
            write_pdf(path, tr("Stereonet: {title}", title=self._title), [lambda p, mm: self._draw(p, mm, plot)])
            return
        dots_per_mm = _PICTURE_DPI / MM_PER_INCH
        picture = QImage(QSize(round(210 * dots_per_mm), round(297 * dots_per_mm)), QImage.Format.Format_RGB32)
        picture.fill(Qt.GlobalColor.white)
        picture.setDotsPerMeterX(round(dots_per_mm * 1000))
        picture.setDotsPerMeterY(round(dots_per_mm * 1000))
        painter = QPainter(picture)
        self._draw(painter, dots_per_mm, plot)
        painter.end()
        save_png(picture, path)

    def _draw(self, painter: QPainter, mm: float, plot: Plot) -> None:
        """One page of A4."""
        colours = theme.LIGHT
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(colours.text))
        left, width = Qt.AlignmentFlag.AlignLeft, 170 * mm
        painter.setFont(font_of_mm(self.font(), 5.5, mm, bold=True))
        painter.drawText(QRectF(20 * mm, 16 * mm, width, 9 * mm), left, self._title)
        painter.setFont(font_of_mm(self.font(), 3.4, mm))
        net = self.projection.currentText()
        told = ntr("{n} measurement", "{n} measurements", len(plot.measured))
        under = tr("{count}. {net}, lower hemisphere, from true north.", count=told, net=net)
        painter.drawText(QRectF(20 * mm, 26 * mm, width, 6 * mm), left, under)
        draw_net(painter, QRectF(30 * mm, 46 * mm, 150 * mm, 150 * mm), plot, colours, self.font())
        y = 210 * mm
        counts = Counter(one.structure for one in plot.measured)
        filled = {one.structure: isinstance(one.measure, Plane) for one in plot.measured}
        for number, (code, count) in enumerate(sorted(counts.items(), key=lambda kv: _structure(kv[0]))):
            x, line = (20 + 58 * (number % 3)) * mm, y + 6 * mm * (number // 3)
            ink, mark = inks(code, colours)
            draw_mark(painter, QRectF(x, line, 5 * mm, 5 * mm).center(), 1.5 * mm, ink, mark, colours,
                      filled=filled[code])
            painter.setPen(QColor(colours.text))
            painter.setFont(font_of_mm(self.font(), 3.4, mm))
            painter.drawText(QRectF(x + 7 * mm, line, 50 * mm, 5 * mm), left, f"{_structure(code)} ({count})")
        y += (6 * ((len(counts) + 2) // 3) + 5) * mm
        if plot.means:
            painter.setPen(QColor(colours.muted))
            painter.drawText(QRectF(20 * mm, y, width, 50 * mm), left | Qt.TextFlag.TextWordWrap,
                             "\n".join([*figures(plot), _key()]))


def _key() -> str:
    return tr("Cross: mean. Ring: the cone that holds the true mean with 95 % confidence. Dashes: mean plane, or the "
              "circle along which poles lie, with a cross at its axis.")


def figures(plot: Plot) -> list[str]:
    """What the shown measurements of each structure say together, a line each."""
    return [_figures(structure, planes, summary) for structure, planes, summary in plot.spreads]


def _figures(structure: str, planes: bool, summary: Spread) -> str:
    what = tr("{structure} ({count})", structure=_structure(structure), count=summary.count)
    if summary.is_girdle:
        return tr("{what}: along a great circle, axis {axis}", what=what, axis=measure_text(summary.girdle_pole))
    mean = measure_text(plane_of_pole(summary.mean) if planes else summary.mean)
    if summary.alpha95_deg is None or summary.kappa is None:
        return tr("{what}: mean {mean}", what=what, mean=mean)
    return tr("{what}: mean {mean}, 95\u00a0%\u00a0cone\u00a0{alpha}°, κ\u00a0{kappa}", what=what, mean=mean,
              alpha=f"{summary.alpha95_deg:.1f}", kappa=f"{summary.kappa:.0f}")


def _structure(code: str) -> str:
    if not code:
        return tr("Structure not said")
    return VOCABULARIES["structure"].label(code).capitalize()
