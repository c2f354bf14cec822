/** An observer of a pool's events that keeps them. */
import type { PoolEvent } from 'looppool';

type EventOf<Type extends PoolEvent['type']> = Extract<PoolEvent, { readonly type: Type }>;

export function recordEvents() {
  const events: PoolEvent[] = [];
  let told = () => {};
  return {
    events,
    observer: {
      next(event: PoolEvent) {
        events.push(event);
        told();
      },
    },
    /** Waits until there were so many of a type. For one at a time. */
    until: (type: PoolEvent['type'], count: number) =>
      new Promise<void>((resolve) => {
        told = () => {
          if (events.filter((event) => event.type === type).length >= count) resolve();
        };
        told();
      }),
    of: <Type extends PoolEvent['type']>(type: Type) =>
      events.filter((event): event is EventOf<Type> => event.type === type),
  };
}
