import { expect } from 'chai';
import fc from 'fast-check';
import { Ring } from '#src/ring.js';

/** Against an array, which is slow and right. */
type Model = { queue: unknown[] };
type Command = fc.Command<Model, Ring<unknown>>;

class Push implements Command {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }

  check = () => true;

  run(model: Model, ring: Ring<unknown>): void {
    model.queue.push(this.value);
    ring.push(this.value);
    expect(ring.length).to.equal(model.queue.length);
  }

  toString = () => `push(${fc.stringify(this.value)})`;
}

class Shift implements Command {
  check = () => true;

  run(model: Model, ring: Ring<unknown>): void {
    expect(ring.peek()).to.equal(model.queue[0]);
    expect(ring.shift()).to.equal(model.queue.shift());
    expect(ring.length).to.equal(model.queue.length);
  }

  toString = () => 'shift()';
}

class Clear implements Command {
  check = () => true;

  run(model: Model, ring: Ring<unknown>): void {
    model.queue = [];
    ring.clear();
    expect(ring.length).to.equal(0);
  }

  toString = () => 'clear()';
}

describe('Ring', () => {
  it('OPR-6 gives what it was given, in order, whatever comes between', () => {
    const value = fc.oneof(fc.nat(), fc.constantFrom<unknown>(undefined, null, 0, '', false));
    const commands = fc.commands(
      [
        value.map((pushed) => new Push(pushed)),
        value.map((pushed) => new Push(pushed)),
        fc.constant(new Shift()),
        fc.constantFrom(new Shift(), new Clear()),
      ],
      { maxCommands: 200, size: 'max' },
    );
    fc.assert(
      fc.property(commands, (own) =>
        fc.modelRun(() => ({ model: { queue: [] }, real: new Ring<unknown>() }), own),
      ),
    );
  });

  it('OPR-6 an empty one gives undefined, and stays empty', () => {
    const ring = new Ring<number>();
    expect([ring.shift(), ring.peek(), ring.shift(), ring.length]).to.deep.equal([
      undefined,
      undefined,
      undefined,
      0,
    ]);
    ring.push(1);
    expect(ring.shift()).to.equal(1);
  });

  it('OPR-6 wraps around and grows at every offset', () => {
    for (let offset = 0; offset < 40; offset += 1) {
      const ring = new Ring<number>();
      for (let i = 0; i < offset; i += 1) {
        ring.push(i);
        ring.shift();
      }
      for (let i = 0; i < 100; i += 1) ring.push(i);
      expect(Array.from({ length: 100 }, () => ring.shift())).to.deep.equal([...Array(100).keys()]);
    }
  });

  it('OPR-6 a million values come out in time: no step is longer for a long queue', () => {
    const ring = new Ring<number>();
    for (let i = 0; i < 1_000_000; i += 1) ring.push(i);
    let sum = 0;
    while (ring.length > 0) sum += ring.shift();
    // With Array.prototype.shift this takes minutes, and the time-out of the spec fails it.
    expect(sum).to.equal(499_999_500_000);
  }).timeout(5_000);
});
