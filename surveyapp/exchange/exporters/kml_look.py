"""How a KML looks: a style and a symbol for each gem, lines and areas, and balloons that run nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING

from surveyapp.domain.gems import GEM_BY_CODE, GEMS, OTHER_COLOUR
from surveyapp.exchange.exporters.files import Table

if TYPE_CHECKING:
    from surveyapp.exchange.exporters.photo_files import PackedPhoto

_ABSENT, _OTHER, _TRACK, _AREA, _PLAIN = "absent", "gem-other", "track", "area", "plain"
_TRACK_COLOUR, _AREA_COLOUR, _ABSENT_COLOUR = "#2f6fb5", "#b5562f", "#7a7f87"
_PX = 64
_FINER = 4
"""Symbols are drawn so many times larger and made smaller, so that their edges are smooth."""
_SIDES = {"triangle": 3, "diamond": 4, "pentagon": 5, "hexagon": 6}


def styles(*, with_symbols: bool) -> str:
    """All shared styles. Without symbols Google Earth's own pin is tinted with the colour of the gem."""
    made = [_point(f"gem-{gem.code}", gem.colour, f"{gem.code}.png" if with_symbols else "") for gem in GEMS]
    made += [
        _point(_OTHER, OTHER_COLOUR, "other.png" if with_symbols else ""),
        _point(_ABSENT, _ABSENT_COLOUR, "absent.png" if with_symbols else ""),
        f'<Style id="{_TRACK}"><LineStyle><color>{_abgr(_TRACK_COLOUR)}</color><width>3</width></LineStyle></Style>\n',
        (
            f'<Style id="{_AREA}"><LineStyle><color>{_abgr(_AREA_COLOUR)}</color><width>2</width></LineStyle>'
            f"<PolyStyle><color>{_abgr(_AREA_COLOUR, 0x40)}</color></PolyStyle></Style>\n"
        ),
        f'<Style id="{_PLAIN}"/>\n',
    ]
    return "".join(made)


def style_of(table: Table, index: int) -> str:
    """Id of the style of a record."""
    if table.layer.name != "sighting":
        return table.layer.name if table.layer.name in (_TRACK, _AREA) else _PLAIN
    if "presence" in table.columns and table.columns["presence"][index] == "absent":
        return _ABSENT
    gem = table.columns["gem"][index] if "gem" in table.columns else None
    return f"gem-{gem}" if gem in GEM_BY_CODE else _OTHER


def _point(name: str, colour: str, picture: str) -> str:
    if picture:
        inner = f"<scale>0.9</scale><Icon><href>files/{picture}</href></Icon>"
    else:
        inner = f"<color>{_abgr(colour)}</color>"
    return f'<Style id="{name}"><IconStyle>{inner}</IconStyle></Style>\n'


def _abgr(colour: str, alpha: int = 0xFF) -> str:
    """KML's order of a colour: alpha, blue, green, red."""
    red, green, blue = colour[1:3], colour[3:5], colour[5:7]
    return f"{alpha:02x}{blue}{green}{red}"


# --- symbols -----------------------------------------------------------------------------------------


def symbols() -> Iterator[tuple[str, bytes]]:
    """(file name, PNG) of every symbol."""
    for gem in GEMS:
        yield f"{gem.code}.png", _drawn(gem.shape, gem.colour)
    yield "other.png", _drawn("circle", OTHER_COLOUR)
    yield "absent.png", _drawn("ring", _ABSENT_COLOUR)


def _drawn(shape: str, colour: str) -> bytes:
    import io

    from PIL import Image, ImageDraw

    size = _PX * _FINER
    picture = Image.new("RGBA", (size, size), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    for radius, ink in ((0.47, "#ffffff"), (0.40, colour)):
        outline = _outline(shape, radius)
        if outline:
            pen.polygon([(size * x, size * y) for x, y in outline], fill=ink)
        else:
            pen.ellipse([size * (0.5 - radius), size * (0.5 - radius), size * (0.5 + radius), size * (0.5 + radius)],
                        fill=ink)
    if shape == "ring":
        pen.ellipse([size * 0.28, size * 0.28, size * 0.72, size * 0.72], fill="#ffffff")
    buffer = io.BytesIO()
    picture.resize((_PX, _PX), Image.Resampling.LANCZOS).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _outline(shape: str, radius: float) -> list[tuple[float, float]]:
    """Corners in a square of side 1; none for what is round."""
    if shape in _SIDES:
        return _ring(_SIDES[shape], radius)
    if shape == "square":
        return _ring(4, radius * 1.15, turn=math.pi / 4)
    if shape == "star":
        return _star(5, radius, 0.45)
    if shape == "cross":
        arm = radius * 0.4
        corners = [(-arm, -1), (arm, -1), (arm, -arm), (1, -arm), (1, arm), (arm, arm), (arm, 1), (-arm, 1),
                   (-arm, arm), (-1, arm), (-1, -arm), (-arm, -arm)]
        return [(0.5 + max(-radius, min(radius, x)), 0.5 + max(-radius, min(radius, y))) for x, y in corners]
    if shape == "kite":
        return [(0.5, 0.5 - radius), (0.5 + 0.75 * radius, 0.4), (0.5, 0.5 + radius), (0.5 - 0.75 * radius, 0.4)]
    return []


def _ring(sides: int, radius: float, turn: float = 0.0) -> list[tuple[float, float]]:
    steps = [turn + 2 * math.pi * side / sides for side in range(sides)]
    return [(0.5 + radius * math.sin(step), 0.5 - radius * math.cos(step)) for step in steps]


def _star(points: int, radius: float, waist: float) -> list[tuple[float, float]]:
    made = []
    for step in range(2 * points):
        angle, reach = math.pi * step / points, radius * (1 if step % 2 == 0 else waist)
        made.append((0.5 + reach * math.sin(angle), 0.5 - reach * math.cos(angle)))
    return made


# --- balloons ----------------------------------------------------------------------------------------


def balloon(table: Table, said: Sequence[tuple[str, str]], photos: Sequence[PackedPhoto]) -> str:
    """HTML of a balloon. Every text of the record is escaped, and a ``$`` too, which Google Earth would fill in."""
    texts = dict(said)
    title = next((texts[name] for name in (table.layer.caption, "gem", "uuid") if texts.get(name)), "")
    title = _label(table, "gem", title) if title == texts.get("gem") else title
    rows = "".join(
        f"<tr><th align='left'>{_html(_title(table, name))}</th><td>{_html(_label(table, name, text))}</td></tr>"
        for name, text in said
        if name != "uuid" and not name.endswith("_uuid")
    )
    pictures = "".join(
        f"<p><img src='files/{photo.name}' width='{photo.width}' height='{photo.height}'/><br/>"
        f"{_html(photo.caption)}</p>"
        for photo in photos
    )
    return f"<h3>{_html(title)}</h3>{pictures}<table>{rows}</table>"


def _title(table: Table, name: str) -> str:
    field = table.field(name)
    return field.english if field else name


def _label(table: Table, name: str, text: str) -> str:
    field = table.field(name)
    return field.vocabulary.english(text) if field and field.vocabulary else text


def _html(text: str) -> str:
    return escape(text).replace("$", "&#36;").replace("\n", "<br/>")
