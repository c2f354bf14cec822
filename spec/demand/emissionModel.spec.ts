import { expect } from 'chai';
import fc from 'fast-check';
import { currentScope } from '#src/demand/emission.js';
import type { Emitter, Scope } from '#src/demand/scope.js';
import { deliver } from '../support/deliver.js';

/** An emission of a random tree: what is taken while it is delivered, and what is emitted within it. */
interface Node {
  readonly holds: number;
  readonly pauses: number;
  /** Of those, how many are released before the delivery ends. */
  readonly released: number;
  readonly resumed: number;
  readonly isResult: boolean;
  readonly throws: boolean;
  readonly within: readonly Node[];
}

/** What there is to know of it, by the rules. */
interface Model {
  readonly scope: Scope;
  readonly cause: Model | undefined;
  delivered: boolean;
  everHeld: boolean;
  holds: number;
  pauses: number;
  /** Results of it that were held at some time and have not settled. */
  openResults: number;
  settled: boolean;
  rooms: number;
}

const node: fc.Memo<Node> = fc.memo((depth) =>
  fc.record({
    holds: fc.nat(3),
    pauses: fc.nat(2),
    released: fc.nat(3),
    resumed: fc.nat(2),
    isResult: fc.boolean(),
    throws: fc.boolean(),
    within: depth > 1 ? fc.array(node(), { maxLength: 3 }) : fc.constant([]),
  }),
);

describe('emissions, by their rules', () => {
  it('EMI-1 EMI-2 each settles exactly once, and has room exactly when its last pause is over', () => {
    fc.assert(
      fc.property(fc.array(node(3), { maxLength: 3 }), fc.infiniteStream(fc.nat()), (roots, choices) => {
        const models: Model[] = [];
        const told = { settled: new Map<number, number>(), rooms: new Map<number, number>() };
        const count = (of: Map<number, number>, token: number) => of.set(token, (of.get(token) ?? 0) + 1);
        const emitterOf = (token: number): Emitter => ({
          settled: (own) => count(told.settled, own),
          room: () => count(told.rooms, token),
        });

        const settleModel = (model: Model) => {
          if (model.settled || !model.delivered || model.holds > 0 || model.openResults > 0) return;
          model.settled = true;
          if (model.cause && model.everHeld) {
            model.cause.openResults -= 1;
            settleModel(model.cause);
          }
        };
        const check = () => {
          for (const [token, model] of models.entries()) {
            const settlings = told.settled.get(token) ?? 0;
            const rooms = told.rooms.get(token) ?? 0;
            if (settlings === Number(model.settled) && rooms === model.rooms) continue;
            expect.fail(`emission ${token} settled ${settlings} times and was told of room ${rooms} times`);
          }
        };
        const hold = (model: Model) => {
          model.holds += 1;
          keepCause(model);
          model.scope.hold();
        };
        const keepCause = (model: Model) => {
          if (!model.cause || model.everHeld) return;
          model.everHeld = true;
          model.cause.openResults += 1;
          keepCause(model.cause);
        };
        const release = (model: Model) => {
          model.holds -= 1;
          settleModel(model);
          model.scope.release();
        };
        const resume = (model: Model) => {
          model.pauses -= 1;
          if (model.pauses === 0 && model.delivered) model.rooms += 1;
          model.scope.resume();
        };

        const play = (own: Node, parent: Model | undefined) => {
          const token = models.length;
          const cause = own.isResult ? parent : undefined;
          let model!: Model;
          try {
            const hasRoom = deliver(
              emitterOf(token),
              token,
              (scope) => {
                model = {
                  scope,
                  cause,
                  delivered: false,
                  everHeld: false,
                  holds: 0,
                  pauses: 0,
                  openResults: 0,
                  settled: false,
                  rooms: 0,
                };
                models.push(model);
                for (let i = 0; i < own.holds; i += 1) hold(model);
                for (let i = 0; i < own.pauses; i += 1) {
                  model.pauses += 1;
                  scope.pause();
                }
                for (const inner of own.within) play(inner, model);
                for (let i = 0; i < Math.min(own.holds, own.released); i += 1) release(model);
                for (let i = 0; i < Math.min(own.pauses, own.resumed); i += 1) resume(model);
                check();
                model.delivered = true;
                settleModel(model);
                if (own.throws) throw new Error('thrown on the way down');
              },
              cause?.scope,
            );
            expect(hasRoom).to.equal(model.pauses === 0);
          } catch (error) {
            if (!own.throws) throw error;
          }
          check();
        };

        for (const root of roots) play(root, undefined);
        for (;;) {
          const held = models.filter((model) => model.holds > 0);
          const paused = models.filter((model) => model.pauses > 0);
          const left = held.length + paused.length;
          if (left === 0) break;
          const choice = (choices.next().value as number) % left;
          if (choice < held.length) release(held[choice] as Model);
          else resume(paused[choice - held.length] as Model);
          check();
        }
        expect(models.every((model) => model.settled)).to.equal(true);
        expect(currentScope()).to.equal(undefined);
      }),
      { numRuns: 300 },
    );
  });
});
