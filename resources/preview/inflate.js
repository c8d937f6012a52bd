// zlib (RFC 1950, 1951) for browsers that have no DecompressionStream (Safari before 16.4, Firefox before 113).
(function (S) {
  "use strict";

  const LENGTH_BASE = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
    163, 195, 227, 258];
  const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
  const DISTANCE_BASE = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537,
    2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];
  const DISTANCE_BITS = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12,
    13, 13];
  const LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
  const LONGEST = 15;

  // Canonical Huffman code from code lengths: how many codes of each length, and the symbols in order.
  function huffman(lengths) {
    const counts = new Uint16Array(LONGEST + 1);
    for (const length of lengths) counts[length]++;
    counts[0] = 0;
    const next = new Uint16Array(LONGEST + 2);
    for (let length = 1; length <= LONGEST; length++) next[length + 1] = next[length] + counts[length];
    const symbols = new Uint16Array(lengths.length);
    lengths.forEach((length, symbol) => {
      if (length) symbols[next[length]++] = symbol;
    });
    return { counts, symbols };
  }

  class Inflater {
    constructor(bytes) {
      this.bytes = bytes;
      this.at = 2; // after the header of zlib
      this.held = 0;
      this.heldBits = 0;
      this.out = new Uint8Array(bytes.length * 4);
      this.size = 0;
    }

    bits(count) {
      while (this.heldBits < count) {
        if (this.at >= this.bytes.length) throw new Error("the records in this file are cut off");
        this.held |= this.bytes[this.at++] << this.heldBits;
        this.heldBits += 8;
      }
      const value = this.held & ((1 << count) - 1);
      this.held >>>= count;
      this.heldBits -= count;
      return value;
    }

    symbol(code) {
      let value = 0;
      let first = 0;
      let index = 0;
      for (let length = 1; length <= LONGEST; length++) {
        value |= this.bits(1);
        const count = code.counts[length];
        if (value - count < first) return code.symbols[index + value - first];
        index += count;
        first = (first + count) << 1;
        value <<= 1;
      }
      throw new Error("the records in this file are damaged");
    }

    room(more) {
      if (this.size + more <= this.out.length) return;
      const larger = new Uint8Array(Math.max(this.out.length * 2, this.size + more));
      larger.set(this.out);
      this.out = larger;
    }

    stored() {
      this.held = this.heldBits = 0;
      const length = this.bytes[this.at] | (this.bytes[this.at + 1] << 8);
      this.at += 4;
      this.room(length);
      this.out.set(this.bytes.subarray(this.at, this.at + length), this.size);
      this.at += length;
      this.size += length;
    }

    codes() {
      const literals = this.bits(5) + 257;
      const distances = this.bits(5) + 1;
      const given = this.bits(4) + 4;
      const first = new Array(19).fill(0);
      for (let i = 0; i < given; i++) first[LENGTH_ORDER[i]] = this.bits(3);
      const code = huffman(first);
      const lengths = [];
      while (lengths.length < literals + distances) {
        const symbol = this.symbol(code);
        if (symbol < 16) lengths.push(symbol);
        else {
          const [value, times] = symbol === 16 ? [lengths[lengths.length - 1], 3 + this.bits(2)]
            : symbol === 17 ? [0, 3 + this.bits(3)] : [0, 11 + this.bits(7)];
          for (let i = 0; i < times; i++) lengths.push(value);
        }
      }
      return [huffman(lengths.slice(0, literals)), huffman(lengths.slice(literals))];
    }

    block(literal, distance) {
      for (;;) {
        const symbol = this.symbol(literal);
        if (symbol === 256) return;
        if (symbol < 256) {
          this.room(1);
          this.out[this.size++] = symbol;
          continue;
        }
        const length = LENGTH_BASE[symbol - 257] + this.bits(LENGTH_BITS[symbol - 257]);
        const far = this.symbol(distance);
        const from = this.size - DISTANCE_BASE[far] - this.bits(DISTANCE_BITS[far]);
        this.room(length);
        for (let i = 0; i < length; i++) this.out[this.size++] = this.out[from + i];
      }
    }

    all() {
      let last = false;
      while (!last) {
        last = this.bits(1) === 1;
        const kind = this.bits(2);
        if (kind === 0) this.stored();
        else if (kind === 1) this.block(FIXED_LITERAL, FIXED_DISTANCE);
        else this.block(...this.codes());
      }
      return this.out.slice(0, this.size);
    }
  }

  const FIXED_LITERAL = huffman(
    Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8))
  );
  const FIXED_DISTANCE = huffman(new Array(30).fill(5));

  S.inflate = (bytes) => new Inflater(bytes).all();
})((window.Survey = window.Survey || {}));
