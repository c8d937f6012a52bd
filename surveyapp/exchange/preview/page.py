"""The page, put together by folium: its map and its tree of elements, without its links to the web."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from importlib.resources import files
from typing import Any

# This module is itself imported late, when a preview is made.
import folium  # noqa: TID253
from branca.element import Element, Figure, MacroElement
from folium.template import Template  # noqa: TID253

from surveyapp.assets import resource_text

_SCRIPTS = (
    "dom", "language", "inflate", "sha256", "table", "symbols", "canvas", "backdrop", "ground", "crowd", "heat",
    "points", "shapes", "filters", "list", "decisions", "keeping", "review", "verdict", "sameas", "panel", "set",
    "card", "tools", "print", "about", "legend", "layout", "app",
)  # fmt: skip
DATA_MARK, PHOTO_MARK = "<!--survey data-->", "<!--survey photos-->"
"""Where the records and the thumbnails go. User text on the page holds neither, as its ``<`` is escaped."""

_MIN_ZOOM = 3
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_POLICY_MARK = "<!--policy-->"


class OfflineMap(folium.Map):
    """A folium map that links to nothing: Leaflet is put into the page, and jQuery, Bootstrap and the
    marker fonts that folium links to besides are not used."""

    # folium's own header forbids zooming the page, which people with poor sight need.
    _template = Template("""
        {% macro html(this, kwargs) %}
            <div class="folium-map" id={{ this.get_name()|tojson }} role="region" data-t-label="map"></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            L.Icon.Default.imagePath = "";
            const {{ this.get_name() }} = L.map({{ this.get_name()|tojson }},
                Object.assign({{ this.options|tojavascript }}, { center: {{ this.location|tojson }} }, Survey.motion));
        {% endmacro %}""")

    def __init__(self, max_zoom: int) -> None:
        super().__init__(
            location=[30.4, 69.4],  # the middle of Pakistan, for a survey without any position
            zoom_start=5,
            tiles=None,
            zoom_control=True,
            zoom_snap=0.5,
            world_copy_jump=False,
            attribution_control=False,
        )
        # As arguments they would go to a tile layer, of which there is none.
        self.options |= {"min_zoom": _MIN_ZOOM, "max_zoom": max_zoom}
        self.default_js, self.default_css = [], []
        # folium's names are random; with one of ours the same survey gives the same page.
        self._id = "survey"


class SurveyLayer(MacroElement):
    """Everything the page draws on the map, from the tables in the page."""

    _template = Template("""
        {% macro script(this, kwargs) %}
            Survey.start({{ this._parent.get_name() }});
        {% endmacro %}""")

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca leaves it untyped
        self._id = "survey"


class Verbatim(Element):
    """Text that goes onto the page as it is. branca's own element would run it as a template, braces of a
    user's text and all."""

    _template = Template("{{ this.text }}")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class SurveyFigure(Figure):
    """The page around the map."""

    def __init__(self, title: str) -> None:
        super().__init__(title=title)
        self._id = "survey"
        self._template = Template(resource_text("preview/page.html"))


def page_html(title: str, meta: dict[str, Any], max_zoom: int) -> str:
    """The whole page but for the records and thumbnails, which go where the marks are."""
    figure = SurveyFigure(title)
    figure.header.add_child(Verbatim(_style(_leaflet_css())), name="leaflet_css")
    figure.header.add_child(Verbatim(_style(resource_text("preview/page.css"))), name="page_css")
    figure.header.add_child(Verbatim(_script(_leaflet_js())), name="leaflet_js")
    code = "\n".join(resource_text(f"preview/{name}.js") for name in _SCRIPTS)
    figure.header.add_child(Verbatim(_script(code)), name="page_js")
    figure.html.add_child(Verbatim(json_script("survey-meta", meta)), name="meta")
    survey_map = OfflineMap(max_zoom)
    survey_map.add_child(SurveyLayer())
    figure.add_child(survey_map)
    html = figure.render().replace("\r\n", "\n")
    # A lone surrogate, which a damaged file can hold, has no UTF-8.
    html = html.encode("utf-8", "replace").decode()
    return html.replace(_POLICY_MARK, _policy(html), 1)


def json_script(identity: str, content: object) -> str:
    """JSON that the page reads and never runs. ``<`` is escaped, so that no text in it can end it."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    text = text.replace("<", "\\u003c")
    return f'<script type="application/json" id="{identity}">{text}</script>'


def _policy(html: str) -> str:
    """Content-Security-Policy that lets run exactly the scripts that are on the page now."""
    digests = [hashlib.sha256(code.encode()).digest() for code in _SCRIPT.findall(html)]
    allowed = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    rules = (
        "default-src 'none'", f"script-src {allowed}", "style-src 'unsafe-inline'", "img-src data: blob:",
        "base-uri 'none'", "form-action 'none'",
    )  # fmt: skip
    return f'<meta http-equiv="Content-Security-Policy" content="{"; ".join(rules)}">'


def _style(css: str) -> str:
    return f"<style>{css}</style>"


def _script(code: str) -> str:
    return f"<script>{code}</script>"


def _leaflet_js() -> str:
    code = _leaflet("leaflet.js").decode("utf-8")
    # Developer tools would fetch the map of the source.
    return re.sub(r"//# sourceMappingURL=\S+", "", code)


def _leaflet_css() -> str:
    """Leaflet's style with its pictures inside."""

    def inside(match: re.Match[str]) -> str:
        picture = base64.b64encode(_leaflet("images", match[1])).decode()
        return f"url(data:image/png;base64,{picture})"

    return re.sub(r"url\(images/([\w.-]+)\)", inside, _leaflet("leaflet.css").decode("utf-8"))


def _leaflet(*path: str) -> bytes:
    return files("xstatic.pkg.leaflet").joinpath("data", *path).read_bytes()
