/**
 * Between a pool of jobs and a worker of tasks: takes the task out of its job on the way there, and on the way back marks each
 * result with the pipeline of its task.
 */
import type { Job, JobOwner } from '../pool/job.js';
import type { Fate } from '../pool/revocable.js';
import { withoutSignal } from '../pool/taskSignals.js';
import { type Channel, type ChannelListener, type ChannelOpener, passOn } from '../protocol/channel.js';
import { UNSOLICITED } from '../protocol/wire.js';

/** A result, and whose task it is of; of no task, it is everybody's. */
export interface Attributed<R> {
  readonly value: R;
  readonly owner: JobOwner | undefined;
  /** Index of the worker that sent it. */
  readonly worker: number;
  readonly attempt: number;
  /** The task, where it may be called off. */
  readonly task: Fate | undefined;
}

export function ofJobs<T, R>(opener: ChannelOpener<T, R>): ChannelOpener<Job<T>, Attributed<R>> {
  return {
    open(hello, pool) {
      const books: Books<T> = { given: new Map(), closed: false };
      const channel = opener.open(hello, listenerOf(books, hello.index, pool));
      return channelOf(books, hello.index, channel);
    },
  };
}

class Given<T> implements Fate {
  readonly job: Job<T>;
  readonly attempt: number;
  isDone = false;

  constructor(job: Job<T>, attempt: number) {
    this.job = job;
    this.attempt = attempt;
  }

  /** Also when its worker has died: its results may still be here. */
  get isOff(): boolean {
    return this.job.signal?.aborted === true && !this.isDone;
  }
}

/** What one worker was given. */
interface Books<T> {
  readonly given: Map<number, Given<T>>;
  /**
   * The pool has given the worker up, and its tasks to others: what it still says of them (a process says much until it is
   * dead) is not to be booked for their pipelines once more.
   */
  closed: boolean;
}

function channelOf<T>(books: Books<T>, worker: number, channel: Channel<T>): Channel<Job<T>> {
  const { given } = books;
  const bare = (position: number, job: Job<T>): T => {
    given.set(position, new Given(job, job.delivered(worker)));
    return sent(job);
  };
  return {
    get byHand() {
      return channel.byHand;
    },
    get loopTimes() {
      return channel.loopTimes;
    },
    start: () => channel.start(),
    task: (position, job) => channel.task(position, bare(position, job)),
    cancellable: (position, job) => channel.cancellable(position, bare(position, job)),
    replay: (position, job) => channel.replay(position, sent(job)),
    credit: (results) => channel.credit(results),
    oldest: (position) => channel.oldest(position),
    cancel: (position, reason) => channel.cancel(position, reason),
    pill: () => channel.pill(),
    abort() {
      books.closed = true;
      channel.abort();
    },
    terminate() {
      books.closed = true;
      channel.terminate();
    },
  };
}

const sent = <T>({ task, signal }: Job<T>): T => (signal ? withoutSignal(task) : task);

function listenerOf<T, R>(
  books: Books<T>,
  worker: number,
  pool: ChannelListener<Attributed<R>>,
): ChannelListener<R> {
  const { given } = books;
  const failed = (position: number, error: unknown) => {
    if (books.closed) return;
    given.delete(position);
    pool.failed(position, error);
  };
  return {
    ...passOn(pool),
    result(value, position) {
      if (books.closed) return;
      const from = given.get(position);
      // Of a task that has failed, of another result that was refused, and goes on: nobody's, and not everybody's.
      const isOver = from === undefined && position !== UNSOLICITED;
      if (isOver || from?.job.signal?.aborted) {
        pool.withheld(1);
        return;
      }
      const owner = from?.job.owner;
      owner?.resultComes();
      const task = from?.job.signal && from;
      pool.result({ value, owner, worker, attempt: from?.attempt ?? 1, task }, position);
    },
    done(position) {
      if (books.closed) return;
      const own = given.get(position);
      const { owner, signal } = own?.job ?? {};
      // Too late: it is called off, and its results are gone.
      if (signal?.aborted) {
        failed(position, signal.reason);
        return;
      }
      if (own) own.isDone = true;
      given.delete(position);
      pool.done(position);
      owner?.jobDone();
    },
    failed,
  };
}
