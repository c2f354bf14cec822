import { emit } from '../demand/emission.js';
import { pause, type Release } from '../demand/hold.js';
import { type PacedSource, paced } from '../demand/paced.js';
import type { Emitter } from '../demand/scope.js';
import { InvalidOptionError } from '../errors.js';
import { move } from '../move.js';
import { Observable, Subscriber } from '../rx.js';
import { LineCutter } from './lineCutter.js';

export interface LineBlocksOptions {
  /**
   * Bytes in a block at most, unless one line is longer: that grows its block.
   * @default 262144
   */
  readonly bytes?: number;
  /**
   * Bytes in a line at most. A longer one ends the blocks with a `LineTooLongError`, rather than memory.
   * @default 67108864
   */
  readonly maxLineBytes?: number;
}

const DEFAULT_BYTES = 256 * 1024;
const DEFAULT_MAX_LINE_BYTES = 64 * 1024 * 1024;
const known = ['bytes', 'maxLineBytes'];

/**
 * Cuts a stream of bytes into blocks of whole lines, each to be moved to a worker, which decodes it with `lines(block)` or gives
 * it to a parser. The host looks at no line. It is read only while nobody downstream pauses it: a full `poolMap` does.
 * A block is a task, so its window is in blocks: `maxTasks: 8` with blocks of 256 KB is 2 MB.
 *
 * ```ts
 * lineBlocks(createReadStream('huge.ndjson')).pipe(poolMap(worker, 2, { maxTasks: 8 }))
 * ```
 *
 * A block ends with a line feed, so that no line, no `\r\n` and no character is cut; the last one ends where the stream does.
 * That works for every encoding in which the byte 0A is a line feed and nothing else: UTF-8, Latin-1 and most others, but not
 * UTF-16. A CSV with line ends inside of its quoted fields is cut there, too. A byte order mark of UTF-8 is taken away.
 * An empty stream gives no block.
 *
 * @param source a Node Readable, a web ReadableStream, or an (async) iterable of Uint8Arrays. Of a chain of Node streams:
 *   `pipeline(createReadStream(file), createGunzip(), () => {})`, which hands errors on and closes both, as `.pipe()` does not
 * @throws InvalidOptionError, or a TypeError when `source` is none of these, where it is called
 *
 * The output errors with what the source errors with, with a `LineTooLongError`, or with a TypeError when the source gives
 * something else than bytes. Unsubscribing, and any error, closes the source.
 */
export function lineBlocks(
  source: PacedSource<Uint8Array>,
  options: LineBlocksOptions = {},
): Observable<Uint8Array> {
  const { bytes, maxLineBytes } = resolve(options);
  const chunks = paced(source);
  return new Observable((output) => {
    chunks.subscribe(new Cutting(output, new LineCutter(bytes, maxLineBytes)));
  });
}

/** Between the chunks and the blocks: a chunk that brings several waits with the rest of them while the output is paused. */
class Cutting extends Subscriber<unknown> implements Emitter {
  readonly #output: Subscriber<Uint8Array>;
  readonly #cutter: LineCutter;
  #hasRoom = true;
  #completed = false;
  #resume: Release | undefined;

  constructor(output: Subscriber<Uint8Array>, cutter: LineCutter) {
    super();
    output.add(this);
    this.#output = output;
    this.#cutter = cutter;
  }

  protected override _next(chunk: unknown): void {
    if (!(chunk instanceof Uint8Array)) {
      this.#output.error(new TypeError(`lineBlocks() cuts bytes; ${adviceFor(chunk)}`));
      return;
    }
    this.#cutter.push(chunk);
    this.#emit();
    if (!this.#hasRoom) this.#resume = pause();
  }

  protected override _error(error: unknown): void {
    this.#output.error(error);
  }

  protected override _complete(): void {
    this.#completed = true;
    this.#cutter.end();
    this.#emit();
  }

  settled(): void {}

  room(): void {
    this.#hasRoom = true;
    this.#emit();
    if (this.#hasRoom) this.#resume?.();
  }

  #emit(): void {
    try {
      while (this.#hasRoom && !this.#output.closed) {
        const block = this.#cutter.next();
        if (!block) {
          if (this.#completed) this.#output.complete();
          return;
        }
        this.#hasRoom = emit(this.#output, move(block, [block.buffer]), this, 0);
      }
    } catch (error) {
      this.#output.error(error);
    }
  }
}

function adviceFor(chunk: unknown): string {
  if (typeof chunk !== 'string') return `this source gives ${chunk === null ? 'null' : typeof chunk}`;
  return 'this source gives strings: read it without an encoding (no setEncoding, no option `encoding`)';
}

function resolve(options: LineBlocksOptions): Required<LineBlocksOptions> {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidOptionError('options', 'an object', options, "lineBlocks's options");
  }
  for (const option of Object.keys(options)) {
    if (known.includes(option)) continue;
    throw new InvalidOptionError(
      option,
      `one of ${known.join(', ')}`,
      option,
      `lineBlocks's option ${option}`,
    );
  }
  const { bytes = DEFAULT_BYTES } = options;
  const { maxLineBytes = Math.max(DEFAULT_MAX_LINE_BYTES, bytes) } = options;
  if (!Number.isSafeInteger(bytes) || bytes < 1) {
    throw new InvalidOptionError('bytes', 'an integer of at least 1', bytes);
  }
  if (!Number.isSafeInteger(maxLineBytes) || maxLineBytes < bytes) {
    throw new InvalidOptionError('maxLineBytes', `an integer of at least bytes (${bytes})`, maxLineBytes);
  }
  return { bytes, maxLineBytes };
}
