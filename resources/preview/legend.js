// The legend: gems that can be switched off, layers, and what the marks mean.
(function (S) {
  "use strict";

  S.Legend = class {
    constructor(page) {
      this.page = page;
    }

    gems(counts) {
      const rows = S.gems.map((gem, i) => ({ gem, i })).filter(({ gem, i }) => gem.code !== null || counts[i] > 0);
      const hadFocus = document.activeElement && document.activeElement.dataset.gem;
      S.replace(S.byId("legend-gems"), ...rows.map(({ gem, i }) => {
        const box = S.el("input", { type: "checkbox", checked: !this.page.filters.hiddenGems.has(gem.code), "data-gem": i });
        box.addEventListener("change", () => {
          if (box.checked) this.page.filters.hiddenGems.delete(gem.code);
          else this.page.filters.hiddenGems.add(gem.code);
          this.page.filtered();
        });
        return S.el("label", {}, box, S.symbolIcon({ gem: i }, 18), S.el("span", {}, S.user(S.gemLabel(gem.code))),
          S.el("span", { class: "number" }, S.number(counts[i])));
      }));
      const focused = hadFocus && S.byId("legend-gems").querySelector(`[data-gem="${hadFocus}"]`);
      if (focused) focused.focus();
    }

    layers() {
      const { map, points, backdrop, shapes, ground } = this.page;
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
        {
          label: S.t("layerGround"),
          on: ground !== null && map.hasLayer(ground),
          set: (on) => (on ? ground.addTo(map) : ground.remove()),
          wanted: ground !== null,
        },
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
      if (S.review) {
        for (const verdict of S.VERDICTS.filter((one) => S.review.verdictAt.includes(S.VERDICTS.indexOf(one) + 1))) {
          marks.push([S.el("span", { class: "dot own", "data-verdict": verdict }), S.t("yours", { verdict: S.t("verdict_" + verdict) }), "wide"]);
        }
      }
      if (S.meta.conflicts.length) marks.push([S.el("span", { class: "dot ring" }), S.t("conflict")]);
      S.replace(S.byId("legend-key"), ...marks.map(([icon, text, wide]) => S.el("p", { class: wide }, icon, text)));
    }
  };
})((window.Survey = window.Survey || {}));
