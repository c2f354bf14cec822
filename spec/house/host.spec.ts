import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

const program = fileURLToPath(new URL('../fixtures/programs/pipeline.js', import.meta.url));

describe('the host of a pool', () => {
  const ends =
    'complete error crash unsubscribe source-error factory-throws aborted-at-spawn aborted-by-factory';
  for (const [carrier, list] of [
    ['thread', ends],
    ['process', 'complete crash unsubscribe aborted-at-spawn'],
  ] as const) {
    for (const end of list.split(' ')) {
      it(`HST-1 HST-2 keeps its signal handlers, and exits: ${carrier}, ${end}`, async () => {
        // The bound is the time-out of execFile: a handle that is left open fails this spec.
        const flags = [program, end, carrier];
        const { stdout } = await promisify(execFile)(process.execPath, flags, { timeout: 15_000 });
        const { signalListeners, ownKept, ended, msToExit } = JSON.parse(stdout);
        expect({ signalListeners, ownKept, ended }).to.deep.equal({
          signalListeners: 0,
          ownKept: true,
          ended: true,
        });
        // Far above the 200 ms that it takes at the most on a machine at rest, far below any time-out of ours.
        expect(msToExit).to.be.below(2_000);
      });
    }
  }
});
