/**
 * What `processWorker` starts a process with. Its signals come first, before anything is loaded: one that comes meanwhile
 * would end the process.
 */
import { ignoreSignals } from './signals.js';

ignoreSignals();
// The title comes as an argument, so that a process list shows it from the start, and there is room for it.
process.title = process.argv.splice(2, 1)[0] ?? process.title;
const [{ serveProcess }, { definitionAt }] = await Promise.all([
  import('./processEntry.js'),
  import('./module.js'),
]);
serveProcess(definitionAt);
