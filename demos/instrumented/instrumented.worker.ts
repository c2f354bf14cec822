import { ResourceReporter } from 'looppool/metrics';
import { defineWorker, each } from 'looppool/worker';
import { finalize, type Observable, timer } from 'rxjs';
import { map, tap } from 'rxjs/operators';
import { sentryFor } from './sentry.js';

export interface Setup {
  readonly statsdPort: number;
  readonly sentryDsn: string | undefined;
}

export interface Answer {
  readonly task: number;
  readonly worker: string;
}

export default defineWorker<number, Answer, Setup>((tasks, worker): Observable<Answer> => {
  const { name, index, signal, initialData } = worker;
  let captured = 0;
  const sentry = sentryFor(name, initialData.sentryDsn, () => {
    captured += 1;
  });
  new ResourceReporter({
    statsd: { port: initialData.statsdPort },
    prefix: `demo.worker.instrumented.process.${index}`,
    interval: 250,
  }).start(signal);

  return tasks.pipe(
    each((task) =>
      timer(2 + (task % 7)).pipe(
        tap(() => {
          if (task % 100 !== 99) return;
          const error = new Error(`task ${task} has a page that nobody can read`, {
            cause: new RangeError(`byte ${task}`),
          });
          sentry.capture(error);
          worker.report(error);
        }),
        map(() => ({ task, worker: name })),
      ),
    ),
    finalize(() => {
      void sentry.flush();
      if (captured > 0) console.log(`${name}: ${captured} events to Sentry`);
    }),
  );
});
