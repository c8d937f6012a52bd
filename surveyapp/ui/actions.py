"""The actions as Qt has them, made from the table of actions; menus and toolbar are filled from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenuBar, QToolBar

from surveyapp.ui import theme
from surveyapp.ui.action_table import ACTIONS, MENUS, ActionSpec, WindowState
from surveyapp.words import tr


class ActionSet(QObject):
    """The actions as Qt has them, each bound to its handler (by id; checkable ones get the new state)."""

    def __init__(self, handlers: Mapping[str, Callable[..., object]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._actions: dict[str, QAction] = {}
        self._groups: dict[str, QActionGroup] = {}
        for spec in ACTIONS:
            self._actions[spec.id] = self._made(spec, handlers[spec.id])
        self.update(WindowState())
        self.refresh_icons()

    def __getitem__(self, action_id: str) -> QAction:
        return self._actions[action_id]

    def update(self, state: WindowState) -> None:
        """Enable what makes sense in this state, and name what undo and redo would do."""
        for spec in ACTIONS:
            self._actions[spec.id].setEnabled(spec.when(state))
        undo = tr("&Undo: {change}", change=state.undo) if state.undo else tr("&Undo")
        redo = tr("&Redo: {change}", change=state.redo) if state.redo else tr("&Redo")
        self._actions["edit.undo"].setText(undo)
        self._actions["edit.redo"].setText(redo)

    def refresh_icons(self) -> None:
        """Draw the icons anew in the colours of the theme."""
        for spec in ACTIONS:
            self._actions[spec.id].setIcon(theme.icon(spec.icon))

    def fill_menus(self, bar: QMenuBar) -> None:
        """Add the menus with all actions."""
        for title in MENUS:
            menu = bar.addMenu(tr(title))
            menu.setToolTipsVisible(True)
            for spec in ACTIONS:
                if spec.menu == title:
                    if spec.separated:
                        menu.addSeparator()
                    menu.addAction(self._actions[spec.id])

    def fill_toolbar(self, bar: QToolBar) -> None:
        """Add the buttons, group by group."""
        groups = sorted({spec.toolbar for spec in ACTIONS if spec.toolbar})
        for group in groups:
            if group != groups[0]:
                bar.addSeparator()
            for spec in ACTIONS:
                if spec.toolbar == group:
                    bar.addAction(self._actions[spec.id])

    def _made(self, spec: ActionSpec, handler: Callable[..., object]) -> QAction:
        text, tip = tr(spec.text), tr(spec.tip)
        action = QAction(text, self)
        action.setObjectName(spec.id)
        action.setIconText(tr(spec.short) or text.replace("&", "").rstrip("…"))
        shortcut = QKeySequence(spec.shortcut)
        keys = f" ({shortcut.toString(QKeySequence.SequenceFormat.NativeText)})" if spec.shortcut else ""
        action.setToolTip(f"{tip}{keys}")
        action.setStatusTip(tip)
        if spec.shortcut:
            action.setShortcut(shortcut)
        if spec.records:
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        if spec.check:
            action.setCheckable(True)
            if spec.choice:
                self._groups.setdefault(spec.choice, QActionGroup(self)).addAction(action)
            action.triggered.connect(handler)
        else:
            action.triggered.connect(lambda _checked: handler())
        return action
