// The reviewer's decisions: held here with their undo, written as decisions.json, and read back from one.
(function (S) {
  "use strict";

  S.VERDICTS = ["accepted", "has-issues", "rejected", "same-as"];
  S.NEEDS_REASON = new Set(["has-issues", "rejected"]);
  const FORMAT = 1;
  const TEXTS = ["layer", "record", "revision", "verdict", "field", "reason", "same_as", "decided_at"];
  const NEEDED = ["layer", "record", "verdict"];

  // Half a character, which a text box can hold, has no UTF-8.
  const whole = (text) =>
    text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(^|[^\ud800-\udbff])[\udc00-\udfff]/g, (found, before) => (before || "") + "\ufffd");
  const wellFormed = (text) => (text.toWellFormed ? text.toWellFormed() : whole(whole(text)));

  // Keys in order, nothing between: the same bytes from any program that writes JSON.
  S.canonical = function (value) {
    if (Array.isArray(value)) return `[${value.map(S.canonical).join(",")}]`;
    if (value !== null && typeof value === "object") {
      const pairs = Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${S.canonical(value[key])}`);
      return `{${pairs.join(",")}}`;
    }
    return JSON.stringify(typeof value === "string" ? wellFormed(value) : value);
  };

  S.checksum = function (file) {
    const { checksum, ...rest } = file;
    return S.sha256(S.canonical(rest));
  };

  const place = (one) => JSON.stringify([one.layer, one.record]);
  const now = () => new Date().toISOString();

  S.Decisions = class {
    // about: { surveys, title, built_at } of this page
    constructor(about) {
      this.about = about;
      this.byRecord = new Map(); // place -> Map of field -> decision
      this.past = [];
      this.unsavedRemoval = false;
      this.listeners = [];
    }

    onChange(work) {
      this.listeners.push(work);
    }

    changed() {
      for (const work of this.listeners) work();
    }

    get all() {
      return [...this.byRecord.values()].flatMap((fields) => [...fields.values()]);
    }

    get size() {
      let size = 0;
      for (const fields of this.byRecord.values()) size += fields.size;
      return size;
    }

    get unsaved() {
      const fresh = this.all.filter((one) => !one.saved).length;
      return fresh || (this.unsavedRemoval ? 1 : 0);
    }

    of(layer, record) {
      const fields = this.byRecord.get(place({ layer, record }));
      return fields ? [...fields.values()].sort((one, other) => (one.field < other.field ? -1 : 1)) : [];
    }

    // What stands for the record: the decision about the whole of it, else the gravest about a field.
    verdictOf(layer, record) {
      const mine = this.of(layer, record);
      if (!mine.length) return "";
      const gravity = ["accepted", "same-as", "has-issues", "rejected"];
      const gravest = mine.reduce((one, other) => (gravity.indexOf(other.verdict) > gravity.indexOf(one.verdict) ? other : one));
      return (mine.find((one) => one.field === "") || gravest).verdict;
    }

    // One step that undo takes back; a decision of the same record and field is replaced.
    decide(decisions) {
      this.step(decisions.map((one) => [one, { ...one, decided_at: one.decided_at || now(), saved: false }]));
    }

    remove(decisions) {
      this.step(decisions.map((one) => [one, null]));
    }

    step(pairs) {
      const before = pairs.map(([one]) => [one, this.get(one)]);
      for (const [one, decision] of pairs) this.put(one, decision);
      this.past.push(before);
      this.changed();
    }

    undo() {
      const before = this.past.pop();
      if (!before) return;
      for (const [one, decision] of before) this.put(one, decision && { ...decision, saved: false });
      this.changed();
    }

    get(one) {
      const fields = this.byRecord.get(place(one));
      return (fields && fields.get(one.field)) || null;
    }

    put(one, decision) {
      const key = place(one);
      const fields = this.byRecord.get(key) || new Map();
      const was = fields.get(one.field);
      if (decision) fields.set(one.field, decision);
      else {
        fields.delete(one.field);
        if (was && was.saved) this.unsavedRemoval = true;
      }
      if (fields.size) this.byRecord.set(key, fields);
      else this.byRecord.delete(key);
    }

    // From storage or another tab: everything as it was there, and nothing to undo.
    load(decisions, unsavedRemoval) {
      this.byRecord.clear();
      for (const one of decisions) this.put(one, one);
      this.unsavedRemoval = unsavedRemoval;
      this.past = [];
      this.changed();
    }

    markSaved(saved) {
      for (const one of this.all) one.saved = saved;
      this.unsavedRemoval = false;
      this.changed();
    }

    // The whole file as an object, in the order of the records.
    file(reviewer) {
      const key = (one) => JSON.stringify([one.layer, one.record, one.field]);
      const sorted = this.all.map((one) => [key(one), one]).sort((one, other) => (one[0] < other[0] ? -1 : 1));
      const decisions = sorted.map(([, one]) => Object.fromEntries(TEXTS.map((name) => [name, wellFormed(one[name])])));
      const { surveys, title, built_at } = this.about;
      const file = { surveyapp_decisions: FORMAT, surveys, title: wellFormed(title), built_at,
        reviewer: wellFormed(reviewer), saved_at: now(), decisions };
      return { ...file, checksum: S.checksum(file) };
    }

    // { reviewer, decisions, unread }, or an Error whose message is a key of S.t.
    read(text) {
      let file;
      try {
        file = JSON.parse(text);
      } catch (problem) {
        throw new Error("openNoDecisions", { cause: problem });
      }
      if (!file || !Number.isInteger(file.surveyapp_decisions) || !Array.isArray(file.decisions)) throw new Error("openNoDecisions");
      if (file.surveyapp_decisions > FORMAT) throw new Error("openNewer");
      if (file.checksum !== S.checksum(file)) throw new Error("openChanged");
      const surveys = Array.isArray(file.surveys) ? file.surveys : [];
      if (!S.sameSurveys(surveys, this.about.surveys)) throw new Error("openOther");
      const decisions = file.decisions.filter(readable);
      return { reviewer: String(file.reviewer || ""), decisions, unread: file.decisions.length - decisions.length };
    }
  };

  S.sameSurveys = (one, other) => (one.length === 0 && other.length === 0) || one.some((uuid) => other.includes(uuid));

  // What the program would take in; one line that it would not makes it refuse a whole file.
  function readable(one) {
    return one !== null && typeof one === "object" && TEXTS.every((name) => typeof one[name] === "string") &&
      NEEDED.every((name) => one[name] !== "") && S.VERDICTS.includes(one.verdict) &&
      Object.keys(S.meta.strings.layers).includes(one.layer) && !Number.isNaN(Date.parse(one.decided_at)) &&
      (one.verdict !== "same-as" || (one.same_as !== "" && one.same_as !== one.record));
  }
  S.readableDecision = readable;
})((window.Survey = window.Survey || {}));
