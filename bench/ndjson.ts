/** A file of rows as NDJSON: read by the line or by the block, and what a script that cleans such a file does with it. */
import { closeSync, mkdirSync, openSync, readSync, renameSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Row, rowOf } from './row.js';

const CHUNK = 256 * 1024;
const NEWLINE = 10;
const decoder = new TextDecoder();

/** Parses a line, works out a few fields, drops others, and writes it as JSON again. */
export function clean(line: string): string {
  const row = JSON.parse(line) as Row;
  const { id, name, country, latitude, longitude, population, modified, note } = row;
  return JSON.stringify({
    id,
    name: name.normalize('NFKD').toLowerCase(),
    country,
    cell: `${Math.floor(latitude / 10)}:${Math.floor(longitude / 10)}`,
    size: population < 10_000 ? 'village' : population < 1_000_000 ? 'town' : 'city',
    modified: Date.parse(modified),
    words: note.split(' ').length,
  });
}

let path = '';

/** Makes sure of the file, outside of what is timed. `rows` of it will be read at most. */
export function prepare(rows: number): void {
  path = fileOf(rows);
}

export const ROWS_PER_BLOCK_AT_MOST = 1200;

/** The lines of the first `count` rows. */
export function* lines(count: number): Generator<string> {
  let taken = 0;
  for (const block of blocks(Infinity)) {
    for (const line of decoder.decode(block).split('\n')) {
      if (line === '') continue;
      yield line;
      taken += 1;
      if (taken === count) return;
    }
  }
}

/** The first blocks: whole lines, about 256 KiB of them, each in memory of its own. */
export function* blocks(count: number): Generator<Uint8Array> {
  const file = openSync(path, 'r');
  try {
    let rest = new Uint8Array(0);
    for (let taken = 0; taken < count; taken += 1) {
      const bytes = new Uint8Array(rest.length + CHUNK);
      bytes.set(rest);
      const length = rest.length + readSync(file, bytes, rest.length, CHUNK, null);
      const end = bytes.lastIndexOf(NEWLINE, length - 1) + 1;
      if (end === 0) return;
      rest = bytes.slice(end, length);
      yield bytes.subarray(0, end);
    }
  } finally {
    closeSync(file);
  }
}

/** The path of a file of at least so many rows, which is written when there is none yet. */
function fileOf(rows: number): string {
  const folder = join(tmpdir(), 'looppool-bench');
  const path = join(folder, `rows-${rows}.ndjson`);
  if (statSync(path, { throwIfNoEntry: false })) return path;
  mkdirSync(folder, { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  const file = openSync(unfinished, 'w');
  let text = '';
  for (let id = 0; id < rows; id += 1) {
    text += `${JSON.stringify(rowOf(id))}\n`;
    if (text.length > CHUNK || id + 1 === rows) {
      writeSync(file, text);
      text = '';
    }
  }
  closeSync(file);
  renameSync(unfinished, path);
  return path;
}
