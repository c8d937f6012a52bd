"""The Review window: how far the sightings have come, and what reviewers decided, shown before it is taken in."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from surveyapp.domain.reviewing import DRAFT, STATUS, SUBMITTED
from surveyapp.domain.vocabulary import VOCABULARIES
from surveyapp.ui import theme
from surveyapp.ui.dialogs.base import Dialog, role_label
from surveyapp.ui.dialogs.decision_rows import DecisionDetail, DecisionView
from surveyapp.ui.dialogs.queue_list import ActButton
from surveyapp.ui.itemmodels.decision_list import DecisionList
from surveyapp.ui.itemmodels.decisions import Tried
from surveyapp.words import mark, ntr, tr

_LEADS = {
    True: mark("Look first: nothing is written before you take the decisions in, and Undo takes them back."),
    False: mark("This survey is open for reading only: you can look at decisions, and nothing can be taken in."),
}
_BEGIN = mark(
    "Choose the file that a reviewer sent back (decisions.json). You see what it would change before it is written."
)
_KEYS = mark(
    "Space ticks · Alt+A apply although changed · Alt+W show in the window · Ctrl+Return take in · Ctrl+Z undo"
)


class ReviewDialog(Dialog):
    """Stays open until one closes it.

    ``file_wanted``: a file is to be chosen; ``take_wanted``: the ticked decisions are to be taken in; ``undo_wanted``;
    ``record_wanted``: a sighting's uuid to show in the window; ``submit_wanted`` and ``receive_wanted``: all drafts,
    all submitted; ``remarks_wanted``: show the sightings with remarks that nobody answered; ``disputes_wanted``.
    """

    file_wanted = Signal()
    take_wanted = Signal()
    undo_wanted = Signal()
    record_wanted = Signal(str)
    submit_wanted = Signal()
    receive_wanted = Signal()
    remarks_wanted = Signal()
    disputes_wanted = Signal()

    def __init__(self, *, writable: bool, parent: QWidget | None = None) -> None:
        super().__init__(tr("Review"), tr(_LEADS[writable]), tr("Take in"), parent)
        self.setObjectName("review_window")
        self._writable = writable
        self._busy = False
        self.tried: Tried | None = None
        self.model = DecisionList(self)
        self.standing = StandingBar()
        self.file_button = ActButton(tr("Choose decisions…"), "choose_decisions",
                                     tr("Choose the file that a reviewer sent back (Ctrl+O)"))
        self.file_button.setIcon(theme.icon("open"))
        self.submit_button = ActButton("", "submit_all", tr("Hand all drafts over for review"))
        self.receive_button = ActButton("", "receive_all",
                                        tr("Say that the office has received all that was submitted"))
        self.remarks_button = ActButton("", "show_remarks", tr("Show these sightings in table and map"))
        self.file_line = role_label("", "heading")
        self.all_button = ActButton(tr("Tick all"), "tick_all")
        self.none_button = ActButton(tr("Tick none"), "tick_none")
        self.view = DecisionView(self.model)
        self.detail = DecisionDetail()
        self.hint = role_label(tr(_KEYS), "muted")
        self.news = role_label("", "good")
        self.news.setObjectName("news")
        self.undo_button = ActButton(tr("Undo"), "undo_review", tr("Take back what was done last here (Ctrl+Z)"))
        self.undo_button.setIcon(theme.icon("undo"))
        self.disputes_button = ActButton(tr("Decide the disagreements"), "decide_disputes")
        self.disputes_button.setIcon(theme.icon("conflict"))
        self._lay_out()
        self._wire()
        self.resize(1180, 680)
        self.offer_undo(False)
        self.offer_disputes(0)
        self.show_standing({}, 0)
        self.show_tried(None)

    # -- what is shown --------------------------------------------------------------------------------

    def show_standing(self, counts: Mapping[str, int], remarks: int) -> None:
        """How many sightings have each status, and how many remarks wait for an answer."""
        self.standing.show_counts(counts)
        drafts, submitted = counts.get(DRAFT, 0), counts.get(SUBMITTED, 0)
        self.submit_button.setText(ntr("Submit {n} draft", "Submit all {n} drafts", drafts))
        self.receive_button.setText(ntr("Receive {n} submitted", "Receive all {n} submitted", submitted))
        self.submit_button.setEnabled(self._writable and bool(drafts))
        self.receive_button.setEnabled(self._writable and bool(submitted))
        self.remarks_button.setText(ntr("{n} remark not answered", "{n} remarks not answered", remarks))
        self.remarks_button.setEnabled(bool(remarks))

    def refuse_moves(self, submit: str, receive: str) -> None:
        """Why the person may not submit or receive (empty: may); told in the tooltip."""
        for button, why in ((self.submit_button, submit), (self.receive_button, receive)):
            if why:
                button.setEnabled(False)
                button.setToolTip(why)

    def show_tried(self, tried: Tried | None, *, keep: bool = False) -> None:
        """Show what a file would do; ``keep``: it was on show, and the ticks that a person set stay."""
        here = self.view.currentIndex().row() if keep else 0
        at = self.model.item(here)
        self.tried = tried
        self._busy = False
        self.model.fill(tried.rows if tried else (), keep=keep)
        self.pages.setCurrentIndex(1 if tried else 0)
        self.file_line.setText(tried.heading if tried else "")
        for part in (self.hint, self.file_line, self.all_button, self.none_button):
            part.setVisible(tried is not None)
        place = at.place if at is not None and keep else None
        row = next((n for n, one in enumerate(self.model.rows) if one.place == place), 0)
        self.view.setCurrentIndex(self.model.index(row, 0))
        self._look()

    def say(self, sentence: str) -> None:
        """Say what was done."""
        self.complain("", blocks=False)
        self.news.setText(sentence)
        self._enable()

    def refuse(self, sentence: str) -> None:
        """Say why something was not done; it may be tried again."""
        self._busy = False
        self.news.setText("")
        self.complain(sentence, blocks=False)
        self._enable()

    def begin(self) -> None:
        """Something is under way; nothing is taken in twice."""
        self._busy = True
        self._enable()

    def offer_undo(self, offered: bool) -> None:
        self.undo_button.setEnabled(offered)

    def offer_disputes(self, count: int) -> None:
        """Offer to decide disagreements, if there are any."""
        self.disputes_button.setVisible(count > 0)
        self.disputes_button.setText(ntr("Decide {n} disagreement…", "Decide {n} disagreements…", count))

    # -- inside ---------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.cancel_button.setText(tr("Close"))
        self.main_button.setAutoDefault(False)
        self.main_button.setDefault(False)
        self.body.addWidget(self.standing)
        ways = QHBoxLayout()
        ways.setSpacing(8)
        for button in (self.file_button, self.submit_button, self.receive_button):
            ways.addWidget(button)
        ways.addStretch(1)
        ways.addWidget(self.remarks_button)
        self.body.addLayout(ways)
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self.file_line, 1)
        top.addWidget(self.all_button)
        top.addWidget(self.none_button)
        self.body.addLayout(top)
        begin = QWidget()
        column = QVBoxLayout(begin)
        self.begin_line = role_label(tr(_BEGIN), "muted")
        self.begin_line.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addStretch(1)
        column.addWidget(self.begin_line)
        column.addStretch(1)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.view)
        split.addWidget(self.detail)
        split.setSizes([480, 660])
        split.setStretchFactor(1, 1)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(3)
        self.pages = QStackedWidget()
        self.pages.addWidget(begin)
        self.pages.addWidget(split)
        self.body.addWidget(self.pages, 1)
        self.body.addWidget(self.hint)
        foot = QHBoxLayout()
        foot.setSpacing(12)
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.removeWidget(self.buttons)
        foot.addWidget(self.undo_button)
        foot.addWidget(self.news, 1)
        foot.addWidget(self.disputes_button)
        foot.addWidget(self.buttons)
        layout.addLayout(foot)

    def _wire(self) -> None:
        self.buttons.accepted.disconnect(self.accept)
        self.buttons.accepted.connect(self._take)
        self.file_button.clicked.connect(self.file_wanted)
        self.submit_button.clicked.connect(self.submit_wanted)
        self.receive_button.clicked.connect(self.receive_wanted)
        self.remarks_button.clicked.connect(self.remarks_wanted)
        self.undo_button.clicked.connect(self.undo_wanted)
        self.disputes_button.clicked.connect(self.disputes_wanted)
        self.all_button.clicked.connect(lambda: self.model.choose_all(True))
        self.none_button.clicked.connect(lambda: self.model.choose_all(False))
        self.detail.record_wanted.connect(self.record_wanted)
        self.detail.tick_wanted.connect(lambda on: self.model.choose(self._here, on))
        self.detail.apply_wanted.connect(lambda on: self.model.apply(self._here, on))
        self.model.ticked.connect(self._look)
        self.view.selectionModel().currentChanged.connect(lambda *_: self._look())
        for keys, act in (
            (QKeySequence(QKeySequence.StandardKey.Undo), self.undo_button.click),
            (QKeySequence("Ctrl+O"), self.file_button.click),
            (QKeySequence("Ctrl+Return"), self._take),
            (QKeySequence("Ctrl+Enter"), self._take),
            (QKeySequence("Alt+A"), self.detail.apply.click),
            (QKeySequence("Alt+W"), self.detail.show_button.click),
        ):
            QShortcut(keys, self, act)

    @property
    def _here(self) -> int:
        return self.view.currentIndex().row()

    def _take(self) -> None:
        if self.main_button.isEnabled():
            self.take_wanted.emit()

    def _look(self) -> None:
        row = self.model.item(self._here)
        chosen = row is not None and self.model.is_chosen(row)
        applied = row is not None and self.model.is_applied(row)
        self.detail.show_row(row, chosen=chosen, applied=applied)
        self._enable()

    def _enable(self) -> None:
        count = len(self.model.chosen)
        told = ntr("Take in {n} decision", "Take in {n} decisions", count) if count else tr("Take in")
        self.main_button.setText(told)
        self.main_button.setEnabled(self._writable and not self._busy and count > 0)
        self.file_button.setEnabled(not self._busy)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return is for the widget that has the focus: one too many must not take anything in."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)


class StandingBar(QWidget):
    """How many sightings have each status, in the order of the work."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("standing")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(8)
        self.counts: dict[str, int] = {}

    def show_counts(self, counts: Mapping[str, int]) -> None:
        """Show these, by code of the status."""
        if dict(counts) == self.counts:
            return
        self.counts = dict(counts)
        while (item := self._row.takeAt(0)) is not None:
            item.widget().hide()
            item.widget().deleteLater()
        label = VOCABULARIES[STATUS].label
        for code, count in counts.items():
            self._row.addWidget(_count_card(label(code), count), 1)
        self.setAccessibleName(", ".join(f"{label(code)} {count:,}" for code, count in counts.items()))


def _count_card(name: str, count: int) -> QFrame:
    frame = QFrame()
    frame.setProperty("card", True)
    row = QHBoxLayout(frame)
    row.setContentsMargins(10, 5, 10, 5)
    row.setSpacing(8)
    number = role_label(f"{count:,}", "heading" if count else "muted")
    number.setWordWrap(False)
    words = role_label(name, "" if count else "muted")
    words.setWordWrap(False)
    row.addWidget(number)
    row.addWidget(words, 1)
    return frame
