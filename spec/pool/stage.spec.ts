import { expect } from 'chai';
import { Stage } from '#src/pool/stage.js';
import type { CloseReason } from '#src/protocol/channel.js';

function stageOf() {
  let shut = 0;
  const stage = new Stage(() => {
    shut += 1;
  });
  return { stage, shuts: () => shut };
}

const exited: CloseReason = { kind: 'exited', exitCode: 0 };
const crashed: CloseReason = { kind: 'crashed', cause: 'why' };
const notStarted: CloseReason = { kind: 'not-started', path: 'here', cause: 'why' };
const expected = (stage: Stage) => [exited, crashed, notStarted].map((reason) => stage.expects(reason));

describe('Stage', () => {
  it('DRN-1 there is one pill, and none for one that ends by itself, or is of no use', () => {
    const { stage } = stageOf();
    expect([stage.isPilled, stage.pill(), stage.isPilled, stage.pill()]).to.deep.equal([
      false,
      true,
      true,
      false,
    ]);
    const ways: ((other: Stage) => unknown)[] = [
      (other) => other.ending(),
      (other) => other.drained(),
      (other) => other.giveUp(),
      (other) => other.terminate(),
    ];
    for (const way of ways) {
      const other = stageOf();
      way(other.stage);
      expect([other.shuts(), other.stage.pill(), other.stage.isPilled]).to.deep.equal([1, false, false]);
    }
  });

  it('SUP-2 that it takes no tasks is told once, behind the step that is taken', () => {
    const pilled: boolean[] = [];
    const stage: Stage = new Stage(() => pilled.push(stage.isPilled));
    stage.ready();
    stage.stop();
    expect(pilled).to.deep.equal([]);
    stage.pill();
    stage.ending();
    stage.drained();
    stage.giveUp();
    stage.terminate();
    expect(pilled).to.deep.equal([true]);
  });

  it('ERR-3 an end that nobody asked for is not expected, whatever it is', () => {
    const { stage } = stageOf();
    expect(expected(stage)).to.deep.equal([false, false, false]);
    stage.ready();
    stage.pill();
    stage.ending();
    expect(expected(stage)).to.deep.equal([false, false, false]);
  });

  it('DRN-2 one that has drained may leave', () => {
    const { stage } = stageOf();
    expect(stage.drained()).to.equal(true);
    expect(expected(stage)).to.deep.equal([true, false, false]);
    expect([stage.isForced, stage.drained()]).to.deep.equal([false, false]);
  });

  it('STA-4 one that was told to end may end in any way, but not crash', () => {
    const stopped = stageOf().stage;
    stopped.stop();
    const forced = stageOf().stage;
    forced.terminate();
    for (const stage of [stopped, forced]) expect(expected(stage)).to.deep.equal([true, false, true]);
    expect([stopped.isForced, forced.isForced]).to.deep.equal([false, true]);
  });

  it('ERR-3 of one that is given up all is told already', () => {
    const { stage } = stageOf();
    stage.giveUp();
    expect(expected(stage)).to.deep.equal([true, true, true]);
  });

  it('CAN-1 it is asked to end once, and not when it is gone; what it still sends nobody wants', () => {
    const { stage } = stageOf();
    expect([stage.isWanted, stage.stop(), stage.stop(), stage.isWanted]).to.deep.equal([
      true,
      true,
      false,
      false,
    ]);
    const gone = stageOf().stage;
    expect([gone.closed(), gone.closed(), gone.stop()]).to.deep.equal([true, false, false]);
  });

  it('CRD-3 there is nothing to say to one whose results are over, or that is gone', () => {
    const { stage } = stageOf();
    stage.pill();
    stage.stop();
    expect(stage.listens).to.equal(true);
    stage.drained();
    const gone = stageOf().stage;
    gone.closed();
    expect([stage.listens, gone.listens, gone.drained()]).to.deep.equal([false, false, false]);
  });

  it('DRN-3 its end is waited for from the pill on, until it says that it comes', () => {
    const { stage } = stageOf();
    expect(stage.owesItsEnd).to.equal(false);
    stage.pill();
    expect(stage.owesItsEnd).to.equal(true);
    stage.ending();
    expect(stage.owesItsEnd).to.equal(false);
  });
});
