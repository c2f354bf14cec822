import { expect } from 'chai';
import { move, toWorker } from 'looppool';
import { move as workersMove } from 'looppool/worker';
import { movesIn } from '#src/move.js';
import { typeOf } from './types/typeOf.js';

const bytes = () => new Uint8Array(8);

describe('move()', () => {
  it('MOV-1 gives back the value itself, of its own type', () => {
    const task = { id: 1, bytes: bytes() };
    const moved = move(task, [task.bytes]);
    expect(moved).to.equal(task);
    typeOf(moved).is<{ id: number; bytes: Uint8Array<ArrayBuffer> }>();
    expect(task.bytes.length, 'which is still here until it is sent').to.equal(8);
    expect(workersMove).to.equal(move);
  });

  it('MOV-1 marked anew, a value moves what was said last', () => {
    const [first, second] = [bytes(), bytes()];
    const task = move(move({ first, second }, [first]), [second]);
    expect(movesIn('task', task)).to.deep.equal([second.buffer]);
  });

  it('MOV-1 a value that is frozen is marked too, and a mark shows nowhere', () => {
    const buffer = new ArrayBuffer(8);
    const frozen = move(Object.freeze({ buffer }), [buffer]);
    expect(movesIn('task', [frozen])).to.deep.equal([buffer]);
    const open = move({ buffer }, [buffer]);
    expect(Reflect.ownKeys(open)).to.deep.equal(['buffer']);
    expect(movesIn('task', { ...open }), 'nor in a copy').to.equal(undefined);
  });

  it('MOV-1 a mark is found in a value that contains itself, or is deep; what throws when it is looked at moves nothing', () => {
    const marked = move(bytes(), []);
    const circle: Record<string, unknown> = { marked };
    circle.circle = [circle, circle];
    expect(movesIn('task', circle)).to.deep.equal([]);
    let deep: unknown = marked;
    for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];
    expect(movesIn('task', deep)).to.deep.equal([]);
    const throwing = {
      get first() {
        throw new Error('no');
      },
      marked,
    };
    expect(movesIn('task', throwing)).to.equal(undefined);
  });

  it('MOV-1 nothing is looked for where structured clone makes something else of it', () => {
    class Row {
      readonly bytes = move(bytes(), []);
    }
    for (const value of [1, 'text', null, undefined, {}, [], new Map([[1, 2]]), new Row(), bytes()]) {
      expect(movesIn('task', value)).to.equal(undefined);
    }
  });

  for (const [what, value, transferables, message] of [
    ['no object', 'text', [], 'got string'],
    ['null', null, [], 'move() takes a value'],
    ['a routed task that is no object', toWorker(0, 'text'), [], 'this routed task is string'],
    ['no list', bytes(), bytes(), 'takes an array'],
    ['no list at all', bytes(), undefined, 'move(view, [view.buffer])'],
    ['a number in the list', bytes(), [new ArrayBuffer(1), 7], 'number (number 1 of'],
    ['shared memory', bytes(), [new SharedArrayBuffer(1)], 'leave it out'],
    ['a view of shared memory', bytes(), [new Uint8Array(new SharedArrayBuffer(1))], 'leave it out'],
  ] as const) {
    it(`MOV-2 throws where it is called: ${what}`, () => {
      expect(() => move(value as never, transferables as never)).to.throw(TypeError, message);
    });
  }
});
