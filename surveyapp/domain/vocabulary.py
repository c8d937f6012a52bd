"""Controlled terms: what a coded field may hold, with the standard's URI where one exists.

CGI terms are facts taken from the CGI-IUGS vocabularies (CC BY 4.0,
http://resource.geosciml.org/classifier/cgi/). Only terms a gem survey of Pakistan meets are listed;
what no code names (talc-carbonate schist, calcite vein) goes into the free text beside the code.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from surveyapp.domain.gems import GEMS
from surveyapp.words import tr

CGI = "http://resource.geosciml.org/classifier/cgi/"
CMMI = "http://resource.geosciml.org/classifier/cmmi/"


@dataclass(frozen=True, slots=True)
class Term:
    """One code of a vocabulary; ``synonyms`` are other words people type for it, in any script."""

    code: str
    label: str
    uri: str | None = None
    synonyms: tuple[str, ...] = ()


def _folded(text: str) -> str:
    """Text as it is compared: case, spaces, hyphens and underscores do not matter."""
    return "".join(c for c in text.casefold() if c not in " -_\u200c")


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """A named list of terms in the order in which a form shows them. Each is itself only (``eq=False``): comparing
    and hashing all its terms at every look-up would cost more than the look-up."""

    name: str
    terms: tuple[Term, ...]

    def __iter__(self) -> Iterator[Term]:
        return iter(self.terms)

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(term.code for term in self.terms)

    def term(self, code: object) -> Term | None:
        """The term of exactly this code, or ``None``."""
        return _index(self).get(code) if isinstance(code, str) else None

    def label(self, code: object) -> str:
        """The label of a code in the language of the program; a code that is not in the list is shown as it is."""
        term = self.term(code)
        return tr(term.label) if term else "" if code is None else str(code)

    def english(self, code: object) -> str:
        """The label as it goes into files and into the history, whatever language the program speaks."""
        term = self.term(code)
        return term.label if term else "" if code is None else str(code)

    def find(self, text: str) -> Term | None:
        """The term that a person means by ``text``: its code, its label in English or in the language of the program,
        or a synonym, however cased."""
        wanted = _folded(text.strip())
        known = _loose_index(self).get(wanted)
        return known or next((term for term in self.terms if _folded(tr(term.label)) == wanted), None)


@cache
def _index(vocabulary: Vocabulary) -> dict[str, Term]:
    return {term.code: term for term in vocabulary.terms}


@cache
def _loose_index(vocabulary: Vocabulary) -> dict[str, Term]:
    found: dict[str, Term] = {}
    for term in vocabulary.terms:
        for word in (term.code, term.label, *term.synonyms):
            found.setdefault(_folded(word), term)
    return found


def _plain(name: str, *rows: tuple[str, ...]) -> Vocabulary:
    """Terms from rows of (code, label, synonyms …)."""
    return Vocabulary(name, tuple(Term(code, label, None, tuple(synonyms)) for code, label, *synonyms in rows))


def _cgi(name: str, base: str, codes: str, **extra: tuple[str, ...]) -> Vocabulary:
    """Terms whose label is the code with its separators as spaces, as CGI's own labels are."""
    terms = []
    for code in codes.split():
        label = code.replace("__", " ").replace("_", " ").replace("-", " ")
        terms.append(Term(code, label, base + code, extra.get(code, ())))
    return Vocabulary(name, tuple(terms))


_LITHOLOGY = """
    schist mica_schist phyllite gneiss orthogneiss paragneiss quartzite marble amphibolite hornfels skarn
    granulite eclogite migmatite slate mylonitic_rock metasomatic_rock metamorphic_rock
    foliated_metamorphic_rock chlorite_actinolite_epidote_metamorphic_rock
    glaucophane_lawsonite_epidote_metamorphic_rock serpentinite peridotite pyroxenite hornblendite
    ultramafic_igneous_rock gabbro diorite doleritic_rock basalt andesite rhyolite dacite granite
    granodiorite tonalite monzogranite syenogranite syenite granitoid pegmatite aplite anorthosite
    carbonatite porphyry tuffite igneous_rock limestone dolostone travertine shale siltstone sand
    silt clay mud gravel boulder_gravel_size_sediment cobble_gravel_size_sediment
    pebble_gravel_size_sediment generic_sandstone generic_conglomerate generic_mudstone wacke breccia
    cataclasite_series diamictite residual_material unconsolidated_material sedimentary_rock
    fault_related_material
"""

_ROCK_WORDS = {
    "schist": ("شسٹ",),
    "mica_schist": ("biotite schist", "muscovite schist", "میکا شسٹ"),
    "phyllite": ("فلائٹ",),
    "gneiss": ("نائس",),
    "orthogneiss": ("augen gneiss",),
    "quartzite": ("کوارٹزائٹ",),
    "marble": ("crystalline limestone", "sang-e-marmar", "marmar", "سنگ مرمر"),
    "amphibolite": ("ایمفیبولائٹ",),
    "hornfels": ("ہارن فیلس",),
    "skarn": ("tactite", "سکارن"),
    "granulite": ("گرینولائٹ",),
    "eclogite": ("ایکلوجائٹ",),
    "migmatite": ("مگمٹائٹ",),
    "slate": ("سلیٹ",),
    "mylonitic_rock": ("mylonite", "مائیلونائٹ"),
    "metasomatic_rock": ("talc-carbonate rock", "carbonate-talc rock", "listwaenite", "listwanite", "listvenite"),
    "metamorphic_rock": ("mutaghayyir chattan", "متغیر چٹان"),
    "chlorite_actinolite_epidote_metamorphic_rock": ("greenschist", "greenstone"),
    "glaucophane_lawsonite_epidote_metamorphic_rock": ("blueschist",),
    "serpentinite": ("serpentine", "zahr mohra", "زہر مہرہ", "سرپنٹینائٹ"),
    "peridotite": ("dunite", "harzburgite", "lherzolite", "wehrlite", "پیریڈوٹائٹ"),
    "pyroxenite": ("پائروکسینائٹ",),
    "ultramafic_igneous_rock": ("ultramafics", "ultrabasic rock", "الٹرامیفک"),
    "gabbro": ("گیبرو",),
    "diorite": ("ڈائیورائٹ",),
    "doleritic_rock": ("dolerite", "diabase", "ڈولیرائٹ"),
    "basalt": ("بسالٹ",),
    "andesite": ("اینڈیسائٹ",),
    "rhyolite": ("رائیولائٹ",),
    "granite": ("sang-e-khara", "سنگ خارا", "گرینائٹ"),
    "granodiorite": ("گرینوڈائیورائٹ",),
    "syenite": ("سائنائٹ",),
    "pegmatite": ("پیگمٹائٹ",),
    "aplite": ("ایپلائٹ",),
    "carbonatite": ("کاربونیٹائٹ",),
    "porphyry": ("پورفری",),
    "tuffite": ("tuff", "volcanic ash"),
    "igneous_rock": ("aatishi chattan", "آتشی چٹان"),
    "limestone": ("chuna pathar", "چونا پتھر", "چونے کا پتھر"),
    "dolostone": ("dolomite", "ڈولومائٹ"),
    "travertine": ("onyx marble", "ٹراورٹین"),
    "shale": ("شیل",),
    "sand": ("ret", "ریت"),
    "clay": ("chikni mitti", "چکنی مٹی"),
    "mud": ("keechar", "کیچڑ"),
    "gravel": ("bajri", "بجری"),
    "boulder_gravel_size_sediment": ("boulders", "boulder gravel"),
    "cobble_gravel_size_sediment": ("cobbles", "cobble gravel"),
    "pebble_gravel_size_sediment": ("pebbles", "pebble gravel", "kankar", "کنکر"),
    "generic_sandstone": ("sandstone", "retla pathar", "ریتلا پتھر"),
    "generic_conglomerate": ("conglomerate",),
    "generic_mudstone": ("mudstone", "claystone"),
    "wacke": ("greywacke", "graywacke"),
    "breccia": ("بریشیا",),
    "cataclasite_series": ("cataclasite",),
    "diamictite": ("tillite",),
    "residual_material": ("residuum", "eluvium"),
    "unconsolidated_material": ("overburden", "scree", "malba", "ملبہ"),
    "sedimentary_rock": ("rasubi chattan", "رسوبی چٹان"),
    "fault_related_material": ("fault gouge", "gouge"),
}
"""What people in the field call the rocks, in Latin and Urdu script: international names are written as they sound,
and where a rock has a name of its own in Urdu that stands too."""

_VOCABULARIES = (
    Vocabulary("gem", tuple(Term(g.code, g.label, g.cgi_uri, (*g.synonyms, g.label_ur)) for g in GEMS)),
    _plain("presence", ("present", "Present"), ("absent", "Visited, none found")),
    _cgi(
        "occurrence_type",
        CGI + "mineral-occurrence-type/",
        "occurrence deposit mineralized-zone prospect field project province",
    ),
    _plain(
        "expression",
        ("outcrop", "Outcrop", "in place", "in situ", "bedrock", "chattan", "چٹان"),
        ("float", "Float (loose stone)", "loose stone", "khula pathar", "کھلا پتھر"),
        ("alluvial", "Alluvial (stream gravel)", "placer", "river gravel", "bajri", "بجری"),
        ("vein", "Vein", "veinlet", "rag", "رگ"),
        ("pocket", "Pocket", "vug", "cavity", "پاکٹ"),
        ("working", "Working (pit, adit)", "mine", "tunnel", "gallery", "kaan", "کان", "surang", "سرنگ"),
        ("dump", "Dump (waste)", "tailings", "spoil", "malba", "ملبہ"),
        ("market-reported", "Reported in the market", "bazaar", "dealer", "بازار"),
    ),
    _cgi(
        "host_rock",
        CGI + "lithology/",
        _LITHOLOGY,
        **_ROCK_WORDS,
    ),
    _cgi(
        "deposit_model",
        CMMI + "deposit-model/",
        "fluvial-placer-gemstones lct-pegmatite simple-pegmatite pegmatite greisen-beryllium-li ophiolite "
        "metamorphic metamorphic-hydrothermal placer skarn replacement vein",
        **{
            "fluvial-placer-gemstones": ("river placer", "gem gravel", "gemstone placer"),
            "lct-pegmatite": ("lithium pegmatite", "rare-element pegmatite"),
            "pegmatite": ("پیگمٹائٹ",),
            "greisen-beryllium-li": ("greisen",),
            "ophiolite": ("اوفیولائٹ",),
            "metamorphic": ("schist-hosted", "marble-hosted"),
            "metamorphic-hydrothermal": ("shear-zone", "metasomatic"),
            "skarn": ("contact metasomatic", "سکارن"),
            "vein": ("hydrothermal vein", "rag", "رگ"),
        },
    ),
    _plain(
        "abundance",
        ("single", "A single stone"),
        ("rare", "Rare"),
        ("scattered", "Scattered"),
        ("common", "Common"),
        ("abundant", "Abundant"),
    ),
    _plain(
        "clarity",
        ("transparent-clean", "Transparent, clean"),
        ("transparent-included", "Transparent, included"),
        ("translucent", "Translucent"),
        ("opaque", "Opaque"),
    ),
    _plain("confidence", ("certain", "Certain"), ("probable", "Probable"), ("possible", "Possible")),
    _plain(
        "identification_method",
        ("visual", "By eye", "آنکھ سے"),
        ("hand-lens", "Hand lens", "loupe", "10x", "عدسہ"),
        ("hardness", "Hardness"),
        ("refractometer", "Refractometer"),
        ("polariscope", "Polariscope or dichroscope"),
        ("specific-gravity", "Specific gravity"),
        ("spectroscope", "Spectroscope"),
        ("chelsea-filter", "Chelsea filter"),
        ("raman", "Raman or portable XRF"),
        ("laboratory", "Laboratory"),
        ("reported", "As reported by others"),
    ),
    _plain(
        "position_source",
        ("gps", "GPS"),
        ("gps-averaged", "GPS, averaged"),
        ("map-tap", "Tapped on the map"),
        ("typed", "Typed"),
        ("photo", "From a photo"),
        ("imported", "Imported"),
    ),
    _plain(
        "fix_quality",
        ("autonomous", "Autonomous"),
        ("dgps", "DGPS or SBAS"),
        ("pps", "PPS"),
        ("rtk-fixed", "RTK fixed"),
        ("rtk-float", "RTK float"),
        ("estimated", "Dead reckoning"),
        ("manual", "Manual"),
        ("simulated", "Simulated"),
    ),
    _plain(
        "province",
        ("PK-KP", "Khyber Pakhtunkhwa"),
        ("PK-GB", "Gilgit-Baltistan"),
        ("PK-JK", "Azad Jammu and Kashmir"),
        ("PK-BA", "Balochistan"),
        ("PK-PB", "Punjab"),
        ("PK-SD", "Sindh"),
        ("PK-IS", "Islamabad"),
    ),
    _plain(
        "review_status",
        ("draft", "Draft"),
        ("submitted", "Submitted"),
        ("received", "Received"),
        ("has-issues", "Has issues"),
        ("accepted", "Accepted"),
        ("rejected", "Rejected"),
    ),
    _plain(
        "structure",
        ("bedding", "Bedding", "stratification", "layering", "teh", "تہہ"),
        ("foliation", "Foliation", "schistosity", "gneissosity", "cleavage"),
        ("vein", "Vein", "rag", "رگ"),
        ("joint", "Joint", "fracture", "crack", "darz", "درز"),
        ("fault", "Fault", "shear", "فالٹ"),
        ("contact", "Contact", "boundary", "sarhad", "سرحد"),
        ("fold-axis", "Fold axis", "hinge", "hinge line"),
        ("lineation", "Lineation", "stretching lineation", "mineral lineation"),
        ("slickenline", "Slickenline", "striation", "slickenside"),
    ),
    _plain("orientation_kind", ("plane", "Plane (strike/dip)"), ("line", "Line (trend/plunge)")),
    _cgi(
        "orientation_method",
        CGI + "determinationmethodorientation/",
        "measure_on_outcrop standard_on_site_measure visual_surface_estimation_on_outcrop "
        "estimate_from_distance estimate_from_air_photo photogeologic_determination "
        "three_point_determination calculated_average_orientation",
    ),
    _plain(
        "sample_type",
        ("crystal", "Crystal or rough", "rough", "gem rough", "qalam", "قلم", "کرسٹل"),
        ("rock", "Rock", "hand specimen", "chattan", "چٹان"),
        ("mineral", "Mineral concentrate", "concentrate", "heavy minerals", "pan concentrate"),
        ("stream-sediment", "Stream sediment", "river silt", "ندی کی ریت"),
        ("gravel", "Gravel", "bajri", "بجری"),
        ("soil", "Soil", "mitti", "مٹی"),
        ("bulk", "Bulk sample", "mass sample"),
        ("thin-section", "Thin section", "slide"),
        ("cut-stone", "Cut stone", "faceted stone", "cabochon", "nagina", "نگینہ"),
    ),
    _plain(
        "treatment_result",
        ("not-tested", "Not tested"),
        ("none-detected", "None detected"),
        ("detected", "Detected"),
    ),
    _plain(
        "treatment",
        ("F1", "F1: minor clarity enhancement (GIA, emerald)"),
        ("F2", "F2: moderate clarity enhancement (GIA, emerald)"),
        ("F3", "F3: significant clarity enhancement (GIA, emerald)"),
        ("none", "None (GRS, emerald)"),
        ("insignificant", "Insignificant (GRS, emerald)"),
        ("minor", "Minor (GRS, emerald)"),
        ("minor-to-moderate", "Minor to moderate (GRS, emerald)"),
        ("moderate", "Moderate (GRS, emerald)"),
        ("significant", "Significant (GRS, emerald)"),
        ("NTE", "NTE: no thermal enhancement (AIGS, corundum)"),
        ("MTE", "MTE: heated at moderate temperature (AIGS, corundum)"),
        ("TE", "TE: thermal enhancement (AIGS, corundum)"),
        *((f"TE{n}", f"TE{n}: heated, residue in fissures, grade {n} (AIGS, corundum)") for n in range(1, 6)),
        *((f"C{n}", f"C{n}: residue in cavities, grade {n} (AIGS, corundum)") for n in range(1, 4)),
    ),
    _plain(
        "area_kind",
        ("licence", "Licence or permit"),
        ("prospect", "Prospect"),
        ("worked", "Worked extent"),
        ("deposit", "Deposit extent"),
        ("protected", "Protected area"),
    ),
    _cgi(
        "mine_status",
        CGI + "mine-status/",
        "operating operating-continuously operating-intermittently not-operating abandoned "
        "care-and-maintenance closed historic retention under-development construction feasibility "
        "pending-approval",
    ),
    _plain(
        "estimate_category",
        ("non-compliant-resource-estimate", "Not compliant with a reporting code"),
        ("exploration-result", "Exploration result"),
        ("inferred-mineral-resource", "Inferred Mineral Resource"),
        ("indicated-mineral-resource", "Indicated Mineral Resource"),
        ("measured-mineral-resource", "Measured Mineral Resource"),
        ("probable-ore-reserves", "Probable Ore Reserve"),
        ("proved-ore-reserves", "Proved Ore Reserve"),
    ),
    _plain(
        "verdict",
        ("accepted", "Accepted"),
        ("has-issues", "Needs work"),
        ("rejected", "Rejected"),
        ("same-as", "Same as another"),
    ),
    _plain("same_deposit", ("same-deposit", "The same deposit"), ("not-the-same", "Not the same")),
    _plain("condition", ("intact", "Intact"), ("opened", "Opened"), ("damaged", "Damaged"), ("lost", "Lost")),
)

VOCABULARIES: dict[str, Vocabulary] = {v.name: v for v in _VOCABULARIES}
