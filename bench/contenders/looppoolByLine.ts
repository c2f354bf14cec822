import { poolMap, threadWorker } from 'looppool';
import { lineBlocks, lines } from 'looppool/etl';
import { defineWorker, each } from 'looppool/worker';
import { concatAll, map, mergeMap, type Observable, Subject } from 'rxjs';
import { type Contender, WORKERS } from '../contender.js';
import { type Text, transform } from '../workloads/ndjson.js';

export default defineWorker<string, string>((all) => all.pipe(each(transform)));

/** Every line is a task, and a string: what one does who does not know of blocks. */
export const contender: Contender = {
  title: 'looppool, 2 threads, a task a line',
  only: ['ndjson'],
  open: async ({ next }) => {
    const worker = threadWorker<typeof import('./looppoolByLine.js')>(new URL(import.meta.url));
    const sources = new Subject<Observable<Uint8Array>>();
    const ended = new Promise<void>((complete, error) => {
      sources
        .pipe(
          concatAll(),
          mergeMap((block) => lines(block)),
          poolMap(worker, WORKERS),
          map((line): Text => ({ lines: 1, bytes: Buffer.from(line) })),
        )
        .subscribe({ next, error, complete });
    });
    const feed = (chunks: Iterable<unknown>) => sources.next(lineBlocks(chunks as Iterable<Uint8Array>));
    return {
      feed,
      send: (chunk) => feed([chunk]),
      close: () => {
        sources.complete();
        return ended;
      },
    };
  },
};
