/**
 * Tells what happens in a pool.
 *
 * In: events, and times of tasks, from the pool. Out: events to the user's observer and to the diagnostics channel; times to
 * the observer's recorder. Nothing is made, and no task is timed, when nobody listens.
 */
import type { Observer } from 'rxjs';
import { epoch, now } from '../clock.js';
import type { PoolEvent, UntimedPoolEvent } from '../events.js';
import type { TaskTimes } from '../protocol/times.js';
import type { Resources } from '../resources.js';
import { Subject } from '../rx.js';
import { type DiagnosticsChannel, eventChannel } from './diagnostics.js';
import { type PoolGauges, type Recorder, recorderOf } from './recorder.js';
import { taskEvents } from './taskEvents.js';
import { warnUnobserved } from './unobserved.js';

export class Announcer {
  /** For the workers' Hello: undefined when nobody wants to know when tasks run. */
  readonly clock: number | undefined;
  /** For the workers' Hello: undefined when nobody wants to know what they use. */
  readonly resourceInterval: number | undefined;
  readonly #pool: PoolGauges;
  readonly #events: Subject<PoolEvent> | undefined;
  readonly #recorder: Recorder | undefined;
  readonly #channel: DiagnosticsChannel | undefined = eventChannel();
  /** Whether tasks are told as events. */
  readonly #tellsTasks: boolean;

  constructor(pool: PoolGauges, observer: Partial<Observer<PoolEvent>> | undefined) {
    this.#pool = pool;
    if (observer) {
      this.#recorder = recorderOf(observer, pool);
      // An observer that throws is reported as RxJS does for any, and stops nothing here.
      this.#events = new Subject<PoolEvent>();
      this.#events.subscribe(observer);
    }
    this.#tellsTasks = this.#isPublished() || (observer !== undefined && this.#recorder === undefined);
    this.clock = this.#tellsTasks || this.#recorder?.taskTimes ? epoch : undefined;
    this.resourceInterval = this.#recorder?.resourceInterval;
  }

  /** Whether anybody is told. */
  get isHeard(): boolean {
    return this.#events !== undefined || this.#isPublished();
  }

  tell(event: UntimedPoolEvent): void {
    if (this.isHeard) this.#send({ ...event, at: now() });
    // Never swallowed, whoever listens to the channel.
    if (!this.#events) warnUnobserved(this.#pool.name, event);
  }

  resources(worker: number, resources: Resources): void {
    this.#recorder?.resources?.(worker, resources);
  }

  taskTimes(worker: number, times: TaskTimes): void {
    this.#recorder?.taskTimes?.(worker, times);
    if (!this.#tellsTasks) return;
    for (const event of taskEvents(worker, times)) this.#tellTask(event);
  }

  #isPublished(): boolean {
    return this.#channel?.hasSubscribers === true;
  }

  #tellTask(event: PoolEvent): void {
    // An observer that records has them already.
    if (this.#recorder === undefined) this.#events?.next(event);
    this.#publish(event);
  }

  #send(event: PoolEvent): void {
    this.#events?.next(event);
    this.#publish(event);
  }

  #publish(event: PoolEvent): void {
    if (this.#isPublished()) this.#channel?.publish({ pool: this.#pool.name, event });
  }
}
