/** What a worker does with 1 MiB: writes a little all over it, and gives it back. */
import { scramble } from './spin.js';

export const MEGABYTE = 2 ** 20;
const PAGE = 4096;

export function stamp(bytes: Uint8Array): Uint8Array {
  for (let at = 0; at < bytes.length; at += PAGE) bytes[at] = ((bytes[at] as number) + 1) & 0xff;
  return bytes;
}

export function digestOf(bytes: Uint8Array): number {
  let sum = bytes.length;
  for (let at = 0; at < bytes.length; at += PAGE) sum = (sum * 31 + (bytes[at] as number)) | 0;
  return scramble(sum) | 0;
}
