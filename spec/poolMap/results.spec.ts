import { expect } from 'chai';
import { hold, inlineWorker, poolMap } from 'looppool';
import { defineWorker } from 'looppool/worker';
import { filter, mergeMap, type Observable, of, range, share, timer } from 'rxjs';
import { eachWorker, heldFor, marbles, pausedFor } from '../marbles.js';

describe('poolMap: holding results', () => {
  /** Three results for a task, from a source that cannot wait. */
  const three = eachWorker((task: string) => of(task, task, task));

  it('CRD-2 with one credit, the next result comes when the one before is released', () => {
    marbles(({ hot, expectObservable }) => {
      const source = hot('-a|');
      const expected = '  -a--a--a--|';
      expectObservable(source.pipe(poolMap(three, 1, { maxResults: 1 }), heldFor(3))).toBe(expected);
    });
  });

  it('CRD-2 with two credits, two results come at a time', () => {
    marbles(({ hot, expectObservable }) => {
      const four = eachWorker(() => of('a', 'b', 'c', 'd'));
      const source = hot('-t|');
      const expected = '  -(ab)-(cd)-|';
      expectObservable(source.pipe(poolMap(four, 1, { maxResults: 2 }), heldFor(5))).toBe(expected);
    });
  });

  it('EMI-2 while the subscriber pauses, results wait in order', () => {
    marbles(({ hot, expectObservable }) => {
      const source = hot('-ab|');
      const expected = '  -a--a--a--b--b--(b|)';
      expectObservable(source.pipe(poolMap(three, 1), pausedFor(3))).toBe(expected);
    });
  });

  for (const maxResults of [1, 2, 3, 4]) {
    it(`EMI-2 no credit that comes back brings a result past a pause; maxResults ${maxResults}`, () => {
      marbles(({ hot, expectObservable }) => {
        const source = hot('-ab|');
        const expected = '  -a--a--a--b--b--(b|)';
        expectObservable(source.pipe(poolMap(three, 1, { maxResults }), pausedFor(3))).toBe(expected);
      });
    });
  }

  it('DRN-2 the output completes when the last result is released, not before', () => {
    marbles(({ hot, expectObservable }) => {
      const source = hot('-a-b|');
      const expected = '  -a-b-----|';
      expectObservable(
        source.pipe(
          poolMap(
            eachWorker((task: string) => task),
            2,
          ),
          heldFor(6),
        ),
      ).toBe(expected);
    });
  });

  it('CRD-3 a result that nobody holds gives its credit back at once', () => {
    marbles(({ hot, expectObservable }) => {
      const output = hot('-a|').pipe(
        poolMap(
          eachWorker(() => ['a', 'b', 'c', 'd', 'e']),
          1,
          { maxResults: 1 },
        ),
        filter((result) => result === 'b' || result === 'e'),
        heldFor(3),
      );
      expectObservable(output).toBe('-b--e--|');
    });
  });

  it('CRD-3 a shared result is ingested when the slowest subscriber has released it', () => {
    marbles(({ hot, expectObservable }) => {
      const output = hot('-a|').pipe(poolMap(three, 1, { maxResults: 1 }), share());
      expectObservable(output.pipe(heldFor(2))).toBe('-a----a----a----|');
      expectObservable(output.pipe(heldFor(5))).toBe('-a----a----a----|');
    });
  });

  it('CRD-3 a subscriber that keeps some results still gets the others', () => {
    for (const [maxResults, kept] of [
      [2, 1],
      [3, 2],
      [8, 7],
      [4096, 4000],
    ] as const) {
      const releases: (() => void)[] = [];
      const seen: (number | string)[] = [];
      of('task')
        .pipe(
          poolMap(
            eachWorker(() => range(0, 10_000)),
            1,
            { maxResults },
          ),
        )
        .subscribe({
          next: (result) => {
            if (result < kept) releases.push(hold());
            seen.push(result);
          },
          complete: () => seen.push('|'),
        });
      expect(seen).to.have.length(10_000);
      for (const release of releases) release();
      expect(seen.at(-1)).to.equal('|');
    }
  });

  it('CRD-2 a hold outside any result holds nothing', () => {
    marbles(({ hot, expectObservable }) => {
      const release = hold();
      const echo = eachWorker((task: string) => task);
      expectObservable(hot('-a-b|').pipe(poolMap(echo, 1, { maxResults: 1 }))).toBe('-a-b|');
      release();
    });
  });

  for (const [n, maxResults] of [
    [1, 1],
    [1, 3],
    [3, 1],
    [3, 2],
    [3, 3],
    [3, 7],
    [8, 5],
  ] as const) {
    it(`CRD-2 ${n} workers never have more than ${maxResults} results held, and each has its turn`, () => {
      let held = 0;
      let peak = 0;
      const byWorker = new Map<number, number>();
      const worker = inlineWorker(
        defineWorker((tasks: Observable<number>, { index }) =>
          tasks.pipe(mergeMap(() => of(index, index, index))),
        ),
      );
      marbles(() => {
        range(0, 5 * n)
          .pipe(poolMap(worker, n, { maxResults }))
          .subscribe((index) => {
            held += 1;
            peak = Math.max(peak, held);
            byWorker.set(index, (byWorker.get(index) ?? 0) + 1);
            const release = hold();
            timer(1 + (index % 3)).subscribe(() => {
              held -= 1;
              release();
            });
          });
      });
      expect(peak).to.equal(maxResults);
      expect([...byWorker.values()]).to.deep.equal(Array.from({ length: n }, () => 15));
    });
  }
});
