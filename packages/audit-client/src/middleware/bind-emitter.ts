import type { EventEmitter } from 'node:events';
import { type Correlation, currentCorrelationId, runWithCorrelation } from '../events/correlation/correlation.ts';

/** Typed so that it can be set. */
interface Emitting {
  emit: unknown;
}

/**
 * Lets the listeners of a request or response run with its correlation id. Node emits what comes from the socket (chunks
 * of a body, its end, the end of the answer) outside of the request's asynchronous context, and with it would run whatever
 * a parser of bodies calls next.
 *
 * @param onEmit is told of each event before its listeners are; must not throw
 */
export function bindEmitter(emitter: EventEmitter, correlation: Correlation, onEmit?: (type: unknown) => void): void {
  const target: Emitting = emitter;
  const { emit } = emitter;
  target.emit = (...args: readonly [string | symbol, ...(readonly unknown[])]): unknown => {
    onEmit?.(args[0]);
    return emitter.listenerCount(args[0]) <= ownListeners(args[0]) || currentCorrelationId() === correlation.id
      ? Reflect.apply(emit, emitter, args)
      : runWithCorrelation(correlation, (): unknown => Reflect.apply(emit, emitter, args));
  };
}

/** Listeners that Node itself has on an answer; where there are no others, nobody misses the id. */
function ownListeners(type: string | symbol): number {
  return type === 'finish' ? 1 : 0;
}
