// Puts the parts together. Survey.start(map) is called at the end of the page.
(function (S) {
  "use strict";

  const PHONE = matchMedia("(max-width: 760px)");
  const CLOSE_ZOOM = 14; // how near the map goes to a chosen record
  const PAKISTAN = [[23.6, 60.8], [37.1, 77.9]];

  S.start = async function (map) {
    S.meta = JSON.parse(S.byId("survey-meta").textContent);
    try {
      await open(map);
    } catch (problem) {
      S.byId("notice").hidden = false;
      S.byId("notice").textContent = S.t("broken", { why: problem.message });
      throw problem;
    }
  };

  async function open(map) {
    const data = S.byId("survey-data");
    S.tables = await S.readTables(data.textContent);
    data.remove();
    S.startTheme();
    prepare();
    new Page(map).start();
    document.documentElement.dataset.ready = "true";
  }

  // Look-ups that every part uses.
  function prepare() {
    S.sightings = S.tables.get("sighting");
    S.conflictsOf = indexed(S.meta.conflicts, (conflict) => conflict.record, (conflict) => conflict);
    S.photosOf = indexed(S.meta.photos, (photo) => photo.sighting, (photo, number) => number);
    S.hasConflict = rowTest([...S.conflictsOf.keys(), ...ownersInConflict()]);
    S.hasPhoto = rowTest(S.photosOf.keys());
    S.prepareLooks(S.sightings, S.hasConflict);
  }

  function indexed(list, key, value) {
    const index = new Map();
    list.forEach((one, number) => {
      if (!index.has(key(one))) index.set(key(one), []);
      index.get(key(one)).push(value(one, number));
    });
    return index;
  }

  // Sightings whose samples, structures and the like are disputed.
  function ownersInConflict() {
    return S.meta.conflicts.flatMap(({ layer, record }) => {
      const table = layer === "sighting" ? null : S.tables.get(layer);
      const row = table ? table.find(record) : -1;
      return row < 0 ? [] : [table.value(row, "sighting_uuid") || ""];
    });
  }

  // Test of a row by uuids; few records have photos or conflicts.
  function rowTest(uuids) {
    const rows = new Set(S.sightings.findAll(uuids).values());
    return (row) => rows.has(row);
  }

  S.fieldOf = (layer, name) => S.meta.layers[layer] && S.meta.layers[layer].fields.find((field) => field.name === name);

  S.surveyLabel = function (uuid) {
    const survey = S.meta.surveys.find((one) => one.uuid === uuid);
    return survey ? survey.team || survey.name || uuid : uuid;
  };

  class Page {
    constructor(map) {
      this.map = map;
      this.backdrop = new S.Backdrop(S.meta.basemap).addTo(map);
      this.ground = S.makeGround(map);
      if (this.ground) this.ground.addTo(map);
      this.points = new S.Points(S.sightings);
      this.points.structures = S.structures();
      this.points.onDrawn = (grouped, groups) => this.sayCrowded(grouped, groups);
      this.shapes = S.makeShapes(map);
      for (const group of Object.values(this.shapes)) group.addTo(map);
      this.filters = new S.Filters(S.sightings, S.hasPhoto, S.hasConflict, () => this.filtered());
      this.list = new S.List((row, fromKeyboard) => this.openSighting(row, { fromKeyboard, move: true }));
      this.legend = new S.Legend(this);
      // A click on the map closes it in click(), after it was seen what was clicked.
      this.popup = L.popup({ minWidth: 320, maxWidth: 380, className: "record-popup", autoPan: false, closeOnClick: false });
      this.measure = new S.Measure().addTo(map);
    }

    start() {
      this.home();
      // The public decides nothing.
      if (S.meta.notes.audience === "office") S.review = new S.Review(this);
      this.points.addTo(this.map);
      L.control.scale({ imperial: false, position: "bottomleft", maxWidth: 140 }).addTo(this.map);
      this.listen();
      S.onLanguage(() => this.relabel());
      S.onTheme(() => [this.backdrop, this.points].forEach((layer) => layer.redraw()));
      S.startPrinting(this.map, () => this.list.rows);
      S.setLanguage(S.remembered("language") === "ur" ? "ur" : "en");
      if (S.review) S.review.start();
      this.describe();
      this.openFromHash();
      this.points.prepare();
    }

    home() {
      const all = this.points.bounds(Uint32Array.from({ length: S.sightings.rows }, (_, row) => row));
      const around = all || this.shapes.area.getBounds();
      S.byId("legend").open = !PHONE.matches;
      this.map.invalidateSize({ animate: false });
      const legend = S.byId("legend").open && !PHONE.matches ? S.byId("legend").offsetWidth + 20 : 0;
      this.map.fitBounds(around.isValid() ? around : L.latLngBounds(PAKISTAN), {
        paddingTopLeft: [48, 40],
        paddingBottomRight: [40 + legend, 56],
        maxZoom: CLOSE_ZOOM,
        animate: false,
      });
    }

    listen() {
      const { map } = this;
      map.on("click", (event) => this.click(event));
      for (const group of Object.values(this.shapes)) group.on("click", (event) => (this.clickedShape = event.layer));
      map.on("mousemove", (event) => this.hover(event));
      map.on("mouseout", () => (S.byId("cursor").textContent = ""));
      this.popup.on("remove", () => this.closed());
      window.addEventListener("hashchange", () => this.openFromHash());
      S.byId("language").addEventListener("click", () => S.setLanguage(S.language === "ur" ? "en" : "ur"));
      S.byId("sheet-close").addEventListener("click", () => this.closeSheet());
      document.addEventListener("keydown", (event) => event.key === "Escape" && this.escape());
      S.startLayout(map);
      this.list.onChecked = () => S.review.set.relabel();
      S.byId("info").addEventListener("click", () => S.byId("about-dialog").showModal());
      S.byId("about-close").addEventListener("click", () => S.byId("about-dialog").close());
      document.querySelector("[data-skip]").addEventListener("click", (event) => {
        event.preventDefault();
        S.view(map, "list");
        this.list.focus();
      });
      new ResizeObserver(S.oncePerFrame(() => map.invalidateSize({ animate: false }))).observe(map.getContainer());
      PHONE.addEventListener("change", () => this.closeCard());
    }

    // --- words ---

    relabel() {
      document.querySelector(".leaflet-control-zoom-in").title = S.t("zoomIn");
      document.querySelector(".leaflet-control-zoom-out").title = S.t("zoomOut");
      S.byId("language").textContent = S.language === "ur" ? "English" : "اردو";
      S.byId("language").lang = S.language === "ur" ? "en" : "ur";
      this.filters.build();
      this.describe();
      this.legend.layers();
      this.list.relabel();
      this.filtered();
      if (S.review && S.review.panel) S.review.panel.relabel();
      this.backdrop.redraw();
      if (this.opened) this.opened();
    }

    sayCrowded(grouped, groups) {
      S.byId("crowded").hidden = grouped === 0;
      const told = groups === 1 ? "crowdedOne" : "crowded";
      S.byId("crowded").textContent = grouped ? S.t(told, { n: S.number(grouped), groups: S.number(groups) }) : "";
    }

    // --- filtering ---

    filtered() {
      const { rows, counts } = this.filters.run();
      this.points.show(rows);
      this.list.show(rows);
      if (this.selected >= 0) this.list.select(this.selected, false);
      this.legend.gems(counts);
      S.byId("found").textContent = rows.length === S.sightings.rows
        ? S.t("showingAll", { n: S.number(rows.length) })
        : S.t("showing", { n: S.number(rows.length), all: S.number(S.sightings.rows) });
      S.byId("clear").hidden = !this.filters.any;
      S.byId("empty-map").hidden = rows.length > 0;
      S.byId("filter-count").hidden = this.filters.active === 0;
      S.byId("filter-count").textContent = this.filters.active;
      if (S.review && S.review.set) S.review.set.relabel();
    }

    describe() {
      S.describe(this.points.unplaced, S.review && S.review.keeping ? S.review.keeping.trouble : "");
    }

    // Decisions have changed: the same rows, with other marks.
    redraw() {
      this.points.redraw();
      this.list.redraw();
      this.legend.key();
      S.review.set.relabel();
    }

    // --- choosing ---

    click(event) {
      // Leaflet takes a click on a card for one on the map when what was clicked is gone from the card by now.
      if (!event.originalEvent.target.isConnected) return;
      const shape = this.clickedShape;
      this.clickedShape = null;
      if (this.measure.on) return this.measure.add(event.latlng);
      const hit = this.points.hit(event.containerPoint);
      if (hit && hit.group) return this.openGroup(hit.group);
      if (hit) return this.openSighting(hit.row, {});
      if (S.review && S.review.picking) return;
      if (shape) return this.openShape(shape.layerName, shape.uuid, event.latlng);
      this.closeCard();
    }

    openShape(layer, uuid, place) {
      this.closeCard();
      this.openCard(place, () => S.shapeCard(layer, uuid), {});
    }

    // A record of any layer that has a card.
    openRecord(layer, uuid) {
      if (layer === "sighting") {
        const row = S.sightings.find(uuid);
        this.openSighting(row, { move: true });
        return this.list.select(row, true);
      }
      const drawn = this.shapes[layer].getLayers().find((one) => one.uuid === uuid);
      const bounds = drawn && drawn.getBounds();
      if (bounds && bounds.isValid() && !this.map.getBounds().intersects(bounds)) this.map.fitBounds(bounds, { animate: false });
      this.openShape(layer, uuid, bounds && bounds.isValid() ? bounds.getCenter() : null);
    }

    hover(event) {
      const { lat, lng } = event.latlng;
      S.byId("cursor").textContent = S.meta.notes.gridDeg ? "" : S.position(lng, lat);
      const hit = this.points.hit(event.containerPoint);
      this.map.getContainer().classList.toggle("over", Boolean(hit));
    }

    openGroup(group) {
      const bounds = this.points.bounds(group.rows);
      const { map } = this;
      const target = map.getBoundsZoom(bounds, false, L.point(60, 60));
      const nearest = map.getMaxZoom();
      if (map.getZoom() < nearest && target > map.getZoom()) {
        map.fitBounds(bounds, { padding: [60, 60], maxZoom: Math.min(nearest, Math.max(target, map.getZoom() + 1)) });
      } else {
        this.openCard(bounds.getCenter(), () => S.groupCard(group.rows, (row) => this.openSighting(row, { fromKeyboard: true })), {});
      }
    }

    // fromKeyboard: the card takes the focus, and gives it back; move: the map goes there.
    openSighting(row, { fromKeyboard = false, move = false }) {
      if (S.review && S.review.picked(row)) return;
      this.closeCard();
      this.selected = this.points.selected = row;
      const uuid = S.sightings.value(row, "uuid");
      if (location.hash.slice(1) !== uuid) history.replaceState(null, "", "#" + uuid);
      this.list.select(row, !move);
      const placed = this.points.hasPlace(row);
      const place = placed ? this.points.place(row) : null;
      if (move && placed) {
        const zoom = Math.max(this.map.getZoom(), Math.min(CLOSE_ZOOM - 3, this.map.getMaxZoom()));
        this.map.setView(place, zoom, { animate: false });
      }
      this.points.redraw();
      this.openCard(place, () => S.sightingCard(row), { fromKeyboard });
    }

    openCard(place, make, { fromKeyboard }) {
      this.opened = () => {
        if (PHONE.matches || !place) {
          S.replace(S.byId("sheet-body"), make());
          S.byId("sheet").hidden = false;
          S.byId("sheet-body").scrollTop = 0;
        } else {
          // By style and not by Leaflet's option, because a card grows when its form opens.
          const height = Math.max(220, Math.round(this.map.getSize().y * 0.7));
          this.map.getContainer().style.setProperty("--card-height", height + "px");
          this.popup.setContent(make()).setLatLng(place).openOn(this.map);
          this.bringIntoView(this.popup.getElement());
        }
      };
      this.returnFocus = fromKeyboard;
      this.opened();
      const heading = document.querySelector(PHONE.matches || !place ? "#sheet h2" : ".record-popup h2");
      if (fromKeyboard && heading) heading.focus({ preventScroll: true });
    }

    // At once: Leaflet's own way slides the map for a quarter of a second, and who clicks a photo meanwhile misses it.
    bringIntoView(box) {
      const margin = 16;
      const card = box.getBoundingClientRect();
      const map = this.map.getContainer().getBoundingClientRect();
      const shift = (start, end, low, high) => {
        if (start < low + margin) return start - low - margin;
        return end > high - margin ? Math.min(end - high + margin, start - low - margin) : 0;
      };
      const by = [shift(card.left, card.right, map.left, map.right), shift(card.top, card.bottom, map.top, map.bottom)];
      if (by[0] || by[1]) this.map.panBy(by, { animate: false });
    }

    cardGrew() {
      if (this.popup.isOpen()) this.bringIntoView(this.popup.getElement());
    }

    closeCard() {
      this.opened = null;
      this.map.closePopup(this.popup);
      this.closeSheet();
      this.selected = this.points.selected = -1;
      if (S.review) S.review.current = null;
    }

    escape() {
      if (document.querySelector("dialog[open]")) return;
      if (this.measure.on) return this.measure.toggle();
      this.map.closePopup(this.popup);
      this.closeSheet();
    }

    closeSheet() {
      if (S.byId("sheet").hidden) return;
      S.byId("sheet").hidden = true;
      S.byId("sheet-body").replaceChildren();
      this.closed();
    }

    closed() {
      if (!this.opened || !S.byId("sheet").hidden || this.popup.isOpen()) return;
      this.opened = null;
      if (S.review) S.review.current = null;
      this.selected = this.points.selected = -1;
      this.points.redraw();
      if (this.returnFocus) this.list.focus();
      this.returnFocus = false;
    }

    openFromHash() {
      const row = S.sightings.find(location.hash.slice(1).toLowerCase());
      if (row >= 0 && row !== this.selected) {
        this.openSighting(row, { move: true });
        this.list.select(row, true);
      }
    }

  }
})((window.Survey = window.Survey || {}));
