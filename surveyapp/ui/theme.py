"""How the window looks: three palettes, one style sheet, and icons recoloured to fit.

Colours are chosen for AA contrast (a test measures them) and agree with the themes of the map. Widgets
ask for a look by a dynamic property: ``role`` on a label (title, heading, muted, warning) or on a button
(primary, flat), ``card`` on a frame. No widget sets a colour of its own.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from functools import cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontInfo, QGuiApplication, QIcon, QPalette, qGray
from PySide6.QtWidgets import QApplication, QWidget

from surveyapp.assets import resource_path, resource_text
from surveyapp.domain.gems import GEM_BY_CODE
from surveyapp.ui.drawn_icon import drawn_icon

SIZES = {"target": 26, "pad": 5, "tool": 2, "tab": 22, "scroll": 12, "row": 30}
TOUCH_SIZES = {"target": 38, "pad": 9, "tool": 7, "tab": 30, "scroll": 18, "row": 44}
"""Sizes in px that the style sheet takes; with the padding of a button a target of 38 is 44 high."""


@dataclass(frozen=True, slots=True)
class Colours:
    """Colours of one theme, ``#rrggbb``. ``soft`` ones are grounds, the others text or edges on them;
    ``faint`` is for what is disabled."""

    name: str
    window: str
    surface: str
    raised: str
    edge: str
    text: str
    muted: str
    faint: str
    accent: str
    on_accent: str
    accent_soft: str
    danger: str
    warning: str
    warning_soft: str
    good: str


LIGHT = Colours(
    name="light",
    window="#f2f3f5",
    surface="#ffffff",
    raised="#e7e9ed",
    edge="#c9ccd2",
    text="#24262b",
    muted="#5a5f68",
    faint="#9aa0a8",
    accent="#0a5fd0",
    on_accent="#ffffff",
    accent_soft="#dbe8fb",
    danger="#b3261e",
    warning="#7a4b00",
    warning_soft="#fff1cf",
    good="#1c6b3f",
)
DARK = Colours(
    name="dark",
    window="#15191e",
    surface="#1d2229",
    raised="#2b323b",
    edge="#47505c",
    text="#eceef1",
    muted="#aab1bb",
    faint="#69727e",
    accent="#6cb2ff",
    on_accent="#07192c",
    accent_soft="#23405f",
    danger="#ff9a90",
    warning="#ffd479",
    warning_soft="#3d3113",
    good="#7fd6a2",
)
NIGHT = Colours(
    name="night",
    window="#000000",
    surface="#0d0000",
    raised="#260503",
    edge="#6e1b15",
    text="#ff5a4a",
    muted="#d8483a",
    faint="#7e2018",
    accent="#ff7a66",
    on_accent="#1a0000",
    accent_soft="#4a0f0a",
    danger="#ff8d7d",
    warning="#ff9a6b",
    warning_soft="#2e0b02",
    good="#ff7a66",
)

THEMES: dict[str, Colours] = {theme.name: theme for theme in (LIGHT, DARK, NIGHT)}


def system_theme() -> str:
    """``light`` or ``dark``, as the system says; light where it says nothing."""
    hints = QGuiApplication.styleHints()
    return "dark" if hints.colorScheme() == Qt.ColorScheme.Dark else "light"


def colours_for(setting: str) -> Colours:
    """The colours that the setting ``appearance.theme`` stands for."""
    return THEMES[system_theme() if setting == "system" else setting]


def current() -> Colours:
    """Colours in use; light before :func:`apply`."""
    application = QApplication.instance()
    name = application.property("surveyapp_theme") if application is not None else ""
    return THEMES.get(str(name), LIGHT)


def apply(application: QApplication, colours: Colours, *, touch: bool = False) -> None:
    """Give the whole program these colours, and targets of 44 px where ``touch``."""
    sheet = style_sheet(colours, touch=touch)
    if application.styleSheet() == sheet:
        return  # to style every widget again takes a second
    choose(application, colours, touch=touch)
    application.setStyleSheet(sheet)


def choose(application: QApplication, colours: Colours, *, touch: bool = False) -> None:
    """Say what the look is going to be, for widgets that are made before :func:`apply`: with a style sheet on, Qt
    styles a widget and all that is in it anew each time it is put into another, which is half of making a window."""
    application.setProperty("surveyapp_theme", colours.name)
    application.setProperty("surveyapp_touch", touch)
    if not application.property("surveyapp_styled"):
        application.setStyle("Fusion")  # once: with a style sheet over it Qt does not tell that it is there
        application.setProperty("surveyapp_styled", True)
    application.setPalette(palette(colours))


def palette(colours: Colours) -> QPalette:
    """Qt's palette of a theme, for what the style sheet does not reach and for our own painting."""
    made = QPalette()
    roles = QPalette.ColorRole
    for role, colour in {
        roles.Window: colours.window,
        roles.WindowText: colours.text,
        roles.Base: colours.surface,
        roles.AlternateBase: colours.window,
        roles.Text: colours.text,
        roles.Button: colours.raised,
        roles.ButtonText: colours.text,
        roles.BrightText: colours.danger,
        roles.ToolTipBase: colours.surface,
        roles.ToolTipText: colours.text,
        roles.PlaceholderText: colours.muted,
        roles.Highlight: colours.accent,
        roles.HighlightedText: colours.on_accent,
        roles.Accent: colours.accent,
        roles.Link: colours.accent,
        roles.LinkVisited: colours.accent,
        roles.Light: colours.surface,
        roles.Midlight: colours.raised,
        roles.Mid: colours.edge,
        roles.Dark: colours.edge,
        roles.Shadow: colours.window,
    }.items():
        made.setColor(role, QColor(colour))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours.faint))
    made.setColor(QPalette.ColorGroup.Disabled, roles.Highlight, QColor(colours.edge))
    return made


def set_role(widget: QWidget, role: str) -> None:
    """Change a widget's look (see the module's docstring) and show it at once."""
    if widget.property("role") != role:
        widget.setProperty("role", role)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def icon(name: str, colour: str | None = None) -> QIcon:
    """Icon ``resources/icons/actions/<name>.svg`` in the colours of the theme (or in ``colour``)."""
    colours = current()
    return _icon(name, colour or colours.text, colours.faint)


@cache
def _icon(name: str, colour: str, disabled: str) -> QIcon:
    drawing = resource_text(f"icons/actions/{name}.svg")
    return drawn_icon(drawing.replace("currentColor", colour), drawing.replace("currentColor", disabled))


def gem_icon(code: object) -> QIcon:
    """Icon of a gem, empty for one that has none; by night in shades of red."""
    return _gem_icon(str(code), current() is NIGHT)


@cache
def _gem_icon(code: str, night: bool) -> QIcon:
    gem = GEM_BY_CODE.get(code)
    if gem is None:
        return QIcon()
    drawing = resource_text(gem.icon)
    if night:
        drawing = re.sub("#(?:[0-9a-f]{6}|fff)", lambda match: _reddened(match[0]), drawing)
    return drawn_icon(drawing)


def _reddened(colour: str) -> str:
    """A colour as light as this one, in red: blue and green light would cost the eyes their darkness."""
    share = 0.25 + 0.75 * qGray(QColor(colour).rgb()) / 255
    full = QColor(NIGHT.text)
    return QColor(round(full.red() * share), round(full.green() * share), round(full.blue() * share)).name()


def leading() -> Qt.AlignmentFlag:
    """Where lines begin: left, and right in a window from right to left, there for Latin text too."""
    absolute = Qt.AlignmentFlag.AlignAbsolute
    if QGuiApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft:
        return Qt.AlignmentFlag.AlignRight | absolute
    return Qt.AlignmentFlag.AlignLeft | absolute


def use_fonts(application: QApplication, urdu_family: str = "") -> None:
    """The system's own font first; for Urdu whichever of the good ones is installed, else what Qt finds. In a window
    in Urdu ``urdu_family`` comes first, since many a Latin font has Arabic letters that are hard to read."""
    font = application.font()
    # The family that is really used: a name such as "Sans Serif" stands for whatever has the first letter.
    system = str(application.property("surveyapp_font") or QFontInfo(font).family())
    application.setProperty("surveyapp_font", system)
    families = [system, "Noto Naskh Arabic", "Noto Nastaliq Urdu", "Noto Sans Arabic", "DejaVu Sans"]
    font.setFamilies([urdu_family, *families] if urdu_family else families)
    if font.pointSizeF() < 10:
        font.setPointSizeF(10)
    font.setStyleStrategy(QFont.StyleStrategy.PreferAntialias)
    application.setFont(font)


def style_sheet(colours: Colours, *, touch: bool) -> str:
    """The style sheet, filled in."""
    sizes = TOUCH_SIZES if touch else SIZES
    sheet = resource_text("styles/window.qss")
    for name, value in {**asdict(colours), **sizes}.items():
        sheet = sheet.replace(f"@{name}@", str(value))
    for name in ("chevron", "chevron-up", "tick"):
        picture = resource_path(f"styles/{name}-{colours.name}.svg").as_posix()
        sheet = sheet.replace(f"@{name.replace('-', '_')}@", picture)
    return sheet


def row_height() -> int:
    """Height in px of a row of a table or list."""
    application = QApplication.instance()
    touch = application is not None and bool(application.property("surveyapp_touch"))
    return (TOUCH_SIZES if touch else SIZES)["row"]
