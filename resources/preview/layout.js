// The two sides of the page: beside each other with a bar between, or one at a time on a phone.
(function (S) {
  "use strict";

  S.view = function (map, name) {
    document.body.dataset.view = name;
    for (const tab of document.querySelectorAll(".tabs button")) {
      tab.setAttribute("aria-pressed", String(tab.dataset.view === name));
    }
    map.invalidateSize({ animate: false });
  };

  S.startLayout = function (map) {
    for (const tab of document.querySelectorAll(".tabs button")) {
      tab.addEventListener("click", () => S.view(map, tab.dataset.view));
    }
    splitter();
  };

  function splitter() {
    const bar = S.byId("splitter");
    const side = S.byId("list-side");
    const set = (width) => {
      const most = window.innerWidth - 360;
      side.style.flexBasis = Math.max(320, Math.min(most, width)) + "px";
      say();
    };
    const say = () => bar.setAttribute("aria-valuenow", Math.round((100 * side.offsetWidth) / window.innerWidth));
    say();
    bar.addEventListener("pointerdown", (event) => {
      bar.setPointerCapture(event.pointerId);
      bar.onpointermove = (move) => {
        const box = side.getBoundingClientRect();
        set(document.documentElement.dir === "rtl" ? move.clientX - box.left : box.right - move.clientX);
      };
    });
    bar.addEventListener("pointerup", () => (bar.onpointermove = null));
    bar.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: 24, ArrowRight: -24 }[event.key];
      if (step) set(side.offsetWidth + (document.documentElement.dir === "rtl" ? -step : step));
    });
  }
})((window.Survey = window.Survey || {}));
