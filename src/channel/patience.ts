/** How often the wait looks whether the host was there to hear an answer. */
const PARTS = 10;

/**
 * Calls `out` after `ms` without an answer. Timers come before messages: an event loop that was blocked (a long synchronous
 * source, say) finds the time gone and the answer unread. So the wait has parts, and of a longer block only one of them counts.
 *
 * @returns what ends the wait
 */
export function patience(ms: number, out: () => void): () => void {
  let left = PARTS;
  let timer = setTimeout(pass, ms / PARTS);

  function pass(): void {
    left -= 1;
    if (left === 0) out();
    else timer = setTimeout(pass, ms / PARTS);
  }

  return () => clearTimeout(timer);
}
