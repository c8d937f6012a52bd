// What the page says of itself: the line under the title, the notice, and the dialog about the file.
(function (S) {
  "use strict";

  // unplaced: sightings without a position; trouble: why the browser keeps nothing, or ""
  S.describe = function (unplaced, trouble) {
    const { notes, surveys } = S.meta;
    const line = (survey) => [survey.team, survey.lead && S.t("ledBy", { name: survey.lead }),
      [survey.started_on, survey.finished_on].filter(Boolean).join(" – ")].filter(Boolean);
    const parts = surveys.length === 1 ? line(surveys[0]) : [S.t("surveys", { n: surveys.length })];
    parts.push(S.t("sightings", { n: S.number(S.sightings.rows) }), S.t("builtAt", { at: notes.builtAt.slice(0, 16).replace("T", " ") + " UTC" }));
    S.replace(S.byId("about-survey"), ...parts.flatMap((text, i) => [i ? " · " : "", S.user(text)]));
    const notices = [];
    if (notes.audience === "public") notices.push(S.t("publicNote", { n: notes.gridDeg }));
    if (notes.textsWithheld) notices.push(S.t("textsWithheld", { n: notes.textsWithheld }));
    if (notes.photosLeftOut) {
      notices.push(S.t("photosLeftOut", { n: notes.photosLeftOut, all: S.meta.photos.length, mb: S.number(Math.round(notes.photoBytes / 1e6)) }));
    }
    if (notes.photosUnreadable) notices.push(S.t("photosUnreadable", { n: notes.photosUnreadable }));
    if (trouble === "refused") notices.push(S.t("kept_refused"));
    if (unplaced) notices.push(S.t("unplaced", { n: S.number(unplaced) }));
    S.byId("notice").hidden = notices.length === 0;
    S.byId("notice").textContent = notices.join(" ");
    about();
  };

  function about() {
    const surveys = S.meta.surveys.map((survey) => S.el("dl", {}, ...Object.entries(survey).flatMap(([name, value]) => {
      const field = S.fieldOf("survey", name);
      if (name === "uuid" || name === "schema_version" || !field) return [];
      return [S.el("dt", {}, S.fieldLabel(field)), S.el("dd", {}, S.user(S.term(field.terms, value)))];
    })));
    S.replace(S.byId("about-body"), S.el("h2", {}, S.user(S.meta.title)), ...surveys,
      ...["orientation", "aboutOffline", "aboutCredits"].map((key) => S.el("p", {}, S.t(key))));
  }
})((window.Survey = window.Survey || {}));
