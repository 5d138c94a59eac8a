/**
 * What an operator should know and do, as a table of rules over facts. A rule looks at facts only, so that each is
 * tested without servers. Messages are stable: people alert on them.
 */
import type { RedisFault, WorkerBeat } from '@auditlane/queue';
import type { Recommendation } from './audit-metrics.ts';
import type { Condition } from './conditions.ts';
import { lossFindings } from './loss-rules.ts';
import { MORE_WORKERS } from './more-workers.ts';
import { findTooSmall } from './sizing-rule.ts';
import type { SizingFacts } from './sizing-rule.ts';

/** What rules look at. */
export interface Facts extends SizingFacts {
  readonly isPostgresConnected: boolean;
  readonly isDropping: boolean;
  readonly maxFailedLength: number;
  readonly redisFaults: readonly RedisFault[];
  /** What running workers suspect of Postgres. */
  readonly massPoison: readonly NonNullable<WorkerBeat['mass_poison']>[];
}

/** One recommendation with the name of its condition, by which its log line is limited. */
export interface Finding extends Recommendation {
  readonly condition: Condition;
}

type Rule = (facts: Facts) => readonly Finding[];

const ALL_IS_WELL: Recommendation = { severity: 'info', message: 'All systems operating normally.' };
const QUEUE_WARNING_PERCENT = 50;
const QUEUE_CRITICAL_PERCENT = 65;
const FAILURES_PER_MINUTE = 100;
const WORKER_ERRORS = 'npm run pm2 -- logs audit-worker --err';

// Of what Redis is asked, only what can lose events now or at its next restart is a recommendation; the rest is logged
// at start, since an operator of a managed Redis cannot change it and would learn to ignore this answer.
export const REDIS_ACTIONS: Readonly<Partial<Record<RedisFault['code'], Pick<Recommendation, 'severity' | 'action'>>>> =
  {
    old_version: { severity: 'critical', action: 'Upgrade Redis to 6.2 or newer' },
    eviction: {
      severity: 'critical',
      action: 'redis-cli -u "$REDIS_URL" config set maxmemory-policy noeviction, and in redis.conf',
    },
    aof_off: { severity: 'warning', action: 'redis-cli -u "$REDIS_URL" config set appendonly yes, and in redis.conf' },
    aof_write_failed: { severity: 'critical', action: 'Free space on the disk of Redis' },
    no_fsync_on_rewrite: {
      severity: 'warning',
      action: 'redis-cli -u "$REDIS_URL" config set no-appendfsync-on-rewrite no, and in redis.conf',
    },
    wrong_type: { severity: 'critical', action: 'Find who wrote to the keys of the queue; rename the key' },
    expiring_key: { severity: 'critical', action: 'redis-cli -u "$REDIS_URL" persist <key>' },
  };

const RULES: readonly Rule[] = [
  function redisAway({ isRedisConnected, metrics }) {
    const age = describeAge(metrics.redis_age_ms);
    return when(!isRedisConnected, {
      condition: 'redis_away',
      severity: 'critical',
      message: `Redis is away! Queue and worker numbers are ${age}`,
      action: 'Check that Redis runs and REDIS_URL is right; clients keep events in their spool meanwhile',
    });
  },
  function postgresAway({ isPostgresConnected, metrics }) {
    const age = describeAge(metrics.postgres_age_ms);
    return when(!isPostgresConnected, {
      condition: 'postgres_away',
      severity: 'critical',
      message: `Postgres is away! Insert numbers are ${age}`,
      action: 'Check that Postgres runs and DATABASE_URL is right; events wait in the queue meanwhile',
    });
  },
  function noWorker({ isRedisConnected, metrics }) {
    return when(isRedisConnected && metrics.workers_running === 0, {
      condition: 'no_worker',
      severity: 'critical',
      message: 'No audit worker is running! Events wait in the queue',
      action: 'npm run pm2 -- restart audit-worker',
    });
  },
  function massPoisonSuspected({ massPoison }) {
    const states = [...new Set(massPoison.map(({ sqlstate }) => sqlstate))].join(', ');
    return when(massPoison.length > 0, {
      condition: 'mass_poison',
      severity: 'critical',
      message: `Postgres refuses most events! SQLSTATE: ${states}, workers that wait: ${massPoison.length}`,
      action:
        'Undo what changed on audit_logs (constraint, trigger, column); if the events are poison: npm run pm2 -- sendSignal SIGUSR2 audit-worker',
    });
  },
  function queueBackedUp({ isRedisConnected, metrics }) {
    const lane = toLane(metrics.queue_length, metrics.queue_capacity);
    return when(isRedisConnected && lane.percent > QUEUE_WARNING_PERCENT, {
      condition: 'queue',
      ...backedUp('Audit queue backed up!', lane),
      action: MORE_WORKERS,
    });
  },
  function urgentLaneBackedUp({ isRedisConnected, metrics }) {
    const lane = toLane(metrics.urgent_queue_length, metrics.urgent_queue_capacity);
    return when(isRedisConnected && lane.percent > QUEUE_WARNING_PERCENT, {
      condition: 'urgent_queue',
      ...backedUp('Urgent audit queue backed up!', lane),
      action: MORE_WORKERS,
    });
  },
  function tooSmall(facts) {
    return [findTooSmall(facts)].filter((finding) => finding !== null);
  },
  function highFailureRate({ isRedisConnected, metrics }) {
    return when(isRedisConnected && metrics.failures_last_minute > FAILURES_PER_MINUTE, {
      condition: 'failures',
      severity: 'critical',
      message: `High failure rate! Failures: ${metrics.failures_last_minute}/min`,
      action: `${WORKER_ERRORS}, check the database`,
    });
  },
  function eventsDropped({ metrics, isDropping }) {
    return when(metrics.total_dropped_events > 0, {
      condition: 'dropped',
      severity: isDropping ? 'critical' : 'warning',
      message: `Events being dropped! Total dropped: ${metrics.total_dropped_events}`,
      action: `${MORE_WORKERS}, or raise AUDIT_MAX_QUEUE_LENGTH`,
    });
  },
  function redisSettings({ redisFaults }) {
    return redisFaults.flatMap((fault) => {
      const known = REDIS_ACTIONS[fault.code];
      return known === undefined
        ? []
        : [{ condition: `redis_${fault.code}` as const, message: fault.message, ...known }];
    });
  },
  function maintenanceFailed({ maintenance }) {
    return maintenance.flatMap(({ task, lastFailureAt, lastSuccessAt }) => {
      // A run in progress changes nothing until it has ended well.
      const isFailing = lastFailureAt !== null && (lastSuccessAt === null || lastSuccessAt < lastFailureAt);
      return when(isFailing, {
        condition: `maintenance_${task}` as const,
        severity: 'warning',
        message: `Maintenance failed! Task: ${task}, at ${lastFailureAt?.toISOString()}`,
        action: 'npm run pm2 -- logs audit-maintenance --err',
      });
    });
  },
  function deadLettersPileUp({ metrics, maxFailedLength }) {
    return when(metrics.failed_queue_length > maxFailedLength, {
      condition: 'dead_letters',
      severity: 'warning',
      message: `Dead letters pile up! Parked: ${metrics.failed_queue_length}`,
      action: 'redis-cli -u "$REDIS_URL" lrange audit:failed 0 9 shows the newest with their reasons',
    });
  },
];

/** All findings, critical ones first, in the order of the table. */
export function findingsOf(facts: Facts): readonly Finding[] {
  const findings = [...RULES.flatMap((rule) => rule(facts)), ...lossFindings(facts)];
  return [
    ...findings.filter((finding) => finding.severity === 'critical'),
    ...findings.filter((finding) => finding.severity !== 'critical'),
  ];
}

/** Findings as the answer shows them; when there is none, the one sentence that all is well. */
export function toRecommendations(findings: readonly Finding[]): readonly Recommendation[] {
  const shown = findings.map(({ severity, message, action }) => ({
    severity,
    message,
    ...(action === undefined ? {} : { action }),
  }));
  return shown.length === 0 ? [ALL_IS_WELL] : shown;
}

interface LaneFill {
  readonly length: number;
  readonly percent: number;
}

function toLane(length: number, capacity: number): LaneFill {
  return { length, percent: (length / capacity) * 100 };
}

function backedUp(words: string, lane: LaneFill): Pick<Finding, 'severity' | 'message'> {
  return {
    severity: lane.percent > QUEUE_CRITICAL_PERCENT ? 'critical' : 'warning',
    message: `${words} Queue length: ${lane.length}`,
  };
}

function when(isTrue: boolean, finding: Finding): readonly Finding[] {
  return isTrue ? [finding] : [];
}

function describeAge(age: number): string {
  return age < 0 ? 'unknown (shown as 0)' : `${Math.round(age / 1000)} s old`;
}
