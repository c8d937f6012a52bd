// The sightings on one canvas. Where a place is crowded they are drawn as a group with its number and a ring of
// the gems' shares; the layer says so through `onDrawn`. Nothing exists per sighting but numbers.
(function (S) {
  "use strict";

  const CELL = 52; // px, the squares in which crowding is judged; fixed to the world, so that groups stay put
  const CROWDED = 6; // more sightings than this in a square are drawn as a group
  const FINGER = 16; // px, how far from a symbol a click still means it
  const HEAT_CELL = 14; // px
  const STRUCTURE_FROM_ZOOM = 10;

  S.Points = S.CanvasLayer.extend({
    initialize(table) {
      S.CanvasLayer.prototype.initialize.call(this, "points", 450);
      this.mercator(table);
      this.rows = new Uint32Array(0);
      this.selected = -1;
      this.showPoints = true;
      this.showHeat = false;
      this.showStructures = true;
      this.structures = new Map(); // row -> what S.drawStructure needs
      this.sprites = new Map();
      this.drawn = [];
      this.groups = [];
      this.onDrawn = () => {};
    },

    mercator(table) {
      const longitude = table.column("longitude");
      const latitude = table.column("latitude");
      this.x = new Float64Array(table.rows);
      this.y = new Float64Array(table.rows);
      this.unplaced = 0;
      for (let row = 0; row < table.rows; row++) {
        const east = longitude.value(row);
        const north = latitude.value(row);
        const placed = east !== null && north !== null;
        if (!placed) this.unplaced++;
        this.x[row] = placed ? S.worldX(east) : NaN;
        this.y[row] = placed ? S.worldY(north) : NaN;
      }
    },

    show(rows) {
      this.rows = rows;
      if (this._map) this.redraw();
    },

    hasPlace(row) {
      return this.x[row] === this.x[row];
    },

    place(row) {
      return L.latLng(S.latitudeOf(this.y[row]), (this.x[row] - 0.5) * 360);
    },

    bounds(rows) {
      let [west, east, north, south] = [Infinity, -Infinity, Infinity, -Infinity];
      for (const row of rows) {
        if (!this.hasPlace(row)) continue;
        west = Math.min(west, this.x[row]);
        east = Math.max(east, this.x[row]);
        north = Math.min(north, this.y[row]);
        south = Math.max(south, this.y[row]);
      }
      if (west > east) return null;
      return L.latLngBounds(
        [S.latitudeOf(south), (west - 0.5) * 360],
        [S.latitudeOf(north), (east - 0.5) * 360]
      );
    },

    draw(context, view) {
      this.view = view;
      this.drawn = [];
      this.groups = [];
      this.radius = view.zoom < 8 ? 6.5 : view.zoom < 12 ? 7.5 : 9;
      if (!this.showPoints && !this.showHeat) return this.onDrawn(0, 0);
      const near = this.inView(view);
      if (this.showHeat) this.drawHeat(context, near);
      if (this.showPoints) {
        this.separate(near, view);
        if (this.showStructures && view.zoom >= STRUCTURE_FROM_ZOOM) this.drawStructures(context);
        for (const point of this.drawn) this.stamp(context, point);
        const style = getComputedStyle(document.documentElement);
        const [surface, ink] = [style.getPropertyValue("--surface"), style.getPropertyValue("--ink")];
        for (const group of this.groups) this.drawGroup(context, group, surface, ink);
      }
      this.drawSelected(context, view);
      const grouped = this.groups.reduce((sum, group) => sum + group.rows.length, 0);
      this.onDrawn(grouped, this.groups.length);
    },

    // Places on the canvas of what lies on it: { count, row, x, y } as parallel arrays.
    inView(view) {
      const total = this.rows.length;
      if (!this.buffer || this.buffer.row.length < total) {
        this.buffer = { row: new Uint32Array(total), x: new Float32Array(total), y: new Float32Array(total) };
      }
      const { row, x, y } = this.buffer;
      let count = 0;
      for (let i = 0; i < total; i++) {
        const r = this.rows[i];
        const px = this.x[r] * view.scale - view.originX;
        const py = this.y[r] * view.scale - view.originY;
        if (px >= -CELL && py >= -CELL && px <= view.width + CELL && py <= view.height + CELL) {
          row[count] = r;
          x[count] = px;
          y[count] = py;
          count++;
        }
      }
      return { count, row, x, y };
    },

    // Fills `drawn` with what is drawn one by one, `groups` with the rest.
    separate(near, view) {
      const firstColumn = Math.floor((view.originX - CELL) / CELL);
      const firstRow = Math.floor((view.originY - CELL) / CELL);
      const columns = Math.ceil(view.width / CELL) + 4;
      const lines = Math.ceil(view.height / CELL) + 4;
      const counts = new Uint32Array(columns * lines);
      const cells = new Uint32Array(near.count);
      for (let i = 0; i < near.count; i++) {
        const column = Math.floor((near.x[i] + view.originX) / CELL) - firstColumn;
        const line = Math.floor((near.y[i] + view.originY) / CELL) - firstRow;
        cells[i] = line * columns + column;
        counts[cells[i]]++;
      }
      const groups = new Map();
      const alone = [];
      for (let i = 0; i < near.count; i++) {
        const cell = cells[i];
        if (counts[cell] <= CROWDED) alone.push({ row: near.row[i], x: near.x[i], y: near.y[i], cell });
        else this.join(groups, cell, near.row[i], near.x[i], near.y[i]);
      }
      const around = [0, 1, -1, columns, -columns, columns + 1, columns - 1, 1 - columns, -1 - columns];
      this.merge(groups, around);
      for (const point of alone) {
        // Under a group's circle it could not be seen.
        const over = around.map((step) => groups.get(point.cell + step)).find(
          (group) => group && Math.hypot(group.x - point.x, group.y - point.y) < group.radius + this.radius * 0.5);
        if (over) this.count(over, point.row);
        else this.drawn.push(point);
      }
      this.groups = [...groups.values()];
    },

    // Add a point to the group of a cell; a group's place is the mean of the points that made it.
    join(groups, cell, row, x, y) {
      let group = groups.get(cell);
      if (!group) {
        group = { cell, sumX: 0, sumY: 0, rows: [], gems: new Uint32Array(S.gems.length) };
        groups.set(cell, group);
      }
      this.count(group, row);
      group.sumX += x;
      group.sumY += y;
    },

    count(group, row) {
      group.rows.push(row);
      group.gems[S.gemOf(row)]++;
    },

    // The larger of two groups that overlap takes the other in.
    merge(groups, around) {
      const settle = (group) => {
        group.x = group.sumX / group.rows.length;
        group.y = group.sumY / group.rows.length;
        group.radius = 13 + Math.min(11, 6 * Math.log10(group.rows.length / CROWDED + 1));
      };
      groups.forEach(settle);
      for (const group of [...groups.values()].sort((one, other) => other.rows.length - one.rows.length)) {
        if (groups.get(group.cell) !== group) continue;
        for (const step of around.slice(1)) {
          const other = groups.get(group.cell + step);
          if (!other || Math.hypot(group.x - other.x, group.y - other.y) > (group.radius + other.radius) * 0.9) continue;
          group.rows = group.rows.concat(other.rows);
          other.gems.forEach((count, gem) => (group.gems[gem] += count));
          group.sumX += other.sumX;
          group.sumY += other.sumY;
          groups.delete(other.cell);
          settle(group);
        }
      }
    },

    // Symbols are drawn once for each look and copied from then on.
    stamp(context, point) {
      const key = `${S.lookOf[point.row]}|${this.radius}|${this.view.ratio}`;
      let sprite = this.sprites.get(key);
      const half = this.radius + 8;
      if (!sprite) {
        sprite = document.createElement("canvas");
        sprite.width = sprite.height = Math.ceil(half * 2 * this.view.ratio);
        const inner = sprite.getContext("2d");
        inner.scale(this.view.ratio, this.view.ratio);
        S.drawSymbol(inner, S.look(point.row), half, half, this.radius);
        this.sprites.set(key, sprite);
      }
      context.drawImage(sprite, point.x - half, point.y - half, half * 2, half * 2);
    },

    drawGroup(context, group, surface, ink) {
      context.beginPath();
      context.arc(group.x, group.y, group.radius + 1, 0, 2 * Math.PI);
      context.fillStyle = surface;
      context.fill();
      context.lineWidth = 1;
      context.strokeStyle = "rgba(20, 24, 28, 0.6)";
      context.stroke();
      let from = -Math.PI / 2;
      context.lineWidth = 5;
      group.gems.forEach((count, gem) => {
        if (count === 0) return;
        const to = from + (count / group.rows.length) * 2 * Math.PI;
        context.beginPath();
        context.arc(group.x, group.y, group.radius - 2.5, from, to);
        context.strokeStyle = S.gems[gem].colour;
        context.stroke();
        from = to;
      });
      context.fillStyle = ink;
      context.font = "600 11px system-ui, sans-serif";
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.fillText(short(group.rows.length), group.x, group.y + 0.5);
    },

    drawHeat(context, near) {
      const columns = Math.ceil(this.view.width / HEAT_CELL) + 10;
      const lines = Math.ceil(this.view.height / HEAT_CELL) + 10;
      const counts = S.gems.map(() => null);
      for (let i = 0; i < near.count; i++) {
        const gem = S.gemOf(near.row[i]);
        if (S.look(near.row[i]).absent) continue;
        counts[gem] = counts[gem] || new Uint32Array(columns * lines);
        counts[gem][(Math.floor(near.y[i] / HEAT_CELL) + 4) * columns + Math.floor(near.x[i] / HEAT_CELL) + 4]++;
      }
      counts.forEach((cells, gem) => {
        if (!cells) return;
        const glow = this.glow(S.gems[gem].colour);
        const most = cells.reduce((one, other) => Math.max(one, other), 0);
        cells.forEach((count, cell) => {
          if (count === 0) return;
          const x = ((cell % columns) - 3.5) * HEAT_CELL;
          const y = (Math.floor(cell / columns) - 3.5) * HEAT_CELL;
          context.globalAlpha = 0.25 + 0.5 * (Math.log(count + 1) / Math.log(most + 1));
          context.drawImage(glow, x - 32, y - 32, 64, 64);
        });
      });
      context.globalAlpha = 1;
    },

    glow(colour) {
      const key = "glow" + colour;
      if (!this.sprites.has(key)) {
        const sprite = document.createElement("canvas");
        sprite.width = sprite.height = 64;
        const inner = sprite.getContext("2d");
        const shade = inner.createRadialGradient(32, 32, 2, 32, 32, 32);
        shade.addColorStop(0, colour + "cc");
        shade.addColorStop(1, colour + "00");
        inner.fillStyle = shade;
        inner.fillRect(0, 0, 64, 64);
        this.sprites.set(key, sprite);
      }
      return this.sprites.get(key);
    },

    drawStructures(context) {
      const ink = getComputedStyle(document.documentElement).getPropertyValue("--map-text");
      for (const point of this.drawn) {
        for (const structure of this.structures.get(point.row) || []) {
          S.drawStructure(context, structure, point.x, point.y, 22, ink);
        }
      }
    },

    drawSelected(context, view) {
      if (this.selected < 0 || !this.hasPlace(this.selected)) return;
      const x = this.x[this.selected] * view.scale - view.originX;
      const y = this.y[this.selected] * view.scale - view.originY;
      this.stamp(context, { row: this.selected, x, y });
      context.beginPath();
      context.arc(x, y, this.radius + 6, 0, 2 * Math.PI);
      context.lineWidth = 3;
      context.strokeStyle = getComputedStyle(document.documentElement).getPropertyValue("--accent");
      context.stroke();
    },

    // What is under a point of the map's container: { row } or { group } or null.
    hit(containerPoint) {
      if (!this.view || !this.showPoints) return null;
      const x = containerPoint.x + this.view.margin.x;
      const y = containerPoint.y + this.view.margin.y;
      const group = this.groups.find((one) => Math.hypot(one.x - x, one.y - y) <= one.radius + 3);
      if (group) return { group };
      let best = null;
      let nearest = FINGER;
      for (const point of this.drawn) {
        const distance = Math.hypot(point.x - x, point.y - y);
        if (distance <= nearest) {
          nearest = distance;
          best = point;
        }
      }
      return best && { row: best.row };
    },
  });

  S.latitudeOf = (y) => (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;

  function short(count) {
    if (count < 1000) return String(count);
    return count < 9950 ? (count / 1000).toFixed(1) + "k" : Math.round(count / 1000) + "k";
  }

  // Strike and dip of a plane (right-hand rule: it dips to the right of the strike), or trend and plunge of a line.
  S.drawStructure = function (context, structure, x, y, size, ink) {
    context.save();
    context.translate(x, y);
    context.rotate((structure.azimuth * Math.PI) / 180);
    context.lineWidth = 2;
    context.strokeStyle = ink;
    context.beginPath();
    context.moveTo(0, -size);
    context.lineTo(0, structure.isLine ? 0 : size);
    if (structure.isLine) {
      context.moveTo(-4, -size + 6);
      context.lineTo(0, -size);
      context.lineTo(4, -size + 6);
    } else {
      context.moveTo(0, 0);
      context.lineTo(size * 0.45, 0);
    }
    context.stroke();
    context.restore();
  };
})((window.Survey = window.Survey || {}));
