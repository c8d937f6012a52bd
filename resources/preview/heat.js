// Density by gem, drawn once for a region at a quarter of its size, which a glow does not show.
(function (S) {
  "use strict";

  const CELL = 14; // px
  const SHRUNK = 4;
  const GLOW = 64 / SHRUNK; // px across

  const glows = new Map();

  function glow(colour) {
    if (!glows.has(colour)) {
      const sprite = S.el("canvas", { width: GLOW, height: GLOW });
      const inner = sprite.getContext("2d");
      const shade = inner.createRadialGradient(GLOW / 2, GLOW / 2, 0.5, GLOW / 2, GLOW / 2, GLOW / 2);
      shade.addColorStop(0, colour + "cc");
      shade.addColorStop(1, colour + "00");
      inner.fillStyle = shade;
      inner.fillRect(0, 0, GLOW, GLOW);
      glows.set(colour, sprite);
    }
    return glows.get(colour);
  }

  // How many of each gem lie in each small square; absences are no density of anything.
  function counted(crowd, columns, lines) {
    const counts = S.gems.map(() => null);
    for (let i = 0; i < crowd.count; i++) {
      if (S.look(crowd.row[i]).absent) continue;
      const gem = S.gemOf(crowd.row[i]);
      counts[gem] = counts[gem] || new Uint32Array(columns * lines);
      counts[gem][Math.floor(crowd.y[i] / CELL) * columns + Math.floor(crowd.x[i] / CELL)]++;
    }
    return counts;
  }

  // A canvas to be drawn over the whole region.
  S.heatOf = function (crowd) {
    const columns = Math.ceil(crowd.width / CELL);
    const lines = Math.ceil(crowd.height / CELL);
    const sheet = S.el("canvas", { width: Math.ceil(crowd.width / SHRUNK), height: Math.ceil(crowd.height / SHRUNK) });
    const context = sheet.getContext("2d");
    counted(crowd, columns, lines).forEach((cells, gem) => {
      if (!cells) return;
      const sprite = glow(S.gems[gem].colour);
      const most = cells.reduce((one, other) => Math.max(one, other), 0);
      for (let cell = 0; cell < cells.length; cell++) {
        if (cells[cell] === 0) continue;
        context.globalAlpha = 0.25 + 0.5 * (Math.log(cells[cell] + 1) / Math.log(most + 1));
        const x = (((cell % columns) + 0.5) * CELL) / SHRUNK;
        const y = ((Math.floor(cell / columns) + 0.5) * CELL) / SHRUNK;
        context.drawImage(sprite, x - GLOW / 2, y - GLOW / 2);
      }
    });
    return { sheet, width: sheet.width * SHRUNK, height: sheet.height * SHRUNK };
  };
})((window.Survey = window.Survey || {}));
