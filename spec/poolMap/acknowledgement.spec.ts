import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { type Delivery, inlineWorker, type PoolEvent, paced, poolMap } from 'looppool';
import { defineWorker, each } from 'looppool/worker';
import { firstValueFrom, of, range, Subject } from 'rxjs';
import { bufferCount, concatMap, delay, filter, map, tap } from 'rxjs/operators';
import { marbles } from '../marbles.js';
import { carriers } from '../support/carriers.js';
import { run } from '../support/run.js';
import { turns } from '../support/turns.js';

const echo = inlineWorker(defineWorker<number, number>((tasks) => tasks.pipe(map((task) => task * 10))));

for (const { name, worker } of carriers) {
  it(`ACK-1 over ${name}, results behind an asynchronous operator stay within maxResults`, async () => {
    let open = 0;
    let most = 0;
    const { values } = await run(
      range(0, 198).pipe(
        map((value) => ({ act: 'echo', value }) as const),
        poolMap(worker, 2, { maxResults: 6, ack: 'manual' }),
        tap(() => {
          open += 1;
          most = Math.max(most, open);
        }),
        bufferCount(3),
        concatMap(async (deliveries) => {
          await turns(1);
          for (const delivery of deliveries) {
            open -= 1;
            delivery.done();
          }
          return deliveries.map(({ value }) => value as number);
        }),
      ),
    );
    expect(values.flat().sort((a, b) => a - b)).to.deep.equal(Array.from({ length: 198 }, (_, i) => i));
    expect(most).to.be.within(3, 6);
  });
}

describe("ack: 'manual'", () => {
  it('ACK-1 the output completes once the last delivery is done', () =>
    marbles(({ cold, expectObservable }) => {
      const source = cold<number>('a-b|', { a: 1, b: 2 });
      const results = source.pipe(
        poolMap(echo, 1, { ack: 'manual' }),
        delay(5),
        map(({ value, done }) => {
          done();
          return value;
        }),
      );
      expectObservable(results).toBe('5ms a-(b|)', { a: 10, b: 20 });
    }));

  it('ACK-1 a delivery tells its worker and its attempt; done() twice gives one credit back', async () => {
    const source = new Subject<number>();
    const deliveries: Delivery<number>[] = [];
    source.pipe(poolMap(echo, 2, { maxResults: 2, ack: 'manual' })).subscribe((d) => deliveries.push(d));
    for (let i = 0; i < 6; i += 1) source.next(i);
    const shown = deliveries.map(({ value, worker, attempt }) => ({ value, worker, attempt }));
    expect(shown).to.deep.equal([
      { value: 0, worker: 0, attempt: 1 },
      { value: 10, worker: 1, attempt: 1 },
    ]);
    deliveries[0]?.done();
    deliveries[0]?.done();
    expect(deliveries.map(({ value }) => value)).to.deep.equal([0, 10, 20]);
    source.complete();
    for (let i = 1; i < deliveries.length; i += 1) deliveries[i]?.done();
    expect(deliveries).to.have.lengthOf(6);
  });

  it('ACK-1 a second attempt says so', async () => {
    let calls = 0;
    const flaky = inlineWorker(
      defineWorker<number, string>((tasks) =>
        tasks.pipe(
          each(function* () {
            calls += 1;
            yield 'row';
            if (calls === 1) throw new Error('half way');
          }),
        ),
      ),
    );
    const { values } = await run(
      of(1).pipe(
        poolMap(flaky, 1, { ack: 'manual', maxAttempts: 2 }),
        tap(({ done }) => done()),
        map(({ value, attempt }) => [value, attempt]),
      ),
    );
    expect(values).to.deep.equal([
      ['row', 1],
      ['row', 2],
    ]);
  });

  it('ACK-1 a paced source is pulled no further than the windows while nothing is done', () => {
    let pulled = 0;
    function* counting() {
      for (;;) yield pulled++;
    }
    paced(counting())
      .pipe(poolMap(echo, 1, { maxTasks: 3, maxResults: 2, ack: 'manual' }))
      .subscribe();
    expect(pulled).to.be.at.most(2 + 3 + 1);
  });

  it('ACK-2 one that is not done is told of once, ackWarning ms after', () =>
    marbles(({ cold, flush }) => {
      const told: PoolEvent[] = [];
      const kept: Delivery<number>[] = [];
      cold('a-b-c|', { a: 1, b: 2, c: 3 })
        .pipe(
          poolMap(echo, 3, {
            ack: 'manual',
            ackWarning: 10,
            events: { next: (event) => told.push(event) },
          }),
        )
        .subscribe((delivery) => {
          kept.push(delivery);
          if (delivery.value === 20) delivery.done();
        });
      flush();
      const overdue = told.filter(({ type }) => type === 'delivery-overdue');
      expect(overdue).to.deep.equal([
        { type: 'delivery-overdue', worker: 0, attempt: 1, waited: 10, at: 10 },
        { type: 'delivery-overdue', worker: 2, attempt: 1, waited: 10, at: 14 },
      ]);
      for (const { done } of kept) done();
    }));

  it('ACK-2 one that is garbage gives its credit back, and is told of', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const told: PoolEvent[] = [];
    const source = new Subject<number>();
    const second = firstValueFrom(
      source.pipe(
        poolMap(echo, 1, {
          maxResults: 1,
          ack: 'manual',
          events: { next: (event) => told.push(event) },
        }),
        map(({ value }) => value),
        filter((value) => value === 20),
      ),
    );
    source.next(1);
    source.next(2);
    for (let i = 0; i < 200 && !told.some(({ type }) => type === 'delivery-lost'); i += 1) {
      collect();
      await turns(1);
    }
    expect(await second).to.equal(20);
    expect(told.find(({ type }) => type === 'delivery-lost')).to.include({ worker: 0, attempt: 1 });
  });
});
