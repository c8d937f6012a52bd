"""What all dialogs share: a heading, a place for content, one line for what is wrong, and buttons."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from surveyapp.ui import theme
from surveyapp.words import tr

_NOTE_WIDTH = 420
"""A remark wider than this (px) takes a second line."""


class Dialog(QDialog):
    """A dialog with a heading and one main button.

    Subclasses add to ``body`` and call :meth:`complain`; the main button works while nothing is wrong.
    """

    def __init__(self, title: str, lead: str, main: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.heading = role_label(title, "title")
        self.lead = role_label(lead, "muted")
        self.lead.setVisible(bool(lead))
        self.body = QVBoxLayout()
        self.body.setSpacing(8)
        self.trouble = role_label("", "danger")
        self.trouble.setObjectName("trouble")
        self.buttons = QDialogButtonBox()
        self.main_button = QPushButton(main)
        self.main_button.setObjectName("main")
        self.main_button.setProperty("role", "primary")
        self.main_button.setDefault(True)
        self.buttons.addButton(self.main_button, QDialogButtonBox.ButtonRole.AcceptRole)
        self.cancel_button = self.buttons.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        self.cancel_button.setObjectName("cancel")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(10)
        layout.addWidget(self.heading)
        layout.addWidget(self.lead)
        layout.addLayout(self.body, 1)
        layout.addWidget(self.trouble)
        layout.addWidget(self.buttons)
        self.complain("")

    def grow(self) -> None:
        """Make room for what came to be shown; Qt squeezes a form with notes in it instead."""
        layout = self.layout()
        if layout is None or not self.isVisible():
            return  # it opens as high as it needs to be
        layout.activate()
        self.resize(self.width(), max(self.height(), layout.totalHeightForWidth(self.width())))

    def complain(self, sentence: str, *, blocks: bool = True) -> None:
        """Say what is wrong (empty: nothing); ``blocks`` keeps the main button off."""
        self.trouble.setText(sentence)
        self.trouble.setVisible(bool(sentence))
        self.main_button.setEnabled(not (sentence and blocks))


def role_label(text: str, role: str) -> QLabel:
    """A label of plain text that wraps, with a role of the theme."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setAlignment(theme.leading() | Qt.AlignmentFlag.AlignVCenter)
    label.setProperty("role", role)
    return label


def scrolled(page: QWidget) -> QScrollArea:
    """A page that scrolls where the screen is low."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(page)
    return area


def centre_labels(form: QFormLayout) -> None:
    """Put the labels beside the middle of their fields; Qt leaves them above it where the fields are for a finger."""
    for row in range(form.rowCount()):
        item = form.itemAt(row, QFormLayout.ItemRole.LabelRole)
        label = item.widget() if item is not None else None
        if label is not None:
            label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.MinimumExpanding)


class FieldNote(QLabel):
    """A remark under a field, no higher than its words: Qt's own guess of a label that wraps is twice as high."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setProperty("role", "muted")

    def sizeHint(self) -> QSize:
        width = min(self.fontMetrics().horizontalAdvance(self.text()) + 4, _NOTE_WIDTH)
        return QSize(width, self.heightForWidth(width))


def card() -> QFrame:
    """A framed surface to put related things on."""
    frame = QFrame()
    frame.setProperty("card", True)
    return frame


class PathField(QWidget):
    """A path that can be typed, with a button that asks for it; ``browse`` is emitted when it is pressed."""

    browse = Signal()
    changed = Signal()

    def __init__(self, path: Path | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.edit = QLineEdit("" if path is None else str(path))
        self.edit.setClearButtonEnabled(False)
        self.button = QPushButton(tr("Choose…"))
        self.button.setIcon(theme.icon("open"))
        self.button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.edit, 1)
        layout.addWidget(self.button)
        self.setFocusProxy(self.edit)
        self.edit.textChanged.connect(self.changed)
        self.button.clicked.connect(self.browse)

    @property
    def path(self) -> Path | None:
        """The path as it stands, ``~`` taken for the home folder; ``None`` if empty."""
        text = self.edit.text().strip()
        return Path(text).expanduser() if text else None

    def set_path(self, path: Path) -> None:
        self.edit.setText(str(path))
