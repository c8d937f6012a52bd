// English and Urdu: labels from strings.json, numbers and times in one form for both.
(function (S) {
  "use strict";

  S.language = "en";
  const changed = [];
  S.onLanguage = (work) => changed.push(work);

  // t("shown", { n: 3 }) fills "{n} shown".
  S.t = function (key, values) {
    const entry = S.meta.strings.page[key];
    const text = entry[S.language] || entry.en;
    if (!values) return text;
    // In Urdu a Latin name or a date must not turn the words around it: first-strong isolate and its end.
    const [open, close] = S.language === "ur" ? ["\u2068", "\u2069"] : ["", ""];
    return text.replace(/\{(\w+)\}/g, (all, name) => open + values[name] + close);
  };

  S.fieldLabel = function (field) {
    const title = (S.language === "ur" && S.meta.strings.fields[field.name]) || field.title;
    return field.unit ? `${title} (${field.unit})` : title;
  };

  S.groupLabel = (group) => (S.language === "ur" && S.meta.strings.groups[group]) || group;

  S.layerLabel = function (name) {
    const urdu = S.language === "ur" && S.meta.strings.layers[name];
    return urdu || (S.meta.layers[name] ? S.meta.layers[name].plural : name);
  };

  // Label of a code; a code in no list is shown as it is.
  S.term = function (vocabulary, code) {
    if (code === null || code === undefined) return "";
    if (vocabulary === "gem") return S.gemLabel(code);
    const urdu = S.language === "ur" && S.meta.strings.terms[vocabulary];
    const english = S.meta.terms[vocabulary] || {};
    const label = (urdu && urdu[code]) || english[code] || String(code);
    return label.charAt(0).toUpperCase() + label.slice(1);
  };

  S.gemLabel = function (code) {
    if (code === null) return S.t("noGem");
    const gem = S.meta.gems.find((one) => one.code === code);
    return gem ? (S.language === "ur" ? gem.ur : gem.label) : String(code);
  };

  S.number = (value) => value.toLocaleString("en", { maximumFractionDigits: 7 });

  // Seconds since 1970 -> "2026-11-03 09:14"; the page says once that times are UTC.
  S.time = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ");
  S.day = (seconds) => S.time(seconds).slice(0, 10);

  S.position = (longitude, latitude) =>
    `${Math.abs(latitude).toFixed(6)}° ${latitude < 0 ? "S" : "N"}, ` +
    `${Math.abs(longitude).toFixed(6)}° ${longitude < 0 ? "W" : "E"}`;

  S.setLanguage = function (language) {
    S.language = language;
    const root = document.documentElement;
    root.lang = language;
    root.dir = language === "ur" ? "rtl" : "ltr";
    for (const node of document.querySelectorAll("[data-t]")) node.textContent = S.t(node.dataset.t);
    for (const node of document.querySelectorAll("[data-t-label]")) {
      const label = S.t(node.dataset.tLabel);
      node.setAttribute("aria-label", label);
      if (node.tagName === "BUTTON") node.title = label;
    }
    for (const node of document.querySelectorAll("[data-t-placeholder]")) {
      node.placeholder = S.t(node.dataset.tPlaceholder);
    }
    S.remembered("language", language);
    for (const work of changed) work();
  };

  // Text as it is searched: case, accents, and the letters that Arabic and Urdu keyboards write differently
  // do not matter.
  S.folded = (text) =>
    text
      .toLowerCase()
      .normalize("NFKD")
      .replace(/[\u0300-\u036f\u064b-\u065f\u0670\u0640\u200c-\u200f\u202a-\u202e]/g, "")
      .replace(/[\u064a\u0649]/g, "\u06cc")
      .replace(/\u0643/g, "\u06a9");
})((window.Survey = window.Survey || {}));
