"""The one table of gems. Adding a gem is adding a row here: form, map, legend, QGIS style, value list,
preview and export follow.

CGI codes: commodity-code vocabulary (CC BY 4.0). INSPIRE codes: CommodityCodeValue, from our own
crosswalk, because CGI's published matches were made by spelling distance and are wrong for some
(its ``sapphire`` points to *sapphirine*, another mineral). Peridot is ``olivine-gemstone``, never the
industrial mineral ``olivine``. Colours differ in lightness as well as hue, and each gem has its own
shape, so that no one has to tell red from green.
"""

from __future__ import annotations

from dataclasses import dataclass

_CGI = "http://resource.geosciml.org/classifier/cgi/commodity-code/"
_INSPIRE = "http://inspire.ec.europa.eu/codelist/CommodityCodeValue/"


@dataclass(frozen=True, slots=True)
class Gem:
    """One gem.

    ``shape`` is one of circle, square, diamond, triangle, pentagon, hexagon, star, cross, kite; ``hosts``
    are codes of the ``host_rock`` vocabulary to suggest first; ``synonyms`` are what people call it.
    """

    code: str
    label: str
    label_ur: str
    colour: str
    shape: str
    cgi: str
    inspire: str
    hosts: tuple[str, ...]
    synonyms: tuple[str, ...] = ()

    @property
    def cgi_uri(self) -> str:
        return _CGI + self.cgi

    @property
    def inspire_uri(self) -> str:
        return _INSPIRE + self.inspire

    @property
    def icon(self) -> str:
        """Resource name of its icon."""
        return f"icons/gems/{self.code}.svg"


GEMS: tuple[Gem, ...] = (
    Gem("emerald", "Emerald", "زمرد", "#12875a", "hexagon", "emerald", "emerald",
        ("schist", "metasomatic_rock", "pegmatite"), ("zamurrud", "zumurrud", "panna", "پنّا")),
    Gem("ruby", "Ruby", "یاقوت", "#c4183c", "circle", "ruby", "ruby",
        ("marble",), ("yaqut", "yaqoot", "manik", "سرخ یاقوت")),
    Gem("peridot", "Peridot", "زبرجد", "#9ec22d", "diamond", "olivine-gemstone", "olivineGemstone",
        ("serpentinite", "peridotite"), ("zabarjad", "olivine gemstone", "chrysolite")),
    Gem("sapphire", "Sapphire", "نیلم", "#1f4fc4", "square", "sapphire", "sapphire",
        ("marble", "mica_schist"), ("neelam", "nilam")),
    Gem("topaz", "Topaz", "پکھراج", "#e08a3c", "kite", "topaz", "topaz",
        ("limestone", "pegmatite"), ("pukhraj", "pink topaz", "توپاز")),
    Gem("aquamarine", "Aquamarine", "بیروج", "#4fb8d8", "pentagon", "aquamarine", "aquamarine",
        ("pegmatite",), ("beruj", "aqua")),
    Gem("spinel", "Spinel", "سپنل", "#8a3ab0", "star", "spinel-gemstone", "spinelGemstone",
        ("marble",), ("laal", "lal", "لعل")),
    Gem("tourmaline", "Tourmaline", "تورملین", "#b0488c", "triangle", "tourmaline", "tourmaline",
        ("pegmatite",), ("turmali", "ترملی")),
    Gem("garnet", "Garnet", "گارنیٹ", "#6e1f28", "cross", "garnet-gemstone", "garnetgemstone",
        ("mica_schist", "gneiss", "skarn"), ("tamra", "yaqut-e-tamri", "تامڑا")),
)

OTHER_COLOUR = "#7a7f87"
"""Colour of a gem that is in no list (an office's own, before its template arrives)."""

GEM_BY_CODE: dict[str, Gem] = {gem.code: gem for gem in GEMS}
