// How gems look: a shape and a colour each, as domain/gems.py says; hollow for an absence.
(function (S) {
  "use strict";

  function regular(corners, turn, inner) {
    const points = [];
    const count = inner ? corners * 2 : corners;
    for (let i = 0; i < count; i++) {
      const angle = turn + (i * 2 * Math.PI) / count;
      const radius = inner && i % 2 ? inner : 1;
      points.push([Math.cos(angle) * radius, Math.sin(angle) * radius]);
    }
    return points;
  }

  const UP = -Math.PI / 2;
  const ARM = 0.38;
  // Corners in units of the radius, y down, sized so that all shapes look equally large.
  const SHAPES = {
    circle: regular(24, 0).map(([x, y]) => [x * 0.9, y * 0.9]),
    square: [[-0.8, -0.8], [0.8, -0.8], [0.8, 0.8], [-0.8, 0.8]],
    diamond: [[0, -1.08], [0.92, 0], [0, 1.08], [-0.92, 0]],
    triangle: [[0, -1], [1, 0.8], [-1, 0.8]],
    pentagon: regular(5, UP),
    hexagon: regular(6, UP),
    star: regular(5, UP, 0.5).map(([x, y]) => [x * 1.18, y * 1.18]),
    cross: [[-ARM, -1], [ARM, -1], [ARM, -ARM], [1, -ARM], [1, ARM], [ARM, ARM], [ARM, 1], [-ARM, 1], [-ARM, ARM],
      [-1, ARM], [-1, -ARM], [-ARM, -ARM]],
    kite: [[0, -1.1], [0.85, -0.25], [0, 1.1], [-0.85, -0.25]],
  };

  S.STATUS_COLOURS = { accepted: "#1a7f37", "has-issues": "#c77700", rejected: "#c62828" };
  S.CONFLICT_COLOUR = "#b4009e";

  // Gems in this survey: the known ones first, then any other code, then "no gem". Then what each sighting looks
  // like: S.gemOf(row) is an index into S.gems, S.lookOf[row] one into S.looks, which holds every look once.
  S.prepareLooks = function (table, hasConflict) {
    const column = table.column("gem");
    const codes = column.kind === "text" ? column.values : [];
    const used = new Set(codes);
    const known = S.meta.gems.filter((gem) => used.delete(gem.code));
    const others = [...used].map((code) => ({ code, colour: S.meta.otherColour, shape: "circle" }));
    S.gems = [...known, ...others, { code: null, colour: S.meta.otherColour, shape: "circle" }];
    const nothing = S.gems.length - 1;
    const place = [nothing, ...codes.map((code) => S.gems.findIndex((gem) => gem.code === code))];
    S.gemOf = column.kind === "text" ? (row) => place[column.data[row]] : () => nothing;

    const presence = table.column("presence");
    const status = table.column("review_status");
    const ids = new Map();
    S.looks = [];
    S.lookOf = new Uint32Array(table.rows);
    for (let row = 0; row < table.rows; row++) {
      const marked = status.value(row) in S.STATUS_COLOURS ? status.value(row) : "";
      const look = { gem: S.gemOf(row), absent: presence.value(row) === "absent", status: marked, conflict: hasConflict(row) };
      const key = `${look.gem}|${look.absent}|${look.status}|${look.conflict}`;
      if (!ids.has(key)) ids.set(key, S.looks.push(look) - 1);
      S.lookOf[row] = ids.get(key);
    }
  };

  S.look = (row) => S.looks[S.lookOf[row]];

  function trace(context, shape, x, y, radius) {
    context.beginPath();
    for (const [dx, dy] of SHAPES[shape] || SHAPES.circle) context.lineTo(x + dx * radius, y + dy * radius);
    context.closePath();
  }

  S.VERDICT_COLOURS = { accepted: "#1a7f37", "has-issues": "#c77700", rejected: "#c62828", "same-as": "#3b5bdb" };
  const VERDICT_LINES = {
    accepted: [[-0.5, 0.05], [-0.1, 0.45], [0.55, -0.4]],
    "has-issues": [[0, -0.6], [0, 0.2], null, [0, 0.45], [0, 0.6]],
    rejected: [[-0.45, -0.45], [0.45, 0.45], null, [0.45, -0.45], [-0.45, 0.45]],
    "same-as": [[-0.5, -0.2], [0.5, -0.2], null, [-0.5, 0.3], [0.5, 0.3]],
  };

  // The reviewer's own verdict, on the corner that the status leaves free.
  S.drawVerdict = function (context, verdict, x, y, radius) {
    const size = Math.max(5, radius * 0.68);
    const [cx, cy] = [x + radius * 0.8, y - radius * 0.8];
    context.beginPath();
    context.arc(cx, cy, size, 0, 2 * Math.PI);
    context.fillStyle = S.VERDICT_COLOURS[verdict];
    context.fill();
    context.lineWidth = 1.4;
    context.strokeStyle = "#ffffff";
    context.stroke();
    context.lineWidth = 1.6;
    context.beginPath();
    let first = true;
    for (const corner of VERDICT_LINES[verdict]) {
      if (corner && first) context.moveTo(cx + corner[0] * size, cy + corner[1] * size);
      else if (corner) context.lineTo(cx + corner[0] * size, cy + corner[1] * size);
      first = corner === null;
    }
    context.stroke();
  };

  // look: { gem: index, absent, status, conflict }
  S.drawSymbol = function (context, look, x, y, radius) {
    const gem = S.gems[look.gem];
    context.lineJoin = "round";
    if (look.conflict) {
      context.beginPath();
      context.arc(x, y, radius + 4, 0, 2 * Math.PI);
      context.lineWidth = 2;
      context.strokeStyle = S.CONFLICT_COLOUR;
      context.stroke();
    }
    trace(context, gem.shape, x, y, radius);
    context.lineWidth = 4;
    context.strokeStyle = "rgba(20, 24, 28, 0.55)";
    context.stroke();
    context.lineWidth = 2.5;
    context.strokeStyle = "#ffffff";
    context.stroke();
    if (look.absent) {
      context.fillStyle = "#ffffff";
      context.fill();
      trace(context, gem.shape, x, y, radius - 1.2);
      context.lineWidth = 2.2;
      context.strokeStyle = gem.colour;
      context.stroke();
    } else {
      context.fillStyle = gem.colour;
      context.fill();
    }
    const mark = S.STATUS_COLOURS[look.status];
    if (mark) {
      context.beginPath();
      context.arc(x + radius * 0.85, y + radius * 0.85, radius * 0.45, 0, 2 * Math.PI);
      context.fillStyle = mark;
      context.fill();
      context.lineWidth = 1.2;
      context.strokeStyle = "#ffffff";
      context.stroke();
    }
  };

  // The same as an image beside text.
  S.symbolIcon = function (look, size) {
    const gem = S.gems[look.gem];
    const corners = SHAPES[gem.shape] || SHAPES.circle;
    const d = "M" + corners.map(([x, y]) => `${(x * 8).toFixed(2)} ${(y * 8).toFixed(2)}`).join("L") + "Z";
    // An edge in the colour of the text keeps dark gems visible on dark ground.
    const edge = { d, fill: "none", stroke: "currentColor", "stroke-opacity": 0.5, "stroke-width": look.absent ? 4.4 : 1.6 };
    const paint = look.absent ? { fill: "none", stroke: gem.colour, "stroke-width": 2.6 } : { fill: gem.colour };
    return S.el(
      "svg",
      { viewBox: "-11 -11 22 22", width: size, height: size, "aria-hidden": "true", class: "symbol", "stroke-linejoin": "round" },
      S.el("path", edge),
      S.el("path", { d, ...paint })
    );
  };
})((window.Survey = window.Survey || {}));
