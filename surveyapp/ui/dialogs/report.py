"""Asks what the report is to be, and where it goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QComboBox, QFormLayout, QWidget

from surveyapp.ui.dialogs.base import Dialog, FieldNote, PathField, centre_labels
from surveyapp.ui.prompts import Choice, Prompts
from surveyapp.words import mark, tr

FORMATS = (
    (".pdf", mark("PDF"), mark("Pages of A4, ready to be printed and signed.")),
    (".html", mark("HTML"), mark("One page for any browser, without a network; it prints on A4 as well.")),
)


@dataclass(frozen=True, slots=True)
class ReportKind:
    """A report that can be made."""

    key: str
    label: str
    note: str


@dataclass(frozen=True, slots=True)
class ReportWish:
    """What the dialog gives back."""

    kind: str
    path: Path


class ReportDialog(Dialog):
    """Asks for a :class:`ReportWish` (``wish``). ``suggested`` is a file of any ending."""

    def __init__(
        self, prompts: Prompts, kinds: Sequence[ReportKind], suggested: Path, parent: QWidget | None = None
    ) -> None:
        lead = tr("A report names people and exact positions. It is for the office.")
        super().__init__(tr("Survey report"), lead, tr("Write the report"), parent)
        self._prompts = prompts
        self._kinds = {kind.key: kind for kind in kinds}
        self.kind = QComboBox()
        self.kind.setObjectName("kind")
        for kind in kinds:
            self.kind.addItem(kind.label, kind.key)
        self.kind_note = FieldNote()
        self.format = QComboBox()
        self.format.setObjectName("format")
        for extension, label, _note in FORMATS:
            self.format.addItem(tr(label), extension)
        self.format_note = FieldNote()
        self.target = PathField(suggested.with_suffix(FORMATS[0][0]))
        self.target.setObjectName("target")
        form = QFormLayout()
        form.setVerticalSpacing(8)
        form.setHorizontalSpacing(14)
        form.addRow(tr("&Report"), self.kind)
        form.addRow("", self.kind_note)
        form.addRow(tr("&Format"), self.format)
        form.addRow("", self.format_note)
        form.addRow(tr("F&ile"), self.target)
        centre_labels(form)
        form.setRowVisible(self.kind, len(kinds) > 1)
        form.setRowVisible(self.kind_note, len(kinds) > 1)
        self.body.addLayout(form)
        self.body.addStretch(1)
        self.setMinimumWidth(600)
        self.kind.currentIndexChanged.connect(self._look)
        self.format.currentIndexChanged.connect(self._other_format)
        self.target.changed.connect(self._look)
        self.target.browse.connect(self._browse)
        self._look()

    @property
    def wish(self) -> ReportWish | None:
        """What was chosen; ``None`` while it cannot be done."""
        path = self.target.path
        return ReportWish(self.kind.currentData(), path) if path is not None and not self._fault() else None

    def accept(self) -> None:
        path = self.target.path
        if path is not None and path.exists():
            replace = Choice("replace", tr("Replace"), destructive=True)
            told = tr("{name} exists already. Replace it?", name=path.name)
            if self._prompts.choose(told, (replace,), title=self.windowTitle()) != "replace":
                return
        super().accept()

    def _fault(self) -> str:
        path = self.target.path
        if path is None:
            return tr("Choose a file to write.")
        if not path.parent.is_dir():
            return tr("There is no folder {parent}; choose another.", parent=path.parent)
        if path.is_dir():
            return tr("{path} is a folder; give the report a name of its own.", path=path)
        return ""

    def _other_format(self) -> None:
        if self.target.path is not None:
            self.target.set_path(self.target.path.with_suffix(self.format.currentData()))
        self._look()

    def _look(self) -> None:
        path = self.target.path
        endings = [extension for extension, _label, _note in FORMATS]
        if path is not None and path.suffix.lower() in endings:  # whoever types another ending means it
            self.format.setCurrentIndex(endings.index(path.suffix.lower()))
        self.format_note.setText(tr(FORMATS[self.format.currentIndex()][2]))
        self.kind_note.setText(self._kinds[self.kind.currentData()].note)
        self.complain(self._fault())
        self.grow()

    def _browse(self) -> None:
        extension = self.format.currentData()
        kinds = f"{self.format.currentText()} (*{extension})"
        chosen = self._prompts.save_file(tr("Write the report to"), self.target.path or Path.home(), kinds)
        if chosen is not None:
            self.target.set_path(chosen if chosen.suffix else chosen.with_suffix(extension))
