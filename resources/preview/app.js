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
    S.hasConflict = rowTest(S.conflictsOf);
    S.hasPhoto = rowTest(S.photosOf);
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

  // Test of a row by a Map that has uuids as keys; few records have photos or conflicts.
  function rowTest(index) {
    const rows = new Set(S.sightings.findAll(index.keys()).values());
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
      this.points = new S.Points(S.sightings);
      this.points.structures = S.structures();
      this.points.onDrawn = (grouped, groups) => this.sayCrowded(grouped, groups);
      this.shapes = S.makeShapes(map);
      for (const group of Object.values(this.shapes)) group.addTo(map);
      this.filters = new S.Filters(S.sightings, S.hasPhoto, S.hasConflict, () => this.filtered());
      this.list = new S.List((row, fromKeyboard) => this.openSighting(row, { fromKeyboard, move: true }));
      this.popup = L.popup({ minWidth: 300, maxWidth: 360, className: "record-popup", autoPan: false });
      this.measure = new S.Measure().addTo(map);
    }

    start() {
      this.home();
      this.points.addTo(this.map);
      L.control.scale({ imperial: false, position: "bottomleft", maxWidth: 140 }).addTo(this.map);
      this.listen();
      S.onLanguage(() => this.relabel());
      S.onTheme(() => [this.backdrop, this.points].forEach((layer) => layer.redraw()));
      S.startPrinting(this.map, () => this.list.rows);
      S.setLanguage(S.remembered("language") === "ur" ? "ur" : "en");
      this.openFromHash();
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
      for (const tab of document.querySelectorAll(".tabs button")) {
        tab.addEventListener("click", () => this.view(tab.dataset.view));
      }
      S.byId("info").addEventListener("click", () => S.byId("about-dialog").showModal());
      S.byId("about-close").addEventListener("click", () => S.byId("about-dialog").close());
      document.querySelector("[data-skip]").addEventListener("click", (event) => {
        event.preventDefault();
        this.view("list");
        this.list.focus();
      });
      this.splitter();
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
      this.list.relabel();
      this.filtered();
      this.backdrop.redraw();
      if (this.opened) this.opened();
    }

    describe() {
      const { notes, surveys } = S.meta;
      const line = (survey) => [survey.team, survey.lead && S.t("ledBy", { name: survey.lead }),
        [survey.started_on, survey.finished_on].filter(Boolean).join(" – ")].filter(Boolean);
      const parts = surveys.length === 1 ? line(surveys[0]) : [S.t("surveys", { n: surveys.length })];
      parts.push(S.t("sightings", { n: S.number(S.sightings.rows) }), S.t("builtAt", { at: notes.builtAt.slice(0, 16).replace("T", " ") + " UTC" }));
      S.replace(S.byId("about-survey"), ...parts.flatMap((text, i) => [i ? " · " : "", S.user(text)]));
      const notices = [];
      if (notes.audience === "public") notices.push(S.t("publicNote", { n: notes.gridDeg }));
      if (notes.textsWithheld) notices.push(S.t("textsWithheld", { n: notes.textsWithheld }));
      if (notes.photosLeftOut) {
        notices.push(S.t("photosLeftOut", { n: notes.photosLeftOut, all: S.meta.photos.length, mb: S.number(Math.round(notes.photoBytes / 1e6)) }));
      }
      if (notes.photosUnreadable) notices.push(S.t("photosUnreadable", { n: notes.photosUnreadable }));
      if (this.points.unplaced) notices.push(S.t("unplaced", { n: S.number(this.points.unplaced) }));
      S.byId("notice").hidden = notices.length === 0;
      S.byId("notice").textContent = notices.join(" ");
      this.about();
      this.layers();
    }

    about() {
      const surveys = S.meta.surveys.map((survey) => S.el("dl", {}, ...Object.entries(survey).flatMap(([name, value]) => {
        const field = S.fieldOf("survey", name);
        if (name === "uuid" || name === "schema_version" || !field) return [];
        return [S.el("dt", {}, S.fieldLabel(field)), S.el("dd", {}, S.user(S.term(field.terms, value)))];
      })));
      S.replace(S.byId("about-body"), S.el("h2", {}, S.user(S.meta.title)), ...surveys,
        ...["orientation", "aboutOffline", "aboutCredits"].map((key) => S.el("p", {}, S.t(key))));
    }

    // --- legend ---

    legend(counts) {
      const rows = S.gems.map((gem, i) => ({ gem, i })).filter(({ gem, i }) => gem.code !== null || counts[i] > 0);
      const hadFocus = document.activeElement && document.activeElement.dataset.gem;
      S.replace(S.byId("legend-gems"), ...rows.map(({ gem, i }) => {
        const box = S.el("input", { type: "checkbox", checked: !this.filters.hiddenGems.has(gem.code), "data-gem": i });
        box.addEventListener("change", () => {
          if (box.checked) this.filters.hiddenGems.delete(gem.code);
          else this.filters.hiddenGems.add(gem.code);
          this.filtered();
        });
        return S.el("label", {}, box, S.symbolIcon({ gem: i }, 18), S.el("span", {}, S.user(S.gemLabel(gem.code))),
          S.el("span", { class: "number" }, S.number(counts[i])));
      }));
      const focused = hadFocus && S.byId("legend-gems").querySelector(`[data-gem="${hadFocus}"]`);
      if (focused) focused.focus();
    }

    layers() {
      const { map, points, backdrop, shapes } = this;
      const count = (layer) => (S.tables.has(layer) ? S.tables.get(layer).rows : 0);
      const shape = (layer) => ({
        label: `${S.layerLabel(layer)} (${count(layer)})`,
        on: map.hasLayer(shapes[layer]),
        set: (on) => (on ? shapes[layer].addTo(map) : shapes[layer].remove()),
        swatch: layer,
        wanted: count(layer) > 0,
      });
      const drawn = (label, layer, name) => ({
        label,
        on: layer[name],
        set: (on) => {
          layer[name] = on;
          layer.redraw();
        },
        wanted: true,
      });
      const rows = [
        drawn(S.layerLabel("sighting"), points, "showPoints"),
        drawn(S.t("layerHeat"), points, "showHeat"),
        { ...drawn(S.layerLabel("orientation"), points, "showStructures"), wanted: points.structures.size > 0 },
        shape("track"),
        shape("area"),
        drawn(S.t("layerOutline"), backdrop, "showOutline"),
        drawn(S.t("layerGraticule"), backdrop, "showGraticule"),
      ].filter((row) => row.wanted);
      S.replace(S.byId("legend-layers"), ...rows.map((row) => {
        const box = S.el("input", { type: "checkbox", checked: row.on });
        box.addEventListener("change", () => row.set(box.checked));
        return S.el("label", {}, box, S.el("span", {}, row.label), row.swatch ? S.el("span", { class: "swatch " + row.swatch }) : null);
      }));
      this.key();
    }

    // What the marks on symbols mean, as far as this survey has them.
    key() {
      const marks = [];
      const sample = { gem: 0, absent: false, status: "", conflict: false };
      if (S.looks.some((look) => look.absent)) {
        marks.push([S.symbolIcon({ ...sample, absent: true }, 18), S.term("presence", "absent"), "wide"]);
      }
      for (const status of Object.keys(S.STATUS_COLOURS).filter((one) => S.looks.some((look) => look.status === one))) {
        marks.push([S.el("span", { class: "dot", "data-status": status }), S.term("review_status", status)]);
      }
      if (S.meta.conflicts.length) marks.push([S.el("span", { class: "dot ring" }), S.t("conflict")]);
      S.replace(S.byId("legend-key"), ...marks.map(([icon, text, wide]) => S.el("p", { class: wide }, icon, text)));
    }

    sayCrowded(grouped, groups) {
      S.byId("crowded").hidden = grouped === 0;
      S.byId("crowded").textContent = grouped ? S.t("crowded", { n: S.number(grouped), groups: S.number(groups) }) : "";
    }

    // --- filtering ---

    filtered() {
      const { rows, counts } = this.filters.run();
      this.points.show(rows);
      this.list.show(rows);
      if (this.selected >= 0) this.list.select(this.selected, false);
      this.legend(counts);
      S.byId("found").textContent = rows.length === S.sightings.rows
        ? S.t("showingAll", { n: S.number(rows.length) })
        : S.t("showing", { n: S.number(rows.length), all: S.number(S.sightings.rows) });
      S.byId("clear").hidden = !this.filters.any;
      S.byId("empty-map").hidden = rows.length > 0;
      S.byId("filter-count").hidden = this.filters.active === 0;
      S.byId("filter-count").textContent = this.filters.active;
    }

    // --- choosing ---

    click(event) {
      const shape = this.clickedShape;
      this.clickedShape = null;
      if (this.measure.on) return this.measure.add(event.latlng);
      const hit = this.points.hit(event.containerPoint);
      if (hit && hit.group) return this.openGroup(hit.group);
      if (hit) return this.openSighting(hit.row, {});
      if (shape) return this.openCard(event.latlng, () => S.shapeCard(shape.layerName, shape.uuid), {});
      this.closeCard();
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
          this.popup.options.maxHeight = Math.max(220, Math.round(this.map.getSize().y * 0.68));
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

    closeCard() {
      this.opened = null;
      this.map.closePopup(this.popup);
      this.closeSheet();
      this.selected = this.points.selected = -1;
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

    // --- layout ---

    view(name) {
      document.body.dataset.view = name;
      for (const tab of document.querySelectorAll(".tabs button")) {
        tab.setAttribute("aria-pressed", String(tab.dataset.view === name));
      }
      this.map.invalidateSize({ animate: false });
    }

    splitter() {
      const bar = S.byId("splitter");
      const side = S.byId("list-side");
      const set = (width) => {
        const most = window.innerWidth - 360;
        side.style.flexBasis = Math.max(320, Math.min(most, width)) + "px";
        say();
      };
      const say = () => bar.setAttribute("aria-valuenow", Math.round((100 * side.offsetWidth) / window.innerWidth));
      say();
      bar.addEventListener("pointerdown", (event) => {
        bar.setPointerCapture(event.pointerId);
        bar.onpointermove = (move) => {
          const box = side.getBoundingClientRect();
          set(document.documentElement.dir === "rtl" ? move.clientX - box.left : box.right - move.clientX);
        };
      });
      bar.addEventListener("pointerup", () => (bar.onpointermove = null));
      bar.addEventListener("keydown", (event) => {
        const step = { ArrowLeft: 24, ArrowRight: -24 }[event.key];
        if (step) set(side.offsetWidth + (document.documentElement.dir === "rtl" ? -step : step));
      });
    }
  }
})((window.Survey = window.Survey || {}));
