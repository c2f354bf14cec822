import { expect } from 'chai';
import { asyncScheduler } from 'rxjs';
import { Restarts } from '#src/pool/restarts.js';
import { RetryPolicy } from '#src/pool/retry.js';
import { marbles } from '../marbles.js';

const restartsOf = () =>
  new Restarts(new RetryPolicy({ maxAttempts: 2, onTaskError: 'error', retryDelay: 0 }));

describe('Restarts', () => {
  it('SUP-4 the pause grows with each life in a row that came to nothing, and five are enough', () => {
    marbles(({ flush }) => {
      const restarts = restartsOf();
      const starts: number[] = [];
      const live = () => {
        starts.push(asyncScheduler.now());
        restarts.died(false);
        if (restarts.mayFollow) restarts.later(live);
      };
      restarts.later(live);
      flush();
      expect(starts).to.deep.equal([0, 50, 150, 350, 750]);
    });
  });

  it('SUP-4 a life that was of use starts the count anew', () => {
    const restarts = restartsOf();
    for (let i = 0; i < 4; i += 1) restarts.died(false);
    restarts.fruitful();
    for (let i = 0; i < 4; i += 1) restarts.died(false);
    expect(restarts.mayFollow).to.equal(true);
    restarts.died(false);
    expect(restarts.mayFollow).to.equal(false);
  });

  it('SUP-4 so does the pause before one that follows a worker which left and had done nothing; but of these any number may follow', () => {
    marbles(({ flush }) => {
      const restarts = restartsOf();
      const starts: number[] = [];
      const live = () => {
        starts.push(asyncScheduler.now());
        if (starts.length === 8) restarts.fruitful();
        restarts.gone();
        if (restarts.mayFollow && starts.length < 10) restarts.later(live);
      };
      restarts.later(live);
      flush();
      const pauses = starts.map((at, i) => at - (starts[i - 1] ?? 0));
      expect(pauses).to.deep.equal([0, 50, 100, 200, 400, 800, 800, 800, 0, 50]);
    });
  });

  it('SUP-1 one start at a time is due, and none once it is cancelled', () => {
    marbles(({ flush }) => {
      const restarts = restartsOf();
      const started: string[] = [];
      restarts.later(() => started.push('first'));
      restarts.later(() => started.push('second'));
      expect(restarts.isDue).to.equal(true);
      flush();
      expect([restarts.isDue, ...started]).to.deep.equal([false, 'second']);
      restarts.later(() => started.push('third'));
      restarts.cancel();
      flush();
      expect([restarts.isDue, ...started]).to.deep.equal([false, 'second']);
    });
  });
});
