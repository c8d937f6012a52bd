"""Filters: the dialog, the saved ones, and the map that shows what the table shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from surveyapp.domain.filters import POSITION, WITHIN, Condition, Filter, filter_text, parse_filter
from surveyapp.errors import BadInput
from surveyapp.ui import theme
from surveyapp.ui.surroundings import Surroundings
from surveyapp.words import tr

if TYPE_CHECKING:
    from surveyapp.ui.dialogs.filters import FilterDialog

_KEPT = "table.filters"


class FindController(QObject):
    """Owns the menu of the table's filter button."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around.window)
        self._window, self._settings, self._desk = around.window, around.settings, around.desk
        self._table, self._canvas = around.desk.table, around.desk.canvas
        self._name = ""
        self._menu = QMenu(self._table)
        self._menu.aboutToShow.connect(self._fill_menu)
        self._menu.aboutToHide.connect(self._table.mark_filter)
        self._table.filter_button.setMenu(self._menu)
        self._table.bar.edit_wanted.connect(self.choose)
        self._table.finder.found.connect(around.map_link.show_only)
        self._roster = around.survey.roster
        around.survey.arrived.connect(self._table.came)
        around.survey.arrived.connect(around.map_link.came)
        self._selection = around.survey.selection
        self._selection.changed.connect(self._selected)
        around.survey.closed.connect(self._table.finder.stop)

    def handlers(self) -> dict[str, Callable[..., object]]:
        return {"edit.filters": self.choose, "edit.in_view": self.only_in_view, "edit.unfilter": self.show_everything}

    def restyle(self) -> None:
        """The table does what there is to do."""

    def shutdown(self) -> None:
        self._table.finder.stop()

    # -- intents --------------------------------------------------------------------------------------

    def choose(self) -> None:
        """Put a filter together, or choose a saved one."""
        from surveyapp.ui.dialogs.filters import FilterDialog

        now = Filter(self._name, self._table.finder.words, self._table.conditions)
        dialog = FilterDialog(now, self.saved(), self._window, self._roster.fields)
        dialog.accepted.connect(lambda: self._chosen(dialog.wanted))
        dialog.delete_wanted.connect(lambda name: self._delete(dialog, name))
        dialog.rename_wanted.connect(lambda name, other: self._rename(dialog, name, other))
        dialog.open()

    def use(self, wanted: Filter) -> None:
        """Show only what meets a filter; the words it was kept with go into the search box."""
        self._name = wanted.name
        self._table.use_filter(wanted)

    def only_in_view(self) -> None:
        """Show only the sightings in the part of the map that is in view."""
        west, south, east, north = (round(degrees, 7) for degrees in self._canvas.view.bounds)
        others = [condition for condition in self._table.conditions if condition.field != POSITION]
        box = Condition(POSITION, WITHIN, (west, south, east, north))
        self.use(Filter(self._name, self._table.search.text(), (*others, box)))

    def show_everything(self) -> None:
        """Take search words and conditions away."""
        self.use(Filter())

    def _selected(self, origin: str) -> None:
        """Whoever is sent to a sighting (by the check, or by undo) would look for it in vain."""
        found, current = self._table.finder.matches, self._selection.current
        if origin == "window" and found is not None and current is not None and current not in found:
            self._desk.toast.say(tr("The search or filter hides this sighting; show everything with Ctrl+Shift+A."))

    # -- saved filters --------------------------------------------------------------------------------

    def saved(self) -> list[Filter]:
        """The saved filters that can be read, by name."""
        return [one for one in map(_read, self._settings[_KEPT]) if one is not None]

    def save(self, wanted: Filter) -> None:
        """Keep a filter; one of the same name is replaced."""
        self._keep([*self._others(wanted.name), filter_text(wanted)])

    def _others(self, name: str) -> list[str]:
        """The kept texts but that of a name. What cannot be read (a newer program wrote it) is kept as it is."""
        kept = [(text, _read(text)) for text in self._settings[_KEPT]]
        return [text for text, read in kept if read is None or read.name != name]

    def _keep(self, texts: list[str]) -> None:
        self._settings[_KEPT] = sorted(texts)

    def _chosen(self, wanted: Filter) -> None:
        if wanted.name:
            self.save(wanted)
        self.use(wanted)

    def _delete(self, dialog: FilterDialog, name: str) -> None:
        self._keep(self._others(name))
        dialog.offer(self.saved())

    def rename(self, name: str, other: str) -> None:
        """Give a saved filter another name; ``BadInput`` where another one has it, or it is none."""
        other = other.strip()
        known = {one.name: one for one in self.saved()}
        if not other:
            raise BadInput(tr("Type the new name of the filter “{name}”.", name=name))
        if other != name and other in known:
            raise BadInput(tr("There is a filter “{name}” already; choose another name.", name=other))
        if name in known:
            self._keep([*self._others(name), filter_text(replace(known[name], name=other))])
            if self._name == name:
                self._name = other

    def _rename(self, dialog: FilterDialog, name: str, other: str) -> None:
        try:
            self.rename(name, other)
        except BadInput as error:
            dialog.complain(str(error), blocks=False)
            return
        dialog.offer(self.saved(), other.strip())

    # -- the menu -------------------------------------------------------------------------------------

    def _fill_menu(self) -> None:
        self._menu.clear()
        for one in self.saved():
            action = self._menu.addAction(one.name.replace("&", "&&"))
            action.triggered.connect(lambda _on, one=one: self.use(one))
            action.setCheckable(True)
            action.setChecked(one.name == self._name and one.conditions == self._table.conditions)
        self._menu.addSeparator()
        self._add("filter", tr("Choose conditions…"), self.choose)
        self._add("map", tr("Only what the map shows"), self.only_in_view)
        self._add("table", tr("Show everything"), self.show_everything).setEnabled(self._table.filtered)

    def _add(self, icon: str, text: str, then: Callable[[], None]) -> QAction:
        action = self._menu.addAction(theme.icon(icon), text)
        action.triggered.connect(lambda _on: then())
        return action


def _read(text: str) -> Filter | None:
    try:
        return parse_filter(text)
    except BadInput:
        return None
