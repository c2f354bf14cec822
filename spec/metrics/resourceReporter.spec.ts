import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { InvalidOptionError, poolMap, threadWorker } from 'looppool';
import { ResourceReporter } from 'looppool/metrics';
import { Subject } from 'rxjs';
import { run } from '../support/run.js';
import { type StatsdServer, statsdServer } from '../support/statsdServer.js';

/** The gauges of docs/METRICS.md. */
const names = [
  'cpu',
  'rss',
  'maxrss',
  'heap.used',
  'heap.total',
  'ioloop.handler',
  'ioloop.callback',
  'ioloop.timeout',
  'ioloop.utilization',
  'ioloop.delay.mean',
  'ioloop.delay.p99',
  'ioloop.delay.max',
];
const gauge = /^([\w.]+):(\d+(?:\.\d+)?(?:e-\d+)?)\|g(?:\|#(.*))?$/;

describe('ResourceReporter', () => {
  let server: StatsdServer;
  beforeEach(async () => {
    server = await statsdServer();
  });
  afterEach(() => server.close());

  function gaugesOf(prefix: string): Map<string, number> {
    const found = server.lines.map((line) => gauge.exec(line)).filter((match) => match !== null);
    return new Map(
      found
        .filter(([, name = '']) => name.startsWith(`${prefix}.`))
        .map(([, name = '', value]) => [name.slice(prefix.length + 1), Number(value)]),
    );
  }

  it('MET-1 a worker in a thread reports every gauge, at once and again, with prefix and tags, and stops with the worker', async () => {
    const tasks = new Subject<number>();
    const worker = threadWorker<typeof import('../fixtures/reporting.worker.js')>(
      new URL('../fixtures/reporting.worker.js', import.meta.url),
    );
    const ended = run(tasks.pipe(poolMap(worker, 2, { initialData: server.port })));
    const last = (index: number) => `worker.spec.process.${index}.ioloop.delay.max:`;
    for (const index of [0, 1]) {
      await server.line((line) => line.startsWith(last(index)));
      const reports = () => server.lines.filter((line) => line.startsWith(last(index))).length;
      await server.line(() => reports() >= 3);
      const gauges = gaugesOf(`worker.spec.process.${index}`);
      // Node tells of the CPU time of a thread from 22.19 on, and here it is read from Linux.
      expect([...gauges.keys()]).to.have.members(
        process.platform === 'linux' ? names : names.filter((name) => name !== 'cpu' || gauges.has('cpu')),
      );
      expect(gauges.get('rss')).to.be.within(10_000, 10_000_000);
      expect(gauges.get('maxrss')).to.be.at.least(gauges.get('rss') as number);
      expect(gauges.get('heap.used')).to.be.within(500, gauges.get('heap.total') as number);
      expect(gauges.get('ioloop.utilization')).to.be.within(0, 1);
      expect(gauges.get('cpu')).to.be.within(0, 1.5);
    }
    for (const line of server.lines)
      expect(line)
        .to.match(gauge)
        .and.match(/\|#pool:spec$/);
    tasks.complete();
    expect(await ended).to.include({ completed: true });
  });

  it('MET-1 the host reports with the prefix of the original, to a client of the user’s own', () => {
    const told: [string, number][] = [];
    const reporter = new ResourceReporter({
      statsd: { gauge: (name, value) => void told.push([name, value]) },
    }).start();
    reporter.stop();
    expect(told.map(([name]) => name)).to.deep.equal(names.map((name) => `process.${name}`));
    for (const [name, value] of told) expect(value, name).to.be.at.least(0);
  });

  it('MET-2 it keeps nothing alive, and a server that is not there does no harm', async () => {
    const program = fileURLToPath(new URL('../fixtures/programs/reportsToNobody.js', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: 15_000 });
    expect(stdout).to.equal('two results\n');
  });

  it('MET-2 it does not start for a worker that has ended', () => {
    const told: string[] = [];
    new ResourceReporter({ statsd: { gauge: (name) => void told.push(name) } }).start(AbortSignal.abort());
    expect(told).to.deep.equal([]);
  });

  it('OPR-5 refuses what it cannot use', () => {
    for (const interval of [0, -1, Number.NaN, Infinity, '10' as never]) {
      expect(() => new ResourceReporter({ interval }))
        .to.throw(InvalidOptionError)
        .with.property('option', 'interval');
    }
    expect(() => new ResourceReporter({ prefix: 1 as never })).to.throw(InvalidOptionError);
  });
});
