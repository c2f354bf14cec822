import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const names = [
  'aye-aye/2.1',
  'bonobo/0.9',
  'capuchin/4.4',
  'douc/1.0',
  'gibbon/3.7',
  'indri/5.2',
  'saki/1.8',
];

export interface PageServer {
  readonly urls: readonly string[];
  close(): void;
}

/** Serves small pages on a free port of this machine, under the names of several servers. */
export async function startPageServer(pages: number): Promise<PageServer> {
  const server = createServer(({ url = '/' }, response) => {
    const page = Number(url.slice(1));
    response.setHeader('server', names[page % names.length]!);
    response.end(`<!doctype html><title>Page ${page}</title>`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    urls: Array.from({ length: pages }, (_, page) => `http://127.0.0.1:${port}/${page}`),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
