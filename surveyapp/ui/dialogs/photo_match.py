"""Which sighting each photo belongs to: what place and time say, how they differ, and the person's word on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTime, QTimer, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from surveyapp.domain.gems import GEMS
from surveyapp.domain.records import Value
from surveyapp.exchange.photo_match import Candidate, Match, clock_ahead_s
from surveyapp.services.photos import Found, place_of
from surveyapp.ui import theme
from surveyapp.ui.dialogs.base import Dialog, card, role_label
from surveyapp.ui.forms.images import picture, toned
from surveyapp.ui.forms.look import ElidedLabel, ToneLabel, small_button
from surveyapp.ui.forms.photo_facts import Fact, distance_words, duration_words, place_fact, time_fact
from surveyapp.words import ntr, tr

_ICON = QSize(64, 48)
_PICTURE = QSize(300, 225)
_AGAIN_MS = 400
_CLOCK = "HH:mm:ss"
_PHOTO, _SIGHTING, _WHY = range(3)
_NEW = "new"
"""Stands for a sighting that is made where the photo was taken."""


@dataclass(slots=True)
class _Row:
    """One photo: what was found, and what the person chose. ``chosen`` is a sighting's uuid, :data:`_NEW` or
    ``None``."""

    found: Found
    match: Match
    known: bool
    chosen: str | None = None
    touched: bool = False

    @property
    def placed(self) -> bool:
        """Whether a sighting can be made where it was taken."""
        return place_of(self.found) is not None

    @property
    def alone(self) -> bool:
        """Whether it has a place and no sighting near."""
        return self.placed and not self.known and self.match.proposed is None and self.chosen is None


class PhotoMatchDialog(Dialog):
    """``rematchWanted(seconds)`` when the camera's clock was said to be so far ahead; :meth:`fill` takes the answer.

    ``caption_of`` gives what a sighting is called (empty: it is not there), ``facts_of`` its values with its point.
    ``selected``: the sighting that is selected in the table, offered for every photo.
    """

    rematchWanted = Signal(float)

    def __init__(
        self,
        found: Sequence[Found],
        troubles: Sequence[str],
        caption_of: Callable[[str], str],
        facts_of: Callable[[str], Mapping[str, Value]],
        selected: str | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(tr("Photos and their sightings"), "", tr("Attach"), parent)
        self.cancel_button.setText(tr("Cancel"))
        self._found = list(found)
        self._caption_of, self._facts_of, self._selected = caption_of, facts_of, selected
        self._rows: list[_Row] = []
        self._filling = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_AGAIN_MS)
        self._timer.timeout.connect(lambda: self.rematchWanted.emit(self.ahead_s))
        self.body.addLayout(self._clock_row())
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self._table(), 1)
        row.addWidget(self._detail())
        self.body.addLayout(row, 1)
        self.body.addLayout(self._new_row())
        self.troubles = ToneLabel("", "warning", self)
        self.troubles.say(_told(troubles))
        self.troubles.setToolTip("\n".join(troubles))
        self.troubles.setVisible(bool(troubles))
        self.body.addWidget(self.troubles)
        self.resize(1000, 620)
        self._suggest_clock()

    # --- what the window calls -------------------------------------------------------------------------

    def fill(self, matches: Sequence[Match], known: set[str]) -> None:
        """Show the matches, in the order of the photos; what the person chose by hand stays."""
        before = {row.found.path: row for row in self._rows}
        self._rows = []
        for found, match in zip(self._found, matches, strict=True):
            row = _Row(found, match, found.shot.key in known)
            old = before.get(found.path)
            if old is not None and old.touched:
                row.chosen, row.touched = old.chosen, True
            elif match.sure and not row.known:
                row.chosen = match.proposed
            self._rows.append(row)
        self._filling = True
        self.table.setRowCount(len(self._rows))
        for place in range(len(self._rows)):
            self._show_row(place)
        self._filling = False
        if self.table.currentRow() < 0 and self._rows:
            self.table.setCurrentCell(0, _PHOTO)
        self._show_current()
        self._say_count()

    def chosen(self) -> list[tuple[Path, str]]:
        """(photo, uuid of its sighting) for those that are to be attached."""
        return [(row.found.path, row.chosen) for row in self._rows if row.chosen not in (None, _NEW)]

    def new_here(self) -> list[Found]:
        """Photos that are to have a sighting made where they were taken."""
        return [row.found for row in self._rows if row.chosen == _NEW]

    @property
    def new_gem(self) -> str | None:
        """The gem of those sightings, if the person said it."""
        gem: str | None = self.gem.currentData()
        return gem

    @property
    def ahead_s(self) -> float:
        """Seconds that the camera's clock is said to be ahead."""
        return float(QTime(0, 0).secsTo(self._clock_time())) * int(self.clock_side.currentData())

    def _clock_time(self) -> QTime:
        """What stands in the line, midnight where that is no time."""
        told = QTime.fromString(self.clock.text(), _CLOCK)
        return told if told.isValid() else QTime(0, 0)

    # --- parts -----------------------------------------------------------------------------------------

    def _clock_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.clock_side = QComboBox(self)
        for text, side in ((tr("is right"), 0), (tr("is ahead by"), 1), (tr("is behind by"), -1)):
            self.clock_side.addItem(text, side)
        self.clock_side.setAccessibleName(tr("The camera's clock"))
        self.clock = QLineEdit("00:00:00", self)
        self.clock.setInputMask("99:99:99")
        self.clock.setFixedWidth(self.clock.fontMetrics().horizontalAdvance("00:00:00") + 40)
        self.clock.setToolTip(tr("Hours, minutes and seconds"))
        self.clock.setAccessibleName(tr("Hours, minutes and seconds"))
        self.clock.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # a clock is read so in Urdu too
        self.clock.hide()
        self.clock_button = small_button("", tr("Some photos have both the camera's time and that of the GPS"), self)
        self.clock_button.clicked.connect(self._take_suggestion)
        row.addWidget(QLabel(tr("The camera's clock")))
        row.addWidget(self.clock_side)
        row.addWidget(self.clock)
        row.addWidget(self.clock_button)
        row.addStretch(1)
        self.clock_side.currentIndexChanged.connect(self._clock_changed)
        self.clock.textChanged.connect(self._clock_changed)
        return row

    def _new_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.all_new = small_button("", tr("Photos with a position and no sighting near get a new one there"), self)
        self.all_new.clicked.connect(self._new_for_all)
        self.gem_label = QLabel(tr("Gem of the new sightings"))
        self.gem = QComboBox(self)
        self.gem.addItem(tr("Not said"), None)
        for gem in GEMS:
            self.gem.addItem(theme.gem_icon(gem.code), tr(gem.label), gem.code)
        self.gem.setAccessibleName(self.gem_label.text())
        row.addWidget(self.all_new)
        row.addStretch(1)
        row.addWidget(self.gem_label)
        row.addWidget(self.gem)
        return row

    def _table(self) -> QTableWidget:
        self.table = QTableWidget(0, 3, self)
        self.table.setHorizontalHeaderLabels([tr("Photo"), tr("Sighting"), tr("How it was found")])
        self.table.setIconSize(_ICON)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(_ICON.height() + 10)
        head = self.table.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        head.setStretchLastSection(True)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        self.table.setColumnWidth(_PHOTO, 215)
        self.table.setColumnWidth(_SIGHTING, 180)
        self.table.currentCellChanged.connect(lambda *_: self._show_current())
        self.table.itemChanged.connect(self._ticked)
        return self.table

    def _detail(self) -> QWidget:
        frame = card()
        frame.setFixedWidth(_PICTURE.width() + 24)
        column = QVBoxLayout(frame)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(6)
        self.picture = QLabel()
        self.picture.setFixedSize(_PICTURE)
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.name = ElidedLabel(frame)
        self.choice = QComboBox(frame)
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.choice.setMinimumContentsLength(20)
        self.choice.setAccessibleName(tr("Belongs to"))
        self.choice.activated.connect(self._choose)
        self.place_fact, self.time_fact = ToneLabel("", "muted", frame), ToneLabel("", "muted", frame)
        column.addWidget(self.picture)
        column.addWidget(self.name)
        column.addSpacing(4)
        column.addWidget(role_label(tr("Belongs to"), "heading"))
        column.addWidget(self.choice)
        column.addWidget(self.place_fact)
        column.addWidget(self.time_fact)
        column.addStretch(1)
        return frame

    # --- showing ---------------------------------------------------------------------------------------

    def _show_row(self, place: int) -> None:
        row = self._rows[place]
        photo = self.table.item(place, _PHOTO)
        if photo is None:
            photo = QTableWidgetItem(_icon(row.found.small), row.found.path.name)
            photo.setToolTip(str(row.found.path))
            self.table.setItem(place, _PHOTO, photo)
            for column in (_SIGHTING, _WHY):
                self.table.setItem(place, column, QTableWidgetItem())
        photo.setCheckState(Qt.CheckState.Checked if row.chosen else Qt.CheckState.Unchecked)
        shown = row.chosen or (None if row.known or row.touched else row.match.proposed)
        here = tr("New sighting here") if shown == _NEW else ""
        self.table.item(place, _SIGHTING).setText(here or (self._caption(shown) if shown else "—"))
        words = self._how(row)
        self.table.item(place, _WHY).setText(words)
        self.table.item(place, _WHY).setToolTip(words)

    def _how(self, row: _Row) -> str:
        """How the sighting was found, and what makes it unsure."""
        if row.chosen == _NEW:
            return tr("Made where the photo was taken")
        if row.touched:
            return tr("Chosen by you") if row.chosen else tr("Left out")
        if row.known:
            return tr("In the survey already")
        match = row.match
        first = match.candidates[0] if match.candidates else None
        if match.proposed is None or first is None:
            return tr("The photo says neither place nor time") if not match.how else tr("No sighting near")
        words = self._difference(first)
        how = {
            "position": tr("By its position"),
            "track": tr("By its time on the track “{name}”", name=match.track),
            "time": tr("By its time alone"),
        }[match.how]
        told = f"{how}: {words}" if words else how
        return told if match.sure else tr("⚠ {what}. Please look.", what=told)

    def _difference(self, one: Candidate) -> str:
        parts = []
        if one.distance_m is not None:
            parts.append(tr("{distance} away", distance=distance_words(one.distance_m)))
        if one.span_s is not None:
            parts.append(_span_words(one.span_s))
        return ", ".join(parts)

    def _show_current(self) -> None:
        row = self._current()
        if row is None or self._filling:
            return
        self.picture.setPixmap(QPixmap.fromImage(toned(picture(row.found.small, _PICTURE))))
        self.name.say(row.found.path.name, "")
        self.choice.clear()
        self.choice.addItem(tr("Leave out"), None)
        for one in row.match.candidates:
            words = self._difference(one)
            caption = self._caption(one.uuid)
            self.choice.addItem(f"{caption} — {words}" if words else caption, one.uuid)
        offered = {one.uuid for one in row.match.candidates}
        if row.placed and not row.known:
            self.choice.addItem(tr("New sighting here"), _NEW)
        for uuid in dict.fromkeys((self._selected, row.chosen)):
            if uuid not in (None, _NEW) and uuid not in offered:
                self.choice.addItem(tr("{sighting} (selected in the table)", sighting=self._caption(uuid)), uuid)
        self.choice.setCurrentIndex(max(self.choice.findData(row.chosen), 0))
        self._show_facts(row)

    def _show_facts(self, row: _Row) -> None:
        uuid = row.chosen or row.match.proposed
        if uuid == _NEW:
            self._show_new(row)
            return
        if uuid is None:
            nothing = tr("No sighting is near it in place or time.") if row.match.how else ""
            self.place_fact.say(nothing, "muted")
            self.time_fact.say("")
            return
        sighting = self._facts_of(uuid)
        _tell(self.place_fact, place_fact(row.found.record, sighting))
        _tell(self.time_fact, time_fact(row.found.record, sighting, self.ahead_s))

    def _show_new(self, row: _Row) -> None:
        """What the new sighting's position is worth."""
        accuracy = row.found.accuracy_m
        self.place_fact.say(
            tr("At the photo's position; the camera says no accuracy.") if accuracy is None
            else tr("At the photo's position, good to {accuracy}.", accuracy=distance_words(accuracy)), "muted"
        )
        moment = row.found.shot.moment(self.ahead_s)
        self.time_fact.say("" if moment else tr("The photo says no time; it is taken as seen now."), "muted")

    def _caption(self, uuid: str) -> str:
        return self._caption_of(uuid) or tr("A sighting without gem and locality")

    def _say_count(self) -> None:
        new = len(self.new_here())
        count = len(self.chosen()) + new
        self.main_button.setText(ntr("Attach {n} photo", "Attach {n} photos", count) if count else tr("Attach"))
        self.main_button.setEnabled(count > 0)
        alone = sum(row.alone for row in self._rows)
        self.all_new.setText(ntr("New sighting for {n} other photo", "New sightings for {n} other photos", alone))
        self.all_new.setVisible(alone > 0)
        for widget in (self.gem, self.gem_label):
            widget.setVisible(new > 0)
        known = sum(row.known for row in self._rows)
        unsure = sum(not row.match.sure and not row.known and not row.touched for row in self._rows)
        parts = [ntr("{n} photo", "{n} photos", len(self._rows))]
        if known:
            parts.append(ntr("{n} is in the survey already", "{n} are in the survey already", known))
        if unsure:
            parts.append(ntr("{n} to decide", "{n} to decide", unsure))
        self.lead.setText(" · ".join(parts))
        self.lead.setVisible(True)

    # --- choosing --------------------------------------------------------------------------------------

    def _current(self) -> _Row | None:
        place = self.table.currentRow()
        return self._rows[place] if 0 <= place < len(self._rows) else None

    def _ticked(self, item: QTableWidgetItem) -> None:
        if self._filling or item.column() != _PHOTO:
            return
        row = self._rows[item.row()]
        wanted = item.checkState() == Qt.CheckState.Checked
        if wanted == (row.chosen is not None):
            return
        row.chosen = (row.match.proposed or self._selected or (_NEW if row.placed else None)) if wanted else None
        row.touched = True
        self._changed(item.row())

    def _choose(self, place: int) -> None:
        row = self._current()
        if row is not None:
            row.chosen, row.touched = self.choice.itemData(place), True
            self._changed(self.table.currentRow())

    def _new_for_all(self) -> None:
        for place, row in enumerate(self._rows):
            if row.alone:
                row.chosen, row.touched = _NEW, True
                self._changed(place)

    def _changed(self, place: int) -> None:
        self._filling = True
        self._show_row(place)
        self._filling = False
        if place == self.table.currentRow():
            self._show_current()
        self._say_count()

    # --- the camera's clock ----------------------------------------------------------------------------

    def _suggest_clock(self) -> None:
        self._suggested = clock_ahead_s([one.shot for one in self._found])
        if self._suggested is None or abs(self._suggested[0]) < 60 or abs(self._suggested[0]) >= 86_400:
            self.clock_button.hide()
            return
        seconds, count = self._suggested
        span = QTime(0, 0).addSecs(abs(int(seconds))).toString(_CLOCK)
        if seconds > 0:
            told = ntr("{n} photo with GPS time says: ahead by {span}", "{n} photos with GPS time say: ahead by {span}",
                       count, span=span)
        else:
            told = ntr("{n} photo with GPS time says: behind by {span}",
                       "{n} photos with GPS time say: behind by {span}", count, span=span)
        self.clock_button.setText(told)

    def _take_suggestion(self) -> None:
        if self._suggested is not None:
            seconds = self._suggested[0]
            self.clock_side.setCurrentIndex(self.clock_side.findData(1 if seconds > 0 else -1))
            self.clock.setText(QTime(0, 0).addSecs(abs(int(seconds))).toString(_CLOCK))

    def _clock_changed(self) -> None:
        self.clock.setVisible(self.clock_side.currentData() != 0)
        wrong = not QTime.fromString(self.clock.text(), _CLOCK).isValid()
        self.complain(tr("The clock's difference goes from 00:00:01 to 23:59:59.") if wrong else "", blocks=False)
        self._say_count()
        self._timer.start()


def _icon(small: bytes) -> QIcon:
    return QIcon(QPixmap.fromImage(toned(picture(small, _ICON * 2))))


def _span_words(span_s: float) -> str:
    if abs(span_s) < 60:
        return tr("at the same time")
    span = duration_words(timedelta(seconds=span_s))
    return tr("{span} after it", span=span) if span_s > 0 else tr("{span} before it", span=span)


def _tell(label: ToneLabel, fact: Fact) -> None:
    label.say(f"⚠ {fact.text}" if fact.flagged else fact.text, "warning" if fact.flagged else "muted")


def _told(troubles: Sequence[str]) -> str:
    if len(troubles) < 2:
        return "".join(troubles)
    return ntr("{first} (and {n} more)", "{first} (and {n} more)", len(troubles) - 1, first=troubles[0])
