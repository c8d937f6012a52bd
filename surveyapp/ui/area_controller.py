"""Areas and estimates in the window: the panel, drawing an outline on the map, and the dialog of an estimate."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QEvent, QObject, QTimer
from shiboken6 import isValid

from surveyapp.domain.fields import AREA, GEOMETRY
from surveyapp.domain.records import Record, Value
from surveyapp.geo.ground.model import world_box
from surveyapp.services import areas, recording
from surveyapp.services.areas import LonLat, Surveyed
from surveyapp.ui.area_panel import AreaPanel
from surveyapp.ui.child_drafts import ChildDrafts
from surveyapp.ui.forms.draft import Draft, DraftStore
from surveyapp.ui.kept_dialog import KeptDialog
from surveyapp.ui.map_link import outlines_of
from surveyapp.ui.mapcanvas.tools import MeasureTool, Tool
from surveyapp.words import tr

if TYPE_CHECKING:
    from surveyapp.services import bulk_samples
    from surveyapp.services.estimates import Saved
    from surveyapp.services.session import Session
    from surveyapp.ui.dialogs.estimate import EstimateDialog
    from surveyapp.ui.surroundings import Surroundings

_NEW = "new-area"
"""Under which the draft of an area is kept that is not in the file yet; with the area's uuid, that of its estimate."""
_FEWEST = 3
_MAY_END = (QEvent.Type.MouseButtonDblClick, QEvent.Type.KeyPress)
"""Events of the map after which an outline may be done; a finger presses the button beside the corners."""


class AreaController(QObject):
    """Fills the panel, draws outlines with the map's measuring tool, and opens and saves estimates."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around.window)
        self._around, self._survey = around, around.survey
        self._drawing = False
        self._wanted = ""
        self._drawn: list[tuple[str, object]] = []
        self.panel = AreaPanel()
        self.drafts = ChildDrafts(DraftStore(around.drafts / "areas"), self._survey, self)
        around.desk.add_tab("areas", self.panel, tr("Areas"), "area")
        self._survey.opened.connect(self._opened)
        self._survey.closed.connect(self._closed)
        self._survey.filled.connect(self._reload)
        self._survey.touched.connect(lambda _uuids: self._reload())
        self.panel.saveRequested.connect(self._save)
        self.panel.deleteRequested.connect(self._delete)
        self.panel.drawWanted.connect(self.draw)
        self.panel.showWanted.connect(self._show_on_map)
        self.panel.estimateWanted.connect(self.open_estimate)
        self.panel.typed.connect(self._typed)
        self.drafts.found.connect(self._found)
        around.desk.canvas.installEventFilter(self)
        around.desk.canvas.toolChanged.connect(self._tool_changed)
        self.estimating = KeptDialog(around, "estimates", self)

    def handlers(self) -> dict[str, Callable[..., object]]:
        """What each action does."""
        return {
            "view.areas": lambda: self._around.desk.bring_up("areas"),
            "area.add": self.begin,
            "area.draw": self.draw,
            "estimate.add": self.begin_estimate,
        }

    def restyle(self) -> None:
        """Colours or sizes changed."""
        self.panel.restyle()

    def shutdown(self) -> None:
        """The window closes: what is typed is kept."""
        self.estimating.end()
        self.drafts.write()

    def begin(self) -> None:
        """Type a new area."""
        self._around.desk.bring_up("areas")
        if not self.panel.begin():
            self._around.desk.toast.say(tr("Save or cancel the area that is in the form first."))

    def begin_estimate(self) -> None:
        """Make an estimate of the chosen area."""
        self._around.desk.bring_up("areas")
        if not self.panel.begin_estimate():
            self._around.desk.toast.say(tr("Choose an area, or save the one in the form; then it can be estimated."))

    # -- the survey -------------------------------------------------------------------------------------

    def _opened(self) -> None:
        writable = self._survey.writable
        self.panel.set_editable(writable, "" if writable else tr("The survey is open for reading only."))
        self._reload()

    def _closed(self) -> None:
        self._stop_drawing()
        self.panel.set_editable(False, "")
        self._drawn = []
        self._fill([])

    def _reload(self) -> None:
        self._survey.ask(areas.surveyed, self._fill)

    def _fill(self, known: list[Surveyed]) -> None:
        self.panel.show_areas(known)
        if self._wanted and any(one.record.uuid == self._wanted for one in known):
            self.panel.saved(self._wanted)
            self._wanted = ""
        elif self._wanted and any(record.uuid == self._wanted for one in known for record in one.estimates):
            self.panel.choose(self._wanted)
            self._wanted = ""
        count = len(known)
        self._around.desk.name_tab("areas", tr("Areas ({count})", count=count) if count else tr("Areas"))
        drawn: list[tuple[str, object]] = [(one.name, one.record.get(GEOMETRY)) for one in known]
        if drawn != self._drawn:
            self._drawn = drawn
            columns: dict[str, list[Any]] = {"name": [name for name, _shape in drawn],
                                             GEOMETRY: [shape for _name, shape in drawn]}
            self._around.desk.canvas.set_areas(outlines_of(columns))

    # -- saving areas -----------------------------------------------------------------------------------

    def _save(self, values: Mapping[str, Value], corners: Sequence[LonLat] | None, record: Record | None) -> None:
        key = record.uuid if record is not None else _NEW
        self.panel.set_busy(True)

        def work(session: Session) -> str:
            if record is None:
                return areas.add_area(session, values, corners or ())
            areas.edit_area(session, record, values, corners)
            return record.uuid

        def saved(uuid: str) -> None:
            self.drafts.note(key, None)
            self.panel.set_busy(False)
            self._wanted = uuid
            self._reload()

        self._survey.change(work, saved, self._refused)

    def _delete(self, record: Record) -> None:
        """An area goes with its estimates; undo brings all of it back."""
        def deleted(_result: object) -> None:
            self.drafts.note(record.uuid, None)

        if record.layer == AREA.name:
            self._survey.change(lambda session: areas.delete_area(session, record), deleted)
        else:
            self._survey.change(lambda session: recording.delete_records(session, [record]))

    def _refused(self, error: Exception) -> None:
        self.panel.set_busy(False)
        self._survey.failed.emit(error)

    def _typed(self) -> None:
        content, chosen = self.panel.content(), self.panel.chosen
        self.drafts.note(chosen.uuid if chosen is not None else _NEW, content)

    def _found(self, drafts: list[Draft]) -> None:
        """Areas that an earlier run did not get to save: the latest is put back, the others wait for theirs."""
        content = next((draft.content for draft in drafts if draft.record == _NEW), drafts[0].content)
        self.panel.restore(content)
        self._around.desk.toast.say(tr("An area was typed and not saved; it stands in the form of areas."))

    # -- drawing ----------------------------------------------------------------------------------------

    def draw(self) -> None:
        """Draw the outline of the area in the form on the map, with the tool that measures; asked again while one
        draws, the outline is done."""
        self._around.desk.bring_up("areas")
        canvas = self._around.desk.canvas
        if self._drawing:
            self._finish_drawing(canvas.tool)
            return
        canvas.set_tool("pan")  # forgets a line that was measured before
        canvas.set_tool("measure")
        canvas.setFocus()
        self._set_drawing(True)
        self._around.desk.toast.say(
            tr("Press each corner on the map; a double-click or Enter ends the outline, Esc leaves it.")
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What may have ended the outline is looked at when the map is done with it."""
        if self._drawing and event.type() in _MAY_END:
            QTimer.singleShot(0, self, self._look_at_drawing)
        return super().eventFilter(watched, event)

    def _look_at_drawing(self) -> None:
        tool = self._around.desk.canvas.tool
        if self._drawing and isinstance(tool, MeasureTool) and tool.finished:
            self._finish_drawing(tool)

    def _finish_drawing(self, tool: Tool) -> None:
        corners = list(tool.points) if isinstance(tool, MeasureTool) else []
        if len(set(corners)) < _FEWEST:
            self._around.desk.toast.say(tr("An outline has at least three corners; draw it again."))
            tool.key("escape")
            return
        self._stop_drawing()
        self.panel.take_outline(corners)
        if self.panel.chosen is None:
            self.panel.begin()

    def _set_drawing(self, on: bool) -> None:
        self._drawing = on
        self.panel.form.show_drawing(on)

    def _tool_changed(self, name: str) -> None:
        if name != "measure" and self._drawing:
            self._set_drawing(False)

    def _stop_drawing(self) -> None:
        if self._drawing:
            self._set_drawing(False)
            self._around.desk.canvas.set_tool("pan")

    def _show_on_map(self, area: Record) -> None:
        rings = [ring for _name, ring in outlines_of({"name": [""], GEOMETRY: [area.get(GEOMETRY)]})]
        if rings:
            corners = np.concatenate(rings)
            (west, south), (east, north) = corners.min(axis=0), corners.max(axis=0)
            self._around.desk.canvas.show_box(world_box(float(west), float(south), float(east), float(north)))

    # -- estimates --------------------------------------------------------------------------------------

    def open_estimate(self, area: Record, record: Record | None) -> None:
        """Open the dialog of an estimate; of a new one with the gem that was seen most in the area."""
        from surveyapp.services import bulk_samples
        from surveyapp.ui.dialogs.estimate import EstimateDialog

        others = [one for one in self.panel.others if record is None or one.uuid != record.uuid]

        def show(gems: list[str]) -> None:
            dialog = EstimateDialog(area, record, others, self._around.prompts, self._around.window,
                                    gem=gems[0] if gems else "", writable=self._survey.writable)
            dialog.samplesWanted.connect(lambda gem, density: self._collect(dialog, gem, density))
            dialog.saveRequested.connect(lambda: self._save_estimate(dialog))
            self.estimating.open(dialog, record.uuid if record is not None else f"{_NEW} {area.uuid}")

        self._survey.ask(lambda session: bulk_samples.gems_inside(session.file, area), show)

    def _collect(self, dialog: EstimateDialog, gem: str, density_t_m3: float | None) -> None:
        from surveyapp.services import bulk_samples

        area = dialog.area

        def take(found: bulk_samples.Collected) -> None:
            if isValid(dialog):
                dialog.take_samples(found)

        self._survey.ask(
            lambda session: bulk_samples.collected(session.file, area, gem, density_t_m3=density_t_m3), take)

    def _save_estimate(self, dialog: EstimateDialog) -> None:
        from surveyapp.services import estimates

        area, record, values, model = dialog.area, dialog.record, dialog.values(), dialog.model()

        def saved(result: Saved) -> None:
            self._wanted = result.uuid
            self._reload()
            if result.lowered:
                self._around.desk.toast.say(result.lowered)

        self.estimating.change(
            dialog, lambda session: estimates.save_estimate(session, area.uuid, values, model=model, record=record),
            saved,
        )
