"""Puts the remarks of reviewers into the form: over it, and beside the fields that they are about."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QWidget

from surveyapp.domain.records import Record
from surveyapp.domain.reviewing import DRAFT, STATUS
from surveyapp.services.reviewing import Remark
from surveyapp.ui.forms.form_body import FormBody
from surveyapp.ui.forms.remarks import AnswerBox, Remarks, RemarksBanner, is_old


class FormRemarks(QObject):
    """``answerWanted(review, text)`` when an answer is to be saved, ``dealtWith(record)`` when all is dealt with and
    the sighting is to be submitted again. ``typed`` are answers that are typed and not saved, by review: they wait
    while another sighting is looked at. ``go_to`` brings a field of the form into view.
    """

    answerWanted = Signal(str, str)
    dealtWith = Signal(str)

    def __init__(self, body: FormBody, go_to: Callable[[str], object], form: QWidget) -> None:
        super().__init__(form)
        self._body = body
        self.typed: dict[str, str] = {}
        self.banner = RemarksBanner(form)
        self.rows: dict[str, Remarks] = {}
        self._remarks: tuple[Remark, ...] = ()
        self._editable = False
        self._record = ""
        self._status = ""
        self.banner.answered.connect(self.answerWanted)
        self.banner.typed.connect(self._typed)
        self.banner.fieldWanted.connect(go_to)
        self.banner.dealtWith.connect(lambda: self.dealtWith.emit(self._record))

    @property
    def boxes(self) -> list[AnswerBox]:
        """The boxes in which an answer is being typed, those of the banner first."""
        columns = [self.banner.list, *self.rows.values()]
        return [card.box for column in columns for card in column.cards if not card.box.isHidden()]

    @property
    def in_hand(self) -> AnswerBox | None:
        """The box that the keyboard is in."""
        focus = QApplication.focusWidget()
        return focus if isinstance(focus, AnswerBox) and focus in self.boxes else None

    def loaded(self, record: Record | None) -> None:
        """The form shows this record from now on; remarks of another one do not stay on show."""
        uuid = record.uuid if record is not None else ""
        status = str(record.get(STATUS) or DRAFT) if record is not None else ""
        if uuid != self._record:
            self._record, self._remarks = uuid, ()
        elif status == self._status:
            return
        self._status = status
        self._show()

    def show_remarks(self, record: str, remarks: Sequence[Remark], *, editable: bool) -> None:
        """Show what was said of a record; late remarks, of another one than the form shows, are left aside."""
        if record != self._record or (tuple(remarks), editable) == (self._remarks, self._editable):
            return
        first = not self._remarks
        self._remarks, self._editable = tuple(remarks), editable
        self._show()
        if first:
            self._open_sections()

    def attach(self, body: FormBody) -> None:
        """The form has this body from now on."""
        self._body, self.rows = body, {}
        if self._remarks:
            self._show()

    def forget(self, review: str) -> None:
        """An answer was saved, or given up."""
        self.typed.pop(review, None)

    def _show(self) -> None:
        body = self._body
        by_field: dict[str, list[Remark]] = {}
        whole = []
        for remark in self._remarks:
            if remark.field_name in body.rows:
                by_field.setdefault(remark.field_name, []).append(remark)
            else:
                whole.append(remark)
        for name in by_field.keys() - self.rows.keys():
            self._put(name)
        for name, column in self.rows.items():
            column.show_remarks(by_field.get(name, []), self.typed, editable=self._editable)
            if name in by_field:
                body.reveal(name)
        fields = [name for name in body.rows if name in by_field]
        self.banner.show_remarks(whole, fields, self._status, self.typed, editable=self._editable)

    def _put(self, name: str) -> None:
        row = self._body.rows[name]
        column = Remarks(row)
        column.answered.connect(self.answerWanted)
        column.typed.connect(self._typed)
        row.put_below(column)
        self.rows[name] = column

    def _open_sections(self) -> None:
        """What is said now is to be seen without looking for it."""
        for remark in self._remarks:
            section = self._body.section_of(remark.field_name) if remark.field_name in self.rows else None
            if section is not None and not is_old(remark):
                section.set_open(True)

    def _typed(self, review: str, text: str | None) -> None:
        if text is None:
            self.forget(review)
        else:
            self.typed[review] = text
