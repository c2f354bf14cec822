/** A price feed: whoever connects and names a symbol is sent its price, again and again, until it hangs up. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { Observable } from 'rxjs';

export interface Feed {
  readonly port: number;
  /** No client can connect any more. */
  close(): void;
}

export async function startFeed(): Promise<Feed> {
  const server = createServer((socket) => {
    socket.once('data', (symbol) => {
      let price = 100;
      const beat = setInterval(() => {
        price += Math.sin(price * symbol.length);
        socket.write(`${price.toFixed(2)}\n`);
      }, 5);
      socket.on('error', () => {}); // it hung up
      socket.once('close', () => clearInterval(beat));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: () => server.close(),
  };
}

/** The prices of a symbol; unsubscribing hangs up. */
export const quotesOf = (port: number, symbol: string): Observable<number> =>
  new Observable((prices) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(symbol));
    socket.once('error', (error) => prices.error(error));
    socket.once('close', () => prices.complete());
    createInterface(socket).on('line', (line) => prices.next(Number(line)));
    return () => socket.destroy();
  });
