// Small things on the map and around it: theme, photo viewer, measuring, structure symbols.
(function (S) {
  "use strict";

  const EARTH_RADIUS_M = 6371008.8; // mean radius, IUGG
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const themed = [];

  S.onTheme = (work) => themed.push(work);

  S.setTheme = function (theme) {
    document.documentElement.dataset.theme = theme;
    for (const work of themed) work();
  };

  S.startTheme = function () {
    const chosen = S.remembered("theme");
    S.setTheme(chosen || (dark.matches ? "dark" : "light"));
    dark.addEventListener("change", () => {
      if (!S.remembered("theme")) S.setTheme(dark.matches ? "dark" : "light");
    });
    S.byId("theme").addEventListener("click", () => {
      const theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
      S.remembered("theme", theme);
      S.setTheme(theme);
    });
  };

  // Options for Leaflet. Nothing fades: a card that is gone must not take a click any more. For people whom moving
  // pictures make ill, nothing moves either.
  S.motion = matchMedia("(prefers-reduced-motion: reduce)").matches
    ? { zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false, inertia: false }
    : { fadeAnimation: false };

  // --- photos ---

  S.photoSource = function (number) {
    const holder = S.byId("photo-" + number);
    return holder ? `data:${S.meta.photos[number].type};base64,${holder.textContent}` : "";
  };

  // Photos of one sighting, large, with the arrows of the keyboard to turn over.
  S.openViewer = function (numbers, at) {
    const viewer = S.byId("viewer");
    const turn = (step) => {
      at = (at + step + numbers.length) % numbers.length;
      const photo = S.meta.photos[numbers[at]];
      S.byId("viewer-image").src = S.photoSource(numbers[at]);
      S.byId("viewer-image").alt = photo.caption || S.t("photo");
      S.byId("viewer-caption").textContent = [photo.caption, photo.file].filter(Boolean).join(" · ");
      S.byId("viewer-count").textContent = `${at + 1} / ${numbers.length}`;
    };
    S.byId("viewer-back").onclick = () => turn(-1);
    S.byId("viewer-next").onclick = () => turn(1);
    S.byId("viewer-close").onclick = () => viewer.close();
    viewer.onkeydown = (event) => {
      if (event.key === "ArrowRight") turn(1);
      if (event.key === "ArrowLeft") turn(-1);
    };
    viewer.onclick = (event) => event.target === viewer && viewer.close();
    turn(0);
    viewer.showModal();
  };

  // --- structure symbols ---

  function structureOf(table, row) {
    const value = (name) => table.value(row, name);
    const isLine = value("kind") === "line";
    const azimuth = value(isLine ? "trend_deg" : "strike_deg");
    const tilt = value(isLine ? "plunge_deg" : "dip_deg");
    return typeof azimuth === "number" ? { azimuth, tilt, isLine } : null;
  }

  // Map of the row of a sighting -> its structures.
  S.structures = function () {
    const found = new Map();
    const table = S.tables.get("orientation");
    if (!table) return found;
    const owners = S.sightings.findAll(Array.from({ length: table.rows }, (_, row) => table.value(row, "sighting_uuid") || ""));
    for (let row = 0; row < table.rows; row++) {
      const structure = structureOf(table, row);
      const sighting = owners.get(table.value(row, "sighting_uuid"));
      if (!structure || sighting === undefined) continue;
      if (!found.has(sighting)) found.set(sighting, []);
      found.get(sighting).push(structure);
    }
    return found;
  };

  S.structureIcon = function (layer, table, row) {
    const structure = layer === "orientation" ? structureOf(table, row) : null;
    if (!structure) return null;
    const d = structure.isLine ? "M0 -9V0M-3 -5L0 -9L3 -5" : "M0 -9V9M0 0H5";
    return S.el("svg", { viewBox: "-12 -12 24 24", width: 34, height: 34, class: "structure", "aria-hidden": "true" },
      S.el("path", { d, transform: `rotate(${structure.azimuth})` }),
      structure.tilt === null ? null : S.el("text", { x: 11, y: 11, "text-anchor": "end" }, String(Math.round(structure.tilt))));
  };

  // --- measuring ---

  S.distance = function (one, other) {
    const [a, b] = [(one.lat * Math.PI) / 180, (other.lat * Math.PI) / 180];
    const [dLat, dLng] = [b - a, ((other.lng - one.lng) * Math.PI) / 180];
    const h = Math.sin(dLat / 2) ** 2 + Math.cos(a) * Math.cos(b) * Math.sin(dLng / 2) ** 2;
    return 2 * EARTH_RADIUS_M * Math.asin(Math.sqrt(h));
  };

  S.metres = (length) => (length < 1000 ? `${Math.round(length)} m` : `${(length / 1000).toFixed(2)} km`);

  // A button on the map; while it is on, clicks add corners to a line and its length is shown.
  S.Measure = L.Control.extend({
    options: { position: "topleft" },

    onAdd(map) {
      this.button = S.el("button", { type: "button", class: "map-button", "aria-pressed": "false", "data-t-label": "measure" },
        S.el("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, S.el("path", { d: "M3 16 16 3l5 5L8 21zM7 12l2 2M10 9l2 2M13 6l2 2" })));
      this.button.addEventListener("click", () => this.toggle());
      const box = S.el("div", { class: "leaflet-bar leaflet-control" }, this.button);
      L.DomEvent.disableClickPropagation(box);
      this.line = L.polyline([], { className: "measure-line", weight: 3, dashArray: "2 6" });
      this.label = L.tooltip({ permanent: true, direction: "top", className: "measure-label" });
      return box;
    },

    toggle() {
      this.on = !this.on;
      this.button.setAttribute("aria-pressed", String(this.on));
      this._map.getContainer().classList.toggle("measuring", this.on);
      this.line.setLatLngs([]);
      if (this.on) this.line.addTo(this._map);
      else this.line.remove();
      this.label.remove();
    },

    add(place) {
      this.line.addLatLng(place);
      const corners = this.line.getLatLngs();
      let length = 0;
      for (let i = 1; i < corners.length; i++) length += S.distance(corners[i - 1], corners[i]);
      this.label.setLatLng(place).setContent(S.metres(length)).addTo(this._map);
    },
  });
})((window.Survey = window.Survey || {}));
