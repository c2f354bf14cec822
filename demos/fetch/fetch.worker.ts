/** In: URLs. Out: each with the `server` header of its response. */
import { defineWorker, each } from 'looppool/worker';

export default defineWorker<string, [url: string, server: string]>((urls, { signal }) =>
  urls.pipe(
    each(async (url) => {
      const response = await fetch(url, { signal });
      await response.body?.cancel(); // nobody reads it: the connection is free again
      return [url, response.headers.get('server') ?? ''];
    }),
  ),
);
