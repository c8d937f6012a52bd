"""One sentence for a file that cannot be read, whatever library found out."""

from __future__ import annotations

from pathlib import Path

from surveyapp.errors import BadFile
from surveyapp.words import tr


def gone(path: Path) -> BadFile:
    """The file is not there."""
    return BadFile(tr("{file} is not there any more; put its stick in again.", file=path.name))


def unreadable(path: Path, problem: BaseException) -> BadFile:
    """A library cannot read the file: because it is gone, or for the reason that the library gives."""
    if not path.is_file():
        return gone(path)
    said = str(problem.__cause__ or problem).strip().split("\n")[0].replace(str(path), path.name).rstrip(".")
    reason = said or type(problem).__name__
    return BadFile(
        tr(
            "{file} cannot be read as a map ({reason}); if it was not copied whole, copy it again.",
            file=path.name,
            reason=reason,
        )
    )
