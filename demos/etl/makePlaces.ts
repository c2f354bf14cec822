/**
 * Makes the file: the places of the world as CSV, round after round, gzipped.
 *
 *     node build/demos/etl/makePlaces.js <file> <MB of text>
 */
import { createWriteStream, renameSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import Papa from 'papaparse';
import { type City, worldCities } from '../cities/worldCities.js';
import { HEADER } from './place.js';

const PLACES_IN_PIECE = 1000;

const [file = '', megabytes] = process.argv.slice(2);
console.log(`making ${file}: ${megabytes} MB of text, once`);
// What bears its own name is whole.
const half = `${file}.half`;
const text = Readable.from(piecesOf(Number(megabytes) * 2 ** 20), { objectMode: false });
await pipeline(text, createGzip({ level: constants.Z_BEST_SPEED }), createWriteStream(half));
renameSync(half, file);

/** At least `bytes` of text, in pieces of some rows. */
function* piecesOf(bytes: number): Generator<Buffer> {
  const cities = [...worldCities()];
  let left = bytes;
  yield Buffer.from(`${HEADER}\n`);
  for (let round = 0; left > 0; round += 1) {
    for (let from = 0; from < cities.length && left > 0; from += PLACES_IN_PIECE) {
      const rows = cities.slice(from, from + PLACES_IN_PIECE).map((city) => rowOf(round, city));
      const piece = Buffer.from(`${Papa.unparse(rows, { newline: '\n' })}\n`);
      left -= piece.length;
      yield piece;
    }
  }
}

function rowOf(round: number, { name, country, population, longitude, latitude }: City) {
  return [round, name, country, population, longitude, latitude];
}
