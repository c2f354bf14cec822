/**
 * A lonely value on the wire, with its position. A list around it costs 2 µs: so where the position follows that of
 * the lonely value before, and the value is a primitive, that is all that crosses, and both ends count along.
 */
type Bare = string | number | boolean | bigint;
type Located<V> = readonly [position: number, value: V];
export type Lonely<V> = Located<V> | Bare;

const isBare = (value: unknown): value is Bare => {
  const type = typeof value;
  return type === 'number' || type === 'string' || type === 'boolean' || type === 'bigint';
};

/** What else a frame may be is a list whose first part is no number. */
export const isLonely = <V>(frame: unknown): frame is Lonely<V> =>
  isBare(frame) || typeof (frame as Partial<Located<V>> | null | undefined)?.[0] === 'number';

/** One end of a wire: which position comes without being said. */
export class LonelyCount {
  #next = 0;

  frameOf<V>(position: number, value: V): Lonely<V> {
    return position === this.#next && isBare(value) ? value : [position, value];
  }

  /** To be told of every lonely frame that has left. */
  sent(position: number): void {
    this.#next = position + 1;
  }

  /** To be asked once for every lonely frame that comes. */
  positionOf(frame: Lonely<unknown>): number {
    const position = isBare(frame) ? this.#next : frame[0];
    this.#next = position + 1;
    return position;
  }
}

export const lonelyValue = <V>(frame: Lonely<V>): V => (isBare(frame) ? (frame as V) : frame[1]);
