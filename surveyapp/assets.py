"""The one gateway to files that ship with the program (``resources/`` and ``sample_surveys/``).

In an installed wheel they lie inside the package; in a checkout they lie beside it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from surveyapp.errors import BadFile
from surveyapp.words import tr

_PACKAGE = Path(__file__).parent


@cache
def _root(packaged: str, checkout: str) -> Path:
    inside = _PACKAGE / packaged
    return inside if inside.is_dir() else _PACKAGE.parent / checkout


def resource_path(name: str) -> Path:
    """Path of ``resources/<name>`` (name with forward slashes); raises ``BadFile`` if it is missing."""
    path = _root("_resources", "resources") / name
    if not path.exists():
        raise BadFile(tr("The program's own file {name} is missing; install SurveyApp again.", name=name))
    return path


def resource_text(name: str) -> str:
    """Text of ``resources/<name>``, UTF-8."""
    return resource_path(name).read_text(encoding="utf-8")


def sample_surveys() -> Path:
    """Folder of the sample surveys."""
    path = _root("_sample_surveys", "sample_surveys")
    if not path.is_dir():
        raise BadFile(tr("The sample surveys are missing; install SurveyApp again."))
    return path
