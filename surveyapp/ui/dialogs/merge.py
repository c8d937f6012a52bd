"""Merge: which files, what a merge would do, and doing it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from surveyapp.domain.fields import LAYER_BY_NAME
from surveyapp.services.merging import merged_before, team_of
from surveyapp.storage.merged import COUNTS, MergeReport, PackageReport
from surveyapp.ui import theme
from surveyapp.ui.dialogs.base import Dialog, PathField, role_label
from surveyapp.ui.dialogs.queue_list import TwoLines
from surveyapp.ui.forms.history_text import isolated
from surveyapp.ui.forms.moments import short
from surveyapp.ui.itemmodels.queue import SECOND_LINE
from surveyapp.ui.prompts import Prompts
from surveyapp.words import mark, ntr, tr

_KINDS = mark("Surveys (*.gpkg)")
_REPORTS = mark("Web page to read (*.html);;JSON for programs (*.json)")
_COUNT_WORDS = {
    "new": mark("New"),
    "same": mark("Same"),
    "updated": mark("Updated"),
    "combined": mark("Combined"),
    "conflicting": mark("Conflicting"),
    "deleted": mark("Deleted"),
    "rejected": mark("Rejected"),
}
_HINT = mark("Drag survey files, or a folder with them, to here, or press Add files.")


class MergeDialog(Dialog):
    """``wanted`` carries (out, inputs, dry_run); the controller tells how far it is by :meth:`show_progress` and
    answers with :meth:`show_report` or :meth:`refuse`. ``stop_wanted``: stop what is under way. ``open_wanted``
    carries the merged file and its number of open conflicts, when one wants to go on with it; ``report_wanted`` the
    report on show and the file to write it to.
    """

    wanted = Signal(object, object, bool)
    stop_wanted = Signal()
    open_wanted = Signal(object, int)
    report_wanted = Signal(object, object)

    def __init__(self, prompts: Prompts, inputs: Sequence[Path], out: Path, parent: QWidget | None = None) -> None:
        super().__init__(
            tr("Merge surveys"),
            tr(
                "Records are told apart by their identity, never by number or name: the same file twice changes "
                "nothing. The files you choose stay as they are."
            ),
            tr("Merge"),
            parent,
        )
        self._prompts = prompts
        self._shown: MergeReport | None = None
        self._merged: MergeReport | None = None
        self._running = False
        self.setAcceptDrops(True)
        self._make_parts(out)
        self._lay_out()
        self._take_in(inputs)
        self.add.clicked.connect(self._choose)
        self.remove.clicked.connect(self._remove)
        self.out.browse.connect(self._browse)
        self.out.changed.connect(self._changed)
        self.try_button.clicked.connect(lambda: self._ask(dry_run=True))
        self.save_report.clicked.connect(self._save_report)
        self.buttons.rejected.disconnect(self.reject)
        self.buttons.rejected.connect(self._stop_or_close)
        self.resize(960, 640)
        self._changed()
        self.add.setFocus()

    def _make_parts(self, out: Path) -> None:
        self.files = QListWidget()
        self.files.setObjectName("files")
        self.files.setAccessibleName(tr("Files to merge"))
        self.files.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.files.setMaximumHeight(132)
        self.files.setAcceptDrops(False)  # the dialog takes them
        self.hint = QLabel(tr(_HINT), self.files)
        self.hint.setProperty("role", "muted")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint.setWordWrap(True)
        self.add = QPushButton(tr("&Add files…"))
        self.add.setObjectName("add_files")
        self.add.setIcon(theme.icon("open"))
        self.remove = QPushButton(tr("Re&move"))
        self.remove.setIcon(theme.icon("close"))
        self.out = PathField(out)
        self.out.setObjectName("out")
        self.try_button = QPushButton(tr("&See what would happen"))
        self.try_button.setObjectName("try")
        self.save_report = QPushButton(tr("Save re&port…"))
        self.save_report.setObjectName("save_report")
        self.save_report.setIcon(theme.icon("save"))
        self.verdict = role_label("", "heading")
        self.verdict.setObjectName("verdict")
        self.notes = role_label("", "muted")
        self.notes.setObjectName("notes")
        self.bar = QProgressBar()
        self.bar.setObjectName("progress")
        self.bar.setTextVisible(False)
        self.report = QTableWidget(0, 1 + len(COUNTS))
        self.report.setObjectName("report")

    @property
    def inputs(self) -> list[Path]:
        """The files to merge, in the order of the list (which does not matter to the result)."""
        items = [self.files.item(n) for n in range(self.files.count())]
        return [Path(item.data(Qt.ItemDataRole.UserRole)) for item in items]

    def accept(self) -> None:
        if self._merged is not None:
            self.open_wanted.emit(Path(self._merged.out), self._merged.conflicts)
            super().accept()
        elif self.main_button.isEnabled():
            self._ask(dry_run=False)

    # -- what the controller tells --------------------------------------------------------------------

    def show_progress(self, done: int, total: int, what: str) -> None:
        """How far it is; a total of 0 means that nobody knows."""
        if self._running and self.cancel_button.isEnabled():
            self.bar.setRange(0, total)
            self.bar.setValue(done)
            self.verdict.setText(f"{what[:1].upper()}{what[1:]}…" if what else self.verdict.text())

    def show_report(self, report: MergeReport) -> None:
        """What the merge did or would do."""
        self._set_running(running=False)
        self._shown = report
        self.save_report.setEnabled(True)
        self._fill(report)
        held = _held(report.records)
        conflicts = _open_words(report.conflicts)
        if report.dry_run:
            nothing = "" if report.changed else tr(" The result has all of it already.")
            self.verdict.setText(
                tr("The result would hold {held}.{conflicts}{nothing}", held=held, conflicts=conflicts, nothing=nothing)
            )
            return
        self.verdict.setText(
            tr("{name} holds {held}.{conflicts}", name=Path(report.out).name, held=held, conflicts=conflicts)
        )
        theme.set_role(self.verdict, "warning" if report.conflicts else "good")
        self._merged = report
        for widget in (self.add, self.remove, self.out, self.try_button, self.files):
            widget.setEnabled(False)
        self.main_button.setText(tr("Decide disagreements") if report.conflicts else tr("Open the result"))
        self.cancel_button.setText(tr("Close"))
        self.main_button.setFocus()

    def refuse(self, sentence: str) -> None:
        """It could not be done; nothing was written."""
        self._set_running(running=False)
        self.verdict.setText("")
        self.complain(sentence, blocks=False)

    def report_written(self, path: Path) -> None:
        """The report is on the disk."""
        self.complain("")
        self.notes.setText(tr("The report is written: {path}", path=path))
        self.notes.show()

    def report_refused(self, sentence: str) -> None:
        """The report could not be written; the merge stands all the same."""
        self.complain(sentence, blocks=False)

    # -- inside ---------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        buttons = QVBoxLayout()
        buttons.addWidget(self.add)
        buttons.addWidget(self.remove)
        buttons.addStretch(1)
        row = QHBoxLayout()
        row.addWidget(self.files, 1)
        row.addLayout(buttons)
        inside = QVBoxLayout(self.files)
        inside.addWidget(self.hint)
        form = QFormLayout()
        form.addRow(tr("&Result"), self.out)
        acts = QHBoxLayout()
        acts.addWidget(self.try_button)
        acts.addStretch(1)
        acts.addWidget(self.save_report)
        self._lay_out_table()
        self.bar.hide()
        self.notes.hide()
        self.body.addLayout(row)
        self.body.addLayout(form)
        self.body.addLayout(acts)
        self.body.addWidget(self.verdict)
        self.body.addWidget(self.bar)
        self.body.addWidget(self.report, 1)
        self.body.addWidget(self.notes)

    def _lay_out_table(self) -> None:
        table = self.report
        table.setHorizontalHeaderLabels([tr("Package"), *(tr(_COUNT_WORDS[name]) for name in COUNTS)])
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.setShowGrid(False)
        table.setAlternatingRowColors(True)
        table.setTabKeyNavigation(False)
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.setItemDelegateForColumn(0, TwoLines(table))
        for column in range(1, table.columnCount()):
            table.horizontalHeaderItem(column).setTextAlignment(
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            )

    def _fill(self, report: MergeReport) -> None:
        self.report.setRowCount(len(report.packages))
        for row, package in enumerate(report.packages):
            name = QTableWidgetItem(_package_words(package))
            name.setData(SECOND_LINE, Path(package.file).name)
            name.setToolTip("\n".join([package.file, _package_words(package), *package.notes]))
            self.report.setItem(row, 0, name)
            for at, count in enumerate(COUNTS, start=1):
                cell = QTableWidgetItem(f"{package.counts[count]:,}")
                cell.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.report.setItem(row, at, cell)
        notes = [f"{Path(package.file).name}: {note}" for package in report.packages for note in package.notes]
        if report.rejected:
            lost = len(report.rejected)
            notes.append(
                ntr(
                    "{count} row could not be taken; the report says which and why.",
                    "{count} rows could not be taken; the report says which and why.",
                    lost,
                    count=f"{lost:,}",
                )
            )
        self.notes.setText("\n".join(notes))
        self.notes.setVisible(bool(notes))

    def _take_in(self, paths: Iterable[Path]) -> None:
        """Add files; of a folder, the surveys that lie in it. What is no survey file is named."""
        odd = []
        for path in paths:
            found = sorted(path.glob("*.gpkg")) if path.is_dir() else [path]
            if not found or found[0].suffix.lower() != ".gpkg":
                odd.append(path.name)
                continue
            for survey in found:
                self._add(survey)
        self._changed()
        if odd:
            self.complain(tr("Only survey files (.gpkg) can be merged, not {what}.", what=", ".join(odd)), blocks=False)
            self.main_button.setEnabled(self._ready)

    def _add(self, path: Path) -> None:
        if path not in self.inputs:
            item = QListWidgetItem(f"{path.name}    {path.parent}")
            item.setData(Qt.ItemDataRole.UserRole, str(path))
            item.setToolTip(str(path))
            self.files.addItem(item)

    def _choose(self) -> None:
        folder = self.inputs[-1].parent if self.inputs else (self.out.path or Path.home()).parent
        self._take_in(self._prompts.open_files(tr("Surveys to merge"), folder, tr(_KINDS), many=True))

    def _remove(self) -> None:
        for item in self.files.selectedItems():
            self.files.takeItem(self.files.row(item))
        self._changed()

    def _browse(self) -> None:
        chosen = self._prompts.save_file(tr("Merge into"), self.out.path or Path.home(), tr(_KINDS))
        if chosen is not None:
            self.out.set_path(chosen if chosen.suffix else chosen.with_suffix(".gpkg"))

    def _save_report(self) -> None:
        if self._shown is None:
            return
        out = Path(self._shown.out)
        chosen = self._prompts.save_file(
            tr("Save report"), out.with_name(f"{out.stem}-merge-report.html"), tr(_REPORTS)
        )
        if chosen is not None:
            self.report_wanted.emit(self._shown, chosen if chosen.suffix else chosen.with_suffix(".html"))

    def _fault(self) -> str:
        out = self.out.path
        if out is None:
            return tr("Choose a file for the result.")
        if not out.parent.is_dir():
            return tr("There is no folder {parent}; choose another.", parent=out.parent)
        if out.suffix.lower() != ".gpkg":
            return tr("{name} should end in .gpkg.", name=out.name)
        return ""

    @property
    def _ready(self) -> bool:
        return not self._fault() and self.files.count() > 0

    def _changed(self) -> None:
        self._shown = None
        self.report.setRowCount(0)
        self.verdict.setText("")
        self.notes.hide()
        self.hint.setVisible(self.files.count() == 0)
        self.save_report.setEnabled(False)
        self.complain(self._fault())
        self.main_button.setEnabled(self._ready)
        self.try_button.setEnabled(self._ready)

    def _ask(self, *, dry_run: bool) -> None:
        self.complain("")
        self._set_running(running=True)
        self.verdict.setText(tr("Looking…") if dry_run else tr("Merging…"))
        self.wanted.emit(self.out.path, self.inputs, dry_run)

    def _set_running(self, *, running: bool) -> None:
        self._running = running
        self.bar.setRange(0, 0)
        self.bar.setVisible(running)
        for widget in (self.add, self.remove, self.out, self.try_button, self.main_button, self.files):
            widget.setEnabled(not running)
        self.save_report.setEnabled(not running and self._shown is not None)
        self.cancel_button.setText(tr("Stop") if running else tr("Cancel"))
        self.cancel_button.setEnabled(True)

    def _stop_or_close(self) -> None:
        if not self._running:
            self.reject()
            return
        self.cancel_button.setEnabled(False)
        self.verdict.setText(tr("Stopping…"))
        self.stop_wanted.emit()

    # -- dropping -------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if not self._running and self._merged is None and _dropped(event.mimeData().urls()):
            self._set_hot(hot=True)
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._set_hot(hot=False)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self._set_hot(hot=False)
        paths = _dropped(event.mimeData().urls())
        if paths and not self._running and self._merged is None:
            event.acceptProposedAction()
            self._take_in(paths)

    def _set_hot(self, *, hot: bool) -> None:
        """Show that files may be let go of here."""
        edge = f"QListWidget {{ border: 2px dashed {theme.current().accent}; }}"  # without a name tooltips get it, too
        self.files.setStyleSheet(edge if hot else "")


def _dropped(urls: Iterable[QUrl]) -> list[Path]:
    """The files and folders among what was dragged."""
    return [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]


def _package_words(package: PackageReport) -> str:
    """Under the name of a package: when it was merged before, and its team."""
    known = tr("merged before on {day}", day=short(package.known_since)) if merged_before(package) else ""
    return " · ".join(filter(None, (known, isolated(team_of(package)))))


def _held(records: Mapping[str, int]) -> str:
    """``31 sightings, 1 track``: what a file holds, in words."""
    told = []
    for name, count in records.items():
        if count and name != "survey":
            layer = LAYER_BY_NAME[name]
            told.append(f"{count:,} {tr(layer.title if count == 1 else layer.plural).lower()}")
    return tr(", ").join(told) or tr("no records")


def _open_words(conflicts: int) -> str:
    if not conflicts:
        return ""
    return ntr(" {count} disagreement is open.", " {count} disagreements are open.", conflicts, count=f"{conflicts:,}")
