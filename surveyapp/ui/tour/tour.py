"""Runs the guided first survey: one step after another, each done by the person in the real window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication

from surveyapp.ui.tour.overlay import TourOverlay
from surveyapp.ui.tour.steps import Seen, Step, seen, steps
from surveyapp.words import tr

if TYPE_CHECKING:
    from surveyapp.ui.surroundings import Surroundings

_LOOK_MS = 200
_PRAISE_MS = 700
"""How long a step that was done says so before the next one comes."""


class TourController(QObject):
    """The part of the window that has the action ``app.tour``."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around.window)
        self._around = around
        self.overlay: TourOverlay | None = None
        self.step: Step | None = None
        """The step that is on; ``None`` before the first and after the last one."""
        self._left: list[Step] = []
        self._total = 0
        self._before = Seen()
        self._path: Path | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._praise = QTimer(self)
        self._praise.setSingleShot(True)
        self._praise.setInterval(_PRAISE_MS)
        self._praise.timeout.connect(self._praised)
        around.survey.closed.connect(self.leave)
        around.survey.opened.connect(self._opened)

    def handlers(self) -> dict[str, Callable[..., object]]:
        return {"app.tour": self.toggle}

    def restyle(self) -> None:
        """Colours or sizes changed."""
        if self.overlay is not None:
            self.overlay.update()
            self.overlay.follow()

    def shutdown(self) -> None:
        self.leave()

    def toggle(self) -> None:
        """Begin the tour, or leave it."""
        if self.overlay is not None:
            self.leave()
        elif self._around.form_controller.may_close():
            from surveyapp.services.demo import working_copy

            tasks = self._around.survey.tasks
            tasks.run_long(tr("Copying the sample"), lambda _progress: working_copy(None), self._open)

    def leave(self) -> None:
        """End it here; what was saved stays saved."""
        self._timer.stop()
        self._praise.stop()
        self.step, self._left, self._path = None, [], None
        if self.overlay is not None:
            self.overlay.end()
            self.overlay = None

    # -- inside ---------------------------------------------------------------------------------------

    def _open(self, path: Path) -> None:
        self._around.survey.open(path, then=lambda: self._begin(path))

    def _opened(self) -> None:
        """Another survey was opened in the middle of it."""
        if self.overlay is not None and self._around.survey.path != self._path:
            self.leave()

    def _begin(self, path: Path) -> None:
        self._path = path
        self._left = list(steps())
        self._total = len(self._left)
        self.overlay = TourOverlay(self._around.window)
        card = self.overlay.card
        card.skipWanted.connect(self._next)
        card.leaveWanted.connect(self.leave)
        card.mainWanted.connect(self._own_survey)
        self._next()
        self.overlay.show()

    def _next(self) -> None:
        if self.overlay is None:
            return
        self._praise.stop()
        if not self._left:
            self._finish()
            return
        self.step = self._left.pop(0)
        self.step.prepare(self._around)
        self._before = seen(self._around)
        number = self._total - len(self._left)
        self.overlay.card.say(
            tr("Step {number} of {total}", number=number, total=self._total), self.step.title, self.step.text
        )
        self.overlay.point_at(self.step.target(self._around))
        self._timer.start()

    def _look(self) -> None:
        """Has the step been done, and has what it points at moved?"""
        if self.overlay is None or self.step is None:
            return
        if not self._praise.isActive() and self.step.done(self._before, seen(self._around)):
            self.overlay.card.praise()
            self._praise.start()
        self.overlay.point_at(self.step.target(self._around))

    def _praised(self) -> None:
        """Go on; a dialog over the window (a question, the preview's) has to be finished first."""
        if QApplication.activeModalWidget() is not None:
            self._praise.start()
        else:
            self._next()

    def _finish(self) -> None:
        assert self.overlay is not None
        self._timer.stop()
        self.step = None
        self._around.settings["tour.done"] = True
        self.overlay.card.say(
            tr("That was all"),
            tr("You can survey now"),
            tr("This copy of the sample is yours to try things on. “New survey” makes a file of your own; Ctrl+K finds "
               "every command by typing, and each field says below the form what it is for."),
            main=tr("New survey…"),
        )
        self.overlay.point_at(None)

    def _own_survey(self) -> None:
        self.leave()
        action = self._around.window.findChild(QAction, "survey.new")
        if action is not None:
            action.trigger()
