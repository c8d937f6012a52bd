"""Settings in one small JSON file that a person can read: only what differs from the defaults.

Written whole to a temporary file and swapped in, so a crash leaves the old or the new one, never half.
A damaged file never stops the program: it is set aside beside, and the defaults hold.
"""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from surveyapp.errors import BadFile, BadInput
from surveyapp.settings.options import OPTIONS, RENAMED, option_named
from surveyapp.words import tr

MAX_RECENT = 8


class Settings:
    """Values of the declared options, kept in ``path`` (``None``: in memory only, for tests).

    ``trouble`` is a sentence for the user when the file could not be read and was set aside.
    ``on_trouble``: told of a file that cannot be written, where an exception would stop more than it helps.
    Names that this version does not know are kept as they are, for the version that wrote them.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self.trouble: str | None = None
        self.on_trouble: Callable[[BadFile], None] | None = None
        self._overrides: dict[str, Any] = {}
        if path is not None:
            self._overrides = self._read(path)

    @classmethod
    def of_user(cls) -> Settings:
        """The settings of whoever runs the program, where the system keeps such files."""
        import platformdirs

        return cls(Path(platformdirs.user_config_dir("surveyapp", appauthor=False)) / "settings.json")

    def __getitem__(self, name: str) -> Any:
        option = option_named(name)
        return copy.copy(self._overrides.get(name, option.default))

    def __setitem__(self, name: str, value: Any) -> None:
        self.update({name: value})

    def update(self, values: dict[str, Any]) -> None:
        """Set several at once: all are checked first (``BadInput``), then the file is written once.

        Raises ``BadFile`` if the file cannot be written; the values hold until the program ends.
        """
        for name, value in values.items():
            option_named(name).checked(value)
        before = dict(self._overrides)
        for name, value in values.items():
            if value == OPTIONS[name].default:
                self._overrides.pop(name, None)
            else:
                self._overrides[name] = copy.copy(value)
        if self._overrides == before:
            return
        try:
            self._write()
        except BadFile as error:
            if self.on_trouble is None:
                raise
            self.on_trouble(error)

    def reset(self, name: str) -> None:
        """Back to the default."""
        self[name] = option_named(name).default

    def overrides(self) -> dict[str, Any]:
        """What differs from the defaults, as the file has it."""
        return copy.deepcopy(self._overrides)

    def add_recent(self, path: Path) -> None:
        """Put a survey first among the recent ones."""
        name = str(path.resolve())
        self["files.recent"] = [name, *(p for p in self["files.recent"] if p != name)][:MAX_RECENT]

    def recent(self) -> list[Path]:
        """Recent surveys that are still there (a stick may be out), the latest first."""
        return [path for path in map(Path, self["files.recent"]) if path.is_file()]

    def _read(self, path: Path) -> dict[str, Any]:
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError) as error:
            return self._set_aside(path, str(error))
        try:
            found = json.loads(text)
        except ValueError as error:
            return self._set_aside(path, str(error))
        if not isinstance(found, dict):
            return self._set_aside(path, "it is not a JSON object")
        known = {**{RENAMED[name]: value for name, value in found.items() if name in RENAMED}, **found}
        return {name: value for name, value in known.items() if name not in RENAMED and self._holds(name, value)}

    def _holds(self, name: str, value: Any) -> bool:
        """Whether to keep what the file says; a value that does not fit falls back to the default."""
        if name not in OPTIONS:
            return True
        try:
            OPTIONS[name].checked(value)
        except BadInput as error:
            self.trouble = f"{error} The default is used."
            return False
        return True

    def _set_aside(self, path: Path, why: str) -> dict[str, Any]:
        aside = path.with_suffix(".damaged.json")
        kept = f"it was set aside as {aside.name}"
        try:
            path.replace(aside)
        except OSError as error:
            kept = f"it could not be set aside either ({error})"
        self.trouble = f"The settings in {path} cannot be read ({why}); {kept}, and the defaults are used."
        return {}

    def _write(self) -> None:
        if self.path is None:
            return
        text = json.dumps(self._overrides, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
        beside = self.path.with_name(f".{self.path.name}.{os.getpid()}.new")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with beside.open("w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.path)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise BadFile(
                tr(
                    "The settings cannot be written to {path} ({reason}); make room or give yourself "
                    "the right to write there.",
                    path=self.path,
                    reason=error.strerror,
                )
            ) from None
