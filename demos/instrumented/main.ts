/** A pool that is looked at in every way: statsd, Sentry, one place for errors, a live view, and a picture of the run. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type PoolEvent, paced, poolMap, processWorker, threadWorker } from 'looppool';
import { errorReports, monitor, PoolMeter, ResourceReporter, timeline, together } from 'looppool/metrics';
import { lastValueFrom } from 'rxjs';
import { count } from 'rxjs/operators';
import type { Setup } from './instrumented.worker.js';
import { statsdServer } from './statsdServer.js';

const { values: settings } = parseArgs({
  options: {
    tasks: { type: 'string', default: '400' },
    workers: { type: 'string', default: '2' },
    threads: { type: 'boolean', default: false },
    out: { type: 'string', default: 'out' },
  },
});

process.title = 'looppool demo: instrumented';
const statsd = await statsdServer();
const reporter = new ResourceReporter({ statsd: { port: statsd.port }, prefix: 'demo.host', interval: 250 });
reporter.start();

const meter = new PoolMeter();
const view = monitor(meter, { interval: 500 });
const events: PoolEvent[] = [];
const errors = errorReports(({ kind, name, error }) => {
  const { message, cause, stack } = error as Error;
  console.log(`${kind} of ${name}: ${message}, because of ${cause}; ${stack?.split('\n')[1]?.trim()}`);
});
const initialData: Setup = { statsdPort: statsd.port, sentryDsn: process.env.SENTRY_DSN };

type Module = typeof import('./instrumented.worker.js');
const file = new URL('./instrumented.worker.js', import.meta.url);
const worker = settings.threads ? threadWorker<Module>(file) : processWorker<Module>(file);
const answers = paced(numbersBelow(Number(settings.tasks))).pipe(
  poolMap(worker, Number(settings.workers), {
    name: 'instrumented',
    maxTasks: 8 * Number(settings.workers),
    initialData,
    events: together(meter, errors, { next: (event) => void events.push(event) }),
  }),
  count(),
);
console.log(`${await lastValueFrom(answers)} answers`);

view.unsubscribe();
reporter.stop();
statsd.close();
for (const [name, value] of [...statsd.gauges].sort())
  console.log(`${name} ${Math.round(value * 1000) / 1000}`);
mkdirSync(settings.out, { recursive: true });
const picture = join(settings.out, 'instrumented.svg');
writeFileSync(picture, timeline(events, { title: 'demos/instrumented' }));
console.log(`the run, drawn: ${picture}`);

function* numbersBelow(end: number): Iterable<number> {
  for (let n = 0; n < end; n += 1) yield n;
}
