import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { accessLog } from '../../demos/sessionize/accessLog.js';

const program = fileURLToPath(new URL('../../demos/sessionize/main.js', import.meta.url));
const HALF_AN_HOUR = 30 * 60 * 1000;

/** Found in another way than the demo's: times of each user, and the gaps between them. */
function sessionsIn(log: Iterable<string>): { users: number; sessions: number } {
  const timesOf = new Map<string, number[]>();
  for (const line of log) {
    const [, user = '', time = ''] = /- (\w+) \[(.*)\] /.exec(line) ?? [];
    timesOf.set(user, [...(timesOf.get(user) ?? []), Date.parse(time)]);
  }
  const gaps = [...timesOf.values()].flatMap((times) =>
    times.slice(1).map((time, i) => time - (times[i] as number)),
  );
  return { users: timesOf.size, sessions: timesOf.size + gaps.filter((gap) => gap > HALF_AN_HOUR).length };
}

describe('demos/sessionize', function () {
  this.timeout(60_000);

  for (const workers of [1, 2, 3]) {
    it(`HSE-4 HST-2 RTE-4 TSK-5 ${workers} workers find the sessions that one thread finds, those of each user in one`, async () => {
      const args = [program, '--lines', '20000', '--workers', String(workers)];
      const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { timeout: 50_000 });
      const [, users, sessions, parts] =
        /^20000 hits of (\d+) users: (\d+) sessions \(([\d+ ]+)\)$/m.exec(stdout) ?? [];
      expect({ users: Number(users), sessions: Number(sessions) }).to.deep.equal(
        sessionsIn(accessLog(20_000, 200)),
      );
      const ofEach = parts?.split(' + ').map(Number) ?? [];
      expect(ofEach).to.have.lengthOf(workers);
      expect(Math.min(...ofEach), 'all of them had work').to.be.above(0);
      expect(stdout).to.match(/^ok {5}each user has one worker$/m);
      expect(stdout).to.match(/^ok {5}the same sessions as one thread finds$/m);
      expect(stderr).to.equal('');
    });
  }
});
