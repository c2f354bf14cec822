/** From nothing to the first result of every worker: the driver for starts. The host's side of the library has to be loaded, too. */
import { WORKERS } from '../contender.js';
import { close, type Figures, type Match, open, peakMb, Stopwatch } from '../driver.js';

export async function coldStart(match: Match): Promise<Figures> {
  const stopwatch = new Stopwatch();
  const opened = await open(match, WORKERS);
  const { cpuMs } = stopwatch.read();
  const { startMs } = opened;
  const wallMs = match.loadMs + startMs;
  const more = { 'cold ms': wallMs, 'of it import ms': match.loadMs };
  const figures = { items: 1, startMs, wallMs, cpuMs, peakMb: peakMb(), more };
  await close(opened);
  return figures;
}
