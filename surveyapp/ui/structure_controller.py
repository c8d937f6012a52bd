"""Measurements of structure in the window: the panel of the sighting on show, and the stereonet of the survey."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from shiboken6 import isValid

from surveyapp.domain.orientation import Measure
from surveyapp.domain.records import Record, Value
from surveyapp.services import structures
from surveyapp.services.structures import Measured
from surveyapp.ui.child_drafts import ChildDrafts
from surveyapp.ui.dialogs.stereonet import StereonetWindow
from surveyapp.ui.forms.draft import Draft, DraftStore
from surveyapp.ui.structure_panel import StructurePanel
from surveyapp.ui.survey_controller import Detail
from surveyapp.words import ntr, tr

if TYPE_CHECKING:
    from surveyapp.ui.surroundings import Surroundings


class StructureController(QObject):
    """Fills the panel, saves what is typed in it, and keeps the stereonet up to date while it is open."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around.window)
        self._around, self._survey, self._settings = around, around.survey, around.settings
        self._uuid: str | None = None
        self._net: StereonetWindow | None = None
        self.panel = StructurePanel(self._settings["structure.numbers"])
        self.drafts = ChildDrafts(DraftStore(around.drafts / "structure"), self._survey, self)
        around.desk.add_tab("structure", self.panel, tr("Structure"), "structure")
        around.form_controller.shown.connect(self.show_detail)
        self._survey.touched.connect(lambda _uuids: self._refill_net())
        self._survey.filled.connect(self._refill_net)
        self._survey.closed.connect(self._close_net)
        self.panel.saveRequested.connect(self._save)
        self.panel.deleteRequested.connect(self._delete)
        self.panel.typed.connect(self._typed)
        self.panel.netWanted.connect(self.show_net)
        self.panel.numbersChosen.connect(lambda numbers: self._settings.update({"structure.numbers": numbers}))
        self.drafts.found.connect(self._found)
        self.restyle()

    def handlers(self) -> dict[str, Callable[..., object]]:
        """What each action does."""
        return {
            "view.structure": lambda: self._around.desk.bring_up("structure"),
            "structure.add": self.begin,
            "structure.stereonet": self.show_net,
        }

    def restyle(self) -> None:
        """Colours or sizes changed."""
        self.panel.restyle()
        if self._net is not None:
            self._net.restyle()

    def shutdown(self) -> None:
        """The window closes: what is typed is kept."""
        self.drafts.write()
        self._close_net()

    def begin(self) -> None:
        """Type a measurement of the sighting on show."""
        self._around.desk.bring_up("structure")
        self.panel.begin()

    def show_detail(self, detail: Detail | None) -> None:
        """Show the measurements of this sighting; ``None``: a new one, at which nothing can be measured yet."""
        uuid = detail.record.uuid if detail else None
        same = uuid is not None and uuid == self._uuid
        self._uuid = uuid
        records = detail.orientations if detail else ()
        self.panel.show_records(records, same=same)
        if not self._survey.writable:
            self.panel.set_editable(False, tr("The survey is open for reading only."))
        elif uuid is None:
            self.panel.set_editable(False, tr("Save the sighting first; then it can be measured."))
        else:
            self.panel.set_editable(True, "")
        typed = self.drafts.of(uuid) if uuid is not None and not same else None
        if typed is not None:
            self.panel.restore(typed)
        count = len(records)
        title = tr("Structure ({count})", count=count) if count else tr("Structure")
        self._around.desk.name_tab("structure", title)

    # -- saving -----------------------------------------------------------------------------------------

    def _save(self, measure: Measure, values: Mapping[str, Value], record: Record | None) -> None:
        uuid = self._uuid
        if uuid is None:
            return
        self.panel.set_busy(True)

        def saved(_result: object) -> None:
            self.drafts.note(uuid, None)
            self.panel.set_busy(False)
            if uuid == self._uuid:
                self.panel.saved()

        if record is None:
            self._survey.change(
                lambda session: structures.add_orientation(session, uuid, measure, values), saved, self._refused
            )
        else:
            self._survey.change(
                lambda session: structures.edit_orientation(session, record, measure, values), saved, self._refused
            )

    def _delete(self, record: Record) -> None:
        uuid = self._uuid

        def deleted(_result: object) -> None:
            if uuid is not None:
                self.drafts.note(uuid, None)

        self._survey.change(lambda session: structures.delete_orientation(session, record), deleted)

    def _refused(self, error: Exception) -> None:
        self.panel.set_busy(False)
        self._survey.failed.emit(error)

    def _typed(self) -> None:
        if self._uuid is not None:
            self.drafts.note(self._uuid, self.panel.content())

    def _found(self, drafts: list[Draft]) -> None:
        """Measurements that an earlier run did not get to save."""
        typed = self.drafts.of(self._uuid) if self._uuid is not None else None
        if typed is not None:
            self.panel.restore(typed)
        there = [draft for draft in drafts if self._survey.roster.row(draft.record) is not None]
        if there:
            self._around.desk.toast.say(ntr(
                "{n} measurement was typed and not saved; it waits at its sighting.",
                "{n} measurements were typed and not saved; they wait at their sightings.", len(there),
            ))

    # -- the net ----------------------------------------------------------------------------------------

    def show_net(self) -> None:
        """Open the stereonet of the survey, or bring it to the front."""
        if self._net is None or not isValid(self._net):
            self._net = StereonetWindow(self._around.prompts, self._settings, self._around.window)
            self._net.sightingWanted.connect(self._go_to)
            self._net.destroyed.connect(self._net_gone)
        self._net.show()
        self._net.raise_()
        self._net.activateWindow()
        self._refill_net()

    def _refill_net(self) -> None:
        if self._net is not None:
            self._survey.ask(structures.all_measured, self._fill_net)

    def _fill_net(self, measured: list[Measured]) -> None:
        facts = self._survey.facts
        if self._net is not None and facts is not None:
            self._net.fill(measured, facts.title)

    def _go_to(self, sighting: str) -> None:
        self._survey.selection.set([sighting], "window")
        self._around.desk.canvas.zoom_to([sighting])
        self._around.desk.bring_up("structure")

    def _net_gone(self) -> None:
        self._net = None

    def _close_net(self) -> None:
        if self._net is not None and isValid(self._net):
            self._net.close()
