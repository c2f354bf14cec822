import { from, mergeAll, mergeMap, type Observable, of, Subject } from 'rxjs';
import type { Contender } from '../contender.js';
import { workloadAt } from '../workload.js';

export const contender: Contender = {
  title: 'RxJS mergeMap, in process',
  open: async ({ workload, window, next }) => {
    const { work, fanOut } = await workloadAt(workload);
    const sources = new Subject<Observable<unknown>>();
    const single = new Subject<unknown>();
    const project =
      fanOut === undefined
        ? (task: unknown) => of(work(task))
        : (task: unknown) => from(work(task) as Iterable<unknown>);
    sources.pipe(mergeAll(), mergeMap(project, window)).subscribe(next);
    sources.next(single);
    return {
      feed: (tasks) => sources.next(from(tasks)),
      send: (task) => single.next(task),
      close: async () => sources.complete(),
    };
  },
};
