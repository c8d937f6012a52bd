// One decision for a whole set: the sightings that are checked in the list, or all that the filters leave.
(function (S) {
  "use strict";

  S.SetDialog = class {
    constructor(review) {
      this.review = review;
      this.dialog = S.byId("set-dialog");
      S.byId("decide-set").hidden = S.byId("check-rows").hidden = false;
      S.byId("decide-set").addEventListener("click", () => this.open());
      S.byId("check-rows").addEventListener("click", () => this.check());
      S.byId("set-close").addEventListener("click", () => this.dialog.close());
      S.byId("set-form").addEventListener("submit", (event) => [event.preventDefault(), this.decide()]);
      S.byId("set-form").addEventListener("input", () => this.draw());
    }

    get rows() {
      const { list } = this.review.page;
      return list.checking && list.checked.size ? [...list.rows].filter((row) => list.checked.has(row)) : [...list.rows];
    }

    check() {
      const { list } = this.review.page;
      list.check(!list.checking);
      S.byId("check-rows").setAttribute("aria-pressed", String(list.checking));
      this.relabel();
    }

    // How many the button would decide for.
    relabel() {
      const { list } = this.review.page;
      const checked = list.checking && list.checked.size > 0;
      const n = checked ? list.checked.size : list.rows.length;
      S.byId("decide-set").textContent = S.t(checked ? "decideChecked" : "decideShown", { n: S.number(n) });
      S.byId("decide-set").disabled = n === 0;
    }

    open() {
      this.chosen = this.rows;
      S.byId("set-form").reset();
      S.byId("set-trouble").textContent = "";
      S.byId("set-name-label").hidden = this.review.reviewer !== "";
      this.draw();
      this.dialog.showModal();
    }

    get verdict() {
      const chosen = S.byId("set-form").elements["set-verdict"].value;
      return S.VERDICTS.includes(chosen) ? chosen : "";
    }

    draw() {
      const n = S.number(this.chosen.length);
      const had = this.chosen.filter((row) => this.review.verdictAt[row]).length;
      S.byId("set-what").textContent = S.t("setWhat", { n });
      S.byId("set-had").textContent = had ? S.t("setHad", { n: S.number(had) }) : "";
      S.byId("set-decide").textContent = S.t("setDecide", { n });
      S.byId("set-reason-label").textContent = S.t(S.NEEDS_REASON.has(this.verdict) ? "reasonNeeded" : "reason");
    }

    decide() {
      const { review, verdict } = this;
      const reason = S.byId("set-reason").value;
      const name = S.byId("set-name").value.trim();
      const trouble = !verdict ? "verdictMissing" : S.NEEDS_REASON.has(verdict) && !reason.trim() ? "reasonMissing"
        : !review.reviewer && !name ? "nameMissing" : "";
      S.byId("set-trouble").textContent = trouble ? S.t(trouble) : "";
      if (trouble) return;
      if (!review.reviewer) review.reviewer = name;
      this.dialog.close();
      review.decide(this.chosen.map((row) => S.subjectAt(row)), { verdict, reason });
    }
  };
})((window.Survey = window.Survey || {}));
