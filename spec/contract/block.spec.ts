/** `overflow: 'block'`, in a process of its own: its time-out is the bound of the waits. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

const program = fileURLToPath(new URL('../fixtures/programs/block.js', import.meta.url));

interface Outcome {
  readonly name: string;
  readonly results: number;
  /** Tasks that were pulled and whose results had not come, at the most. */
  readonly most: number;
  readonly pulled: number;
  readonly thrown: number;
  /** Whether the event loop had a turn before the source had been read. */
  readonly turned: boolean;
  readonly error?: { readonly name: string; readonly code: string; readonly message: string };
}

/** The cases played one after the other; those behind one that hangs are missing. */
function playing(...names: readonly string[]): (name: string) => Outcome {
  const outcomes = new Map<string, Outcome>();
  before(async function () {
    this.timeout(120_000);
    const { stdout } = await promisify(execFile)(process.execPath, [program, ...names], {
      timeout: 110_000,
    }).catch((failed) => failed);
    for (const line of stdout.trim().split('\n')) {
      const outcome = JSON.parse(line) as Outcome;
      outcomes.set(outcome.name, outcome);
    }
  });
  return (name) => outcomes.get(name) ?? expect.fail(`${name} did not end: ${[...outcomes.keys()]} did`);
}

describe("overflow: 'block'", () => {
  describe('whose source is read to its end', () => {
    const bounded: readonly [name: string, results: number, most: number, what: string][] = [
      ['generator', 2000, 11, 'a plain generator is read no further than the windows, and one'],
      ['backlog', 2000, 26, 'a backlog takes more, before next() waits'],
      ['lent', 2000, 11, 'with fewer credits than workers'],
      ['promises', 500, 11, 'tasks that are asynchronous'],
      ['ordered', 500, 11, 'results in the order of tasks'],
      ['held-in-batches', 2000, 11, 'a consumer that holds results until more have come'],
      ['chain', 2000, 31, 'the pools behind it go on meanwhile'],
      ['chain-at-the-end', 2000, 31, 'also when they may wait themselves'],
    ];
    const others = ['many-results', 'surges', 'ordered-surges', 'unsubscribed-at-a-result'];
    const more = ['fed-back', 'throws-in-next', 'revived', 'recycled', 'delayed'];
    const outcomeOf = playing(...bounded.map(([name]) => name), ...others, ...more);

    for (const [name, results, most, what] of bounded) {
      it(`OVF-5 ${what}`, () => {
        const outcome = outcomeOf(name);
        expect(outcome).to.include({ results, turned: false }).and.not.to.have.property('error');
        expect(outcome.most).to.be.at.most(most);
      });
    }

    for (const name of ['many-results', 'surges', 'ordered-surges']) {
      it(`OVF-5 tasks of many results: ${name}`, () => {
        expect(outcomeOf(name)).to.include({ results: 20_000 }).and.not.to.have.property('error');
      });
    }

    it('OVF-5 a result that ends the output ends the wait, and the source', () => {
      const { results, pulled } = outcomeOf('unsubscribed-at-a-result');
      expect(results).to.equal(50);
      expect(pulled).to.be.at.most(50 + 11);
    });

    it('OVF-5 tasks that results feed back join the backlog, and wait for nobody', () => {
      expect(outcomeOf('fed-back')).to.include({ results: 1000 }).and.not.to.have.property('error');
    });

    it('OVF-5 a consumer that throws is reported, as ever', () => {
      expect(outcomeOf('throws-in-next')).to.include({ results: 2000, thrown: 2000 });
    });

    for (const [name, results, what] of [
      ['revived', 2000, 'a worker that dies is replaced'],
      ['recycled', 2000, 'a worker that has done its share is succeeded'],
      ['delayed', 200, 'a task is delivered again when its time has come'],
    ] as const) {
      it(`OVF-5 the pool lives meanwhile: ${what}`, () => {
        expect(outcomeOf(name)).to.include({ results, turned: false }).and.not.to.have.property('error');
      });
    }
  });

  describe('that something goes wrong with', () => {
    const failures: readonly [name: string, error: string, message: RegExp][] = [
      ['exit', 'WorkerCrashError', /exited with code 3/],
      ['uncaught', 'WorkerCrashError', /uncaught/],
      ['unhandled', 'WorkerCrashError', /unhandled/],
      ['out-of-memory', 'WorkerCrashError', /out of memory, or terminated/],
      ['task-too-long', 'TaskTimeoutError', /100 ms/],
      ['task-throws', 'TaskError', /no such row/],
      ['source-throws', 'Error', /no such file/],
      ['missing', 'WorkerStartError', /missing\.worker\.js.*Cannot find module/],
      ['throws-at-import', 'WorkerStartError', /no licence/],
      ['throws-at-start', 'WorkerStartError', /no database/],
      ['never-answers', 'WorkerStartError', /500 ms/],
      ['no-clone', 'WorkerStartError', /initialData\.db\.query/],
    ];
    const outcomeOf = playing(...failures.map(([name]) => name));

    for (const [name, error, message] of failures) {
      it(`OVF-6 that is heard of while the loop stands still: ${name}`, () => {
        const outcome = outcomeOf(name);
        expect(outcome.turned).to.equal(false);
        expect(outcome.error?.name).to.equal(error);
        expect(outcome.error?.message).to.match(message);
      });
    }
  });

  describe('whose consumer cannot go on', () => {
    const ways = ['held', 'held-lent', 'held-pulled', 'held-pulled-asynchronously'];
    const more = ['held-promises', 'held-surges', 'paused'];
    const ordered = ['', '-pulled', '-promises', '-lent'].map((how) => `held-ordered${how}`);
    const outcomeOf = playing(...ways, ...more, ...ordered);

    for (const name of [...ways, ...more, ...ordered]) {
      it(`OVF-6 does not wait in vain: ${name}`, () => {
        const { error, turned } = outcomeOf(name);
        expect(turned).to.equal(false);
        expect(error?.code).to.equal('ERR_LOOPPOOL_BACKLOG_FULL');
        expect(error?.message).to.match(/waits for room in vain.*raise maxResults/);
      });
    }
  });
});
