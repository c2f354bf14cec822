import { expect } from 'chai';
import type { TaskTimeoutError } from 'looppool';
import { timer } from 'rxjs';
import { AsTheyCome } from '#src/pool/asTheyCome.js';
import { Holdings } from '#src/pool/holdings.js';
import { NONE, type OrderOwner } from '#src/pool/order.js';
import { TaskSignals } from '#src/pool/taskSignals.js';
import { FIRST } from '#src/pool/undone.js';
import { marbles } from '../marbles.js';

const SECOND = { attempt: 2, excused: 1 };

/** Tasks of a worker, and what is said of them to its lane. */
function holdingsOf(taskTimeout = Number.POSITIVE_INFINITY) {
  const said: unknown[] = [];
  const timeouts: TaskTimeoutError[] = [];
  const order = new AsTheyCome({} as OrderOwner);
  const dropped: number[] = [];
  Object.assign(order, { drop: (standing: number) => dropped.push(standing) });
  const lane = {
    index: 3,
    name: 'w-3',
    calledOff: (position: number, reason: unknown) => said.push(['called off', position, reason]),
    overdue: (position: number, timeout: TaskTimeoutError) => {
      said.push(['overdue', position]);
      timeouts.push(timeout);
    },
    hangs: (position: number, timeout: TaskTimeoutError) => {
      said.push(['hangs', position, timeout === timeouts.at(-1)]);
    },
  };
  const owner = { grace: 100, taskTimeout, taskSignals: new TaskSignals(() => {}), order };
  return { holdings: new Holdings<string>(lane, false, owner), said, timeouts, dropped };
}

/** Gives a worker a task that may be called off, and begins it. */
function slowIn({ ledger, particulars, limits }: Holdings<string>): AbortController {
  const control = new AbortController();
  const position = ledger.add('slow', 0);
  particulars.watch(position, control.signal);
  limits?.started(position);
  return control;
}

describe('Holdings', () => {
  it('SUP-1 a worker that is given up has no tasks, and gives back all but replays', () => {
    const { holdings } = holdingsOf();
    const { ledger, particulars } = holdings;
    for (const [position, task] of ['a', 'b', 'c', 'd'].entries()) ledger.add(task, position);
    ledger.close(1);
    particulars.delivery(2, SECOND);
    particulars.replay(3);
    expect(holdings.giveUp()).to.deep.equal([
      { ...FIRST, task: 'a', position: 0, standing: 0 },
      { ...SECOND, task: 'c', position: 2, standing: 2 },
    ]);
    expect([ledger.size, particulars.size, ledger.close(0)]).to.deep.equal([0, 0, false]);
    expect(holdings.giveUp()).to.deep.equal([]);
  });

  it('CAN-3 what waits of a task that is called off is dropped, and its lane is told why', () => {
    const { holdings, said, dropped } = holdingsOf();
    const control = new AbortController();
    holdings.particulars.watch(holdings.ledger.add('a', 7), control.signal);
    const replay = holdings.ledger.add('b', NONE);
    holdings.particulars.replay(replay);
    holdings.particulars.watch(replay, control.signal);
    control.abort('why');
    expect(said).to.deep.equal([
      ['called off', 1, 'why'],
      ['called off', 0, 'why'],
    ]);
    expect(dropped).to.deep.equal([7]);
  });

  it('SUP-6 a task that runs too long is called off with the attempt that it was, and hangs when that does not help', () =>
    marbles(({ flush }) => {
      const { holdings, said, timeouts } = holdingsOf(10);
      const position = holdings.ledger.add('slow', 0);
      holdings.particulars.delivery(position, SECOND);
      holdings.limits?.started(position);
      timer(50).subscribe(() => expect(said).to.deep.equal([['overdue', 0]]));
      timer(200).subscribe(() => holdings.giveUp());
      flush();
      expect(timeouts[0]).to.include({ worker: 3, task: 'slow', attempts: 2, timeout: 10 });
      expect(said.slice(1)).to.deep.equal([['hangs', 0, true]]);
    }));

  it('SUP-6 one that was called off before is not called off again, but may hang', () =>
    marbles(({ flush }) => {
      const { holdings, said } = holdingsOf(10);
      const control = slowIn(holdings);
      control.abort('why');
      timer(200).subscribe(() => holdings.giveUp());
      flush();
      expect(said).to.deep.equal([
        ['called off', 0, 'why'],
        ['hangs', 0, false],
      ]);
    }));

  it('CAN-1 no task of a worker that is to end is called off', () =>
    marbles(({ flush }) => {
      const { holdings, said } = holdingsOf(10);
      const control = slowIn(holdings);
      holdings.leaveAlone();
      control.abort();
      flush();
      expect(said).to.deep.equal([]);
    }));
});
