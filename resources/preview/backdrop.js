// What lies under the points: water, land, boundaries, names and the graticule, drawn from the basemap in the page.
(function (S) {
  "use strict";

  // Steps of the graticule in degrees.
  const STEPS = [30, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005];
  const GRATICULE_GAP = 110; // px, the least between two lines

  function ringsOf(geometry) {
    switch (geometry.type) {
      case "Polygon":
      case "MultiLineString":
        return geometry.coordinates;
      case "MultiPolygon":
        return geometry.coordinates.flat();
      case "LineString":
        return [geometry.coordinates];
      default:
        return [];
    }
  }

  function projected(ring) {
    const line = new Float64Array(ring.length * 2);
    ring.forEach(([longitude, latitude], i) => {
      line[2 * i] = S.worldX(longitude);
      line[2 * i + 1] = S.worldY(latitude);
    });
    return line;
  }

  const LABEL_FROM_ZOOM = [3, 5, 5.5, 7, 8]; // by rank: country, province, large town, town, small town
  const LABEL_FONT = ["italic 500 12px", "600 12px", "500 12px", "400 11px", "400 11px"];
  const LINE_WIDTH = { boundary: 1.6, coast: 1, province: 0.9, disputed: 1.4 };

  function prepared(feature) {
    const { type } = feature.geometry;
    const properties = feature.properties || {};
    const isArea = type.endsWith("Polygon");
    const isTown = type === "Point";
    const at = isTown ? feature.geometry.coordinates : isArea ? properties.label : null;
    return {
      kind: properties.kind || (isArea ? "province" : "boundary"),
      isArea,
      isTown,
      rings: ringsOf(feature.geometry).map(projected),
      at: at && [S.worldX(at[0]), S.worldY(at[1])],
      names: { en: properties.name, ur: properties.name_ur },
      rank: Math.min(isTown ? properties.rank || 3 : properties.kind === "neighbour" ? 0 : 1, 4),
    };
  }

  S.Backdrop = S.CanvasLayer.extend({
    initialize(basemap) {
      S.CanvasLayer.prototype.initialize.call(this, "backdrop", 210);
      const features = ((basemap && basemap.features) || []).filter((one) => one.geometry).map(prepared);
      this.areas = features.filter((one) => one.isArea);
      this.lines = features.filter((one) => one.rings.length && !one.isArea);
      // An office's own basemap may have areas alone; their edges are then the lines.
      if (this.lines.length === 0) this.lines = this.areas.map((area) => ({ ...area, kind: "boundary" }));
      this.labels = features.filter((one) => one.at && one.names.en).sort((one, other) => one.rank - other.rank);
      this.showOutline = true;
      this.showGraticule = true;
    },

    draw(context, view) {
      const style = getComputedStyle(document.documentElement);
      const colour = (name) => style.getPropertyValue("--map-" + name);
      this.font = getComputedStyle(document.body).fontFamily;
      context.fillStyle = colour("water");
      context.fillRect(0, 0, view.width, view.height);
      context.lineJoin = "round";
      if (this.showOutline) this.drawOutline(context, view, colour);
      if (this.showGraticule) this.drawGraticule(context, view, colour);
      if (this.showOutline) this.drawNames(context, view, colour);
    },

    drawOutline(context, view, colour) {
      for (const area of this.areas) {
        trace(context, area.rings, view);
        context.fillStyle = colour(area.kind === "neighbour" ? "neighbour" : "land");
        context.fill("evenodd");
      }
      for (const line of this.lines) {
        trace(context, line.rings, view);
        context.setLineDash(line.kind === "disputed" ? [6, 4] : []);
        context.lineWidth = LINE_WIDTH[line.kind] || 1;
        context.strokeStyle = colour(line.kind in LINE_WIDTH ? line.kind : "boundary");
        context.stroke();
      }
      context.setLineDash([]);
    },

    // The important names first; one that would cover another is left out.
    drawNames(context, view, colour) {
      const taken = [];
      context.lineWidth = 3;
      context.textBaseline = "middle";
      for (const label of this.labels) {
        if (view.zoom < LABEL_FROM_ZOOM[label.rank]) continue;
        const text = (S.language === "ur" && label.names.ur) || label.names.en;
        const x = label.at[0] * view.scale - view.originX;
        const y = label.at[1] * view.scale - view.originY;
        if (x < 0 || y < 0 || x > view.width || y > view.height) continue;
        context.font = `${LABEL_FONT[label.rank]} ${this.font}`;
        const width = context.measureText(text).width;
        const left = label.isTown ? x + 6 : x - width / 2;
        const box = [left - 3, y - 9, left + width + 3, y + 9];
        if (taken.some((other) => overlap(box, other))) continue;
        taken.push(box);
        context.textAlign = "left";
        context.strokeStyle = colour("halo");
        context.fillStyle = colour(label.rank === 0 ? "soft" : "text");
        if (label.isTown) dot(context, x, y);
        context.strokeText(text, left, y);
        context.fillText(text, left, y);
      }
    },

    drawGraticule(context, view, colour) {
      const degree = view.scale / 360;
      const step = [...STEPS].reverse().find((one) => one * degree >= GRATICULE_GAP) || STEPS[0];
      const decimals = step < 0.01 ? 3 : step < 0.1 ? 2 : step < 1 ? 1 : 0;
      const west = ((view.originX / view.scale) - 0.5) * 360;
      const east = (((view.originX + view.width) / view.scale) - 0.5) * 360;
      const latitudeAt = (y) => (Math.atan(Math.sinh(Math.PI * (1 - (2 * (view.originY + y)) / view.scale))) * 180) / Math.PI;
      context.lineWidth = 1;
      context.strokeStyle = colour("graticule");
      context.fillStyle = colour("soft");
      context.font = "10px " + this.font;
      context.textBaseline = "top";
      context.textAlign = "left";
      context.beginPath();
      for (let i = Math.ceil(west / step); i * step <= east; i++) {
        const x = Math.round(S.worldX(i * step) * view.scale - view.originX) + 0.5;
        context.moveTo(x, 0);
        context.lineTo(x, view.height);
        context.fillText(`${Math.abs(i * step).toFixed(decimals)}°${i < 0 ? "W" : "E"}`, x + 3, view.margin.y + 3);
      }
      context.textBaseline = "bottom";
      context.textAlign = "right";
      for (let i = Math.ceil(latitudeAt(view.height) / step); i * step <= latitudeAt(0); i++) {
        const y = Math.round(S.worldY(i * step) * view.scale - view.originY) + 0.5;
        context.moveTo(0, y);
        context.lineTo(view.width, y);
        context.fillText(`${Math.abs(i * step).toFixed(decimals)}°${i < 0 ? "S" : "N"}`,
          view.width - view.margin.x - 4, y - 2);
      }
      context.stroke();
    },
  });

  function trace(context, rings, view) {
    context.beginPath();
    for (const ring of rings) {
      for (let i = 0; i < ring.length; i += 2) {
        const x = ring[i] * view.scale - view.originX;
        const y = ring[i + 1] * view.scale - view.originY;
        if (i === 0) context.moveTo(x, y);
        else context.lineTo(x, y);
      }
    }
  }

  function dot(context, x, y) {
    context.beginPath();
    context.arc(x, y, 2, 0, 2 * Math.PI);
    context.stroke();
    context.fill();
  }

  const overlap = (one, other) => one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3];
})((window.Survey = window.Survey || {}));
