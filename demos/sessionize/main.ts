/** The sessions of an access log: by workers that keep those of their users in memory, and by this thread alone. */
import { parseArgs } from 'node:util';
import { paced, poolMap, threadWorker } from 'looppool';
import { lastValueFrom, toArray } from 'rxjs';
import { accessLog, hitOf, userOf } from './accessLog.js';
import type { Found } from './sessionize.worker.js';
import { type Session, Sessions } from './sessions.js';

const { values } = parseArgs({
  options: { lines: { type: 'string', default: '200000' }, workers: { type: 'string', default: '2' } },
});
const lines = Number(values.lines);
const workers = Number(values.workers);
const users = Math.ceil(lines / 100);

const worker = threadWorker<typeof import('./sessionize.worker.js')>(
  new URL('./sessionize.worker.js', import.meta.url),
);

function alone(): Session[] {
  const sessions = new Sessions();
  const found: Session[] = [];
  for (const line of accessLog(lines, users)) {
    const ended = sessions.add(hitOf(line));
    if (ended) found.push(ended);
  }
  return [...found, ...sessions.rest()];
}

/** Sessions end in another order where several workers find them. */
const listed = (sessions: readonly Session[]) => sessions.map((session) => JSON.stringify(session)).sort();

function workersOfUsers(found: readonly Found[]): Map<string, Set<number>> {
  const workersOf = new Map<string, Set<number>>();
  for (const { session, worker } of found) {
    workersOf.set(session.user, (workersOf.get(session.user) ?? new Set()).add(worker));
  }
  return workersOf;
}

function check(holds: boolean, text: string): void {
  console.log(`${holds ? 'ok    ' : 'FAILED'} ${text}`);
  if (!holds) process.exitCode = 1;
}

const found = await lastValueFrom(
  paced(accessLog(lines, users)).pipe(poolMap(worker, workers, { route: userOf }), toArray()),
);
const together = found.map(({ session }) => session);
const workersOf = workersOfUsers(found);
const ofEach = Array.from({ length: workers }, (_, i) => found.filter(({ worker }) => worker === i).length);
const { user, from, to, hits, exit } = together.reduce((a, b) => (b.hits > a.hits ? b : a));

console.log(`${lines} hits of ${workersOf.size} users: ${found.length} sessions (${ofEach.join(' + ')})`);
console.log(`the largest: ${hits} hits of ${user} in ${Math.round((to - from) / 60)} min, up to ${exit}`);
check(
  [...workersOf.values()].every(({ size }) => size === 1),
  'each user has one worker',
);
check(listed(together).join('\n') === listed(alone()).join('\n'), 'the same sessions as one thread finds');
