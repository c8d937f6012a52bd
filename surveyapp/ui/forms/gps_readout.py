"""What the receiver says now: the badge, the position, the facts and the satellites."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from surveyapp.positioning.fix import DEFAULT_MAX_AGE_S, Fix
from surveyapp.positioning.source import State
from surveyapp.ui import theme
from surveyapp.ui.forms.gps_words import (
    accuracy_words,
    age_words,
    badge,
    elevation_words,
    fix_words,
    satellite_words,
    time_words,
)
from surveyapp.ui.forms.look import ToneLabel, mixed
from surveyapp.ui.forms.sky_view import SignalBars, SkyPlot
from surveyapp.words import tr

Describe = Callable[[float, float], Sequence[tuple[str, str]]]


class Badge(QWidget):
    """A word in a coloured pill; what is not live must be seen at a glance."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text, self.tone = "", "muted"
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def say(self, text: str, tone: str) -> None:
        """Show ``text`` in a tone of the theme."""
        if (text, tone) != (self.text, self.tone):
            self.text, self.tone = text, tone
            self.setAccessibleName(tr("GPS: {state}", state=text))
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.text) + 48, metrics.height() + 10)

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = theme.current()
        ink = str(getattr(colours, self.tone))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(ink))
        painter.setBrush(mixed(ink, colours.surface, 0.14))
        half = self.height() / 2
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), half - 1, half - 1)
        painter.setBrush(QColor(ink))
        painter.drawEllipse(12, round(half) - 4, 8, 8)
        font = QFont(self.font())
        font.setBold(True)
        painter.setFont(font)
        room = self.rect().adjusted(26, 0, -8, 0)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text)


class GpsReadout(QFrame):
    """Shows a fix; ``describe`` gives (notation, text) pairs of longitude and latitude."""

    def __init__(self, describe: Describe, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._describe = describe
        self.setProperty("card", True)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 10)
        column.setSpacing(6)
        self.badge = Badge(self)
        self.position = QLabel(self)
        self.position.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.position.setAccessibleName(tr("GPS position"))
        self.notations = [ToneLabel("", "muted", self) for _ in range(2)]
        column.addWidget(self.badge)
        column.addWidget(self.position)
        for label in self.notations:
            column.addWidget(label)
        self.details = QWidget(self)
        self.details.setLayout(self._details())
        column.addWidget(self.details)
        self._enlarge_position()

    def _details(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(8)
        column.addLayout(self._fact_grid())
        pictures = QHBoxLayout()
        pictures.setSpacing(8)
        self.sky, self.bars = SkyPlot(self), SignalBars(self)
        pictures.addWidget(self.sky)
        pictures.addWidget(self.bars, 1)
        column.addLayout(pictures)
        return column

    def _fact_grid(self) -> QGridLayout:
        """Two columns of facts, each a small heading over its value."""
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(0)
        self.facts: dict[str, ToneLabel] = {}
        titles = {
            "Accuracy": tr("Accuracy"),
            "Age": tr("Age"),
            "Fix": tr("Fix"),
            "Satellites": tr("Satellites"),
            "HDOP": tr("HDOP"),
            "Elevation": tr("Elevation"),
            "Receiver time": tr("Receiver time"),
        }
        for place, (name, title) in enumerate(titles.items()):
            row, side = 2 * (place // 2), place % 2
            value = ToneLabel("", "", self)
            value.setAccessibleName(title)
            heading = ToneLabel(title, "muted", self)
            heading.setContentsMargins(0, 5, 0, 0)
            grid.addWidget(heading, row, side)
            grid.addWidget(value, row + 1, side, Qt.AlignmentFlag.AlignTop)
            self.facts[name] = value
            grid.setColumnStretch(side, 1)
        return grid

    def show_fix(self, fix: Fix | None, state: State | None, max_age_s: float = DEFAULT_MAX_AGE_S) -> None:
        """Show the latest fix of a source in that state; one older than ``max_age_s`` is called stale."""
        self.badge.say(*badge(fix, state, max_age_s))
        pairs: Sequence[tuple[str, str]] = ()
        if fix is not None and fix.longitude is not None and fix.latitude is not None:
            pairs = self._describe(fix.longitude, fix.latitude)
        self.position.setText(pairs[0][1] if pairs else tr("No position"))
        for place, label in enumerate(self.notations, 1):
            label.say(f"{pairs[place][0]}  {pairs[place][1]}" if place < len(pairs) else "")
            label.setVisible(place < len(pairs))
        self.details.setVisible(state is not None)
        told = {
            "Accuracy": accuracy_words(fix),
            "Fix": fix_words(fix),
            "Satellites": satellite_words(fix),
            "HDOP": f"{fix.hdop:g}" if fix is not None and fix.hdop is not None else tr("unknown"),
            "Age": age_words(fix),
            "Elevation": elevation_words(fix),
            "Receiver time": time_words(fix),
        }
        for name, words in told.items():
            self.facts[name].say(words)
        satellites = fix.satellites if fix is not None else ()
        self.sky.show_satellites(satellites)
        self.bars.show_satellites(satellites)

    def tick(self, fix: Fix | None, state: State | None, max_age_s: float = DEFAULT_MAX_AGE_S) -> None:
        """Time passed: the age and what it makes of the fix."""
        self.badge.say(*badge(fix, state, max_age_s))
        self.facts["Age"].say(age_words(fix))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._enlarge_position()

    def _enlarge_position(self) -> None:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 1.25)
        font.setBold(True)
        self.position.setFont(font)
