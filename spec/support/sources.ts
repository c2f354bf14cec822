/** Sources of every kind that `paced` takes, which keep an account of themselves. */
import { Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import type { PacedSource } from 'looppool';

/** What happened to a source. */
export interface Trace {
  /** Values that were asked for and given. */
  pulled: number;
  /** It was told to end early. */
  closed: number;
}

/** A source of `values`, and then of `error` if there is one. */
export type Make = (trace: Trace, values: readonly number[], error?: Error) => PacedSource<number>;

export function* generator(trace: Trace, values: readonly number[], error?: Error): Generator<number> {
  let through = false;
  try {
    for (const value of values) {
      trace.pulled += 1;
      yield value;
    }
    through = true;
    if (error) throw error;
  } finally {
    if (!through) trace.closed += 1;
  }
}

export async function* asyncGenerator(trace: Trace, values: readonly number[], error?: Error) {
  yield* generator(trace, values, error);
}

/** Objects, made one at a time on demand. */
export function readable(trace: Trace, values: readonly number[], error?: Error): Readable {
  const left = [...values];
  return new Readable({
    objectMode: true,
    highWaterMark: 1,
    read() {
      const value = left.shift();
      if (value !== undefined) {
        trace.pulled += 1;
        this.push(value);
      } else if (error) {
        this.destroy(error);
      } else {
        trace.closed -= 1; // Destroys itself at the end.
        this.push(null);
      }
    },
    destroy(cause, done) {
      if (!cause) trace.closed += 1;
      done(cause);
    },
  });
}

export function webStream(trace: Trace, values: readonly number[], error?: Error): ReadableStream<number> {
  const left = [...values];
  return new ReadableStream<number>(
    {
      pull(controller) {
        const value = left.shift();
        if (value !== undefined) {
          trace.pulled += 1;
          controller.enqueue(value);
        } else if (error) {
          controller.error(error);
        } else {
          controller.close();
        }
      },
      cancel() {
        trace.closed += 1;
      },
    },
    { highWaterMark: 0 },
  );
}

/** `ahead`: values that the source itself may make before they are asked for. */
export const sources: readonly { readonly name: string; readonly make: Make; readonly ahead: number }[] = [
  { name: 'a generator', make: generator, ahead: 0 },
  {
    name: 'an iterable made by hand',
    make: (trace, values, error) => ({
      [Symbol.iterator]: () => {
        const inner = generator(trace, values, error);
        return { next: () => inner.next(), return: (value?: unknown) => inner.return(value) };
      },
    }),
    ahead: 0,
  },
  { name: 'an async generator', make: asyncGenerator, ahead: 0 },
  {
    name: 'an async iterable made by hand, without promises',
    make: (trace, values, error) => ({
      [Symbol.asyncIterator]: () => {
        const inner = generator(trace, values, error);
        return {
          next: () => inner.next() as unknown as Promise<IteratorResult<number>>,
          return: () => inner.return(undefined) as unknown as Promise<IteratorResult<number>>,
        };
      },
    }),
    ahead: 0,
  },
  { name: 'a Readable', make: readable, ahead: 2 },
  { name: 'a web ReadableStream', make: webStream, ahead: 0 },
];
