import { expect } from 'chai';
import { hold, pause, type Release } from 'looppool';
import { Subject, Subscriber } from 'rxjs';
import { Feeders } from '#src/demand/feeders.js';
import { Medley } from '#src/pool/medley.js';
import { Outlet } from '#src/pool/outlet.js';
import { SeatEmitter } from '#src/pool/seatEmitter.js';

describe('Medley', () => {
  /** Results of three workers that leave together, to somebody who may hold or pause. */
  function medley(workers: readonly number[], next: (value: number) => void) {
    const settled = [0, 0, 0];
    const output = new Subject<number>();
    output.subscribe(next);
    const outlet = new Outlet<number>(new Subscriber(output));
    const owner = {
      resultsSettled(worker: number, results: number) {
        settled[worker] = (settled[worker] as number) + results;
        outlet.settled(results);
      },
      outputPaused: () => outlet.paused(),
      outputHasRoom: () => outlet.room(),
    };
    const emitters = [0, 1, 2].map((worker) => new SeatEmitter(worker, new Feeders(), owner));
    for (const worker of workers) emitters[worker]?.arrived(1);
    outlet.pushAll([...workers.keys()], new Medley(workers, emitters));
    return { outlet, settled, emitters };
  }

  it('CRD-3 settles each result with the worker that sent it, also one that is held', () => {
    const values: number[] = [];
    const holds: Release[] = [];
    const { outlet, settled, emitters } = medley([0, 1, 0, 2, 1, 0], (value) => {
      values.push(value);
      if (value === 1 || value === 5) holds.push(hold());
    });
    expect(values).to.deep.equal([0, 1, 2, 3, 4, 5]);
    expect([settled, outlet.uningested]).to.deep.equal([[2, 1, 1], 2]);
    expect(emitters.map(({ uningested }) => uningested)).to.deep.equal([1, 1, 0]);
    for (const release of holds) release();
    expect([settled, outlet.idle]).to.deep.equal([[3, 2, 1], true]);
    expect(emitters.map(({ uningested }) => uningested)).to.deep.equal([0, 0, 0]);
  });

  it('EMI-2 waits in order while a pause stands', () => {
    const values: number[] = [];
    const pauses: Release[] = [];
    const { settled } = medley([0, 1, 2, 1], (value) => {
      values.push(value);
      if (value === 1) pauses.push(pause());
    });
    expect([values, settled]).to.deep.equal([
      [0, 1],
      [1, 1, 0],
    ]);
    for (const release of pauses) release();
    expect([values, settled]).to.deep.equal([
      [0, 1, 2, 3],
      [1, 2, 1],
    ]);
  });
});
