import { expect } from 'chai';
import { Subject } from 'rxjs';
import { currentScope, emit } from '#src/demand/emission.js';
import { Feeders } from '#src/demand/feeders.js';
import { type Emitter, nobody, type Scope } from '#src/demand/scope.js';
import { RecordingEmitter } from '../support/recordingEmitter.js';

describe('Feeders', () => {
  let feeders: Feeders;
  beforeEach(() => {
    feeders = new Feeders();
  });

  /** Emits once, and pauses the emission so many times. */
  function pausedBy(emitter: RecordingEmitter, times = 1): void {
    const tasks = new Subject<void>();
    tasks.subscribe(() => {
      for (let i = 0; i < times; i += 1) feeders.pause(currentScope() as Scope);
    });
    emit(tasks, undefined, emitter, 0);
  }

  it('DEM-1 pauses an emission once, however many tasks it brings', () => {
    const emitter = new RecordingEmitter();
    pausedBy(emitter, 5);
    expect(feeders.paused).to.equal(1);
    feeders.resume(() => true);
    expect([feeders.paused, emitter.rooms]).to.deep.equal([0, 1]);
  });

  it('DEM-1 each source is paused for itself, and the one that waits longest goes on first', () => {
    const emitters = [new RecordingEmitter(), new RecordingEmitter(), new RecordingEmitter()];
    for (const emitter of emitters) pausedBy(emitter);
    let room = 2;
    feeders.resume(() => room-- > 0);
    expect(emitters.map(({ rooms }) => rooms)).to.deep.equal([1, 1, 0]);
    expect(feeders.paused).to.equal(1);
  });

  it('DEM-1 a source that is paused again while it goes on waits behind the others', () => {
    const order: string[] = [];
    const again = new RecordingEmitter();
    again.room = () => {
      order.push('again');
      pausedBy(new RecordingEmitter());
    };
    const other = new RecordingEmitter();
    other.room = () => order.push('other');
    pausedBy(again);
    pausedBy(other);
    let room = 2;
    feeders.resume(() => room-- > 0);
    expect(order).to.deep.equal(['again', 'other']);
    expect(feeders.paused).to.equal(1);
  });

  it('DEM-1 nested emissions are two, each with a pause of its own', () => {
    const [outer, inner] = [new RecordingEmitter(), new RecordingEmitter()];
    const tasks = new Subject<void>();
    tasks.subscribe(() => {
      feeders.pause(currentScope() as Scope);
      pausedBy(inner);
      feeders.pause(currentScope() as Scope);
    });
    emit(tasks, undefined, outer, 0);
    feeders.resume(() => true);
    expect([outer.rooms, inner.rooms]).to.deep.equal([1, 1]);
  });

  it('DEM-1 an emission that takes the place of one that went on within its delivery is paused too', () => {
    const emitter = new RecordingEmitter();
    const tasks = new Subject<number>();
    tasks.subscribe((task) => {
      feeders.pause(currentScope() as Scope);
      // There is room again in the same call: this scope is free to serve the next emission.
      if (task === 1) feeders.resume(() => true);
    });
    expect(emit(tasks, 1, emitter, 1)).to.equal(true);
    expect(emit(tasks, 2, emitter, 2)).to.equal(false);
    feeders.resume(() => true);
    expect(emitter.rooms).to.equal(1);
  });

  describe('in a circle', () => {
    /** Delivers one emission of a stage to another, which has no room. True when it makes the first one wait. */
    function waits(from: Feeders, to: Feeders, cause?: Scope): boolean {
      const emitter: Emitter = { feeders: from, settled() {}, room() {} };
      return !emit({ next: () => to.pause(currentScope() as Scope) }, undefined, emitter, 0, cause);
    }

    it('DEM-6 a stage does not wait for itself', () => {
      expect(waits(feeders, feeders)).to.equal(false);
      expect(feeders.paused).to.equal(0);
    });

    it('DEM-6 of stages that feed each other, the one that would close the circle does not wait', () => {
      const [a, b, c] = [new Feeders(), new Feeders(), new Feeders()];
      expect([waits(a, b), waits(b, c), waits(c, a)]).to.deep.equal([true, true, false]);
      // It may, once the circle is open.
      b.release();
      expect(waits(c, a)).to.equal(true);
      expect(waits(a, b)).to.equal(false);
    });

    it('DEM-6 stages that share a source, or a sink, are no circle', () => {
      const [source, left, right, sink] = [new Feeders(), new Feeders(), new Feeders(), new Feeders()];
      expect([
        waits(source, left),
        waits(source, right),
        waits(left, sink),
        waits(right, sink),
      ]).to.deep.equal([true, true, true, true]);
      expect(waits(source, sink)).to.equal(true);
    });

    it('DEM-6 who waits for what a value is a result of counts as well', () => {
      const operator = new Feeders();
      const own: Emitter = { feeders, settled() {}, room() {} };
      let cause!: Scope;
      emit(
        {
          next() {
            cause = currentScope() as Scope;
            cause.hold();
          },
        },
        undefined,
        own,
        0,
      );
      expect(waits(operator, feeders, cause)).to.equal(false);
    });
  });

  it('OVF-2 says whether an emission waits, for each value that it brings', () => {
    const feeders = new Feeders();
    const waits: boolean[] = [];
    const next = () => {
      const scope = currentScope() as Scope;
      waits.push(feeders.pause(scope), feeders.pause(scope));
    };
    emit({ next }, undefined, new RecordingEmitter(), 0);
    emit({ next }, undefined, nobody, 0);
    expect(waits).to.deep.equal([true, true, false, false]);
  });
});
