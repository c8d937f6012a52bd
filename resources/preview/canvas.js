// A Leaflet layer that is one canvas, a little larger than the view so that a drag shows no edge.
(function (S) {
  "use strict";

  const MARGIN = 0.1; // of the view, on each side
  const WORLD = 256; // px, the size of the world at zoom 0

  // Web Mercator (EPSG:3857) as a share of the world, 0 to 1, from its north-west corner.
  S.worldX = (longitude) => longitude / 360 + 0.5;
  S.worldY = function (latitude) {
    const sine = Math.sin((Math.max(-85.051128, Math.min(85.051128, latitude)) * Math.PI) / 180);
    return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
  };

  S.CanvasLayer = L.Layer.extend({
    initialize(pane, order) {
      this.paneName = pane;
      this.order = order;
      // What is drawn meanwhile need not be drawn again.
      this.redrawSoon = S.oncePerFrame(() => this._map && this.stale && this.redraw());
    },

    onAdd(map) {
      const pane = map.getPane(this.paneName) || map.createPane(this.paneName);
      pane.style.zIndex = this.order;
      pane.style.pointerEvents = "none";
      this.canvas = S.el("canvas", { class: "leaflet-zoom-animated survey-canvas", "aria-hidden": "true" });
      pane.append(this.canvas);
      this.context = this.canvas.getContext("2d");
      this.redraw();
    },

    onRemove() {
      this.canvas.remove();
    },

    getEvents() {
      return { moveend: this.redraw, move: this.whileMoving, zoomanim: this.whileZooming, resize: this.redraw };
    },

    whileMoving() {
      const shown = this._map.containerPointToLayerPoint([0, 0]);
      const slack = this.margin;
      const off = shown.subtract(this.corner.add(slack));
      if (Math.abs(off.x) <= slack.x && Math.abs(off.y) <= slack.y) return;
      this.stale = true;
      this.redrawSoon();
    },

    whileZooming(event) {
      const scale = this._map.getZoomScale(event.zoom, this.zoom);
      const place = this._map._latLngToNewLayerPoint(this.cornerPlace, event.zoom, event.center);
      L.DomUtil.setTransform(this.canvas, place, scale);
    },

    redraw() {
      const map = this._map;
      this.stale = false;
      const size = map.getSize();
      this.margin = size.multiplyBy(MARGIN).round();
      this.zoom = map.getZoom();
      this.corner = map.containerPointToLayerPoint(this.margin.multiplyBy(-1)).round();
      this.cornerPlace = map.layerPointToLatLng(this.corner);
      const width = size.x + 2 * this.margin.x;
      const height = size.y + 2 * this.margin.y;
      const ratio = S.isPrinting() ? S.PRINT_SCALE : Math.min(window.devicePixelRatio || 1, 2);
      if (this.canvas.width !== Math.round(width * ratio) || this.canvas.height !== Math.round(height * ratio)) {
        this.canvas.width = Math.round(width * ratio);
        this.canvas.height = Math.round(height * ratio);
        this.canvas.style.width = width + "px";
        this.canvas.style.height = height + "px";
      }
      L.DomUtil.setTransform(this.canvas, this.corner, 1);
      this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
      this.context.clearRect(0, 0, width, height);
      const origin = map.getPixelOrigin().add(this.corner);
      this.draw(this.context, {
        width,
        height,
        ratio,
        zoom: this.zoom,
        scale: WORLD * 2 ** this.zoom, // world share -> px
        originX: origin.x,
        originY: origin.y,
        margin: this.margin,
      });
    },
  });
})((window.Survey = window.Survey || {}));
