"""The queue of likely-same deposits: two sightings side by side, how far apart, and a question."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from surveyapp.domain.likeness import NOT_THE_SAME, SAME_DEPOSIT
from surveyapp.ui.dialogs.base import card, role_label
from surveyapp.ui.dialogs.queue_list import ActButton
from surveyapp.ui.dialogs.queue_page import FilterBox, QueuePage
from surveyapp.ui.itemmodels.pairs import ANSWERS, LETTERS, Answer, Compared, Likely, PairDetail, people_and_gems
from surveyapp.ui.itemmodels.places import Place
from surveyapp.ui.itemmodels.queue import QueueModel
from surveyapp.words import mark, ntr, tr

PHOTO_SIZE = QSize(220, 150)
"""Largest size in px of the photo of a sighting."""
_NOTHING = mark("No two sightings look like the same deposit, or all of them are answered.")


class PairsPage(QueuePage):
    """``settled`` carries a list of :class:`Answer`; ``record_wanted`` the uuid of a sighting to show;
    ``photos_wanted`` the key and the two uuids of sightings whose first photos are to be given to
    :meth:`show_photo`. ``found`` is whether pairs were looked for, ``stale`` whether something changed since.
    """

    record_wanted = Signal(str)
    photos_wanted = Signal(str, object)
    keys = mark("↑ ↓ choose · Alt+D same deposit · Alt+N not the same · Alt+S or S skip · Ctrl+Z undo · Alt+M map")

    def __init__(self, *, writable: bool, parent: QWidget | None = None) -> None:
        model = QueueModel(lambda likely: likely.apart, lambda likely: likely.caption)
        super().__init__(model, writable=writable, nothing=tr(_NOTHING), parent=parent)
        self.reason = QLineEdit()
        self.answers = self._answer_bar()
        self.list.setObjectName("pairs")
        self.list.setAccessibleName(tr("Likely-same deposits"))
        self.found = self.stale = False
        self._photos: dict[str, QLabel] = {}
        self.gem_filter = FilterBox(tr("All gems"), "filter_gem")
        self.people_filter = FilterBox(tr("Everybody"), "filter_observer")
        for words, box in ((tr("&Gem"), self.gem_filter), (tr("&Who"), self.people_filter)):
            label = QLabel(words)
            label.setBuddy(box)
            self.filters.addWidget(label)
            self.filters.addWidget(box, 1)
            box.currentIndexChanged.connect(lambda _index: self._sift())
        self.filters.addStretch(1)
        self.none_same = ActButton(
            tr(ANSWERS[NOT_THE_SAME]), "many_not_same", tr("Answer all shown with: not the same (Alt+Shift+N)")
        )
        self.none_same.clicked.connect(lambda: self._ask(NOT_THE_SAME))
        self.all_same = ActButton(
            tr(ANSWERS[SAME_DEPOSIT]), "many_same", tr("Answer all shown with: same deposit (Alt+Shift+D)")
        )
        self.all_same.clicked.connect(lambda: self._ask(SAME_DEPOSIT))
        for button in (self.none_same, self.all_same):
            self.many.add_way(button)
        self.add_key("Alt+Shift+N", self.none_same.click)
        self.add_key("Alt+Shift+D", self.all_same.click)
        self.add_key("Alt+N", lambda: self._answer(NOT_THE_SAME))
        self.add_key("Alt+D", lambda: self._answer(SAME_DEPOSIT))
        self.middle.addWidget(self.answers)
        self.refresh_filters()

    # -- what waits -----------------------------------------------------------------------------------

    @property
    def heading(self) -> str:
        count = len(self.model.items)
        if not self.found:
            return tr("Likely the same")
        told = ntr("{count} pair to look at", "{count} pairs to look at", count, count=f"{count:,}")
        return told if count else tr("No likely-same deposits")

    def look_busy(self) -> None:
        """The pairs are being looked for."""
        self.model.fill([])
        self._blank(tr("Looking for sightings of the same deposit…"), empty=True)
        self.heading_changed.emit()

    def stopped(self, sentence: str) -> None:
        """They could not be looked for, or one stopped it; they are looked for again when one comes back."""
        self.found = False
        self.release()
        self._blank(sentence, empty=True)

    def refresh_filters(self) -> None:
        gems, people = people_and_gems(self.model.items)
        self.gem_filter.offer(gems)
        self.people_filter.offer(people)
        self.model.narrow(self._passes)
        self._name_ways()

    def show_all(self) -> None:
        self.gem_filter.reset()
        self.people_filter.reset()

    def _passes(self, likely: Likely) -> bool:
        gem, name = self.gem_filter.chosen, self.people_filter.chosen
        return (not gem or likely.gem == gem) and (not name or name in likely.people)

    def _sift(self) -> None:
        self.narrow(self._passes)
        self._name_ways()

    def _name_ways(self) -> None:
        shown = len(self.model.shown)
        self.show_filters(len(self.model.items) > 1)
        self.many.lead.setText(tr("All {shown} shown:", shown=f"{shown:,}"))
        for button in (self.none_same, self.all_same):
            button.setEnabled(bool(shown))

    def _answer_bar(self) -> QWidget:
        """The two answers and why, always in view: the facts above may be long."""
        self.reason.setObjectName("reason")
        self.reason.setPlaceholderText(tr("Why (may stay empty)"))
        self.reason.setAccessibleName(tr("Why, may stay empty"))
        bar = QWidget()
        row = QHBoxLayout(bar)
        row.setContentsMargins(10, 0, 10, 0)
        row.setSpacing(8)
        row.addWidget(self.reason, 1)
        for decision, keys in ((SAME_DEPOSIT, "Alt+D"), (NOT_THE_SAME, "Alt+N")):
            button = ActButton(
                tr(ANSWERS[decision]),
                decision,
                tr("{answer}, and go on ({keys})", answer=tr(ANSWERS[decision]), keys=keys),
            )
            button.clicked.connect(lambda _checked=False, decision=decision: self._answer(decision))
            row.addWidget(button)
        return bar

    # -- answers --------------------------------------------------------------------------------------

    def _ask(self, decision: str) -> None:
        answers = [Answer(likely.pair, decision) for likely in self.model.shown]
        count = len(answers)
        which = tr("the pair shown") if count == 1 else tr("all {count} pairs shown", count=f"{count:,}")
        self.many.ask(tr("Answer “{answer}” for {which}?", answer=tr(ANSWERS[decision]).lower(), which=which), answers)

    def _answer(self, decision: str) -> None:
        likely = self.current
        if isinstance(likely, Likely) and self.ready:
            self.settle([Answer(likely.pair, decision, self.reason.text().strip())])

    def _show_parts(self, shown: bool) -> None:
        super()._show_parts(shown)
        self.answers.setVisible(shown)

    def _enable(self) -> None:
        super()._enable()
        self.answers.setEnabled(self.writable and not self._busy)

    # -- one ------------------------------------------------------------------------------------------

    def place_of(self, item: Any, detail: Any) -> Place:
        return detail.place if isinstance(detail, PairDetail) else Place()

    def describe(self, item: Any, detail: Any, column: QVBoxLayout) -> None:
        assert isinstance(item, Likely)
        assert isinstance(detail, PairDetail)
        self._photos = {}
        self.reason.clear()
        apart = role_label(item.apart, "heading")
        apart.setObjectName("pair_name")
        column.addWidget(apart)
        if item.pair.reasons:
            reasons = role_label(_sentence(item.pair.reasons), "muted")
            reasons.setObjectName("reasons")
            column.addWidget(reasons)
        if not detail.facts:
            column.addWidget(role_label(detail.place.words, "warning"))
            return
        column.addWidget(self._table(detail))
        self.photos_wanted.emit(detail.key, detail.uuids)

    def _table(self, detail: PairDetail) -> QFrame:
        frame = card()
        grid = QGridLayout(frame)
        grid.setContentsMargins(12, 8, 12, 8)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        for letter, column, uuid in zip(LETTERS, (1, 3), detail.uuids, strict=True):
            head = QHBoxLayout()
            badge = role_label(letter, "title")
            badge.setWordWrap(False)
            head.addWidget(badge)
            head.addStretch(1)
            look = ActButton(tr("Show"), f"show_{letter}", tr("Show {letter} in the window", letter=letter))
            look.setProperty("role", "flat")
            look.clicked.connect(lambda _checked=False, uuid=uuid: self.record_wanted.emit(uuid))
            head.addWidget(look)
            grid.addLayout(head, 0, column)
        for row, fact in enumerate(detail.facts, start=1):
            _add_fact(grid, row, fact)
        row = len(detail.facts) + 1
        for letter, column in zip(LETTERS, (1, 3), strict=True):
            photo = QLabel()
            photo.setObjectName(f"photo_{letter}")
            photo.setAccessibleName(tr("First photo of {letter}", letter=letter))
            photo.hide()
            grid.addWidget(photo, row, column, Qt.AlignmentFlag.AlignTop)
            self._photos[letter] = photo
        return frame

    def show_photo(self, key: str, letter: str, image: QImage) -> None:
        """The first photo of a sighting came; of a pair that is no longer on show it is left aside."""
        label = self._photos.get(letter)
        if key != self.on_show or label is None or image.isNull():
            return
        label.setPixmap(QPixmap.fromImage(image))
        label.show()


def _add_fact(grid: QGridLayout, row: int, fact: Compared) -> None:
    top = Qt.AlignmentFlag.AlignTop
    title = role_label(fact.title, "muted")
    title.setWordWrap(False)
    grid.addWidget(title, row, 0, top)
    for text, column in ((fact.first, 1), (fact.second, 3)):
        value = role_label(text or tr("not said"), "" if text else "muted")
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        grid.addWidget(value, row, column, top)
    if fact.agree is not None:
        sign = role_label("=" if fact.agree else "≠", "good" if fact.agree else "warning")
        sign.setAccessibleName(tr("the same") if fact.agree else tr("different"))
        sign.setToolTip(tr("The same on both sides") if fact.agree else tr("Different"))
        sign.setWordWrap(False)
        grid.addWidget(sign, row, 2, top)


def _sentence(reasons: tuple[str, ...]) -> str:
    """``Same gem; 12 m apart.``"""
    words = "; ".join(reasons)
    return tr("Why it is asked: {words}.", words=words)
