/** A statsd server, as far as it listens: UDP on a port of its own. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

export interface StatsdServer {
  readonly port: number;
  readonly lines: string[];
  /** Resolves once a line is there that is as it should be. The spec's own time-out is the bound. */
  line(isRight: (line: string) => boolean): Promise<string>;
  close(): Promise<void>;
}

export async function statsdServer(): Promise<StatsdServer> {
  const socket = createSocket('udp4');
  const lines: string[] = [];
  socket.on('message', (packet) => {
    lines.push(...packet.toString().trim().split('\n'));
    socket.emit('lines');
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    lines,
    async line(isRight) {
      for (;;) {
        const found = lines.find(isRight);
        if (found !== undefined) return found;
        await once(socket, 'lines');
      }
    },
    close: async () => {
      socket.close();
      await once(socket, 'close');
    },
  };
}
