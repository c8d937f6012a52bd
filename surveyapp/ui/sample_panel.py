"""The samples of a sighting: a tree of samples and their parts, and a form with the next free ID in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QTabWidget, QVBoxLayout, QWidget

from surveyapp.domain.fields import SAMPLE
from surveyapp.domain.records import Record
from surveyapp.domain.sample_ids import folded_id, id_warnings
from surveyapp.services.samples import IdFacts
from surveyapp.ui import theme
from surveyapp.ui.child_panel import ChildPanel, Row
from surveyapp.ui.forms.checks import WARNS, Finding
from surveyapp.ui.forms.history_text import isolated
from surveyapp.ui.forms.look import ToneLabel
from surveyapp.words import ntr, tr

_ALL, _FEW_ROWS = 16_777_215, 3
"""Qt's largest height, and the rows of the list that show beside a page to read."""


class SamplePanel(ChildPanel):
    """Samples of the sighting on show. Beside the signals of every such panel: ``officerChosen(text)`` with the letters
    of this computer, ``labelsWanted``, ``findWanted``, ``sampleShown(uuid)`` when another saved sample is in the form
    (empty: none). What is to be saved says the uuid of the sample that a new part was split off.
    """

    sampleShown = Signal(str)
    officerChosen = Signal(str)
    labelsWanted = Signal()
    findWanted = Signal()

    layer = SAMPLE
    group = "Sample"
    repeated = ("sample_type",)

    _ids = IdFacts("", "", ())
    _parent: Record | None = None
    _shown = ""

    def __init__(self, officer: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("samples")
        self.letters.setText(officer)
        self.restyle()

    # -- what the controller calls ----------------------------------------------------------------------

    def set_ids(self, ids: IdFacts) -> None:
        """What new IDs are made from now. An ID that nobody touched becomes the next free one."""
        self._ids = ids
        if self._editing is None and self._raw_id() == self._loaded["raws"].get("sample_id"):
            self._suggest()
            self._loaded = {"raws": {**self._loaded["raws"], "sample_id": self._raw_id()}}
        self.letters.setPlaceholderText(ids.officer or tr("none"))
        self._look()

    def begin(self, *, part: bool = False) -> bool:
        """Let a new sample be typed, or a part of the chosen one; ``False`` if none is chosen or what is typed has to
        be saved first."""
        if (part and self._editing is None) or (self.content() and (part or self._editing is not None)):
            return False
        self.pages.setCurrentIndex(0)
        if part or self._editing is not None:
            self._start_part(self._editing if part else None)
            self.typed.emit()
        # As if Tab led there: what stands in the field is selected, and typing replaces it.
        self.body.editor("sample_type").input().setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def content(self) -> dict[str, Any] | None:
        content = super().content()
        if content is not None:
            content["parent"] = self._parent.uuid if self._parent is not None else None
        return content

    def restyle(self) -> None:
        super().restyle()
        self.labels_button.setIcon(theme.icon("label"))
        self.find_button.setIcon(theme.icon("search"))

    def add_page(self, page: QWidget, title: str) -> None:
        """Put a page about the chosen sample beside its form."""
        self.pages.addTab(page, title)
        self._after_look()

    # -- parts ------------------------------------------------------------------------------------------

    def _lower(self, column: QVBoxLayout) -> None:
        """The form with its buttons is the first of the pages about the chosen sample."""
        form = QWidget(self)
        inner = QVBoxLayout(form)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(6)
        super()._lower(inner)
        self.pages = QTabWidget(self)
        self.pages.setDocumentMode(True)
        self.pages.setTabBarAutoHide(True)
        self.pages.addTab(form, tr("Sample"))
        self.pages.currentChanged.connect(self._page_changed)
        column.addWidget(self.pages, 2)

    def _page_changed(self, place: int) -> None:
        """The form needs less room than what there is to read about a sample."""
        self.list.setMaximumHeight(_ALL if place == 0 else _FEW_ROWS * theme.row_height() + 4)

    def _head(self) -> QHBoxLayout:
        row = super()._head()
        self.find_button = QPushButton(tr("Find…"), self)
        self.find_button.setToolTip(tr("Find a sample by typing its ID or scanning its label"))
        self.labels_button = QPushButton(tr("Labels…"), self)
        self.labels_button.setToolTip(tr("Make a PDF with labels and QR codes for sample bags"))
        for button, signal in ((self.find_button, self.findWanted), (self.labels_button, self.labelsWanted)):
            button.setAutoDefault(False)
            button.clicked.connect(signal)
            row.addWidget(button)
        return row

    def _above(self, column: QVBoxLayout) -> None:
        self.heading = ToneLabel("", "", self.entry, bold=True)
        column.addWidget(self.heading)

    def _below(self, column: QVBoxLayout) -> None:
        column.addWidget(self._letters())

    def _letters(self) -> QWidget:
        """IDs of two people of one team must differ, also on two laptops that never met."""
        self.letters_row = QWidget(self.entry)
        row = QHBoxLayout(self.letters_row)
        row.setContentsMargins(10, 0, 6, 4)
        label = QLabel(tr("Your letters in new IDs"))
        self.letters = QLineEdit()
        self.letters.setObjectName("officer")
        self.letters.setMaxLength(12)
        self.letters.setFixedWidth(110)
        self.letters.setToolTip(tr("So that two people of one team never write the same ID; empty for your initials"))
        label.setBuddy(self.letters)
        self.letters.editingFinished.connect(lambda: self.officerChosen.emit(self.letters.text()))
        row.addWidget(label, 1)
        row.addWidget(self.letters)
        return self.letters_row

    def _buttons(self) -> QHBoxLayout:
        row = super()._buttons()
        self.part_button = QPushButton(tr("Add part"), self)
        self.part_button.setToolTip(tr("A new sample that was split off this one"))
        self.part_button.setAutoDefault(False)
        self.part_button.clicked.connect(lambda: self.begin(part=True))
        row.insertWidget(1, self.part_button)
        return row

    # -- of its own -------------------------------------------------------------------------------------

    def _list_name(self) -> str:
        return tr("Samples of this sighting")

    def _order(self, record: Record) -> tuple[str, str]:
        return folded_id(record.get("sample_id")), record.uuid

    def _row(self, record: Record) -> Row:
        return Row(record.uuid, _line(record), _line(record), above=self._parent_in_tree(record))

    def _count(self, count: int) -> str:
        return ntr("{n} sample", "{n} samples", count) if count else tr("No samples yet")

    def _add_words(self) -> str:
        return tr("Add sample")

    def _complain(self, sentence: str) -> None:
        self.heading.say(sentence, "warning")

    def _matters(self, standing: Mapping[str, Any]) -> bool:
        """A type alone, which stayed from the sample before, is nothing to lose."""
        raws, loaded = standing["raws"], self._loaded["raws"]
        same = {**raws, "sample_type": loaded.get("sample_type", "")} == loaded
        return self._editing is not None or self._parent is not None or not same

    def _empty(self) -> None:
        self._parent = None
        self._suggest()

    def _fill(self, record: Record) -> None:
        self._parent = self._records.get(str(record.get("sample_uuid")))

    def _restore(self, content: Mapping[str, Any], record: Record | None) -> None:
        if record is not None:
            self._show(record)
        else:
            self._start_part(self._records.get(str(content.get("parent"))))

    def _findings(self, troubles: Mapping[str, str]) -> list[Finding]:
        return super()._findings(troubles) + [Finding("sample_id", WARNS, said) for said in self._id_warnings()][:1]

    def _complete(self) -> bool:
        return bool(self._raw_id().strip())

    def _more(self) -> str | None:
        return self._parent.uuid if self._parent is not None and self._editing is None else None

    def _after_look(self) -> None:
        self.heading.say(self._title(), "")
        self.part_button.setVisible(self._editing is not None and self._editable)
        self.letters_row.setVisible(self._editing is None and self._parent is None)
        for place in range(1, self.pages.count()):
            self.pages.setTabEnabled(place, self._editing is not None)
        shown = self._editing.uuid if self._editing is not None else ""
        if shown != self._shown:
            self._shown = shown
            self.sampleShown.emit(shown)

    def _parent_in_tree(self, record: Record) -> str:
        """The parent's uuid; empty where there is none here, or where parents go round in a circle (which only
        another program can have written)."""
        parent, seen = str(record.get("sample_uuid") or ""), {record.uuid}
        at = parent
        while at in self._records:
            if at in seen:
                return ""
            seen.add(at)
            at = str(self._records[at].get("sample_uuid") or "")
        return parent if parent in self._records else ""

    def _start_part(self, parent: Record | None) -> None:
        """Start a new part of a sample; of none: a new sample."""
        self._start()
        if parent is not None:
            self._parent = parent
            self._suggest()
            self._loaded = self._standing()
            self.body.set_raws({"sample_type": str(parent.text("sample_type"))})
            self._look()

    def _suggest(self) -> None:
        """Put the next free ID into the form."""
        parent = str(self._parent.get("sample_id") or "") if self._parent is not None else ""
        free = self._ids.suggested(parent) if parent or self._ids.prefix else ""
        self.body.set_raws({"sample_id": free})

    def _raw_id(self) -> str:
        return self.body.editor("sample_id").raw()

    def _id_warnings(self) -> list[str]:
        own = str(self._editing.get("sample_id") or "") if self._editing is not None else ""
        parent = str(self._parent.get("sample_id") or "") if self._parent is not None else ""
        if not self._ids.prefix or not self._editable:
            return []
        taken = self._ids.others(own) if own else self._ids.taken
        return id_warnings(self._raw_id(), taken, self._ids.prefix, parent, gone=() if own else self._ids.gone)

    def _title(self) -> str:
        if self._editing is not None:
            return tr("Sample {id}", id=isolated(str(self._editing.get("sample_id") or tr("without ID"))))
        if self._parent is not None:
            return tr("Part of {id}", id=isolated(str(self._parent.get("sample_id") or "")))
        return tr("New sample")


def _line(record: Record) -> str:
    weight = record.get("weight_g")
    parts = [record.text("sample_type"), f"{weight:g} g" if isinstance(weight, int | float) else ""]
    name = str(record.get("sample_id") or tr("without ID"))
    rest = " · ".join(part for part in parts if part)
    return f"{isolated(name)}   {isolated(rest)}" if rest else isolated(name)
