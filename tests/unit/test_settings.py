from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveyapp.errors import BadFile, BadInput
from surveyapp.settings import OPTIONS, Settings
from surveyapp.settings.store import MAX_RECENT


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "settings.json"


def test_every_option_has_a_default_that_it_takes_and_a_help_sentence() -> None:
    for option in OPTIONS.values():
        assert option.checked(option.default) == option.default
        assert option.help.endswith("."), option.name
        assert option.name.count(".") == 1


def test_defaults_hold_until_something_is_set_and_nothing_is_written_before(path: Path) -> None:
    settings = Settings(path)
    assert settings["appearance.theme"] == "system"
    settings["appearance.theme"] = "system"
    assert not path.exists()


def test_only_what_differs_is_written_and_read_again(path: Path) -> None:
    settings = Settings(path)
    settings.update({"surveyor.name": "نور جہاں", "appearance.theme": "dark", "export.format": "gpkg"})
    assert json.loads(path.read_text(encoding="utf-8")) == {
        "surveyor.name": "نور جہاں",
        "appearance.theme": "dark",
    }
    assert "نور" in path.read_text(encoding="utf-8"), "a person can read the file"
    again = Settings(path)
    assert again["surveyor.name"] == "نور جہاں"
    again.reset("surveyor.name")
    assert "surveyor.name" not in json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("appearance.theme", "pink"),
        ("appearance.touch", 1),
        ("files.recent", "one"),
        ("files.recent", [1]),
        ("gps.accuracy_m", 0),
        ("gps.accuracy_m", True),
        ("surveyor.name", None),
        ("no.such", 1),
        ("form.sticky", {"gem": []}),
    ],
)
def test_a_value_that_does_not_fit_is_refused_in_one_sentence(path: Path, name: str, value: object) -> None:
    settings = Settings(path)
    with pytest.raises(BadInput, match=r"^[^\n]+\.$"):
        settings.update({"surveyor.team": "Swat 1", name: value})
    assert settings["surveyor.team"] == "", "all or nothing"
    assert not path.exists()


def test_lists_and_maps_cannot_be_changed_behind_its_back(path: Path) -> None:
    settings = Settings(path)
    settings["files.recent"].append("x")
    settings["form.sticky"]["gem"] = "ruby"
    assert settings["files.recent"] == []
    assert settings["form.sticky"] == {}
    given_list = ["a"]
    settings["table.columns"] = given_list
    given_list.append("b")
    assert settings["table.columns"] == ["a"]


@pytest.mark.parametrize("text", ["{", "[1, 2]", "\x00\x01", '{"a": '])
def test_a_damaged_file_is_set_aside_and_the_defaults_hold(path: Path, text: str) -> None:
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    settings = Settings(path)
    assert settings["appearance.theme"] == "system"
    assert settings.trouble is not None
    assert "settings.damaged.json" in settings.trouble
    assert path.with_suffix(".damaged.json").read_text(encoding="utf-8") == text
    settings["appearance.theme"] = "dark"
    assert Settings(path)["appearance.theme"] == "dark"


def test_what_is_not_utf_8_is_set_aside_too(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b'{"surveyor.name": "\xff\xfe"}')
    assert Settings(path).trouble is not None


def test_one_bad_value_does_not_cost_the_others_and_unknown_names_are_kept(path: Path) -> None:
    path.parent.mkdir()
    path.write_text(json.dumps({"appearance.theme": 5, "surveyor.name": "A", "future.thing": [1]}), "utf-8")
    settings = Settings(path)
    assert settings["appearance.theme"] == "system"
    assert settings["surveyor.name"] == "A"
    assert settings.trouble is not None
    settings["surveyor.team"] = "T"
    assert json.loads(path.read_text("utf-8"))["future.thing"] == [1]


def test_a_failed_write_leaves_the_old_file_and_says_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(path)
    settings["surveyor.name"] = "Before"

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BadFile, match="No space left"):
        settings["surveyor.name"] = "After"
    monkeypatch.undo()
    assert Settings(path)["surveyor.name"] == "Before"
    assert [p.name for p in path.parent.iterdir()] == ["settings.json"], "no half file stays behind"
    assert settings["surveyor.name"] == "After", "it holds until the program ends"


def test_recent_surveys_are_latest_first_without_doubles_or_missing_ones(path: Path, tmp_path: Path) -> None:
    settings = Settings(path)
    files = [tmp_path / f"{n}.gpkg" for n in range(MAX_RECENT + 2)]
    for file in files:
        file.touch()
        settings.add_recent(file)
    settings.add_recent(files[5])
    assert len(settings["files.recent"]) == MAX_RECENT
    assert settings.recent()[0] == files[5]
    files[5].unlink()
    assert files[5] not in settings.recent()


def test_settings_of_the_user_lie_where_the_system_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    settings = Settings.of_user()
    assert settings.path is not None
    assert settings.path.name == "settings.json"
    assert "surveyapp" in settings.path.parts


_ANYTHING = st.sampled_from(
    [None, "", "dark", "x", 0, -1, 10**9, 1.5, True, [], ["a"], [1], {}, {"a": 1}, {"a": []}, {"a": None}]
)


@settings(max_examples=100)
@given(st.dictionaries(st.sampled_from(sorted(OPTIONS)), _ANYTHING, max_size=4))
def test_whatever_the_file_says_every_setting_has_a_value_that_it_takes(found: dict[str, object]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "settings.json"
        path.write_text(json.dumps(found), encoding="utf-8")
        store = Settings(path)
        for option in OPTIONS.values():
            option.checked(store[option.name])
