import { expect } from 'chai';
import { Outflow } from '#src/protocol/outflow.js';

/** A pipe that has room for two messages. What was sent leaves when the spec says so. */
class Pipe {
  readonly sent: string[] = [];
  readonly inside: (() => void)[] = [];

  readonly send = (message: string, left: () => void): boolean => {
    this.sent.push(message);
    this.inside.push(left);
    return this.inside.length < 2;
  };

  leave(messages: number): void {
    for (const left of this.inside.splice(0, messages)) left();
  }
}

describe('Outflow', () => {
  it('WIR-2 sends nothing more once the pipe is full, and goes on when it is empty', () => {
    const pipe = new Pipe();
    const outflow = new Outflow(pipe.send);
    for (const message of 'abcde') outflow.post(message);
    expect(pipe.sent.join('')).to.equal('ab');
    pipe.leave(1);
    expect(pipe.sent.join('')).to.equal('ab');
    pipe.leave(1);
    expect(pipe.sent.join('')).to.equal('abcd');
    outflow.post('f');
    pipe.leave(2);
    expect(pipe.sent.join('')).to.equal('abcdef');
  });

  it('WIR-2 tells once everything has left', () => {
    const pipe = new Pipe();
    const outflow = new Outflow(pipe.send);
    let told = 0;
    const through = () => {
      told += 1;
    };
    outflow.whenThrough(through);
    expect(told).to.equal(1);
    for (const message of 'abc') outflow.post(message);
    outflow.whenThrough(through);
    pipe.leave(2);
    expect(told).to.equal(1);
    pipe.leave(1);
    expect(told).to.equal(2);
    outflow.post('d');
    pipe.leave(1);
    expect(told).to.equal(2);
  });
});
