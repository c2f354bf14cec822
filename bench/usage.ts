/**
 * What this process and its children have used. Node tells it of the process itself; of its children only Linux does,
 * in /proc: elsewhere they are not counted.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts the CPU time of a process in these. */
const MS_PER_TICK = 10;

/** CPU time in ms, of all threads. */
export function cpuUsage(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000 + sum(children().map(cpuOf));
}

/** The highest resident memory in bytes. Each child's own is added, though it may have been at another time. */
export function peakRss(): number {
  return process.resourceUsage().maxRSS * 1024 + sum(children().map(peakOf));
}

/** Their process ids. */
function children(): string[] {
  try {
    return readdirSync('/proc/self/task').flatMap((thread) =>
      readFileSync(`/proc/self/task/${thread}/children`, 'latin1').split(' ').filter(Boolean),
    );
  } catch {
    return [];
  }
}

function cpuOf(child: string): number {
  // The name of the program is in brackets, and may hold anything: what counts begins behind it.
  const stat = readFileSync(`/proc/${child}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [USER, SYSTEM] = [11, 12];
  return (Number(fields[USER]) + Number(fields[SYSTEM])) * MS_PER_TICK;
}

function peakOf(child: string): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child}/status`, 'latin1')) ?? [];
  return Number(kilobytes) * 1024;
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
