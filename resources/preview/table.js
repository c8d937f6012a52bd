// The records: typed columns, as columns.py packs them.
(function (S) {
  "use strict";

  const ARRAYS = { Uint8: Uint8Array, Uint16: Uint16Array, Uint32: Uint32Array, Int8: Int8Array, Int16: Int16Array,
    Int32: Int32Array, Float64: Float64Array };
  const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

  // Numbers whose bytes of equal weight lie together. Every machine that has a browser is little-endian.
  function fromPlanes(type, rows, bytes) {
    const size = type.BYTES_PER_ELEMENT;
    const whole = new Uint8Array(rows * size);
    for (let plane = 0; plane < size; plane++) {
      const from = plane * rows;
      for (let row = 0, to = plane; row < rows; row++, to += size) whole[to] = bytes[from + row];
    }
    return new type(whole.buffer);
  }

  class Column {
    constructor(header, rows, buffer, start) {
      this.name = header.name;
      this.kind = header.kind;
      this.values = header.values;
      this.scale = header.scale;
      this.none = header.none;
      if (this.kind !== "empty") {
        this.odd = header.odd;
        this.data = this.kind === "uuid" || this.kind === "hex"
          ? new Uint8Array(buffer, start + header.at, rows * 16)
          : fromPlanes(ARRAYS[header.type], rows, new Uint8Array(buffer, start + header.at));
      }
    }

    // Text, number, seconds or null.
    value(row) {
      switch (this.kind) {
        case "text": {
          const code = this.data[row];
          return code === 0 ? null : this.values[code - 1];
        }
        case "number":
        case "time": {
          const raw = this.data[row];
          return raw === this.none || Number.isNaN(raw) ? null : raw / this.scale;
        }
        case "uuid":
          return this.uuid(row);
        case "hex":
          return row in this.odd ? this.odd[row] : this.uuid(row).replaceAll("-", "");
        default:
          return null;
      }
    }

    uuid(row) {
      let text = "";
      for (let i = 0; i < 16; i++) {
        if (i === 4 || i === 6 || i === 8 || i === 10) text += "-";
        text += HEX[this.data[row * 16 + i]];
      }
      return text;
    }

    // All values as numbers that sort as a reader expects, with nothing last: for texts the place in the alphabet
    // of the page's language.
    ranks(rows, label) {
      const ranks = new Float64Array(rows).fill(Infinity);
      if (this.kind === "text") {
        const compare = new Intl.Collator(S.language, { numeric: true }).compare;
        const order = this.values.map((value, i) => [label ? label(value) : value, i]);
        order.sort((a, b) => compare(a[0], b[0]));
        const rankOf = new Float64Array(this.values.length + 1).fill(Infinity);
        order.forEach(([, i], rank) => (rankOf[i + 1] = rank));
        for (let row = 0; row < rows; row++) ranks[row] = rankOf[this.data[row]];
      } else if (this.kind === "number" || this.kind === "time") {
        for (let row = 0; row < rows; row++) {
          const raw = this.data[row];
          if (raw !== this.none && raw === raw) ranks[row] = raw;
        }
      }
      return ranks;
    }
  }

  class Table {
    constructor(name, header, buffer, start) {
      this.name = name;
      this.rows = header.rows;
      this.columns = new Map();
      for (const column of header.columns) {
        this.columns.set(column.name, new Column(column, header.rows, buffer, start));
      }
    }

    column(name) {
      return this.columns.get(name) || EMPTY;
    }

    value(row, name) {
      return this.column(name).value(row);
    }

    // Map of uuid -> row of those that are here, in one pass and without making a text of every uuid.
    findAll(uuids) {
      const found = new Map();
      const column = this.column("uuid");
      const wanted = new Set(uuids);
      const starts = new Set([...wanted].map((uuid) => parseInt(uuid.slice(0, 6), 16)));
      for (let row = 0; row < this.rows && found.size < wanted.size; row++) {
        if (column.kind === "uuid") {
          const at = row * 16;
          if (!starts.has((column.data[at] << 16) | (column.data[at + 1] << 8) | column.data[at + 2])) continue;
        }
        const uuid = column.value(row);
        if (wanted.has(uuid)) found.set(uuid, row);
      }
      return found;
    }

    // Row of a uuid, or -1.
    find(uuid) {
      const row = this.findAll([uuid]).get(uuid);
      return row === undefined ? -1 : row;
    }

    // Rows by the text of a column that refers to another layer, made when first asked for.
    rowsOf(name, uuid) {
      this.indexes = this.indexes || new Map();
      if (!this.indexes.has(name)) {
        const index = new Map();
        for (let row = 0; row < this.rows; row++) {
          const key = this.value(row, name);
          if (!index.has(key)) index.set(key, []);
          index.get(key).push(row);
        }
        this.indexes.set(name, index);
      }
      return this.indexes.get(name).get(uuid) || [];
    }
  }

  const EMPTY = { kind: "empty", value: () => null, ranks: (rows) => new Float64Array(rows).fill(Infinity) };

  S.fromBase64 = function (text) {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
    const raw = atob(text);
    const bytes = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
    return bytes;
  };

  async function unpacked(bytes) {
    if (!window.DecompressionStream) return S.inflate(bytes);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }

  // Map of Tables by layer name.
  S.readTables = async function (base64) {
    const bytes = await unpacked(S.fromBase64(base64));
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
    const tables = new Map();
    for (const [name, table] of Object.entries(header.tables)) {
      tables.set(name, new Table(name, table, bytes.buffer, bytes.byteOffset + 4 + length));
    }
    return tables;
  };
})((window.Survey = window.Survey || {}));
