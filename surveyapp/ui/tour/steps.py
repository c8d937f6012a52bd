"""The ten steps: what each says, what it points at, and how the program knows that it was done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDockWidget, QToolBar, QWidget

from surveyapp.domain.fields import GEOMETRY
from surveyapp.words import tr

if TYPE_CHECKING:
    from surveyapp.ui.surroundings import Surroundings

PLACE = "34.7905N 72.4030E"
"""A position in the sample's area to be typed."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the window shows at one moment, as far as a step looks at it."""

    record: str = ""
    scale: float = 0.0
    centre: tuple[float, float] = (0.0, 0.0)
    sightings: int = 0
    gem: str = ""
    placed: bool = False
    host: str = ""
    searched: str = ""
    checked: bool = False
    handed_on: bool = False


Done = Callable[[Seen, Seen], bool]
"""Whether a step is done, of what was seen when it began and what is seen now."""


@dataclass(frozen=True, slots=True)
class Step:
    """``target`` is the widget that is pointed at (``None``: none is in view); ``prepare`` brings it into view."""

    name: str
    title: str
    text: str
    target: Callable[[Surroundings], QWidget | None]
    done: Done
    prepare: Callable[[Surroundings], None] = lambda _around: None


def seen(around: Surroundings) -> Seen:
    """What the window shows now."""
    from surveyapp.ui.dialogs.export import ExportDialog
    from surveyapp.ui.dialogs.preview_choice import PreviewChoiceDialog

    form, view, window = around.desk.form, around.desk.canvas.view, around.window
    dock = window.findChild(QDockWidget, "check_dock")
    return Seen(
        record=form.record.uuid if form.record is not None else "",
        scale=view.scale,
        centre=(view.x, view.y),
        sightings=len(around.survey.roster),
        gem=form.body.editor("gem").raw(),
        placed=form.position_box.position is not None,
        host=form.body.editor("host_rock").raw(),
        searched=around.desk.table.search.text().strip(),
        checked=dock is not None and dock.isVisible(),
        handed_on=any(
            dialog.isVisible()
            for kind in (ExportDialog, PreviewChoiceDialog)
            for dialog in window.findChildren(kind)
        ),
    )


def steps() -> tuple[Step, ...]:
    """The steps in their order, in the language of the program."""
    return (
        Step(
            "select", tr("Look at a sighting"),
            tr("Each row is one find of a gem at one place. Click a row: the form on the right shows all of it."),
            lambda around: around.desk.table, lambda before, now: now.record not in ("", before.record),
        ),
        Step(
            "map", tr("Move the map"),
            tr("The same sightings are on the map; hollow ones were looked for and not found. Drag the map, or turn "
               "the wheel over it."),
            lambda around: around.desk.canvas,
            lambda before, now: (before.scale, before.centre) != (now.scale, now.centre),
        ),
        Step(
            "new", tr("Begin a sighting of your own"),
            tr("Press “New sighting” above, or Ctrl+Shift+N. The form becomes empty."),
            lambda around: _button(around, "sighting.new"), lambda _before, now: now.record == "",
        ),
        Step(
            "gem", tr("Say which gem"),
            tr("Type a name in any language: “emerald”, “zamurrud” or “زمرد”, and press Return."),
            lambda around: around.desk.form.body.editor("gem"), lambda before, now: now.gem not in ("", before.gem),
            lambda around: _go_to(around, "gem"),
        ),
        Step(
            "place", tr("Say where"),
            tr("Type {place} as your handset shows it. In the field, “Use GPS” or a tap on the map does it. The card "
               "below reads the position back to you.", place=PLACE),
            lambda around: around.desk.form.position_box, lambda _before, now: now.placed,
            lambda around: _go_to(around, GEOMETRY),
        ),
        Step(
            "host", tr("Say what it was in"),
            tr("Choose the host rock; those that are usual for the gem come first. What you do not know, leave empty."),
            lambda around: around.desk.form.body.editor("host_rock"),
            lambda before, now: now.host not in ("", before.host),
            lambda around: _go_to(around, "host_rock"),
        ),
        Step(
            "save", tr("Save it"),
            tr("Press “Save”, or Ctrl+S. It is on the disk at once; undo (Ctrl+Z) takes it back at any time."),
            lambda around: around.desk.form.footer, lambda before, now: now.sightings > before.sightings,
            lambda around: around.desk.bring_up("form"),
        ),
        Step(
            "find", tr("Find it again"),
            tr("Type a word into the search box, such as the gem. Table and map show what has it."),
            lambda around: around.desk.table.search, lambda before, now: now.searched not in ("", before.searched),
            lambda around: around.desk.table.search.setFocus(),
        ),
        Step(
            "check", tr("Check the survey"),
            tr("Press “Check” above, or F8. What is missing or wrong is listed; a click on a line goes there."),
            lambda around: _button(around, "survey.check"), lambda before, now: now.checked and not before.checked,
            _clear_away,
        ),
        Step(
            "preview", tr("Hand it on"),
            tr("Press “Preview” above, or Ctrl+P: one file with the map, for anybody with a browser and no network. "
               "“Export” makes the file for the office."),
            lambda around: _button(around, "survey.preview"), lambda _before, now: now.handed_on,
        ),
    )


def _button(around: Surroundings, action: str) -> QWidget | None:
    """The button of an action in the toolbar."""
    bar, wanted = around.window.findChild(QToolBar, "toolbar"), around.window.findChild(QAction, action)
    return bar.widgetForAction(wanted) if bar is not None and wanted is not None else None


def _go_to(around: Surroundings, field: str) -> None:
    around.desk.bring_up("form")
    around.desk.form.go_to(field)


def _clear_away(around: Surroundings) -> None:
    """A search would go on hiding sightings, and a list of an earlier check would look like a new one."""
    around.desk.table.search.clear()
    dock = around.window.findChild(QDockWidget, "check_dock")
    if dock is not None:
        dock.hide()
