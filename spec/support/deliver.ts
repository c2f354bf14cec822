import { currentScope, type Emitter, emit, type Scope } from '#src/demand/emission.js';

/** Delivers one emission to `next`. */
export const deliver = (
  emitter: Emitter,
  token: number,
  next: (scope: Scope) => void,
  cause?: Scope,
): boolean => emit({ next: () => next(currentScope() as Scope) }, undefined, emitter, token, cause);
