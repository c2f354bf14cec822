/** Order, result credits and outboxes together, joined by wires on which everything takes its time. */
import { expect } from 'chai';
import fc from 'fast-check';
import { nobody } from '#src/demand/scope.js';
import { type ResultCredits, resultCredits } from '#src/pool/credits.js';
import { NONE, type Standing } from '#src/pool/order.js';
import { Reorder } from '#src/pool/reorder.js';
import { UNSOLICITED } from '#src/protocol/wire.js';
import { OrderedOutbox } from '#src/worker/orderedOutbox.js';
import { RecordingWire } from '../support/recordingWire.js';

/** What may happen next; the number chooses whom of those to whom it may happen. */
type Step = readonly [what: 'task' | 'emit' | 'probe' | 'end' | 'arrive' | 'settle' | 'hear', which: number];

type Said = ['credit', number] | ['oldest', number];

interface Worker {
  readonly wire: RecordingWire<readonly number[]>;
  readonly outbox: OrderedOutbox<readonly number[]>;
  /** On its way to the worker, in order. */
  readonly heard: Said[];
  /** Positions that run, by the number of their task. */
  readonly running: { readonly task: number; readonly position: number; results: number }[];
  readonly places: Standing[];
  positions: number;
}

class Model {
  readonly left: (readonly number[])[] = [];
  readonly results: number[] = [];
  probes = 0;
  settled = 0;
  readonly #maxResults: number;
  readonly #credits: ResultCredits;
  readonly #order: Reorder;
  readonly #workers: Worker[] = [];
  readonly #leftFrom: number[] = [];
  #granted = 0;

  constructor(n: number, maxResults: number) {
    this.#maxResults = maxResults;
    const grant = (worker: number, results: number) => {
      this.#granted += results;
      this.#workers[worker]?.heard.push(['credit', results]);
      this.#check();
    };
    const tell = (worker: number, position: number) =>
      this.#workers[worker]?.heard.push(['oldest', position]);
    this.#credits = resultCredits(maxResults, n, grant, tell);
    const leave = (value: unknown, worker: number) => {
      this.left.push(value as readonly number[]);
      this.#leftFrom.push(worker);
    };
    this.#order = new Reorder({
      leave,
      leaveAll: () => expect.fail('results come one by one'),
      leaveMixed: (values, workers) => {
        for (const [i, value] of values.entries()) leave(value, workers[i] as number);
      },
      behindResults: (act) => act(),
      dropped: () => expect.fail('nothing is delivered again'),
      tasksOver: () => {},
      oldest: (worker, position) => this.#credits.oldest(worker, position),
    });
    for (let worker = 0; worker < n; worker += 1) {
      const wire = new RecordingWire<readonly number[]>();
      const credits = this.#credits.begin(worker);
      const { onDemand: asks, reserve } = this.#credits;
      this.#granted += credits;
      const outbox = new OrderedOutbox(wire, { credits, asks, reserve }, { ...nobody }, () => {});
      this.#workers.push({ wire, outbox, heard: [], running: [], places: [], positions: 0 });
    }
    this.#check();
  }

  step([what, which]: Step): void {
    const worker = which % this.#workers.length;
    const own = this.#workers[worker] as Worker;
    const task = own.running[Math.floor(which / this.#workers.length) % (own.running.length || 1)];
    if (what === 'task') {
      const position = own.positions;
      own.positions += 1;
      own.running.push({ task: this.results.length, position, results: 0 });
      this.results.push(0);
      const place = this.#order.enter(worker);
      own.places.push(place);
      this.#order.begin(place, position);
      this.#order.begun();
    } else if (what === 'probe') {
      this.probes += 1;
      own.outbox.result([-1, 0], UNSOLICITED);
    } else if (what === 'emit' && task) {
      own.outbox.result([task.task, task.results], task.position);
      task.results += 1;
      this.results[task.task] = task.results;
    } else if (what === 'end' && task) {
      own.running.splice(own.running.indexOf(task), 1);
      own.outbox.done(task.position);
    } else if (what === 'arrive') {
      this.#arrive(worker);
    } else if (what === 'settle') {
      this.#settle(which);
    } else if (what === 'hear') {
      const said = own.heard.shift();
      if (said?.[0] === 'credit') own.outbox.credit(said[1]);
      else if (said) own.outbox.oldest(said[1]);
    }
    this.#check();
  }

  /** Every task ends, and everything that can happen happens, as long as anything does. */
  finish(): void {
    for (const [worker, { running }] of this.#workers.entries()) {
      while (running.length > 0) this.step(['end', worker]);
    }
    for (let busy = true; busy; ) {
      busy = false;
      for (const [worker, { wire, heard }] of this.#workers.entries()) {
        for (; wire.said.length > 0; busy = true) this.step(['arrive', worker]);
        for (; heard.length > 0; busy = true) this.step(['hear', worker]);
      }
      for (; this.#leftFrom.length > 0; busy = true) this.step(['settle', 0]);
    }
  }

  #arrive(worker: number): void {
    const { wire, places } = this.#workers[worker] as Worker;
    const said = wire.said.shift();
    if (said?.[0] === 'starved') this.#credits.starved(worker);
    else if (said?.[0] === 'done') this.#order.end(places[said[1] as number] as Standing);
    else if (said?.[0] === 'result') {
      this.#credits.arrives(worker);
      this.#order.result(said[1], worker, places[said[2] as number] ?? NONE);
      this.#credits.arrived(worker);
    }
  }

  #settle(which: number): void {
    if (this.#leftFrom.length === 0) return;
    const [worker] = this.#leftFrom.splice(which % this.#leftFrom.length, 1);
    this.settled += 1;
    this.#credits.settled(worker as number);
  }

  #check(): void {
    const out = this.#granted - this.settled;
    if (out > this.#maxResults) expect.fail(`${out} results may be under way, of ${this.#maxResults}`);
  }
}

const steps = fc.array(
  fc.tuple(
    fc.constantFrom('task', 'emit', 'emit', 'emit', 'probe', 'end', 'arrive', 'arrive', 'settle', 'hear'),
    fc.nat(1000),
  ) as fc.Arbitrary<Step>,
  { maxLength: 300, size: 'max' },
);

describe('result credits in the order of tasks', () => {
  it('ORD-1 ORD-2 CRD-2 whatever comes in which order, all leaves, in that of the tasks, within maxResults', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.oneof(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 40 })),
        steps,
        (n, maxResults, happens) => {
          const model = new Model(n, maxResults);
          for (const step of happens) model.step(step);
          model.finish();
          const ofTasks = model.left.filter(([task]) => task !== -1);
          const expected = model.results.flatMap((count, task) =>
            Array.from({ length: count }, (_, result) => [task, result]),
          );
          expect(ofTasks).to.deep.equal(expected);
          expect(model.left.length - ofTasks.length).to.equal(model.probes);
          expect(model.settled).to.equal(model.left.length);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('ORD-2 the oldest task has half of the credits of its worker, at least one, whatever the others send', () => {
    for (const [n, maxResults, own] of [
      [1, 1, 1],
      [1, 8, 4],
      [2, 9, 2],
      [3, 3, 1],
      [2, 4096, 1024],
    ] as const) {
      const told: number[] = [];
      const credits = resultCredits(
        maxResults,
        n,
        () => {},
        (_, position) => told.push(position),
      );
      const wire = new RecordingWire<number>();
      const terms = { credits: credits.begin(0), asks: credits.onDemand, reserve: credits.reserve };
      const outbox = new OrderedOutbox<number>(wire, terms, { ...nobody }, () => {});
      credits.oldest(0, 0);
      // A later task sends all that it may.
      for (let i = 0; i < maxResults; i += 1) outbox.result(i, 1);
      const { length } = wire.of('result');
      credits.arrives(0, length);
      credits.arrived(0, length);
      expect(told, 'once the credits are down to the reserve').to.deep.equal([0]);
      wire.news();
      outbox.oldest(0);
      for (let i = 0; i < maxResults; i += 1) outbox.result(i, 0);
      expect(wire.of('result')).to.have.lengthOf(own);
    }
  });

  it('ORD-2 costs no message while there are credits', () => {
    const told: number[] = [];
    const credits = resultCredits(
      100,
      1,
      () => {},
      (_, position) => told.push(position),
    );
    credits.begin(0);
    for (let position = 0; position < 1000; position += 1) {
      credits.oldest(0, position);
      credits.arrives(0);
      credits.arrived(0);
      credits.settled(0);
    }
    expect(told).to.deep.equal([]);
  });
});
