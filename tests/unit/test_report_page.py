"""The page of a survey report: it agrees with its figures, is whole, asks for nothing, and holds any text."""

from __future__ import annotations

import gettext
import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveyapp import app, words
from surveyapp.domain.gems import GEMS
from surveyapp.errors import BadFile, BadInput, Cancelled, Refused
from surveyapp.exchange.report import charts, map_frame
from surveyapp.exchange.report.charts import Axis, Column, Part, Plot, Range, Row
from surveyapp.exchange.report.drawing import ink_on, shortened, ticks
from surveyapp.exchange.report.facts import MapFacts, Shape, SurveyFacts
from surveyapp.exchange.report.frame import css_text
from surveyapp.exchange.report.map import HEX_RADIUS, class_of, hexagons, survey_map
from surveyapp.exchange.report.map_frame import Lambert, View, degrees, round_below
from surveyapp.exchange.report.phrases import figure, share
from surveyapp.exchange.report.symbols import outline
from surveyapp.exchange.report.writing import put
from surveyapp.services.session import Session
from surveyapp.services.survey_report import gather, page, write_html
from tests.helpers.report_pages import EVIL, URDU, Seen, in_dispute, worked_out
from tests.helpers.surveys import empty_survey

Ask = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


@pytest.fixture(scope="module")
def survey(folder: Path) -> Path:
    return worked_out(folder / "swat.gpkg")


@pytest.fixture(scope="module")
def facts(survey: Path) -> SurveyFacts:
    with Session.open(survey, read_only=True) as session:
        return gather(session)


@pytest.fixture(scope="module")
def shown(facts: SurveyFacts) -> Seen:
    return Seen(page(facts))


@pytest.fixture(scope="module")
def hostile(folder: Path) -> str:
    with Session.open(in_dispute(folder / "hostile.gpkg"), read_only=True, author=EVIL) as session:
        return page(replace(gather(session), title=EVIL))


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    def run(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        status = app.run([str(a) for a in arguments])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


# --- what it says ------------------------------------------------------------------------------------


def test_the_tables_agree_with_the_figures(shown: Seen) -> None:
    gems = shown.tables["Sightings by gem, and how far their review has come"]
    assert gems == [["Gem", "Finds", "None found", "All", "Draft", "Accepted"], ["Emerald", "5", "1", "6", "6", "0"],
                    ["Topaz", "1", "0", "1", "0", "1"], ["All", "6", "1", "7", "6", "1"]]
    places = shown.tables["Sightings by province and district, as the records name them"]
    assert places[1:] == [["Khyber Pakhtunkhwa", "Swat", "5", "1", "Emerald 4Topaz 1"],
                          ["", "unknown", "1", "0", "Emerald 1"], ["All", "", "6", "1", ""]]
    effort = shown.tables["What each observer did"]
    assert effort[1] == ["Amina", "4 May 2026 – 7 May 2026", "3", "2", "22.3", "3", "0", "1.35"]
    assert effort[2] == ["Bano", "4 May 2026 – 6 May 2026", "2", "0", "–", "2", "1", "–"]
    assert effort[4][:2] == ["unknown", "unknown"]
    assert effort[5] == ["All", "4 May 2026 – 8 May 2026", "5", "2", "22.3", "6", "1", "1.35"]


def test_it_is_honest(shown: Seen) -> None:
    assert "never a resource or a reserve" in shown.text
    assert "No estimate of a resource or reserve is recorded." in shown.text
    assert "2 sightings state none: their accuracy is unknown, not good." in shown.text
    assert "1 sighting lies far outside Pakistan and is not on the map" in shown.text
    assert "1 track has no line and is not counted." in shown.text
    assert "It is for the office, not for the public." in shown.text
    assert "None: nobody disagrees about a value in this file." in shown.text


def test_the_plots_say_the_same_in_words(shown: Seen) -> None:
    told = " ".join(shown.words["desc"])
    assert "Emerald: finds 5, none found 1; Topaz: finds 1, none found 0" in told
    assert "2 to 5 m: 2; 5 to 10 m: 1; 500 to 1000 m: 1; above 1000 m: 1; unknown: 2" in told
    assert "4 May 2026: finds 3, none found 1; 5 May 2026: finds 1, none found 0" in told
    assert "Host rock: 83 % (5 / 6)" in told


def test_every_figure_has_a_title_and_a_description(shown: Seen) -> None:
    ids = [given["id"] for _tag, given in shown.tags if given.get("id")]
    assert len(ids) == len(set(ids))
    figures = [given for given in shown.all("svg") if given.get("role") == "img"]
    assert len(figures) == len(shown.all("figure")) >= 7
    assert all({given["aria-labelledby"], given["aria-describedby"]} <= set(ids) for given in figures)
    assert all(shown.words["title"]) and all(shown.words["desc"])
    assert all(given.get("aria-hidden") for given in shown.all("svg") if given.get("role") != "img")


def test_sections_tables_and_figures_are_numbered_through(shown: Seen) -> None:
    numbers = [int(found[1]) for one in shown.words["h2"] if (found := re.match(r"(\d+)  ", one))]
    assert numbers == list(range(1, len(numbers) + 1))
    assert [f"Figure {n}." in shown.text for n in range(1, len(shown.all("figure")) + 1)] == [True] * len(
        shown.all("figure"))


def test_an_empty_survey_says_what_is_missing(tmp_path: Path) -> None:
    with Session.open(empty_survey(tmp_path / "empty.gpkg"), read_only=True) as session:
        told = Seen(page(gather(session)))
    for sentence in ("There is no map: no sighting, track or area has a position.", "The file holds no sightings yet.",
                     "so there is no timeline", "no effort is known", "The file holds no photos.",
                     "The file holds no samples.", "The survey outlines no area.", "None: the check found nothing."):
        assert sentence in told.text
    assert not told.all("figure")


def test_short_words_stand_first(shown: Seen) -> None:
    assert shown.words["li"][:4] == [
        "7 sightings were recorded between 4 May 2026, 10:00 and 6 May 2026, 10:00.", "2 observers: Amina, Bano.",
        "Finds: Emerald (5), Topaz (1).", "At 1 place somebody looked and found none.",
    ]


# --- any text ----------------------------------------------------------------------------------------


def test_nothing_hostile_gets_out_of_its_text(hostile: str) -> None:
    told = Seen(hostile)
    assert {tag for tag, _given in told.tags} <= {
        "html", "head", "meta", "title", "style", "body", "header", "svg", "path", "div", "h1", "h2", "h3", "p", "main",
        "dl", "dt", "dd", "section", "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "strong", "span",
        "bdi", "code", "i", "b", "footer", "figure", "figcaption", "ul", "li", "desc", "defs", "pattern", "rect", "g",
        "line", "text", "circle", "use", "clippath",
    }
    assert not any(name.startswith("on") or name in {"style", "src"} for _tag, given in told.tags for name in given)
    assert EVIL in told.text and f"{URDU} {EVIL}" in told.text
    assert hostile.count("</style>") == 1 and "<script" not in hostile.lower()


def test_it_asks_for_nothing(hostile: str, shown: Seen) -> None:
    for told in (Seen(hostile), shown):
        (policy,) = (given["content"] for given in told.all("meta") if given.get("http-equiv"))
        assert policy is not None and policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "img-src" not in policy
        links = [value for _tag, given in told.tags for name, value in given.items() if name in {"href", "xlink:href"}]
        assert all(link is not None and link.startswith("#") for link in links)
    style = hostile.partition("<style>")[2].partition("</style>")[0]
    assert len(style) > 5000 and not re.search(r"https?:|@import|url\(", style)
    assert not re.search(r"url\((?!#)", hostile)


@settings(max_examples=200)
@given(st.text())
def test_text_in_a_style_sheet_ends_nothing(text: str) -> None:
    told = css_text(text)
    assert re.fullmatch(r"(?:[A-Za-z0-9 ]|\\[0-9a-f]{1,6} )*", told)
    back = re.sub(r"\\([0-9a-f]{1,6}) ", lambda found: chr(int(found[1], 16)), told)
    assert back == " ".join(text.split()).encode("utf-8", "replace").decode()


class _Urdu(gettext.NullTranslations):
    """Urdu enough: the catalogue says its language, and has two words of the page."""

    def gettext(self, message: str) -> str:
        return {"en": "ur", "Survey report": "سروے رپورٹ", "Finds": "دریافتیں"}.get(message, message)

    def ngettext(self, one: str, many: str, number: int) -> str:
        return one if number == 1 else many


@pytest.fixture
def _urdu() -> Iterator[None]:
    words.use(_Urdu(), right_to_left=True)
    yield
    words.use(gettext.NullTranslations())


@pytest.mark.usefixtures("_urdu")
def test_urdu_is_written_from_right_to_left(facts: SurveyFacts) -> None:
    source = page(facts)
    told = Seen(source)
    assert (told.all("html")[0]["lang"], told.all("html")[0]["dir"]) == ("ur", "rtl")
    assert "سروے رپورٹ" in told.text and "دریافتیں" in told.text
    assert "@top-right { content:" in source
    # Bars grow from the right: their labels are anchored at the other side.
    assert all(given["direction"] == "ltr" for given in told.all("svg") if given.get("role") == "img")


# --- plots -------------------------------------------------------------------------------------------

PARTS = [Part("a", "#0b6b57"), Part("b", "#ffffff", "hatch")]


def _bars(svg: str) -> list[tuple[float, float]]:
    """(x, width) of the bars."""
    return [(float(given["x"] or 0), float(given["width"] or 0)) for given in Seen(svg).all("rect")
            if given.get("stroke-width") == "0.6" and given.get("height") == "15"]


def test_bars_are_as_long_as_their_numbers() -> None:
    rows = [Row("one", (10, 0)), Row("two", (5, 5)), Row("three", (2.5, 0))]
    bars = _bars(charts.bars(Plot("p", "t"), rows, PARTS, Axis("number")))
    assert len(bars) == 4
    whole = bars[0][1]
    assert [round(width / whole, 2) for _x, width in bars] == [1, 0.5, 0.5, 0.25]
    assert bars[2][0] == pytest.approx(bars[1][0] + bars[1][1], abs=0.2)


def test_mirrored_bars_grow_from_the_right() -> None:
    rows = [Row("one", (10, 0)), Row("two", (5, 0))]
    bars = _bars(charts.bars(Plot("p", "t", mirrored=True), rows, PARTS, Axis("number")))
    assert bars[0][0] + bars[0][1] == pytest.approx(bars[1][0] + bars[1][1], abs=0.2)
    assert bars[0][0] < bars[1][0]


def test_columns_stand_as_high_as_their_numbers() -> None:
    columns = [Column((4,), "4"), Column((2,), "2"), Column((0,), "0"), Column((3,), "unknown", apart=True)]
    told = Seen(charts.histogram(Plot("p", "t"), columns, PARTS[0], "across", "up"))
    heights = [float(given["height"] or 0) for given in told.all("rect") if given.get("stroke-width") == "0.6"]
    assert [round(height / heights[0], 2) for height in heights] == [1, 0.5, 0.75]
    assert told.words["desc"] == ["up. 4: 4; 2: 2; unknown: 3"]


def test_ranges_go_from_low_to_high() -> None:
    rows = [Range("a", 10, 20, 40), Range("b", None, 30, None)]
    told = Seen(charts.ranges(Plot("p", "t"), rows, Axis("carats", unit="ct")))
    (bar,) = (given for given in told.all("rect"))
    (a, b) = (given for given in told.all("line") if given.get("stroke-width") == "2.6")
    scale = float(bar["width"] or 0) / 30
    assert float(a["x1"] or 0) - float(bar["x"] or 0) == pytest.approx(10 * scale, abs=0.2)
    assert float(b["x1"] or 0) - float(a["x1"] or 0) == pytest.approx(10 * scale, abs=0.2)
    assert told.words["desc"] == ["carats. a: low 10.0, best 20.0, high 40.0 ct; b: best 30.0 ct, no range given"]


@settings(max_examples=200)
@given(st.floats(1e-6, 1e12), st.integers(2, 8), st.booleans())
def test_ticks_are_round_and_reach(most: float, about: int, whole: bool) -> None:
    steps = ticks(most, about, whole=whole)
    assert steps[0] == 0 and steps[-1] >= most * (1 - 1e-9) and len(steps) <= about + 2
    if whole:
        assert all(step == int(step) for step in steps)


def test_words_are_cut_to_their_room() -> None:
    assert shortened("short", 100) == "short"
    assert shortened("a" * 100, 60).endswith("…") and len(shortened("a" * 100, 60)) < 12


def test_gems_differ_in_shape_and_numbers_are_read_on_their_colours() -> None:
    shapes = {gem.shape: tuple(outline(gem.shape, 5)) for gem in GEMS}
    assert len(set(shapes.values())) == len({gem.shape for gem in GEMS})
    assert all(_contrast(ink_on(gem.colour), gem.colour) >= 4 for gem in GEMS)


def _contrast(one: str, other: str) -> float:
    """Contrast of WCAG 2.2."""
    def light(colour: str) -> float:
        parts = [int(colour[n:n + 2], 16) / 255 for n in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05
    high, low = sorted((light(one), light(other)), reverse=True)
    return high / low


@pytest.mark.parametrize(("number", "told"), [(0, "0"), (0.0123, "0.012"), (3.14159, "3.14"), (31.4159, "31.4"),
                                              (314.159, "314"), (31415.9, "31,416"), (-2.5, "-2.50")])
def test_figures_have_three_digits(number: float, told: str) -> None:
    assert figure(number) == told


@pytest.mark.parametrize(("part", "whole", "told"), [(0, 0, "–"), (0, 5, "0 %"), (1, 1000, "< 1 %"),
                                                     (999, 1000, "> 99 %"), (5, 5, "100 %"), (1, 3, "33 %")])
def test_a_share_claims_no_more_than_is_so(part: int, whole: int, told: str) -> None:
    assert share(part, whole) == told


# --- map ---------------------------------------------------------------------------------------------


def test_the_projection_is_true_in_the_middle() -> None:
    projection = Lambert((72.0, 34.0, 73.0, 35.0))
    step = 0.001
    xs, ys = projection.metres(np.array([72.5, 72.5 + step, 72.5]), np.array([34.5, 34.5, 34.5 + step]))
    metre = math.radians(step) * map_frame.MEAN_RADIUS_M
    assert (xs[0], ys[0]) == pytest.approx((0, 0), abs=1e-6)
    assert xs[1] - xs[0] == pytest.approx(metre * math.cos(math.radians(34.5)), rel=1e-4)
    assert ys[2] - ys[0] == pytest.approx(metre, rel=1e-4)


@settings(max_examples=100)
@given(st.floats(-179, 178), st.floats(-85, 84), st.floats(1e-6, 1), st.floats(1e-6, 1))
def test_a_view_holds_the_corners_of_its_box(west: float, south: float, wide: float, tall: float) -> None:
    box = (west, south, west + wide, south + tall)
    view = View.of(box, (0, 0, 400, 300), least_m=1000)
    xs, ys = view.places(np.array([box[0], box[2], box[0], box[2]]), np.array([box[1], box[1], box[3], box[3]]))
    assert all(view.holds(x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True))
    assert view.scale <= 400 / 1000


@settings(max_examples=100)
@given(st.lists(st.tuples(st.floats(0, 500), st.floats(0, 500)), min_size=1, max_size=40))
def test_each_place_is_counted_in_the_hexagon_around_it(places: list[tuple[float, float]]) -> None:
    xs, ys = np.array([x for x, _y in places]), np.array([y for _x, y in places])
    rows, columns = hexagons(xs, ys, HEX_RADIUS)
    across, up = math.sqrt(3) * HEX_RADIUS, 1.5 * HEX_RADIUS
    middles_x, middles_y = across * (columns + 0.5 * (rows % 2)), up * rows
    assert (np.hypot(xs - middles_x, ys - middles_y) <= HEX_RADIUS + 1e-9).all()


def test_a_crowd_is_counted_and_the_page_says_so(facts: SurveyFacts) -> None:
    count = 3001
    crowd = MapFacts([72 + n % 60 / 100 for n in range(count)], [34 + n % 47 / 100 for n in range(count)],
                     ["ruby"] * count, [n % 3 == 0 for n in range(count)])
    picture = survey_map(crowd, "m", "t")
    assert picture is not None and picture.hex_m is not None and "<use" not in picture.svg
    told = Seen(page(replace(facts, map=crowd)))
    assert "There are too many sightings to draw each" in told.text
    few = survey_map(replace(crowd, longitude=crowd.longitude[:3000], latitude=crowd.latitude[:3000],
                             gem=crowd.gem[:3000], absent=crowd.absent[:3000]), "m", "t")
    assert few is not None and few.hex_m is None and few.svg.count("<use") == 3000


@pytest.mark.parametrize(("count", "number"), [(1, 0), (2, 0), (3, 1), (9, 1), (10, 2), (999, 5), (1000, 6)])
def test_classes_of_counts(count: int, number: int) -> None:
    assert class_of(count) == number


def test_a_swapped_coordinate_does_not_shrink_the_map() -> None:
    facts = MapFacts([72.36, 72.37, 34.77], [34.77, 34.78, 72.36], ["ruby"] * 3, [False] * 3)
    picture = survey_map(facts, "m", "t")
    assert picture is not None and picture.outside == 1 and picture.denominator < 100_000
    abroad = survey_map(replace(facts, longitude=[10.0, 11.0, 12.0], latitude=[1.0, 1.0, 1.0]), "m", "t")
    assert abroad is not None and abroad.outside == 0


def test_tracks_and_areas_make_a_map_by_themselves() -> None:
    shape = Shape("prospect", EVIL, (((72.0, 34.0), (72.1, 34.0), (72.1, 34.1), (72.0, 34.0)),))
    picture = survey_map(MapFacts(areas=(shape,), tracks=(replace(shape, kind=""),)), "m", "t")
    assert picture is not None and EVIL[:10] not in picture.svg.replace("&lt;", "").replace("&quot;", "")
    assert survey_map(MapFacts(placeless=3), "m", "t") is None


@pytest.mark.parametrize(("value", "sides", "step", "told"), [
    (72.5, "EW", 1 / 6, "72°30′E"), (-0.5, "EW", 1 / 2, "0°30′W"), (34, "NS", 1, "34°N"),
    (34 + 50 / 60 + 10 / 3600, "NS", 1 / 360, "34°50′10″N"), (59.9999999, "EW", 1 / 60, "60°00′E"),
])
def test_degrees_of_the_graticule(value: float, sides: str, step: float, told: str) -> None:
    assert degrees(value, sides, step) == told


@pytest.mark.parametrize(("number", "below"), [(1, 1), (1.99, 1), (2, 2), (4.9, 2), (5, 5), (9999, 5000), (0.03, 0.02)])
def test_the_scale_bar_is_round(number: float, below: float) -> None:
    assert round_below(number) == pytest.approx(below)


# --- the command, and the file -----------------------------------------------------------------------


def test_the_command_writes_a_page(survey: Path, ask: Ask, tmp_path: Path) -> None:
    out = tmp_path / "r.html"
    status, said, complaint = ask("report", survey, out)
    assert (status, said.strip(), complaint) == (0, str(out), "")
    assert "Swat" in Seen(out.read_text(encoding="utf-8")).text
    status, said, _complaint = ask("report", survey, out, "--json")
    assert status == 0 and json.loads(said)["finds"] == 6
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize("name", ["r.docx", "r", "nowhere/r.html", "folder.html", f"{'r' * 300}.html"])
def test_a_bad_place_is_refused_in_one_sentence(survey: Path, ask: Ask, tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.html").mkdir()
    status, said, complaint = ask("report", survey, tmp_path / name)
    assert (status, said) == (2, "")
    assert complaint.startswith("error: ") and complaint.count("\n") == 1


def test_the_survey_is_never_written_over(survey: Path, tmp_path: Path) -> None:
    link = tmp_path / "r.html"
    link.symlink_to(survey)
    with Session.open(survey, read_only=True) as session, pytest.raises(Refused, match="survey itself"):
        write_html(session, link)


def test_what_stood_there_stays_when_it_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "r.html"
    out.write_text("before")

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(BadFile, match=r"The report .*r\.html cannot be written \(No space left"):
        put(out, "after")
    assert out.read_text() == "before" and list(tmp_path.iterdir()) == [out]


def test_it_stops_when_it_is_told_to(survey: Path) -> None:
    from surveyapp.domain.progress import Progress

    progress = Progress()
    progress.cancel()
    with Session.open(survey, read_only=True) as session, pytest.raises(Cancelled):
        gather(session, progress)


def test_a_lone_surrogate_does_not_stop_it(facts: SurveyFacts, tmp_path: Path) -> None:
    put(tmp_path / "r.html", page(replace(facts, title="half a \ud83d letter")))
    assert "half a ? letter" in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_an_ending_is_asked_for(survey: Path, tmp_path: Path) -> None:
    with Session.open(survey, read_only=True) as session, pytest.raises(BadInput, match=r"\.html"):
        write_html(session, tmp_path / "r.txt")
