// Which sightings are shown: gems from the legend, the filter form, and the search.
(function (S) {
  "use strict";

  const SELECTS = ["survey_uuid", "observer", "province", "district", "review_status", "presence"];
  const UUID_START = /^[0-9a-f]{6}[0-9a-f-]*$/;
  const DAY = 86400;

  S.Filters = class {
    // sightings: table; hasPhoto(row), hasConflict(row); changed() is called after each change
    constructor(sightings, hasPhoto, hasConflict, changed) {
      this.table = sightings;
      this.flags = { photos: hasPhoto, conflicts: hasConflict };
      this.changed = changed;
      this.hiddenGems = new Set();
      this.state = {};
      this.search = "";
      this.foldedTexts = new Map();
      this.form = S.byId("filters");
      S.byId("search").addEventListener("input", S.later(150, () => {
        const box = S.byId("search");
        this.search = box.value.trim();
        box.dir = box.value ? "auto" : "";
        this.changed();
      }));
      this.form.addEventListener("submit", (event) => event.preventDefault());
      this.form.addEventListener("input", () => this.read());
      S.byId("filter-toggle").addEventListener("click", () => {
        this.form.hidden = !this.form.hidden;
        S.byId("filter-toggle").setAttribute("aria-expanded", String(!this.form.hidden));
      });
      S.byId("clear").addEventListener("click", () => this.clear());
    }

    // The form, with choices that occur in this survey, in the page's language.
    build() {
      const rows = SELECTS.map((name) => this.select(name)).filter(Boolean);
      if (this.table.column("observed_at").kind === "time") {
        rows.push(
          this.labelled("from", S.el("input", { type: "date", name: "from" })),
          this.labelled("to", S.el("input", { type: "date", name: "to" }))
        );
      }
      if (this.table.column("accuracy_m").kind === "number") {
        const choices = [["", S.t("any")], ["5", "≤ 5 m"], ["10", "≤ 10 m"], ["30", "≤ 30 m"], ["100", "≤ 100 m"],
          ["unknown", S.t("unknown")]];
        rows.push(this.labelled("accuracy", this.options("accuracy", choices)));
      }
      rows.push(...this.arrivals());
      if (S.review) {
        const choices = [["", S.t("any")], ["none", S.t("undecided")], ...S.VERDICTS.map((one) => [one, S.t("verdict_" + one)])];
        rows.push(this.labelled("yourDecision", this.options("mine", choices)));
      }
      if (S.meta.photos.length) rows.push(this.flag("photos"));
      if (S.meta.conflicts.length) rows.push(this.flag("conflicts"));
      S.replace(this.form, ...rows);
      for (const [name, value] of Object.entries(this.state)) {
        const input = this.form.elements[name];
        if (input.type === "checkbox") input.checked = true;
        else input.value = value;
      }
    }

    // New or changed since a package was merged in, and since a day.
    arrivals() {
      const { packages } = S.meta;
      const history = S.tables.get("history");
      const rows = [];
      // Nothing can have come after the last one but what was changed in this file.
      if (history && packages.length) {
        const choices = packages.map((one, i) => [String(i), [one.at.slice(0, 10), S.cut(one.name, 40), S.cut(one.team, 30)].filter(Boolean).join(" · ")]);
        rows.push(this.labelled("sincePackage", this.options("package", [["", S.t("any")], ...choices.reverse()])));
      }
      if (history && history.column("created_at").kind === "time") {
        rows.push(this.labelled("sinceDay", S.el("input", { type: "date", name: "since" })));
      }
      return rows;
    }

    select(name) {
      const column = this.table.column(name);
      if (column.kind !== "text" || column.values.length < 2) return null;
      const field = S.fieldOf("sighting", name);
      const label = (value) => (name === "survey_uuid" ? S.surveyLabel(value) : S.term(field.terms, value));
      const compare = new Intl.Collator(S.language, { numeric: true }).compare;
      const choices = column.values.map((value) => [value, label(value)]).sort((a, b) => compare(a[1], b[1]));
      const select = this.options(name, [["", S.t("any")], ...choices]);
      return this.labelled(name === "survey_uuid" ? "team" : S.fieldLabel(field), select, name !== "survey_uuid");
    }

    options(name, choices) {
      return S.el("select", { name }, ...choices.map(([value, label]) => S.el("option", { value }, label)));
    }

    labelled(label, input, isText) {
      return S.el("label", {}, S.el("span", {}, isText ? label : S.t(label)), input);
    }

    flag(name) {
      return S.el("label", { class: "flag" }, S.el("input", { type: "checkbox", name, value: "yes" }), S.t(name + "Only"));
    }

    read() {
      this.state = {};
      for (const input of this.form.elements) {
        const on = input.type === "checkbox" ? input.checked : input.value !== "";
        if (on) this.state[input.name] = input.value;
      }
      this.changed();
    }

    clear() {
      this.state = {};
      this.search = S.byId("search").value = "";
      this.hiddenGems.clear();
      this.form.reset();
      this.changed();
    }

    get active() {
      return Object.keys(this.state).length;
    }

    get any() {
      return this.active > 0 || this.search !== "" || this.hiddenGems.size > 0;
    }

    // { rows: shown rows in the order of the file, counts: per gem, as if every gem were shown }
    run() {
      const tests = this.tests();
      const counts = new Uint32Array(S.gems.length);
      const hidden = S.gems.map((gem) => this.hiddenGems.has(gem.code));
      const rows = new Uint32Array(this.table.rows);
      let size = 0;
      for (let row = 0; row < this.table.rows; row++) {
        if (!tests.every((test) => test(row))) continue;
        const gem = S.gemOf(row);
        counts[gem]++;
        if (!hidden[gem]) rows[size++] = row;
      }
      return { rows: rows.subarray(0, size), counts };
    }

    tests() {
      const { state } = this;
      const tests = [];
      for (const name of SELECTS.filter((one) => one in state)) {
        const { data, values } = this.table.column(name);
        const code = values.indexOf(state[name]) + 1;
        tests.push((row) => data[row] === code);
      }
      const observed = this.table.column("observed_at");
      const from = state.from && Date.parse(state.from) / 1000;
      const to = state.to && Date.parse(state.to) / 1000 + DAY;
      if (from) tests.push((row) => observed.value(row) !== null && observed.value(row) >= from);
      if (to) tests.push((row) => observed.value(row) !== null && observed.value(row) < to);
      const accuracy = this.table.column("accuracy_m");
      if (state.accuracy === "unknown") tests.push((row) => accuracy.value(row) === null);
      else if (state.accuracy) {
        const most = Number(state.accuracy);
        tests.push((row) => accuracy.value(row) !== null && accuracy.value(row) <= most);
      }
      tests.push(...this.arrivalTests());
      if (state.mine) {
        const mine = state.mine === "none" ? 0 : S.VERDICTS.indexOf(state.mine) + 1;
        tests.push((row) => S.review.verdictAt[row] === mine);
      }
      for (const name of ["photos", "conflicts"]) if (state[name]) tests.push(this.flags[name]);
      for (const word of S.folded(this.search).split(/\s+/).filter(Boolean)) tests.push(this.searchTest(word));
      return tests;
    }

    arrivalTests() {
      const { state } = this;
      const history = S.tables.get("history");
      const tests = [];
      if (state.package) {
        const came = history.column("changed_in");
        tests.push((row) => came.value(row) > Number(state.package));
      }
      if (state.since) {
        const from = Date.parse(state.since) / 1000;
        const [made, changed] = [history.column("created_at"), history.column("changed_at")];
        tests.push((row) => (changed.value(row) || made.value(row) || 0) >= from);
      }
      return tests;
    }

    // A word is found in any text of the record, in the label of a code in either language, or at the start of
    // the uuid. Each distinct text is looked at once.
    searchTest(word) {
      const hits = [];
      for (const [name, column] of this.table.columns) {
        if (column.kind !== "text") continue;
        const found = new Uint8Array(column.values.length + 1);
        let any = false;
        this.folded(name, column).forEach((text, i) => {
          if (text.includes(word)) found[i + 1] = any = 1;
        });
        if (any) hits.push([column.data, found]);
      }
      const uuid = this.table.column("uuid");
      const byUuid = UUID_START.test(word) ? (row) => uuid.value(row).startsWith(word) : () => false;
      return (row) => hits.some(([data, found]) => found[data[row]]) || byUuid(row);
    }

    folded(name, column) {
      if (!this.foldedTexts.has(name)) {
        const field = S.fieldOf("sighting", name);
        const other = (S.meta.strings.terms[field && field.terms] || {});
        const gems = new Map(S.meta.gems.map((gem) => [gem.code, gem.ur]));
        this.foldedTexts.set(name, column.values.map((value) => {
          const extra = field && field.terms
            ? ` ${(S.meta.terms[field.terms] || {})[value] || ""} ${other[value] || ""} ${gems.get(value) || ""}`
            : name === "survey_uuid" ? S.surveyLabel(value) : "";
          return S.folded(value + extra);
        }));
      }
      return this.foldedTexts.get(name);
    }
  };
})((window.Survey = window.Survey || {}));
