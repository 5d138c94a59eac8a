import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Runs `work` in the asynchronous context in which this package was loaded, which is that of no request.
 *
 * What outlives the call that began it belongs here: a timer or a queue that is made by the first call of a process would
 * otherwise run for ever with the correlation id of that request, and hold on to all that the request has stored.
 */
export const runOutside: <Answer>(work: () => Answer) => Answer = /* @__PURE__ */ AsyncLocalStorage.snapshot();
