export { LineTooLongError } from './errors.js';
export { type LineBlocksOptions, lineBlocks } from './etl/lineBlocks.js';
export { type LineEncoding, type LinesOptions, lines } from './etl/lines.js';
