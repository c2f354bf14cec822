/** The worker of every looppool contender: a file of its own, as a user's is. */
import { defineWorker, each, move } from 'looppool/worker';
import { workloadAt } from '../workload.js';

export default defineWorker<unknown, unknown, string>(async (tasks, worker) => {
  const { work, transfers } = await workloadAt(worker.initialData);
  const moving = (task: unknown) => {
    const result = work(task) as object;
    return move(result, transfers?.(result) ?? []);
  };
  return tasks.pipe(each(transfers ? moving : work));
});
