/** Which servers answer: for the URLs on the command line, or for 400 pages of a server that is started here. */
import { poolMap, threadWorker } from 'looppool';
import { finalize, from } from 'rxjs';
import { startPageServer } from './pageServer.js';

const WORKERS = 4;
const pageServer = process.argv.length > 2 ? undefined : await startPageServer(400);
const urls = pageServer?.urls ?? process.argv.slice(2);

const fetchWorker = threadWorker<typeof import('./fetch.worker.js')>(
  new URL('./fetch.worker.js', import.meta.url),
);
const pagesOf = new Map<string, number>();
const began = performance.now();

from(urls)
  .pipe(
    poolMap(fetchWorker, WORKERS, { maxTasks: 64 }), // 16 requests at a time in each worker
    finalize(() => pageServer?.close()),
  )
  .subscribe({
    next([url, server]) {
      console.log(url, server);
      pagesOf.set(server, (pagesOf.get(server) ?? 0) + 1);
    },
    error(error) {
      console.error(error);
      process.exitCode = 1;
    },
    complete() {
      const seconds = ((performance.now() - began) / 1000).toFixed(2);
      console.log(`\n${urls.length} pages by ${WORKERS} workers in ${seconds} s`);
      for (const [server, pages] of pagesOf) console.log(`${String(pages).padStart(6)}  ${server}`);
    },
  });
