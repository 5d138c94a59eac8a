import { currentCorrelationId } from '../../events/correlation/correlation.ts';

/**
 * A pino `mixin` that adds the `correlationId` of the request that runs, if one does, to every log line. The transport in
 * a worker thread knows it from there alone.
 *
 * @example
 * const logger = pino({ mixin: correlationMixin, transport: { target: '@auditlane/audit-client/pino' } });
 */
export function correlationMixin(): { correlationId?: string } {
  const correlationId = currentCorrelationId();
  return correlationId === null ? {} : { correlationId };
}
