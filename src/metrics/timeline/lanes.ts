/** The lanes of a timeline: what came in, what each worker did, what came out. */
import type { TaskSpan, WorkerHistory } from './history.js';
import { STRIP, strip } from './marks.js';
import { countsOf, coverOf, densityOf, merged, rowsOf } from './packing.js';
import { across, area, escaped, LABELS, numberText, type Page, round, timeText, tint } from './svg.js';

/** Pixels of what is in a lane, below its marks; and of the whole lane. */
const INSIDE = 38;
export const LANE = STRIP + INSIDE + 8;
/** Bars below each other at most, and rows of marbles. */
const ROWS = 8;
const MARBLE_ROWS = 6;
/** Tasks of a lane, or pauses, beyond which they are summed up. */
const MANY = 400;
/** Pixels between pauses that are seen as one. */
const CLOSE = 2;
/** Pixels that the word takes. */
const STARTING = 52;

const GREY = '#9aa1b2';

export function sourceLane(page: Page, tasks: readonly TaskSpan[], top: number): string {
  const { history } = page;
  const { pauses } = history;
  const drawn = pauses.length > MANY ? merged(pauses, CLOSE * page.pixel) : pauses;
  const hatched = drawn.map(
    (pause) =>
      `<rect class="paused" ${across(page, pause)} y="${top + STRIP}" height="${INSIDE}" rx="2" fill="url(#paused)">` +
      `<title>paused for ${timeText(pause.to - pause.from)}</title></rect>`,
  );
  const inside =
    hatched.join('') +
    marbles(page, tasks, ({ sent }) => sent, top + STRIP) +
    strip(page, history.moments, top, INSIDE);
  const paused = share(coverOf(pauses), history.length);
  return lane(page, 'source', ['source', `paused ${paused}`], inside, top);
}

export function outputLane(page: Page, tasks: readonly TaskSpan[], top: number): string {
  const done = tasks.filter(({ lost }) => !lost);
  const results = done.reduce((sum, task) => sum + task.results, 0);
  const inside = marbles(page, done, ({ to }) => to, top + STRIP);
  return lane(page, 'output', ['output', `${numberText(results)} results`], inside, top);
}

export function workerLane(page: Page, worker: WorkerHistory, top: number): string {
  const { tasks, lives, moments, name } = worker;
  const life = lives.reduce((sum, { to, ready = to }) => sum + to - ready, 0);
  const busy = `${numberText(tasks.length)} tasks, ${share(coverOf(tasks), life)} busy`;
  const inside = lifeOf(page, worker, top) + work(page, worker, top + STRIP + 2, INSIDE - 4);
  const kind = `worker worker-${worker.worker}`;
  return lane(page, kind, [name, busy], inside + strip(page, moments, top, INSIDE), top);
}

function lifeOf(page: Page, { worker, lives }: WorkerHistory, top: number): string {
  const place = `y="${top + STRIP}" height="${INSIDE}" rx="4"`;
  if (lives.length > MANY) {
    return merged(lives, CLOSE * page.pixel)
      .map((life) => `<rect ${across(page, life)} ${place} fill="${tint(worker, 96)}"/>`)
      .join('');
  }
  return lives
    .map(({ from, to, ready }) => {
      const began = ready ?? to;
      const starting = `<rect class="starting" ${across(page, { from, to: began })} ${place}/>`;
      const word = `<text class="small" x="${page.x(from) + 8}" y="${top + STRIP + INSIDE / 2 + 4}">starting</text>`;
      const isWide = page.x(began) - page.x(from) > STARTING;
      const alive = `<rect ${across(page, { from: began, to })} ${place} fill="${tint(worker, 95)}"/>`;
      return starting + (isWide ? word : '') + (ready === undefined ? '' : alive);
    })
    .join('');
}

/** Tasks as bars, those that overlap below each other; very many as how many there were at a time. */
function work(page: Page, { worker, tasks }: WorkerHistory, top: number, height: number): string {
  const rows = tasks.length <= MANY ? rowsOf(tasks, ROWS) : undefined;
  if (!rows) {
    const density = densityOf(tasks, page.history.length, page.columns);
    const most = `up to ${round(Math.max(...density))} at a time`;
    return `<g>${area(page, density, tint(worker, 58), top, height)}<title>${most}</title></g>`;
  }
  const bar = height / Math.max(3, Math.max(0, ...rows) + 1);
  return tasks
    .map((task, i) => {
      const fill = task.lost ? 'url(#lost)' : tint(worker, 58);
      return (
        `<rect class="task" ${across(page, task)} y="${round(top + (rows[i] as number) * bar)}" ` +
        `height="${round(Math.max(2, bar - 1.5))}" rx="2" fill="${fill}"><title>${describe(task)}</title></rect>`
      );
    })
    .join('');
}

/** Those of each worker at a height of their own; very many as how many there were. */
function marbles(
  page: Page,
  tasks: readonly TaskSpan[],
  when: (task: TaskSpan) => number,
  top: number,
): string {
  if (tasks.length > MANY) {
    const counts = countsOf(tasks.map(when), page.history.length, page.columns);
    return area(page, counts, GREY, top + 2, INSIDE - 4);
  }
  const rows = Math.max(1, Math.min(MARBLE_ROWS, page.history.workers.length));
  const row = INSIDE / rows;
  const radius = Math.min(4.5, row / 2 + 0.5);
  return tasks
    .map((task) => {
      const { worker, results, lost } = task;
      const y = round(top + ((worker % rows) + 0.5) * row);
      const fill = lost ? 'url(#lost)' : results === 0 ? '#fff' : tint(worker, 58);
      return (
        `<circle class="marble" cx="${page.x(when(task))}" cy="${y}" r="${round(results > 1 ? radius + 1 : radius)}" ` +
        `fill="${fill}" stroke="${tint(worker, 40)}" stroke-width="0.8"><title>${describe(task)}</title></circle>`
      );
    })
    .join('');
}

function lane(
  page: Page,
  kind: string,
  [name, facts]: readonly [string, string],
  inside: string,
  top: number,
): string {
  const middle = top + STRIP + INSIDE / 2;
  const label = (y: number, look: string, text: string) =>
    `<text class="${look}" x="${LABELS - 12}" y="${y}">${escaped(text)}</text>`;
  const ends = `x1="${page.x(0)}" x2="${page.x(page.history.length)}"`;
  return (
    `<g class="lane ${kind}">${label(middle - 1, 'name', name)}${label(middle + 13, 'small name', facts)}` +
    `<line class="line" ${ends} y1="${top + STRIP + INSIDE + 4}" y2="${top + STRIP + INSIDE + 4}"/>${inside}</g>`
  );
}

function describe({ worker, position, from, to, sent, results, lost }: TaskSpan): string {
  const end = lost ? 'was not done' : `${results} result${results === 1 ? '' : 's'}`;
  return `task ${position} of worker ${worker}: waited ${timeText(from - sent)}, ran ${timeText(to - from)}, ${end}`;
}

function share(part: number, whole: number): string {
  return `${whole > 0 ? Math.min(100, Math.round((part / whole) * 100)) : 0} %`;
}
