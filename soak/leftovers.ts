/** What is still there when everything has ended. */
import { readdirSync, readFileSync } from 'node:fs';

export interface Census {
  /** Of what keeps an event loop busy, how much of each kind. */
  readonly resources: Readonly<Record<string, number>>;
  readonly children: number;
  readonly threads: number;
  readonly listeners: number;
}

export function census(): Census {
  const resources: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) {
    // What the soak itself waits with, and prints to.
    if (kind === 'Timeout' || kind === 'TTYWrap' || kind === 'PipeWrap') continue;
    resources[kind] = (resources[kind] ?? 0) + 1;
  }
  const listeners = process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
  return { resources, children: childrenOf(process.pid), threads: threadsHere(), listeners };
}

/** Undefined once there is no more than before. */
export async function leftovers(before: Census, ms: number): Promise<string | undefined> {
  for (const end = performance.now() + ms; ; ) {
    const more = moreThan(before, census());
    if (more === undefined || performance.now() > end) return more;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function moreThan(before: Census, now: Census): string | undefined {
  for (const [kind, count] of Object.entries(now.resources)) {
    const had = before.resources[kind] ?? 0;
    if (count > had) return `${count} of ${kind}, where there were ${had}`;
  }
  for (const what of ['children', 'threads', 'listeners'] as const) {
    if (now[what] > before[what]) return `${now[what]} ${what}, where there were ${before[what]}`;
  }
  return undefined;
}

/** Linux tells; elsewhere there are none to be seen. */
function childrenOf(pid: number): number {
  if (process.platform !== 'linux') return 0;
  return readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => {
    const children = read(`/proc/${pid}/task/${thread}/children`).trim();
    return sum + (children === '' ? 0 : children.split(' ').length);
  }, 0);
}

function threadsHere(): number {
  if (process.platform !== 'linux') return 0;
  return readdirSync('/proc/self/task').length;
}

/** A thread may be gone since it was listed. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
