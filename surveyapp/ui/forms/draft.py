"""Half-filled forms, kept on disk until they are saved or thrown away. No Qt.

One small JSON file per form, named by a hash of the survey's path and the record's uuid, written whole to a
temporary file and swapped in, so that a crash at any instant leaves the last draft or the one before.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from surveyapp.domain.records import utc_text
from surveyapp.errors import BadFile
from surveyapp.words import tr

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Draft:
    """What stood in a form. ``record`` is the uuid that the record has or will have; ``new`` tells which.
    ``content`` is plain data that the form gave and takes back; ``caption`` says to a person what it is.
    ``survey`` is the path of the file, ``holds`` are the uuids of the surveys in it: by them the file is known again
    when it was moved."""

    survey: str
    record: str
    new: bool
    kept_at: str
    caption: str
    content: Mapping[str, Any]
    holds: tuple[str, ...] = ()


class DraftStore:
    """Drafts in ``folder`` (made when first needed)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(
        self,
        survey: Path,
        record: str,
        content: Mapping[str, Any],
        *,
        new: bool,
        caption: str = "",
        holds: Iterable[str] = (),
    ) -> Draft:
        """Keep what stands in the form, in place of what was kept before; raises ``BadFile`` if it cannot."""
        holding = tuple(sorted(holds))
        return self._keep(Draft(_survey_key(survey), record, new, utc_text(), caption, dict(content), holding))

    def _keep(self, draft: Draft) -> Draft:
        told = {
            "version": _VERSION,
            "survey": draft.survey,
            "holds": list(draft.holds),
            "record": draft.record,
            "new": draft.new,
            "kept_at": draft.kept_at,
            "caption": draft.caption,
            "content": draft.content,
        }
        path = self._place(draft.survey, draft.record)
        half = path.with_suffix(f".{os.getpid()}.tmp")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with half.open("w", encoding="utf-8") as file:
                json.dump(told, file, ensure_ascii=False)
                file.flush()
                os.fsync(file.fileno())
            half.replace(path)
        except OSError as error:
            with contextlib.suppress(OSError):  # the folder itself may be what is missing
                half.unlink()
            raise BadFile(tr(
                "The draft of this form cannot be kept in {folder} ({why}); save the form soon.",
                folder=self.folder, why=error.strerror or error,
            )) from error
        return draft

    def load(self, survey: Path, record: str) -> Draft | None:
        """The draft of that record, or ``None``."""
        return self._read(self._path(survey, record))

    def drafts(self, survey: Path, holds: Iterable[str] = ()) -> list[Draft]:
        """Drafts of that survey, the latest first. Those of a file that held the same surveys and is no longer where
        it was are its own: the file was moved or renamed, and from now on they go by its new path."""
        key, holding = _survey_key(survey), tuple(sorted(holds))
        if not self.folder.is_dir():
            return []
        found = []
        for path in sorted(self.folder.glob("*.draft")):
            draft = self._read(path)
            if draft is not None and draft.survey == key:
                found.append(draft)
            elif draft is not None and holding and draft.holds == holding and not Path(draft.survey).exists():
                found.append(self._moved(draft, key, path))
        return sorted(found, key=lambda draft: draft.kept_at, reverse=True)

    def _moved(self, draft: Draft, key: str, path: Path) -> Draft:
        """The draft under the new path of its survey; kept there before it goes where it was."""
        here = self._keep(replace(draft, survey=key))
        path.unlink(missing_ok=True)
        return here

    def discard(self, survey: Path, record: str) -> None:
        """Forget the draft of that record, if there is one; call it only once the save is acknowledged."""
        try:
            self._path(survey, record).unlink(missing_ok=True)
        except OSError as error:
            raise BadFile(tr(
                "The draft in {folder} cannot be removed ({why}); delete it.",
                folder=self.folder, why=error.strerror or error,
            )) from error

    def _path(self, survey: Path, record: str) -> Path:
        return self._place(_survey_key(survey), record)

    def _place(self, key: str, record: str) -> Path:
        name = hashlib.sha256(f"{key}\0{record}".encode("utf-8", "surrogatepass")).hexdigest()
        return self.folder / f"{name[:32]}.draft"

    def _read(self, path: Path) -> Draft | None:
        """The draft in a file. One that is damaged is set aside beside, so that it is neither offered again
        nor lost."""
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise BadFile(tr("The draft {path} cannot be read ({why}).", path=path,
                             why=error.strerror or error)) from error
        except ValueError:
            told = None
        draft = _draft_of(told)
        if draft is None and not _is_newer(told):
            with contextlib.suppress(OSError):  # read-only folder: it is skipped here and stays where it is
                path.replace(path.with_suffix(".damaged"))
        return draft


def _survey_key(survey: Path) -> str:
    """The survey's full path: the same file opened by another name has the same drafts."""
    return str(survey.expanduser().resolve())


def _is_newer(told: object) -> bool:
    """It was kept by a later version of the program, which will want it back."""
    version = told.get("version") if isinstance(told, dict) else None
    return isinstance(version, int) and version > _VERSION


def _draft_of(told: object) -> Draft | None:
    if not isinstance(told, dict) or told.get("version") != _VERSION:
        return None
    texts = [told.get(name) for name in ("survey", "record", "kept_at", "caption")]
    content, new = told.get("content"), told.get("new")
    if not all(isinstance(t, str) for t in texts) or not isinstance(content, dict) or not isinstance(new, bool):
        return None
    survey, record, kept_at, caption = (str(t) for t in texts)
    holds = told.get("holds")  # drafts of earlier versions have none
    known = tuple(map(str, holds)) if isinstance(holds, list) else ()
    return Draft(survey, record, new, kept_at, caption, content, known)
