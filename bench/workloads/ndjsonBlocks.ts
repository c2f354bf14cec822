import { stream } from '../drivers/stream.js';
import { blocks, clean, prepare } from '../ndjson.js';
import type { Workload } from '../workload.js';

const NEWLINE = 10;
const decoder = new TextDecoder();
const encoder = new TextEncoder();

function cleanAll(block: Uint8Array): Uint8Array {
  let text = '';
  for (const line of decoder.decode(block).split('\n')) if (line !== '') text += `${clean(line)}\n`;
  return encoder.encode(text);
}

/** The same file in blocks of whole lines, moved: the host only looks for the last newline of what it reads. */
export const workload: Workload<Uint8Array, Uint8Array> = {
  title: 'the same file by blocks of 256 KiB (some 900 lines)',
  items: { fast: 200_000, slow: 200_000, slowest: 50_000 },
  warmUp: 20_000,
  window: 8,
  driver: stream,
  beside: { heading: '× one thread', contender: 'plainLoop' },
  prepare,
  tasks: blocks,
  itemsIn: (block) => {
    let lines = 0;
    for (let at = block.indexOf(NEWLINE); at >= 0; at = block.indexOf(NEWLINE, at + 1)) lines += 1;
    return lines;
  },
  work: cleanAll,
  // However the lines are cut into blocks.
  digest: (block) => {
    let sum = 0;
    for (const byte of block) sum += byte * byte;
    return sum | 0;
  },
  transfers: ({ buffer }) => [buffer as ArrayBuffer],
};
