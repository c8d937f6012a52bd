"""The command palette: find any action by typing a few letters of what it does."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from surveyapp.ui.action_table import ACTIONS
from surveyapp.ui.actions import ActionSet
from surveyapp.ui.forms.search import folded
from surveyapp.words import tr

_STEPS: dict[int, int] = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}


class CommandPalette(QDialog):
    """Lists the enabled actions whose text, tip or menu holds all typed words; Enter runs the chosen one."""

    def __init__(self, actions: ActionSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Commands"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._actions = actions
        self.edit = QLineEdit()
        self.edit.setObjectName("command")
        self.edit.setPlaceholderText(tr("What do you want to do?"))
        self.list = QListWidget()
        self.list.setObjectName("commands")
        self.list.setAlternatingRowColors(True)
        layout = QVBoxLayout(self)
        layout.addWidget(self.edit)
        layout.addWidget(self.list, 1)
        self.resize(560, 420)
        self.edit.textChanged.connect(self._fill)
        self.edit.returnPressed.connect(self._run)
        self.edit.installEventFilter(self)
        self.list.itemActivated.connect(self._run)
        self._fill()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows move in the list while one goes on typing."""
        pressed = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress
        if watched is self.edit and isinstance(event, QKeyEvent) and pressed and self._moved(event.key()):
            return True
        return super().eventFilter(watched, event)

    def _moved(self, key: int) -> bool:
        step = _STEPS.get(key)
        if step is None or not self.list.count():
            return False
        self.list.setCurrentRow((self.list.currentRow() + step) % self.list.count())
        return True

    def _fill(self) -> None:
        words = [folded(word) for word in self.edit.text().split()]
        self.list.clear()
        for spec in ACTIONS:
            action = self._actions[spec.id]
            told = folded(f"{action.text()} {tr(spec.tip)} {tr(spec.menu)} {spec.text} {spec.tip}".replace("&", ""))
            if spec.id == "app.palette" or not action.isEnabled() or not all(word in told for word in words):
                continue
            keys = f"     {action.shortcut().toString()}" if spec.shortcut else ""
            item = QListWidgetItem(action.icon(), f"{action.text().replace('&', '')}{keys}")
            item.setToolTip(tr(spec.tip))
            item.setData(Qt.ItemDataRole.UserRole, action)
            self.list.addItem(item)
        self.list.setCurrentRow(0)

    def _run(self) -> None:
        if not self.list.count():
            return
        item = self.list.currentItem()
        action: QAction = item.data(Qt.ItemDataRole.UserRole)
        self.accept()
        action.trigger()
