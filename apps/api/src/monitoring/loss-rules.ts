/** The rules about losses, and about what may become one. docs/operations.md has a line for each: what to do then. */
import type { FleetMetrics } from './audit-metrics.ts';
import type { MaintenanceRun } from './fleet-view.ts';
import type { LossFacts } from './loss-facts.ts';
import { MORE_WORKERS } from './more-workers.ts';
import type { Finding } from './recommendations.ts';

/** The sums may be open for a moment: an answer of Redis is read while others write. */
const SUMS_OPEN_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A push past the client is told for this long after the last one; it is no loss. */
const FOREIGN_PUSH_MS = 600_000;
const AGE_WARNING_MS = 60_000;
const AGE_CRITICAL_MS = 300_000;
const DEAD_CRITICAL_SHARE = 0.01;
/** Below this a share says nothing. */
const DEAD_CRITICAL_LEAST = 10;
const DEAD_LETTER_AGE_MS = 7 * DAY_MS;
const ADOPTED_PER_MINUTE = 20;
const LAG_WARNING_SECONDS = 60;
const LOSSES_STALE_MS = 120_000;

const LOSS_EVENTS = `npx auditlane spool list on the producer's host; then select created_at, resource_id, metadata from audit_logs where event_type = 'audit.loss.detected' order by id desc limit 20`;

/** What the rules look at. */
export interface LossRuleFacts {
  readonly at: number;
  /** When this process began to look: what others note regularly may be old before, since all were stopped. */
  readonly watchingSince: number;
  readonly metrics: FleetMetrics;
  readonly isRedisConnected: boolean;
  readonly losses: LossFacts;
  readonly maintenance: readonly MaintenanceRun[];
}

type LossRule = (facts: LossRuleFacts) => Finding | null;

const LOSS_RULES: readonly LossRule[] = [
  function eventsMissing({ losses }) {
    if (losses.missingEvents === 0) return null;
    const isNew = losses.newestLossAgeMs !== null && losses.newestLossAgeMs < HOUR_MS;
    return {
      condition: 'missing',
      severity: isNew ? 'critical' : 'warning',
      message: `Events are missing! ${losses.missingEvents} of ${losses.missingProducers} producers: ${losses.missingText}`,
      action: LOSS_EVENTS,
    };
  },
  function sumsOpen({ metrics, losses }) {
    const missing = metrics.conservation_difference;
    if (missing <= 0 || losses.openMs < SUMS_OPEN_MS) return null;
    return {
      condition: 'conservation',
      severity: losses.unchangedMs < HOUR_MS ? 'critical' : 'warning',
      message: `The sums do not close! ${missing} accepted events are nowhere in Redis`,
      action:
        'Find who deleted keys of the queue (redis-cli -u "$REDIS_URL" acl log, its slowlog); clients push what they still keep',
    };
  },
  function foreignPushes({ metrics, losses }) {
    const foreign = -metrics.conservation_difference;
    if (foreign <= 0 || losses.openMs < SUMS_OPEN_MS || losses.unchangedMs > FOREIGN_PUSH_MS) return null;
    return {
      condition: 'foreign_pushes',
      severity: 'warning',
      message: `Somebody pushes past the client! ${foreign} events were not counted in`,
      action: 'Find who writes to the queue without the client; a hand-made LPUSH has no promise',
    };
  },
  function otherDataSet({ losses }) {
    if (losses.incarnationAgeMs === null || losses.incarnationAgeMs > HOUR_MS) return null;
    return {
      condition: 'incarnation',
      severity: 'critical',
      message: 'Redis came back with another data set! What it had accepted and not yet stored is gone from it',
      action:
        'Check the persistence of Redis and who may FLUSH; clients push again what they keep: see total_replayed_events',
    };
  },
  function replaying({ losses }) {
    if (losses.growth.replayed === 0) return null;
    return {
      condition: 'replayed',
      severity: 'warning',
      message: `Clients push events again! ${losses.growth.replayed} in the last minute`,
      action: 'Nothing: copies are absorbed. Redis had lost them, see its log',
    };
  },
  function queueRefuses({ losses }) {
    if (losses.growth.overflow === 0) return null;
    return {
      condition: 'overflow',
      severity: 'warning',
      message: `The queue is full! It refused ${losses.growth.overflow} events in the last minute`,
      action: MORE_WORKERS,
    };
  },
  function spoolsFail({ losses }) {
    if (losses.growth.spool_faults === 0) return null;
    return {
      condition: 'spool_faults',
      severity: 'warning',
      message: `Disks of clients fail! Writes to spools that failed in the last minute: ${losses.growth.spool_faults}`,
      action: 'Look for "audit spool" in the logs of the applications: they name the folder and the error',
    };
  },
  function queueOld({ isRedisConnected, metrics }) {
    if (!isRedisConnected || metrics.oldest_event_age_ms <= AGE_WARNING_MS) return null;
    return {
      condition: 'queue_age',
      severity: metrics.oldest_event_age_ms > AGE_CRITICAL_MS ? 'critical' : 'warning',
      message: `Events wait too long! The oldest is ${Math.round(metrics.oldest_event_age_ms / 1000)} s old`,
      action: `${MORE_WORKERS}, or find why nothing is stored`,
    };
  },
  function eventsParked({ losses }) {
    const { dead, enqueued } = losses.growth;
    if (dead === 0) return null;
    const isMany = dead >= DEAD_CRITICAL_LEAST && dead > enqueued * DEAD_CRITICAL_SHARE;
    return {
      condition: 'parked',
      severity: isMany ? 'critical' : 'warning',
      message: `Events cannot be stored! Parked in the last minute: ${dead}`,
      action: 'npx auditlane failed list',
    };
  },
  function eventsHeld({ isRedisConnected, metrics }) {
    if (!isRedisConnected || metrics.held_events === 0) return null;
    return {
      condition: 'held',
      severity: 'warning',
      message: `Events of a newer release wait! Held: ${metrics.held_events}`,
      action:
        'Upgrade the workers, and they are stored; redis-cli -u "$REDIS_URL" lrange audit:hold 0 9 shows them. Not from a client? docs/operations.md, Held entries',
    };
  },
  function deadLettersOld({ metrics }) {
    if (metrics.oldest_dead_letter_age_ms <= DEAD_LETTER_AGE_MS) return null;
    return {
      condition: 'dead_letter_age',
      severity: 'warning',
      message: `Dead letters wait! The oldest is ${Math.floor(metrics.oldest_dead_letter_age_ms / DAY_MS)} days old`,
      action: 'npx auditlane failed list, then redrive or purge',
    };
  },
  function claimsAdopted({ losses }) {
    const { adopted, fenced } = losses.growth;
    if (adopted <= ADOPTED_PER_MINUTE && fenced === 0) return null;
    return {
      condition: 'adopted',
      severity: 'warning',
      message: `Workers lose their claims! Adopted: ${adopted}, fenced: ${fenced} in the last minute`,
      action: 'npm run pm2 -- logs audit-worker --err; if they live, raise AUDIT_LEASE_MS',
    };
  },
  function ledgerHeldBack({ losses }) {
    if (losses.lagSeconds <= LAG_WARNING_SECONDS) return null;
    const { blocker } = losses;
    const who = blocker === null ? 'unknown' : `pid ${blocker.pid} (${toWord(blocker.application)})`;
    return {
      condition: 'ledger_lag',
      severity: 'warning',
      message: `An open transaction holds the ledger back! For ${Math.round(losses.lagSeconds)} s: ${who}`,
      action: blocker === null ? 'look at pg_stat_activity' : `select pg_terminate_backend(${blocker.pid})`,
    };
  },
  function lossesUnwatched({ at, watchingSince, maintenance }) {
    const lastSuccessAt = maintenance.find(({ task }) => task === 'losses')?.lastSuccessAt ?? null;
    if (lastSuccessAt === null) return null;
    // After a pause of the whole stack the next look is as young as this process.
    if (at - Math.max(lastSuccessAt.getTime(), watchingSince) < LOSSES_STALE_MS) return null;
    return {
      condition: 'losses_unwatched',
      severity: 'warning',
      message: `Nobody looks for losses! Last look: ${lastSuccessAt.toISOString()}`,
      action: 'npm run pm2 -- restart audit-maintenance',
    };
  },
];

/** All findings about losses, in the order of the table. */
export function lossFindings(facts: LossRuleFacts): readonly Finding[] {
  return LOSS_RULES.flatMap((rule) => rule(facts) ?? []);
}

/** A name that somebody else chose, for people. */
function toWord(text: string): string {
  return text.replaceAll(/[^\w .:@-]/g, '?').slice(0, 64);
}
