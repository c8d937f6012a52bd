"""The two bars of the photo panel: photos that came into the camera's folder, and how photos are taken in."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from surveyapp.ui.forms.look import ElidedLabel, ToneLabel, small_button
from surveyapp.words import ntr, tr

SIZES_PX = (0, 4000, 2500, 1600)
"""Longest sides that a person can choose; 0 keeps photos as they are."""


class ArrivalBar(QFrame):
    """New photos of the camera, and what to do with them: ``matchWanted``, ``hereWanted``, ``laterWanted``."""

    matchWanted = Signal()
    hereWanted = Signal()
    laterWanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.text = ToneLabel("", "", self)
        self.match_button = QPushButton(tr("Find their sightings…"), self)
        self.here_button = small_button(tr("Add to this sighting"), "", self)
        self.later_button = small_button(tr("Not now"), tr("Leave them where they are"), self)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 8, 6)
        column.setSpacing(4)
        column.addWidget(self.text)
        row = QHBoxLayout()
        row.setSpacing(4)
        for button in (self.match_button, self.here_button):
            button.setAutoDefault(False)
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.later_button)
        column.addLayout(row)
        self.match_button.clicked.connect(self.matchWanted)
        self.here_button.clicked.connect(self.hereWanted)
        self.later_button.clicked.connect(self.laterWanted)
        self.hide()

    def offer(self, count: int, folder: str) -> None:
        """Offer so many photos; 0 offers none."""
        self.text.say(ntr("{n} new photo in {folder}", "{n} new photos in {folder}", count, folder=folder))
        self.setVisible(count > 0)


class TakingBar(QFrame):
    """How large photos are kept, and which folder is watched. ``sizeChosen(px)``, ``watchWanted``."""

    sizeChosen = Signal(int)
    watchWanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.size_choice = QComboBox(self)
        self.size_choice.setAccessibleName(tr("Size of photos"))
        self.size_choice.activated.connect(lambda place: self.sizeChosen.emit(int(self.size_choice.itemData(place))))
        self.watching = ElidedLabel(self)
        self.watch_button = small_button("", "", self)
        self.watch_button.clicked.connect(self.watchWanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.size_choice)
        row.addWidget(self.watching, 1)
        row.addWidget(self.watch_button)
        self.show_size(0, None)
        self.show_watch("")

    def show_size(self, own_px: int, office_px: int | None) -> None:
        """The person's choice (0: as they are), and the office's rule, which goes before it."""
        self.size_choice.clear()
        if office_px:
            self.size_choice.addItem(tr("At most {px} px: the office's rule", px=office_px), office_px)
        else:
            for px in sorted({*SIZES_PX, own_px}, key=lambda px: -px if px else -10**9):
                self.size_choice.addItem(tr("At most {px} px", px=px) if px else tr("Keep as taken"), px)
            self.size_choice.setCurrentIndex(self.size_choice.findData(own_px))
        self.size_choice.setEnabled(not office_px)
        self.size_choice.setToolTip(
            tr("The longest side of photos that are added. The hash of the original is kept with a smaller one.")
        )

    def show_watch(self, folder: str) -> None:
        """The folder that is watched; empty: none."""
        self.watching.say(tr("Watching {folder}", folder=folder) if folder else "", "muted")
        self.watch_button.setText(tr("Stop watching") if folder else tr("Watch a camera folder…"))
        self.watch_button.setToolTip(tr("Offer the photos that come into a folder, such as a camera's card"))
