/**
 * Where a worker's results wait for credit when results leave the pool in the order of their tasks.
 *
 * The pool emits the results of its oldest task, and those of no task, as they come: these are *urgent*, for their credits
 * come back whatever else happens. All other results stay in the pool until their turn comes, and may spend the credits but
 * for the reserve. So the oldest task may always send (ORD-2): whoever is not urgent leaves at least `reserve` credits behind,
 * hence of this worker's share at most share − reserve are ever spent on results that wait for a turn; the others are
 * here, or on their way here, or spent on a result that waits for nobody but the subscriber. The worker need not know the
 * order for that, only which task is the oldest, and that only once its credits are down to the reserve.
 *
 * A worker that asks for each credit asks for urgent results only. Whose turn it is among urgent ones, `urgency.ts` knows.
 *
 * In and out as in `outbox.ts`; but what a task has to send waits by itself, and its `done` waits for its own results only.
 */
import { currentScope } from '../demand/emission.js';
import type { Emitter, Scope } from '../demand/scope.js';
import { type Hello, UNSOLICITED } from '../protocol/wire.js';
import { Ring } from '../ring.js';
import type { Outbox, OutboxWire, Send, Starvation } from './outbox.js';
import { Urgency } from './urgency.js';

/** What one task has to send, or no task. */
interface Lot<R> {
  readonly results: Ring<R>;
  end: Send | undefined;
}

export class OrderedOutbox<R> implements Outbox<R> {
  readonly #wire: OutboxWire<R>;
  readonly #loop: Emitter;
  readonly #unblocked: () => void;
  readonly #starvation: Starvation | undefined;
  /** By owner, whoever waits longest first. */
  readonly #waiting = new Map<number, Lot<R>>();
  /** Emissions that are paused, by the owner of their results. */
  readonly #paused = new Map<number, Set<Scope>>();
  readonly #urgency = new Urgency();
  readonly #asks: boolean;
  readonly #reserve: number;
  #credits: number;
  #asked = false;
  #flowing = false;
  /** Somebody may have found it blocked, if only in the midst of a call. */
  #hasBlocked = false;
  #last: Send | undefined;

  /**
   * @param loop emits the tasks, and is not paused: the oldest may be the next one
   * @param unblocked is called when nothing waits any more
   */
  constructor(
    wire: OutboxWire<R>,
    { credits, asks, reserve }: Pick<Hello, 'credits' | 'asks' | 'reserve'>,
    loop: Emitter,
    unblocked: () => void,
    starvation?: Starvation | undefined,
  ) {
    this.#wire = wire;
    this.#starvation = starvation;
    this.#credits = credits;
    this.#asks = asks;
    this.#reserve = asks ? Infinity : reserve;
    this.#loop = loop;
    this.#unblocked = unblocked;
  }

  get blocked(): boolean {
    return this.#waiting.size > 0;
  }

  /** The oldest task, and those on the way to it, begin whatever waits. */
  admits(position: number): boolean {
    return !this.blocked || this.#urgency.isDue(position);
  }

  result(value: R, owner: number): void {
    if (this.#mayBeSent(owner) && !this.#isWaiting(owner)) {
      this.#credits -= 1;
      this.#wire.result(value, owner);
      if (!this.#asks && !this.#mayBeSent(owner)) this.#pause(owner);
      return;
    }
    this.#lotOf(owner).results.push(value);
    this.#hasBlocked = true;
    const waits = this.#pause(owner);
    if (this.#urgency.isUrgent(owner)) this.#ask();
    // Who is not urgent may have to wait for a task that needs this very thread.
    if (waits || !this.#urgency.isUrgent(owner)) this.#starvation?.waits();
    else this.#starvation?.goesOn(() => this.#waiting.get(owner)?.results.length ?? 0);
  }

  /** What waits here, or is paused, is what the credits do not allow. */
  isStuck(running: number): boolean {
    const waiting = [...this.#waiting].filter(([, { end }]) => end === undefined).map(([owner]) => owner);
    const paused = [...this.#paused.keys()].filter((owner) => !this.#waiting.has(owner));
    return [...waiting, ...paused].filter((owner) => owner !== UNSOLICITED).length === running;
  }

  done(position: number): void {
    if (this.#isWaiting(position)) this.#lotOf(position).end = () => this.done(position);
    else {
      this.#urgency.over(position);
      this.#letGo(position);
      this.#wire.done(position);
    }
  }

  failed(position: number, error: unknown): void {
    if (this.#isWaiting(position)) this.#lotOf(position).end = () => this.failed(position, error);
    else {
      this.#urgency.over(position);
      this.#letGo(position);
      this.#wire.failed(position, error);
    }
  }

  end(send: Send): void {
    this.#last = send;
    this.#endIfThrough();
  }

  /** It would wait for ever: for a turn that the pool has passed on. */
  refused(owner: number): void {
    this.#urgency.refused(owner);
    this.#flow();
  }

  /** They would wait for ever: for the end of a task that is not done. */
  forsake(): void {
    for (const owner of [...this.#waiting.keys()]) if (owner !== UNSOLICITED) this.#waiting.delete(owner);
    this.#endIfThrough();
  }

  credit(results: number): void {
    this.#credits += results;
    this.#asked = false;
    this.#flow();
  }

  oldest(position: number): void {
    this.#urgency.oldest(position);
    for (const owner of [...this.#paused.keys()]) if (this.#urgency.isInTheWay(owner)) this.#resumeAll(owner);
    this.#flow();
  }

  clear(): void {
    this.#waiting.clear();
    this.#last = undefined;
    for (const owner of [...this.#paused.keys()]) this.#resumeAll(owner);
  }

  /** Nearly always nobody waits. */
  #isWaiting(owner: number): boolean {
    return this.#waiting.size > 0 && this.#waiting.has(owner);
  }

  #lotOf(owner: number): Lot<R> {
    let lot = this.#waiting.get(owner);
    if (!lot) {
      lot = { results: new Ring(), end: undefined };
      this.#waiting.set(owner, lot);
    }
    return lot;
  }

  #mayBeSent(owner: number): boolean {
    // Nearly always there is enough for anybody.
    if (this.#credits > this.#reserve) return true;
    return this.#credits > 0 && this.#urgency.isUrgent(owner);
  }

  /** Sends and resumes as far as credits go. What that sets free in the same call is used by the same loop. */
  #flow(): void {
    if (this.#flowing) return;
    this.#flowing = true;
    while (this.#sendOne() || this.#resumeOne());
    this.#flowing = false;
    this.#endIfThrough();
    if (!this.#hasBlocked || this.blocked) return;
    this.#hasBlocked = false;
    this.#unblocked();
  }

  #sendOne(): boolean {
    const urgent = this.#urgency.urgentIn(this.#waiting);
    if (urgent !== undefined && this.#credits <= 0) this.#ask();
    const owner = urgent ?? firstKey(this.#waiting);
    if (owner === undefined || !this.#mayBeSent(owner)) return false;
    const lot = this.#waiting.get(owner) as Lot<R>;
    this.#urgency.served(owner);
    this.#credits -= 1;
    this.#wire.result(lot.results.shift(), owner);
    // Until now it has stood in the way of what comes in that call, which may even be the worker's end.
    if (lot.results.length === 0 && this.#waiting.get(owner) === lot) {
      this.#waiting.delete(owner);
      lot.end?.();
    }
    return true;
  }

  #resumeOne(): boolean {
    const owner = this.#urgency.urgentIn(this.#paused) ?? firstKey(this.#paused);
    return owner !== undefined && (this.#resume(owner) || this.#resume(this.#urgency.otherThan(owner)));
  }

  #resume(owner: number): boolean {
    const scopes = this.#paused.get(owner);
    if (!scopes || this.#waiting.has(owner)) return false;
    // It has to have a result to ask for credit.
    if (!this.#mayBeSent(owner) && !(this.#asks && this.#urgency.isUrgent(owner))) return false;
    const [scope] = scopes;
    scopes.delete(scope as Scope);
    if (scopes.size === 0) this.#paused.delete(owner);
    this.#urgency.served(owner);
    scope?.resume();
    return true;
  }

  #ask(): void {
    if (!this.#asks || this.#asked) return;
    this.#asked = true;
    this.#wire.starved();
  }

  /** One pause for each emission, however many results it brings. False for one that cannot wait, or goes on all the same. */
  #pause(owner: number): boolean {
    const scope = currentScope();
    if (!scope || scope.emitter === this.#loop || this.#urgency.isInTheWay(owner)) return false;
    const scopes = this.#paused.get(owner);
    if (scopes?.has(scope) || !scope.pause()) return false;
    if (scopes) scopes.add(scope);
    else this.#paused.set(owner, new Set([scope]));
    return true;
  }

  #resumeAll(owner: number): void {
    const scopes = this.#paused.get(owner);
    this.#paused.delete(owner);
    if (scopes) for (const scope of scopes) scope.resume();
  }

  /** Whoever emitted for a task that has ended waits for no turn any more. */
  #letGo(position: number): void {
    const scopes = this.#paused.size > 0 && this.#paused.get(position);
    if (!scopes) return;
    this.#paused.delete(position);
    const others = this.#paused.get(UNSOLICITED) ?? new Set();
    for (const scope of scopes) others.add(scope);
    this.#paused.set(UNSOLICITED, others);
  }

  #endIfThrough(): void {
    if (this.blocked || !this.#last) return;
    const send = this.#last;
    this.#last = undefined;
    send();
  }
}

function firstKey(map: ReadonlyMap<number, unknown>): number | undefined {
  for (const key of map.keys()) return key;
  return undefined;
}
