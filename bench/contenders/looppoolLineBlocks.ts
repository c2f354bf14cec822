import { move, poolMap, threadWorker } from 'looppool';
import { lineBlocks } from 'looppool/etl';
import { defineWorker, each } from 'looppool/worker';
import { concatAll, type Observable, Subject } from 'rxjs';
import { type Contender, WORKERS } from '../contender.js';
import { workAt } from '../workload.js';
import type { Text } from '../workloads/ndjson.js';

export default defineWorker<Uint8Array, Text, string>(async (blocks, worker) => {
  const work = await workAt(worker.initialData);
  return blocks.pipe(
    each((block) => {
      const text = work(block) as Text;
      return move(text, [text.bytes]);
    }),
  );
});

/** Blocks of lines, moved there and back. */
export const contender: Contender = {
  title: 'looppool, 2 threads, lineBlocks',
  only: ['ndjson'],
  open: async ({ workload, window, next }) => {
    const worker = threadWorker<typeof import('./looppoolLineBlocks.js')>(new URL(import.meta.url));
    const sources = new Subject<Observable<Uint8Array>>();
    const pool = poolMap(worker, WORKERS, { maxTasks: window, initialData: workload });
    const ended = new Promise<void>((complete, error) => {
      sources.pipe(concatAll(), pool).subscribe({ next, error, complete });
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
