import { expect } from 'chai';
import { InvalidOptionError, inlineWorker, type PoolOptions } from 'looppool';
import { defineWorker } from 'looppool/worker';
import { resolveOptions } from '#src/options.js';
import { pipelineOptions } from '#src/shared/pipelineOptions.js';

const worker = inlineWorker(defineWorker<number, number>((tasks) => tasks));
const { signal } = new AbortController();

function optionsOf(ofPool: Partial<PoolOptions>, options: Partial<PoolOptions>) {
  return pipelineOptions(worker, resolveOptions(worker, 3, ofPool), options);
}

describe('pipelineOptions', () => {
  const ofPool: PoolOptions = {
    ack: 'manual',
    ackWarning: 7,
    backlog: 8,
    maxTasks: 9,
    maxResults: 10,
    onTaskError: 'dead-letter',
    overflow: 'drop-oldest',
  };

  it('SHR-1 what is left out is as the pool has it', () => {
    expect(optionsOf(ofPool, {})).to.include({ n: 3, ...ofPool });
    expect(optionsOf({}, {})).to.deep.equal({ ...resolveOptions(worker, 3) });
  });

  it('SHR-1 so is what is given as undefined', () => {
    const given = { ack: undefined, backlog: undefined, maxResults: undefined, signal: undefined } as object;
    expect(optionsOf(ofPool, given)).to.include({ n: 3, ...ofPool });
  });

  it('SHR-1 what is given is its own', () => {
    const given: PoolOptions = {
      ack: 'auto',
      ackWarning: 1,
      backlog: 2,
      maxResults: 3,
      onTaskError: 'error',
      overflow: 'drop-newest',
      signal,
    };
    expect(optionsOf(ofPool, given)).to.include({ n: 3, maxTasks: 9, ...given });
  });

  it('SHR-5 the signal, the name and the events of the pool are not those of a pipeline', () => {
    const own = optionsOf({ signal, name: 'shared', events: { next() {} } }, {});
    expect([own.signal, own.name, own.events]).to.deep.equal([undefined, 'looppool', undefined]);
  });

  it('OPR-5 an option of the pool alone is refused, with those that a pipeline may have', () => {
    const known = 'one of ack, ackWarning, backlog, maxResults, onTaskError, overflow, signal';
    for (const options of [{ maxTasks: 3 }, { grace: 0 }, { maxresults: 3 } as object]) {
      expect(() => optionsOf({}, options)).to.throw(InvalidOptionError, known);
    }
  });

  it("OVF-6 'block' is refused", () => {
    expect(() => optionsOf({}, { overflow: 'block' })).to.throw(InvalidOptionError, 'use poolMap');
  });
});
