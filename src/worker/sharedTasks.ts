/**
 * The Observable of tasks that a worker's function is given, shared by whoever subscribes to it. RxJS's Subject would do; this
 * is on the way of every task, and nearly always has one subscriber, who is called directly.
 */
import { Observable, type Subscriber } from '../rx.js';

export class SharedTasks<T> {
  readonly observable: Observable<T>;
  /** Replaced, never changed: a task goes to those who were there when its delivery began. */
  #subscribers: readonly Subscriber<T>[] = [];
  #completed = false;

  /** @param subscribed is called for each subscriber, once it listens */
  constructor(subscribed: () => void) {
    this.observable = new Observable<T>((subscriber) => {
      if (this.#completed) {
        subscriber.complete();
        return;
      }
      this.#subscribers = [...this.#subscribers, subscriber];
      subscriber.add(() => {
        this.#subscribers = this.#subscribers.filter((other) => other !== subscriber);
      });
      subscribed();
    });
  }

  get observed(): boolean {
    return this.#subscribers.length > 0;
  }

  next(task: T): void {
    const subscribers = this.#subscribers;
    if (subscribers.length === 1) (subscribers[0] as Subscriber<T>).next(task);
    else for (const subscriber of subscribers) subscriber.next(task);
  }

  complete(): void {
    this.#completed = true;
    for (const subscriber of this.#subscribers) subscriber.complete();
  }
}
