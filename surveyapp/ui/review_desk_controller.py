"""Review at the desk: decisions taken in, statuses moved by hand, remarks shown in the form and answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAction

from surveyapp.domain import reviewing as rules
from surveyapp.domain.fields import GEOMETRY, SIGHTING
from surveyapp.domain.progress import Progress
from surveyapp.domain.reviewing import ACCEPTED, DRAFT, HAS_ISSUES, RECEIVED, REJECTED, STATUS, SUBMITTED
from surveyapp.errors import Cancelled, SurveyError
from surveyapp.exchange import decisions as files
from surveyapp.services import reviewing
from surveyapp.services.review_outcomes import Report
from surveyapp.services.reviewing import Moved
from surveyapp.services.session import Session
from surveyapp.ui.action_table import ACTION_BY_ID
from surveyapp.ui.exchange_controller import ExchangeController
from surveyapp.ui.itemmodels import decisions as rows
from surveyapp.ui.itemmodels.decisions import Open, Tried
from surveyapp.ui.itemmodels.places import caption
from surveyapp.ui.prompts import Choice
from surveyapp.ui.remark_filter import RemarkFilter
from surveyapp.ui.surroundings import Surroundings
from surveyapp.ui.survey_controller import Detail
from surveyapp.words import ntr, tr

if TYPE_CHECKING:
    from surveyapp.ui.dialogs.review import ReviewDialog
    from surveyapp.ui.dialogs.verdict import VerdictDialog

_STATUSES = {
    "review.submit": SUBMITTED,
    "review.dealt": SUBMITTED,
    "review.receive": RECEIVED,
    "review.accept": ACCEPTED,
    "review.issues": HAS_ISSUES,
    "review.reject": REJECTED,
}
"""What each action makes of a sighting."""


class ReviewDeskController(QObject):
    """Owns the Review window; puts remarks into the form; and greys the actions that the person may not use here."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around.window)
        self._around, self._window = around, around.window
        self._survey, self._prompts, self._desk = around.survey, around.prompts, around.desk
        self._remarks = around.desk.form.remarks
        self._filter = RemarkFilter(around.desk, around.map_link.show_only, self)
        self.dialog: ReviewDialog | None = None
        self._folder: Path | None = None
        self._steps = 0
        self._working = 0
        self._asked = 0
        self._why: dict[str, str] = {}
        self._guarded = False
        self._verdict: VerdictDialog | None = None
        survey = self._survey
        survey.opened.connect(self._opened)
        survey.closed.connect(self._closed)
        survey.saved.connect(self._saved)
        survey.facts_changed.connect(self._ask_reasons)
        around.form_controller.shown.connect(self._shown)
        around.form_controller.beside.append(self)
        self._remarks.answerWanted.connect(self._answer)
        self._remarks.dealtWith.connect(self._deal_with)
        self._filter.turned.connect(self._filter_turned)
        exchange = around.window.findChild(ExchangeController)
        if exchange is not None:
            # Once the browser's own signal is done with: a question stops it else.
            exchange.decisions_saved.connect(lambda path: QTimer.singleShot(0, self, lambda: self.offer(path)))

    def handlers(self) -> dict[str, Callable[..., object]]:
        return {
            "review.open": self.open,
            "review.take_in": self.ask_file,
            "review.unanswered": self.show_unanswered,
            "review.submit": self.submit,
            "review.dealt": lambda: self._deal_with(self._survey.selection.current or ""),
            "review.receive": self.receive,
            "review.accept": lambda: self.decide(ACCEPTED),
            "review.issues": lambda: self.decide(HAS_ISSUES),
            "review.reject": lambda: self.decide(REJECTED),
        }

    def restyle(self) -> None:
        """The window and the form's widgets follow colours and sizes by themselves."""

    def shutdown(self) -> None:
        """What was typed as an answer was asked about when the survey was closed."""

    # -- the Review window ----------------------------------------------------------------------------

    def open(self) -> ReviewDialog:
        """Show the Review window."""
        dialog = self.dialog or self._made()
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()
        dialog.file_button.setFocus()
        self._read_standing()
        return dialog

    def ask_file(self) -> None:
        """Ask for a file of decisions, and show what it would do."""
        start = self._folder or (self._survey.path.parent if self._survey.path else Path.home())
        kinds = tr("Decisions (*.json)") + ";;" + tr("All files (*)")
        chosen = self._prompts.open_files(tr("Take in decisions"), start, kinds)
        if chosen:
            self._folder = chosen[0].parent
            self.read(chosen[0])

    def offer(self, path: Path) -> None:
        """Decisions were saved from the preview inside the program: offer to take them in."""
        if self._survey.facts is None:
            return
        told = tr("The decisions are saved: {name}. You can look at what they would change, and take them in.",
                  name=path.name)
        if self._prompts.choose(told, [Choice("look", tr("Look at them"))], title=tr("Review")) == "look":
            self.read(path)

    def read(self, path: Path) -> None:
        """Read a file of decisions and show what it would do."""
        dialog = self.open()
        dialog.begin()

        def work(session: Session, progress: Progress) -> Tried:
            return rows.tried(session, path.name, files.read(path), progress)

        def done(found: Tried) -> None:
            if self.dialog is not None:
                self.dialog.say("")
                self.dialog.show_tried(found)
                self.dialog.view.setFocus()

        self._survey.ask_long(tr("Reading decisions"), work, done, self._refused_there)

    def _made(self) -> ReviewDialog:
        from surveyapp.ui.dialogs.review import ReviewDialog

        dialog = ReviewDialog(writable=self._survey.writable, parent=self._window)
        dialog.file_wanted.connect(self.ask_file)
        dialog.take_wanted.connect(self._take)
        dialog.undo_wanted.connect(self._undo)
        dialog.record_wanted.connect(self._show_record)
        dialog.submit_wanted.connect(lambda: self._move(reviewing.submit, ()))
        dialog.receive_wanted.connect(lambda: self._move(reviewing.receive, ()))
        dialog.remarks_wanted.connect(lambda: self.show_unanswered(True))
        dialog.disputes_wanted.connect(lambda: self._trigger("survey.conflicts"))
        dialog.finished.connect(self._dialog_closed)
        self.dialog, self._steps = dialog, 0
        return dialog

    def _dialog_closed(self) -> None:
        self.dialog, self._steps = None, 0

    def _read_standing(self) -> None:
        def read(session: Session) -> tuple[dict[str, int], int]:
            return reviewing.standing(session.file), len(rows.unanswered(session))

        def show(found: tuple[dict[str, int], int]) -> None:
            facts = self._survey.facts
            if self.dialog is not None and facts is not None:
                self.dialog.show_standing(*found)
                self.dialog.refuse_moves(self._template_refuses(SUBMITTED), self._template_refuses(RECEIVED))

        self._survey.ask(read, show)

    def _template_refuses(self, status: str) -> str:
        """Why the office does not let the person give a status at all; empty where it does."""
        facts = self._survey.facts
        if facts is None or rules.may_move(facts.template, facts.author, "", status):
            return ""
        return rules.who_may(facts.template, status)

    def _take(self) -> None:
        dialog = self.dialog
        if dialog is None or dialog.tried is None:
            return
        decisions, chosen, applied = dialog.tried.decisions, dialog.model.chosen, dialog.model.applied
        dialog.begin()

        def done(report: Report) -> None:
            if self.dialog is not None:
                self.dialog.offer_disputes(len(report.conflicts))
            self._done_there(rows.told(report), step=1)

        self._work(lambda session: rows.take_chosen(session, decisions, chosen, applied), done,
                   label=tr("Taking in decisions"))

    def _undo(self) -> None:
        if self.dialog is None or not self._steps or self._working:
            return
        self.dialog.begin()
        self.dialog.offer_disputes(0)
        self._work(lambda session: session.undo(), lambda _none: self._done_there(tr("Taken back."), step=-1))

    def _work(self, work: Callable[[Session], Any], done: Callable[[Any], None], *, label: str = "") -> None:
        """Change something from the Review window."""

        def ended(result: Any) -> None:
            self._working -= 1
            done(result)

        def refused(error: Exception) -> None:
            self._working -= 1
            self._refused_there(error)

        self._working += 1
        self._survey.change(work, ended, refused, label=label)

    def _done_there(self, sentence: str, *, step: int) -> None:
        self._steps += step
        if self.dialog is None:
            self._desk.toast.say(sentence)
            return
        self.dialog.say(sentence)
        self.dialog.offer_undo(self._steps > 0)
        self._read_again()

    def _refused_there(self, error: Exception) -> None:
        if self.dialog is None:
            self._survey.failed.emit(error)
        elif isinstance(error, SurveyError):
            self.dialog.refuse(tr("Stopped; nothing was taken in.") if isinstance(error, Cancelled) else str(error))
        else:
            self.dialog.refuse(tr("It did not work; nothing was saved."))
            self._survey.failed.emit(error)

    def _read_again(self) -> None:
        """What is on show may have changed: counts, and what each decision would do."""
        self._read_standing()
        tried = self.dialog.tried if self.dialog is not None else None
        if tried is None:
            return

        def show(found: Tried) -> None:
            if self.dialog is not None and self.dialog.tried is tried and not self._working:
                self.dialog.show_tried(found, keep=True)

        self._survey.ask(lambda session: rows.tried(session, tried.name, tried.decisions), show)

    def _show_record(self, uuid: str) -> None:
        self._survey.selection.set([uuid], "window")
        self._desk.canvas.zoom_to([uuid])
        self._desk.bring_up("form")

    # -- statuses by hand -----------------------------------------------------------------------------

    def submit(self) -> None:
        """Submit what is selected, or all drafts."""
        self._ask_move(reviewing.submit, (DRAFT,), tr("There is no draft to submit."),
                       lambda n: ntr("No sighting is selected. Submit the {n} draft?",
                                     "No sighting is selected. Submit all {n} drafts?", n), tr("Submit"))

    def receive(self) -> None:
        """Mark as received what is selected, or all that was submitted."""
        self._ask_move(reviewing.receive, (SUBMITTED,), tr("Nothing submitted waits to be received."),
                       lambda n: ntr("No sighting is selected. Mark the {n} submitted one as received?",
                                     "No sighting is selected. Mark all {n} submitted ones as received?", n),
                       tr("Mark as received"))

    def _ask_move(self, move: Callable[..., Moved], of: Sequence[str], nothing: str,
                  question: Callable[[int], str], yes: str) -> None:
        chosen = self._survey.selection.uuids
        if self._form_first(chosen):
            return
        if not chosen:
            count = sum((status or DRAFT) in of for status in self._survey.roster.column(STATUS))
            if not count:
                self._desk.toast.say(nothing)
                return
            if self._prompts.choose(question(count), [Choice("yes", yes)], title=tr("Review")) != "yes":
                return
        self._move(move, chosen)

    def _move(self, move: Callable[..., Moved], chosen: Sequence[str]) -> None:
        def done(moved: Moved) -> None:
            told = ntr("{n} status moved.", "{n} statuses moved.", len(moved.moved))
            if moved.refused:
                left, why = len(moved.refused), moved.refused[0][1]
                told += " " + ntr("{n} sighting was left as it is: {why}", "{n} sightings were left as they are: {why}",
                                  left, why=why)
            if self.dialog is not None and self.dialog.isActiveWindow():
                self._done_there(told, step=bool(moved.moved))
            elif moved.refused or not moved.moved:
                self._desk.toast.say(told)  # what was moved is told by the save

        self._work(lambda session: move(session, list(chosen) or None), done)

    def decide(self, verdict: str) -> None:
        """Ask for the reason, and decide on what is selected."""
        chosen = self._survey.selection.uuids
        if not chosen or self._form_first(chosen):
            return
        one = chosen[0] if len(chosen) == 1 else ""
        self._survey.ask(lambda session: caption(session, SIGHTING.name, one) if one else "",
                         lambda name: self._ask_reason(verdict, chosen, name))

    def _ask_reason(self, verdict: str, chosen: Sequence[str], name: str) -> None:
        from surveyapp.ui.dialogs.verdict import VerdictDialog

        facts = self._survey.facts
        if facts is None:
            return
        fields = [field for field in self._desk.form.asked if field.group and field.name not in (STATUS, GEOMETRY)]
        dialog = VerdictDialog(verdict, len(chosen), name, facts.author, fields, self._window)
        dialog.accepted.connect(lambda: self._give(verdict, chosen, dialog.reason, dialog.field))
        self._verdict = dialog
        dialog.open()

    def _give(self, verdict: str, chosen: Sequence[str], reason: str, field: str) -> None:
        self._survey.change(lambda session: rows.give_verdict(session, chosen, verdict, reason, field),
                            self._desk.toast.say)

    def _form_first(self, chosen: Sequence[str]) -> bool:
        """Whether what stands unsaved in the form has to be saved first; says so."""
        form = self._desk.form
        if not form.dirty or (form.record is not None and chosen and form.record.uuid not in chosen):
            return False
        self._desk.toast.say(tr("Save the form first (Ctrl+S)."))
        return True

    # -- who may --------------------------------------------------------------------------------------

    def _ask_reasons(self) -> None:
        """Find out which of the actions the person may not use on what is selected."""
        self._asked += 1
        asked, chosen = self._asked, self._survey.selection.uuids
        if self._survey.facts is None:
            self._take_reasons({})
        elif not chosen:
            told = {name: self._template_refuses(_STATUSES[name]) for name in ("review.submit", "review.receive")}
            self._take_reasons({name: why for name, why in told.items() if why})
        else:
            def answered(found: dict[str, str]) -> None:
                if asked == self._asked:
                    self._take_reasons(found)

            self._survey.ask(lambda session: rows.reasons(session, chosen, _STATUSES), answered)

    def _take_reasons(self, why: dict[str, str]) -> None:
        if not self._guarded:
            return
        self._why = why
        for name in _STATUSES:
            action, spec = self._action(name), ACTION_BY_ID[name]
            keys = f" ({action.shortcut().toString(action.shortcut().SequenceFormat.NativeText)})"
            action.setToolTip(why.get(name) or f"{tr(spec.tip)}{keys}")
            action.setEnabled(spec.when(self._survey.state) and name not in why)

    def _keep_off(self, name: str, on: bool) -> None:
        """The window switches its actions on by what is selected; who may is known only here."""
        if on and name in self._why:
            self._action(name).setEnabled(False)

    def _action(self, name: str) -> QAction:
        found = self._window.findChild(QAction, name)
        assert isinstance(found, QAction)
        return found

    def _trigger(self, name: str) -> None:
        self._action(name).trigger()

    # -- remarks --------------------------------------------------------------------------------------

    def _shown(self, detail: Detail | None) -> None:
        if detail is not None:
            self._ask_remarks(detail.record.uuid)

    def _ask_remarks(self, uuid: str) -> None:
        writable = self._survey.writable
        self._survey.ask(lambda session: reviewing.remarks(session, uuid),
                         lambda found: self._remarks.show_remarks(uuid, found, editable=writable))

    def _answer(self, review: str, text: str) -> None:
        def done(_changed: bool) -> None:
            self._remarks.forget(review)
            record = self._desk.form.record
            if record is not None:
                self._ask_remarks(record.uuid)

        self._survey.change(lambda session: reviewing.answer(session, review, text), done)

    def _deal_with(self, uuid: str) -> None:
        if uuid and not self._form_first((uuid,)):
            self._survey.change(lambda session: rows.deal_with(session, uuid))

    def show_unanswered(self, on: bool = True) -> None:
        """Show only the sightings with remarks that nobody has answered; or the others, too."""
        if not on:
            self._filter.show_only(None)
            return

        def show(found: tuple[Open, ...]) -> None:
            if found:
                self._filter.show_only(frozenset(one.record for one in found))
            else:
                self._filter.show_only(None)
                self._action("review.unanswered").setChecked(False)
                self._desk.toast.say(tr("Every remark is answered."))

        self._survey.ask(rows.unanswered, show)

    def _filter_turned(self, on: bool) -> None:
        self._action("review.unanswered").setChecked(on)

    # -- beside the form: an answer that is being typed -----------------------------------------------

    @property
    def in_hand(self) -> bool:
        """Whether the keyboard is in the box of an answer: then the keys for saving and cancelling are meant for it."""
        return self._remarks.in_hand is not None

    @property
    def unsaved(self) -> bool:
        return False

    def save(self) -> None:
        box = self._remarks.in_hand
        if box is not None:
            box.saveWanted.emit()

    def cancel(self) -> None:
        box = self._remarks.in_hand
        if box is not None:
            box.cancelWanted.emit()

    def may_close(self) -> bool:
        """Whether the survey may be closed; asks about answers that are typed and not saved."""
        typed = {review: text for review, text in self._remarks.typed.items() if text.strip()}
        if not typed or not self._survey.writable:
            return True
        told = ntr("An answer to a reviewer is typed and not saved.",
                   "{n} answers to reviewers are typed and not saved.", len(typed))
        choices = (Choice("save", tr("Save")), Choice("drop", tr("Throw away"), destructive=True))
        choice = self._prompts.choose(told, choices, title=tr("Review"))
        if choice == "save":
            for review, text in typed.items():
                self._answer(review, text)
        elif choice == "drop":
            self._remarks.typed.clear()
        return choice is not None

    # -- following ------------------------------------------------------------------------------------

    def _opened(self) -> None:
        if not self._guarded:
            self._guarded = True  # the actions are made after the parts
            for name in _STATUSES:
                self._action(name).enabledChanged.connect(lambda on, name=name: self._keep_off(name, on))
            self._action("edit.unfilter").triggered.connect(lambda: self._filter.show_only(None))
        self._fresh()
        self._ask_reasons()

    def _closed(self) -> None:
        self._fresh()

    def _fresh(self) -> None:
        """Another survey, or none: nothing of the one before stays."""
        self._filter.show_only(None)
        if self.dialog is not None:
            self.dialog.close()

    def _saved(self, _label: str) -> None:
        record = self._desk.form.record
        if record is not None:
            self._ask_remarks(record.uuid)
        if self._filter.on:
            self.show_unanswered(True)
        if self.dialog is not None and not self._working:
            # Something else was saved: what was done here last is no more the last step.
            self._steps = 0
            self.dialog.offer_undo(False)
            self._read_again()
