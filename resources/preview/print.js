// On paper: the map as it is on the screen, then the list, as far as paper is sensible.
(function (S) {
  "use strict";

  const PRINTED_ROWS = 1000;
  S.PRINT_SCALE = 2; // 192 dots an inch

  S.isPrinting = () => document.body.classList.contains("printing");

  S.startPrinting = function (map, shownRows) {
    let theme;
    window.addEventListener("beforeprint", () => {
      document.body.classList.add("printing");
      theme = document.documentElement.dataset.theme;
      S.setTheme("light");
      map.invalidateSize({ animate: false });
      S.byId("print-map").replaceChildren(picture(map));
      S.replace(S.byId("print-list"), ...printedList(shownRows()));
    });
    window.addEventListener("afterprint", () => {
      document.body.classList.remove("printing");
      S.byId("print-list").replaceChildren();
      S.byId("print-map").replaceChildren();
      S.setTheme(theme);
      map.invalidateSize({ animate: false });
    });
    S.byId("print").addEventListener("click", () => window.print());
  };

  // What the map shows as one canvas. Printed as they are, Chromium makes lines of its canvases, and what one canvas
  // clears hides those below.
  function picture(map) {
    const box = map.getContainer().getBoundingClientRect();
    const sheet = S.el("canvas", { width: Math.round(box.width * S.PRINT_SCALE), height: Math.round(box.height * S.PRINT_SCALE) });
    const context = sheet.getContext("2d");
    context.scale(S.PRINT_SCALE, S.PRINT_SCALE);
    for (const part of map.getContainer().querySelectorAll("canvas, img.leaflet-tile")) {
      const place = part.getBoundingClientRect();
      context.drawImage(part, place.left - box.left, place.top - box.top, place.width, place.height);
    }
    return sheet;
  }

  function printedList(rows) {
    const names = ["gem", "locality", "district", "observed_at", "observer", "accuracy_m", "review_status"].filter(
      (name) => S.sightings.column(name).kind !== "empty");
    const cell = (row, name) => {
      const column = S.sightings.column(name);
      const value = column.value(row);
      const field = S.fieldOf("sighting", name);
      if (value === null) return name === "accuracy_m" ? S.t("unknown") : "";
      if (column.kind === "time") return S.time(value);
      return field.terms ? S.term(field.terms, value) : S.cut(String(value));
    };
    const position = (row) => {
      const longitude = S.sightings.value(row, "longitude");
      return longitude === null ? "" : S.position(longitude, S.sightings.value(row, "latitude"));
    };
    const decided = S.review && S.review.decisions.size > 0;
    const decisions = (row) => S.el("td", {}, ...(S.review.verdictAt[row]
      ? S.review.decisions.of("sighting", S.sightings.value(row, "uuid")).map((one) => S.el("p", {}, ...S.decisionLine(one).flatMap((part) => [part, " "])))
      : []));
    const heads = [...names.map((name) => S.fieldLabel(S.fieldOf("sighting", name))), S.t("position"),
      ...(decided ? [S.t("yourDecision")] : [])];
    const body = [...rows.slice(0, PRINTED_ROWS)].map((row) => S.el("tr", {},
      ...names.map((name) => S.el("td", {}, S.user(cell(row, name)))), S.el("td", { dir: "ltr" }, position(row)),
      decided ? decisions(row) : null));
    const rest = rows.length - PRINTED_ROWS;
    return [
      decided && S.review.reviewer ? S.el("p", {}, S.t("decidesAs", { name: S.review.reviewer })) : null,
      S.el("table", {}, S.el("thead", {}, S.el("tr", {}, ...heads.map((text) => S.el("th", {}, text)))),
        S.el("tbody", {}, ...body)),
      rest > 0 ? S.el("p", {}, S.t("andMore", { n: S.number(rest) })) : null,
    ];
  }
})((window.Survey = window.Survey || {}));
