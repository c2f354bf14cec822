import type { PoolEvent } from '../../events.js';
import { type History, historyOf } from './history.js';
import { LANE, outputLane, sourceLane, workerLane } from './lanes.js';
import { legend } from './marks.js';
import { stepOf } from './packing.js';
import { escaped, MARGIN, numberText, type Page, pageOf, round, style, timeText } from './svg.js';

export interface TimelineOptions {
  /** Above the picture. */
  readonly title?: string;
  /** Pixels. */
  readonly width?: number;
}

/** Pixels of the title, and of the axis. */
const HEAD = 58;
const AXIS = 44;

/**
 * Draws a run as marble lanes: when tasks left the host, when each worker ran them, when they were done; pauses, failures and crashes
 * where they happened. A lane with very many tasks shows how many ran at a time, so that the file of a long run is no larger.
 *
 * ```ts
 * writeFileSync('run.svg', timeline(events, { title: 'cities' }));
 * ```
 *
 * @param events all that an observer of `events` was told of one pool
 * @returns an SVG document that needs nothing else
 */
export function timeline(events: Iterable<PoolEvent>, options: TimelineOptions = {}): string {
  const { title = 'looppool', width = 1200 } = options;
  const history = historyOf(events);
  const page = pageOf(history, width);
  const tasks = history.workers.flatMap((worker) => worker.tasks);
  const done = tasks.filter(({ lost }) => !lost).length;
  const bottom = HEAD + LANE * (history.workers.length + 2);
  const key = legend(page, bottom + AXIS);
  const height = bottom + AXIS + key.height;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">`,
    style,
    '<rect width="100%" height="100%" fill="#fff"/>',
    heading(title, history, done),
    axis(page, HEAD, bottom),
    sourceLane(page, tasks, HEAD),
    ...history.workers.map((worker, i) => workerLane(page, worker, HEAD + LANE * (i + 1))),
    outputLane(page, tasks, bottom - LANE),
    key.svg,
    '</svg>',
  ];
  return `${parts.join('\n')}\n`;
}

function heading(title: string, { began, length, workers }: History, done: number): string {
  const facts = [
    `${numberText(done)} tasks done`,
    `${workers.length} workers`,
    timeText(length),
    `${numberText((done * 1000) / length)} tasks/s`,
    ...(began > 0 ? [new Date(began).toISOString()] : []),
  ];
  return (
    `<text class="title" x="${MARGIN}" y="28">${escaped(title)}</text>` +
    `<text x="${MARGIN}" y="47">${escaped(facts.join('  ·  '))}</text>`
  );
}

function axis({ history: { length }, x }: Page, top: number, bottom: number): string {
  const step = stepOf(length, 10);
  const [unit, name] = length >= 1000 ? [1000, 's'] : length >= 1 ? [1, 'ms'] : [0.001, 'µs'];
  const ticks: string[] = [];
  for (let i = 0; i * step <= length; i += 1) {
    const at = x(i * step);
    ticks.push(
      `<line class="grid" x1="${at}" x2="${at}" y1="${top}" y2="${bottom}"/>` +
        `<text class="small tick" x="${at}" y="${bottom + 14}">${round((i * step) / unit)} ${name}</text>`,
    );
  }
  return ticks.join('');
}
