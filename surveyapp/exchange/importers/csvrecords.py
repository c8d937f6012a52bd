"""Records of a CSV, each with its line number; one that cannot be told apart costs its first line.

The standard library's reader would let one stray quotation mark swallow the rest of the file.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from surveyapp.words import tr

_LONGEST_RECORD = 5000
"""Lines that one record may span; a quotation mark that is open for longer was never meant to be."""

csv.field_size_limit(1 << 28)  # one note may be longer than the 128 KiB that the library allows


@dataclass(frozen=True, slots=True)
class CsvRecord:
    """``line``: number of its first line, from 1. ``cells`` are empty where ``trouble`` says why."""

    line: int
    cells: tuple[str, ...]
    trouble: str | None = None
    raw: str = ""


class _Feed:
    """Lines handed to the reader, remembered until their record is whole, so that they can be put back."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._source = iter(lines)
        self._waiting: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= _LONGEST_RECORD:
            raise csv.Error("unexpected end of data")
        line = self._waiting.popleft() if self._waiting else next(self._source)
        self.taken.append(line)
        return line

    def put_back(self, lines: list[str]) -> None:
        self._waiting.extendleft(reversed(lines))


def csv_records(lines: Iterable[str], delimiter: str) -> Iterator[CsvRecord]:
    """Every record of the lines (which keep their line ends), in order. Empty lines are passed over."""
    feed = _Feed(lines)
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    number = 1
    while True:
        feed.taken.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            first, rest = feed.taken[0], feed.taken[1:]
            feed.put_back(rest)
            reader = csv.reader(feed, delimiter=delimiter, strict=True)
            yield CsvRecord(number, (), _why(error), first.rstrip("\r\n"))
            number += 1
            continue
        if cells:
            yield CsvRecord(number, tuple(cells))
        number += len(feed.taken)


def _why(error: csv.Error) -> str:
    text = str(error)
    if "end of data" in text:
        return tr("A quotation mark is opened and never closed.")
    if "expected after" in text:
        return tr("Text follows a closing quotation mark; double the quotation marks inside a cell.")
    return tr("The line cannot be told into cells ({text}).", text=text)
