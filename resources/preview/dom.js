// The only way this page makes elements: text goes in as text nodes, never as markup, whatever it holds.
(function (S) {
  "use strict";

  // el("button", { class: "x", type: "button", on: { click: f } }, "text", otherElement, null, ...)
  S.el = function (tag, properties, ...children) {
    const svg = tag === "svg" || tag === "path" || tag === "line" || tag === "text" || tag === "circle";
    const node = svg
      ? document.createElementNS("http://www.w3.org/2000/svg", tag)
      : document.createElement(tag);
    for (const [name, value] of Object.entries(properties || {})) {
      if (name === "on") {
        for (const [event, handler] of Object.entries(value)) node.addEventListener(event, handler);
      } else if (value === true) {
        node.setAttribute(name, "");
      } else if (value !== null && value !== undefined && value !== false) {
        node.setAttribute(name, value);
      }
    }
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  };

  // Text that a person wrote. <bdi> keeps a right-to-left override in it from turning its neighbours round.
  S.user = (text) => S.el("bdi", { dir: "auto" }, String(text));

  S.byId = (id) => document.getElementById(id);

  S.replace = (node, ...children) => node.replaceChildren(...children.filter((child) => child !== null));

  // At most one call a frame.
  S.oncePerFrame = function (work) {
    let asked = false;
    return () => {
      if (asked) return;
      asked = true;
      requestAnimationFrame(() => {
        asked = false;
        work();
      });
    };
  };

  S.later = function (milliseconds, work) {
    let timer = 0;
    return () => {
      clearTimeout(timer);
      timer = setTimeout(work, milliseconds);
    };
  };

  // What the reader chose last time. A browser that keeps nothing for files still shows the page.
  S.remembered = function (name, value) {
    try {
      if (value === undefined) return localStorage.getItem("surveyapp." + name);
      localStorage.setItem("surveyapp." + name, value);
    } catch (refused) {
      return null;
    }
    return value;
  };
})((window.Survey = window.Survey || {}));
