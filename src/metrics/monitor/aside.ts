/**
 * What a program writes while a picture stands on its terminal: the picture gives way, and comes back below.
 *
 * In: writes to the terminal's streams. Out: the same, and calls that take the picture off and put it back.
 */

/** A stream whose `write` can be listened to. */
export interface Writable {
  write(...args: never[]): unknown;
}

export interface Picture {
  /** Takes itself off the terminal. */
  clear(): void;
  /** Puts itself back. */
  draw(): void;
}

export class Aside {
  readonly #picture: Picture;
  readonly #restore: (() => void)[] = [];
  #drawing = false;
  #isOff = false;

  constructor(streams: readonly Writable[], picture: Picture) {
    this.#picture = picture;
    for (const stream of new Set(streams)) this.#listen(stream);
  }

  /** Draws, whatever that writes. Not while a line of the program's stands unfinished: it would be drawn over. */
  draw(): void {
    if (this.#isOff) return;
    this.#drawn(() => this.#picture.draw());
  }

  stop(): void {
    for (const restore of this.#restore) restore();
    this.#restore.length = 0;
  }

  #listen(stream: Writable): void {
    const write = stream.write;
    const aside = (...args: never[]): unknown => {
      if (this.#drawing) return write.apply(stream, args);
      if (!this.#isOff) this.#drawn(() => this.#picture.clear());
      const taken = write.apply(stream, args);
      this.#isOff = !endsLine(args[0]);
      this.draw();
      return taken;
    };
    stream.write = aside;
    this.#restore.push(() => {
      // Whoever came later keeps theirs.
      if (stream.write === aside) stream.write = write;
    });
  }

  #drawn(act: () => void): void {
    this.#drawing = true;
    try {
      act();
    } finally {
      this.#drawing = false;
    }
  }
}

const LINE_FEED = 10;

function endsLine(text: unknown): boolean {
  return typeof text === 'string' ? text.endsWith('\n') : (text as Uint8Array).at(-1) === LINE_FEED;
}
