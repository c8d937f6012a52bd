"""Putting a report where it is wanted."""

from __future__ import annotations

from pathlib import Path

from surveyapp.errors import BadFile
from surveyapp.words import tr


def put(out: Path, content: str | bytes) -> None:
    """Write a report beside and swap it in. Raises ``BadFile`` if it cannot be written (what stood there stays)."""
    from surveyapp.exchange.exporters.files import replacing

    # A lone surrogate, which a damaged file can hold, has no UTF-8.
    data = content.encode("utf-8", "replace") if isinstance(content, str) else content
    try:
        with replacing(out) as beside:
            beside.write_bytes(data)
    except BadFile as error:
        cause = error.__cause__
        raise cannot(out, cause.strerror if isinstance(cause, OSError) and cause.strerror else str(error)) from error


def cannot(out: Path, why: str) -> BadFile:
    """The error of a report that cannot be written."""
    return BadFile(tr("The report {path} cannot be written ({why}); choose another place.", path=out, why=why))
