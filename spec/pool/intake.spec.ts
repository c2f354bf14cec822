import { expect } from 'chai';
import { currentScope, emit, type Scope } from '#src/demand/emission.js';
import { Intake } from '#src/pool/intake.js';
import { RecordingEmitter } from '../support/recordingEmitter.js';

describe('Intake', () => {
  let intake: Intake<string>;
  beforeEach(() => {
    intake = new Intake(2);
  });

  it('ERR-5 takes as many tasks as it may, and gives them back in order', () => {
    expect([intake.push('a'), intake.push('b'), intake.push('c')]).to.deep.equal([true, true, false]);
    expect(intake.waiting).to.equal(2);
    expect([intake.shift(), intake.shift()]).to.deep.equal(['a', 'b']);
    expect(intake.push('c')).to.equal(true);
  });

  it('ERR-5 takes none when there may be none', () => {
    expect(new Intake(0).push('a')).to.equal(false);
  });

  it('CAN-1 when it is released it forgets its tasks and lets every source go on', () => {
    const emitters = [new RecordingEmitter(), new RecordingEmitter()];
    intake.push('a');
    for (const emitter of emitters) {
      emit({ next: () => intake.feeders.pause(currentScope() as Scope) }, undefined, emitter, 0);
    }
    intake.release();
    expect(intake.waiting).to.equal(0);
    expect(emitters.map(({ rooms }) => rooms)).to.deep.equal([1, 1]);
  });
});
