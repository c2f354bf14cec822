import { stream } from '../drivers/stream.js';
import { MEGABYTE } from '../megabytes.js';
import type { Workload } from '../workload.js';

const spare: Uint8Array[] = [];

/** 1 MiB there and back, transferred each way. What has come back is sent again: to allocate would be most of the cost. */
export const workload: Workload<Uint8Array, Uint8Array> = {
  title: '1 MiB buffers, moved both ways',
  items: { fast: 100_000, slow: 10_000, slowest: 2_000 },
  warmUp: 1_000,
  window: 16,
  driver: stream,
  *tasks(count) {
    for (let i = 0; i < count; i += 1) {
      const bytes = spare.pop() ?? new Uint8Array(MEGABYTE);
      bytes[0] = i % 200;
      yield bytes;
    }
  },
  work: (bytes) => {
    bytes[1] = (bytes[0] as number) + 1;
    return bytes;
  },
  digest: (bytes) => {
    spare.push(bytes);
    return Math.imul(bytes.length + (bytes[0] as number) * 256 + (bytes[1] as number), 0x9e3779b1);
  },
  transfers: ({ buffer }) => [buffer as ArrayBuffer],
};
