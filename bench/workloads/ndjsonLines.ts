import { stream } from '../drivers/stream.js';
import { clean, lines, prepare } from '../ndjson.js';
import { scramble } from '../spin.js';
import type { Workload } from '../workload.js';

/** A file of rows, line by line: the host reads and splits, the workers parse, work and write. */
export const workload: Workload<string, string> = {
  title: 'an NDJSON file by the line: parsed, cleaned, written',
  items: { fast: 200_000, slow: 50_000, slowest: 5_000 },
  warmUp: 20_000,
  window: 4096,
  driver: stream,
  beside: { heading: '× one thread', contender: 'plainLoop' },
  prepare,
  tasks: lines,
  work: clean,
  digest: (line) => scramble(line.length + (line.charCodeAt(7) << 8) + (line.charCodeAt(20) << 16)) | 0,
};
