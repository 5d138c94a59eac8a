import { OWN_SOURCE } from '@auditlane/schema';
import { expect, test } from 'vitest';
import type { PartContext } from '../src/part.ts';
import { measureLatency } from '../src/parts/latency.ts';
import { connectPostgres } from '../src/servers/postgres-client.ts';
import { DEADLINE_MS, expectMeasured, measureSmallest } from './measured.ts';

/** What the worker of the last variant has noted about settings that the variant before it did not have. */
async function measureAndReadNotes(context: PartContext) {
  const measured = await measureLatency(context, [500]);
  await using database = await connectPostgres(context.stack.postgres.url);
  const { rows } = await database.query('select metadata from audit_logs where source = $1', [OWN_SOURCE]);
  const linger = { before: { AUDIT_LINGER_MS: 0 }, after: { AUDIT_LINGER_MS: 5 } };
  expect(rows, 'the worker of each variant has its linger').toMatchObject([{ metadata: linger }]);
  return measured;
}

test(
  'the way of an event to its answer and to its visible row is measured beside a bare loop',
  async () => {
    const measured = await measureSmallest(measureAndReadNotes);
    const perVariant = ['bare loop', 'AUDIT_LINGER_MS=0', 'default linger'].flatMap((variant) => [
      `500/s, call to answer, p50, ${variant}`,
      `500/s, call to answer, p99, ${variant}`,
      `500/s, call to visible row, p50, ${variant}`,
      `500/s, call to visible row, p99, ${variant}`,
      `500/s, CPU of worker, Postgres and Redis an event, ${variant}`,
    ]);
    const gaps = ['gap between two looks, p50 of each cell', 'gap between two looks, p99 of each cell'];
    expectMeasured(measured, [...perVariant, ...gaps]);
  },
  DEADLINE_MS,
);
