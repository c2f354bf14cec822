import { expect } from 'chai';
import fc from 'fast-check';
import { move, ProtocolError, SerializationError } from 'looppool';
import { isLonely } from '#src/protocol/lonely.js';
import { type TaskFrame, type TaskReader, TaskReplay } from '#src/protocol/taskFrames.js';
import { TaskFrameWriter } from '#src/protocol/taskFrameWriter.js';

/** A worker's end of the wire, which writes down what it is told. */
class Told implements TaskReader<unknown> {
  readonly received: [position: number, task: unknown][] = [];
  readonly calls: string[] = [];
  credits = 0;
  readonly oldests: number[] = [];

  task(position: number, task: unknown): void {
    this.received.push([position, task]);
    this.calls.push('task');
  }

  tasks(first: number, tasks: ArrayLike<unknown>): void {
    for (let i = 0; i < tasks.length; i += 1) this.task(first + i, tasks[i]);
  }

  replay(position: number, task: unknown): void {
    this.received.push([position, task]);
    this.calls.push('replay');
  }

  sent(first: number, at: number): void {
    this.calls.push(`sent ${first} ${at}`);
  }

  credit(results: number): void {
    this.credits += results;
    this.calls.push('credit');
  }

  oldest(position: number): void {
    this.oldests.push(position);
    this.calls.push('oldest');
  }

  cancellable(position: number, task: unknown): void {
    this.received.push([position, task]);
    this.calls.push('cancellable');
  }

  cancel(position: number, reason: unknown): void {
    this.calls.push(`cancel ${position}: ${reason}`);
  }

  pill(): void {
    this.calls.push('pill');
  }

  abort(): void {
    this.calls.push('abort');
  }
}

/** Tasks in a frame. */
const sizeOf = (frame: TaskFrame<unknown>): number =>
  isLonely(frame) ? 1 : (frame[0] as ArrayLike<unknown>).length;

/** A writer and what arrives of it, over structured clone as over a port. */
function wire(limit = 256) {
  const told = new Told();
  const replay = new TaskReplay(told);
  const sizes: number[] = [];
  const refused: [position: number, error: unknown][] = [];
  let whenRefused = (_position: number) => {};
  const writer = new TaskFrameWriter<unknown>(
    (frame, transfer = []) => {
      const arrived: TaskFrame<unknown> = structuredClone(frame, {
        transfer: transfer as ArrayBuffer[],
      });
      sizes.push(sizeOf(arrived));
      replay.frame(arrived);
    },
    {
      limit,
      refused: (position, error) => {
        refused.push([position, error]);
        whenRefused(position);
      },
    },
  );
  const onRefused = (then: (position: number) => void) => {
    whenRefused = then;
  };
  return { writer, told, sizes, refused, onRefused };
}

const endOfTurn = () => Promise.resolve();
const work = () => {};

describe('task frames', () => {
  it('OPR-6 what is said arrives: tasks in order with their positions, all credits, the pill last', async () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.record({ say: fc.constant('task' as const), task: fc.anything() }) },
      {
        weight: 2,
        arbitrary: fc.record({
          say: fc.constant('credit' as const),
          results: fc.integer({ min: 1, max: 9 }),
        }),
      },
      { weight: 1, arbitrary: fc.constant({ say: 'turn' as const }) },
    );
    const runs = fc.array(step, { maxLength: 100, size: 'max' });
    await fc.assert(
      fc.asyncProperty(runs, fc.integer({ min: 1, max: 20 }), async (steps, limit) => {
        const { writer, told } = wire(limit);
        const tasks: unknown[] = [];
        let credits = 0;
        for (const own of steps) {
          if (own.say === 'task') {
            writer.task(tasks.length, own.task);
            tasks.push(own.task);
          } else if (own.say === 'credit') {
            writer.credit(own.results);
            credits += own.results;
          } else {
            await endOfTurn();
          }
        }
        writer.pill();
        await endOfTurn();
        expect(told.received).to.deep.equal(structuredClone(tasks).map((task, position) => [position, task]));
        expect(told.credits).to.equal(credits);
        expect(told.calls.at(-1)).to.equal('pill');
        expect(told.calls.filter((call) => call === 'pill')).to.have.lengthOf(1);
      }),
    );
  });

  it('CAN-3 what may be called off is marked, also beside what cannot be cloned', async () => {
    const { writer, told, refused } = wire();
    writer.task(0, 'a');
    writer.cancellable(1, 'b');
    writer.cancellable(2, work);
    writer.cancellable(3, 'c');
    await endOfTurn();
    expect(told.calls).to.deep.equal(['task', 'cancellable', 'cancellable']);
    expect(told.received.map(([position]) => position)).to.deep.equal([0, 1, 3]);
    expect(refused.map(([position]) => position)).to.deep.equal([2]);
  });

  it('WIR-1 what one reason calls off costs one message', async () => {
    const { writer, told, sizes } = wire();
    const [reason, other] = [new RangeError('enough'), 'no more'];
    writer.cancellable(0, 'a');
    for (const position of [0, 5, 7]) writer.cancel(position, reason);
    writer.cancel(8, other);
    await endOfTurn();
    expect(sizes).to.deep.equal([1]);
    const calls = [0, 5, 7].map((position) => `cancel ${position}: ${reason}`);
    expect(told.calls).to.deep.equal(['cancellable', ...calls, `cancel 8: ${other}`]);
  });

  it('CAN-3 tasks that the reason of a cancel brings when it is looked at arrive behind those before them', async () => {
    const { writer, told } = wire(64);
    let position = 0;
    const add = (tasks: number) => {
      for (let i = 0; i < tasks; i += 1) writer.task(position, position++);
    };
    const reason = new Error('x');
    Object.defineProperty(reason, 'message', {
      get() {
        if (position < 64) add(40);
        return 'enough';
      },
    });
    add(63);
    writer.cancel(3, reason);
    add(1);
    await endOfTurn();
    expect(told.received).to.deep.equal(Array.from({ length: 104 }, (_, i) => [i, i]));
  });

  it('WIR-1 a lonely task costs one message, at the end of the microtask turn', async () => {
    const { writer, sizes } = wire();
    writer.task(0, 'a');
    expect(sizes).to.deep.equal([]);
    await endOfTurn();
    expect(sizes).to.deep.equal([1]);
    await endOfTurn();
    expect(sizes, 'and no other').to.deep.equal([1]);
  });

  it('ORD-2 the oldest task arrives by itself or with what is said beside it, the last one of a turn before its credits', async () => {
    const { writer, told, sizes } = wire();
    writer.oldest(3);
    writer.tell();
    await endOfTurn();
    expect([told.oldests, sizes]).to.deep.equal([[3], [0]]);
    writer.task(9, 'a');
    writer.credit(2);
    writer.oldest(0);
    writer.oldest(7);
    writer.pill();
    await endOfTurn();
    expect(told.oldests).to.deep.equal([3, 7]);
    expect(told.calls.slice(1)).to.deep.equal(['oldest', 'credit', 'task', 'pill']);
    writer.credit(1);
    writer.tell();
    await endOfTurn();
    expect(told.oldests, 'and not again').to.deep.equal([3, 7]);
  });

  it('ORD-2 the oldest task arrives though a task beside it cannot be cloned', async () => {
    const { writer, told } = wire();
    writer.task(0, work);
    writer.oldest(5);
    writer.tell();
    await endOfTurn();
    expect(told.oldests).to.deep.equal([5]);
  });

  it('WIR-1 a flood costs few: full frames at once, the rest at the end of the turn, with credits and pill', async () => {
    const { writer, sizes, told } = wire(256);
    for (let position = 0; position < 1000; position += 1) writer.task(position, position);
    expect(sizes).to.deep.equal([256, 256, 256]);
    writer.credit(3);
    writer.credit(4);
    writer.pill();
    await endOfTurn();
    expect(sizes).to.deep.equal([256, 256, 256, 232]);
    expect(told.credits).to.equal(7);
    expect(told.received.map(([position]) => position)).to.deep.equal([...Array(1000).keys()]);
  });

  it('WIR-1 a frame that was full leaves no empty one behind', async () => {
    const { writer, sizes } = wire(2);
    writer.task(0, 'a');
    writer.task(1, 'b');
    await endOfTurn();
    expect(sizes).to.deep.equal([2]);
  });

  it('WIR-1 credits have no frame of their own where tasks leave in time, also in a full one or a moved one', async () => {
    const { writer, told, sizes } = wire(2);
    writer.credit(3);
    for (const position of [0, 1]) writer.task(position, position);
    writer.credit(4);
    writer.task(2, move({}, [new ArrayBuffer(8)]));
    writer.tell();
    await endOfTurn();
    expect(sizes).to.deep.equal([2, 1]);
    expect(told.credits).to.equal(7);
  });

  it('CAN-1 an abort goes at once, and takes the tasks that were not sent with it', async () => {
    const { writer, told } = wire();
    writer.task(0, 'a');
    writer.abort();
    expect(told.calls).to.deep.equal(['abort']);
    await endOfTurn();
    expect(told.calls).to.deep.equal(['abort']);
  });

  describe('of which some cannot be cloned', () => {
    it('ERR-4 those alone are refused, by their position and with their path', async () => {
      const { writer, told, refused } = wire();
      for (const [position, task] of ['a', { rows: [1, work] }, 'b', work, 'c'].entries())
        writer.task(position, task);
      writer.credit(5);
      writer.pill();
      await endOfTurn();
      expect(told.received).to.deep.equal([
        [0, 'a'],
        [2, 'b'],
        [4, 'c'],
      ]);
      expect(refused.map(([position]) => position)).to.deep.equal([1, 3]);
      expect(refused.map(([, error]) => (error as SerializationError).path)).to.deep.equal([
        'task.rows[1]',
        'task',
      ]);
      for (const [, error] of refused) expect(error).to.be.instanceOf(SerializationError);
      expect(told.credits).to.equal(5);
      expect(told.calls.at(-1)).to.equal('pill');
    });

    it('ERR-4 at every place of every batch', async () => {
      const batch = fc.array(fc.boolean(), { minLength: 1, maxLength: 40 });
      await fc.assert(
        fc.asyncProperty(fc.array(batch, { maxLength: 4 }), async (batches) => {
          const { writer, told, refused } = wire(16);
          const sent: number[] = [];
          const guilty: number[] = [];
          let position = 0;
          for (const own of batches) {
            for (const isGuilty of own) {
              writer.task(position, isGuilty ? { work } : { position });
              (isGuilty ? guilty : sent).push(position);
              position += 1;
            }
            await endOfTurn();
          }
          expect(told.received).to.deep.equal(sent.map((own) => [own, { position: own }]));
          expect(refused.map(([own]) => own)).to.deep.equal(guilty);
        }),
      );
    });

    it('ERR-4 a task that comes of a refusal is sent behind the others, with its own position', async () => {
      const { writer, told, onRefused } = wire();
      onRefused((position) => writer.task(3, `instead of ${position}`));
      for (const [position, task] of ['a', work, 'b'].entries()) writer.task(position, task);
      await endOfTurn();
      await endOfTurn();
      expect(told.received).to.deep.equal([
        [0, 'a'],
        [2, 'b'],
        [3, 'instead of 1'],
      ]);
    });

    it('ERR-4 one that throws only at times takes nobody with it', async () => {
      const { writer, told, refused } = wire();
      let looks = 0;
      const moody = {
        get row() {
          looks += 1;
          if (looks % 2 === 1) throw new Error('not now');
          return 'row';
        },
      };
      for (const [position, task] of ['a', moody, 'b'].entries()) writer.task(position, task);
      writer.credit(1);
      await endOfTurn();
      expect(told.received.length + refused.length).to.equal(3);
      expect(told.received).to.deep.include.members([
        [0, 'a'],
        [2, 'b'],
      ]);
      expect(told.credits).to.equal(1);
    });

    it('ERR-4 a moved task is refused, and what was said beside it arrives', async () => {
      const gone = new ArrayBuffer(8);
      structuredClone(gone, { transfer: [gone] });
      const { writer, told, refused } = wire();
      writer.credit(3);
      writer.task(0, move({}, [gone]));
      await endOfTurn();
      expect(refused.map(([position]) => position)).to.deep.equal([0]);
      expect(told.credits).to.equal(3);
    });

    it('ERR-4 a batch that is refused as a whole goes one by one, and nothing of it is lost', async () => {
      const told = new Told();
      const replay = new TaskReplay(told);
      const writer = new TaskFrameWriter<number>(
        (frame) => {
          if (sizeOf(frame) > 1) throw new Error('too much at a time');
          replay.frame(frame);
        },
        { limit: 256, refused: () => expect.fail('nobody is guilty') },
      );
      for (const position of [0, 1, 2]) writer.task(position, position);
      writer.credit(2);
      writer.pill();
      await endOfTurn();
      expect(told.received.map(([position]) => position)).to.deep.equal([0, 1, 2]);
      expect(told.calls.slice(-2)).to.deep.equal(['credit', 'pill']);
    });
  });

  for (const message of [undefined, null, {}, { tasks: 7 }, { tasks: 'abc' }, []]) {
    it(`ERR-2 ${JSON.stringify(message)} is no frame, and a ProtocolError`, () => {
      expect(() => new TaskReplay(new Told()).frame(message as never)).to.throw(ProtocolError);
    });
  }
});
