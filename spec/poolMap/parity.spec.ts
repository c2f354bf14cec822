import { expect } from 'chai';
import fc from 'fast-check';
import { poolMap } from 'looppool';
import {
  asyncScheduler,
  mergeMap,
  type Observable,
  type OperatorFunction,
  take,
  takeUntil,
  timer,
} from 'rxjs';
import { eachWorker, marbles, unwrapped } from '../marbles.js';

/** What a task becomes. */
type Inner =
  | { readonly kind: 'cold' | 'hot'; readonly marble: string }
  | { readonly kind: 'array'; readonly length: number }
  | { readonly kind: 'throw' };

interface Scene {
  readonly source: string;
  readonly inners: readonly Inner[];
  /** Tasks at a time. */
  readonly limit: number;
  readonly takes: number;
  readonly unsubscribed: number;
}

type Project = (task: string) => Observable<string> | string[];

/** Some values, gaps and groups, and an end or none. */
const marble = (most: number, letters: string) =>
  fc
    .tuple(
      fc.array(fc.constantFrom('-', '--', '---', 'v', '(vv)', '(vvv)'), { maxLength: most }),
      fc.constantFrom('|', '|', '|', '#', '', '-|', '---|'),
    )
    .map(([steps, end]) => {
      let next = 0;
      return steps.join('').replace(/v/g, () => letters[next++ % letters.length]!) + end;
    });

const inner: fc.Arbitrary<Inner> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('cold' as const), marble: marble(6, 'pqrstu') }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('hot' as const), marble: marble(12, 'pqrstu') }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('array' as const), length: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'throw' as const }) },
);

const scene: fc.Arbitrary<Scene> = fc.record({
  source: marble(8, 'abcdefgh'),
  inners: fc.array(inner, { minLength: 8, maxLength: 8 }),
  limit: fc.constantFrom(1, 2, 3, Infinity),
  takes: fc.oneof({ weight: 3, arbitrary: fc.constant(Infinity) }, fc.integer({ min: 1, max: 6 })),
  unsubscribed: fc.oneof({ weight: 3, arbitrary: fc.constant(Infinity) }, fc.nat(25)),
});

/** Everything that can be seen of a scene: what the output emitted, and when; who was subscribed, and how long. */
function seen(scene: Scene, operator: (project: Project, limit: number) => OperatorFunction<string, string>) {
  const notes: string[] = [];
  const note = (what: string) => notes.push(`${asyncScheduler.now()} ${what}`);
  const subscribed: { readonly subscriptions: readonly object[] }[] = [];
  marbles(({ cold, hot }) => {
    const source = hot(scene.source, undefined, 'source');
    subscribed.push(source);
    const products = scene.inners.map((inner, i) => {
      if (inner.kind === 'array') return Array.from({ length: inner.length }, (_, j) => `${i}${j}`);
      if (inner.kind === 'throw') return undefined;
      const product = inner.kind === 'cold' ? cold(inner.marble) : hot(inner.marble);
      subscribed.push(product);
      return product;
    });
    const project = (task: string) => {
      note(`starts ${task}`);
      const product = products['abcdefgh'.indexOf(task)];
      if (product === undefined) throw `no ${task}`;
      return product;
    };
    const until = scene.unsubscribed === Infinity ? hot('-') : timer(scene.unsubscribed);
    source
      .pipe(operator(project, scene.limit), unwrapped(), take(scene.takes), takeUntil(until))
      .subscribe({ next: note, error: (error) => note(`# ${error}`), complete: () => note('|') });
  });
  return { notes, logs: subscribed.map(({ subscriptions }) => subscriptions.map((log) => ({ ...log }))) };
}

describe('poolMap: whatever the source and the inners do', () => {
  const asMergeMap = (project: Project, limit: number) => mergeMap(project, limit);
  const check = (operator: (project: Project, limit: number) => OperatorFunction<string, string>) =>
    fc.assert(
      fc.property(scene, (drawn) => {
        expect(seen(drawn, operator)).to.deep.equal(seen(drawn, asMergeMap));
      }),
      { numRuns: 400, seed: 7, endOnFailure: false },
    );

  it('OPR-4 one worker with a window does what mergeMap with a limit does, in the same frames', () => {
    check((project, limit) => poolMap(eachWorker(project), 1, limit === Infinity ? {} : { maxTasks: limit }));
  });

  it('OPR-4 one worker whose each has a limit does what mergeMap with a limit does, in the same frames', () => {
    check((project, limit) => poolMap(eachWorker(project, limit), 1));
  });

  it('OPR-4 three workers without a limit do what mergeMap does, in the same frames', () => {
    fc.assert(
      fc.property(scene, (drawn) => {
        const unlimited = { ...drawn, limit: Infinity };
        const pooled = (project: Project) => poolMap(eachWorker(project), 3);
        expect(seen(unlimited, pooled)).to.deep.equal(seen(unlimited, asMergeMap));
      }),
      { numRuns: 400, seed: 11 },
    );
  });
});
