import { expect } from 'chai';
import fc from 'fast-check';
import { NONE, NOWHERE, type Standing } from '#src/pool/order.js';
import { Reorder } from '#src/pool/reorder.js';

/** An order, and a pool that writes down what it is told. */
function reorder() {
  const left: unknown[] = [];
  const oldests: [worker: number, position: number][] = [];
  const over: number[] = [];
  const dropped: number[] = [];
  const order = new Reorder({
    leave: (value) => left.push(value),
    leaveAll: (values) => left.push(...Array.from(values)),
    leaveMixed: (values) => left.push(...values),
    behindResults: (act) => act(),
    dropped: (worker) => dropped.push(worker),
    tasksOver: (worker, tasks) => over.push(...Array<number>(tasks).fill(worker)),
    oldest: (worker, position) => oldests.push([worker, position]),
  });
  const begin = (place: Standing, position: number) => {
    order.begin(place, position);
    order.begun();
    return place;
  };
  const give = (worker: number, position = 0) => begin(order.enter(worker), position);
  const result = (value: unknown, place = NONE) => order.result(value, 0, place);
  return { order, left, oldests, over, dropped, begin, give, result };
}

describe('Reorder', () => {
  it('ORD-1 results of the oldest task leave as they come, those of later ones at their turn', () => {
    const { order, left, over, give, result } = reorder();
    const [a, b, c] = [give(0), give(1), give(2)];
    result('c1', c);
    result('b1', b);
    result('a1', a);
    expect(left).to.deep.equal(['a1']);
    order.end(c);
    result('b2', b);
    result('a2', a);
    expect(left).to.deep.equal(['a1', 'a2']);
    expect([order.waiting, over]).to.deep.equal([3, []]);
    order.end(a);
    expect(left).to.deep.equal(['a1', 'a2', 'b1', 'b2']);
    result('b3', b);
    expect(left.at(-1)).to.equal('b3');
    order.end(b);
    expect(left).to.deep.equal(['a1', 'a2', 'b1', 'b2', 'b3', 'c1']);
    expect(over, 'slots come back in the order of the tasks').to.deep.equal([0, 1, 2]);
    expect([order.waiting, order.idle]).to.deep.equal([0, true]);
  });

  it('ORD-1 results of no task leave at once', () => {
    const { left, give, result } = reorder();
    give(0);
    result('probe');
    expect(left).to.deep.equal(['probe']);
  });

  it('ORD-2 tells whose turn it is, once for each task that has not ended before', () => {
    const { order, oldests, give } = reorder();
    const [a, b, c] = [give(0, 0), give(1, 0), give(0, 1)];
    give(2, 0);
    expect(oldests).to.deep.equal([[0, 0]]);
    order.end(b);
    order.end(a);
    expect(oldests).to.deep.equal([
      [0, 0],
      [0, 1],
    ]);
    order.end(c);
    expect(oldests.at(-1)).to.deep.equal([2, 0]);
  });

  it('ORD-3 a verdict is told behind the results of the task, at its turn, and the turn passes on', () => {
    const { order, left, give, result } = reorder();
    const [a, b, c] = [give(0), give(1), give(2)];
    result('b', b);
    result('c', c);
    order.withdraw(b);
    order.giveUp(b, () => left.push('b failed'));
    expect(left).to.deep.equal([]);
    order.end(a);
    expect(left).to.deep.equal(['b', 'b failed', 'c']);
  });

  it('ORD-1 a task that is delivered again keeps its place, and drops what waits of it', () => {
    const { order, left, dropped, oldests, give, result } = reorder();
    const [a, b, c] = [give(0, 7), give(1, 8), give(2, 9)];
    result('b1', b);
    result('b2', b);
    result('c', c);
    order.withdraw(b);
    order.end(c);
    order.end(a);
    expect(left, 'it is awaited').to.deep.equal([]);
    expect(oldests.at(-1)).to.deep.equal([1, NOWHERE]);
    order.begin(b, 10);
    expect(dropped, 'before it is with its worker, nobody else may get there').to.deep.equal([]);
    order.begun();
    expect(dropped).to.deep.equal([1, 1]);
    expect(oldests.at(-1)).to.deep.equal([1, 10]);
    result('b1 again', b);
    order.end(b);
    expect(left).to.deep.equal(['b1 again', 'c']);
  });

  it('ORD-2 tells of the oldest when it begins to wait for its next delivery', () => {
    const { order, oldests, give } = reorder();
    const a = give(1, 4);
    order.withdraw(a);
    order.await(a);
    expect(oldests).to.deep.equal([
      [1, 4],
      [1, NOWHERE],
    ]);
  });

  it('CAN-1 forgets everything, also in the midst of handing out', () => {
    const left: unknown[] = [];
    const leave = (...values: unknown[]) => {
      left.push(...values);
      order.clear();
    };
    const order: Reorder = new Reorder({
      leave,
      leaveAll: (values) => leave(...Array.from(values)),
      leaveMixed: (values) => leave(...values),
      behindResults: (act) => act(),
      dropped: () => {},
      tasksOver: () => {},
      oldest: () => {},
    });
    const [a, b, c, d] = [order.enter(0), order.enter(0), order.enter(0), order.enter(0)];
    for (const [position, place] of [a, b, c, d].entries()) order.begin(place, position);
    order.begun();
    for (const place of [b, c, d]) order.result(place, 0, place);
    order.giveUp(c, () => left.push('c failed'));
    for (const place of [d, b, a]) order.end(place);
    expect(left).to.deep.equal([b]);
    expect([order.idle, order.waiting]).to.deep.equal([true, 0]);
  });

  it('ORD-1 SUP-2 in any order of results, ends and deliveries: all leave, in the order of the tasks', () => {
    const step = fc.record({
      what: fc.constantFrom(
        'give',
        'give',
        'result',
        'result',
        'result',
        'end',
        'frame',
        'withdraw',
        'again',
      ),
      which: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
        const { order, left, over, begin, result } = reorder();
        interface Own {
          readonly id: number;
          readonly place: Standing;
          results: number;
          delivery: number;
        }
        const running: Own[] = [];
        const withdrawn: Own[] = [];
        let entered = 0;
        let positions = 0;
        const deliver = (own: Own) => {
          own.results = 0;
          own.delivery += 1;
          running.push(own);
          begin(own.place, positions);
          positions += 1;
        };
        for (const { what, which } of steps) {
          const own = running[which % (running.length || 1)];
          if (what === 'give') {
            deliver({ id: entered, place: order.enter(which % 3), results: 0, delivery: 0 });
            entered += 1;
          } else if (what === 'again') {
            for (const again of withdrawn.splice(which % (withdrawn.length || 1), 1)) deliver(again);
          } else if (own && what === 'result') {
            result([own.id, own.delivery, own.results], own.place);
            own.results += 1;
          } else if (own && what === 'frame') {
            const ended = running.splice(0, 1 + (which % running.length));
            const probes = which % 2 === 0;
            const standings = ended.flatMap(({ place }) => (probes ? [place, NONE] : [place]));
            const values = ended.flatMap(({ id, delivery, results: sent }) => {
              const value = [id, delivery, sent];
              return probes ? [value, 'probe'] : [value];
            });
            order.results(values, 0, standings);
            order.endAll(0, ended.length, standings);
          } else if (own) {
            running.splice(running.indexOf(own), 1);
            if (what === 'end') order.end(own.place);
            else {
              order.withdraw(own.place);
              order.await(own.place);
              withdrawn.push(own);
            }
          }
        }
        for (const own of withdrawn.splice(0)) deliver(own);
        const last = running.splice(0);
        for (const own of last) order.end(own.place);
        const results = (left as number[][]).filter((value) => Array.isArray(value));
        const sorted = [...results].sort(
          ([a = 0, b = 0, c = 0], [d = 0, e = 0, f = 0]) => a - d || b - e || c - f,
        );
        expect(results).to.deep.equal(sorted);
        expect(over.length).to.equal(entered);
        expect([order.idle, order.waiting]).to.deep.equal([true, 0]);
        for (const { id, delivery, results: sent } of last) {
          const own = results.filter(([of, at]) => of === id && at === delivery);
          expect(own.map(([, , result]) => result)).to.deep.equal([...Array(sent).keys()]);
        }
      }),
    );
  });
});
