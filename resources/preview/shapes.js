// Tracks and areas, through Leaflet's own lines and polygons on one canvas: of two canvases, the lower would
// never hear a click.
(function (S) {
  "use strict";

  // Feature groups by layer name: { area, track }.
  S.makeShapes = function (map) {
    const pane = map.createPane("shapes");
    pane.style.zIndex = 420;
    const renderer = L.canvas({ pane: "shapes", padding: 0.2, tolerance: 6 });
    const groups = {
      area: grouped("area", S.meta.areas, (parts) => L.polygon(parts, { ...styleOf("area"), renderer, fillRule: "evenodd" })),
      track: grouped("track", S.meta.tracks, (parts) => L.polyline(parts, { ...styleOf("track"), renderer })),
    };
    // Areas stay under tracks, also after being switched off and on.
    groups.area.on("add", () => groups.area.bringToBack());
    S.onTheme(() => Object.entries(groups).forEach(([layer, group]) => group.setStyle(styleOf(layer))));
    return groups;
  };

  function grouped(layerName, shapes, make) {
    const group = L.featureGroup();
    for (const [uuid, parts] of Object.entries(shapes)) {
      group.addLayer(Object.assign(make(parts), { uuid, layerName }));
    }
    return group;
  }

  function styleOf(layer) {
    const color = getComputedStyle(document.documentElement).getPropertyValue("--map-" + layer).trim();
    return layer === "area"
      ? { color, weight: 2, fillColor: color, fillOpacity: 0.12, dashArray: "8 4" }
      : { color, weight: 2.5, opacity: 0.9 };
  }
})((window.Survey = window.Survey || {}));
