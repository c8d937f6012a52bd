"""Samples in the window: the panel of the sighting on show, the labels of the survey, and the search for a sample."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surveyapp.domain.records import Record
from surveyapp.domain.sample_ids import cleaned_code
from surveyapp.errors import SurveyError
from surveyapp.services import recording, samples
from surveyapp.services.samples import IdFacts, Sampled
from surveyapp.ui.child_controller import ChildController
from surveyapp.ui.child_panel import Typed
from surveyapp.ui.sample_panel import SamplePanel
from surveyapp.ui.survey_controller import Detail
from surveyapp.words import ntr, tr

if TYPE_CHECKING:
    from surveyapp.services.session import Session
    from surveyapp.ui.dialogs.labels import LabelsDialog
    from surveyapp.ui.surroundings import Surroundings


class SampleController(ChildController):
    """Fills the panel, saves what is typed in it, prints labels and finds samples."""

    tab = "samples"
    icon = "bag"

    def __init__(self, around: Surroundings) -> None:
        self.panel = SamplePanel(around.settings["sample.officer"])
        self._wanted = ""
        super().__init__(around, self.panel)
        self.panel.officerChosen.connect(self._use_letters)
        self.panel.labelsWanted.connect(self.print_labels)
        self.panel.findWanted.connect(self.find)

    def handlers(self) -> dict[str, Callable[..., object]]:
        """What each action does."""
        return {
            "view.samples": self.bring_up,
            "sample.add": self.begin,
            "sample.child": self.begin_part,
            "sample.labels": self.print_labels,
            "sample.find": self.find,
        }

    def begin(self) -> None:
        """Type a new sample of the sighting on show."""
        self.bring_up()
        if not self.panel.begin():
            self._around.desk.toast.say(tr("Save or cancel the sample that is in the form first."))

    def begin_part(self) -> None:
        """Type a new part of the chosen sample."""
        self.bring_up()
        if not self.panel.begin(part=True):
            chosen = self.panel.chosen is not None
            self._around.desk.toast.say(
                tr("Save or cancel the sample that is in the form first.")
                if chosen
                else tr("Choose the sample that the part was split off.")
            )

    # -- of its own -------------------------------------------------------------------------------------

    def _title(self, count: int) -> str:
        return tr("Samples ({count})", count=count) if count else tr("Samples")

    def _records(self, detail: Detail) -> Sequence[Record]:
        return detail.samples

    def _sighting_first(self) -> str:
        return tr("Save the sighting first; then samples of it can be added.")

    def _kept(self) -> str:
        return tr("The sample that you typed is not saved; it waits at its sighting.")

    def _waiting(self, count: int) -> str:
        return ntr(
            "{n} sample was typed and not saved; it waits at its sighting.",
            "{n} samples were typed and not saved; they wait at their sightings.", count,
        )

    def _unsaved(self) -> str:
        return tr("You typed a sample and did not save it.")

    def _work(self, sighting: str, typed: Typed) -> Callable[[Session], object]:
        record = typed.record
        if record is None:
            return lambda session: samples.add_sample(session, sighting, typed.values, parent_uuid=typed.more)
        return lambda session: recording.edit_record(session, record, typed.values)

    def _removal(self, record: Record) -> Callable[[Session], object]:
        return lambda session: samples.delete_sample(session, record)

    def _caption(self, content: Mapping[str, Any]) -> str:
        return str(content["raws"].get("sample_id", ""))

    def _on_show(self, sighting: str) -> None:
        self._ask_for_ids(sighting)
        if self._wanted:
            self.panel.choose(self._wanted)
            if self.panel.chosen is not None and self.panel.chosen.uuid == self._wanted:
                self._wanted = ""

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
        from surveyapp.ui.dialogs.labels import LabelsDialog

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
        from surveyapp.ui.dialogs.find_sample import FindSampleDialog

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
        self.bring_up()
