import { expect } from 'chai';
import type { WorkerContext, WorkerDefinition } from 'looppool';
import { defineWorker, each } from 'looppool/worker';
import { Observable as FnsObservable } from 'observable-fns';
import { interval, map, merge, type Observable, of } from 'rxjs';
import { typeOf } from './typeOf.js';

describe('the types of defineWorker', () => {
  it('TYP-3 are given by hand: tasks, results', () => {
    const fetching = defineWorker<string, [string, string]>((tasks, worker) =>
      tasks.pipe(
        each(async (url) => {
          typeOf(url).is<string>();
          typeOf(worker).is<WorkerContext<unknown>>();
          const response = await fetch(url);
          return [url, response.headers.get('server') ?? ''];
        }),
      ),
    );
    typeOf(fetching).is<WorkerDefinition<string, [string, string]>>();

    const probing = defineWorker<string, number>((tasks) =>
      merge(tasks.pipe(each((task) => task.length)), interval(1000).pipe(map((n) => n * 2))),
    );
    typeOf(probing).is<WorkerDefinition<string, number>>();
  });

  it('TYP-3 come from the function, when its tasks are annotated', () => {
    const squares = defineWorker((tasks: Observable<number>) => tasks.pipe(each((n) => n * n)));
    typeOf(squares).is<WorkerDefinition<number, number>>();
    const untyped = defineWorker((tasks) => tasks.pipe(each((task) => of(task))));
    typeOf(untyped).is<WorkerDefinition<unknown, unknown>>();
  });

  it('TYP-3 look through a promise, and through an Observable of observable-fns', () => {
    const later = defineWorker(async (tasks: Observable<number>) => tasks.pipe(map((n) => `${n}`)));
    typeOf(later).is<WorkerDefinition<number, string>>();
    const laterByHand = defineWorker<number, string>(async (tasks) => tasks.pipe(map((n) => `${n}`)));
    typeOf(laterByHand).is<WorkerDefinition<number, string>>();
    const functional = defineWorker((_tasks: Observable<number>) => FnsObservable.of('a'));
    typeOf(functional).is<WorkerDefinition<number, string>>();
    const functionalLater = defineWorker(async (_tasks: Observable<number>) => FnsObservable.of('a'));
    typeOf(functionalLater).is<WorkerDefinition<number, string>>();
  });

  it('TYP-3 of initialData are given by hand, or by annotation', () => {
    interface Tables {
      readonly prices: readonly number[];
    }
    const byHand = defineWorker<number, number, Tables>((tasks, worker) => {
      typeOf(worker.initialData).is<Tables>();
      return tasks.pipe(map((n) => worker.initialData.prices[n] ?? 0));
    });
    typeOf(byHand).is<WorkerDefinition<number, number>>();
    const annotated = defineWorker(
      (tasks: Observable<number>, { initialData, index, signal, report }: WorkerContext<Tables>) => {
        typeOf(index).is<number>();
        typeOf(signal).is<AbortSignal>();
        typeOf(report).is<(error: unknown) => void>();
        return tasks.pipe(map((n) => initialData.prices[n] ?? 0));
      },
    );
    typeOf(annotated).is<WorkerDefinition<number, number>>();
    // @ts-expect-error nobody said what it is
    defineWorker((tasks, { initialData }) => tasks.pipe(map(() => initialData.prices)));
  });

  it('TYP-3 refuse a function that returns other results, or no Observable', () => {
    // @ts-expect-error a string is no number
    defineWorker<string, number>((tasks) => tasks.pipe(each((task) => task)));
    // @ts-expect-error an array is no Observable
    defineWorker<string, number>((tasks) => [tasks]);
    expect(() => {
      // @ts-expect-error not a function
      defineWorker(of(1));
    }).to.throw(TypeError);
  });

  it('TYP-3 of a worker of few demands fit where more is known', () => {
    const anyLength = defineWorker((tasks: Observable<{ length: number }>) =>
      tasks.pipe(map((t) => t.length)),
    );
    const ofStrings: WorkerDefinition<string, number | undefined> = anyLength;
    // @ts-expect-error it has to take every object with a length
    const tooFew: WorkerDefinition<{ length: number }, number> = defineWorker<string, number>((t) =>
      t.pipe(each((s) => s.length)),
    );
    expect([ofStrings, tooFew]).to.have.length(2);
  });
});
