// The reviewer's part of a card: decisions that stand, buttons for a verdict, and the form that asks for the rest.
(function (S) {
  "use strict";

  const KEYS = { accepted: "A", "has-issues": "N", rejected: "R" };
  const LONGEST_REASON = 5000;

  S.verdictChip = (verdict) => S.el("span", { class: "chip", "data-verdict": verdict }, S.t("verdict_" + verdict));

  const button = (label, click, more) => S.el("button", { type: "button", on: { click }, ...more }, label);
  const labelled = (label, input) => S.el("label", {}, S.el("span", {}, label), input);

  S.fieldName = function (layer, name) {
    if (name === S.POSITION) return S.t("position");
    const field = S.fieldOf(layer, name);
    return field ? S.fieldLabel(field) : name;
  };
  S.POSITION = "geom"; // what the files call it

  // What a decision says, in one line of elements.
  S.decisionLine = function (one) {
    const parts = [S.verdictChip(one.verdict)];
    if (one.field) parts.push(S.el("span", { class: "about-field" }, S.t("aboutField", { field: S.fieldName(one.layer, one.field) })));
    if (one.same_as) {
      const other = S.subject("sighting", one.same_as);
      parts.push(S.el("a", { href: "#" + one.same_as }, S.user(S.cut(other.name || one.same_as, 60))));
    }
    if (one.reason) parts.push(S.el("q", {}, S.user(S.cut(one.reason, 400))));
    return parts;
  };

  // The block of a card. A form that is open keeps what was typed while the card is drawn anew.
  S.verdictBlock = function (review, subject) {
    const node = S.el("section", { class: "verdict" });
    const block = { subject, node, draw, choose };
    review.current = block;
    draw();
    return node;

    function draft() {
      return review.drafts.get(subject.uuid) || null;
    }

    function edit(values) {
      review.drafts.set(subject.uuid, { field: "", reason: "", same_as: "", ...values });
      draw();
      const first = node.querySelector("[data-first]");
      if (first) first.focus({ preventScroll: true });
      node.scrollIntoView({ block: "nearest" });
      review.page.cardGrew();
    }

    function leave() {
      review.drafts.delete(subject.uuid);
      draw();
    }

    function choose(verdict) {
      const open = draft();
      const standing = review.decisions.of(subject.layer, subject.uuid).find((one) => one.field === "");
      if (verdict === "accepted" && review.reviewer && !open) {
        review.decide([subject], { verdict });
        return;
      }
      edit({ reason: standing && standing.verdict === verdict ? standing.reason : "", ...open, verdict });
    }

    function draw() {
      const mine = review.decisions.of(subject.layer, subject.uuid);
      const open = draft();
      const verdicts = S.VERDICTS.filter((one) => one !== "same-as" || subject.layer === "sighting");
      S.replace(node,
        S.el("h3", {}, S.t("yourDecision")),
        mine.length ? S.el("ul", { class: "standing" }, ...mine.map(standing)) : null,
        S.el("div", { class: "verdicts", role: "group", "aria-label": S.t("yourDecision") }, ...verdicts.map((verdict) =>
          button(S.t("decide_" + verdict), () => choose(verdict), {
            "data-verdict": verdict,
            "aria-pressed": String(Boolean(open && open.verdict === verdict)),
            "aria-keyshortcuts": KEYS[verdict],
          }))),
        open ? form(open) : S.el("p", { class: "hint" }, S.el("span", { class: "keys" }, S.t("keysHint"), " "),
          subject.row >= 0 ? button(S.t("nextUndecided"), () => review.next(), { class: "link" }) : null));
    }

    function standing(one) {
      return S.el("li", {},
        S.el("div", {}, ...S.decisionLine(one).flatMap((part) => [part, " "])),
        review.isStale(one) ? S.el("p", { class: "stale" }, S.t("changedSince"), " ",
          button(S.t("holds"), () => review.confirm(one), { class: "link" })) : null,
        S.el("div", {},
          button(S.t("edit"), () => edit({ verdict: one.verdict, field: one.field, reason: one.reason, same_as: one.same_as }), { class: "link" }), " ",
          button(S.t("remove"), () => review.remove([one]), { class: "link" })));
    }

    function form(open) {
      const trouble = S.el("p", { class: "trouble", role: "alert" });
      const needed = S.NEEDS_REASON.has(open.verdict);
      const reason = S.el("textarea", { rows: 2, maxlength: LONGEST_REASON, dir: "auto", "aria-required": String(needed),
        "data-first": open.verdict === "same-as" ? null : "", on: { input: () => (open.reason = reason.value) } });
      reason.value = open.reason;
      const name = S.el("input", { type: "text", autocomplete: "name", dir: "auto", maxlength: 200 });
      const save = () => {
        const problem = missing(open, name.value);
        trouble.textContent = problem ? S.t(problem) : "";
        if (problem) return;
        if (!review.reviewer) review.reviewer = name.value;
        review.drafts.delete(subject.uuid);
        review.decide([subject], open);
        const heading = node.closest(".card").querySelector("h2");
        if (heading) heading.focus({ preventScroll: true });
      };
      return S.el("form", { on: { submit: (event) => [event.preventDefault(), save()] } },
        open.verdict === "same-as" ? S.sameAs(review, subject, open, draw) : labelled(S.t("aboutWhat"), fields(open)),
        labelled(S.t(needed ? "reasonNeeded" : "reason"), reason),
        review.reviewer ? S.el("p", { class: "soft" }, S.t("decidesAs", { name: S.cut(review.reviewer, 60) }))
          : labelled(S.t("yourName"), name),
        trouble,
        S.el("div", { class: "form-buttons" }, S.el("button", { type: "submit", class: "main" }, S.t("keepDecision")),
          button(S.t("cancel"), leave)));
    }

    function missing(open, name) {
      if (open.verdict === "same-as" && !open.same_as) return "sameAsMissing";
      if (S.NEEDS_REASON.has(open.verdict) && !open.reason.trim()) return "reasonMissing";
      return review.reviewer || name.trim() ? "" : "nameMissing";
    }

    function fields(open) {
      const known = (S.meta.layers[subject.layer] || { fields: [] }).fields.filter((field) => field.group && field.name !== "review_status");
      const names = subject.layer === "sighting" ? [S.POSITION, ...known.map((field) => field.name)] : known.map((field) => field.name);
      const select = S.el("select", { on: { change: () => (open.field = select.value) } },
        S.el("option", { value: "" }, S.t("wholeRecord")),
        ...names.map((one) => S.el("option", { value: one }, S.fieldName(subject.layer, one))));
      select.value = open.field;
      return select;
    }
  };
})((window.Survey = window.Survey || {}));
