import { stream } from '../drivers/stream.js';
import { blocks, clean, prepare, ROWS_PER_BLOCK_AT_MOST } from '../ndjson.js';
import { scramble } from '../spin.js';
import type { Workload } from '../workload.js';

const decoder = new TextDecoder();
const encoder = new TextEncoder();

function cleanAll(block: Uint8Array): Uint8Array {
  let text = '';
  for (const line of decoder.decode(block).split('\n')) if (line !== '') text += `${clean(line)}\n`;
  return encoder.encode(text);
}

/** The same file in blocks of whole lines, moved: the host only looks for the last newline of what it reads. */
export const workload: Workload<Uint8Array, Uint8Array> = {
  title: 'an NDJSON file by blocks of 256 KiB (some 900 lines): parsed, cleaned, written',
  items: { fast: 300, slow: 300, slowest: 100 },
  warmUp: 20,
  window: 8,
  driver: stream,
  beside: { heading: '× one thread', contender: 'plainLoop' },
  prepare: (count) => prepare(count * ROWS_PER_BLOCK_AT_MOST),
  tasks: blocks,
  work: cleanAll,
  digest: (block) => {
    let sum = block.length;
    for (let at = 0; at < block.length; at += 61) sum = (sum * 31 + (block[at] as number)) | 0;
    return scramble(sum) | 0;
  },
  transfers: ({ buffer }) => [buffer as ArrayBuffer],
};
