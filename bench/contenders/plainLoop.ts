import type { Contender } from '../contender.js';
import { workAt } from '../workload.js';

/** No workers, no operators: what two workers have to beat. */
export const contender: Contender = {
  title: 'one thread, a plain loop',
  open: async ({ workload, answer }) => {
    const work = await workAt(workload);
    return {
      feed: (tasks) => {
        for (const task of tasks) answer(work(task));
      },
      send: (task) => answer(work(task)),
      close: async () => {},
    };
  },
};
