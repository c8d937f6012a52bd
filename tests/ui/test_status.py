"""The toast and the tooltips: whole sentences, in every theme."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QLineEdit, QSpinBox, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from surveyapp.ui import theme
from surveyapp.ui.forms.look import FRAMELESS
from surveyapp.ui.mapcanvas.styles import contrast
from surveyapp.ui.status import Toast


@pytest.fixture
def application(qapp: QApplication) -> Iterator[QApplication]:
    yield qapp
    theme.apply(qapp, theme.LIGHT)


def test_a_long_sentence_wraps_in_its_toast_and_a_short_one_stays_small(qtbot: QtBot) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(420, 300)
    host.show()
    toast = Toast(host, lambda: None)
    toast.say("Saved", undoable=True)
    small = toast.size()
    toast.say("A sentence that goes on and on. " * 8, undoable=True)
    assert toast.width() <= 420
    assert toast.height() > 2 * small.height()
    assert host.rect().contains(toast.geometry())
    assert toast.text.height() >= toast.text.heightForWidth(toast.text.width())
    host.resize(340, 300)
    assert host.rect().contains(toast.geometry())
    toast.say("Saved", undoable=True)
    assert toast.size() == small


@pytest.mark.parametrize("colours", theme.THEMES.values(), ids=list(theme.THEMES))
def test_tooltips_can_be_read_also_over_fields_without_a_frame(
    application: QApplication, qtbot: QtBot, colours: theme.Colours
) -> None:
    theme.apply(application, colours)
    line = QLineEdit()
    line.setStyleSheet(FRAMELESS)
    qtbot.addWidget(line)
    line.show()
    QToolTip.showText(line.mapToGlobal(QPoint(5, 5)), "What this is for", line)
    tip = next(w for w in QApplication.topLevelWidgets() if w.inherits("QTipLabel") and w.isVisible())
    image = tip.grab().toImage()
    ground = image.pixelColor(image.width() // 2, 3).name()
    QToolTip.hideText()
    assert ground == colours.surface
    assert contrast(colours.text, colours.surface) >= 4.5


@pytest.mark.parametrize("colours", theme.THEMES.values(), ids=list(theme.THEMES))
def test_the_arrows_of_a_number_field_can_be_seen(
    application: QApplication, qtbot: QtBot, colours: theme.Colours
) -> None:
    theme.apply(application, colours)
    box = QSpinBox()
    qtbot.addWidget(box)
    box.resize(160, 34)
    box.show()
    image = box.grab().toImage()
    arrows = [image.pixelColor(x, y) for x in range(133, 158) for y in range(3, 31)]
    ground = QColor(colours.raised)
    assert sum(abs(c.lightness() - ground.lightness()) > 40 for c in arrows) > 10
