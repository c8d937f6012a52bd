"""Half-filled forms on disk."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from surveyapp.errors import BadFile
from surveyapp.ui.forms.draft import DraftStore

CONTENT = {"fields": {"notes": "سبز پتھر", "largest_mm": "12,"}, "position": {"text": "34.7"}}


@pytest.fixture
def store(tmp_path: Path) -> DraftStore:
    return DraftStore(tmp_path / "drafts")


def test_a_draft_comes_back_as_it_was(store: DraftStore, tmp_path: Path) -> None:
    kept = store.save(tmp_path / "swat.gpkg", "u-1", CONTENT, new=True, caption="Emerald, Mingora")
    found = store.load(tmp_path / "swat.gpkg", "u-1")
    assert found == kept
    assert found is not None
    assert found.content == CONTENT
    assert (found.new, found.caption) == (True, "Emerald, Mingora")


def test_saving_again_replaces_and_leaves_one_file(store: DraftStore, tmp_path: Path) -> None:
    survey = tmp_path / "swat.gpkg"
    store.save(survey, "u-1", {"fields": {"locality": "M"}}, new=True)
    store.save(survey, "u-1", {"fields": {"locality": "Mingora"}}, new=True)
    found = store.load(survey, "u-1")
    assert found is not None
    assert found.content["fields"]["locality"] == "Mingora"
    assert len(list(store.folder.iterdir())) == 1


def test_drafts_are_listed_by_survey_the_latest_first(store: DraftStore, tmp_path: Path) -> None:
    for record in ("u-1", "u-2"):
        store.save(tmp_path / "swat.gpkg", record, {}, new=False)
    store.save(tmp_path / "hunza.gpkg", "u-3", {}, new=True)
    times = [draft.kept_at for draft in store.drafts(tmp_path / "swat.gpkg")]
    assert times == sorted(times, reverse=True)
    assert {draft.record for draft in store.drafts(tmp_path / "swat.gpkg")} == {"u-1", "u-2"}
    assert [draft.record for draft in store.drafts(tmp_path / "hunza.gpkg")] == ["u-3"]


def test_the_same_file_by_another_path_has_the_same_drafts(
    store: DraftStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "swat.gpkg").touch()
    store.save(tmp_path / "swat.gpkg", "u-1", CONTENT, new=True)
    monkeypatch.chdir(tmp_path)
    assert store.load(Path("swat.gpkg"), "u-1") is not None


def test_a_discarded_draft_is_gone_and_discarding_twice_is_no_error(store: DraftStore, tmp_path: Path) -> None:
    store.save(tmp_path / "swat.gpkg", "u-1", CONTENT, new=True)
    store.discard(tmp_path / "swat.gpkg", "u-1")
    store.discard(tmp_path / "swat.gpkg", "u-1")
    assert store.load(tmp_path / "swat.gpkg", "u-1") is None
    assert store.drafts(tmp_path / "swat.gpkg") == []


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"version": 1}', '{"version": 1, "survey": 3}'])
def test_a_damaged_draft_is_set_aside_and_asks_nothing(store: DraftStore, tmp_path: Path, damage: str) -> None:
    store.save(tmp_path / "swat.gpkg", "u-1", CONTENT, new=True)
    file = next(store.folder.glob("*.draft"))
    file.write_text(damage, encoding="utf-8")
    assert store.drafts(tmp_path / "swat.gpkg") == []
    assert [path.suffix for path in store.folder.iterdir()] == [".damaged"]


def test_a_later_versions_draft_stays_for_it(store: DraftStore, tmp_path: Path) -> None:
    store.save(tmp_path / "swat.gpkg", "u-1", CONTENT, new=True)
    file = next(store.folder.glob("*.draft"))
    file.write_text(json.dumps({**json.loads(file.read_text(encoding="utf-8")), "version": 99}), encoding="utf-8")
    assert store.load(tmp_path / "swat.gpkg", "u-1") is None
    assert file.exists()


def test_a_crash_while_writing_leaves_the_draft_before(
    store: DraftStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    survey = tmp_path / "swat.gpkg"
    store.save(survey, "u-1", {"fields": {"locality": "first"}}, new=True)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BadFile, match=r"No space left on device.*save the form soon"):
        store.save(survey, "u-1", {"fields": {"locality": "second"}}, new=True)
    found = store.load(survey, "u-1")
    assert found is not None
    assert found.content["fields"]["locality"] == "first"
    assert [path.suffix for path in store.folder.iterdir()] == [".draft"]


@pytest.mark.skipif(sys.platform == "win32", reason="only on systems where a file may be no folder this way")
def test_a_folder_that_cannot_be_made_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "drafts").write_text("a file", encoding="utf-8")
    with pytest.raises(BadFile, match=r"cannot be kept in .*drafts"):
        DraftStore(tmp_path / "drafts").save(tmp_path / "swat.gpkg", "u-1", {}, new=True)


def test_drafts_follow_a_survey_that_was_moved(store: DraftStore, tmp_path: Path) -> None:
    before, after = tmp_path / "swat.gpkg", tmp_path / "stick" / "swat-2026.gpkg"
    before.touch()
    store.save(before, "u-1", CONTENT, new=True, holds=("s-1",))
    assert store.drafts(after, ("s-1",)) == [], "a copy, while the file is where it was"
    before.unlink()
    assert store.drafts(after, ("s-2",)) == [], "another survey"
    assert store.drafts(after) == []
    found = store.drafts(after, ("s-1",))
    assert [(draft.record, draft.content) for draft in found] == [("u-1", CONTENT)]
    assert store.load(after, "u-1") is not None
    assert store.load(before, "u-1") is None
    assert len(list(store.folder.iterdir())) == 1
    store.discard(after, "u-1")
    assert store.drafts(after, ("s-1",)) == []
