import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from './database.js';
import type { Parsed } from './places.worker.js';

/**
 * Stores blocks; those that wait together go into one transaction. What it returns for a block resolves when that is committed.
 * @param delay ms that it takes longer, for these blocks
 */
export function storing(
  database: Database,
  delay: (blocks: readonly Parsed[]) => number,
): (block: Parsed) => Promise<Parsed> {
  let waiting: Parsed[] = [];
  let committed: Promise<void> = Promise.resolve();

  const commit = async () => {
    const blocks = waiting;
    waiting = [];
    if (blocks.length === 0) return;
    await sleep(delay(blocks));
    database.add(blocks);
  };

  return async (block) => {
    waiting.push(block);
    committed = committed.then(commit);
    await committed;
    return block;
  };
}
