"""Samples in the window: the panel of the sighting on show, the labels of the survey, and the search for a sample."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from surveyapp.domain.records import Record, Value
from surveyapp.domain.sample_ids import cleaned_code
from surveyapp.errors import SurveyError
from surveyapp.services import recording, samples
from surveyapp.services.samples import IdFacts, Sampled
from surveyapp.ui.child_drafts import ChildDrafts
from surveyapp.ui.dialogs.find_sample import FindSampleDialog
from surveyapp.ui.dialogs.labels import LabelsDialog
from surveyapp.ui.forms.draft import Draft, DraftStore
from surveyapp.ui.sample_panel import SamplePanel
from surveyapp.ui.survey_controller import Detail
from surveyapp.words import ntr, tr

if TYPE_CHECKING:
    from surveyapp.services.session import Session
    from surveyapp.ui.surroundings import Surroundings


class SampleController(QObject):
    """Fills the panel, saves what is typed in it, prints labels and finds samples."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around.window)
        self._around, self._survey, self._settings = around, around.survey, around.settings
        self._uuid: str | None = None
        self._wanted = ""
        self.panel = SamplePanel(self._settings["sample.officer"])
        self.drafts = ChildDrafts(DraftStore(around.drafts / "samples"), self._survey, self)
        around.desk.add_tab("samples", self.panel, tr("Samples"), "bag")
        around.form_controller.shown.connect(self.show_detail)
        self.panel.saveRequested.connect(self._save)
        self.panel.deleteRequested.connect(self._delete)
        self.panel.typed.connect(self._typed)
        self.panel.officerChosen.connect(self._use_letters)
        self.panel.labelsWanted.connect(self.print_labels)
        self.panel.findWanted.connect(self.find)
        self.drafts.found.connect(self._found_drafts)

    def handlers(self) -> dict[str, Callable[..., object]]:
        """What each action does."""
        return {
            "view.samples": lambda: self._around.desk.bring_up("samples"),
            "sample.add": self.begin,
            "sample.child": self.begin_part,
            "sample.labels": self.print_labels,
            "sample.find": self.find,
        }

    def restyle(self) -> None:
        """Colours or sizes changed."""
        self.panel.restyle()

    def shutdown(self) -> None:
        """The window closes: what is typed is kept."""
        self.drafts.write()

    def begin(self) -> None:
        """Type a new sample of the sighting on show."""
        self._around.desk.bring_up("samples")
        if not self.panel.begin():
            self._around.desk.toast.say(tr("Save or cancel the sample that is in the form first."))

    def begin_part(self) -> None:
        """Type a new part of the chosen sample."""
        self._around.desk.bring_up("samples")
        if not self.panel.begin(part=True):
            chosen = self.panel.chosen is not None
            self._around.desk.toast.say(
                tr("Save or cancel the sample that is in the form first.")
                if chosen
                else tr("Choose the sample that the part was split off.")
            )

    def show_detail(self, detail: Detail | None) -> None:
        """Show the samples of this sighting; ``None``: a new one, of which nothing can be taken yet."""
        uuid = detail.record.uuid if detail else None
        same = uuid is not None and uuid == self._uuid
        self._uuid = uuid
        records = detail.samples if detail else ()
        self.panel.show_records(records, same=same)
        if not self._survey.writable:
            self.panel.set_editable(False, tr("The survey is open for reading only."))
        elif uuid is None:
            self.panel.set_editable(False, tr("Save the sighting first; then samples of it can be added."))
        else:
            self.panel.set_editable(True, "")
        typed = self.drafts.of(uuid) if uuid is not None and not same else None
        if typed is not None:
            self.panel.restore(typed)
        if uuid is not None:
            self._ask_for_ids(uuid)
        if self._wanted and any(record.uuid == self._wanted for record in records):
            self.panel.choose(self._wanted)
            self._wanted = ""
        count = len(records)
        self._around.desk.name_tab("samples", tr("Samples ({count})", count=count) if count else tr("Samples"))

    # -- saving -----------------------------------------------------------------------------------------

    def _save(self, values: Mapping[str, Value], record: Record | None, parent: str | None) -> None:
        uuid = self._uuid
        if uuid is None:
            return
        self.panel.set_busy(True)

        def work(session: Session) -> object:
            if record is not None:
                return recording.edit_record(session, record, values)
            return samples.add_sample(session, uuid, values, parent_uuid=parent)

        def saved(_result: object) -> None:
            self.drafts.note(uuid, None)
            self.panel.set_busy(False)
            if uuid == self._uuid:
                self.panel.saved()
                self._ask_for_ids(uuid)

        self._survey.change(work, saved, self._refused)

    def _delete(self, record: Record) -> None:
        uuid = self._uuid

        def deleted(_result: object) -> None:
            if uuid is not None:
                self.drafts.note(uuid, None)

        self._survey.change(lambda session: samples.delete_sample(session, record), deleted)

    def _refused(self, error: Exception) -> None:
        self.panel.set_busy(False)
        self._survey.failed.emit(error)

    def _typed(self) -> None:
        if self._uuid is not None:
            content = self.panel.content()
            self.drafts.note(self._uuid, content, str(content["raws"].get("sample_id", "")) if content else "")

    def _found_drafts(self, drafts: list[Draft]) -> None:
        """Samples that an earlier run did not get to save."""
        typed = self.drafts.of(self._uuid) if self._uuid is not None else None
        if typed is not None:
            self.panel.restore(typed)
        there = [draft for draft in drafts if self._survey.roster.row(draft.record) is not None]
        if there:
            self._around.desk.toast.say(ntr(
                "{n} sample was typed and not saved; it waits at its sighting.",
                "{n} samples were typed and not saved; they wait at their sightings.", len(there),
            ))

    # -- IDs --------------------------------------------------------------------------------------------

    def _use_letters(self, text: str) -> None:
        self._settings["sample.officer"] = cleaned_code(text)
        if self._uuid is not None:
            self._ask_for_ids(self._uuid)

    def _ask_for_ids(self, uuid: str) -> None:
        officer = self._settings["sample.officer"]

        def take(ids: IdFacts) -> None:
            if uuid == self._uuid:
                self.panel.set_ids(ids)

        self._survey.ask(lambda session: samples.id_facts(session, officer, uuid), take)

    # -- labels and search ------------------------------------------------------------------------------

    def print_labels(self) -> None:
        """Ask which labels, and write them as PDF."""
        self._survey.ask(samples.all_sampled, self._ask_labels)

    def _ask_labels(self, everything: list[Sampled]) -> None:
        selected = set(self._survey.selection.uuids)
        here = [sample for sample in everything if sample.sighting in selected]
        dialog = LabelsDialog(here, everything, self._settings, self._around.window)
        dialog.accepted.connect(lambda: self._write_labels(dialog))
        dialog.open()

    def _write_labels(self, dialog: LabelsDialog) -> None:
        folder = Path(self._settings["files.exports"] or self._settings["files.folder"] or Path.home())
        path = self._around.prompts.save_file(tr("Save the labels"), folder / "labels.pdf", tr("PDF (*.pdf)"))
        if path is None:
            return
        self._settings["files.exports"] = str(path.parent)
        try:
            count = dialog.save(path)
        except SurveyError as error:
            self._around.prompts.warn(str(error))
            return
        pages = ntr("{n} page", "{n} pages", count)
        self._around.desk.toast.say(tr("Labels saved: {name}, {pages}", name=path.name, pages=pages))

    def find(self) -> None:
        """Ask for a sample and go to it."""
        self._survey.ask(samples.all_sampled, self._ask_which)

    def _ask_which(self, everything: list[Sampled]) -> None:
        dialog = FindSampleDialog(everything, self._around.window)
        dialog.found.connect(self._go_to)
        dialog.open()

    def _go_to(self, sample: Sampled) -> None:
        """Select the sighting of a sample, and put the sample into the form."""
        if not sample.sighting:
            self._around.prompts.tell(
                tr("Sample {id} is in this file, but its sighting is not; it may have been deleted.",
                   id=sample.sample_id)
            )
            return
        if sample.sighting == self._uuid:
            self.panel.choose(sample.record.uuid)
        else:
            self._wanted = sample.record.uuid
            self._survey.selection.set([sample.sighting], "window")
        self._around.desk.canvas.zoom_to([sample.sighting])
        self._around.desk.bring_up("samples")
