// Choosing the sighting that another one is the same as: the nearest are offered, a word finds others, and any can be
// pointed at on the map or in the list.
(function (S) {
  "use strict";

  const OFFERED = 5;

  // open: the form's draft; draw() draws the form anew.
  S.sameAs = function (review, subject, open, draw) {
    const set = (row) => {
      open.same_as = S.sightings.value(row, "uuid");
      draw();
    };
    if (open.same_as) {
      const chosen = S.subject("sighting", open.same_as);
      return S.el("div", { class: "same-as" }, S.el("span", {}, S.t("sameAsThis")),
        S.el("p", {}, chosen.row >= 0 ? S.symbolIcon(S.look(chosen.row), 20) : null, " ", S.user(S.cut(chosen.name || open.same_as, 80)), " ",
          S.el("button", { type: "button", class: "link", on: { click: () => [(open.same_as = ""), draw()] } }, S.t("otherOne"))));
    }
    const found = S.el("ul", { class: "picks", "aria-label": S.t("sameAsFind") });
    const word = S.el("input", { type: "search", autocomplete: "off", dir: "auto", "data-first": "",
      on: { input: S.later(150, () => list()), keydown: (event) => event.key === "Enter" && event.preventDefault() } });
    const list = () => S.replace(found, ...offered(review, subject, word.value).map((row) => S.el("li", {},
      S.el("button", { type: "button", class: "pick", on: { click: () => set(row) } },
        S.symbolIcon(S.look(row), 20), S.el("span", {}, S.user(S.cut(S.sightings.value(row, "locality") || S.t("noName"), 60)),
          S.el("span", { class: "soft" }, " ", ...about(subject, row)))))));
    list();
    return S.el("div", { class: "same-as" },
      S.el("label", {}, S.el("span", {}, S.t("sameAsFind")), word), found,
      S.el("button", { type: "button", class: "link", on: { click: () => {
        review.pick((row) => row !== subject.row && (open.same_as = S.sightings.value(row, "uuid")),
          () => review.page.openRecord(subject.layer, subject.uuid));
      } } }, S.t("sameAsPoint")));
  };

  const place = (row) => L.latLng(S.sightings.value(row, "latitude"), S.sightings.value(row, "longitude"));
  const isPlaced = (row) => S.sightings.value(row, "latitude") !== null && S.sightings.value(row, "longitude") !== null;

  function about(subject, row) {
    const parts = [S.gemLabel(S.sightings.value(row, "gem"))];
    if (isPlaced(row) && isPlaced(subject.row)) parts.push(S.el("bdi", {}, S.metres(S.distance(place(subject.row), place(row)))));
    return parts.flatMap((part, i) => (i ? [" · ", part] : [part]));
  }

  // Rows that match the word, the nearest first; with no word the nearest of the same gem.
  function offered(review, subject, word) {
    const words = S.folded(word).split(/\s+/).filter(Boolean);
    const gem = S.gemOf(subject.row);
    const tests = words.length ? words.map((one) => review.page.filters.searchTest(one)) : [(row) => S.gemOf(row) === gem];
    const { x, y } = review.page.points;
    const [x0, y0] = [x[subject.row], y[subject.row]];
    const best = []; // [distance, row], sorted
    for (let row = 0; row < S.sightings.rows; row++) {
      if (row === subject.row || !tests.every((test) => test(row))) continue;
      const far = Math.hypot(x[row] - x0, y[row] - y0);
      const distance = far === far ? far : Infinity;
      if (best.length === OFFERED && distance >= best[OFFERED - 1][0]) continue;
      best.push([distance, row]);
      best.sort((one, other) => one[0] - other[0]);
      best.length = Math.min(best.length, OFFERED);
    }
    return best.map(([, row]) => row);
  }
})((window.Survey = window.Survey || {}));
