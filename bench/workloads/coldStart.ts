import { coldStart } from '../drivers/coldStart.js';
import { workload as tiny } from './tiny.js';

/** From an empty process to a result of each of two workers. */
export const workload = {
  ...tiny,
  title: 'from importing the library to the first result of each worker',
  items: { fast: 1, slow: 1, slowest: 1 },
  driver: coldStart,
  compared: 'cold ms',
  only: [
    'looppool',
    'looppoolProcesses',
    'observableWebworker',
    'piscina',
    'piscinaTuned',
    'poolifier',
    'postMessage',
    'rawRxjs',
    'threadsPool',
    'tinypool',
    'workerpool',
  ],
};
