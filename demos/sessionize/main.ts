/** The sessions of an access log: by workers that keep those of their users in memory, and by this thread alone. */
import { parseArgs } from 'node:util';
import { paced, poolMap, threadWorker } from 'looppool';
import { lastValueFrom, toArray } from 'rxjs';
import { accessLog, hitOf, userOf } from './accessLog.js';
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

const found = await lastValueFrom(
  paced(accessLog(lines, users)).pipe(poolMap(worker, workers, { route: userOf }), toArray()),
);
const together = listed(found.map(({ session }) => session));
const workersOf = new Map<string, Set<number>>();
for (const { session, worker } of found) {
  workersOf.set(session.user, (workersOf.get(session.user) ?? new Set()).add(worker));
}
const ofEach = Array.from({ length: workers }, (_, i) => found.filter(({ worker }) => worker === i).length);
const isSame = together.join('\n') === listed(alone()).join('\n');
const isOneEach = [...workersOf.values()].every(({ size }) => size === 1);

console.log(`${lines} hits of ${workersOf.size} users: ${found.length} sessions (${ofEach.join(' + ')})`);
console.log(`${isOneEach ? 'ok    ' : 'FAILED'} each user has one worker`);
console.log(`${isSame ? 'ok    ' : 'FAILED'} the same sessions as one thread finds`);
if (!isSame || !isOneEach) process.exitCode = 1;
