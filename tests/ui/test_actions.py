"""Walks over what is declared once: the actions, the icons, the colours."""

from __future__ import annotations

import importlib.util
from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon, QKeySequence
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from surveyapp.assets import resource_path, resource_text
from surveyapp.domain.gems import GEMS
from surveyapp.ui import theme
from surveyapp.ui.action_table import ACTIONS, MENUS, WindowState
from surveyapp.ui.dialogs.palette import CommandPalette
from surveyapp.ui.mapcanvas.styles import contrast
from surveyapp.ui.prompts import ScriptedPrompts
from tests.ui.conftest import Desk

RESOURCES = resource_path("icons").parent


def test_every_action_says_what_it_is() -> None:
    for spec in ACTIONS:
        assert spec.text.strip("&…"), spec.id
        assert spec.tip, spec.id
        assert not spec.tip.endswith("."), spec.id
        assert spec.menu in MENUS, spec.id
        assert resource_path(f"icons/actions/{spec.icon}.svg").is_file(), spec.id


def test_every_action_has_a_shortcut_and_no_two_clash() -> None:
    assert max(Counter(spec.id for spec in ACTIONS).values()) == 1
    assert not [spec.id for spec in ACTIONS if not spec.shortcut]
    chords = [tuple(QKeySequence(spec.shortcut)[n] for n in range(QKeySequence(spec.shortcut).count()))
              for spec in ACTIONS]
    assert all(chords)
    assert max(Counter(chords).values()) == 1, Counter(chords).most_common(1)
    begun = {chord[:length] for chord in chords for length in range(1, len(chord))}
    assert not begun & set(chords), "a chord that begins with another shortcut is never reached"


def test_no_shortcut_is_what_a_text_field_takes_for_itself() -> None:
    """Copying and the like, and what X11 and macOS know of Emacs; in table and map the field's keys are free."""
    taken = {QKeySequence(keys)[0] for keys in
             ("Ctrl+C", "Ctrl+V", "Ctrl+X", "Ctrl+Y", "Ctrl+A", "Ctrl+E", "Ctrl+U", "Home", "End", "Left", "Right",
              "Space", "Return", "Backspace", "Tab")}
    found = [spec.id for spec in ACTIONS if not spec.records and QKeySequence(spec.shortcut)[0] in taken]
    assert found == []
    bare = [spec.id for spec in ACTIONS if not spec.records and len(spec.shortcut) == 1]
    assert bare == [], "a letter alone is for typing"


@pytest.mark.parametrize("menu", MENUS)
def test_no_two_letters_of_a_menu_are_the_same(menu: str) -> None:
    letters = [spec.text[spec.text.index("&") + 1].lower() for spec in ACTIONS if spec.menu == menu]
    assert max(Counter(letters).values()) == 1, Counter(letters).most_common(1)


def test_without_a_survey_only_what_needs_none_is_on_offer() -> None:
    offered = {spec.id for spec in ACTIONS if spec.when(WindowState())}
    assert {"survey.new", "survey.open", "survey.sample", "survey.merge", "app.quit"} <= offered
    assert not {"survey.export", "edit.undo", "sighting.new", "sighting.delete", "photo.attach"} & offered


def test_a_survey_for_reading_offers_nothing_that_writes_it() -> None:
    state = WindowState(open=True, writable=False, selected=1, records=3, undo="x", redo="y")
    offered = {spec.id for spec in ACTIONS if spec.when(state)}
    assert {"survey.export", "survey.preview", "survey.check"} <= offered
    assert not {"sighting.new", "sighting.delete", "edit.undo", "edit.redo", "survey.import"} & offered


def test_chords_and_keys_that_are_new_do_what_they_say(desk: Desk) -> None:
    window = desk.window
    desk.qtbot.keyClick(window, Qt.Key.Key_F2)
    desk.qtbot.keyClick(window, Qt.Key.Key_D)
    assert window.appearance.theme == "dark"
    assert "(F2, D)" in window.action_set["view.dark"].toolTip()


def test_the_drafts_banner_and_the_time_have_keys(desk: Desk, survey_file: Path, prompts: ScriptedPrompts) -> None:
    desk.open(survey_file)
    desk.trigger("form.continue")
    assert "No draft waits" in prompts.said[-1]
    desk.trigger("sighting.new")
    moment = desk.window.form.body.editor("observed_at")
    moment.set_raw("2020-01-01 10:00")
    desk.trigger("form.now")
    assert not moment.raw().startswith("2020")
    desk.trigger("photo.enlarge")
    assert desk.window.desk.side.currentWidget() is desk.window.panels.photos


def test_each_action_is_in_its_menu_with_text_and_icon(desk: Desk) -> None:
    window = desk.window
    in_menus = [
        action for menu in window.menuBar().findChildren(QMenu) for action in menu.actions() if action.objectName()
    ]
    assert {action.objectName() for action in in_menus} == {spec.id for spec in ACTIONS}
    for action in in_menus:
        assert action.text()
        assert not action.icon().isNull()


def test_the_palette_finds_an_action_by_words_and_runs_it(desk: Desk) -> None:
    palette = CommandPalette(desk.window.action_set, desk.window)
    palette.open()
    desk.qtbot.keyClicks(palette.edit, "used eyes")
    assert palette.list.count() == 1
    desk.qtbot.keyClick(palette.edit, "\r")
    assert desk.window.appearance.theme == "night"
    assert theme.current() is theme.NIGHT


def test_each_gem_has_an_icon_as_the_drawing_script_draws_it() -> None:
    script = RESOURCES / "icons" / "make_gem_icons.py"
    spec = importlib.util.spec_from_file_location("make_gem_icons", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for gem in GEMS:
        assert resource_text(gem.icon) == module.draw(gem), "run resources/icons/make_gem_icons.py"
    assert {path.stem for path in (RESOURCES / "icons" / "gems").iterdir()} == {gem.code for gem in GEMS}


def test_no_icon_lies_about_unused_or_has_a_colour_of_its_own() -> None:
    sources = "".join(path.read_text("utf-8") for path in Path(theme.__file__).parent.rglob("*.py"))
    for path in sorted((RESOURCES / "icons" / "actions").iterdir()):
        assert f'"{path.stem}"' in sources, f"nobody shows {path.name}"
        drawing = path.read_text("utf-8")
        assert "currentColor" in drawing
        assert "#" not in drawing, path.name


@pytest.mark.parametrize("colours", theme.THEMES.values(), ids=list(theme.THEMES))
def test_text_can_be_read_on_every_ground(colours: theme.Colours) -> None:
    for ground in (colours.window, colours.surface):
        for ink in (colours.text, colours.muted, colours.danger, colours.warning, colours.good, colours.accent):
            assert contrast(ink, ground) >= 4.5, (ink, ground)
    assert contrast(colours.on_accent, colours.accent) >= 4.5
    assert contrast(colours.text, colours.raised) >= 4.5
    assert contrast(colours.text, colours.accent_soft) >= 4.5
    assert contrast(colours.warning, colours.warning_soft) >= 4.5


@pytest.mark.parametrize("colours", theme.THEMES.values(), ids=list(theme.THEMES))
@pytest.mark.parametrize("touch", [True, False])
def test_the_style_sheet_is_filled_in_whole(colours: theme.Colours, touch: bool) -> None:
    assert "@" not in theme.style_sheet(colours, touch=touch)


def test_icons_are_drawn_in_the_colours_of_the_theme(qtbot: QtBot) -> None:
    del qtbot
    image = theme.icon("add", "#ff0000").pixmap(48).toImage()
    drawn = {
        image.pixelColor(x, y).name()
        for x in range(0, 48, 2)
        for y in range(48)
        if image.pixelColor(x, y).alpha() == 255
    }
    assert drawn == {"#ff0000"}
    assert theme.gem_icon("no such gem").isNull()
    assert isinstance(theme.gem_icon("ruby"), QIcon)
    assert not theme.gem_icon("ruby").isNull()
