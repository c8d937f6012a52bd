// Reviewing: what the page's parts (card, list, map, panel) need to know of decisions, and what a reviewer can do.
(function (S) {
  "use strict";

  const TOAST_MS = 9000;
  const rows = new Map(); // of uuids that somebody asked for; a search through all of them is slow

  S.rowOf = function (uuid) {
    if (!rows.has(uuid)) rows.set(uuid, S.sightings.find(uuid));
    return rows.get(uuid);
  };

  // Revision of a record in this file, as decisions.json carries it.
  S.revisionOf = function (layer, uuid) {
    if (layer !== "sighting") return (S.meta.revisions[layer] || {})[uuid] || "";
    const row = S.rowOf(uuid);
    return row < 0 ? "" : revisionAt(row);
  };

  const revisionAt = (row) => (S.tables.has("history") && S.tables.get("history").value(row, "revision")) || "";

  // { layer, uuid, revision, row, name }; row is -1 for other layers, and for a sighting that is not here.
  S.subject = function (layer, uuid) {
    if (layer !== "sighting") return { layer, uuid, row: -1, revision: S.revisionOf(layer, uuid), name: nameIn(layer, uuid) };
    return S.subjectAt(S.rowOf(uuid), uuid);
  };

  S.subjectAt = function (row, uuid) {
    if (row < 0) return { layer: "sighting", uuid, row, revision: "", name: "" };
    return { layer: "sighting", uuid: S.sightings.value(row, "uuid"), row, revision: revisionAt(row),
      name: S.sightings.value(row, "locality") || "" };
  };

  function nameIn(layer, uuid) {
    const table = S.tables.get(layer);
    const row = table ? table.find(uuid) : -1;
    const name = row < 0 ? null : table.value(row, S.meta.layers[layer].caption);
    return name === null ? "" : String(name);
  }

  S.Review = class {
    // page: openRecord(layer, uuid), openSighting(row, how), closeCard(), redraw(), list
    constructor(page) {
      this.page = page;
      const { title, surveys, notes } = S.meta;
      this.decisions = new S.Decisions({ surveys: surveys.map((one) => one.uuid).filter(Boolean), title, built_at: notes.builtAt });
      this.verdictAt = new Uint8Array(S.sightings.rows); // 0 for none, else the place in S.VERDICTS + 1
      this.drafts = new Map(); // of forms that are open, by uuid
      this.picking = null;
      this.name = "";
      this.current = null; // the card's block: { subject, node, draw() }
    }

    start() {
      this.keeping = new S.Keeping(this.decisions, S.meta.notes.build);
      const back = this.keeping.restore();
      this.decisions.onChange(() => this.marks());
      this.panel = new S.DecisionsPanel(this);
      this.set = new S.SetDialog(this);
      this.marks();
      if (back) this.toast(S.t("keptBack", { n: S.number(back) }), false);
      document.addEventListener("keydown", (event) => this.key(event));
      S.byId("picking-cancel").addEventListener("click", () => this.pick(null));
      S.byId("toast-undo").addEventListener("click", () => this.undo());
    }

    get reviewer() {
      return this.name || S.remembered("reviewer") || "";
    }

    set reviewer(name) {
      this.name = name.trim();
      S.remembered("reviewer", this.name);
    }

    // --- what stands ---

    verdictAtRow(row) {
      return this.verdictAt[row] ? S.VERDICTS[this.verdictAt[row] - 1] : "";
    }

    isStale(one) {
      const subject = S.subject(one.layer, one.record);
      return subject.revision !== "" && subject.revision !== one.revision;
    }

    isHere(one) {
      return one.layer === "sighting" ? S.rowOf(one.record) >= 0 : Boolean((S.meta.revisions[one.layer] || {})[one.record]);
    }

    marks() {
      this.verdictAt.fill(0);
      const records = new Set(this.decisions.all.filter((one) => one.layer === "sighting").map((one) => one.record));
      for (const [uuid, row] of S.sightings.findAll(records)) {
        rows.set(uuid, row);
        this.verdictAt[row] = S.VERDICTS.indexOf(this.decisions.verdictOf("sighting", uuid)) + 1;
      }
      if (this.current) this.current.draw();
      this.panel.draw();
      this.page.redraw();
    }

    // --- deciding ---

    decide(subjects, { verdict, field = "", reason = "", same_as = "" }) {
      this.decisions.decide(subjects.map(({ layer, uuid, revision }) =>
        ({ layer, record: uuid, revision, verdict, field, reason: reason.trim(), same_as })));
      const said = subjects.length > 1
        ? S.t("decidedMany", { n: S.number(subjects.length), verdict: S.t("verdict_" + verdict) })
        : S.t("decidedOne", { name: S.cut(subjects[0].name || S.t("noName"), 60), verdict: S.t("verdict_" + verdict) });
      this.toast(said, true);
    }

    remove(decisions) {
      this.decisions.remove(decisions);
      this.toast(S.t("decisionsRemoved", { n: S.number(decisions.length) }), true);
    }

    // The record has changed since, and the reviewer says that the verdict holds all the same.
    confirm(one) {
      this.decisions.decide([{ ...one, revision: S.revisionOf(one.layer, one.record), decided_at: "" }]);
      this.toast(S.t("holdsNow"), true);
    }

    undo() {
      this.decisions.undo();
      this.hideToast();
    }

    next() {
      const { rows: shown, selected } = this.page.list;
      const at = shown.indexOf(selected);
      const order = [...shown.subarray(at + 1), ...shown.subarray(0, Math.max(at, 0))];
      const row = order.find((one) => !this.verdictAt[one]);
      if (row === undefined) return this.toast(S.t("allDecided"), false);
      this.page.openSighting(row, { move: true, fromKeyboard: true });
      this.page.list.select(row, true);
    }

    // --- choosing another sighting on the map or in the list ---

    // chosen(row) is called with it; pick(null) ends the choosing.
    pick(chosen, back) {
      const was = this.picking;
      this.picking = chosen && { chosen, back };
      S.byId("picking").hidden = !chosen;
      document.body.classList.toggle("picking", Boolean(chosen));
      if (chosen) {
        this.page.closeCard();
        S.byId("picking-cancel").focus();
      } else if (was && was.back) was.back();
    }

    // Whether a click on a sighting was an answer.
    picked(row) {
      if (!this.picking) return false;
      const { chosen, back } = this.picking;
      this.picking = null;
      S.byId("picking").hidden = true;
      document.body.classList.remove("picking");
      chosen(row);
      back();
      return true;
    }

    // --- saying ---

    toast(text, canUndo) {
      S.byId("toast-text").textContent = text;
      S.byId("toast-undo").hidden = !canUndo;
      S.byId("toast").hidden = false;
      clearTimeout(this.toastTimer);
      this.toastTimer = setTimeout(() => this.hideToast(), TOAST_MS);
    }

    hideToast() {
      S.byId("toast").hidden = true;
    }

    // --- keyboard ---

    key(event) {
      if (event.key === "Escape" && this.picking) {
        event.stopPropagation();
        return this.pick(null);
      }
      if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
      if (event.target.closest("input, textarea, select")) return;
      if (!this.current || !this.current.node.isConnected) return;
      // By the place of the key as well, for keyboards that write Urdu.
      const letter = /^[a-z]$/i.test(event.key) ? event.key.toLowerCase() : event.code.replace("Key", "").toLowerCase();
      const verdict = { a: "accepted", n: "has-issues", r: "rejected" }[letter];
      if (verdict) this.current.choose(verdict);
      else if (letter === "j") this.next();
      else return;
      event.preventDefault();
    }
  };

  // A question with two answers; true for the first.
  S.ask = function (text, yes) {
    const dialog = S.byId("ask-dialog");
    S.byId("ask-text").textContent = text;
    S.byId("ask-yes").textContent = yes;
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise((answer) => dialog.addEventListener("close", () => answer(dialog.returnValue === "yes"), { once: true }));
  };
})((window.Survey = window.Survey || {}));
