import { createSocket } from 'node:dgram';
import { once } from 'node:events';

export interface StatsdServer {
  readonly port: number;
  /** The last value of every gauge. */
  readonly gauges: ReadonlyMap<string, number>;
  close(): void;
}

/** A statsd server, as far as gauges go. */
export async function statsdServer(): Promise<StatsdServer> {
  const gauges = new Map<string, number>();
  const socket = createSocket('udp4');
  socket.on('message', (packet) => {
    for (const [, name = '', value] of packet.toString().matchAll(/^([^:\n]+):([^|\n]+)\|g/gm)) {
      gauges.set(name, Number(value));
    }
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { port: socket.address().port, gauges, close: () => socket.close() };
}
