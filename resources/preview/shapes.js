// Tracks and areas, through Leaflet's own lines and polygons on a canvas.
(function (S) {
  "use strict";

  S.makeShapes = function (map, layer) {
    const pane = map.createPane(layer);
    pane.style.zIndex = layer === "area" ? 410 : 420;
    const renderer = L.canvas({ pane: layer, padding: 0.2, tolerance: 6 });
    const shapes = layer === "area" ? S.meta.areas : S.meta.tracks;
    const group = L.featureGroup();
    for (const [uuid, parts] of Object.entries(shapes)) {
      const style = { renderer, pane: layer, ...styleOf(layer) };
      const shape = layer === "area" ? L.polygon(parts, { ...style, fillRule: "evenodd" }) : L.polyline(parts, style);
      shape.uuid = uuid;
      shape.layerName = layer;
      shape.addTo(group);
    }
    S.onTheme(() => group.setStyle(styleOf(layer)));
    return group;
  };

  function styleOf(layer) {
    const color = getComputedStyle(document.documentElement).getPropertyValue("--map-" + layer).trim();
    return layer === "area"
      ? { color, weight: 2, fillColor: color, fillOpacity: 0.12, dashArray: "8 4" }
      : { color, weight: 2.5, opacity: 0.9 };
  }
})((window.Survey = window.Survey || {}));
