"""The template editor by itself: what its pages say is the template, and what is wrong stands beside the place."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from surveyapp.assets import resource_text
from surveyapp.domain.template import EMPTY, Template
from surveyapp.domain.template_text import parse_template
from surveyapp.domain.vocabulary import Term
from surveyapp.services.templates import summary
from surveyapp.ui.dialogs.template import TemplateDialog
from surveyapp.ui.dialogs.template_lists import code_from
from surveyapp.ui.dialogs.template_pages import in_line, number_of, trouble_of, words_of

EXAMPLE = parse_template(resource_text("templates/emerald-belt.json"))
FULL = {
    "surveyapp_template": 1, "name": "Everything", "version": "3",
    "hide": ["clarity"], "require": {"locality": "national"}, "defaults": {"district": "Swat", "x_level": 4},
    "vocabularies": {
        "gem": {"only": ["ruby", "spinel-red", "emerald"], "add": [{"code": "spinel-red", "label": "Red spinel"}]},
        "clarity": {"add": [{"code": "milky", "label": "Milky", "synonyms": ["a; b", "دودھیا"]}]},
    },
    "fields": [
        {"name": "x_level", "title": "Level", "kind": "real", "group": "Where", "unit": "m", "minimum": -5,
         "maximum": 5000, "require": "team", "keep": True},
        {"name": "x_vein", "title": "Vein", "kind": "code", "group": "A group of ours",
         "terms": [{"code": "a", "label": "A"}]},
    ],
    "gps": {"max_accuracy_m": 7.5, "min_mode": 3, "min_quality": "dgps", "blocks": False},
    "photos": {"max_px": 1600}, "samples": {"prefix": "SWT"},
    "review": {"may": {"accepted": ["Zarmina Khan", "Gul"], "rejected": ["*"]}},
    "public": {"grid_deg": 0.25}, "preview": {"photos_mb": 0}, "map": {"scale": 10_000_000},
}


@pytest.fixture
def dialog(qtbot: QtBot) -> Iterator[TemplateDialog]:
    made = TemplateDialog({"u": "Swat"}, {"u": EXAMPLE})
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(made)
    yield made
    made.close()


def line(dialog: TemplateDialog, page: str, part: str, name: str) -> QLineEdit:
    found = getattr(dialog, page).editors[part, name]
    assert isinstance(found, QLineEdit)
    return found


def typed(line: QLineEdit, text: str) -> None:
    line.setText(text)
    line.textEdited.emit(text)


def pick(combo: object, value: object) -> None:
    combo.choose(value)  # type: ignore[attr-defined]
    combo.activated.emit(combo.currentIndex())  # type: ignore[attr-defined]


@pytest.mark.parametrize("told", [EXAMPLE, EMPTY, parse_template(json.dumps(FULL))], ids=["example", "empty", "full"])
def test_what_is_shown_and_not_touched_is_the_same_template(dialog: TemplateDialog, told: Template) -> None:
    dialog.show_template(told)
    for place in range(dialog.tabs.count()):
        dialog.tabs.setCurrentIndex(place)
        dialog.lists.choose("gem" if place % 2 else "clarity")
        assert dialog.template == told
        assert not dialog.trouble.text()
    dialog.text.textChanged.emit()
    assert dialog.template == told


def test_a_template_is_made_on_the_pages(dialog: TemplateDialog) -> None:
    dialog.show_template(EMPTY)
    typed(dialog.name, "Hunza")
    pick(dialog.fields.starts["expression"], "vein")
    typed(dialog.fields.starts["district"], "Hunza")  # type: ignore[arg-type]

    dialog.lists.choose("host_rock")
    dialog.lists.terms.item(1).setCheckState(Qt.CheckState.Unchecked)
    own = dialog.lists.own
    own.add_button.click()
    own.table.item(0, 1).setText("Ruby-bearing marble")
    assert own.table.item(0, 0).text() == "ruby-bearing-marble", "a code is made of what is shown"
    own.table.item(0, 2).setText("red marble; سنگ مرمر")

    dialog.own.add_button.click()
    typed(dialog.own.title, "Gallery no.")
    assert dialog.own.name.text() == "x_gallery_no"
    pick(dialog.own.kind, "integer")
    typed(dialog.own.low, "1")
    typed(dialog.own.high, "۴۰")
    typed(dialog.own.start, "2")
    pick(dialog.own.need, "team")
    dialog.own.keep.click()

    typed(line(dialog, "positions", "gps", "max_hdop"), "2,5")
    pick(dialog.positions.editors["gps", "blocks"], True)
    typed(line(dialog, "files", "photos", "max_px"), "2048")
    typed(line(dialog, "files", "samples", "prefix"), "HNZ")
    typed(line(dialog, "review", "may", "accepted"), "Zarmina Khan; Gul")
    typed(line(dialog, "review", "public", "grid_deg"), "0.5")
    made = dialog.template
    assert (made.name, made.defaults) == ("Hunza", {"expression": "vein", "district": "Hunza", "x_gallery_no": 2})
    choice = made.vocabularies["host_rock"]
    assert choice.add == (Term("ruby-bearing-marble", "Ruby-bearing marble", None, ("red marble", "سنگ مرمر")),)
    assert len(choice.only) == 70
    (extra,) = made.extra
    assert (extra.kind, extra.minimum, extra.maximum, extra.level, extra.sticky) == ("integer", 1, 40, 2, True)
    assert made.gate == {"max_hdop": 2.5, "blocks": True}
    assert (made.photo_max_px, made.sample_prefix, made.public_grid_deg) == (2048, "HNZ", 0.5)
    assert made.may == {"accepted": ("Zarmina Khan", "Gul")}
    assert any("Accepted" in told for told in summary(made))
    assert "0.5" in " ".join(summary(made))


def test_what_is_wrong_stands_beside_the_place_and_blocks(dialog: TemplateDialog) -> None:
    scale = line(dialog, "review", "map", "scale")
    typed(scale, "12 000 x")
    assert dialog.trouble.text() == "Is not a number from 100 to 1e+07."
    assert not dialog.main_button.isEnabled()
    assert not dialog.save.isEnabled()
    assert not dialog.tabs.tabIcon(5).isNull()
    assert dialog.template == EXAMPLE, "the last that was a template"
    typed(scale, "")
    assert dialog.main_button.isEnabled()

    dialog.tabs.setCurrentWidget(dialog.own)
    dialog.own.list.setCurrentRow(1)
    typed(dialog.own.high, "-900")
    assert "in this order" in dialog.own.trouble.text()
    typed(dialog.own.high, "900")
    typed(dialog.own.name, "x_mine")
    assert "called x_mine already" in dialog.own.trouble.text()
    typed(dialog.own.name, "mine")
    assert "does not begin with x_" in dialog.own.trouble.text()
    dialog.own.remove_button.click()
    assert [extra.name for extra in dialog.template.extra] == ["x_mine", "x_shear_zone"]
    dialog.own.up_button.click()
    assert [extra.name for extra in dialog.template.extra] == ["x_shear_zone", "x_mine"]

    dialog.lists.choose("gem")
    dialog.lists.own.add_button.click()
    dialog.lists.own.table.item(0, 0).setText("ruby")
    dialog.lists.own.table.item(0, 1).setText("Ruby")
    assert "ruby" in dialog.lists.trouble.text()
    dialog.lists.own.remove_button.click()
    assert dialog.main_button.isEnabled()


def test_the_order_of_a_list_and_all_of_it(dialog: TemplateDialog) -> None:
    dialog.lists.choose("gem")
    dialog.lists.terms.setCurrentRow(0)
    dialog.lists.down_button.click()
    assert dialog.template.vocabularies["gem"].only == ("aquamarine", "emerald", "tourmaline", "garnet")
    dialog.lists.all_button.click()
    assert "gem" not in dialog.template.vocabularies


def test_the_text_is_the_template_too_and_waits_while_it_is_none(dialog: TemplateDialog) -> None:
    dialog.tabs.setCurrentWidget(dialog.text)
    assert json.loads(dialog.text.toPlainText())["photos"] == {"max_px": 2560}
    dialog.text.setPlainText(dialog.text.toPlainText().replace('"max_px": 2560', '"max_px": 25'))
    assert "photos: max_px is not a number" in dialog.trouble.text()
    assert not dialog.tabs.isTabEnabled(0)
    dialog.text.setPlainText(dialog.text.toPlainText().replace('"max_px": 25', '"max_px": 250').replace("Swat", "سوات"))
    assert dialog.tabs.isTabEnabled(0)
    assert "سوات" in dialog.name.text()
    typed(dialog.name, "Chitral")
    assert json.loads(dialog.text.toPlainText())["name"] == "Chitral"
    dialog.tabs.setCurrentWidget(dialog.files)
    assert line(dialog, "files", "photos", "max_px").text() == "250"
    assert dialog.template.name == "Chitral"
    assert dialog.template.photo_max_px == 250


def test_words_numbers_and_codes_as_people_type_them() -> None:
    assert words_of(" a ;b؛ ج; ") == ["a", "b", "ج"]
    assert words_of(in_line(["a", "b c"])) == ["a", "b c"]
    assert [number_of(text) for text in ("", "۱۲٫۵", "3", "1e400", "nan", "x")] == [None, 12.5, 3, "1e400", "nan", "x"]
    assert code_from("Talc–carbonate schist!") == "talc-carbonate-schist"
    assert code_from("زمرد") == ""
    assert trouble_of({"photos": {"max_px": 300}}) == ""
    assert trouble_of({"photos": {"max_px": "x"}}, "photos: max_px") == "Is not a number from 200 to 20000."
