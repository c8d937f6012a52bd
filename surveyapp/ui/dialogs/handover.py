"""A handover: which samples, from whom to whom, when and where, under which seal. A lot goes in one press."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QCompleter,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from surveyapp.domain.custody_rules import same_party
from surveyapp.domain.fields import CUSTODY
from surveyapp.domain.records import Value, utc_text
from surveyapp.domain.sample_ids import folded_id, same_id, scanned
from surveyapp.services.custody import Holding
from surveyapp.ui import theme
from surveyapp.ui.dialogs.typed import TypedDialog, form_page
from surveyapp.ui.forms.checks import BLOCKS, WARNS, Finding
from surveyapp.ui.forms.form_body import FormBody
from surveyapp.ui.forms.history_text import isolated
from surveyapp.ui.forms.look import ToneLabel
from surveyapp.ui.forms.text_editors import KEEPS_RETURN, LineEditor
from surveyapp.ui.prompts import Prompts
from surveyapp.words import ntr, tr

_GROUP = "Handover"
_NAMED = 3
"""So many samples are named that somebody else holds; of more there is only the number."""


class HandoverDialog(TypedDialog):
    """``saveRequested`` by its main button; it stays open until :meth:`saved`, so that a save that fails costs
    nothing. ``chosen`` are the uuids that are ticked at first, ``parties`` the names that are offered."""

    def __init__(self, samples: Sequence[Holding], chosen: Collection[str], parties: Sequence[str], prompts: Prompts,
                 parent: QWidget | None = None) -> None:
        super().__init__(
            tr("Hand over samples"),
            tr("Tick the samples, or type or scan their IDs one after the other. A handover is never changed "
               "afterwards; what was wrong is put right by another one."),
            tr("Hand over"), prompts, parent,
        )
        self._samples = {one.sample.uuid: one for one in samples}
        self._items: dict[str, QListWidgetItem] = {}
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addLayout(self._left(chosen), 1)
        row.addWidget(self._right(parties), 1)
        self.body.addLayout(row, 1)
        self.cancel_button.setAutoDefault(False)
        self.form.show_values({"handed_over_at": utc_text()})
        self._offered_giver = ""
        self._offer_giver()
        self._loaded = self._content()
        self.resize(940, 620)
        self.look()
        self.scan_edit.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- what the controller calls ----------------------------------------------------------------------

    @property
    def ticked(self) -> list[str]:
        """The uuids of the ticked samples, in the order of the list."""
        return [uuid for uuid, item in self._items.items() if item.checkState() == Qt.CheckState.Checked]

    def values(self) -> dict[str, Value]:
        """What stands in the form."""
        return self.form.collect()[0]

    def _question(self) -> tuple[str, str]:
        return tr("Throw away what you typed of this handover?"), tr("Hand over samples")

    # -- parts ------------------------------------------------------------------------------------------

    def _left(self, chosen: Collection[str]) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(6)
        self.scan_edit = QLineEdit()
        self.scan_edit.setObjectName("scan")
        self.scan_edit.setAccessibleName(tr("Sample to tick"))
        self.scan_edit.setPlaceholderText(tr("Type or scan an ID, then Return"))
        self.scan_edit.setClearButtonEnabled(True)
        self.scan_edit.setProperty(KEEPS_RETURN, True)
        self.scan_edit.textChanged.connect(lambda _text: self._narrow())
        self.scan_edit.returnPressed.connect(self._tick_typed)
        self.told = ToneLabel("", "muted")
        self.list = QListWidget()
        self.list.setObjectName("handover_samples")
        self.list.setAccessibleName(tr("Samples to hand over"))
        self.list.setAlternatingRowColors(True)
        for uuid, one in self._samples.items():
            item = QListWidgetItem(_line(one))
            item.setToolTip(_line(one))
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsSelectable)
            item.setCheckState(Qt.CheckState.Checked if uuid in chosen else Qt.CheckState.Unchecked)
            item.setSizeHint(QSize(0, theme.row_height()))
            self.list.addItem(item)
            self._items[uuid] = item
        self.list.itemChanged.connect(lambda _item: self._ticks_changed())
        column.addWidget(self.scan_edit)
        column.addWidget(self.list, 1)
        column.addWidget(self.told)
        return column

    def _right(self, parties: Sequence[str]) -> QScrollArea:
        self.form = FormBody(CUSTODY.fields, opened=(_GROUP,), parent=self)
        self.form.edited.connect(lambda _name: self.look())
        for name in ("from_party", "to_party"):
            editor = self.form.editor(name)
            if isinstance(editor, LineEditor):
                completer = QCompleter(list(parties), editor.line)
                completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
                completer.setFilterMode(Qt.MatchFlag.MatchContains)
                editor.line.setCompleter(completer)
                completer.activated.connect(lambda _text: self.look())
        return form_page(self.form, _GROUP)

    def _content(self) -> Mapping[str, Any]:
        return {"raws": self.form.raws(), "ticked": self.ticked}

    def _restore(self, content: Mapping[str, Any]) -> None:
        for uuid, item in self._items.items():
            item.setCheckState(Qt.CheckState.Checked if uuid in content["ticked"] else Qt.CheckState.Unchecked)
        self.form.set_raws(content["raws"])

    # -- ticking ----------------------------------------------------------------------------------------

    def _narrow(self) -> None:
        """Show the samples whose ID or place holds what is typed; ticked ones stay in sight while nothing is."""
        name, uuid = scanned(self.scan_edit.text())
        wanted = folded_id(name)
        for key, item in self._items.items():
            one = self._samples[key]
            fits = key == uuid or (not uuid and (wanted in folded_id(one.name) or wanted in folded_id(one.place)))
            item.setHidden(not fits)
        self._say_ticked()

    def _tick_typed(self) -> None:
        """Tick what was typed or scanned, and be ready for the next."""
        text = self.scan_edit.text()
        name, uuid = scanned(text)
        found = [key for key, one in self._samples.items()
                 if (uuid and key == uuid) or (not uuid and same_id(one.sample.get("sample_id"), name))]
        found = found or [key for key, item in self._items.items() if text.strip() and not item.isHidden()]
        if len(found) != 1:
            self.scan_edit.selectAll()
            self.told.say(
                tr("No sample of this survey is called {name}.", name=isolated(text.strip())) if not found
                else tr("Several samples fit {name}; type more of the ID.", name=isolated(text.strip())), "warning")
            return
        self._items[found[0]].setCheckState(Qt.CheckState.Checked)
        self.list.scrollToItem(self._items[found[0]])
        self.scan_edit.clear()
        self.told.say(tr("{id} is ticked. {count}", id=isolated(self._samples[found[0]].name), count=self._counted()),
                      "good")

    def _ticks_changed(self) -> None:
        self._offer_giver()
        self._say_ticked()
        self.look()

    def _counted(self) -> str:
        return ntr("{n} sample is ticked.", "{n} samples are ticked.", len(self.ticked))

    def _say_ticked(self) -> None:
        self.told.say(self._counted(), "muted")

    def _offer_giver(self) -> None:
        """Who holds all that is ticked gives it, as long as nobody typed another name."""
        if self.form.editor("from_party").raw() != self._offered_giver:
            return
        holders = {self._samples[uuid].holder for uuid in self.ticked}
        self._offered_giver = next(iter(holders)) if len(holders) == 1 else ""
        self.form.set_raws({"from_party": self._offered_giver})

    # -- what is shown ----------------------------------------------------------------------------------

    def look(self) -> None:
        """Say what is missing, and what would break a chain."""
        values, troubles = self.form.collect()
        giver = values.get("from_party")
        ticked = [self._samples[uuid] for uuid in self.ticked]
        others = [one for one in ticked if giver and not same_party(giver, one.holder)]
        findings = [Finding(name, BLOCKS, told) for name, told in troubles.items()]
        if others:
            findings.append(Finding("from_party", WARNS, _not_held(others)))
        self.form.tell(findings, values)
        count = len(self.ticked)
        self.main_button.setText(ntr("Hand over {n} sample", "Hand over {n} samples", count) if count
                                 else tr("Hand over"))
        missing = not self._samples and tr("This survey has no samples yet.")
        missing = missing or (not count and tr("Tick the samples that are handed over."))
        missing = missing or next(iter(troubles.values()), "")
        missing = missing or (not (giver and values.get("to_party")) and tr("Say who gives them and who takes them."))
        theme.set_role(self.trouble, "muted" if missing and not troubles else "danger")
        self.complain(missing or "")


def _not_held(others: Sequence[Holding]) -> str:
    named = ", ".join(
        tr("{id} (with {holder})", id=isolated(one.name), holder=isolated(one.holder or tr("nobody knows")))
        for one in others[:_NAMED]
    )
    more = len(others) - _NAMED
    if more > 0:
        named += " " + ntr("and {n} more", "and {n} more", more)
    return tr("Others hold some of these: {samples}. The chain will have a gap there.", samples=named)


def _line(one: Holding) -> str:
    holder = tr("with {holder}", holder=isolated(one.holder)) if one.holder else ""
    rest = [holder, one.sample.text("sample_type"), one.place]
    return "   ".join([isolated(one.name), " · ".join(isolated(part) for part in rest if part)])
