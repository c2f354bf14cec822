import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import type { Link, LinkListener } from '#src/channel/link.js';
import { RemoteChannel } from '#src/channel/remote.js';
import type { ChannelListener } from '#src/protocol/channel.js';
import { type Hello, PROTOCOL } from '#src/protocol/wire.js';
import { RecordingWire } from '../support/recordingWire.js';

const hello: Hello = {
  protocol: PROTOCOL,
  index: 0,
  name: 'a',
  poolName: '',
  initialData: undefined,
  credits: 1,
  asks: false,
  reserve: 0,
  watches: false,
};

/** A channel over a link that writes down what is posted. */
function online() {
  const posted: unknown[] = [];
  let listener!: LinkListener;
  const link: Link = {
    path: 'nowhere',
    startTimeout: 60_000,
    start: (_, own) => {
      listener = own;
    },
    post: (frame) => posted.push(structuredClone(frame)),
    terminate: async () => listener.exited({}),
    close: () => {},
  };
  const pool: ChannelListener<unknown> = Object.assign(new RecordingWire(), { closed: () => {} });
  const channel = new RemoteChannel<number, unknown>(link, hello, pool);
  channel.start();
  listener.answered({ kind: 'online', protocol: PROTOCOL });
  return { channel, posted };
}

describe('RemoteChannel', () => {
  it('WIR-1 credits go with the tasks that follow in their turn, or else by themselves behind it', async () => {
    const { channel, posted } = online();
    channel.credit(2);
    channel.task(0, 7);
    await turn();
    expect(posted).to.deep.equal([[[7], 0, { credits: 2 }]]);
    channel.credit(3);
    await turn();
    expect(posted.slice(1)).to.deep.equal([[[], 0, { credits: 3 }]]);
    channel.terminate();
  });
});
