"""Labels for sample bags: of which samples, on which sheet, and how the page will look."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QHBoxLayout, QLabel, QWidget

from surveyapp.services.labels import SHEET_BY_KEY, SHEETS, Label, Sheet, labels_of, pages
from surveyapp.services.samples import Sampled
from surveyapp.settings import Settings
from surveyapp.ui.dialogs.base import Dialog, role_label
from surveyapp.ui.forms.images import toned
from surveyapp.ui.labels_print import preview, save_labels
from surveyapp.words import ntr, tr

_PREVIEW_PX = 430
_MOST_COPIES = 6


class LabelsDialog(Dialog):
    """Asks what to print. ``here`` are the samples of the selected sightings, ``everything`` those of the survey."""

    def __init__(
        self, here: Sequence[Sampled], everything: Sequence[Sampled], settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(
            tr("Labels of samples"),
            tr("A PDF on A4, to print at its true size (100 %). Each label has a QR code that a scanner can type."),
            tr("Save PDF…"),
            parent,
        )
        self._settings = settings
        self._choices = [list(here), list(everything)]
        self.which = QComboBox()
        for text, samples in (
            (tr("Of the selected sightings"), here),
            (tr("Of the whole survey"), everything),
        ):
            self.which.addItem(f"{text} ({len(samples)})")
        self.which.setCurrentIndex(0 if here else 1)
        self.sheet_box = QComboBox()
        for sheet in SHEETS:
            self.sheet_box.addItem(sheet.title, sheet.key)
        self.sheet_box.setCurrentIndex(max(self.sheet_box.findData(settings["sample.sheet"]), 0))
        self.copies = QComboBox()
        self.copies.addItems([str(number) for number in range(1, _MOST_COPIES + 1)])
        self.first = QComboBox()
        self.first.setToolTip(tr("On a sheet that was used in part: the first label that is still there, counted from "
                                 "the upper left, row by row"))
        self.with_place = QCheckBox(tr("Gem and locality on the label"))
        self.with_place.setToolTip(tr("Leave it off for bags that travel with strangers"))
        self.with_place.setChecked(settings["sample.label_place"])
        self.cuts = QCheckBox(tr("Marks to cut by"))
        self.cuts.setChecked(True)
        self.page = QLabel()
        self.page.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.page.setAccessibleName(tr("Preview of the first page"))
        self.told = role_label("", "muted")
        form = QFormLayout()
        form.setVerticalSpacing(8)
        form.setHorizontalSpacing(14)
        form.addRow(tr("&Samples"), self.which)
        form.addRow(tr("S&heet"), self.sheet_box)
        form.addRow(tr("&Copies of each"), self.copies)
        form.addRow(tr("&Begin at label"), self.first)
        form.addRow("", self.with_place)
        form.addRow("", self.cuts)
        form.addRow("", self.told)
        row = QHBoxLayout()
        row.setSpacing(20)
        row.addLayout(form, 1)
        row.addWidget(self.page)
        self.body.addLayout(row)
        self.which.currentIndexChanged.connect(lambda _index: self._look())
        self.sheet_box.currentIndexChanged.connect(lambda _index: self._look())
        self.copies.currentIndexChanged.connect(lambda _index: self._look())
        self.first.currentIndexChanged.connect(lambda _index: self._look())
        self.with_place.toggled.connect(lambda _on: self._look())
        self.cuts.toggled.connect(lambda _on: self._look())
        self._look()
        self.resize(820, 560)

    @property
    def sheet(self) -> Sheet:
        """The chosen sheet."""
        return SHEET_BY_KEY[str(self.sheet_box.currentData())]

    @property
    def labels(self) -> list[Label]:
        """What will be printed."""
        chosen = self._choices[self.which.currentIndex()]
        return labels_of(chosen, with_place=self.with_place.isChecked(), copies=self.copies.currentIndex() + 1)

    @property
    def begin_at(self) -> int:
        """The first label of the sheet that is printed, from 1."""
        return max(self.first.currentIndex(), 0) + 1

    def save(self, path: Path) -> int:
        """Write the PDF and remember the choices; returns the number of pages. Raises a ``SurveyError``."""
        count = save_labels(path, self.labels, self.sheet, self.begin_at, cuts=self.cuts.isChecked())
        self._settings.update({"sample.sheet": self.sheet.key, "sample.label_place": self.with_place.isChecked()})
        return count

    def _offer_first(self) -> None:
        if self.first.count() != self.sheet.count:
            chosen = min(self.begin_at, self.sheet.count)
            self.first.blockSignals(True)
            self.first.clear()
            self.first.addItems([str(number) for number in range(1, self.sheet.count + 1)])
            self.first.setCurrentIndex(chosen - 1)
            self.first.blockSignals(False)

    def _look(self) -> None:
        self._offer_first()
        labels, first = self.labels, self.begin_at
        factor = self.devicePixelRatioF()
        page = preview(labels, self.sheet, 0, first, round(_PREVIEW_PX * factor), cuts=self.cuts.isChecked())
        picture = toned(page)
        shown = QPixmap.fromImage(picture)
        shown.setDevicePixelRatio(factor)
        self.page.setPixmap(shown)
        if not labels:
            self.complain(tr("There is no sample with an ID among these."))
            self.told.setText("")
            return
        self.complain("")
        one = ntr("{n} label", "{n} labels", len(labels))
        sheets = ntr("{n} page", "{n} pages", pages(self.sheet, len(labels), first))
        self.told.setText(tr("{labels} on {pages}", labels=one, pages=sheets))
