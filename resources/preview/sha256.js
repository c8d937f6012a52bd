// SHA-256 (FIPS 180-4) of a text in UTF-8: crypto.subtle is missing on pages that are opened as a file.
(function (S) {
  "use strict";

  const primes = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime)) primes.push(n);
  // The first 32 bits behind the point of a root.
  const bits = (root) => ((root - Math.floor(root)) * 2 ** 32) | 0;
  const ROUND = primes.map((prime) => bits(Math.cbrt(prime)));
  const START = primes.slice(0, 8).map((prime) => bits(Math.sqrt(prime)));

  const turn = (word, by) => (word >>> by) | (word << (32 - by));

  // The message, a one bit, zeros, and its length in bits as 64 bits, in blocks of 64 bytes.
  function padded(bytes) {
    const whole = new Uint8Array((((bytes.length + 8) >> 6) + 1) << 6);
    whole.set(bytes);
    whole[bytes.length] = 0x80;
    const tail = new DataView(whole.buffer, whole.length - 8);
    tail.setUint32(0, Math.floor(bytes.length / 2 ** 29));
    tail.setUint32(4, bytes.length << 3);
    return whole;
  }

  function compress(state, words) {
    for (let i = 16; i < 64; i++) {
      const [early, late] = [words[i - 15], words[i - 2]];
      const low = turn(early, 7) ^ turn(early, 18) ^ (early >>> 3);
      const high = turn(late, 17) ^ turn(late, 19) ^ (late >>> 10);
      words[i] = (words[i - 16] + low + words[i - 7] + high) | 0;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + ROUND[i] + words[i]) | 0;
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => (state[i] = (state[i] + word) | 0));
  }

  // Hexadecimal digest, 64 characters.
  S.sha256 = function (text) {
    const message = padded(new TextEncoder().encode(text));
    const view = new DataView(message.buffer);
    const state = Int32Array.from(START);
    const words = new Int32Array(64);
    for (let block = 0; block < message.length; block += 64) {
      for (let i = 0; i < 16; i++) words[i] = view.getInt32(block + 4 * i);
      compress(state, words);
    }
    return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
  };
})((window.Survey = window.Survey || {}));
