"""What the tour draws over the window: everything but one widget a little darker, and a card with the words.

It takes neither mouse nor keyboard from the window; only the card's own buttons are pressed.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeySequence, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from surveyapp.ui import theme
from surveyapp.ui.forms.look import ToneLabel, small_button
from surveyapp.words import tr

_MARGIN = 6
_GAP = 14
_WIDTH = 360
_SKIP_KEYS = "Alt+Right"


class TourCard(QFrame):
    """The words of a step; ``skipWanted``, ``leaveWanted`` and ``mainWanted`` by its buttons."""

    skipWanted = Signal()
    leaveWanted = Signal()
    mainWanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("tour_card")
        self.setProperty("card", True)
        self.setAutoFillBackground(True)
        self.count = ToneLabel("", "muted", self)
        self.title = ToneLabel("", "heading", self)
        self.text = ToneLabel("", "", self)
        self.state = ToneLabel("", "good", self)
        self.leave_button = small_button(tr("Leave"), tr("End the guided survey (Shift+F1)"), self)
        self.skip_button = QPushButton(tr("Skip this step"), self)
        self.skip_button.setShortcut(QKeySequence(_SKIP_KEYS))
        self.skip_button.setToolTip(tr("Go on without doing it (Alt+Right)"))
        self.main_button = QPushButton(self)
        self.main_button.setProperty("role", "primary")
        for button in (self.leave_button, self.skip_button, self.main_button):
            button.setAutoDefault(False)
        self.leave_button.clicked.connect(self.leaveWanted)
        self.skip_button.clicked.connect(self.skipWanted)
        self.main_button.clicked.connect(self.mainWanted)
        row = QHBoxLayout()
        row.addWidget(self.leave_button)
        row.addStretch(1)
        row.addWidget(self.skip_button)
        row.addWidget(self.main_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 12, 12)
        column.setSpacing(6)
        for label in (self.count, self.title, self.text, self.state):
            column.addWidget(label)
        column.addLayout(row)
        self.setFixedWidth(_WIDTH)

    def say(self, count: str, title: str, text: str, *, main: str = "") -> None:
        """Show a step, or with ``main`` the last card with that button."""
        self.count.say(count)
        self.title.say(title)
        self.text.say(text)
        self.state.say("")
        self.state.hide()
        self.skip_button.setVisible(not main)
        self.main_button.setVisible(bool(main))
        self.main_button.setText(main)
        self.leave_button.setText(tr("Close") if main else tr("Leave"))
        self.fit()

    def praise(self) -> None:
        """The step was done."""
        self.state.say(tr("✓ Done"))
        self.state.show()
        self.fit()

    def fit(self) -> None:
        """As high as the words need."""
        layout = self.layout()
        assert layout is not None
        layout.invalidate()
        self.resize(_WIDTH, layout.heightForWidth(_WIDTH) if layout.hasHeightForWidth() else self.sizeHint().height())


class TourOverlay(QWidget):
    """Lies over ``window`` and follows its size; :meth:`point_at` a widget or at nothing."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.card = TourCard(window)
        self._window, self._hole = window, QRect()
        self._target: QWidget | None = None
        window.installEventFilter(self)
        self._fill()

    @property
    def hole(self) -> QRect:
        """What is left bright, in the window's pixels; empty where nothing is pointed at."""
        return self._hole

    def point_at(self, target: QWidget | None) -> None:
        """Leave this widget bright, as far as it is in view."""
        self._target = target
        self.follow()

    def follow(self) -> None:
        """The widget may have moved: draw again if it did."""
        hole = _visible(self._target, self._window) if self._target is not None else QRect()
        if hole != self._hole:
            self._hole = hole
            self.update()
        self._place_card()

    def show(self) -> None:
        super().show()
        self.raise_()
        self.card.show()
        self.card.raise_()

    def end(self) -> None:
        """Take overlay and card off the window."""
        self._window.removeEventFilter(self)
        for part in (self, self.card):
            part.hide()
            part.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window and event.type() == QEvent.Type.Resize:
            self._fill()
        return super().eventFilter(watched, event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shade = QPainterPath()
        shade.addRect(QRectF(self.rect()))
        ring = QPainterPath()
        if not self._hole.isEmpty():
            ring.addRoundedRect(QRectF(self._hole), 8, 8)
        dark = QColor(0, 0, 0, 110)
        painter.fillPath(shade.subtracted(ring), dark)
        painter.setPen(QPen(QColor(theme.current().accent), 3))
        painter.drawPath(ring)

    def _fill(self) -> None:
        self.setGeometry(self._window.rect())
        self.follow()

    def _place_card(self) -> None:
        self.card.fit()
        self.card.move(place_beside(self._hole, self.card.size(), self._window.rect()))


def place_beside(hole: QRect, card: QSize, room: QRect) -> QPoint:
    """Where the card goes: beside what is pointed at if it fits there, else at the lower edge, clear of it as far
    as can be."""
    if hole.isEmpty():
        return QPoint((room.width() - card.width()) // 2, (room.height() - card.height()) // 2)
    inner = room.adjusted(_GAP, _GAP, -_GAP, -_GAP)
    left = min(max(hole.center().x() - card.width() // 2, inner.left()), inner.right() - card.width())
    top = min(max(hole.top(), inner.top()), inner.bottom() - card.height())
    places: Sequence[QPoint] = (
        QPoint(left, hole.bottom() + _GAP),
        QPoint(left, hole.top() - _GAP - card.height()),
        QPoint(hole.left() - _GAP - card.width(), top),
        QPoint(hole.right() + _GAP, top),
    )
    for place in places:
        if inner.contains(QRect(place, card)):
            return place
    return QPoint(left, inner.bottom() - card.height())


def _visible(target: QWidget, window: QWidget) -> QRect:
    """The part of a widget that can be seen, with a margin, in the window's pixels."""
    if not target.isVisible():
        return QRect()
    region = target.visibleRegion().boundingRect()
    if region.isEmpty():
        return QRect()
    seen = QRect(target.mapTo(window, region.topLeft()), region.size())
    return seen.adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN) & window.rect().adjusted(1, 1, -1, -1)
