"""The catalogues of translations: complete, without stale entries, with the same placeholders, and compiled."""

import ast
import gettext
import importlib.util
import io
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog

from surveyapp import words
from surveyapp.domain.fields import LAYERS, SIGHTING
from surveyapp.domain.vocabulary import VOCABULARIES
from surveyapp.services.exporting import export
from surveyapp.services.recording import add_sighting, assigned, new_survey
from surveyapp.words import ntr, tr

ROOT = Path(__file__).parents[2]
TRANSLATIONS = ROOT / "resources" / "translations"

SHOWING = {
    "Choice", "ActButton", "IconButton", "QAction", "QCheckBox", "QDockWidget", "QGroupBox", "QLabel", "QPushButton",
    "QRadioButton", "QToolBar", "ToneLabel", "addAction", "addItem", "addItems", "addMenu", "addRow", "addTab",
    "choose", "complain", "folder", "open_files", "refuse", "role_label", "save_file", "say", "setAccessibleName",
    "setHorizontalHeaderLabels", "setPlaceholderText", "setStatusTip", "setSuffix", "setTabText", "setText", "setTitle",
    "setToolTip", "setWindowTitle", "set_empty_text", "small_button", "tell", "warn",
}  # fmt: skip
"""Calls whose texts people see."""

NOT_WORDS = {"SurveyApp"}
"""Texts that are the same in every language."""

NOT_WRAPPED: set[str] = set()
"""Files of surveyapp/ui with texts that still speak English only. The list may shrink, never grow."""


@pytest.fixture(scope="module")
def update() -> ModuleType:
    spec = importlib.util.spec_from_file_location("update_translations", TRANSLATIONS / "update.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def catalogue(update: ModuleType) -> Catalog:
    return update.catalogue("ur")


@pytest.fixture(scope="module")
def found(update: ModuleType) -> Catalog:
    return update.messages()


@pytest.fixture
def urdu() -> Iterator[None]:
    with (TRANSLATIONS / "ur.mo").open("rb") as file:
        words.use(gettext.GNUTranslations(file), right_to_left=True)
    yield
    words.use(gettext.NullTranslations())


def _ids(catalogue: Catalog) -> set[object]:
    return {message.id for message in catalogue if message.id}


def _names(text: str) -> set[str]:
    return set(re.findall(r"(?<!\{)\{(\w*[^{}]*)\}", text))


def test_every_text_is_in_the_catalogue_and_no_other(catalogue: Catalog, found: Catalog) -> None:
    advice = "run python resources/translations/update.py, and translate what it lists"
    assert not _ids(found) - _ids(catalogue), advice
    assert not _ids(catalogue) - _ids(found), advice


def test_every_entry_is_translated(update: ModuleType, catalogue: Catalog) -> None:
    assert update.missing(catalogue) == []
    assert not [message.id for message in catalogue if message.fuzzy and message.id]


def test_placeholders_are_kept(catalogue: Catalog) -> None:
    for message in catalogue:
        if not message.id:
            continue
        english = [message.id] if isinstance(message.id, str) else list(message.id)
        urdu = [message.string] if isinstance(message.string, str) else list(message.string)
        assert len(english) == len(urdu), message.id
        if len(english) == 1:
            assert _names(english[0]) == _names(urdu[0]), message.id
        for text in urdu:
            assert _names(text) <= set().union(*map(_names, english)), message.id


def test_filters_of_file_dialogs_keep_their_patterns(catalogue: Catalog) -> None:
    for message in catalogue:
        if isinstance(message.id, str) and "(*" in message.id:
            assert re.findall(r"\(\*[^)]*\)", message.id) == re.findall(r"\(\*[^)]*\)", message.string), message.id


def test_the_compiled_catalogue_is_that_of_the_text(update: ModuleType, catalogue: Catalog) -> None:
    shipped = gettext.GNUTranslations(io.BytesIO((TRANSLATIONS / "ur.mo").read_bytes()))
    made = gettext.GNUTranslations(io.BytesIO(update.compiled(catalogue)))
    told = [{key: text for key, text in one._catalog.items() if key} for one in (shipped, made)]
    assert told[0] == told[1], "run python resources/translations/update.py"
    assert shipped.gettext("Survey") == catalogue.get("Survey").string


def test_one_singular_has_one_plural() -> None:
    """``gettext`` looks plurals up by their singular: two texts that begin alike would take each other's place."""
    plurals: dict[str, set[str]] = {}
    for path in (ROOT / "surveyapp").rglob("*.py"):
        for call in _calls(path, {"ntr"}):
            one, many = call.args[:2]
            assert isinstance(one, ast.Constant), f"{path}:{call.lineno}"
            assert isinstance(many, ast.Constant), f"{path}:{call.lineno}"
            plurals.setdefault(str(one.value), set()).add(str(many.value))
    assert {one: many for one, many in plurals.items() if len(many) > 1} == {}


def test_texts_with_values_are_literals() -> None:
    """An f-string inside ``tr`` is found by nobody who translates."""
    for path in (ROOT / "surveyapp").rglob("*.py"):
        for call in _calls(path, {"tr", "mark"}):
            assert call.args, f"{path}:{call.lineno}"
            assert not isinstance(call.args[0], ast.JoinedStr), f"{path}:{call.lineno}"


def test_what_is_read_from_tables_speaks_urdu(urdu: None) -> None:
    gem = SIGHTING.field("gem")
    assert gem is not None
    assert (gem.label, gem.english) == ("جواہر", "Gem")
    assert VOCABULARIES["gem"].label("emerald") == "زمرد"
    assert VOCABULARIES["gem"].english("emerald") == "Emerald"
    assert all(tr(field.title) for layer in LAYERS for field in layer)
    assert tr("") == ""


def test_what_goes_into_files_stays_english(urdu: None, tmp_path: Path) -> None:
    path, out = tmp_path / "a.gpkg", tmp_path / "a.kml"
    with new_survey(path, "Swat", team="Swat 1", surveyor="Gul") as session:
        add_sighting(session, assigned("sighting", {"gem": "emerald", "at": "34.7725N 72.3608E", "presence": "absent"}))
        export(session, out)
    with closing(sqlite3.connect(path)) as file:
        titles = dict(file.execute("SELECT column_name, title FROM gpkg_data_columns WHERE table_name = 'sighting'"))
        styles = "".join(row[0] for row in file.execute("SELECT styleQML FROM layer_styles"))
        history = str(file.execute("SELECT * FROM revision").fetchall())
    assert titles["gem"] == "Gem"
    assert titles["largest_mm"] == "Largest stone (mm)"
    for told in (styles, history, out.read_text(encoding="utf-8")):
        for text in ("جواہر", "میزبان", "موجود", "مشاہد"):
            assert text not in told


def test_values_keep_their_own_direction(urdu: None) -> None:
    assert "\u2068a-b.csv\u2069" in tr("Importing {name}", name="a-b.csv")
    assert ntr("{n} measurement", "{n} measurements", 2).endswith("2 پیمائشیں")


def test_a_slip_in_a_translation_falls_back_to_english() -> None:
    class Slip(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return "{other}"

    words.use(Slip())
    try:
        assert tr("Importing {name}", name="a.csv") == "Importing a.csv"
    finally:
        words.use(gettext.NullTranslations())
    with pytest.raises(KeyError):
        tr("Importing {name}", file="a.csv")


def test_what_people_see_is_given_to_tr() -> None:
    bare: dict[str, list[str]] = {}
    for path in sorted((ROOT / "surveyapp" / "ui").rglob("*.py")):
        told = [
            f"line {call.lineno}: {text!r}"
            for call in _calls(path, SHOWING)
            for argument in (*call.args, *(keyword.value for keyword in call.keywords if keyword.arg != "name"))
            for text in _literals(argument)
        ]
        if told:
            bare[path.relative_to(ROOT / "surveyapp" / "ui").as_posix()] = told
    assert {name: told for name, told in bare.items() if name not in NOT_WRAPPED} == {}
    assert set(bare) >= NOT_WRAPPED, "a file of NOT_WRAPPED is done: take it off the list"


def _calls(path: Path, names: set[str]) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in names:
                yield node


def _has_words(text: str) -> bool:
    """Whether it is words; an identifier such as an object's name is not."""
    return bool(re.search(r"[A-Za-z]{2}", text)) and not re.fullmatch(r"[a-z0-9_.\-]+|[A-Za-z]+_\w+", text)


def _literals(node: ast.expr) -> Iterator[str]:
    """Texts with words in an argument, not those inside a further call."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if _has_words(node.value) and node.value not in NOT_WORDS:
            yield node.value
    elif isinstance(node, ast.JoinedStr):
        told = "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
        if _has_words(told):
            yield told
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)
    elif isinstance(node, ast.BinOp):
        yield from _literals(node.left)
        yield from _literals(node.right)
