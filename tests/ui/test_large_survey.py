"""A survey that is read in stages: first what map and table begin with, then the other columns."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from surveyapp.domain.changes import ChangeSet, delete, insert
from surveyapp.domain.fields import SIGHTING
from surveyapp.domain.filters import Condition, Filter
from surveyapp.domain.geometry import point_hex
from surveyapp.domain.template_text import parse_template
from surveyapp.services import templates
from surveyapp.services.recording import new_survey
from surveyapp.services.session import Session
from surveyapp.settings import Settings
from surveyapp.ui import survey_loader, survey_reading
from surveyapp.ui.find_controller import FindController
from tests.ui.conftest import Desk

COUNT = 12


@pytest.fixture
def staged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every survey is large, and its pieces are small."""
    monkeypatch.setattr(survey_reading, "AT_ONCE", 0)
    monkeypatch.setattr(survey_reading, "_HEAD", 2)
    monkeypatch.setattr(survey_loader, "_ROWS", 5)


@pytest.fixture
def many_file(tmp_path: Path) -> Path:
    path = tmp_path / "many.gpkg"
    with new_survey(path, "Many", team="Swat 1", surveyor="Zarmina", province="PK-KP") as session:
        rows = [{"gem": "ruby" if n % 2 else "emerald", "locality": f"place {n:02}", "notes": f"note {n}",
                 "confidence": "certain", "accuracy_m": float(n), "observed_at": "2026-11-24T04:17:19.677Z",
                 "geom": point_hex(72 + n / 100, 34.7)} for n in range(COUNT)]
        session.apply(ChangeSet(tuple(insert("sighting", row) for row in rows), "many"))
    return path


def whole(desk: Desk) -> None:
    desk.qtbot.waitUntil(lambda: desk.window.survey.roster.whole and desk.window.tasks.idle, timeout=15_000)


def as_in_file(desk: Desk, path: Path) -> None:
    roster = desk.window.survey.roster
    with Session.open(path, read_only=True) as session:
        names = ["uuid", *roster.fields]
        assert {name: roster.column(name) for name in names} == session.file.columns(SIGHTING.name, names)


@pytest.mark.usefixtures("staged")
def test_the_window_stands_before_all_is_read_and_has_all_in_the_end(desk: Desk, many_file: Path) -> None:
    window = desk.window
    seen: list[tuple[str, str, int]] = []
    window.survey.opened.connect(lambda: seen.append((
        desk.localities()[0], desk.localities()[-1], window.canvas.scene.layer.shown_count)))
    window.survey.open(many_file)
    whole(desk)
    assert seen == [("place 00", "…", COUNT)]
    assert desk.localities() == [f"place {n:02}" for n in range(COUNT)]
    as_in_file(desk, many_file)


@pytest.mark.usefixtures("staged")
def test_a_sort_or_filter_waits_for_its_column_alone(desk: Desk, many_file: Path) -> None:
    window, table = desk.window, desk.window.table
    arrivals: list[list[str]] = []

    def ask() -> None:
        at = table.model.columns.index("locality")
        table.view.sortByColumn(at, table.view.horizontalHeader().sortIndicatorOrder().DescendingOrder)
        window.table.use_filter(Filter("", "", (Condition("confidence", "is", ("certain",)),)))
        assert table.finder.busy
        assert "Sorting" in table.count.text()

    window.survey.opened.connect(ask)
    window.survey.arrived.connect(lambda names: arrivals.append(list(names)))
    window.survey.open(many_file)
    desk.qtbot.waitUntil(lambda: desk.localities()[:1] == [f"place {COUNT - 1:02}"])
    assert {"locality", "confidence"} <= set(arrivals[0])
    assert not window.survey.roster.whole
    whole(desk)
    desk.qtbot.waitUntil(lambda: not table.finder.busy)
    assert desk.localities() == [f"place {n:02}" for n in reversed(range(COUNT))]
    assert table.finder.matches is not None
    assert len(table.finder.matches) == COUNT
    as_in_file(desk, many_file)


@pytest.mark.usefixtures("staged")
def test_changes_while_it_is_read_are_not_lost_from_view(desk: Desk, many_file: Path) -> None:
    survey = desk.window.survey

    def change(_names: object = None) -> None:
        survey.arrived.disconnect(change)
        first, second, *_rest, last = survey.roster.uuids
        survey.change(lambda session: session.apply(ChangeSet((
            delete("sighting", first), delete("sighting", last),
            insert("sighting", {"gem": "topaz", "locality": "new", "notes": "while reading"}),
        ), "while it is read")))
        survey.detail(second, lambda detail: survey.edit(detail.record, {"notes": "edited", "district": "Swat"}))

    survey.arrived.connect(change)
    survey.open(many_file)
    whole(desk)
    desk.qtbot.waitUntil(lambda: "edited" in survey.roster.column("notes"))
    whole(desk)
    assert "while reading" in survey.roster.column("notes")
    as_in_file(desk, many_file)


@pytest.mark.usefixtures("staged")
def test_a_window_that_closes_while_it_is_read_or_another_survey_that_takes_its_place(
    make_desk: Callable[[], Desk], many_file: Path, survey_file: Path
) -> None:
    desk = make_desk()
    desk.window.survey.opened.connect(desk.window.survey.close)
    desk.window.survey.open(many_file)
    desk.qtbot.waitUntil(lambda: desk.window.tasks.idle and desk.window.survey.facts is None)
    other = make_desk()
    window = other.window
    window.survey.open(many_file)
    window.survey.open(survey_file)
    other.qtbot.waitUntil(lambda: len(window.survey.roster) == 3 and window.survey.roster.whole)
    as_in_file(other, survey_file)
    third = make_desk()
    third.window.survey.opened.connect(third.window.close)
    third.window.survey.open(many_file)
    third.qtbot.waitUntil(lambda: not third.window.isVisible())


@pytest.mark.usefixtures("staged")
def test_what_another_program_writes_while_it_is_read_is_read_anew(desk: Desk, many_file: Path) -> None:
    survey = desk.window.survey
    survey.opened.connect(lambda: survey.ask(lambda session: session.file.apply(
        ChangeSet((insert("sighting", {"gem": "topaz", "locality": "elsewhere"}),), "x"),
        author="other", device="other", initiator="other"), lambda _done: None))
    survey.open(many_file)
    desk.qtbot.waitUntil(lambda: "elsewhere" in survey.roster.column("locality") and survey.roster.whole)
    as_in_file(desk, many_file)


@pytest.mark.usefixtures("staged")
def test_the_map_is_coloured_by_a_column_from_the_first(
    make_desk: Callable[[], Desk], settings: Settings, many_file: Path
) -> None:
    settings["map.style"] = "confidence"
    desk = make_desk()
    counts: list[list[int]] = []
    desk.window.survey.opened.connect(lambda: counts.append(desk.window.canvas.scene.layer.counts()[:4].tolist()))
    desk.window.survey.open(many_file)
    whole(desk)
    assert counts == [[COUNT, 0, 0, 0]]


def test_a_file_that_may_only_be_read_is_shown_whole(
    desk: Desk, many_file: Path, staged: None, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("surveyapp.storage.connection.writable", lambda _path: False)
    desk.window.survey.open(many_file)
    whole(desk)
    assert not desk.window.survey.writable
    as_in_file(desk, many_file)


# --- an office's own fields --------------------------------------------------------------------------

OFFICE = parse_template(json.dumps({
    "surveyapp_template": 1,
    "name": "Swat",
    "fields": [
        {"name": "x_pit", "title": "Pit", "kind": "integer"},
        {"name": "x_lease", "title": "Lease", "kind": "code",
         "terms": [{"code": "open", "label": "Not leased"}, {"code": "old", "label": "Expired"}]},
    ],
}))  # fmt: skip


@pytest.mark.parametrize("stages", [False, True], ids=["at once", "in stages"])
def test_own_fields_are_shown_sorted_filtered_and_found(
    make_desk: Callable[[], Desk],
    settings: Settings,
    many_file: Path,
    stages: bool,
    request: pytest.FixtureRequest,
) -> None:
    if stages:
        request.getfixturevalue("staged")
    settings["table.columns"] = ["locality", "x_lease", "x_pit"]
    desk = make_desk()
    table = desk.window.table
    assert table.model.columns == ["locality"]
    desk.window.survey.open(many_file)
    whole(desk)
    desk.window.survey.change(lambda session: templates.use(session, OFFICE))
    desk.qtbot.waitUntil(lambda: table.model.columns == ["locality", "x_lease", "x_pit"])
    whole(desk)
    uuids = desk.window.survey.roster.uuids
    for uuid, lease, pit in ((uuids[3], "old", 30), (uuids[5], "open", 5)):
        desk.window.survey.detail(uuid, lambda detail, lease=lease, pit=pit: desk.window.survey.edit(
            detail.record, {"x_lease": lease, "x_pit": pit}))
    desk.qtbot.waitUntil(lambda: desk.window.survey.roster.column("x_pit").count(None) == COUNT - 2)
    assert table.model.index(3, 1).data() == "Expired"
    table.view.sortByColumn(2, table.view.horizontalHeader().sortIndicatorOrder().AscendingOrder)
    assert desk.localities()[:2] == ["place 05", "place 03"]
    find = next(part for part in desk.window.parts if isinstance(part, FindController))
    find.use(Filter("", "", (Condition("x_lease", "is", ("old",)), Condition("x_pit", "between", (20, None)))))
    desk.qtbot.waitUntil(lambda: desk.localities() == ["place 03"])
    texts = [condition.title for condition in table.conditions]
    assert texts == ["Lease", "Pit"]
    find.show_everything()
    table.search.setText("not leased")
    table.find_now()
    desk.qtbot.waitUntil(lambda: desk.localities() == ["place 05"])
    as_in_file(desk, many_file)
