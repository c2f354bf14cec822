/**
 * Work for a CPU: no memory, no branches, nothing that a compiler can leave out.
 *
 * In WebAssembly, for a compiler of JavaScript inlines such a loop into whoever calls it, sooner for one contender than for
 * another, and there it took up to five times as long: what was compared was where it had landed.
 */

/** Rounds that take about a microsecond on a machine of 2.5 GHz. */
const ROUNDS = 500;
const FACTOR = 0x2c1b3c6d;
const SUMMAND = 0x297a2d39;

const mix = (hash: number): number => (Math.imul(hash ^ (hash >>> 15), FACTOR) + SUMMAND) | 0;

/** `while (rounds--) hash = mix(hash); return hash` */
const body = [
  ...[0x00, 0x02, 0x40, 0x03, 0x40], // no locals; block; loop
  ...[0x20, 0, 0x45, 0x0d, 1], // leave the block when rounds is 0
  ...[0x20, 1, 0x20, 1, 0x41, 15, 0x76, 0x73], // hash ^ (hash >>> 15)
  ...[0x41, ...leb128(FACTOR), 0x6c, 0x41, ...leb128(SUMMAND), 0x6a, 0x21, 1], // hash = that * FACTOR + SUMMAND
  ...[0x20, 0, 0x41, 1, 0x6b, 0x21, 0, 0x0c, 0], // rounds -= 1; continue
  ...[0x0b, 0x0b, 0x20, 1, 0x0b], // ends of loop and block; return hash
];
const code = [
  ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // WebAssembly, version 1
  ...[1, 7, 1, 0x60, 2, 0x7f, 0x7f, 1, 0x7f], // types: (i32, i32) => i32
  ...[3, 2, 1, 0], // functions: one of that type
  ...[7, 8, 1, 4, 0x73, 0x70, 0x69, 0x6e, 0, 0], // exports: as `spin`
  ...[10, body.length + 2, 1, body.length, ...body],
];
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(code)));
const spinRounds = exports.spin as (rounds: number, hash: number) => number;

/**
 * @param micros how long, about
 * @returns an integer that depends on all of the work
 */
export function spin(micros: number, seed: number): number {
  return spinRounds(micros * ROUNDS, seed);
}

/** A number of 32 bits that looks as if by chance, and is the same at every run. */
export const scramble = (n: number): number => mix(Math.imul(n + 1, 0x9e3779b1)) >>> 0;

function leb128(n: number): number[] {
  return n < 64 ? [n] : [(n & 0x7f) | 0x80, ...leb128(n >>> 7)];
}
