"""The report of a merge: what it says agrees with the files, in words and on a page that holds any text."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from surveyapp import app
from surveyapp.commands.shared import BAD, FINDINGS
from surveyapp.domain.changes import insert, update
from surveyapp.domain.fields import LAYER_BY_NAME, LAYERS
from surveyapp.domain.geometry import point_hex
from surveyapp.errors import BadFile, BadInput, Refused
from surveyapp.services import conflicts, merge_page, merging
from surveyapp.services.merge_report import caption_of, check_place, write_report, write_reports
from surveyapp.services.merging import NO_TEAM, by_team, merge, moment_words, summary
from surveyapp.storage.gpkg import SurveyFile
from surveyapp.storage.merged import COUNTS
from tests.helpers.surveys import apply, edit, fork, remove, sighting, sql, survey_with, uuid_of

Ask = Callable[..., tuple[int, str, str]]

URDU = "گلگت بلتستان ٹیم"
EVIL = '</script><script>alert("1")</script> & <b>'


class Page(HTMLParser):
    """What a browser makes of a report: elements with their texts, tables as rows of cells."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.isolated: list[tuple[str | None, str]] = []  # (direction, text) of every <bdi>
        self.tables: dict[str, list[list[str]]] = {}
        self.text = ""
        self._open: list[str] = []
        self._rows: list[list[str]] = []
        self._caption = ""
        self.source = path.read_text(encoding="utf-8")
        self.feed(self.source)
        self.close()
        assert not self._open, f"left open: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "meta":
            return
        self._open.append(tag)
        if tag == "table":
            self._rows, self._caption = [], ""
        elif tag == "tr":
            self._rows.append([])
        elif tag in {"td", "th"}:
            self._rows[-1].append("")
        elif tag == "bdi":
            self.isolated.append((dict(attrs).get("dir"), ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag
        if tag == "table":
            self.tables[self._caption] = self._rows

    def handle_data(self, data: str) -> None:
        if "style" in self._open:
            return
        self.text += data
        if "caption" in self._open:
            self._caption += data
        elif ("td" in self._open or "th" in self._open) and self._rows:
            self._rows[-1][-1] += data
        if "bdi" in self._open:
            direction, text = self.isolated[-1]
            self.isolated[-1] = direction, text + data

    def starts(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def _team(path: Path, team: str | None, first: int, count: int = 2, name: str = "Survey") -> Path:
    """A survey of its own, of a team."""
    SurveyFile.create(path, {"name": name, "team": team, "lead": "Gul Khan", "province": "PK-GB"}).close()
    apply(path, *(sighting(n) for n in range(first, first + count)))
    return path


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return survey_with(tmp_path / "base.gpkg", [sighting(n, locality=f"Pit {n}") for n in range(1, 7)])


@pytest.fixture
def sides(base: Path) -> tuple[Path, Path]:
    """Two copies of which every count can be told: B has against A two records in dispute, one that combines, one
    updated, one deleted and three new; and one of its rows is refused."""
    a, b = fork(base, "a.gpkg"), fork(base, "b.gpkg")
    edit(a, 1, "Amina", notes="this")
    edit(b, 1, "Bano", notes="that")
    apply(a, update("sighting", uuid_of(2), {"geom": point_hex(72.36, 34.77), "accuracy_m": 3.5}), author="Amina")
    apply(b, update("sighting", uuid_of(2), {"geom": point_hex(72.37, 34.78), "accuracy_m": 4.5}), author="Bano")
    edit(a, 3, "Amina", colour="green")
    edit(b, 3, "Bano", clarity="eye-clean")
    edit(b, 4, "Bano", gem="emerald")
    remove(b, 5, "Bano")
    apply(b, *(sighting(n) for n in (10, 11, 12)))
    for path, owner in ((a, "Amina"), (b, "گل خان")):
        sql(path, "CREATE TABLE parcels (code TEXT UNIQUE, owner TEXT)")
        sql(path, "INSERT INTO parcels VALUES ('P-1', ?)", owner)
    return a, b


B_BROUGHT = {"new": 3, "same": 2, "updated": 1, "combined": 1, "conflicting": 2, "deleted": 1, "rejected": 1}


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    """Run a command; its exit status, what it said, and its complaint."""

    def run(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        status = app.run([str(a) for a in arguments])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def _numbers(cells: list[str]) -> dict[str, int]:
    return dict(zip(COUNTS, map(int, cells[-len(COUNTS):]), strict=True))


# --- the page ---------------------------------------------------------------------------------------


def test_the_page_agrees_with_the_files(sides: tuple[Path, Path], tmp_path: Path) -> None:
    out, html = tmp_path / "out.gpkg", tmp_path / "r.html"
    report = merge(out, sides, author="Islamabad office")
    assert report.packages[1].counts == B_BROUGHT
    write_report(report, html)
    page = Page(html)
    rows = page.tables["What each package brought"]
    assert rows[0][1:] == [name.capitalize() for name in COUNTS]
    assert _numbers(rows[1]) == report.packages[0].counts
    assert _numbers(rows[2]) == B_BROUGHT
    assert rows[3][0] == "All packages"
    assert _numbers(rows[3]) == report.totals
    for row, package in zip(rows[1:3], report.packages, strict=True):
        assert row[0].startswith(Path(package.file).name)
        assert "not merged before" in row[0]
        assert package.sha256[:12] in row[0]
    assert {a["title"] for a in page.starts("code") if a.get("class") == "short"} == {
        package.sha256 for package in report.packages
    }
    held = {row[0]: int(row[1].replace(",", "")) for row in page.tables["Records of each kind"][1:]}
    with SurveyFile.open(out, read_only=True) as file:
        counts = {layer.plural: file.count(layer.name) for layer in LAYERS}
    assert held == {name: n for name, n in counts.items() if n} | {"All": sum(counts.values())}
    for fact in ("Merge report", "A merge", "Islamabad office", f"{moment_words(report.at)} Pakistan time", str(out)):
        assert fact in page.text


def test_the_page_lists_every_open_conflict(sides: tuple[Path, Path], tmp_path: Path) -> None:
    out, html = tmp_path / "out.gpkg", tmp_path / "r.html"
    write_report(merge(out, sides), html)
    rows = Page(html).tables["Fields in which people disagree"][1:]
    with SurveyFile.open(out, read_only=True) as file:
        found = file.conflicts()
    assert len(rows) == sum(len(c.values) for c in found) == 4
    position = next(c for c in found if c.field == "geom")
    notes = next(c for c in found if c.field == "notes")
    first = next(i for i, row in enumerate(rows) if len(row) == 7 and row[1] == "Notes")
    assert rows[first][0].startswith("Ruby · Pit 1")
    assert notes.conflict[:8] in rows[first][0]
    assert rows[first][2] == "note 1"
    for row, side, letter in zip(rows[first:], notes.values, "AB", strict=False):
        mark = " for now" if side.value == notes.chosen else ""
        assert row[-4:] == [letter, f"{side.value}{mark}", side.author, moment_words(side.at)]
    assert {row[-2] for row in rows} == {"Amina", "Bano"}
    first = next(i for i, row in enumerate(rows) if len(row) == 7 and row[1] == "Position")
    values = {row[-3].removesuffix(" for now") for row in rows[first:first + 2]}
    assert values == {"34.77N 72.36E", "34.78N 72.37E"}
    assert values == {conflicts.shown(position, v.value) for v in position.values}


@pytest.mark.parametrize(("layer", "field", "value", "words"), [
    ("sighting", "gem", "emerald", "Emerald"),
    ("sighting", "gem", "moonstone of Hunza", "moonstone of Hunza"),
    ("sighting", "largest_mm", 12.5, "12.5 mm"),
    ("sighting", "observed_at", "2026-11-24T05:06:07.089Z", "24 Nov 2026, 10:06"),
    ("sighting", "observed_at", "last spring", "last spring"),
    ("sighting", "notes", None, "empty"),
    ("sighting", "deleted", 1, "deleted"),
    ("sighting", "deleted", 0, "kept"),
    ("sighting", "mahram", 3, "3"),
    ("track", "geom", "0102", "a line or area"),
])
def test_values_are_in_words(layer: str, field: str, value: str | float | None, words: str) -> None:
    conflict = merge_page.Conflict("c", layer, uuid_of(1), field, value, (), value)
    assert re.sub("<[^>]+>", "", merge_page.readable(conflict, value)) == words


def test_a_record_is_called_by_its_gem_and_place(base: Path) -> None:
    with SurveyFile.open(base, read_only=True) as file:
        assert caption_of("sighting", uuid_of(1), file.get("sighting", uuid_of(1))) == "Ruby · Pit 1"
    assert caption_of("photo", uuid_of(1), None) == f"{LAYER_BY_NAME['photo'].title} 00000000"


def test_rejected_rows_and_differences_have_their_reason(sides: tuple[Path, Path], tmp_path: Path) -> None:
    html = tmp_path / "r.html"
    report = merge(tmp_path / "out.gpkg", (sides[0], _team(tmp_path / "c.gpkg", "Gilgit", 20), sides[1]))
    write_report(report, html)
    page = Page(html)
    (row,) = page.tables["Rows that a rule of their table forbids"][1:]
    assert row == ["b.gpkg", "parcels", "another row has the same value of code already", "code: P-1owner: گل خان"]
    assert "1 row could not be taken." in page.text
    out = tmp_path / "out2.gpkg"
    merge(out, [_team(tmp_path / "d.gpkg", "Gilgit", 30)])
    write_report(merge(out, [sides[0]]), html)
    assert Page(html).tables["Fields and tables that others added"][1:] == [
        ["a.gpkg", "The further table parcels was taken along."]
    ]


@pytest.mark.parametrize(("reason", "words"), [
    ("UNIQUE constraint failed: parcels.code, parcels.year", "another row has the same value of code, year already"),
    ("NOT NULL constraint failed: parcels.code", "code is empty, which the table does not allow"),
    ("CHECK constraint failed: area > 0, and less", "it breaks a rule of the table: area > 0, and less"),
    ("FOREIGN KEY constraint failed", "FOREIGN KEY constraint failed"),
])
def test_reasons_in_words(reason: str, words: str) -> None:
    assert merge_page.reason_words(reason) == words


def test_long_lists_say_how_much_is_left_out(
    sides: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merge_page, "MOST_ROWS", 1)
    html, data = tmp_path / "r.html", tmp_path / "r.json"
    report = merge(tmp_path / "out.gpkg", sides)
    report = replace(report, rejected=[*report.rejected, {"package": "", "layer": "parcels", "reason": "why",
                                                            "body": "no JSON"}])
    write_reports(report, [html, data])
    page = Page(html)
    assert len(page.tables["Fields in which people disagree"]) == 1 + 2
    assert len(page.tables["Rows that a rule of their table forbids"]) == 1 + 1
    assert page.text.count("1 more are not shown here; the report as JSON has them all.") == 2
    told = json.loads(data.read_text(encoding="utf-8"))
    assert len(told["open_conflicts"]) == 2
    assert [row["package"] for row in told["rejected"]] == [str(sides[1]), ""]


# --- any text ---------------------------------------------------------------------------------------


def test_every_text_is_escaped_and_urdu_has_its_direction(base: Path, tmp_path: Path) -> None:
    a, b = fork(base, "a <i>&.gpkg"), fork(base, "گلگت.gpkg")
    edit(a, 1, EVIL, notes=EVIL, locality=EVIL)
    edit(b, 1, URDU, notes=f"{URDU}\nدوسری سطر", locality=EVIL)
    c = _team(tmp_path / "c.gpkg", f"{URDU} {EVIL}", 20, name=f"ہنزہ {EVIL}")
    for path in (a, b):
        sql(path, 'CREATE TABLE "<u>" ("<s>" TEXT UNIQUE, note TEXT)')
        sql(path, 'INSERT INTO "<u>" VALUES (?, ?)', EVIL, path.name)
    out, html = tmp_path / "o$title <u>.gpkg", tmp_path / "r.html"
    write_report(merge(out, (a, b, c), author=EVIL), html)
    page = Page(html)
    assert {tag for tag, _ in page.tags} <= {
        "html", "head", "meta", "title", "style", "body", "header", "svg", "path", "div", "h1", "h2", "p", "main", "dl",
        "dt", "dd", "section", "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "strong", "span", "bdi",
        "code", "a", "i", "footer",
    }
    assert not any(name.startswith("on") or name == "style" for _, given in page.tags for name in given)
    isolated = dict.fromkeys(text for direction, text in page.isolated if direction == "auto")
    assert {EVIL, URDU, f"{URDU}\nدوسری سطر", f"{URDU} {EVIL}", f"ہنزہ {EVIL}"} <= isolated.keys()
    assert {"گلگت.gpkg", "a <i>&.gpkg", out.name} <= {text for way, text in page.isolated if way == "ltr"}


def test_the_page_asks_nothing_of_anyone(sides: tuple[Path, Path], tmp_path: Path) -> None:
    html = tmp_path / "r.html"
    write_report(merge(tmp_path / "out.gpkg", sides), html)
    page = Page(html)
    (policy,) = (given["content"] for given in page.starts("meta") if given.get("http-equiv"))
    assert policy is not None and policy.startswith("default-src 'none'; style-src 'sha256-")
    assert not re.search(r"https?:|url\(|@import|src=", page.source)
    assert {given["href"] for given in page.starts("a")} == {"#conflicts", "#rejected"}
    assert {"conflicts", "rejected"} <= {given.get("id") for given in page.starts("section")}


def test_a_lone_surrogate_does_not_stop_it(base: Path, tmp_path: Path) -> None:
    report = merge(tmp_path / "out.gpkg", [base])
    report.packages[0].notes.append("half a \ud83d letter")
    write_reports(report, [tmp_path / "r.html", tmp_path / "r.json"])
    for name in ("r.html", "r.json"):
        assert "half a ? letter" in (tmp_path / name).read_text(encoding="utf-8")


# --- dry run ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("there", [False, True])
def test_a_dry_run_tells_what_the_merge_then_does(sides: tuple[Path, Path], tmp_path: Path, there: bool) -> None:
    out = tmp_path / "out.gpkg"
    if there:
        merge(out, sides[:1], author="earlier")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    dry = merge(out, sides, dry_run=True)
    write_reports(dry, [tmp_path / "dry.html", tmp_path / "dry.json"])
    after = {path: path.read_bytes() for path in tmp_path.iterdir() if not path.name.startswith("dry.")}
    assert after == before
    done = merge(out, sides)
    write_reports(done, [tmp_path / "done.html", tmp_path / "done.json"])
    told, then = (json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8")) for name in ("dry", "done"))
    assert told["dry_run"] and not then["dry_run"]
    for same in ("conflicts", "open_conflicts", "rejected", "records", "totals", "teams"):
        assert told[same] == then[same], same
    page = Page(tmp_path / "dry.html")
    assert "What a merge would do" in page.text and "A dry run: nothing was written" in page.text
    assert "2 disagreements would wait for a decision." in page.text
    assert page.tables["Fields in which people disagree"] == Page(tmp_path / "done.html").tables[
        "Fields in which people disagree"]
    assert "surveyapp resolve" not in page.text


def test_a_dry_run_is_reported_when_its_packages_are_gone(sides: tuple[Path, Path], tmp_path: Path) -> None:
    html = tmp_path / "r.html"
    dry = merge(tmp_path / "out.gpkg", sides, dry_run=True)
    sides[1].unlink()
    write_report(dry, html)
    assert Page(html).tables["Fields in which people disagree"]


# --- merged before ----------------------------------------------------------------------------------


def test_merged_before_is_answered_in_words(base: Path, tmp_path: Path) -> None:
    out, html = tmp_path / "out.gpkg", tmp_path / "r.html"
    first = merge(out, [base], author="Peshawar office")
    assert summary(first)[0] == "base.gpkg (Alpha): 7 new"
    stamp = sql(out, "SELECT merged_at FROM package")[0][0]
    copy = fork(base, "again.gpkg")
    for dry_run in (True, False):
        again = merge(out, [copy], dry_run=dry_run)
        assert not again.changed
        assert summary(again)[0] == (
            f"again.gpkg (Alpha): merged before, on {moment_words(stamp)} Pakistan time; nothing new (7 same)")
        write_report(again, html)
        page = Page(html)
        row = page.tables["What each package brought" if not dry_run else "What each package would bring"][1]
        assert f"merged before on {moment_words(stamp)} Pakistan time by Peshawar office" in row[0]
        assert "Nothing needs a decision." in page.text
        assert ("a merge would change nothing." if dry_run else "the merge changed nothing.") in page.text


def test_a_new_package_is_called_new(base: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.gpkg"
    merge(out, [base])
    other = _team(tmp_path / "c.gpkg", None, 20)
    older = fork(base, "edited.gpkg")
    edit(older, 1, notes="more")
    said = summary(merge(out, [other, older], dry_run=True))
    assert said[0] == "c.gpkg: not merged before; 3 new"
    assert said[1] == "edited.gpkg (Alpha): not merged before; 6 same, 1 updated"
    # All that an earlier copy knows came with the later one, though nobody merged just that copy.
    merge(tmp_path / "later.gpkg", [older])
    said = summary(merge(tmp_path / "later.gpkg", [base], dry_run=True))
    assert said[0] == "base.gpkg (Alpha): not merged before; nothing new (7 same)"


def test_the_same_package_twice_in_one_merge(base: Path, tmp_path: Path) -> None:
    copy, html = fork(base, "copy.gpkg"), tmp_path / "r.html"
    report = merge(tmp_path / "out.gpkg", [base, copy])
    assert summary(report)[:2] == [
        "base.gpkg (Alpha): 7 new", "copy.gpkg (Alpha): the same as base.gpkg above; nothing new (7 same)",
    ]
    write_report(report, html)
    rows = Page(html).tables["What each package brought"]
    assert "given twice the same as base.gpkg" in rows[2][0]
    assert "not merged before" in rows[1][0]


def test_a_result_that_starts_from_a_merged_file_has_nothing_from_before(base: Path, tmp_path: Path) -> None:
    province = tmp_path / "province.gpkg"
    merge(province, [base])
    report = merge(tmp_path / "nation.gpkg", [province], dry_run=True)
    assert summary(report)[0] == "province.gpkg (Alpha): not merged before; 7 new"


# --- teams ------------------------------------------------------------------------------------------


@pytest.fixture
def packages(tmp_path: Path) -> list[Path]:
    """Two packages of Hunza, one of a team with an Urdu name, one of both together, one of nobody."""
    hunza, more, urdu, nobody = (
        _team(tmp_path / name, team, first)
        for name, team, first in (("h.gpkg", "Hunza", 10), ("m.gpkg", "Hunza", 20), ("u.gpkg", URDU, 30),
                                  ("n.gpkg", None, 40))
    )
    joint = tmp_path / "joint.gpkg"
    merge(joint, [hunza, urdu])
    return [nobody, hunza, more, urdu, joint]


def test_totals_of_teams(packages: list[Path], tmp_path: Path) -> None:
    html, data = tmp_path / "r.html", tmp_path / "r.json"
    report = merge(tmp_path / "out.gpkg", packages)
    teams = {t.team: t for t in by_team(report)}
    assert list(teams) == ["Hunza", f"Hunza, {URDU}", URDU, NO_TEAM]
    assert {name: t.packages for name, t in teams.items()} == {"Hunza": 2, f"Hunza, {URDU}": 1, URDU: 1, NO_TEAM: 1}
    assert teams["Hunza"].counts["new"] == 6  # two sightings and the survey, twice
    assert teams[f"Hunza, {URDU}"].counts["same"] == 6
    for name in COUNTS:
        assert sum(t.counts[name] for t in teams.values()) == report.totals[name]
    write_reports(report, [html, data])
    rows = Page(html).tables["What the packages of each team add up to"][1:]
    assert {row[0]: (int(row[1]), _numbers(row)) for row in rows} == {
        name: (t.packages, t.counts) for name, t in teams.items()
    }
    told = json.loads(data.read_text(encoding="utf-8"))
    assert told["teams"] == [{"team": n, "packages": t.packages, "counts": t.counts} for n, t in teams.items()]
    assert "5 packages of 4 teams" in Page(html).text
    said = summary(report)
    at = said.index("By team:")
    assert said[at + 1] == "  Hunza (2 packages): 6 new"
    assert said[at + 4] == "  no team named (1 package): 3 new"


def test_the_terminal_does_not_say_twice_what_each_team_brought(packages: list[Path], tmp_path: Path) -> None:
    for chosen in (packages[1:2], packages[1:3], packages[1:4:2]):
        report = merge(tmp_path / "out.gpkg", chosen, dry_run=True)
        assert "By team:" not in summary(report)
    report = merge(tmp_path / "out.gpkg", packages[1:4], dry_run=True)
    assert "By team:" in summary(report)


def test_many_surveys_in_one_package_are_cut(tmp_path: Path) -> None:
    report = merge(tmp_path / "all.gpkg", [
        _team(tmp_path / f"{n}.gpkg", "Alpha", n * 10, 1, name=f"Survey {n}") for n in range(1, 9)
    ])
    assert len(report.packages) == 8
    html = tmp_path / "r.html"
    write_report(merge(tmp_path / "out.gpkg", [tmp_path / "all.gpkg"]), html)
    row = Page(html).tables["What each package brought"][1]
    assert len(re.findall(r"Survey \d", row[0])) == 6 and " and 2 more" in row[0]
    assert "What the packages of each team add up to" not in Page(html).tables


# --- JSON and the command line ----------------------------------------------------------------------


def test_the_json_keeps_its_keys(sides: tuple[Path, Path], tmp_path: Path) -> None:
    data = tmp_path / "r.json"
    report = merge(tmp_path / "out.gpkg", sides, author="Islamabad")
    write_report(report, data)
    told = json.loads(data.read_text(encoding="utf-8"))
    assert {"out", "dry_run", "packages", "records", "conflicts", "rejected", "changed", "totals"} <= told.keys()
    of_a_package = {"file", "content", "sha256", "surveys", "teams", "known_since", "counts", "notes"}
    assert all(of_a_package <= package.keys() for package in told["packages"])
    assert (told["author"], told["at"]) == ("Islamabad", report.at)
    assert told["conflicts"] == len(told["open_conflicts"]) == 2
    assert {c["caption"] for c in told["open_conflicts"]} == {"Ruby · Pit 1", "Ruby · Pit 2"}
    assert {"conflict", "layer", "record", "field", "ancestor", "values"} <= told["open_conflicts"][0].keys()
    assert told["rejected"][0]["package"] == str(sides[1])
    assert {"layer", "reason", "body"} <= told["rejected"][0].keys()


def test_both_reports_from_the_command_line(ask: Ask, sides: tuple[Path, Path],
                                            tmp_path: Path) -> None:
    html, data, out = tmp_path / "r.HTML", tmp_path / "r.json", tmp_path / "out.gpkg"
    status, said, complaint = ask("merge", out, *sides, "--report", html, "--report", data, "--json")
    assert (status, complaint) == (FINDINGS, "")
    printed, written = json.loads(said), json.loads(data.read_text(encoding="utf-8"))
    assert written.pop("open_conflicts")
    assert printed == written
    assert "2 disagreements wait for a decision." in Page(html).text
    status, said, _ = ask("merge", out, sides[0], "--dry-run")
    assert said.splitlines()[0].startswith("a.gpkg (Alpha): merged before, on ")
    assert said.splitlines()[0].endswith("; nothing new (7 same)")


@pytest.mark.parametrize(("place", "why"), [
    ("r.txt", "The report r.txt should end in .html (to read) or .json (for programs)."),
    ("r", "The report r should end in"),
    ("none/r.html", "There is no folder"),
    ("folder.html", "is a folder"),
    ("a.json", "is one of the surveys"),
])
def test_a_bad_place_is_refused_before_merging(
    ask: Ask, base: Path, tmp_path: Path, place: str, why: str
) -> None:
    (tmp_path / "folder.html").mkdir()
    inputs = [base, fork(base, "a.json")]
    before = {path: path.read_bytes() for path in inputs}
    out, good = tmp_path / "out.gpkg", tmp_path / "good.html"
    status, said, complaint = ask("merge", out, *inputs, "--report", good, "--report", tmp_path / place)
    assert (status, said) == (BAD, "")
    assert complaint.startswith("error: ") and why in complaint and complaint.count("\n") == 1
    assert not out.exists() and not good.exists()
    assert {path: path.read_bytes() for path in inputs} == before


def test_a_report_that_cannot_be_written_leaves_the_merge(
    ask: Ask, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick, out = tmp_path / "stick", tmp_path / "out.gpkg"

    def merge_and_pull_the_stick(*arguments: object, **options: object) -> object:
        report = merge(*arguments, **options)  # type: ignore[arg-type]
        stick.rmdir()
        return report

    monkeypatch.setattr(merging, "merge", merge_and_pull_the_stick)
    for dry_run, status_then, words in ((True, BAD, "Nothing was merged: it was a dry run."),
                                        (False, FINDINGS, "The merge itself is done.")):
        stick.mkdir()
        status, said, complaint = ask("merge", out, base, "--report", stick / "r.html", *["--dry-run"] * dry_run)
        assert status == status_then
        assert said.splitlines()[0].endswith("7 new")
        assert complaint == f"error: There is no folder {stick} for the report; make it first. {words}\n"
        assert out.exists() is not dry_run
    with SurveyFile.open(out, read_only=True) as file:
        assert file.count("sighting") == 6


@pytest.mark.skipif(sys.platform == "win32", reason="only on systems that allow paths as long as this one")
def test_what_stood_there_stays_if_the_report_cannot_be_written(base: Path, tmp_path: Path) -> None:
    report = merge(tmp_path / "out.gpkg", [base])
    place = tmp_path / ("n" * 250 + ".html")  # the name beside it is too long for any file system
    place.write_text("old", encoding="utf-8")
    with pytest.raises(BadFile, match=r"^The report .* cannot be written \(.*\); choose another place\.$"):
        write_report(report, place)
    assert place.read_text(encoding="utf-8") == "old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["base.gpkg", place.name, "out.gpkg"]


def test_places(base: Path, tmp_path: Path) -> None:
    check_place(tmp_path / "r.html", [base, tmp_path / "none.gpkg"])
    check_place(tmp_path / "R.JSON")
    with pytest.raises(BadInput):
        check_place(tmp_path / "r.htm")
    survey = base.rename(tmp_path / "s.html")
    with pytest.raises(Refused):
        check_place(survey, [survey])


def test_edit_against_delete_is_in_words(base: Path, tmp_path: Path) -> None:
    a, b, html = fork(base, "a.gpkg"), fork(base, "b.gpkg"), tmp_path / "r.html"
    remove(a, 1, "Amina")
    edit(b, 1, "Bano", notes="still there")
    apply(b, insert("sighting", {"gem": "ruby", "presence": "present"}, uuid=uuid_of(50)))
    write_report(merge(tmp_path / "out.gpkg", [a, b]), html)
    rows = Page(html).tables["Fields in which people disagree"][1:]
    assert [rows[0][1], rows[0][2]] == ["Deleted or kept", "kept"]
    assert {(row[-3], row[-2]) for row in rows} == {("deleted", "Amina"), ("kept for now", "Bano")}
