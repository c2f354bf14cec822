import { from, mergeAll, mergeMap, type Observable, of, Subject } from 'rxjs';
import type { Contender } from '../contender.js';
import { workAt } from '../workload.js';

export const contender: Contender = {
  title: 'RxJS mergeMap, in process',
  open: async ({ workload, window, next }) => {
    const work = await workAt(workload);
    const sources = new Subject<Observable<unknown>>();
    const single = new Subject<unknown>();
    const map = mergeMap((task: unknown) => of(work(task)), window);
    sources.pipe(mergeAll(), map).subscribe(next);
    sources.next(single);
    return {
      feed: (tasks) => sources.next(from(tasks)),
      send: (task) => single.next(task),
      close: async () => sources.complete(),
    };
  },
};
