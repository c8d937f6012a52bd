"""The one table of fields.

From it come the columns and constraints of the file, the triggers that keep its history, the form,
validation, the columns of the table, the CSV, GeoJSON and GeoPackage exports, the pop-up of the
preview and the field reference in the documentation. A new field is one row here (and a migration).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from surveyapp.domain.vocabulary import VOCABULARIES, Vocabulary
from surveyapp.words import tr

TEXT, NOTES, INTEGER, REAL, DATETIME, DATE, CODE, REF, BLOB = (
    "text", "notes", "integer", "real", "datetime", "date", "code", "ref", "blob",
)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a layer.

    ``kind``: text (one line), notes (many lines), integer, real, datetime (UTC, milliseconds, ``Z``), date,
    code (of ``vocabulary``), ref (uuid of a row of layer ``refers``), blob.
    ``level``: the check level at which it must be filled (1 opens, 2 complete for the team, 3 national), 0
    for never. ``public``: may leave the office. ``group``: heading in the form; fields without one are
    not shown in forms. ``sticky``: the form offers the last value again. ``column``: shown in tables at first.
    """

    name: str
    kind: str
    title: str
    help: str = ""
    group: str = ""
    unit: str = ""
    vocabulary_name: str = ""
    refers: str = ""
    minimum: float | None = None
    maximum: float | None = None
    level: int = 0
    default: str | float | None = None
    sticky: bool = False
    public: bool = True
    column: bool = False

    @property
    def vocabulary(self) -> Vocabulary | None:
        return VOCABULARIES[self.vocabulary_name] if self.vocabulary_name else None

    @property
    def label(self) -> str:
        """Title with its unit, as forms and tables show it, in the language of the program."""
        return f"{tr(self.title)} ({self.unit})" if self.unit else tr(self.title)

    @property
    def english(self) -> str:
        """The label as it goes into files, whatever language the program speaks."""
        return f"{self.title} ({self.unit})" if self.unit else self.title


@dataclass(frozen=True, slots=True)
class Layer:
    """One table of records. ``geometry`` is POINT, LINESTRING, POLYGON or empty; ``caption`` names the
    field that stands for the record in lists."""

    name: str
    title: str
    plural: str
    description: str
    fields: tuple[Field, ...]
    geometry: str = ""
    caption: str = ""

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)

    def field(self, name: str) -> Field | None:
        return next((f for f in self.fields if f.name == name), None)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f.name for f in self.fields)


def _code(name: str, title: str, vocabulary: str = "", **rest: object) -> Field:
    return Field(name, CODE, title, vocabulary_name=vocabulary or name, **rest)  # type: ignore[arg-type]


def _ref(layer: str, title: str, **rest: object) -> Field:
    return Field(f"{layer}_uuid", REF, title, refers=layer, **rest)  # type: ignore[arg-type]


POSITION_FACTS = (
    "position_source", "accuracy_m", "fix_quality", "satellites", "hdop", "samples_averaged",
    "position_text", "position_crs",
)
"""Facts about how a position was found. They hold only for that position: moving the point clears them
(DESIGN, "positions tell the truth"), and a merge takes them together with the point."""

_FIND, _PLACE, _ROCK, _AMOUNT, _STONE, _ADMIN = (
    "The find", "Where", "Host and deposit", "Amount", "The stones", "Record",
)

SIGHTING = Layer(
    "sighting", "Sighting", "Sightings",
    "One observation of a gem at a place, or an explicit absence. An occurrence, never a reserve.",
    geometry="POINT", caption="locality",
    fields=(
        _code("gem", "Gem", group=_FIND, level=2, sticky=True, column=True,
              help="The gem seen, or looked for and not found."),
        _code("presence", "Present or absent", group=_FIND, level=2, default="present",
              help="Absent: you visited and looked, and found none. An absence is as useful as a find."),
        Field("locality", TEXT, "Locality", group=_FIND, column=True,
              help="The name that people on the spot use for the place."),
        _code("occurrence_type", "Occurrence type", group=_FIND, level=3, default="occurrence", column=True,
              help="CGI mineral occurrence type. A sighting is an occurrence unless more has been proved."),
        _code("expression", "Expression", group=_FIND, level=2, sticky=True, column=True,
              help="How the gem showed itself: in outcrop, as float, in gravel, in a working."),
        _code("confidence", "Confidence", group=_FIND, level=3, sticky=True,
              help="How sure you are that it is this gem."),
        _code("identification_method", "Identified by", group=_FIND, level=3, sticky=True,
              help="The best method used to tell what it is."),
        Field("notes", NOTES, "Notes", group=_FIND, public=False,
              help="Anything else worth keeping, in any script."),
        _code("position_source", "Position from", group=_PLACE, level=2,
              help="Where the coordinate came from. Filled by the program."),
        Field("accuracy_m", REAL, "Accuracy", unit="m", group=_PLACE, minimum=0, maximum=100_000, column=True,
              help="Horizontal accuracy that the receiver stated. Empty means unknown."),
        _code("fix_quality", "Fix quality", group=_PLACE, help="Kind of GPS fix."),
        Field("satellites", INTEGER, "Satellites used", group=_PLACE, minimum=0, maximum=100,
              help="How many satellites the fix was worked out from."),
        Field("hdop", REAL, "HDOP", group=_PLACE, minimum=0, maximum=100,
              help="Horizontal dilution of precision."),
        Field("samples_averaged", INTEGER, "Fixes averaged", group=_PLACE, minimum=1, maximum=1_000_000,
              help="How many fixes the position is the mean of."),
        Field("elevation_m", REAL, "Elevation", unit="m", group=_PLACE, minimum=-500, maximum=9000,
              help="Above mean sea level."),
        Field("position_text", TEXT, "Position as given", group=_PLACE, public=False,
              help="The coordinate as it was typed, or the device that gave it."),
        Field("position_crs", TEXT, "Reference system as given", group=_PLACE,
              help="EPSG code of the coordinate as it was typed."),
        _code("province", "Province or territory", group=_PLACE, level=3, column=True,
              help="Worked out from the position; ISO 3166-2."),
        Field("district", TEXT, "District", group=_PLACE, level=3, sticky=True, column=True,
              help="The district as the administration writes it."),
        Field("toposheet", TEXT, "Toposheet", group=_PLACE,
              help="Survey of Pakistan 15-minute sheet, such as 43 B/5, in the sheet's own datum."),
        Field("boundary_source", TEXT, "Boundaries used", group=_PLACE,
              help="The boundary layer, with its version, that province and district were worked out from."),
        _code("host_rock", "Host rock", group=_ROCK, level=3, sticky=True, column=True,
              help="CGI simple lithology. Put what no code names into the next field."),
        Field("host_rock_text", TEXT, "Host rock in words", group=_ROCK, sticky=True,
              help="Such as talc-carbonate schist, or calcite vein in marble."),
        _code("deposit_model", "Deposit model", group=_ROCK, sticky=True, help="CGI/CMMI deposit model."),
        _code("abundance", "Abundance", group=_AMOUNT, help="How much of the gem there was, by eye."),
        Field("stone_count", INTEGER, "Stones seen", group=_AMOUNT, minimum=0, maximum=10_000_000,
              help="Stones that you counted yourself; leave it empty if you did not count."),
        Field("largest_mm", REAL, "Largest stone", unit="mm", group=_AMOUNT, minimum=0, maximum=5000,
              help="Longest side of the largest stone."),
        Field("total_carats", REAL, "Total recovered", unit="ct", group=_AMOUNT, minimum=0, maximum=1e9,
              help="One carat is 0.200 g."),
        Field("processed_t", REAL, "Material processed", unit="t", group=_AMOUNT, minimum=0, maximum=1e9,
              help="Tonnes of rock or gravel that were broken or washed for the stones recovered."),
        Field("processed_m3", REAL, "Material processed", unit="m³", group=_AMOUNT, minimum=0, maximum=1e9,
              help="The same as a volume, where nothing was weighed."),
        Field("bottom_screen_mm", REAL, "Bottom screen", unit="mm", group=_AMOUNT, minimum=0, maximum=1000,
              help="Size of the finest screen. Without it a grade in carats per tonne means nothing."),
        Field("colour", TEXT, "Colour", group=_STONE,
              help="As you see it in daylight, such as bluish green, medium."),
        _code("clarity", "Clarity", group=_STONE, help="Of the better stones, by eye or hand lens."),
        Field("observer", TEXT, "Observer", group=_ADMIN, level=2, sticky=True, public=False, column=True,
              help="Who saw it; the person, not the team."),
        Field("observed_at", DATETIME, "Observed at", group=_ADMIN, level=2, column=True,
              help="Time of the observation; kept in UTC."),
        _code("review_status", "Status", group=_ADMIN, default="draft", column=True,
              help="How far the review of this sighting is."),
        Field("deposit_name", TEXT, "Deposit", group=_ADMIN,
              help="Name of the deposit that this sighting belongs to, where several do."),
        _ref("survey", "Survey"),
    ),
)

SURVEY = Layer(
    "survey", "Survey", "Surveys",
    "The survey or package that records belong to.", caption="name",
    fields=(
        Field("name", TEXT, "Name", group="Survey", level=1,
              help="What the survey is called on the desk and in reports."),
        Field("organisation", TEXT, "Organisation", group="Survey",
              help="The office or company that the survey is made for."),
        Field("team", TEXT, "Team", group="Survey", level=2,
              help="The team that goes out; sample numbers begin with it unless the office says otherwise."),
        _code("province", "Province or territory", group="Survey",
              help="Where most of the survey lies; ISO 3166-2."),
        Field("lead", TEXT, "Surveyor in charge", group="Survey", level=2, public=False,
              help="Who answers for the survey."),
        Field("licence", TEXT, "Licence or permit", group="Survey", public=False,
              help="The licence or permit that the work is done under. It does not leave the office."),
        Field("purpose", NOTES, "Purpose", group="Survey", help="What the survey is to find out."),
        Field("started_on", DATE, "Started on", group="Survey", help="First day in the field."),
        Field("finished_on", DATE, "Finished on", group="Survey",
              help="Last day in the field; empty while it goes on."),
        Field("template", NOTES, "Template", public=False, help="What an office asks its teams for, as JSON."),
        Field("schema_version", INTEGER, "Schema version", minimum=1, maximum=10_000),
    ),
)

ORIENTATION = Layer(
    "orientation", "Orientation", "Orientations",
    "Strike and dip of a plane (right-hand rule) or trend and plunge of a line, at a sighting.",
    fields=(
        _ref("sighting", "Sighting", level=1),
        _code("kind", "Kind", "orientation_kind", group="Structure", level=2,
              help="A plane has strike and dip, a line has trend and plunge."),
        _code("structure", "Structure", group="Structure", level=2, help="What was measured."),
        Field("strike_deg", REAL, "Strike", unit="°", group="Structure", minimum=0, maximum=360,
              help="Right-hand rule: the plane dips to the right of the strike."),
        Field("dip_deg", REAL, "Dip", unit="°", group="Structure", minimum=0, maximum=90,
              help="Angle of the plane below the horizontal, 0 to 90."),
        Field("trend_deg", REAL, "Trend", unit="°", group="Structure", minimum=0, maximum=360,
              help="Direction in which the line goes down, from true north."),
        Field("plunge_deg", REAL, "Plunge", unit="°", group="Structure", minimum=0, maximum=90,
              help="Angle of the line below the horizontal, 0 to 90."),
        _code("method", "Method", "orientation_method", group="Structure",
              help="How it was measured or estimated; CGI determination method."),
        Field("notes", NOTES, "Notes", group="Structure", public=False,
              help="Anything that explains the measurement."),
        Field("observer", TEXT, "Observer", group="Structure", public=False, help="Who measured it."),
        Field("observed_at", DATETIME, "Observed at", group="Structure",
              help="When it was measured; kept in UTC."),
    ),
)

SAMPLE = Layer(
    "sample", "Sample", "Samples", "A physical sample.", caption="sample_id",
    fields=(
        _ref("sighting", "Sighting", level=2),
        Field("sample_id", TEXT, "Sample ID", group="Sample", level=1,
              help="With the team's prefix, so that no two teams write the same."),
        _code("sample_type", "Type", group="Sample", level=2, help="What the sample is."),
        Field("weight_g", REAL, "Weight", unit="g", group="Sample", minimum=0, maximum=1e9,
              help="Weight of the whole sample as it left the field."),
        Field("igsn", TEXT, "IGSN", group="Sample",
              help="International Generic Sample Number, where the sample has one."),
        _ref("sample", "Parent sample"),
        Field("recovered_ct", REAL, "Recovered", unit="ct", group="Sample", minimum=0, maximum=1e9,
              help="Carats that came out of a bulk sample; with weight and bottom screen they give a grade."),
        Field("stone_count", INTEGER, "Stones recovered", group="Sample", minimum=0, maximum=10_000_000,
              help="Stones that were counted above the bottom screen."),
        Field("bottom_screen_mm", REAL, "Bottom screen", unit="mm", group="Sample", minimum=0, maximum=1000,
              help="Size of the finest screen; a grade means nothing without it."),
        Field("description", NOTES, "Description", group="Sample",
              help="What one sees in it, and why it was taken."),
        Field("collector", TEXT, "Collector", group="Sample", public=False, help="Who took it."),
        Field("collected_at", DATETIME, "Collected at", group="Sample",
              help="When it was taken; kept in UTC."),
    ),
)

CUSTODY = Layer(
    "custody", "Handover", "Handovers", "Handover of a sample or lot; append-only.",
    fields=(
        _ref("sample", "Sample", level=1),
        Field("from_party", TEXT, "From", group="Handover", level=2, public=False,
              help="Who gave it away: person and office."),
        Field("to_party", TEXT, "To", group="Handover", level=2, public=False,
              help="Who took it: person and office."),
        Field("handed_over_at", DATETIME, "When", group="Handover", level=2,
              help="When it changed hands; kept in UTC."),
        Field("place", TEXT, "Where", group="Handover", help="Where it changed hands."),
        Field("seal_number", TEXT, "Seal number", group="Handover",
              help="Number on the seal of the bag or box."),
        _code("condition", "Condition", group="Handover", help="State of bag and seal at the handover."),
        Field("notes", NOTES, "Notes", group="Handover", public=False,
              help="Anything that both sides should remember."),
    ),
)

CERTIFICATE = Layer(
    "certificate", "Certificate", "Certificates",
    "A laboratory's report on a sample. Treatment and origin are the laboratory's opinion.",
    caption="report_number",
    fields=(
        _ref("sample", "Sample", level=1),
        Field("laboratory", TEXT, "Laboratory", group="Report", level=2,
              help="Name of the laboratory as it stands on the report."),
        Field("report_number", TEXT, "Report number", group="Report", level=2,
              help="Number of the report, by which the laboratory finds it again."),
        Field("reported_on", DATE, "Date", group="Report", level=2, help="Date on the report."),
        Field("species", TEXT, "Species", group="Report", help="Mineral species, such as beryl."),
        Field("variety", TEXT, "Variety", group="Report", help="Variety, such as emerald."),
        Field("weight_ct", REAL, "Weight", unit="ct", group="Report", minimum=0, maximum=1e7,
              help="Weight on the report; one carat is 0.200 g."),
        Field("length_mm", REAL, "Length", unit="mm", group="Report", minimum=0, maximum=5000,
              help="First measurement on the report."),
        Field("width_mm", REAL, "Width", unit="mm", group="Report", minimum=0, maximum=5000,
              help="Second measurement on the report."),
        Field("depth_mm", REAL, "Depth", unit="mm", group="Report", minimum=0, maximum=5000,
              help="Third measurement on the report."),
        Field("shape_cut", TEXT, "Shape and cut", group="Report",
              help="Shape and cut, such as oval, mixed cut; rough if it is not cut."),
        Field("colour", TEXT, "Colour", group="Report", help="Colour in the laboratory's own words."),
        _code("treatment_result", "Treatment", group="Report",
              help="Not tested is not the same as none detected."),
        _code("treatment", "Treatment code", group="Report",
              help="The laboratory's own code; the scales of two laboratories are not the same."),
        Field("origin_opinion", TEXT, "Origin (opinion)", group="Report",
              help="The country or deposit that the laboratory thinks it is from. An opinion, no fact."),
        Field("scan_sha256", TEXT, "Scan"),
        Field("notes", NOTES, "Notes", group="Report", public=False,
              help="Anything else that the report says."),
    ),
)

PHOTO = Layer(
    "photo", "Photo", "Photos",
    "A photo with its bytes. Where and when the camera says it was taken is kept apart from the sighting.",
    caption="file_name",
    fields=(
        _ref("sighting", "Sighting", level=1),
        _ref("certificate", "Certificate"),
        Field("data", BLOB, "Bytes", level=1),
        Field("content_type", TEXT, "Content type", level=1),
        Field("sha256", TEXT, "SHA-256", level=1, help="Of the bytes that are kept."),
        Field("original_sha256", TEXT, "SHA-256 of the original"),
        Field("file_name", TEXT, "File name", group="Photo", public=False,
              help="Name of the file that the camera wrote."),
        Field("caption", TEXT, "Caption", group="Photo", help="What the photo shows."),
        Field("width_px", INTEGER, "Width", unit="px", minimum=1, maximum=1_000_000),
        Field("height_px", INTEGER, "Height", unit="px", minimum=1, maximum=1_000_000),
        Field("taken_at", DATETIME, "Taken at (GPS clock)", group="Photo", public=False,
              help="Time that the camera had from GPS; kept in UTC."),
        Field("camera_time", TEXT, "Camera clock", group="Photo", public=False,
              help="As the camera wrote it, without a time zone."),
        Field("exif_longitude", REAL, "EXIF longitude", unit="°", group="Photo", minimum=-180, maximum=180,
              public=False,
              help="Where the camera says it was, WGS 84."),
        Field("exif_latitude", REAL, "EXIF latitude", unit="°", group="Photo", minimum=-90, maximum=90,
              public=False,
              help="Where the camera says it was, WGS 84."),
        Field("exif_elevation_m", REAL, "EXIF elevation", unit="m", group="Photo", minimum=-500, maximum=9000,
              public=False,
              help="Height that the camera says it was at."),
        Field("bearing_deg", REAL, "View direction", unit="°", group="Photo", minimum=0, maximum=360,
              help="Direction that the camera looked in, from true north."),
        Field("camera", TEXT, "Camera", group="Photo", public=False, help="Make and model of the camera."),
        Field("sketch_of", REF, "Sketch of", refers="photo", help="The photo that was drawn on."),
    ),
)

TRACK = Layer(
    "track", "Track", "Tracks", "A traverse that was walked.", geometry="LINESTRING", caption="name",
    fields=(
        Field("name", TEXT, "Name", group="Track", column=True,
              help="What the walk is called, such as the valley or the day."),
        Field("observer", TEXT, "Observer", group="Track", public=False, column=True, help="Who walked it."),
        Field("started_at", DATETIME, "Started at", group="Track", column=True,
              help="Time of its first point; kept in UTC."),
        Field("finished_at", DATETIME, "Finished at", group="Track",
              help="Time of its last point; kept in UTC."),
        Field("points", NOTES, "Points as measured", public=False,
              help="JSON list of [seconds since the start, longitude, latitude, elevation in m, accuracy in m]."),
        Field("notes", NOTES, "Notes", group="Track", public=False, help="What was looked at on the way."),
        _ref("survey", "Survey"),
    ),
)

AREA = Layer(
    "area", "Area", "Areas", "A licence, prospect, or worked or deposit extent.",
    geometry="POLYGON", caption="name",
    fields=(
        Field("name", TEXT, "Name", group="Area", level=2, column=True, help="What the area is called."),
        _code("kind", "Kind", "area_kind", group="Area", level=2, column=True,
              help="What the outline stands for."),
        _code("mine_status", "Status of the working", group="Area",
              help="Whether it is worked; CGI mine status."),
        Field("holder", TEXT, "Holder", group="Area", public=False,
              help="Who holds the licence. It does not leave the office."),
        Field("licence_number", TEXT, "Licence number", group="Area", public=False,
              help="Number in the register. It does not leave the office."),
        Field("notes", NOTES, "Notes", group="Area", public=False,
              help="Where the outline comes from, and how good it is."),
        _ref("survey", "Survey"),
    ),
)

ESTIMATE = Layer(
    "estimate", "Estimate", "Estimates",
    "A resource or reserve estimate of an area. Without method, date, source and a named competent person "
    "its category is non-compliant-resource-estimate.",
    fields=(
        _ref("area", "Area", level=1),
        _code("gem", "Gem", group="Estimate", level=1, help="The gem that is estimated."),
        Field("method", NOTES, "Method", group="Estimate", level=2,
              help="How the figures were worked out, so that another can do it again."),
        Field("estimated_on", DATE, "Date", group="Estimate", level=2,
              help="The day that the estimate holds for."),
        Field("estimator", TEXT, "Competent person", group="Estimate", level=2,
              help="The person who answers for it, with the body that they are a member of."),
        Field("source", TEXT, "Source", group="Estimate", level=2,
              help="The report or data that it rests on."),
        _code("category", "CRIRSCO category", "estimate_category", group="Estimate",
              default="non-compliant-resource-estimate",
              help="Without method, date, source and a named competent person it is not compliant."),
        Field("unfc", TEXT, "UNFC 2019 class", group="Estimate", help="A triple such as E2;F2;G3."),
        Field("tonnage_t", REAL, "Tonnage", unit="t", group="Estimate", minimum=0, maximum=1e12,
              help="Mass of the gem-bearing material in the area."),
        Field("grade_ct_t", REAL, "Grade", unit="ct/t", group="Estimate", minimum=0, maximum=1e9,
              help="Carats per tonne above the bottom screen."),
        Field("recovery", REAL, "Recovery", group="Estimate", minimum=0, maximum=1,
              help="Share of the stones that the working gets out, 0 to 1."),
        Field("bottom_screen_mm", REAL, "Bottom screen", unit="mm", group="Estimate", minimum=0,
              maximum=1000,
              help="Size of the finest screen; a grade means nothing without it."),
        Field("low_ct", REAL, "Low (P90)", unit="ct", group="Estimate", minimum=0, maximum=1e15,
              help="Nine in ten outcomes are higher."),
        Field("best_ct", REAL, "Best (P50)", unit="ct", group="Estimate", minimum=0, maximum=1e15,
              help="Half of the outcomes are higher."),
        Field("high_ct", REAL, "High (P10)", unit="ct", group="Estimate", minimum=0, maximum=1e15,
              help="One in ten outcomes is higher."),
        Field("size_distribution", NOTES, "Stone sizes", group="Estimate",
              help="Sizes of the stones, such as carats per sieve class; no Resource stands without it."),
        Field("price_basis", NOTES, "Price basis", group="Estimate",
              help="What a carat is worth, when, by whose valuation, and whether the valuer is independent."),
        Field("model", NOTES, "Inputs of the simulation", public=False,
              help="Distributions, seed and draws as JSON, from which the figures can be worked out again."),
        Field("notes", NOTES, "Notes", group="Estimate", public=False,
              help="What a reader has to know before using the figures."),
    ),
)

REVIEW = Layer(
    "review", "Review", "Reviews", "A reviewer's decision on a record as it stood at a revision.",
    fields=(
        Field("record_layer", TEXT, "Layer", level=1),
        Field("record_uuid", TEXT, "Record", level=1),
        Field("revision_seen", TEXT, "Revision seen", level=1),
        _code("verdict", "Verdict", group="Review", level=1, help="What the reviewer decided."),
        Field("same_as_uuid", REF, "Same as", refers="sighting", group="Review",
              help="The sighting that this one is the same as."),
        Field("field_name", TEXT, "Field", group="Review",
              help="The field that the decision is about; empty for the whole record."),
        Field("reason", NOTES, "Reason", group="Review", public=False,
              help="Why, in words that the geologist can act on."),
        Field("reviewer", TEXT, "Reviewer", group="Review", level=1, public=False, help="Who decided."),
        Field("decided_at", DATETIME, "When", group="Review", level=1,
              help="When it was decided; kept in UTC."),
        Field("answer", NOTES, "Answer", group="Review", public=False, help="What the geologist says to it."),
    ),
)

LIKELY_DUPLICATE = Layer(
    "likely_duplicate", "Likely duplicate", "Likely duplicates",
    "What was decided of two sightings that may be of the same deposit. Never merged by themselves.",
    # Who decided and when is what the history says: told in fields too, it would differ between two offices that
    # give the same answer, and a merge would ask which of them holds. The distance follows from the positions.
    fields=(
        Field("first_uuid", REF, "First sighting", refers="sighting", level=1),
        Field("second_uuid", REF, "Second sighting", refers="sighting", level=1),
        _code("decision", "Decision", "same_deposit", group="Decision",
              help="Whether the two sightings are of one deposit."),
        Field("reason", NOTES, "Reason", group="Decision", public=False, help="What speaks for it."),
    ),
)

LAYERS: tuple[Layer, ...] = (
    SURVEY, SIGHTING, ORIENTATION, SAMPLE, CUSTODY, CERTIFICATE, PHOTO, TRACK, AREA, ESTIMATE, REVIEW,
    LIKELY_DUPLICATE,
)
"""Every table of records, parents before children."""

LAYER_BY_NAME: dict[str, Layer] = {layer.name: layer for layer in LAYERS}

GEOMETRY = "geom"
"""Name of the geometry column, and of the geometry among a record's values."""
