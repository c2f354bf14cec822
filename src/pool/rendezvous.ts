/**
 * Which of n workers has a key: the one with the highest score for it. When a worker joins or leaves, only the keys that it
 * wins or had move.
 *
 * Source: rendezvous hashing (Thaler and Ravishankar, 1998); FNV-1a and the finalizer of MurmurHash3 for the scores.
 */
import type { Key } from '../routing.js';

export function workerOfKey(key: Key, workers: number): number {
  const hash = hashOf(key);
  let best = 0;
  let highest = -1;
  for (let worker = 0; worker < workers; worker += 1) {
    const score = mixed(hash ^ Math.imul(worker + 1, 0x9e3779b1));
    if (score > highest) {
      highest = score;
      best = worker;
    }
  }
  return best;
}

/** 1 and '1' are different keys. */
function hashOf(key: Key): number {
  const text = typeof key === 'string' ? key : `${typeof key} ${String(key)}`;
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

function mixed(hash: number): number {
  let mix = hash;
  mix = Math.imul(mix ^ (mix >>> 16), 0x85ebca6b);
  mix = Math.imul(mix ^ (mix >>> 13), 0xc2b2ae35);
  return (mix ^ (mix >>> 16)) >>> 0;
}
