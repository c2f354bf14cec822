import { InvalidOptionError } from '../errors.js';

/** UTF-16 is none of them: `lineBlocks` cannot cut it. */
export type LineEncoding = 'utf8' | 'latin1';

export interface LinesOptions {
  /** @default 'utf8' */
  readonly encoding?: LineEncoding;
}

const LF = 0x0a;
const CR = 0x0d;

/**
 * Bytes that are decoded at a time. Text with a character beyond Latin-1 takes twice the memory and more of the time: a small
 * piece keeps that to its neighbours. And V8 keeps the whole of a text for as long as somebody keeps a part of it.
 */
const PIECE = 8 * 1024;

/**
 * The lines of a block, without their ends (`\n` or `\r\n`), one by one as they are asked for. Empty lines are lines; what follows
 * the last end is one only if it is not empty. A lone `\r` is a character like any other. Bytes that are no UTF-8
 * become U+FFFD.
 *
 * ```ts
 * defineWorker<Uint8Array, Row>((blocks) => blocks.pipe(each(function* (block) {
 *   for (const line of lines(block)) yield JSON.parse(line);
 * })));
 * ```
 *
 * @throws InvalidOptionError for another encoding; TypeError when `block` is no Uint8Array
 */
export function lines(block: Uint8Array, options: LinesOptions = {}): Iterable<string> {
  const { encoding = 'utf8' } = options;
  if (!(block instanceof Uint8Array)) {
    throw new TypeError(`lines() reads a block of lineBlocks(), a Uint8Array; got ${typeof block}`);
  }
  if (encoding !== 'utf8' && encoding !== 'latin1') {
    const expected = "'utf8' or 'latin1'; for any other use new TextDecoder(label).decode(block)";
    throw new InvalidOptionError('encoding', expected, encoding, "lines's option encoding");
  }
  const bytes = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
  return { [Symbol.iterator]: () => new LineIterator(bytes, encoding) };
}

const done: IteratorReturnResult<undefined> = { done: true, value: undefined };

class LineIterator implements Iterator<string> {
  readonly #bytes: Buffer;
  readonly #encoding: LineEncoding;
  /** Bytes that are decoded. */
  #decoded = 0;
  #text = '';
  #at = 0;

  constructor(bytes: Buffer, encoding: LineEncoding) {
    this.#bytes = bytes;
    this.#encoding = encoding;
  }

  next(): IteratorResult<string, undefined> {
    if (this.#at === this.#text.length && !this.#decode()) return done;
    const text = this.#text;
    const from = this.#at;
    let end = text.indexOf('\n', from);
    if (end === -1) end = text.length;
    this.#at = end === text.length ? end : end + 1;
    if (end > from && end < text.length && text.charCodeAt(end - 1) === CR) end -= 1;
    return { done: false, value: text.slice(from, end) };
  }

  /** Decodes the next few lines. False at the end. */
  #decode(): boolean {
    const from = this.#decoded;
    const { length } = this.#bytes;
    if (from === length) return false;
    const end = from + PIECE < length ? this.#bytes.indexOf(LF, from + PIECE) + 1 : length;
    this.#decoded = end > 0 ? end : length;
    this.#text = this.#bytes.toString(this.#encoding, from, this.#decoded);
    this.#at = 0;
    return true;
  }
}
