"""Files of decisions: what a reviewer saves from the page of a preview and sends back.

One JSON object in UTF-8. Its checksum is the SHA-256, in hex, of the canonical JSON of all the rest: keys sorted, no
spaces, nothing escaped but what JSON must escape. It tells a file that was cut or edited on its way from a whole one;
it is no signature. No number in it has a fraction, because JavaScript and Python write those differently.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from surveyapp.domain.fields import LAYER_BY_NAME
from surveyapp.domain.records import moment_of, utc_text
from surveyapp.domain.reviewing import SAME_AS, VERDICTS, Decision, Decisions
from surveyapp.errors import BadFile, BadInput
from surveyapp.words import tr

VERSION = 1
LIMIT_BYTES = 200_000_000
"""Larger than any preview could give (some 500,000 decisions); a file beyond it was taken by mistake."""

_KEY = "surveyapp_decisions"
_TEXTS = ("layer", "record", "revision", "verdict", "field", "reason", "same_as", "decided_at")


def read(path: Path) -> Decisions:
    """The decisions in a file; raises ``BadFile`` or ``BadInput`` with one sentence."""
    path = Path(path)
    try:
        with path.open("rb") as file:
            data = file.read(LIMIT_BYTES + 1)
    except OSError as error:
        raise BadFile(tr("{path} cannot be read ({why}).", path=path, why=error.strerror or error)) from None
    if len(data) > LIMIT_BYTES:
        raise BadInput(tr("{name} is larger than {size} MB, so it is no file of decisions; choose another file.",
                          name=path.name, size=LIMIT_BYTES // 1_000_000))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(_no_json(path.name)) from None
    return parse(text, path.name)


def parse(text: str, name: str = "decisions.json") -> Decisions:
    """The decisions in a text; ``name`` is what sentences call it. Raises ``BadInput``."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        raise BadInput(_no_json(name)) from None
    _check_format(told, name)
    if told.get("checksum") != checksum(told):
        raise BadInput(tr("{name} was cut or edited on its way (its checksum is wrong); ask the reviewer to send it "
                          "again.", name=name))
    listed = told.get("decisions")
    if not isinstance(listed, list):
        _refuse(name, "decisions")
    reviewer = _text(told, "reviewer", name)
    if not reviewer.strip():
        raise BadInput(tr("{name} does not say who decided; ask the reviewer to put a name on the page and to save "
                          "again.", name=name))
    surveys = told.get("surveys", [])
    if not isinstance(surveys, list) or not all(isinstance(uuid, str) for uuid in surveys):
        _refuse(name, "surveys")
    return Decisions(
        " ".join(reviewer.split()), tuple(_decision(one, place, name) for place, one in enumerate(listed, 1)),
        tuple(surveys), _text(told, "title", name), _text(told, "built_at", name), _text(told, "saved_at", name),
    )


def text_of(decisions: Decisions) -> str:
    """The text of a file of decisions, as :func:`read` takes it."""
    told: dict[str, Any] = {
        _KEY: VERSION, "surveys": list(decisions.surveys), "title": decisions.title, "built_at": decisions.built_at,
        "reviewer": decisions.reviewer, "saved_at": decisions.saved_at,
        "decisions": [{name: getattr(one, name) for name in _TEXTS} for one in decisions.decisions],
    }
    return json.dumps(told | {"checksum": checksum(told)}, ensure_ascii=False, indent=1) + "\n"


def write(path: Path, decisions: Decisions) -> None:
    """Write a file of decisions, beside and swapped in."""
    path = Path(path)
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with beside.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text_of(decisions))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise BadFile(tr("{path} cannot be written ({why}); choose another place.", path=path,
                         why=error.strerror or error)) from None


def checksum(told: Mapping[str, Any]) -> str:
    """SHA-256 in hex of the object without its ``checksum``."""
    rest = {name: value for name, value in told.items() if name != "checksum"}
    canonical = json.dumps(rest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def _check_format(told: object, name: str) -> None:
    version = told.get(_KEY) if isinstance(told, dict) else None
    if type(version) is not int or version < 1:
        raise BadInput(tr("{name} is no file of decisions; choose the file that the reviewer saved from the preview.",
                          name=name))
    if version > VERSION:
        raise BadInput(tr("{name} is of a newer SurveyApp (format {version}, this one knows {known}); install that to "
                          "take it in.", name=name, version=version, known=VERSION))


def _decision(told: object, place: int, name: str) -> Decision:
    where = f"decisions, {place}"
    if not isinstance(told, dict):
        _refuse(name, where)
    texts = {key: _text(told, key, name, where) for key in _TEXTS}
    if texts["layer"] not in LAYER_BY_NAME or not texts["record"].strip():
        _refuse(name, f"{where}: {'record' if texts['layer'] in LAYER_BY_NAME else 'layer'}")
    if texts["verdict"] not in VERDICTS:
        raise BadInput(tr("{name} has the verdict {verdict!r} (decision {place}), which this program does not know; it "
                          "knows {known}.", name=name, verdict=texts["verdict"], place=place,
                          known=", ".join(VERDICTS)))
    if texts["verdict"] != SAME_AS:
        texts["same_as"] = ""
    elif texts["same_as"] in ("", texts["record"]):
        _refuse(name, f"{where}: same_as")
    moment = moment_of(texts["decided_at"])
    if moment is None:
        _refuse(name, f"{where}: decided_at")
    return Decision(**texts | {"decided_at": utc_text(moment)})


def _text(told: Mapping[str, Any], key: str, name: str, where: str = "") -> str:
    """A text; without what SQLite would not keep whole (NUL cuts it short, and lone surrogates are no characters)."""
    value = told.get(key, "")
    if not isinstance(value, str):
        _refuse(name, f"{where}: {key}" if where else key)
    return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def _refuse(name: str, where: str) -> NoReturn:
    raise BadInput(tr("{name} is not as a preview writes it (see “{where}”); ask the reviewer to save it again.",
                      name=name, where=where))


def _no_json(name: str) -> str:
    return tr("{name} is no whole JSON file; ask the reviewer to send it again.", name=name)
