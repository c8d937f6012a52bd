"""The two queues for people: disagreements and likely-same deposits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from surveyapp.domain.changes import ChangeSet
from surveyapp.domain.records import Value
from surveyapp.errors import Cancelled, SurveyError
from surveyapp.services import conflicts
from surveyapp.services.session import Session
from surveyapp.ui.forms.images import picture
from surveyapp.ui.itemmodels import places
from surveyapp.ui.survey_controller import SurveyController
from surveyapp.words import tr

if TYPE_CHECKING:
    from surveyapp.domain.merge import Conflict
    from surveyapp.ui.dialogs.disputes import DisputesDialog
    from surveyapp.ui.itemmodels.disputes import Dispute, Verdict
    from surveyapp.ui.itemmodels.pairs import Answer, Likely

_SOON = 3_000
"""In a survey of up to this many sightings likely-same pairs are looked for at once, which takes a blink; in larger
ones when somebody turns to them, so that no decision waits for it."""
_MANY = 100
"""Deciding more than this, or taking it back, is shown in the status bar."""


@dataclass(frozen=True, slots=True)
class _Step:
    """A decision made in the window, as undo offers it: what to call it, what it was about, in which queue."""

    what: str
    keys: tuple[str, ...]
    about_pairs: bool


class ReviewController(QObject):
    """``record_wanted`` carries a sighting's uuid and a field's name (may be empty) to show."""

    record_wanted = Signal(str, str)

    def __init__(self, window: QWidget, survey: SurveyController) -> None:
        super().__init__(window)
        self._window, self._survey = window, survey
        self._dialog: DisputesDialog | None = None
        self._steps: list[_Step] = []
        self._deciding = 0
        self._readings = 0
        survey.saved.connect(self._saved)
        survey.opened.connect(self._another_survey)
        survey.closed.connect(self._another_survey)

    # -- the window of the queues ---------------------------------------------------------------------

    def decide(self) -> None:
        """Open the queue of disagreements; the other one, if there are none but pairs wait."""
        self._survey.ask(_conflicts, lambda found: self._show(found, at_pairs=False))

    def compare(self) -> None:
        """Open the queue of likely-same deposits."""
        self._survey.ask(_conflicts, lambda found: self._show(found, at_pairs=True))

    def _show(self, found: list[Conflict], *, at_pairs: bool) -> None:
        from surveyapp.ui.itemmodels.disputes import Dispute

        dialog = self._dialog or self._made()
        dialog.fill([Dispute(conflict) for conflict in found])
        if at_pairs:
            dialog.turn_to(pairs=True)
        elif self._few_sightings or not found:
            self._look_for_pairs(turn=not found)
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()
        dialog.page.list.setFocus()

    def _made(self) -> DisputesDialog:
        from surveyapp.ui.dialogs.disputes import DisputesDialog

        dialog = DisputesDialog(writable=self._survey.writable, parent=self._window)
        dialog.disputes.detail_wanted.connect(self._detail)
        dialog.disputes.settled.connect(self._settle)
        dialog.disputes.model.captions_wanted.connect(self._captions)
        dialog.pairs.detail_wanted.connect(self._pair_detail)
        dialog.pairs.settled.connect(self._answer)
        dialog.pairs.photos_wanted.connect(self._photos)
        dialog.pairs_wanted.connect(self._look_for_pairs)
        dialog.undo_wanted.connect(self._undo)
        dialog.record_wanted.connect(lambda uuid: self.record_wanted.emit(uuid, ""))
        dialog.finished.connect(self._closed)
        self._dialog = dialog
        self._steps = []
        return dialog

    def _closed(self) -> None:
        self._dialog = None
        self._steps = []

    def _another_survey(self) -> None:
        if self._dialog is not None:
            self._dialog.close()

    @property
    def _few_sightings(self) -> bool:
        return len(self._survey.roster) <= _SOON

    # -- reading --------------------------------------------------------------------------------------

    def _ask(self, question: Callable[[Session], Any], use: Callable[[DisputesDialog, Any], object]) -> None:
        """Ask the session, and give the answer to the window if it is still there."""

        def answered(answer: Any) -> None:
            if self._dialog is not None:
                use(self._dialog, answer)

        self._survey.ask(question, answered)

    def _detail(self, dispute: Dispute) -> None:
        self._ask(
            lambda session: places.detail(session, dispute.conflict),
            lambda dialog, found: dialog.disputes.show_detail(dispute.key, found),
        )

    def _captions(self, keys: list[str]) -> None:
        if self._dialog is None:
            return
        wanted = set(keys)
        disputes = (item for item in self._dialog.disputes.model.items if item.key in wanted)
        records = [(one.key, one.conflict.layer, one.conflict.record) for one in disputes]
        self._ask(
            lambda session: places.captions(session, records),
            lambda dialog, found: dialog.disputes.model.take_captions(found),
        )

    def _pair_detail(self, likely: Likely) -> None:
        from surveyapp.ui.itemmodels import pairs

        self._ask(
            lambda session: pairs.pair_detail(session, likely.pair),
            lambda dialog, found: dialog.pairs.show_detail(likely.key, found),
        )

    def _photos(self, key: str, uuids: tuple[str, str]) -> None:
        from surveyapp.ui.itemmodels.pairs import LETTERS

        for letter, uuid in zip(LETTERS, uuids, strict=True):
            self._photo(key, letter, uuid)

    def _photo(self, key: str, letter: str, uuid: str) -> None:
        self._ask(
            lambda session: _first_photo(session, uuid),
            lambda dialog, image: dialog.pairs.show_photo(key, letter, image),
        )

    def _look_for_pairs(self, *, turn: bool = False, go_to: str = "") -> None:
        """Look for pairs; ``turn`` to them when there are any, as there is nothing else to decide."""
        from surveyapp.ui.itemmodels import pairs

        if self._dialog is None:
            return
        if not self._dialog.pairs.found:
            self._dialog.pairs.look_busy()

        def found(waiting: list[Likely]) -> None:
            if self._dialog is not None and not self._deciding:
                self._dialog.fill_pairs(waiting, go_to=go_to)
                if turn and waiting:
                    self._dialog.turn_to(pairs=True)

        def failed(error: Exception) -> None:
            if self._dialog is not None and isinstance(error, SurveyError):
                stopped = isinstance(error, Cancelled)
                self._dialog.pairs.stopped(tr("Stopped; turn here again to look once more.") if stopped else str(error))

        self._survey.ask_long(tr("Looking for likely-same deposits"), pairs.waiting, found, failed)

    # -- deciding -------------------------------------------------------------------------------------

    def _settle(self, verdicts: list[Verdict]) -> None:
        from surveyapp.ui.itemmodels.disputes import Dispute

        one = Dispute(verdicts[0].conflict)
        many = tr("{count} disagreements", count=f"{len(verdicts):,}")
        step = _Step(many if len(verdicts) > 1 else one.field, tuple(v.conflict.conflict for v in verdicts), False)
        self._decide(lambda session: _settled(session, verdicts), step)

    def _answer(self, answers: list[Answer]) -> None:
        from surveyapp.services import duplicates
        from surveyapp.ui.itemmodels import pairs

        said = tr(pairs.ANSWERS[answers[0].decision]).lower()
        what = said if len(answers) == 1 else f"{len(answers):,} × {said}"
        self._decide(
            lambda session: duplicates.decide_many(
                session, [(answer.pair, answer.decision) for answer in answers], answers[0].reason
            ),
            _Step(what, tuple(answer.pair.pair for answer in answers), True),
        )

    def _decide(self, work: Callable[[Session], object], step: _Step) -> None:
        def done(result: object) -> None:
            self._deciding -= 1
            if isinstance(result, ChangeSet) and not result.changes:
                self._after(tr("That answer stood already."), step)  # nothing was saved, so there is nothing to undo
                return
            self._steps.append(step)
            self._after(tr("Decided: {what}.", what=step.what), step)

        self._deciding += 1
        self._survey.change(work, done, self._refused, label=_label(tr("Deciding"), step))

    def _undo(self) -> None:
        """Take back the last decision made in the window. What was done meanwhile elsewhere is never touched."""
        if not self._steps or self._deciding:
            return
        step = self._steps.pop()

        def done(_result: object) -> None:
            self._deciding -= 1
            self._after(tr("Taken back: {what}; it waits again.", what=step.what), step, again=True)

        self._deciding += 1
        self._survey.change(lambda session: session.undo(), done, self._refused, label=_label(tr("Taking back"), step))

    def _refused(self, error: Exception) -> None:
        """Not done. The queues are read again, as what they showed may have been out of date."""
        self._deciding -= 1
        if self._dialog is not None:
            sentence = str(error) if isinstance(error, SurveyError) else tr("It did not work; nothing was saved.")
            self._offer_undo()
            self._refill(then=lambda dialog: dialog.refuse(sentence))

    def _after(self, news: str, step: _Step, *, again: bool = False) -> None:
        """Say what was done, and show what waits now; ``again``: what the step was about waits again."""
        if self._dialog is None:
            return
        self._offer_undo()
        if again:
            self._dialog.turn_to(pairs=step.about_pairs)
        self._dialog.say(news)
        if again:
            self._refill(again=step)
        else:
            self._refill(forget=step.keys)

    def _refill(
        self,
        *,
        again: _Step | None = None,
        forget: Sequence[str] = (),
        then: Callable[[DisputesDialog], object] | None = None,
    ) -> None:
        """Read the queues again. What was decided (``forget``) is left out at once, so that the next can be looked at
        meanwhile. The second queue is looked for when somebody turns to it, if it is not on show or takes long.
        """
        from surveyapp.ui.itemmodels.disputes import kept

        dialog = self._dialog
        if dialog is None:
            return
        gone = set(forget)
        if gone and not gone.isdisjoint(dispute.key for dispute in dialog.disputes.model.items):
            dialog.disputes.fill([d for d in dialog.disputes.model.items if d.key not in gone])
        self._readings += 1
        reading = self._readings
        dispute = again.keys[0] if again is not None and not again.about_pairs else ""

        def read(dialog: DisputesDialog, found: list[Conflict]) -> None:
            if reading != self._readings or self._deciding:
                return  # read before the latest decision, after which they are read once more
            before = dialog.disputes.model.items
            now = kept(found, before)
            if now != before or dispute:
                dialog.fill(now, go_to=dispute)
            dialog.disputes.release()
            if then is not None:
                then(dialog)

        self._ask(_conflicts, read)
        if dialog.pairs.found:
            self._refill_pairs(dialog, gone, again.keys[0] if again is not None and again.about_pairs else "")

    def _refill_pairs(self, dialog: DisputesDialog, gone: set[str], go_to: str) -> None:
        left = [likely for likely in dialog.pairs.model.items if likely.key not in gone]
        if len(left) < len(dialog.pairs.model.items):
            dialog.fill_pairs(left)
        if dialog.page is not dialog.pairs:
            dialog.pairs.stale = True
        elif self._few_sightings or go_to or not left:
            self._look_for_pairs(go_to=go_to)
        else:
            dialog.pairs.release()

    def _offer_undo(self) -> None:
        if self._dialog is not None:
            self._dialog.offer_undo(self._steps[-1].what if self._steps else "")

    def _saved(self, _label: str) -> None:
        """Something was saved. If it was not a decision made here, the last decision is no more the last step, and
        what waits may have changed.
        """
        if self._dialog is not None and not self._deciding:
            self._steps = []
            self._offer_undo()
            self._refill()


def _conflicts(session: Session) -> list[Conflict]:
    return session.file.conflicts()


def _label(doing: str, step: _Step) -> str:
    return f"{doing} {len(step.keys):,}" if len(step.keys) > _MANY else ""


def _settled(session: Session, verdicts: Sequence[Verdict]) -> int:
    return conflicts.decide(session, [(verdict.conflict, _values(session, verdict)) for verdict in verdicts])


def _values(session: Session, verdict: Verdict) -> dict[str, Value]:
    """What a verdict sets."""
    if verdict.side is not None:
        return conflicts.values_of_side(session, verdict.conflict, verdict.side)
    if verdict.values is not None:
        return dict(verdict.values)
    same = _side_said(verdict.conflict, verdict.typed)
    if same is not None:
        return conflicts.values_of_side(session, verdict.conflict, same)
    return conflicts.values_typed(verdict.conflict, verdict.typed)


def _side_said(conflict: Conflict, typed: str) -> int | None:
    """The side whose value was typed again: it keeps the facts of its position."""
    said = [str(conflicts.shown(conflict, side.value)) for side in conflict.values]
    return said.index(typed) if typed in said else None


def _first_photo(session: Session, sighting: str) -> QImage:
    """The first photo of a sighting, as small as it is shown; a null image where there is none."""
    from surveyapp.ui.dialogs.pairs_page import PHOTO_SIZE

    photos = session.file.photos_of(sighting)
    return picture(session.file.photo_data(photos[0].uuid), PHOTO_SIZE) if photos else QImage()
