// Decisions in the browser's storage, so that a closed page or a dead battery loses none of them.
(function (S) {
  "use strict";

  const PREFIX = "surveyapp.decisions.";
  const UNSAVED_MARK = "● "; // before the page's title while something is unsaved; the program's window reads it

  S.Keeping = class {
    // build names this very file; a newer preview of the same survey has another
    constructor(decisions, build) {
      this.decisions = decisions;
      this.key = PREFIX + decisions.about.surveys.join("+") + "." + build;
      this.title = document.title;
      // "" while it works, else why it does not: "refused", "full", "window"
      this.trouble = this.refused() ? "refused" : /QtWebEngine/.test(navigator.userAgent) ? "window" : "";
      decisions.onChange(() => this.keep());
      window.addEventListener("storage", (event) => event.key === this.key && this.fromOtherTab(event.newValue));
      window.addEventListener("beforeunload", (event) => {
        if (!decisions.unsaved) return;
        event.preventDefault();
        event.returnValue = ""; // what browsers before 2024 ask for
      });
    }

    refused() {
      try {
        localStorage.setItem(PREFIX + "try", "1");
        localStorage.removeItem(PREFIX + "try");
        return false;
      } catch (refused) {
        return true;
      }
    }

    keep() {
      const { decisions } = this;
      document.title = (decisions.unsaved ? UNSAVED_MARK : "") + this.title;
      if (this.trouble === "refused" || this.listening) return;
      try {
        if (decisions.size || decisions.unsavedRemoval) localStorage.setItem(this.key, this.packed());
        else localStorage.removeItem(this.key);
        if (this.trouble === "full") this.trouble = "";
      } catch (full) {
        this.trouble = "full";
      }
    }

    packed() {
      const { about, all, unsavedRemoval } = this.decisions;
      return JSON.stringify({ ...about, unsavedRemoval, decisions: all });
    }

    // Of this very file; returns how many came back.
    restore() {
      const kept = this.read(this.key);
      if (!kept || !kept.decisions.length) return 0;
      this.decisions.load(kept.decisions, kept.unsavedRemoval);
      return kept.decisions.length;
    }

    fromOtherTab(text) {
      const kept = unpacked(text);
      // Written back, it could overwrite what the other tab has added meanwhile.
      this.listening = true;
      this.decisions.load(kept ? kept.decisions : [], Boolean(kept && kept.unsavedRemoval));
      this.listening = false;
    }

    // Decisions made in other previews of the same survey: [{ key, built_at, decisions }].
    ofOthers() {
      if (this.trouble === "refused") return [];
      const keys = Array.from({ length: localStorage.length }, (_, i) => localStorage.key(i));
      return keys
        .filter((key) => key.startsWith(PREFIX) && key !== this.key)
        .map((key) => ({ key, ...this.read(key) }))
        .filter((one) => one.decisions && one.decisions.length && S.sameSurveys(one.surveys, this.decisions.about.surveys));
    }

    forget(key) {
      localStorage.removeItem(key);
    }

    read(key) {
      if (this.trouble === "refused") return null;
      return unpacked(localStorage.getItem(key));
    }
  };

  // Whatever another program left under our name is no decision.
  function unpacked(text) {
    if (!text) return null;
    try {
      const kept = JSON.parse(text);
      if (!Array.isArray(kept.decisions) || !Array.isArray(kept.surveys)) return null;
      return { ...kept, built_at: String(kept.built_at || ""), decisions: kept.decisions.filter(S.readableDecision) };
    } catch (damaged) {
      return null;
    }
  }
})((window.Survey = window.Survey || {}));
