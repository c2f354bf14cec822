import { from, mergeMap, of, Subject } from 'rxjs';
import type { Contender } from '../contender.js';
import { workAt } from '../workload.js';

export const contender: Contender = {
  title: 'RxJS mergeMap, in process',
  open: async ({ workload, window, next }) => {
    const work = await workAt(workload);
    const tasks = new Subject<unknown>();
    tasks.pipe(mergeMap((task) => of(work(task)), window)).subscribe(next);
    return {
      feed: (values) => {
        from(values).subscribe((value) => tasks.next(value));
      },
      send: (value) => tasks.next(value),
      close: async () => tasks.complete(),
    };
  },
};
