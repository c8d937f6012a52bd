"""Asks which maps of a file to add, where it holds several."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from surveyapp.geo.ground.opening import Entry
from surveyapp.ui.dialogs.base import Dialog
from surveyapp.ui.layers_words import kind_words
from surveyapp.words import tr


class LayerAddDialog(Dialog):
    """The maps of a file with a box to tick before each; the first is ticked. ``chosen`` are the ticked ones."""

    def __init__(self, path: Path, entries: Sequence[Entry], parent: QWidget | None = None) -> None:
        lead = tr("{file} holds several. They stay in their file; the survey is not changed.", file=path.name)
        super().__init__(tr("Which maps?"), lead, tr("Add"), parent)
        self._entries = entries
        self.list = QListWidget()
        self.list.setObjectName("files")
        self.list.setAccessibleName(tr("Maps in the file"))
        self.list.ensurePolished()  # or rows are measured without the padding that they get
        for number, entry in enumerate(entries):
            item = QListWidgetItem(f"{entry.title}\n{kind_words(entry.kind)}", self.list)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Unchecked if number else Qt.CheckState.Checked)
        self.list.setCurrentRow(0)
        self.list.itemChanged.connect(lambda _item: self._look())
        self.body.addWidget(self.list)
        self.resize(460, 420)

    @property
    def chosen(self) -> list[Entry]:
        """The ticked ones."""
        return [
            entry
            for number, entry in enumerate(self._entries)
            if self.list.item(number).checkState() == Qt.CheckState.Checked
        ]

    def _look(self) -> None:
        self.complain("" if self.chosen else tr("Tick at least one."))
