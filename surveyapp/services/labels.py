"""Labels for sample bags: where each lies on a sheet of A4, and the words and the QR code that are on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from surveyapp.domain.records import moment_of
from surveyapp.domain.sample_ids import label_text
from surveyapp.errors import BadInput
from surveyapp.services.samples import Sampled
from surveyapp.words import tr

PAGE_MM = (210.0, 297.0)
"""A4, upright."""

QUIET = 4
"""Empty modules round a QR code, which a scanner needs to find it (ISO/IEC 18004, 6.3.8)."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """How labels lie on A4, in mm: ``width`` and ``height`` of one, ``left`` and ``top`` of the first, ``across`` and
    ``down`` from one to the next."""

    key: str
    columns: int
    rows: int
    width: float
    height: float
    left: float
    top: float
    across: float
    down: float

    @property
    def count(self) -> int:
        """Labels on one sheet."""
        return self.columns * self.rows

    @property
    def title(self) -> str:
        return tr("{count} labels of {width} × {height} mm", count=self.count, width=f"{self.width:g}",
                  height=f"{self.height:g}")


SHEETS = (
    Sheet("24", 3, 8, 70, 36, 0, 4.5, 70, 36),
    Sheet("21", 3, 7, 63.5, 38.1, 7.21, 15.15, 66.04, 38.1),
    Sheet("14", 2, 7, 99.1, 38.1, 4.67, 15.15, 101.6, 38.1),
    Sheet("40", 4, 10, 52.5, 29.7, 0, 0, 52.5, 29.7),
    Sheet("65", 5, 13, 38.1, 21.2, 4.67, 10.7, 40.6, 21.2),
)
"""Plain paper to be cut, and the sizes in which self-adhesive sheets are sold everywhere."""

SHEET_BY_KEY = {sheet.key: sheet for sheet in SHEETS}


@dataclass(frozen=True, slots=True)
class Label:
    """What is on one label: the ID large, the lines small below it, and ``code`` in the QR code."""

    sample_id: str
    lines: tuple[str, ...]
    code: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a label goes: ``page`` from 0, and its upper left corner in mm."""

    page: int
    x: float
    y: float


def labels_of(samples: Sequence[Sampled], *, with_place: bool = True, copies: int = 1) -> list[Label]:
    """A label for each sample, ``copies`` of each side by side. Samples without an ID get none: there would be nothing
    to read on it. Without ``with_place`` the gem and the locality stay off, for bags that travel with strangers."""
    made = []
    for sample in samples:
        if not sample.sample_id.strip():
            continue
        record = sample.record
        taken = moment_of(record.get("collected_at"))
        weight = record.get("weight_g")
        what = [record.text("sample_type"), f"{weight:g} g" if isinstance(weight, int | float) else ""]
        lines = [sample.place if with_place else "", " · ".join(w for w in what if w),
                 taken.date().isoformat() if taken else "", record.text("collector")]
        label = Label(sample.sample_id.strip(), tuple(line for line in lines if line),
                      label_text(sample.sample_id, record.uuid))
        made += [label] * max(1, copies)
    return made


def places(sheet: Sheet, count: int, first: int = 1) -> list[Place]:
    """Places of ``count`` labels row by row, from the ``first`` (1 is the upper left) of a sheet that may have been
    used in part. Raises ``BadInput`` for a first label that the sheet does not have."""
    if not 1 <= first <= sheet.count:
        raise BadInput(tr("The sheet has {count} labels; begin at one of them.", count=sheet.count))
    found = []
    for number in range(first - 1, first - 1 + count):
        page, on_page = divmod(number, sheet.count)
        row, column = divmod(on_page, sheet.columns)
        found.append(Place(page, sheet.left + column * sheet.across, sheet.top + row * sheet.down))
    return found


def pages(sheet: Sheet, count: int, first: int = 1) -> int:
    """Sheets that the labels take."""
    return max((place.page for place in places(sheet, count, first)), default=-1) + 1


def qr_modules(text: str) -> tuple[tuple[bool, ...], ...]:
    """Rows of the QR code's modules, dark is true, without the quiet zone. It is as small as the text allows with at
    least 15 % of it restorable (level M, raised where that costs nothing), since bags are wet and dirty."""
    import segno

    code = segno.make_qr(text, error="m", boost_error=True)
    return tuple(tuple(bool(module) for module in row) for row in code.matrix)
