/** Real sources that cannot wait, over every carrier. */
import { EventEmitter, once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect } from 'chai';
import { BacklogFullError, type PoolEvent, poolMap } from 'looppool';
import { fromEvent, interval, map, take, takeUntil } from 'rxjs';
import type { Act } from '../fixtures/acts.worker.js';
import { carriers } from '../support/carriers.js';
import { run } from '../support/run.js';

class Drops {
  readonly tasks: unknown[] = [];

  next(event: PoolEvent): void {
    if (event.type === 'dropped') this.tasks.push(event.task);
  }
}

const numberOf = (task: unknown) => (task as { value: unknown }).value;
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

for (const { name, worker } of carriers) {
  describe(`a source that cannot wait, over ${name}`, () => {
    /** 100 events in one go, to workers that take four tasks, with ten that may wait. */
    function burst(options: { overflow?: 'error' | 'drop-newest' | 'drop-oldest'; events?: Drops }) {
      const emitter = new EventEmitter();
      const tasks = fromEvent(emitter, 'task').pipe(
        map((value): Act => ({ act: 'later', ms: 20, value })),
        takeUntil(fromEvent(emitter, 'end')),
      );
      const ended = run(tasks.pipe(poolMap(worker, 2, { maxTasks: 4, backlog: 10, ...options })));
      for (const i of upTo(100)) emitter.emit('task', i);
      emitter.emit('end');
      return ended;
    }

    it("OVF-1 events in a burst: 'error'", async () => {
      const { error } = await burst({});
      expect(error).to.be.instanceOf(BacklogFullError);
      expect(numberOf((error as BacklogFullError).task)).to.equal(14);
    });

    for (const overflow of ['drop-newest', 'drop-oldest'] as const) {
      it(`OVF-3 events in a burst: each is a result or a drop, with '${overflow}'`, async () => {
        const drops = new Drops();
        const { values, completed } = await burst({ overflow, events: drops });
        const kept = overflow === 'drop-newest' ? upTo(14) : [0, 1, 2, 3, ...upTo(100).slice(90)];
        expect(completed).to.equal(true);
        expect([...values].sort((a, b) => Number(a) - Number(b))).to.deep.equal(kept);
        expect(drops.tasks.map(numberOf)).to.deep.equal(upTo(100).filter((i) => !kept.includes(i)));
      });
    }

    it('OVF-3 an interval that is faster than the workers loses nothing unseen', async () => {
      const drops = new Drops();
      const tasks = interval(1).pipe(
        take(60),
        map((value): Act => ({ act: 'later', ms: 10, value })),
      );
      const { values } = await run(
        tasks.pipe(poolMap(worker, 1, { maxTasks: 1, backlog: 2, overflow: 'drop-oldest', events: drops })),
      );
      const seen = [...values, ...drops.tasks.map(numberOf)].map(Number);
      expect(seen.sort((a, b) => a - b)).to.deep.equal(upTo(60));
      expect(drops.tasks).not.to.deep.equal([]);
    });

    it('OVF-3 a socket that is faster than the workers loses nothing unseen', async () => {
      const bytes = 4_000_000;
      const server = createServer((socket: Socket) => void socket.end(Buffer.alloc(bytes))).listen(0);
      await once(server, 'listening');
      const { port } = server.address() as { port: number };
      const socket = connect(port);
      const drops = new Drops();
      const tasks = fromEvent<Buffer>(socket, 'data').pipe(
        map(({ length }): Act => ({ act: 'later', ms: 5, value: length })),
        takeUntil(fromEvent(socket, 'end')),
      );
      const { values } = await run(
        tasks.pipe(poolMap(worker, 1, { maxTasks: 1, backlog: 1, overflow: 'drop-newest', events: drops })),
      );
      server.close();
      const seen = [...values, ...drops.tasks.map(numberOf)].map(Number);
      expect(seen.reduce((sum, length) => sum + length, 0)).to.equal(bytes);
    });
  });
}
