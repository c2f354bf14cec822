import { stream } from '../stream.js';
import { workload as tiny } from './tiny.js';

const ROUNDS = 600_000;

/** Tasks that take about 1 ms each: what a pool costs where it is worth having one. */
export const workload = {
  ...tiny,
  title: 'tasks of 1 ms',
  items: 4000,
  fewer: 4000,
  window: 64,
  driver: stream,
  only: ['looppool', 'looppoolMetered', 'looppoolObserved', 'mergeMap', 'piscina'],
  work: (task: number) => {
    // By count, not by the clock: time that a busy machine takes away must not pass for work.
    let sum = task;
    for (let i = 0; i < ROUNDS; i += 1) sum = Math.imul(sum ^ i, 0x85ebca6b);
    return sum === 0 ? -1 : task;
  },
};
