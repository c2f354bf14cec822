/**
 * A process whose host is gone has to leave. Its event loop hears of it at once, by its IPC channel; but a loop that is busy
 * in synchronous code hears nothing. So a thread that does nothing else looks whether the parent is still there.
 *
 * It costs 10 to 18 MB and 40 to 60 ms of another core at the start, measured on Node 20 to 24, and takes nothing
 * afterwards. Whatever else sees the death of a parent needs a native module, a shell, or Linux.
 */
import { Worker } from 'node:worker_threads';

/** How often it looks, in ms. */
const INTERVAL = 500;

/** A parent that is gone is replaced by another one; on Windows its id remains, and is nobody's. */
const watch = (ppid: number) => `
const isGone = () => {
  if (process.ppid !== ${ppid}) return true;
  try {
    process.kill(${ppid}, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
};
setInterval(() => isGone() && process.kill(process.pid, 'SIGKILL'), ${INTERVAL});
`;

/** Ends this process within a second when its parent is gone, whatever it is busy with. */
export function leaveWithParent(): void {
  // Without the flags and NODE_OPTIONS of the process, which may load whatever into every thread.
  new Worker(watch(process.ppid), {
    eval: true,
    env: {},
    execArgv: [],
    name: 'looppool parent watch',
  }).unref();
}
