import { AsyncLocalStorage } from 'node:async_hooks';
import { runWithCorrelation } from './events/correlation/correlation.ts';
import { runAsForeignWork } from './transports/own-work.ts';

const inContextOfLoading: <Answer>(work: () => Answer) => Answer = /* @__PURE__ */ AsyncLocalStorage.snapshot();

/**
 * Runs `work` in the asynchronous context in which this package was loaded, without correlation and not as own work. Load
 * the package at the start of a process: what is loaded within a request keeps what others store for that request.
 *
 * What outlives the call that began it belongs here: a timer or a queue that is made by the first call of a process would
 * otherwise run for ever with the correlation id of that request, and hold on to all that the request has stored.
 */
export function runOutside<Answer>(work: () => Answer): Answer {
  return inContextOfLoading(() => runWithCorrelation(null, () => runAsForeignWork(work)));
}
