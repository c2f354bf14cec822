import { fork } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import {
  inlineWorker,
  poolMap,
  processWorker,
  TaskError,
  threadWorker,
  type WorkerCrashError,
  type WorkerFactory,
} from 'looppool';
import type { Observable as FnsObservable } from 'observable-fns';
import { from, Observable, type OperatorFunction } from 'rxjs';
import wordLength from '../fixtures/wordLength.worker.js';
import { typeOf } from './typeOf.js';

type WordLength = typeof import('../fixtures/wordLength.worker.js');
type Threads = typeof import('threads', { with: { 'resolution-mode': 'require' }});

// Types only, for no factory is called: nothing here is subscribed.
declare const spawn: Threads['spawn'];
declare const ThreadsWorker: Threads['Worker'];

const url = new URL('../fixtures/wordLength.worker.js', import.meta.url);
const words = from(['a', 'bc']);
const numbers = from([1, 2]);

describe('the types of poolMap', () => {
  it('OPR-5 take an option that is undefined', () => {
    const none = undefined;
    const worker = threadWorker<WordLength>(url, {
      startTimeout: none,
      execArgv: none,
      resourceLimits: none,
    });
    typeOf(words.pipe(poolMap(worker, 4, { maxTasks: none, signal: none, route: none, events: none }))).is<
      Observable<[word: string, length: number]>
    >();
    expect(processWorker<WordLength>(url, { startTimeout: none, cwd: none, stdio: none, env: none })).to.be.a(
      'function',
    );
  });

  it('TYP-1 come from the module of a threadWorker', () => {
    const lengths = words.pipe(poolMap(threadWorker<WordLength>(url), 4));
    typeOf(lengths).is<Observable<[word: string, length: number]>>();
    typeOf(threadWorker<WordLength>(url, { startTimeout: 1000 })).is<
      WorkerFactory<string, [word: string, length: number]>
    >();
    typeOf(processWorker<WordLength>(url, { argv: ['x'] })).is<
      WorkerFactory<string, [word: string, length: number]>
    >();
    words.pipe(poolMap<string, number>(() => fork(url, { serialization: 'advanced' }), 4));
    expect(lengths).to.be.instanceOf(Observable);
  });

  it('TYP-1 refuse a task of the wrong type, and a module that is no worker', () => {
    // @ts-expect-error a number is no word
    numbers.pipe(poolMap(threadWorker<WordLength>(url), 4));
    // @ts-expect-error a number is no word
    numbers.pipe(poolMap(inlineWorker(wordLength), 4));
    // @ts-expect-error this module has no default export
    threadWorker<typeof import('./typeOf.js')>(url);
    // @ts-expect-error neither a module, nor the types of tasks and results
    threadWorker<string>(url);
  });

  it('TYP-1 come from the definition of an inlineWorker', () => {
    typeOf(inlineWorker(wordLength)).is<WorkerFactory<string, [word: string, length: number]>>();
    typeOf(words.pipe(poolMap(inlineWorker(wordLength), 4))).is<Observable<[word: string, length: number]>>();
    expect(() => {
      // @ts-expect-error not made by defineWorker
      inlineWorker({});
    }).to.throw();
  });

  it('TYP-1 are given to threadWorker by hand, or come from the context', () => {
    typeOf(threadWorker<string, number>(url)).is<WorkerFactory<string, number>>();
    typeOf(words.pipe(poolMap(threadWorker<string, number>(url), 4))).is<Observable<number>>();
    // @ts-expect-error a number is no string
    numbers.pipe(poolMap(threadWorker<string, number>(url), 4));

    const operator: OperatorFunction<string, number> = poolMap(threadWorker(url), 4);
    typeOf(words.pipe(operator)).is<Observable<number>>();
    const lengths: Observable<number> = words.pipe(poolMap(threadWorker(url), 4));
    typeOf(lengths).is<Observable<number>>();
    typeOf(words.pipe(poolMap(threadWorker(url), 4))).is<Observable<unknown>>();
  });

  it('TYP-1 of a factory that makes Node workers are unknown, or given to poolMap by hand', () => {
    typeOf(words.pipe(poolMap(() => new Worker(url), 4))).is<Observable<unknown>>();
    typeOf(words.pipe(poolMap(async ({ name }) => new Worker(url, { name }), 4))).is<Observable<unknown>>();
    typeOf(words.pipe(poolMap<string, number>(() => new Worker(url), 4))).is<Observable<number>>();
    const lengths: Observable<number> = words.pipe(poolMap(() => new Worker(url), 4));
    typeOf(lengths).is<Observable<number>>();
  });

  it('TYP-1 come from the function thread that a factory spawns', () => {
    const length = () => spawn<(word: string) => number>(new ThreadsWorker('./w'));
    const characters = async () => spawn<(word: string) => FnsObservable<string>>(new ThreadsWorker('./w'));
    const untyped = () => spawn(new ThreadsWorker('./w'));
    typeOf(words.pipe(poolMap(length, 4))).is<Observable<number>>();
    typeOf(words.pipe(poolMap(characters, 4))).is<Observable<string>>();
    typeOf(words.pipe(poolMap<string, number>(untyped, 4))).is<Observable<number>>();
    // @ts-expect-error a number is no word
    numbers.pipe(poolMap(length, 4));
  });

  it('TYP-1 come from what a factory of the user chooses for a slot', () => {
    const perSlot = poolMap((slot) => {
      typeOf(slot.index).is<number>();
      typeOf(slot.name).is<string>();
      return slot.index === 0 ? inlineWorker(wordLength)(slot) : threadWorker<WordLength>(url)(slot);
    }, 4);
    typeOf(words.pipe(perSlot)).is<Observable<[word: string, length: number]>>();
    const later = poolMap(async (slot) => threadWorker<WordLength>(url)(slot), 4);
    typeOf(words.pipe(later)).is<Observable<[word: string, length: number]>>();
    // @ts-expect-error a factory returns a worker, not another factory
    poolMap(() => threadWorker<WordLength>(url), 4);
    // @ts-expect-error a number is no worker
    poolMap(() => 1, 4);
    expect(() => {
      // @ts-expect-error a worker is no factory
      poolMap({}, 4);
    }).to.throw();
  });

  it('TYP-1 refuse an unknown option', () => {
    expect(() => {
      // @ts-expect-error not maxTask
      poolMap(inlineWorker(wordLength), 4, { maxTask: 1 });
    }).to.throw();
  });

  it('TYP-1 narrow an error by instanceof and by code', () => {
    const narrowed = (error: unknown) => {
      if (error instanceof TaskError) {
        typeOf(error).is<TaskError>();
        typeOf(error.task).is<unknown>();
        typeOf(error.worker).is<number>();
        return true;
      }
      return false;
    };
    const byCode = (error: TaskError | WorkerCrashError) => {
      if (error.code === 'ERR_LOOPPOOL_TASK') typeOf(error).is<TaskError>();
      else typeOf(error).is<WorkerCrashError>();
    };
    expect(byCode).to.be.a('function');
    expect(narrowed(new TaskError({ index: 0, name: 'w' }, 1, 1, new Error('x')))).to.equal(true);
    expect(narrowed(new Error('x'))).to.equal(false);
  });
});
