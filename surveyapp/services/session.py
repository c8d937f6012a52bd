"""An open survey and who is working on it: every write goes through here and everyone who shows it is told."""

from __future__ import annotations

import getpass
import platform
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

from surveyapp.domain import changes
from surveyapp.domain.changes import ChangeSet
from surveyapp.domain.fields import LAYER_BY_NAME
from surveyapp.domain.merge import Conflict, Revision
from surveyapp.domain.records import Value
from surveyapp.errors import Refused
from surveyapp.storage.gpkg import SurveyFile
from surveyapp.words import mark, ntr, tr

_DONE = {
    "insert": mark("Add {record}"),
    "update": mark("Edit {record}"),
    "delete": mark("Delete {record}"),
    "resolve": mark("Decide about {record}"),
}
"""What a step did, by the operation of its first revision."""

Subscriber = Callable[[ChangeSet], None]


def device_name() -> str:
    """Name of this computer, for provenance."""
    return platform.node() or "unknown device"


class Session:
    """A survey file with an author. Use it from one thread (the storage worker, in the window)."""

    def __init__(self, file: SurveyFile, *, author: str | None = None, device: str | None = None) -> None:
        self.file = file
        surveys = file.surveys()
        lead = surveys[0].get("lead") if len(surveys) == 1 else None
        self.author = author or (str(lead) if lead else "") or _login()
        self.device = device or device_name()
        self._subscribers: list[Subscriber] = []
        self._done: list[str] = []
        self._undone: list[str] = []
        self._labels: dict[str, str] = {}
        self._rebuild_stacks()

    @classmethod
    def open(cls, path: Path, *, author: str | None = None, device: str | None = None,
             read_only: bool = False) -> Self:
        return cls(SurveyFile.open(path, read_only=read_only), author=author, device=device)

    @classmethod
    def create(cls, path: Path, survey: Mapping[str, Value], *, author: str | None = None) -> Self:
        return cls(SurveyFile.create(path, survey), author=author)

    def close(self) -> None:
        self.file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def read_only(self) -> bool:
        return self.file.read_only

    @property
    def title(self) -> str:
        """Name of the survey, or how many were merged."""
        surveys = self.file.surveys()
        if len(surveys) == 1:
            return str(surveys[0].get("name") or self.file.path.stem)
        return (
            tr("{stem}: {count} surveys", stem=self.file.path.stem, count=len(surveys))
            if surveys
            else self.file.path.stem
        )

    @property
    def survey_uuid(self) -> str | None:
        """The survey that new records belong to: the only one in the file."""
        surveys = self.file.surveys()
        return surveys[0].uuid if len(surveys) == 1 else None

    def subscribe(self, callback: Subscriber) -> Callable[[], None]:
        """Be told of every change set after it is saved. Returns a function that ends it."""
        self._subscribers.append(callback)
        return lambda: self._subscribers.remove(callback)

    def apply(self, change_set: ChangeSet, initiator: str = "form") -> ChangeSet:
        """Save the change set durably, then tell subscribers."""
        applied = self.file.apply(change_set, author=self.author, device=self.device, initiator=initiator)
        self._labels[applied.uuid] = applied.label
        self._done.append(applied.uuid)
        self._undone.clear()
        self._tell(applied)
        return applied

    def settle_conflicts(self, decisions: Sequence[tuple[Conflict, Mapping[str, Value]]]) -> ChangeSet:
        """Decide conflicts as one step, and tell subscribers what became of their records."""
        decided = self.file.settle_conflicts(decisions, author=self.author, device=self.device)
        self._labels[decided.uuid] = ntr("Decide a disagreement", "Decide {n} disagreements", len(decisions))
        self._done.append(decided.uuid)
        self._undone.clear()
        self._tell(decided)
        return decided

    def add_revisions(self, revisions: Sequence[Revision], label: str) -> ChangeSet:
        """Save revisions that are made already, and tell subscribers what became of their records. Each of their change
        sets is a step of undo."""
        applied = self.file.add_revisions(revisions, label, author=self.author, device=self.device)
        for change_set in dict.fromkeys(r.change_set for r in revisions if r.change_set):
            self._labels[change_set] = label
            if change_set in self._done:
                self._done.remove(change_set)
            self._done.append(change_set)
        self._undone.clear()
        self._tell(applied)
        return applied

    # -- undo, also of what an earlier run did -----------------------------------------------------

    def _rebuild_stacks(self) -> None:
        """Undo and redo stacks from the history, so that they survive a restart and a crash."""
        self._done.clear()
        self._undone.clear()
        for change_set, initiator in self.file.steps(self.device):
            kind, _, target = (initiator or "").partition(":")
            if kind == "undo" and target in self._done:
                self._done.remove(target)
                self._undone.append(target)
            elif kind == "redo" and target in self._undone:
                self._undone.remove(target)
                self._done.append(target)
            elif kind not in ("new", "upgrade", "undo", "redo"):
                self._done.append(change_set)
                self._undone.clear()

    @property
    def undo_label(self) -> str | None:
        """What undo would take back, or ``None``."""
        return self._label(self._done[-1]) if self._done and not self.read_only else None

    @property
    def redo_label(self) -> str | None:
        return self._label(self._undone[-1]) if self._undone and not self.read_only else None

    def _label(self, change_set: str) -> str:
        if change_set not in self._labels:
            outline = self.file.outline(change_set)
            if outline is None:
                return tr("Change")
            operation, layer, records = outline
            record = tr(LAYER_BY_NAME[layer].title).lower()
            what = tr(_DONE.get(operation, mark("Change {record}")), record=record)
            more = tr("{change} and {count} more", change=what, count=f"{records - 1:,}")
            self._labels[change_set] = more if records > 1 else what
        return self._labels[change_set]

    def undo(self) -> ChangeSet | None:
        """Take back the last change set; ``None`` if there is none. Refused if its records changed since."""
        return self._step(self._done, self._undone, "undo")

    def redo(self) -> ChangeSet | None:
        """Do again what was undone last."""
        return self._step(self._undone, self._done, "redo")

    def _step(self, source: list[str], target: list[str], kind: str) -> ChangeSet | None:
        if not source:
            return None
        name = source[-1]
        label = self._label(name)
        step = self.file.take_back if kind == "undo" else self.file.do_again
        undo = kind == "undo"
        told = tr("Undo {change}", change=label.lower()) if undo else tr("Redo {change}", change=label.lower())
        try:
            applied = step(name, told, author=self.author, device=self.device)
        except Refused as error:
            source.remove(name)  # it can never be taken back any more; the one before it may
            if undo:
                raise Refused(tr("Cannot undo '{label}': {error}", label=label, error=error)) from None
            raise Refused(tr("Cannot redo '{label}': {error}", label=label, error=error)) from None
        source.remove(name)
        target.append(name)
        self._tell(applied)
        return applied

    def restore(self, revision: Revision) -> ChangeSet | None:
        """Make a record again what it was at a revision, as a new revision; ``None`` if it is so already."""
        now = self.file.get(revision.layer, revision.record)
        body = dict(revision.body or {})
        if now is None and not body:
            return None
        if now is None:
            change = changes.insert(revision.layer, body, uuid=revision.record)
        elif not body:
            change = changes.delete(revision.layer, revision.record, now.values)
        else:
            differ = {n: body.get(n) for n in {*now.values, *body} if now.values.get(n) != body.get(n)}
            if not differ:
                return None
            change = changes.Change("update", revision.layer, revision.record, differ,
                                    {n: now.values.get(n) for n in differ})
        return self.apply(ChangeSet((change,), tr("Restore an earlier version")), initiator="restore")

    def _tell(self, change_set: ChangeSet) -> None:
        for callback in list(self._subscribers):
            callback(change_set)


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no such user in the system's list, as in some containers
        return "unknown"


