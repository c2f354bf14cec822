import { SingleBar } from 'cli-progress';
import { interval } from 'rxjs';
import type { Tally } from './tally.js';

/** A bar on stderr; nothing where that is no terminal. Returns what takes it away. */
export function showProgress(tally: Tally): () => void {
  const bar = new SingleBar({
    format: `${tally.title} {bar} {percentage} % | {value} of {total} rows | {duration_formatted}`,
    barsize: 30,
    clearOnComplete: true,
  });
  bar.start(tally.expected, 0);
  const updates = interval(200).subscribe(() => bar.update(tally.rows));
  return () => {
    updates.unsubscribe();
    bar.stop();
  };
}
