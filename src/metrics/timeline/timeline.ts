import type { PoolEvent } from '../../events.js';
import {
  type History,
  historyOf,
  type Moment,
  type Span,
  type TaskSpan,
  type WorkerHistory,
} from './history.js';
import { countsOf, densityOf, rowsOf, stepOf } from './packing.js';

export interface TimelineOptions {
  /** Above the picture. */
  readonly title?: string;
  /** Pixels. */
  readonly width?: number;
}

const LABELS = 132;
const MARGIN = 20;
const HEAD = 62;
const SOURCE = 34;
const LANE = 46;
const ROWS = 5;
/** Tasks of a lane, or marbles, beyond which they are summed up. */
const MANY = 400;
/** Pixels of a column where things are summed up. */
const COLUMN = 2;

const marks: { readonly [Kind in Moment['kind']]: readonly [sign: string, colour: string] } = {
  crash: ['✕', '#d4183d'],
  failed: ['◆', '#d4183d'],
  'dead-letter': ['✝', '#1c1e26'],
  cancelled: ['⊘', '#8a8f9c'],
  redelivered: ['↻', '#b35c00'],
  dropped: ['▽', '#b35c00'],
  recycled: ['♻', '#2b8a3e'],
  report: ['!', '#b35c00'],
  ready: ['▸', '#8a8f9c'],
  pill: ['●', '#8a8f9c'],
};

const legend = escaped(
  [
    '○ task sent, task done (hollow: no result; large: many)',
    '▬ a task in its worker',
    '▨ source paused, or task lost',
    ...Object.entries(marks).map(([kind, [sign]]) => `${sign} ${kind}`),
  ].join('   '),
);

/**
 * Draws a run as marble lanes: when tasks left the host, when each worker ran them, when they were done; pauses, failures and crashes
 * where they happened. A lane with very many tasks shows how many ran at a time.
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
  const inner = width - LABELS - MARGIN;
  const x = (ms: number) => round(LABELS + (ms / history.length) * inner);
  const columns = Math.max(1, Math.floor(inner / COLUMN));
  const page = { history, x, columns };
  const tasks = history.workers.flatMap((worker) => worker.tasks);
  const top = HEAD + SOURCE + 14;
  const bottom = top + history.workers.length * LANE + 8;
  const height = bottom + SOURCE + 62;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">`,
    style,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    heading(title, history, tasks),
    axis(page, HEAD, bottom + SOURCE),
    sourceLane(page, tasks, HEAD),
    ...history.workers.map((worker, i) => workerLane(page, worker, top + i * LANE)),
    outputLane(page, tasks, bottom),
    `<text class="small" x="${LABELS}" y="${height - 14}">${legend}</text>`,
    '</svg>',
  ];
  return `${parts.join('\n')}\n`;
}

interface Page {
  readonly history: History;
  readonly x: (ms: number) => number;
  readonly columns: number;
}

const style = `<style>
text { font: 12px ui-sans-serif, system-ui, "DejaVu Sans", sans-serif; fill: #4a4f5c; }
.title { font-size: 17px; font-weight: 600; fill: #1c1e26; }
.name { text-anchor: end; fill: #1c1e26; }
.small { font-size: 10.5px; fill: #8a8f9c; }
.tick { text-anchor: middle; }
.mark { text-anchor: middle; font-size: 13px; font-weight: 700; }
.grid { stroke: #eceef2; }
.line { stroke: #c4c8d2; stroke-width: 1.5; }
</style>
<defs>
<pattern id="paused" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="#fef8ec"/><line x1="0" y1="0" x2="0" y2="6" stroke="#efcf96" stroke-width="1.5"/></pattern>
<pattern id="lost" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="5" fill="#fbe3e8"/><line x1="0" y1="0" x2="0" y2="5" stroke="#d4183d" stroke-width="1.5"/></pattern>
</defs>`;

function heading(title: string, { length, workers, pauses }: History, tasks: readonly TaskSpan[]): string {
  const done = tasks.filter(({ lost }) => !lost).length;
  const paused = pauses.reduce((sum, { from, to }) => sum + to - from, 0);
  const facts = [
    `${done.toLocaleString('en')} tasks done`,
    `${workers.length} workers`,
    time(length),
    `${Math.round((done * 1000) / length).toLocaleString('en')} tasks/s`,
    `source paused ${Math.round((paused / length) * 100)} %`,
  ];
  return (
    `<text class="title" x="${MARGIN}" y="28">${escaped(title)}</text>` +
    `<text x="${MARGIN}" y="47">${escaped(facts.join('  ·  '))}</text>`
  );
}

function axis({ history: { length }, x }: Page, top: number, bottom: number): string {
  const step = stepOf(length, 10);
  const ticks: string[] = [];
  for (let ms = 0; ms <= length; ms += step) {
    ticks.push(
      `<line class="grid" x1="${x(ms)}" x2="${x(ms)}" y1="${top}" y2="${bottom}"/>` +
        `<text class="small tick" x="${x(ms)}" y="${bottom + 18}">${time(ms)}</text>`,
    );
  }
  return ticks.join('');
}

function sourceLane(page: Page, tasks: readonly TaskSpan[], top: number): string {
  const { history, x } = page;
  const pauses = history.pauses.map(
    (pause) =>
      `<rect class="paused" ${across(page, pause)} y="${top + 4}" height="${SOURCE - 8}" rx="2" fill="url(#paused)">` +
      `<title>paused for ${time(pause.to - pause.from)}</title></rect>`,
  );
  const sent = marbles(page, tasks, ({ sent }) => sent, top);
  const moments = history.moments.map((moment) => mark(moment, x(moment.at), top + SOURCE / 2 + 4));
  return lane(page, 'source', 'source', `${pauses.join('')}${sent}${moments.join('')}`, top, SOURCE);
}

function outputLane(page: Page, tasks: readonly TaskSpan[], top: number): string {
  const done = tasks.filter(({ lost }) => !lost);
  return lane(
    page,
    'output',
    'done',
    marbles(page, done, ({ to }) => to, top),
    top,
    SOURCE,
  );
}

function workerLane(page: Page, worker: WorkerHistory, top: number): string {
  const lives = worker.lives.map(
    (life) =>
      `<rect ${across(page, life)} y="${top + 2}" height="${LANE - 8}" rx="4" fill="${tint(worker.worker, 96)}"/>`,
  );
  const moments = worker.moments.map((moment) => mark(moment, page.x(moment.at), top + LANE / 2 + 1));
  const inside = `${lives.join('')}${work(page, worker, top + 4, LANE - 12)}${moments.join('')}`;
  return lane(
    page,
    `worker worker-${worker.worker}`,
    worker.name,
    inside,
    top,
    LANE - 4,
    worker.tasks.length,
  );
}

/** Tasks as bars, those that overlap below each other; very many as how many there were at a time. */
function work(page: Page, worker: WorkerHistory, top: number, height: number): string {
  const { tasks } = worker;
  const rows = tasks.length <= MANY ? rowsOf(tasks, ROWS) : undefined;
  if (!rows)
    return area(page, densityOf(tasks, page.history.length, page.columns), worker.worker, top, height);
  const bar = height / (Math.max(0, ...rows) + 1);
  return tasks
    .map((task, i) => {
      const fill = task.lost ? 'url(#lost)' : tint(task.worker, 58);
      return (
        `<rect class="task" ${across(page, task)} y="${round(top + (rows[i] as number) * bar)}" ` +
        `height="${round(Math.max(2, bar - 1.5))}" rx="2" fill="${fill}"><title>${describe(task)}</title></rect>`
      );
    })
    .join('');
}

function marbles(
  page: Page,
  tasks: readonly TaskSpan[],
  when: (task: TaskSpan) => number,
  top: number,
): string {
  const middle = top + SOURCE / 2;
  const line = `<line class="line" x1="${page.x(0)}" x2="${page.x(page.history.length)}" y1="${middle}" y2="${middle}"/>`;
  if (tasks.length > MANY) {
    const counts = countsOf(tasks.map(when), page.history.length, page.columns);
    return area(page, counts, undefined, top + 4, SOURCE - 8);
  }
  const circles = tasks.map((task) => {
    const fill = task.results === 0 && !task.lost ? '#fff' : tint(task.worker, 58);
    return (
      `<circle class="marble" cx="${page.x(when(task))}" cy="${middle}" r="${task.results > 1 ? 6 : 4.5}" fill="${fill}" ` +
      `stroke="${tint(task.worker, 38)}"><title>${describe(task)}</title></circle>`
    );
  });
  return line + circles.join('');
}

/** A curve over the columns, as high as the lane where it is highest. */
function area(
  page: Page,
  heights: Float64Array,
  worker: number | undefined,
  top: number,
  height: number,
): string {
  const most = Math.max(...heights, Number.MIN_VALUE);
  const base = top + height;
  const points = [...heights].map((value, i) => {
    const ms = ((i + 0.5) / heights.length) * page.history.length;
    return `${page.x(ms)},${round(base - (value / most) * height)}`;
  });
  const fill = worker === undefined ? '#9aa1b2' : tint(worker, 58);
  const shape = `${page.x(0)},${base} ${points.join(' ')} ${page.x(page.history.length)},${base}`;
  return `<polygon class="area" points="${shape}" fill="${fill}"><title>at most ${round(most)} at a time</title></polygon>`;
}

function lane(
  page: Page,
  kind: string,
  name: string,
  inside: string,
  top: number,
  height: number,
  tasks?: number,
): string {
  const middle = top + height / 2;
  const count =
    tasks === undefined
      ? ''
      : `<text class="small name" x="${LABELS - 12}" y="${middle + 15}">${tasks.toLocaleString('en')} tasks</text>`;
  return (
    `<g class="lane ${kind}"><text class="name" x="${LABELS - 12}" y="${middle + (count ? 1 : 4)}">${escaped(name)}</text>` +
    `${count}<line class="grid" x1="${page.x(0)}" x2="${page.x(page.history.length)}" y1="${top + height}" y2="${top + height}"/>` +
    `${inside}</g>`
  );
}

function mark({ kind, text }: Moment, x: number, y: number): string {
  const [sign, colour] = marks[kind];
  return `<text class="mark ${kind}" x="${x}" y="${y}" style="fill:${colour}">${sign}<title>${escaped(text)}</title></text>`;
}

/** Never so narrow that it cannot be seen. */
function across({ x }: Page, { from, to }: Span): string {
  return `x="${x(from)}" width="${round(Math.max(1.2, x(to) - x(from)))}"`;
}

function describe({ worker, position, from, to, sent, results, lost }: TaskSpan): string {
  const end = lost ? 'was never done' : `${results} result${results === 1 ? '' : 's'}`;
  return `task ${position} of worker ${worker}: waited ${time(from - sent)}, ran ${time(to - from)}, ${end}`;
}

/** A colour of its own for each worker: neighbours are far apart. */
function tint(worker: number, lightness: number): string {
  return `hsl(${Math.round(212 + worker * 137.5) % 360} 62% ${lightness}%)`;
}

function time(ms: number): string {
  if (ms >= 1000) return `${round(ms / 1000)} s`;
  return ms >= 0.01 || ms === 0 ? `${round(ms)} ms` : `${Math.round(ms * 1000)} µs`;
}

const round = (value: number): number => Math.round(value * 100) / 100;

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
