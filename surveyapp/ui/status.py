"""The small parts at the edges of the window: progress strip, banner, toast, start page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from surveyapp.ui import theme
from surveyapp.ui.dialogs.base import role_label
from surveyapp.ui.tasks import Task, Tasks
from surveyapp.words import tr

_QUICK_MS = 250
"""What is done sooner than this is not shown: a strip that flashes tells nobody anything."""
_TOAST_MS = 6000
_TOAST_WIDTH, _TOAST_EDGE = 560, 12
"""Widest line of a toast, and its least distance from the edges, px."""


class ProgressStrip(QWidget):
    """What long work is under way, how far it is, and a button that stops it."""

    def __init__(self, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._task: Task | None = None
        self.label = QLabel()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(160)
        self.cancel = QToolButton()
        self.cancel.setObjectName("cancel_task")
        self.cancel.setText(tr("Cancel"))
        self.cancel.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.cancel.clicked.connect(self._cancel)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(4, 0, 4, 0)
        layout.addWidget(self.label)
        layout.addWidget(self.bar)
        layout.addWidget(self.cancel)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_QUICK_MS)
        self._timer.timeout.connect(self.show)
        tasks.started.connect(self._started)
        tasks.progressed.connect(self._progressed)
        tasks.finished.connect(self._finished)
        self._tasks = tasks
        self.restyle()
        self.hide()
        for task in tasks.long_running:  # what began before the window was there
            self._started(task)

    def restyle(self) -> None:
        self.cancel.setIcon(theme.icon("cancel"))

    def _started(self, task: Task) -> None:
        self._task = task
        self.label.setText(f"{task.label}…")
        self.bar.setRange(0, 0)
        self.cancel.setEnabled(True)
        self._timer.start()

    def _progressed(self, task: Task) -> None:
        if task is not self._task:
            return
        self.bar.setRange(0, task.total)
        self.bar.setValue(task.done)
        self.label.setText(f"{task.label}: {tr(task.what)}" if task.what else f"{task.label}…")

    def _finished(self, task: Task) -> None:
        left = [other for other in self._tasks.long_running if other is not task]
        if left:
            self._started(left[-1])
        else:
            self._task = None
            self._timer.stop()
            self.hide()

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self.cancel.setEnabled(False)
            self.label.setText(tr("{label}: stopping…", label=self._task.label))


class Banner(QFrame):
    """One sentence across the window, such as why a survey may only be read."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.picture = QLabel()
        self.text = QLabel()
        self.text.setObjectName("banner_text")
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.addWidget(self.picture)
        layout.addWidget(self.text, 1)
        self.hide()

    def say(self, sentence: str) -> None:
        """Show a sentence; an empty one hides the banner."""
        self.picture.setPixmap(theme.icon("lock", theme.current().warning).pixmap(QSize(20, 20)))
        self.text.setText(sentence)
        self.setVisible(bool(sentence))


class Toast(QFrame):
    """Says for a few seconds what was done, over the lower edge of its host, and offers to take it back."""

    def __init__(self, host: QWidget, undo: Callable[..., object]) -> None:
        super().__init__(host)
        self.setObjectName("toast")
        self._host = host
        self.text = QLabel()
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setWordWrap(True)
        self.button = QPushButton(tr("Undo"))
        self.button.setObjectName("toast_undo")
        self.button.clicked.connect(self.hide)
        self.button.clicked.connect(undo)
        layout = QHBoxLayout(self)
        layout.addWidget(self.text)
        layout.addWidget(self.button)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_TOAST_MS)
        self._timer.timeout.connect(self.hide)
        host.installEventFilter(self)
        self.hide()

    def say(self, text: str, *, undoable: bool = False) -> None:
        """Show ``text``."""
        self.text.setText(text)
        self.button.setVisible(undoable)
        self._place()
        self.show()
        self.raise_()
        self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._host and event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        """As wide as its sentence where the host and good reading allow it; else it wraps."""
        undoable, layout = self.button.isVisibleTo(self), self.layout()
        layout.setContentsMargins(16, 8, 8 if undoable else 16, 8)
        button = self.button.sizeHint().width() + layout.spacing() if undoable else 0
        room = self._host.width() - 2 * _TOAST_EDGE - layout.contentsMargins().left() * 2 - button
        lines = self.text.text().split("\n")
        wide = max(self.text.fontMetrics().horizontalAdvance(line) for line in lines) + 4
        self.text.setFixedWidth(max(min(wide, room, _TOAST_WIDTH), 1))
        self.text.setMinimumHeight(0)  # else it is never asked to be lower than for the sentence before
        self.text.setFixedHeight(self.text.heightForWidth(self.text.width()))
        layout.activate()
        self.resize(layout.sizeHint())
        left = max((self._host.width() - self.width()) // 2, 0)
        self.move(left, max(self._host.height() - self.height() - 2 * _TOAST_EDGE, 0))


class StartPage(QWidget):
    """What is shown while no survey is open: three large buttons and the surveys of late."""

    recent_chosen = Signal(object)

    def __init__(self, actions: Sequence[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("start")
        self._buttons: list[tuple[QPushButton, QAction]] = []
        self._paths: list[Path] = []
        self.recent_buttons: list[QPushButton] = []
        column = QVBoxLayout()
        column.setSpacing(10)
        column.addWidget(role_label("SurveyApp", "title"))
        column.addWidget(
            role_label(tr("Record gem sightings without a network. Every save is on the disk at once."), "muted")
        )
        column.addSpacing(10)
        for action in actions:
            column.addWidget(self._tile(action))
        column.addSpacing(14)
        self._recent_heading = role_label(tr("Recent surveys"), "heading")
        self._recent_heading.hide()  # until there is one
        column.addWidget(self._recent_heading)
        self._recent = QVBoxLayout()
        self._recent.setSpacing(2)
        column.addLayout(self._recent)
        column.addStretch(1)
        inner = QWidget()
        inner.setLayout(column)
        inner.setFixedWidth(560)
        grid = QGridLayout(self)
        grid.setRowStretch(0, 1)
        grid.setRowStretch(1, 6)
        grid.addWidget(inner, 1, 0, Qt.AlignmentFlag.AlignHCenter)

    def set_recent(self, paths: Sequence[Path]) -> None:
        """Offer these surveys."""
        if list(paths) == self._paths:
            return
        self._paths = list(paths)
        for button in self.recent_buttons:
            self._recent.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.recent_buttons = []
        self._recent_heading.setVisible(bool(paths))
        for path in paths:
            button = QPushButton(f"{path.stem}    {_short(path.parent)}")
            button.setProperty("role", "flat")
            button.setStyleSheet("QPushButton { text-align: left; }")
            button.setToolTip(str(path))
            button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            button.clicked.connect(lambda _checked=False, chosen=path: self.recent_chosen.emit(chosen))
            self._recent.addWidget(button)
            self.recent_buttons.append(button)

    def restyle(self) -> None:
        """Theme changed."""
        for button, action in self._buttons:
            button.setIcon(action.icon())

    def _tile(self, action: QAction) -> QPushButton:
        button = QPushButton(action.text().replace("&", "").rstrip("…"))
        button.setObjectName(f"start_{action.objectName()}")
        button.setProperty("role", "tile")
        button.setIconSize(QSize(28, 28))
        button.setIcon(action.icon())
        button.setToolTip(action.toolTip())
        button.clicked.connect(action.trigger)
        self._buttons.append((button, action))
        return button


def _short(folder: Path) -> str:
    """A folder with ``~`` for the home folder."""
    try:
        return f"~/{folder.relative_to(Path.home())}"
    except ValueError:
        return str(folder)
