import { stream } from '../drivers/stream.js';
import { digestOf, MEGABYTE, stamp } from '../megabytes.js';
import type { Workload } from '../workload.js';

/** 1 MiB there and back, copied each way. */
export const workload: Workload<Uint8Array, Uint8Array> = {
  title: '1 MiB buffers, copied both ways',
  items: { fast: 1_000, slow: 1_000, slowest: 300 },
  warmUp: 50,
  window: 16,
  driver: stream,
  *tasks(count) {
    for (let i = 0; i < count; i += 1) yield new Uint8Array(MEGABYTE).fill(i % 200);
  },
  work: stamp,
  digest: digestOf,
};
