"""Styles that travel in the file (``layer_styles``): symbols by gem, aliases, value lists and form widgets.

QML as QGIS 3.22 reads it, SLD for others. All derived from the tables of gems and fields.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from surveyapp.domain.fields import GEOMETRY, LAYERS, Field, Layer
from surveyapp.domain.gems import GEMS, OTHER_COLOUR

_QGIS_SHAPES = {
    "circle": "circle", "square": "square", "diamond": "diamond", "triangle": "equilateral_triangle",
    "pentagon": "pentagon", "hexagon": "hexagon", "star": "star", "cross": "cross_fill", "kite": "diamond",
}
_SLD_SHAPES = {"circle": "circle", "square": "square", "star": "star", "triangle": "triangle", "cross": "cross"}


def _rgb(colour: str, alpha: int = 255) -> str:
    """``#rrggbb`` as QGIS writes colours: ``r,g,b,a``."""
    return ",".join(str(int(colour[i:i + 2], 16)) for i in (1, 3, 5)) + f",{alpha}"


def _option(parent: ET.Element, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, "Option", attributes)


def _symbol(parent: ET.Element, name: str, kind: str, layer_class: str, properties: dict[str, str]) -> None:
    symbol = ET.SubElement(parent, "symbol", {
        "alpha": "1", "clip_to_extent": "1", "force_rhr": "0", "name": name, "type": kind,
    })
    layer = ET.SubElement(symbol, "layer", {"class": layer_class, "enabled": "1", "locked": "0", "pass": "0"})
    options = _option(layer, type="Map")
    for key, value in properties.items():
        _option(options, name=key, type="QString", value=value)


def _marker(colour: str, shape: str) -> dict[str, str]:
    return {
        "color": _rgb(colour), "name": _QGIS_SHAPES[shape], "outline_color": "255,255,255,255",
        "outline_width": "0.35", "outline_width_unit": "MM", "outline_style": "solid", "size": "3.2",
        "size_unit": "MM", "angle": "0", "offset": "0,0", "scale_method": "diameter",
    }


def _sighting_renderer(root: ET.Element) -> None:
    renderer = ET.SubElement(root, "renderer-v2", {
        "attr": "gem", "type": "categorizedSymbol", "enableorderby": "0", "forceraster": "0", "symbollevels": "0",
    })
    categories = ET.SubElement(renderer, "categories")
    symbols = ET.SubElement(renderer, "symbols")
    for number, gem in enumerate(GEMS):
        ET.SubElement(categories, "category", {
            "label": gem.label, "render": "true", "symbol": str(number), "value": gem.code, "type": "string",
        })
        _symbol(symbols, str(number), "marker", "SimpleMarker", _marker(gem.colour, gem.shape))
    last = str(len(GEMS))
    ET.SubElement(categories, "category", {"label": "Other", "render": "true", "symbol": last, "value": ""})
    _symbol(symbols, last, "marker", "SimpleMarker", _marker(OTHER_COLOUR, "circle"))


def _single_renderer(root: ET.Element, layer: Layer) -> None:
    renderer = ET.SubElement(root, "renderer-v2", {"type": "singleSymbol", "enableorderby": "0"})
    symbols = ET.SubElement(renderer, "symbols")
    if layer.geometry == "LINESTRING":
        _symbol(symbols, "0", "line", "SimpleLine",
                {"line_color": "60,72,88,255", "line_width": "0.5", "line_style": "dash", "line_width_unit": "MM"})
    else:
        _symbol(symbols, "0", "fill", "SimpleFill",
                {"color": "200,150,60,50", "outline_color": "150,100,20,255", "outline_width": "0.4",
                 "outline_style": "solid", "style": "solid", "outline_width_unit": "MM"})


def _widget(parent: ET.Element, field: Field) -> None:
    element = ET.SubElement(parent, "field", {"name": field.name, "configurationFlags": "None"})
    if field.vocabulary is not None:
        widget = ET.SubElement(element, "editWidget", {"type": "ValueMap"})
        entries = _option(_option(ET.SubElement(widget, "config"), type="Map"), name="map", type="List")
        for term in field.vocabulary.terms:
            _option(_option(entries, type="Map"), name=term.label, type="QString", value=term.code)
        return
    kind, config = "TextEdit", {"IsMultiline": "true" if field.kind == "notes" else "false", "UseHtml": "false"}
    if field.kind in ("datetime", "date"):
        shape = "yyyy-MM-ddTHH:mm:ss.zzzZ" if field.kind == "datetime" else "yyyy-MM-dd"
        kind, config = "DateTime", {"allow_null": "true", "calendar_popup": "true", "display_format": shape,
                                    "field_format": shape, "field_iso_format": "false"}
    elif field.kind == "blob":
        kind, config = "Hidden", {}
    widget = ET.SubElement(element, "editWidget", {"type": kind})
    options = _option(ET.SubElement(widget, "config"), type="Map")
    for key, value in config.items():
        _option(options, name=key, type="bool" if value in ("true", "false") else "QString", value=value)


def qml(layer: Layer) -> str:
    """QGIS style of a layer: renderer, aliases, defaults, value lists."""
    root = ET.Element("qgis", {
        "version": "3.22.16", "styleCategories": "LayerConfiguration|Symbology|Labeling|Fields|Forms|MapTips",
        "readOnly": "0",
    })
    if layer.name == "sighting":
        _sighting_renderer(root)
    elif layer.geometry:
        _single_renderer(root, layer)
    widgets = ET.SubElement(root, "fieldConfiguration")
    aliases = ET.SubElement(root, "aliases")
    defaults = ET.SubElement(root, "defaults")
    for number, field in enumerate(layer.fields):
        _widget(widgets, field)
        ET.SubElement(aliases, "alias", {"field": field.name, "index": str(number), "name": field.english})
        if field.default is not None:
            ET.SubElement(defaults, "default",
                          {"field": field.name, "expression": f"'{field.default}'", "applyOnUpdate": "0"})
    # A feature copied in QGIS gets an identity of its own.
    ET.SubElement(defaults, "default",
                  {"field": "uuid", "expression": "uuid('WithoutBraces')", "applyOnUpdate": "0"})
    if layer.caption:
        ET.SubElement(root, "previewExpression").text = f'"{layer.caption}"'
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + ET.tostring(root, encoding="unicode")


def _sld_rule(title: str, code: str | None, colour: str, shape: str) -> str:
    chosen = (
        f"<ogc:Filter><ogc:PropertyIsEqualTo><ogc:PropertyName>gem</ogc:PropertyName><ogc:Literal>{code}"
        "</ogc:Literal></ogc:PropertyIsEqualTo></ogc:Filter>" if code else "<se:ElseFilter/>"
    )
    return (
        f"<se:Rule><se:Name>{title}</se:Name>{chosen}<se:PointSymbolizer><se:Graphic><se:Mark>"
        f"<se:WellKnownName>{_SLD_SHAPES.get(shape, 'circle')}</se:WellKnownName>"
        f'<se:Fill><se:SvgParameter name="fill">{colour}</se:SvgParameter></se:Fill>'
        '<se:Stroke><se:SvgParameter name="stroke">#ffffff</se:SvgParameter></se:Stroke>'
        "</se:Mark><se:Size>12</se:Size></se:Graphic></se:PointSymbolizer></se:Rule>"
    )


def sld(layer: Layer) -> str | None:
    """SLD 1.1 of the sightings by gem; other layers are left to the reader's own style."""
    if layer.name != "sighting":
        return None
    rules = "".join(_sld_rule(g.label, g.code, g.colour, g.shape) for g in GEMS)
    rules += _sld_rule("Other", None, OTHER_COLOUR, "circle")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<StyledLayerDescriptor xmlns="http://www.opengis.net/sld" xmlns:ogc="http://www.opengis.net/ogc" '
        'xmlns:se="http://www.opengis.net/se" version="1.1.0"><NamedLayer><se:Name>sighting</se:Name><UserStyle>'
        f"<se:FeatureTypeStyle>{rules}</se:FeatureTypeStyle></UserStyle></NamedLayer></StyledLayerDescriptor>"
    )


StyleRow = tuple[str, str | None, str, str, str | None, str]


def style_rows() -> list[StyleRow]:
    """Rows of ``layer_styles``: table, geometry column, style name, QML, SLD, description."""
    return [
        (layer.name, GEOMETRY if layer.geometry else None, layer.name, qml(layer), sld(layer),
         f"{layer.plural}, as SurveyApp shows them")
        for layer in LAYERS
    ]
