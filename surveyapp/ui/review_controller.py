"""Checking the survey and deciding disagreements."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from surveyapp.domain.fields import LAYER_BY_NAME, SIGHTING
from surveyapp.domain.validation import Issue
from surveyapp.errors import SurveyError
from surveyapp.services import checking, conflicts
from surveyapp.services.checking import CheckResult
from surveyapp.services.session import Session
from surveyapp.ui.dialogs.disputes import Dispute, DisputesDialog
from surveyapp.ui.survey_controller import SurveyController


class ReviewController(QObject):
    """``checked`` carries a :class:`CheckResult`; ``record_wanted`` a sighting's uuid and a field's name (may be
    empty) to show.
    """

    checked = Signal(object)
    record_wanted = Signal(str, str)

    def __init__(self, window: QWidget, survey: SurveyController) -> None:
        super().__init__(window)
        self._window, self._survey = window, survey
        self._dialog: DisputesDialog | None = None

    def check(self) -> None:
        """Check every record of the open survey."""
        self._survey.ask_long("Checking", lambda session, p: checking.check(session.file, p), self._checked)

    def _checked(self, result: CheckResult) -> None:
        self.checked.emit(result)

    def go_to(self, issue: Issue) -> None:
        """Show the sighting that an issue is about, or that its record hangs on."""
        if issue.record is None:
            return
        if issue.layer == SIGHTING.name:
            self.record_wanted.emit(issue.record, issue.field or "")
            return
        layer, uuid = issue.layer, issue.record
        self._survey.ask(lambda session: _sighting_of(session, layer, uuid), self._found)

    def _found(self, uuid: str | None) -> None:
        if uuid is not None:
            self.record_wanted.emit(uuid, "")

    def decide(self) -> None:
        """Open the queue of disagreements."""
        self._with_disputes(self._open)

    def _with_disputes(self, then: Callable[[list[Dispute]], None]) -> None:
        self._survey.ask(_disputes, then)

    def _open(self, disputes: list[Dispute]) -> None:
        dialog = DisputesDialog(writable=self._survey.writable, parent=self._window)
        dialog.decided.connect(self._decided)
        dialog.record_wanted.connect(lambda uuid: self.record_wanted.emit(uuid, ""))
        dialog.finished.connect(self._closed)
        dialog.fill(disputes)
        self._dialog = dialog
        dialog.show()

    def _decided(self, conflict: str, letter: str, text: str) -> None:
        def work(session: Session) -> None:
            conflicts.resolve(session, conflict, side=letter or None, take=text or None)

        self._survey.change(work, lambda _: self._with_disputes(self._refill), self._refused)

    def _refill(self, disputes: list[Dispute]) -> None:
        if self._dialog is not None:
            self._dialog.fill(disputes)

    def _refused(self, error: Exception) -> None:
        if self._dialog is not None and isinstance(error, SurveyError):
            self._dialog.refuse(str(error))

    def _closed(self) -> None:
        self._dialog = None


def _disputes(session: Session) -> list[Dispute]:
    found = []
    for conflict in session.file.conflicts():
        record = session.file.get(conflict.layer, conflict.record)
        layer = LAYER_BY_NAME[conflict.layer]
        words = []
        if record is not None:
            words = [record.text(name) for name in ("gem", layer.caption) if name and layer.field(name)]
        caption = " · ".join(word for word in words if word)
        found.append(Dispute(conflict, caption or f"{layer.title} {conflict.record[:8]}"))
    return found


def _sighting_of(session: Session, layer: str, uuid: str) -> str | None:
    """The sighting that a photo, sample or measurement belongs to."""
    record = session.file.get(layer, uuid)
    parent = record.get("sighting_uuid") if record is not None else None
    return parent if isinstance(parent, str) else None
