import { lineBlocks } from 'looppool/etl';
import { looppoolContender } from '../looppool/pool.js';

/** As a user reads a file: whatever chunks it comes in, lineBlocks cuts them at line ends and marks them to be moved. */
export const contender = looppoolContender({
  title: 'looppool, 2 threads, through lineBlocks',
  only: ['ndjsonBlocks'],
  source: (blocks) => lineBlocks(blocks as Iterable<Uint8Array>),
});
