"""Checking the open survey in the window: the panel, going to what was found, mending it, the page for the sender."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from surveyapp.domain.fields import SIGHTING
from surveyapp.domain.fixes import Fix, may_be_mended
from surveyapp.domain.validation import Issue
from surveyapp.errors import Unavailable
from surveyapp.ui import theme
from surveyapp.ui.browser import open_in_browser
from surveyapp.ui.check_panel import CheckPanel
from surveyapp.ui.exchange_controller import suggested_file
from surveyapp.ui.itemmodels.columns import COLUMN_FIELDS, shown_text
from surveyapp.ui.itemmodels.issues import Kind
from surveyapp.ui.prompts import Choice
from surveyapp.words import ntr, tr

if TYPE_CHECKING:
    from surveyapp.domain.progress import Progress
    from surveyapp.services.checking import CheckResult
    from surveyapp.services.mending import Mended
    from surveyapp.services.session import Session
    from surveyapp.ui.surroundings import Surroundings

_ROWS = 7
"""Rows that the list has room for when it comes."""
_HEAD_PX = 50
_QUIET_MS = 400
"""After the last save, before the survey is checked again."""
_LOOKED_AT = 1_000
"""Of a kind of findings so many are asked whether a press mends them; more take a while, and the button says so much
as is known."""

Names = Mapping[tuple[str, str], str]


class CheckController(QObject):
    """One action, and the dock under the map. ``record_wanted`` carries a sighting's uuid and a field's name (may be
    empty) to show; ``decide_wanted`` asks for the window of disagreements, ``template_wanted`` for the template."""

    record_wanted = Signal(str, str)
    decide_wanted = Signal()
    template_wanted = Signal()

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around.window)
        self._around, self._survey = around, around.survey
        self.result: CheckResult | None = None
        self.open_file: Callable[[Path], None] = open_in_browser
        self._touched: set[str] = set()
        self._wanted: tuple[str, str] | None = None
        self.panel = CheckPanel(self._caption)
        self.dock = QDockWidget(tr("Check"))
        self.dock.setObjectName("check_dock")
        self.dock.setTitleBarWidget(QWidget())  # the panel says what it is, and has a button that closes it
        self.dock.setWidget(self.panel)
        window = around.window
        assert isinstance(window, QMainWindow)
        self._window = window
        window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, self.dock)
        self.dock.hide()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_QUIET_MS)
        self._later.timeout.connect(self._check_quietly)
        self._connect()

    def _connect(self) -> None:
        survey, panel = self._survey, self.panel
        survey.opened.connect(self._forget)
        survey.closed.connect(self._forget)
        survey.touched.connect(self._touched.update)
        survey.saved.connect(lambda _label: self._later.start() if self.result is not None else None)
        panel.again.connect(self.check)
        panel.close_wanted.connect(self.dock.hide)
        panel.issue_chosen.connect(self.go_to)
        panel.fixes_wanted.connect(self._look_for_fixes)
        panel.mend_wanted.connect(self.mend)
        panel.safe_wanted.connect(self.mend_safe)
        panel.report_wanted.connect(self.write_report)
        self._around.form_controller.shown.connect(lambda _detail: QTimer.singleShot(0, self, self._choose_wanted))
        self.dock.visibilityChanged.connect(lambda shown: self._later.start() if shown and self._touched else None)

    def handlers(self) -> dict[str, Callable[..., object]]:
        """What the action does."""
        return {"survey.check": self.check}

    def restyle(self) -> None:
        """Colours or sizes changed."""
        self.panel.restyle()

    def shutdown(self) -> None:
        """The window closes."""
        self._later.stop()

    # -- checking -------------------------------------------------------------------------------------

    def check(self) -> None:
        """Check the file and every record in it, and show what was found."""

        def work(session: Session, progress: Progress) -> tuple[CheckResult, Names]:
            # The rules are read when they are first asked for: a window has to stand at once.
            from surveyapp.services import checking
            from surveyapp.services.check_report import record_names

            result = checking.check(session.file, progress)
            return result, record_names(session.file, _of_others(result))

        self._touched.clear()
        self._later.stop()
        self._survey.ask_long(tr("Checking"), work, lambda found: self._show(*found, bring_up=True))

    def _check_quietly(self) -> None:
        """Check again what edits may have changed; later, while the panel is out of sight."""
        before = self.result
        if before is None or not self.dock.isVisible():
            return
        touched = frozenset(self._touched)
        self._touched.clear()

        def work(session: Session) -> tuple[CheckResult, Names]:
            from surveyapp.services import checking
            from surveyapp.services.check_report import record_names

            result = checking.check_again(session.file, before, touched)
            return result, record_names(session.file, _of_others(result))

        self._survey.ask(work, lambda found: self._show(*found, bring_up=False))

    def _show(self, result: CheckResult, names: Names, *, bring_up: bool) -> None:
        self.result = result
        self.panel.fill(result, names, writable=self._survey.writable)
        self._badge(len(result.issues))
        if not bring_up:
            return
        if not self.dock.isVisible():
            self.dock.show()
            self._window.resizeDocks([self.dock], [_HEAD_PX + _ROWS * theme.row_height()], Qt.Orientation.Vertical)
        self.dock.raise_()

    def _badge(self, count: int | None) -> None:
        """The number of findings on the button and over the panel."""
        self.dock.setWindowTitle(tr("Check ({count})", count=f"{count:,}") if count else tr("Check"))
        action = self._window.findChild(QObject, "survey.check")
        if action is not None:
            action.setProperty("iconText", tr("Check ({count})", count=f"{count:,}") if count else tr("Check"))

    def _forget(self) -> None:
        self.dock.hide()
        self._later.stop()
        self._touched.clear()
        self.result, self._wanted = None, None
        self._badge(None)

    # -- mending --------------------------------------------------------------------------------------

    def _look_for_fixes(self, issue: Issue | None, kind: Kind) -> None:
        """Find what mends the finding with the cursor, and how many of its kind."""
        asked = [one for one in kind.issues if may_be_mended(one)]
        if not asked:
            self.panel.show_fixes(issue, kind, None, 0)
            return

        def work(session: Session) -> tuple[Fix | None, int]:
            from surveyapp.services.mending import fixes

            own = next((fix for _one, fix in fixes(session.file, [issue])), None) if issue else None
            found = sum(fix is not None for _one, fix in fixes(session.file, islice(asked, _LOOKED_AT)))
            return own, found if len(asked) <= _LOOKED_AT or not found else found + len(asked) - _LOOKED_AT

        self._survey.ask(work, lambda answer: self.panel.show_fixes(issue, kind, *answer))

    def mend(self, issues: Sequence[Issue]) -> None:
        """Mend these findings in one step of undo."""
        self._mend(list(issues), only_safe=False)

    def mend_safe(self) -> None:
        """Mend of all that was found what loses nothing."""
        if self.result is not None:
            self._mend([issue for issue in self.result.issues if may_be_mended(issue)], only_safe=True)

    def _mend(self, issues: list[Issue], *, only_safe: bool) -> None:
        if not self._survey.writable:
            return
        from surveyapp.services.mending import mend

        def done(mended: Mended) -> None:
            if not mended.mended:
                self._around.desk.toast.say(tr("Nothing was mended: each of these needs a person to look at it."))

        label = ntr("Mending {n} finding", "Mending {n} findings", len(issues)) if len(issues) > _LOOKED_AT else ""
        self._survey.change(lambda session: mend(session, issues, only_safe=only_safe), done, label=label)

    # -- going there ----------------------------------------------------------------------------------

    def go_to(self, issue: Issue) -> None:
        """Show the record that a finding is about, and its field."""
        if issue.code == "conflict":
            self.decide_wanted.emit()
        elif issue.layer == "survey" and issue.field == "template":
            self.template_wanted.emit()
        elif issue.record is None:
            self._around.desk.toast.say(issue.message)
        elif issue.layer == SIGHTING.name:
            self.record_wanted.emit(issue.record, issue.field or "")
        else:
            layer, uuid = issue.layer, issue.record
            self._survey.ask(lambda session: _hangs_on(session, layer, uuid), lambda found: self._turn_to(issue, found))

    def _turn_to(self, issue: Issue, found: Mapping[str, str]) -> None:
        """Show a record of another layer in its own panel; the sighting that it belongs to is selected first."""
        uuid, layer = str(issue.record), issue.layer
        tab, own = _PANELS.get(layer, ("", ""))
        if layer == "track":
            self._show_track(found.get("bounds", ""))
            return
        if tab == "areas":
            self._around.desk.bring_up(tab)
            self._choose(tab, found.get(own, uuid))
            return
        sighting = found.get("sighting", "")
        if not sighting:
            told = tr("The record belongs to no sighting of this survey, so no panel shows it.")
            self._around.desk.toast.say(f"{issue.message} {told}" if layer != "survey" else issue.message)
            return
        self._wanted = (tab, found.get(own, uuid)) if tab else None
        shown = self._around.desk.form.record
        self.record_wanted.emit(sighting, "")
        if tab:
            self._around.desk.bring_up(tab)
        if shown is not None and shown.uuid == sighting:
            self._choose_wanted()

    def _choose_wanted(self) -> None:
        if self._wanted is not None:
            tab, uuid = self._wanted
            self._wanted = None
            self._around.desk.bring_up(tab)
            self._choose(tab, uuid)

    def _choose(self, tab: str, uuid: str) -> None:
        panel: Any = self._around.desk.tab(tab)
        if hasattr(panel, "choose"):
            panel.choose(uuid)

    def _show_track(self, bounds: str) -> None:
        if bounds:
            from surveyapp.geo.ground.model import world_box

            west, south, east, north = map(float, bounds.split())
            self._around.desk.canvas.show_box(world_box(west, south, east, north))

    def _caption(self, uuid: str) -> str:
        """What a sighting is called in a list."""
        roster = self._survey.roster
        if roster.row(uuid) is None:
            return ""
        words = [shown_text(COLUMN_FIELDS[name], roster.value(uuid, name)) for name in ("gem", "locality")]
        return " · ".join(word for word in words if word)

    # -- the page -------------------------------------------------------------------------------------

    def write_report(self) -> None:
        """Write what was found as a page, and offer to open it."""
        from surveyapp.services.check_report import write_check_report

        result = self.result
        if result is None:
            return
        out = self._around.prompts.save_file(
            tr("Save the report of the check"), suggested_file(self._survey, "check", ".html"), tr("Pages (*.html)"))
        if out is None:
            return
        self._survey.settings["files.exports"] = str(out.parent)
        self._survey.ask_long(
            tr("Writing the report"), lambda session, _progress: write_check_report(session.file, result, out),
            lambda _none: self._written(out))

    def _written(self, out: Path) -> None:
        told = tr("The report is written: {path}", path=out)
        if self._around.prompts.choose(told, [Choice("open", tr("Open it"))], title=tr("Check")) != "open":
            return
        try:
            self.open_file(out)
        except Unavailable as error:
            self._survey.failed.emit(error)


_PANELS = {
    "sample": ("samples", ""),
    "custody": ("samples", "sample"),
    "certificate": ("samples", "sample"),
    "orientation": ("structure", ""),
    "photo": ("photos", ""),
    "area": ("areas", ""),
    "estimate": ("areas", ""),
}
"""The tab that shows a layer's records, and the record in it that stands for them (empty: they themselves)."""


def _of_others(result: CheckResult) -> list[Issue]:
    """The roster knows what sightings are called."""
    return [issue for issue in result.issues if issue.layer != SIGHTING.name]


def _hangs_on(session: Session, layer: str, uuid: str) -> dict[str, str]:
    """What a record hangs on: its sample and its sighting, as far as the file has them, or where it lies."""
    record = session.file.get(layer, uuid)
    if record is None:
        return {}
    found: dict[str, str] = {}
    if layer == "track":
        import shapely

        geometry = record.get("geom")
        if isinstance(geometry, str):
            found["bounds"] = " ".join(str(degrees) for degrees in shapely.from_wkb(geometry).bounds)
        return found
    sample_uuid = record.get("sample_uuid")
    if isinstance(sample_uuid, str) and layer != "sample":
        found["sample"] = sample_uuid
        record = session.file.get("sample", sample_uuid) or record
    certificate = record.get("certificate_uuid")
    if isinstance(certificate, str):
        return _hangs_on(session, "certificate", certificate)
    sighting = record.get("sighting_uuid") or (record.get("record") if layer == "review" else None)
    if isinstance(sighting, str) and session.file.get(SIGHTING.name, sighting) is not None:
        found["sighting"] = sighting
    return found


