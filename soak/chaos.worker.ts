/** The worker of the soak: it does what its task says. */
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { defineWorker, each } from 'looppool/worker';
import { EMPTY, fromEvent, interval, merge, NEVER, of, range, Subject, throwError, timer } from 'rxjs';
import { map, takeUntil } from 'rxjs/operators';
import type { ActName } from './acts.js';

export interface ChaosTask {
  readonly id: number;
  readonly act: ActName;
  readonly size: number;
  readonly ms: number;
}

export interface ChaosResult {
  /** Of its task, or BEAT. */
  readonly id: number;
  /** Which of its task's results, from 0. */
  readonly part: number;
  readonly worker: number;
  readonly pid: number;
}

export interface ChaosSetting {
  /** A folder with a file for each task that has failed once. */
  readonly marks: string;
  /** Whether the worker also has results of no task. */
  readonly beats: boolean;
}

/** The id of results of no task. */
export const BEAT = -1;

const mishap = ({ id, act }: ChaosTask) => new Error(`task ${id} ${act}`);

export default defineWorker<ChaosTask, ChaosResult>((tasks, { index, initialData, signal }) => {
  const { marks, beats } = initialData as ChaosSetting;
  const { pid } = process;
  const end = new Subject<never>();

  function isFirst({ id }: ChaosTask): boolean {
    try {
      closeSync(openSync(join(marks, `${id}-${index}`), 'wx'));
      return true;
    } catch {
      return false;
    }
  }

  function perform(task: ChaosTask) {
    const { id, act, size, ms } = task;
    const result = (part: number): ChaosResult => ({ id, part, worker: index, pid });
    const results = (count: number) => range(0, count).pipe(map(result));
    switch (act) {
      case 'one':
        return result(0);
      case 'many':
        return results(size);
      case 'flood':
        return results(size * 100);
      case 'pulled':
        return Array.from({ length: size }, (_, part) => result(part));
      case 'pulledLater':
        return (async function* () {
          for (let part = 0; part < size; part += 1) yield result(part);
        })();
      case 'later':
        return timer(ms).pipe(map(() => result(0)));
      case 'busy':
        for (const until = performance.now() + ms / 4; performance.now() < until; );
        return result(0);
      case 'none':
        return EMPTY;
      case 'ends':
        end.complete();
        return EMPTY;
      case 'fails':
      case 'failsOnce':
        if (act === 'failsOnce' && !isFirst(task)) return results(size);
        return merge(
          of(result(0)),
          throwError(() => mishap(task)),
        );
    }
    if (act.endsWith('Once') && !isFirst(task)) return result(0);
    return fail(task);
  }

  function fail(task: ChaosTask) {
    switch (task.act.replace('Once', '')) {
      case 'throws':
        throw mishap(task);
      case 'breaks':
        setTimeout(() => end.error(mishap(task)));
        break;
      case 'exits':
        process.exit(7);
        break;
      case 'uncaught':
        setImmediate(() => {
          throw mishap(task);
        });
        break;
      case 'rejects':
        void Promise.reject(mishap(task));
        break;
      case 'dies':
        process.kill(pid, 'SIGKILL');
        break;
      case 'spins':
        for (;;);
    }
    return NEVER;
  }

  const beat = interval(40).pipe(
    map((part): ChaosResult => ({ id: BEAT, part, worker: index, pid })),
    takeUntil(fromEvent(signal, 'abort')),
  );
  const ended = end.pipe(takeUntil(fromEvent(signal, 'abort')));
  return merge(tasks.pipe(each(perform)), beats ? beat : EMPTY, ended).pipe(takeUntil(lastly(end)));
});

/** Emits when `end` completes, which `takeUntil` does not heed. */
function lastly(end: Subject<never>) {
  const completed = new Subject<void>();
  end.subscribe({ complete: () => completed.next(), error: () => {} });
  return completed;
}
