import { expect } from 'chai';
import fc from 'fast-check';
import { type Emitter, nobody } from '#src/demand/emission.js';
import type { OrderOwner, Standing } from '#src/pool/order.js';
import { NOWHERE } from '#src/pool/place.js';
import { Reorder } from '#src/pool/reorder.js';
import { UNSOLICITED } from '#src/protocol/wire.js';

const WORKERS = 3;

/** An order, and a pool that writes down what it is told. */
function reorder() {
  const left: unknown[] = [];
  const oldests: [worker: number, position: number][] = [];
  const over: number[] = [];
  const dropped: number[] = [];
  const owner: OrderOwner = {
    leave: (value) => left.push(value),
    behindResults: (act) => act(),
    dropped: (worker) => dropped.push(worker),
    taskOver: (worker) => over.push(worker),
    oldest: (worker, position) => oldests.push([worker, position]),
  };
  const order = new Reorder(WORKERS, 8, owner);
  const give = (worker: number, position: number) => {
    order.begin(order.enter(worker), worker, position);
    order.begun();
  };
  const result = (value: unknown, worker: number, position: number, from: Emitter = nobody) =>
    order.result(value, from, worker, position);
  return { order, left, oldests, over, dropped, give, result };
}

describe('Reorder', () => {
  it('ORD-1 results of the oldest task leave as they come, those of later ones at their turn', () => {
    const { order, left, over, give, result } = reorder();
    give(0, 0);
    give(1, 0);
    give(2, 0);
    result('c1', 2, 0);
    result('b1', 1, 0);
    result('a1', 0, 0);
    expect(left).to.deep.equal(['a1']);
    order.end(2, 0);
    result('b2', 1, 0);
    result('a2', 0, 0);
    expect(left).to.deep.equal(['a1', 'a2']);
    expect([order.waiting, over]).to.deep.equal([3, []]);
    order.end(0, 0);
    expect(left).to.deep.equal(['a1', 'a2', 'b1', 'b2']);
    result('b3', 1, 0);
    expect(left.at(-1)).to.equal('b3');
    order.end(1, 0);
    expect(left).to.deep.equal(['a1', 'a2', 'b1', 'b2', 'b3', 'c1']);
    expect(over, 'slots come back in the order of the tasks').to.deep.equal([0, 1, 2]);
    expect([order.waiting, order.idle]).to.deep.equal([0, true]);
  });

  it('ORD-1 results of no task leave at once', () => {
    const { left, give, result } = reorder();
    give(0, 0);
    result('probe', 1, UNSOLICITED);
    expect(left).to.deep.equal(['probe']);
  });

  it('ORD-2 tells whose turn it is, once for each task that does not end at once', () => {
    const { order, oldests, give } = reorder();
    give(0, 0);
    give(1, 0);
    give(0, 1);
    give(2, 0);
    expect(oldests).to.deep.equal([[0, 0]]);
    order.end(1, 0);
    order.end(0, 0);
    expect(oldests).to.deep.equal([
      [0, 0],
      [0, 1],
    ]);
    order.end(0, 1);
    expect(oldests.at(-1)).to.deep.equal([2, 0]);
  });

  it('ORD-3 a verdict is told behind the results of the task, at its turn, and the turn passes on', () => {
    const { order, left, give, result } = reorder();
    give(0, 0);
    give(1, 0);
    give(2, 0);
    result('b', 1, 0);
    result('c', 2, 0);
    order.giveUp(order.withdraw(1, 0), () => left.push('b failed'));
    expect(left).to.deep.equal([]);
    order.end(0, 0);
    expect(left).to.deep.equal(['b', 'b failed', 'c']);
  });

  it('ORD-1 a task that is delivered again keeps its place, and drops what waits of it', () => {
    const { order, left, dropped, oldests, give, result } = reorder();
    give(0, 0);
    give(1, 0);
    give(2, 0);
    result('b1', 1, 0);
    result('b2', 1, 0);
    result('c', 2, 0);
    const place = order.withdraw(1, 0);
    order.end(2, 0);
    order.end(0, 0);
    expect(left, 'it is awaited').to.deep.equal([]);
    expect(oldests.at(-1)).to.deep.equal([1, NOWHERE]);
    order.begin(place, 0, 1);
    order.begun();
    expect(dropped).to.deep.equal([1, 1]);
    expect(oldests.at(-1)).to.deep.equal([0, 1]);
    result('b1 again', 0, 1);
    order.end(0, 1);
    expect(left).to.deep.equal(['b1 again', 'c']);
  });

  it('ORD-1 a task may enter before one that no worker has', () => {
    const { order, left, give, result } = reorder();
    give(0, 0);
    give(1, 0);
    give(2, 0);
    const place = order.withdraw(1, 0);
    const first = order.enterBefore(place, 1);
    const second = order.enterBefore(place, 1);
    expect([first, second, place].map(({ sequence }) => sequence)).to.deep.equal([0.5, 0.75, 1]);
    for (const [position, standing] of [first, second, place].entries())
      order.begin(standing, 1, position + 1);
    result('again', 1, 3);
    result('second', 1, 2);
    result('first', 1, 1);
    for (const position of [3, 2, 1]) order.end(1, position);
    order.end(0, 0);
    expect(left).to.deep.equal(['first', 'second', 'again']);
  });

  it('CAN-1 forgets everything, also in the midst of handing out', () => {
    const left: unknown[] = [];
    const order: Reorder = new Reorder(1, 8, {
      leave: (value) => {
        left.push(value);
        order.clear();
      },
      behindResults: (act) => act(),
      dropped: () => {},
      taskOver: () => {},
      oldest: () => {},
    });
    for (const position of [0, 1]) order.begin(order.enter(0), 0, position);
    order.begun();
    order.result('b1', nobody, 0, 1);
    order.result('b2', nobody, 0, 1);
    order.end(0, 1);
    order.end(0, 0);
    expect(left).to.deep.equal(['b1']);
    expect([order.idle, order.waiting]).to.deep.equal([true, 0]);
  });

  it('ORD-1 SUP-2 in any order of results, ends and deliveries: all leave, in the order of the tasks', () => {
    const step = fc.record({
      what: fc.constantFrom('give', 'give', 'result', 'result', 'result', 'end', 'withdraw', 'again'),
      which: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
        const { order, left, over, result } = reorder();
        interface Own {
          readonly id: number;
          readonly standing: Standing;
          worker: number;
          position: number;
          results: number;
          delivery: number;
        }
        const positions = new Array<number>(WORKERS).fill(0);
        const running: Own[] = [];
        const withdrawn: Own[] = [];
        let entered = 0;
        const begin = (own: Own, worker: number) => {
          own.worker = worker;
          own.position = positions[worker] as number;
          own.results = 0;
          own.delivery += 1;
          positions[worker] = own.position + 1;
          running.push(own);
          order.begin(own.standing as never, worker, own.position);
          order.begun();
        };
        for (const { what, which } of steps) {
          if (what === 'give') {
            const worker = which % WORKERS;
            const standing = order.enter(worker);
            begin({ id: entered, standing, worker, position: 0, results: 0, delivery: 0 }, worker);
            entered += 1;
          } else if (what === 'again' && withdrawn.length > 0) {
            begin(withdrawn.splice(which % withdrawn.length, 1)[0] as Own, which % WORKERS);
          } else if (running.length > 0) {
            const own = running[which % running.length] as Own;
            if (what === 'result') {
              result([own.id, own.delivery, own.results], own.worker, own.position);
              own.results += 1;
            } else if (what === 'end' || what === 'withdraw') {
              running.splice(running.indexOf(own), 1);
              if (what === 'end') order.end(own.worker, own.position);
              else {
                order.withdraw(own.worker, own.position);
                withdrawn.push(own);
              }
            }
          }
        }
        for (const own of withdrawn.splice(0)) begin(own, 0);
        const last = running.splice(0);
        for (const own of last) order.end(own.worker, own.position);
        const sorted = [...(left as number[][])].sort(
          ([a = 0, b = 0, c = 0], [d = 0, e = 0, f = 0]) => a - d || b - e || c - f,
        );
        expect(left).to.deep.equal(sorted);
        expect(over.length).to.equal(entered);
        expect([order.idle, order.waiting]).to.deep.equal([true, 0]);
        for (const { id, delivery, results } of last) {
          const own = (left as number[][]).filter(([of, at]) => of === id && at === delivery);
          expect(own.map(([, , result]) => result)).to.deep.equal([...Array(results).keys()]);
        }
      }),
    );
  });
});
