"""What the three parties saw. Localities, hosts and citations are published; positions, people and finds are
invented for training (README.md in this folder says which is which).

Places are kilometres east and north of a town or valley, never of a mine: no published coordinate of a mine is
accurate enough to be shown as one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

INVENTED = (
    "TRAINING DATA. All positions, people, dates and finds in this survey are invented; the points lie around towns "
    "and valleys and mark no mine. "
)


@dataclass(frozen=True)
class Story:
    """One survey: ``base`` is (longitude, latitude) of the town that offsets are counted from; ``team`` and
    ``day`` of the first observation; ``sightings`` are values with ``at`` (east km, north km) and ``by``, how the
    position was found."""

    file: str
    survey: dict[str, Any]
    base: tuple[float, float]
    elevation_m: float
    day: datetime
    district: str
    people: tuple[str, ...]
    sightings: tuple[dict[str, Any], ...]
    tracks: tuple[dict[str, Any], ...] = ()
    areas: tuple[dict[str, Any], ...] = ()
    defaults: dict[str, Any] = field(default_factory=dict)

    def moment(self, number: int) -> datetime:
        """Time of the observation with that number: seven a day, three quarters of an hour apart."""
        day, turn = divmod(number, 7)
        return self.day + timedelta(days=day, minutes=45 * turn, seconds=(number * 37) % 60)


TALC = {"host_rock": "schist", "host_rock_text": "talc-carbonate schist with green mica", "expression": "outcrop",
        "deposit_model": "metamorphic-hydrothermal"}
SERPENTINE = {"host_rock": "serpentinite", "host_rock_text": "massive serpentinite, no talc-carbonate zone"}
GRAVEL = {"expression": "alluvial", "host_rock": "gravel", "host_rock_text": "stream gravel",
          "deposit_model": "fluvial-placer-gemstones"}
MARBLE = {"host_rock": "marble", "host_rock_text": "coarse white calcite marble", "expression": "outcrop",
          "deposit_model": "metamorphic"}
PARGASITE = {**MARBLE, "host_rock_text": "marble with green pargasite and phlogopite"}
MICA_SCHIST = {"host_rock": "mica_schist", "host_rock_text": "garnet-mica schist beside the marble"}
DUNITE = {"host_rock": "serpentinite", "host_rock_text": "serpentinised dunite", "expression": "vein",
          "deposit_model": "metamorphic-hydrothermal"}
FRESH = {"host_rock": "peridotite", "host_rock_text": "fresh dunite, hardly serpentinised"}

SWAT = Story(
    "swat_emerald.gpkg",
    {
        "name": "Swat and Shangla emerald, training survey", "organisation": "Training office (invented)",
        "team": "Swat emerald party", "lead": "Gul Meena", "province": "PK-KP",
        "purpose": INVENTED + "Real: emerald near Mingora in talc-dolomite schist of an ophiolitic melange "
        "(Kievlenko 2003), and at Gujar Kili in Shangla (Bowersox, Gems & Gemology, Spring 1989).",
    },
    (72.36077, 34.77254), 985, datetime(2025, 9, 15, 4, 10, tzinfo=UTC), "Swat", ("Gul Meena", "Sher Alam"),
    (
        {**TALC, "at": (3.4, 2.1), "by": "gps-averaged", "gem": "emerald", "confidence": "certain",
         "identification_method": "hand-lens", "abundance": "scattered", "stone_count": 9, "largest_mm": 6.5,
         "colour": "bluish green", "clarity": "transparent-included", "photos": ("swat_talc_schist",),
         "notes": "ٹالک شسٹ میں سبز قلمیں، سبز ابرق کے ساتھ۔", "planes": (("foliation", 246, 38),),
         "samples": (("SW-001", "crystal", 3.2, "Four small crystals in matrix"), ("SW-002", "rock", 840.0, "Host"))},
        {**TALC, "at": (3.9, 2.4), "by": "gps", "gem": "emerald", "confidence": "certain",
         "identification_method": "hand-lens", "expression": "vein", "abundance": "rare", "stone_count": 5,
         "largest_mm": 4.0, "colour": "green", "clarity": "translucent", "photos": ("swat_quartz_vein",),
         "notes": "Crystals at the wall of a quartz vein, none inside the quartz.",
         "planes": (("vein", 112, 62), ("foliation", 240, 41))},
        {**TALC, "at": (4.6, 2.2), "by": "gps", "gem": "emerald", "confidence": "probable",
         "identification_method": "visual", "abundance": "rare", "stone_count": 2, "largest_mm": 3.0,
         "colour": "pale green", "clarity": "opaque", "notes": "پہلے بھی کسی نے یہاں کھدائی کی ہے۔"},
        {**SERPENTINE, "at": (5.3, 1.6), "by": "gps", "gem": "emerald", "presence": "absent",
         "notes": "An hour on the whole face; serpentinite without a talc zone."},
        {**GRAVEL, "at": (0.6, 4.8), "by": "typed", "gem": "emerald", "confidence": "probable", "typed": "dms",
         "identification_method": "chelsea-filter", "abundance": "single", "stone_count": 1, "largest_mm": 2.2,
         "total_carats": 0.4, "processed_m3": 1.5, "bottom_screen_mm": 2.0, "colour": "green",
         "clarity": "translucent", "photos": ("swat_stream_gravel",),
         "notes": "دریا کی بجری چھانی، ڈیڑھ مکعب میٹر میں ایک ٹکڑا ملا۔"},
        {**GRAVEL, "at": (-1.8, 6.9), "by": "typed", "gem": "emerald", "presence": "absent", "typed": "utm",
         "processed_m3": 1.0, "bottom_screen_mm": 2.0, "notes": "One cubic metre screened, nothing green."},
        {**TALC, "at": (6.8, 4.1), "by": "map-tap", "gem": "emerald", "expression": "float", "confidence": "possible",
         "identification_method": "visual", "abundance": "single", "stone_count": 1, "largest_mm": 1.5,
         "notes": "GPS battery empty; tapped on the map at the bend of the path."},
        {"at": (-0.2, -0.4), "by": "map-tap", "gem": "emerald", "expression": "market-reported",
         "confidence": "possible", "identification_method": "reported", "stone_count": 30, "locality_is": "bazaar",
         "notes": "بازار میں بتایا گیا، جگہ معلوم نہیں۔ Where it was dug is not known."},
        {**MICA_SCHIST, "at": (8.9, 6.2), "by": "gps", "gem": "garnet", "expression": "outcrop",
         "confidence": "certain", "identification_method": "hand-lens", "abundance": "common", "largest_mm": 5.0,
         "colour": "brownish red", "clarity": "opaque"},
        {**TALC, "at": (24.2, 15.1), "by": "gps", "gem": "emerald", "confidence": "certain", "district": "Shangla",
         "identification_method": "refractometer", "abundance": "scattered", "stone_count": 14, "largest_mm": 8.0,
         "colour": "deep green", "clarity": "transparent-included", "town": "Alpurai",
         "notes": "الپوری کے قریب، شسٹ میں اچھا رنگ۔", "planes": (("foliation", 205, 52), ("contact", 198, 55)),
         "samples": (("SW-003", "crystal", 5.9, "Best crystal, 8 mm"),)},
        {**TALC, "at": (25.1, 15.9), "by": "gps-averaged", "gem": "emerald", "confidence": "certain",
         "district": "Shangla", "identification_method": "hand-lens", "expression": "working", "abundance": "rare",
         "stone_count": 4, "largest_mm": 5.5, "colour": "green", "clarity": "translucent", "town": "Alpurai",
         "occurrence_type": "prospect", "notes": "Old pit, two metres deep, not worked now."},
        {**SERPENTINE, "at": (26.0, 17.2), "by": "gps", "gem": "emerald", "presence": "absent", "town": "Alpurai",
         "district": "Shangla", "notes": "کچھ نہیں ملا، پورا دن دیکھا۔"},
        {**TALC, "at": (23.3, 17.9), "by": "typed", "gem": "emerald", "confidence": "probable", "typed": "dd",
         "district": "Shangla", "identification_method": "visual", "expression": "dump", "abundance": "rare",
         "stone_count": 3, "largest_mm": 2.5, "colour": "pale green", "clarity": "opaque", "town": "Alpurai",
         "notes": "Coordinate read to us by phone from the handset of the pit's watchman."},
        {**TALC, "at": (5.0, 3.1), "by": "photo", "gem": "emerald", "confidence": "possible",
         "identification_method": "visual", "expression": "float", "stone_count": 1, "largest_mm": 2.0,
         "notes": "Position from the phone's photo of the block; nobody stood there with a receiver."},
    ),
    ({"name": "Walk of the first day", "path": ((2.6, 1.5), (3.1, 1.9), (3.4, 2.1), (3.9, 2.4), (4.3, 2.1), (4.6, 2.2),
                                                (5.3, 1.6)), "notes": "On foot, from the road head."},
     {"name": "Along the river", "path": ((0.9, 3.6), (0.7, 4.2), (0.6, 4.8), (-0.4, 5.7), (-1.8, 6.9))}),
    ({"name": "Training prospect A (invented)", "kind": "prospect", "mine_status": "not-operating",
      "path": ((2.9, 1.7), (4.9, 1.8), (5.0, 2.8), (3.0, 2.8))},),
)

HUNZA = Story(
    "hunza_ruby.gpkg",
    {
        "name": "Hunza ruby and spinel, training survey", "organisation": "Training office (invented)",
        "team": "Hunza ruby party", "lead": "Shahida Noor", "province": "PK-GB",
        "purpose": INVENTED + "Real: ruby and spinel with pargasite in marble along a belt of more than 100 km from "
        "Hunza towards Ishkoman.",
    },
    (74.61545, 36.30703), 2280, datetime(2025, 8, 4, 3, 20, tzinfo=UTC), "Hunza", ("Shahida Noor", "Karim Aftab"),
    (
        {**MARBLE, "at": (1.8, 2.2), "by": "gps", "gem": "ruby", "confidence": "certain",
         "identification_method": "hand-lens", "abundance": "scattered", "stone_count": 11, "largest_mm": 7.0,
         "colour": "pinkish red", "clarity": "translucent", "photos": ("hunza_marble_ruby",),
         "notes": "سفید سنگ مرمر میں سرخ دانے، کیلسائٹ کی رگ کے ساتھ۔", "planes": (("foliation", 94, 66),),
         "samples": (("HZ-001", "crystal", 2.4, "Three crystals"), ("HZ-002", "rock", 1210.0, "Marble with ruby"))},
        {**PARGASITE, "at": (2.3, 2.5), "by": "gps-averaged", "gem": "ruby", "confidence": "certain",
         "identification_method": "refractometer", "abundance": "scattered", "stone_count": 6, "largest_mm": 9.5,
         "colour": "red", "clarity": "transparent-included", "planes": (("foliation", 98, 62),),
         "notes": "Ruby with green pargasite."},
        {**PARGASITE, "at": (2.9, 2.6), "by": "gps", "gem": "spinel", "confidence": "certain",
         "identification_method": "polariscope", "abundance": "common", "stone_count": 24, "largest_mm": 6.0,
         "colour": "violet", "clarity": "translucent", "photos": ("hunza_marble_spinel",),
         "notes": "Singly refracting; not ruby."},
        {**MARBLE, "at": (3.6, 2.4), "by": "gps", "gem": "spinel", "confidence": "probable",
         "identification_method": "visual", "abundance": "rare", "stone_count": 3, "largest_mm": 4.0,
         "colour": "pink", "clarity": "opaque", "notes": "لعل کہا جاتا ہے، مقامی لوگ یاقوت سے الگ کرتے ہیں۔"},
        {**MICA_SCHIST, "at": (4.1, 1.9), "by": "gps", "gem": "garnet", "expression": "outcrop",
         "confidence": "certain", "identification_method": "visual", "abundance": "abundant", "stone_count": 200,
         "largest_mm": 12.0, "colour": "dark red", "clarity": "opaque", "photos": ("hunza_mica_schist",),
         "notes": "Taken for ruby in the village; it is garnet."},
        {**MICA_SCHIST, "at": (4.8, 1.7), "by": "gps", "gem": "ruby", "presence": "absent",
         "notes": "Schist only. No marble, no ruby."},
        {**MARBLE, "at": (5.4, 2.9), "by": "gps", "gem": "ruby", "presence": "absent",
         "notes": "صاف سنگ مرمر، یاقوت نہیں ملا۔"},
        {**MARBLE, "at": (-3.2, 2.8), "by": "typed", "gem": "ruby", "confidence": "probable", "typed": "dms",
         "identification_method": "hand-lens", "expression": "float", "abundance": "rare", "stone_count": 2,
         "largest_mm": 3.5, "colour": "red", "clarity": "opaque", "notes": "Block below the cliff."},
        {**MARBLE, "at": (-5.6, 3.4), "by": "gps", "gem": "ruby", "confidence": "certain",
         "identification_method": "spectroscope", "expression": "pocket", "abundance": "rare", "stone_count": 4,
         "largest_mm": 8.0, "colour": "purplish red", "clarity": "transparent-included",
         "planes": (("joint", 12, 80),), "samples": (("HZ-003", "crystal", 4.1, "From the pocket"),)},
        {**GRAVEL, "at": (0.4, -1.1), "by": "gps", "gem": "ruby", "presence": "absent", "processed_m3": 0.8,
         "bottom_screen_mm": 1.5, "notes": "River gravel screened; garnet only."},
        {**MARBLE, "at": (-7.9, 4.2), "by": "map-tap", "gem": "ruby", "confidence": "possible", "expression": "float",
         "identification_method": "visual", "abundance": "single", "stone_count": 1, "largest_mm": 2.0,
         "notes": "In the shade of the cliff the receiver had no fix."},
        {**MARBLE, "at": (-8.6, 4.9), "by": "typed", "gem": "sapphire", "confidence": "possible", "typed": "utm",
         "identification_method": "visual", "abundance": "single", "stone_count": 1, "largest_mm": 2.5,
         "colour": "grey blue", "clarity": "opaque", "notes": "نیلا کورنڈم ہو سکتا ہے، تجربہ گاہ بھیجا جائے۔",
         "samples": (("HZ-004", "crystal", 0.3, "To the laboratory"),)},
        {"at": (0.1, 0.2), "by": "map-tap", "gem": "ruby", "expression": "market-reported", "confidence": "possible",
         "identification_method": "reported", "stone_count": 12, "locality_is": "bazaar",
         "notes": "Shown in the bazaar; said to come from the belt, no place named."},
    ),
    ({"name": "Marble belt, east", "path": ((1.2, 1.6), (1.8, 2.2), (2.3, 2.5), (2.9, 2.6), (3.6, 2.4), (4.1, 1.9),
                                            (4.8, 1.7), (5.4, 2.9))},),
    ({"name": "Training prospect B (invented)", "kind": "prospect", "mine_status": "not-operating",
      "path": ((1.5, 2.0), (3.9, 2.1), (3.8, 2.9), (1.6, 2.9))},),
)

KOHISTAN = Story(
    "kohistan_peridot.gpkg",
    {
        "name": "Kohistan peridot, training survey", "organisation": "Training office (invented)",
        "team": "Kohistan peridot party", "lead": "Zeb Khan", "province": "PK-KP",
        "purpose": INVENTED + "Real: peridot (Fo89-92) in serpentinised dunite at Sapat (Jan & Khan 1996). Sapat has "
        "no published coordinate, and labels place it in Mansehra as well as in Kohistan; these points lie near Dasu "
        "and show nothing about where it is.",
    },
    (73.291, 35.292), 830, datetime(2025, 7, 21, 3, 45, tzinfo=UTC), "Upper Kohistan", ("Zeb Khan", "Nargis Bibi"),
    (
        {**DUNITE, "at": (4.2, 1.9), "by": "gps", "gem": "peridot", "confidence": "certain",
         "identification_method": "refractometer", "abundance": "common", "stone_count": 40, "largest_mm": 18.0,
         "colour": "yellowish green", "clarity": "transparent-clean", "photos": ("kohistan_dunite",),
         "notes": "سرپنٹین کی رگ میں زبرجد، ساتھ میگنیٹائٹ۔", "planes": (("vein", 318, 48), ("joint", 48, 75)),
         "samples": (("KO-001", "crystal", 14.6, "Seven crystals"), ("KO-002", "rock", 930.0, "Serpentinised dunite"))},
        {**DUNITE, "at": (4.6, 2.2), "by": "gps-averaged", "gem": "peridot", "confidence": "certain",
         "identification_method": "hand-lens", "expression": "pocket", "abundance": "abundant", "stone_count": 65,
         "largest_mm": 26.0, "colour": "green", "clarity": "transparent-included", "photos": ("kohistan_pocket",),
         "notes": "Pocket in a cross fracture, magnetite on the walls.", "planes": (("vein", 322, 44),),
         "samples": (("KO-003", "crystal", 22.8, "From the pocket"),)},
        {**DUNITE, "at": (5.1, 2.0), "by": "gps", "gem": "peridot", "confidence": "certain",
         "identification_method": "hand-lens", "abundance": "scattered", "stone_count": 8, "largest_mm": 9.0,
         "colour": "green", "clarity": "translucent"},
        {**FRESH, "at": (5.7, 2.6), "by": "gps", "gem": "peridot", "presence": "absent",
         "notes": "Fresh dunite: olivine everywhere, no gem crystals."},
        {**FRESH, "at": (6.3, 3.0), "by": "gps", "gem": "peridot", "presence": "absent",
         "notes": "تازہ ڈونائٹ، رگ نہیں، زبرجد نہیں۔"},
        {**DUNITE, "at": (6.9, 3.3), "by": "typed", "gem": "peridot", "confidence": "probable", "typed": "dms",
         "identification_method": "visual", "expression": "float", "abundance": "rare", "stone_count": 3,
         "largest_mm": 5.0, "colour": "yellow green", "clarity": "opaque"},
        {**DUNITE, "at": (7.4, 2.7), "by": "gps", "gem": "peridot", "confidence": "certain",
         "identification_method": "specific-gravity", "abundance": "scattered", "stone_count": 12,
         "largest_mm": 11.0, "colour": "green", "clarity": "transparent-included", "expression": "working",
         "occurrence_type": "prospect", "notes": "Small trench; worked in summer only.",
         "planes": (("fault", 270, 70),), "samples": (("KO-004", "crystal", 6.2, "Trench floor"),)},
        {**DUNITE, "at": (7.6, 2.9), "by": "gps", "gem": "peridot", "confidence": "probable", "expression": "dump",
         "identification_method": "visual", "abundance": "common", "stone_count": 30, "largest_mm": 6.0,
         "colour": "green", "clarity": "opaque", "total_carats": 38.0, "processed_t": 0.6, "bottom_screen_mm": 3.0,
         "notes": "0.6 t of waste screened at 3 mm."},
        {"host_rock": "amphibolite", "host_rock_text": "banded amphibolite", "at": (2.2, -1.8), "by": "gps",
         "gem": "peridot", "presence": "absent", "notes": "Another rock altogether; noted so that nobody returns."},
        {**GRAVEL, "at": (0.3, 2.9), "by": "typed", "gem": "peridot", "presence": "absent", "typed": "dd",
         "processed_m3": 1.2, "bottom_screen_mm": 2.0, "notes": "Gravel bar of the side stream."},
        {**DUNITE, "at": (8.2, 3.8), "by": "map-tap", "gem": "peridot", "confidence": "possible",
         "identification_method": "visual", "abundance": "single", "stone_count": 1, "largest_mm": 4.0,
         "notes": "دور سے دیکھا، برف کی وجہ سے پہنچ نہ سکے۔"},
        {"at": (-0.1, 0.1), "by": "map-tap", "gem": "peridot", "expression": "market-reported",
         "confidence": "probable", "identification_method": "reported", "stone_count": 100,
         "locality_is": "bazaar", "notes": "A parcel in the bazaar, labelled Sapat; the label is all we know."},
    ),
    ({"name": "Ridge of the second day", "path": ((4.2, 1.9), (4.6, 2.2), (5.1, 2.0), (5.7, 2.6), (6.3, 3.0),
                                                  (6.9, 3.3), (7.4, 2.7), (7.6, 2.9), (8.2, 3.8))},),
    ({"name": "Training working C (invented)", "kind": "worked", "mine_status": "operating-intermittently",
      "path": ((7.2, 2.5), (7.8, 2.5), (7.8, 3.1), (7.2, 3.1))},),
)

STORIES = (SWAT, HUNZA, KOHISTAN)
TOWNS = {"swat_emerald.gpkg": "Mingora", "hunza_ruby.gpkg": "Aliabad", "kohistan_peridot.gpkg": "Dasu"}

TEAM_A = {
    "person": "Sher Alam", "file": "swat_team_a.gpkg",
    "edits": {0: {"stone_count": 11, "host_rock_text": "talc-carbonate schist, fuchsite-bearing"},
              1: {"confidence": "probable"}},
    "new": (
        {**TALC, "at": (4.3, 2.9), "by": "gps", "gem": "emerald", "confidence": "certain",
         "identification_method": "hand-lens", "abundance": "rare", "stone_count": 3, "largest_mm": 3.5,
         "colour": "green", "clarity": "translucent", "notes": "ٹیم الف: نئی جگہ۔"},
        {**SERPENTINE, "at": (5.8, 2.4), "by": "gps", "gem": "emerald", "presence": "absent",
         "notes": "Team A: face above the path, nothing."},
    ),
}
TEAM_B = {
    "person": "Rahat Yusuf", "file": "swat_team_b.gpkg",
    "edits": {0: {"largest_mm": 7.1, "clarity": "translucent"},
              1: {"confidence": "possible"}},
    "new": (
        {**GRAVEL, "at": (-2.6, 8.3), "by": "typed", "gem": "emerald", "confidence": "probable", "typed": "dd",
         "identification_method": "visual", "abundance": "single", "stone_count": 1, "largest_mm": 1.8,
         "colour": "green", "clarity": "opaque", "notes": "ٹیم ب: دریا کے اوپر۔"},
        {**TALC, "at": (7.2, 4.6), "by": "gps", "gem": "emerald", "confidence": "certain", "expression": "outcrop",
         "identification_method": "hand-lens", "abundance": "scattered", "stone_count": 7, "largest_mm": 5.0,
         "colour": "bluish green", "clarity": "translucent", "notes": "Team B."},
    ),
}
"""Two teams that took the Swat survey along and edited it apart: of sighting 0 they changed different fields,
which a merge combines; of sighting 1 the same field, which it lists as a conflict."""
