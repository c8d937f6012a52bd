"""The language that the program speaks: its catalogue, the direction of the window, numbers, and a font for Urdu."""

from __future__ import annotations

import gettext
from functools import cache
from importlib import import_module

from PySide6.QtCore import QByteArray, QCoreApplication, QLocale, Qt, QTranslator
from PySide6.QtGui import QFont, QFontDatabase, QRawFont
from PySide6.QtWidgets import QApplication

from surveyapp import words
from surveyapp.assets import resource_path
from surveyapp.ui import theme
from surveyapp.ui.qt_words import QT_WORDS

ENGLISH, URDU = "en", "ur"
NAMES = {"system": "", ENGLISH: "English", URDU: "اردو"}
"""What the setting takes, and how each language calls itself."""

_URDU_LETTERS = "ہٹڑےگچپںھ"
"""Letters that fonts made for Arabic alone lack."""
_URDU_FAMILIES = ("Noto Naskh Arabic", "Noto Sans Arabic", "Noto Nastaliq Urdu", "Scheherazade New", "Urdu Typesetting")
"""Fonts that are good for Urdu in a window; Naskh stands in as little height as Latin text."""


def language_of(setting: str) -> str:
    """``en`` or ``ur`` for what the setting ``appearance.language`` says, or for the system's own language."""
    if setting in (ENGLISH, URDU):
        return setting
    return URDU if QLocale.system().language() == QLocale.Language.Urdu else ENGLISH


def catalogue_of(language: str) -> gettext.NullTranslations:
    """The translations of a language; none are needed for English."""
    if language == ENGLISH:
        return gettext.NullTranslations()
    with resource_path(f"translations/{language}.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def use_language(application: QApplication, setting: str) -> str:
    """Speak the language of the setting in every window made from now on; returns which it is."""
    language = language_of(setting)
    urdu = language == URDU
    words.use(catalogue_of(language), right_to_left=urdu)
    _speak_of_qt(application, urdu=urdu)
    # Pakistan writes Urdu with the digits 0 to 9 and 1,234.5, as Qt's own locale for it has them.
    QLocale.setDefault(QLocale("ur_PK") if urdu else QLocale.system())
    application.setLayoutDirection(Qt.LayoutDirection.RightToLeft if urdu else Qt.LayoutDirection.LeftToRight)
    theme.use_fonts(application, urdu_family() if urdu else "")
    return language


class _QtWords(QTranslator):
    """Answers Qt from our own catalogue; what is not in it stays as Qt has it."""

    def translate(
        self, _context: str, text: str | bytes | QByteArray, _disambiguation: str | None = None, _n: int = -1
    ) -> str | None:
        source = text if isinstance(text, str) else QByteArray(text).data().decode()
        return words.tr(source) if source in QT_WORDS else None  # an empty text would take the place of Qt's own

    def isEmpty(self) -> bool:
        return False


def _speak_of_qt(application: QApplication, *, urdu: bool) -> None:
    installed = application.findChild(_QtWords)
    if urdu and installed is None:
        QCoreApplication.installTranslator(_QtWords(application))
    elif not urdu and installed is not None:
        QCoreApplication.removeTranslator(installed)
        installed.setParent(None)
        installed.deleteLater()


@cache
def urdu_family() -> str:
    """A font family with all letters of Urdu: an installed one, else that of the font package; empty if neither is
    there (then Qt takes letters from wherever it finds them)."""
    installed = set(QFontDatabase.families())
    for family in _URDU_FAMILIES:
        if family in installed and _has_urdu(family):
            return family
    path = _packaged_font()
    number = QFontDatabase.addApplicationFont(path) if path else -1
    families = QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
    return families[0] if families else ""


def _has_urdu(family: str) -> bool:
    font = QRawFont.fromFont(QFont(family))
    return all(font.supportsCharacter(ord(letter)) for letter in _URDU_LETTERS)


def _packaged_font() -> str:
    """Noto Naskh Arabic of the package ``pylopdf-fonts-ar`` (SIL Open Font License), where it is installed."""
    try:
        return str(import_module("pylopdf_fonts_ar").serif_path())
    except ImportError:
        return ""
