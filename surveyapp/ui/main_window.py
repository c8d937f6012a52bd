"""The window: it puts the parts together and passes intents on. It holds no rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QByteArray, QPoint, QSize, Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QLabel, QMainWindow, QMenu, QSizePolicy, QStackedWidget, QToolBar, QWidget

from surveyapp.domain.fields import GEOMETRY, SIGHTING
from surveyapp.errors import Cancelled, SurveyError
from surveyapp.settings import Settings
from surveyapp.ui import language, theme
from surveyapp.ui.actions import ActionSet
from surveyapp.ui.appearance import Appearance
from surveyapp.ui.check_controller import CheckController
from surveyapp.ui.crash import report_folder
from surveyapp.ui.desk import Desk
from surveyapp.ui.exchange_controller import ExchangeController
from surveyapp.ui.file_controller import FileController
from surveyapp.ui.form_controller import FormController
from surveyapp.ui.forms.draft import DraftStore
from surveyapp.ui.forms.position_tools import standard_tools
from surveyapp.ui.forms.sighting_form import SightingForm
from surveyapp.ui.garbage import WindowCollector
from surveyapp.ui.gps_controller import GpsController
from surveyapp.ui.itemmodels.roster import Delta, column_choice
from surveyapp.ui.map_link import MapLink, outlines_of
from surveyapp.ui.parts import make_parts
from surveyapp.ui.prompts import Choice, Prompts, QtPrompts
from surveyapp.ui.record_panels import RecordPanels
from surveyapp.ui.review_controller import ReviewController
from surveyapp.ui.status import ProgressStrip, StartPage
from surveyapp.ui.surroundings import Surroundings
from surveyapp.ui.survey_controller import SurveyController
from surveyapp.ui.tasks import Tasks
from surveyapp.words import ntr, tr

_TOOLS = {"map.pan": "pan", "map.box": "select", "map.lasso": "lasso", "map.add": "add", "map.measure": "measure"}
_MANY = 5
"""Deleting more than this many at once is asked about; fewer only offer to be taken back."""


@dataclass(frozen=True, slots=True)
class Again:
    """Why a window closed: to be made anew, on the survey that was open (``None``: on none)."""

    path: Path | None


class MainWindow(QMainWindow):
    """The one window. ``prompts`` are the real ones unless a test gives others; ``drafts`` is the folder of
    half-filled forms. ``survey`` may be opening a file already: it is read while the window is made.
    """

    def __init__(
        self, settings: Settings, drafts: Path, prompts: Prompts | None = None, survey: SurveyController | None = None
    ) -> None:
        super().__init__()
        self._ended = False
        self._collector = WindowCollector(self)
        self.again: Again | None = None
        self.settings = settings
        self.prompts: Prompts = prompts or QtPrompts(self)
        self.appearance = Appearance(settings, self)
        self.appearance.choose()
        self.survey = survey or SurveyController(Tasks(), settings)
        self.survey.setParent(self)
        self.tasks = self.survey.tasks
        self.tasks.setParent(self)
        self.form = SightingForm(
            standard_tools(),
            sticky=settings["form.sticky"],
            pinned=settings["form.pinned"],
            observer=settings["surveyor.name"] or None,
        )
        self.desk = Desk(self.survey, self.form)
        self.table, self.canvas = self.desk.table, self.desk.canvas
        self.desk.add_tab("form", self.form, tr("Sighting"), "form")
        self.panels = RecordPanels(self.desk, self.survey, self.prompts)
        self.map_link = MapLink(self.canvas, self.survey.roster, self.survey.selection)
        self.form_controller = FormController(self.form, self.survey, self.prompts, DraftStore(drafts))
        self.files = FileController(self, self.survey, self.prompts, self.form_controller.may_close)
        self.exchange = ExchangeController(self, self.survey, self.prompts)
        self.review = ReviewController(self, self.survey)
        self.gps_label = QLabel()
        self.gps = GpsController(self.desk, self.settings, self.prompts, self.gps_label)
        self.parts = make_parts(Surroundings(
            self, self.survey, self.desk, self.form_controller, self.map_link, self.prompts, self.settings, self.gps,
            drafts,
        ))
        self.action_set = ActionSet(self._handlers(), self)
        tiles = ["survey.new", "survey.open", "survey.sample", *([] if settings["tour.done"] else ["app.tour"])]
        self.start = StartPage([self.action_set[name] for name in tiles])
        self._assemble()
        self._connect()
        self._restyle()
        self._show_state()

    # -- putting together -----------------------------------------------------------------------------

    def _assemble(self) -> None:
        self.setObjectName("main_window")
        self.setWindowTitle("SurveyApp")
        self.resize(1366, 740)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.start)
        self.stack.addWidget(self.desk)
        self.setCentralWidget(self.stack)
        self.action_set.fill_menus(self.menuBar())
        self.toolbar = QToolBar(tr("Tools"))
        self.toolbar.setObjectName("toolbar")
        self.toolbar.setMovable(False)
        self.toolbar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.toolbar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self.toolbar.setIconSize(QSize(22, 22))
        self.action_set.fill_toolbar(self.toolbar)
        self.addToolBar(self.toolbar)
        records = [
            self.action_set[name]
            for name in ("sighting.duplicate", "sighting.together", "sighting.delete", "map.selection")
        ]
        self.table.use_actions(records)
        self.canvas.addActions([self.action_set["sighting.delete"]])
        self._fill_status_bar()
        self.appearance.apply()  # when everything stands in its place, and before anything is measured
        if geometry := self.settings["window.geometry"]:
            self.restoreGeometry(QByteArray.fromBase64(QByteArray(geometry.encode())))
        self.desk.restore_layout(self.settings["window.layout"])
        self.table.set_columns(self.settings["table.columns"])

    def _fill_status_bar(self) -> None:
        bar = self.statusBar()
        self.saved_label, self.counts_label, self.place_label = (QLabel() for _ in range(3))
        self.saved_label.setObjectName("saved")
        self.counts_label.setObjectName("counts")
        self.strip = ProgressStrip(self.tasks)
        bar.addWidget(self.saved_label)
        bar.addWidget(self.counts_label)
        bar.addPermanentWidget(self.strip)
        bar.addPermanentWidget(self.gps_label)
        bar.addPermanentWidget(self.place_label)

    def _connect(self) -> None:
        survey, canvas, table = self.survey, self.canvas, self.table
        survey.opened.connect(self._opened)
        survey.closed.connect(self._closed)
        survey.filled.connect(self._filled)
        survey.completed.connect(table.reload)
        survey.followed.connect(self._followed)
        survey.facts_changed.connect(self._show_state)
        survey.saved.connect(self._saved)
        survey.failed.connect(self.tell_error)
        self.form.dirtyChanged.connect(lambda _dirty: self._show_state())
        self.form.mapTapRequested.connect(lambda: canvas.set_tool("add"))
        self.form.positionPicked.connect(self._position_picked)
        self.form_controller.shown.connect(self.panels.show_detail)
        self.form_controller.raised.connect(lambda: self.desk.bring_up("form"))
        canvas.positionTapped.connect(self._tapped)
        canvas.cursorMoved.connect(lambda lon, lat: self.place_label.setText(f"{lat:.5f}, {lon:.5f}"))
        canvas.sightingActivated.connect(self._open_record)
        canvas.contextRequested.connect(self._map_menu)
        canvas.toolChanged.connect(self._tool_changed)
        table.activated.connect(self._open_record)
        table.columns_wanted.connect(self._choose_columns)
        self.start.recent_chosen.connect(self.files.open_path)
        self.review.record_wanted.connect(self._show_record)
        for part in self.parts:
            if isinstance(part, CheckController):
                part.record_wanted.connect(self._show_record)
                part.decide_wanted.connect(self.review.decide)
                part.template_wanted.connect(self.action_set["survey.template"].trigger)
        self.exchange.decide_wanted.connect(self.review.decide)
        self.appearance.changed.connect(self._restyle)
        self.settings.on_trouble = lambda error: self.desk.toast.say(str(error))

    def _handlers(self) -> dict[str, Callable[..., object]]:
        """What each action does."""
        from surveyapp.ui.dialogs.palette import CommandPalette

        survey, canvas, table = self.survey, self.canvas, self.table
        handlers: dict[str, Callable[..., object]] = {
            "survey.new": self.files.new,
            "survey.open": self.files.open,
            "survey.sample": self.files.open_sample,
            "survey.close": self.files.close,
            "survey.import": self.exchange.import_source,
            "survey.merge": self.exchange.merge,
            "survey.export": self.exchange.export,
            "survey.preview": self.exchange.preview,
            "survey.conflicts": self.review.decide,
            "survey.duplicates": self.review.compare,
            "app.quit": self.close,
            "app.palette": lambda: CommandPalette(self.action_set, self).open(),
            "app.about": self._about,
            "edit.undo": survey.undo,
            "edit.redo": survey.redo,
            "edit.all": table.view.selectAll,
            "edit.find": self._find,
            "edit.next": lambda: table.step(1),
            "edit.previous": lambda: table.step(-1),
            "sighting.new": self.form_controller.new,
            "sighting.duplicate": self.form_controller.duplicate,
            "sighting.together": self.form_controller.edit_together,
            "sighting.delete": self._delete,
            "photo.attach": self.panels.ask_for_photos,
            "photo.enlarge": self._enlarge,
            "view.columns": self._choose_columns,
            "view.touch": self.appearance.set_touch,
            "map.fit": canvas.fit_all,
            "map.selection": lambda: canvas.zoom_to(survey.selection.uuids),
            "map.in": lambda: canvas.zoom_by(1.6),
            "map.out": lambda: canvas.zoom_by(1 / 1.6),
        }
        for name in ("system", "light", "dark", "night"):
            handlers[f"view.{name}"] = lambda _on, name=name: self.appearance.set_theme(name)
        for name in language.NAMES:
            handlers[f"view.language.{name}"] = lambda _on, name=name: self.speak(name)
        for name in ("form", "photos", "history", "gps"):
            handlers[f"view.{name}"] = lambda name=name: self.desk.bring_up(name)
        for action, tool in _TOOLS.items():
            handlers[action] = lambda _on, tool=tool: canvas.set_tool(tool)
        for part in self.parts:
            handlers |= part.handlers()
        return handlers

    # -- following ------------------------------------------------------------------------------------

    def _opened(self) -> None:
        facts = self.survey.facts
        assert facts is not None
        self._turn_to(self.desk)
        self.desk.banner.say(facts.why)
        self.canvas.set_empty_text(tr("No sightings yet") if self.survey.writable else tr("No sightings"))
        self.desk.bring_up("form")
        self.canvas.fit_all()
        self.table.view.setFocus()

    def _turn_to(self, page: QWidget) -> None:
        """Show the start page or the desk; the one that is hidden asks for no room."""
        for one in (self.start, self.desk):
            policy = QSizePolicy.Policy.Preferred if one is page else QSizePolicy.Policy.Ignored
            one.setSizePolicy(policy, policy)
        self.stack.setCurrentWidget(page)

    def _closed(self) -> None:
        self.table.reload()
        self.map_link.reload()
        self._turn_to(self.start)
        self._show_state()

    def _saved(self, label: str) -> None:
        undone = label.startswith(tr("Undo {change}").partition("{")[0])
        self.desk.toast.say(tr("Saved: {label}", label=label), undoable=not undone)

    def _filled(self) -> None:
        self.table.reload()
        self.map_link.reload()
        outlines = self.survey.outlines
        self.canvas.set_tracks(outlines_of(outlines["track"]))
        self.canvas.set_areas(outlines_of(outlines["area"]))

    def _followed(self, delta: Delta) -> None:
        self.table.follow(delta)
        self.map_link.follow(delta)

    def _show_state(self) -> None:
        """Title, status bar and enabled actions, from what is true now."""
        facts = self.survey.facts
        self.action_set.update(self.survey.state)
        self.start.set_recent(self.settings.recent())
        parts = [facts.title, facts.team] if facts else []
        self.setWindowTitle(" — ".join([*(part for part in parts if part), "SurveyApp"]))
        for label in (self.saved_label, self.counts_label, self.place_label):
            label.setVisible(facts is not None)
        if facts is None:
            return
        if self.form.dirty:
            self.saved_label.setText(tr("Not saved yet: the form"))
            theme.set_role(self.saved_label, "warning")
        elif facts.read_only:
            self.saved_label.setText(tr("For reading only"))
            theme.set_role(self.saved_label, "warning")
        else:
            self.saved_label.setText(tr("All saved"))
            theme.set_role(self.saved_label, "good")
        sightings, photos = len(self.survey.roster), facts.counts.get("photo", 0)
        counts = [
            ntr("{count} sighting", "{count} sightings", sightings, count=f"{sightings:,}"),
            ntr("{count} photo", "{count} photos", photos, count=f"{photos:,}"),
        ]
        if facts.conflicts:
            open_ones = f"{facts.conflicts:,}"
            counts.append(ntr("{count} disagreement", "{count} disagreements", facts.conflicts, count=open_ones))
        self.counts_label.setText("   ".join(counts))

    def _restyle(self) -> None:
        """Colours or sizes changed."""
        self.action_set.refresh_icons()
        self.action_set[f"view.{self.appearance.theme}"].setChecked(True)
        self.action_set["view.touch"].setChecked(self.appearance.touch)
        self.action_set[f"view.language.{self.settings['appearance.language']}"].setChecked(True)
        self.desk.restyle(theme.current().name, touch=self.appearance.touch)
        self.start.restyle()
        self.strip.restyle()
        for part in self.parts:
            part.restyle()

    def _tool_changed(self, tool: str) -> None:
        action = next(name for name, known in _TOOLS.items() if known == tool)
        self.action_set[action].setChecked(True)

    # -- intents of the window itself -----------------------------------------------------------------

    def tell_error(self, error: Exception) -> None:
        """Say in one sentence what did not work; a cancel is no failure."""
        if isinstance(error, Cancelled):
            self.desk.toast.say(str(error))
        elif isinstance(error, SurveyError):
            self.prompts.warn(str(error))

    def speak(self, setting: str) -> None:
        """Speak another language: this window closes, and the program makes a new one on the same survey."""
        before = self.settings["appearance.language"]
        self.settings["appearance.language"] = setting
        if language.language_of(setting) == language.language_of(before):
            return
        self.again = Again(self.survey.path)
        if not self.close():
            self.again = None
            self.settings["appearance.language"] = before
            self.action_set[f"view.language.{before}"].setChecked(True)

    def _enlarge(self) -> None:
        """Show the first photo of the sighting on show; the viewer goes on to the others."""
        self.desk.bring_up("photos")
        if cards := self.panels.photos.cards:
            self.panels.photos.enlarge(cards[0].photo.uuid)

    def _find(self) -> None:
        self.table.search.setFocus()
        self.table.search.selectAll()

    def _delete(self) -> None:
        chosen = self.survey.selection.uuids
        if len(chosen) > _MANY:
            answer = self.prompts.choose(
                tr("Delete {count} sightings with their photos? Undo brings them back.", count=f"{len(chosen):,}"),
                (Choice("delete", tr("Delete"), destructive=True),),
                title=tr("Delete"),
            )
            if answer != "delete":
                return
        self.survey.delete(chosen)

    def _open_record(self, uuid: str) -> None:
        self._show_record(uuid, "")

    def _show_record(self, uuid: str, field: str) -> None:
        """Select a sighting, show it in table, map and form, and go to one of its fields."""
        self.survey.selection.set([uuid], "window")
        self.canvas.zoom_to([uuid])
        self.desk.bring_up("form")
        if field and (SIGHTING.field(field) is not None or field == GEOMETRY):
            self.form.go_to(field)

    def _tapped(self, longitude: float, latitude: float) -> None:
        self.canvas.set_tool("pan")
        self.desk.bring_up("form")
        self.form.use_map_position(longitude, latitude)

    def _position_picked(self, position: tuple[float, float] | None) -> None:
        """Mark on the map where an unsaved form says the sighting is."""
        self.map_link.mark_typed(position if self.form.dirty else None)

    def _map_menu(self, uuid: str, longitude: float, latitude: float, at: QPoint) -> None:
        if uuid and uuid not in self.survey.selection:
            self.survey.selection.set([uuid], "window")
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self.survey.writable:
            menu.addAction(tr("New sighting here"), lambda: self._new_at(longitude, latitude))
            menu.addAction(tr("Use this position in the form"), lambda: self._tapped(longitude, latitude))
            menu.addSeparator()
        for name in ("map.selection", "sighting.duplicate", "sighting.together", "sighting.delete"):
            menu.addAction(self.action_set[name])
        menu.popup(at)

    def _new_at(self, longitude: float, latitude: float) -> None:
        self.form_controller.new()
        if self.form.record is None:
            self.form.use_map_position(longitude, latitude)

    def _choose_columns(self) -> None:
        from surveyapp.ui.dialogs.columns import ColumnsDialog

        dialog = ColumnsDialog(self.table.model.columns, self, self.survey.roster.fields)
        dialog.accepted.connect(lambda: self._use_columns(dialog.columns))
        dialog.open()

    def _use_columns(self, names: list[str]) -> None:
        usual = names == column_choice(())
        self.settings["table.columns"] = [] if usual else names
        self.table.set_columns(names)

    def _about(self) -> None:
        from surveyapp.ui.dialogs.about import AboutDialog  # it reads what is installed, which takes a while

        places = {tr("Settings"): str(self.settings.path or tr("in memory")), tr("Reports"): str(report_folder())}
        if self.survey.path is not None:
            places[tr("Survey")] = str(self.survey.path)
        AboutDialog(places, self).open()

    # -- closing --------------------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close when everything that was asked for is on the disk; not over a save that failed."""
        if not self._ended:
            if not self.form_controller.may_close():
                event.ignore()
                return
            self.tasks.finish()
            if self.form_controller.unsaved:
                event.ignore()
                return
            self.settings.update(
                {
                    "window.geometry": bytes(self.saveGeometry().toBase64().data()).decode(),
                    "window.layout": self.desk.layout_text(),
                }
            )
            self.end()
        super().closeEvent(event)

    def end(self) -> None:
        """Close the survey and end the threads, asking nothing: a half-filled form stays as its draft."""
        if not self._ended:
            self._ended = True
            self.gps.shutdown()
            for part in self.parts:
                part.shutdown()
            self.form_controller.keep_draft()
            self.tasks.finish()
            self.survey.close()
            self.tasks.shutdown()
            self._collector.end()
