/**
 * The host's end of a thread's wire: messages over a port, and shared memory for when an event loop stands still. The
 * thread's, while it waits for credit; or this one, while it waits for room.
 */
import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  type TransferListItem,
} from 'node:worker_threads';
import { Bell, hostBell } from '../protocol/bell.js';
import { Notes } from '../protocol/notes.js';
import { PROBE, type SharedMemory } from '../protocol/start.js';

export class HostPort {
  /** To be handed over to the thread. */
  readonly workersEnd: MessagePort;
  readonly #port: MessagePort;
  readonly #read: (message: unknown) => void;
  readonly #bell = new Bell();
  readonly #notes = new Notes();
  #posted = 0;
  #reading = false;

  /** @param unreadable is told why a message could not be read */
  constructor(read: (message: unknown) => void, unreadable: (cause: unknown) => void) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.workersEnd = port2;
    this.#read = read;
    port1.on('message', (message) => this.#take(message));
    port1.on('messageerror', unreadable);
  }

  get shared(): SharedMemory {
    return { host: hostBell().memory, worker: this.#bell.memory, notes: this.#notes.memory };
  }

  /** Throws what structured clone throws. */
  post(frame: unknown, transfer?: readonly object[]): void {
    this.#port.postMessage(frame, transfer as TransferListItem[] | undefined);
    this.#posted += 1;
    this.#bell.ring();
  }

  /** A message is being read, further down on this call stack: the next one has to wait. */
  get isReading(): boolean {
    return this.#reading;
  }

  /** Reads what has come. @returns whether there was anything */
  receive(): boolean {
    let some = false;
    for (let next = receiveMessageOnPort(this.#port); next; next = receiveMessageOnPort(this.#port)) {
      some = true;
      this.#take(next.message);
    }
    return some;
  }

  /** The thread has read all that was posted, and none of its tasks can go on before result credit comes. */
  get isStuck(): boolean {
    return this.#notes.isStuckAfter(this.#posted);
  }

  /** Of a thread that has exited in its own code. */
  get exitCode(): number | undefined {
    return this.#notes.exitCode;
  }

  /**
   * Whether the thread is gone in any way, running out of memory among them: its end of the port is closed then, and Node
   * tells so by what `postMessage` returns. Its types do not say that; a spec does.
   */
  isDeserted(): boolean {
    return (this.#port.postMessage(PROBE) as unknown) !== true;
  }

  close(): void {
    this.#port.close();
    this.workersEnd.close();
  }

  #take(message: unknown): void {
    this.#reading = true;
    try {
      this.#read(message);
    } finally {
      this.#reading = false;
    }
  }
}
