"""What a browser makes of a report; and a survey of which every figure is worked out by hand."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

from surveyapp.domain.changes import Change, insert
from surveyapp.domain.geometry import point_hex
from surveyapp.positioning.track_log import TrackPoint
from surveyapp.services.tracks import line_hex
from tests.helpers.surveys import apply, edit, fork, survey_with, uuid_of

EVIL = '</script></style><script>alert("1")</script><img src=x onerror=alert(1)>${7*7}{{7*7}}\u202e'
URDU = "گل خان"
VOID = {"meta"}


class Seen(HTMLParser):
    """``tags`` with their attributes, ``tables`` by caption as rows of cells, ``text`` of what is shown."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.text = ""
        self.words: dict[str, list[str]] = {"title": [], "desc": [], "text": [], "h2": [], "li": []}
        self._open: list[str] = []
        self._rows: list[list[str]] = []
        self._caption = ""
        self.feed(source)
        self.close()
        assert not self._open, f"left open: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _value in attrs]
        assert len(names) == len(set(names)), f"an attribute twice: {tag} {names}"
        self.tags.append((tag, dict(attrs)))
        if tag in VOID:
            return
        self._open.append(tag)
        if tag == "table":
            self._rows, self._caption = [], ""
        elif tag == "tr":
            self._rows.append([])
        elif tag in {"td", "th"}:
            self._rows[-1].append("")
        elif tag in self.words:
            self.words[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag
        if tag == "table":
            self.tables[self._caption.partition(". ")[2] or self._caption] = self._rows

    def handle_data(self, data: str) -> None:
        if "style" in self._open:
            return
        if "desc" not in self._open and "title" not in self._open:
            self.text += data
        if "caption" in self._open:
            self._caption += data
        elif ("td" in self._open or "th" in self._open) and self._rows:
            self._rows[-1][-1] += data
        if self._open and self._open[-1] in self.words:
            self.words[self._open[-1]][-1] += data
        elif "li" in self._open:
            self.words["li"][-1] += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def walk(number: int, observer: str | None, day: str, *places: tuple[float, float]) -> Change:
    """A track through places; ``day`` of its start, at six in the morning of Pakistan."""
    line = line_hex([TrackPoint(longitude, latitude) for longitude, latitude in places]) if places else None
    return insert("track", {"name": f"Walk {number}", "observer": observer, "geom": line,
                            "started_at": f"{day}T01:00:00.000Z", "finished_at": f"{day}T05:00:00.000Z"},
                  uuid=uuid_of(900 + number))


def seen(number: int, **values: object) -> Change:
    """A sighting with all that the national layer asks for, unless told otherwise."""
    given: dict[str, object] = {
        "gem": "emerald", "presence": "present", "expression": "vein", "confidence": "certain",
        "identification_method": "hand-lens", "position_source": "gps", "accuracy_m": 3.0, "province": "PK-KP",
        "district": "Swat", "host_rock": "schist", "occurrence_type": "occurrence", "observer": "Amina",
        "observed_at": "2026-05-04T05:00:00.000Z", "review_status": "draft", "locality": f"Pit {number}",
        "geom": point_hex(72.36 + number / 1000, 34.77), "survey_uuid": None,
    }
    return insert("sighting", given | values, uuid=uuid_of(number))  # type: ignore[arg-type]


BARREN = {"presence": "absent", "expression": None, "confidence": None, "identification_method": None,
          "host_rock": None}


def worked_out(path: Path) -> Path:
    """Seven sightings of three people, two tracks, a photo that is astray, samples: see ``test_report_facts``."""
    return survey_with(path, [
        seen(1, accuracy_m=3.0),
        seen(2, accuracy_m=5.0, gem="topaz", review_status="accepted"),
        seen(3, accuracy_m=5.1, observed_at="2026-05-04T20:30:00.000Z"),  # half past one of the 5th in Pakistan
        seen(4, **BARREN, accuracy_m=None, position_source="typed", observer="Bano"),
        seen(5, accuracy_m=900.0, observer="Bano", host_rock=None, observed_at="2026-05-06T05:00:00.000Z"),
        seen(6, accuracy_m=None, position_source="map-tap", observer=None, district=None, observed_at=None),
        seen(7, accuracy_m=2500.0, observer="Bano", geom=point_hex(34.77, 72.36)),  # swapped
        # On the equator a tenth of a degree is 6378137 m × π/1800 = 11 131.949 m.
        walk(1, "Amina", "2026-05-04", (72.0, 0.0), (72.1, 0.0)),
        walk(2, "Amina", "2026-05-07", (72.0, 0.0), (72.05, 0.0), (72.0, 0.0)),
        walk(3, "Dilshad", "2026-05-08"),
        insert("sample", {"sighting_uuid": uuid_of(1), "sample_id": "S-1", "sample_type": "rock"}, uuid=uuid_of(801)),
        insert("sample", {"sighting_uuid": uuid_of(1), "sample_id": "S-1", "sample_type": "rock"}, uuid=uuid_of(802)),
        insert("sample", {"sighting_uuid": None, "sample_id": None, "sample_type": None}, uuid=uuid_of(803)),
        insert("custody", {"sample_uuid": uuid_of(801), "from_party": "a", "to_party": "b"}, uuid=uuid_of(811)),
        insert("custody", {"sample_uuid": uuid_of(801), "from_party": "b", "to_party": "c"}, uuid=uuid_of(812)),
        insert("certificate", {"sample_uuid": uuid_of(802), "laboratory": "lab"}, uuid=uuid_of(821)),
    ])


def in_dispute(path: Path) -> Path:
    """The same survey, merged from two in which people disagree, with texts that try to break a page."""
    from surveyapp.services.merging import merge

    base = worked_out(path.with_name("base.gpkg"))
    one, other = fork(base, "one.gpkg"), fork(base, "other.gpkg")
    edit(one, 1, EVIL, notes=EVIL, colour="green", gem="moon </svg> stone")
    edit(other, 1, URDU, notes=f"{URDU} {EVIL}", colour="blue")
    for number, file in enumerate((one, other)):
        apply(file, seen(20 + number, observer=EVIL, district=EVIL, gem=EVIL[:30], position_source=EVIL,
                         review_status=EVIL, province=EVIL),
              walk(5 + number, EVIL, "2026-05-04", (72.36, 34.7), (72.38, 34.75)),
              insert("area", {"name": EVIL, "kind": EVIL[:40], "geom": None}, uuid=uuid_of(830 + number)))
    merge(path, [one, other], author=EVIL)
    return path
