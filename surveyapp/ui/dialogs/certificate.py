"""A laboratory's report on a sample: what it says, whose scale its treatment code is of, and its scan."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from surveyapp.domain import custody_rules
from surveyapp.domain.certificate_rules import (
    GEM_SPECIES,
    certificate_issues,
    laboratories,
    offered_treatments,
    scale_note,
    species_of,
)
from surveyapp.domain.fields import CERTIFICATE
from surveyapp.domain.gems import GEM_BY_CODE
from surveyapp.domain.records import Record, Value
from surveyapp.domain.vocabulary import VOCABULARIES, Vocabulary
from surveyapp.errors import SurveyError
from surveyapp.services.certificates import PDF, SUFFIXES, read_scan
from surveyapp.ui import theme
from surveyapp.ui.dialogs.base import PathField
from surveyapp.ui.dialogs.typed import TypedDialog, form_page
from surveyapp.ui.forms.checks import BLOCKS, NEEDED, WARNS, Finding
from surveyapp.ui.forms.code_editor import ListEditor, TermList
from surveyapp.ui.forms.form_body import FormBody
from surveyapp.ui.forms.history_text import isolated
from surveyapp.ui.forms.images import picture, toned
from surveyapp.ui.forms.look import ToneLabel
from surveyapp.ui.forms.text_editors import LineEditor
from surveyapp.ui.prompts import Prompts
from surveyapp.words import tr

_GROUP = "Report"
_NEEDED = ("laboratory", "report_number")
_SCAN = QSize(260, 300)


class CertificateDialog(TypedDialog):
    """``saveRequested`` by its main button; it stays open until :meth:`saved`. ``record`` is the certificate that is
    changed (``None``: a new one), ``scan`` the photo record of the scan that it has, ``gem`` that of the sighting."""

    def __init__(self, sample: Record, gem: str, record: Record | None, scan: Record | None, prompts: Prompts,
                 parent: QWidget | None = None, *, folder: Path | None = None) -> None:
        name = isolated(custody_rules.caption(sample))
        super().__init__(
            tr("Certificate of sample {id}", id=name) if record else tr("Add a certificate to sample {id}", id=name),
            tr("As it stands on the report. Treatment and origin are the laboratory's opinion; not tested is not none "
               "detected."),
            tr("Save certificate"), prompts, parent,
        )
        self.sample, self.record, self._scan = sample, record, scan
        self._gem, self._folder = gem, folder
        self._scan_trouble = ""
        self._dropped = False
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self._left(), 3)
        row.addLayout(self._right(), 2)
        self.body.addLayout(row, 1)
        self.cancel_button.setAutoDefault(False)
        gem_label = GEM_BY_CODE[gem].label.lower() if gem in GEM_BY_CODE else None
        first: dict[str, Value] = {"species": GEM_SPECIES.get(gem), "variety": gem_label}
        self.form.show_values(record.values if record is not None else first)
        self._loaded = self._content()
        self._offer_codes()
        self.resize(900, 660)
        self.look()
        self.form.editor("laboratory").input().setFocus(Qt.FocusReason.OtherFocusReason)

    # -- what the controller calls ----------------------------------------------------------------------

    def values(self) -> dict[str, Value]:
        """What stands in the form."""
        return self.form.collect()[0]

    @property
    def scan_path(self) -> Path | None:
        """The file of a scan that is to be attached."""
        return self.path_field.path

    @property
    def drops_scan(self) -> bool:
        """Whether the scan that is there is to go."""
        return self._dropped and self.scan_path is None

    def show_scan(self, data: bytes | None) -> None:
        """The bytes of the scan that the certificate has."""
        if self.scan_path is None and not self._dropped:
            self._show_picture(data)

    def _question(self) -> tuple[str, str]:
        return tr("Throw away what you typed of this certificate?"), tr("Certificate")

    # -- parts ------------------------------------------------------------------------------------------

    def _left(self) -> QScrollArea:
        self.form = FormBody(CERTIFICATE.fields, opened=(_GROUP,), parent=self)
        self.form.edited.connect(self._edited)
        editor = self.form.editor("laboratory")
        if isinstance(editor, LineEditor):
            completer = QCompleter(list(laboratories()), editor.line)
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            editor.line.setCompleter(completer)
            completer.activated.connect(lambda _text: self._edited("laboratory"))
        return form_page(self.form, _GROUP)

    def _right(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(8)
        self.scale = ToneLabel("", "muted")
        column.addWidget(ToneLabel(tr("Treatment codes"), "", bold=True))
        column.addWidget(self.scale)
        column.addSpacing(8)
        column.addWidget(ToneLabel(tr("Scan of the report"), "", bold=True))
        self.path_field = PathField()
        self.path_field.edit.setPlaceholderText(tr("JPEG, PNG or PDF"))
        self.path_field.edit.setAccessibleName(tr("File of the scan"))
        self.path_field.browse.connect(self._choose)
        self.path_field.changed.connect(self._path_changed)
        column.addWidget(self.path_field)
        self.scan_told = ToneLabel("", "muted")
        column.addWidget(self.scan_told)
        self.drop_button = QPushButton(tr("Take the scan away"))
        self.drop_button.setAutoDefault(False)
        self.drop_button.clicked.connect(self._drop)
        column.addWidget(self.drop_button, 0, theme.leading())
        self.picture = QLabel()
        self.picture.setAlignment(theme.leading() | Qt.AlignmentFlag.AlignTop)
        self.picture.setMinimumHeight(120)
        self.picture.setAccessibleName(tr("The scan"))
        column.addWidget(self.picture, 1)
        return column

    def _content(self) -> Mapping[str, Any]:
        return {"raws": self.form.raws(), "scan": str(self.scan_path or ""), "dropped": self._dropped}

    def _restore(self, content: Mapping[str, Any]) -> None:
        self.form.set_raws(content["raws"])
        self._offer_codes()
        if content["dropped"]:
            self._drop()
        if content["scan"]:
            self.path_field.set_path(Path(content["scan"]))

    # -- the scan ---------------------------------------------------------------------------------------

    def _choose(self) -> None:
        kinds = " ".join(f"*{suffix} *{suffix.upper()}" for suffix in SUFFIXES)
        shown = tr("Scans ({kinds});;All files (*)", kinds=kinds)
        chosen = self._prompts.open_files(tr("Scan of the report"), self._folder or Path.home(), shown)
        if chosen:
            self.path_field.set_path(chosen[0])

    def _path_changed(self) -> None:
        path = self.scan_path
        self._scan_trouble = ""
        if path is None:
            self._show_picture(None)
        else:
            try:
                read = read_scan(path)
            except SurveyError as error:
                self._scan_trouble = str(error)
                self._show_picture(None)
            else:
                self._show_picture(None if read.values["content_type"] == PDF else read.data)
        self.look()

    def _show_picture(self, data: bytes | None) -> None:
        ratio = self.devicePixelRatioF()
        image = toned(picture(data, _SCAN * ratio))
        shown = QPixmap.fromImage(image)
        shown.setDevicePixelRatio(ratio)
        self.picture.setPixmap(shown)

    def _drop(self) -> None:
        self._dropped = True
        self.path_field.edit.clear()
        self._show_picture(None)
        self.look()

    # -- what is shown ----------------------------------------------------------------------------------

    def _edited(self, name: str) -> None:
        if name in ("laboratory", "species", "variety"):
            self._offer_codes()
        self.look()

    def _species(self) -> str:
        values = self.values()
        return species_of(values.get("species"), values.get("variety")) or GEM_SPECIES.get(self._gem, "")

    def _offer_codes(self) -> None:
        """List the codes of the laboratory's own scale first."""
        editor = self.form.editor("treatment")
        if not isinstance(editor, ListEditor):
            return
        laboratory, known = self.values().get("laboratory"), VOCABULARIES["treatment"]
        ordered = [term for code in offered_treatments(laboratory, self._species()) if (term := known.term(code))]
        raw = editor.raw()
        editor.combo.setModel(TermList(Vocabulary("treatment", tuple(ordered)), editor.combo))
        editor.combo.setCurrentIndex(-1)
        editor.combo.setEditText(raw)
        self.scale.say(scale_note(laboratory, self._species())
                       or tr("Name the laboratory, and the codes of its own scale come first."))

    def look(self) -> None:
        """Say what is missing and what contradicts itself."""
        values, troubles = self.form.collect()
        uuid = self.record.uuid if self.record is not None else ""
        draft = Record(CERTIFICATE.name, uuid, {**dict.fromkeys(CERTIFICATE.names), **values,
                                                "sample_uuid": self.sample.uuid})
        findings = [Finding(name, BLOCKS, told) for name, told in troubles.items()]
        findings += [Finding(str(issue.field), WARNS, issue.message) for issue in certificate_issues(
            [draft], {self.sample.uuid: self.sample}, {self.sample.uuid: self._gem})]
        missing = [name for name in _NEEDED if not str(values.get(name) or "").strip()]
        findings += [Finding(name, NEEDED, "") for name in missing]
        self.form.tell(findings, values)
        self._say_scan()
        told = next(iter(troubles.values()), "") or self._scan_trouble
        theme.set_role(self.trouble, "danger" if told else "muted")
        self.complain(told or (tr("A report is known by its laboratory and its number; fill in both.")
                               if missing else ""))

    def _say_scan(self) -> None:
        there = self._scan is not None and not self._dropped
        self.drop_button.setVisible(there and self.scan_path is None)
        if self._scan_trouble:
            self.scan_told.say(self._scan_trouble, "warning")
        elif self.scan_path is not None:
            told = tr("{name} will be kept in the survey, byte for byte.", name=isolated(self.scan_path.name))
            self.scan_told.say(tr("{told} It takes the place of the scan that is there.", told=told) if there else told,
                               "muted")
        elif there and self._scan is not None:
            self.scan_told.say(isolated(str(self._scan.get("file_name") or tr("scan"))), "muted")
        else:
            self.scan_told.say(tr("No scan yet"), "muted")
