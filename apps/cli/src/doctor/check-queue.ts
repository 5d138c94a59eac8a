import type { QueueState, WorkerBeat } from '@auditlane/queue';
import { isRunning } from '../status/show-fleet.ts';
import { toCount, toCounted, toDuration } from '../terminal/quantities.ts';
import { fail, ok, warn, type Finding } from './finding.ts';

/** Lag from which something is wrong: a worker claims within a second. */
const LATE_MS = 30_000;

export interface QueueLimits {
  readonly capacity: number;
  readonly urgentCapacity: number;
  readonly maxFailed: number;
}

/** Whether entries move, none is missing, and nothing is parked. Pure. */
export function checkQueue(queue: QueueState, limits: QueueLimits): readonly Finding[] {
  return [
    checkDepth(queue, limits),
    checkLag(queue),
    checkConservation(queue),
    checkParked(queue, limits),
    checkHeld(queue),
  ];
}

function checkDepth({ main, urgent }: QueueState, { capacity, urgentCapacity }: QueueLimits): Finding {
  const fact = `${toCount(main.depth)} of ${toCount(capacity)} in main, ${toCount(urgent.depth)} of ${toCount(urgentCapacity)} in urgent`;
  const share = Math.max(main.depth / capacity, urgent.depth / urgentCapacity);
  if (share >= 1) {
    return fail(
      'queue depth',
      `${fact}: a lane is full and refuses; add workers (npm run pm2 -- scale audit-worker +2)`,
    );
  }
  return share >= 0.8
    ? warn('queue depth', `${fact}: nearly full; add workers (npm run pm2 -- scale audit-worker +2)`)
    : ok('queue depth', fact);
}

function checkLag({ oldestAgeMs }: QueueState): Finding {
  if (oldestAgeMs === null) return ok('queue lag', 'nothing waits');
  const fact = `the oldest entry waits ${toDuration(oldestAgeMs)}`;
  return oldestAgeMs > LATE_MS
    ? warn('queue lag', `${fact}: look at the workers and at Postgres (npx auditlane status)`)
    : ok('queue lag', fact);
}

function checkConservation({ conservationDifference: difference }: QueueState): Finding {
  if (difference === 0) return ok('conservation', 'every entry that was enqueued is accounted for');
  if (difference > 0) {
    return fail(
      'conservation',
      `${toCounted(difference, 'entry', 'entries')} missing: somebody removed them from Redis by hand, or Redis lost them in a crash; clients that still run replay theirs`,
    );
  }
  return warn(
    'conservation',
    `${toCounted(-difference, 'entry', 'entries')} more than were enqueued: somebody pushed to the list without the client, and goes on if the number grows; use the client, or POST /api/v1/events`,
  );
}

function checkParked({ failed }: QueueState, { maxFailed }: QueueLimits): Finding {
  if (failed === 0) return ok('dead letters', 'none');
  const fact = `${toCounted(failed, 'event')} could not be stored`;
  const remedy =
    'npx auditlane failed list tells why; failed redrive when the cause is mended, failed edit or failed purge where the event itself is wrong';
  return failed > maxFailed
    ? fail('dead letters', `${fact}, above AUDIT_MAX_FAILED_LENGTH: ${remedy}`)
    : warn('dead letters', `${fact}: ${remedy}`);
}

function checkHeld({ held }: QueueState): Finding {
  if (held === 0) return ok('held entries', 'none');
  return warn(
    'held entries',
    `${toCounted(held, 'entry', 'entries')} of a newer release: upgrade the workers, and they are stored; no client wrote them? docs/operations.md, Held entries`,
  );
}

/** Whether somebody claims, with which release, and with Postgres at hand. Pure. */
export function checkFleet(beats: readonly WorkerBeat[], version: string, now: number): readonly Finding[] {
  const running = beats.filter((beat) => isRunning(beat, now));
  if (running.length === 0) {
    return [fail('workers', 'none runs, so nothing is stored: npm start, or npm run pm2 -- restart audit-worker')];
  }
  const away = running.filter(({ postgres }) => postgres === 'away');
  const others = [...new Set(running.map((beat) => beat.version))].filter((other) => other !== version);
  return [
    ok('workers', `${toCounted(running.length, 'worker')} at work`),
    ...(away.length === 0
      ? []
      : [
          fail(
            'workers',
            `${toCount(away.length)} of ${toCount(running.length)} cannot reach Postgres: npm run pm2 -- logs audit-worker --err`,
          ),
        ]),
    ...running.flatMap(toPoisonFinding),
    others.length === 0
      ? ok('worker versions', version)
      : warn(
          'worker versions',
          `workers of ${others.join(', ')} run beside this release, ${version}: npm run pm2 -- reload audit-worker`,
        ),
  ];
}

/** A worker that has stopped, because it takes Postgres for wrong and not the events. */
function toPoisonFinding({ worker, mass_poison: suspicion }: WorkerBeat): readonly Finding[] {
  if (suspicion === undefined) return [];
  const { sqlstate, since, refused } = suspicion;
  const fact = `${worker} stores nothing since ${since}: Postgres refuses most events (${toCount(refused)}, SQLSTATE ${sqlstate})`;
  return [fail('workers', `${fact}; look for a new constraint, trigger or column type on audit_logs`)];
}
