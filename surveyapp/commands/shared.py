"""What the commands share: their common options, how a survey is opened, and how results are printed."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from surveyapp.errors import BadInput, Unavailable

if TYPE_CHECKING:
    from types import ModuleType

    from surveyapp.domain.records import Record
    from surveyapp.services.session import Session

DONE, FINDINGS, BAD = 0, 1, 2
"""Exit status: done; done, with findings (check errors, open conflicts); bad usage or input, nothing written."""

file_argument = click.argument("file", type=click.Path(path_type=Path))
as_json_option = click.option("--json", "as_json", is_flag=True, help="Print data as JSON.")
set_option = click.option(
    "--set", "sets", multiple=True, metavar="FIELD=VALUE", help="Value of a field; repeat as needed."
)
audience_option = click.option(
    "--audience", type=click.Choice(["office", "public"]), default="office", show_default=True
)


def fail(message: str) -> int:
    """Say on standard error, in one line, why nothing was done."""
    print("error: " + " ".join(message.split()), file=sys.stderr)
    return BAD


def print_json(data: object) -> None:
    """Data for programs, on standard output."""
    print(json.dumps(data, ensure_ascii=False, indent=1))


def assignments(pairs: Sequence[str], what: str = "--set", shape: str = "FIELD=VALUE") -> dict[str, str]:
    """``{name: value}`` of repeated ``NAME=VALUE`` options."""
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise BadInput(f"{what} {pair!r} is not {shape}.")
        found[name.strip()] = value
    return found


def opened(file: Path, *, read_only: bool = False) -> Session:
    """The survey, open."""
    from surveyapp.services import where
    from surveyapp.services.session import Session
    from surveyapp.settings import Settings

    # The office's boundaries, as the window has them; they are read when the first place is worked out.
    where.use_settings(Settings.of_user, lambda sentence: print(f"note: {sentence}", file=sys.stderr))
    return Session.open(file, read_only=read_only)


def progress() -> Any:
    """Progress on a terminal's standard error; silent elsewhere."""
    from surveyapp.domain.progress import Progress

    if not sys.stderr.isatty():
        return Progress()

    def show(done: int, total: int, what: str) -> None:
        share = f"{100 * done // total:3d}% " if total else ""
        print(f"\r\x1b[K{share}{what}", end="\n" if total and done >= total else "", file=sys.stderr, flush=True)

    return Progress(show)


def application() -> ModuleType:
    """The window's module, where Qt can be loaded."""
    try:
        return import_module("surveyapp.ui.application")
    except ImportError as error:
        raise Unavailable(
            f"The window cannot open ({error}); run 'python3 bootstrap.py run', which names the missing library."
        ) from None


def open_window(file: Path | None) -> int:
    """Run the window until it is closed; returns the exit status."""
    return int(application().run_window(file))


def as_listed(record: Record | None) -> dict[str, Any] | None:
    """A record as ``list --json`` prints it."""
    if record is None:
        return None
    point = record.position
    values = {n: v for n, v in record.values.items() if n != "geom"}
    shown = {"uuid": record.uuid, "longitude": point[0] if point else None, "latitude": point[1] if point else None}
    if record.definition.geometry not in ("", "POINT"):
        from surveyapp.geo.shapes import wkt_of

        shown["geometry"] = wkt_of(record.values.get("geom"))
    return shown | values


def pdf_of(page: str) -> bytes:
    """A page of HTML as a PDF, where the window's libraries are."""
    try:
        return bytes(import_module("surveyapp.ui.report_pdf").pdf_of(page))
    except ImportError as error:
        raise Unavailable(f"No PDF can be made here ({error}); write .html and print it in a browser.") from None
