/**
 * Writes a run's tables into the page on performance, between two marks; the prose around them is a person's.
 *
 *     node build/bench/render.js <report.json> [page]
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { intoPage, pageOf } from './page.js';
import type { Report } from './report.js';

const [json, page = fileURLToPath(new URL('../../docs/PERFORMANCE.md', import.meta.url))] =
  process.argv.slice(2);
if (json === undefined) throw new Error('Which report? node build/bench/render.js <report.json> [page]');
const report = JSON.parse(await readFile(json, 'utf8')) as Report;
await writeFile(page, intoPage(await readFile(page, 'utf8'), pageOf(report)));
