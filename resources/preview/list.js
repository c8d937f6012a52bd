// The list beside the map: a grid in which only the rows in sight exist.
(function (S) {
  "use strict";

  const ROW = 52; // px; page.css has the same
  const SPARE = 6; // rows made above and below what is in sight
  const LONGEST = 4000000; // px; beyond it browsers lose rows, so that the scroll bar is scaled

  // class is the column's in page.css
  const COLUMNS = [
    { name: "gem", class: "c-gem", cell: (row) => [S.symbolIcon(S.look(row), 22)] },
    { name: "locality", class: "c-place", cell: placeCell },
    { name: "observed_at", class: "c-date", cell: (row) => day(row) },
    { name: "accuracy_m", class: "c-accuracy", cell: accuracyCell },
    { name: "review_status", class: "c-status", cell: statusCell },
  ];

  const value = (row, name) => S.sightings.value(row, name);

  function placeCell(row) {
    const place = value(row, "locality");
    const below = [value(row, "district"), value(row, "observer")].filter(Boolean);
    below.unshift(S.gemLabel(value(row, "gem")));
    return [
      S.el("span", { class: "first" },
        S.hasConflict(row) ? S.el("span", { class: "dot ring", role: "img", "aria-label": S.t("conflict"), title: S.t("conflict") }) : null,
        place ? S.user(S.cut(place)) : S.t("noName")),
      S.el("span", { class: "second" }, ...below.flatMap((text, i) => [i ? " · " : "", S.user(S.cut(text))])),
    ];
  }

  function day(row) {
    const seconds = S.sightings.column("observed_at");
    const at = seconds.value(row);
    return [at === null ? "–" : S.el("bdi", {}, seconds.kind === "time" ? S.day(at) : S.cut(String(at)))];
  }

  function accuracyCell(row) {
    const metres = value(row, "accuracy_m");
    if (metres === null) return [S.el("span", { class: "soft" }, S.t("unknown"))];
    return [S.el("bdi", {}, typeof metres === "number" ? `± ${S.number(metres)} m` : S.cut(metres))];
  }

  function statusCell(row) {
    const status = value(row, "review_status");
    const mine = S.review ? S.review.verdictAtRow(row) : "";
    return [status === null ? null : S.el("span", { class: "status", "data-status": status }, S.term("review_status", status)),
      mine ? S.verdictChip(mine) : null];
  }

  // A megabyte of text has no place in a list.
  S.cut = (text, length = 120) => (text.length > length ? text.slice(0, length) + "…" : text);

  S.List = class {
    // open(row, fromKeyboard) is called when a row is chosen
    constructor(open) {
      this.open = open;
      this.sort = { name: "observed_at", down: true };
      this.rows = new Uint32Array(0);
      this.active = 0;
      this.made = new Map();
      this.ranks = new Map();
      this.checking = false; // boxes to check stand before the rows
      this.checked = new Set();
      this.onChecked = () => {};
      this.head = S.el("div", { role: "row", class: "row head" });
      this.body = S.el("div", { class: "rows", role: "rowgroup" });
      this.grid = S.el("div", { role: "grid", class: "grid" },
        S.el("div", { role: "rowgroup" }, this.head), this.body);
      S.byId("list").append(this.grid);
      this.grid.addEventListener("scroll", S.oncePerFrame(() => this.draw()), { passive: true });
      this.grid.addEventListener("keydown", (event) => this.key(event));
      this.body.addEventListener("click", (event) => {
        const row = event.target.closest("[data-at]");
        if (!row) return;
        if (this.checking && event.target.closest(".c-check")) this.toggle(Number(row.dataset.at));
        else this.choose(Number(row.dataset.at), false);
      });
      new ResizeObserver(S.oncePerFrame(() => this.draw())).observe(this.grid);
    }

    // Names and, as the alphabet may be another, order in the page's language.
    relabel() {
      this.ranks.clear();
      this.grid.setAttribute("aria-label", S.t("list"));
      this.headings();
    }

    headings() {
      const all = this.checking ? S.el("div", { role: "columnheader", class: "c-check" }, S.el("input", { type: "checkbox",
        "aria-label": S.t("checkAll"), on: { change: (event) => this.checkAll(event.target.checked) } })) : null;
      S.replace(this.head, all, ...COLUMNS.map((column) => this.heading(column)));
    }

    // Boxes before the rows, or none.
    check(on) {
      this.checking = on;
      this.checked.clear();
      this.grid.classList.toggle("checking", on);
      this.headings();
      this.redraw();
    }

    checkAll(on) {
      this.checked = new Set(on ? this.rows : []);
      this.redraw();
      this.onChecked();
    }

    toggle(at) {
      const row = this.rows[at];
      if (!this.checked.delete(row)) this.checked.add(row);
      const node = this.made.get(at);
      node.querySelector(".c-check input").checked = this.checked.has(row);
      this.onChecked();
    }

    // The rows in sight anew, wherever the list is scrolled to.
    redraw() {
      const focused = document.activeElement.closest && document.activeElement.closest("[data-at]");
      const at = focused && this.body.contains(focused) ? Number(focused.dataset.at) : -1;
      this.clearMade();
      this.draw();
      if (this.made.has(at)) this.made.get(at).focus({ preventScroll: true });
    }

    heading(column) {
      const sorted = this.sort.name === column.name;
      const label = S.t("column_" + column.name);
      const button = S.el("button", { type: "button", on: { click: () => this.sortBy(column.name) } }, label,
        S.el("span", { class: "arrow", "aria-hidden": "true" }, sorted ? (this.sort.down ? "▼" : "▲") : ""));
      const order = sorted ? (this.sort.down ? "descending" : "ascending") : "none";
      return S.el("div", { role: "columnheader", class: column.class, "aria-sort": order }, button);
    }

    sortBy(name) {
      this.sort = { name, down: this.sort.name === name ? !this.sort.down : false };
      this.headings();
      this.show(this.unsorted);
      const at = COLUMNS.findIndex((column) => column.name === name);
      this.head.querySelectorAll("button")[at].focus();
    }

    // Show these rows, sorted.
    show(rows) {
      this.unsorted = rows;
      this.rows = this.sorted(rows);
      this.active = 0;
      this.grid.setAttribute("aria-rowcount", String(this.rows.length + 1));
      this.height = Math.min(this.rows.length * ROW, LONGEST);
      this.body.style.height = this.height + "px";
      this.grid.scrollTop = 0;
      this.clearMade();
      this.draw();
    }

    sorted(rows) {
      const { name, down } = this.sort;
      if (!this.ranks.has(name)) {
        const field = S.fieldOf("sighting", name);
        const label = field && field.terms ? (code) => S.term(field.terms, code) : null;
        this.ranks.set(name, S.sightings.column(name).ranks(S.sightings.rows, label));
      }
      const ranks = this.ranks.get(name);
      const sign = down ? -1 : 1;
      // Rows with nothing stay last, whichever way the rest is sorted.
      return Uint32Array.from(rows).sort((a, b) => {
        if (ranks[a] === ranks[b]) return a - b;
        if (ranks[a] === Infinity) return 1;
        if (ranks[b] === Infinity) return -1;
        return (ranks[a] - ranks[b]) * sign;
      });
    }

    clearMade() {
      this.made.clear();
      this.body.replaceChildren();
    }

    // Number of the first row in sight, and where the rows have to be drawn.
    window() {
      const top = this.grid.scrollTop;
      const seen = this.grid.clientHeight;
      const all = this.rows.length * ROW;
      const share = this.height > seen ? top / (this.height - seen) : 0;
      const first = all > this.height ? Math.floor((share * (all - seen)) / ROW) : Math.floor(top / ROW);
      const shift = all > this.height ? top - share * (all - seen) : 0;
      return { first, count: Math.ceil(seen / ROW) + 1, shift };
    }

    draw() {
      const { first, count, shift } = this.window();
      const from = Math.max(0, first - SPARE);
      const to = Math.min(this.rows.length, first + count + SPARE);
      for (const [at, node] of this.made) {
        if (at < from || at >= to) {
          if (node.contains(document.activeElement)) this.grid.focus({ preventScroll: true });
          node.remove();
          this.made.delete(at);
        }
      }
      for (let at = from; at < to; at++) {
        if (!this.made.has(at)) {
          const node = this.make(at);
          this.made.set(at, node);
          this.body.append(node);
        }
        this.made.get(at).style.transform = `translateY(${at * ROW + shift}px)`;
      }
    }

    make(at) {
      const row = this.rows[at];
      const box = this.checking ? S.el("div", { role: "gridcell", class: "c-check" }, S.el("input", { type: "checkbox",
        tabindex: "-1", checked: this.checked.has(row), "aria-label": S.t("checkThis") })) : null;
      const cells = COLUMNS.map((column) =>
        S.el("div", { role: "gridcell", class: column.class }, ...column.cell(row)));
      return S.el("div", {
        role: "row",
        class: "row" + (row === this.selected ? " selected" : ""),
        "aria-rowindex": at + 2,
        "aria-selected": String(row === this.selected),
        tabindex: at === this.active ? "0" : "-1",
        "data-at": at,
        "data-uuid": S.sightings.value(row, "uuid"),
      }, box, ...cells);
    }

    // Mark a record as the chosen one, and bring it into sight if asked to.
    select(row, reveal) {
      this.selected = row;
      const at = this.rows.indexOf(row);
      if (at >= 0) this.active = at;
      if (at >= 0 && reveal) this.reveal(at);
      this.redraw();
    }

    reveal(at) {
      const seen = this.grid.clientHeight - ROW;
      const all = this.rows.length * ROW;
      if (all > this.height) {
        this.grid.scrollTop = ((at * ROW) / (all - seen)) * (this.height - seen);
        return;
      }
      const top = at * ROW;
      if (top < this.grid.scrollTop) this.grid.scrollTop = top;
      else if (top + ROW > this.grid.scrollTop + seen) this.grid.scrollTop = top + ROW - seen;
    }

    choose(at, fromKeyboard) {
      this.active = at;
      this.open(this.rows[at], fromKeyboard);
    }

    focus() {
      this.reveal(this.active);
      this.draw();
      const node = this.made.get(this.active);
      if (node) node.focus({ preventScroll: true });
    }

    key(event) {
      if (!event.target.closest("[data-at]")) return;
      const page = Math.max(1, Math.floor(this.grid.clientHeight / ROW) - 2);
      const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
      if (event.key === " " && this.checking) {
        event.preventDefault();
        this.toggle(this.active);
      } else if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        this.choose(this.active, true);
      } else if (event.key in steps) {
        event.preventDefault();
        const before = this.made.get(this.active);
        if (before) before.tabIndex = -1;
        this.active = Math.max(0, Math.min(this.rows.length - 1, this.active + steps[event.key]));
        this.reveal(this.active);
        this.draw();
        this.made.get(this.active).tabIndex = 0;
        this.made.get(this.active).focus({ preventScroll: true });
      }
    }
  };
})((window.Survey = window.Survey || {}));
