"""The queue of disagreements: what each side says, who said it and when, and where on the map it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QMenu, QTextEdit, QVBoxLayout, QWidget

from surveyapp.domain.fields import GEOMETRY, LAYER_BY_NAME
from surveyapp.errors import BadInput
from surveyapp.services.conflicts import shown, side_name
from surveyapp.ui.dialogs.base import card, role_label
from surveyapp.ui.dialogs.queue_list import ActButton
from surveyapp.ui.dialogs.queue_page import FilterBox, QueuePage
from surveyapp.ui.forms.editor import Editor
from surveyapp.ui.forms.editors import make_editor
from surveyapp.ui.itemmodels.disputes import (
    NEWEST,
    Dispute,
    Rule,
    Sieve,
    Verdict,
    by_author,
    by_side,
    choices,
    plan,
    reached,
)
from surveyapp.ui.itemmodels.places import DisputeDetail, Place
from surveyapp.ui.itemmodels.queue import QueueModel
from surveyapp.words import mark, tr

_LETTERS = "ABCDEFGH"


class DisputesPage(QueuePage):
    """``settled`` carries a list of :class:`Verdict`; ``record_wanted`` the uuid of a sighting to show;
    ``complained`` a sentence on what cannot be taken.
    """

    record_wanted = Signal(str)
    complained = Signal(str)
    keys = mark(
        "↑ ↓ choose · Alt+A, Alt+B take a side · Alt+V another value · Alt+S or S skip · Ctrl+Z undo · Alt+M map"
    )

    def __init__(self, *, writable: bool, parent: QWidget | None = None) -> None:
        model = QueueModel(lambda dispute: dispute.field, _placeholder)
        super().__init__(model, writable=writable, nothing=tr("Nothing is left to decide."), parent=parent)
        self.list.setObjectName("disputes")
        self.list.setAccessibleName(tr("Disagreements"))
        self._sieve = Sieve()
        self._own: Editor | QLineEdit | None = None
        self.field_filter = FilterBox(tr("All fields"), "filter_field")
        self.author_filter = FilterBox(tr("Everybody"), "filter_author")
        self.layer_filter = FilterBox(tr("All layers"), "filter_layer")
        for words, box in (
            (tr("&Field"), self.field_filter),
            (tr("&Who"), self.author_filter),
            (tr("La&yer"), self.layer_filter),
        ):
            label = QLabel(words)
            label.setBuddy(box)
            self.filters.addWidget(label)
            self.filters.addWidget(box, 1)
            box.currentIndexChanged.connect(lambda _index: self._sift())
        self.filters.addStretch(1)
        self._add_ways()
        for letter in _LETTERS:
            self.add_key(_key_of(letter), self._taker(letter))
        self.add_key("Alt+V", self._go_to_own)

    def _add_ways(self) -> None:
        self.newest = ActButton(
            tr("Take the newest"), "many_newest", tr("Take the value that was written last (Alt+N)")
        )
        self.said_by = ActButton(tr("Take what … said"), "many_author", tr("Take what one person said (Alt+P)"))
        self._people = QMenu(self.said_by)
        self._people.triggered.connect(lambda action: self._ask(by_author(action.data())))
        self.all_a = ActButton(tr("Take A"), "many_A", tr("Take side A of each (Alt+Shift+A)"))
        self.all_b = ActButton(tr("Take B"), "many_B", tr("Take side B of each (Alt+Shift+B)"))
        for keys, button, act in (
            ("Alt+N", self.newest, lambda: self._ask(NEWEST)),
            ("Alt+P", self.said_by, self._choose_person),
            ("Alt+Shift+A", self.all_a, lambda: self._ask(by_side(0))),
            ("Alt+Shift+B", self.all_b, lambda: self._ask(by_side(1))),
        ):
            self.many.add_way(button)
            button.clicked.connect(lambda _checked=False, act=act: act())
            self.add_key(keys, button.click)

    # -- what waits -----------------------------------------------------------------------------------

    @property
    def heading(self) -> str:
        count = len(self.model.items)
        return tr("{count} to decide", count=f"{count:,}") if count else tr("No disagreements")

    @property
    def sieve(self) -> Sieve:
        """What the filters let through."""
        return Sieve(self.field_filter.chosen, self.author_filter.chosen, self.layer_filter.chosen)

    def refresh_filters(self) -> None:
        fields, authors, layers = choices(self.model.items)
        self.field_filter.offer(fields)
        self.author_filter.offer(authors)
        self.layer_filter.offer(layers)
        self._narrow_to(self.sieve)
        self._name_ways()

    def _narrow_to(self, sieve: Sieve) -> None:
        if sieve != self._sieve:
            self._sieve = sieve
            self.model.narrow(sieve.lets_through)

    def show_all(self) -> None:
        for box in (self.field_filter, self.author_filter, self.layer_filter):
            box.reset()

    def _sift(self) -> None:
        self._sieve = self.sieve
        self.narrow(self._sieve.lets_through)
        self._name_ways()

    def _name_ways(self) -> None:
        """Say of each way how many of those shown it would decide."""
        shown_now: list[Dispute] = self.model.shown
        self.show_filters(len(self.model.items) > 1)
        self.many.lead.setText(tr("Of the {count} shown:", count=f"{len(shown_now):,}"))
        author = self.author_filter.chosen
        for button, words, rule in (
            (self.newest, tr("Take the newest"), NEWEST),
            (self.all_a, tr("Take A"), by_side(0)),
            (self.all_b, tr("Take B"), by_side(1)),
        ):
            count = reached(shown_now, rule)
            button.setText(f"{words} ({count:,})")
            button.setEnabled(bool(shown_now))
        if author:
            count = reached(shown_now, by_author(author))
            self.said_by.setText(tr("Take what \u2068{author}\u2069 said ({count})", author=author, count=f"{count:,}"))
        else:
            self.said_by.setText(tr("Take what … said ▾"))
        self.said_by.setEnabled(bool(shown_now))

    # -- many at once ---------------------------------------------------------------------------------

    def _ask(self, rule: Rule) -> None:
        made = plan(self.model.shown, rule)
        self.many.ask(made.sentence, made.verdicts)

    def _choose_person(self) -> None:
        """What the person chosen in the filter said; else choose one first."""
        if self.author_filter.chosen:
            self._ask(by_author(self.author_filter.chosen))
            return
        self._people.clear()
        _fields, authors, _layers = choices(self.model.shown)
        for author, count in authors.items():
            action = self._people.addAction(f"{author} ({count:,})")
            action.setData(author)
        self._people.popup(self.said_by.mapToGlobal(self.said_by.rect().bottomLeft()))

    @property
    def people(self) -> QMenu:
        """The menu of those who said something."""
        return self._people

    # -- one ------------------------------------------------------------------------------------------

    def place_of(self, item: Any, detail: Any) -> Place:
        return detail.place if isinstance(detail, DisputeDetail) else Place()

    def describe(self, item: Any, detail: Any, column: QVBoxLayout) -> None:
        assert isinstance(item, Dispute)
        assert isinstance(detail, DisputeDetail)
        self.model.take_captions({item.key: detail.caption})
        top = QHBoxLayout()
        names = QVBoxLayout()
        names.setSpacing(2)
        field = role_label(item.field, "heading")
        field.setObjectName("field_name")
        record = role_label(detail.caption, "muted")
        record.setObjectName("record_name")
        names.addWidget(field)
        names.addWidget(record)
        top.addLayout(names, 1)
        look = ActButton(tr("Show record"), "show_record", tr("Show it in the window (Alt+R)"))
        look.setProperty("role", "flat")
        look.setShortcut("Alt+R")
        look.setEnabled(detail.sighting is not None)
        look.clicked.connect(lambda: self.record_wanted.emit(detail.sighting or ""))
        top.addWidget(look, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(top)
        if item.ancestor:
            was = role_label(item.ancestor, "muted")
            was.setObjectName("ancestor")
            column.addWidget(was)
        for side in range(len(item.conflict.values)):
            column.addWidget(self._side(item, side, detail.place))
        self._own = None
        if item.takes_own_value:
            column.addLayout(self._own_row(item))

    def _side(self, dispute: Dispute, side: int, place: Place) -> QFrame:
        letter = side_name(side)
        frame = card()
        row = QHBoxLayout(frame)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(12)
        badge = role_label(letter, "title")
        badge.setWordWrap(False)
        row.addWidget(badge, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(2)
        said = role_label(dispute.words(dispute.conflict.values[side].value), "heading")
        said.setObjectName(f"side_{letter}")
        said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        who = role_label(" · ".join(filter(None, (dispute.who(side), _reach(dispute, letter, place)))), "muted")
        who.setObjectName(f"who_{letter}")
        words.addWidget(said)
        words.addWidget(who)
        row.addLayout(words, 1)
        take = ActButton(
            tr("Take {letter}", letter=letter),
            f"take_{letter}",
            tr("Decide for {letter}, and go on ({keys})", letter=letter, keys=_key_of(letter)),
        )
        take.setEnabled(self.writable)
        take.clicked.connect(self._taker(letter))
        row.addWidget(take, 0, Qt.AlignmentFlag.AlignVCenter)
        return frame

    def _own_row(self, dispute: Dispute) -> QVBoxLayout:
        """A value of one's own, in the editor that the form has for the field; it starts with what is shown for now."""
        definition = dispute.definition
        chosen = dispute.conflict.chosen
        if definition is not None:
            editor = make_editor(definition)
            editor.set_value(chosen)
            editor.setObjectName("own_value")
            self._own = editor
            line = editor.input()
        else:
            line = QLineEdit("" if chosen is None else str(shown(dispute.conflict, chosen)))
            line.setObjectName("own_value")
            line.setAccessibleName(dispute.field)
            self._own = line
        if isinstance(line, QLineEdit):
            line.returnPressed.connect(self._take_own)
        self._own.setEnabled(self.writable)
        take = ActButton(
            tr("Take this"), "take_own", tr("Decide for the value that stands here (Return, or Ctrl+Return)")
        )
        take.setShortcut("Ctrl+Return")
        take.setEnabled(self.writable)
        take.clicked.connect(self._take_own)
        rows = QVBoxLayout()
        rows.setSpacing(2)
        label = role_label(tr("Or another value (Alt+V)"), "muted")
        label.setBuddy(line)
        rows.addWidget(label)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._own, 1)
        row.addWidget(take, 0, Qt.AlignmentFlag.AlignTop)
        rows.addLayout(row)
        return rows

    def _go_to_own(self) -> None:
        if self._own is None:
            return
        target = self._own.input() if isinstance(self._own, Editor) else self._own
        target.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if isinstance(target, QLineEdit | QTextEdit):
            target.selectAll()
        self.panel.ensureWidgetVisible(self._own)

    def _taker(self, letter: str) -> Callable[[], None]:
        return lambda: self._take(letter)

    def _take(self, letter: str) -> None:
        dispute = self.current
        side = _LETTERS.index(letter)
        if isinstance(dispute, Dispute) and self.ready and side < len(dispute.conflict.values):
            self.settle([Verdict(dispute.conflict, side)])

    def _take_own(self) -> None:
        dispute, own = self.current, self._own
        if not isinstance(dispute, Dispute) or own is None or not self.ready:
            return
        try:
            verdict = _own_verdict(dispute, own)
        except BadInput as error:
            self.complained.emit(str(error))
            return
        if verdict is None:
            self.complained.emit(tr("Type or choose the value first."))
            return
        self.settle([verdict])


def _own_verdict(dispute: Dispute, own: Editor | QLineEdit) -> Verdict | None:
    """What stands in the editor; ``None`` for nothing. Raises ``BadInput`` for what is no value."""
    if isinstance(own, Editor):
        value = own.value()
        return None if value is None else Verdict(dispute.conflict, values={dispute.conflict.field: value})
    typed = own.text().strip()
    return Verdict(dispute.conflict, typed=typed) if typed else None


def _reach(dispute: Dispute, letter: str, place: Place) -> str:
    """How good a side's position is, where positions are in dispute."""
    mark = next((mark for mark in place.marks if mark.letter == letter), None)
    if mark is None or dispute.conflict.field != GEOMETRY:
        return ""
    return (
        tr("accuracy unknown")
        if mark.accuracy_m is None
        else tr("good to {accuracy_m:g} m", accuracy_m=mark.accuracy_m)
    )


def _key_of(letter: str) -> str:
    """Alt+F is taken by the filter of fields."""
    return "Alt+Shift+F" if letter == "F" else f"Alt+{letter}"


def _placeholder(dispute: Dispute) -> str:
    layer = LAYER_BY_NAME[dispute.conflict.layer]
    return f"{tr(layer.title)} {dispute.conflict.record[:8]}"
