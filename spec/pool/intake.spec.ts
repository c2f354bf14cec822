import { expect } from 'chai';
import { currentScope, emit } from '#src/demand/emission.js';
import type { Scope } from '#src/demand/scope.js';
import { Intake } from '#src/pool/intake.js';
import { RecordingEmitter } from '../support/recordingEmitter.js';

describe('Intake', () => {
  let intake: Intake<string>;
  beforeEach(() => {
    const fail = (error: unknown) => expect.fail(String(error));
    intake = new Intake({ backlog: 2, overflow: 'error', maxTasks: 1 }, { tell: () => {}, fail });
  });

  it('CAN-1 when it is released it forgets its tasks and lets every source go on', () => {
    const emitters = [new RecordingEmitter(), new RecordingEmitter()];
    intake.wait('a');
    intake.pushPaused('b');
    for (const emitter of emitters) {
      emit({ next: () => intake.feeders.pause(currentScope() as Scope) }, undefined, emitter, 0);
    }
    intake.release();
    expect(intake.waiting).to.equal(0);
    expect(emitters.map(({ rooms }) => rooms)).to.deep.equal([1, 1]);
  });
});
