/** In: what to subscribe to. Out: prices, as they come. A task is done at once, and its prices come without one. */
import { defineWorker } from 'looppool/worker';
import { fromEvent, identity, map, mergeMap, takeUntil } from 'rxjs';
import { quotesOf } from './quotes.js';

export interface Wish {
  readonly symbol: string;
  /** It does not hang up when it is asked to end. */
  readonly isStubborn: boolean;
}

export interface Price {
  readonly symbol: string;
  readonly price: number;
  readonly worker: number;
}

export default defineWorker<Wish, Price, { readonly port: number }>(
  (wishes, { index, initialData, signal }) => {
    const asked = fromEvent(signal, 'abort');
    return wishes.pipe(
      mergeMap(({ symbol, isStubborn }) =>
        quotesOf(initialData.port, symbol).pipe(
          isStubborn ? identity : takeUntil(asked),
          map((price) => ({ symbol, price, worker: index })),
        ),
      ),
    );
  },
);
