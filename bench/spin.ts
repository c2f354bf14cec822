/** Work for a CPU: no memory, no branches, nothing that a compiler can leave out. */

/** Rounds that take about a microsecond on a machine of 2.5 GHz. */
const ROUNDS = 500;

/**
 * @param micros how long, about
 * @returns an integer that depends on all of the work
 */
export function spin(micros: number, seed: number): number {
  let hash = seed | 0;
  for (let round = micros * ROUNDS; round > 0; round -= 1) {
    hash = mix(hash);
  }
  return hash;
}

/** A number of 32 bits that looks as if by chance, and is the same at every run. */
export const scramble = (n: number): number => mix(Math.imul(n + 1, 0x9e3779b1)) >>> 0;

const mix = (hash: number): number => (Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) + 0x297a2d39) | 0;
