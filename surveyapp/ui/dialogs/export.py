"""Export: the format, for whom, and where to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QComboBox, QFormLayout, QLabel, QLineEdit, QSizePolicy, QWidget

from surveyapp.ui.dialogs.base import Dialog, PathField, role_label
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


@dataclass(frozen=True, slots=True)
class FormatChoice:
    """A format one may export to; ``note`` says what it cannot hold, ``any_crs`` whether it can be in another
    reference system than WGS 84."""

    key: str
    label: str
    extension: str
    note: str = ""
    any_crs: bool = False


@dataclass(frozen=True, slots=True)
class ExportWish:
    """What the dialog gives back; ``layer`` and ``crs`` (EPSG:n) are ``None`` for all layers and WGS 84."""

    path: Path
    format: str
    audience: str
    layer: str | None
    crs: str | None


class ExportDialog(Dialog):
    """Asks for an :class:`ExportWish` (``wish``). ``layers``: (name, title) of those that hold something."""

    def __init__(
        self,
        prompts: Prompts,
        formats: Sequence[FormatChoice],
        layers: Sequence[tuple[str, str]],
        suggested: Path,
        *,
        title: str = "",
        format_key: str = "",
        audience: str = "office",
        parent: QWidget | None = None,
    ) -> None:
        title = title or tr("Export")
        super().__init__(title, "", title, parent)
        self._prompts = prompts
        self._formats = {choice.key: choice for choice in formats}
        self.format = QComboBox()
        self.format.setObjectName("format")
        for choice in formats:
            self.format.addItem(choice.label, choice.key)
        self.format.setCurrentIndex(max(self.format.findData(format_key), 0))
        self.format_note = _remark()
        self.audience = QComboBox()
        self.audience.setObjectName("audience")
        for key, label, _note in AUDIENCES:
            self.audience.addItem(tr(label), key)
        self.audience.setCurrentIndex(max(self.audience.findData(audience), 0))
        self.audience_note = _remark()
        self.layer = QComboBox()
        self.layer.setObjectName("layer")
        self.layer.addItem(tr("As the format has them"), None)
        for name, plural in layers:
            self.layer.addItem(plural, name)
        self.crs = QLineEdit()
        self.crs.setObjectName("crs")
        self.crs.setPlaceholderText(tr("WGS 84 (EPSG:4326)"))
        self.target = PathField(suggested)
        self.target.setObjectName("target")
        form = QFormLayout()
        form.setVerticalSpacing(8)
        form.setHorizontalSpacing(14)
        form.addRow(tr("&Format"), self.format)
        form.addRow("", self.format_note)
        form.addRow(tr("F&or"), self.audience)
        form.addRow("", self.audience_note)
        form.addRow(tr("&Layer"), self.layer)
        form.addRow(tr("&Reference system"), self.crs)
        form.addRow(tr("&File"), self.target)
        self._form = form
        form.setRowVisible(self.format, len(formats) > 1)
        form.setRowVisible(self.layer, bool(layers))
        self.body.addLayout(form)
        self.body.addStretch(1)
        self.setMinimumWidth(620)
        self.format.currentIndexChanged.connect(self._other_format)
        self.audience.currentIndexChanged.connect(self._look)
        self.target.changed.connect(self._look)
        self.target.browse.connect(self._browse)
        self._other_format()
        self.resize(640, 440 if len(formats) > 1 else 280)

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
            self.layer.currentData(),
            (self.crs.text().strip() or None) if self._chosen.any_crs else None,
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

    def _fault(self) -> str:
        path = self.target.path
        if path is None:
            return tr("Choose a file to write.")
        if not path.parent.is_dir():
            return tr("There is no folder {parent}; choose another.", parent=path.parent)
        return ""

    def _other_format(self) -> None:
        path = self.target.path
        if path is not None:
            self.target.set_path(path.with_suffix(self._chosen.extension))
        self.format_note.setText(self._chosen.note)
        self._form.setRowVisible(self.format_note, bool(self._chosen.note))
        self._form.setRowVisible(self.crs, self._chosen.any_crs)
        self._look()

    def _look(self) -> None:
        notes = {key: tr(note) for key, _label, note in AUDIENCES}
        self.audience_note.setText(notes[self.audience.currentData()])
        self.complain(self._fault())

    def _browse(self) -> None:
        kinds = f"{self._chosen.label} (*{self._chosen.extension})"
        chosen = self._prompts.save_file(tr("Export to"), self.target.path or Path.home(), kinds)
        if chosen is not None:
            self.target.set_path(chosen if chosen.suffix else chosen.with_suffix(self._chosen.extension))


def _remark() -> QLabel:
    """A remark under a field, no higher than its words."""
    label = role_label("", "muted")
    label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
    return label
