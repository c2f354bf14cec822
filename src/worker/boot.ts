/** What `threadWorker` starts a thread with: it loads the worker's module when the pool says which. */
import { definitionAt } from './module.js';
import { serveThread } from './threadEntry.js';

serveThread(definitionAt);
