// Everything about one record, made when it is asked for. A list of sections, so that more can be added.
(function (S) {
  "use strict";

  const LONG_TEXT = 2000; // characters shown of a text before "show all"
  const GROUP_LIMIT = 300; // records listed of a group
  // Shown at the head of a sighting's card, so not again among its facts.
  const IN_HEAD = new Set(["uuid", "longitude", "latitude", "gem", "presence", "locality", "accuracy_m",
    "position_source", "review_status", "survey_uuid"]);

  // Each makes one part of a sighting's card from its row, or null.
  S.cardSections = [];

  S.sightingCard = function (row) {
    return S.el("article", { class: "card", "data-uuid": S.sightings.value(row, "uuid") },
      ...S.cardSections.map((section) => section(row)));
  };

  // A text as it is, whatever it holds; a very long one is cut, with a button to see it whole.
  function long(text) {
    if (text.length <= LONG_TEXT) return S.user(text);
    const shown = S.user(text.slice(0, LONG_TEXT) + "…");
    const more = S.el("button", { type: "button", class: "link whole" }, S.t("showAll", { n: S.number(text.length) }));
    const whole = S.el("span", {}, shown, " ", more);
    more.addEventListener("click", () => S.replace(whole, ...chunks(text)));
    return whole;
  }

  // Blocks that a browser lays out only when they come into sight; a megabyte in one would take it many seconds.
  function chunks(text) {
    const blocks = [];
    for (let from = 0; from < text.length; ) {
      let to = Math.min(from + LONG_TEXT, text.length);
      const space = Math.max(text.lastIndexOf("\n", to), text.lastIndexOf(" ", to)) + 1;
      if (to < text.length && space > from) to = space;
      blocks.push(S.el("bdi", { class: "chunk", dir: "auto" }, text.slice(from, to)));
      from = to;
    }
    return blocks;
  }

  // What a person reads for the value of a field; `kind` is the column's.
  function shown(field, value, kind) {
    if (kind === "time" && typeof value === "number") return S.el("bdi", {}, S.time(value) + " UTC");
    if (field && field.terms) return S.user(S.term(field.terms, value));
    if (typeof value === "number") return S.el("bdi", {}, S.number(value));
    return long(String(value));
  }

  function facts(pairs) {
    return S.el("dl", {}, ...pairs.flatMap(([label, value]) => [S.el("dt", {}, label), S.el("dd", {}, value)]));
  }

  // Filled fields of a row by the groups of the form, then columns that others added.
  function grouped(table, row, skipped) {
    const groups = new Map();
    const known = new Set(skipped);
    const add = (group, label, value) => {
      if (!groups.has(group)) groups.set(group, []);
      groups.get(group).push([label, value]);
    };
    for (const field of (S.meta.layers[table.name] || { fields: [] }).fields) {
      if (known.has(field.name)) continue;
      known.add(field.name);
      const value = table.value(row, field.name);
      // Fields of no group (checksums, sizes) are for the program.
      if (value !== null && field.group) {
        add(S.groupLabel(field.group), S.fieldLabel(field), shown(field, value, table.column(field.name).kind));
      }
    }
    for (const [name, column] of table.columns) {
      const value = known.has(name) || name === "uuid" ? null : column.value(row);
      if (value !== null) add(S.t("addedColumns"), S.user(name), shown(null, value, column.kind));
    }
    return groups;
  }

  function head(row) {
    const value = (name) => S.sightings.value(row, name);
    const absent = value("presence") === "absent";
    const status = value("review_status");
    const place = value("locality");
    return S.el("header", { class: "card-head" },
      S.symbolIcon(S.look(row), 30),
      S.el("div", {},
        S.el("h2", { tabindex: "-1" }, place ? S.user(S.cut(place, 200)) : S.t("noName")),
        S.el("p", {},
          S.el("strong", {}, S.gemLabel(value("gem"))),
          absent ? S.el("span", { class: "status absent" }, S.term("presence", "absent")) : null,
          status ? S.el("span", { class: "status", "data-status": status }, S.term("review_status", status)) : null)));
  }

  function whereabouts(row) {
    const value = (name) => S.sightings.value(row, name);
    if (value("longitude") === null) return S.el("p", { class: "where" }, S.t("noPosition"));
    const text = S.position(value("longitude"), value("latitude"));
    const source = value("position_source");
    const grid = S.meta.notes.gridDeg;
    const accuracy = value("accuracy_m");
    const metres = accuracy === null ? S.t("accuracyUnknown") : S.t("accuracyIs", { n: S.number(accuracy) });
    return S.el("p", { class: "where" },
      S.el("bdi", { class: "coordinates", dir: "ltr" }, text),
      S.el("span", {}, grid ? S.t("coarse", { n: grid }) : metres),
      source ? S.el("span", {}, `${S.fieldLabel(S.fieldOf("sighting", "position_source"))}: `,
        S.term("position_source", source)) : null);
  }

  function photos(row) {
    const mine = S.photosOf.get(S.sightings.value(row, "uuid"));
    if (!mine) return null;
    const here = mine.filter((number) => !S.meta.photos[number].why);
    const strip = here.map((number, at) => {
      const photo = S.meta.photos[number];
      const image = S.el("img", { src: S.photoSource(number), alt: photo.caption || S.t("photo"), loading: "lazy" });
      const open = () => S.openViewer(here, at);
      return S.el("button", { type: "button", class: "thumb", title: S.t("enlarge"), on: { click: open } }, image);
    });
    const missing = mine.length - here.length;
    return S.el("div", { class: "photos" }, ...strip,
      missing ? S.el("p", { class: "soft" }, S.t("photosMissing", { n: missing })) : null);
  }

  function allFacts(row) {
    const skipped = new Set(IN_HEAD);
    // What the head shows in words is a fact of another type than it should be; then show it as it is.
    if (typeof S.sightings.value(row, "accuracy_m") === "string") skipped.delete("accuracy_m");
    const groups = grouped(S.sightings, row, skipped);
    return S.el("div", {}, ...[...groups].flatMap(([group, pairs]) => [S.el("h3", {}, group), facts(pairs)]));
  }

  // Orientations, samples with their certificates and handovers: rows of other layers that refer to this one.
  function children(layer, key, uuid) {
    const parts = [];
    for (const [name, table] of S.tables) {
      if (name === layer || !table.columns.has(key)) continue;
      const rows = table.rowsOf(key, uuid);
      if (!rows.length) continue;
      const items = rows.map((row) => S.el("li", {},
        S.structureIcon(name, table, row),
        ...[...grouped(table, row, new Set([key])).values()].map(facts),
        conflicts(table.value(row, "uuid")),
        ...children(name, name + "_uuid", table.value(row, "uuid"))));
      parts.push(S.el("h3", {}, `${S.layerLabel(name)} (${rows.length})`), S.el("ul", { class: "children" }, ...items));
    }
    return parts;
  }

  function conflicts(uuid) {
    const mine = S.conflictsOf.get(uuid);
    if (!mine) return null;
    return S.el("section", { class: "conflicts" }, S.el("h3", {}, S.t("conflicts")), ...mine.map(oneConflict));
  }

  function oneConflict(conflict) {
    const field = S.fieldOf(conflict.layer, conflict.field);
    const isDeletion = conflict.field === "deleted";
    const text = (value) => {
      if (isDeletion) return S.t(value ? "deleted" : "kept");
      if (value === null) return S.t("nothing");
      return Array.isArray(value) ? S.el("bdi", {}, S.position(...value)) : shown(field, value, "");
    };
    const title = field ? S.fieldLabel(field) : isDeletion ? S.t("deleted") : S.t("position");
    const side = ({ author, at }) => S.el("span", {}, S.user(author || S.t("someone")), " ", (at || "").slice(0, 16).replace("T", " "));
    return S.el("div", {},
      S.el("strong", {}, title),
      facts([
        ...conflict.values.map((one) => [side(one), text(one.value)]),
        ...(isDeletion ? [] : [[S.t("before"), text(conflict.ancestor)]]),
      ]));
  }

  function origin(row) {
    const uuid = S.sightings.value(row, "uuid");
    const pairs = [];
    const survey = S.sightings.value(row, "survey_uuid");
    if (survey) pairs.push([S.t("team"), S.user(S.surveyLabel(survey))]);
    const history = S.tables.get("history");
    if (history && history.value(row, "revisions") !== null) {
      const value = (name) => history.value(row, name);
      const when = (name) => (history.column(name).kind === "time" ? S.time(value(name)) + " UTC" : String(value(name)));
      const who = (by, at) => S.el("span", {}, S.user(value(by) || S.t("someone")),
        ...(value(at) === null ? [] : [" · ", S.el("bdi", {}, when(at))]));
      pairs.push([S.t("recorded"), who("created_by", "created_at")]);
      if (value("revisions") > 1) pairs.push([S.t("changed", { n: value("revisions") }), who("changed_by", "changed_at")]);
      pairs.push([S.t("revision"), S.el("code", {}, value("revision"))]);
    }
    pairs.push(["UUID", S.el("a", { href: "#" + uuid, class: "uuid" }, uuid)]);
    return S.el("footer", {}, S.el("h3", {}, S.t("origin")), facts(pairs));
  }

  // What reviewers said of a record before this preview was made.
  const reviews = (uuid) => S.el("div", {}, ...children("", "record_uuid", uuid));

  const verdict = (layer, uuid) => (S.review ? S.verdictBlock(S.review, S.subject(layer, uuid)) : null);

  S.cardSections.push(head, whereabouts, photos, (row) => verdict("sighting", S.sightings.value(row, "uuid")),
    (row) => conflicts(S.sightings.value(row, "uuid")), allFacts,
    (row) => reviews(S.sightings.value(row, "uuid")),
    (row) => S.el("div", {}, ...children("sighting", "sighting_uuid", S.sightings.value(row, "uuid"))), origin);

  // A track or an area.
  S.shapeCard = function (layer, uuid) {
    const table = S.tables.get(layer);
    const row = table ? table.find(uuid) : -1;
    const { caption } = S.meta.layers[layer] || {};
    const name = row < 0 ? null : table.value(row, caption);
    const groups = row < 0 ? new Map() : grouped(table, row, new Set([caption]));
    return S.el("article", { class: "card" },
      S.el("header", { class: "card-head" }, S.el("h2", { tabindex: "-1" },
        name ? S.user(S.cut(name, 200)) : S.layerLabel(layer))),
      row < 0 ? null : verdict(layer, uuid),
      conflicts(uuid),
      ...[...groups].flatMap(([group, pairs]) => [S.el("h3", {}, group), facts(pairs)]),
      reviews(uuid),
      ...children(layer, layer + "_uuid", uuid));
  };

  // Records at one place that even the largest scale does not part.
  S.groupCard = function (rows, open) {
    const items = rows.slice(0, GROUP_LIMIT).map((row) => {
      const place = S.sightings.value(row, "locality");
      return S.el("li", {}, S.el("button", { type: "button", class: "pick", on: { click: () => open(row) } },
        S.symbolIcon(S.look(row), 20), S.el("span", {}, place ? S.user(S.cut(place)) : S.t("noName"),
          S.el("span", { class: "soft" }, " ", S.gemLabel(S.sightings.value(row, "gem"))))));
    });
    const rest = rows.length - items.length;
    return S.el("article", { class: "card" },
      S.el("h2", { tabindex: "-1" }, S.t("togetherHere", { n: S.number(rows.length) })),
      S.el("ul", { class: "picks" }, ...items),
      rest > 0 ? S.el("p", { class: "soft" }, S.t("andMore", { n: S.number(rest) })) : null);
  };
})((window.Survey = window.Survey || {}));
