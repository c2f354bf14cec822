import { expect } from 'chai';
import fc from 'fast-check';
import { nobody } from '#src/demand/scope.js';
import { type ResultCredits, resultCredits } from '#src/pool/credits.js';
import { type Outbox, QueueOutbox } from '#src/worker/outbox.js';
import { RecordingWire } from '../support/recordingWire.js';

/** What may happen next, anywhere; the number chooses among the workers or results that it may happen to. */
type Step = readonly [what: 'emit' | 'arrive' | 'settle' | 'credit', which: number];

/**
 * A pool's result credits and its workers' outboxes, joined by wires on which everything takes its time.
 * With `settlesAtOnce`, results settle while they are delivered, as those that nobody holds do.
 */
class Model {
  readonly #credits: ResultCredits;
  readonly #workers: { readonly outbox: Outbox<number>; readonly wire: RecordingWire<number> }[] = [];
  readonly #maxResults: number;
  readonly #settlesAtOnce: boolean;
  /** Credits on their way to a worker. */
  readonly #granted: [worker: number, results: number][] = [];
  /** Results that are here and not settled. */
  readonly #here: number[] = [];
  #grantedInAll = 0;
  settled = 0;
  emitted = 0;
  readonly settledOf: number[];

  constructor(n: number, maxResults: number, settlesAtOnce: boolean) {
    this.#maxResults = maxResults;
    this.#settlesAtOnce = settlesAtOnce;
    this.settledOf = new Array<number>(n).fill(0);
    this.#credits = resultCredits(maxResults, n, (worker, results) => {
      expect(results).to.be.at.least(1);
      this.#granted.push([worker, results]);
      this.#grantedInAll += results;
      this.#check();
    });
    for (let worker = 0; worker < n; worker += 1) {
      const wire = new RecordingWire<number>();
      const initial = this.#credits.begin(worker);
      this.#grantedInAll += initial;
      this.#workers.push({
        wire,
        outbox: new QueueOutbox(wire, { credits: initial, asks: this.#credits.onDemand }, nobody, () => {}),
      });
    }
    this.#check();
  }

  step([what, which]: Step): void {
    if (what === 'emit') {
      this.emit(which % this.#workers.length);
    } else if (what === 'arrive') {
      const speaking = this.#speaking();
      if (speaking.length > 0) this.#arrive(speaking[which % speaking.length] as number);
    } else if (what === 'settle') {
      if (this.#here.length > 0) this.#settle(this.#here.splice(which % this.#here.length, 1)[0] as number);
    } else {
      // To one worker they come in order.
      const grant = this.#granted.splice(which % (this.#granted.length || 1), 1)[0];
      if (grant) this.#workers[grant[0]]?.outbox.credit(grant[1]);
    }
    this.#check();
  }

  emit(worker: number): void {
    this.emitted += 1;
    this.#workers[worker]?.outbox.result(this.emitted, worker);
  }

  /** Lets everything happen that can. False when nothing could. */
  goOn(): boolean {
    const before = this.settled;
    const speaking = this.#speaking();
    const granted = this.#granted.length;
    for (const worker of speaking) this.step(['arrive', this.#speaking().indexOf(worker)]);
    for (let i = 0; i < granted; i += 1) this.step(['credit', 0]);
    while (this.#here.length > 0) this.step(['settle', 0]);
    return speaking.length > 0 || granted > 0 || this.settled > before;
  }

  #speaking(): number[] {
    return [...this.#workers.keys()].filter((worker) => this.#workers[worker]?.wire.said.length);
  }

  #arrive(worker: number): void {
    const said = this.#workers[worker]?.wire.said.shift();
    if (said?.[0] === 'starved') {
      this.#credits.starved(worker);
    } else if (this.#settlesAtOnce) {
      this.#credits.arrives(worker);
      this.#settle(worker);
      this.#credits.arrived(worker);
    } else {
      this.#here.push(worker);
      this.#credits.arrives(worker);
      this.#credits.arrived(worker);
    }
  }

  #settle(worker: number): void {
    this.settled += 1;
    this.settledOf[worker] = (this.settledOf[worker] as number) + 1;
    this.#credits.settled(worker);
  }

  #check(): void {
    const out = this.#grantedInAll - this.settled;
    if (out > this.#maxResults) expect.fail(`${out} results may be under way, of ${this.#maxResults}`);
  }
}

const n = fc.integer({ min: 1, max: 7 });
const maxResults = fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 60 }));
const steps = fc.array(
  fc.tuple(fc.constantFrom('emit', 'emit', 'arrive', 'settle', 'credit'), fc.nat()) as fc.Arbitrary<Step>,
  { maxLength: 400, size: 'max' },
);

describe('result credits', () => {
  it('CRD-2 what is granted and not settled never exceeds maxResults; every result gets through', () => {
    fc.assert(
      fc.property(n, maxResults, fc.boolean(), steps, (workers, limit, settlesAtOnce, happens) => {
        const model = new Model(workers, limit, settlesAtOnce);
        for (const step of happens) model.step(step);
        while (model.goOn());
        expect(model.settled).to.equal(model.emitted);
      }),
    );
  });

  it('CRD-3 no credit is lost, however often the pool fills up and runs empty', () => {
    fc.assert(
      fc.property(n, maxResults, fc.boolean(), (workers, limit, settlesAtOnce) => {
        const model = new Model(workers, limit, settlesAtOnce);
        for (let round = 0; round < 20; round += 1) {
          for (let i = 0; i < 2 * limit; i += 1) model.emit((i * 5 + round) % workers);
          while (model.goOn());
          expect(model.settled, `round ${round}`).to.equal(model.emitted);
        }
      }),
      { numRuns: 50 },
    );
  });

  for (const limit of [1, 2, 4]) {
    it(`CRD-2 with fewer credits than workers (${limit} for 5) each gets its turn`, () => {
      const model = new Model(5, limit, false);
      for (let i = 0; i < 5 * 100; i += 1) model.emit(i % 5);
      for (let i = 0; i < 100; i += 1) model.goOn();
      expect(model.settled).to.be.below(model.emitted);
      const counts = model.settledOf;
      expect(Math.min(...counts)).to.be.at.least(Math.max(...counts) / 2);
    });
  }

  it('CRD-2 one worker alone may use all the credits that there are', () => {
    const model = new Model(1, 10, false);
    for (let i = 0; i < 10; i += 1) model.emit(0);
    while (model.goOn());
    expect(model.settled).to.equal(10);
  });

  it('CRD-2 all credits are given out, also when they do not divide', () => {
    for (const [workers, limit] of [
      [3, 10],
      [4, 4],
      [5, 9],
    ] as const) {
      const credits = resultCredits(limit, workers, () => {});
      const shares = Array.from({ length: workers }, (_, worker) => credits.begin(worker));
      expect(shares.reduce((sum, share) => sum + share)).to.equal(limit);
      expect(Math.max(...shares) - Math.min(...shares)).to.be.at.most(1);
    }
  });

  it('CRD-3 credits come back in few messages', () => {
    let messages = 0;
    const credits = resultCredits(1000, 1, () => {
      messages += 1;
    });
    for (let i = 0; i < 10_000; i += 1) {
      credits.arrives(0);
      credits.settled(0);
      credits.arrived(0);
    }
    expect(messages).to.be.at.most(20);
  });

  it('CRD-3 a worker that has none left gets back what is settled, be it one', () => {
    const grants: number[] = [];
    const credits = resultCredits(100, 1, (_, results) => grants.push(results));
    credits.arrives(0, 100);
    credits.arrived(0, 100);
    credits.settled(0);
    expect(grants).to.deep.equal([1]);
  });

  it('CRD-2 a worker that asks while none is free is served by the next that comes back, in turn', () => {
    const grants: number[] = [];
    const credits = resultCredits(1, 3, (worker) => grants.push(worker));
    for (const worker of [2, 0, 1]) credits.starved(worker);
    expect(grants).to.deep.equal([2]);
    credits.settled(2);
    credits.starved(2);
    credits.settled(0);
    credits.settled(1);
    expect(grants).to.deep.equal([2, 0, 1, 2]);
  });

  it('SHR-6 a worker that leaves goes on getting credits, one by one, until its last result is through', () => {
    const grants: number[][] = [];
    const credits = resultCredits(8, 2, (...grant) => grants.push(grant));
    credits.begin(0);
    credits.begin(1);
    credits.arrives(1, 4);
    credits.arrived(1, 4);
    credits.resize(1);
    grants.length = 0;
    for (let i = 0; i < 4; i += 1) credits.settled(1);
    expect(grants).to.deep.equal([[1, 1]]);
    credits.arrives(1);
    credits.arrived(1);
    credits.settled(1);
    expect(grants).to.deep.equal([
      [1, 1],
      [1, 1],
    ]);
  });

  it('SHR-6 a worker that is replaced while it leaves is given credits once those of the one before it have settled', () => {
    let left = 0;
    const credits = resultCredits(100, 2, (worker, results) => {
      if (worker === 1) left += results;
    });
    credits.begin(0);
    credits.begin(1);
    credits.arrives(1, 3);
    credits.arrived(1, 3);
    credits.resize(1);
    left = credits.begin(1);
    for (let i = 0; i < 3; i += 1) credits.settled(1);
    expect(left).to.equal(1);
  });
});
