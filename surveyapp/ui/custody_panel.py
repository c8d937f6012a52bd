"""The chain of the chosen sample as a line of steps with its gaps, and its certificates with their scans."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from surveyapp.domain import custody_rules
from surveyapp.domain.custody_rules import COLLECTED, HANDOVER, Step
from surveyapp.exchange.report.phrases import date_words, moment_words
from surveyapp.services.certificates import PDF
from surveyapp.services.custody import Certified, Dossier
from surveyapp.ui import theme
from surveyapp.ui.forms.history_text import isolated
from surveyapp.ui.forms.look import ToneLabel, small_button
from surveyapp.ui.forms.photo_card import Thumbnail
from surveyapp.words import ntr, tr

_RAIL = 24
"""Width in px of the line beside the steps."""
_DOT_Y = 15
_FIRST, _LAST = 1, 2


class RailRow(QWidget):
    """A row beside the line of the chain: a step has a dot, a gap a broken line. ``ends``: whether the line begins or
    ends here."""

    def __init__(self, lines: Sequence[tuple[str, str, bool]], *, gap: bool = False, hollow: bool = False,
                 ends: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._gap, self._hollow, self.ends = gap, hollow, ends
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 4, 2, 8)
        row.setSpacing(0)
        row.addSpacing(_RAIL + 6)  # a margin would stay on the left in a window from right to left
        column = QVBoxLayout()
        column.setSpacing(1)
        row.addLayout(column, 1)
        self.labels = [ToneLabel(text, tone, self, bold=bold) for text, tone, bold in lines if text]
        for label in self.labels:
            column.addWidget(label)

    @property
    def words(self) -> str:
        """All that the row says."""
        return "\n".join(label.text() for label in self.labels)

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x = self.width() - _RAIL / 2 if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else _RAIL / 2
        if self._gap:
            ground = self.rect().adjusted(0, 1, 0, -3)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.warning_soft))
            painter.drawRoundedRect(ground, 6, 6)
        line = QPen(QColor(colours.warning if self._gap else colours.edge), 2,
                    Qt.PenStyle.DotLine if self._gap else Qt.PenStyle.SolidLine)
        painter.setPen(line)
        top = _DOT_Y if self.ends & _FIRST else 0
        bottom = _DOT_Y if self.ends & _LAST else self.height()
        painter.drawLine(QPointF(x, top), QPointF(x, bottom))
        if self._gap:
            return
        painter.setPen(QPen(QColor(colours.accent), 2))
        painter.setBrush(QColor(colours.surface if self._hollow else colours.accent))
        painter.drawEllipse(QPointF(x, _DOT_Y), 5, 5)


class PdfThumbnail(QAbstractButton):
    """What stands for a scan that is a PDF."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Enlarge {name}", name=name))
        self.setToolTip(tr("Enlarge {name}", name=name))
        self.setFixedSize(116, 92)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = theme.current()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(colours.raised))
        theme.icon("report").paint(painter, self.rect().adjusted(38, 14, -38, -38))
        painter.setPen(QColor(colours.text))
        below = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom
        painter.drawText(self.rect().adjusted(0, 0, 0, -10), below, "PDF")
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.accent), 3))
            painter.drawRect(self.rect().adjusted(1, 1, -2, -2))


class CertificateCard(QFrame):
    """One certificate. ``editWanted`` and ``enlargeWanted`` by its buttons."""

    editWanted = Signal()
    enlargeWanted = Signal()
    deleteWanted = Signal()

    def __init__(self, one: Certified, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.one = one
        self.setProperty("card", True)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 8, 8, 6)
        row.setSpacing(10)
        self.thumbnail: Thumbnail | PdfThumbnail | None = None
        if one.scan is not None:
            name = str(one.scan.get("file_name") or tr("scan"))
            pdf = one.scan.get("content_type") == PDF
            self.thumbnail = PdfThumbnail(name, self) if pdf else Thumbnail(name, self)
            self.thumbnail.clicked.connect(self.enlargeWanted)
            row.addWidget(self.thumbnail, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(2)
        for text, tone, bold in certificate_lines(one):
            words.addWidget(ToneLabel(text, tone, self, bold=bold))
        buttons = QHBoxLayout()
        buttons.setSpacing(0)
        self.edit_button: QPushButton = small_button(tr("Edit…"), tr("Change what is entered of this report"), self)
        self.delete_button: QPushButton = small_button(tr("Delete"), tr("Take this report out of the survey"), self)
        self.edit_button.clicked.connect(self.editWanted)
        self.delete_button.clicked.connect(self.deleteWanted)
        buttons.addStretch(1)
        buttons.addWidget(self.delete_button)
        buttons.addWidget(self.edit_button)
        words.addLayout(buttons)
        row.addLayout(words, 1)


class CustodyPanel(QWidget):
    """The page beside the form of a sample.

    Signals: ``handoverWanted``, ``certificateWanted``, ``pageWanted``; ``editWanted(record)`` and
    ``deleteWanted(record)`` of a certificate, ``imageWanted(photo)`` for the bytes of a scan, ``enlargeWanted(photo)``.
    """

    handoverWanted = Signal()
    certificateWanted = Signal()
    pageWanted = Signal()
    editWanted = Signal(object)
    deleteWanted = Signal(object)
    imageWanted = Signal(object)
    enlargeWanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("custody")
        self.dossier: Dossier | None = None
        self._editable = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(6)
        self.state = ToneLabel("", "muted", self)
        column.addWidget(self.state)
        self.area = QScrollArea(self)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column.addWidget(self.area, 1)
        column.addLayout(self._buttons())
        self.steps: list[RailRow] = []
        self.cards: list[CertificateCard] = []
        self.show_dossier(None)

    def show_dossier(self, dossier: Dossier | None) -> None:
        """Show what is known of a sample; ``None``: no sample is chosen."""
        self.dossier = dossier
        where = self.area.verticalScrollBar().value()
        host = QWidget()
        column = QVBoxLayout(host)
        column.setContentsMargins(0, 0, 4, 0)
        column.setSpacing(0)
        self.steps, self.cards = [], []
        if dossier is not None:
            self._fill(dossier, column)
        column.addStretch(1)
        self.area.setWidget(host)
        self.area.verticalScrollBar().setValue(where)
        self.state.say(*_state(dossier))
        self._look()

    def set_editable(self, editable: bool) -> None:
        """Whether handovers and certificates can be added."""
        self._editable = editable
        self._look()

    def set_image(self, photo: str, data: bytes | None) -> None:
        """The bytes that ``imageWanted`` asked for."""
        for card in self.cards:
            if card.one.scan is not None and card.one.scan.uuid == photo and isinstance(card.thumbnail, Thumbnail):
                card.thumbnail.show_bytes(data)

    def restyle(self) -> None:
        """Colours or sizes changed."""
        self.hand_button.setIcon(theme.icon("handover"))
        self.add_button.setIcon(theme.icon("certificate"))
        self.page_button.setIcon(theme.icon("report"))

    # -- inside -----------------------------------------------------------------------------------------

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        self.hand_button = QPushButton(tr("Hand over…"), self)
        self.add_button = QPushButton(tr("Add certificate…"), self)
        self.page_button = QPushButton(self)
        self.page_button.setAccessibleName(tr("Page of this sample…"))
        self.page_button.setToolTip(tr("Write a page to print: where the sample is from, its chain, its certificates"))
        for button, signal in ((self.hand_button, self.handoverWanted), (self.add_button, self.certificateWanted),
                               (self.page_button, self.pageWanted)):
            button.setAutoDefault(False)
            button.setIconSize(QSize(18, 18))
            button.clicked.connect(signal)
            row.addWidget(button, 0 if button is self.page_button else 1)
        self.restyle()
        return row

    def _fill(self, dossier: Dossier, column: QVBoxLayout) -> None:
        for place, step in enumerate(dossier.steps):
            for gap in step.gaps:
                self._add_step(RailRow([(gap.message, "warning", False)], gap=True), column)
            ends = (_FIRST if place == 0 else 0) | (_LAST if place + 1 == len(dossier.steps) else 0)
            self._add_step(RailRow(step_lines(step), hollow=not step.own, ends=ends), column)
        for issue in dossier.edited:
            label = ToneLabel(issue.message, "warning", self)
            label.setContentsMargins(0, 4, 0, 4)
            column.addWidget(label)
        for part in dossier.parts:
            told = tr("Part {id} is with {holder}.", id=isolated(part.name),
                      holder=isolated(part.holder or tr("nobody knows")))
            column.addWidget(ToneLabel(told, "muted", self))
        count = len(dossier.certificates)
        told = ntr("{n} certificate", "{n} certificates", count) if count else tr("No certificate yet")
        heading = ToneLabel(told, "" if count else "muted", self, bold=bool(count))
        heading.setContentsMargins(0, 8, 0, 4)
        column.addWidget(heading)
        for one in dossier.certificates:
            self._add_card(one, column)

    def _add_step(self, row: RailRow, column: QVBoxLayout) -> None:
        self.steps.append(row)
        column.addWidget(row)

    def _add_card(self, one: Certified, column: QVBoxLayout) -> None:
        card = CertificateCard(one)
        card.editWanted.connect(lambda: self.editWanted.emit(one.record))
        card.deleteWanted.connect(lambda: self.deleteWanted.emit(one.record))
        card.enlargeWanted.connect(lambda: self.enlargeWanted.emit(one.scan))
        self.cards.append(card)
        column.addWidget(card)
        column.addSpacing(6)
        if isinstance(card.thumbnail, Thumbnail):
            self.imageWanted.emit(one.scan)

    def _look(self) -> None:
        chosen = self.dossier is not None
        for button in (self.hand_button, self.add_button):
            button.setEnabled(chosen and self._editable)
        self.page_button.setEnabled(chosen)
        for card in self.cards:
            card.edit_button.setVisible(self._editable)
            card.delete_button.setVisible(self._editable)


def _state(dossier: Dossier | None) -> tuple[str, str]:
    """Who has it, and whether the chain holds."""
    if dossier is None:
        return tr("Choose a sample in the list."), "muted"
    if dossier.lost:
        return tr("Lost at the last handover"), "danger"
    holder = isolated(dossier.holder) if dossier.holder else tr("nobody knows whom")
    if dossier.gaps:
        broken = ntr("{n} gap", "{n} gaps", dossier.gaps)
        return tr("With {holder} · {gaps} in the chain", holder=holder, gaps=broken), "warning"
    return tr("With {holder} · no gap in the chain", holder=holder), "good"


def step_lines(step: Step) -> list[tuple[str, str, bool]]:
    """What a step says: (text, tone, bold)."""
    when = moment_words(step.at) or tr("time unknown")
    if step.kind != HANDOVER:
        who = isolated(step.holder or tr("Nobody is named"))
        told = tr("{who} collected it", who=who) if step.kind == COLLECTED else tr(
            "{who} split {id} off", who=who, id=isolated(custody_rules.caption(step.record)))
        return [(told, "", True), (isolated(when), "muted", False)]
    record = step.record
    giver, taker = record.text("from_party"), record.text("to_party")
    if custody_rules.same_party(giver, taker):
        told = tr("{who}: corrected or sealed anew", who=isolated(taker))
    else:
        told = tr("{giver} to {taker}", giver=isolated(giver or tr("nobody named")),
                  taker=isolated(taker or tr("nobody named")))
    seal = record.text("seal_number")
    facts = [when, record.text("place"), tr("seal {number}", number=seal) if seal else "", record.text("condition")]
    lines = [(told, "", True), (" · ".join(isolated(fact) for fact in facts if fact), "muted", False)]
    return [*lines, (isolated(record.text("notes")), "muted", False)] if record.get("notes") else lines


def certificate_lines(one: Certified) -> list[tuple[str, str, bool]]:
    """What a card says: (text, tone, bold)."""
    record = one.record
    number = " ".join(isolated(text) for text in (record.text("laboratory"), record.text("report_number")) if text)
    weight = record.get("weight_ct")
    facts = [record.text("variety") or record.text("species"),
             f"{weight:.2f} ct" if isinstance(weight, int | float) else "",
             date_words(str(record.get("reported_on") or ""))]
    treatment = [word for word in (record.text("treatment_result"), record.text("treatment")) if word]
    origin = record.text("origin_opinion")
    lines = [
        " · ".join(isolated(fact) for fact in facts if fact),
        tr("Treatment: {words}", words=" · ".join(map(isolated, treatment))) if treatment else "",
        tr("Origin, in the laboratory's opinion: {origin}", origin=isolated(origin)) if origin else "",
    ]
    return [(number, "", True), *((line, "muted", False) for line in lines if line),
            *((issue.message, "warning", False) for issue in one.issues)]


