"""The form of a sighting.

It takes a record and defaults, and gives back values; it saves nothing itself. What is typed is checked as
it is typed, and only what cannot be kept (text that is no number, no position at all) holds a save back:
everything else is told beside the field and can be filled in later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from surveyapp.domain.fields import GEOMETRY, POSITION_FACTS, SIGHTING, Field
from surveyapp.domain.fixes import Fix
from surveyapp.domain.records import Record, Value, new_uuid
from surveyapp.domain.template import EMPTY, Template, fields_of
from surveyapp.errors import BadInput
from surveyapp.ui.forms.checks import (
    BLOCKS,
    NATIONAL,
    NEEDED,
    WARNS,
    Finding,
    Surroundings,
    findings,
    state_words,
)
from surveyapp.ui.forms.code_editor import ListEditor
from surveyapp.ui.forms.defaults import new_values
from surveyapp.ui.forms.draft_banner import DraftBanner
from surveyapp.ui.forms.form_body import FormBody
from surveyapp.ui.forms.form_footer import FormFooter
from surveyapp.ui.forms.form_remarks import FormRemarks
from surveyapp.ui.forms.gem_chooser import GemEditor
from surveyapp.ui.forms.look import TitleLabel
from surveyapp.ui.forms.memory import Memory
from surveyapp.ui.forms.moment_editor import MomentEditor
from surveyapp.ui.forms.position_box import PositionBox
from surveyapp.ui.forms.position_tools import PositionTools
from surveyapp.ui.forms.survey_editor import PROJECT, with_project
from surveyapp.words import tr

_OPENED = ("The find", "Where")
_WHERE = "Where"
_OF_POSITION = (GEOMETRY, *POSITION_FACTS)
_WORKED_OUT = ("province", "toposheet")
_LEFT_OUT = (*POSITION_FACTS, "boundary_source")
"""What nobody types: the position card shows it."""
_OF_A_FIND = ("expression", "confidence", "identification_method")
"""Says something of a gem that was found; an absence has none."""


class SightingForm(QWidget):
    """``tools`` read and describe positions; ``sticky`` holds last values by field, ``pinned`` the fields
    that are filled in again; ``observer`` is who sits here; ``now`` the clock, for tests.

    Signals:

    - ``saveRequested(dict, Record | None)``: for a new sighting all filled values (and ``None``), for a
      record the values that differ from it. Where the point moved, all facts of its position are among
      them. The caller saves, and then calls :meth:`load` with what was saved.
    - ``cancelled()``: agreed to, if anything would be lost.
    - ``dirtyChanged(bool)``: there is something to save, or no longer.
    - ``positionPicked(object)``: (longitude, latitude) of the form's position, or ``None``, when it changes.
    - ``mapTapRequested()`` and ``gpsRequested()``: answer with :meth:`use_map_position` and
      :meth:`use_gps_position`.
    - ``rememberRequested(dict, list)``: last values of sticky fields and names of pinned ones, to be kept.
    - ``absenceRequested()``: an absence here is wanted, in one press.
    - ``projectChosen(str)``: another survey was chosen; answer with :meth:`ask_for` what its office asks.
    """

    saveRequested = Signal(object, object)
    cancelled = Signal()
    dirtyChanged = Signal(bool)
    positionPicked = Signal(object)
    mapTapRequested = Signal()
    gpsRequested = Signal()
    rememberRequested = Signal(object, object)
    absenceRequested = Signal()
    projectChosen = Signal(str)

    def __init__(
        self,
        tools: PositionTools | None = None,
        *,
        sticky: Mapping[str, Value] | None = None,
        pinned: Iterable[str] = (),
        observer: Value = None,
        now: Callable[[], datetime] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.now = now or (lambda: datetime.now(UTC))
        self.observer = observer
        self.record: Record | None = None
        self.uuid = new_uuid()
        """Of the record that is edited, or that a new one should get: it also names the draft."""
        self.memory = Memory.of(sticky, pinned)
        self._hidden: dict[str, Value] = {}
        self._baseline: dict[str, Any] = {}
        self._dirty = False
        self._nags = False
        self.template = EMPTY
        self.asked: tuple[Field, ...] = SIGHTING.fields
        """The fields as the office has them."""
        self._surveys: dict[str, str] = {}
        self._defaults: dict[str, Value] = {}
        self.position_box = PositionBox(tools)
        self.body = self._made_body()
        self.footer = FormFooter(self)
        self.draft_banner = DraftBanner(self)
        self.remarks = FormRemarks(self.body, self.go_to, self)
        self.dirtyChanged.connect(self.remarks.banner.set_dirty)
        self._lay_out()
        self._wire()
        self.load(None, {})

    # --- what the window calls -------------------------------------------------------------------------

    def load(self, record: Record | None, defaults: Mapping[str, Value] | None = None) -> None:
        """Show a record, or a new sighting with ``defaults`` over what is pinned. What stood in the form is
        gone without a question: ask first while :attr:`dirty`."""
        self.record = record
        self.remarks.loaded(record)
        self.uuid = record.uuid if record else new_uuid()
        self._defaults = dict(defaults or {})
        values = dict(record.values) if record else self._new_values()
        shown_names = {*self.body.rows, *_OF_POSITION}
        self._hidden = {} if record else {n: v for n, v in values.items() if n not in shown_names}
        self._nags = record is not None
        self.body.show_values(values)
        self.position_box.load(values)
        if record is None:
            self._fill_place()
        self._offer_last()
        self._suggest_hosts()
        self._baseline = self._standing()
        self._title.say(self._caption())
        self._refresh()
        self._set_dirty(dirty=False)
        self.positionPicked.emit(self.position_box.position)

    def values(self) -> dict[str, Value]:
        """Values of all fields that the form knows, the point and its facts among them; raises ``BadInput``
        for the first text that is no value."""
        values, troubles = self._collect()
        if troubles:
            raise BadInput(next(iter(troubles.values())))
        return values

    def changes(self) -> dict[str, Value]:
        """What is to be saved: of a new sighting the filled values, and ``None`` for what has a default and was
        emptied; of a record what differs from it. Raises ``BadInput`` as :meth:`values` does."""
        values = self.values()
        if self.record is None:
            given = {known.name for known in self.asked if known.default is not None}
            return {name: value for name, value in values.items() if value is not None or name in given}
        before = self.record.values
        differ = {name: value for name, value in values.items() if value != before.get(name)}
        if GEOMETRY in differ:
            differ.update({name: values.get(name) for name in POSITION_FACTS})
        return differ

    @property
    def dirty(self) -> bool:
        """Whether there is something to save."""
        return self._dirty

    def use_gps_position(self, facts: Mapping[str, Value]) -> None:
        """Take a position with its facts, as ``positioning.facts.position_facts`` gives them."""
        self.position_box.use_gps(facts)

    def use_map_position(self, longitude: float, latitude: float) -> None:
        """Take a position that was tapped on the map."""
        self.position_box.use_map(longitude, latitude)

    def set_gps_ready(self, ready: bool, why: str = "") -> None:
        """Whether a GPS position can be had, and if not, why in a sentence."""
        self.position_box.set_gps_ready(ready, why)

    def ask_for(self, template: Template, surveys: Mapping[str, str] | None = None) -> None:
        """Show the fields as an office has them, and the project where the file holds several ``surveys``
        (``{uuid: name}``). What stands in the form stays."""
        surveys = dict(surveys or {}) if len(surveys or {}) > 1 else {}
        if template == self.template and surveys == self._surveys:
            return
        standing, was_dirty, uuid = self.draft(), self.dirty, self.uuid
        opened = [title for title, section in self.body.sections.items() if section.is_open]
        self.template, self._surveys = template, surveys
        self.asked = with_project(fields_of(SIGHTING, template)) if surveys else fields_of(SIGHTING, template)
        before, self.body = self.body, self._made_body(opened)
        self._scroll.takeWidget()
        self._scroll.setWidget(self.body)
        before.hide()
        before.deleteLater()
        self._wire_body()
        self.load(self.record, self._defaults)
        if was_dirty:
            self.restore(standing, uuid)

    def mark_absent(self) -> str | None:
        """Say that nothing was found here, with the GPS position if there is none yet. Returns the first field that
        an absence still lacks, or ``None``."""
        self.body.editor("presence").set_raw("absent")
        if self.record is None:
            for name in _OF_A_FIND:
                # A pinned value speaks of the find before; one that was typed is for the person to mend.
                if self.body.editor(name).raw() == self._baseline_raw(name):
                    self.body.editor(name).set_value(None)
        self._edited("presence")
        if self.position_box.position is None and self.position_box.gps_ready:
            self.gpsRequested.emit()
        lacking = [GEOMETRY] if self.position_box.position is None else []
        values, troubles = self.body.collect()
        lacking += [name for name in ("gem", *troubles) if values.get(name) is None]
        return lacking[0] if lacking else None

    def toggle_pin(self) -> str | None:
        """Pin the field that the keyboard is in or was in last, or take its pin out; returns its title, ``None``
        where there is no pin."""
        row = self.body.rows.get(self.body.at or "")
        if row is None or not row.field.sticky:
            return None
        row.pin.toggle()
        return tr(row.field.title)

    def set_now(self) -> None:
        """The sighting is observed at this moment."""
        moment = self.body.editor("observed_at")
        assert isinstance(moment, MomentEditor)
        moment.set_now()

    @property
    def project(self) -> str | None:
        """The survey that is chosen in the form, where there are several."""
        row = self.body.rows.get(PROJECT.name)
        return (row.editor.raw() or None) if row is not None else None

    def try_save(self) -> bool:
        """Ask for the save, unless something cannot be kept: then go there. Returns whether it was asked."""
        self._nags = True
        blocking = [f for f in self._refresh() if f.loudness == BLOCKS]
        if blocking:
            self.go_to(blocking[0].field)
            return False
        self._remember()
        self.saveRequested.emit(self.changes(), self.record)
        return True

    def go_to_missing(self) -> None:
        """Go to the next field that something is wanted in."""
        if self._missing:
            self.go_to(self._missing[0])

    def go_to(self, name: str) -> None:
        """Bring a field into view, with the keyboard in it."""
        section = self.body.sections[_WHERE] if name in _OF_POSITION else self.body.section_of(name)
        if section is not None:
            section.set_open(True)
        self.body.reveal(name)
        target = self.position_box.line if name in _OF_POSITION else self.body.editor(name).input()
        target.setFocus(Qt.FocusReason.OtherFocusReason)
        # Once the section has opened and everything has its place.
        QTimer.singleShot(0, target, lambda: self._scroll.ensureWidgetVisible(target, 20, 80))

    # --- drafts ----------------------------------------------------------------------------------------

    def draft(self) -> dict[str, Any]:
        """What stands in the form as plain data, text that is no value included."""
        return {
            "fields": self.body.raws(),
            "position": self.position_box.draft(),
            "hidden": dict(self._hidden),
        }

    def restore(self, content: Mapping[str, Any], uuid: str | None = None) -> None:
        """Show what a draft kept, over the record (or new sighting) that was loaded before. ``uuid`` is the
        one that a new record's draft was kept under."""
        if uuid is not None and self.record is None:
            self.uuid = uuid
        self.body.set_raws(dict(content.get("fields") or {}))
        self.position_box.restore(dict(content.get("position") or {}))
        if self.record is None:
            self._hidden = dict(content.get("hidden") or {}) or self._hidden
        self._suggest_hosts()
        self._refresh()
        self._set_dirty(dirty=self._standing() != self._baseline)
        self.positionPicked.emit(self.position_box.position)

    def draft_caption(self) -> str:
        """What a person would call this draft: gem and locality."""
        values, _troubles = self._collect()
        return ", ".join(p for p in (self._gem_label(values.get("gem")), str(values.get("locality") or "")) if p)

    # --- inside ----------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(18, 8, 12, 4)
        self._title = TitleLabel(self)
        head.addWidget(self._title, 1)
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidget(self.body)
        column.addWidget(self.draft_banner)
        column.addWidget(self.remarks.banner)
        column.addLayout(head)
        column.addWidget(self._scroll, 1)
        column.addWidget(self.footer)

    def _made_body(self, opened: Iterable[str] = _OPENED) -> FormBody:
        body = FormBody(self.asked, leave=_LEFT_OUT, opened=opened, hidden=self.template.hidden,
                        surveys=self._surveys, parent=self)
        body.put_first(_WHERE, self.position_box)
        return body

    def _wire_body(self) -> None:
        self.body.edited.connect(self._edited)
        self.body.fixPressed.connect(self._mend)
        self.body.pinToggled.connect(self._pin)
        self.body.focused.connect(self._help)
        moment = self.body.editor("observed_at")
        assert isinstance(moment, MomentEditor)
        moment.now = self.now
        for name in self.body.rows:
            self.body.rows[name].set_pinned(name in self.memory.pinned)
        self.remarks.attach(self.body)

    def _wire(self) -> None:
        self._wire_body()
        self.position_box.changed.connect(self._moved)
        self.position_box.fixPressed.connect(self._mend)
        self.position_box.mapTapRequested.connect(self.mapTapRequested)
        self.position_box.gpsRequested.connect(self.gpsRequested)
        self.footer.saveWanted.connect(self.try_save)
        self.footer.absenceWanted.connect(self.absenceRequested)
        self.footer.cancelWanted.connect(self.cancelled)
        self.footer.missingWanted.connect(self.go_to_missing)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):  # Ctrl+S is the action form.save
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self.try_save)
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self.footer.ask_to_cancel)

    def _standing(self) -> dict[str, Any]:
        return {"fields": self.body.raws(), "position": self.position_box.draft()}

    def _collect(self) -> tuple[dict[str, Value], dict[str, str]]:
        values, troubles = self.body.collect()
        values.update(self._hidden)
        values.update(self.position_box.facts())
        if self.position_box.trouble:
            troubles[GEOMETRY] = self.position_box.trouble
        return values, troubles

    def _edited(self, name: str) -> None:
        if name == "gem":
            self._suggest_hosts()
        self._changed()
        if name == PROJECT.name:
            self.projectChosen.emit(self.body.editor(name).raw())

    def _changed(self) -> None:
        self._refresh()
        self._set_dirty(dirty=self._standing() != self._baseline)

    def _set_dirty(self, *, dirty: bool) -> None:
        self.footer.set_dirty(dirty)
        if dirty != self._dirty:
            self._dirty = dirty
            self.dirtyChanged.emit(dirty)

    def _refresh(self) -> list[Finding]:
        """Check everything and show what was found; returns it, the position first."""
        values, troubles = self._collect()
        around = Surroundings(
            self.now(),
            self.observer,
            self.position_box.place,
            needs_position=self.record is None or self.record.get(GEOMETRY) is not None,
            template=self.template,
            asked=self.asked,
        )
        found = [f for f in findings(self.uuid, values, around) if f.field not in troubles]
        found += [Finding(name, BLOCKS, sentence) for name, sentence in troubles.items() if name != GEOMETRY]
        if GEOMETRY in troubles:
            found.insert(0, Finding(GEOMETRY, BLOCKS, troubles[GEOMETRY]))
        told_there = _OF_POSITION if self.position_box.position else (GEOMETRY,)
        audible = [f for f in found if self._nags or f.loudness == WARNS or f.field in troubles]
        self.body.tell(audible, values)
        self.position_box.tell(next((f for f in audible if f.field in told_there), None))
        self._say_state(found)
        return found

    def _say_state(self, found: list[Finding]) -> None:
        loud = (BLOCKS, NEEDED, NATIONAL)
        self._missing = [f.field for level in loud for f in found if f.loudness == level]
        self.footer.set_state(*state_words(found, wants_save=self._nags, asked=self.asked), can_go=bool(self._missing))

    def _mend(self, fix: Fix) -> None:
        for name, value in fix.values.items():
            if name in self.body.rows:
                self.body.editor(name).set_value(value)
            else:
                self.position_box.set_fact(name, value)
        self._edited(next(iter(fix.values)))

    def _moved(self) -> None:
        """The position changed: what follows from it, and what held for the old one."""
        self._fill_place()
        box, elevation = self.position_box, self.body.editor("elevation_m")
        if box.elevation_m is not None:
            elevation.set_value(box.elevation_m)
        elif box.left_elevation_m is not None and elevation.raw() == f"{box.left_elevation_m:.15g}":
            elevation.set_value(None)
        moment = self.body.editor("observed_at")
        if box.observed_at is not None and self.record is None and moment.raw() == self._baseline_raw("observed_at"):
            moment.set_value(box.observed_at)
        self._changed()
        self.positionPicked.emit(box.position)

    def _baseline_raw(self, name: str) -> str:
        return str(self._baseline.get("fields", {}).get(name, ""))

    def _fill_place(self) -> None:
        """Province and toposheet follow the position, unless a person chose otherwise."""
        for name in _WORKED_OUT:
            editor = self.body.editor(name)
            try:
                value = editor.value()
            except BadInput:
                continue
            if value is None or value == self.position_box.left_place.get(name):
                editor.set_value(self.position_box.place.get(name))

    def _suggest_hosts(self) -> None:
        gem, host = self.body.editor("gem"), self.body.editor("host_rock")
        if isinstance(gem, GemEditor) and isinstance(host, ListEditor):
            host.suggest(gem.gem.hosts if gem.gem else ())

    def _pin(self, name: str, pinned: bool) -> None:
        self.memory.set_pinned(name, pinned=pinned)
        self._offer_last()
        self._remember()

    def _offer_last(self) -> None:
        for name, row in self.body.rows.items():
            row.offer_last(self.memory.offer(name, empty=not row.editor.raw()))

    def _remember(self) -> None:
        """Keep this sighting's sticky values and the pins, across sightings and (by the window) sessions."""
        self.memory.learn(self._collect()[0], self.asked)
        self.rememberRequested.emit(dict(self.memory.last), sorted(self.memory.pinned))

    def _help(self, field: Field | None) -> None:
        self.footer.help.say(tr(field.help) if field else "")

    def _new_values(self) -> dict[str, Value]:
        values = new_values(self._defaults, self.memory.last, self.memory.pinned, self.now(), self.asked)
        if values.get("observer") is None:
            values["observer"] = self.observer
        if self._surveys and values.get(PROJECT.name) not in self._surveys:
            values[PROJECT.name] = None  # remembered from another file
        return values

    def _gem_label(self, code: Value) -> str:
        gem = next((known for known in self.asked if known.name == "gem"), None)
        return gem.vocabulary.label(code) if gem and gem.vocabulary else ""

    def _caption(self) -> str:
        if self.record is None:
            return tr("New sighting")
        parts = (self._gem_label(self.record.get("gem")), self.record.text("locality"))
        return " · ".join(part for part in parts if part) or tr("Sighting")
