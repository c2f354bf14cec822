/** What a timeline shows of a run. In: its events, in any order. Out: spans and moments, in ms since the run began. */
import type { PoolEvent } from '../../events.js';

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A worker, from spawned to gone. */
export interface Life extends Span {
  /** When its function had returned. */
  readonly ready: number | undefined;
}

export interface TaskSpan extends Span {
  readonly worker: number;
  readonly position: number;
  /** When it was sent to its worker. */
  readonly sent: number;
  readonly results: number;
  /** It began and was never done. */
  readonly lost: boolean;
}

export interface Moment {
  readonly at: number;
  readonly kind:
    | 'crash'
    | 'failed'
    | 'dead-letter'
    | 'cancelled'
    | 'redelivered'
    | 'dropped'
    | 'recycled'
    | 'pill'
    | 'report';
  readonly text: string;
}

export interface WorkerHistory {
  readonly worker: number;
  readonly name: string;
  /** Of each worker that had this place. */
  readonly lives: readonly Life[];
  readonly tasks: readonly TaskSpan[];
  readonly moments: readonly Moment[];
}

export interface History {
  /** ms since the epoch. */
  readonly began: number;
  readonly length: number;
  readonly workers: readonly WorkerHistory[];
  readonly pauses: readonly Span[];
  /** What is no worker's. */
  readonly moments: readonly Moment[];
}

interface Lane {
  name: string;
  lives: Life[];
  /** Those that are not gone, oldest first: the next one starts before the one that it follows has left. */
  alive: { readonly from: number; ready: number | undefined }[];
  tasks: TaskSpan[];
  moments: Moment[];
  /** Tasks that began and have not ended, by position: when. */
  open: Map<number, number>;
}

const kinds: { readonly [Type in PoolEvent['type']]?: Moment['kind'] } = {
  'worker-crashed': 'crash',
  'task-failed': 'failed',
  'dead-letter': 'dead-letter',
  'task-cancelled': 'cancelled',
  'task-redelivered': 'redelivered',
  dropped: 'dropped',
  'worker-recycled': 'recycled',
  'worker-report': 'report',
  pill: 'pill',
};

export function historyOf(events: Iterable<PoolEvent>): History {
  const all = [...events].sort((a, b) => a.at - b.at);
  const began = all[0]?.at ?? 0;
  const length = Math.max(1, (all.at(-1)?.at ?? 0) - began);
  const lanes: Lane[] = [];
  const pauses: Span[] = [];
  const moments: Moment[] = [];
  let pausedAt: number | undefined;
  for (const event of all) {
    const at = event.at - began;
    const kind = kinds[event.type];
    const moment = kind && { at, kind, text: textOf(event) };
    if (event.type === 'paused') pausedAt = at;
    if (event.type === 'resumed') {
      pauses.push({ from: pausedAt ?? at - event.duration, to: at });
      pausedAt = undefined;
    }
    if ('worker' in event) {
      const lane = laneAt(lanes, event.worker);
      if (moment) lane.moments.push(moment);
      note(lane, event, at);
    } else if (moment) moments.push(moment);
  }
  if (pausedAt !== undefined) pauses.push({ from: pausedAt, to: length });
  const workers = lanes.map((lane, worker) => {
    do end(lane, worker, length);
    while (lane.alive.length > 0);
    const { name, lives, tasks, moments } = lane;
    return { worker, name: name || `worker ${worker}`, lives, tasks, moments };
  });
  return { began, length, workers, pauses, moments };
}

function laneAt(lanes: Lane[], worker: number): Lane {
  while (lanes.length <= worker) {
    lanes.push({ name: '', lives: [], alive: [], tasks: [], moments: [], open: new Map() });
  }
  return lanes[worker] as Lane;
}

function note(lane: Lane, event: PoolEvent & { readonly worker: number }, at: number): void {
  switch (event.type) {
    case 'worker-spawned':
      lane.name = event.name;
      lane.alive.push({ from: at, ready: undefined });
      break;
    case 'worker-ready': {
      const born = lane.alive.find(({ ready }) => ready === undefined);
      if (born) born.ready = at;
      break;
    }
    case 'task-started':
      lane.open.set(event.position, at);
      break;
    case 'task-done': {
      const { worker, position, wait, run, results } = event;
      lane.open.delete(position);
      lane.tasks.push({
        worker,
        position,
        from: at - run,
        to: at,
        sent: at - run - wait,
        results,
        lost: false,
      });
      break;
    }
    case 'task-failed':
    case 'task-cancelled':
      lose(lane, event.worker, event.position, at);
      break;
    case 'worker-terminated':
    case 'worker-crashed':
      end(lane, event.worker, at);
      break;
  }
}

/** The worker is gone, and what it had not done with it. */
function end(lane: Lane, worker: number, at: number): void {
  for (const position of [...lane.open.keys()]) lose(lane, worker, position, at);
  const gone = lane.alive.shift();
  if (gone) lane.lives.push({ ...gone, to: at });
}

/** It began, and is not done. */
function lose(lane: Lane, worker: number, position: number | undefined, at: number): void {
  const from = position === undefined ? undefined : lane.open.get(position);
  if (position === undefined || from === undefined) return;
  lane.open.delete(position);
  lane.tasks.push({ worker, position, from, to: at, sent: from, results: 0, lost: true });
}

function textOf(event: PoolEvent): string {
  if ('error' in event) {
    return `${event.type}: ${event.error instanceof Error ? event.error.message : String(event.error)}`;
  }
  return event.type;
}
