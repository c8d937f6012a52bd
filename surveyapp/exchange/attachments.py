"""Tables of attachments, as QField and Mergin projects have them: each row names a photo and the record it is of."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from surveyapp.domain.records import Value
from surveyapp.exchange.identity import own_uuid
from surveyapp.exchange.importers.source import SourceRow, SourceTable, text_of
from surveyapp.exchange.mapping import ColumnMapping
from surveyapp.exchange.media import Media, is_picture_name, names_in
from surveyapp.exchange.odk import with_hints
from surveyapp.exchange.synonyms import folded
from surveyapp.words import tr

if TYPE_CHECKING:
    from pathlib import Path

FILE, OF, CAPTION = "file_name", "sighting_uuid", "caption"
"""Fields of the photo layer that such a table fills."""
_CAPTIONS = ("caption", "description", "title", "comment", "note", "notes")


def _column(source: SourceTable) -> dict[str, str]:
    """Which column is what, as far as the columns tell."""
    found: dict[str, str] = {}
    for column in source.columns:
        if column.samples and FILE not in found and all(map(is_picture_name, column.samples)):
            found[FILE] = column.name
        elif column.samples and OF not in found and folded(column.name) != "uuid" and all(
            map(own_uuid, column.samples)
        ):
            found[OF] = column.name
        elif CAPTION not in found and folded(column.name) in _CAPTIONS:
            found[CAPTION] = column.name
    return found


def is_attachments(source: SourceTable, _names: set[str]) -> bool:
    """Whether a table without places holds names of photos and whose they are."""
    return source.format == "gpkg" and not source.geometry and {FILE, OF} <= _column(source).keys()


def attachments(source: SourceTable) -> SourceTable:
    """The table as one of photos."""
    hints = {column: field for field, column in _column(source).items()}
    note = tr("A table of attachments: its photos go to the sightings that it names.")
    return replace(source, columns=with_hints(source.columns, hints), target="photo", notes=(*source.notes, note))


class Attachments:
    """Reads the rows of such a table by a mapping."""

    def __init__(self, source: SourceTable, mapping: ColumnMapping) -> None:
        self._media = Media(source.media)
        self._column = {name: mapping.column_of(name) for name in (FILE, OF, CAPTION)}

    @property
    def complete(self) -> bool:
        """Whether it is known which column names the photo, and which the sighting."""
        return bool(self._column[FILE] and self._column[OF])

    def read(self, row: SourceRow) -> tuple[str, tuple[Path, ...], str, str]:
        """(uuid of the sighting, files, caption, why it cannot be taken or empty)."""
        if row.trouble is not None:
            return "", (), "", row.trouble
        of = own_uuid(self._value(row, OF))
        names = names_in(text_of(self._value(row, FILE)))
        if of is None:
            return "", (), "", tr("It names no sighting that the photo is of.")
        if not names:
            return "", (), "", tr("It names no photo.")
        files = tuple(path for name in names if (path := self._media.find(name)) is not None)
        caption = text_of(self._value(row, CAPTION)).strip()
        lacking = next((name for name in names if self._media.find(name) is None), None)
        why = "" if lacking is None else tr(
            "The photo {name} is not beside the file; copy it there and import again.", name=lacking
        )
        return of, files, caption, why

    def _value(self, row: SourceRow, name: str) -> Value:
        column = self._column[name]
        return None if column is None else row.values.get(column)
