import { roundTrip } from '../drivers/roundTrip.js';
import { workload as tiny } from './tiny.js';

/** The wait for one small task, with nothing else under way. */
export const workload = {
  ...tiny,
  title: 'one number at a time through no-op workers',
  items: { fast: 40_000, slow: 40_000, slowest: 2_000 },
  warmUp: 2_000,
  driver: roundTrip,
  compared: 'p50 µs',
};
