/** How a value crosses where nothing is cloned: as it is, but for what it moves. */
import { movesIn } from '../move.js';
import { whyNotMovable } from './clone.js';

/**
 * The value as it arrives: itself, or, when it moves something, what is left of it on the other side of a transfer.
 * @throws SerializationError
 */
export function handOver<V>(root: string, value: V): V {
  const transfer = movesIn(root, value);
  if (!transfer) return value;
  try {
    return structuredClone(value, { transfer: transfer as ArrayBuffer[] });
  } catch (error) {
    throw whyNotMovable(root, value, transfer, error);
  }
}
