/**
 * What of RxJS is needed to run, each from its own file. They are the very ones that 'rxjs' gives; but that reads two hundred
 * files, and takes a worker longer than all the rest of its start.
 */
export { Observable } from 'rxjs/internal/Observable';
export { timer } from 'rxjs/internal/observable/timer';
export { Subject } from 'rxjs/internal/Subject';
export { Subscriber } from 'rxjs/internal/Subscriber';
export { Subscription } from 'rxjs/internal/Subscription';
export { asyncScheduler } from 'rxjs/internal/scheduler/async';
/** The clock of every scheduler, in one file instead of the seven of a scheduler: a worker needs no more. */
export { dateTimestampProvider } from 'rxjs/internal/scheduler/dateTimestampProvider';
export { UnsubscriptionError } from 'rxjs/internal/util/UnsubscriptionError';
