/**
 * What operators ask, answered by the whole pipeline: a client, Redis with `appendfsync always`, workers as PM2 starts them,
 * Postgres with `synchronous_commit on`. Writes are counted by pg_stat_statements, and what a row waited by commit
 * timestamps, on a Postgres of its own that has both switched on; see counting-postgres.ts. Fair: what a request waits is
 * compared with the same application on the same machine within the same seconds, without any audit and with a bare LPUSH,
 * which take turns; load is offered at a constant rate, whether answers come or not; and beside waits and rates stands what
 * was dropped, or rows are counted against calls, so that nothing is fast by losing events.
 */
import { startCountingPostgres } from '../operators/counting-postgres.ts';
import { askSizing } from '../operators/sizing-rows.ts';
import { askAnHour, askFourWorkers, askHundredEvents, askLedgerRows } from '../operators/small-questions.ts';
import { measureTenThousandRequests } from '../operators/ten-thousand-requests.ts';
import type { Part, PartContext } from '../part.ts';
import { createCollection } from '../report/collection.ts';
import type { Measurement } from '../report/report.ts';
import { toSeries } from '../report/to-series.ts';
import { openRedis } from '../servers/redis-client.ts';

const PART = 'operators';

async function run(context: PartContext): Promise<readonly Measurement[]> {
  const collected = createCollection(PART);
  await using redis = await openRedis(context.stack.redis.url);
  await using postgres = await startCountingPostgres(context.directory);
  const servers = { ...context, redis, postgres, collected };
  await measureTenThousandRequests(servers);
  for (let round = 1; round <= context.rounds; round += 1) {
    for (const ask of [askFourWorkers, askHundredEvents, askAnHour, askLedgerRows, askSizing]) {
      context.say(`round ${round}: ${ask.name}`);
      await ask(servers);
    }
  }
  const keys = await redis.keys('audit:*');
  if (keys.length > 0) await redis.unlink(keys);
  return collected.toMeasurements();
}

/** What operators ask, with the figures that are usually promised. */
export const operators: Part = {
  name: PART,
  title: 'What operators ask',
  limit:
    'Of writes: one worker has two slots, and each makes one transaction a linger at most, of two statements, or of one up to ' +
    'eight events. From about 60 ms on twice the linger is half the writes, about 180,000 / linger statements a minute, and ' +
    'later rows; below that most events are alone in their transaction. Two workers write up to twice as often. Callers wait for none of it.',
  run,
  charts: (all) => [
    {
      name: `${PART}-linger`,
      title: 'Call to row at 10,000 requests a minute',
      xLabel: 'AUDIT_LINGER_MS',
      yLabel: 'ms',
      series: ['p50', 'p99'].map((name) =>
        toSeries(all, { part: PART, pattern: new RegExp(`AUDIT_LINGER_MS=(\\d+), call to row, ${name}$`), name }),
      ),
    },
    {
      name: `${PART}-writes`,
      title: 'Writes at 10,000 requests a minute',
      xLabel: 'AUDIT_LINGER_MS',
      yLabel: 'a minute',
      series: ['write statements', 'transactions that write'].map((name) =>
        toSeries(all, { part: PART, pattern: new RegExp(`AUDIT_LINGER_MS=(\\d+), ${name}$`), name }),
      ),
    },
  ],
};
