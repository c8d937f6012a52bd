// The office's own map, under the points: tiles that are in this file, stretched or shrunk between its zooms.
(function (S) {
  "use strict";

  const NOTHING = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="; // one clear pixel
  const SHRUNK = 2; // zooms further out than its own at which it is still shown

  const Tiles = L.TileLayer.extend({
    getTileUrl({ x, y, z }) {
      const held = S.byId(`tile-${z}-${x}-${y}`);
      return held ? "data:image/webp;base64," + held.textContent : NOTHING;
    },
  });

  // null where this file has no such map.
  S.makeGround = function (map) {
    const { ground } = S.meta;
    if (!ground) return null;
    const pane = map.createPane("ground");
    pane.style.zIndex = 220;
    pane.style.pointerEvents = "none";
    const [least, most] = ground.zooms;
    const layer = new Tiles("", { pane: "ground", minNativeZoom: least, maxNativeZoom: most, minZoom: Math.max(0, least - SHRUNK), maxZoom: map.getMaxZoom() });
    const credit = S.byId("credit");
    const say = (on) => {
      credit.hidden = !on;
      S.replace(credit, S.user(S.cut([ground.name, ground.attribution].filter(Boolean).join(" · "), 300)));
    };
    layer.on("add", () => say(true)).on("remove", () => say(false));
    return layer;
  };
})((window.Survey = window.Survey || {}));
