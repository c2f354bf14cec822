/**
 * How the values of a batch are laid out in a message. Structured clone looks at every value by itself; a batch of numbers
 * as one typed array is a copy of memory. What arrives equals what a clone of each value gives (-0 and NaN too).
 */
export type Packed<V> = readonly V[] | Float64Array;

/** A shorter batch is not worth a typed array. */
const FEW = 16;

export function pack<V>(values: readonly V[]): Packed<V> {
  const { length } = values;
  if (length < FEW || typeof values[0] !== 'number') return values;
  const numbers = new Float64Array(length);
  for (let i = 0; i < length; i += 1) {
    const value = values[i];
    if (typeof value !== 'number') return values;
    numbers[i] = value;
  }
  return numbers;
}

export function isPacked(values: unknown): values is Packed<unknown> {
  return Array.isArray(values) || values instanceof Float64Array;
}
