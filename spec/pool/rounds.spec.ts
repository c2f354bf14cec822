import { expect } from 'chai';
import fc from 'fast-check';
import { NO_ROOM, RoundRobin } from '#src/pool/dispatcher.js';
import { Rounds } from '#src/pool/rounds.js';

/** A worker of a pool: where its tasks go. */
class Worker {
  open = true;
  readonly #index: number;
  readonly #given: number[];

  constructor(index: number, given: number[]) {
    this.#index = index;
    this.#given = given;
  }

  task(): void {
    this.#given.push(this.#index);
  }
}

/** A rotation that takes rounds ahead, as the task side does. */
class Ahead {
  readonly given: number[] = [];
  readonly dispatcher: RoundRobin;
  readonly rounds: Rounds<number>;
  readonly #workers: Worker[];

  constructor(n: number, maxTasks: number) {
    this.dispatcher = new RoundRobin(n, maxTasks);
    this.rounds = new Rounds(this.dispatcher);
    this.#workers = Array.from({ length: n }, (_, index) => new Worker(index, this.given));
  }

  task(): void {
    if (this.rounds.left > 0 && this.rounds.give(0)) return;
    this.rounds.end();
    const worker = this.dispatcher.take();
    if (worker !== NO_ROOM) this.given.push(worker);
    this.rounds.begin(() => this.#workers);
  }
}

const step = fc.oneof(
  { weight: 6, arbitrary: fc.constant('task' as const) },
  { weight: 3, arbitrary: fc.record({ done: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ direct: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ suspend: fc.nat() }) },
);

describe('Rounds', () => {
  it('TSK-1 CRD-1 give each task to the worker that would get it one by one, whatever happens meanwhile', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 60 }),
        fc.array(step, { maxLength: 300 }),
        (n, maxTasks, steps) => {
          const plain = new RoundRobin(n, maxTasks);
          const given: number[] = [];
          const ahead = new Ahead(n, maxTasks);
          const running: number[] = [];
          const both = (act: (dispatcher: RoundRobin) => void) => {
            ahead.rounds.end();
            act(ahead.dispatcher);
            act(plain);
          };
          for (const happens of steps) {
            const before = given.length;
            if (happens === 'task') {
              const worker = plain.take();
              if (worker !== NO_ROOM) given.push(worker);
              ahead.task();
            } else if ('done' in happens) {
              const [worker] = running.splice(happens.done % Math.max(1, running.length), 1);
              if (worker !== undefined) for (const each of [plain, ahead.dispatcher]) each.done(worker);
            } else if ('direct' in happens) {
              const worker = happens.direct % n;
              both((dispatcher) => {
                if (dispatcher.takeOf(worker) && dispatcher === plain) running.push(worker);
              });
            } else if ('suspend' in happens) {
              const worker = happens.suspend % n;
              both((dispatcher) => dispatcher.suspend(worker));
              both((dispatcher) => dispatcher.resume(worker));
            }
            running.push(...given.slice(before));
            expect(ahead.given).to.deep.equal(given);
          }
          ahead.rounds.end();
          expect([ahead.dispatcher.taken, ahead.dispatcher.turn]).to.deep.equal([plain.taken, plain.turn]);
          expect(ahead.dispatcher.hasRoom).to.equal(plain.hasRoom);
        },
      ),
    );
  });

  it('TSK-1 a worker that takes no more gets none, and what is left is given back', () => {
    const dispatcher = new RoundRobin(2, 20);
    const rounds = new Rounds<string>(dispatcher);
    const given: string[][] = [[], []];
    const takers = given.map((own) => ({ open: true, task: (task: string) => own.push(task) }));
    rounds.begin(() => takers as never);
    expect(rounds.left).to.equal(20);
    for (const task of 'abc') expect(rounds.give(task)).to.equal(true);
    (takers[1] as { open: boolean }).open = false;
    expect(rounds.give('d')).to.equal(false);
    expect(given).to.deep.equal([['a', 'c'], ['b']]);
    rounds.end();
    expect([dispatcher.taken, dispatcher.turn, dispatcher.free]).to.deep.equal([3, 1, 17]);
  });

  it('CRD-1 nothing is taken ahead while a worker has more than its window', () => {
    const dispatcher = new RoundRobin(1, 8);
    for (let i = 0; i < 6; i += 1) dispatcher.take();
    dispatcher.resize(2);
    expect([dispatcher.window, dispatcher.taken, dispatcher.roundsLeft()]).to.deep.equal([4, 6, 0]);
  });

  it('TSK-1 nothing is taken ahead while a worker is out of the rotation', () => {
    const dispatcher = new RoundRobin(2, 6);
    expect(dispatcher.roundsLeft()).to.equal(3);
    dispatcher.suspend(0);
    const rounds = new Rounds<string>(dispatcher);
    rounds.begin(() => expect.fail('asked for workers'));
    expect([rounds.left, dispatcher.taken]).to.deep.equal([0, 0]);
  });
});
