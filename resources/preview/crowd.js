// Parts sightings into those drawn one by one and groups, for a region around the view. The squares in which crowding
// is judged are fixed to the world, so that groups stay put; the region is kept until the view leaves it.
(function (S) {
  "use strict";

  const CELL = 60; // px
  const CROWDED = 6; // more sightings than this in a square are drawn as a group
  const AROUND = 0.5; // of the view, on each side, that a region takes in

  class Group {
    constructor(crowd, cell, from, to) {
      this.crowd = crowd;
      this.cell = cell;
      this.pieces = [[from, to]]; // of crowd.order
      this.joined = []; // rows that would lie under the circle
      this.gems = new Uint32Array(S.gems.length);
      this.size = to - from;
      this.sumX = 0;
      this.sumY = 0;
      for (let i = from; i < to; i++) {
        const at = crowd.order[i];
        this.gems[S.gemOf(crowd.row[at])]++;
        this.sumX += crowd.x[at];
        this.sumY += crowd.y[at];
      }
      this.counted = this.size; // those whose mean is its place
      this.settle();
    }

    settle() {
      this.x = this.sumX / this.counted;
      this.y = this.sumY / this.counted;
      this.radius = 13 + Math.min(11, 6 * Math.log10(this.size / CROWDED + 1));
    }

    takeIn(other) {
      this.pieces = this.pieces.concat(other.pieces);
      other.gems.forEach((count, gem) => (this.gems[gem] += count));
      this.sumX += other.sumX;
      this.sumY += other.sumY;
      this.size += other.size;
      this.counted += other.counted;
      this.settle();
    }

    join(row) {
      this.joined.push(row);
      this.gems[S.gemOf(row)]++;
      this.size++;
    }

    // Made when somebody asks for it: a group of ten thousand is mostly just looked at.
    get rows() {
      const { order, row } = this.crowd;
      const rows = [];
      for (const [from, to] of this.pieces) for (let i = from; i < to; i++) rows.push(row[order[i]]);
      return rows.concat(this.joined);
    }
  }

  // world: { x, y } of every sighting as shares of the world; rows: the shown ones; view as a canvas layer gives it;
  // radius: of a symbol, px. Places in it are px from its own corner (left, top).
  S.Crowd = class {
    constructor(world, rows, view, radius) {
      this.rows = rows;
      this.zoom = view.zoom;
      this.left = Math.floor((view.originX - view.width * AROUND) / CELL) * CELL;
      this.top = Math.floor((view.originY - view.height * AROUND) / CELL) * CELL;
      this.columns = Math.ceil((view.width * (1 + 2 * AROUND)) / CELL) + 2;
      this.lines = Math.ceil((view.height * (1 + 2 * AROUND)) / CELL) + 2;
      this.width = this.columns * CELL;
      this.height = this.lines * CELL;
      this.gather(world, view.scale);
      this.part(radius);
    }

    covers(rows, view) {
      const [x, y] = [view.originX - this.left, view.originY - this.top];
      return rows === this.rows && view.zoom === this.zoom && x >= CELL && y >= CELL &&
        x + view.width <= this.width - CELL && y + view.height <= this.height - CELL;
    }

    gather(world, scale) {
      const total = this.rows.length;
      const { columns, lines, left, top } = this;
      const [row, x, y] = [new Uint32Array(total), new Float32Array(total), new Float32Array(total)];
      const cells = new Uint32Array(total);
      this.counts = new Uint32Array(columns * lines);
      let count = 0;
      for (let i = 0; i < total; i++) {
        const r = this.rows[i];
        const px = world.x[r] * scale - left;
        const py = world.y[r] * scale - top;
        // A sighting without a position has NaN there, and is in no region.
        if (!(px >= 0 && py >= 0 && px < this.width && py < this.height)) continue;
        const cell = Math.floor(py / CELL) * columns + Math.floor(px / CELL);
        row[count] = r;
        x[count] = px;
        y[count] = py;
        cells[count++] = cell;
        this.counts[cell]++;
      }
      Object.assign(this, { count, row, x, y, cells });
    }

    // Fills `groups`, and `alone` with indices of the rest.
    part(radius) {
      this.sort();
      const groups = new Map();
      for (let cell = 0, from = 0; cell < this.counts.length; from += this.counts[cell++]) {
        if (this.counts[cell] > CROWDED) groups.set(cell, new Group(this, cell, from, from + this.counts[cell]));
      }
      const { columns } = this;
      const around = [0, 1, -1, columns, -columns, columns + 1, columns - 1, 1 - columns, -1 - columns];
      merge(groups, around);
      const alone = new Uint32Array(this.count);
      let size = 0;
      for (let i = 0; i < this.count; i++) {
        if (this.counts[this.cells[i]] > CROWDED) continue;
        const over = groups.size > 0 && this.groupOver(groups, around, i, radius);
        if (over) over.join(this.row[i]);
        else alone[size++] = i;
      }
      this.alone = alone.subarray(0, size);
      this.groups = [...groups.values()];
    }

    // Indices by their squares, without comparing any two.
    sort() {
      const next = new Uint32Array(this.counts.length);
      for (let cell = 1; cell < next.length; cell++) next[cell] = next[cell - 1] + this.counts[cell - 1];
      this.order = new Uint32Array(this.count);
      for (let i = 0; i < this.count; i++) this.order[next[this.cells[i]]++] = i;
    }

    // The group under whose circle a symbol could not be seen.
    groupOver(groups, around, i, radius) {
      for (const step of around) {
        const group = groups.get(this.cells[i] + step);
        if (group && Math.hypot(group.x - this.x[i], group.y - this.y[i]) < group.radius + radius * 0.5) return group;
      }
      return null;
    }
  };

  // The larger of two groups that overlap takes the other in.
  function merge(groups, around) {
    for (const group of [...groups.values()].sort((one, other) => other.size - one.size)) {
      if (groups.get(group.cell) !== group) continue;
      for (const step of around.slice(1)) {
        const other = groups.get(group.cell + step);
        if (!other || Math.hypot(group.x - other.x, group.y - other.y) > (group.radius + other.radius) * 0.9) continue;
        groups.delete(other.cell);
        group.takeIn(other);
      }
    }
  }
})((window.Survey = window.Survey || {}));
