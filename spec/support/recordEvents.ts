/** An observer of a pool's events that keeps them. */
import type { PoolEvent } from 'looppool';

type EventOf<Type extends PoolEvent['type']> = Extract<PoolEvent, { readonly type: Type }>;

export function recordEvents() {
  const events: PoolEvent[] = [];
  return {
    events,
    observer: { next: (event: PoolEvent) => void events.push(event) },
    of: <Type extends PoolEvent['type']>(type: Type) =>
      events.filter((event): event is EventOf<Type> => event.type === type),
  };
}
