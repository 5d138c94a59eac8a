/**
 * One cell of a burst: `security-burst-cell.ts <events> <places> <MiB of details that may be held>`. All events are logged in one turn of the event loop,
 * more than the service has places for: 1 of 500 critical, 3 of 10 identical, the others all different, of each priority.
 * Fails unless every critical event is a row, the service holds no more than its places (and the critical ones), and the
 * figures of the service say of every event what the queue and the table say: stored, stood for by another, or dropped.
 */
import { createSecurityEventService, EventPriority } from '@auditlane/audit-client/events';
import { z } from 'zod';
import { connectPostgres } from '../servers/postgres-client.ts';
import { peakMbOf, residentMbOf } from '../clocks/process-cpu.ts';
import { cellEnv } from './cell-env.ts';
import { openRedis } from '../servers/redis-client.ts';
import { sampleDetails } from './sample-details.ts';

const [, , eventsText = '', placesText = '', mibText = ''] = process.argv;
const events = Number(eventsText);
const places = Number(placesText);
const CRITICAL_EVERY = 500;
const OTHERS = [EventPriority.HIGH, EventPriority.MEDIUM, EventPriority.LOW, EventPriority.INFO, EventPriority.INFO];
const WARM_UP = 2_000;
/** Fewer than there are places for. */
const WARM_UP_TURN = Math.ceil(places / 100);
const PAGE = 5_000;
const BURST_TYPES = 'burst.';

const service = createSecurityEventService({
  batchProcessing: { maxQueueSize: places, maxQueueBytes: Number(mibText) * 1024 ** 2 },
});
let droppedEvents = 0;
service.getProcessor().on('event:dropped', ({ type, coalesced }) => {
  if (type.startsWith(BURST_TYPES)) droppedEvents += coalesced?.count ?? 1;
});

function logOne(number: number): void {
  if (number % CRITICAL_EVERY === 0) {
    void service.logEvent('burst.critical', 'api', sampleDetails(number), {
      priority: 'critical',
      severity: 'critical',
    });
  } else if (number % 10 < 3) {
    void service.logEvent('burst.identical', 'api', sampleDetails(0), { priority: 'info' });
  } else {
    void service.logEvent('burst.other', 'api', sampleDetails(number), { priority: OTHERS[number % OTHERS.length] });
  }
}

/** A line of the queue: `count` says how many logged events it stands for, itself included if it is their first. */
const Stored = z.object({
  id: z.string(),
  event_type: z.string(),
  metadata: z.looseObject({ count: z.number().optional(), first_id: z.string().optional() }).nullish(),
});

/** Logged events that are lines of the queue, and those for which such a line stands. */
async function countQueued(): Promise<{ readonly queued: number; readonly coalesced: number }> {
  await using redis = await openRedis(cellEnv.REDIS_URL);
  let queued = 0;
  let coalesced = 0;
  for (const key of ['audit:queue', 'audit:queue:urgent']) {
    const length = await redis.llen(key);
    for (let at = 0; at < length; at += PAGE) {
      for (const line of await redis.lrange(key, at, at + PAGE - 1)) {
        const { id, event_type, metadata } = Stored.parse(JSON.parse(line));
        if (!event_type.startsWith(BURST_TYPES)) continue;
        const own = (metadata?.first_id ?? id) === id ? 1 : 0;
        queued += own;
        coalesced += (metadata?.count ?? 1) - own;
      }
    }
  }
  return { queued, coalesced };
}

async function countCriticalRows(): Promise<number> {
  await using database = await connectPostgres(cellEnv.DATABASE_URL);
  const text = `select count(*) as stored from audit_logs where event_type = 'burst.critical'`;
  const { rows } = await database.query<{ stored: string }>(text);
  return Number(rows[0]?.stored);
}

for (let number = 0; number < WARM_UP; number += 1) {
  void service.logEvent('warm.up', 'api', sampleDetails(number), { priority: 'info' });
  if (number % WARM_UP_TURN === 0) await service.flush();
}
await service.flush();
const idleMb = await residentMbOf(process.pid);
const critical = Math.ceil(events / CRITICAL_EVERY);
let mostHeld = 0;
const started = performance.now();
for (let number = 0; number < events; number += 1) {
  logOne(number);
  if (number % 100 === 0) mostHeld = Math.max(mostHeld, service.getStats().currentQueueSize);
}
const loggedMs = performance.now() - started;
await service.flush();
// Ends the windows of identical events: their summaries stand for them.
await service.close();
const stats = service.getStats();
const stored = await countCriticalRows();
const { queued, coalesced } = await countQueued();

const kept = stats.totalProcessed + stats.totalDeduplicated + stats.totalFailed + stats.totalDropped;
if (kept !== stats.totalReceived || stats.currentQueueSize !== 0) {
  throw new Error(`the sums do not close: ${JSON.stringify(stats)}`);
}
if (stored !== critical) throw new Error(`${stored} critical events are rows, of ${critical}`);
if (stored + queued + coalesced + droppedEvents + stats.totalFailed !== events) {
  const parts = `${stored} rows, ${queued} queued, ${coalesced} coalesced, ${droppedEvents} dropped`;
  throw new Error(`${parts}, ${stats.totalFailed} failed: not ${events}`);
}
if (stats.totalDropped !== droppedEvents) {
  throw new Error(`${droppedEvents} events were dropped, and counted are ${stats.totalDropped}`);
}
if (mostHeld > places + critical) throw new Error(`${mostHeld} events were held, with places for ${places}`);
process.stdout.write(
  JSON.stringify({
    micros: (loggedMs * 1000) / events,
    grownMb: Math.max(1, (await peakMbOf(process.pid)) - idleMb),
    mostHeld,
    critical: stored,
    coalesced,
    dropped: droppedEvents,
    queued,
  }),
  () => process.exit(0),
);
