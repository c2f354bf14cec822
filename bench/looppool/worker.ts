/** The worker of every looppool contender: a file of its own, as a user's is. */
import * as looppool from 'looppool/worker';
import { workloadAt } from '../workload.js';
import { moverOf } from './features.js';

const { defineWorker, each } = looppool;

export default defineWorker<unknown, unknown, string>(async (tasks, worker) => {
  const { work, transfers } = await workloadAt(worker.initialData);
  const move = moverOf(looppool, transfers);
  return tasks.pipe(each(move ? (task) => move(work(task)) : work));
});
