/** Tasks in arrays by hand, the size found by trial: as fast as structured clone goes, with nothing else around it. */
import type { TransferListItem } from 'node:worker_threads';
import { type OpenPool, type Terms, WORKERS } from './contender.js';
import { chunksOf, Windowed } from './windowed.js';
import { workAt, workloadAt } from './workload.js';

export const BATCH = 100;

/** Either end: a MessagePort, a Worker, or a worker's parent port. */
export interface End {
  postMessage(value: unknown, transferList?: readonly TransferListItem[]): void;
  on(event: 'message', listener: (value: unknown) => void): unknown;
}

/** The host's side. */
export function openBatched(terms: Terms, ends: readonly End[], close: () => Promise<void>): OpenPool {
  const { window, answer, transfers } = terms;
  // Two for each worker at least: one under way while another is worked on.
  const batch = Math.max(1, Math.min(BATCH, Math.floor(window / (2 * WORKERS))));
  let turn = 0;
  const windowed = new Windowed(Math.floor(window / batch), (tasks: unknown[]) => {
    ends[turn]?.postMessage(tasks, transfers && tasks.flatMap((task) => transfers(task)));
    turn = (turn + 1) % ends.length;
  });
  for (const end of ends) {
    end.on('message', (answers) => {
      for (const answered of answers as unknown[]) answer(answered);
      windowed.done();
    });
  }
  return {
    feed: (tasks) => windowed.feed(chunksOf(tasks, batch)),
    send: (task) => windowed.send([task]),
    close,
  };
}

/** The worker's side. */
export async function serveBatches(workload: string, end: End): Promise<void> {
  const work = await workAt(workload);
  const { transfers } = await workloadAt(workload);
  end.on('message', (tasks) => {
    const answers = (tasks as unknown[]).map(work);
    end.postMessage(answers, transfers && answers.flatMap((answer) => transfers(answer)));
  });
}
