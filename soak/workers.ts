/** The worker of the soak over each carrier, and what it is given to begin with. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inlineWorker, processWorker, threadWorker, type WorkerFactory } from 'looppool';
import type { Carrier } from './acts.js';
import chaos, { type ChaosResult, type ChaosSetting, type ChaosTask } from './chaos.worker.js';

const url = new URL('./chaos.worker.js', import.meta.url);
const workers: Readonly<Record<Carrier, WorkerFactory<ChaosTask, ChaosResult>>> = {
  inline: inlineWorker(chaos),
  threads: threadWorker<typeof import('./chaos.worker.js')>(url),
  // What kills them they also print.
  processes: processWorker<typeof import('./chaos.worker.js')>(url, { stdio: 'ignore' }),
};

export const workerOn = (carrier: Carrier): WorkerFactory<ChaosTask, ChaosResult> => workers[carrier];

/** @param beats whether workers also have results of no task */
export async function withSetting<V>(
  beats: boolean,
  play: (setting: ChaosSetting) => Promise<V>,
): Promise<V> {
  const marks = mkdtempSync(join(tmpdir(), 'looppool-soak-'));
  try {
    return await play({ marks, beats });
  } finally {
    rmSync(marks, { recursive: true, force: true });
  }
}
