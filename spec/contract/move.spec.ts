import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { expect } from 'chai';
import {
  inlineWorker,
  keyed,
  move,
  paced,
  poolMap,
  processWorker,
  SerializationError,
  TaskError,
  threadWorker,
  toAll,
  toWorker,
  type WorkerFactory,
} from 'looppool';
import { from, of, Subject } from 'rxjs';
import moves, { type MoveAct } from '../fixtures/moves.worker.js';
import { run } from '../support/run.js';

const url = new URL('../fixtures/moves.worker.js', import.meta.url);
type Module = typeof import('../fixtures/moves.worker.js');

/** Ports, streams and shared memory live in one process. */
const ofOneProcess: readonly { readonly name: string; readonly worker: WorkerFactory<MoveAct, unknown> }[] = [
  { name: 'inlineWorker', worker: inlineWorker(moves) },
  { name: 'threadWorker', worker: threadWorker<Module>(url) },
];
const carriers = [...ofOneProcess, { name: 'processWorker', worker: processWorker<Module>(url) }];

const ones = (length: number) => new Uint8Array(length).fill(1);

/** The error of the one task that failed, and why it did. */
function reasonOf(error: unknown): SerializationError {
  expect(error).to.be.instanceOf(TaskError);
  const { cause } = error as TaskError;
  expect(cause).to.be.instanceOf(SerializationError);
  return cause as SerializationError;
}

for (const { name, worker } of carriers) {
  describe(`move() over ${name}`, () => {
    it('MOV-1 a moved buffer is gone here once its task is sent, and arrives whole', async () => {
      const tasks = new Subject<MoveAct>();
      const results = run(tasks.pipe(poolMap(worker, 2)));
      for (const length of [10, 100_000]) {
        const bytes = ones(length);
        tasks.next(move({ act: 'sum', bytes }, [bytes.buffer]));
        expect(bytes.length).to.equal(0);
        expect(bytes.buffer.byteLength).to.equal(0);
      }
      tasks.complete();
      expect((await results).values).to.have.members([10, 100_000]);
    });

    it('MOV-1 what is not moved is still here', async () => {
      const [kept, moved] = [ones(10), ones(20)];
      const parts = [
        { name: 'kept', bytes: kept },
        { name: 'moved', bytes: moved },
      ];
      const task: MoveAct = { act: 'parts', parts };
      const { values } = await run(of(move(task, [moved])).pipe(poolMap(worker, 1)));
      expect(values).to.deep.equal([['kept: 10', 'moved: 20']]);
      expect([kept.length, moved.length]).to.deep.equal([10, 0]);
    });

    it('MOV-1 several buffers at once; a view stands for its whole buffer', async () => {
      const whole = ones(100);
      const [first, second] = [whole.subarray(0, 30), ones(7)];
      const parts = [
        { name: 'a', bytes: first },
        { name: 'b', bytes: second },
      ];
      const task = move<MoveAct>({ act: 'parts', parts }, [first, second.buffer]);
      const { values } = await run(of(task).pipe(poolMap(worker, 1)));
      expect(values).to.deep.equal([['a: 30', 'b: 7']]);
      expect([whole.length, first.length, second.length]).to.deep.equal([0, 0, 0]);
    });

    it('MOV-1 it may be a part of the task, wherever plain objects and arrays hold it', async () => {
      const parts = [3, 4].map((length) => {
        const bytes = ones(length);
        return { name: 'part', bytes: move(bytes, [bytes.buffer]) };
      });
      const { values } = await run(of<MoveAct>({ act: 'parts', parts }).pipe(poolMap(worker, 1)));
      expect(values).to.deep.equal([['part: 3', 'part: 4']]);
      expect(parts.map(({ bytes }) => bytes.length)).to.deep.equal([0, 0]);
    });

    it('MOV-1 a routed task moves as any other, whether it was marked before it was routed or after', async () => {
      const [first, second, third] = [ones(3), ones(4), ones(5)];
      const tasks = [
        keyed('a', move<MoveAct>({ act: 'sum', bytes: first }, [first])),
        move(toWorker<MoveAct>(1, { act: 'sum', bytes: second }), [second]),
        keyed<MoveAct>('b', { act: 'sum', bytes: move(third, [third]) }),
      ];
      const { values } = await run(from(tasks).pipe(poolMap(worker, 2)));
      expect(values).to.have.members([3, 4, 5]);
      expect([first, second, third].map(({ length }) => length)).to.deep.equal([0, 0, 0]);
    });

    it('MOV-2 what is moved cannot go to all workers', async () => {
      const task = toAll(move<MoveAct>({ act: 'sum', views: [ones(4)] } as never, [ones(4)]));
      const { error } = await run(of(task).pipe(poolMap(worker, 2)));
      expect(error).to.be.instanceOf(TypeError).with.property('message').that.contains('several workers');
    });

    it('MOV-1 it keeps its place among tasks that move nothing', async () => {
      const tasks = Array.from({ length: 300 }, (_, length): MoveAct => {
        const bytes = ones(length);
        return length % 3 === 0 ? move({ act: 'sum', bytes }, [bytes]) : { act: 'sum', bytes };
      });
      const { values } = await run(paced(tasks).pipe(poolMap(worker, 1, { maxTasks: 7 })));
      expect(values).to.deep.equal(Array.from({ length: 300 }, (_, length) => length));
    });

    it('MOV-1 results move too, and are gone in the worker', async () => {
      const { values } = await run(of<MoveAct>({ act: 'back', bytes: ones(5000) }).pipe(poolMap(worker, 1)));
      expect(values).to.deep.equal([ones(5000), 0]);
    });

    it('MOV-1 results may hold what is moved, many for a task, within few credits', async () => {
      const { values } = await run(
        of<MoveAct>({ act: 'pages', count: 50 }).pipe(poolMap(worker, 1, { maxResults: 3 })),
      );
      const pages = Array.from({ length: 50 }, (_, page) => page);
      expect(values).to.deep.equal(
        pages.map((page) => ({ page, contents: [new Uint8Array(1000).fill(page)] })),
      );
    });

    it('MOV-2 what was moved before fails the second task, and says what to do', async () => {
      const bytes = ones(10);
      const tasks = [1, 2].map(() => move<MoveAct>({ act: 'sum', bytes }, [bytes]));
      const { error } = await run(from(tasks).pipe(poolMap(worker, 1)));
      const { path, message } = reasonOf(error);
      expect((error as TaskError).task).to.equal(tasks[1]);
      expect(path).to.equal('task');
      expect(message).to.contain('gone already').and.to.contain('copy what is needed elsewhere');
    });

    it('MOV-2 as does the very same task, sent again', async () => {
      const bytes = ones(10);
      const task = move<MoveAct>({ act: 'sum', bytes }, [bytes]);
      const { error } = await run(of(task, task).pipe(poolMap(worker, 2)));
      expect(reasonOf(error).message).to.contain('gone already');
    });

    it('MOV-2 as do two views of one buffer, in two tasks', async () => {
      const whole = ones(100);
      const tasks = [whole.subarray(0, 50), whole.subarray(50)].map((bytes) =>
        move<MoveAct>({ act: 'sum', bytes }, [bytes]),
      );
      const { error } = await run(from(tasks).pipe(poolMap(worker, 2)));
      expect((error as TaskError).task).to.equal(tasks[1]);
      expect(reasonOf(error).message).to.contain('with every view of it');
    });

    it('MOV-2 in one task too, with the path of the second', async () => {
      const whole = ones(100);
      const parts = [whole.subarray(0, 50), whole.subarray(50)].map((bytes) => ({
        name: 'half',
        bytes: move(bytes, [bytes]),
      }));
      const { error } = await run(of<MoveAct>({ act: 'parts', parts }).pipe(poolMap(worker, 1)));
      expect(reasonOf(error).path).to.equal('task.parts[1].bytes');
      expect(reasonOf(error).message).to.contain('one ArrayBuffer to be moved is listed twice');
      expect(whole.length, 'and nothing is gone').to.equal(100);
    });

    it('MOV-2 what cannot be cloned beside it fails the task, with its path, and takes nothing along', async () => {
      const bytes = ones(10);
      const task = { act: 'sum', bytes, rows: [{ work() {} }] } as MoveAct;
      const { error } = await run(of(move(task, [bytes])).pipe(poolMap(worker, 1)));
      expect(reasonOf(error).path).to.equal('task.rows[0].work');
      expect(bytes.length).to.equal(10);
    });

    it('MOV-2 no other task of the batch fails with it, and the results before it arrive', async () => {
      const bytes = ones(10);
      const [first, second] = [1, 2].map(() => move<MoveAct>({ act: 'sum', bytes }, [bytes]));
      const before = Array.from({ length: 9 }, (_, length): MoveAct => ({ act: 'sum', bytes: ones(length) }));
      const tasks = new Subject<MoveAct>();
      const failed: unknown[] = [];
      const events = {
        next: (event: { type: string }) => event.type === 'task-failed' && failed.push(event),
      };
      const results = run(tasks.pipe(poolMap(worker, 1, { events })), (value) => {
        // Only now, for a failure ends the output.
        if (value === 10) tasks.next(second as MoveAct);
      });
      for (const task of [...before, first as MoveAct]) tasks.next(task);
      const { values, error } = await results;
      expect(values).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 10]);
      expect((error as TaskError).task).to.equal(second);
      expect(failed).to.have.lengthOf(1);
    });

    it('MOV-2 a result that is moved twice fails its task', async () => {
      const { values, error } = await run(
        of<MoveAct>({ act: 'twice', bytes: ones(10) }).pipe(poolMap(worker, 1)),
      );
      expect(values).to.deep.equal([ones(10), 'between']);
      expect(reasonOf(error).path).to.equal('result');
      expect(reasonOf(error).message).to.contain('gone already');
    });

    it('MOV-2 as does one that cannot be cloned', async () => {
      const { error } = await run(
        of<MoveAct>({ act: 'uncloneable', bytes: ones(10) }).pipe(poolMap(worker, 1)),
      );
      expect(reasonOf(error).path).to.equal('result.work');
    });

    it("MOV-3 a small Buffer of Node's shared pool is copied, and takes no other along", async () => {
      const [bytes, neighbour] = [Buffer.from('ab'), Buffer.from('cd')];
      expect(bytes.buffer, 'a slab of both').to.equal(neighbour.buffer);
      const tasks = [bytes, neighbour].map((own) => move<MoveAct>({ act: 'sum', bytes: own }, [own]));
      const { values } = await run(from(tasks).pipe(poolMap(worker, 1)));
      expect(values).to.deep.equal([195, 199]);
      expect([bytes, neighbour].map(String)).to.deep.equal(['ab', 'cd']);
    });
  });
}

for (const { name, worker } of ofOneProcess) {
  describe(`move() within one process, over ${name}`, () => {
    it('MOV-1 MessagePorts move, and stay connected', async () => {
      const { port1, port2 } = new MessageChannel();
      const answer = once(port1, 'message');
      const { values, error } = await run(
        of(move<MoveAct>({ act: 'reply', port: port2 }, [port2])).pipe(poolMap(worker, 1)),
      );
      expect(error).to.equal(undefined);
      expect(values).to.deep.equal(['replied']);
      expect(await answer).to.deep.equal(['from the worker']);
    });

    it('MOV-1 streams move', async () => {
      const stream = new ReadableStream<string>({
        start(controller) {
          for (const chunk of ['a', 'b', 'c']) controller.enqueue(chunk);
          controller.close();
        },
      });
      const { values } = await run(
        of(move<MoveAct>({ act: 'read', stream }, [stream])).pipe(poolMap(worker, 1)),
      );
      expect(values).to.deep.equal(['abc']);
    });

    it('MOV-2 a port that has gone is one, too', async () => {
      const { port1, port2 } = new MessageChannel();
      const tasks = [1, 2].map(() => move<MoveAct>({ act: 'reply', port: port2 }, [port2]));
      const { error } = await run(from(tasks).pipe(poolMap(worker, 1)));
      expect(reasonOf(error).message).to.contain('already detached');
      port1.close();
    });

    it('MOV-3 a SharedArrayBuffer in a task is shared', async () => {
      const shared = new SharedArrayBuffer(4);
      const tasks = Array.from({ length: 20 }, (): MoveAct => ({ act: 'increment', shared }));
      await run(from(tasks).pipe(poolMap(worker, 2)));
      expect(Atomics.load(new Int32Array(shared), 0)).to.equal(20);
    });
  });
}

describe('move() over processWorker', () => {
  const worker = processWorker<Module>(url);

  it('MOV-3 shared memory fails its task, and says why', async () => {
    const shared = new SharedArrayBuffer(4);
    const { error } = await run(of<MoveAct>({ act: 'increment', shared }).pipe(poolMap(worker, 1)));
    expect(reasonOf(error).message).to.contain('processes share no memory');
  });

  it('MOV-2 refuses what is no buffer, and leaves it here', async () => {
    const { port1, port2 } = new MessageChannel();
    const stream = new ReadableStream<string>({ start: (controller) => controller.close() });
    for (const [task, name] of [
      [move<MoveAct>({ act: 'reply', port: port2 }, [port2]), 'MessagePort'],
      [move<MoveAct>({ act: 'read', stream }, [stream]), 'ReadableStream'],
    ] as const) {
      const { error } = await run(of(task).pipe(poolMap(worker, 1)));
      expect(reasonOf(error).message).to.contain(
        `a ${name} cannot be moved to another process, use threadWorker`,
      );
    }
    const answer = once(port1, 'message');
    port2.postMessage('still connected');
    expect(await answer).to.deep.equal(['still connected']);
    port1.close();
  });
});
