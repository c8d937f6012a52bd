"""Find a sample: type its ID, or scan its label with a scanner that types; Return goes to it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QListWidget, QListWidgetItem, QWidget

from surveyapp.domain.records import moment_of
from surveyapp.services.samples import Sampled, matching
from surveyapp.ui import theme
from surveyapp.ui.dialogs.base import Dialog
from surveyapp.ui.forms.history_text import isolated
from surveyapp.words import ntr, tr

_SHOWN = 200
"""Rows that are made; nobody reads more, and typing narrows them."""
_STEPS: dict[int, int] = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}


class FindSampleDialog(Dialog):
    """``found(Sampled)`` with the sample that was chosen; the dialog then closes."""

    found = Signal(object)

    def __init__(self, samples: Sequence[Sampled], parent: QWidget | None = None) -> None:
        super().__init__(
            tr("Find a sample"),
            tr("Type an ID, an IGSN or a place, or scan a label. Return goes to the first one."),
            tr("Show it"),
            parent,
        )
        self._samples = list(samples)
        self._fitting: list[Sampled] = []
        self.edit = QLineEdit()
        self.edit.setObjectName("sample_name")
        self.edit.setAccessibleName(tr("Sample"))
        self.edit.setClearButtonEnabled(True)
        self.list = QListWidget()
        self.list.setObjectName("found_samples")
        self.list.setAccessibleName(tr("Samples found"))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setAlternatingRowColors(True)
        self.body.addWidget(self.edit)
        self.body.addWidget(self.list, 1)
        self.resize(560, 440)
        self.edit.textChanged.connect(lambda _text: self._fill())
        self.edit.installEventFilter(self)
        self.list.itemActivated.connect(lambda _item: self.accept())
        self._fill()
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def accept(self) -> None:
        """Go to the chosen sample. A scanner ends with Return, which comes here by way of the main button."""
        row = self.list.currentRow()
        if 0 <= row < len(self._fitting):
            self.found.emit(self._fitting[row])
            super().accept()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows move in the list while one goes on typing."""
        if watched is self.edit and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = _STEPS.get(event.key())
            if step is not None and self.list.count():
                self.list.setCurrentRow((self.list.currentRow() + step) % self.list.count())
                return True
        return super().eventFilter(watched, event)

    def _fill(self) -> None:
        text = self.edit.text()
        self._fitting = matching(self._samples, text)
        self.list.clear()
        for sample in self._fitting[:_SHOWN]:
            item = QListWidgetItem(_line(sample))
            item.setSizeHint(QSize(0, theme.row_height()))
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        if self._fitting:
            self.complain("")
        elif not self._samples:
            self.complain(tr("This survey has no samples yet."))
        else:
            self.complain(tr("No sample of this survey is called so."))
        if len(self._fitting) > _SHOWN:
            more = len(self._fitting) - _SHOWN
            item = QListWidgetItem(ntr("and {n} more; type more of the ID", "and {n} more; type more of the ID", more))
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(item)


def _line(sample: Sampled) -> str:
    taken = moment_of(sample.record.get("collected_at"))
    place = sample.place if sample.sighting else tr("its sighting is not in this file")
    parts = [sample.record.text("sample_type"), place, taken.date().isoformat() if taken else ""]
    rest = " · ".join(isolated(part) for part in parts if part)
    return f"{isolated(sample.sample_id or tr('without ID'))}   {rest}"
