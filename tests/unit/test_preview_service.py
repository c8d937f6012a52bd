"""What a survey file gives its preview: what its offices ask for, and what came after which package."""

from __future__ import annotations

from pathlib import Path

import pytest

from surveyapp.domain import changes
from surveyapp.domain.changes import ChangeSet
from surveyapp.domain.template import EMPTY, Template
from surveyapp.errors import BadInput, Refused
from surveyapp.services import merging, previewing, templates
from surveyapp.services.arrivals import Arrivals
from surveyapp.services.recording import new_survey
from surveyapp.services.session import Session
from tests.browser.previews import meta_of, tables_of


def survey(path: Path, team: str, *places: str, template: Template = EMPTY) -> Path:
    with new_survey(path, f"Survey of {team}", team=team, surveyor="Gul", province="PK-KP") as session:
        if template != EMPTY:
            templates.use(session, template)
        session.apply(ChangeSet(tuple(
            changes.insert("sighting", {"gem": "emerald", "locality": place})
            for place in places), "Add"), "form")  # fmt: skip
    return path


def edit(path: Path, place: str, **values: str) -> None:
    with Session.open(path, author="Gul") as session:
        (uuid,) = [one.uuid for one in session.file.records("sighting") if one.get("locality") == place]
        session.apply(ChangeSet((changes.update("sighting", uuid, values),), "Edit"), "form")


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Alpha's package, then Beta's, then Alpha's again with a change, a sample and a new sighting."""
    folder = tmp_path_factory.mktemp("province")
    out = folder / "province.gpkg"
    strict = Template("a", public_grid_deg=0.2, preview_photos_mb=12)
    small = Template("b", public_grid_deg=0.05, preview_photos_mb=8)
    alpha = survey(folder / "alpha.gpkg", "Alpha", "A1", "A2", template=strict)
    beta = survey(folder / "beta.gpkg", "Beta", "B1", template=small)
    merging.merge(out, [alpha])
    merging.merge(out, [beta])
    edit(alpha, "A2", notes="Seen again")
    with Session.open(alpha, author="Gul") as session:
        (uuid,) = [one.uuid for one in session.file.records("sighting") if one.get("locality") == "A1"]
        added = changes.insert("sample", {"sighting_uuid": uuid, "sample_id": "AL-1"})
        new = changes.insert("sighting", {"gem": "ruby", "locality": "A3"})
        session.apply(ChangeSet((added, new), "Add"), "form")
    later = alpha.rename(folder / "alpha2.gpkg")
    merging.merge(out, [later])
    return out


def test_what_came_after_a_package_is_known_without_clocks(province: Path) -> None:
    with Session.open(province, read_only=True) as session:
        arrivals = Arrivals(session)
        names = {one.uuid: one.get("locality") for one in session.file.records("sighting")}
        came = {names[uuid]: (line.made_in, line.changed_in) for uuid, line in arrivals.history().items()}
    assert [one.name for one in arrivals.packages] == ["alpha.gpkg", "beta.gpkg", "alpha2.gpkg"]
    # The sample belongs to A1, so that A1 is new too.
    assert came == {"A1": (0, 2), "A2": (0, 2), "B1": (1, 1), "A3": (2, 2)}


def test_revisions_are_the_heads_joined(tmp_path: Path) -> None:
    one = survey(tmp_path / "one.gpkg", "Alpha", "A1")
    other = tmp_path / "other.gpkg"
    other.write_bytes(one.read_bytes())
    edit(one, "A1", notes="one")
    edit(other, "A1", colour="green")
    merging.merge(tmp_path / "out.gpkg", [one, other])
    with Session.open(tmp_path / "out.gpkg", read_only=True) as session:
        (uuid,) = [record.uuid for record in session.file.records("sighting")]
        built_on = {parent for one in session.file.history(uuid) for parent in one.parents}
        heads = sorted(one.revision for one in session.file.history(uuid) if one.revision not in built_on)
        assert len(heads) == 2
        assert Arrivals(session).history()[uuid].revision == "+".join(heads)
        previewing.preview(session, tmp_path / "p.html")
    assert tables_of((tmp_path / "p.html").read_text("utf-8"))["history"]["revision"] == ["+".join(heads)]


def test_of_several_offices_the_strictest_holds(province: Path, tmp_path: Path) -> None:
    with Session.open(province, read_only=True) as session:
        options = previewing.options_of(session)
        assert (options.grid_deg, options.photo_bytes) == (0.2, 8_000_000)
        previewing.preview(session, tmp_path / "p.html", audience="public")
    notes = meta_of((tmp_path / "p.html").read_text("utf-8"))["notes"]
    assert (notes["gridDeg"], notes["photoBytes"]) == (0.2, 8_000_000)


@pytest.mark.parametrize(("text", "zooms"), [("8-12", (8, 12)), (" 9 – 10 ", (9, 10)), ("11", (11, 11))])
def test_zooms_are_read_as_people_write_them(text: str, zooms: tuple[int, int]) -> None:
    ground = previewing.ground_of(Path("x.mbtiles"), text, 20)
    assert ground is not None
    assert ground.zooms == zooms


@pytest.mark.parametrize("text", ["", "a", "8-", "8-12-14", "-3", "8.5"])
def test_what_is_no_zoom_is_refused(text: str) -> None:
    assert previewing.ground_of(None, text, 20) is None
    with pytest.raises(BadInput, match="are no zooms"):
        previewing.ground_of(Path("x.mbtiles"), text, 20)


def test_neither_the_survey_nor_the_map_is_written_over(province: Path, tmp_path: Path) -> None:
    chart = tmp_path / "map.mbtiles"
    chart.write_bytes(b"x")
    with Session.open(province, read_only=True) as session:
        with pytest.raises(Refused, match="is the survey itself"):
            previewing.preview(session, province)
        with pytest.raises(Refused, match="is the map itself"):
            previewing.preview(session, chart, ground=previewing.Ground(chart))
