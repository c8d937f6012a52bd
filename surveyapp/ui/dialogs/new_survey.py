"""New survey: what it is called, whose it is, and where its file goes."""

from __future__ import annotations

import os
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QComboBox, QFormLayout, QLineEdit, QWidget

from surveyapp.domain.vocabulary import VOCABULARIES
from surveyapp.ui.dialogs.base import Dialog, PathField, role_label
from surveyapp.ui.prompts import Prompts
from surveyapp.words import tr


@dataclass(frozen=True, slots=True)
class NewSurvey:
    """What the dialog gives back; ``province`` is an ISO 3166-2 code or ``None``."""

    name: str
    team: str
    surveyor: str
    province: str | None
    path: Path


def file_name(name: str) -> str:
    """File name for a survey called ``name``: its letters and digits, in any script, with hyphens between."""
    parts = re.findall(r"\w+", unicodedata.normalize("NFC", name).casefold())
    return ("-".join(parts)[:60].strip("-_") or "survey") + ".gpkg"


class NewSurveyDialog(Dialog):
    """Asks for a :class:`NewSurvey`; ``details`` holds it once nothing is wrong."""

    def __init__(
        self,
        prompts: Prompts,
        folder: Path,
        *,
        team: str = "",
        surveyor: str = "",
        province: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(
            tr("New survey"),
            tr("One file holds everything: sightings, photos, and who changed what."),
            tr("Make survey"),
            parent,
        )
        self._prompts = prompts
        self.name = QLineEdit()
        self.name.setObjectName("name")
        self.name.setPlaceholderText(tr("Swat emeralds, spring 2026"))
        self.team = QLineEdit(team)
        self.team.setObjectName("team")
        self.surveyor = QLineEdit(surveyor)
        self.surveyor.setObjectName("surveyor")
        self.province = QComboBox()
        self.province.setObjectName("province")
        self.province.addItem(tr("Several or not known yet"), None)
        for term in VOCABULARIES["province"].terms:
            self.province.addItem(tr(term.label), term.code)
        self.province.setCurrentIndex(max(self.province.findData(province), 0))
        self.folder = PathField(folder)
        self.folder.setObjectName("folder")
        self.file = role_label("", "muted")
        self.file.setObjectName("file")
        form = QFormLayout()
        form.setVerticalSpacing(10)
        form.setHorizontalSpacing(14)
        form.addRow(tr("&Name of the survey"), self.name)
        form.addRow(tr("&Team"), self.team)
        form.addRow(tr("&Surveyor in charge"), self.surveyor)
        form.addRow(tr("&Province or territory"), self.province)
        form.addRow(tr("&Folder"), self.folder)
        form.addRow(tr("File"), self.file)
        self.body.addLayout(form)
        self.body.addStretch(1)
        self.resize(640, 430)
        self.folder.browse.connect(self._browse)
        for edit in (self.name, self.team, self.surveyor):
            edit.textChanged.connect(self._look)
        self.folder.changed.connect(self._look)
        self._look()
        self.name.setFocus()

    @property
    def details(self) -> NewSurvey | None:
        """What was filled in; ``None`` while something is missing or wrong."""
        if self._fault() is not None:
            return None
        return NewSurvey(
            name=self.name.text().strip(),
            team=self.team.text().strip(),
            surveyor=self.surveyor.text().strip(),
            province=self.province.currentData(),
            path=self._path(),
        )

    def _path(self) -> Path:
        return (self.folder.path or Path()) / file_name(self.name.text())

    def _fault(self) -> str | None:
        """What keeps the survey from being made: empty for what is just not typed yet."""
        folder = self.folder.path
        if folder is None or not folder.is_dir():
            return (
                tr("There is no folder {folder}; choose another.", folder=folder)
                if folder
                else tr("Choose a folder for the file.")
            )
        if not os.access(folder, os.W_OK):
            return tr("The folder {folder} cannot be written; choose another.", folder=folder)
        if not self.name.text().strip():
            return ""
        if self._path().exists():
            return tr("{name} exists in that folder already; give the survey another name.", name=self._path().name)
        if not self.surveyor.text().strip():
            return ""
        return None

    def _look(self) -> None:
        fault = self._fault()
        # Left to right as a whole: an Urdu name would else put its ending in front.
        name = f"\u2066{self._path().name}\u2069"
        self.file.setText(name if self.name.text().strip() else tr("named after the survey"))
        self.complain(fault or "")
        self.main_button.setEnabled(fault is None)

    def _browse(self) -> None:
        chosen = self._prompts.folder(tr("Folder for the survey"), self.folder.path or Path.home())
        if chosen is not None:
            self.folder.set_path(chosen)
