/**
 * The worker's end of a thread's wire: messages over a port, and shared memory for when an event loop stands still. This
 * one's, while a surge of results waits for credit; or the host's, while it waits for room.
 *
 * In: frames from the pool, by the event loop or by hand. Out: frames to the pool, each with a ring; and notes, so that a
 * host that waits knows when there is nothing to wait for.
 */
import { Bell } from '../protocol/bell.js';
import { Notes } from '../protocol/notes.js';
import { PROBE, type SharedMemory } from '../protocol/start.js';
import type { TaskFrame } from '../protocol/taskFrames.js';
import { Turn } from '../protocol/turn.js';
import type { Occupant } from './startWorker.js';
import type { PatientThread } from './surge.js';

/** What it needs of a MessagePort. */
export interface Port {
  postMessage(message: unknown, transfer?: readonly never[]): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  close(): void;
}

/** Takes the next message off the port, if there is one. */
export type Receive = () => { readonly message: unknown } | undefined;

export class ThreadEnd implements PatientThread {
  readonly #port: Port;
  readonly #receive: Receive;
  readonly #own: Bell;
  readonly #host: Bell;
  readonly #notes: Notes;
  #occupant: Occupant | undefined;
  /** Frames read so far. */
  #read = 0;
  readonly #starved = new Turn(queueMicrotask, () => {
    this.#occupant?.flush();
    this.note();
  });

  constructor(port: Port, shared: SharedMemory, receive: Receive) {
    this.#port = port;
    this.#receive = receive;
    this.#own = new Bell(shared.worker);
    this.#host = new Bell(shared.host);
    this.#notes = new Notes(shared.notes);
    // For a host that waits: the events that tell of an end cannot come.
    process.on('exit', (code) => {
      this.#notes.exited(code);
      this.#host.ring();
    });
  }

  readonly listen = (occupant: Occupant): void => {
    this.#occupant = occupant;
    this.#port.on('message', (message) => this.#arrived(message));
  };

  post(message: unknown, transfer?: readonly object[]): void {
    this.#port.postMessage(message, transfer as readonly never[] | undefined);
    this.note();
  }

  /** Says whether it is stuck: behind whatever it has posted or read. */
  note(): void {
    this.#notes.stuck(this.#occupant?.stuck ?? false, this.#read);
    this.#host.ring();
  }

  close(): void {
    this.#port.close();
  }

  starved(): void {
    this.#starved.soon();
  }

  wait(until: () => boolean): void {
    for (;;) {
      const { rings } = this.#own;
      if (this.#takeAll()) this.#occupant?.turn();
      if (until()) return;
      this.#occupant?.flush();
      this.#notes.stuck(true, this.#read);
      this.#host.ring();
      this.#own.wait(rings);
    }
  }

  /** A lonely task is answered at once, and what has come behind it in the meantime, together. */
  #arrived(message: unknown): void {
    this.#take(message);
    this.#occupant?.turn();
    // Behind what the task itself has put off to a microtask.
    queueMicrotask(this.#takeMore);
  }

  readonly #takeMore = (): void => {
    if (this.#takeAll()) this.#occupant?.turn();
  };

  /** By hand: a callback of the event loop for each message would cost more than the message. @returns whether there was anything */
  #takeAll(): boolean {
    let some = false;
    for (let next = this.#receive(); next; next = this.#receive()) {
      some = true;
      this.#take(next.message);
    }
    return some;
  }

  #take(message: unknown): void {
    if (message === PROBE) return;
    this.#read += 1;
    this.#occupant?.read(message as TaskFrame<unknown>);
  }
}
