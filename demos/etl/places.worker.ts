/** In: blocks of CSV. Out: for each the totals of the countries in it. */
import { defineWorker, each } from 'looppool/worker';
import Papa from 'papaparse';
import type { PlaceRow } from './place.js';
import { addPlaces, type Totals } from './totals.js';

export interface Block {
  /** From 0; the first one begins with the header. */
  readonly number: number;
  readonly bytes: Uint8Array;
}

export interface Parsed {
  readonly number: number;
  readonly rows: number;
  readonly totals: Totals;
  /** What it took to parse and to add up. */
  readonly ms: number;
}

const text = new TextDecoder();

export default defineWorker<Block, Parsed>((blocks) => blocks.pipe(each(parse)));

function parse({ number, bytes }: Block): Parsed {
  const began = performance.now();
  const { data } = Papa.parse<PlaceRow>(text.decode(bytes), { newline: '\n', skipEmptyLines: true });
  const places = number === 0 ? data.slice(1) : data;
  const totals: Totals = new Map();
  addPlaces(totals, places);
  return { number, rows: places.length, totals, ms: performance.now() - began };
}
