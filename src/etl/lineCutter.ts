/**
 * Chunks of bytes in, blocks of whole lines out: the pure part of `lineBlocks`.
 *
 * Every block but the last ends with a line feed. It has at most `bytes` bytes, unless its one line is longer. Each has an
 * ArrayBuffer of its own, into which the bytes are copied once; only the beginning of a line that is longer than the chunk
 * it ends in is copied again. Beyond the last line of a block nothing is looked at.
 */
import { LineTooLongError } from '../errors.js';

const LF = 0x0a;
const NOTHING = new Uint8Array(0);

export class LineCutter {
  readonly #bytes: number;
  readonly #maxLineBytes: number;
  /** The block that is being filled. */
  #block = NOTHING;
  #size = 0;
  /** What is left of the chunk that came last. */
  #chunk: Uint8Array = NOTHING;
  /** Bytes in the blocks before. */
  #offset = 0;
  #ended = false;

  /** @param maxLineBytes at least `bytes` */
  constructor(bytes: number, maxLineBytes: number) {
    this.#bytes = bytes;
    this.#maxLineBytes = maxLineBytes;
  }

  /** To be called once `next` has nothing more to give. */
  push(chunk: Uint8Array): void {
    this.#chunk = chunk;
  }

  /** No chunk follows: what is left is the last block. */
  end(): void {
    this.#ended = true;
  }

  /**
   * The next block; undefined when it takes more bytes to fill it, or there are none at all.
   * @throws LineTooLongError; TypeError when the text turns out to be UTF-16
   */
  next(): Uint8Array | undefined {
    while (this.#chunk.length > 0) {
      const room = this.#bytes - this.#size;
      if (this.#chunk.length < room) {
        this.#fill(this.#chunk.length);
      } else {
        const end = this.#chunk.subarray(0, Math.max(room, 0)).lastIndexOf(LF) + 1;
        if (end > 0) {
          this.#fill(end);
          return this.#take(this.#size);
        }
        const before = room < 0 ? 0 : this.#block.subarray(0, this.#size).lastIndexOf(LF) + 1;
        if (before > 0) return this.#take(before);
        if (this.#fillLongLine()) return this.#take(this.#size);
      }
    }
    return this.#ended && this.#size > 0 ? this.#take(this.#size) : undefined;
  }

  /** Whether it got to the end of the line. */
  #fillLongLine(): boolean {
    const end = this.#chunk.indexOf(LF);
    const lineBytes = this.#size + (end < 0 ? this.#chunk.length : end);
    if (lineBytes > this.#maxLineBytes) throw new LineTooLongError(this.#offset, this.#maxLineBytes);
    this.#fill(end < 0 ? this.#chunk.length : end + 1);
    return end >= 0;
  }

  #fill(length: number): void {
    const size = this.#size + length;
    if (size > this.#block.length) {
      const larger = allocate(Math.max(this.#bytes, size, this.#size > 0 ? 2 * this.#block.length : 0));
      larger.set(this.#block.subarray(0, this.#size));
      this.#block = larger;
    }
    this.#block.set(this.#chunk.subarray(0, length), this.#size);
    this.#size = size;
    this.#chunk = this.#chunk.subarray(length);
  }

  #take(length: number): Uint8Array | undefined {
    const block = this.#block.subarray(0, length);
    const begun = this.#block.subarray(length, this.#size);
    const isFirst = this.#offset === 0;
    this.#offset += length;
    this.#block = NOTHING;
    this.#size = 0;
    if (begun.length > 0) {
      this.#block = allocate(this.#bytes);
      this.#block.set(begun);
      this.#size = begun.length;
    }
    if (!isFirst) return block;
    const text = withoutMark(block);
    return text.length > 0 ? text : this.next();
  }
}

/** Not filled with zeros, where the platform lets us: it is overwritten at once. */
function allocate(length: number): Uint8Array<ArrayBuffer> {
  const buffer =
    typeof Buffer === 'function' ? Buffer.allocUnsafeSlow(length).buffer : new ArrayBuffer(length);
  return new Uint8Array(buffer);
}

/** The beginning of the text, without the byte order mark of UTF-8. */
function withoutMark(block: Uint8Array): Uint8Array {
  const [first, second, third] = block;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw new TypeError(
      'lineBlocks() cuts UTF-8, Latin-1 and what else ends lines with the byte 0A; this stream begins as UTF-16. ' +
        "Recode it on its way: pipe it through new TextDecoderStream('utf-16le') and new TextEncoderStream()",
    );
  }
  return first === 0xef && second === 0xbb && third === 0xbf ? block.subarray(3) : block;
}
