import { lines } from 'looppool/etl';
import { stream } from '../stream.js';
import type { Workload } from '../workload.js';

interface Sighting {
  readonly id: number;
  readonly species: string;
  readonly place: { readonly name: string; readonly latitude: number; readonly longitude: number };
  readonly seen: string;
  readonly counts: readonly number[];
  readonly note: string;
}

/** Whole lines, and how many. */
export interface Text {
  readonly lines: number;
  readonly bytes: Uint8Array;
}

const LINES_IN_CHUNK = 250;
const CHUNKS = 16;

const species = ['aye-aye', 'Bürstenschwanz-Rattenkänguru', 'saola', 'ヤンバルクイナ', 'vaquita', 'kākāpō'];
const sighting = (id: number): Sighting => ({
  id,
  species: species[id % species.length] as string,
  place: {
    name: `Transect ${id % 97}`,
    latitude: (id % 180) - 90 + 0.125,
    longitude: (id % 360) - 180 + 0.25,
  },
  seen: new Date(1_700_000_000_000 + id * 61_000).toISOString(),
  counts: [id % 7, id % 11, id % 13],
  note: `Seen from the track, ${id % 40} m away, for some minutes. `.repeat(1 + (id % 3)),
});

function textOf(from: number, count: number): Uint8Array {
  const text = Array.from({ length: count }, (_, i) => `${JSON.stringify(sighting(from + i))}\n`).join('');
  return new TextEncoder().encode(text);
}

/** What a script does with a line of NDJSON: parses it, makes something else of it, and writes that as a line. */
export function transform(line: string): string {
  const { place, counts, note, ...rest } = JSON.parse(line) as Sighting;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const day = rest.seen.slice(0, 10);
  return `${JSON.stringify({ ...rest, ...place, day, total, words: note.split(' ').length })}\n`;
}

/** Bytes of about 300 to a line in, and out: the way of a file from a disk to a disk. A line is an item. */
export const workload: Workload<Uint8Array, Text> = {
  title: 'NDJSON, parsed, transformed and written again',
  items: 600_000,
  fewer: 600_000,
  window: 16,
  driver: stream,
  only: ['looppool', 'looppoolByLine', 'looppoolLineBlocks', 'mergeMap', 'piscina', 'postMessage'],
  *tasks(count) {
    const chunks = Array.from({ length: CHUNKS }, (_, i) => textOf(i * LINES_IN_CHUNK, LINES_IN_CHUNK));
    const whole = Math.floor(count / LINES_IN_CHUNK);
    for (let i = 0; i < whole; i += 1) yield chunks[i % CHUNKS] as Uint8Array;
    if (whole * LINES_IN_CHUNK < count) yield textOf(0, count - whole * LINES_IN_CHUNK);
  },
  work(bytes) {
    let text = '';
    let count = 0;
    for (const line of lines(bytes)) {
      text += transform(line);
      count += 1;
    }
    return { lines: count, bytes: Buffer.from(text) };
  },
  itemsIn: (text) => text.lines,
  digest: ({ bytes }) => bytes.length,
};
