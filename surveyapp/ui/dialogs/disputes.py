"""The window of the two queues for people: disagreements, and sightings that are likely of the same deposit."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut, Qt
from PySide6.QtWidgets import QHBoxLayout, QTabWidget, QVBoxLayout, QWidget

from surveyapp.ui import theme
from surveyapp.ui.dialogs.base import Dialog, role_label
from surveyapp.ui.dialogs.disputes_page import DisputesPage
from surveyapp.ui.dialogs.pairs_page import PairsPage
from surveyapp.ui.dialogs.queue_list import ActButton
from surveyapp.ui.dialogs.queue_page import QueuePage
from surveyapp.ui.itemmodels.disputes import Dispute
from surveyapp.ui.itemmodels.pairs import Likely
from surveyapp.words import mark, tr

_LEADS = {
    True: mark("Nothing is lost: every version stays in the history, and what you decide here travels with the file."),
    False: mark("This survey is open for reading only: you can look, and nothing can be decided."),
}
_PAIR_LEAD = mark(
    "Sightings stay as they are and are never merged; what you answer is remembered and travels with the file."
)


class DisputesDialog(Dialog):
    """Stays open until one closes it. ``undo_wanted``: take back the last decision made here; ``record_wanted`` the
    uuid of a sighting to show in the window; ``pairs_wanted``: the second queue is on show and its content not known.
    """

    undo_wanted = Signal()
    record_wanted = Signal(str)
    pairs_wanted = Signal()

    def __init__(self, *, writable: bool, parent: QWidget | None = None) -> None:
        super().__init__(tr("Disagreements"), tr(_LEADS[writable]), tr("Close"), parent)
        self._writable = writable
        self.cancel_button.hide()
        self.main_button.setDefault(False)
        self.main_button.setAutoDefault(False)
        self.disputes = DisputesPage(writable=writable)
        self.pairs = PairsPage(writable=writable)
        self.tabs = QTabWidget()
        self.tabs.setObjectName("queues")
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.disputes, tr("Disagreements"))
        self.tabs.addTab(self.pairs, tr("Likely the same"))
        self.body.addWidget(self.tabs, 1)
        self.news = role_label("", "good")
        self.news.setObjectName("news")
        self.undo_button = ActButton(tr("Undo"), "undo_decision", tr("Take back the last decision made here (Ctrl+Z)"))
        self.undo_button.setIcon(theme.icon("undo"))
        self.undo_button.setEnabled(False)
        self._lay_out_foot()
        self.undo_button.clicked.connect(self.undo_wanted)
        for keys, act in (
            (QKeySequence(QKeySequence.StandardKey.Undo), self.undo_button.click),
            (QKeySequence("Ctrl+1"), lambda: self.tabs.setCurrentIndex(0)),
            (QKeySequence("Ctrl+2"), lambda: self.tabs.setCurrentIndex(1)),
        ):
            QShortcut(keys, self, act)
        for page in (self.disputes, self.pairs):
            page.heading_changed.connect(self._name)
            page.said.connect(self.say)
            page.record_wanted.connect(self.record_wanted)
            page.before, page.after = self.tabs.tabBar(), (self.undo_button, self.main_button)
        self.disputes.complained.connect(self.refuse)
        self.tabs.currentChanged.connect(self._turned)
        self.resize(1240, 690)
        self._name()

    # -- what is shown --------------------------------------------------------------------------------

    @property
    def list(self) -> QWidget:
        """The list of disagreements."""
        return self.disputes.list

    @property
    def current(self) -> Dispute | None:
        """The disagreement on show."""
        item = self.disputes.current
        return item if isinstance(item, Dispute) else None

    @property
    def page(self) -> QueuePage:
        """The queue on show."""
        return self.pairs if self.tabs.currentIndex() == 1 else self.disputes

    def fill(self, disputes: Sequence[Dispute], *, go_to: str = "") -> None:
        """Show the disagreements that are open; one's place in the queue is kept, or ``go_to`` shown."""
        self.complain("")
        self.disputes.fill(disputes, go_to=go_to)
        self._name()

    def fill_pairs(self, pairs: Sequence[Likely], *, go_to: str = "") -> None:
        """Show the pairs that wait for an answer."""
        self.complain("")
        self.pairs.found, self.pairs.stale = True, False
        self.pairs.fill(pairs, go_to=go_to)
        self._name()

    def refuse(self, sentence: str) -> None:
        """Say why something was not done."""
        self.news.setText("")
        self.complain(sentence, blocks=False)
        self.page.release()

    def say(self, sentence: str) -> None:
        """Say what was done."""
        self.complain("")
        self.news.setText(sentence)

    def offer_undo(self, what: str) -> None:
        """Offer to take back the last decision made here; empty: there is none."""
        self.undo_button.setEnabled(bool(what))
        self.undo_button.setText(tr("Undo: {what}", what=what) if what else tr("Undo"))

    def turn_to(self, *, pairs: bool) -> None:
        """Show one of the two queues."""
        self.tabs.setCurrentIndex(1 if pairs else 0)

    # -- inside ---------------------------------------------------------------------------------------

    def _lay_out_foot(self) -> None:
        """Undo, what was done last, and Close, in one row."""
        column = self.layout()
        assert isinstance(column, QVBoxLayout)
        column.removeWidget(self.buttons)
        foot = QHBoxLayout()
        foot.setSpacing(12)
        foot.addWidget(self.undo_button)
        foot.addWidget(self.news, 1)
        foot.addWidget(self.buttons)
        column.addLayout(foot)

    def _turned(self, _index: int) -> None:
        self.news.setText("")
        self.complain("")
        self._name()
        self.page.order_tabs()
        self.page.list.setFocus()
        if self.page is self.pairs and (self.pairs.stale or not self.pairs.found):
            self.pairs_wanted.emit()

    def _name(self) -> None:
        """Heading and titles, from what waits."""
        self.heading.setText(self.page.heading)
        first = self.page is self.disputes
        self.lead.setText(tr(_PAIR_LEAD if self._writable and not first else _LEADS[self._writable]))
        waiting = len(self.disputes.model.items)
        self.tabs.setTabText(
            0, tr("Disagreements ({waiting})", waiting=f"{waiting:,}") if waiting else tr("Disagreements")
        )
        pairs = len(self.pairs.model.items)
        self.tabs.setTabText(1, tr("Likely the same ({pairs})", pairs=f"{pairs:,}") if pairs else tr("Likely the same"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves the question of many at once first, and the window after it. Return is for the widget that
        has the focus: a button box makes its first button the default one, and that would close the window.
        """
        if event.key() == Qt.Key.Key_Escape and self.page.many.asking:
            self.page.many.back()
            self.page.list.setFocus()
        elif event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
