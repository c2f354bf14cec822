import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const program = fileURLToPath(new URL('../fixtures/programs/shutdown.js', import.meta.url));

interface Ending {
  readonly taken: number;
  readonly results: number;
  readonly signalListeners: number;
  readonly code?: string;
}

/** Runs the host until it has begun, sends SIGTERM to all of its group, and gives what it says at its end. */
async function shutDown(...flags: string[]): Promise<Ending & { readonly exitCode: number | null }> {
  const host = spawn(process.execPath, [program, ...flags], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // The bound of the spec: whatever hangs is ended with the whole group.
  const bound = setTimeout(() => process.kill(-(host.pid as number), 'SIGKILL'), 15_000);
  const exit = once(host, 'exit');
  const lines: string[] = [];
  for await (const line of createInterface({ input: host.stdout })) {
    lines.push(line);
    if (line === 'begun') process.kill(-(host.pid as number), 'SIGTERM');
  }
  const [exitCode] = await exit;
  clearTimeout(bound);
  return { ...(JSON.parse(lines.at(-1) ?? '') as Ending), exitCode };
}

describe('a host that completes its source on SIGTERM', () => {
  for (const carrier of ['thread', 'process']) {
    it(`HST-3 drains, and exits with 0: over a ${carrier}`, async () => {
      const { taken, results, signalListeners, exitCode } = await shutDown(carrier);
      expect(exitCode).to.equal(0);
      expect(results).to.be.at.least(1);
      // The last one was being taken when the source was ended.
      expect(taken - results).to.be.oneOf([0, -1]);
      expect(signalListeners).to.equal(0);
    });
  }

  it('HST-3 and what does not end within drainTimeout does not keep it', async () => {
    const { code, exitCode } = await shutDown('thread', 'hangs');
    expect([code, exitCode]).to.deep.equal(['ERR_LOOPPOOL_DRAIN_TIMEOUT', 3]);
  });
});
