// The panel of all decisions, with saving, opening, and what earlier previews of the survey left behind.
(function (S) {
  "use strict";

  const LISTED = 300;

  S.DecisionsPanel = class {
    constructor(review) {
      this.review = review;
      this.dialog = S.byId("decisions-dialog");
      const click = (id, work) => S.byId(id).addEventListener("click", work);
      S.byId("decisions-open").hidden = false;
      click("decisions-open", () => this.open());
      click("decisions-close", () => this.dialog.close());
      click("decisions-save", () => this.save());
      click("decisions-read", () => S.byId("decisions-file").click());
      click("decisions-clear", () => this.clear());
      click("decisions-undo", () => review.undo());
      S.byId("decisions-file").addEventListener("change", () => this.read());
      S.byId("reviewer").addEventListener("change", () => [(review.reviewer = S.byId("reviewer").value), this.draw()]);
      this.said = ["", {}];
      this.offers = review.keeping.ofOthers();
      this.offer();
    }

    open() {
      this.say("");
      this.dialog.showModal();
      this.draw();
    }

    // key of S.t, so that a change of the language reaches it too
    say(key, values) {
      this.said = [key, values || {}];
      S.byId("decisions-said").textContent = key ? S.t(key, this.said[1]) : "";
    }

    relabel() {
      this.review.hideToast();
      this.say(...this.said);
      this.offer();
      this.draw();
    }

    draw() {
      const { decisions, keeping, reviewer } = this.review;
      const { size, unsaved } = decisions;
      S.byId("decisions-count").textContent = S.number(size);
      S.byId("decisions-count").hidden = size === 0;
      S.byId("decisions-open").classList.toggle("unsaved", unsaved > 0);
      S.byId("decisions-open").title = unsaved ? S.t("unsaved", { n: S.number(unsaved) }) : S.t("decisions");
      S.byId("decisions-state").textContent = !size && !unsaved ? S.t("noDecisions") : unsaved ? S.t("unsaved", { n: S.number(unsaved) }) : S.t("allSaved");
      S.byId("decisions-trouble").hidden = !keeping.trouble;
      S.byId("decisions-trouble").textContent = keeping.trouble ? S.t("kept_" + keeping.trouble) : "";
      if (document.activeElement !== S.byId("reviewer")) S.byId("reviewer").value = reviewer;
      S.byId("decisions-save").disabled = size === 0;
      S.byId("decisions-clear").hidden = size === 0;
      S.byId("decisions-undo").hidden = decisions.past.length === 0;
      if (this.dialog.open) this.list();
    }

    list() {
      const all = this.review.decisions.all.sort((one, other) => (one.decided_at < other.decided_at ? 1 : -1));
      const rest = all.length - LISTED;
      S.replace(S.byId("decisions-list"), ...all.slice(0, LISTED).map((one) => this.item(one)),
        rest > 0 ? S.el("li", { class: "soft" }, S.t("andMore", { n: S.number(rest) })) : null);
    }

    item(one) {
      const { review } = this;
      const subject = S.subject(one.layer, one.record);
      const here = review.isHere(one);
      const button = (key, work) => S.el("button", { type: "button", class: "link", on: { click: work } }, S.t(key));
      const name = S.cut(subject.name || (here ? S.t("noName") : one.record), 80);
      return S.el("li", {},
        S.el("div", {},
          subject.row >= 0 ? S.symbolIcon(S.look(subject.row), 20) : null,
          here ? S.el("button", { type: "button", class: "link name", on: { click: () => this.show(one) } }, S.user(name)) : S.user(name),
          one.saved ? null : S.el("span", { class: "fresh" }, S.t("notSaved"))),
        S.el("div", {}, ...S.decisionLine(one).flatMap((part) => [part, " "])),
        here ? null : S.el("p", { class: "stale" }, S.t("notHere")),
        review.isStale(one) ? S.el("p", { class: "stale" }, S.t("changedSince"), " ", button("holds", () => review.confirm(one))) : null,
        S.el("div", {}, here ? button("edit", () => this.show(one, true)) : null, " ", button("remove", () => review.remove([one]))));
    }

    show(one, edit) {
      this.dialog.close();
      if (edit) this.review.drafts.set(one.record, { verdict: one.verdict, field: one.field, reason: one.reason, same_as: one.same_as });
      this.review.page.openRecord(one.layer, one.record);
    }

    async clear() {
      const { decisions } = this.review;
      if (await S.ask(S.t("removeAll", { n: S.number(decisions.size) }), S.t("remove"))) this.review.remove(decisions.all);
    }

    // --- as a file ---

    save() {
      if (!this.review.reviewer) {
        this.say("nameMissing");
        return S.byId("reviewer").focus();
      }
      const file = this.review.decisions.file(this.review.reviewer);
      const text = JSON.stringify(file, null, 1);
      const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
      S.el("a", { href: address, download: fileName(file) }).click();
      setTimeout(() => URL.revokeObjectURL(address), 60000);
      this.review.decisions.markSaved(true);
      this.say("savedAs", { name: fileName(file) });
    }

    // The program's window says so when the file was not written after all.
    notSaved() {
      this.review.decisions.markSaved(false);
      this.say("savedNot");
    }

    async read() {
      const input = S.byId("decisions-file");
      const [chosen] = input.files;
      if (!chosen) return;
      const text = await chosen.text();
      input.value = "";
      let found;
      try {
        found = this.review.decisions.read(text);
      } catch (problem) {
        if (!(problem.message in S.meta.strings.page)) throw problem;
        return this.say(problem.message, { name: S.cut(chosen.name, 80) });
      }
      const { reviewer } = this.review;
      if (reviewer && found.reviewer && found.reviewer !== reviewer) {
        const names = { other: S.cut(found.reviewer, 60), name: S.cut(reviewer, 60) };
        if (!(await S.ask(S.t("othersDecisions", names), S.t("takeOver")))) return;
      }
      if (!reviewer) this.review.reviewer = found.reviewer;
      const taken = this.take(found.decisions, true);
      this.say(found.unread ? "openedSome" : "opened", { n: S.number(taken), unread: found.unread });
    }

    // The later decision of two about the same thing stands. Returns how many were taken.
    take(decisions, saved) {
      const mine = this.review.decisions;
      const newer = decisions.filter((one) => {
        const standing = mine.get(one);
        return !standing || standing.decided_at < one.decided_at;
      });
      if (newer.length) mine.decide(newer);
      if (saved && newer.length === mine.size) mine.markSaved(true);
      return newer.length;
    }

    // --- from other previews of the survey ---

    offer() {
      const [one] = this.offers;
      S.byId("kept").hidden = !one;
      if (!one) return;
      const settle = (work) => () => [this.offers.shift(), work(), this.offer()];
      const button = (key, work) => S.el("button", { type: "button", class: "text-button", on: { click: settle(work) } }, S.t(key));
      S.replace(S.byId("kept"),
        S.el("span", {}, S.t("keptFrom", { n: S.number(one.decisions.length), at: one.built_at.slice(0, 16).replace("T", " ") })),
        button("takeOver", () => this.takeOver(one)), button("notNow", () => {}), button("forget", () => this.review.keeping.forget(one.key)));
    }

    takeOver(one) {
      this.take(one.decisions, false);
      this.review.keeping.forget(one.key);
      const stale = this.review.decisions.all.filter((decision) => this.review.isStale(decision)).length;
      this.open();
      this.say(stale ? "tookOverStale" : "tookOver", { n: S.number(one.decisions.length), stale: S.number(stale) });
    }
  };

  function fileName(file) {
    const title = file.title.normalize("NFKD").replace(/[^\w-]+/g, "_").replace(/^_+|_+$/g, "").slice(0, 40);
    return `decisions_${title ? title + "_" : ""}${file.saved_at.slice(0, 10)}.json`;
  }
})((window.Survey = window.Survey || {}));
