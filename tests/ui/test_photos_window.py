"""Photos through the window: dropped anywhere, from the camera's folder, matched, captioned and drawn on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QImage, QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from surveyapp.domain.records import Record
from surveyapp.domain.template import Template
from surveyapp.errors import BadFile
from surveyapp.services import templates
from surveyapp.services.session import Session
from surveyapp.settings import Settings
from surveyapp.ui import theme
from surveyapp.ui.camera_folder import CameraFolder
from surveyapp.ui.dialogs.photo_match import PhotoMatchDialog
from surveyapp.ui.dialogs.sketch import SketchDialog
from surveyapp.ui.forms.images import toned
from surveyapp.ui.forms.sketch_canvas import ARROW, LINE, PEN, SCALE, TEXT, SketchCanvas
from surveyapp.ui.photo_controller import PhotoController
from surveyapp.ui.prompts import ScriptedPrompts
from surveyapp.ui.record_panels import in_order
from tests.ui.conftest import Desk
from tests.ui.test_forms_photos import jpeg
from tests.unit.test_exchange_photos import SWAT_GPS, photo

LEFT = Qt.MouseButton.LeftButton


def part(desk: Desk) -> PhotoController:
    return next(one for one in desk.window.parts if isinstance(one, PhotoController))


def a_file(folder: Path, name: str = "a.jpg", data: bytes | None = None) -> Path:
    """A photo taken where the first sighting of the test survey is."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(data or photo(gps=SWAT_GPS | {7: (6.0, 12.0, 0.0), 29: "2026:05:03"}))
    return path


def drag_over(desk: Desk, *paths: Path) -> bool:
    """Drag files over the window; whether it would take them."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    event = QDragEnterEvent(QPoint(600, 400), Qt.DropAction.CopyAction, mime, LEFT, Qt.KeyboardModifier.NoModifier)
    event.ignore()
    QApplication.sendEvent(desk.window, event)
    return event.isAccepted()


def drop(desk: Desk, *paths: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    at, copy, plain = QPointF(600, 400), Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    # Qt delivers a drop only within a drag of its own, so that it is handed to what listens.
    part(desk).eventFilter(desk.window, QDropEvent(at, copy, mime, LEFT, plain))
    desk.settle()


def show(desk: Desk, locality: str = "Fizagat") -> str:
    """Show the sighting of that locality in the form; its uuid."""
    roster = desk.window.survey.roster
    uuid = next(uuid for uuid in roster.uuids if roster.value(uuid, "locality") == locality)
    desk.window.survey.selection.set([uuid], "window")
    desk.settle()
    return uuid


def kept(path: Path) -> list[Record]:
    with Session.open(path) as session:
        return list(session.file.records("photo"))


def dialog(desk: Desk) -> PhotoMatchDialog:
    found = desk.window.findChildren(PhotoMatchDialog)
    assert len(found) == 1
    return found[0]


# --- dropping ----------------------------------------------------------------------------------------


def test_photos_dropped_anywhere_go_to_the_sighting_on_show_once(
    desk: Desk, survey_file: Path, tmp_path: Path
) -> None:
    one = a_file(tmp_path / "card")
    assert not drag_over(desk, one)  # nothing is open
    desk.open(survey_file)
    uuid = show(desk)
    assert drag_over(desk, one)
    assert part(desk)._hint.isVisible()
    assert "Fizagat" in part(desk)._hint.text()
    drop(desk, one)
    assert not part(desk)._hint.isVisible()
    assert [record.get("sighting_uuid") for record in kept(survey_file)] == [uuid]
    drop(desk, one)
    assert len(kept(survey_file)) == 1
    assert "already" in desk.window.desk.toast.text.text()
    assert not drag_over(desk, tmp_path / "notes.txt")


def test_a_photo_of_a_kind_that_is_not_kept_is_refused_in_words_and_the_others_are_taken(
    desk: Desk, survey_file: Path, tmp_path: Path, prompts: ScriptedPrompts
) -> None:
    desk.open(survey_file)
    show(desk)
    heic = a_file(tmp_path / "card", "x.HEIC", b"\x00\x00\x00\x18ftypheic" + bytes(30))
    drop(desk, heic, a_file(tmp_path / "card"))
    assert "x.HEIC" in prompts.said[-1]
    assert "HEIC photo" in prompts.said[-1]
    assert len(kept(survey_file)) == 1


def test_the_strip_says_what_is_no_photo(desk: Desk, survey_file: Path, tmp_path: Path) -> None:
    desk.open(survey_file)
    show(desk)
    strip = desk.window.panels.photos
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "notes.txt"))])
    plain = Qt.KeyboardModifier.NoModifier
    strip.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, mime, LEFT, plain))
    assert strip._state.text() == "notes.txt is no photo."


def test_the_size_is_the_persons_until_the_office_has_a_rule(
    desk: Desk, survey_file: Path, settings: Settings, tmp_path: Path
) -> None:
    desk.open(survey_file)
    show(desk)
    bar = desk.window.panels.photos.taking
    assert bar.size_choice.isEnabled()
    place = bar.size_choice.findData(1600)
    bar.size_choice.setCurrentIndex(place)
    bar.size_choice.activated.emit(place)
    assert settings["photo.max_px"] == 1600
    drop(desk, a_file(tmp_path / "card", data=photo((2000, 1000))))
    assert kept(survey_file)[0].get("width_px") == 1600
    desk.window.survey.close()
    desk.settle()
    with Session.open(survey_file) as session:
        templates.use(session, Template(name="Office", photo_max_px=800))
    desk.open(survey_file)
    assert not bar.size_choice.isEnabled()
    assert "800 px" in bar.size_choice.currentText()


# --- matching ----------------------------------------------------------------------------------------


def test_a_folder_is_matched_shown_and_attached(
    desk: Desk, survey_file: Path, tmp_path: Path, prompts: ScriptedPrompts
) -> None:
    card = tmp_path / "card"
    a_file(card, "here.jpg")
    a_file(card, "nowhere.jpg", photo((30, 20)))
    a_file(card, "bad.jpg", b"no photo")
    desk.open(survey_file)
    prompts.will_answer(card)
    desk.trigger("photo.match")
    asked = dialog(desk)
    assert "bad.jpg" in asked.troubles.text()
    assert asked.table.item(0, 1).text() == "Emerald · Fizagat"
    assert asked.table.item(0, 2).text() == "By its position: 0 m away, 2 min after it"
    assert asked.place_fact.text() == "Taken at the sighting's position"
    assert asked.time_fact.text() == "Taken 2 min after it"
    assert asked.table.item(1, 0).checkState() == Qt.CheckState.Unchecked
    assert asked.table.item(1, 2).text() == "The photo says neither place nor time"
    assert asked.main_button.text() == "Attach 1 photo"
    desk.qtbot.mouseClick(asked.main_button, LEFT)
    desk.settle()
    assert [record.get("file_name") for record in kept(survey_file)] == ["here.jpg"]
    prompts.will_answer(card)
    desk.gone(asked)
    desk.trigger("photo.match")
    assert dialog(desk).table.item(0, 2).text() == "In the survey already"
    assert not dialog(desk).main_button.isEnabled()
    dialog(desk).reject()


def test_a_person_may_choose_another_sighting_or_none(desk: Desk, survey_file: Path, tmp_path: Path) -> None:
    desk.open(survey_file)
    other = show(desk, "Charbagh")
    part(desk).match([a_file(tmp_path / "card"), a_file(tmp_path / "card", "no.jpg", photo((30, 20)))])
    desk.settle()
    asked = dialog(desk)
    place = asked.choice.findData(other)
    assert place > 0
    asked.choice.setCurrentIndex(place)
    asked.choice.activated.emit(place)
    assert asked.chosen() == [(tmp_path / "card" / "a.jpg", other)]
    assert asked.table.item(0, 2).text() == "Chosen by you"
    assert asked.place_fact.text().startswith("⚠ Taken 1.9 km")
    asked.table.item(1, 0).setCheckState(Qt.CheckState.Checked)  # to the one that is selected
    assert asked.chosen()[1][1] == other
    asked.table.item(0, 0).setCheckState(Qt.CheckState.Unchecked)
    asked.table.item(1, 0).setCheckState(Qt.CheckState.Unchecked)
    assert asked.chosen() == []
    assert not asked.main_button.isEnabled()
    asked.reject()


def test_the_cameras_clock_is_put_right_and_what_was_chosen_stays(
    desk: Desk, survey_file: Path, tmp_path: Path
) -> None:
    desk.open(survey_file)
    both = photo(taken="2026:05:03 12:10:00", gps=SWAT_GPS | {7: (6.0, 10.0, 0.0), 29: "2026:05:03"})
    late = photo((30, 20), taken="2026:05:03 12:11:00")
    part(desk).match([a_file(tmp_path, "both.jpg", both), a_file(tmp_path, "late.jpg", late)])
    desk.settle()
    asked = dialog(desk)
    assert asked.chosen() == [(tmp_path / "both.jpg", asked._rows[0].match.proposed)]
    assert "ahead by 01:00:00" in asked.clock_button.text()
    asked.table.item(0, 0).setCheckState(Qt.CheckState.Unchecked)
    with desk.qtbot.waitSignal(asked.rematchWanted) as wanted:
        desk.qtbot.mouseClick(asked.clock_button, LEFT)
    assert wanted.args == [3600.0]
    desk.settle()
    asked.table.setCurrentCell(1, 0)
    assert asked._rows[1].match.how == "time"
    assert "1 min after it" in asked.table.item(1, 2).text()
    assert asked.time_fact.text() == "Taken 1 min after it"
    assert asked.table.item(0, 0).checkState() == Qt.CheckState.Unchecked
    asked.clock_side.setCurrentIndex(2)
    asked.clock.setText("00:00:30")
    assert asked.ahead_s == -30
    asked.clock.setText("25:99:00")
    assert asked.ahead_s == 0
    assert "23:59:59" in asked.trouble.text()
    asked.reject()


def test_photos_dropped_where_no_sighting_is_on_show_are_matched(
    desk: Desk, survey_file: Path, tmp_path: Path
) -> None:
    desk.open(survey_file)
    drop(desk, a_file(tmp_path / "card"))
    assert dialog(desk).chosen()
    dialog(desk).reject()
    assert kept(survey_file) == []


def test_a_folder_without_photos_is_said_to_have_none(
    desk: Desk, survey_file: Path, tmp_path: Path, prompts: ScriptedPrompts
) -> None:
    desk.open(survey_file)
    (tmp_path / "empty").mkdir()
    prompts.will_answer(tmp_path / "empty")
    desk.trigger("photo.match")
    assert "no photos" in prompts.said[-1]


# --- the camera's folder -----------------------------------------------------------------------------


@pytest.fixture
def camera(qtbot: QtBot) -> CameraFolder:
    made = CameraFolder(rest_ms=20)
    yield made  # type: ignore[misc]
    made.stop()


def test_new_photos_are_told_once_and_when_they_are_whole(qtbot: QtBot, camera: CameraFolder, tmp_path: Path) -> None:
    old = a_file(tmp_path / "DCIM" / "100")
    camera.watch(tmp_path / "DCIM")
    told: list[list[Path]] = []
    camera.arrived.connect(told.append)
    new = tmp_path / "DCIM" / "100" / "b.jpg"
    new.write_bytes(b"")
    camera.look()
    camera.look()
    assert told == []  # empty: it is still being copied
    new.write_bytes(jpeg())
    qtbot.waitUntil(lambda: bool(told))
    camera.look()
    camera.look()
    assert told == [[new]]
    assert old not in told[0]


def test_a_card_that_is_put_in_later_is_found(camera: CameraFolder, tmp_path: Path) -> None:
    camera.watch(tmp_path / "card")
    told: list[list[Path]] = []
    camera.arrived.connect(told.append)
    camera.look()
    one = a_file(tmp_path / "card" / "100")
    camera.look()
    camera.look()
    assert told == [[one]]
    camera.stop()
    a_file(tmp_path / "card", "c.jpg", jpeg())
    camera.look()
    camera.look()
    assert told == [[one]]


def test_photos_of_the_camera_are_offered_and_taken(
    make_desk: Callable[[], Desk], survey_file: Path, tmp_path: Path, prompts: ScriptedPrompts, settings: Settings
) -> None:
    desk = make_desk()
    desk.open(survey_file)
    (tmp_path / "DCIM").mkdir()
    prompts.will_answer(tmp_path / "DCIM")
    desk.trigger("photo.watch")
    bars = desk.window.panels.photos
    assert bars.taking.watching.whole == "Watching DCIM"
    assert settings["photo.watch"]
    show(desk)
    a_file(tmp_path / "DCIM")
    part(desk).camera.look()
    part(desk).camera.look()
    assert bars.arrivals.text.text() == "1 new photo in DCIM"
    desk.trigger("view.photos")
    desk.qtbot.mouseClick(bars.arrivals.here_button, LEFT)
    desk.settle()
    assert len(kept(survey_file)) == 1
    assert not bars.arrivals.isVisible()
    a_file(tmp_path / "DCIM", "second.jpg", photo((30, 20)))
    part(desk).camera.look()
    part(desk).camera.look()
    assert bars.arrivals.isVisible()
    desk.qtbot.mouseClick(bars.arrivals.match_button, LEFT)
    desk.settle()
    assert [row.found.path.name for row in dialog(desk)._rows] == ["second.jpg"]
    dialog(desk).reject()
    assert not bars.arrivals.isVisible()
    again = make_desk()
    again.open(survey_file)
    assert part(again).camera.folder == tmp_path / "DCIM"  # as it was left
    again.trigger("photo.watch")
    assert part(again).camera.folder is None
    assert not settings["photo.watch"]


# --- captions and sketches ---------------------------------------------------------------------------


def test_a_caption_is_typed_on_the_card(desk: Desk, survey_file: Path, tmp_path: Path) -> None:
    desk.open(survey_file)
    show(desk)
    drop(desk, a_file(tmp_path / "card"))
    desk.trigger("view.photos")
    card = desk.window.panels.photos.cards[0]
    card.caption.setFocus()
    desk.qtbot.keyClicks(card.caption, "Talc schist")
    desk.qtbot.keyClick(card.caption, Qt.Key.Key_Return)
    desk.settle()
    assert kept(survey_file)[0].get("caption") == "Talc schist"
    assert desk.window.panels.photos.cards == [card]  # the picture is not loaded again
    desk.trigger("edit.undo")
    assert kept(survey_file)[0].get("caption") is None
    assert desk.window.panels.photos.cards[0].caption.text() == ""


def test_photos_stand_as_they_were_taken_with_their_sketches() -> None:
    def one(uuid: str, **values: str) -> Record:
        return Record("photo", uuid, values)

    late, early = one("a", taken_at="2026-05-03T06:12:00.000Z"), one("b", taken_at="2026-05-03T06:10:00.000Z")
    sketch, again = one("c", sketch_of="b"), one("d", sketch_of="c")
    orphan = one("e", sketch_of="gone", taken_at="2026-05-01T00:00:00.000Z")
    ring = [one("x", sketch_of="y"), one("y", sketch_of="x")]
    ordered = in_order([late, again, early, orphan, sketch, *ring])
    assert [photo.uuid for photo in ordered] == ["e", "b", "c", "d", "a", "x", "y"]


def drag(canvas: SketchCanvas, start: tuple[int, int], end: tuple[int, int]) -> None:
    kinds = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonRelease)
    for kind, at in zip(kinds, (start, end, end), strict=True):
        point = QPointF(*at)
        event = QMouseEvent(kind, point, canvas.mapToGlobal(point), LEFT, LEFT, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(canvas, event)


def test_a_sketch_is_drawn_saved_and_marked(desk: Desk, survey_file: Path, tmp_path: Path) -> None:
    desk.open(survey_file)
    show(desk)
    one = a_file(tmp_path / "card", data=jpeg("#308040", 640, 480))
    drop(desk, one)
    desk.trigger("photo.sketch")
    sketch = desk.window.findChild(SketchDialog)
    assert sketch is not None
    assert not sketch.main_button.isEnabled()
    drag(sketch.canvas, (300, 200), (500, 300))
    sketch.caption.setText("Contact")
    desk.qtbot.mouseClick(sketch.main_button, LEFT)
    desk.settle()
    desk.gone(sketch)
    original, drawn = sorted(kept(survey_file), key=lambda record: record.get("sketch_of") is not None)
    assert drawn.get("sketch_of") == original.uuid
    assert drawn.get("caption") == "Contact"
    names = [card.name.whole for card in desk.window.panels.photos.cards]
    assert names == ["a.jpg", "Sketch on a.jpg"]
    with Session.open(survey_file) as session:
        assert session.file.photo_data(original.uuid) == one.read_bytes()
        picture = QImage.fromData(session.file.photo_data(drawn.uuid) or b"")
    reds = [picture.pixelColor(x, y) for x in range(0, 640, 2) for y in range(0, 480, 2)]
    assert any(colour.red() > 180 and colour.green() < 80 for colour in reds)


def test_a_sketch_that_was_not_saved_is_there_again(
    make_desk: Callable[[], Desk], survey_file: Path, tmp_path: Path
) -> None:
    desk = make_desk()
    desk.open(survey_file)
    show(desk)
    drop(desk, a_file(tmp_path / "card", data=jpeg("#308040", 640, 480)))
    desk.trigger("photo.sketch")
    sketch = desk.window.findChild(SketchDialog)
    assert sketch is not None
    drag(sketch.canvas, (300, 200), (500, 300))
    sketch.caption.setText("Contact")
    drawn = sketch._content()
    assert len(drawn["marks"]) == 1
    desk.window.survey.close()
    desk.settle()
    again = make_desk()
    again.open(survey_file)
    assert "Sketch on" in again.window.desk.toast.text.text()
    show(again)
    again.trigger("photo.sketch")
    back = again.window.findChild(SketchDialog)
    assert back is not None and back._content() == drawn
    again.qtbot.mouseClick(back.main_button, LEFT)
    again.settle()
    again.gone(back)
    assert [record.get("caption") for record in kept(survey_file) if record.get("sketch_of")] == ["Contact"]
    assert not list((tmp_path / "drafts" / "sketches").glob("*.draft"))


def test_a_drawing_is_not_thrown_away_unasked(qtbot: QtBot, prompts: ScriptedPrompts) -> None:
    sketch = SketchDialog("a.jpg", jpeg(), prompts)
    sketch.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(sketch)
    sketch.show()
    drag(sketch.canvas, (300, 200), (500, 300))
    prompts.will_answer(None)
    sketch.reject()
    assert sketch.isVisible()
    sketch.undo_button.click()
    assert not sketch.main_button.isEnabled()
    sketch.redo_button.click()
    assert sketch.main_button.isEnabled()
    with qtbot.waitSignal(sketch.saveRequested):
        sketch.main_button.click()
    sketch.failed(BadFile("The disk is full."))
    assert "full" in sketch.trouble.text()
    assert sketch.isVisible()
    assert sketch.main_button.isEnabled()
    prompts.will_answer("drop")
    sketch.reject()
    assert not sketch.isVisible()


@pytest.mark.parametrize("tool", [PEN, LINE, ARROW, TEXT, SCALE])
def test_each_tool_leaves_its_mark_in_the_picture(qtbot: QtBot, tool: str) -> None:
    canvas = SketchCanvas(jpeg("#308040", 800, 600))
    qtbot.addWidget(canvas)
    canvas.resize(400, 300)
    canvas.tool, canvas.words = tool, "30 cm" if tool in (TEXT, SCALE) else ""
    drag(canvas, (100, 150), (300, 150))
    mark = canvas.sketch.marks[0]
    assert mark.points[-1] == pytest.approx((600, 300), abs=2)
    assert mark.text == canvas.words
    assert canvas.rendered() != canvas.base.convertToFormat(QImage.Format.Format_RGB32)
    canvas.undo()
    assert canvas.rendered() == canvas.base.convertToFormat(QImage.Format.Format_RGB32)


def test_slips_outside_and_missing_words_draw_nothing_odd(qtbot: QtBot) -> None:
    canvas = SketchCanvas(jpeg("#308040", 800, 600))
    qtbot.addWidget(canvas)
    canvas.resize(400, 300)
    canvas.tool = LINE
    drag(canvas, (100, 150), (102, 150))
    assert canvas.sketch.marks == []
    drag(canvas, (100, 150), (900, 900))
    assert canvas.sketch.marks[0].points[1] == (800.0, 600.0)
    canvas.tool = TEXT
    with qtbot.waitSignal(canvas.wordsWanted):
        drag(canvas, (100, 150), (100, 150))
    assert len(canvas.sketch.marks) == 1


def test_a_damaged_photo_cannot_be_drawn_on(desk: Desk, survey_file: Path, prompts: ScriptedPrompts) -> None:
    desk.open(survey_file)
    part(desk)._draw(Record("photo", "p", {"file_name": "a.jpg"}), b"no picture")
    assert "cannot be drawn on" in prompts.said[-1]


# --- by night ----------------------------------------------------------------------------------------


def test_by_night_a_photo_shows_nothing_but_red(qapp: QApplication) -> None:
    white = QImage(4, 4, QImage.Format.Format_RGB32)
    white.fill(QColor("white"))
    assert toned(white) is white
    theme.apply(qapp, theme.NIGHT)
    try:
        seen = toned(white).pixelColor(1, 1)
    finally:
        theme.apply(qapp, theme.LIGHT)
    assert seen.red() > 100
    assert seen.green() == seen.blue() == 0
