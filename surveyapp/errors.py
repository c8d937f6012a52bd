"""The one family of errors that a user is meant to read.

Every expected failure (a bad path, a damaged file, an impossible coordinate) raises a child of
:class:`SurveyError` whose text is one sentence: what is wrong, where, and what to do. The command
line prints it after ``error: `` and exits with 2; the window shows it in a message. Anything else
that escapes is a defect of the program.
"""

from __future__ import annotations


class SurveyError(Exception):
    """Root of all expected failures; ``str(error)`` is one sentence for the user."""


class BadFile(SurveyError):
    """A file that is missing, unreadable, damaged, locked, or not what it should be."""


class NewerSchema(BadFile):
    """A survey written by a newer SurveyApp: it can be read, never written, by this one."""


class BadInput(SurveyError):
    """A value the user gave that cannot be taken (coordinate, field value, option)."""


class BadPosition(BadInput):
    """Coordinate text that cannot be understood, or lies where no position can be.

    ``suggestion`` holds a corrected text when there is an obvious one (swapped axes), else ``None``.
    """

    def __init__(self, message: str, suggestion: str | None = None) -> None:
        super().__init__(message)
        self.suggestion = suggestion


class Refused(SurveyError):
    """An operation that would lose or falsify data, refused before anything was written."""


class Cancelled(SurveyError):
    """The user cancelled; nothing was written."""


class Unavailable(SurveyError):
    """A device, service or optional part that is not there (GPS port, WebEngine)."""
