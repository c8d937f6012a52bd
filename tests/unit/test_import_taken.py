"""What an import does to a survey: counted, once, with changes offered and never made by themselves, and photos."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL.TiffImagePlugin import IFDRational

from surveyapp.app import run
from surveyapp.domain.changes import ChangeSet, update
from surveyapp.domain.progress import Progress
from surveyapp.domain.template_text import parse_template
from surveyapp.errors import BadFile, BadInput, Cancelled
from surveyapp.services import templates
from surveyapp.services.importing import Extras, ImportResult, import_sources
from surveyapp.services.recording import add_sighting, asked_fields, assigned, delete_records, edit_record, find_record
from surveyapp.services.session import Session
from tests.helpers.surveys import empty_survey
from tests.unit.test_exchange_photos import photo
from tests.unit.test_import_conventions import ONE, project

UUIDS = [f"00000000-0000-4000-8000-00000000000{n}" for n in range(1, 4)]
ROWS = [f"{uuid},ruby,36.{n},74.6,Hunza,note {n}" for n, uuid in enumerate(UUIDS)]


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session.open(empty_survey(tmp_path / "survey.gpkg")) as made:
        yield made


def source(folder: Path, *rows: str, header: str = "uuid,gem,lat,lon,locality,notes", name: str = "finds.csv") -> Path:
    path = folder / name
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


def take(session: Session, *paths: Path, update_: bool = False, **more: Any) -> ImportResult:
    (result,) = import_sources(session, paths, extras=Extras(update=update_, **more))
    assert result.rows == result.taken + result.same + result.left + len({r.row for r in result.rejected})
    return result


def localities(session: Session) -> list[object]:
    return [record.get("locality") for record in session.file.records("sighting")]


# --- counted, and once -------------------------------------------------------------------------------


def test_counts_add_up_and_the_second_time_adds_nothing(session: Session, tmp_path: Path) -> None:
    path = source(tmp_path, *ROWS, "not-a-uuid,ruby,136.3,74.6,,", ",ruby,36.9,74.6,Nagar,")
    first = take(session, path)
    assert (first.rows, first.taken, first.added, len(first.rejected)) == (5, 4, 4, 1)
    again = take(session, path)
    assert (again.added, again.same, len(again.rejected)) == (0, 4, 1)
    assert first.rejects_file == again.rejects_file == tmp_path / "finds.csv.rejected.csv"
    assert session.file.count("sighting") == 4


def test_columns_and_rows_in_another_order_are_the_same_rows(session: Session, tmp_path: Path) -> None:
    header = "gem,lat,lon,locality"
    take(session, source(tmp_path, "ruby,36.3,74.6,Hunza", "topaz,34.3,72.0,Katlang", header=header))
    turned = source(tmp_path, "Katlang,72.0,topaz,34.3", "Hunza,74.6,ruby,36.3", header="locality,lon,gem,lat",
                    name="turned.csv")
    assert take(session, turned).added == 0
    assert localities(session) == [record.get("locality") for record in session.file.records("sighting")]


def test_what_was_undone_comes_again_and_what_was_deleted_does_not(session: Session, tmp_path: Path) -> None:
    path = source(tmp_path, *ROWS)
    take(session, path)
    session.undo()
    assert take(session, path).added == 3
    record = find_record(session, UUIDS[0])
    delete_records(session, [record])
    again = take(session, path)
    assert (again.added, again.same, again.deleted) == (0, 3, 1)


# --- what the source changed -------------------------------------------------------------------------


def test_a_change_of_the_source_is_listed_and_taken_only_when_asked(session: Session, tmp_path: Path) -> None:
    take(session, source(tmp_path, *ROWS))
    changed = source(tmp_path, ROWS[0].replace("Hunza", "Aliabad"), *ROWS[1:])
    listed = take(session, changed)
    (one,) = listed.changed
    assert (one.row, one.uuid, dict(one.fields)) == (2, UUIDS[0], {"locality": ("Hunza", "Aliabad")})
    assert "Aliabad" not in localities(session)
    taken = take(session, changed, update_=True)
    assert (taken.updated, taken.changed) == (1, [])
    assert localities(session)[0] == "Aliabad"
    assert [r.initiator for r in session.file.history(UUIDS[0])] == ["import", "import"]
    session.undo()
    assert localities(session)[0] == "Hunza"


def test_an_edit_here_is_no_change_of_the_source(session: Session, tmp_path: Path) -> None:
    path = source(tmp_path, *ROWS)
    take(session, path)
    edit_record(session, find_record(session, UUIDS[0]), {"locality": "Karimabad", "review_status": "submitted"})
    assert take(session, path, update_=True).same == 3
    assert localities(session)[0] == "Karimabad"


def test_what_both_changed_stays_ours_and_is_said(session: Session, tmp_path: Path) -> None:
    take(session, source(tmp_path, *ROWS))
    edit_record(session, find_record(session, UUIDS[0]), {"locality": "Karimabad"})
    both = source(tmp_path, ROWS[0].replace("Hunza", "Aliabad").replace("note 0", "other"), *ROWS[1:])
    result = take(session, both, update_=True)
    assert result.updated == 1
    (one,) = result.changed or [None]
    assert one is not None
    assert (one.disputed, dict(one.fields)) == ({"locality"}, {"locality": ("Karimabad", "Aliabad")})
    record = find_record(session, UUIDS[0])
    assert (record.get("locality"), record.get("notes")) == ("Karimabad", "other")


def test_an_emptied_cell_is_a_change_and_a_moved_point_takes_its_facts_along(session: Session, tmp_path: Path) -> None:
    header = "uuid,gem,lat,lon,locality,accuracy_m"
    take(session, source(tmp_path, f"{UUIDS[0]},ruby,36.3,74.6,Hunza,5", header=header))
    result = take(session, source(tmp_path, f"{UUIDS[0]},ruby,34.77,72.36,,", header=header), update_=True)
    record = find_record(session, UUIDS[0])
    assert result.updated == 1
    assert (record.get("locality"), record.get("accuracy_m")) == (None, None)
    assert record.get("province") == "PK-KP"
    assert record.position == (72.36, 34.77)


def test_a_record_that_came_another_way_is_compared_as_it_stands(session: Session, tmp_path: Path) -> None:
    uuid = add_sighting(session, assigned("sighting", {"gem": "ruby", "at": "36.3N 74.6E", "locality": "Hunza"}))
    path = source(tmp_path, f"{uuid},ruby,36.3,74.6,,edited elsewhere")
    result = take(session, path)
    assert dict(result.changed[0].fields) == {"notes": (None, "edited elsewhere")}, "an empty cell says nothing"


def test_a_column_that_tells_rows_apart_can_be_named(session: Session, tmp_path: Path) -> None:
    header = "Station,gem,lat,lon,locality"
    path = source(tmp_path, "S-1,ruby,36.3,74.6,Hunza", header=header)
    maps = {"Station": "source_id"}
    (first,) = import_sources(session, [path], maps=maps)
    (second,) = import_sources(session, [source(tmp_path, "S-1,ruby,36.3,74.6,Aliabad", header=header)], maps=maps)
    assert (first.added, second.added, len(second.changed)) == (1, 0, 1)


# --- nothing half done -------------------------------------------------------------------------------


def test_cancelling_while_it_is_saved_writes_nothing(session: Session, tmp_path: Path) -> None:
    path = source(tmp_path, *(f",ruby,36.3,74.{n:04d},,{n}" for n in range(1200)), ",ruby,136.3,74.6,,")
    progress = Progress()

    def stop(_done: int, _total: int, what: str) -> None:
        if what == "Saving" and _done:
            progress.cancel()

    progress._listener = stop
    with pytest.raises(Cancelled):
        import_sources(session, [path], progress=progress)
    assert session.file.count("sighting") == 0
    assert session.file.history() == [r for r in session.file.history() if r.layer == "survey"]
    assert not list(tmp_path.glob("*.rejected*"))


def test_a_list_that_cannot_be_written_stops_the_import(session: Session, tmp_path: Path) -> None:
    path = source(tmp_path, *ROWS, ",ruby,136.3,74.6,,")
    with pytest.raises(BadFile, match="no folder"):
        take(session, path, rejects_to=tmp_path / "none" / "list.csv")
    assert session.file.count("sighting") == 0


# --- an office's own fields --------------------------------------------------------------------------


def test_an_offices_own_fields_are_mapped_added_and_edited(session: Session, tmp_path: Path) -> None:
    template = parse_template(json.dumps({
        "surveyapp_template": 1, "name": "Office",
        "fields": [{"name": "x_depth", "title": "Pit depth", "kind": "real", "unit": "m"}],
        "vocabularies": {"gem": {"add": [{"code": "kunzite", "label": "Kunzite"}]}},
        "defaults": {"district": "Swat"},
    }))
    templates.use(session, template)
    path = source(tmp_path, "Kunzite,36.3,74.6,10", header="Find,lat,lon,Pit depth (ft)")
    (result,) = import_sources(session, [path], maps={"Find": "gem"})
    assert result.mapping["Pit depth (ft)"] == "x_depth"
    (record,) = session.file.records("sighting")
    assert (record.get("x_depth"), record.get("gem")) == (3.048, "kunzite")
    assert record.get("district") is None, "an office's defaults are for what its own people record"
    given = assigned("sighting", {"x_depth": "4.5"}, asked_fields(session, "sighting"))
    edit_record(session, record, given)
    assert find_record(session, record.uuid).get("x_depth") == 4.5
    with pytest.raises(BadInput, match="has no field 'x_depth'"):
        assigned("sighting", {"x_depth": "4.5"})


# --- photos ------------------------------------------------------------------------------------------


def shot(path: Path, place: tuple[float, float] | None = None, taken: str = "2026:05:03 10:00:00", shade: str = "a",
         error: float | None = None) -> Path:
    """A JPEG with a position (longitude, latitude); ``shade`` makes it another photo."""
    gps: dict[int, Any] | None = None
    if place is not None:
        gps = {1: "N", 2: (IFDRational(round(place[1] * 1e6), 1_000_000), 0, 0), 3: "E",
               4: (IFDRational(round(place[0] * 1e6), 1_000_000), 0, 0)}
        if error is not None:
            gps[31] = IFDRational(round(error * 10), 10)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(photo(gps=gps, taken=taken, model=shade))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "DCIM"
    shot(place / "a.jpg", (72.36, 34.77), "2026:05:03 10:00:00", "a", error=4.5)
    shot(place / "b.jpg", (72.36005, 34.77), "2026:05:03 10:04:00", "b")
    shot(place / "100" / "c.jpg", (72.40, 34.80), "2026:05:03 14:00:00", "c")
    shot(place / "d.jpg", None, "2026:05:03 10:01:00", "d")
    (place / "e.heic").write_bytes(b"\x00\x00\x00\x18ftypheic")
    return place


def test_photos_become_sightings_where_they_were_taken(session: Session, folder: Path) -> None:
    result = take(session, folder)
    assert (result.rows, result.added, result.photos) == (5, 2, 3)
    assert sorted(r.values["file"] for r in result.rejected) == ["d.jpg", "e.heic"]
    records = {record.get("observed_at"): record for record in session.file.records("sighting")}
    first, second = records["2026-05-03T05:00:00.000Z"], records["2026-05-03T09:00:00.000Z"]
    assert (first.get("position_source"), first.get("accuracy_m")) == ("photo", 4.5)
    assert (second.get("position_source"), second.get("accuracy_m")) == ("photo", None)
    assert first.get("presence") is None, "a photo does not say that a gem was found"
    assert len(session.file.photos_of(first.uuid)) == 2, "photos of one burst are of one sighting"
    kept = session.file.photos_of(second.uuid)[0]
    assert (kept.get("exif_longitude"), kept.get("file_name")) == (72.4, "c.jpg")
    again = take(session, folder)
    assert (again.added, again.photos, again.same, len(again.rejected)) == (0, 0, 3, 2)


def test_photos_of_a_sighting_that_is_there_go_to_it(session: Session, folder: Path, tmp_path: Path) -> None:
    there = add_sighting(session, assigned("sighting", {
        "gem": "emerald", "at": "34.7701N 72.36E", "observed_at": "2026-05-03T05:05:00Z"}))
    late = shot(tmp_path / "late" / "f.jpg", (72.36, 34.7701), "2026:06:03 10:00:00", "f")
    assert take(session, folder).added == 1
    assert len(session.file.photos_of(there)) == 2
    unsure = take(session, late)
    assert (unsure.added, unsure.photos) == (0, 0)
    assert "decide in the window" in unsure.rejected[0].reason


def test_photos_that_a_table_names_are_attached_once(session: Session, tmp_path: Path) -> None:
    shot(tmp_path / "a.jpg")
    path = source(tmp_path, f"{UUIDS[0]},ruby,36.3,74.6,a.jpg", header="uuid,gem,lat,lon,picture")
    first = take(session, path)
    assert (first.added, first.photos) == (1, 1)
    (kept,) = session.file.photos_of(UUIDS[0])
    assert take(session, path).photos == 0
    session.undo()
    assert session.file.count("photo") == 0
    take(session, path)
    assert [one.uuid for one in session.file.photos_of(UUIDS[0])] == [kept.uuid], "the same, wherever it is imported"


def test_a_photo_that_is_none_costs_its_attachment_and_not_its_row(session: Session, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"no photo")
    path = source(tmp_path, f"{UUIDS[0]},ruby,36.3,74.6,a.jpg", header="uuid,gem,lat,lon,picture")
    result = take(session, path)
    assert (result.added, result.photos) == (1, 0)
    assert "a.jpg is no JPEG" in result.warnings[0]


def test_an_attachment_of_a_sighting_that_is_not_there_is_rejected(session: Session, tmp_path: Path) -> None:
    path = project(tmp_path, child=True)
    shot(tmp_path / "DCIM" / "a.jpg")
    first = import_sources(session, [path], layer="finds_attachments")[0]
    assert [r.row for r in first.rejected] == [2, 1]
    assert "import that first" in first.rejected[1].reason
    results = import_sources(session, [path])
    assert [(r.added, r.photos) for r in results] == [(1, 1), (0, 0)], "the finds name the same photo themselves"
    (kept,) = session.file.photos_of(ONE)
    assert kept.get("file_name") == "a.jpg"


# --- the command line --------------------------------------------------------------------------------


@pytest.fixture
def ask(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    survey = empty_survey(tmp_path / "s.gpkg")

    def command(*arguments: object) -> tuple[int, str, str]:
        name, *rest = (str(a) for a in arguments)
        status = run([name, str(survey), *rest])
        said = capsys.readouterr()
        return status, said.out, said.err

    return command


def test_the_command_saves_and_takes_a_mapping_with_units_and_zone(
    ask: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    path = source(tmp_path, "ruby,36.3,74.6,12.5,2026-05-01 09:30", header="What,lat,lon,Weight,Day")
    saved = tmp_path / "map.json"
    told = ("import", path, "--map", "What=gem", "--map", "Weight=total_carats")
    status, _out, err = ask(*told)
    assert (status, err.count("\n")) == (2, 1)
    assert "--unit Weight=ct" in err
    status, out, _err = ask(*told, "--unit", "Weight=g", "--utc-offset", "+05:00", "--map", "Day=observed_at",
                            "--save-mapping", saved, "--dry-run")
    assert status == 0 and "1 would be added" in out and saved.exists()
    assert ask("import", path, "--mapping", saved)[0] == 0
    (record,) = json.loads(ask("list", "--json")[1])
    assert (record["total_carats"], record["observed_at"]) == (62.5, "2026-05-01T04:30:00.000Z")
    for wrong, said in (
        (("--unit", "Nope=g"), "No source has a column 'Nope'"),
        (("--unit", "Weight=stone"), "There is no unit"),
        (("--utc-offset", "5"), "is no offset"),
        (("--mapping", path), "is no JSON"),
        (("--rejects", tmp_path / "x.txt"), "should end in .csv"),
    ):
        status, _out, err = ask(*told, *wrong)
        assert (status, said in err) == (2, True), err


def test_the_command_lists_what_it_did_not_take_and_takes_changes_when_told(
    ask: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    path = source(tmp_path, *ROWS, ",ruby,136.3,74.6,,")
    status, out, _err = ask("import", path, "--rejects", tmp_path / "out.csv")
    assert status == 1 and f"listed in {tmp_path / 'out.csv'}" in out
    assert "136.3" in (tmp_path / "out.csv").read_text("utf-8-sig")
    path = source(tmp_path, ROWS[0].replace("Hunza", "Aliabad"), *ROWS[1:])
    status, out, _err = ask("import", path)
    assert status == 1 and "locality 'Hunza' -> 'Aliabad'" in out and "--update" in out
    status, out, _err = ask("import", path, "--update", "--json")
    (result,) = json.loads(out)
    assert (status, result["updated"], result["rows"], result["taken"], result["same"]) == (0, 1, 3, 1, 2)


def test_adding_and_editing_take_an_offices_own_fields(
    ask: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    with Session.open(tmp_path / "s.gpkg") as session:
        survey = session.file.surveys()[0]
        fields = [{"name": "x_mine", "title": "Mine", "kind": "integer"}]
        text = json.dumps({"surveyapp_template": 1, "name": "Office", "fields": fields})
        session.apply(ChangeSet((update("survey", survey.uuid, {"template": text}, survey.values),), "t"))
    status, out, _err = ask("add", "--gem", "ruby", "--at", "36.3N 74.6E", "--set", "x_mine=3")
    assert status == 0
    assert ask("edit", out.strip(), "--set", "x_mine=4")[0] == 0
    (record,) = json.loads(ask("list", "--json")[1])
    assert record["x_mine"] == 4
    status, _out, err = ask("edit", out.strip(), "--set", "x_mine=four")
    assert (status, "not a number" in err) == (2, True)
