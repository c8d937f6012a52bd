"""Photos and history of a sighting, used as a person does."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QIODevice, QMimeData, QPoint, QPointF, QSize, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QImage
from pytestqt.qtbot import QtBot

from surveyapp.domain.fields import GEOMETRY
from surveyapp.domain.geometry import point_hex
from surveyapp.domain.merge import Revision
from surveyapp.domain.records import Record, Value
from surveyapp.ui.forms.history_panel import HistoryPanel
from surveyapp.ui.forms.images import picture
from surveyapp.ui.forms.photo_strip import PhotoStrip

LEFT = Qt.MouseButton.LeftButton
HERE: dict[str, Value] = {GEOMETRY: point_hex(72.36, 34.77), "observed_at": "2026-11-24T04:30:00.000Z"}


def jpeg(colour: str = "#308040", width: int = 640, height: int = 480) -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, "JPEG")
    return bytes(buffer.data().data())


def photo(uuid: str, **values: Value) -> Record:
    return Record("photo", uuid, {"file_name": f"{uuid}.jpg", "sighting_uuid": "u-1", **values})


@pytest.fixture
def strip(qtbot: QtBot) -> PhotoStrip:
    made = PhotoStrip(lambda: [Path("a.jpg"), Path("b.png")])
    qtbot.addWidget(made)
    made.resize(420, 500)
    made.show()
    return made


def drop(strip: PhotoStrip, *urls: QUrl) -> QDropEvent:
    mime = QMimeData()
    mime.setUrls(list(urls))
    buttons, modifiers = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    strip.dragEnterEvent(QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, mime, buttons, modifiers))
    event = QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, mime, buttons, modifiers)
    strip.dropEvent(event)
    return event


def test_pictures_come_one_after_the_other_with_their_facts(qtbot: QtBot, strip: PhotoStrip) -> None:
    near = photo("p-1", exif_longitude=72.36, exif_latitude=34.7703, taken_at="2026-11-24T04:35:00.000Z")
    far = photo("p-2", exif_longitude=72.46, exif_latitude=34.77, taken_at="2026-11-23T04:35:00.000Z")
    strip.show_photos([(near, jpeg), (far, jpeg)], HERE)
    qtbot.waitUntil(lambda: all(card.thumbnail.has_picture for card in strip.cards))
    first, second = strip.cards
    assert first.place.text() == "Taken 33 m N of the sighting"
    assert first.time.text() == "Taken 5 min after it"
    assert first.place.tone == "muted"
    assert second.place.text() == "⚠ Taken 9.1 km E of the sighting"
    assert second.place.tone == second.time.tone == "warning"


def test_bytes_that_are_no_picture_are_said_to_be_so(qtbot: QtBot, strip: PhotoStrip) -> None:
    strip.show_photos([(photo("p-1"), lambda: b"no picture"), (photo("p-2"), lambda: None)], HERE)
    qtbot.waitUntil(lambda: all(card.thumbnail._words == "Cannot be shown" for card in strip.cards))
    assert not strip.cards[0].thumbnail.has_picture


def test_bytes_may_come_later(qtbot: QtBot, strip: PhotoStrip) -> None:
    with qtbot.waitSignal(strip.imageWanted) as wanted:
        strip.show_photos([(photo("p-1"), None)], HERE)
    assert wanted.args == ["p-1"]
    strip.set_image("p-1", jpeg())
    assert strip.cards[0].thumbnail.has_picture
    strip.set_image("gone", jpeg())


def test_a_moved_sighting_is_compared_again(strip: PhotoStrip) -> None:
    strip.show_photos([(photo("p-1", exif_longitude=72.36, exif_latitude=34.77), jpeg)], HERE)
    assert strip.cards[0].place.text() == "Taken at the sighting's position"
    strip.compare({GEOMETRY: point_hex(74.6, 36.3)})
    assert strip.cards[0].place.tone == "warning"


def test_photos_that_stay_keep_their_picture_and_others_go(qtbot: QtBot, strip: PhotoStrip) -> None:
    one, two = photo("p-1"), photo("p-2")
    strip.show_photos([(one, jpeg), (two, jpeg)], HERE)
    qtbot.waitUntil(lambda: all(card.thumbnail.has_picture for card in strip.cards))
    kept = strip.cards[1]
    strip.show_photos([(two, jpeg)], HERE)
    assert strip.cards == [kept]
    strip.show_photos([], {})
    assert strip.cards == []
    assert "No photos yet" in strip._state.text()


def test_the_button_and_a_drop_hand_over_files(qtbot: QtBot, strip: PhotoStrip, tmp_path: Path) -> None:
    with qtbot.waitSignal(strip.photosDropped) as dropped:
        qtbot.mouseClick(strip.add_button, LEFT)
    assert dropped.args == [[Path("a.jpg"), Path("b.png")]]
    with qtbot.waitSignal(strip.photosDropped) as dropped:
        drop(
            strip,
            QUrl.fromLocalFile(str(tmp_path / "IMG 1.JPG")),
            QUrl.fromLocalFile(str(tmp_path / "notes.txt")),
            QUrl("https://example.org/x.jpg"),
        )
    assert dropped.args == [[tmp_path / "IMG 1.JPG"]]
    with qtbot.assertNotEmitted(strip.photosDropped):
        drop(strip, QUrl.fromLocalFile(str(tmp_path / "notes.txt")))


def test_where_nothing_may_be_changed_it_says_why(strip: PhotoStrip) -> None:
    strip.show_photos([(photo("p-1"), jpeg)], HERE)
    strip.set_editable(False, "The survey is open for reading only.")
    assert not strip.add_button.isEnabled()
    assert not strip.acceptDrops()
    assert not strip.cards[0].remove_button.isVisible()
    assert strip._state.text() == "The survey is open for reading only."


def test_a_photo_is_removed_and_enlarged_by_a_press(qtbot: QtBot, strip: PhotoStrip) -> None:
    strip.show_photos([(photo(f"p-{i}"), jpeg) for i in range(3)], HERE)
    with qtbot.waitSignal(strip.photoRemoved) as removed:
        qtbot.mouseClick(strip.cards[1].remove_button, LEFT)
    assert removed.args == ["p-1"]
    qtbot.mouseClick(strip.cards[0].thumbnail, LEFT)
    viewer = strip.viewer
    assert viewer is not None
    assert viewer.isVisible()
    assert not viewer.canvas.image.isNull()
    qtbot.keyClick(viewer, Qt.Key.Key_Right)
    assert viewer.uuid == "p-1"
    qtbot.keyClick(viewer, Qt.Key.Key_Left)
    qtbot.keyClick(viewer, Qt.Key.Key_Left)
    assert viewer.uuid == "p-2"
    qtbot.keyClick(viewer, Qt.Key.Key_Escape)
    assert strip.viewer is None


def test_a_photo_is_turned_as_the_camera_was_held(cases_dir: Path) -> None:
    upright = picture((cases_dir / "exif" / "portrait_6.jpg").read_bytes(), QSize(120, 120))
    assert upright.height() == 120 > upright.width() > 60
    lying = picture((cases_dir / "exif" / "landscape_3.jpg").read_bytes(), QSize(120, 120))
    assert lying.width() == 120 > lying.height() > 60


def test_a_picture_is_never_enlarged() -> None:
    assert picture(jpeg(width=40, height=20), QSize(400, 400)).size() == QSize(40, 20)
    assert picture(jpeg(width=4000, height=10), QSize(100, 100)).size() == QSize(100, 1)


# --- history -----------------------------------------------------------------------------------------


def revision(number: int, **body: Value) -> Revision:
    parents = (f"{number - 1:04}",) if number else ()
    return Revision(
        f"{number:04}",
        "sighting",
        "u-1",
        parents,
        "update" if number else "insert",
        None,
        body,
        author="امینہ خان",
        at="2026-11-24T04:30:00.000Z",
        initiator="form",
    )


@pytest.fixture
def panel(qtbot: QtBot) -> HistoryPanel:
    made = HistoryPanel()
    qtbot.addWidget(made)
    made.resize(420, 500)
    made.show()
    return made


def plain(text: str) -> str:
    return text.replace("\u2068", "").replace("\u2069", "")


def test_history_is_read_and_a_version_brought_back(qtbot: QtBot, panel: HistoryPanel) -> None:
    first, second = revision(0, gem="ruby", locality="Chumar"), revision(1, gem="emerald")
    panel.show_history([first, second])
    latest, oldest = panel.cards
    assert [plain(line.text()) for line in latest.lines] == [
        "Gem: Ruby → Emerald",
        "Locality: Chumar → empty",
    ]
    assert [plain(line.text()) for line in oldest.lines] == ["Gem: Ruby", "Locality: Chumar"]
    assert not latest.restore_button.isVisible()
    with qtbot.waitSignal(panel.restoreRequested) as wanted:
        qtbot.mouseClick(oldest.restore_button, LEFT)
    assert wanted.args == [first]
    panel.set_editable(False)
    assert not oldest.restore_button.isVisible()


def test_a_long_history_is_shown_in_parts(qtbot: QtBot, panel: HistoryPanel) -> None:
    panel.show_history([revision(i, stone_count=i) for i in range(60)])
    assert len(panel.cards) == 25
    assert panel.older_button.text() == "Show older versions (35)"
    qtbot.mouseClick(panel.older_button, LEFT)
    qtbot.mouseClick(panel.older_button, LEFT)
    assert len(panel.cards) == 60
    assert not panel.older_button.isVisible()


def test_no_history_is_said_to_be_none(panel: HistoryPanel) -> None:
    panel.show_history([revision(0, gem="ruby")])
    panel.show_history([])
    assert panel.cards == []
    assert panel._nothing.isVisible()


def test_a_very_long_value_is_cut_and_whole_in_the_tooltip(panel: HistoryPanel) -> None:
    first, second = " ".join(["first"] * 90), " ".join(["second"] * 90)
    panel.show_history([revision(0, notes=first), revision(1, notes=second)])
    line = panel.cards[0].lines[0]
    assert len(line.text()) < 400
    assert second in line.toolTip()
