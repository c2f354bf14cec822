import { roundTrip } from '../roundTrip.js';
import { workload as tiny } from './tiny.js';

/** The wait for one small task, with nothing else under way. */
export const workload = {
  ...tiny,
  title: 'one number at a time through no-op workers',
  items: 10_000,
  fewer: 10_000,
  driver: roundTrip,
};
