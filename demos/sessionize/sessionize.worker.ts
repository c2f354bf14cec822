/** In: lines of an access log, all of a user's in order. Out: the user's sessions, as they end; at the end, those that are open. */
import { defineWorker, each } from 'looppool/worker';
import { concat, defer } from 'rxjs';
import { hitOf } from './accessLog.js';
import { type Session, Sessions } from './sessions.js';

export interface Found {
  readonly session: Session;
  readonly worker: number;
}

export default defineWorker<string, Found>((lines, { index }) => {
  const sessions = new Sessions();
  const found = (session: Session): Found => ({ session, worker: index });
  return concat(
    lines.pipe(
      each((line) => {
        const ended = sessions.add(hitOf(line));
        return ended ? [found(ended)] : [];
      }),
    ),
    defer(() => [...sessions.rest()].map(found)),
  );
});
