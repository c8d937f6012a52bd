"""Questions and messages to the person, behind one protocol, so that no test ever waits for a mouse.

Controllers ask a :class:`Prompts`; the window gives them :class:`QtPrompts`, tests give
:class:`ScriptedPrompts`, which answers from a script and remembers what was said.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from surveyapp.ui import theme

_SIGN = 40
"""Side of the sign in a message, px."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer: ``key`` is what the asker gets, ``text`` is what the button says."""

    key: str
    text: str
    destructive: bool = False


class Prompts(Protocol):
    """Asking and telling. Where a person may decline, declining gives ``None`` or an empty list."""

    def tell(self, text: str, *, title: str = "", details: str = "") -> None:
        """Say something that has to be acknowledged."""

    def warn(self, text: str, *, title: str = "", details: str = "") -> None:
        """Say that something did not work."""

    def choose(self, text: str, choices: Sequence[Choice], *, title: str = "") -> str | None:
        """Key of the chosen answer; ``None`` for none of them."""

    def open_files(self, title: str, folder: Path, kinds: str, *, many: bool = False) -> list[Path]:
        """Files to read. ``kinds`` as Qt writes them: ``Surveys (*.gpkg);;All files (*)``."""

    def save_file(self, title: str, suggested: Path, kinds: str) -> Path | None:
        """A file to write; the person has agreed to replace it if it exists."""

    def folder(self, title: str, folder: Path) -> Path | None:
        """A folder."""


class QtPrompts:
    """The real ones: dialogs over ``parent``."""

    def __init__(self, parent: QWidget | None) -> None:
        self._parent = parent

    def tell(self, text: str, *, title: str = "", details: str = "") -> None:
        self._box(QMessageBox.Icon.Information, text, title, details).exec()

    def warn(self, text: str, *, title: str = "", details: str = "") -> None:
        self._box(QMessageBox.Icon.Warning, text, title, details).exec()

    def choose(self, text: str, choices: Sequence[Choice], *, title: str = "") -> str | None:
        box = self._box(QMessageBox.Icon.Question, text, title, "")
        box.setStandardButtons(QMessageBox.StandardButton.Cancel)
        buttons = {}
        for choice in choices:
            role = QMessageBox.ButtonRole
            button = box.addButton(choice.text, role.DestructiveRole if choice.destructive else role.AcceptRole)
            buttons[button] = choice.key
        safe = [button for button, key in buttons.items() if not _destructive(choices, key)]
        if safe:
            box.setDefaultButton(safe[0])
        box.exec()
        clicked = box.clickedButton()
        return next((key for button, key in buttons.items() if button is clicked), None)

    def open_files(self, title: str, folder: Path, kinds: str, *, many: bool = False) -> list[Path]:
        if many:
            names, _ = QFileDialog.getOpenFileNames(self._parent, title, str(folder), kinds)
        else:
            name, _ = QFileDialog.getOpenFileName(self._parent, title, str(folder), kinds)
            names = [name]
        return [Path(name) for name in names if name]

    def save_file(self, title: str, suggested: Path, kinds: str) -> Path | None:
        name, _ = QFileDialog.getSaveFileName(self._parent, title, str(suggested), kinds)
        return Path(name) if name else None

    def folder(self, title: str, folder: Path) -> Path | None:
        name = QFileDialog.getExistingDirectory(self._parent, title, str(folder))
        return Path(name) if name else None

    def _box(self, icon: QMessageBox.Icon, text: str, title: str, details: str) -> QMessageBox:
        box = QMessageBox(icon, title or "SurveyApp", text, QMessageBox.StandardButton.Ok, self._parent)
        if theme.current() is theme.NIGHT:  # the icons of Qt are blue and yellow
            sign = "issues" if icon is QMessageBox.Icon.Warning else "about"
            box.setIconPixmap(theme.icon(sign).pixmap(_SIGN))
        box.setTextFormat(Qt.TextFormat.PlainText)  # names of files and survey are no markup
        if details:
            box.setDetailedText(details)
        return box


def _destructive(choices: Sequence[Choice], key: str) -> bool:
    return any(choice.destructive for choice in choices if choice.key == key)


@dataclass
class ScriptedPrompts:
    """Answers from ``answers``, in order, whatever is asked; what was asked and told is in ``said``.

    A question that the script has no answer for is a failure of the test that wrote it.
    """

    answers: deque[object] = field(default_factory=deque)
    said: list[str] = field(default_factory=list)

    def will_answer(self, *answers: object) -> None:
        """Queue answers: a choice's key, a path, a list of paths, or ``None``."""
        self.answers.extend(answers)

    def tell(self, text: str, *, title: str = "", details: str = "") -> None:
        self.said.append(_joined(title, text, details))

    def warn(self, text: str, *, title: str = "", details: str = "") -> None:
        self.said.append(_joined(title, text, details))

    def choose(self, text: str, choices: Sequence[Choice], *, title: str = "") -> str | None:
        answer = self._answer(_joined(title, text, ""))
        if answer is not None and answer not in {choice.key for choice in choices}:
            raise AssertionError(f"{answer!r} is no answer to: {text}")
        return None if answer is None else str(answer)

    def open_files(self, title: str, folder: Path, kinds: str, *, many: bool = False) -> list[Path]:
        answer = self._answer(title)
        if answer is None:
            return []
        paths = [Path(str(p)) for p in answer] if isinstance(answer, list | tuple) else [Path(str(answer))]
        if not many and len(paths) > 1:
            raise AssertionError(f"only one file can be chosen: {title}")
        return paths

    def save_file(self, title: str, suggested: Path, kinds: str) -> Path | None:
        answer = self._answer(title)
        return None if answer is None else Path(str(answer))

    def folder(self, title: str, folder: Path) -> Path | None:
        answer = self._answer(title)
        return None if answer is None else Path(str(answer))

    def _answer(self, question: str) -> object:
        self.said.append(question)
        if not self.answers:
            raise AssertionError(f"the script has no answer to: {question}")
        return self.answers.popleft()


def _joined(*parts: str) -> str:
    return "\n".join(part for part in parts if part)
