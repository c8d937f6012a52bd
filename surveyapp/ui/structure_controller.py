"""Measurements of structure in the window: the panel of the sighting on show, the map, and the net of the survey."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from shiboken6 import isValid

from surveyapp.domain.records import Record
from surveyapp.services import structures
from surveyapp.services.structures import Drawn, Measured
from surveyapp.ui.child_controller import ChildController
from surveyapp.ui.child_panel import Typed
from surveyapp.ui.structure_panel import StructurePanel
from surveyapp.ui.survey_controller import Detail
from surveyapp.words import ntr, tr

if TYPE_CHECKING:
    from surveyapp.services.session import Session
    from surveyapp.ui.dialogs.stereonet import StereonetWindow
    from surveyapp.ui.surroundings import Surroundings


class StructureController(ChildController):
    """Fills the panel, saves what is typed in it, and keeps the map and the open stereonet up to date."""

    tab = "structure"
    icon = "structure"

    def __init__(self, around: Surroundings) -> None:
        self.panel = StructurePanel(around.settings["structure.numbers"])
        super().__init__(around, self.panel)
        self._net: StereonetWindow | None = None
        self._survey.touched.connect(lambda _uuids: self._changed())
        self._survey.filled.connect(self._changed)
        self._survey.closed.connect(self._closed)
        self.panel.netWanted.connect(self.show_net)
        self.panel.numbersChosen.connect(lambda numbers: self._settings.update({"structure.numbers": numbers}))

    def handlers(self) -> dict[str, Callable[..., object]]:
        """What each action does."""
        return {
            "view.structure": self.bring_up,
            "structure.add": self.begin,
            "structure.stereonet": self.show_net,
        }

    def restyle(self) -> None:
        super().restyle()
        if self._net is not None:
            self._net.restyle()

    def shutdown(self) -> None:
        super().shutdown()
        self._close_net()

    def begin(self) -> None:
        """Type a measurement of the sighting on show."""
        self.bring_up()
        self.panel.begin()

    # -- of its own -------------------------------------------------------------------------------------

    def _title(self, count: int) -> str:
        return tr("Structure ({count})", count=count) if count else tr("Structure")

    def _records(self, detail: Detail) -> Sequence[Record]:
        return detail.orientations

    def _sighting_first(self) -> str:
        return tr("Save the sighting first; then it can be measured.")

    def _kept(self) -> str:
        return tr("The measurement that you typed is not saved; it waits at its sighting.")

    def _waiting(self, count: int) -> str:
        return ntr(
            "{n} measurement was typed and not saved; it waits at its sighting.",
            "{n} measurements were typed and not saved; they wait at their sightings.", count,
        )

    def _unsaved(self) -> str:
        return tr("You typed a measurement and did not save it.")

    def _work(self, sighting: str, typed: Typed) -> Callable[[Session], object]:
        record = typed.record
        if record is None:
            return lambda session: structures.add_orientation(session, sighting, typed.more, typed.values)
        return lambda session: structures.edit_orientation(session, record, typed.more, typed.values)

    def _removal(self, record: Record) -> Callable[[Session], object]:
        return lambda session: structures.delete_orientation(session, record)

    # -- the map and the net ----------------------------------------------------------------------------

    def _changed(self) -> None:
        self._survey.ask(structures.all_drawn, self._draw)
        if self._net is not None:
            self._survey.ask(structures.all_measured, self._fill_net)

    def _draw(self, drawn: list[Drawn]) -> None:
        """Put the symbols onto the map, at the places that the sightings have now."""
        roster = self._survey.roster
        placed = ((roster.position(one.sighting), one.measure) for one in drawn
                  if roster.row(one.sighting) is not None)
        self._around.desk.canvas.set_structures([(*at, measure) for at, measure in placed if at is not None])

    def _closed(self) -> None:
        self._around.desk.canvas.set_structures(())
        self._close_net()

    def show_net(self) -> None:
        """Open the stereonet of the survey, or bring it to the front."""
        from surveyapp.ui.dialogs.stereonet import StereonetWindow

        if self._net is None or not isValid(self._net):
            self._net = StereonetWindow(self._around.prompts, self._settings, self._around.window)
            self._net.sightingWanted.connect(self._go_to)
            self._net.destroyed.connect(self._net_gone)
        self._net.show()
        self._net.raise_()
        self._net.activateWindow()
        self._survey.ask(structures.all_measured, self._fill_net)

    def _fill_net(self, measured: list[Measured]) -> None:
        facts = self._survey.facts
        if self._net is not None and facts is not None:
            self._net.fill(measured, facts.title)

    def _go_to(self, sighting: str) -> None:
        self._survey.selection.set([sighting], "window")
        self._around.desk.canvas.zoom_to([sighting])
        self.bring_up()

    def _net_gone(self) -> None:
        self._net = None

    def _close_net(self) -> None:
        if self._net is not None and isValid(self._net):
            self._net.close()
