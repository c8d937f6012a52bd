"""Custody and certificates in the window: the page beside a sample's form, its dialogs, and the page to print."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from shiboken6 import isValid

from surveyapp.domain import custody_rules
from surveyapp.domain.records import Record
from surveyapp.errors import SurveyError, Unavailable
from surveyapp.services import certificates, custody, recording
from surveyapp.services.certificates import ReadScan
from surveyapp.services.custody import Dossier, Handed, Holding
from surveyapp.ui.browser import open_in_browser
from surveyapp.ui.custody_panel import CustodyPanel
from surveyapp.ui.kept_dialog import KeptDialog
from surveyapp.ui.prompts import Choice
from surveyapp.ui.sample_panel import SamplePanel
from surveyapp.ui.scan_viewer import ScanViewer
from surveyapp.words import ntr, tr

if TYPE_CHECKING:
    from surveyapp.services.session import Session
    from surveyapp.ui.dialogs.certificate import CertificateDialog
    from surveyapp.ui.dialogs.handover import HandoverDialog
    from surveyapp.ui.surroundings import Surroundings

_HANDOVER = "handover"
"""Under which a handover is kept that is not saved yet."""


class CustodyController(QObject):
    """Fills the page of the chosen sample, and opens and saves handovers and certificates."""

    def __init__(self, around: Surroundings, samples: SamplePanel) -> None:
        super().__init__(around.window)
        self._around, self._survey, self._samples = around, around.survey, samples
        self._uuid = ""
        self.open_file: Callable[[Path], None] = open_in_browser
        self.panel = CustodyPanel()
        samples.add_page(self.panel, tr("Chain and certificates"))
        samples.sampleShown.connect(self._show)
        self._survey.opened.connect(lambda: self.panel.set_editable(self._survey.writable))
        self._survey.closed.connect(self._closed)
        self._survey.filled.connect(self._reload)
        self._survey.saved.connect(lambda _label: self._reload())
        self.panel.handoverWanted.connect(self.hand_over)
        self.panel.certificateWanted.connect(self.add_certificate)
        self.panel.pageWanted.connect(self.write_page)
        self.panel.editWanted.connect(self._edit)
        self.panel.deleteWanted.connect(self._delete)
        self.panel.imageWanted.connect(self._fetch)
        self.panel.enlargeWanted.connect(self._enlarge)
        self.typing = KeptDialog(around, "custody", self)

    def handlers(self) -> dict[str, Callable[..., object]]:
        """What each action does."""
        return {
            "view.custody": self.bring_up,
            "custody.handover": self.hand_over,
            "certificate.add": self.add_certificate,
            "custody.page": self.write_page,
        }

    def restyle(self) -> None:
        """Colours or sizes changed."""
        self.panel.restyle()

    def shutdown(self) -> None:
        """The window closes: what is typed is kept."""
        self.typing.end()

    def bring_up(self) -> None:
        """Show the chain of the chosen sample."""
        self._around.desk.bring_up("samples")
        if self._uuid:
            self._samples.pages.setCurrentWidget(self.panel)
        else:
            self._around.desk.toast.say(tr("Choose a sample in the list first."))

    # -- showing ----------------------------------------------------------------------------------------

    def _show(self, uuid: str) -> None:
        self._uuid = uuid
        if not uuid:
            self.panel.show_dossier(None)
        self._reload()

    def _reload(self) -> None:
        uuid = self._uuid
        if not uuid:
            return

        def show(dossier: Dossier | None) -> None:
            if uuid == self._uuid:
                self.panel.show_dossier(dossier)

        self._survey.ask(lambda session: custody.dossier(session, uuid), show)

    def _closed(self) -> None:
        self._uuid = ""
        self.panel.set_editable(False)
        self.panel.show_dossier(None)

    def _fetch(self, photo: Record) -> None:
        self._survey.photo_data(photo.uuid, lambda data: self.panel.set_image(photo.uuid, data))

    def _enlarge(self, photo: Record) -> None:
        def show(scan: ReadScan) -> None:
            try:
                viewer = ScanViewer(scan, tr("Scan of the report"), self._around.window)
            except SurveyError as error:
                self._survey.failed.emit(error)
                return
            viewer.show()

        self._survey.ask(lambda session: certificates.photo_scan(session.file, photo), show, self._survey.failed.emit)

    # -- handovers --------------------------------------------------------------------------------------

    def hand_over(self) -> None:
        """Ask which samples go from whom to whom."""
        def read(session: Session) -> tuple[list[Holding], list[str]]:
            return custody.holdings(session), custody.parties(session)

        chosen = [self._uuid] if self._uuid else []
        self._survey.ask(read, lambda known: self._ask_handover(known[0], known[1], chosen), self._survey.failed.emit)

    def _ask_handover(self, samples: list[Holding], parties: list[str], chosen: Collection[str]) -> None:
        from surveyapp.ui.dialogs.handover import HandoverDialog

        dialog = HandoverDialog(samples, chosen, parties, self._around.prompts, self._around.window)
        dialog.saveRequested.connect(lambda: self._save_handover(dialog))
        self.typing.open(dialog, _HANDOVER)

    def _save_handover(self, dialog: HandoverDialog) -> None:
        ticked, values = dialog.ticked, dialog.values()

        def saved(done: Handed) -> None:
            if done.issues:
                self._around.desk.toast.say(ntr(
                    "Handed over; a chain has {n} gap.", "Handed over; the chains have {n} gaps.", len(done.issues)))

        self.typing.change(dialog, lambda session: custody.hand_over(session, ticked, values), saved)

    # -- certificates -----------------------------------------------------------------------------------

    def add_certificate(self) -> None:
        """Ask what a laboratory says of the chosen sample."""
        self._open_certificate(None)

    def _edit(self, record: Record) -> None:
        self._open_certificate(record)

    def _open_certificate(self, record: Record | None) -> None:
        from surveyapp.ui.dialogs.certificate import CertificateDialog

        dossier = self.panel.dossier
        if dossier is None:
            self.bring_up()
            return
        one = next((c for c in dossier.certificates if record is not None and c.record.uuid == record.uuid), None)
        scan = one.scan if one is not None else None
        gem = str(dossier.sighting.get("gem") or "") if dossier.sighting is not None else ""
        folder = Path(self._survey.settings["files.photos"] or Path.home())
        dialog = CertificateDialog(dossier.sample, gem, record, scan, self._around.prompts, self._around.window,
                                   folder=folder)
        dialog.saveRequested.connect(lambda: self._save_certificate(dialog))
        if scan is not None and scan.get("content_type") != certificates.PDF:
            self._survey.photo_data(scan.uuid, lambda data: dialog.show_scan(data) if isValid(dialog) else None)
        self.typing.open(dialog, record.uuid if record is not None else f"new {dossier.sample.uuid}")

    def _save_certificate(self, dialog: CertificateDialog) -> None:
        sample, record, values = dialog.sample, dialog.record, dialog.values()
        scan, drops = dialog.scan_path, dialog.drops_scan

        def work(session: Session) -> None:
            if record is None:
                certificates.add_certificate(session, sample.uuid, values, scan)
            else:
                certificates.edit_certificate(session, record, values, scan, drop_scan=drops)

        if scan is not None:
            self._survey.settings["files.photos"] = str(scan.parent)
        self.typing.change(dialog, work)

    def _delete(self, record: Record) -> None:
        """A certificate goes with its scan; undo brings both back."""
        self._survey.change(lambda session: recording.delete_records(session, [record]))

    # -- the page ---------------------------------------------------------------------------------------

    def write_page(self) -> None:
        """Write the page of the chosen sample, to read and print."""
        dossier = self.panel.dossier
        if dossier is None:
            self.bring_up()
            return
        uuid = dossier.sample.uuid
        folder = Path(self._survey.settings["files.exports"] or self._survey.settings["files.folder"] or Path.home())
        stem = "".join(c if c.isalnum() or c in "-_." else "_" for c in custody_rules.caption(dossier.sample))
        out = self._around.prompts.save_file(tr("Page of the sample"), folder / f"{stem}.html", tr("Page (*.html)"))
        if out is None:
            return
        self._survey.settings["files.exports"] = str(out.parent)

        def work(session: Session) -> Dossier:
            from surveyapp.services import custody_page

            return custody_page.write_html(session, uuid, out)

        self._survey.ask(work, lambda _told: self._written(out), self._survey.failed.emit)

    def _written(self, out: Path) -> None:
        told = tr("The page is written: {path}", path=out)
        answer = self._around.prompts.choose(told, [Choice("open", tr("Open it"))], title=tr("Page of the sample"))
        if answer == "open":
            try:
                self.open_file(out)
            except Unavailable as error:
                self._survey.failed.emit(error)
