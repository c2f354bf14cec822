/** A file of rows as NDJSON: read by the line or by the block, and what a script that cleans such a file does with it. */
import { closeSync, mkdirSync, openSync, readSync, renameSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Row, rowOf } from './row.js';

const CHUNK = 256 * 1024;
const NEWLINE = 10;
const decoder = new TextDecoder();
const folder = join(tmpdir(), 'looppool-bench');

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

/** Makes sure of the file of so many rows. */
export function prepare(rows: number): void {
  if (statSync(pathOf(rows), { throwIfNoEntry: false })) return;
  mkdirSync(folder, { recursive: true });
  const unfinished = `${pathOf(rows)}.${process.pid}`;
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
  renameSync(unfinished, pathOf(rows));
}

/** The lines of the file of so many rows. */
export function* lines(rows: number): Generator<string> {
  for (const block of blocks(rows)) {
    for (const line of decoder.decode(block).split('\n')) if (line !== '') yield line;
  }
}

/** The file of so many rows in blocks: whole lines, 256 KiB of them at most, each in memory of its own. */
export function* blocks(rows: number): Generator<Uint8Array> {
  const file = openSync(pathOf(rows), 'r');
  try {
    let rest = new Uint8Array(0);
    for (;;) {
      const bytes = new Uint8Array(CHUNK);
      bytes.set(rest);
      const length = rest.length + readSync(file, bytes, rest.length, CHUNK - rest.length, null);
      const end = bytes.subarray(0, length).lastIndexOf(NEWLINE) + 1;
      if (end === 0) return;
      rest = bytes.slice(end, length);
      yield bytes.subarray(0, end);
    }
  } finally {
    closeSync(file);
  }
}

const pathOf = (rows: number): string => join(folder, `rows-${rows}.ndjson`);
