"""How the map looks: by what it colours, its nets, going to a position, marks, and pictures for a report."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from surveyapp.domain import changes
from surveyapp.domain.changes import ChangeSet
from surveyapp.domain.records import utc_text
from surveyapp.domain.vocabulary import VOCABULARIES
from surveyapp.errors import BadFile
from surveyapp.geo.toposheets import toposheet_at
from surveyapp.settings import Settings
from surveyapp.ui.dialogs.snapshot import SHAPES, SnapshotDialog
from surveyapp.ui.forms.position_tools import standard_tools
from surveyapp.ui.goto_bar import GoToBar
from surveyapp.ui.map_link import MapLink
from surveyapp.ui.map_styles import SCHEMES
from surveyapp.ui.mapcanvas.grids import metre_lines, sheet_cells, sheet_size_deg, utm_step_m, zone_edges
from surveyapp.ui.mapcanvas.scene import Sheet
from surveyapp.ui.mapcanvas.snapshot import Paper, paper_scale
from surveyapp.ui.mapcanvas.styles import DARK, LIGHT, NIGHT, contrast
from surveyapp.ui.mapcanvas.viewport import Viewport, world_y1
from surveyapp.ui.prompts import ScriptedPrompts
from surveyapp.ui.selection import Selection
from tests.ui.conftest import Desk
from tests.ui.mapcanvas_kit import pixels_of, shown_map
from tests.ui.test_finder import filled

LEFT = Qt.MouseButton.LeftButton
NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)


def ago(**span: float) -> str:
    return utc_text(NOW - timedelta(**span))


# --- by what the map colours -------------------------------------------------------------------------


@pytest.mark.parametrize("name", SCHEMES)
def test_every_value_has_an_entry_of_its_own_and_an_odd_one_the_last(name: str) -> None:
    scheme = SCHEMES[name]
    palette = scheme.palette()
    assert len({(style.colour, style.shape) for style in palette}) == len(palette)
    assert scheme.indices(["nonsense" if name != "age" else 7, None], NOW).tolist() == [len(palette) - 1] * 2
    if name != "age":
        codes = VOCABULARIES[scheme.field].codes
        found = scheme.indices(codes, NOW).tolist()
        assert [palette[place].key for place in found] == list(codes)


def test_ages_are_told_from_the_clock() -> None:
    values = [ago(days=-1), ago(days=6.9), ago(days=7.1), ago(days=29), ago(days=31), ago(days=364), ago(days=366)]
    assert SCHEMES["age"].indices(values, NOW).tolist() == [0, 0, 1, 1, 2, 2, 3]


@pytest.mark.parametrize("name", ["status", "confidence", "age"])
def test_symbols_stand_out_from_the_land(name: str) -> None:
    for style in SCHEMES[name].palette():
        assert contrast(style.colour, LIGHT.land) >= 2.3, style
        assert contrast(style.colour, DARK.land) >= 1.6, style


@pytest.mark.parametrize("theme", [LIGHT, DARK, NIGHT], ids=lambda theme: theme.name)
def test_names_of_nets_can_be_read(theme: object) -> None:
    assert contrast(theme.metre_grid, theme.land) >= 3  # type: ignore[attr-defined]
    assert contrast(theme.sheets, theme.land) >= 3  # type: ignore[attr-defined]


def test_the_map_follows_the_field_that_it_is_coloured_by(qtbot: QtBot) -> None:
    roster = filled({"uuid": "a", "gem": "ruby", "observed_at": ago(days=2), "longitude": 72.3, "latitude": 34.7})
    canvas = shown_map(qtbot)
    link = MapLink(canvas, roster, Selection(), clock=lambda: NOW)
    link.reload()
    link.set_scheme("age")
    assert [row.style.label for row in canvas.scene.legend_rows()] == ["Last 7 days"]
    link.follow(roster.apply(ChangeSet((changes.update("sighting", "a", {"observed_at": None}),), "x")))
    assert [row.style.label for row in canvas.scene.legend_rows()] == ["No date"]
    canvas.scene.layer.hide_styles([4])
    link.set_scheme("gem")
    assert [(row.style.key, row.hidden) for row in canvas.scene.legend_rows()] == [("ruby", False)]


def test_looks_are_chosen_and_remembered(
    make_desk: Callable[[], Desk], survey_file: Path, settings: Settings
) -> None:
    desk = make_desk()
    desk.open(survey_file)
    assert desk.window.action_set["map.style.gem"].isChecked()
    desk.trigger("map.style.confidence")
    desk.trigger("map.crowding.density")
    desk.trigger("map.grid.sheets")
    desk.trigger("map.grid.degrees")
    assert [row.style.label for row in desk.window.canvas.scene.legend_rows()] == ["Not said"]
    assert desk.window.canvas.scene.points.crowding == "density"
    assert desk.window.canvas.grids == {"sheets"}
    other = make_desk()
    other.open(survey_file)
    assert other.window.canvas.grids == {"sheets"}
    on = [name for name in ("style.gem", "style.confidence", "crowding.density", "grid.sheets", "grid.degrees")
          if other.window.action_set[f"map.{name}"].isChecked()]
    assert on == ["style.confidence", "crowding.density", "grid.sheets"]
    assert [row.style.label for row in other.window.canvas.scene.legend_rows()] == ["Not said"]


# --- nets --------------------------------------------------------------------------------------------

VIEWS = st.builds(
    lambda lon, lat, scale: Viewport(900, 600, lon, world_y1(lat), scale),
    st.floats(60, 79),
    st.floats(-10, 60),
    st.floats(np.log10(20), np.log10(400_000)).map(lambda power: 10**power),
)


@given(VIEWS)
def test_metre_lines_lie_where_their_name_says(view: Viewport) -> None:
    step = utm_step_m(view)
    lines = metre_lines(view)
    if step is None:
        assert lines == []
        return
    assert lines
    for line in lines[:: max(len(lines) // 5, 1)]:
        assert line.metres % step == 0
        assert float(line.label) * 1000 == pytest.approx(line.metres)
        inside = [p for p in line.pixels if line.west <= p[0] <= line.east and 0 <= p[1] <= 600]
        for x, y in inside[::6]:
            lon, lat = view.lonlat(x, y)
            zone = int(view.lonlat((line.west + line.east) / 2, 0)[0] // 6) + 31
            transformer = Transformer.from_crs(4326, (32600 if lat >= 0 else 32700) + zone, always_xy=True)
            found = transformer.transform(lon, lat)[0 if line.axis == "easting" else 1]
            # On the equator both hemispheres draw it: 0 and 10,000,000 m.
            assert min(abs(found - line.metres), abs(abs(found - line.metres) - 1e7)) < view.metres_per_pixel


def test_lines_between_their_points_are_straight_enough() -> None:
    view = Viewport(1400, 800, 72.0, world_y1(34.0), 150.0)
    for line in metre_lines(view):
        if len(line.pixels) < 3:
            continue
        middle = (line.pixels[:-2] + line.pixels[2:]) / 2
        # Over two parts the line strays four times as far from the straight as over one.
        assert np.abs(middle - line.pixels[1:-1]).max() / 4 < 0.5


def test_zones_are_named_on_both_sides_of_their_edge() -> None:
    (edge,) = zone_edges(Viewport(900, 600, 72.0, world_y1(34.0), 200.0))
    assert (edge.pixel, edge.west_zone, edge.east_zone) == (450.0, "42N", "43N")
    assert zone_edges(Viewport(900, 600, 0.0, 0.0, 2.5)) == []


@given(VIEWS)
def test_sheets_are_named_as_the_sheet_of_their_middle(view: Viewport) -> None:
    size = sheet_size_deg(view)
    for cell in sheet_cells(view)[::7]:
        assert size is not None
        middle = cell.corners[:4].mean(axis=0)
        number = toposheet_at(*view.lonlat(*middle))
        assert number is not None
        assert number.startswith(cell.number)
        assert np.ptp(cell.corners[:, 0]) == pytest.approx(size * view.scale, rel=0.01)


def test_the_sheets_of_swat_are_there() -> None:
    cells = {cell.number for cell in sheet_cells(Viewport(900, 600, 72.36, world_y1(34.77), 900.0))}
    assert {"43 B/5", "43 B/6", "43 B/9"} <= cells
    assert {cell.number for cell in sheet_cells(Viewport(900, 600, 72.36, world_y1(34.77), 150.0))} >= {"43 B", "43 A"}
    assert {cell.number for cell in sheet_cells(Viewport(900, 600, 72.36, world_y1(34.77), 40.0))} >= {"43", "38"}
    assert sheet_cells(Viewport(900, 600, 72.36, world_y1(34.77), 5.0)) == []


def test_nets_are_drawn_in_their_colours(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    canvas.set_grids(())
    bare = pixels_of(canvas.grab().toImage())
    canvas.set_grids(("utm",))
    metres = pixels_of(canvas.grab().toImage())
    canvas.set_grids(("utm", "sheets", "degrees"))
    every = pixels_of(canvas.grab().toImage())
    assert (bare != metres).any(axis=2).sum() > 1500
    assert (metres != every).any(axis=2).sum() > 300


# --- going to a position, and marking one ------------------------------------------------------------


@pytest.fixture
def bar(qtbot: QtBot) -> GoToBar:
    canvas = shown_map(qtbot)
    made = GoToBar(canvas, standard_tools())
    made.open()
    return made


@pytest.mark.parametrize("text", ["34.7725N 72.3608E", "43S 258500 3850900", "43 B/5 46.35N 21.65E", "۳۴.۷۷۲۵ ۷۲.۳۶۰۸"])
def test_a_position_in_any_notation_is_gone_to(bar: GoToBar, qtbot: QtBot, text: str) -> None:
    canvas = bar.parent()
    bar.line.setText(text)
    qtbot.keyClick(bar.line, Qt.Key.Key_Return)
    longitude, latitude = canvas.view.centre
    assert (longitude, latitude) == pytest.approx((72.3608, 34.7725), abs=0.002)
    assert canvas.scene.pin is not None
    assert canvas.scene.pin[:2] == pytest.approx((longitude, latitude))


def test_a_toposheet_is_shown_whole(bar: GoToBar, qtbot: QtBot) -> None:
    canvas = bar.parent()
    bar.line.setText("sheet 43B5")
    qtbot.waitUntil(lambda: bar.said.text() == "The whole of sheet 43 B/5")
    qtbot.keyClick(bar.line, Qt.Key.Key_Return)
    west, south, east, north = canvas.view.bounds
    assert west < 72.249 and east > 72.4993 and south < 34.7494 and north > 34.9995
    assert north - south < 0.6, "and little else"


def test_what_is_no_position_is_said_and_the_map_stays(bar: GoToBar, qtbot: QtBot) -> None:
    canvas = bar.parent()
    before = canvas.view
    bar.line.setText("43 B/17")
    qtbot.waitUntil(lambda: "does not exist" in bar.said.text())
    assert bar.said.tone == "muted", "half a position is no mistake yet"
    qtbot.keyClick(bar.line, Qt.Key.Key_Return)
    assert bar.said.tone == "danger"
    assert canvas.view == before
    bar.line.clear()
    qtbot.keyClick(bar.line, Qt.Key.Key_Return)
    assert canvas.view == before
    qtbot.keyClick(bar.line, Qt.Key.Key_Escape)
    assert not bar.isVisible()


def test_keys_and_clicks_in_the_line_are_not_for_the_map(bar: GoToBar, qtbot: QtBot) -> None:
    canvas = bar.parent()
    canvas.set_selection(["a"])
    opened: list[str] = []
    canvas.sightingActivated.connect(opened.append)
    before = canvas.view
    bar.line.setText("43 B/17")
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Up, Qt.Key.Key_Plus):
        qtbot.keyClick(bar.line, key)
    qtbot.mouseClick(bar.said, LEFT)
    assert (opened, canvas.view, canvas.selection) == ([], before, ["a"])


def test_the_line_is_opened_by_its_action_and_stays_in_the_map(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    desk.trigger("map.goto")
    bar = desk.window.canvas.findChild(GoToBar)
    assert bar.line.hasFocus()
    desk.window.resize(1100, 700)
    desk.settle()
    assert desk.window.canvas.rect().contains(bar.geometry())
    desk.trigger("survey.close")
    assert not bar.isVisible()


def test_a_typed_position_is_marked_when_typing_rests_and_the_scale_stays(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    canvas = desk.window.canvas
    moves: list[object] = []
    canvas.viewChanged.connect(lambda: moves.append(canvas.view))
    before = canvas.view
    desk.trigger("sighting.new")
    line = desk.window.form.position_box.line
    desk.qtbot.keyClicks(line, "34.78N 72.36E")
    assert canvas.scene.pin is None, "nothing is marked while one types"
    desk.qtbot.waitUntil(lambda: canvas.scene.pin is not None)
    assert canvas.scene.pin[:2] == pytest.approx((72.36, 34.78))
    assert moves == [], "it is in view"
    line.selectAll()
    desk.qtbot.keyClicks(line, "25N 66E")
    desk.qtbot.waitUntil(lambda: canvas.scene.pin is not None and canvas.scene.pin[1] == pytest.approx(25))
    assert canvas.view.centre == pytest.approx((66, 25))
    assert canvas.view.scale == before.scale


# --- pictures ----------------------------------------------------------------------------------------


def test_a_picture_is_light_whatever_the_window_is(qtbot: QtBot, tmp_path: Path) -> None:
    canvas = shown_map(qtbot)
    canvas.set_theme("night")
    canvas.set_grids(("utm",))
    canvas.snapshot(tmp_path / "map.png", 800, 600, Sheet("Swat", "24 November 2026"))
    pixels = pixels_of(QImage(str(tmp_path / "map.png")))
    assert np.median(pixels[..., :3]) > 200
    assert canvas.scene.theme is NIGHT
    assert canvas.grids == {"utm"}


def test_a_page_has_the_map_on_it(qtbot: QtBot, tmp_path: Path, require_program: Callable[[str], str]) -> None:
    canvas = shown_map(qtbot)
    target = tmp_path / "map.pdf"
    canvas.save_pdf(target, Paper("A4", landscape=False), Sheet("Swat emeralds", "24 November 2026"))
    assert target.read_bytes().startswith(b"%PDF-")
    program = require_program("pdftoppm")
    subprocess.run([program, "-r", "50", "-png", "-singlefile", str(target), str(tmp_path / "page")], check=True)
    page = QImage(str(tmp_path / "page.png"))
    assert (page.width(), page.height()) == pytest.approx((413, 585), abs=2)
    pixels = pixels_of(page)[..., :3].astype(int)
    assert (pixels[:15] == 255).all(), "the margin is white"
    assert len(np.unique(pixels[60:560, 40:370].reshape(-1, 3), axis=0)) > 50, "and the map is not"
    with pytest.raises(BadFile, match="cannot be written"):
        canvas.save_pdf(tmp_path / "missing" / "map.pdf", Paper())


def test_the_scale_on_paper_is_told_to_three_figures() -> None:
    assert paper_scale(25.4 / 1000 / 96) == 1
    assert paper_scale(6.6146) == 25_000
    assert Paper("A4", landscape=True).pixels == (1046, 718)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.key)
def test_a_picture_of_the_map_is_written(
    desk: Desk, survey_file: Path, prompts: ScriptedPrompts, tmp_path: Path, settings: Settings, shape: object
) -> None:
    desk.open(survey_file)
    desk.trigger("map.snapshot")
    dialog = desk.window.findChild(SnapshotDialog)
    assert dialog.title.text() == "Swat emeralds"
    dialog.size_box.setCurrentIndex(dialog.size_box.findData(shape.key))  # type: ignore[attr-defined]
    dialog.boxes["sheets"].setChecked(True)
    prompts.will_answer(tmp_path / "map of v1.2")
    desk.qtbot.mouseClick(dialog.main_button, LEFT)
    written = tmp_path / f"map of v1.2{shape.extension}"  # type: ignore[attr-defined]
    assert written.is_file()
    if written.suffix == ".png":
        assert QImage(str(written)).width() == shape.pixels[0]  # type: ignore[attr-defined]
    assert settings["map.picture"] == shape.key  # type: ignore[attr-defined]
    assert desk.window.canvas.grids == {"degrees"}, "the window's own nets are as they were"


def test_a_picture_that_cannot_be_written_says_so(
    desk: Desk, survey_file: Path, prompts: ScriptedPrompts, tmp_path: Path
) -> None:
    desk.open(survey_file)
    desk.trigger("map.snapshot")
    dialog = desk.window.findChild(SnapshotDialog)
    prompts.will_answer(tmp_path / "missing" / "map.png")
    desk.qtbot.mouseClick(dialog.main_button, LEFT)
    assert "cannot be written" in prompts.said[-1]
    desk.trigger("map.snapshot")
    prompts.will_answer(None)
    desk.qtbot.mouseClick(desk.window.findChild(SnapshotDialog).main_button, LEFT)
    assert not list(tmp_path.glob("*.png"))
