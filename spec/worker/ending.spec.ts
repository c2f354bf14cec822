import { expect } from 'chai';
import { Ending } from '#src/worker/ending.js';

const NO_TASK = -1;

/** A worker's function that has returned, and whose results are subscribed. */
function running(): Ending {
  const ending = new Ending();
  ending.setUp();
  return ending;
}

function over(last = NO_TASK, ending = running()): Ending {
  ending.resultsEnd(last);
  ending.tornDown(undefined);
  return ending;
}

describe('Ending', () => {
  it('TSK-2 no task runs before the results are subscribed, nor once they have ended', () => {
    const ending = new Ending();
    expect(ending.mayRun).to.equal(false);
    ending.setUp();
    expect(ending.mayRun).to.equal(true);
    expect(over(NO_TASK, ending).mayRun).to.equal(false);
    const atOnce = over(NO_TASK, new Ending());
    atOnce.setUp();
    expect(atOnce.mayRun).to.equal(false);
  });

  it('DRN-1 the tasks complete behind the pill and the last one that waits', () => {
    const ending = running();
    expect(ending.due(0, 0)).to.equal(undefined);
    ending.pill();
    expect(ending.due(1, 0)).to.equal(undefined);
    expect(ending.due(0, 1)).to.equal('completion');
    const early = new Ending();
    early.pill();
    expect(early.due(0, 0)).to.equal(undefined);
  });

  it('TSK-3 results that have completed wait for the tasks that run', () => {
    const ending = running();
    ending.pill();
    over(NO_TASK, ending);
    expect(ending.due(0, 1)).to.equal(undefined);
    expect(ending.due(0, 0)).to.equal('drain');
    expect(ending.drain(0, 0)).to.equal(false);
    expect([ending.isDrained, ending.tells, ending.due(0, 0)]).to.deep.equal([true, false, undefined]);
  });

  it('ERR-3 results that end before their time, or break, wait for nobody and leave what there is', () => {
    expect(over().due(0, 1)).to.equal('drain');
    expect(over().drain(0, 1)).to.equal(true);
    expect(over().drain(1, 0)).to.equal(true);
    const broken = running();
    broken.pill();
    broken.breaks({ error: undefined });
    expect([broken.tells, broken.broken]).to.deep.equal([false, { error: undefined }]);
    broken.tornDown({ error: 'another' });
    expect([broken.due(0, 1), broken.broken]).to.deep.equal(['drain', { error: undefined }]);
    expect(broken.drain(0, 0)).to.equal(true);
  });

  it('ERR-3 what the teardown of the results throws breaks them, too', () => {
    const ending = running();
    ending.pill();
    ending.resultsEnd(NO_TASK);
    ending.tornDown({ error: 'why' });
    expect([ending.tells, ending.broken, ending.due(0, 1)]).to.deep.equal([false, { error: 'why' }, 'drain']);
  });

  it('ERR-3 a task that is given up is done while the results go on; at their end it is left, but for the last', () => {
    const ending = running();
    ending.pill();
    expect(ending.leaves(4)).to.equal(false);
    over(5, ending);
    expect([ending.leaves(5), ending.drain(0, 0)]).to.deep.equal([false, false]);
    const leaving = running();
    leaving.pill();
    over(5, leaving);
    expect([leaving.leaves(4), leaving.drain(0, 0)]).to.deep.equal([true, true]);
  });

  it('CAN-1 an abort ends all of it', () => {
    const ending = running();
    ending.abort();
    const { mayRun, tells, isDrained, isGone } = ending;
    expect({ mayRun, tells, isDrained, isGone }).to.deep.equal({
      mayRun: false,
      tells: false,
      isDrained: true,
      isGone: true,
    });
    ending.pill();
    expect(ending.due(0, 0)).to.equal(undefined);
  });
});
