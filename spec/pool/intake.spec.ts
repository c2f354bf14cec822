import { expect } from 'chai';
import { Subject } from 'rxjs';
import { currentScope, emit, nobody, type Scope } from '#src/demand/emission.js';
import { Intake } from '#src/pool/intake.js';
import { RecordingEmitter } from '../support/recordingEmitter.js';

describe('Intake', () => {
  let intake: Intake<string>;
  beforeEach(() => {
    intake = new Intake(2, 'error');
  });

  /** Emits once, and pauses the emission so many times. */
  function pausedBy(emitter: RecordingEmitter, times = 1): void {
    const tasks = new Subject<void>();
    tasks.subscribe(() => {
      for (let i = 0; i < times; i += 1) intake.pause(currentScope() as Scope);
    });
    emit(tasks, undefined, emitter, 0);
  }

  it('DEM-1 pauses an emission once, however many tasks it brings', () => {
    const emitter = new RecordingEmitter();
    pausedBy(emitter, 5);
    expect(intake.paused).to.equal(1);
    intake.resume(() => true);
    expect([intake.paused, emitter.rooms]).to.deep.equal([0, 1]);
  });

  it('OVF-2 says whether an emission waits, for each task that it brings', () => {
    const emitter = new RecordingEmitter();
    const tasks = new Subject<void>();
    const waits: boolean[] = [];
    tasks.subscribe(() => {
      const scope = currentScope() as Scope;
      waits.push(intake.pause(scope), intake.pause(scope));
    });
    emit(tasks, undefined, emitter, 0);
    emit(tasks, undefined, nobody, 0);
    expect(waits).to.deep.equal([true, true, false, false]);
  });

  it('DEM-1 each source is paused for itself, and the one that waits longest goes on first', () => {
    const emitters = [new RecordingEmitter(), new RecordingEmitter(), new RecordingEmitter()];
    for (const emitter of emitters) pausedBy(emitter);
    let room = 2;
    intake.resume(() => room-- > 0);
    expect(emitters.map(({ rooms }) => rooms)).to.deep.equal([1, 1, 0]);
    expect(intake.paused).to.equal(1);
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
    intake.resume(() => room-- > 0);
    expect(order).to.deep.equal(['again', 'other']);
    expect(intake.paused).to.equal(1);
  });

  it('DEM-1 nested emissions are two, each with a pause of its own', () => {
    const [outer, inner] = [new RecordingEmitter(), new RecordingEmitter()];
    const tasks = new Subject<void>();
    tasks.subscribe(() => {
      intake.pause(currentScope() as Scope);
      pausedBy(inner);
      intake.pause(currentScope() as Scope);
    });
    emit(tasks, undefined, outer, 0);
    intake.resume(() => true);
    expect([outer.rooms, inner.rooms]).to.deep.equal([1, 1]);
  });

  it('DEM-1 an emission that takes the place of one that went on within its delivery is paused too', () => {
    const emitter = new RecordingEmitter();
    const tasks = new Subject<number>();
    tasks.subscribe((task) => {
      intake.pause(currentScope() as Scope);
      // There is room again in the same call: this scope is free to serve the next emission.
      if (task === 1) intake.resume(() => true);
    });
    expect(emit(tasks, 1, emitter, 1)).to.equal(true);
    expect(emit(tasks, 2, emitter, 2)).to.equal(false);
    intake.resume(() => true);
    expect(emitter.rooms).to.equal(1);
  });

  it('CAN-1 when it is released it forgets its tasks and lets every source go on', () => {
    const emitters = [new RecordingEmitter(), new RecordingEmitter()];
    intake.push('a');
    intake.pushPaused('b');
    for (const emitter of emitters) pausedBy(emitter);
    intake.release();
    expect(intake.waiting).to.equal(0);
    expect(emitters.map(({ rooms }) => rooms)).to.deep.equal([1, 1]);
  });
});
