/** The rejections that nobody took while `act` ran, and a little later. Mocha's own listeners stand aside meanwhile. */
import { turns } from './turns.js';

export async function unhandledDuring(act: () => unknown): Promise<unknown[]> {
  const unhandled: unknown[] = [];
  const note = (error: unknown) => unhandled.push(error);
  const others = process.rawListeners('unhandledRejection') as ((error: unknown) => void)[];
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', note);
  try {
    await act();
    await turns();
  } finally {
    process.off('unhandledRejection', note);
    for (const listener of others) process.on('unhandledRejection', listener);
  }
  return unhandled;
}
