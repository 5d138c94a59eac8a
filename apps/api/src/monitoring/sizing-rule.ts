/** The rule that compares a strained fleet with the sizing table of docs/operations.md. */
import { toSizing } from '@auditlane/runtime';
import type { LossRuleFacts } from './loss-rules.ts';
import type { Finding } from './recommendations.ts';

/** What the rule looks at. */
export interface SizingFacts extends LossRuleFacts {
  /** AUDIT_BATCH_LARGE of the API's own environment: workers do not tell theirs. */
  readonly largeBatchSize: number;
}

const STRAINED_PERCENT = 50;
const STRAINED_AGE_MS = 60_000;

/** Whether events pile up, find no room, or wait. A small fleet that keeps up is large enough. */
function isStrained({ metrics, losses }: LossRuleFacts): boolean {
  return (
    metrics.queue_usage_percent > STRAINED_PERCENT ||
    losses.growth.overflow > 0 ||
    metrics.oldest_event_age_ms > STRAINED_AGE_MS
  );
}

/** Says what the load of the last minute needs, when there is less and it shows. */
export function findTooSmall(facts: SizingFacts): Finding | null {
  const { metrics, losses, isRedisConnected, largeBatchSize } = facts;
  // What was refused was asked for as well.
  const perMinute = losses.growth.enqueued + losses.growth.overflow;
  const needed = toSizing(perMinute);
  const steps = [
    // Where none runs, that is the trouble, and more would not run either.
    ...(metrics.workers_running > 0 && metrics.workers_running < needed.workers
      ? [`npm run pm2 -- scale audit-worker ${needed.workers} (there are ${metrics.workers_running})`]
      : []),
    ...(metrics.queue_capacity < needed.queueLength
      ? [
          `AUDIT_MAX_QUEUE_LENGTH=${needed.queueLength} (it is ${metrics.queue_capacity}) for clients, workers and the API`,
        ]
      : []),
    ...(largeBatchSize < needed.batchSize
      ? [`AUDIT_BATCH_LARGE=${needed.batchSize} (it is ${largeBatchSize}) for the workers and the API`]
      : []),
  ];
  // In its first moments the API has seen no growth yet: then nothing is known of the load.
  const isKnown = isRedisConnected && perMinute > 0;
  if (!isKnown || steps.length === 0 || !isStrained(facts)) return null;
  return {
    condition: 'sizing',
    severity: 'warning',
    message: `Too small for its load! Events in the last minute: ${perMinute}`,
    action: steps.join('; '),
  };
}
