import { currentScope, emit } from '#src/demand/emission.js';
import type { Emitter, Scope } from '#src/demand/scope.js';

/** Delivers one emission to `next`. */
export const deliver = (
  emitter: Emitter,
  token: number,
  next: (scope: Scope) => void,
  cause?: Scope,
): boolean => emit({ next: () => next(currentScope() as Scope) }, undefined, emitter, token, cause);
