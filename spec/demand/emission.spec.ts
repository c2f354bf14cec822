import { expect } from 'chai';
import { Subject } from 'rxjs';
import { currentScope, emit } from '#src/demand/emission.js';
import { type Emitter, nobody, type Scope } from '#src/demand/scope.js';
import { deliver } from '../support/deliver.js';
import { FailureTakingEmitter, RecordingEmitter } from '../support/recordingEmitter.js';
import { secondCopy } from '../support/secondCopy.js';

describe('an emission', () => {
  let emitter: RecordingEmitter;
  beforeEach(() => {
    emitter = new RecordingEmitter();
  });

  describe('settles', () => {
    it('EMI-1 in the same call when nobody holds it', () => {
      expect(deliver(emitter, 7, () => {})).to.equal(true);
      expect(emitter.settlings).to.deep.equal([7]);
    });

    it('EMI-1 when the last of several holds is released, in whatever order', () => {
      let scope!: Scope;
      deliver(emitter, 1, (own) => {
        scope = own;
        for (let i = 0; i < 3; i += 1) own.hold();
      });
      scope.release();
      scope.release();
      expect(emitter.settlings).to.deep.equal([]);
      scope.release();
      expect(emitter.settlings).to.deep.equal([1]);
    });

    it('EMI-1 not before it has been delivered, though every hold is released', () => {
      deliver(emitter, 1, (scope) => {
        scope.hold();
        scope.release();
        expect(emitter.settlings).to.deep.equal([]);
      });
      expect(emitter.settlings).to.deep.equal([1]);
    });

    it('EMI-1 although nobody is left to receive it', () => {
      const closed = new Subject<number>();
      closed.complete();
      emit(closed, 1, emitter, 1);
      expect(emitter.settlings).to.deep.equal([1]);
    });

    it('EMI-1 although a receiver throws, and what it throws goes on up', () => {
      const boom = new Error('boom');
      expect(() =>
        deliver(emitter, 1, () => {
          throw boom;
        }),
      ).to.throw(boom);
      expect(emitter.settlings).to.deep.equal([1]);
      expect(currentScope()).to.equal(undefined);
    });

    it('EMI-1 upon its release although the receiver that holds it throws', () => {
      let scope!: Scope;
      expect(() =>
        deliver(emitter, 1, (own) => {
          scope = own;
          own.hold();
          throw new Error('boom');
        }),
      ).to.throw('boom');
      expect(emitter.settlings).to.deep.equal([]);
      scope.release();
      expect(emitter.settlings).to.deep.equal([1]);
    });
  });

  describe('within another', () => {
    it('EMI-1 is held by itself', () => {
      let inner!: Scope;
      deliver(emitter, 1, () => {
        deliver(emitter, 2, (scope) => {
          inner = scope;
          scope.hold();
        });
      });
      expect(emitter.settlings).to.deep.equal([1]);
      inner.release();
      expect(emitter.settlings).to.deep.equal([1, 2]);
    });

    it('EMI-1 is the one that is asked for, and the outer one is afterwards', () => {
      deliver(emitter, 1, (outer) => {
        deliver(emitter, 2, (inner) => expect(inner).not.to.equal(outer));
        expect(() =>
          deliver(emitter, 3, () => {
            throw new Error('boom');
          }),
        ).to.throw('boom');
        expect(currentScope()).to.equal(outer);
      });
      expect(currentScope()).to.equal(undefined);
    });

    it('EMI-1 keeps the one that caused it unsettled while it is held itself', () => {
      let result!: Scope;
      deliver(emitter, 1, (task) => {
        deliver(
          emitter,
          2,
          (scope) => {
            result = scope;
            scope.hold();
            scope.hold();
          },
          task,
        );
      });
      result.release();
      expect(emitter.settlings).to.deep.equal([]);
      result.release();
      // The result first: its credit is back when the task is told to be done.
      expect(emitter.settlings).to.deep.equal([2, 1]);
    });

    it('EMI-1 lets go of its cause also when its holds come and go during the delivery', () => {
      deliver(emitter, 1, (task) => {
        deliver(
          emitter,
          2,
          (scope) => {
            for (let i = 0; i < 2; i += 1) {
              scope.hold();
              scope.release();
            }
          },
          task,
        );
      });
      expect(emitter.settlings).to.deep.equal([2, 1]);
    });

    it('EMI-1 keeps its cause through a chain of causes', () => {
      let last!: Scope;
      deliver(emitter, 1, (first) => {
        deliver(
          emitter,
          2,
          (second) => {
            deliver(
              emitter,
              3,
              (scope) => {
                last = scope;
                scope.hold();
              },
              second,
            );
          },
          first,
        );
      });
      expect(emitter.settlings).to.deep.equal([]);
      last.release();
      expect(emitter.settlings).to.deep.equal([3, 2, 1]);
    });
  });

  describe('that nobody touches', () => {
    it('EMI-1 costs no object: its scope serves again', () => {
      const scopes = new Set<Scope>();
      for (let i = 0; i < 10; i += 1) deliver(emitter, i, (scope) => scopes.add(scope));
      expect(scopes.size).to.equal(1);
    });

    it('EMI-1 keeps nothing alive', () => {
      let scope!: Scope;
      deliver(emitter, 1, (cause) => {
        deliver(
          emitter,
          2,
          (own) => {
            scope = own;
          },
          cause,
        );
      });
      expect(scope.cause).to.equal(undefined);
      expect(scope.emitter).to.equal(nobody);
    });

    for (const [taken, take] of [
      ['held', (scope: Scope) => scope.hold()],
      ['paused', (scope: Scope) => scope.pause()],
    ] as const) {
      it(`EMI-1 is another one than what is ${taken}`, () => {
        let kept!: Scope;
        deliver(emitter, 1, (scope) => {
          kept = scope;
          take(scope);
        });
        const settledBefore = [...emitter.settlings];
        deliver(emitter, 2, (scope) => {
          expect(scope).not.to.equal(kept);
          if (taken === 'held') kept.release();
          else kept.resume();
        });
        expect(emitter.settlings).to.deep.equal(taken === 'held' ? [1, 2] : [...settledBefore, 2]);
      });
    }
  });

  describe('that is paused', () => {
    it('EMI-2 tells its emitter by returning false, and then of room, once', () => {
      let scope!: Scope;
      const hasRoom = deliver(emitter, 1, (own) => {
        scope = own;
        own.pause();
        own.pause();
      });
      expect(hasRoom).to.equal(false);
      expect([emitter.pauses, emitter.rooms]).to.deep.equal([1, 0]);
      scope.resume();
      expect(emitter.rooms).to.equal(0);
      scope.resume();
      expect(emitter.rooms).to.equal(1);
    });

    it('EMI-2 is not when the pause is over before the delivery is', () => {
      const hasRoom = deliver(emitter, 1, (scope) => {
        scope.pause();
        scope.resume();
      });
      expect([hasRoom, emitter.pauses, emitter.rooms]).to.deep.equal([true, 0, 0]);
    });

    it('EMI-2 settles all the same: a pause is no hold', () => {
      deliver(emitter, 1, (scope) => scope.pause());
      expect(emitter.settlings).to.deep.equal([1]);
    });

    it('EMI-2 tells of the pause before it settles, for settling may bring the next value', () => {
      const told: string[] = [];
      const log: Emitter = {
        settled: () => told.push('settled'),
        paused: () => told.push('paused'),
        room: () => told.push('room'),
      };
      deliver(log, 1, (scope) => scope.pause());
      expect(told).to.deep.equal(['paused', 'settled']);
    });

    it('EMI-2 has room although it is still held', () => {
      let scope!: Scope;
      deliver(emitter, 1, (own) => {
        scope = own;
        own.pause();
        own.hold();
      });
      scope.resume();
      expect([emitter.rooms, emitter.settlings.length]).to.deep.equal([1, 0]);
      scope.release();
      expect(emitter.settlings).to.deep.equal([1]);
    });

    it('EMI-2 is paused although its receiver throws', () => {
      let scope!: Scope;
      expect(() =>
        deliver(emitter, 1, (own) => {
          scope = own;
          own.pause();
          throw new Error('boom');
        }),
      ).to.throw('boom');
      expect(emitter.pauses).to.equal(1);
      scope.resume();
      expect(emitter.rooms).to.equal(1);
    });

    it('EMI-2 is not when nobody would heed it', () => {
      deliver(nobody, 1, (scope) => expect(scope.pause()).to.equal(false));
    });
  });

  describe('that fails', () => {
    const first = new Error('first');

    it('EMI-1 is told as failed, and not as settled, with the first error', () => {
      const loop = new FailureTakingEmitter();
      deliver(loop, 5, (scope) => {
        expect(scope.fail(first)).to.equal(true);
        scope.fail(new Error('second'));
      });
      expect(loop.failures).to.deep.equal([[5, first]]);
      expect(loop.settlings).to.deep.equal([]);
    });

    it('EMI-1 is told only when its holds are released', () => {
      const loop = new FailureTakingEmitter();
      let scope!: Scope;
      deliver(loop, 5, (own) => {
        scope = own;
        own.hold();
        own.fail(first);
      });
      expect(loop.failures).to.deep.equal([]);
      scope.release();
      expect(loop.failures).to.deep.equal([[5, first]]);
    });

    it('EMI-1 blames its cause when its own emitter takes no failures', () => {
      const loop = new FailureTakingEmitter();
      deliver(loop, 5, (task) => {
        deliver(emitter, 1, (result) => expect(result.fail(first)).to.equal(true), task);
      });
      expect(emitter.settlings).to.deep.equal([1]);
      expect(loop.failures).to.deep.equal([[5, first]]);
    });

    it('EMI-1 says so when nobody on the way takes failures', () => {
      deliver(emitter, 1, (task) => {
        deliver(emitter, 2, (result) => expect(result.fail(first)).to.equal(false), task);
      });
      expect(emitter.settlings).to.deep.equal([2, 1]);
    });

    it('EMI-1 fails by what its receiver throws, which then goes no further', () => {
      const loop = new FailureTakingEmitter();
      deliver(loop, 5, () => {
        throw first;
      });
      expect(loop.failures).to.deep.equal([[5, first]]);
    });

    it('EMI-1 leaves a scope behind that the next one does not get', () => {
      const loop = new FailureTakingEmitter();
      deliver(loop, 1, (scope) => scope.fail(first));
      deliver(loop, 2, () => {});
      expect(loop.failures).to.have.lengthOf(1);
      expect(loop.settlings).to.deep.equal([2]);
    });
  });

  describe('that is given up', () => {
    it('EMI-1 is told so once, and not as settled, behind its other holds', () => {
      const loop = new FailureTakingEmitter();
      let scope!: Scope;
      deliver(loop, 5, (own) => {
        scope = own;
        for (let i = 0; i < 3; i += 1) own.hold();
      });
      scope.abandon();
      scope.abandon();
      expect(loop.givenUp).to.deep.equal([]);
      scope.release();
      expect([loop.givenUp, loop.settlings]).to.deep.equal([[5], []]);
    });

    it('EMI-1 has failed rather, when it has', () => {
      const loop = new FailureTakingEmitter();
      const boom = new Error('boom');
      deliver(loop, 5, (scope) => {
        scope.hold();
        scope.fail(boom);
        scope.abandon();
      });
      expect([loop.givenUp, loop.failures]).to.deep.equal([[], [[5, boom]]]);
    });

    it('EMI-1 is told so also when it is given up during its delivery, and the next one is not', () => {
      const loop = new FailureTakingEmitter();
      deliver(loop, 1, (scope) => {
        scope.hold();
        scope.abandon();
      });
      let scope!: Scope;
      deliver(loop, 2, (own) => {
        scope = own;
        own.hold();
      });
      scope.release();
      expect([loop.givenUp, loop.settlings]).to.deep.equal([[1], [2]]);
    });

    it('EMI-1 settles, when its emitter makes no difference', () => {
      deliver(emitter, 1, (scope) => {
        scope.hold();
        scope.abandon();
      });
      expect(emitter.settlings).to.deep.equal([1]);
    });
  });

  it('EMI-1 is shared by two copies of the package in one chain', async () => {
    const other = await secondCopy<typeof import('#src/demand/emission.js')>('demand/emission.js');
    expect(other.emit).not.to.equal(emit);
    let theirs!: Scope;
    other.emit(
      {
        next() {
          theirs = currentScope() as Scope;
          theirs.hold();
          deliver(emitter, 2, (ours) => expect(other.currentScope()).to.equal(ours), theirs);
        },
      },
      undefined,
      emitter,
      1,
    );
    expect(emitter.settlings).to.deep.equal([2]);
    theirs.release();
    expect(emitter.settlings).to.deep.equal([2, 1]);
  });
});
