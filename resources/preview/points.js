// The sightings on one canvas. Where a place is crowded they are drawn as a group with its number and a ring of
// the gems' shares; the layer says so through `onDrawn`. Nothing exists per sighting but numbers.
(function (S) {
  "use strict";

  const EDGE = 40; // px, how far outside of the canvas a symbol can still show
  const FINGER = 16; // px, how far from a symbol a click still means it
  const STRUCTURE_FROM_ZOOM = 10;
  const RADII = [[12, 9], [8, 7.5], [0, 6.5]]; // from this zoom on, of a symbol in px

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
      this.radius = radiusAt(view.zoom);
      if (!this.showPoints && !this.showHeat) return this.onDrawn(0, 0);
      this.crowdFor(view);
      if (this.showHeat) this.drawHeat(context, view);
      if (this.showPoints) {
        if (this.showStructures && view.zoom >= STRUCTURE_FROM_ZOOM) this.drawStructures(context);
        for (const point of this.drawn) this.stamp(context, point);
        this.drawGroups(context);
      }
      this.drawSelected(context, view);
      const grouped = this.showPoints ? this.groups.reduce((sum, { group }) => sum + group.size, 0) : 0;
      this.onDrawn(grouped, this.groups.length);
    },

    // The parted sightings of the region around the view, its symbols and groups placed on the canvas.
    crowdFor(view) {
      if (!this.crowd || !this.crowd.covers(this.rows, view)) this.crowd = new S.Crowd(this, this.rows, view, this.radius);
      const [x0, y0] = [this.crowd.left - view.originX, this.crowd.top - view.originY];
      const seen = (x, y) => x >= -EDGE && y >= -EDGE && x <= view.width + EDGE && y <= view.height + EDGE;
      const { alone, row, x, y } = this.crowd;
      for (const i of alone) if (seen(x[i] + x0, y[i] + y0)) this.drawn.push({ row: row[i], x: x[i] + x0, y: y[i] + y0 });
      for (const group of this.crowd.groups) {
        if (seen(group.x + x0, group.y + y0)) this.groups.push({ group, radius: group.radius, x: group.x + x0, y: group.y + y0 });
      }
    },

    drawHeat(context, view) {
      this.crowd.heat = this.crowd.heat || S.heatOf(this.crowd);
      const { sheet, width, height } = this.crowd.heat;
      context.drawImage(sheet, this.crowd.left - view.originX, this.crowd.top - view.originY, width, height);
    },

    // Symbols are drawn once for each look and copied from then on.
    stamp(context, point) {
      const verdict = S.review ? S.review.verdictAtRow(point.row) : "";
      const sprite = this.sprite(S.lookOf[point.row], this.radius, verdict);
      const half = this.radius + 8;
      context.drawImage(sprite, point.x - half, point.y - half, half * 2, half * 2);
    },

    sprite(look, radius, verdict) {
      const { ratio } = this.view;
      const key = `${look}|${radius}|${ratio}|${verdict}`;
      let sprite = this.sprites.get(key);
      if (!sprite) {
        const half = radius + 8;
        sprite = S.el("canvas", { width: Math.ceil(half * 2 * ratio), height: Math.ceil(half * 2 * ratio) });
        const inner = sprite.getContext("2d");
        inner.scale(ratio, ratio);
        S.drawSymbol(inner, S.looks[look], half, half, radius);
        if (verdict) S.drawVerdict(inner, verdict, half, half, radius);
        this.sprites.set(key, sprite);
      }
      return sprite;
    },

    // Make, while nothing else is to be done, what the first look at another zoom would have to wait for.
    prepare() {
      const waiting = S.looks.flatMap((_, look) => RADII.map(([, radius]) => [look, radius]));
      const idle = window.requestIdleCallback || ((work) => setTimeout(() => work({ timeRemaining: () => 5 }), 50));
      const some = (deadline) => {
        while (waiting.length && deadline.timeRemaining() > 2) this.sprite(...waiting.pop(), "");
        if (waiting.length) idle(some);
      };
      idle(some);
    },

    // One path for everything of a colour: hundreds of circles of nine gems each would otherwise be thousands.
    drawGroups(context) {
      if (this.groups.length === 0) return;
      const style = getComputedStyle(document.documentElement);
      context.beginPath();
      for (const { x, y, radius } of this.groups) circle(context, x, y, radius + 1);
      context.fillStyle = style.getPropertyValue("--surface");
      context.fill();
      context.lineWidth = 1;
      context.strokeStyle = "rgba(20, 24, 28, 0.6)";
      context.stroke();
      context.lineWidth = 5;
      const from = new Float64Array(this.groups.length).fill(-Math.PI / 2);
      S.gems.forEach((gem, index) => {
        context.beginPath();
        this.groups.forEach(({ group, x, y, radius }, i) => {
          const count = group.gems[index];
          if (count === 0) return;
          const to = from[i] + (count / group.size) * 2 * Math.PI;
          context.moveTo(x + Math.cos(from[i]) * (radius - 2.5), y + Math.sin(from[i]) * (radius - 2.5));
          context.arc(x, y, radius - 2.5, from[i], to);
          from[i] = to;
        });
        context.strokeStyle = gem.colour;
        context.stroke();
      });
      context.fillStyle = style.getPropertyValue("--ink");
      context.font = "600 11px system-ui, sans-serif";
      context.textAlign = "center";
      context.textBaseline = "middle";
      for (const { group, x, y } of this.groups) context.fillText(short(group.size), x, y + 0.5);
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
      const over = this.groups.find((one) => Math.hypot(one.x - x, one.y - y) <= one.radius + 3);
      if (over) return { group: over.group };
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

  const radiusAt = (zoom) => RADII.find(([from]) => zoom >= from)[1];

  S.latitudeOf = (y) => (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;

  function circle(context, x, y, radius) {
    context.moveTo(x + radius, y);
    context.arc(x, y, radius, 0, 2 * Math.PI);
  }

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
